import { endMembership } from '../src/alumni/leaving.js';
import { addMonths, instantOf, localDay } from '../src/domain/calendar.js';
import {
  hasReturned,
  isFinal,
  nextMembership,
  type Job,
  type MembershipChange,
  type MembershipFacts,
} from '../src/domain/membership.js';
import { contactRules } from '../src/domain/release.js';
import type { Duration, Instant } from '../src/domain/words.js';
import type { CallContext } from '../src/ports/vendor.js';
import { farewell } from '../src/store/mails.js';
import type { DepartureRow, Tended, TendedRow } from '../src/store/tending.js';
import type { MembershipLook } from '../workflows/contract.js';
import { toCard } from '../src/store/card.js';
import { actOnAnswers, isOpenAnswer } from './answers.js';
import { programmeOf, type Deps } from './deps.js';
import { iso, membershipStateOf } from './facts.js';
import { queueCheckIn, queueInvitation, queueLastReminder, queueTalk } from './membershipMails.js';
import { sendMails, type MailVerdict, type WaitingMail } from './mails.js';

const dayMs = 24 * 60 * 60_000;

/** A membership with the departure it belongs to. */
export interface Membership {
  readonly member: TendedRow;
  readonly handover: DepartureRow;
  readonly facts: MembershipFacts;
}

/** One look at a membership: what the person said since, what is due, and what is sent. Rows first, then mails, which rows already name. */
export async function tendMembership(deps: Deps, id: string, now: Instant, context: CallContext): Promise<MembershipLook> {
  const settled = await deps.inTransaction(async (tx) => {
    await tx.stores.members.lock(id);
    return settle(tx, await tx.stores.tending.read(id), now);
  });
  if (settled === 'answered') {
    await actOnAnswers(deps, id, now, context);
    return tendMembership(deps, id, now, context);
  }
  if (!settled) return { dueAt: null, ended: true, asked: false };
  await sendMails(deps, { scope: 'membership', scopeId: id }, (mail) => judge(deps, id, mail), now, context);
  if (settled.isOver) await deps.stores.mails.forget(id);
  if (settled.changed && !settled.handover.closed) await deps.workflows.look(settled.handover.id);
  return { dueAt: settled.dueAt, ended: settled.isOver, asked: settled.asked };
}

/** Does what is due; `answered` when somebody has to act on an answer first, which may take a vendor's time. */
async function settle(tx: Deps, tended: Tended | null, now: Instant) {
  if (tended === null) return null;
  if (tended.member.checkIns.some(isOpenAnswer)) return 'answered' as const;
  const { handover } = tended;
  const member = await followDeparture(tx, tended, now);
  const membership = { member, handover, facts: factsOf(member, handover) };
  const next = nextMembership(membership.facts, now, tx.policy, tx.calendarOf(member.country));
  for (const change of next.changes) await apply(tx, membership, change, now);
  const isOver = next.ended || isFinal(member.state);
  const dueAt = isOver ? null : next.dueAt;
  await tx.stores.tending.note(member.id, dueAt);
  const asked = next.changes.some(asks) || member.checkIns.some((row) => wasJustAsked(row, now));
  return { dueAt, isOver, asked, changed: next.changes.length > 0, handover };
}

function asks({ change }: MembershipChange): boolean {
  return change === 'send-check-in' || change === 'person-check-in';
}

/** A look that is repeated because the mail server was away finds its own question put already. */
function wasJustAsked({ sentAt, answeredAt }: TendedRow['checkIns'][number], now: Instant): boolean {
  return sentAt !== null && answeredAt === null && Date.parse(now) - sentAt.getTime() < dayMs;
}

/** The dates follow the departure; one that was withdrawn, or a return, ends the membership. */
async function followDeparture(tx: Deps, tended: Tended, now: Instant): Promise<TendedRow> {
  const { member, handover } = tended;
  if (isFinal(member.state)) return member;
  const { members } = tx.stores;
  const end = employmentEndOf(tx, handover);
  const hasMoved = end !== null && member.employmentEnd.toISOString() !== end;
  if (hasMoved) await members.update(member.id, { employmentEnd: end });
  const employmentEnd = hasMoved ? new Date(end) : member.employmentEnd;
  const isBack =
    handover.outcome === 'rescinded' || !handover.inForce || isBackAtWork(tx, { ...member, employmentEnd }, tended.jobs, now);
  const returns = isBack && member.returnedAt === null;
  if (returns) await members.update(member.id, { returnedAt: now });
  return { ...member, employmentEnd, returnedAt: returns ? new Date(now) : member.returnedAt };
}

/** The instant at which the employment ends, or null while HR has not said. */
export function employmentEndOf(
  deps: Pick<Deps, 'policy' | 'calendarOf'>,
  { card, employment, lastWorkingDay }: Pick<DepartureRow, 'card' | 'employment' | 'lastWorkingDay'>,
): Instant | null {
  const day = card?.employmentEnd ?? lastWorkingDay;
  return day === null
    ? null
    : instantOf(day, deps.policy.lastDay.employmentEnds, deps.calendarOf(employment.person.country).timeZone);
}

/** Wakes the memberships of somebody who works here again: a return ends them, and whoever leaves again begins a new one. */
export async function wakeReturned(deps: Deps, personId: string, now: Instant): Promise<void> {
  for (const { id, endedAt } of await deps.stores.members.ofPerson(personId)) {
    const tended = endedAt === null ? await deps.stores.tending.read(id) : null;
    if (tended && isBackAtWork(deps, tended.member, tended.jobs, now)) await deps.workflows.wakeMembership(id);
  }
}

function isBackAtWork(
  deps: Pick<Deps, 'calendarOf'>,
  { employmentEnd, country }: Pick<TendedRow, 'employmentEnd' | 'country'>,
  jobs: readonly Job[],
  now: Instant,
): boolean {
  const { timeZone } = deps.calendarOf(country);
  return hasReturned(jobs, localDay(employmentEnd.toISOString(), timeZone), localDay(now, timeZone));
}

/** Reads everything that decides what a membership does next. */
export async function loadMembership(deps: Deps, id: string): Promise<Membership> {
  const tended = await deps.stores.tending.read(id);
  if (!tended) throw new Error('there is no such membership');
  const { member, handover } = tended;
  return { member, handover, facts: factsOf(member, handover) };
}

function factsOf(member: TendedRow, handover: DepartureRow): MembershipFacts {
  const rules = handover.card ? contactRules(toCard(handover.card)) : null;
  return {
    state: membershipStateOf(member.state),
    seed: member.id,
    permitted: { invitation: rules?.invitation ?? false, checkIns: rules?.checkIns ?? false },
    retiree: member.retiree,
    redundancy: member.redundancy,
    addressConfirmed: member.confirmedAt !== null && member.email !== null,
    legalHold: handover.card?.legalHold ?? false,
    employmentEnd: member.employmentEnd.toISOString(),
    invitedAt: iso(member.invitedAt),
    remindedAt: iso(member.remindedAt),
    joinedAt: iso(member.joinedAt),
    stoppedAt: iso(member.stoppedAt),
    bouncedAt: iso(member.bouncedAt),
    returnedAt: iso(member.returnedAt),
    checkIns: member.checkIns.map((row) => ({
      kind: row.kind,
      dueAt: row.dueAt.toISOString(),
      sentAt: iso(row.sentAt),
      answeredAt: iso(row.answeredAt),
      remindedAt: iso(row.remindedAt),
      skippedAt: iso(row.skippedAt),
    })),
  };
}

async function apply(deps: Deps, membership: Membership, change: MembershipChange, now: Instant): Promise<void> {
  const { members, tending } = deps.stores;
  const { id } = membership.member;
  switch (change.change) {
    case 'invite':
      await queueInvitation(deps, membership, 'T4', now);
      return members.update(id, { state: 'invited', invitedAt: now });
    case 'remind':
      await queueInvitation(deps, membership, 'T4R', now);
      return members.update(id, { state: 'reminded', remindedAt: now });
    case 'erase':
    case 'end':
      return endMembership(programmeOf(deps), membership.member, change.why, now);
    case 'plan-check-in':
      return tending.planCheckIn(id, change.kind, change.dueAt);
    case 'skip-check-in':
      return members.updateCheckIn(id, change.kind, { skippedAt: now, skipReason: change.reason });
    case 'send-check-in':
      return ask(deps, membership, change.kind, now);
    case 'person-check-in':
      await queueTalk(deps, membership, change.kind, now);
      return tending.checkInSent(id, change.kind, now);
    case 'remind-last':
      await queueLastReminder(deps, membership, change.kind, now);
      return members.updateCheckIn(id, change.kind, { remindedAt: now });
    default:
      return change satisfies never;
  }
}

/** A question that cannot be put as the company is set up is left out, with its reason, and the next one comes in its time. */
async function ask(deps: Deps, membership: Membership, kind: Duration, now: Instant): Promise<void> {
  const isPut = await queueCheckIn(deps, membership, kind, now);
  const { members, tending } = deps.stores;
  const { id } = membership.member;
  if (isPut) await tending.checkInSent(id, kind, now);
  else await members.updateCheckIn(id, kind, { skippedAt: now, skipReason: 'no-referral-link' });
}

/** Judged right before a mail goes: whoever stopped, returned or withdrew a consent a moment ago gets nothing more. */
async function judge(deps: Deps, id: string, mail: WaitingMail): Promise<MailVerdict> {
  if (mail.audience !== 'alumnus' || mail.template === farewell) return 'go';
  const now = await deps.stores.tending.addressee(id);
  if (!now || isFinal(now.state) || now.gone || now.email === null || now.email !== mail.to) return 'drop';
  const isPermitted = now.card !== null && contactRules(toCard(now.card)).invitation;
  return isPermitted && now.purposes.includes(now.joined ? 'alumni' : 'alumni-address') ? 'go' : 'drop';
}

/** Three months without news after a bad goodbye (policy.md 8). */
export function quietUntil(deps: Deps, { member }: Membership, now: Instant): Instant {
  const { timeZone } = deps.calendarOf(member.country);
  return instantOf(addMonths(localDay(now, timeZone), 3), '00:00', timeZone);
}
