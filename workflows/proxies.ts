import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';

const retry = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1 minute' } as const;

/** Rows only: a database that is away for a night delays a handover, nothing more. */
const rows = { startToCloseTimeout: '2 minutes', scheduleToCloseTimeout: '1 day', retry } as const;
/** Small reads of a vendor, and mails: tried for half a day, the length of a vendor's bad night. */
const calls = { startToCloseTimeout: '5 minutes', scheduleToCloseTimeout: '12 hours', retry } as const;
/** Long searches, which heartbeat after each page and go on where the rows say. */
const searches = {
  startToCloseTimeout: '2 hours',
  scheduleToCloseTimeout: '12 hours',
  heartbeatTimeout: '2 minutes',
  retry,
} as const;
/** Pages that write. A cancelled page is waited for, so that nothing is undone while it still writes. */
const pages = {
  startToCloseTimeout: '30 minutes',
  scheduleToCloseTimeout: '12 hours',
  heartbeatTimeout: '1 minute',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry,
} as const;

type One<Name extends keyof Activities> = Pick<Activities, Name>;

export const { settle } = proxyActivities<One<'settle'>>({ ...rows, summary: 'See what is due' });
export const { applyCommand } = proxyActivities<One<'applyCommand'>>({ ...rows, summary: 'Carry out a decision' });
export const { applyChange } = proxyActivities<One<'applyChange'>>({ ...rows, summary: 'Act on what the HRIS says' });
export const { park } = proxyActivities<One<'park'>>({ ...rows, summary: 'Park what failed' });
export const { noteRefusals } = proxyActivities<One<'noteRefusals'>>({ ...rows, summary: 'Note what was refused' });
export const { abort } = proxyActivities<One<'abort'>>({ ...rows, summary: 'Note that an operator stopped it' });
export const { lookAtEmployment } = proxyActivities<One<'lookAtEmployment'>>({
  ...calls,
  summary: 'Read the employment in the HRIS',
});
export const { plan } = proxyActivities<One<'plan'>>({ ...calls, summary: 'Propose successors' });
export const { mail } = proxyActivities<One<'mail'>>({ ...calls, summary: 'Send mails' });
export const { snapshot } = proxyActivities<One<'snapshot'>>({ ...searches, summary: 'List what the leaver owns (reads only)' });
export const { sweep } = proxyActivities<One<'sweep'>>({ ...searches, summary: 'Search for what still names the leaver' });
export const { reconcile } = proxyActivities<One<'reconcile'>>({ ...searches, summary: 'Read what changed in the HRIS' });
export const { sweepAll } = proxyActivities<One<'sweepAll'>>({ ...searches, summary: 'Look at all handovers' });
/** A page of introductions: rows, tasks in the CRM and mails, each of which its row names before it is done. */
export const { introduce } = proxyActivities<One<'introduce'>>({ ...calls, summary: 'See to introductions' });
export const { tendMembership } = proxyActivities<One<'tendMembership'>>({ ...calls, summary: 'See to a membership' });
export const { followUpAll } = proxyActivities<One<'followUpAll'>>({ ...searches, summary: 'Follow up debts, scores and notes' });
export const { readBounces } = proxyActivities<One<'readBounces'>>({ ...calls, summary: 'Read what came back' });
export const { transferPage } = proxyActivities<One<'transferPage'>>({ ...pages, summary: 'Move and prove a page' });
export const { restorePage } = proxyActivities<One<'restorePage'>>({ ...pages, summary: 'Take a page back' });
