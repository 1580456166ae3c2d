import { instantOf, shareOfBusinessTime } from '../src/domain/calendar.js';
import { isFenced } from '../src/domain/handover.js';
import type { IntroductionFacts, TaskState } from '../src/domain/introduction.js';
import { contactRules, type ContactRules } from '../src/domain/release.js';
import {
  introductionStates,
  type Instant,
  type IntroductionState,
  type Method,
  type StepState,
  type Tier,
} from '../src/domain/words.js';
import type { HandoverRow, StepRow } from '../src/store/handovers.js';
import type { CrmTaskRow, IntroductionRow, NewIntroduction } from '../src/store/introductions.js';
import type { RelationshipRow } from '../src/store/relationships.js';
import { toCard } from '../src/store/card.js';
import type { Deps } from './deps.js';
import { iso, loadFacts, stepStateOf, toldOf, type Loaded } from './facts.js';
import { methodFor, tierOf, type Related } from './relate.js';

/** An introduction with the relationship that it is about, who takes over, and its tasks. */
export interface Introducing {
  readonly row: IntroductionRow;
  readonly relationship: RelationshipRow;
  /** Person id; null while the plan names nobody. */
  readonly successor: string | null;
  readonly tasks: readonly CrmTaskRow[];
  readonly facts: IntroductionFacts;
}

/** A handover with all its introductions, as one page works on them. */
export interface IntroductionPage {
  readonly loaded: Loaded;
  readonly rules: ContactRules;
  readonly items: readonly Introducing[];
}

/** Keeps what a reading of the CRM found, and proposes an introduction for every account's main contact. */
export async function keepRelated(deps: Deps, row: HandoverRow, related: Related): Promise<void> {
  await deps.stores.relationships.saveFound(row.id, related.found);
  await proposeIntroductions(deps, row);
}

/**
 * One introduction per account; what the leaver took out has none, and what the leaver marked follows the mark while nothing began. True when
 * anything may have changed.
 */
export async function proposeIntroductions(deps: Deps, row: HandoverRow): Promise<boolean> {
  if (!row.card) return false;
  const allowed = contactRules(toCard(row.card)).introductions;
  const relationships = await deps.stores.relationships.list(row.id);
  const known = new Map((await deps.stores.introductions.list(row.id)).map((item) => [item.relationshipId, item]));
  const proposals = relationships
    .filter((one) => one.main && !one.private)
    .map((one): NewIntroduction => {
      const tier = tierOf(one.marked) ?? tierOf(one.tier) ?? 'D';
      return { relationshipId: one.id, bundle: one.bundle, tier, method: methodFor(deps, allowed, tier, one.wish) };
    });
  const changed = withinCap(deps, row, relationships, proposals).filter((proposal) => {
    const item = known.get(proposal.relationshipId);
    return !item || (item.state === 'proposed' && (item.tier !== proposal.tier || item.method !== proposal.method));
  });
  await deps.stores.introductions.propose(row.id, changed);
  for (const { bundle, method } of changed) {
    if (bundle === null) continue;
    if (method === 'joint-call' || method === 'email') await deps.stores.ownerships.beginWait(row.id, bundle);
    else await deps.stores.ownerships.endWait(row.id, [bundle]);
  }
  const takenOut = relationships.filter((one) => one.private && known.has(one.id));
  for (const one of takenOut) await leaveAlone(deps, row, one, known.get(one.id));
  return changed.length > 0 || takenOut.length > 0;
}

/** What the leaver took out is introduced to nobody; a call that was booked is cancelled before its address is forgotten. */
async function leaveAlone(deps: Deps, row: HandoverRow, one: RelationshipRow, item: IntroductionRow | undefined): Promise<void> {
  if (!item) return;
  const nothing = { state: 'waived', reason: 'private', callStart: null, callEnd: null };
  const isNew = await deps.stores.introductions.updateFrom(item.id, ['proposed', 'agreed', 'scheduled'], nothing);
  if (isNew && one.bundle !== null) await deps.stores.ownerships.endWait(row.id, [one.bundle]);
  if (!isNew && item.invited !== 'REQUEST' && one.email !== null) await deps.stores.relationships.takeOut(row.id, one.id);
}

/** The leaver's marks count before the rule, but not beyond the cap: the least valuable marked ones are introduced by mail. */
function withinCap(
  deps: Deps,
  row: HandoverRow,
  relationships: readonly RelationshipRow[],
  proposals: readonly NewIntroduction[],
): readonly NewIntroduction[] {
  const { A, B } = deps.policy.introductions.tiers;
  if (A.cap === null) return proposals;
  const valueOf = new Map(relationships.map(({ id, value }) => [id, value ?? 0]));
  const worth = ({ relationshipId }: NewIntroduction) => valueOf.get(relationshipId) ?? 0;
  const first = [...proposals.filter(({ tier }) => tier === 'A')].sort((a, b) => worth(b) - worth(a));
  const months =
    row.lastWorkingDay === null
      ? 1
      : Math.max(1, (Date.parse(row.lastWorkingDay) - (row.releasedAt?.getTime() ?? 0)) / msPerMonth);
  const beyond = new Set(first.slice(Math.floor(A.cap * months)));
  return proposals.map((one) =>
    beyond.has(one) ? { ...one, tier: 'B', method: one.method === A.method ? B.method : one.method } : one,
  );
}

const msPerMonth = 30.44 * 86_400_000;

/** Reads everything that decides what becomes of a handover's introductions. */
export async function loadPage(deps: Deps, handover: string, now: Instant): Promise<IntroductionPage | null> {
  const loaded = await loadFacts(deps, handover, now);
  const { row } = loaded;
  if (!row.card) return null;
  const rules = contactRules(toCard(row.card));
  const relationships = new Map((await deps.stores.relationships.list(handover)).map((one) => [one.id, one]));
  const tasks = await deps.stores.introductions.tasks(handover);
  const moved = await deps.stores.ownerships.movedBundles(handover);
  const stepOf = await stepsByBundle(deps, loaded);
  const windows = { call: windowOf(deps, loaded, 'calls'), mail: windowOf(deps, loaded, 'mails') };
  const items = (await deps.stores.introductions.list(handover)).flatMap((item): readonly Introducing[] => {
    const relationship = relationships.get(item.relationshipId);
    if (!relationship) return [];
    const step = item.bundle === null ? largestStep(loaded) : (stepOf.get(item.bundle) ?? null);
    const own = tasks.filter((task) => task.introductionId === item.id && roundOf(task) === item.round);
    const hasMoved = item.bundle === null ? row.closedAt !== null || isPastLastDay(loaded, now) : moved.has(item.bundle);
    const facts = factsOf(loaded, rules, { item, relationship, step, tasks: own, hasMoved, windows });
    return [{ row: item, relationship, successor: step?.successorId ?? item.successorId, tasks: own, facts }];
  });
  return { loaded, rules, items };
}

function isPastLastDay({ facts }: Loaded, now: Instant): boolean {
  const ends = facts.deadlines?.lastDayEnds ?? null;
  return ends !== null && ends <= now;
}

async function stepsByBundle(deps: Deps, { row }: Loaded): Promise<ReadonlyMap<number, StepRow>> {
  const map = new Map<number, StepRow>();
  for (const step of row.steps)
    for (const bundle of await deps.stores.ownerships.bundlesOf(row.id, step.id)) map.set(bundle, step);
  return map;
}

/** Whom a contact goes to that hangs on no account: whoever takes over most. */
function largestStep({ row, facts }: Loaded): StepRow | null {
  const size = (step: StepRow) =>
    (facts.steps.find(({ id }) => id === step.id)?.groups ?? []).reduce((sum, group) => sum + group.count, 0);
  const [largest] = [...row.steps].sort((a, b) => size(b) - size(a) || a.number - b.number);
  return largest ?? null;
}

interface Parts {
  readonly item: IntroductionRow;
  readonly relationship: RelationshipRow;
  readonly step: StepRow | null;
  readonly tasks: readonly CrmTaskRow[];
  readonly hasMoved: boolean;
  readonly windows: { readonly call: WindowFacts; readonly mail: WindowFacts };
}

const decided: Readonly<Record<StepState, boolean>> = {
  waiting: false,
  approved: true,
  refused: false,
  'to-custodian': true,
  applying: true,
  verified: true,
  parked: true,
  restored: false,
};

function factsOf(loaded: Loaded, rules: ContactRules, parts: Parts): IntroductionFacts {
  const { item, relationship, step, tasks, windows } = parts;
  const method = methodOf(item.method);
  const { row, facts } = loaded;
  const told = toldOf(row);
  return {
    state: introductionStateOf(item.state),
    tier: tierOf(item.tier) ?? 'D',
    method,
    allowed: rules.introductions,
    stepApproved: step !== null && decided[stepStateOf(step.state)],
    accountMoved: parts.hasMoved,
    toldTeam: told.includes('team'),
    toldContacts: told.includes('contacts'),
    stopped: facts.closed === null ? isFenced(facts) : facts.closed !== 'completed' && facts.closed !== 'incomplete',
    hasContact: relationship.email !== null || relationship.phone !== null,
    contactRefused: item.refusedAt !== null,
    call: item.callStart && item.callEnd ? { start: item.callStart.toISOString(), end: item.callEnd.toISOString() } : null,
    leaverTask: taskState(tasks, 'leaver'),
    successorTask: taskState(tasks, 'successor'),
    sentAt: iso(item.sentAt),
    heldAt: iso(item.heldAt),
    repliedAt: iso(item.repliedAt),
    successorContactAt: iso(item.successorAt),
    ...(method === 'joint-call' ? windows.call : windows.mail),
    debtOpen: item.debtAt !== null && item.debtClosedAt === null,
    debtWrittenOff: item.debtResolution !== null,
  };
}

type WindowFacts = Pick<IntroductionFacts, 'window' | 'lastDayEnds'>;

/** Shares of the working time between release and the end of the last working day. */
function windowOf(deps: Deps, { row, deadlines, calendar }: Loaded, of: 'calls' | 'mails'): WindowFacts {
  const from = iso(row.releasedAt) ?? row.startedAt.toISOString();
  const lastDayEnds = deadlines?.lastDayEnds ?? from;
  const [first, last] = deps.policy.introductions.window[of];
  const at = (share: number) => (lastDayEnds > from ? shareOfBusinessTime(calendar, from, lastDayEnds, share) : lastDayEnds);
  return { window: { from: at(first), to: at(last) }, lastDayEnds };
}

/** A task's key ends in the round of its introduction, and in a number when an earlier one was taken away. */
function roundOf({ key }: CrmTaskRow): number {
  return Number(/-(\d+)(?:\.\d+)?$/.exec(key)?.[1] ?? -1);
}

/** What became of a task that is no longer there: the next need makes another. */
export function isTakenAway({ state }: CrmTaskRow): boolean {
  return state === 'removed' || state === 'failed';
}

function taskState(tasks: readonly CrmTaskRow[], kind: string): TaskState {
  const task = tasks.find((one) => one.kind === kind && !isTakenAway(one));
  if (!task) return 'none';
  if (task.state === 'completed' || task.state === 'gone') return task.state;
  return task.state === 'intended' || task.state === 'open' ? 'open' : 'none';
}

/** A column's text as the state of an introduction. */
export function introductionStateOf(text: string): IntroductionState {
  const found = introductionStates.find((state) => state === text);
  if (!found) throw new Error('a row holds a state of introduction that this version does not know');
  return found;
}

function methodOf(text: string): Method {
  if (text === 'joint-call' || text === 'email' || text === 'notice' || text === 'none') return text;
  throw new Error('a row holds a method that this version does not know');
}

/** Whether a tier leaves a debt when its account moves cold. */
export function isIndebted(tier: Tier): boolean {
  return tier === 'A' || tier === 'B';
}

/** The end of the last working day of a handover, or null while it is not known. */
export function lastDayEndOf(deps: Deps, row: HandoverRow): Instant | null {
  const { timeZone } = deps.calendarOf(row.employment.person.country);
  return row.lastWorkingDay === null ? null : instantOf(row.lastWorkingDay, deps.policy.lastDay.ends, timeZone);
}

/** The tier that an introduction is in. */
export function tierChoice({ row }: Introducing): Tier {
  return tierOf(row.tier) ?? 'D';
}
