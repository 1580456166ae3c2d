import { mayDecide } from '../src/domain/approval.js';
import { addDuration } from '../src/domain/calendar.js';
import { incomplete, nextAudience, toldAtRelease } from '../src/domain/release.js';
import type { AssignmentState, Instant } from '../src/domain/words.js';
import type { StepRow } from '../src/store/handovers.js';
import type { Command, CommandAnswer, Refusal, RefusalCode } from '../workflows/contract.js';
import { toCard } from './card.js';
import type { Deps } from './deps.js';
import { iso, loadFacts, toldOf, type Loaded } from './facts.js';
import { replan } from './plan.js';
import { assignSuccessor, giveToCustodian, settle } from './settle.js';

type Named<Name extends Command['name']> = Extract<Command, { readonly name: Name }>;

interface Context {
  readonly deps: Deps;
  readonly loaded: Loaded;
  readonly now: Instant;
}

/** Thrown inside this file only: a decision that the rows do not allow. */
class Refused extends Error {
  readonly refusal: Refusal;
  constructor(code: RefusalCode, text: string, problems: Refusal['problems'] = undefined) {
    super(text);
    this.refusal = { code, text, ...(problems && { problems }) };
  }
}

/** A decision as it reached the workflow; `messageId` makes it count once. */
export interface CommandInput {
  readonly handover: string;
  readonly command: Command;
  readonly messageId: string;
  readonly now: Instant;
}

/** Takes a decision: changes the rows in one transaction and says where the handover stands, or refuses with a code and a sentence. */
export async function applyCommand(deps: Deps, input: CommandInput): Promise<CommandAnswer> {
  const { handover, command, messageId, now } = input;
  const { name, decisionId, ...rest } = command;
  const id = decisionId ?? messageId;
  const conclude = (tx: Deps, result: string) => tx.stores.decisions.conclude(handover, id, name, { ...rest }, result);
  try {
    await deps.inTransaction(async (tx) => {
      if ((await tx.stores.decisions.find(handover, id))?.result === 'applied') return;
      await tx.stores.handovers.lock(handover);
      const loaded = await loadFacts(tx, handover, now);
      if (loaded.facts.closed !== null) throw new Refused('not-waiting', 'This handover is closed.');
      await checkIdentity({ deps: tx, loaded, now }, command);
      await carryOut({ deps: tx, loaded, now }, command);
      await conclude(tx, 'applied');
    });
    return { view: await settle(deps, handover, now) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await conclude(deps, error.refusal.code);
    return { refused: error.refusal };
  }
}

function carryOut(context: Context, command: Command): Promise<void> {
  switch (command.name) {
    case 'release':
      return release(context);
    case 'approve':
      return approve(context, command);
    case 'refuse':
      return refuse(context, command);
    case 'reassign':
      return reassign(context, command);
    case 'told':
      return told(context, command);
    case 'retry':
    case 'skip':
      return resolveParked(context, command);
    case 'undo':
      return undo(context, command);
    case 'pause':
    case 'resume':
      return pause(context, command.name);
    default:
      return command satisfies never;
  }
}

/** Who decided: the decision's row says so; without one the policy says whether a nameless operator may. */
async function checkIdentity({ deps, loaded }: Context, command: Command): Promise<void> {
  const { row } = loaded;
  const written = command.decisionId === undefined ? null : await deps.stores.decisions.find(row.id, command.decisionId);
  // The id of another decision, which a history shows, proves nobody's identity.
  const decision = written?.action === command.name ? written : null;
  if (decision && decision.by === null) return;
  const steps = 'step' in command ? row.steps.filter((step) => command.step === 'all' || command.step === step.id) : [];
  const rota = decision ? await deps.stores.people.byWorkEmail(row.employment.connection, deps.hrRota) : [];
  for (const step of steps.length > 0 && command.name !== 'undo' ? steps : [{ id: '', successorId: '', asked: [] }]) {
    const verdict = mayDecide({
      by: decision?.by ?? null,
      verified: decision !== null,
      step: { successor: step.successorId },
      chain: [...step.asked, ...(loaded.chains.get(step.id) ?? []), ...(row.card?.circle ?? [])],
      hrRota: rota.map((person) => person.person),
      bareSignals: deps.policy.decisions.bareSignals,
      toldTeam: row.toldTeamAt !== null,
      leaver: row.employment.personId,
    });
    if (!verdict.ok) throw new Refused(verdict.code, verdict.problem);
  }
}

async function release({ deps, loaded, now }: Context): Promise<void> {
  const { row } = loaded;
  if (row.releasedAt) throw new Refused('already-decided', 'This handover has been released.');
  if (!row.card)
    throw new Refused('incomplete-release', 'The release card is not ready: the CRM is still being read. Try again in a moment.');
  const card = toCard(row.card);
  const [first, ...others] = incomplete(card);
  if (first) throw new Refused('incomplete-release', first.problem, [first, ...others]);
  const audiences = toldAtRelease(card.whoKnows);
  await deps.stores.handovers.update(row.id, {
    releasedAt: now,
    lastWorkingDay: card.lastWorkingDay,
    ...(audiences.includes('leaver') && { toldLeaverAt: now }),
    ...(audiences.includes('team') && { toldTeamAt: now }),
  });
}

async function approve({ deps, loaded, now }: Context, command: Named<'approve'>): Promise<void> {
  const { handovers, ownerships } = deps.stores;
  const { row } = loaded;
  const steps = waitingSteps(loaded, command);
  const except = bundleNumbers(command.except);
  if (except) await splitOff(deps, loaded, steps, except);
  for (const step of steps) {
    await ownerships.setState(row.id, { stepIds: [step.id], from: ['planned'] }, 'approved');
    await handovers.updateStep(row.id, step.id, { state: 'approved', decidedAt: now, decisionId: command.decisionId ?? null });
  }
  await handovers.update(row.id, {});
}

/** Bundles that were excepted become a new waiting step of the same plan version. */
async function splitOff(deps: Deps, loaded: Loaded, steps: readonly StepRow[], except: readonly number[]): Promise<void> {
  const { handovers, ownerships } = deps.stores;
  const { row } = loaded;
  let number = row.steps.length;
  let found = 0;
  for (const step of steps) {
    const bundles = (await ownerships.bundlesOf(row.id, step.id)).filter((bundle) => except.includes(bundle));
    if (bundles.length === 0) continue;
    found += bundles.length;
    number += 1;
    await handovers.saveStep({
      ...step,
      id: `s${number}`,
      number,
      state: 'waiting',
      askedAt: null,
      remindedAt: null,
      approverId: null,
      asked: [],
    });
    await ownerships.moveBundles(row.id, step.id, bundles, `s${number}`);
    for (const id of [step.id, `s${number}`]) await ownerships.pickCanary(row.id, id, deps.policy.transfer.canary.records);
  }
  if (found < new Set(except).size) {
    const text = 'A bundle that was excepted is in none of these steps; `show` and the plan list them.';
    throw new Refused('invalid-input', text, [{ path: 'except', problem: 'names a bundle that is not there' }]);
  }
}

async function refuse({ deps, loaded, now }: Context, command: Named<'refuse'>): Promise<void> {
  const { handovers, ownerships } = deps.stores;
  const { row } = loaded;
  const steps = waitingSteps(loaded, command);
  for (const step of steps) {
    if (command.then === 'custodian') {
      await giveToCustodian(deps, loaded, step.id, now, false);
      continue;
    }
    await ownerships.setState(row.id, { stepIds: [step.id], from: ['planned'] }, 'refused');
    await handovers.updateStep(row.id, step.id, { state: 'refused', decidedAt: now, decisionId: command.decisionId ?? null });
  }
  if (command.then !== 'custodian') await replan(deps, row.id, now);
}

async function reassign({ deps, loaded, now }: Context, command: Named<'reassign'>): Promise<void> {
  const { handovers, ownerships } = deps.stores;
  const { row } = loaded;
  const [step, ...others] = stepsFor(loaded, command);
  if (!step || others.length > 0)
    throw new Refused('invalid-input', 'Name one step to reassign.', [{ path: 'step', problem: 'must be one step' }]);
  if (await ownerships.isMoving(row.id, step.id))
    throw new Refused('already-decided', `Step ${step.id} has been moved; undo it first.`);
  await checkSuccessor(deps, loaded, command.successor);
  const own = await ownerships.bundlesOf(row.id, step.id);
  const bundles = bundleNumbers(command.bundles) ?? own;
  if (bundles.some((bundle) => !own.includes(bundle)))
    throw new Refused('invalid-input', `Step ${step.id} does not hold all of these bundles.`, [
      { path: 'bundles', problem: 'names a bundle that is not there' },
    ]);
  const whole = command.bundles === undefined;
  const number = whole ? step.number : row.steps.length + 1;
  const id = `s${number}`;
  await ownerships.setState(
    row.id,
    { stepIds: [step.id], bundles, from: ['approved', 'refused', 'restored', 'planned', 'parked'] },
    'planned',
  );
  const planVersion = row.planVersion + 1;
  const fresh = {
    state: 'waiting',
    timedOut: false,
    reason: 'reassigned',
    askedAt: null,
    remindedAt: null,
    approverId: null,
    decidedAt: null,
    decisionId: null,
    canaryAt: null,
  };
  await handovers.saveStep({ ...step, ...fresh, asked: [], id, number, planVersion, successorId: command.successor });
  if (!whole) await ownerships.moveBundles(row.id, step.id, bundles, id);
  for (const changed of new Set([step.id, id])) await ownerships.pickCanary(row.id, changed, deps.policy.transfer.canary.records);
  await handovers.resolveParked(
    row.id,
    row.parked.filter((item) => item.what === 'records' && item.stepId === step.id).map((item) => item.id),
    'reassigned',
    now,
  );
  await assignSuccessor(deps, row.id, id, command.successor);
  // What is under way for the old successor does not begin any more.
  await handovers.update(row.id, { planVersion, epoch: { increment: 1 } });
}

async function checkSuccessor(deps: Deps, { row }: Loaded, successor: string): Promise<void> {
  const invalid = (text: string) => new Refused('invalid-successor', text, [{ path: 'successor', problem: text }]);
  const [person] = await deps.stores.people.byIds(row.employment.connection, [successor]);
  if (!person) throw invalid('Nobody has this person id.');
  if (successor === row.employment.personId) throw invalid('The leaver cannot be the successor.');
  if (!person.active || person.leaving) throw invalid('This person is not available: inactive, away, or leaving too.');
  if ((await deps.stores.people.seats([successor])).length === 0) throw invalid('This person has no user in the CRM.');
}

async function told({ deps, loaded, now }: Context, command: Named<'told'>): Promise<void> {
  const { row } = loaded;
  const soFar = toldOf(row);
  if (!row.releasedAt) throw new Refused('not-waiting', 'Nobody is told before HR has released the handover.');
  if (soFar.includes(command.audience))
    throw new Refused('already-decided', `It is on record that the ${command.audience} may know.`);
  const next = nextAudience(soFar);
  if (next !== command.audience)
    throw new Refused('not-waiting', `Tell the ${next ?? 'nobody'} first: the order is leaver, team, contacts.`);
  await deps.stores.handovers.tell(row.id, command.audience, now);
}

async function resolveParked({ deps, loaded, now }: Context, command: Named<'retry' | 'skip'>): Promise<void> {
  const { handovers } = deps.stores;
  const { row } = loaded;
  const items = row.parked.filter((item) => command.parked === 'all' || item.id === command.parked);
  if (items.length === 0)
    throw new Refused(
      'not-waiting',
      row.parked.length === 0 ? 'Nothing is parked.' : `Parked are ${row.parked.map((p) => p.id).join(', ')}.`,
    );
  for (const item of items) await (command.name === 'retry' ? retryOne : skipOne)(deps, loaded, item);
  await handovers.resolveParked(
    row.id,
    items.map((item) => item.id),
    command.name,
    now,
  );
  await handovers.update(row.id, {});
}

type ParkedRow = Loaded['row']['parked'][number];

async function retryOne(deps: Deps, { row }: Loaded, item: ParkedRow): Promise<void> {
  if (item.what === 'restore' && item.kind === 'decision')
    throw new Refused('not-waiting', `${item.id} is a proposal: undo accepts it, skip keeps the new owners.`);
  if (item.what !== 'records' || !item.stepId) return;
  const step = row.steps.find((other) => other.id === item.stepId);
  if (!step) return;
  const isDecided = step.state !== 'waiting';
  await deps.stores.ownerships.setState(row.id, { stepIds: [step.id], from: ['parked'] }, isDecided ? 'approved' : 'planned');
  if (isDecided) await deps.stores.handovers.setStepState(row.id, step.id, 'applying');
  await assignSuccessor(deps, row.id, step.id, step.successorId);
}

async function skipOne(deps: Deps, { row }: Loaded, item: ParkedRow): Promise<void> {
  const { ownerships, mails, handovers } = deps.stores;
  const giveUp = (from: readonly AssignmentState[], stepIds: readonly string[]) =>
    ownerships.setState(row.id, { stepIds, from }, 'skipped', 'given-up');
  if (item.what === 'records' && item.stepId) await giveUp(['parked'], [item.stepId]);
  else if (item.what === 'transfer')
    await giveUp(
      ['approved', 'intended', 'written'],
      row.steps.map((step) => step.id),
    );
  else if (item.what === 'mail') await mails.failAll(row.id, 'given-up');
  else if (item.what === 'restore' && item.kind !== 'decision') await ownerships.dropUndo(row.id, 'given-up');
  else if (item.what === 'snapshot' || item.what === 'plan')
    throw new Refused('not-waiting', `Nothing can be handed over without the ${item.what}: mend the cause, then retry.`);
  else if (item.what === 'sweep') await handovers.update(row.id, { sweptAt: new Date(iso(item.since) ?? 0) });
}

async function undo({ deps, loaded, now }: Context, command: Named<'undo'>): Promise<void> {
  const { row } = loaded;
  const steps = command.step === 'all' ? null : stepsFor(loaded, command).map((step) => step.id);
  await beginUndo(
    deps,
    row.id,
    { stepIds: steps, bundles: bundleNumbers(command.bundles) ?? undefined },
    loaded.facts.inForce ? 'undo' : 'rescinded',
    now,
  );
}

/** Raises the epoch first, so that no batch begins any more, and chooses what is to be taken back. */
export async function beginUndo(
  deps: Deps,
  handover: string,
  where: { readonly stepIds: readonly string[] | null; readonly bundles?: readonly number[] | undefined },
  why: 'undo' | 'rescinded',
  now: Instant,
): Promise<void> {
  const { handovers, ownerships } = deps.stores;
  await handovers.update(handover, { epoch: { increment: 1 }, restoring: why });
  const chosen = await ownerships.chooseUndo(handover, where);
  const proposals = (await handovers.get(handover)).parked.filter((item) => item.what === 'restore');
  await handovers.resolveParked(
    handover,
    proposals.map((item) => item.id),
    'undo',
    now,
  );
  if (chosen > 0 || why === 'rescinded') return;
  throw new Refused('nothing-to-undo', 'Nothing of this was moved, or it was taken back already.');
}

/** An `undo` of a handover that is closed already; `late` says that a CRM administrator wants it after the time that policy allows. */
export interface LateUndo extends Omit<CommandInput, 'command'> {
  readonly command: Named<'undo'>;
  readonly late: boolean;
}

/** Chooses what of a closed handover is taken back; whoever asks starts `restore`. Null when that was done, or why it was refused. */
export async function undoClosed(deps: Deps, { handover, command, messageId, now, late }: LateUndo): Promise<Refusal | null> {
  const { step, bundles } = command;
  const conclude = (tx: Deps, result: string) =>
    tx.stores.decisions.conclude(handover, messageId, 'undo', { step, ...(bundles && { bundles: [...bundles] }) }, result);
  try {
    await deps.inTransaction(async (tx) => {
      await tx.stores.handovers.lock(handover);
      const loaded = await loadFacts(tx, handover, now);
      await checkIdentity({ deps: tx, loaded, now }, command);
      if (!late) checkUndoTime(deps, loaded, now);
      const stepIds = step === 'all' ? null : stepsFor(loaded, command).map((one) => one.id);
      await beginUndo(tx, handover, { stepIds, bundles: bundleNumbers(bundles) ?? undefined }, 'undo', now);
      await conclude(tx, 'applied');
    });
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await conclude(deps, error.refusal.code);
    return error.refusal;
  }
}

function checkUndoTime(deps: Deps, { row, calendar }: Loaded, now: Instant): void {
  const until = row.closedAt && addDuration(calendar, row.closedAt.toISOString(), deps.policy.transfer.undo);
  if (until && until >= now) return;
  const text = `Undo was possible until ${until ? until.slice(0, 10) : 'the handover closed'}; a CRM administrator can still take it back with --late.`;
  throw new Refused('nothing-to-undo', text);
}

async function pause({ deps, loaded, now }: Context, name: 'pause' | 'resume'): Promise<void> {
  const { row } = loaded;
  const stopped = row.paused || row.held;
  if (name === 'pause' && row.paused) throw new Refused('not-waiting', 'This handover is paused.');
  if (name === 'resume' && !stopped) throw new Refused('not-waiting', 'This handover is not paused.');
  await deps.stores.handovers.update(
    row.id,
    name === 'pause' ? { paused: true } : { paused: false, held: false, resumedAt: now },
  );
}

/** The steps that a decision names and that still wait; refuses as the contract says. */
function waitingSteps(loaded: Loaded, command: Named<'approve' | 'refuse'>): readonly StepRow[] {
  const steps = stepsFor(loaded, command);
  const waiting = steps.filter((step) => step.state === 'waiting');
  if (waiting.length > 0) return waiting;
  throw new Refused(
    'already-decided',
    command.step === 'all' ? 'No step waits for a decision.' : `Step ${command.step} has been decided.`,
  );
}

function stepsFor(loaded: Loaded, command: Named<'approve' | 'refuse' | 'reassign' | 'undo'>): readonly StepRow[] {
  const { row, facts } = loaded;
  if (!facts.planned || facts.mode === 'observe') {
    throw new Refused(
      'not-waiting',
      facts.planned ? 'This connection only observes: nothing is to be decided.' : 'There is no plan yet.',
    );
  }
  if ('planVersion' in command && command.planVersion !== undefined && command.planVersion !== row.planVersion) {
    throw new Refused('plan-changed', `The plan has changed: it is version ${row.planVersion} now. Look at it again.`);
  }
  const steps = row.steps.filter((step) => command.step === 'all' || step.id === command.step);
  if (steps.length > 0) return steps;
  throw new Refused(
    'unknown-step',
    `There is no step ${command.step}; there are ${row.steps.map((step) => step.id).join(', ') || 'none'}.`,
  );
}

/** `b-3` → 3; null when nothing was named. */
function bundleNumbers(names: readonly string[] | undefined): readonly number[] | null {
  if (names === undefined) return null;
  return names.map((name, index) => {
    const found = /^b-([0-9]{1,9})$/.exec(name)?.[1];
    if (found === undefined)
      throw new Refused('invalid-input', `${name} is no bundle; bundles are called b-1, b-2, …`, [
        { path: `bundles/${index}`, problem: 'is no bundle' },
      ]);
    return Number(found);
  });
}
