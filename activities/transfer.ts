import { isRetryable, type FailureKind } from '../src/domain/failure.js';
import { dueGroups, isFenced, type AssignmentGroup } from '../src/domain/handover.js';
import { compare } from '../src/domain/transfer.js';
import type { Instant } from '../src/domain/words.js';
import type { ChangeResult, CurrentOwner } from '../src/ports/crm.js';
import { VendorError, type CallContext } from '../src/ports/vendor.js';
import type { AssignmentOutcome, AssignmentRow } from '../src/store/ownerships.js';
import type { PageResult } from '../workflows/contract.js';
import type { Deps } from './deps.js';
import { assignmentStateOf, loadFacts, type Loaded } from './facts.js';
import { assertActs, readCurrent, toBatches, workBatches, type Batch } from './pages.js';

/** How many records one attempt works: six events of history a page, and 150 calls keep an attempt well under a minute at a vendor's 11 a second. */
export const pageSize = 5_000;

interface Page {
  readonly deps: Deps;
  readonly handover: string;
  readonly epoch: number;
  readonly now: Instant;
  readonly context: CallContext;
  readonly alive: () => void;
}

/** Moves one page of what is due: compare, intend, write, prove. Begins with the rows that are open, so a retry repeats nothing. */
export async function transferPage(
  deps: Deps,
  handover: string,
  now: Instant,
  context: CallContext,
  alive: () => void,
): Promise<PageResult> {
  const loaded = await loadFacts(deps, handover, now);
  if (isFenced(loaded.facts)) return { worked: 0, more: false, fenced: true };
  await parkUnavailable(deps, loaded, now);
  await checkCanaries(deps, loaded, now, context);
  const rows = await deps.stores.ownerships.duePage(handover, dueKinds(await loadFacts(deps, handover, now), now), pageSize);
  const page: Page = { deps, handover, epoch: loaded.row.epoch, now, context, alive };
  const fenced = await workBatches(toBatches(deps, rows), (batch) => moveBatch(page, batch));
  return { worked: rows.length, more: rows.length === pageSize && !fenced, fenced };
}

function dueKinds({ facts }: Loaded, now: Instant) {
  return facts.steps.flatMap((step) =>
    dueGroups(step, now).map((kind) => ({ stepId: step.id, canary: kind === 'canary', late: kind === 'late' })),
  );
}

/** Successors are looked at again before anything moves: who is leaving or inactive by now gets nothing. */
async function parkUnavailable(deps: Deps, { row, facts }: Loaded, now: Instant): Promise<void> {
  const due = row.steps.filter((step) => facts.steps.some((other) => other.id === step.id && dueGroups(other, now).length > 0));
  const people = await deps.stores.people.byIds(
    row.employment.connection,
    due.map((step) => step.successorId),
  );
  for (const step of due) {
    const person = people.find((other) => other.person === step.successorId);
    if (person?.active && !person.leaving) continue;
    await deps.stores.ownerships.setState(row.id, { stepIds: [step.id], from: ['approved'] }, 'parked', 'successor-unavailable');
  }
}

/** After the pause, before the rest of a step: whether its first records are still where they were put, or an automation moved them. */
async function checkCanaries(deps: Deps, { row, facts }: Loaded, now: Instant, context: CallContext): Promise<void> {
  const { ownerships } = deps.stores;
  const resting = facts.steps.filter((step) => dueGroups(step, now).includes('rest') && !step.groups.some(hasBegun));
  const canaries = await ownerships.canaries(
    row.id,
    resting.map((step) => step.id),
  );
  for (const batch of toBatches(deps, canaries)) {
    const current = await readCurrent(batch, batch.rows, context);
    for (const item of batch.rows) {
      const held = current.get(item.id);
      if (item.stepId === null || held?.state !== 'present' || held.owner === item.planned) continue;
      await ownerships.setState(row.id, { stepIds: [item.stepId], from: ['approved'] }, 'parked', 'canary-changed');
    }
  }
}

function hasBegun(group: AssignmentGroup): boolean {
  return !group.canary && !group.late && ['intended', 'written', 'verified'].includes(group.state);
}

/** One batch, from the comparison to the proof; false when it may not begin any more. */
async function moveBatch(page: Page, batch: Batch): Promise<boolean> {
  const { deps, context, now, alive } = page;
  alive();
  assertActs(batch);
  const current = await readCurrent(batch, batch.rows, context);
  const compared = batch.rows.map((row) => compareRow(row, current.get(row.id), batch));
  const toWrite = compared.flatMap(({ row, outcome }) => (outcome === 'write' ? [row] : []));
  const settled = compared.flatMap(({ outcome }) => (outcome === 'write' ? [] : [outcome]));
  await deps.stores.ownerships.record(settled, now);
  if (toWrite.length === 0) return true;
  const ids = toWrite.map((row) => row.id);
  const intended = await deps.stores.ownerships.intend(page.handover, page.epoch, ids, now);
  if (intended.size === 0) return false;
  const rows = toWrite.filter((row) => intended.has(row.id));
  const results = await write(page, batch, rows);
  alive();
  await prove(page, batch, rows, results);
  return true;
}

type Compared = { readonly row: AssignmentRow; readonly outcome: 'write' | AssignmentOutcome };

function compareRow(row: AssignmentRow, current: CurrentOwner | undefined, batch: Batch): Compared {
  const settle = (state: AssignmentOutcome['state'], now: string | null, reason: string | null): Compared => ({
    row,
    outcome: { id: row.id, state, now, reason },
  });
  if (row.planned === null) return settle('parked', row.before, 'successor-without-seat');
  if (!current || current.state === 'failed') return unreadable(current, batch, settle);
  const held = current.state === 'present' ? current.owner : null;
  const verdict = compare({ state: assignmentStateOf(row.state), before: row.before, planned: row.planned, now: current });
  switch (verdict) {
    case 'write':
      return { row, outcome: 'write' };
    case 'already-written':
      // What a colleague moved meanwhile is as the plan wants it, but not Baton's to take back.
      return row.intendedAt === null ? settle('skipped', held, 'already-there') : settle('verified', held, null);
    case 'moved-by-someone':
      return settle('skipped', held, 'moved-by-someone');
    case 'gone':
      return settle('skipped', null, 'record-gone');
    default:
      return verdict satisfies never;
  }
}

/** A record that the vendor could not read now is tried again; one that it will never read is parked. */
function unreadable(
  current: Extract<CurrentOwner, { state: 'failed' }> | undefined,
  batch: Batch,
  settle: (state: 'parked', now: null, reason: FailureKind) => Compared,
): Compared {
  const kind = current?.kind ?? 'unexpected-response';
  if (isRetryable(kind)) throw new VendorError(kind, `${batch.crm.name} could not read a record`);
  return settle('parked', null, kind);
}

async function write(page: Page, batch: Batch, rows: readonly AssignmentRow[]): Promise<ReadonlyMap<string, ChangeResult>> {
  const changes = rows.flatMap(({ id, record, field, planned }) =>
    planned === null ? [] : [{ record, field, to: planned, key: `${page.handover}-${page.epoch}-${id}` }],
  );
  const results = await batch.crm.port.write({ recordType: batch.recordType, changes }, page.context);
  return new Map(results.map((result) => [`${result.record}/${result.field}`, result]));
}

/**
 * Accepted is not proven: the fields are read again, and only then is anything recorded, since whoever finds an intent reads the field again
 * anyway. A refusal that a retry may mend leaves the intent, and the page is tried again.
 */
async function prove(
  page: Page,
  batch: Batch,
  rows: readonly AssignmentRow[],
  results: ReadonlyMap<string, ChangeResult>,
): Promise<void> {
  const { ownerships } = page.deps.stores;
  const resultOf = (row: AssignmentRow) => results.get(`${row.record}/${row.field}`);
  const accepted = rows.filter((row) => resultOf(row)?.state === 'accepted');
  const refused = rows.flatMap((row) => {
    const result = resultOf(row);
    return result?.state === 'failed' && !isRetryable(result.kind)
      ? [{ id: row.id, state: 'parked' as const, now: row.before, reason: result.kind }]
      : [];
  });
  const current = await readCurrent(batch, accepted, page.context);
  const proven = accepted.flatMap((row) => provenOutcome(row, current.get(row.id)));
  await ownerships.record([...refused, ...proven], page.now);
  const open = rows.length - refused.length - proven.length;
  if (open > 0) throw new VendorError('vendor-unavailable', `${batch.crm.name} left ${open} records of a batch open`);
}

function provenOutcome(row: AssignmentRow, current: CurrentOwner | undefined): readonly AssignmentOutcome[] {
  if (!current || current.state === 'failed') return [];
  if (current.state === 'gone') return [{ id: row.id, state: 'skipped', now: null, reason: 'record-gone' }];
  const verified = current.owner === row.planned;
  return [
    { id: row.id, state: verified ? 'verified' : 'parked', now: current.owner, reason: verified ? null : 'changed-after-write' },
  ];
}
