import {
  ActivityFailure,
  ApplicationFailure,
  ChildWorkflowFailure,
  executeChild,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow';
import { isFailureKind, type FailureKind } from '../src/domain/failure.js';
import { workflowIds, type HandoverView, type Motion } from './contract.js';
import { restore, transfer } from './pages.js';
import { mail, plan, settle, snapshot, sweep } from './proxies.js';
import { nowIso } from './time.js';

/** Runs one piece of work to its end and says where the handover stands then. */
export async function runMotion(motion: Motion, handover: string): Promise<HandoverView> {
  const input = { handover, now: nowIso() };
  switch (motion) {
    case 'snapshot':
      return snapshot(input);
    case 'plan':
      return plan(input);
    case 'mail':
      return mail(input);
    case 'sweep':
      return sweep(input);
    case 'transfer':
      return runPages(handover, 'transfer');
    case 'restore':
      return runPages(handover, 'restore');
    default:
      return motion satisfies never;
  }
}

/**
 * A workflow of its own, so that this history stays short. It is abandoned, never killed, when this one ends or is reset; if it runs already,
 * it works the same rows, and it is enough to look at them a little later.
 */
async function runPages(handover: string, name: 'transfer' | 'restore'): Promise<HandoverView> {
  try {
    await executeChild(name === 'transfer' ? transfer : restore, {
      workflowId: workflowIds[name](handover),
      args: [{ handover }],
      parentClosePolicy: 'ABANDON',
      cancellationType: 'WAIT_CANCELLATION_COMPLETED',
      staticSummary: name === 'transfer' ? 'Move what is due' : 'Take back what was chosen',
    });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'WorkflowExecutionAlreadyStartedError') throw error;
    await sleep('10 seconds', { summary: `${name} runs already` });
  }
  return settle({ handover, now: nowIso() });
}

/** The kind of what failed for good, and the sentence that the adapter gave it. */
export function failureOf(error: unknown): { readonly kind: FailureKind; readonly reason: string } {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) return failureOf(error.cause);
  if (error instanceof ApplicationFailure && isFailureKind(error.type)) return { kind: error.type, reason: error.message };
  if (error instanceof TimeoutFailure)
    return error.cause ? failureOf(error.cause) : { kind: 'timeout', reason: 'No answer in time.' };
  return { kind: 'internal', reason: 'Something failed inside Baton; the worker’s log has its place.' };
}
