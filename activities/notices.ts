import { partingOf } from '../src/domain/release.js';
import type { Instant } from '../src/domain/words.js';
import { momentOf } from '../src/mail/days.js';
import type { StepRow } from '../src/store/handovers.js';
import type { Deps } from './deps.js';
import type { Loaded } from './facts.js';
import { languageOf, linkEnds, queueLetter, type Links } from './letters.js';
import { recordsOf } from './view.js';

/** Why an approver hears from Baton. */
export type ApprovalKind = 'request' | 'reminder';

/** Decisions are open until the custodian takes over; the page says so when it is too late. */
const planLinkLives = 'P60D';

/** Mails HR's rota that a handover waits for its release: the first person twice, then the next one each time. */
export async function queueRelease(deps: Deps, loaded: Loaded, nth: number): Promise<void> {
  const { row, facts } = loaded;
  const to = deps.hrRota[Math.max(0, nth - 1) % deps.hrRota.length];
  if (to === undefined) return;
  const reader = await readerOf(deps, row.employment.connection, to);
  await queueLetter(deps, { key: `release/${row.id}/${nth}`, handoverId: row.id, personId: null, to }, reader.language, () => ({
    id: nth === 1 ? 'release-reminder' : 'release-request',
    name: reader.name,
    handover: row.id,
    deadline: momentOf(facts.release.dueAt, reader.timeZone),
    link: null,
  }));
}

/** Mails each approver which steps wait for them; no name in the subject before the team has been told. */
export async function queueApprovals(
  deps: Deps,
  loaded: Loaded,
  stepIds: readonly string[],
  kind: ApprovalKind,
  now: Instant,
): Promise<void> {
  const { row } = loaded;
  const steps = row.steps.filter((step) => stepIds.includes(step.id));
  for (const approverId of new Set(steps.map((step) => step.approverId))) {
    const approver = approverId === null ? null : await deps.stores.people.byId(approverId);
    if (!approver?.workEmail) continue;
    const own = steps.filter((step) => step.approverId === approver.id);
    const asked = own.map((step) => `${step.id}.${step.asked.length}`).join(',');
    await queueLetter(
      deps,
      {
        key: `approval/${row.id}/${row.planVersion}/${kind}/${asked}`,
        handoverId: row.id,
        personId: approver.id,
        to: approver.workEmail,
      },
      languageOf(deps, approver.language),
      (links) =>
        writeApproval(deps, loaded, { id: approver.id, name: nameOf(approver), country: approver.country }, own, {
          kind,
          links,
          now,
        }),
    );
  }
}

interface Approver {
  readonly id: string;
  readonly name: string;
  readonly country: string | null;
}

async function writeApproval(
  deps: Deps,
  loaded: Loaded,
  approver: Approver,
  own: readonly StepRow[],
  { kind, links, now }: { readonly kind: ApprovalKind; readonly links: Links; readonly now: Instant },
) {
  const { row, facts } = loaded;
  const [first] = own;
  const step = facts.steps.find(({ id }) => id === first?.id);
  const before = first?.asked.at(-2) ?? null;
  const after = step?.chain[0] ?? row.card?.custodianId ?? approver.id;
  const names = await deps.stores.people.names([after, ...(before === null ? [] : [before])]);
  const until = step?.times?.escalateAt[(first?.asked.length ?? 1) - 1] ?? facts.deadlines?.custodianAt ?? now;
  const asked = {
    approver: approver.name,
    leaver: nameOf(row.employment.person),
    lastWorkingDay: partingOf(row.card?.reason ?? '') === 'leaves' ? row.lastWorkingDay : null,
    count: own.reduce((sum, one) => sum + recordsOf(loaded, one.id), 0),
    exceptions: 0,
    link: links.to({
      purpose: 'plan',
      handoverId: row.id,
      personId: approver.id,
      expiresAt: linkEnds(deps, now, planLinkLives),
    }),
    deadline: momentOf(until, deps.calendarOf(approver.country).timeZone),
    escalation: names.get(after) ?? deps.company.name,
    toldTeam: row.toldTeamAt !== null,
  };
  const previous = before === null ? undefined : names.get(before);
  if (kind === 'reminder') return { id: 'T1R' as const, ...asked };
  return previous === undefined ? { id: 'T1' as const, ...asked } : { id: 'T1E' as const, ...asked, previous };
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
    const reader = await readerOf(deps, row.employment.connection, to);
    const mail = { key: `need/${row.id}/${key}`, handoverId: row.id, personId: null, to };
    const isNew = await queueLetter(deps, mail, reader.language, () => ({
      id: `need-${what}` as const,
      name: reader.name,
      handover: row.id,
      item: key,
      link: null,
    }));
    queued = isNew || queued;
  }
  return queued;
}

/** Somebody of HR: by name and in their language where the HRIS knows the address. */
async function readerOf(deps: Deps, connection: string, email: string) {
  const [place] = await deps.stores.people.byWorkEmail(connection, [email]);
  const person = place ? await deps.stores.people.byId(place.person) : null;
  return {
    name: person ? nameOf(person) : null,
    language: languageOf(deps, person?.language ?? null),
    timeZone: deps.calendarOf(person?.country ?? null).timeZone,
  };
}

function nameOf({ givenName, familyName }: { readonly givenName: string; readonly familyName: string }): string {
  return `${givenName} ${familyName}`.trim();
}
