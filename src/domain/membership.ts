import { addDuration, firstAfter, laterOf } from './calendar.js';
import type { Calendar } from './calendar.js';
import { anniversaryOf, checkInAt, fitMoment } from './checkins.js';
import type { Policy } from './policy.js';
import type { Day, Duration, Instant, MembershipState } from './words.js';

/** One check-in as its row has it. */
export interface CheckInFacts {
  /** Its offset, `P3M`. */
  readonly kind: Duration;
  readonly dueAt: Instant;
  /** When it was mailed, or given to a person who asks by phone. */
  readonly sentAt: Instant | null;
  readonly answeredAt: Instant | null;
  readonly remindedAt: Instant | null;
  readonly skippedAt: Instant | null;
}

/** Everything that decides what a membership does next. */
export interface MembershipFacts {
  readonly state: MembershipState;
  /** The membership's id: it spreads people over days and hours. */
  readonly seed: string;
  readonly permitted: { readonly invitation: boolean; readonly checkIns: boolean };
  readonly retiree: boolean;
  /** Whether the first check-in that takes place is a person's call, not a mail. */
  readonly redundancy: boolean;
  readonly addressConfirmed: boolean;
  /** A legal hold stops every erasure by the clock. */
  readonly legalHold: boolean;
  /** The instant at which the employment ends; not the last working day. */
  readonly employmentEnd: Instant;
  readonly invitedAt: Instant | null;
  readonly remindedAt: Instant | null;
  readonly joinedAt: Instant | null;
  readonly stoppedAt: Instant | null;
  readonly bouncedAt: Instant | null;
  /** When the person was hired again. */
  readonly returnedAt: Instant | null;
  readonly checkIns: readonly CheckInFacts[];
}

/** Why a check-in is left out; it is never lost without one of these. */
export type SkipReason = 'joined-later' | 'too-late' | 'not-planned' | 'not-permitted';

/** A change of rows; `applyMembership` says what it does to the facts. */
export type MembershipChange =
  | { readonly change: 'invite' }
  | { readonly change: 'remind' }
  | { readonly change: 'erase'; readonly why: 'invitation-unanswered' | 'last-question-unanswered' }
  | { readonly change: 'plan-check-in'; readonly kind: Duration; readonly dueAt: Instant }
  | { readonly change: 'send-check-in'; readonly kind: Duration }
  | { readonly change: 'skip-check-in'; readonly kind: Duration; readonly reason: SkipReason }
  | { readonly change: 'person-check-in'; readonly kind: Duration }
  | { readonly change: 'remind-last'; readonly kind: Duration }
  | { readonly change: 'end'; readonly why: 'stopped' | 'bounced' | 'rehired' };

export interface NextMembership {
  /** To be applied in this order. */
  readonly changes: readonly MembershipChange[];
  /** When to look again once the changes are applied, always after now; null when only an event can bring it on. */
  readonly dueAt: Instant | null;
  /** Whether nothing can ever happen again. */
  readonly ended: boolean;
}

export type MembershipPolicy = Pick<Policy, 'alumni' | 'checkIns'>;

const dayMs = 24 * 60 * 60_000;
/** Whoever joins later than this after a check-in's time is not asked that question any more. */
const joinedLateMs = 14 * dayMs;
/** A question that is later than this (a worker was away) is left out, unless it is the last. */
const tooLateMs = 45 * dayMs;
/** Two check-ins lie at least this far apart, or as far as their offsets where those are closer. */
const spacingMs = 7 * dayMs;

/** Facts, instant and rules of one question. */
interface Asked {
  readonly facts: MembershipFacts;
  readonly now: Instant;
  readonly policy: MembershipPolicy;
  readonly calendar: Calendar;
}

/** Decides what a membership does next. The same facts and instant give the same answer; asked again after the changes, it has none. */
export function nextMembership(
  facts: MembershipFacts,
  now: Instant,
  policy: MembershipPolicy,
  calendar: Calendar,
): NextMembership {
  const changes: MembershipChange[] = [];
  let asked: Asked = { facts, now, policy, calendar };
  for (;;) {
    const found = isFinal(asked.facts.state) ? [] : changesOf(asked);
    if (found.length === 0) break;
    changes.push(...found);
    asked = { ...asked, facts: found.reduce((applied, change) => applyMembership(applied, change, now), asked.facts) };
  }
  const ended = isFinal(asked.facts.state);
  return { changes, dueAt: ended ? null : firstAfter(timesOf(asked), now), ended };
}

/** The facts after a change. */
export function applyMembership(facts: MembershipFacts, change: MembershipChange, now: Instant): MembershipFacts {
  switch (change.change) {
    case 'invite':
      return { ...facts, state: 'invited', invitedAt: now };
    case 'remind':
      return { ...facts, state: 'reminded', remindedAt: now };
    case 'erase':
      return { ...facts, state: change.why === 'invitation-unanswered' ? 'silent' : 'erased' };
    case 'plan-check-in':
      return { ...facts, checkIns: planned(facts.checkIns, change.kind, change.dueAt) };
    case 'send-check-in':
    case 'person-check-in':
      return withCheckIn(facts, change.kind, { sentAt: now });
    case 'skip-check-in':
      return withCheckIn(facts, change.kind, { skippedAt: now });
    case 'remind-last':
      return withCheckIn(facts, change.kind, { remindedAt: now });
    case 'end':
      return { ...facts, state: 'ended' };
    default:
      return change satisfies never;
  }
}

function planned(rows: readonly CheckInFacts[], kind: Duration, dueAt: Instant): readonly CheckInFacts[] {
  if (rows.some((row) => row.kind === kind)) return rows.map((row) => (row.kind === kind ? { ...row, dueAt } : row));
  return [...rows, { kind, dueAt, sentAt: null, answeredAt: null, remindedAt: null, skippedAt: null }];
}

function withCheckIn(facts: MembershipFacts, kind: Duration, set: Partial<CheckInFacts>): MembershipFacts {
  return { ...facts, checkIns: facts.checkIns.map((row) => (row.kind === kind ? { ...row, ...set } : row)) };
}

function rowOf(facts: MembershipFacts, kind: Duration): CheckInFacts | undefined {
  return facts.checkIns.find((row) => row.kind === kind);
}

/** Whether nothing can come of a membership any more. */
export function isFinal(state: string): boolean {
  return state === 'declined' || state === 'silent' || state === 'erased' || state === 'ended';
}

/** One employment of a person. */
export interface Job {
  readonly startDay: Day | null;
  readonly status: string;
}

/** Whether a person began to work here again after a day, and be it that they have left once more. */
export function hasReturned(jobs: readonly Job[], leftOn: Day, today: Day): boolean {
  return jobs.some(({ startDay, status }) => {
    if (startDay === null || startDay <= leftOn) return false;
    return startDay <= today || status === 'active' || status === 'on-leave';
  });
}

function endOf({ stoppedAt, bouncedAt, returnedAt }: MembershipFacts): 'stopped' | 'bounced' | 'rehired' | null {
  if (stoppedAt !== null) return 'stopped';
  if (returnedAt !== null) return 'rehired';
  return bouncedAt === null ? null : 'bounced';
}

function changesOf(asked: Asked): readonly MembershipChange[] {
  const { facts, now } = asked;
  const why = endOf(facts);
  if (why !== null) return [{ change: 'end', why }];
  if (facts.state === 'joined') return checkInChanges(asked);
  const { change, at } = invitationStep(asked);
  const isHeld = change.change === 'erase' && facts.legalHold;
  return at <= now && !isHeld ? [change] : [];
}

/** The next thing on the way from the address to an answer, and when it is due. */
function invitationStep({ facts, policy, calendar }: Asked): { readonly change: MembershipChange; readonly at: Instant } {
  const { inviteAfterEnd, remind, eraseAfterReminder } = policy.alumni;
  const after = (instant: Instant, duration: Duration): Instant => addDuration(calendar, instant, duration);
  const inviteAt = after(facts.employmentEnd, inviteAfterEnd);
  const erase = { change: 'erase', why: 'invitation-unanswered' } as const;
  if (facts.permitted.invitation && facts.remindedAt !== null)
    return { change: erase, at: after(facts.remindedAt, eraseAfterReminder) };
  if (facts.permitted.invitation && facts.invitedAt !== null)
    return { change: { change: 'remind' }, at: after(facts.invitedAt, remind) };
  if (facts.permitted.invitation && facts.addressConfirmed) return { change: { change: 'invite' }, at: inviteAt };
  // An address that nobody may write to is not kept longer than one whose owner stays silent.
  return { change: erase, at: after(after(inviteAt, remind), eraseAfterReminder) };
}

/** The check-ins that policy has for this person, in the order of their time; none without permission. */
function kindsOf({ facts, policy, calendar }: Asked): readonly Duration[] {
  if (!facts.permitted.checkIns) return [];
  const offsets = facts.retiree ? policy.checkIns.retirees : policy.checkIns.offsets;
  const at = new Map(offsets.map((kind) => [kind, anniversaryOf(facts, kind, calendar)]));
  return [...at.keys()].sort((a, b) => Date.parse(at.get(a) ?? '') - Date.parse(at.get(b) ?? ''));
}

function isOpenRow(row: CheckInFacts): boolean {
  return row.sentAt === null && row.skippedAt === null;
}

function checkInChanges(asked: Asked): readonly MembershipChange[] {
  const { facts, now, policy, calendar } = asked;
  const kinds = kindsOf(asked);
  const reason: SkipReason = facts.permitted.checkIns ? 'not-planned' : 'not-permitted';
  const dropped = facts.checkIns.filter((row) => isOpenRow(row) && !kinds.includes(row.kind));
  const changes: MembershipChange[] = dropped.map(({ kind }) => ({ change: 'skip-check-in', kind, reason }));
  for (const kind of kinds) {
    const row = rowOf(facts, kind);
    const dueAt = checkInAt(facts, kind, policy.checkIns, calendar);
    if (row === undefined || (isOpenRow(row) && row.dueAt !== dueAt)) changes.push({ change: 'plan-check-in', kind, dueAt });
  }
  if (changes.length > 0) return changes;
  const kind = nextKind(asked);
  const asking = kind === undefined ? [] : askingChanges(asked, kind);
  return asking.length > 0
    ? asking
    : silenceStep(asked)
        .filter(({ at }) => at <= now)
        .map(({ change }) => change);
}

/** The earliest check-in that is neither sent nor left out. */
function nextKind(asked: Asked): Duration | undefined {
  return kindsOf(asked).find((kind) => {
    const row = rowOf(asked.facts, kind);
    return row === undefined || isOpenRow(row);
  });
}

function askingChanges(asked: Asked, kind: Duration): readonly MembershipChange[] {
  const { facts, now, policy, calendar } = asked;
  const { joinedAt } = facts;
  const anniversary = Date.parse(anniversaryOf(facts, kind, calendar));
  if (joinedAt !== null && Date.parse(joinedAt) - anniversary > joinedLateMs)
    return [{ change: 'skip-check-in', kind, reason: 'joined-later' }];
  const at = sendAt(asked, kind);
  const lateMs = Date.parse(at) - Date.parse(checkInAt(facts, kind, policy.checkIns, calendar));
  if (lateMs > tooLateMs && kind !== kindsOf(asked).at(-1)) return [{ change: 'skip-check-in', kind, reason: 'too-late' }];
  if (at > now) return [];
  const isFirst = facts.checkIns.every(({ sentAt }) => sentAt === null);
  return [{ change: facts.redundancy && isFirst ? 'person-check-in' : 'send-check-in', kind }];
}

/** When a check-in really goes: at its time, apart from the one before, and when it is late at the next fit moment. */
function sendAt({ facts, now, policy, calendar }: Asked, kind: Duration): Instant {
  const seed = `${facts.seed}/${kind}`;
  const apart = facts.checkIns.flatMap((row) =>
    row.sentAt === null ? [] : [spaced(facts, row.kind, row.sentAt, kind, calendar)],
  );
  const earliest = apart.reduce(laterOf, checkInAt(facts, kind, policy.checkIns, calendar));
  return fitMoment(laterOf(earliest, now), seed, policy.checkIns, calendar);
}

function spaced(facts: MembershipFacts, before: Duration, sentAt: Instant, kind: Duration, calendar: Calendar): Instant {
  const gap = Date.parse(anniversaryOf(facts, kind, calendar)) - Date.parse(anniversaryOf(facts, before, calendar));
  return new Date(Date.parse(sentAt) + Math.min(spacingMs, Math.abs(gap))).toISOString();
}

/** What silence after the last question leads to: one reminder, then erasure; nothing once anything was answered after it. */
function silenceStep(asked: Asked): readonly { readonly change: MembershipChange; readonly at: Instant }[] {
  const { facts, policy, calendar } = asked;
  const last = kindsOf(asked).at(-1);
  const row = last === undefined ? undefined : rowOf(facts, last);
  const sentAt = row?.sentAt ?? null;
  if (row === undefined || sentAt === null) return [];
  if (facts.checkIns.some(({ answeredAt }) => answeredAt !== null && answeredAt >= sentAt)) return [];
  const { remind, erase } = policy.checkIns.lastSilence;
  if (row.remindedAt !== null) {
    const at = addDuration(calendar, row.remindedAt, erase);
    return facts.legalHold ? [] : [{ change: { change: 'erase', why: 'last-question-unanswered' }, at }];
  }
  const silentAt = laterOf(addDuration(calendar, sentAt, remind), asked.now);
  const at = fitMoment(silentAt, `${facts.seed}/remind`, policy.checkIns, calendar);
  return [{ change: { change: 'remind-last', kind: row.kind }, at }];
}

function timesOf(asked: Asked): readonly (Instant | null)[] {
  if (asked.facts.state !== 'joined') return [invitationStep(asked).at];
  const kind = nextKind(asked);
  return [kind === undefined ? null : sendAt(asked, kind), ...silenceStep(asked).map(({ at }) => at)];
}
