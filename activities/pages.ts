import type { RecordType } from '../src/domain/words.js';
import { recordTypes } from '../src/domain/words.js';
import type { CurrentOwner } from '../src/ports/crm.js';
import { VendorError, type CallContext } from '../src/ports/vendor.js';
import type { AssignmentRow } from '../src/store/ownerships.js';
import { crmOf, type CrmConnection, type Deps } from './deps.js';

/** Rows that one vendor call may carry: one connection, one record type, at most its batch. */
export interface Batch {
  readonly crm: CrmConnection;
  readonly recordType: RecordType;
  readonly rows: readonly AssignmentRow[];
}

/** Cuts rows, which come sorted by connection and type, into the vendors' batches. */
export function toBatches(deps: Deps, rows: readonly AssignmentRow[]): readonly Batch[] {
  const batches: { crm: CrmConnection; recordType: RecordType; rows: AssignmentRow[] }[] = [];
  for (const row of rows) {
    const last = batches.at(-1);
    if (
      last &&
      last.crm.name === row.connection &&
      last.recordType === row.recordType &&
      last.rows.length < last.crm.port.limits.batch
    ) {
      last.rows.push(row);
    } else {
      batches.push({ crm: crmOf(deps, row.connection), recordType: recordTypeOf(row.recordType), rows: [row] });
    }
  }
  return batches;
}

/** Works batches with as many at once as the vendor's limits say. The first error stops new batches and is thrown once those under way have ended. */
export async function workBatches(batches: readonly Batch[], work: (batch: Batch) => Promise<boolean>): Promise<boolean> {
  const queue = [...batches];
  const errors: unknown[] = [];
  let isFenced = false;
  const worker = async (): Promise<void> => {
    for (let batch = queue.shift(); batch && errors.length === 0 && !isFenced; batch = queue.shift()) {
      try {
        if (!(await work(batch))) isFenced = true;
      } catch (error) {
        errors.push(error);
      }
    }
  };
  const concurrency = Math.max(1, ...batches.map((batch) => batch.crm.port.limits.concurrency));
  await Promise.all(Array.from({ length: Math.min(concurrency, batches.length) }, worker));
  if (errors.length > 0) throw errors[0];
  return isFenced;
}

/** A connection that was set to `observe` meanwhile is not written to; its rows wait, parked, for somebody who knows why. */
export function assertActs({ crm }: Batch): void {
  if (crm.mode !== 'act') throw new VendorError('forbidden', `${crm.name} only observes; set mode: act, then retry`);
}

/** What the CRM's fields hold now, by row. */
export async function readCurrent(
  batch: Batch,
  rows: readonly AssignmentRow[],
  context: CallContext,
): Promise<ReadonlyMap<bigint, CurrentOwner>> {
  if (rows.length === 0) return new Map();
  const fields = rows.map(({ record, field }) => ({ record, field }));
  const answers = await batch.crm.port.read({ recordType: batch.recordType, fields }, context);
  const byField = new Map(answers.map((answer) => [`${answer.record}/${answer.field}`, answer]));
  return new Map(
    rows.map((row) => {
      const answer = byField.get(`${row.record}/${row.field}`);
      if (!answer) throw new VendorError('unexpected-response', `${batch.crm.name} left out a record that was asked for`);
      return [row.id, answer];
    }),
  );
}

function recordTypeOf(text: string): RecordType {
  const found = recordTypes.find((type) => type === text);
  if (!found) throw new Error('a row holds a record type that this version does not know');
  return found;
}
