import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Sandbox, commit } from '../state.js';
import { callOf } from '../vendor-scope.js';
import { HubspotError, notFound, readHubspot } from './errors.js';
import { type CrmRecord, type ObjectType, objectType } from './types.js';
import { type Writer, refuseByFault } from './writes.js';

const PAGE_SIZE = 500;

const specsSchema = z
  .array(z.strictObject({ associationCategory: z.literal('HUBSPOT_DEFINED'), associationTypeId: z.int() }))
  .min(1);
const readSchema = z.strictObject({
  inputs: z
    .array(z.strictObject({ id: z.string(), after: z.string().optional() }))
    .min(1)
    .max(1000),
});
const pageSchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(PAGE_SIZE).default(PAGE_SIZE),
  after: z.string().optional(),
});

// Unlabelled type ids of the vendor (hubspot-api-nodejs enums); the pairs that the stand-in needs.
const typeIds: Readonly<Record<string, number>> = {
  'contacts companies': 279,
  'companies contacts': 280,
  'deals companies': 341,
  'companies deals': 342,
  'deals contacts': 3,
  'contacts deals': 4,
  'tickets companies': 339,
  'companies tickets': 340,
  'tickets contacts': 16,
  'contacts tickets': 15,
  'tickets deals': 28,
  'deals tickets': 27,
  'tasks contacts': 204,
  'contacts tasks': 203,
  'tasks companies': 192,
  'companies tasks': 191,
  'tasks deals': 216,
  'deals tasks': 215,
  'tasks tickets': 230,
  'tickets tasks': 229,
};

function typeIdOf(from: ObjectType, to: ObjectType): number {
  const id = typeIds[`${from} ${to}`];
  if (id === undefined) throw new HubspotError(400, 'VALIDATION_ERROR', `${from} cannot be associated with ${to}`);
  return id;
}

/** Links two records unless they are linked; an association that stands is a write without effect. */
export function associate(
  writer: Writer,
  from: { type: ObjectType; record: CrmRecord },
  to: { type: ObjectType; record: CrmRecord },
): void {
  typeIdOf(from.type, to.type);
  const { sandbox, by } = writer;
  refuseByFault(writer, String(from.record.id));
  if (from.record.links[to.type]?.includes(to.record.id) === true) return sandbox.calls.addWithoutEffect();
  const change = {
    type: from.type,
    record: String(from.record.id),
    field: to.type,
    from: null,
    to: String(to.record.id),
    key: null,
  };
  commit(sandbox, { vendor: 'hubspot', by, op: 'associate', ...change });
}

/** 400 when the association types of a request are not the unlabelled one of the pair. */
export function checkSpecs(from: ObjectType, to: ObjectType, specs: z.infer<typeof specsSchema>): void {
  const known = typeIdOf(from, to);
  const wrong = specs.find((spec) => spec.associationTypeId !== known);
  if (wrong === undefined) return;
  const message = `invalid association type ${String(wrong.associationTypeId)} from ${from} to ${to}; expected ${String(known)}`;
  throw new HubspotError(400, 'VALIDATION_ERROR', message);
}

type Pair = { from: { type: ObjectType; record: CrmRecord }; to: { type: ObjectType; record: CrmRecord } };
type PairParams = { from: string; id: string; toType: string; toId: string };

function pairOf(sandbox: Sandbox, params: PairParams): Pair {
  const end = (segment: string, id: string): Pair['from'] => {
    const type = objectType(segment);
    const record = sandbox.crm.find(type, id);
    if (record === undefined) throw notFound(`${type} ${id}`);
    return { type, record };
  };
  return { from: end(params.from, params.id), to: end(params.toType, params.toId) };
}

type Targets = { list: object[]; paging: object };

function targets(
  record: CrmRecord,
  from: ObjectType,
  to: ObjectType,
  page: { after?: string | undefined; limit: number },
): Targets {
  const associationTypes = [{ category: 'HUBSPOT_DEFINED', typeId: typeIdOf(from, to), label: null }];
  const rest = (record.links[to] ?? []).filter((id) => id > Number(page.after ?? 0)).sort((a, b) => a - b);
  const shown = rest.slice(0, page.limit);
  const paging = rest.length > shown.length ? { paging: { next: { after: String(shown.at(-1)) } } } : {};
  // UNCONFIRMED whether number or text; recordings show a number.
  return { list: shown.map((toObjectId) => ({ toObjectId, associationTypes })), paging };
}

/** Association routes of v4: single, default, list, delete and batch read. */
export function associationRoutes(scope: FastifyInstance, sandbox: Sandbox): void {
  scope.put<{ Params: PairParams }>('/crm/v4/objects/:from/:id/associations/default/:toType/:toId', async (request) => {
    const { from, to } = pairOf(sandbox, request.params);
    associate({ sandbox, ...callOf(request) }, from, to);
    const at = new Date(sandbox.now()).toISOString();
    const spec = (one: Pair['from'], other: Pair['from']): object => ({
      from: { id: String(one.record.id) },
      to: { id: String(other.record.id) },
      associationSpec: { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeIdOf(one.type, other.type) },
    });
    return { status: 'COMPLETE', results: [spec(from, to), spec(to, from)], startedAt: at, completedAt: at };
  });
  scope.put<{ Params: PairParams }>('/crm/v4/objects/:from/:id/associations/:toType/:toId', async (request, reply) => {
    const { from, to } = pairOf(sandbox, request.params);
    checkSpecs(from.type, to.type, readHubspot(specsSchema, request.body));
    associate({ sandbox, ...callOf(request) }, from, to);
    const ends = { fromObjectTypeId: from.type, fromObjectId: from.record.id, toObjectTypeId: to.type, toObjectId: to.record.id };
    return reply.status(201).send({ ...ends, labels: [] });
  });
  scope.delete<{ Params: PairParams }>('/crm/v4/objects/:from/:id/associations/:toType/:toId', async (request, reply) => {
    const { from, to } = pairOf(sandbox, request.params);
    const writer = { sandbox, ...callOf(request) };
    refuseByFault(writer, String(from.record.id));
    if (from.record.links[to.type]?.includes(to.record.id) === true) {
      const change = {
        type: from.type,
        record: String(from.record.id),
        field: to.type,
        from: String(to.record.id),
        to: null,
        key: null,
      };
      commit(sandbox, { vendor: 'hubspot', by: writer.by, op: 'dissociate', ...change });
    } else sandbox.calls.addWithoutEffect();
    return reply.status(204).send();
  });
  readRoutes(scope, sandbox);
}

function readRoutes(scope: FastifyInstance, sandbox: Sandbox): void {
  scope.get<{ Params: { from: string; id: string; toType: string } }>(
    '/crm/v4/objects/:from/:id/associations/:toType',
    async (request) => {
      const from = objectType(request.params.from);
      const record = sandbox.crm.find(from, request.params.id);
      if (record === undefined) throw notFound(`${from} ${request.params.id}`);
      const { list, paging } = targets(record, from, objectType(request.params.toType), readHubspot(pageSchema, request.query));
      return { results: list, ...paging };
    },
  );
  scope.post<{ Params: { from: string; to: string } }>('/crm/v4/associations/:from/:to/batch/read', async (request, reply) => {
    const from = objectType(request.params.from);
    const to = objectType(request.params.to);
    const startedAt = new Date(sandbox.now()).toISOString();
    const results: object[] = [];
    const errors: object[] = [];
    for (const { id, after } of readHubspot(readSchema, request.body).inputs) {
      const record = sandbox.crm.find(from, id);
      const { list, paging } =
        record === undefined ? { list: [], paging: {} } : targets(record, from, to, { after, limit: PAGE_SIZE });
      if (list.length > 0) results.push({ from: { id }, to: list, ...paging });
      else errors.push(noAssociations(from, id, to));
    }
    const body = { status: 'COMPLETE', results, startedAt, completedAt: new Date(sandbox.now()).toISOString() };
    if (errors.length === 0) return reply.send(body);
    return reply.status(207).send({ ...body, numErrors: errors.length, errors });
  });
}

function noAssociations(from: ObjectType, id: string, to: ObjectType): object {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No ${to} is associated with ${from} ${id}.`,
    context: { fromObjectId: [id], fromObjectType: [from], toObjectType: [to] },
  };
}
