import {
  addDuration,
  businessTimeBetween,
  earlierOf,
  laterOf,
  parseDuration,
  shareOfBusinessTime,
  shareOfTime,
} from './calendar.js';
import type { Calendar } from './calendar.js';
import type { Policy } from './policy.js';
import type { Duration, Instant } from './words.js';

/** Who stands around one step of a plan, as far as choosing its approver needs; people are ids. */
export interface ApproverFacts {
  readonly leaver: string;
  readonly successor: string;
  readonly managerOf: (person: string) => string | null;
  readonly hrRota: readonly string[];
  /** Inactive people, and those away now. */
  readonly absent: ReadonlySet<string>;
  /** Everybody with an ending ahead, told or not. */
  readonly leaving: ReadonlySet<string>;
  /** Others who would gain by the decision, such as co-owners. */
  readonly beneficiaries: ReadonlySet<string>;
}

/**
 * Who is asked to approve a step, in order: manager, manager's manager, HR rota; without the leaver, whoever gains, the absent and the
 * leaving. Empty means that nobody can be asked: the caller parks the step.
 */
export function approverChain(facts: ApproverFacts): readonly string[] {
  const manager = facts.managerOf(facts.leaver);
  const above = manager === null ? null : facts.managerOf(manager);
  const asked = new Set<string>();
  for (const person of [manager, above, ...facts.hrRota]) {
    if (person !== null && mayBeAsked(facts, person)) asked.add(person);
  }
  return [...asked];
}

function mayBeAsked(facts: ApproverFacts, person: string): boolean {
  if (person === facts.leaver || person === facts.successor) return false;
  return !facts.absent.has(person) && !facts.leaving.has(person) && !facts.beneficiaries.has(person);
}

/** When an approver who stays silent is reminded, and when the next in the chain is asked. */
export interface ApprovalClock {
  readonly remindAt: Instant;
  /** What the approver is told to decide by; the first escalation by default. */
  readonly dueAt: Instant;
  readonly escalateAt: readonly Instant[];
}

/** The clock of one approval: a share of what is left until the last working day within its bounds, or the urgent hours. */
export function approvalClock(
  policy: Pick<Policy, 'approvals' | 'urgent'>,
  calendar: Calendar,
  asked: { readonly askedAt: Instant; readonly lastWorkingDayEnds: Instant; readonly urgent: boolean },
): ApprovalClock {
  return asked.urgent ? urgentClock(policy.urgent, calendar, asked.askedAt) : usualClock(policy.approvals, calendar, asked);
}

function urgentClock(urgent: Policy['urgent'], calendar: Calendar, askedAt: Instant): ApprovalClock {
  const dueAt = addDuration(calendar, askedAt, urgent.approval);
  const [remindAt, ...escalateAt] = urgent.escalateAt.map((duration) => addDuration(calendar, askedAt, duration));
  return { remindAt: remindAt ?? dueAt, dueAt, escalateAt };
}

function usualClock(
  { due, remindAt, escalateAt }: Policy['approvals'],
  calendar: Calendar,
  { askedAt, lastWorkingDayEnds }: { readonly askedAt: Instant; readonly lastWorkingDayEnds: Instant },
): ApprovalClock {
  const share = shareOfBusinessTime(calendar, askedAt, lastWorkingDayEnds, due.shareOfRemaining);
  const max = addDuration(calendar, askedAt, due.max);
  const min = addDuration(calendar, askedAt, due.min);
  const dueAt = laterOf(min, earlierOf(share, max));
  const byTheClock = (dueAt === min && isIso(due.min)) || (dueAt === max && isIso(due.max));
  const at = (part: number): Instant => {
    if (part === 1) return dueAt;
    return byTheClock || businessTimeBetween(calendar, askedAt, dueAt) === 0
      ? shareOfTime(askedAt, dueAt, part)
      : shareOfBusinessTime(calendar, askedAt, dueAt, part);
  };
  return { remindAt: at(remindAt), dueAt, escalateAt: escalateAt.map(at) };
}

/** A bound of seconds or days runs on nights and weekends too; its parts are parts of that time, not of working time. */
function isIso(duration: Duration): boolean {
  return parseDuration(duration)?.kind === 'iso';
}

/** Who wants to decide a step, and what is known of them. */
export interface Decider {
  /** Null for a bare signal: an operator whose identity nobody verified. */
  readonly by: string | null;
  readonly verified: boolean;
  readonly step: { readonly successor: string };
  readonly chain: readonly string[];
  readonly hrRota: readonly string[];
  readonly bareSignals: Policy['decisions']['bareSignals'];
  readonly toldTeam: boolean;
  /** Left out where the caller has ruled the leaver out already. */
  readonly leaver?: string;
}

/** Allowed, or the code of `contracts.md` 4 with one sentence for the operator. */
export type MayDecide = { readonly ok: true } | { readonly ok: false; readonly code: 'not-your-step'; readonly problem: string };

const allowed: MayDecide = { ok: true };

function refused(problem: string): MayDecide {
  return { ok: false, code: 'not-your-step', problem };
}

/** Whether somebody may decide a step: its approvers and HR may, its successor and the leaver never, a bare signal as policy says. */
export function mayDecide(decider: Decider): MayDecide {
  const { by, step, leaver } = decider;
  if (by !== null && by === step.successor)
    return refused('The successor of a step does not decide it; ask another approver or HR.');
  if (by !== null && by === leaver) return refused('The person who hands over does not decide the plan; ask the approver or HR.');
  if (by === null || !decider.verified) return mayBeBare(decider);
  if (decider.chain.includes(by) || decider.hrRota.includes(by)) return allowed;
  return refused('Only an approver of this step or HR decides it; ask one of them.');
}

function mayBeBare({ bareSignals, toldTeam }: Decider): MayDecide {
  switch (bareSignals) {
    case 'always':
      return allowed;
    case 'after-team':
      return toldTeam
        ? allowed
        : refused('Until the team has been told, decide on the page or by `baton`, signed in: this signal names nobody.');
    case 'never':
      return refused('This company takes decisions only from the page or `baton`, signed in: this signal names nobody.');
    default:
      return bareSignals satisfies never;
  }
}
