import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toCardRow } from '../../src/store/card.js';
import type { ReleaseCard } from '../../src/domain/release.js';
import { openDatabase, type Database } from '../../src/store/client.js';
import { createStores, type Stores } from '../../src/store/index.js';
import { freshDatabase } from '../support/database.js';
import { baton, configFile, documentOf, nobody, type Ran } from './support.js';

const connection = 'bamboohr-nl';
const start = '2026-11-02T09:00:00.000Z';

let db: Database;
let stores: Stores;
let sql: pg.Client;
let variables: Readonly<Record<string, string>>;
let drop: () => Promise<void>;
const people: Record<string, string> = {};

beforeAll(async () => {
  const database = await freshDatabase();
  db = openDatabase(database.url);
  stores = createStores(db, { messageIdDomain: 'vlietstra.example', hashKey: 'a key of the tests' });
  sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  drop = database.drop;
  variables = { DATABASE_URL: database.url, BATON_CONFIG: await configFile(), TEMPORAL_ADDRESS: nobody };
  await addPeople();
});
afterAll(async () => {
  await db.$disconnect();
  await sql.end();
  await drop();
});

const ask = (...argv: readonly string[]): Promise<Ran> => baton(argv, variables);

async function addPeople(): Promise<void> {
  const colleague = (record: string, givenName: string, familyName: string, manager: string | null) => ({
    record,
    givenName,
    familyName,
    workEmail: `${givenName.toLowerCase()}@vlietstra.example`,
    manager,
    team: 'Sales',
    jobTitle: null,
    country: 'NL',
    location: null,
    language: 'nl',
    status: 'active' as const,
  });
  const all = [
    colleague('1', 'Karin', 'Bakker', null),
    colleague('2', 'Pieter', 'Smit', '1'),
    colleague('8', 'Jeroen', 'Vries', '1'),
    colleague('9', 'Lene', 'Holm', '1'),
  ];
  await stores.people.saveDirectory(connection, all, start);
  for (const { record, workEmail } of all) {
    const [found] = await stores.people.byWorkEmail(connection, [workEmail]);
    people[record] = found?.person ?? '';
  }
}

/** A handover of this record; what it wants lies far ahead, so that no clock of the test changes where it stands. */
async function addHandover(record: string): Promise<string> {
  const row = await db.employment.findUniqueOrThrow({ where: { connection_record: { connection, record } } });
  const desired = {
    inForce: true,
    evidence: 'ok',
    employmentEnd: '2099-11-30',
    lastWorkingDay: '2099-11-30',
    reasonText: 'resignation',
  } as const;
  const id = await stores.handovers.open(row.id, desired, start);
  await stores.ownerships.add(
    { handoverId: id, connection: 'hubspot', recordType: 'companies', cursor: '1:' },
    ['501', '502', '503'].map((account) => ({
      recordType: 'companies',
      record: account,
      field: 'hubspot_owner_id',
      owner: '1001',
      version: null,
      account,
      value: 10,
      closesOn: null,
      open: true,
      lastActivity: null,
    })),
  );
  await stores.handovers.saveCard(id, toCardRow(card));
  await stores.handovers.update(id, {
    snapshotAt: start,
    lastWorkingDay: '2099-11-30',
    releaseAsked: 1,
    releaseAskAt: '2099-01-01T00:00:00.000Z',
  });
  await stores.handovers.setStanding(id, {
    stage: 'awaiting-release',
    waitingFor: [{ what: 'release', until: '2099-01-01T00:00:00.000Z' }],
    dueAt: null,
  });
  return id;
}

const card: ReleaseCard = {
  reason: 'resignation',
  employmentEnd: '2099-11-30',
  lastWorkingDay: '2099-11-30',
  asking: 'limited',
  competitor: 'unknown',
  whoKnows: 'circle',
  circle: [],
  announcement: null,
  custodian: null,
  legalHold: false,
  alumni: 'by-reason',
  edited: [],
};

describe('a handover that waits for its release', () => {
  let id: string;
  beforeAll(async () => {
    id = await addHandover('8');
  });

  test('is found by its id, its workflow id, and connection and record', async () => {
    for (const named of [id, `handover/${id}`, `${connection}/8`]) {
      expect(documentOf(await ask('show', named, '--json'))).toMatchObject({
        status: { handover: `handover/${id}`, stage: 'awaiting-release' },
      });
    }
    const unknown = await ask('show', `${connection}/77`, '--json');
    expect(unknown.exit).toBe(2);
    expect(documentOf(unknown)).toMatchObject({ error: { code: 'unknown-handover' } });
  });

  test('is shown with every field of the contract, its records in pages', async () => {
    const first = documentOf(await ask('show', id, '--json', '--limit', '2'));
    expect(first).toMatchObject({
      status: {
        outcome: null,
        lastWorkingDay: '2099-11-30',
        planVersion: 0,
        paused: false,
        epoch: 0,
        told: [],
        steps: [],
        introductions: { proposed: 0 },
        debts: 0,
        membership: null,
        parked: [],
        refusals: [],
      },
      card: { custodian: null },
      decisions: [],
      findings: [],
    });
    expect(first).toHaveProperty('ownerships.length', 2);
    expect(first).toHaveProperty(
      'ownerships.0',
      expect.objectContaining({
        connection: 'hubspot',
        recordType: 'companies',
        record: '501',
        before: '1001',
        planned: null,
        now: null,
        state: 'owned',
        reason: null,
      }),
    );
    const next = Object(first).next;
    const second = documentOf(await ask('show', id, '--json', '--limit', '2', '--after', String(next)));
    expect(second).toHaveProperty('ownerships.0.record', '503');
    expect(second).toHaveProperty('next', null);
  });

  test('tells a person who leaves, what is missing, and what to type', async () => {
    const { out } = await ask('show', id);
    expect(out).toContain('Jeroen Vries');
    expect(out).toContain("HR's release");
    expect(out).toContain(`npm run baton -- release ${id} --set custodian=…`);
    expect(out).toContain('Mon, 30 Nov 2099');
  });

  test('shows the card as --set would make it, and keeps nothing', async () => {
    const shown = documentOf(
      await ask(
        'release',
        id,
        '--show-card',
        '--set',
        'custodian=pieter@vlietstra.example',
        '--set',
        'announcement=Jeroen=weg',
        '--json',
      ),
    );
    expect(shown).toMatchObject({ card: { custodian: people['2'], announcement: 'Jeroen=weg' }, incomplete: [] });
    expect(documentOf(await ask('release', id, '--show-card', '--json'))).toMatchObject({
      card: { custodian: null },
      incomplete: [{ path: 'custodian' }],
    });
  });

  test.each([
    ['custodian=fremd@example.com', 'custodian'],
    ['lastWorkingDay=31-11-2099', 'lastWorkingDay'],
    ['custodan=x', 'custodan'],
  ])('refuses --set %s with the key as path, and keeps none of the others', async (wrong, path) => {
    const ran = await ask('release', id, '--set', 'competitor=no', '--set', wrong, '--json');
    expect(ran.exit).toBe(3);
    expect(documentOf(ran)).toMatchObject({ error: { code: 'invalid-input', path } });
    expect(documentOf(await ask('release', id, '--show-card', '--json'))).toMatchObject({ card: { competitor: 'unknown' } });
  });

  test('writes no decision while Temporal is away, and says so with 4', async () => {
    const ran = await ask('pause', id, '--json');
    expect(ran.exit).toBe(4);
    expect(documentOf(ran)).toMatchObject({ error: { code: 'temporal-unreachable' } });
    expect(await stores.decisions.list(id)).toEqual([]);
  });

  test('takes no decision from a person whom Baton does not know, and hands it to nobody unknown', async () => {
    expect(documentOf(await ask('approve', id, '--all', '--as', 'fremd@example.com', '--json'))).toMatchObject({
      error: { code: 'unknown-person' },
    });
    const ran = await ask('reassign', id, '--step', 's1', '--successor', 'fremd@example.com', '--json');
    expect(ran.exit).toBe(3);
    expect(documentOf(ran)).toMatchObject({ error: { code: 'invalid-successor', path: 'successor' } });
  });

  test('is listed with what it waits for; names are for people, not for scripts', async () => {
    const ran = await ask('handovers', '--json');
    expect(documentOf(ran)).toMatchObject({
      handovers: [
        {
          handover: `handover/${id}`,
          stage: 'awaiting-release',
          lastWorkingDay: '2099-11-30',
          waitingFor: [{ what: 'release' }],
          parked: [],
          debts: 0,
        },
      ],
      next: null,
    });
    expect(ran.out).not.toContain('Jeroen');
    expect((await ask('handovers')).out).toContain('Jeroen Vries');
  });
});

describe('a closed handover', () => {
  let id: string;
  beforeAll(async () => {
    id = await addHandover('9');
    await stores.handovers.close(id, 'completed', start);
  });

  test('is listed with --all only, page by page', async () => {
    expect(documentOf(await ask('handovers', '--json'))).toHaveProperty('handovers.length', 1);
    const first = documentOf(await ask('handovers', '--all', '--limit', '1', '--json'));
    expect(first).toHaveProperty('handovers.length', 1);
    const second = documentOf(await ask('handovers', '--all', '--limit', '1', '--after', String(Object(first).next), '--json'));
    expect(second).toMatchObject({ next: null });
    expect(second).not.toHaveProperty('handovers.0.handover', Object(first).handovers[0].handover);
    expect((await ask('handovers', '--after', 'nonsense')).exit).toBe(2);
  });

  test('takes no decision any more', async () => {
    const ran = await ask('approve', id, '--all', '--json');
    expect(ran.exit).toBe(3);
    expect(documentOf(ran)).toMatchObject({ error: { code: 'not-waiting' } });
  });
});

describe('check', () => {
  test('names everything that fails with what to do, and ends with 4 where Temporal is away', async () => {
    const ran = await ask('check', '--json');
    expect(ran.exit).toBe(4);
    const document = documentOf(ran);
    expect(document).toMatchObject({ ok: false });
    const checks: readonly { readonly id: string; readonly ok: boolean; readonly fix: string | null }[] = Object(document).checks;
    const failed = checks.filter(({ ok }) => !ok);
    expect(failed.map(({ id }) => id).sort()).toEqual([
      'bamboohr-nl/reachability/api',
      'hr/rota/1',
      'hubspot/reachability/api',
      'temporal/reachable',
    ]);
    expect(failed.every(({ fix }) => fix !== null && fix !== '')).toBe(true);
    expect(checks.filter(({ ok }) => ok).map(({ id }) => id)).toEqual(
      expect.arrayContaining(['database/reachable', 'database/migrations', 'hr/rota/0', 'hubspot/automations', 'mail/smtp']),
    );
  });

  const checksOf = async (more: Readonly<Record<string, string>>) => {
    const ran = await baton(['check', '--json'], { ...variables, ...more });
    const checks: readonly { readonly id: string; readonly ok: boolean; readonly warning?: boolean; readonly message: string }[] =
      Object(documentOf(ran)).checks;
    return new Map(checks.map((one) => [one.id, one]));
  };
  const warning = { ok: true, warning: true };

  test('says what contacts and alumni would miss, before they miss it', async () => {
    const checks = await checksOf({
      SMTP_URL: 'smtp://mail.vlietstra.example:1',
      MAIL_FROM: 'baton@vlietstra.example',
      BATON_HASH_KEY: '',
    });
    for (const id of [
      'configuration/BATON_PUBLIC_URL',
      'configuration/BATON_HASH_KEY',
      'company/privacyUrl',
      'company/dpoContact',
      'mail/bounces',
      'programme/referralUrl',
      'programme/linkedinGroup',
    ])
      expect([id, checks.get(id)]).toMatchObject([id, warning]);
    expect(checks.get('configuration/BATON_PUBLIC_URL')?.message).toContain('http://127.0.0.1:');
    expect(checks.has('hubspot/tasks')).toBe(false);
  });

  test('is quiet about what is configured, and says where delivery reports cannot be read or tasks cannot be made', async () => {
    const mailbox = createServer();
    await new Promise<void>((listening) => mailbox.listen(0, '127.0.0.1', listening));
    const address = mailbox.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const config = await configFile(
      `programme: { referralUrl: "https://v.example/jobs", linkedinGroup: "https://www.linkedin.com/groups/1" }`,
    );
    const text = (await readFile(config, 'utf8'))
      .replace('language: nl }', 'language: nl, privacyUrl: "https://v.example/p", dpoContact: fg@v.example }')
      .replace('token: t,', 'token: t, taskKeyProperty: null,');
    await writeFile(config, text);
    const set = {
      BATON_CONFIG: config,
      BATON_HASH_KEY: 'a key of sixteen or more',
      BATON_PUBLIC_URL: 'https://baton.vlietstra.example',
      SMTP_URL: 'smtp://mail.vlietstra.example:1',
      MAIL_FROM: 'baton@vlietstra.example',
      BOUNCE_ADDRESS: 'bounces@vlietstra.example',
    };
    const there = await checksOf({ ...set, BOUNCE_IMAP_URL: `imap://u:geheim@127.0.0.1:${port}` });
    const ids = [
      'configuration/BATON_HASH_KEY',
      'company/privacyUrl',
      'company/dpoContact',
      'programme/referralUrl',
      'programme/linkedinGroup',
    ];
    expect(ids.filter((id) => there.has(id))).toEqual([]);
    expect(there.get('configuration/BATON_PUBLIC_URL')).not.toHaveProperty('warning');
    expect(there.get('mail/bounces')).toMatchObject({ ok: true });
    expect(there.get('hubspot/tasks')).toMatchObject(warning);
    await new Promise((closed) => mailbox.close(closed));
    const gone = await checksOf({ ...set, BOUNCE_IMAP_URL: `imap://u:geheim@127.0.0.1:${port}` });
    expect(gone.get('mail/bounces')).toMatchObject({ ok: false });
    expect(gone.get('mail/bounces')?.message).not.toContain('geheim');
  });

  test('tells a person what to type where the schema is old, and other commands refuse it', async () => {
    await sql.query('delete from "_prisma_migrations"');
    const { out } = await ask('check');
    expect(out).toMatch(/✗ database\/migrations .*\n +npm run baton -- migrate/);
    const ran = await ask('handovers', '--json');
    expect(ran.exit).toBe(2);
    expect(documentOf(ran)).toMatchObject({ error: { code: 'schema-outdated' } });
  });
});
