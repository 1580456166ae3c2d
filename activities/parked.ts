import type { AssignmentState } from '../src/domain/words.js';
import { Refused, type Context, type Named } from './decision.js';
import type { Deps } from './deps.js';
import { iso, type Loaded } from './facts.js';
import { assignSuccessor } from './settle.js';

export async function resolveParked({ deps, loaded, now }: Context, command: Named<'retry' | 'skip'>): Promise<void> {
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
  if (item.what === 'unsure-mail') return void (await deps.stores.mails.sendUnsure({ handoverId: row.id }));
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
  else if (item.what === 'unsure-mail') await mails.failUnsure({ handoverId: row.id }, 'given-up');
  else if (item.what === 'mail') await mails.failAll(row.id, 'given-up');
  else if (item.what === 'restore' && item.kind !== 'decision') await ownerships.dropUndo(row.id, 'given-up');
  else if (item.what === 'snapshot' || item.what === 'plan')
    throw new Refused('not-waiting', `Nothing can be handed over without the ${item.what}: mend the cause, then retry.`);
  else if (item.what === 'sweep') await handovers.update(row.id, { sweptAt: new Date(iso(item.since) ?? 0) });
}
