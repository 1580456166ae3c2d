import { approvalClock, approverChain } from '../src/domain/approval.js';
import { addDuration, instantOf, type Calendar } from '../src/domain/calendar.js';
import type { HandoverFacts, StepFacts } from '../src/domain/handover.js';
import { contactsFrom } from '../src/domain/release.js';
import { deadlines, dueAt, isAtMost, type Deadlines } from '../src/domain/transfer.js';
import {
  audiences,
  membershipStates,
  type AssignmentState,
  type Audience,
  type Instant,
  type MembershipState,
  type Outcome,
  type StepState,
} from '../src/domain/words.js';
import type { IntroductionCounts } from '../src/store/introductions.js';
import { desiredOf, type HandoverRow, type StepRow } from '../src/store/handovers.js';
import type { GroupRow } from '../src/store/ownerships.js';
import type { PersonInPlace } from '../src/store/people.js';
import { toCard } from '../src/store/card.js';
import { modeOf, type Deps } from './deps.js';

/** A handover's row with what the domain decides from. */
export interface Loaded {
  readonly row: HandoverRow;
  readonly facts: HandoverFacts;
  readonly deadlines: Deadlines | null;
  readonly calendar: Calendar;
  /** People who may approve, by step. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  readonly people: PeopleStanding;
}

/** How far introductions and the alumni programme have come. */
export interface PeopleStanding {
  readonly introductions: IntroductionCounts;
  readonly debts: number;
  readonly member: { readonly id: string; readonly state: MembershipState; readonly employmentEnd: Instant } | null;
}

/** Who has been told so far, in the order in which it opens. */
export function toldOf(row: HandoverRow): readonly Audience[] {
  const at = { leaver: row.toldLeaverAt, team: row.toldTeamAt, contacts: row.toldContactsAt };
  return audiences.filter((audience) => at[audience] !== null);
}

/** Reads everything that decides what a handover does next. */
export async function loadFacts(deps: Deps, handover: string, now: Instant): Promise<Loaded> {
  const row = await deps.stores.handovers.get(handover);
  const calendar = deps.calendarOf(row.employment.person.country);
  const ends = deadlinesOf(deps, row, calendar);
  // One after the other: in a transaction they share one connection.
  const groups = await deps.stores.ownerships.groups(handover);
  const queuedMails = await deps.stores.mails.countWaiting(handover);
  const restoreOpen = row.restoring ? await deps.stores.ownerships.undoOpen(handover) : 0;
  const givenUp = await deps.stores.ownerships.givenUp(handover);
  const people = await peopleOf(deps, handover);
  const chains = await chainsOf(deps, row);
  const step = (item: StepRow) => stepFacts(deps, row, item, groups, ends, calendar, chains.get(item.id) ?? [], now);
  const facts: HandoverFacts = {
    ...standing(deps, row),
    release: releaseFacts(deps, row, calendar, now),
    contactsFrom: contactsMayKnowFrom(row, calendar),
    steps: row.steps.map(step),
    deadlines: ends && { custodianAt: ends.custodianAt, lastDayEnds: ends.lastDayEnds },
    queuedMails,
    restoreOpen,
    givenUp,
    introductions: stillToTakePlace.reduce((sum, state) => sum + (people.introductions[state] ?? 0), 0),
    invitation: invitationOf(deps, people, calendar),
  };
  return { row, facts, deadlines: ends, calendar, chains, people };
}

const stillToTakePlace = ['proposed', 'agreed', 'scheduled'] as const;

async function peopleOf(deps: Deps, handover: string): Promise<PeopleStanding> {
  const { states, debts } = await deps.stores.introductions.counts(handover);
  const member = await deps.stores.members.ofHandover(handover);
  return {
    introductions: states,
    debts,
    member: member && {
      id: member.id,
      state: membershipStateOf(member.state),
      employmentEnd: member.employmentEnd.toISOString(),
    },
  };
}

/** Only an address that its owner confirmed is worth waiting for. */
function invitationOf(deps: Deps, { member }: PeopleStanding, calendar: Calendar): HandoverFacts['invitation'] {
  if (member?.state !== 'confirmed') return null;
  return { at: addDuration(calendar, member.employmentEnd, deps.policy.alumni.inviteAfterEnd) };
}

type Standing = Omit<
  HandoverFacts,
  'release' | 'contactsFrom' | 'steps' | 'deadlines' | 'queuedMails' | 'restoreOpen' | 'givenUp' | 'introductions' | 'invitation'
>;

function standing(deps: Deps, row: HandoverRow): Standing {
  const desired = desiredOf(row);
  return {
    mode: modeOf(deps, row.employment.connection),
    closed: row.closedAt === null ? null : outcomeOf(row.outcome),
    inForce: row.inForce,
    withdrawn: !desired.inForce,
    evidence: desired.evidence,
    paused: row.paused,
    held: row.held,
    snapshotDone: row.snapshotAt !== null,
    released: row.releasedAt !== null,
    planned: row.plannedAt !== null,
    told: toldOf(row),
    parked: row.parked.map(({ id, what, stepId }) => ({ id, what, step: stepId })),
    restoring: row.restoring === 'rescinded' || row.restoring === 'undo' ? row.restoring : null,
    swept: row.sweptAt !== null,
  };
}

/** The deadlines, once a last working day is known. */
function deadlinesOf(deps: Deps, row: HandoverRow, calendar: Calendar): Deadlines | null {
  const { lastWorkingDay } = row;
  if (lastWorkingDay === null) return null;
  return deadlines({
    policy: deps.policy,
    calendar,
    lastWorkingDay,
    employmentEnd: row.card?.employmentEnd ?? null,
    toldTeamAt: iso(row.toldTeamAt),
    releasedAt: iso(row.releasedAt),
  });
}

function releaseFacts(deps: Deps, row: HandoverRow, calendar: Calendar, now: Instant): HandoverFacts['release'] {
  const from = iso(row.snapshotAt) ?? now;
  const { release, urgent } = deps.policy;
  const end = row.lastWorkingDay === null ? null : instantOf(row.lastWorkingDay, deps.policy.lastDay.ends, calendar.timeZone);
  const isUrgent = end !== null && isAtMost(calendar, from, end, urgent.whenAtMost);
  const dueAt = addDuration(calendar, from, isUrgent ? urgent.release : release.dueAfter);
  return { asked: row.releaseAsked, askAt: iso(row.releaseAskAt) ?? from, dueAt };
}

/** Contacts may know from a day that HR named on the card. */
function contactsMayKnowFrom({ card, releasedAt, toldContactsAt }: HandoverRow, calendar: Calendar): Instant | null {
  const day = card && contactsFrom(toCard(card).whoKnows);
  return day && releasedAt !== null && toldContactsAt === null ? instantOf(day, '00:00', calendar.timeZone) : null;
}

function stepFacts(
  deps: Deps,
  row: HandoverRow,
  step: StepRow,
  groups: readonly GroupRow[],
  ends: Deadlines | null,
  calendar: Calendar,
  chain: readonly string[],
  now: Instant,
): StepFacts {
  const state = stepStateOf(step.state);
  const due = (kind: 'canary' | 'rest' | 'late') =>
    ends &&
    dueAt({
      step: { state, decidedAt: iso(step.decidedAt), canaryVerifiedAt: iso(step.canaryAt) },
      canary: kind === 'canary',
      late: kind === 'late',
      toldTeamAt: iso(row.toldTeamAt),
      deadlines: ends,
      policy: deps.policy,
      calendar,
      now,
    });
  return {
    id: step.id,
    state,
    asked: step.asked,
    chain: chain.filter((person) => !step.asked.includes(person)),
    reminded: step.remindedAt !== null,
    timedOut: step.timedOut,
    canaryAt: iso(step.canaryAt),
    times: step.askedAt && ends ? approvalTimesOf(deps, calendar, step.askedAt, ends) : null,
    groups: groups
      .filter((group) => group.stepId === step.id)
      .map((group) => ({ ...group, state: assignmentStateOf(group.state) })),
    due: { canary: due('canary'), rest: due('rest'), late: due('late') },
  };
}

function approvalTimesOf(deps: Deps, calendar: Calendar, askedAt: Date, ends: Deadlines) {
  return approvalClock(deps.policy, calendar, {
    askedAt: askedAt.toISOString(),
    lastWorkingDayEnds: ends.lastDayEnds,
    urgent: ends.urgent,
  });
}

/** Who may be asked to approve each step that waits. */
async function chainsOf(deps: Deps, row: HandoverRow): Promise<ReadonlyMap<string, readonly string[]>> {
  const waiting = row.steps.filter((step) => step.state === 'waiting');
  if (waiting.length === 0) return new Map();
  const { connection, record, personId } = row.employment;
  const above = await deps.stores.people.managersAbove(connection, record);
  const rota = await deps.stores.people.byWorkEmail(connection, deps.hrRota);
  const managerOf = managerLine(personId, above);
  const known: readonly PersonInPlace[] = [...above, ...rota];
  return new Map(
    waiting.map((step) => [
      step.id,
      approverChain({
        leaver: personId,
        successor: step.successorId,
        managerOf,
        hrRota: rota.map((person) => person.person),
        absent: new Set(known.filter((person) => !person.active).map((person) => person.person)),
        leaving: new Set(known.filter((person) => person.leaving).map((person) => person.person)),
        beneficiaries: new Set(),
      }),
    ]),
  );
}

/** Who manages whom on the way up from a person, from `managersAbove` (nearest first). */
export function managerLine(person: string, above: readonly PersonInPlace[]): (person: string) => string | null {
  const managers = new Map(above.map((manager, level) => [above[level - 1]?.person ?? person, manager.person]));
  return (of) => managers.get(of) ?? null;
}

/** An instant as the domain writes it; null stays null. */
export function iso(date: Date | null): Instant | null {
  return date === null ? null : date.toISOString();
}

const stepStates: Readonly<Record<StepState, true>> = {
  waiting: true,
  approved: true,
  refused: true,
  'to-custodian': true,
  applying: true,
  verified: true,
  parked: true,
  restored: true,
};
const assignmentStates: Readonly<Record<AssignmentState, true>> = {
  owned: true,
  planned: true,
  approved: true,
  intended: true,
  written: true,
  verified: true,
  skipped: true,
  refused: true,
  parked: true,
  restored: true,
};
const outcomes: Readonly<Record<Outcome, true>> = {
  completed: true,
  rescinded: true,
  restored: true,
  aborted: true,
  incomplete: true,
};

/** A column's text as the word it stands for; any other text is a fault of the row. */
function wordIn<Word extends string>(words: Readonly<Record<Word, true>>, text: string | null): Word {
  const isWord = (value: string): value is Word => Object.hasOwn(words, value);
  if (text !== null && isWord(text)) return text;
  throw new Error('a row holds a state that this version does not know');
}

/** A column's text as the state of a membership. */
export function membershipStateOf(text: string): MembershipState {
  const found = membershipStates.find((state) => state === text);
  if (!found) throw new Error('a row holds a state of membership that this version does not know');
  return found;
}

export const stepStateOf = (text: string): StepState => wordIn(stepStates, text);
export const assignmentStateOf = (text: string): AssignmentState => wordIn(assignmentStates, text);
export const outcomeOf = (text: string | null): Outcome => wordIn(outcomes, text);
