import { addDuration } from '../src/domain/calendar.js';
import { next, stepState, type Change, type Next } from '../src/domain/handover.js';
import type { FailureKind } from '../src/domain/failure.js';
import type { Instant } from '../src/domain/words.js';
import { desiredOf } from '../src/store/handovers.js';
import type { HandoverView } from '../workflows/contract.js';
import { crmOf, type Deps } from './deps.js';
import { loadFacts, type Loaded } from './facts.js';
import { queueApprovals, queueNeeds, queueRelease } from './notices.js';
import { toView } from './view.js';
import { wakePeople } from './wake.js';

/** More changes than this in one go would be a loop in the rules. */
const mostRounds = 50;

/** Applies every change of rows that is due, until nothing is, and says where the handover stands then: all of it or nothing, and alone. */
export async function settle(deps: Deps, handover: string, now: Instant): Promise<HandoverView> {
  const { view, loaded } = await deps.inTransaction(async (tx) => {
    await tx.stores.handovers.lock(handover);
    return settleLocked(tx, handover, now);
  });
  await wakePeople(deps, loaded);
  if (view.outcome === 'rescinded') await lookForNewEnding(deps, handover);
  return view;
}

interface Settled {
  readonly view: HandoverView;
  readonly loaded: Loaded;
}

async function settleLocked(tx: Deps, handover: string, now: Instant): Promise<Settled> {
  for (let round = 0; round < mostRounds; round += 1) {
    const loaded = await loadFacts(tx, handover, now);
    if (await queueNeeds(tx, loaded)) continue;
    const found = next(loaded.facts, now);
    if (found.changes.length === 0) return stand(tx, handover, loaded, found);
    for (const change of found.changes) await apply(tx, loaded, change, now);
    await noticeApprovers(tx, handover, found.changes, now);
  }
  throw new Error('a handover does not come to rest');
}

async function stand(deps: Deps, handover: string, loaded: Loaded, found: Next): Promise<Settled> {
  const { stage, dueAt } = found;
  const waitingFor = found.waitingFor.map((waiting) => ({ ...waiting }));
  if (loaded.facts.closed === null) await deps.stores.handovers.setStanding(handover, { stage, waitingFor, dueAt });
  const row = await deps.stores.handovers.get(handover);
  return { view: toView(deps, { ...loaded, row }, found), loaded: { ...loaded, row } };
}

async function apply(deps: Deps, loaded: Loaded, change: Change, now: Instant): Promise<void> {
  const { handovers, ownerships } = deps.stores;
  const { id } = loaded.row;
  switch (change.change) {
    case 'ask-release':
      return askRelease(deps, loaded, change.nth, now);
    case 'ask-approval':
      return askApproval(deps, loaded, change, now);
    case 'remind':
      return handovers.updateStep(id, change.step, { remindedAt: now });
    case 'to-custodian':
      for (const step of change.steps) await giveToCustodian(deps, loaded, step, now, true);
      return;
    case 'step-state':
      return handovers.setStepState(id, change.step, change.state);
    case 'park-records':
      return parkRecords(deps, id, change.step, now);
    case 'canary-moved':
      return handovers.updateStep(id, change.step, { canaryAt: now });
    case 'told':
      return handovers.tell(id, change.audience, now);
    case 'restore-ended':
      return handovers.update(id, { restoring: null });
    case 'skip-everything':
      await ownerships.skipAll(id, 'observed-only');
      return;
    case 'close':
      return handovers.close(id, change.outcome, now);
    default:
      return change satisfies never;
  }
}

/** First HR's first person, then a reminder, then the next in the rota each time the release is overdue again. */
async function askRelease(deps: Deps, loaded: Loaded, nth: number, now: Instant): Promise<void> {
  const { remindAfter, dueAfter } = deps.policy.release;
  const askAgainAt = addDuration(loaded.calendar, now, nth === 0 ? remindAfter : dueAfter);
  await queueRelease(deps, loaded, nth);
  await deps.stores.handovers.update(loaded.row.id, {
    releaseAsked: nth + 1,
    releaseAskAt: nth === 1 ? loaded.facts.release.dueAt : askAgainAt,
  });
}

async function askApproval(
  deps: Deps,
  loaded: Loaded,
  change: Extract<Change, { change: 'ask-approval' }>,
  now: Instant,
): Promise<void> {
  const { row } = loaded;
  const step = row.steps.find((other) => other.id === change.step);
  if (!step) return;
  const asked = [...step.asked, change.approver];
  await deps.stores.handovers.updateStep(row.id, step.id, {
    asked,
    approverId: change.approver,
    ...(change.late ? { timedOut: true } : { askedAt: now }),
  });
  await admitToCircle(deps, loaded, change.approver);
}

/** One mail per approver and occasion, however many steps it is about. */
async function noticeApprovers(deps: Deps, handover: string, changes: readonly Change[], now: Instant): Promise<void> {
  const asked = changes.flatMap((change) => (change.change === 'ask-approval' ? [change.step] : []));
  const reminded = changes.flatMap((change) => (change.change === 'remind' ? [change.step] : []));
  if (asked.length + reminded.length === 0) return;
  const loaded = await loadFacts(deps, handover, now);
  await queueApprovals(deps, loaded, asked, 'request', now);
  await queueApprovals(deps, loaded, reminded, 'reminder', now);
}

/** Whoever is asked to approve has to know; the circle on the card says who does. */
async function admitToCircle(deps: Deps, loaded: Loaded, person: string): Promise<void> {
  const { card } = loaded.row;
  if (!card || card.circle.includes(person)) return;
  const { handoverId, ...rest } = card;
  await deps.stores.handovers.saveCard(handoverId, { ...rest, circle: [...card.circle, person] });
}

/** What nobody decided goes to the custodian, whom HR approved in advance. */
export async function giveToCustodian(
  deps: Deps,
  loaded: Loaded,
  stepId: string,
  now: Instant,
  timedOut: boolean,
): Promise<void> {
  const { handovers, ownerships } = deps.stores;
  const { row } = loaded;
  const custodian = row.card?.custodianId;
  if (!custodian) throw new Error('a released handover has no custodian');
  await assignSuccessor(deps, row.id, stepId, custodian);
  await ownerships.setState(row.id, { stepIds: [stepId], from: ['planned', 'refused'] }, 'approved');
  await handovers.updateStep(row.id, stepId, {
    state: 'to-custodian',
    successorId: custodian,
    reason: 'custodian',
    decidedAt: now,
    ...(timedOut && { timedOut }),
  });
}

/** Names the successor's user in every CRM; without a seat there, the step's records of that CRM are parked. */
export async function assignSuccessor(deps: Deps, handover: string, stepId: string, successor: string): Promise<void> {
  const seats = await deps.stores.people.seats([successor]);
  for (const crm of deps.crms) {
    const seat = seats.find(({ connection }) => connection === crm.name);
    await deps.stores.ownerships.setPlanned(handover, stepId, crmOf(deps, crm.name).name, seat?.user ?? null);
  }
}

/** After an undo of a closed handover: its steps and outcome say what is left of it. An open one settles by itself. */
export async function concludeRestore(deps: Deps, handover: string, now: Instant): Promise<void> {
  const { row, facts } = await loadFacts(deps, handover, now);
  if (row.closedAt === null) return;
  const states = facts.steps.map((step) => ({ id: step.id, state: stepState(step) }));
  for (const { id, state } of states) await deps.stores.handovers.setStepState(handover, id, state);
  const isAll = states.every(({ state }) => state === 'restored');
  await deps.stores.handovers.update(handover, { restoring: null, ...(isAll && { outcome: 'restored' }) });
}

/** The HRIS may have named a new end while the old one was being taken back: that is another handover, and somebody has to look. */
async function lookForNewEnding(deps: Deps, handover: string): Promise<void> {
  const row = await deps.stores.handovers.get(handover);
  if (row.inForce && desiredOf(row).inForce) await deps.workflows.lookAt(row.employmentId);
}

/** Shows a step's parked records as one item, with their commonest reason and its kind. */
async function parkRecords(deps: Deps, handover: string, stepId: string, now: Instant): Promise<void> {
  const reason = (await deps.stores.ownerships.commonestReason(handover, stepId, 'parked')) ?? 'internal';
  await deps.stores.handovers.park(handover, { what: 'records', stepId, kind: parkedKinds[reason] ?? reason, reason }, now);
}

const parkedKinds: Readonly<Record<string, FailureKind>> = {
  'successor-unavailable': 'conflict',
  'successor-without-seat': 'forbidden',
  'changed-after-write': 'conflict',
  'canary-changed': 'conflict',
};
