import type { Deps } from './deps.js';
import type { Loaded } from './facts.js';
import { recordsOf } from './view.js';
import { approvalMail, needMail, releaseMail, type ApprovalKind } from '../src/mail/plain.js';

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

/** Mails each approver which steps wait for them; says nothing that the circle may not know, and no name in the subject. */
export async function queueApprovals(deps: Deps, loaded: Loaded, stepIds: readonly string[], kind: ApprovalKind): Promise<void> {
  const { row } = loaded;
  const steps = row.steps.filter((step) => stepIds.includes(step.id));
  for (const approverId of new Set(steps.map((step) => step.approverId))) {
    const approver = approverId === null ? null : await deps.stores.people.byId(approverId);
    if (!approver?.workEmail) continue;
    const own = steps.filter((step) => step.approverId === approver.id);
    await deps.stores.mails.queue({
      key: `approval/${row.id}/${row.planVersion}/${kind}/${own.map((step) => `${step.id}.${step.asked.length}`).join(',')}`,
      handoverId: row.id,
      personId: approver.id,
      template: `approval-${kind}`,
      to: approver.workEmail,
      ...approvalMail({
        handover: row.id,
        steps: own.map((step) => ({ id: step.id, records: recordsOf(loaded, step.id) })),
        lastWorkingDay: row.lastWorkingDay,
        until: loaded.facts.deadlines?.custodianAt ?? null,
        kind,
      }),
    });
  }
}

/** Tells HR once for each occasion that a person is needed; nobody watches a screen for weeks. Returns whether a mail was queued. */
export async function queueNeeds(deps: Deps, { row, facts }: Loaded): Promise<boolean> {
  const to = deps.hrRota[0];
  if (to === undefined || facts.closed !== null) return false;
  const needs = [
    ...row.parked.map((item) => ({ key: item.id, what: item.kind === 'decision' ? ('restore' as const) : ('parked' as const) })),
    ...(facts.held ? [{ key: `held-${row.epoch}`, what: 'held' as const }] : []),
    ...(facts.evidence === 'unknown' ? [{ key: `evidence-${row.desired}`, what: 'evidence' as const }] : []),
  ];
  let queued = false;
  for (const { key, what } of needs) {
    const mail = { key: `need/${row.id}/${key}`, handoverId: row.id, personId: null, template: `need-${what}`, to };
    queued = (await deps.stores.mails.queue({ ...mail, ...needMail({ handover: row.id, what, item: key }) })) || queued;
  }
  return queued;
}
