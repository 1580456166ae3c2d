import type { Client } from '@temporalio/client';
import { taskQueue, workflowIds, type EmploymentInput } from '../../workflows/contract.js';

/** How the drainer makes the workflows look; rejects when Temporal did not take the message. */
export interface Dispatch {
  readonly lookAt: (employmentRow: string) => Promise<void>;
}

/** A call that takes longer is tried again later: the drainer must stop within seconds. */
const deadlineMs = 5_000;

/** Speaks to Temporal for the ingress. */
export function createDispatch(client: Client): Dispatch {
  return {
    lookAt: async (employmentRow) => {
      const input: EmploymentInput = { employment: employmentRow };
      await client.withDeadline(Date.now() + deadlineMs, () =>
        client.workflow.signalWithStart('employment', {
          workflowId: workflowIds.employment(employmentRow),
          taskQueue,
          args: [input],
          signal: 'look',
          staticSummary: 'Compares what the HRIS says with what was acknowledged',
        }),
      );
    },
  };
}
