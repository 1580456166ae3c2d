import { z } from 'zod';
import type { Crm } from './crm.js';
import { HubspotError } from './errors.js';
import { type PropertyDefinition, instantOf } from './properties.js';
import { type Table, lowerBound } from './table.js';
import type { CrmRecord, ObjectType, Properties } from './types.js';

const operators = [
  'EQ',
  'NEQ',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'BETWEEN',
  'IN',
  'NOT_IN',
  'HAS_PROPERTY',
  'NOT_HAS_PROPERTY',
  'CONTAINS_TOKEN',
  'NOT_CONTAINS_TOKEN',
] as const;

const filterSchema = z.strictObject({
  propertyName: z.string(),
  operator: z.enum(operators),
  value: z.union([z.string(), z.number().transform(String)]).optional(),
  highValue: z.union([z.string(), z.number().transform(String)]).optional(),
  values: z.array(z.string()).max(100).optional(),
});

/** Body of a search; like the vendor's recordings everything may be left out. */
export const searchSchema = z.strictObject({
  filterGroups: z
    .array(z.strictObject({ filters: z.array(filterSchema).max(10) }))
    .max(5)
    .default([]),
  sorts: z
    .array(
      z.union([
        z.string(),
        z.strictObject({ propertyName: z.string(), direction: z.enum(['ASCENDING', 'DESCENDING']).default('ASCENDING') }),
      ]),
    )
    .max(1)
    .default([]),
  properties: z.array(z.string()).default([]),
  limit: z.int().min(0).max(200).default(10),
  after: z.union([z.string(), z.number().transform(String)]).default('0'),
});

/** A search as it was asked. */
export type SearchRequest = z.infer<typeof searchSchema>;
type Filter = z.infer<typeof filterSchema>;
type Test = (properties: Properties) => boolean;
type Selection = { ids: readonly number[]; from: number; to: number; tests: Test[] };

const RESULT_CAP = 10_000;

/** One page of a search over the index as it stands; 400 past 10,000 results or on unknown properties. */
export function runSearch(
  crm: Crm,
  type: ObjectType,
  request: SearchRequest,
): { total: number; records: CrmRecord[]; next: string | null } {
  const offset = Number(request.after);
  if (!Number.isInteger(offset) || offset < 0)
    throw new HubspotError(400, 'VALIDATION_ERROR', 'after is not a valid paging cursor');
  if (offset + request.limit > RESULT_CAP) {
    throw new HubspotError(
      400,
      'VALIDATION_ERROR',
      `Searches return at most ${String(RESULT_CAP)} results; narrow the filters instead of paging on`,
    );
  }
  if (request.filterGroups.flatMap((group) => group.filters).length > 25)
    throw new HubspotError(400, 'VALIDATION_ERROR', 'More than 25 filters');
  const table = crm.table(type);
  const selections = request.filterGroups.map((group) => select(crm, type, group.filters));
  const only = selections[0] ?? { ids: table.ids, from: 0, to: table.ids.length, tests: [] };
  // UNCONFIRMED: without a sort the stand-in answers in ascending id.
  const sorted = sortOf(crm, type, request.sorts);
  const plain = selections.length <= 1 && only.tests.length === 0 && sorted === null;
  const matching = plain
    ? only.ids.slice(only.from + offset, Math.min(only.to, only.from + offset + request.limit))
    : collect(table, selections, only);
  const total = plain ? only.to - only.from : matching.length;
  const ordered = sorted === null ? matching : orderBy(table, matching, sorted);
  const page = plain ? ordered : ordered.slice(offset, offset + request.limit);
  const records = page.flatMap((id) => table.byNumber(id) ?? []);
  const end = offset + records.length;
  return { total, records, next: records.length > 0 && end < total ? String(end) : null };
}

/** AND within a group: the shortest indexed list first, narrowed by id, then whatever tests are left. */
function select(crm: Crm, type: ObjectType, filters: readonly Filter[]): Selection {
  const table = crm.table(type);
  let ids = table.ids;
  const rest: Filter[] = [];
  for (const filter of filters) {
    const listed = indexed(table, filter);
    if (listed === undefined) rest.push(filter);
    else if (ids === table.ids) ids = listed;
    else rest.push(filter);
  }
  const tests: Test[] = [];
  let from = 0;
  let to = ids.length;
  for (const filter of rest) {
    const definition = definitionOf(crm, type, filter.propertyName);
    const bound = filter.propertyName === 'hs_object_id' ? idRange(filter) : null;
    if (bound === null) tests.push(testOf(filter, definition));
    else {
      from = Math.max(from, lowerBound(ids, bound.from));
      to = Math.min(to, lowerBound(ids, bound.before));
    }
  }
  return { ids, from, to: Math.max(from, to), tests };
}

function indexed(table: Table, filter: Filter): readonly number[] | undefined {
  if (filter.operator === 'EQ') return table.withUser(filter.propertyName, filter.value ?? '');
  if (filter.operator !== 'IN') return undefined;
  const lists = [...new Set(filter.values ?? [])].map((value) => table.withUser(filter.propertyName, value));
  if (lists.includes(undefined)) return undefined;
  return lists.flatMap((list) => list ?? []).sort((a, b) => a - b);
}

function idRange(filter: Filter): { from: number; before: number } | null {
  const id = Number(filter.value);
  switch (filter.operator) {
    case 'EQ':
      return { from: id, before: id + 1 };
    case 'GT':
      return { from: Math.floor(id) + 1, before: Infinity };
    case 'GTE':
      return { from: id, before: Infinity };
    case 'LT':
      return { from: 0, before: id };
    case 'LTE':
      return { from: 0, before: Math.floor(id) + 1 };
    default:
      return null;
  }
}

function collect(table: Table, selections: readonly Selection[], only: Selection): number[] {
  const groups = selections.length === 0 ? [only] : selections;
  const found = new Set<number>();
  for (const { ids, from, to, tests } of groups) {
    for (let index = from; index < to; index += 1) {
      const id = ids[index];
      const properties = id === undefined ? null : (table.byNumber(id)?.searchable ?? null);
      if (id !== undefined && properties !== null && tests.every((test) => test(properties))) found.add(id);
    }
  }
  return groups.length === 1 ? [...found] : [...found].sort((a, b) => a - b);
}

function definitionOf(crm: Crm, type: ObjectType, name: string): PropertyDefinition {
  const definition = crm.properties(type).get(name);
  if (definition !== undefined) return definition;
  throw new HubspotError(400, 'VALIDATION_ERROR', `There was a problem with the request: property ${name} does not exist`, {
    details: [{ message: `Property ${name} does not exist`, code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: [name] } }],
  });
}

/** Values compare as numbers and instants where the property is one, else as lower-case text. */
function comparable(definition: PropertyDefinition, value: string): number | string {
  if (definition.type === 'number') return Number(value);
  if (definition.type === 'datetime') return instantOf(value);
  return value.toLowerCase();
}

function testOf(filter: Filter, definition: PropertyDefinition): Test {
  const name = filter.propertyName;
  const value = need(filter, filter.value, ['HAS_PROPERTY', 'NOT_HAS_PROPERTY', 'IN', 'NOT_IN']);
  const wanted = comparable(definition, value);
  const high = comparable(definition, filter.operator === 'BETWEEN' ? need(filter, filter.highValue, []) : '');
  const listed = new Set((filter.values ?? []).map((item) => comparable(definition, item)));
  const compare = (holds: (stored: number | string) => boolean, whenEmpty = false): Test => {
    return (properties) => {
      const stored = properties[name];
      return stored === null || stored === undefined ? whenEmpty : holds(comparable(definition, stored));
    };
  };
  const token = new RegExp(`(^|\\W)${value.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '\\w*')}(\\W|$)`, 'i');
  switch (filter.operator) {
    case 'EQ':
      return compare((stored) => stored === wanted);
    case 'NEQ':
      // UNCONFIRMED: like NOT_IN, the stand-in leaves records without a value out.
      return compare((stored) => stored !== wanted);
    case 'LT':
      return compare((stored) => stored < wanted);
    case 'LTE':
      return compare((stored) => stored <= wanted);
    case 'GT':
      return compare((stored) => stored > wanted);
    case 'GTE':
      return compare((stored) => stored >= wanted);
    case 'BETWEEN':
      return compare((stored) => stored >= wanted && stored <= high);
    case 'IN':
      return compare((stored) => listed.has(stored));
    case 'NOT_IN':
      return compare((stored) => !listed.has(stored));
    case 'HAS_PROPERTY':
      return compare(() => true);
    case 'NOT_HAS_PROPERTY':
      return compare(() => false, true);
    case 'CONTAINS_TOKEN':
      return compare((stored) => token.test(String(stored)));
    case 'NOT_CONTAINS_TOKEN':
      return compare((stored) => !token.test(String(stored)), true);
  }
}

function need(filter: Filter, value: string | undefined, optional: readonly string[]): string {
  if (value !== undefined || optional.includes(filter.operator)) return value ?? '';
  throw new HubspotError(400, 'VALIDATION_ERROR', `The filter on ${filter.propertyName} needs a value for ${filter.operator}`);
}

type Order = { definition: PropertyDefinition; sign: 1 | -1 };

/** Null when the order is ascending by id, which the index already is. */
function sortOf(crm: Crm, type: ObjectType, sorts: SearchRequest['sorts']): Order | null {
  const [sort] = sorts;
  if (sort === undefined) return null;
  const name = typeof sort === 'string' ? sort.replace(/^-/, '') : sort.propertyName;
  const descending = typeof sort === 'string' ? sort.startsWith('-') : sort.direction === 'DESCENDING';
  const definition = definitionOf(crm, type, name);
  return name === 'hs_object_id' && !descending ? null : { definition, sign: descending ? -1 : 1 };
}

function orderBy(table: Table, ids: readonly number[], { definition, sign }: Order): number[] {
  const keyed = ids.map((id) => ({ id, key: comparable(definition, table.byNumber(id)?.searchable?.[definition.name] ?? '') }));
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : a.id - b.id));
  return keyed.map((item) => item.id);
}
