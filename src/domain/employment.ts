import { addDays, isDay } from './calendar.js';
import type { Day, Outcome } from './words.js';

/** Where an employment stands; `left` is past its end, `inactive` says no more than that. */
export const employmentStatuses = ['active', 'on-leave', 'garden-leave', 'inactive', 'left', 'unknown'] as const;
export type EmploymentStatus = (typeof employmentStatuses)[number];

/** What one look at the HRIS record found; a field that could not be read is not an empty one. */
export type EmploymentFacts =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' }
  | {
      readonly kind: 'read';
      /** Null when the field could not be read. */
      readonly status: EmploymentStatus | null;
      readonly employmentEnd: { readonly readable: true; readonly value: Day | null } | { readonly readable: false };
      readonly lastWorkingDay: Day | null;
      readonly reasonText: string | null;
    };

type ReadFacts = Extract<EmploymentFacts, { kind: 'read' }>;

/** What a handover is asked to act on; stored as version `desired` of its row. */
export interface Desired {
  /** False once the ending was withdrawn. */
  readonly inForce: boolean;
  /** `unknown` holds outward steps and asks HR; it undoes nothing. */
  readonly evidence: 'ok' | 'unknown';
  readonly employmentEnd: Day | null;
  readonly lastWorkingDay: Day | null;
  readonly reasonText: string | null;
}

/** What the open handover was last asked to act on. */
export interface Acknowledged extends Omit<Desired, 'reasonText'> {
  readonly version: number;
  readonly source: 'hris' | 'manual';
  /** Left out, a change of the reason alone is no change. */
  readonly reasonText?: string | null;
}

/** The newest closed handover of this employment. */
export interface LastClosed {
  readonly employmentEnd: Day | null;
  readonly outcome: Outcome;
  /** Whether a later look found the person active without an end (conclusion `no-ending`): what comes then is a new leave. */
  readonly emptySince?: boolean;
}

/** Why a look led to nothing, for the employment's row and for `show`. */
export type Conclusion =
  | 'not-found'
  | 'unreadable'
  | 'end-not-readable'
  | 'no-ending'
  | 'on-leave'
  | 'garden-leave-without-end'
  | 'inactive-without-end'
  | 'left-without-end'
  | 'status-unknown'
  | 'ended-long-ago'
  | 'already-handed-over'
  | 'same'
  | 'already-unknown'
  | 'already-rescinded'
  | 'manual'
  | 'manual-to-match';

export type EmploymentDecision =
  | { readonly action: 'nothing'; readonly conclusion: Conclusion }
  | { readonly action: 'start'; readonly desired: Desired }
  | { readonly action: 'change'; readonly desired: Desired };

export interface EmploymentInput {
  readonly reading: EmploymentFacts;
  /** Null when no handover is open. */
  readonly acknowledged: Acknowledged | null;
  readonly lastClosed: LastClosed | null;
  readonly today: Day;
}

/**
 * An HRIS is connected with years of leavers in it, whose accounts found an owner long ago; but payroll runs monthly and an ending is often
 * entered after the fact, so one of the last month still counts.
 */
export const startsWithinDays = 30;

/** Compares what the HRIS says now with what the open handover was last asked to act on. Total: every combination has an answer. */
export function decide({ reading, acknowledged, lastClosed, today }: EmploymentInput): EmploymentDecision {
  const seen = judge(reading);
  if (acknowledged === null) return withoutHandover(seen, lastClosed, today);
  return acknowledged.source === 'manual' ? withManual(seen, acknowledged) : withHandover(seen, acknowledged);
}

type Judgement =
  | { readonly says: 'ending'; readonly desired: Desired; readonly end: Day }
  | { readonly says: 'no-ending' }
  | { readonly says: 'unknown'; readonly conclusion: Conclusion };

const withoutEnd: Readonly<Record<EmploymentStatus, Conclusion>> = {
  active: 'no-ending',
  'on-leave': 'on-leave',
  'garden-leave': 'garden-leave-without-end',
  inactive: 'inactive-without-end',
  left: 'left-without-end',
  unknown: 'status-unknown',
};

/** What a reading proves by itself: an ending, no ending (only for the active), or nothing. */
function judge(reading: EmploymentFacts): Judgement {
  if (reading.kind === 'absent') return { says: 'unknown', conclusion: 'not-found' };
  if (reading.kind === 'unreadable') return { says: 'unknown', conclusion: 'unreadable' };
  if (!reading.employmentEnd.readable) return { says: 'unknown', conclusion: 'end-not-readable' };
  const end = reading.employmentEnd.value;
  if (end !== null) return isDay(end) ? ending(reading, end) : { says: 'unknown', conclusion: 'end-not-readable' };
  if (reading.status === 'active') return { says: 'no-ending' };
  return { says: 'unknown', conclusion: withoutEnd[reading.status ?? 'unknown'] };
}

function ending({ lastWorkingDay, reasonText }: ReadFacts, end: Day): Judgement {
  return { says: 'ending', end, desired: { inForce: true, evidence: 'ok', employmentEnd: end, lastWorkingDay, reasonText } };
}

function nothing(conclusion: Conclusion): EmploymentDecision {
  return { action: 'nothing', conclusion };
}

function withoutHandover(seen: Judgement, lastClosed: LastClosed | null, today: Day): EmploymentDecision {
  if (seen.says === 'unknown') return nothing(seen.conclusion);
  if (seen.says === 'no-ending') return nothing('no-ending');
  if (lastClosed !== null && isOldEnding(seen.end, lastClosed)) return nothing('already-handed-over');
  return seen.end < addDays(today, -startsWithinDays) ? nothing('ended-long-ago') : { action: 'start', desired: seen.desired };
}

/**
 * A leaver stays ended in the HRIS for years after the handover was closed. The same or an earlier end is still that ending, whatever came of
 * it; a later one is a new leave. After a rescission the end had been read as empty, so any end is a new one.
 */
function isOldEnding(end: Day, { employmentEnd, outcome, emptySince }: LastClosed): boolean {
  return outcome !== 'rescinded' && emptySince !== true && employmentEnd !== null && end <= employmentEnd;
}

function withHandover(seen: Judgement, acknowledged: Acknowledged): EmploymentDecision {
  switch (seen.says) {
    case 'ending':
      return isSame(seen.desired, acknowledged) ? nothing('same') : { action: 'change', desired: seen.desired };
    case 'no-ending':
      return rescind(acknowledged);
    case 'unknown':
      return holdOutwardSteps(acknowledged, seen.conclusion);
    default:
      return seen satisfies never;
  }
}

/**
 * HR started this one before the HRIS knew, so a record that is absent, empty or unreadable says nothing new. An end that the HRIS brings
 * later is matched by a person, who alone knows whether it is the same leave.
 */
function withManual(seen: Judgement, acknowledged: Acknowledged): EmploymentDecision {
  if (seen.says !== 'ending') return nothing('manual');
  return nothing(seen.end === acknowledged.employmentEnd ? 'same' : 'manual-to-match');
}

function isSame(desired: Desired, acknowledged: Acknowledged): boolean {
  return (
    acknowledged.inForce === desired.inForce &&
    acknowledged.evidence === desired.evidence &&
    acknowledged.employmentEnd === desired.employmentEnd &&
    acknowledged.lastWorkingDay === desired.lastWorkingDay &&
    (acknowledged.reasonText === undefined || acknowledged.reasonText === desired.reasonText)
  );
}

function rescind(acknowledged: Acknowledged): EmploymentDecision {
  if (!acknowledged.inForce && acknowledged.evidence === 'ok') return nothing('already-rescinded');
  const desired = { inForce: false, evidence: 'ok', employmentEnd: null, lastWorkingDay: null, reasonText: null } as const;
  return { action: 'change', desired };
}

/** Keeps what was acknowledged and only marks it unproven; a rescission that was proven once stays one. */
function holdOutwardSteps(acknowledged: Acknowledged, conclusion: Conclusion): EmploymentDecision {
  if (!acknowledged.inForce) return nothing(conclusion);
  if (acknowledged.evidence === 'unknown') return nothing('already-unknown');
  const { inForce, employmentEnd, lastWorkingDay, reasonText } = acknowledged;
  return {
    action: 'change',
    desired: { inForce, evidence: 'unknown', employmentEnd, lastWorkingDay, reasonText: reasonText ?? null },
  };
}
