import { addBusinessDays, addDays, addDuration, firstAfter, instantOf, isBusinessDay, localDay } from './calendar.js';
import type { Calendar } from './calendar.js';
import type { Policy } from './policy.js';
import type { Asking, Permissions } from './release.js';
import type { Instant, IntroductionState, Method, Tier } from './words.js';

/** What may be done towards contacts, by reason, competitor and what the leaver may be asked. */
export interface AllowedIntroductions {
  readonly calls: boolean;
  readonly mails: boolean;
  /** Whether the successor may write, in whatever words. */
  readonly successorNote: boolean;
}

/** Where a CRM task stands; `gone` is one that a person deleted, `none` one that Baton has not made or took away. */
export type TaskState = 'none' | 'open' | 'completed' | 'gone';

/** Everything that decides what becomes of one introduction; answers and contacts count from when it was agreed. */
export interface IntroductionFacts {
  readonly state: IntroductionState;
  readonly tier: Tier;
  readonly method: Method;
  readonly allowed: AllowedIntroductions;
  /** Whether the successor is decided. */
  readonly stepApproved: boolean;
  readonly accountMoved: boolean;
  readonly toldTeam: boolean;
  readonly toldContacts: boolean;
  /** Paused, held, withdrawn or unproven. */
  readonly stopped: boolean;
  /** Whether anybody is known whom one could call or write to. */
  readonly hasContact: boolean;
  readonly contactRefused: boolean;
  readonly call: { readonly start: Instant; readonly end: Instant } | null;
  readonly leaverTask: TaskState;
  readonly successorTask: TaskState;
  readonly sentAt: Instant | null;
  readonly heldAt: Instant | null;
  /** When the contact answered, as the CRM logged it. */
  readonly repliedAt: Instant | null;
  /** The successor's first own contact, as the CRM logged it. */
  readonly successorContactAt: Instant | null;
  /** When the leaver's part is to take place. */
  readonly window: { readonly from: Instant; readonly to: Instant };
  readonly lastDayEnds: Instant;
  readonly debtOpen: boolean;
  /** Whether a person ended the debt without a contact: it is not opened again. */
  readonly debtWrittenOff: boolean;
}

/** A change of rows; `applyIntroduction` says what it does to the facts. */
export type IntroductionChange =
  | { readonly change: 'state'; readonly state: IntroductionState; readonly reason?: 'clean-up-list' | 'withdrawn' | undefined }
  | { readonly change: 'method'; readonly method: Method }
  | { readonly change: 'debt-opened' }
  | { readonly change: 'debt-closed' }
  | { readonly change: 'propose-other-successor' }
  | { readonly change: 'cancel-call' }
  | { readonly change: 'remove-tasks' }
  | { readonly change: 'draft-reversal'; readonly by: 'leaver' | 'successor' };

/** What a person is to do now; it stays until it is done, whether a task or a digest says so. */
export type IntroductionNeed = 'leaver-call' | 'leaver-mail' | 'successor-note' | 'successor-contact' | 'call-outcome';

export interface NextIntroduction {
  /** To be applied in this order. */
  readonly changes: readonly IntroductionChange[];
  /** When to look again once the changes are applied, always after now; null when only an event can bring it on. */
  readonly dueAt: Instant | null;
  readonly needs: readonly IntroductionNeed[];
}

export type IntroductionPolicy = {
  readonly introductions: Pick<Policy['introductions'], 'emailDoneWhen'>;
  readonly debts: Policy['debts'];
};

/** What decides besides the facts. */
interface Clock {
  readonly now: Instant;
  /** Until when a successor's note may still go. */
  readonly noteEnds: Instant;
  /** When a mail of that instant becomes a debt unless somebody answers or the successor gets in touch. */
  readonly contactDue: (sentAt: Instant) => Instant;
}

const indebted: Readonly<Record<Tier, boolean>> = { A: true, B: true, C: false, D: false };

/** What a release permits towards contacts; where the reason leaves it to HR, HR says so by letting the leaver be asked in full. */
export function allowedIntroductions(
  permissions: Pick<Permissions, 'calls' | 'mails' | 'contactText'>,
  asking: Asking,
): AllowedIntroductions {
  const may = (permission: Permissions['calls']): boolean => asking === 'full' && (permission === 'yes' || permission === 'hr');
  const { contactText } = permissions;
  return {
    calls: may(permissions.calls),
    mails: may(permissions.mails),
    successorNote: contactText !== 'person' && contactText !== 'nothing',
  };
}

/** The method itself or the next weaker one that is allowed: call, mail, the successor's note; null when nothing is. */
export function permittedMethod(method: Method, allowed: AllowedIntroductions): Method | null {
  switch (method) {
    case 'joint-call':
      return allowed.calls ? method : permittedMethod('email', allowed);
    case 'email':
      return allowed.mails ? method : permittedMethod('notice', allowed);
    case 'notice':
      return allowed.successorNote ? method : null;
    case 'none':
      return method;
    default:
      return method satisfies never;
  }
}

/** Whether the contact has met the successor, so that the account may move warm. */
export function isWarm(state: IntroductionState): boolean {
  return state === 'held' || state === 'sent' || state === 'done';
}

/** Decides what becomes of an introduction. The same facts and instant give the same answer; asked again after the changes, it has none. */
export function nextIntroduction(
  facts: IntroductionFacts,
  now: Instant,
  policy: IntroductionPolicy,
  calendar: Calendar,
): NextIntroduction {
  const within = policy.introductions.emailDoneWhen.successorContactWithin;
  const noteEnds = addDuration(calendar, facts.lastDayEnds, policy.debts.followUp.at(-1) ?? within);
  const contactDue = (sentAt: Instant): Instant => addDuration(calendar, sentAt, within);
  const clock: Clock = { now, noteEnds, contactDue };
  const changes: IntroductionChange[] = [];
  let current = facts;
  for (;;) {
    const found = changesOf(current, clock);
    if (found.length === 0) break;
    changes.push(...found);
    current = found.reduce((applied, change) => applyIntroduction(applied, change, now), current);
  }
  return { changes, dueAt: dueOf(current, clock), needs: needsOf(current, clock) };
}

/** What a withdrawn handover makes of an introduction: nothing more is asked, and what a contact was told is a draft for who told it. */
export function withdrawIntroduction(facts: IntroductionFacts): readonly IntroductionChange[] {
  const closed: readonly IntroductionChange[] = facts.debtOpen ? [{ change: 'debt-closed' }] : [];
  switch (facts.state) {
    case 'proposed':
    case 'agreed':
    case 'scheduled':
      return [...called(facts), ...cleared(facts), { change: 'state', state: 'waived', reason: 'withdrawn' }, ...closed];
    case 'held':
    case 'sent':
    case 'done':
      return [
        { change: 'draft-reversal', by: facts.method === 'notice' ? 'successor' : 'leaver' },
        ...cleared(facts),
        { change: 'state', state: 'waived', reason: 'withdrawn' },
        ...closed,
      ];
    case 'refused':
    case 'unreachable':
    case 'lapsed':
    case 'waived':
      return [...cleared(facts), ...closed];
    default:
      return facts.state satisfies never;
  }
}

/** The facts after a change; a time that is not known yet becomes `now`. */
export function applyIntroduction(facts: IntroductionFacts, change: IntroductionChange, now: Instant): IntroductionFacts {
  switch (change.change) {
    case 'state':
      return { ...facts, state: change.state, ...reachedAt(facts, change.state, now) };
    case 'method':
      return { ...facts, method: change.method };
    case 'debt-opened':
      return { ...facts, debtOpen: true };
    case 'debt-closed':
      return { ...facts, debtOpen: false };
    case 'cancel-call':
      return { ...facts, call: null };
    case 'remove-tasks':
      return { ...facts, leaverTask: removed(facts.leaverTask), successorTask: removed(facts.successorTask) };
    case 'propose-other-successor':
    case 'draft-reversal':
      return facts;
    default:
      return change satisfies never;
  }
}

function reachedAt(facts: IntroductionFacts, state: IntroductionState, now: Instant): Partial<IntroductionFacts> {
  if (state === 'held') return { heldAt: facts.heldAt ?? now };
  return state === 'sent' ? { sentAt: facts.sentAt ?? now } : {};
}

function removed(task: TaskState): TaskState {
  return task === 'open' ? 'none' : task;
}

function to(state: IntroductionState): readonly IntroductionChange[] {
  return [{ change: 'state', state }];
}

function called({ call }: IntroductionFacts): readonly IntroductionChange[] {
  return call === null ? [] : [{ change: 'cancel-call' }];
}

function cleared({ leaverTask, successorTask }: IntroductionFacts): readonly IntroductionChange[] {
  return leaverTask === 'open' || successorTask === 'open' ? [{ change: 'remove-tasks' }] : [];
}

function changesOf(facts: IntroductionFacts, clock: Clock): readonly IntroductionChange[] {
  const { state } = facts;
  if (state === 'waived' || state === 'refused') return [];
  if (facts.contactRefused && !facts.stopped) return refusal(facts);
  if (state === 'done') return facts.debtOpen ? [{ change: 'debt-closed' }] : [];
  const happened = happenedState(facts, clock.now);
  if (happened !== null) return to(happened);
  if (facts.stopped) return [];
  const changes = isOpen(facts) ? preparing(facts, clock) : [];
  return changes.length > 0 ? changes : overdue(facts, clock);
}

/** Whether the contact has heard nothing yet. */
function isOpen({ state }: IntroductionFacts): boolean {
  return state === 'proposed' || state === 'agreed' || state === 'scheduled';
}

function refusal(facts: IntroductionFacts): readonly IntroductionChange[] {
  return [
    ...(isOpen(facts) ? called(facts) : []),
    ...cleared(facts),
    ...to('refused'),
    { change: 'propose-other-successor' },
    ...(facts.debtOpen ? [{ change: 'debt-closed' as const }] : []),
  ];
}

/** What people have done already; it counts even while everything is stopped. */
function happenedState(facts: IntroductionFacts, now: Instant): IntroductionState | null {
  const { state, successorTask } = facts;
  const met = successorTask === 'completed' || facts.successorContactAt !== null;
  const isMissing = state === 'lapsed' || state === 'unreachable';
  if (isOpen(facts) || isMissing) {
    const introduced = introducedState(facts, now);
    return introduced ?? (isMissing && (met || facts.repliedAt !== null) ? 'done' : null);
  }
  if (state === 'held') return met ? 'done' : null;
  if (state === 'sent') return facts.method === 'notice' || met || facts.repliedAt !== null ? 'done' : null;
  return null;
}

function introducedState(facts: IntroductionFacts, now: Instant): 'held' | 'sent' | null {
  const { method, call, leaverTask, successorTask } = facts;
  if (method === 'joint-call') {
    const hasBegun = call === null || call.start <= now;
    const isReported = leaverTask === 'completed' || successorTask === 'completed';
    return facts.heldAt !== null || (hasBegun && isReported) ? 'held' : null;
  }
  const byTask = method === 'email' ? leaverTask : successorTask;
  return facts.sentAt !== null || (method !== 'none' && byTask === 'completed') ? 'sent' : null;
}

function isReady(facts: IntroductionFacts): boolean {
  return facts.stepApproved && facts.toldTeam && facts.toldContacts && !facts.stopped;
}

/** Whether only the successor can introduce: after the move, so also after the last working day. */
function isNote(facts: IntroductionFacts): boolean {
  const method = permittedMethod(facts.method, facts.allowed);
  return method === 'notice' || method === null;
}

function endsAt(facts: IntroductionFacts, { noteEnds }: Clock): Instant {
  return isNote(facts) ? noteEnds : facts.lastDayEnds;
}

function preparing(facts: IntroductionFacts, clock: Clock): readonly IntroductionChange[] {
  const { state, method, call } = facts;
  if (facts.tier === 'D' || method === 'none')
    return [...called(facts), ...cleared(facts), { change: 'state', state: 'waived', reason: 'clean-up-list' }];
  if (!facts.hasContact && state !== 'scheduled') return [...cleared(facts), ...to('unreachable')];
  const permitted = permittedMethod(method, facts.allowed);
  if (state === 'proposed') {
    if (permitted === null || !isReady(facts) || clock.now >= endsAt(facts, clock)) return [];
    return [...(permitted === method ? [] : [{ change: 'method' as const, method: permitted }]), ...to('agreed')];
  }
  if (permitted === null || !facts.stepApproved) return [...called(facts), ...cleared(facts), ...to('proposed')];
  if (permitted !== method)
    return [
      ...called(facts),
      ...cleared(facts),
      { change: 'method', method: permitted },
      ...(state === 'scheduled' ? to('agreed') : []),
    ];
  // The last day moved before the call: it needs another time.
  return state === 'scheduled' && call !== null && call.start >= facts.lastDayEnds ? [...called(facts), ...to('agreed')] : [];
}

function mayOwe(facts: IntroductionFacts): boolean {
  return indebted[facts.tier] && !facts.debtOpen && !facts.debtWrittenOff;
}

function isContactDue({ sentAt }: IntroductionFacts, { now, contactDue }: Clock): boolean {
  return sentAt !== null && contactDue(sentAt) <= now;
}

function overdue(facts: IntroductionFacts, clock: Clock): readonly IntroductionChange[] {
  const { state } = facts;
  const isPastLastDay = clock.now >= facts.lastDayEnds;
  const isPastEnd = clock.now >= endsAt(facts, clock);
  const debt: readonly IntroductionChange[] = mayOwe(facts) ? [{ change: 'debt-opened' }] : [];
  if (state === 'held') return facts.debtOpen ? [{ change: 'debt-closed' }] : [];
  if (state === 'sent') return isContactDue(facts, clock) ? debt : [];
  // A last day that moved later gives back the time, and with it the chance.
  if (state === 'lapsed' && !isPastEnd) return to('proposed');
  if (state === 'unreachable' && facts.hasContact && !isPastEnd) return to('proposed');
  if (isOpen(facts) && isPastEnd) return [...cleared(facts), ...to('lapsed'), ...debt];
  if (state === 'lapsed') return [];
  if (isPastLastDay) return debt;
  return facts.debtOpen ? [{ change: 'debt-closed' }] : [];
}

function dueOf(facts: IntroductionFacts, clock: Clock): Instant | null {
  if (facts.stopped) return null;
  const { state, call } = facts;
  const times: (Instant | null)[] = [];
  if (isOpen(facts)) {
    times.push(facts.lastDayEnds, endsAt(facts, clock), call?.start ?? null, call?.end ?? null);
    if (facts.method === 'email') times.push(facts.window.from);
  }
  if (state === 'unreachable') times.push(facts.lastDayEnds);
  if (state === 'sent' && facts.sentAt !== null && mayOwe(facts)) times.push(clock.contactDue(facts.sentAt));
  return firstAfter(times, clock.now);
}

function needsOf(facts: IntroductionFacts, { now }: Clock): readonly IntroductionNeed[] {
  const { state, method, call } = facts;
  if (!isReady(facts) || !facts.hasContact) return [];
  switch (state) {
    case 'agreed':
      if (method === 'joint-call') return ['leaver-call'];
      if (method === 'email') return facts.window.from <= now ? ['leaver-mail'] : [];
      return method === 'notice' && facts.accountMoved ? ['successor-note'] : [];
    case 'scheduled':
      return call !== null && call.end <= now ? ['call-outcome'] : [];
    case 'held':
      return ['call-outcome'];
    case 'sent':
      return ['successor-contact'];
    case 'lapsed':
      return facts.debtOpen && facts.allowed.successorNote ? ['successor-contact'] : [];
    case 'proposed':
    case 'done':
    case 'refused':
    case 'unreachable':
    case 'waived':
      return [];
    default:
      return state satisfies never;
  }
}

/** Mails that wait for the leaver's click, and what was put before people today already. */
export interface SpreadInput {
  /** Agreed mails inside their window, not put before the leaver yet. */
  readonly waiting: readonly {
    readonly id: string;
    readonly tier: Tier;
    readonly value: number | null;
    readonly successor: string;
  }[];
  /** The successors of the mails put before the leaver today, one entry each. */
  readonly today: readonly string[];
  /** The same of other leavers: a successor of two has one pair of hands. */
  readonly elsewhere: readonly string[];
  readonly perDay: Policy['introductions']['perDay'];
  /** When the window for mails closes. */
  readonly windowEnds: Instant;
}

/**
 * The ids of the mails to put before the leaver today: no more than leaver and successors can do in a day, and no more than it takes to be
 * through with an even share on each business day of the window; the highest tier first, in it the most valuable. None on a day off.
 */
export function mailsForToday(input: SpreadInput, now: Instant, calendar: Calendar): readonly string[] {
  const { waiting, today, elsewhere, perDay, windowEnds } = input;
  // What is put before somebody at the weekend would be Monday's, beyond Monday's own share.
  if (!isBusinessDay(calendar, localDay(now, calendar.timeZone))) return [];
  const even = Math.ceil((waiting.length + today.length) / businessDaysLeft(now, windowEnds, calendar));
  const room = Math.min(perDay.leaver, even) - today.length;
  const count = new Map<string, number>();
  for (const successor of [...today, ...elsewhere]) count.set(successor, (count.get(successor) ?? 0) + 1);
  const chosen: string[] = [];
  for (const { id, successor } of [...waiting].sort(byWorth)) {
    const has = count.get(successor) ?? 0;
    if (chosen.length >= room || has >= perDay.successor) continue;
    count.set(successor, has + 1);
    chosen.push(id);
  }
  return chosen;
}

type Waiting = SpreadInput['waiting'][number];

function byWorth(a: Waiting, b: Waiting): number {
  if (a.tier !== b.tier) return a.tier < b.tier ? -1 : 1;
  return (b.value ?? 0) - (a.value ?? 0) || (a.id < b.id ? -1 : 1);
}

/** Business days from today to the window's last, both counted; at least one. */
function businessDaysLeft(now: Instant, windowEnds: Instant, calendar: Calendar): number {
  const last = localDay(windowEnds, calendar.timeZone);
  let days = 0;
  for (let day = localDay(now, calendar.timeZone); day <= last; day = addDays(day, 1))
    days += isBusinessDay(calendar, day) ? 1 : 0;
  return Math.max(1, days);
}

/** When the next daily digest goes: at its time of the clock on a business day, always after now. */
export function digestAt(now: Instant, policy: Pick<Policy, 'messages'>, calendar: Calendar): Instant {
  const { at } = policy.messages.digest;
  const today = localDay(now, calendar.timeZone);
  const todays = instantOf(today, at, calendar.timeZone);
  if (todays > now && isBusinessDay(calendar, today)) return todays;
  return instantOf(addBusinessDays(calendar, today, 1), at, calendar.timeZone);
}
