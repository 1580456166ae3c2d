import { isRetryable } from '../src/domain/failure.js';
import { compareForUndo } from '../src/domain/transfer.js';
import type { Instant } from '../src/domain/words.js';
import type { CurrentOwner } from '../src/ports/crm.js';
import { VendorError, type CallContext } from '../src/ports/vendor.js';
import type { AssignmentOutcome, AssignmentRow } from '../src/store/ownerships.js';
import type { PageResult } from '../workflows/contract.js';
import type { Deps } from './deps.js';
import { assignmentStateOf } from './facts.js';
import { assertActs, readCurrent, toBatches, workBatches, type Batch } from './pages.js';
import { pageSize } from './transfer.js';

/**
 * Takes one page back, newest first, by compare and set: only a value that Baton wrote is replaced. It follows the rows alone, so it runs for
 * closed handovers as well, and running it again does nothing.
 */
export async function restorePage(
  deps: Deps,
  handover: string,
  now: Instant,
  context: CallContext,
  alive: () => void,
): Promise<PageResult> {
  const row = await deps.stores.handovers.get(handover);
  const isWithdrawn = row.restoring === 'rescinded';
  if (isWithdrawn && (row.held || row.paused)) return { worked: 0, more: false, fenced: true };
  const rows = await deps.stores.ownerships.undoPage(handover, pageSize);
  const gone = isWithdrawn && rows.length > 0 ? await inactiveUsers(deps, context) : new Set<string>();
  await workBatches(toBatches(deps, rows), async (batch) => {
    alive();
    assertActs(batch);
    await restoreBatch(deps, handover, batch, gone, now, context);
    return true;
  });
  return { worked: rows.length, more: rows.length === pageSize, fenced: false };
}

/** Users who have lost their access: they never get records back by themselves. */
async function inactiveUsers(deps: Deps, context: CallContext): Promise<ReadonlySet<string>> {
  const lists = await Promise.all(
    deps.crms.map(async ({ name, port }) => (await port.users(context)).map((user) => ({ ...user, name }))),
  );
  return new Set(lists.flat().flatMap(({ active, user, name }) => (active ? [] : [`${name}/${user}`])));
}

async function restoreBatch(
  deps: Deps,
  handover: string,
  batch: Batch,
  gone: ReadonlySet<string>,
  now: Instant,
  context: CallContext,
): Promise<void> {
  const { ownerships } = deps.stores;
  const current = await readCurrent(batch, batch.rows, context);
  const compared = batch.rows.map((row) => ({ row, outcome: compareRow(row, current.get(row.id), batch, gone) }));
  const toWrite = compared.filter(({ outcome }) => outcome === 'restore').map(({ row }) => row);
  await ownerships.record(
    compared.flatMap(({ outcome }) => (outcome === 'restore' ? [] : [outcome])),
    now,
  );
  if (toWrite.length === 0) return;
  const changes = toWrite.map(({ id, record, field, before }) => ({ record, field, to: before, key: `${handover}-undo-${id}` }));
  const results = await batch.crm.port.write({ recordType: batch.recordType, changes }, context);
  const failed = new Map(results.flatMap((result) => (result.state === 'failed' ? [[keyOf(result), result.kind] as const] : [])));
  const proofs = await readCurrent(
    batch,
    toWrite.filter((row) => !failed.has(keyOf(row))),
    context,
  );
  const outcomes = toWrite.flatMap((row): readonly AssignmentOutcome[] => {
    const kind = failed.get(keyOf(row));
    if (kind) return isRetryable(kind) ? [] : [{ id: row.id, state: 'skipped', now: row.planned, reason: `undo-${kind}` }];
    return proofOutcome(row, proofs.get(row.id));
  });
  await ownerships.record(outcomes, now);
  if (outcomes.length < toWrite.length)
    throw new VendorError('vendor-unavailable', `${batch.crm.name} left ${toWrite.length - outcomes.length} records open`);
}

function compareRow(
  row: AssignmentRow,
  current: CurrentOwner | undefined,
  batch: Batch,
  gone: ReadonlySet<string>,
): 'restore' | AssignmentOutcome {
  const settle = (state: AssignmentOutcome['state'], held: string | null, reason: string | null): AssignmentOutcome => ({
    id: row.id,
    state,
    now: held,
    reason,
  });
  if (!current || current.state === 'failed') {
    const kind = current?.kind ?? 'unexpected-response';
    if (isRetryable(kind)) throw new VendorError(kind, `${batch.crm.name} could not read a record`);
    return settle('skipped', null, `undo-${kind}`);
  }
  if (row.planned === null) return settle('restored', row.before, 'never-moved');
  const held = current.state === 'present' ? current.owner : null;
  const verdict = compareForUndo({ state: assignmentStateOf(row.state), before: row.before, planned: row.planned, now: current });
  switch (verdict) {
    case 'restore':
      return gone.has(`${batch.crm.name}/${row.before}`) ? settle('skipped', held, 'leaver-without-access') : 'restore';
    case 'already-restored':
      return settle('restored', held, null);
    case 'changed-since':
      return settle('skipped', held, 'changed-since');
    case 'gone':
      return settle('skipped', null, 'record-gone');
    default:
      return verdict satisfies never;
  }
}

function proofOutcome(row: AssignmentRow, current: CurrentOwner | undefined): readonly AssignmentOutcome[] {
  if (!current || current.state === 'failed') return [];
  if (current.state === 'gone') return [{ id: row.id, state: 'skipped', now: null, reason: 'record-gone' }];
  const restored = current.owner === row.before;
  return [
    { id: row.id, state: restored ? 'restored' : 'skipped', now: current.owner, reason: restored ? null : 'changed-since' },
  ];
}

function keyOf({ record, field }: { readonly record: string; readonly field: string }): string {
  return `${record}/${field}`;
}
