import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import { workflowIds, type CommandName, type DecisionAnswer, type Inputs } from '../workflows/contract.js';
import type { Core } from './dependencies.js';

/** A decision that a rule refused: `code` as in the contract, `message` one sentence for the operator. */
export class DecisionRefused extends Error {
  readonly code: string;
  readonly problems: unknown;
  constructor(code: string, message: string, problems: unknown) {
    super(message);
    this.name = 'DecisionRefused';
    this.code = code;
    this.problems = problems;
  }
}

/** Who decides, and why: kept in the decision's row, never in a history. */
export interface Decider {
  /** Person id; null is the operator at the command line. */
  readonly by: string | null;
  readonly comment?: string | undefined;
}

/** How long an answer may take: a database may be busy, and a worker that died a moment ago keeps its tasks for a minute (`work.ts`). */
const deadlineMs = 90_000;

/** Writes the decision's row and sends the update that refers to it. Throws DecisionRefused, or the client's error when Temporal does not answer. */
export async function decide<Name extends CommandName>(
  core: Core,
  handover: string,
  name: Name,
  input: Omit<Inputs[Name], 'decisionId'>,
  decider: Decider,
): Promise<DecisionAnswer> {
  const decisionId = await core.stores.decisions.write({ handoverId: handover, action: name, input: { ...input }, ...decider });
  const handle = core.temporal.client.workflow.getHandle(workflowIds.handover(handover));
  try {
    return await core.temporal.client.withDeadline(Date.now() + deadlineMs, () =>
      handle.executeUpdate<DecisionAnswer, [unknown]>(name, { args: [{ ...input, decisionId }], updateId: decisionId }),
    );
  } catch (error) {
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure)) throw error;
    await core.stores.decisions.conclude(handover, decisionId, name, { ...input }, cause.type ?? 'failed');
    const [problems] = cause.details ?? [];
    throw new DecisionRefused(cause.type ?? 'failed', cause.message, problems);
  }
}
