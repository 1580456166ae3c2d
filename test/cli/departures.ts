import pg from 'pg';
import { toCardRow } from '../../src/store/card.js';
import type { ReleaseCard } from '../../src/domain/release.js';
import { openDatabase, type Database } from '../../src/store/client.js';
import { createStores, type Stores } from '../../src/store/index.js';
import { releaseCard } from '../support/card.js';
import { freshDatabase } from '../support/database.js';
import { baton, configFile, nobody, type Ran } from './support.js';
import { listenAsTemporal, type Listening } from './temporal.js';

const connection = 'bamboohr-nl';
const start = '2026-11-02T09:00:00.000Z';

/** An instant so many days from now: the command line has the clock of the world. */
export function ahead(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

/** The same key as the command line's: rows are made as it would make them. */
export const hashKey = 'a key of the tests';

/** People, a database and the command line on it. */
export interface Company {
  readonly db: Database;
  readonly stores: Stores;
  readonly temporal: Listening;
  /** Person ids of Karin (manager), Pieter and Jeroen (leaver). */
  readonly people: Readonly<Record<'karin' | 'pieter' | 'jeroen', string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly ask: (...argv: readonly string[]) => Promise<Ran>;
  /** The same where Temporal is away. */
  readonly askAlone: (...argv: readonly string[]) => Promise<Ran>;
  /** A departure of Jeroen, a month ahead, released and told to everybody unless said otherwise; each is an employment of its own. */
  readonly departure: (card?: Partial<ReleaseCard>, row?: Readonly<Record<string, unknown>>) => Promise<string>;
  /** Every table as text. */
  readonly everything: () => Promise<string>;
  readonly close: () => Promise<void>;
}

/** Opens a company on a new database. */
export async function openCompany(): Promise<Company> {
  const database = await freshDatabase();
  const db = openDatabase(database.url);
  const stores = createStores(db, { messageIdDomain: 'localhost', hashKey });
  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  const temporal = await listenAsTemporal();
  const people = await addPeople(stores);
  const variables = {
    DATABASE_URL: database.url,
    BATON_CONFIG: await configFile(),
    BATON_HASH_KEY: hashKey,
    TEMPORAL_ADDRESS: temporal.address,
  };
  let departures = 0;
  return {
    db,
    stores,
    temporal,
    people,
    variables,
    ask: (...argv) => baton(argv, variables),
    askAlone: (...argv) => baton(argv, { ...variables, TEMPORAL_ADDRESS: nobody }),
    departure: (card = {}, row = {}) => addDeparture({ db, stores, people }, (departures += 1), card, row),
    everything: () => dump(sql),
    async close() {
      await temporal.close();
      await db.$disconnect();
      await sql.end();
      await database.drop();
    },
  };
}

async function addPeople(stores: Stores): Promise<Company['people']> {
  const colleague = (record: string, givenName: string, familyName: string) => ({
    record,
    givenName,
    familyName,
    workEmail: `${givenName.toLowerCase()}@vlietstra.example`,
    manager: record === '1' ? null : '1',
    team: 'Sales',
    jobTitle: null,
    country: 'NL',
    location: null,
    language: 'nl',
    status: 'active' as const,
  });
  const all = [colleague('1', 'Karin', 'Bakker'), colleague('2', 'Pieter', 'Smit'), colleague('8', 'Jeroen', 'Vries')];
  await stores.people.saveDirectory(connection, all, start);
  const idOf = async (name: string): Promise<string> =>
    (await stores.people.byWorkEmail(connection, [`${name}@vlietstra.example`]))[0]?.person ?? '';
  return { karin: await idOf('karin'), pieter: await idOf('pieter'), jeroen: await idOf('jeroen') };
}

async function addDeparture(
  { db, stores, people }: Pick<Company, 'db' | 'stores' | 'people'>,
  number: number,
  card: Partial<ReleaseCard>,
  row: Readonly<Record<string, unknown>>,
): Promise<string> {
  const employment = await db.employment.create({
    data: { id: `e-${number}`, connection, record: `r-${number}`, personId: people.jeroen, managerRecord: '1', status: 'active' },
  });
  const days = { employmentEnd: ahead(45).slice(0, 10), lastWorkingDay: ahead(30).slice(0, 10) };
  const id = await stores.handovers.open(
    employment.id,
    { inForce: true, evidence: 'ok', ...days, reasonText: 'resignation' },
    start,
  );
  await stores.handovers.saveCard(id, toCardRow(releaseCard(people.karin, days, card)));
  const since = ahead(-20);
  const known = { snapshotAt: since, releasedAt: since, plannedAt: since, planVersion: 1 };
  const told = { toldLeaverAt: since, toldTeamAt: since, toldContactsAt: since };
  await stores.handovers.update(id, { ...known, ...told, stage: 'introducing', lastWorkingDay: days.lastWorkingDay, ...row });
  return id;
}

/** A contact of one account that goes to Pieter, with its introduction. */
export async function addContact(
  { db, stores, people }: Company,
  handoverId: string,
  bundle: number,
  introduction: Readonly<Record<string, unknown>> & { readonly method: string; readonly state: string },
  contact: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly relationship: string; readonly introduction: string }> {
  await stores.handovers.saveStep({
    handoverId,
    id: 's1',
    number: 1,
    planVersion: 1,
    successorId: people.pieter,
    approverId: people.karin,
    asked: [people.karin],
    state: 'approved',
    timedOut: false,
    reason: 'team',
    askedAt: null,
    remindedAt: null,
    decidedAt: null,
    decisionId: null,
    canaryAt: null,
  });
  const account = {
    connection: 'hubspot',
    recordType: 'companies',
    record: `${handoverId}-${bundle}`,
    field: 'hubspot_owner_id',
  };
  await db.ownership.create({ data: { handoverId, ...account, before: '1001', bundle, stepId: 's1', state: 'planned' } });
  const relationship = `r-${handoverId}-${bundle}`;
  await db.relationship.create({
    data: {
      id: relationship,
      handoverId,
      source: 'crm',
      connection: 'hubspot',
      account: `acc-${bundle}`,
      contact: `con-${bundle}`,
      organisation: `Acme ${bundle}`,
      givenName: 'Anna',
      familyName: `Berg ${bundle}`,
      email: `anna.${bundle}@acme.example`,
      tier: 'A',
      tierReason: 'value',
      main: true,
      bundle,
      ...contact,
    },
  });
  const id = `i-${handoverId}-${bundle}`;
  await db.introduction.create({
    data: { id, handoverId, relationshipId: relationship, bundle, tier: 'A', needs: [], ...introduction },
  });
  return { relationship, introduction: id };
}

async function dump(sql: pg.Client): Promise<string> {
  const tables = await sql.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const lines: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await sql.query<{ text: string }>(`select t::text as text from "${name}" t`);
    lines.push(...rows.map(({ text }) => `${name}: ${text}`));
  }
  return lines.join('\n');
}
