/** A day without a time zone, `YYYY-MM-DD`. */
export type Day = string;
/** An instant in UTC, `2026-11-22T15:00:00.000Z`. */
export type Instant = string;
/** A duration: ISO 8601 (`PT2S`, `P1M`), business days (`2bd`) or business hours (`4bh`). */
export type Duration = string;

/** Why a person gives work over; what each permits is in `release.ts`. */
export const reasons = [
  'resignation',
  'retirement',
  'fixed-term-end',
  'probation-end',
  'redundancy',
  'mutual-agreement',
  'dismissal',
  'summary-dismissal',
  'incapacity',
  'death',
  'cover',
  'role-change',
  'unknown',
] as const;
export type Reason = (typeof reasons)[number];

/** Where a handover stands. */
export const stages = [
  'snapshotting',
  'awaiting-release',
  'planning',
  'awaiting-approval',
  'awaiting-told',
  'introducing',
  'transferring',
  'verifying',
  'inviting',
  'restoring',
  'closed',
] as const;
export type Stage = (typeof stages)[number];

/** How a closed handover ended. */
export type Outcome = 'completed' | 'rescinded' | 'restored' | 'aborted' | 'incomplete';

/** One successor's share of the plan. */
export type StepState = 'waiting' | 'approved' | 'refused' | 'to-custodian' | 'applying' | 'verified' | 'parked' | 'restored';

/** One ownership on its way; `owned` is snapshotted and not yet planned. */
export type AssignmentState =
  'owned' | 'planned' | 'approved' | 'intended' | 'written' | 'verified' | 'skipped' | 'refused' | 'parked' | 'restored';

/** Who may know; opened in this order. */
export const audiences = ['leaver', 'team', 'contacts'] as const;
export type Audience = (typeof audiences)[number];

/** What a handover can be waiting for. */
export type WaitingFor =
  | 'release'
  | 'approval'
  | 'told'
  | 'last-working-day'
  | 'introductions'
  | 'transfer-window'
  | 'invitation'
  | 'restore-decision'
  | 'vendor'
  | 'operator'
  | 'evidence';

/** How a relationship is handed over: joint call, e-mail by the leaver, short note by the successor, not at all. */
export const tiers = ['A', 'B', 'C', 'D'] as const;
export type Tier = (typeof tiers)[number];

/** What introduces a successor. */
export type Method = 'joint-call' | 'email' | 'notice' | 'none';

/** Where an introduction stands. */
export const introductionStates = [
  'proposed',
  'agreed',
  'scheduled',
  'held',
  'sent',
  'done',
  'refused',
  'unreachable',
  'lapsed',
  'waived',
] as const;
export type IntroductionState = (typeof introductionStates)[number];

/** Where a membership of the alumni programme stands. */
export const membershipStates = [
  'asked',
  'confirmed',
  'invited',
  'reminded',
  'joined',
  'declined',
  'silent',
  'erased',
  'ended',
] as const;
export type MembershipState = (typeof membershipStates)[number];

/** What a handover means for the person: most leave the company, some are away for a while, some do other work here. */
export type Parting = 'leaves' | 'away' | 'moves';

/** The languages in which Baton writes. */
export const languages = ['nl', 'da', 'en'] as const;
export type Language = (typeof languages)[number];

/** The kinds of CRM record that Baton hands over. */
export const recordTypes = ['companies', 'contacts', 'deals', 'tickets'] as const;
export type RecordType = (typeof recordTypes)[number];
