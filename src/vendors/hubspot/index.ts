import type { RecordType } from '../../domain/words.js';
import { pages } from '../../http.js';
import type { CrmPort, CrmUser, FieldOfRecord, OwnedPage, OwnerChange } from '../../ports/crm.js';
import { defineVendor, type CallContext, type VendorTools } from '../../ports/vendor.js';
import { checkHubspot } from './check.js';
import { createHubspotClient, type HubspotClient } from './client.js';
import { hubspotConfig, type HubspotConfig } from './config.js';
import { createContacts } from './contacts.js';
import {
  accountsByRecord,
  fieldsOf,
  nextCursor,
  ownerField,
  searchBody,
  searchProperties,
  toCurrent,
  toInputs,
  toOwned,
  toResults,
  toUser,
} from './mapper.js';
import type { HubspotObject } from './schemas.js';
import { createTasks } from './tasks.js';

/** HubSpot, a CRM (developers.hubspot.com). */
export const hubspot = defineVendor<HubspotConfig>({ name: 'hubspot', config: hubspotConfig, crm: createCrm });

function createCrm(config: HubspotConfig, tools: VendorTools): CrmPort {
  const client = createHubspotClient(config, tools);
  return {
    limits: { batch: config.limits.batch, concurrency: config.limits.concurrency },
    recordTypes: config.recordTypes,
    users: (context) => users(client, context),
    owned: (query, context) => owned(query, client, config, context),
    countAccounts: (owner, context) => countAccounts(owner, client, context),
    read: (query, context) => read(query, client, context),
    write: (batch, context) => write(batch, client, context),
    contacts: createContacts(client, config),
    ...(config.taskKeyProperty !== null && { tasks: createTasks(client, config, config.taskKeyProperty) }),
    check: (context) => checkHubspot({ connection: tools.connection, client, config, context }),
  };
}

async function users(client: HubspotClient, context: CallContext): Promise<readonly CrmUser[]> {
  const found = new Map<string, CrmUser>();
  for (const archived of [true, false]) {
    const fetchPage = (after: string | undefined) => client.owners({ archived, after }, context);
    for await (const page of pages(fetchPage, ({ paging }) => paging?.next?.after)) {
      const people = page.results.filter(({ type }) => type !== 'QUEUE');
      for (const owner of people) found.set(owner.id, toUser({ ...owner, archived: owner.archived ?? archived }));
    }
  }
  return [...found.values()];
}

async function owned(
  query: { recordType: RecordType; owner: string; after: string | null },
  client: HubspotClient,
  config: HubspotConfig,
  context: CallContext,
): Promise<OwnedPage> {
  const { recordType, owner, after } = query;
  const body = {
    ...searchBody({ owner, after, fields: fieldsOf(recordType, config) }),
    properties: searchProperties(recordType, config),
    limit: config.limits.searchPage,
  };
  const page = await client.search(recordType, body, context);
  const next = nextCursor(page, after);
  const accounts = await accountsOf(recordType, page.results, { client, batch: config.limits.batch, context });
  const records = page.results.flatMap((object) =>
    toOwned(object, { recordType, owner, account: accounts.get(object.id) ?? null }, config),
  );
  return { records, next };
}

/** The account that each record travels with; deals and tickets know it by association only. */
async function accountsOf(
  recordType: RecordType,
  objects: readonly HubspotObject[],
  { client, batch, context }: { client: HubspotClient; batch: number; context: CallContext },
): Promise<ReadonlyMap<string, string>> {
  switch (recordType) {
    case 'companies':
      return new Map(objects.map(({ id }) => [id, id]));
    case 'contacts':
      return new Map(
        objects.flatMap(({ id, properties }) => {
          const company = properties.associatedcompanyid;
          return company ? [[id, company] as const] : [];
        }),
      );
    case 'deals':
    case 'tickets': {
      const found = new Map<string, string>();
      for (let start = 0; start < objects.length; start += batch) {
        const records = objects.slice(start, start + batch).map(({ id }) => id);
        const answer = await client.companiesOf(recordType, records, context);
        for (const [record, account] of accountsByRecord(answer)) found.set(record, account);
      }
      return found;
    }
    default:
      return recordType satisfies never;
  }
}

async function countAccounts(owner: string, client: HubspotClient, context: CallContext): Promise<number> {
  const body = { ...searchBody({ owner, after: null, fields: [ownerField] }), properties: [], limit: 1 };
  return (await client.search('companies', body, context)).total;
}

async function read(
  { recordType, fields }: { recordType: RecordType; fields: readonly FieldOfRecord[] },
  client: HubspotClient,
  context: CallContext,
) {
  if (fields.length === 0) return [];
  const records = [...new Set(fields.map(({ record }) => record))];
  const properties = [...new Set(fields.map(({ field }) => field))];
  return toCurrent(fields, await client.readBatch(recordType, { records, properties }, context));
}

async function write(
  { recordType, changes }: { recordType: RecordType; changes: readonly OwnerChange[] },
  client: HubspotClient,
  context: CallContext,
) {
  if (changes.length === 0) return [];
  return toResults(changes, await client.updateBatch(recordType, toInputs(changes), context));
}
