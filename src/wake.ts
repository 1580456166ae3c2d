import type { Client } from '@temporalio/client';
import { taskQueue, workflowIds, type MembershipInput, type RowsInput } from '../workflows/contract.js';

/** A call that takes longer is tried again by whoever asked. */
const deadlineMs = 5_000;

/** Makes the introductions of a handover be looked at: starts their workflow, or signals the one that runs. */
export async function wakeIntroductions(client: Client, handover: string): Promise<void> {
  const input: RowsInput = { handover };
  await client.withDeadline(Date.now() + deadlineMs, () =>
    client.workflow.signalWithStart('introductions', {
      workflowId: workflowIds.introductions(handover),
      taskQueue,
      args: [input],
      signal: 'changed',
      staticSummary: `Introductions of handover ${handover}`,
    }),
  );
}

/** Makes a membership be looked at: starts its workflow, or signals the one that runs. */
export async function wakeMembership(client: Client, member: string): Promise<void> {
  const input: MembershipInput = { member };
  await client.withDeadline(Date.now() + deadlineMs, () =>
    client.workflow.signalWithStart('membership', {
      workflowId: workflowIds.membership(member),
      taskQueue,
      args: [input],
      signal: 'changed',
      staticSummary: 'Belonging to the alumni programme',
    }),
  );
}
