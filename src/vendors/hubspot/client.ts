import type { RecordType } from '../../domain/words.js';
import { createHttp, segment, type Refusal, type RefusalReading } from '../../http.js';
import type { CallContext, VendorTools } from '../../ports/vendor.js';
import type { HubspotConfig } from './config.js';
import {
  associationsSchema,
  batchSchema,
  errorSchema,
  ownersSchema,
  propertySchema,
  searchSchema,
  tokenInfoSchema,
} from './schemas.js';

const ownersPageSize = 100;

/** Paced at a limit exactly, one late call makes the next second too full; this share of it keeps 11 per second and 110 per 10 seconds. */
const paceShare = 0.95;

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
  const get = { method: 'GET', bucket: 'calls' } as const;
  const post = { method: 'POST', bucket: 'calls' } as const;

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
    /** "Search the CRM", one page. */
    search(recordType: RecordType, body: object, context: CallContext) {
      const path = `${paths.objects}/${recordType}/search`;
      const search = { method: 'POST', bucket: 'search' } as const;
      return http.call({ ...search, operation: `${recordType}.search`, path, body, schema: searchSchema }, context);
    },
    /** "Read a batch of objects": from the database, not from the search index. */
    readBatch(recordType: RecordType, ask: { records: readonly string[]; properties: readonly string[] }, context: CallContext) {
      const path = `${paths.objects}/${recordType}/batch/read`;
      const body = { inputs: ask.records.map((id) => ({ id })), properties: ask.properties, propertiesWithHistory: [] };
      return http.call({ ...post, operation: `${recordType}.batch-read`, path, body, schema: batchSchema }, context);
    },
    /** "Update a batch of objects". */
    updateBatch(recordType: RecordType, inputs: readonly object[], context: CallContext) {
      const path = `${paths.objects}/${recordType}/batch/update`;
      return http.call(
        { ...post, operation: `${recordType}.batch-update`, path, body: { inputs }, schema: batchSchema },
        context,
      );
    },
    /** "Retrieve associated records" (v4), from records of one type to their companies. */
    companiesOf(recordType: RecordType, records: readonly string[], context: CallContext) {
      const path = `${paths.associations}/${recordType}/companies/batch/read`;
      const body = { inputs: records.map((id) => ({ id })) };
      return http.call({ ...post, operation: `${recordType}.associations`, path, body, schema: associationsSchema }, context);
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
    property(recordType: RecordType, name: string, context: CallContext) {
      const path = `${paths.properties}/${recordType}/${segment(name)}`;
      return http.call({ ...get, operation: 'properties.get', path, schema: propertySchema }, context);
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
