import type { AccountCard, ContactCard, ContactPage, CrmContacts, PersonToSave } from '../../ports/crm.js';
import { VendorError, type CallContext } from '../../ports/vendor.js';
import type { HubspotClient } from './client.js';
import type { HubspotConfig } from './config.js';
import { chunks, kindOfCategory, refusal, toInstant, toNumber, toReadings, unanswered } from './mapper.js';
import type { HubspotObject } from './schemas.js';

interface Contacts {
  readonly client: HubspotClient;
  readonly config: HubspotConfig;
}

/** The property that ties a contact to its company. */
const companyOf = 'associatedcompanyid';

/** The people in HubSpot; `refuse` is there only when a do-not-contact property is configured. */
export function createContacts(client: HubspotClient, config: HubspotConfig): CrmContacts {
  const contacts = { client, config };
  const { doNotContact } = config.contactProperties;
  return {
    read: (records, context) => read(records, contacts, context),
    accounts: (records, context) => accounts(records, contacts, context),
    all: (after, context) => page(after, contacts, context),
    save: (person, context) => save(person, contacts, context),
    ...(doNotContact !== null && {
      async refuse(record: string, context: CallContext) {
        await client.update('contacts', record, { [doNotContact]: 'true' }, context);
      },
    }),
  };
}

async function read(records: readonly string[], contacts: Contacts, context: CallContext): Promise<readonly ContactCard[]> {
  const ask = { records, properties: contactProperties(contacts.config) };
  return toCards(await readAll('contacts', ask, contacts, context), contacts, context);
}

async function accounts(records: readonly string[], contacts: Contacts, context: CallContext): Promise<readonly AccountCard[]> {
  const { accountProperties, properties } = contacts.config;
  const names = [
    accountProperties.name,
    accountProperties.renewsOn,
    properties.companies.value,
    properties.companies.lastActivity,
  ];
  const objects = await readAll('companies', { records, properties: named(names) }, contacts, context);
  return objects.map((object) => toAccount(object, contacts.config));
}

async function page(after: string | null, contacts: Contacts, context: CallContext): Promise<ContactPage> {
  const answer = await contacts.client.list('contacts', { after, properties: contactProperties(contacts.config) }, context);
  const next = answer.paging?.next?.after ?? null;
  if (next !== null && next === after)
    throw new VendorError('unexpected-response', 'contacts.list: the same page cursor came twice');
  return { contacts: await toCards(answer.results, contacts, context), next };
}

async function save(person: PersonToSave, { client, config }: Contacts, context: CallContext) {
  const email = person.email.trim().toLowerCase(); // as HubSpot keeps addresses
  const input = {
    id: email,
    idProperty: 'email',
    properties: { email, ...toSaved(person, config) },
    objectWriteTraceId: person.key,
  };
  const { results, errors } = await client.upsertBatch('contacts', [input], context);
  const [saved] = results;
  if (saved !== undefined) return { record: saved.id, created: saved.new };
  const category = errors[0]?.category;
  const { kind, message } = category === undefined ? unanswered : refusal(kindOfCategory(category), category);
  throw new VendorError(kind, message);
}

/** Direct reads in batches; the records that exist, in the order asked. */
async function readAll(
  type: 'contacts' | 'companies',
  { records, properties }: { records: readonly string[]; properties: readonly string[] },
  { client, config }: Contacts,
  context: CallContext,
): Promise<readonly HubspotObject[]> {
  const found: HubspotObject[] = [];
  for (const some of chunks([...new Set(records)], config.limits.batch)) {
    const readings = toReadings(some, await client.readBatch(type, { records: some, properties }, context));
    found.push(...[...readings.values()].filter((object) => object !== null));
  }
  return found;
}

async function toCards(
  objects: readonly HubspotObject[],
  contacts: Contacts,
  context: CallContext,
): Promise<readonly ContactCard[]> {
  const records = named(objects.map(({ properties }) => properties[companyOf] || null));
  const names = await accountNames(records, contacts, context);
  return objects.map((object) => toContact(object, names, contacts.config));
}

/** Without companies among the record types the token need not be allowed to read them, and their names stay unknown. */
async function accountNames(
  records: readonly string[],
  contacts: Contacts,
  context: CallContext,
): Promise<ReadonlyMap<string, string | null>> {
  if (!contacts.config.recordTypes.includes('companies')) return new Map();
  const { name } = contacts.config.accountProperties;
  const objects = await readAll('companies', { records, properties: [name] }, contacts, context);
  return new Map(objects.map(({ id, properties }) => [id, properties[name] || null]));
}

function contactProperties({ contactProperties }: HubspotConfig): readonly string[] {
  return named(['firstname', 'lastname', 'email', 'phone', companyOf, ...Object.values(contactProperties)]);
}

function named(names: readonly (string | null)[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== null))];
}

function toContact(
  { id, properties }: HubspotObject,
  names: ReadonlyMap<string, string | null>,
  config: HubspotConfig,
): ContactCard {
  const configured = config.contactProperties;
  const text = (name: string | null) => (name === null ? null : properties[name]?.trim() || null);
  const account = text(companyOf);
  return {
    record: id,
    givenName: text('firstname'),
    familyName: text('lastname'),
    email: text('email'),
    phone: text('phone'),
    language: text(configured.language)?.toLowerCase().replaceAll('_', '-') ?? null,
    timeZone: toTimeZone(text(configured.timeZone)),
    account,
    accountName: account === null ? null : (names.get(account) ?? null),
    jobTitle: text(configured.jobTitle),
    profileUrl: text(configured.profileUrl),
    lastActivity: toInstant(text(configured.lastActivity)),
    lastReplied: toInstant(text(configured.lastReplied)),
    doNotContact: isRefused(properties, configured.doNotContact),
  };
}

/** A refusal that may not be seen is not taken for none: somebody who said no would be written to. */
function isRefused(properties: HubspotObject['properties'], name: string | null): boolean {
  if (name === null) return false;
  const value = properties[name];
  if (value === undefined) throw new VendorError('forbidden', `HubSpot does not show the property ${name}`);
  return value === 'true';
}

/** HubSpot spells `Europe/Amsterdam` as `europe_slash_amsterdam`; null for what is no time zone here. */
function toTimeZone(text: string | null): string | null {
  if (text === null) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text.replaceAll('_slash_', '/') }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

function toAccount({ id, properties }: HubspotObject, { accountProperties, properties: facts }: HubspotConfig): AccountCard {
  const text = (name: string | null) => (name === null ? null : properties[name]?.trim() || null);
  return {
    record: id,
    name: text(accountProperties.name),
    value: toNumber(text(facts.companies.value)),
    lastActivity: toInstant(text(facts.companies.lastActivity)),
    renewsOn: toInstant(text(accountProperties.renewsOn))?.slice(0, 10) ?? null,
  };
}

/** What is not known is not sent, so that it clears nothing. */
function toSaved({ givenName, familyName, company, jobTitle }: PersonToSave, { contactProperties }: HubspotConfig) {
  const values: readonly (readonly [string | null, string | null])[] = [
    ['firstname', givenName],
    ['lastname', familyName],
    ['company', company],
    [contactProperties.jobTitle, jobTitle],
  ];
  const known = values.flatMap(([name, value]) => (name === null || value === null ? [] : [[name, value] as const]));
  return Object.fromEntries(known);
}
