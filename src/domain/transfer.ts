import {
  addBusinessDays,
  addDuration,
  businessDaysBetween,
  businessTimeBetween,
  earlierOf,
  instantOf,
  laterOf,
  localDay,
  parseDuration,
  windowOpensAt,
} from './calendar.js';
import type { Calendar } from './calendar.js';
import type { Policy } from './policy.js';
import type { AssignmentState, Day, Duration, Instant, StepState } from './words.js';

/** What the clocks of a handover depend on. */
export interface DeadlineFacts {
  readonly policy: Pick<Policy, 'lastDay' | 'urgent'>;
  readonly calendar: Calendar;
  readonly lastWorkingDay: Day;
  readonly employmentEnd: Day | null;
  readonly toldTeamAt: Instant | null;
  /** Null before the release: nothing is urgent yet. */
  readonly releasedAt: Instant | null;
}

/** The instants that end a handover's phases. */
export interface Deadlines {
  /** From when undecided steps go to the custodian; null while an urgent handover waits for the team to be told. */
  readonly custodianAt: Instant | null;
  /** From when everything that remains moves; null while an urgent handover waits for the team to be told. */
  readonly movesAt: Instant | null;
  readonly lastDayEnds: Instant;
  /** Null for cover and role change, which end no employment. */
  readonly employmentEnds: Instant | null;
  readonly urgent: boolean;
}

/** The deadlines of a handover, from its last working day or, when it is urgent, from the moment that the team knows. */
export function deadlines({ policy, calendar, lastWorkingDay, employmentEnd, toldTeamAt, releasedAt }: DeadlineFacts): Deadlines {
  const { lastDay, urgent } = policy;
  const lastDayEnds = instantOf(lastWorkingDay, lastDay.ends, calendar.timeZone);
  const isUrgent = releasedAt !== null && isAtMost(calendar, releasedAt, lastDayEnds, urgent.whenAtMost);
  const at = (time: string, afterTold: Duration): Instant | null => {
    if (!isUrgent) return instantOf(lastWorkingDay, time, calendar.timeZone);
    return toldTeamAt === null ? null : addDuration(calendar, toldTeamAt, afterTold);
  };
  return {
    custodianAt: at(lastDay.custodianAt, urgent.custodianAfterTold),
    movesAt: at(lastDay.movesAt, urgent.movesAfterTold),
    lastDayEnds,
    employmentEnds: employmentEnd === null ? null : instantOf(employmentEnd, lastDay.employmentEnds, calendar.timeZone),
    urgent: isUrgent,
  };
}

/**
 * Whether at most `limit` is left between two instants (W against `urgent.whenAtMost`). Business durations are compared with working time,
 * ISO 8601 ones with the time itself; a limit of nothing is never reached.
 */
export function isAtMost(calendar: Calendar, from: Instant, to: Instant, limit: Duration): boolean {
  const parsed = parseDuration(limit);
  switch (parsed?.kind) {
    case 'business-days':
      return parsed.count > 0 && businessDaysBetween(calendar, from, to) <= parsed.count;
    case 'business-hours':
      return parsed.count > 0 && businessTimeBetween(calendar, from, to) <= parsed.count * 3_600_000;
    case 'iso':
      return parsed.months + parsed.days + parsed.ms > 0 && Date.parse(addDuration(calendar, from, limit)) >= Date.parse(to);
    case undefined:
      throw new RangeError(`"${limit}" is no duration; the configuration should have refused it`);
    default:
      return parsed satisfies never;
  }
}

/** The last closing day for which a deal still stays with the leaver; ask once for many deals. */
export function lastLateDay(lastWorkingDay: Day, within: Duration, calendar: Calendar): Day {
  const parsed = parseDuration(within);
  if (parsed?.kind === 'business-days') return addBusinessDays(calendar, lastWorkingDay, parsed.count);
  return localDay(addDuration(calendar, instantOf(lastWorkingDay, '00:00', calendar.timeZone), within), calendar.timeZone);
}

/** What decides when one assignment may be written. */
export interface DueFacts {
  readonly step: {
    readonly state: StepState;
    readonly decidedAt: Instant | null;
    /** When all of the step's canary was found to have moved; null before. */
    readonly canaryVerifiedAt: Instant | null;
  };
  /** Whether it is one of the step's first records. */
  readonly canary: boolean;
  /** Whether it is a deal that stays with the leaver until the last moment. */
  readonly late: boolean;
  readonly toldTeamAt: Instant | null;
  readonly deadlines: Pick<Deadlines, 'movesAt' | 'urgent'>;
  readonly policy: Pick<Policy, 'transfer'>;
  readonly calendar: Calendar;
  readonly now: Instant;
}

const decided: Readonly<Record<StepState, boolean>> = {
  waiting: false,
  approved: true,
  refused: false,
  'to-custodian': true,
  applying: true,
  verified: false,
  parked: false,
  restored: false,
};

/**
 * From when an assignment may be written, or null when something has to happen first. Never before the decision and the team's being
 * told. The canary goes at the first open moment of the window, or at once when urgent; the rest after the canary's pause; late deals, and
 * whatever is left outside the window, at `movesAt`. A canary that nobody could verify holds the rest only until `movesAt` and its pause.
 */
export function dueAt(facts: DueFacts): Instant | null {
  const { step, toldTeamAt, deadlines: ends, policy, calendar } = facts;
  if (!decided[step.state] || step.decidedAt === null || toldTeamAt === null || ends.movesAt === null) return null;
  const gate = laterOf(step.decidedAt, toldTeamAt);
  const lastCall = laterOf(gate, ends.movesAt);
  if (facts.late) return lastCall;
  if (facts.canary) return firstOpenMoment(facts, gate, lastCall);
  const { pause } = policy.transfer.canary;
  if (policy.transfer.canary.records === 0) return firstOpenMoment(facts, gate, lastCall);
  if (step.canaryVerifiedAt === null) return addDuration(calendar, lastCall, pause);
  const rested = addDuration(calendar, step.canaryVerifiedAt, pause);
  return firstOpenMoment(facts, laterOf(gate, rested), laterOf(lastCall, rested));
}

/** A moment that has passed outside the window counts only when it is `lastCall`: a worker that was down overnight waits for the evening. */
function firstOpenMoment({ deadlines: ends, policy, calendar, now }: DueFacts, from: Instant, lastCall: Instant): Instant {
  if (ends.urgent) return from;
  return earlierOf(windowOpensAt(policy.transfer.window, calendar.timeZone, laterOf(from, now)), lastCall);
}

/** What choosing a canary needs of an assignment. */
export interface CanaryCandidate {
  readonly id: string;
  readonly value: number | null;
  readonly late: boolean;
}

/** The ids of the `count` assignments that are written first: the least valuable that are not late, ties by id. */
export function pickCanary(assignments: readonly CanaryCandidate[], count: number): readonly string[] {
  const first: CanaryCandidate[] = [];
  for (const assignment of assignments) {
    if (assignment.late) continue;
    const at = first.findIndex((other) => comesBefore(assignment, other));
    if (at >= 0) first.splice(at, 0, assignment);
    else first.push(assignment);
    if (first.length > count) first.pop();
  }
  return first.map((assignment) => assignment.id);
}

function comesBefore(a: CanaryCandidate, b: CanaryCandidate): boolean {
  const difference = (a.value ?? 0) - (b.value ?? 0);
  return difference === 0 ? a.id < b.id : difference < 0;
}

/** What a CRM's field holds now, as a direct read found it. */
export type HeldNow = { readonly state: 'present'; readonly owner: string | null } | { readonly state: 'gone' };

/** One ownership with its before-image and the owner that the plan names. */
export interface Comparison {
  readonly state: AssignmentState;
  readonly before: string;
  readonly planned: string;
  readonly now: HeldNow;
}

/** What to do with a record before writing it: a record that somebody else moved meanwhile is left alone. */
export function compare({ before, planned, now }: Comparison): 'write' | 'already-written' | 'moved-by-someone' | 'gone' {
  if (now.state === 'gone') return 'gone';
  if (now.owner === planned) return 'already-written';
  return now.owner === before ? 'write' : 'moved-by-someone';
}

/** The states after an intent row: only what Baton may have written is Baton's to take back. */
const mayBeOurs: Readonly<Record<AssignmentState, boolean>> = {
  owned: false,
  planned: false,
  approved: false,
  intended: true,
  written: true,
  verified: true,
  skipped: false,
  refused: false,
  parked: true,
  restored: true,
};

/** What to do with a record before taking a move back: only a value that Baton itself wrote is replaced. */
export function compareForUndo({
  state,
  before,
  planned,
  now,
}: Comparison): 'restore' | 'already-restored' | 'changed-since' | 'gone' {
  if (now.state === 'gone') return 'gone';
  if (now.owner === before) return 'already-restored';
  return now.owner === planned && mayBeOurs[state] ? 'restore' : 'changed-since';
}
