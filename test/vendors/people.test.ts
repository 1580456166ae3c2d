import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ContactCard, CrmTask } from '../../src/ports/crm.js';
import type { VendorDefinition } from '../../src/ports/vendor.js';
import { startSandbox, type RunningSandbox } from '../../src/sandbox/index.js';
import { vendors } from '../../src/vendors/registry.js';
import { call } from '../support/world.js';
import { fixtures, type VendorFixture } from './fixtures.js';
import { failureOf, recordingTools, required } from './support.js';

// Every CRM that knows people or keeps tasks, against its stand-in: what a retry does is judged by the stand-in's ledger.

type PeopleFixture = NonNullable<VendorFixture['people']>;

const context = {};
const world = { seed: 1, people: 12, accountsPerPerson: 8, contactsPerAccount: 5 };
let sandbox: RunningSandbox;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'baton-people-'));
  sandbox = await startSandbox({ port: 0, home });
});

beforeEach(async () => {
  await control('PUT', '/_world', world);
  await control('PUT', '/_people', {});
  await control('PUT', '/_limits', { hubspot: null, bamboohr: null });
});

afterAll(async () => {
  await sandbox.stop();
  await rm(home, { recursive: true, force: true });
});

function control(method: string, path: string, body?: unknown): Promise<unknown> {
  return call(`${sandbox.url}${path}`, method, body);
}

const worldShape = z.object({ leaver: z.object({ hubspot: z.string() }), counts: z.object({ contacts: z.number() }) });
const ledgerShape = z.object({
  entries: z.array(
    z.object({ by: z.string(), op: z.string(), record: z.string(), field: z.string().nullable(), key: z.string().nullable() }),
  ),
});

const aboutWorld = async () => worldShape.parse(await control('GET', '/_world'));
const ledger = async (vendor: VendorDefinition, type: string) =>
  ledgerShape.parse(await control('GET', `/_ledger?vendor=${vendor.name}&type=${type}`)).entries;

/** Answers are committed and never arrive, as often as said. */
async function loseAnswers(vendor: VendorDefinition, route: string, times: number): Promise<void> {
  const rule = { vendor: vendor.name, route, rate: 1, times, fault: { kind: 'timeout-after' } };
  await control('PUT', '/_faults', { seed: 1, rules: [rule] });
}

function connect(vendor: VendorDefinition, facts: PeopleFixture, settings: object = {}) {
  return required(vendor.crm?.({ ...facts.sandbox(sandbox.url), ...settings }, recordingTools(vendor.name).tools));
}

const crms = vendors.flatMap((vendor) => {
  const fixture = required(fixtures[vendor.name]);
  const crm = vendor.crm?.(fixture.settings('http://127.0.0.1:1'), recordingTools().tools);
  return crm === undefined ? [] : [{ name: vendor.name, vendor, fixture, crm }];
});
const facing = (capability: 'contacts' | 'tasks') =>
  crms.flatMap(({ name, vendor, fixture, crm }) =>
    crm[capability] === undefined ? [] : [{ name, vendor, facts: required(fixture.people) }],
  );

test('some vendor has each capability, and each such vendor is held to it', () => {
  expect(facing('contacts').length).toBeGreaterThan(0);
  expect(facing('tasks').length).toBeGreaterThan(0);
});

describe.each(facing('tasks'))('$name’s tasks', ({ vendor, facts }) => {
  const tasksOf = (settings: object = {}) => required(connect(vendor, facts, settings).tasks);

  async function taskFor(key: string, more: Partial<CrmTask> = {}): Promise<CrmTask> {
    const { leaver } = await aboutWorld();
    return {
      key,
      owner: leaver.hubspot,
      subject: 'Call about <everything> & more',
      body: 'First line\nsecond line',
      dueAt: '2026-12-01T09:00:00.000Z',
      kind: 'call',
      contact: facts.contacts[0],
      account: facts.account,
      ...more,
    };
  }

  async function saved(task: CrmTask): Promise<string> {
    const [result] = await tasksOf().upsert([task], context);
    if (result?.state !== 'saved') throw new Error(`not saved: ${JSON.stringify(result)}`);
    return result.task;
  }

  test('one key is one task, shown once with contact and account; a second call changes only what differs', async () => {
    const first = await saved(await taskFor('intro-1'));
    expect(await saved(await taskFor('intro-1'))).toBe(first);
    const entries = await ledger(vendor, facts.types.task);
    expect(entries.map(({ by, op, record }) => [by, op, record])).toEqual([
      ['baton', 'create', first],
      ['baton', 'associate', first],
      ['baton', 'associate', first],
    ]);
    expect(entries[0]?.key).toBe('intro-1');
    expect(await saved(await taskFor('intro-1', { dueAt: '2026-12-03T09:00:00.000Z' }))).toBe(first);
    const later = (await ledger(vendor, facts.types.task)).slice(entries.length);
    expect(later.map(({ op, record }) => [op, record])).toEqual([['update', first]]);
  });

  test('an answer that was lost makes no second task', async () => {
    await loseAnswers(vendor, facts.routes.upsertTasks, 2);
    const tasks = await Promise.all(['intro-1', 'intro-2'].map((key) => taskFor(key)));
    const impatient = tasksOf({ timeoutMs: 250 });
    for (const _attempt of [1, 2]) expect((await failureOf(impatient.upsert(tasks, context))).kind).toBe('timeout');
    const results = await tasksOf().upsert(tasks, context);
    const creations = (await ledger(vendor, facts.types.task)).filter(({ op }) => op === 'create');
    expect(results.map((result) => result.state === 'saved' && result.task)).toEqual(creations.map(({ record }) => record));
    expect(creations.map(({ key }) => key)).toEqual(['intro-1', 'intro-2']);
  });

  test('one task that the vendor refuses does not hide the others, and no words of it are in the reason', async () => {
    const stranger = await taskFor('intro-2', { owner: facts.missing });
    const orphan = await taskFor('intro-3', { contact: facts.missing });
    const results = await tasksOf().upsert([await taskFor('intro-1'), stranger, orphan], context);
    expect(results).toMatchObject([
      { key: 'intro-1', state: 'saved' },
      { key: 'intro-2', state: 'failed', kind: 'invalid-request' },
      { key: 'intro-3', state: 'failed', kind: 'not-found' },
    ]);
    for (const word of ['everything', 'second line', facts.missing]) expect(JSON.stringify(results)).not.toContain(word);
  });

  test('what a colleague completed stays completed, also when Baton says the same again', async () => {
    const task = await saved(await taskFor('intro-1'));
    expect(await tasksOf().read([task, facts.missing], context)).toEqual([
      { task, state: 'open' },
      { task: facts.missing, state: 'gone' },
    ]);
    await control('PUT', '/_people', { hold: 1, delay: 'PT0S' });
    for (let waited = 0; (await tasksOf().read([task], context))[0]?.state !== 'completed'; waited += 50) {
      expect(waited).toBeLessThan(5000);
      await sleep(50);
    }
    await control('PUT', '/_people', {});
    expect(await saved(await taskFor('intro-1', { dueAt: '2026-12-09T09:00:00.000Z' }))).toBe(task);
    expect(await tasksOf().read([task], context)).toEqual([{ task, state: 'completed' }]);
  });

  test('closing and removing twice is once, and nothing fails because a task is gone', async () => {
    const [one, two] = [await saved(await taskFor('intro-1')), await saved(await taskFor('intro-2'))];
    const before = (await ledger(vendor, facts.types.task)).length;
    for (const _again of [1, 2]) await tasksOf().close([one, facts.missing], context);
    expect(await tasksOf().read([one, two], context)).toEqual([
      { task: one, state: 'completed' },
      { task: two, state: 'open' },
    ]);
    for (const _again of [1, 2]) await tasksOf().remove([one, two, facts.missing], context);
    expect(await tasksOf().read([one, two], context)).toMatchObject([{ state: 'gone' }, { state: 'gone' }]);
    await tasksOf().close([one], context);
    const entries = (await ledger(vendor, facts.types.task)).slice(before);
    expect(entries.map(({ op, record }) => [op, record])).toEqual([
      ['update', one],
      ['delete', one],
      ['delete', two],
    ]);
  });

  test('more than a batch at once all arrive', async () => {
    const template = await taskFor('x', { contact: null, account: null });
    const many = Array.from({ length: 230 }, (_, index) => ({ ...template, key: `many-${String(index)}` }));
    const results = await tasksOf().upsert(many, context);
    const ids = results.flatMap((result) => (result.state === 'saved' ? [result.task] : []));
    expect(new Set(ids).size).toBe(230);
    expect(new Set((await tasksOf().read(ids, context)).map(({ state }) => state))).toEqual(new Set(['open']));
    await tasksOf().remove(ids, context);
    expect(new Set((await tasksOf().read(ids, context)).map(({ state }) => state))).toEqual(new Set(['gone']));
  });
});

describe.each(facing('contacts'))('$name’s contacts', ({ vendor, facts }) => {
  const contactsOf = (settings: object = {}) => required(connect(vendor, facts, settings).contacts);
  const person = {
    email: 'Former.Colleague@home.example',
    givenName: 'Former',
    familyName: 'Colleague',
    company: 'Elsewhere',
    jobTitle: 'Adviser',
    key: 'member-1',
  };

  test('are read as asked; one that is missing is left out', async () => {
    const [first, second] = facts.contacts;
    const cards = await contactsOf().read([second, facts.missing, first], context);
    expect(cards.map(({ record }) => record)).toEqual([second, first]);
    for (const card of cards) {
      expect(card).toMatchObject({
        givenName: expect.any(String),
        familyName: expect.any(String),
        email: expect.stringContaining('@'),
        jobTitle: expect.any(String),
        lastActivity: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        doNotContact: false,
      });
      const [account] = await contactsOf().accounts([required(card.account)], context);
      expect(account).toMatchObject({ record: card.account, name: card.accountName, value: expect.any(Number) });
    }
    expect(await contactsOf().read([], context)).toEqual([]);
    expect(await contactsOf().accounts([facts.missing], context)).toEqual([]);
  });

  test('are all listed, each once, with languages, time zones, profiles and answers that can be', async () => {
    const found: ContactCard[] = [];
    for (let after: string | null = null; ;) {
      const page = await contactsOf().all(after, context);
      found.push(...page.contacts);
      if (page.next === null) break;
      after = page.next;
    }
    const { counts } = await aboutWorld();
    expect(counts.contacts).toBeGreaterThan(250);
    expect(new Set(found.map(({ record }) => record)).size).toBe(counts.contacts);
    expect(found).toHaveLength(counts.contacts);
    expect(new Set(found.map(({ language }) => language))).toEqual(new Set(['nl', 'da', 'en', null]));
    expect(found.filter(({ timeZone }) => timeZone?.startsWith('Europe/')).length).toBeGreaterThan(counts.contacts / 2);
    expect(found.filter(({ profileUrl }) => profileUrl !== null && URL.canParse(profileUrl)).length).toBeGreaterThan(
      counts.contacts / 2,
    );
    expect(found.filter(({ lastReplied }) => lastReplied !== null).length).toBeGreaterThan(counts.contacts / 3);
    const owners = await contactsOf().accounts(
      found.flatMap(({ account }) => account ?? []),
      context,
    );
    expect(owners.filter(({ renewsOn }) => renewsOn !== null && /^\d{4}-\d\d-\d\d$/.test(renewsOn)).length).toBeGreaterThan(0);
  });

  test('are saved once for one address, also when the answer was lost', async () => {
    await loseAnswers(vendor, facts.routes.saveContact, 1);
    expect((await failureOf(contactsOf({ timeoutMs: 250 }).save(person, context))).kind).toBe('timeout');
    const again = await contactsOf().save(person, context);
    expect(again.created).toBe(false);
    const other = await contactsOf().save({ ...person, email: 'else@home.example', key: 'member-2' }, context);
    expect(other.created).toBe(true);
    const creations = (await ledger(vendor, facts.types.contact)).filter(({ op }) => op === 'create');
    expect(creations.map(({ record, key }) => [record, key])).toEqual([
      [again.record, 'member-1'],
      [other.record, 'member-2'],
    ]);
    const known = { ...person, givenName: null, familyName: null, jobTitle: null, company: null };
    await contactsOf().save(known, context);
    expect(await contactsOf().read([again.record], context)).toMatchObject([
      { givenName: 'Former', familyName: 'Colleague', jobTitle: 'Adviser' },
    ]);
  });

  test('a refusal is kept once, and seen by the next reading', async () => {
    const [first] = facts.contacts;
    const refuse = required(contactsOf().refuse);
    for (const _again of [1, 2]) await refuse(first, context);
    expect((await ledger(vendor, facts.types.contact)).map(({ op, record }) => [op, record])).toEqual([['update', first]]);
    expect(await contactsOf().read([first], context)).toMatchObject([{ doNotContact: true }]);
    expect((await failureOf(refuse(facts.missing, context))).kind).toBe('not-found');
  });
});
