import type { StepRow } from '../src/store/handovers.js';
import { Refused, type Context, type Named } from './decision.js';
import type { Deps } from './deps.js';
import type { Loaded } from './facts.js';
import { replan } from './plan.js';
import { assignSuccessor, giveToCustodian } from './settle.js';

export async function approve({ deps, loaded, now }: Context, command: Named<'approve'>): Promise<void> {
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

export async function refuse({ deps, loaded, now }: Context, command: Named<'refuse'>): Promise<void> {
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

export async function reassign({ deps, loaded, now }: Context, command: Named<'reassign'>): Promise<void> {
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

export function stepsFor(loaded: Loaded, command: Named<'approve' | 'refuse' | 'reassign' | 'undo'>): readonly StepRow[] {
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
export function bundleNumbers(names: readonly string[] | undefined): readonly number[] | null {
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
