import { askAboutContact } from '../src/alumni/leaving.js';
import { purposes, questionOf } from '../src/domain/questions.js';
import { contactRules } from '../src/domain/release.js';
import type { Instant } from '../src/domain/words.js';
import type { PersonToSave } from '../src/ports/crm.js';
import { VendorError, type CallContext } from '../src/ports/vendor.js';
import type { TendedRow } from '../src/store/tending.js';
import { toCard } from '../src/store/card.js';
import { contactsCrm, mayWrite, programmeOf, type CrmConnection, type Deps } from './deps.js';
import { loadMembership, quietUntil, type Membership } from './membership.js';
import { queueTalk } from './membershipMails.js';

type CheckInRow = Membership['member']['checkIns'][number];

/** Acts once on every answer that an alumnus gave: an answer is worth nothing when nothing follows from it. */
export async function actOnAnswers(deps: Deps, id: string, now: Instant, context: CallContext): Promise<void> {
  const membership = await loadMembership(deps, id);
  for (const row of membership.member.checkIns.filter(isOpenAnswer)) {
    await actOn(deps, membership, row, now, context);
    await deps.stores.members.updateCheckIn(id, row.kind, { actedAt: now });
  }
}

/** An answer that nobody has acted on. */
export function isOpenAnswer({ answeredAt, actedAt }: Pick<CheckInRow, 'answeredAt' | 'actedAt'>): boolean {
  return answeredAt !== null && actedAt === null;
}

async function actOn(deps: Deps, membership: Membership, row: CheckInRow, now: Instant, context: CallContext): Promise<void> {
  const { members } = deps.stores;
  const { member } = membership;
  const detail = detailOf(row.detail);
  if (detail.call) await queueTalk(deps, membership, `wanted-${row.kind}`, now);
  const question = questionOf(deps.policy.checkIns, member, row.kind);
  switch (question) {
    case 'goodbye':
      if (row.answer === 'not-good') await members.update(member.id, { quietUntil: quietUntil(deps, membership, now) });
      return;
    case 'whereabouts':
      if (row.answer === 'yes') await keepAsContact(deps, membership, detail, now, context);
      return;
    case 'advice':
      if (row.answer === 'yes') await ifPermitted(deps, member.id, purposes.advice, addAdvice);
      return;
    case 'return':
    case 'stay':
      return stayOrGo(deps, membership, row.answer, now);
    case 'referral':
      return;
    default:
      return question satisfies never;
  }
}

/** Does what an answer permitted, unless it was taken back or the membership ended meanwhile. */
async function ifPermitted(
  deps: Deps,
  id: string,
  purpose: string,
  work: (tx: Deps, member: TendedRow) => Promise<void>,
): Promise<boolean> {
  return deps.inTransaction(async (tx) => {
    await tx.stores.members.lock(id);
    const tended = await tx.stores.tending.read(id);
    if (!tended || tended.member.endedAt !== null || !(await tx.stores.members.hasConsent(id, purpose))) return false;
    await work(tx, tended.member);
    return true;
  });
}

async function addAdvice({ stores }: Deps, { id, preferences }: TendedRow): Promise<void> {
  await stores.members.update(id, { preferences: [...new Set([...preferences, purposes.advice])] });
}

async function stayOrGo(deps: Deps, { member, handover }: Membership, answer: string | null, now: Instant): Promise<void> {
  const { members } = deps.stores;
  const mayRecall = handover.card !== null && contactRules(toCard(handover.card)).recall;
  if (answer === 'remove') await members.update(member.id, { stoppedAt: member.stoppedAt ?? now });
  if (answer === 'keep-me-posted' && mayRecall)
    await ifPermitted(deps, member.id, purposes.recall, (tx, { id }) => tx.stores.members.update(id, { recall: true }));
}

/**
 * A contact at the new employer, and a tie of whoever took over from the leaver, by the alumnus' own consent. Asked for again right before it is
 * written; saving twice is one contact.
 */
async function keepAsContact(
  deps: Deps,
  membership: Membership,
  detail: Detail,
  now: Instant,
  context: CallContext,
): Promise<void> {
  const { member, handover } = membership;
  const crm = contactsCrm(deps);
  const mayKeep = await deps.stores.members.hasConsent(member.id, purposes.approach);
  if (!crm?.port.contacts || !mayWrite(crm) || member.email === null || detail.employer === null || !mayKeep) return;
  const { givenName, familyName } = handover.employment.person;
  const person = { email: member.email, givenName, familyName, company: detail.employer, jobTitle: detail.role };
  const record = await saved(deps, membership, crm, { ...person, key: `alumnus-${member.id}` }, now, context);
  if (record === null) return;
  const custodian = handover.card?.custodianId ?? null;
  const match = { connection: crm.name, contact: record, by: 'email' as const, score: 1, review: false };
  const tie = {
    key: member.id,
    givenName,
    familyName,
    email: null,
    profileUrl: null,
    connectedOn: null,
    position: detail.role,
    company: detail.employer,
    match,
  };
  const isStill = await ifPermitted(deps, member.id, purposes.approach, async ({ stores }) => {
    if (custodian !== null && deps.policy.network.enabled)
      await stores.ties.save({ personId: custodian, source: 'alumni', looked: [crm.name], at: now, dryRun: false }, [tie]);
  });
  // Taken back while the CRM was writing.
  if (!isStill) await askAboutContact(programmeOf(deps), member, { what: 'remove' }, now);
}

/** A CRM that refuses for good must not hold up the next question: a person is asked instead. */
async function saved(
  deps: Deps,
  membership: Membership,
  crm: CrmConnection,
  person: PersonToSave,
  now: Instant,
  context: CallContext,
): Promise<string | null> {
  try {
    return (await crm.port.contacts?.save(person, context))?.record ?? null;
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
    const wanted = { what: 'keep', employer: person.company ?? '', role: person.jobTitle } as const;
    await askAboutContact(programmeOf(deps), membership.member, wanted, now);
    return null;
  }
}

interface Detail {
  readonly call: boolean;
  readonly employer: string | null;
  readonly role: string | null;
}

function detailOf(stored: unknown): Detail {
  const read = (name: string): unknown =>
    typeof stored === 'object' && stored !== null ? Object.entries(stored).find(([key]) => key === name)?.[1] : undefined;
  const text = (name: string): string | null => {
    const value = read(name);
    return typeof value === 'string' && value.trim() !== '' ? value : null;
  };
  return { call: read('call') === true, employer: text('employer'), role: text('role') };
}
