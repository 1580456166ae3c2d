import { z } from 'zod';
import type { Sandbox } from '../state.js';
import { HubspotError } from './errors.js';
import { type Rendered, render } from './render.js';
import type { CrmRecord, ObjectType } from './types.js';
import {
  type Writer,
  archiveRecord,
  checkNames,
  createRecord,
  requireUnique,
  resolve,
  updateRecord,
  valuesSchema,
} from './writes.js';

const BATCH_SIZE = 100; // UNCONFIRMED in the vendor's spec, named everywhere else

const batchOf = <T>(input: z.ZodType<T>): z.ZodObject<{ inputs: z.ZodArray<z.ZodType<T>> }> =>
  z.strictObject({ inputs: z.array(input).min(1).max(BATCH_SIZE) });

/** Body of a batch read. */
export const batchReadSchema = z.strictObject({
  inputs: z
    .array(z.strictObject({ id: z.string() }))
    .min(1)
    .max(BATCH_SIZE),
  properties: z.array(z.string()).default([]),
  propertiesWithHistory: z.array(z.string()).max(0).default([]),
  idProperty: z.string().optional(),
});

/** Body of a batch update. */
export const batchUpdateSchema = batchOf(
  z.strictObject({
    id: z.string(),
    idProperty: z.string().optional(),
    properties: valuesSchema,
    objectWriteTraceId: z.string().optional(),
  }),
);

/** Body of a batch upsert. */
export const batchUpsertSchema = batchOf(
  z.strictObject({ id: z.string(), idProperty: z.string(), properties: valuesSchema, objectWriteTraceId: z.string().optional() }),
);

/** Body of a batch archive. */
export const batchArchiveSchema = batchOf(z.strictObject({ id: z.string() }));

type BatchError = { status: 'error'; category: string; message: string; context: Record<string, string[]>; errors?: object[] };

/** A batch's answer: 200, or 207 when some inputs failed. */
export type BatchAnswer = { status: 200 | 207; body: object };

/** Reads up to 100 records; what is missing makes the answer a 207. */
export function batchRead(sandbox: Sandbox, type: ObjectType, body: z.infer<typeof batchReadSchema>): BatchAnswer {
  const startedAt = sandbox.now();
  const { results, errors } = each(body.inputs, (input) => {
    const record = resolve(sandbox, type, input.id, body.idProperty);
    return render(type, record, record.properties, body.properties);
  });
  return answer(sandbox, startedAt, results, errors);
}

/** Writes up to 100 records, each on its own; unknown properties and doubled ids refuse the whole batch. */
export function batchUpdate(writer: Writer, type: ObjectType, body: z.infer<typeof batchUpdateSchema>): BatchAnswer {
  const { sandbox } = writer;
  const startedAt = sandbox.now();
  refuseDoubledIds(body.inputs);
  checkNames(
    sandbox,
    type,
    body.inputs.map((input) => input.properties),
  );
  const { results, errors } = each(body.inputs, (input) => {
    const record = resolve(sandbox, type, input.id, input.idProperty);
    updateRecord(writer, type, record, input.properties, input.objectWriteTraceId ?? null);
    return echo(renderWritten(type, record, input.properties), input.objectWriteTraceId);
  });
  return answer(sandbox, startedAt, results, errors);
}

/** Creates or updates up to 100 records by a unique property; each result says whether it is `new`. */
export function batchUpsert(writer: Writer, type: ObjectType, body: z.infer<typeof batchUpsertSchema>): BatchAnswer {
  const { sandbox } = writer;
  const startedAt = sandbox.now();
  refuseDoubledIds(body.inputs);
  for (const property of new Set(body.inputs.map((input) => input.idProperty))) requireUnique(sandbox, type, property);
  checkNames(
    sandbox,
    type,
    body.inputs.map((input) => input.properties),
  );
  const { results, errors } = each(body.inputs, (input) => {
    const values = { ...input.properties, [input.idProperty]: input.properties[input.idProperty] ?? input.id };
    const key = input.objectWriteTraceId ?? input.id;
    const known = sandbox.crm.table(type).findUnique(input.idProperty, input.id);
    if (known !== undefined) updateRecord(writer, type, known, values, key);
    const record = known ?? createRecord(writer, type, values, key);
    return { ...echo(renderWritten(type, record, values), input.objectWriteTraceId), new: known === undefined };
  });
  return answer(sandbox, startedAt, results, errors);
}

/** Archives up to 100 records; what is gone already is no error. Null is the vendor's answer without a body. */
export function batchArchive(writer: Writer, type: ObjectType, body: z.infer<typeof batchArchiveSchema>): BatchAnswer | null {
  const startedAt = writer.sandbox.now();
  const { errors } = each(body.inputs, (input) => archiveRecord(writer, type, input.id));
  // UNCONFIRMED what the vendor answers when a record cannot be archived.
  return errors.length === 0 ? null : answer(writer.sandbox, startedAt, [], errors);
}

function refuseDoubledIds(inputs: readonly { id: string }[]): void {
  const doubled = inputs.map((input) => input.id).filter((id, index, ids) => ids.indexOf(id) !== index);
  if (doubled.length === 0) return;
  throw new HubspotError(
    400,
    'VALIDATION_ERROR',
    `Duplicate IDs found in batch input: [${[...new Set(doubled)].join(', ')}]. IDs must be unique`,
  );
}

type Input = { id: string; objectWriteTraceId?: string | undefined };

function each<I extends Input, R>(inputs: readonly I[], work: (input: I) => R): { results: R[]; errors: BatchError[] } {
  const results: R[] = [];
  const errors: BatchError[] = [];
  for (const input of inputs) {
    try {
      results.push(work(input));
    } catch (error) {
      if (!(error instanceof HubspotError)) throw error;
      errors.push(batchError(error, input));
    }
  }
  return { results, errors };
}

// UNCONFIRMED which keys the vendor uses: the stand-in names the record in `ids` and echoes the trace id.
function batchError(error: HubspotError, input: Input): BatchError {
  const context: Record<string, string[]> = { ...error.context, ids: [input.id] };
  if (input.objectWriteTraceId !== undefined) context['objectWriteTraceId'] = [input.objectWriteTraceId];
  const details = error.details.length > 0 ? { errors: [...error.details] } : {};
  return { status: 'error', category: error.category, message: error.message, context, ...details };
}

function renderWritten(type: ObjectType, record: CrmRecord, written: object): Rendered {
  return render(type, record, record.properties, Object.keys(written));
}

function echo(rendered: Rendered, objectWriteTraceId: string | undefined): Rendered & { objectWriteTraceId?: string } {
  return objectWriteTraceId === undefined ? rendered : { ...rendered, objectWriteTraceId };
}

function answer(sandbox: Sandbox, startedAt: number, results: readonly object[], errors: readonly object[]): BatchAnswer {
  const times = { startedAt: new Date(startedAt).toISOString(), completedAt: new Date(sandbox.now()).toISOString() };
  const body = { status: 'COMPLETE', results, ...times };
  return errors.length === 0 ? { status: 200, body } : { status: 207, body: { ...body, numErrors: errors.length, errors } };
}
