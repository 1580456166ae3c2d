import type { Calendar } from '../domain/calendar.js';
import type { Instant, IntroductionState, MembershipState, Outcome, Stage, StepState } from '../domain/words.js';
import type { WaitingEntry } from '../../workflows/contract.js';

/** Where a handover stands, for a person who does not know Baton's words. */
export const stageWords: Readonly<Record<Stage, string>> = {
  snapshotting: 'Baton lists what the leaver owns (it only reads)',
  'awaiting-release': "waits for HR's release; until then nothing is changed and nobody is told",
  planning: 'Baton proposes successors',
  'awaiting-approval': 'the plan waits for approval',
  'awaiting-told': 'approved; nothing moves before the team has been told',
  introducing: 'successors are introduced',
  transferring: 'approved records are moved',
  verifying: 'everything has moved; open until the last working day is over',
  inviting: 'the leaver is invited to the alumni programme',
  restoring: 'what was moved is taken back',
  closed: 'closed',
};

/** How a closed handover ended. */
export const outcomeWords: Readonly<Record<Outcome, string>> = {
  completed: 'completed',
  rescinded: 'the leaver stays; everything is as it was',
  restored: 'everything was taken back',
  aborted: 'stopped by an operator; nothing was taken back by itself',
  incomplete: 'ended with records that somebody gave up',
};

/** What a handover waits for. */
export const waitingWords: Readonly<Record<WaitingEntry['what'], string>> = {
  release: "HR's release",
  approval: 'approval',
  told: 'somebody to say who has been told',
  'last-working-day': 'the end of the last working day',
  introductions: 'introductions',
  'transfer-window': 'the hours in which records are moved',
  invitation: 'the alumni invitation',
  'restore-decision': 'a decision whether records go back',
  vendor: 'the CRM',
  operator: 'a person: something is parked or paused',
  evidence: 'the HRIS, which no longer says anything about this person',
};

/** How a step stands. */
export const stepWords: Readonly<Record<StepState, string>> = {
  waiting: 'waits for approval',
  approved: 'approved',
  refused: 'refused',
  'to-custodian': 'goes to the custodian',
  applying: 'being moved',
  verified: 'moved and proven',
  parked: 'parked',
  restored: 'taken back',
};

/** How introductions stand, as counted. */
export const introductionWords: Readonly<Record<IntroductionState, string>> = {
  proposed: 'proposed',
  agreed: 'to be made',
  scheduled: 'with a call booked',
  held: 'with the call held',
  sent: 'sent',
  done: 'done',
  refused: 'refused by the contact',
  unreachable: 'without an address',
  lapsed: 'not made in time',
  waived: 'left out',
};

/** How a membership of the alumni programme stands. */
export const membershipWords: Readonly<Record<MembershipState, string>> = {
  asked: 'the private address is not confirmed yet',
  confirmed: 'the private address is confirmed; the invitation follows after the end of employment',
  invited: 'invited',
  reminded: 'invited, and reminded once',
  joined: 'joined',
  declined: 'declined; nothing is kept',
  silent: 'never answered; nothing is kept',
  erased: 'erased',
  ended: 'ended; nothing is kept',
};

/** Why a successor was proposed. */
export const successorReasons: Readonly<Record<string, string>> = {
  rule: 'named in succession.rules',
  team: 'works beside the leaver',
  custodian: 'custodian',
  reassigned: 'chosen by a person',
};

/** An instant as people where the leaver works would say it. */
export function sayInstant(instant: Instant, { timeZone }: Pick<Calendar, 'timeZone'>): string {
  const parts = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  } as const;
  return new Intl.DateTimeFormat('en-GB', { ...parts, timeZone, timeZoneName: 'short' }).format(new Date(instant));
}

/** A day with its weekday. */
export function sayDay(day: string): string {
  const parts = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  return new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** `1 record`, `2 records`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
