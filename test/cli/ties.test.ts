import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startSandbox, type RunningSandbox } from '../../src/sandbox/index.js';
import { openDatabase, type Database } from '../../src/store/client.js';
import { PeopleStore } from '../../src/store/people.js';
import { tieStore } from '../../src/store/ties.js';
import { freshDatabase } from '../support/database.js';
import { baton, documentOf, nobody, type Ran } from './support.js';

// The CRM is the sandbox over loopback, the database PostgreSQL: what a person's file becomes is seen from outside.

const email = 'anna@vlietstra.example';
const signed = 'network: { enabled: true, worksCouncil: OR 2026-14, dpia: 2026-10-01 }';
const header = 'First Name,Last Name,URL,Email Address,Company,Position,Connected On';

const contactsShape = z.object({
  results: z.array(
    z.object({ id: z.string(), properties: z.object({ firstname: z.string(), lastname: z.string(), email: z.string() }) }),
  ),
});

let db: Database;
let drop: () => Promise<void>;
let sandbox: RunningSandbox;
let folder: string;
let person: string;
let database: string;
let contacts: z.infer<typeof contactsShape>['results'];

beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  database = fresh.url;
  db = openDatabase(fresh.url);
  folder = await mkdtemp(join(tmpdir(), 'baton-test-ties-'));
  sandbox = await startSandbox({ port: 0, home: join(folder, 'sandbox') });
  await control('/_world', { seed: 1, people: 10, accountsPerPerson: 10, contactsPerAccount: 2, dealsPerAccount: 0 });
  await control('/_limits', { hubspot: null, bamboohr: null });
  person = await addPerson();
  const url = `${sandbox.url}/hubspot/crm/v3/objects/contacts?limit=100&properties=firstname,lastname,email`;
  const answer = await fetch(url, { headers: { authorization: 'Bearer sandbox-human' } });
  contacts = contactsShape.parse(await answer.json()).results;
});
afterAll(async () => {
  await sandbox.stop();
  await db.$disconnect();
  await drop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => void (await db.tie.deleteMany()));

async function control(path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { ok, status } = await fetch(`${sandbox.url}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) });
  if (!ok) throw new Error(`${path}: ${String(status)}`);
}

async function addPerson(): Promise<string> {
  const people = new PeopleStore(db);
  const anna = {
    record: '1',
    givenName: 'Anna',
    familyName: 'Bakker',
    workEmail: email,
    manager: null,
    team: null,
    jobTitle: null,
    country: 'NL',
    location: null,
    language: 'nl',
    status: 'active' as const,
  };
  await people.saveDirectory('bamboohr-nl', [anna], '2026-11-02T09:00:00.000Z');
  return (await people.byWorkEmail('bamboohr-nl', [email]))[0]?.person ?? '';
}

async function ask(network: string, ...argv: readonly string[]): Promise<Ran> {
  const config = join(folder, `baton-${network === signed ? 'on' : String(network.length)}.yaml`);
  await writeFile(
    config,
    `company: { name: Vlietstra B.V., timeZone: Europe/Amsterdam, country: NL, language: nl }
hr: { rota: [karin@vlietstra.example] }
connections:
  bamboohr-nl: { vendor: bamboohr, companyDomain: v, apiKey: k, baseUrl: "http://${nobody}" }
  hubspot: { vendor: hubspot, token: sandbox-baton, baseUrl: "${sandbox.url}/hubspot" }
${network}
`,
  );
  return baton(argv, { BATON_CONFIG: config, DATABASE_URL: database, TEMPORAL_ADDRESS: nobody });
}

async function file(rows: readonly string[]): Promise<string> {
  const path = join(folder, 'Connections.csv');
  await writeFile(path, `Notes:\n"When exporting, ..."\n\n${header}\n${rows.join('\n')}\n`);
  return path;
}

const imported = async (...argv: readonly string[]) => documentOf(await ask(signed, 'import-ties', ...argv, '--json'));
const reviewShape = z.object({
  ties: z.array(z.object({ tie: z.string(), name: z.string(), contact: z.string() })),
  waiting: z.number(),
});
const review = async () => reviewShape.parse(documentOf(await ask(signed, 'ties', 'review', person, '--json')));

/** The first contacts by e-mail, two of them by an initial in their company, one stranger, and two rows that are none. */
async function connections(): Promise<string> {
  const [first, second, third] = contacts;
  if (!first || !second || !third) throw new Error('the sandbox has no contacts');
  const companyOf = (address: string) => address.slice(address.indexOf('@') + 1).replace(/\.[a-z]+$/, '');
  return file([
    ...[first, second].map(
      ({ properties: { firstname, lastname, email: address } }) => `${firstname},${lastname},,${address},,,24 Aug 2023`,
    ),
    `${third.properties.firstname.slice(0, 1)}.,${third.properties.lastname},https://www.linkedin.com/in/third,,${companyOf(third.properties.email)},,1 Jan 2024`,
    'Quirine,Onbekend,https://www.linkedin.com/in/q,=cmd|x,Nergens,,99 Foo 2023',
    ',,,,,,',
    'Quirine,Onbekend,https://www.linkedin.com/in/q,,Nergens,,',
  ]);
}

describe('ties are off until somebody has signed', () => {
  test.each([
    ['nothing is configured', ''],
    ['it is not enabled', 'network: { worksCouncil: OR 2026-14, dpia: 2026-10-01 }'],
  ])('%s: refused with 3, before the file is opened', async (_, network) => {
    const commands = [
      ['import-ties', email, '/nowhere/Connections.csv'],
      ['ties', 'review', email],
      ['ties', 'confirm', email, 'x'],
      ['ties', 'share', email],
    ];
    for (const argv of commands) {
      const ran = await ask(network, ...argv, '--json');
      expect(ran.exit).toBe(3);
      expect(documentOf(ran)).toMatchObject({ error: { code: 'network-off' } });
    }
  });

  test.each([
    ["works council's consent", 'network: { enabled: true, dpia: 2026-10-01 }'],
    ['impact assessment', 'network: { enabled: true, worksCouncil: OR 2026-14 }'],
  ])('switched on without the %s, the configuration itself is refused', async (_, network) => {
    const ran = await ask(network, 'import-ties', email, await connections(), '--json');
    expect(ran.exit).toBe(2);
    expect(documentOf(ran)).toMatchObject({ error: { code: 'invalid-configuration' } });
    expect(await db.tie.count()).toBe(0);
  });

  test('what was shared can still be taken back', async () => {
    expect(documentOf(await ask('', 'ties', 'unshare', email, '--json'))).toEqual({ ties: 0, shared: false });
  });
});

describe("a person's connections", () => {
  test('are matched to the CRM, kept once, and private; the same file again does nothing', async () => {
    const path = await connections();
    const counts = {
      read: 6,
      matched: 2,
      review: 1,
      skipped: [
        { line: 9, reason: 'the row is empty' },
        { line: 10, reason: 'the same profile URL as line 8' },
      ],
    };
    expect(await imported(email, path, '--dry-run')).toEqual({ ...counts, added: 4, changed: 0, dryRun: true });
    expect(await db.tie.count()).toBe(0);
    expect(await imported(email, path)).toEqual({ ...counts, added: 4, changed: 0, dryRun: false });
    expect(await imported(person, path)).toEqual({ ...counts, added: 0, changed: 0, dryRun: false });
    const records = contacts.slice(0, 2).map(({ id }) => id);
    expect(await tieStore(db).contactsTiedTo('hubspot', records, null)).toEqual(new Map());
    expect([...(await tieStore(db).contactsTiedTo('hubspot', records, person)).keys()].sort()).toEqual([...records].sort());
  });

  test('leave no copy of the file, and nothing of the CRM but record ids', async () => {
    const before = await readdir(folder);
    await imported(email, await connections());
    expect((await readdir(folder)).sort()).toEqual([...new Set([...before, 'Connections.csv', 'baton-on.yaml'])].sort());
    const [third] = await db.tie.findMany({ where: { review: true } });
    expect(third).toMatchObject({
      email: null,
      contact: contacts[2]?.id,
      givenName: `${contacts[2]?.properties.firstname.slice(0, 1) ?? ''}.`,
    });
  });

  test('say on stderr what was left out, by line and without a name', async () => {
    const ran = await ask(signed, 'import-ties', email, await connections());
    expect(ran.exit).toBe(0);
    expect(ran.err).toContain('line 9: the row is empty');
    expect(ran.err).toContain('line 8: the e-mail address is not valid and was left out');
    expect(ran.out + ran.err).not.toContain('Quirine');
  });

  test('wait for a yes or no where a name leaves doubt, and the word stays', async () => {
    const path = await connections();
    await imported(email, path);
    const { ties, waiting } = await review();
    expect({ waiting, contacts: ties.map(({ contact }) => contact) }).toEqual({ waiting: 1, contacts: [contacts[2]?.id] });
    const tie = ties[0]?.tie ?? '';
    expect(documentOf(await ask(signed, 'ties', 'confirm', email, tie, '--json'))).toEqual({ tie, state: 'confirmed' });
    expect(await imported(email, path)).toMatchObject({ changed: 0, matched: 3, review: 0 });
    expect(documentOf(await ask('', 'ties', 'reject', email, tie, '--json'))).toEqual({ tie, state: 'rejected' });
    expect(await imported(email, path)).toMatchObject({ changed: 0, matched: 2, review: 0 });
    expect(documentOf(await ask(signed, 'ties', 'share', email, tie, '--json'))).toEqual({ ties: 1, shared: true });
    expect((await ask(signed, 'ties', 'review', email)).out).toBe('No match waits for an answer.\n');
  });

  test('are kept as a whole or not at all: a CRM that fails leaves nothing half done', async () => {
    const fault = { kind: 'status', status: 500, retryAfter: null };
    await control('/_faults', { seed: 1, rules: [{ vendor: 'hubspot', route: 'GET /crm/v3/objects/*', rate: 1, fault }] });
    const ran = await ask(signed, 'import-ties', email, await connections(), '--json');
    await control('/_faults', { seed: 1, rules: [] });
    expect(ran.exit).toBe(4);
    expect(await db.tie.count()).toBe(0);
  });
});

describe('what cannot be done is said', () => {
  const codeOf = (ran: Ran) => z.object({ error: z.object({ code: z.string() }) }).parse(documentOf(ran)).error.code;

  test('an unknown person or tie, and a tie without contact', async () => {
    const path = await connections();
    for (const named of ['nobody@vlietstra.example', 'p-nobody']) {
      const ran = await ask(signed, 'import-ties', named, path, '--json');
      expect([ran.exit, codeOf(ran)]).toEqual([2, 'unknown-person']);
    }
    await imported(email, path);
    const { id } = await db.tie.findFirstOrThrow({ where: { contact: null } });
    const unknown = await ask(signed, 'ties', 'confirm', email, 'nothing', '--json');
    const without = await ask(signed, 'ties', 'reject', email, id, '--json');
    expect([unknown.exit, codeOf(unknown), without.exit, codeOf(without)]).toEqual([2, 'unknown-tie', 3, 'no-contact']);
  });

  test('a file that is none, with its line where one is at fault', async () => {
    const path = await file(['"Jan,Berg,,,,,']);
    expect(documentOf(await ask(signed, 'import-ties', email, path, '--json'))).toMatchObject({
      error: { code: 'unterminated-quote', path: 'line 5' },
    });
    const big = await open(path, 'w');
    await big.truncate(100 * 1024 * 1024);
    await big.close();
    const ran = await ask(signed, 'import-ties', email, path, '--json');
    expect([ran.exit, codeOf(ran)]).toEqual([2, 'file-too-large']);
  });

  test.each(['import-ties --help', 'ties review --help', 'ties confirm --help', 'ties share --help'])(
    '%s has an example',
    async (line) => {
      const { exit, out } = await ask('', ...line.split(' '));
      expect(exit).toBe(0);
      expect(out).toContain(`npm run baton -- ${line.replace(' --help', '')} anna@example.com`);
    },
  );
});
