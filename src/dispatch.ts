import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { WorkflowDispatch } from '../activities/deps.js';
import { createDispatch } from './ingress/dispatch.js';
import { taskQueue, workflowIds, type HandoverInput } from '../workflows/contract.js';
import { wakeIntroductions, wakeMembership } from './wake.js';

/** How activities reach workflows: by id, through the client, and never by a child that would die with its parent. */
export function workflowDispatch(client: Client): WorkflowDispatch {
  const signal = async (handover: string, name: string, input: unknown): Promise<boolean> => {
    try {
      await client.workflow.getHandle(workflowIds.handover(handover)).signal(name, input);
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };
  return {
    lookAt: createDispatch(client).lookAt,
    changed: (handover, version) => signal(handover, 'changed', { version }),
    look: (handover) => signal(handover, 'look', {}),
    wakeIntroductions: (handover) => wakeIntroductions(client, handover),
    wakeMembership: (member) => wakeMembership(client, member),
    async startHandover(handover, connection) {
      const input: HandoverInput = { handover, connection };
      try {
        await client.workflow.start('handover', {
          workflowId: workflowIds.handover(handover),
          taskQueue,
          args: [input],
          staticSummary: `Handover ${handover} from ${connection}`,
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    },
  };
}
