import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/store/client.js';
import { deliveryStore, type DeliveryStore } from '../../src/store/deliveries.js';
import { employmentStore } from '../../src/store/employments.js';
import { freshDatabase } from '../support/database.js';

let db: Database;
let sql: pg.Client;
let store: DeliveryStore;
let close: () => Promise<void>;

beforeAll(async () => {
  const database = await freshDatabase();
  db = openDatabase(database.url);
  store = deliveryStore(db);
  sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  close = async () => {
    await db.$disconnect();
    await sql.end();
    await database.drop();
  };
});
afterAll(() => close());
beforeEach(async () => void (await sql.query('truncate "Delivery", "Employment", "Person" cascade')));

const delivery = (key: string, records = ['8']) => ({ connection: 'bamboohr-nl', key, records });

async function makeDue(): Promise<void> {
  await sql.query(`update "Delivery" set "nextAttemptAt" = "receivedAt"`);
}

describe('a delivery is kept until it is handled', () => {
  test('a row is due at once, and handled once it was looked at', async () => {
    const [recorded] = await store.record([delivery('a', ['8', '9'])]);
    const claims = await store.claim(500, 60);
    expect(claims).toMatchObject([{ id: recorded?.id, connection: 'bamboohr-nl', records: ['8', '9'] }]);
    expect(await store.claim(500, 60)).toEqual([]);
    expect(await store.counts()).toEqual({ waiting: 1, dead: 0 });
    await store.markHandled(claims);
    expect(await store.counts()).toEqual({ waiting: 0, dead: 0 });
    expect(await store.claim(500, 60)).toEqual([]);
  });

  test('the same delivery opens its row again, also when it had been handled: it may stand for a new change', async () => {
    const [first] = await store.record([delivery('a')]);
    await store.markHandled(await store.claim(500, 60));
    const [second] = await store.record([delivery('a')]);
    expect(first).toEqual({ id: second?.id, duplicate: false });
    expect(second?.duplicate).toBe(true);
    expect(await store.claim(500, 60)).toHaveLength(1);
  });

  test('a delivery that comes again while it is being handled is looked at again', async () => {
    await store.record([delivery('a')]);
    const claims = await store.claim(500, 60);
    await store.record([delivery('a')]);
    expect(await store.claim(500, 60), 'nobody else takes it while it is being handled').toEqual([]);
    await store.markHandled(claims);
    expect(await store.claim(500, 60)).toHaveLength(1);
  });

  test('doubles within one batch share a row, and each caller gets its own answer', async () => {
    const answers = await store.record([delivery('a'), delivery('b'), delivery('a'), { ...delivery('a'), connection: 'other' }]);
    expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, false, true, false]);
    expect(answers[2]?.id).toBe(answers[0]?.id);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(3);
  });

  test('overlapping batches in opposite orders do not deadlock', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => delivery(`k${index}`));
    const rounds = Array.from({ length: 40 }, (_, index) => store.record(index % 2 === 0 ? keys : keys.toReversed()));
    const claims = store.claim(500, 60).then((claimed) => store.markHandled(claimed));
    await Promise.all([...rounds, claims]);
    expect((await sql.query('select count(*)::int as rows from "Delivery"')).rows).toEqual([{ rows: 50 }]);
  });
});

describe('failures', () => {
  test('a failed delivery waits, twice as long each time, and never longer than five minutes', async () => {
    await store.record([delivery('a')]);
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const claims = await store.claim(500, 60);
      expect(await store.markFailed(claims.map((claim) => ({ claim, reason: 'Temporal is away' })))).toEqual([]);
      expect(await store.claim(500, 60)).toEqual([]);
      const { rows } = await sql.query(
        `select extract(epoch from "nextAttemptAt" - now() at time zone 'utc') as pause from "Delivery"`,
      );
      pauses.push(Math.round(Number(rows[0].pause)));
      await makeDue();
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  });

  test('a delivery that fails for 24 hours is given up, and opened again when it comes again', async () => {
    const [recorded] = await store.record([delivery('a')]);
    await sql.query(`update "Delivery" set "receivedAt" = "receivedAt" - interval '24 hours 1 minute'`);
    const claims = await store.claim(500, 60);
    expect(await store.markFailed(claims.map((claim) => ({ claim, reason: 'x' })))).toEqual([recorded?.id]);
    expect(await store.counts()).toEqual({ waiting: 0, dead: 1 });
    await makeDue();
    expect(await store.claim(500, 60)).toEqual([]);
    await store.record([delivery('a')]);
    expect(await store.counts()).toEqual({ waiting: 1, dead: 0 });
    expect(await store.claim(500, 60)).toHaveLength(1);
  });

  test('a lease that ran out belongs to the next, and the late one settles nothing', async () => {
    await store.record([delivery('a')]);
    const late = await store.claim(500, 0);
    const next = await store.claim(500, 60);
    expect(next).toHaveLength(1);
    await store.markHandled(late);
    await store.markFailed(late.map((claim) => ({ claim, reason: 'x' })));
    expect(await store.counts()).toEqual({ waiting: 1, dead: 0 });
    await store.markHandled(next);
    expect(await store.counts()).toEqual({ waiting: 0, dead: 0 });
  });
});

test('claims of two drainers never overlap, and a claim takes no more than its limit', async () => {
  await store.record(Array.from({ length: 1_000 }, (_, index) => delivery(`k${index}`)));
  const taken = (await Promise.all(Array.from({ length: 8 }, () => store.claim(100, 60)))).map((claims) =>
    claims.map(({ id }) => id),
  );
  expect(Math.max(...taken.map((ids) => ids.length))).toBeLessThanOrEqual(100);
  expect(new Set(taken.flat()).size).toBe(taken.flat().length);
});

test('times are right whatever the time zone of the database session', async () => {
  await sql.query(`alter database "${sql.database}" set timezone to 'Asia/Tokyo'`);
  const elsewhere = openDatabase(`postgresql://${sql.user}:${sql.password}@${sql.host}:${sql.port}/${sql.database}`);
  const before = Date.now();
  await deliveryStore(elsewhere).record([delivery('a')]);
  expect(await deliveryStore(elsewhere).claim(500, 60)).toHaveLength(1);
  const row = await elsewhere.delivery.findFirstOrThrow();
  await elsewhere.$disconnect();
  await sql.query(`alter database "${sql.database}" reset timezone`);
  expect(Math.abs(row.receivedAt.getTime() - before)).toBeLessThan(5_000);
});

test('after its retention a settled delivery is only a hash; what still waits keeps its records', async () => {
  await store.record([delivery('old'), delivery('open'), delivery('new')]);
  const claims = await store.claim(500, 60);
  await store.markHandled(claims);
  await store.record([delivery('open')]);
  await sql.query(`update "Delivery" set "receivedAt" = "receivedAt" - interval '31 days' where key in ('old', 'open')`);
  expect(await store.purge(new Date(Date.now() - 30 * 86_400_000))).toBe(1);
  const { rows } = await sql.query('select key, records from "Delivery" order by key');
  expect(rows).toEqual([
    { key: 'new', records: ['8'] },
    { key: 'old', records: [] },
    { key: 'open', records: ['8'] },
  ]);
});

describe('employments of the records', () => {
  test('each new record gets one employment and one nameless person; known ones keep theirs', async () => {
    const employments = employmentStore(db);
    const first = await employments.findOrCreate('bamboohr-nl', ['8', '9', '8']);
    const second = await employments.findOrCreate('bamboohr-nl', ['9', '10']);
    expect([...first.keys()].sort()).toEqual(['8', '9']);
    expect(second.get('9')).toBe(first.get('9'));
    expect((await employments.findOrCreate('other', ['8'])).get('8')).not.toBe(first.get('8'));
    const people = await db.person.findMany({ include: { employments: true } });
    expect(people.map(({ employments: jobs }) => jobs.length)).toEqual([1, 1, 1, 1]);
    expect(people[0]).toMatchObject({ givenName: '', familyName: '' });
  });

  test('drainers that meet the same new records at once agree on them, and leave no person without a job', async () => {
    const records = Array.from({ length: 200 }, (_, index) => String(index));
    const shuffled = [records, records.toReversed(), records, records.toReversed()];
    const answers = await Promise.all(shuffled.map((wanted) => employmentStore(db).findOrCreate('bamboohr-nl', wanted)));
    for (const answer of answers) {
      expect(answer.size).toBe(200);
      expect(answer.get('7')).toBe(answers[0]?.get('7'));
    }
    expect(await db.person.count()).toBe(200);
    expect(await db.employment.count()).toBe(200);
  });
});
