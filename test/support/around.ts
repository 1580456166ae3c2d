import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { FailureKind } from '../../src/domain/failure.js';
import type { Run } from './histories.js';

interface Fault {
  readonly kind: FailureKind;
  readonly retryable: boolean;
  hits: number;
}

/** An activity that waits at its beginning. */
export interface Gate {
  readonly reached: Promise<void>;
  readonly open: () => void;
}

/** What happens around every activity: what ran is noted, the sandbox's clock follows the workflow's, and a test may make one fail or wait. */
export class Around {
  readonly runs = new Map<string, Run>();
  readonly faults = new Map<string, Fault>();
  readonly gates = new Map<string, { readonly arrive: () => void; readonly opened: Promise<void>; readonly open: () => void }>();
  readonly count = new Map<string, number>();
  clockMs = 0;
  inFlight = 0;

  interceptor(): ActivityInboundCallsInterceptor {
    return {
      execute: async (input, next) => {
        const { activityType, workflowExecution } = activityInfo();
        if (workflowExecution) this.runs.set(workflowExecution.runId, workflowExecution);
        this.count.set(activityType, (this.count.get(activityType) ?? 0) + 1);
        this.#follow(input.args[0]);
        this.inFlight += 1;
        try {
          const gate = this.gates.get(activityType);
          if (gate) {
            gate.arrive();
            await gate.opened;
          }
          this.#fail(activityType);
          return await next(input);
        } finally {
          this.inFlight -= 1;
        }
      },
    };
  }

  #follow(input: unknown): void {
    if (typeof input !== 'object' || input === null || !('now' in input) || typeof input.now !== 'string') return;
    this.clockMs = Math.max(this.clockMs, Date.parse(input.now));
  }

  #fail(activity: string): void {
    const fault = this.faults.get(activity);
    if (!fault) return;
    fault.hits += 1;
    throw ApplicationFailure.create({ type: fault.kind, message: 'made to fail by a test', nonRetryable: !fault.retryable });
  }
}
