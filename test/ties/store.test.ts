import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/store/client.js';
import { tieStore, type NewTie, type TieImport, type TieStore } from '../../src/store/ties.js';
import { freshDatabase } from '../support/database.js';

const [anna, bart] = ['p-anna', 'p-bart'];
const at = '2026-11-02T09:00:00.000Z';

let db: Database;
let store: TieStore;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await freshDatabase();
  db = openDatabase(database.url);
  store = tieStore(db);
  drop = database.drop;
  await db.person.createMany({ data: [anna, bart].map((id) => ({ id, givenName: id, familyName: 'Bakker' })) });
});
afterAll(async () => {
  await db.$disconnect();
  await drop();
});
beforeEach(async () => void (await db.tie.deleteMany()));

const nothing = { email: null, profileUrl: null, position: null, connectedOn: null, match: null };

/** Matched automatically to the contact, where one is named. */
function known(key: string, contact: string | null = null, more: Partial<NewTie> = {}): NewTie {
  const match = contact === null ? null : ({ connection: 'hubspot', contact, by: 'name', score: 1, review: false } as const);
  return { ...nothing, key, givenName: 'Jan', familyName: 'Jansen', company: 'Acme', match, ...more };
}

function save(ties: readonly NewTie[], more: Partial<TieImport> = {}) {
  return store.save({ personId: anna, source: 'linkedin-csv', looked: ['hubspot'], at, dryRun: false, ...more }, ties);
}

const waiting = (contact: string, connection = 'hubspot'): NewTie['match'] => ({
  connection,
  contact,
  by: 'name',
  score: 0.8,
  review: true,
});
const only = async () => {
  const [row] = await db.tie.findMany();
  if (!row) throw new Error('no tie');
  return row;
};

describe('an import', () => {
  test('of the same ties again adds and changes nothing, over several statements', async () => {
    const ties = Array.from({ length: 12_000 }, (_, index) => known(`k${String(index)}`, index % 2 === 0 ? String(index) : null));
    expect(await save(ties)).toEqual({ added: 12_000, changed: 0, matched: 6_000, review: 0 });
    expect(await save([...ties].reverse())).toEqual({ added: 0, changed: 0, matched: 6_000, review: 0 });
    expect(await db.tie.count()).toBe(12_000);
  });

  test('brings a row up to date under its id, and leaves other sources and other people alone', async () => {
    await save([known('k')]);
    await save([known('k')], { source: 'crm' });
    await save([known('k')], { personId: bart });
    const { id } = await db.tie.findFirstOrThrow({ where: { personId: anna, source: 'linkedin-csv' } });
    expect(await save([known('k', null, { company: 'Vlietstra' })])).toMatchObject({ added: 0, changed: 1 });
    expect(await db.tie.findUniqueOrThrow({ where: { id } })).toMatchObject({ company: 'Vlietstra' });
    expect(await db.tie.count({ where: { company: 'Acme' } })).toBe(2);
  });

  test('that is a dry run counts the same and writes nothing', async () => {
    await save([known('a'), known('b')]);
    const ties = [known('a'), known('b', '1'), known('c', null, { match: waiting('2') })];
    const counted = await save(ties, { dryRun: true });
    expect(counted).toEqual({ added: 1, changed: 1, matched: 1, review: 1 });
    expect(await db.tie.count()).toBe(2);
    expect(await db.tie.count({ where: { contact: { not: null } } })).toBe(0);
    expect(await save(ties)).toEqual(counted);
  });

  test('keeps texts as they are: nothing in a name ends a statement', async () => {
    const name = `'); drop table "Tie"; -- "\\ ø {"a":1}`;
    await save([known('k', null, { familyName: name })]);
    expect(await only()).toMatchObject({ familyName: name, shared: false, seenAt: new Date(at) });
  });

  test('forgets a match that is none any more, unless nobody looked there', async () => {
    await save([known('k', '1')]);
    expect(await save([known('k')], { looked: [] })).toMatchObject({ changed: 0, matched: 1 });
    expect(await save([known('k')], { looked: ['other'] })).toMatchObject({ changed: 0, matched: 1 });
    expect(await save([known('k')])).toMatchObject({ changed: 1, matched: 0 });
    expect(await only()).toMatchObject({ contact: null, connection: null, matchedBy: null, score: null });
  });
});

describe("a person's word", () => {
  const review = (contact: string) => known('k', null, { match: waiting(contact) });

  test('yes ends the waiting, and no later import overrules it', async () => {
    await save([review('1')]);
    const [tie] = await store.listReview(anna, 0, 10);
    expect(tie).toMatchObject({ contact: '1', score: 0.8, review: true });
    expect(await store.contactsTiedTo('hubspot', ['1'], anna)).toEqual(new Map());
    expect(await store.confirm(anna, tie?.id ?? '')).toBe('done');
    expect(await store.countReview(anna)).toBe(0);
    for (const again of [review('1'), review('2'), known('k')]) {
      expect(await save([again])).toEqual({ added: 0, changed: 0, matched: 1, review: 0 });
    }
    expect(await store.contactsTiedTo('hubspot', ['1'], anna)).toEqual(new Map([['1', [anna]]]));
  });

  test('no is remembered for that contact alone, also against an automatic match, and can be taken back', async () => {
    await save([known('k', '1')]);
    const { id } = await only();
    expect(await store.reject(anna, id)).toBe('done');
    expect(await store.contactsTiedTo('hubspot', ['1'], anna)).toEqual(new Map());
    for (const again of [known('k', '1'), review('1'), known('k')]) {
      expect(await save([again])).toEqual({ added: 0, changed: 0, matched: 0, review: 0 });
    }
    expect(await store.confirm(anna, id)).toBe('done');
    expect(await store.contactsTiedTo('hubspot', ['1'], anna)).toEqual(new Map([['1', [anna]]]));
    await store.reject(anna, id);
    expect(await save([review('2')])).toMatchObject({ changed: 1, review: 1 });
  });

  test('on a tie of somebody else, or on one without contact, changes nothing', async () => {
    await save([known('k')]);
    const { id } = await only();
    expect(await store.confirm(bart, id)).toBe('unknown');
    expect(await store.confirm(anna, 'nothing')).toBe('unknown');
    expect(await store.reject(anna, id)).toBe('no-contact');
  });
});

describe('who knows a contact', () => {
  test('shared ties of everybody, and unshared ones of the leaver alone', async () => {
    await save([known('a', '1'), known('b', '2'), known('c', null, { match: waiting('3') })]);
    await save([known('a', '1'), known('d', '1'), known('e', '4')], { personId: bart });
    const all = ['1', '2', '3', '4', '5'];
    expect(await store.contactsTiedTo('hubspot', all, null)).toEqual(new Map());
    expect(await store.contactsTiedTo('hubspot', all, anna)).toEqual(
      new Map([
        ['1', [anna]],
        ['2', [anna]],
      ]),
    );
    expect(await store.share(bart, null, true)).toBe(3);
    expect(await store.contactsTiedTo('hubspot', all, anna)).toEqual(
      new Map([
        ['1', [anna, bart]],
        ['2', [anna]],
        ['4', [bart]],
      ]),
    );
    expect(await store.contactsTiedTo('other', all, anna)).toEqual(new Map());
    expect(await store.contactsTiedTo('hubspot', [], anna)).toEqual(new Map());
  });

  test('sharing is for what is there: ties that come later are private, and those that were shared stay so', async () => {
    await save([known('a', '1')]);
    await store.share(anna, null, true);
    await save([known('a', '1', { company: 'Vlietstra' }), known('b', '2')]);
    expect(await store.contactsTiedTo('hubspot', ['1', '2'], null)).toEqual(new Map([['1', [anna]]]));
    expect(await store.share(bart, (await store.ofPerson(anna, null, 10))[0]?.id ?? '', false)).toBe(0);
    await store.share(anna, null, false);
    expect(await store.contactsTiedTo('hubspot', ['1', '2'], null)).toEqual(new Map());
  });
});

test('a person sees all that is kept, page by page, and can have it erased', async () => {
  await save([known('a'), known('b'), known('c')]);
  await save([known('a')], { personId: bart });
  const first = await store.ofPerson(anna, null, 2);
  const rest = await store.ofPerson(anna, first.at(-1)?.id ?? '', 2);
  expect(new Set([...first, ...rest].map(({ id }) => id)).size).toBe(3);
  expect(await store.eraseOf(anna)).toBe(3);
  expect(await db.tie.count()).toBe(1);
});
