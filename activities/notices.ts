import type { Deps } from './deps.js';
import type { Loaded } from './facts.js';
import { recordsOf } from './view.js';
import { approvalMail, releaseMail, type ApprovalKind } from '../src/mail/plain.js';

/** Mails HR's rota that a handover waits for its release: the first person twice, then the next one each time. */
export async function queueRelease(deps: Deps, loaded: Loaded, nth: number): Promise<void> {
  const { row, facts } = loaded;
  const to = deps.hrRota[Math.max(0, nth - 1) % deps.hrRota.length];
  if (to === undefined) return;
  await deps.stores.mails.queue({
    key: `release/${row.id}/${nth}`,
    handoverId: row.id,
    personId: null,
    template: nth === 1 ? 'release-reminder' : 'release-request',
    to,
    ...releaseMail({ handover: row.id, dueAt: facts.release.dueAt, reminder: nth === 1 }),
  });
}

/** Mails an approver that a step waits; says nothing that the circle may not know, and no name in the subject. */
export async function queueApproval(deps: Deps, loaded: Loaded, stepId: string, kind: ApprovalKind): Promise<void> {
  const { row } = loaded;
  const step = row.steps.find((other) => other.id === stepId);
  const approver = step?.approverId ? await deps.stores.people.byId(step.approverId) : null;
  if (!step || !approver?.workEmail) return;
  await deps.stores.mails.queue({
    key: `approval/${row.id}/${stepId}/${row.planVersion}/${step.asked.length}/${kind}`,
    handoverId: row.id,
    personId: approver.id,
    template: `approval-${kind}`,
    to: approver.workEmail,
    ...approvalMail({
      handover: row.id,
      step: stepId,
      records: recordsOf(loaded, stepId),
      lastWorkingDay: row.lastWorkingDay,
      until: loaded.facts.deadlines?.custodianAt ?? null,
      kind,
    }),
  });
}
