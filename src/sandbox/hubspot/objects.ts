import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Sandbox } from '../state.js';
import { callOf } from '../vendor-scope.js';
import { associate, checkSpecs } from './associations.js';
import {
  type BatchAnswer,
  batchArchive,
  batchArchiveSchema,
  batchRead,
  batchReadSchema,
  batchUpdate,
  batchUpdateSchema,
  batchUpsert,
  batchUpsertSchema,
} from './batches.js';
import { notFound, readHubspot } from './errors.js';
import { render } from './render.js';
import { runSearch, searchSchema } from './search.js';
import { type CrmRecord, type ObjectType, objectType } from './types.js';
import { type Writer, archiveRecord, checkNames, createRecord, resolve, updateRecord, valuesSchema } from './writes.js';

const names = z
  .union([z.string(), z.array(z.string())])
  .default([])
  .transform((value) =>
    [value]
      .flat()
      .flatMap((item) => item.split(','))
      .filter((item) => item !== ''),
  );
const readQuery = z.strictObject({
  properties: names,
  idProperty: z.string().optional(),
  archived: z.enum(['true', 'false']).default('false'),
});
const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(10),
  after: z.string().regex(/^\d+$/).default('0'),
  properties: names,
  archived: z.enum(['true', 'false']).default('false'),
});
const writeQuery = z.strictObject({ idProperty: z.string().optional() });
const updateSchema = z.strictObject({ properties: valuesSchema, objectWriteTraceId: z.string().optional() });
const createSchema = z.strictObject({
  properties: valuesSchema,
  objectWriteTraceId: z.string().optional(),
  associations: z
    .array(
      z.strictObject({
        to: z.strictObject({ id: z.union([z.string(), z.number().transform(String)]) }),
        types: z.array(z.strictObject({ associationCategory: z.literal('HUBSPOT_DEFINED'), associationTypeId: z.int() })).min(1),
      }),
    )
    .default([]),
});

type TypeParams = { Params: { type: string } };
type RecordParams = { Params: { type: string; id: string } };

/** Search, batches and single records of `/crm/v3/objects`. */
export function objectRoutes(scope: FastifyInstance, sandbox: Sandbox): void {
  scope.post<TypeParams>('/crm/v3/objects/:type/search', async (request) => {
    const type = objectType(request.params.type);
    const body = readHubspot(searchSchema, request.body ?? {});
    sandbox.crm.table(type).settle(sandbox.now() - (sandbox.limits.body.hubspot?.searchLagMs ?? 0));
    const { total, records, next } = runSearch(sandbox.crm, type, body);
    const results = records.map((record) => render(type, record, record.searchable ?? record.properties, body.properties));
    return { total, results, ...(next === null ? {} : { paging: { next: { after: next } } }) };
  });
  batchRoutes(scope, sandbox);
  scope.get<TypeParams>('/crm/v3/objects/:type', async (request) => {
    return listPage(sandbox, objectType(request.params.type), readHubspot(listQuery, request.query));
  });
  scope.post<TypeParams>('/crm/v3/objects/:type', async (request, reply) => {
    const type = objectType(request.params.type);
    const body = readHubspot(createSchema, request.body);
    return reply.status(201).send(create({ sandbox, ...callOf(request) }, type, body));
  });
  scope.get<RecordParams>('/crm/v3/objects/:type/:id', async (request) => {
    const type = objectType(request.params.type);
    const query = readHubspot(readQuery, request.query);
    if (query.archived === 'true') {
      const gone = sandbox.crm.table(type).get(request.params.id);
      if (gone?.archived !== true) throw notFound(`archived ${type} ${request.params.id}`);
      return render(type, gone, gone.properties, query.properties);
    }
    const record = resolve(sandbox, type, request.params.id, query.idProperty);
    return render(type, record, record.properties, query.properties);
  });
  scope.patch<RecordParams>('/crm/v3/objects/:type/:id', async (request) => {
    const type = objectType(request.params.type);
    const body = readHubspot(updateSchema, request.body);
    checkNames(sandbox, type, [body.properties]);
    const record = resolve(sandbox, type, request.params.id, readHubspot(writeQuery, request.query).idProperty);
    updateRecord({ sandbox, ...callOf(request) }, type, record, body.properties, body.objectWriteTraceId ?? null);
    return render(type, record, record.properties, Object.keys(body.properties));
  });
  scope.delete<RecordParams>('/crm/v3/objects/:type/:id', async (request, reply) => {
    // The vendor answers 204 for a record that is gone already.
    archiveRecord({ sandbox, ...callOf(request) }, objectType(request.params.type), request.params.id);
    return reply.status(204).send();
  });
}

/** Read from the records, so it never lags as a search may. */
function listPage(sandbox: Sandbox, type: ObjectType, query: z.infer<typeof listQuery>): object {
  const table = sandbox.crm.table(type);
  const page: CrmRecord[] = [];
  const wanted = query.archived === 'true';
  for (const record of table.after(Number(query.after))) {
    if (record.archived !== wanted) continue;
    if (page.length === query.limit) {
      const after = String(page.at(-1)?.id ?? 0);
      const next = { after, link: `https://api.hubapi.com/crm/v3/objects/${type}?after=${after}` };
      return { results: page.map((one) => render(type, one, one.properties, query.properties)), paging: { next } };
    }
    page.push(record);
  }
  return { results: page.map((one) => render(type, one, one.properties, query.properties)) };
}

function batchRoutes(scope: FastifyInstance, sandbox: Sandbox): void {
  const route = (name: string, work: (writer: Writer, type: ObjectType, body: unknown) => BatchAnswer | null): void => {
    scope.post<TypeParams>(`/crm/v3/objects/:type/batch/${name}`, async (request, reply) => {
      const answer = work({ sandbox, ...callOf(request) }, objectType(request.params.type), request.body);
      return answer === null ? reply.status(204).send() : reply.status(answer.status).send(answer.body);
    });
  };
  route('read', (_writer, type, body) => batchRead(sandbox, type, readHubspot(batchReadSchema, body)));
  route('update', (writer, type, body) => batchUpdate(writer, type, readHubspot(batchUpdateSchema, body)));
  route('archive', (writer, type, body) => batchArchive(writer, type, readHubspot(batchArchiveSchema, body)));
  route('upsert', (writer, type, body) => batchUpsert(writer, type, readHubspot(batchUpsertSchema, body)));
}

// The type id in an association says which type the other end has.
const taskTargets: Readonly<Record<number, ObjectType>> = { 192: 'companies', 204: 'contacts', 216: 'deals', 230: 'tickets' };
const recordTargets: Readonly<Record<number, ObjectType>> = {
  279: 'companies',
  341: 'companies',
  339: 'companies',
  3: 'contacts',
  16: 'contacts',
  28: 'deals',
};

function create(writer: Writer, type: ObjectType, body: z.infer<typeof createSchema>): object {
  const { sandbox } = writer;
  checkNames(sandbox, type, [body.properties]);
  const ends = body.associations.map((association) => {
    const typeId = association.types[0]?.associationTypeId ?? 0;
    const otherType = (type === 'tasks' ? taskTargets : recordTargets)[typeId];
    if (otherType === undefined) throw notFound(`association type ${String(typeId)}`);
    checkSpecs(type, otherType, association.types);
    return { type: otherType, record: resolve(sandbox, otherType, association.to.id, undefined) };
  });
  const record = createRecord(writer, type, body.properties, body.objectWriteTraceId ?? null);
  for (const end of ends) associate(writer, { type, record }, end);
  return render(type, record, record.properties, Object.keys(record.properties));
}
