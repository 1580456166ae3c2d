import type { FailureKind } from '../../domain/failure.js';
import type { Instant, RecordType } from '../../domain/words.js';
import type { ChangeResult, CrmUser, CurrentOwner, FieldOfRecord, OwnedRecord, OwnerChange } from '../../ports/crm.js';
import { VendorError } from '../../ports/vendor.js';
import type { HubspotConfig } from './config.js';
import type { Associations, BatchAnswer, BatchError, HubspotObject, SearchPage } from './schemas.js';

/** The property that holds a record's owner: the `id` of an owner, not its `userId`. */
export const ownerField = 'hubspot_owner_id';

/** The association types that mark the primary company of a deal and of a ticket (developers.hubspot.com, "Association type IDs"). */
const primaryCompanyTypes: readonly number[] = [5, 26];

/** One owner in Baton's words; queues are no users. */
export function toUser(owner: { id: string; email?: string | null | undefined; archived?: boolean | undefined }): CrmUser {
  return { user: owner.id, email: owner.email || null, active: owner.archived !== true };
}

/** The fields in which a record of this type can name a user. */
export function fieldsOf(recordType: RecordType, config: HubspotConfig): readonly string[] {
  return [ownerField, ...config.userFields[recordType]];
}

/** Properties that a search for ownerships asks for. */
export function searchProperties(recordType: RecordType, config: HubspotConfig): readonly string[] {
  const facts = Object.values(config.properties[recordType]).filter((name) => name !== null);
  const account = recordType === 'contacts' ? ['associatedcompanyid'] : [];
  return [...new Set([...fieldsOf(recordType, config), ...facts, ...account])];
}

/** A search for records that name the owner in any of the fields, by ascending id after the cursor: so the 10,000 results of one search are never a limit. */
export function searchBody(search: { owner: string; after: string | null; fields: readonly string[] }) {
  const beyond = search.after === null ? [] : [{ propertyName: 'hs_object_id', operator: 'GT', value: search.after }];
  return {
    filterGroups: search.fields.map((field) => ({
      filters: [{ propertyName: field, operator: 'EQ', value: search.owner }, ...beyond],
    })),
    sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
  };
}

/** The id to go on with, null when the answer shows the end. A page out of order would lose records, so it is an `unexpected-response`. */
export function nextCursor(page: SearchPage, after: string | null): string | null {
  let last = after;
  for (const { id } of page.results) {
    if (!/^\d+$/.test(id) || (last !== null && BigInt(id) <= BigInt(last))) {
      throw new VendorError('unexpected-response', 'search: the results are not sorted by id');
    }
    last = id;
  }
  const more = page.paging?.next !== undefined || page.total > page.results.length;
  if (more && page.results.length === 0) throw new VendorError('unexpected-response', 'search: an empty page before the end');
  return more ? last : null;
}

/** One ownership for each field that names the owner. */
export function toOwned(
  object: HubspotObject,
  query: { recordType: RecordType; owner: string; account: string | null },
  config: HubspotConfig,
): readonly OwnedRecord[] {
  const { recordType, owner, account } = query;
  const { properties } = object;
  const names = config.properties[recordType];
  const read = (name: string | null) => (name === null ? null : properties[name] || null);
  const closed = read(names.closed);
  const common = {
    recordType,
    record: object.id,
    owner,
    version: object.updatedAt ?? null,
    account,
    value: toNumber(read(names.value)),
    closesOn: toInstant(read(names.closesOn))?.slice(0, 10) ?? null,
    open: closed === null || closed === 'false',
    lastActivity: toInstant(read(names.lastActivity)),
  };
  const fields = fieldsOf(recordType, config);
  if (fields.every((field) => properties[field] === undefined)) {
    throw new VendorError('unexpected-response', `search: the answer does not hold ${ownerField}`);
  }
  return fields.filter((field) => properties[field] === owner).map((field) => ({ ...common, field }));
}

/** The company that each record hangs on: the primary one where it is marked, else the first. Throws when HubSpot could not tell for some. */
export function accountsByRecord({ results, errors }: Associations): ReadonlyMap<string, string> {
  const failed = errors.map(({ category }) => kindOfCategory(category)).find((kind) => kind !== 'not-found');
  if (failed !== undefined) throw new VendorError(failed, 'associations: HubSpot could not tell the companies of some records');
  return new Map(
    results.flatMap(({ from, to }) => {
      const primary = to.find(({ associationTypes }) =>
        associationTypes.some(({ typeId }) => primaryCompanyTypes.includes(typeId)),
      );
      const company = primary ?? to[0];
      return company === undefined ? [] : [[from.id, company.toObjectId] as const];
    }),
  );
}

/** One answer per field asked. A record is gone when HubSpot says so, or when it answers under another id because the record was merged. */
export function toCurrent(fields: readonly FieldOfRecord[], answer: BatchAnswer): readonly CurrentOwner[] {
  const results = new Map(answer.results.map((object) => [object.id, object]));
  const errors = errorsByRecord(answer.errors, new Map(fields.map(({ record }) => [record, null])));
  const asked = new Set(fields.map(({ record }) => record));
  const hasMerged = answer.results.some(({ id }) => !asked.has(id));
  return fields.map(({ record, field }): CurrentOwner => {
    const object = results.get(record);
    if (object !== undefined) return toPresent({ record, field }, object);
    const category = errors.get(record);
    if (category === undefined) {
      return hasMerged ? { record, field, state: 'gone' } : { record, field, state: 'failed', ...unanswered };
    }
    const kind = kindOfCategory(category);
    return kind === 'not-found'
      ? { record, field, state: 'gone' }
      : { record, field, state: 'failed', ...refusal(kind, category) };
  });
}

function toPresent({ record, field }: FieldOfRecord, object: HubspotObject): CurrentOwner {
  const owner = object.properties[field];
  if (owner === undefined) {
    return { record, field, state: 'failed', kind: 'forbidden', message: `HubSpot does not show the property ${field}` };
  }
  return { record, field, state: 'present', owner: owner || null, version: object.updatedAt ?? null };
}

/** One input per record, with all its fields; the key of its first change traces it. */
export function toInputs(changes: readonly OwnerChange[]) {
  const inputs = new Map<string, { id: string; properties: Record<string, string>; objectWriteTraceId: string }>();
  for (const { record, field, to, key } of changes) {
    const input = inputs.get(record) ?? { id: record, properties: {}, objectWriteTraceId: key };
    input.properties[field] = to;
    inputs.set(record, input);
  }
  return [...inputs.values()];
}

/** One answer per change; a record that the answer does not mention is not taken for written. */
export function toResults(changes: readonly OwnerChange[], answer: BatchAnswer): readonly ChangeResult[] {
  const traces = new Map(toInputs(changes).map(({ id, objectWriteTraceId }) => [id, objectWriteTraceId]));
  const errors = errorsByRecord(answer.errors, traces);
  const written = new Set(answer.results.map(({ id }) => id));
  return changes.map(({ record, field }): ChangeResult => {
    const category = errors.get(record);
    if (category !== undefined) return { record, field, state: 'failed', ...refusal(kindOfCategory(category), category) };
    return written.has(record) ? { record, field, state: 'accepted' } : { record, field, state: 'failed', ...unanswered };
  });
}

/** What each record asked for is now, null when it is gone. Throws when HubSpot could not tell for some: silence is no proof of absence. */
export function toReadings(records: readonly string[], answer: BatchAnswer): ReadonlyMap<string, HubspotObject | null> {
  const results = new Map(answer.results.map((object) => [object.id, object]));
  const errors = errorsByRecord(answer.errors, new Map(records.map((record) => [record, null])));
  const asked = new Set(records);
  const hasMerged = answer.results.some(({ id }) => !asked.has(id));
  return new Map(
    records.map((record) => {
      const object = results.get(record);
      if (object !== undefined) return [record, object] as const;
      const category = errors.get(record);
      const kind = category === undefined ? (hasMerged ? 'not-found' : unanswered.kind) : kindOfCategory(category);
      if (kind === 'not-found') return [record, null] as const;
      throw new VendorError(kind, category === undefined ? unanswered.message : refusal(kind, category).message);
    }),
  );
}

/** Throws the first error of a batch that is more than a record gone already. */
export function throwUnlessGone(errors: readonly BatchError[]): void {
  for (const { category } of errors) {
    const kind = kindOfCategory(category);
    if (kind !== 'not-found') throw new VendorError(kind, refusal(kind, category).message);
  }
}

/** What is said of a record that an answer does not mention. */
export const unanswered: { kind: FailureKind; message: string } = {
  kind: 'unexpected-response',
  message: 'HubSpot did not say what became of the record',
};

/** What is said of a record that HubSpot refused: its code, never its words. */
export function refusal(kind: FailureKind, category: string): { kind: FailureKind; message: string } {
  const code = /^[A-Z_]{1,64}$/.test(category) ? category : 'no known category';
  return { kind, message: `HubSpot refused the record (${code})` };
}

/** Which records an error means: by `ids` in its context, else by the trace id, which cannot be anything else. */
export function errorsByRecord(
  errors: readonly BatchError[],
  traces: ReadonlyMap<string, string | null>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const error of errors) {
    const ids = new Set(Object.entries(error.context).flatMap(([key, values]) => (/^(object)?ids?$/i.test(key) ? values : [])));
    const named = new Set([...Object.values(error.context).flat(), error.objectWriteTraceId]);
    for (const [record, trace] of traces) {
      if (ids.has(record) || (trace !== null && named.has(trace))) found.set(record, error.category);
    }
  }
  return found;
}

/** HubSpot's category of an error, in our words. */
export function kindOfCategory(category: string): FailureKind {
  switch (category) {
    case 'OBJECT_NOT_FOUND':
    case 'NOT_FOUND':
      return 'not-found';
    case 'VALIDATION_ERROR':
    case 'INVALID_PARAMS':
    case 'PROPERTY_DOESNT_EXIST':
      return 'invalid-request';
    case 'CONFLICT':
    case 'OBJECT_ALREADY_EXISTS':
      return 'conflict';
    case 'RATE_LIMIT':
    case 'RATE_LIMITS':
      return 'rate-limited';
    case 'FORBIDDEN':
    case 'MISSING_SCOPES':
    case 'USER_DOES_NOT_HAVE_PERMISSIONS':
      return 'forbidden';
    case 'UNAUTHORIZED':
    case 'INVALID_AUTHENTICATION':
    case 'EXPIRED_AUTHENTICATION':
      return 'unauthorized';
    case 'INTERNAL_ERROR':
    case 'SERVICE_UNAVAILABLE':
      return 'vendor-unavailable';
    case 'TIMEOUT':
      return 'timeout';
    default:
      return 'unexpected-response';
  }
}

/** A number property; null when it is empty or none. */
export function toNumber(text: string | null): number | null {
  const value = text === null ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

/** HubSpot writes an instant as ISO 8601, in older properties as milliseconds. */
export function toInstant(text: string | null): Instant | null {
  if (text === null) return null;
  const ms = /^-?\d+$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(ms) || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString();
}

/** A list in pieces of at most `size`, as batches take it. */
export function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
