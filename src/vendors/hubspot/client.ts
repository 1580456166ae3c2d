import type { RecordType } from '../../domain/words.js';
import { createHttp, segment, type Http, type Refusal, type RefusalReading } from '../../http.js';
import type { CallContext, VendorTools } from '../../ports/vendor.js';
import type { HubspotConfig } from './config.js';
import {
  archiveSchema,
  associateSchema,
  associationsSchema,
  batchSchema,
  errorSchema,
  listSchema,
  objectSchema,
  ownersSchema,
  propertySchema,
  searchSchema,
  tokenInfoSchema,
  upsertSchema,
} from './schemas.js';

const ownersPageSize = 100;
const objectsPageSize = 100;

/** Paced at a limit exactly, one late call makes the next second too full; this share of it keeps 11 per second and 110 per 10 seconds. */
const paceShare = 0.95;

/** What lies under the paths of objects: the records that are handed over, and tasks. */
export type ObjectType = RecordType | 'tasks';

/** What a batch read asks for; `idProperty` names the unique property whose values `records` are, where they are no ids. */
export interface BatchRead {
  readonly records: readonly string[];
  readonly properties: readonly string[];
  readonly idProperty?: string | undefined;
}

/** HubSpot's endpoints as far as Baton uses them, one function each (developers.hubspot.com/docs/api-reference). */
export type HubspotClient = ReturnType<typeof createHubspotClient>;

/** A client of one HubSpot account. Searches have a limit of their own, and so a bucket of their own. */
export function createHubspotClient(config: HubspotConfig, tools: VendorTools) {
  const { paths, limits, token } = config;
  const http = createHttp({
    baseUrl: config.baseUrl,
    headers: { Authorization: `Bearer ${token}` },
    rates: { calls: paced(limits.perSecond), search: paced(limits.searchPerSecond) },
    tools,
    timeoutMs: config.timeoutMs,
    explain,
  });
  return { ...settings({ http, paths }, token), ...reads({ http, paths }), ...writes({ http, paths }) };
}

interface Calling {
  readonly http: Http<'calls' | 'search'>;
  readonly paths: HubspotConfig['paths'];
}

const get = { method: 'GET', bucket: 'calls' } as const;
const post = { method: 'POST', bucket: 'calls' } as const;
const put = { method: 'PUT', bucket: 'calls' } as const;
const patch = { method: 'PATCH', bucket: 'calls' } as const;

function settings({ http, paths }: Calling, token: string) {
  return {
    /** "Owners", one page; deactivated users are archived owners. */
    owners(page: { archived: boolean; after: string | undefined }, context: CallContext) {
      const query = {
        limit: ownersPageSize,
        archived: page.archived,
        ...(page.after === undefined ? {} : { after: page.after }),
      };
      return http.call({ ...get, operation: 'owners.list', path: paths.owners, query, schema: ownersSchema }, context);
    },
    /** What the token may do (developers.hubspot.com, "Private apps"). */
    scopes(context: CallContext) {
      const call = {
        ...post,
        operation: 'token.info',
        path: paths.tokenInfo,
        body: { tokenKey: token },
        schema: tokenInfoSchema,
      };
      return http.call(call, context);
    },
    /** "Read a property". */
    property(type: ObjectType, name: string, context: CallContext) {
      const path = `${paths.properties}/${type}/${segment(name)}`;
      return http.call({ ...get, operation: 'properties.get', path, schema: propertySchema }, context);
    },
  };
}

function reads({ http, paths }: Calling) {
  return {
    /** "Search the CRM", one page. */
    search(type: ObjectType, body: object, context: CallContext) {
      const path = `${paths.objects}/${type}/search`;
      const search = { method: 'POST', bucket: 'search' } as const;
      return http.call({ ...search, operation: `${type}.search`, path, body, schema: searchSchema }, context);
    },
    /** "Retrieve objects", one page, by ascending id. */
    list(type: ObjectType, page: { after: string | null; properties: readonly string[] }, context: CallContext) {
      const query = {
        limit: objectsPageSize,
        properties: page.properties.join(','),
        ...(page.after === null ? {} : { after: page.after }),
      };
      const path = `${paths.objects}/${type}`;
      return http.call({ ...get, operation: `${type}.list`, path, query, schema: listSchema }, context);
    },
    /** "Read a batch of objects": from the database, not from the search index. */
    readBatch(type: ObjectType, { records, properties, idProperty }: BatchRead, context: CallContext) {
      const path = `${paths.objects}/${type}/batch/read`;
      const inputs = records.map((id) => ({ id }));
      const body = { inputs, properties, propertiesWithHistory: [], ...(idProperty !== undefined && { idProperty }) };
      return http.call({ ...post, operation: `${type}.batch-read`, path, body, schema: batchSchema }, context);
    },
    /** "Retrieve associated records" (v4), from records of one type to their companies. */
    companiesOf(recordType: RecordType, records: readonly string[], context: CallContext) {
      const path = `${paths.associations}/${recordType}/companies/batch/read`;
      const body = { inputs: records.map((id) => ({ id })) };
      return http.call({ ...post, operation: `${recordType}.associations`, path, body, schema: associationsSchema }, context);
    },
  };
}

function writes({ http, paths }: Calling) {
  return {
    /** "Update a batch of objects". */
    updateBatch(type: ObjectType, inputs: readonly object[], context: CallContext) {
      const path = `${paths.objects}/${type}/batch/update`;
      return http.call({ ...post, operation: `${type}.batch-update`, path, body: { inputs }, schema: batchSchema }, context);
    },
    /** "Create or update a batch of objects by unique property values". */
    upsertBatch(type: ObjectType, inputs: readonly object[], context: CallContext) {
      const path = `${paths.objects}/${type}/batch/upsert`;
      return http.call({ ...post, operation: `${type}.batch-upsert`, path, body: { inputs }, schema: upsertSchema }, context);
    },
    /** "Archive a batch of objects"; what is archived already is no error. */
    archiveBatch(type: ObjectType, records: readonly string[], context: CallContext) {
      const path = `${paths.objects}/${type}/batch/archive`;
      const body = { inputs: records.map((id) => ({ id })) };
      return http.call({ ...post, operation: `${type}.batch-archive`, path, body, schema: archiveSchema }, context);
    },
    /** "Update an object". */
    update(type: ObjectType, record: string, properties: Readonly<Record<string, string>>, context: CallContext) {
      const path = `${paths.objects}/${type}/${segment(record)}`;
      return http.call({ ...patch, operation: `${type}.update`, path, body: { properties }, schema: objectSchema }, context);
    },
    /** "Associate records (default)" (v4): once or again, it is one association. The empty body is for its media type: without one axios calls it a form. */
    associate(type: ObjectType, { record, to, other }: { record: string; to: ObjectType; other: string }, context: CallContext) {
      const path = `${paths.associate}/${type}/${segment(record)}/associations/default/${to}/${segment(other)}`;
      return http.call({ ...put, operation: `${type}.associate`, path, body: {}, schema: associateSchema }, context);
    },
  };
}

function paced(limitPerSecond: number | null): number | null {
  return limitPerSecond === null ? null : limitPerSecond * paceShare;
}

/** HubSpot names its limit in the body and often sends no `Retry-After` ("API usage guidelines"); 423 and 477 mean: busy, come again. */
function explain({ status, body }: Refusal): RefusalReading {
  const parsed = errorSchema.safeParse(body);
  const { category, errorType, policyName } = parsed.success ? parsed.data : {};
  const code = policyName ?? category ?? errorType;
  if (status === 429) return { code, retryAfterMs: waitMs(policyName) };
  return status === 423 || status === 477 ? { kind: 'vendor-unavailable', code } : { code };
}

function waitMs(policyName: string | undefined): number {
  switch (policyName) {
    case 'SECONDLY':
      return 1_000;
    case 'DAILY':
      return 60 * 60 * 1_000;
    default:
      return 10_000;
  }
}
