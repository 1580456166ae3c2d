import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDrainer, type Drainer, type DrainerParts } from '../../src/ingress/drainer.js';
import { openDatabase, type Database } from '../../src/store/client.js';
import { deliveryStore } from '../../src/store/deliveries.js';
import { employmentStore } from '../../src/store/employments.js';
import { freshDatabase } from '../support/database.js';
import { memoryLogger } from './support.js';

let db: Database;
let close: () => Promise<void>;
let drainers: Drainer[] = [];
const log = memoryLogger();

beforeAll(async () => {
  const database = await freshDatabase();
  db = openDatabase(database.url, 20);
  close = async () => {
    await db.$disconnect();
    await database.drop();
  };
});
afterAll(() => close());
beforeEach(async () => {
  drainers = [];
  await db.delivery.deleteMany();
});
afterEach(async () => void (await Promise.all(drainers.map((drainer) => drainer.stop()))));

function startDrainer(parts: Partial<DrainerParts> & Pick<DrainerParts, 'lookAt'>): Drainer {
  const stores = { deliveries: deliveryStore(db), employments: employmentStore(db) };
  const drainer = createDrainer({ ...stores, count: () => undefined, logger: log.logger, now: Date.now, ...parts });
  drainers.push(drainer);
  drainer.start();
  return drainer;
}

const record = (keys: readonly string[], records?: readonly string[]) =>
  deliveryStore(db).record(keys.map((key) => ({ connection: 'bamboohr-nl', key, records: records ?? [`r-${key}`] })));
const waiting = async () => (await deliveryStore(db).counts()).waiting;
const allHandled = () => expect.poll(waiting, { timeout: 20_000 }).toBe(0);

test('each employment is looked at once for all its deliveries, by its row and not by its record', async () => {
  const looked: string[] = [];
  await record(['a', 'b', 'c'], ['8']);
  await record(['d'], ['8', '9']);
  startDrainer({ lookAt: async (row) => void looked.push(row) });
  await allHandled();
  const rows = await employmentStore(db).findOrCreate('bamboohr-nl', ['8', '9']);
  expect(looked.sort()).toEqual([...rows.values()].sort());
});

test('a delivery of this process is brought on at once and does not wait for the poll', async () => {
  const looked: number[] = [];
  const drainer = startDrainer({ lookAt: async () => void looked.push(Date.now()), limits: { pollMs: 60_000 } });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await record(['a']);
  drainer.wake();
  await expect.poll(() => looked.length, { timeout: 5_000 }).toBe(1);
});

test('two drainers share the rows: none is in the hands of both at once, and every one is looked at', async () => {
  const keys = Array.from({ length: 600 }, (_, index) => `k${index}`);
  await record(keys);
  const inHands = new Set<string>();
  const overlaps: string[] = [];
  const shared = deliveryStore(db);
  const deliveries: DrainerParts['deliveries'] = {
    claim: async (limit, lease) => {
      const claims = await shared.claim(limit, lease);
      for (const { id } of claims) {
        if (inHands.has(id)) overlaps.push(id);
        inHands.add(id);
      }
      return claims;
    },
    markHandled: (claims) => {
      for (const { id } of claims) inHands.delete(id);
      return shared.markHandled(claims);
    },
    markFailed: (failures) => {
      for (const { claim } of failures) inHands.delete(claim.id);
      return shared.markFailed(failures);
    },
  };
  const looked = [new Set<string>(), new Set<string>()] as const;
  const slowly = (into: Set<string>) => async (row: string) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    into.add(row);
  };
  for (const into of looked) startDrainer({ deliveries, lookAt: slowly(into), limits: { claim: 50, pollMs: 10 } });
  await allHandled();
  expect(overlaps).toEqual([]);
  expect(looked.map(({ size }) => size > 0)).toEqual([true, true]);
  const rows = await employmentStore(db).findOrCreate(
    'bamboohr-nl',
    keys.map((key) => `r-${key}`),
  );
  expect(new Set([...looked[0], ...looked[1]])).toEqual(new Set(rows.values()));
});

test('nothing is lost while Temporal fails: what failed comes again, what succeeded does not', async () => {
  await record(['good', 'bad']);
  const rows = await employmentStore(db).findOrCreate('bamboohr-nl', ['r-good', 'r-bad']);
  const looked: string[] = [];
  const settled: Record<string, number> = {};
  startDrainer({
    lookAt: async (row) => {
      looked.push(row);
      if (row === rows.get('r-bad') && looked.filter((each) => each === row).length < 3) throw new Error('Temporal is away');
    },
    count: (result, deliveries) => (settled[result] = (settled[result] ?? 0) + deliveries),
    limits: { pollMs: 50 },
  });
  await allHandled();
  expect(looked.filter((row) => row === rows.get('r-good'))).toHaveLength(1);
  expect(looked.filter((row) => row === rows.get('r-bad'))).toHaveLength(3);
  expect(settled).toEqual({ handled: 2, failed: 2, dead: 0 });
  expect(log.lines()).toContain('Temporal is away');
});

test('a round that runs out of time gives the rest back instead of holding it past its lease', async () => {
  await record(Array.from({ length: 20 }, (_, index) => `k${index}`));
  let now = 0;
  const looked: string[] = [];
  const lookAt = async (row: string) => {
    looked.push(row);
    now += 10_000;
  };
  const drainer = startDrainer({ lookAt, now: () => now, limits: { parallel: 1, pollMs: 60_000 } });
  await expect.poll(() => db.delivery.count({ where: { lastError: { not: null } } })).toBe(15);
  expect(looked).toHaveLength(5);
  await drainer.stop();
});

test('stopping ends what was begun, begins nothing new, and leaves the rest due', async () => {
  await record(Array.from({ length: 20 }, (_, index) => `k${index}`));
  let begun = 0;
  let ended = 0;
  const lookAt = async () => {
    begun += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
    ended += 1;
  };
  const drainer = startDrainer({ lookAt, limits: { parallel: 4 } });
  await expect.poll(() => begun).toBe(4);
  await drainer.stop();
  expect([begun, ended]).toEqual([4, 4]);
  expect(await db.delivery.count({ where: { handledAt: { not: null } } })).toBe(4);
  expect(await db.delivery.count({ where: { handledAt: null, claimedUntil: null } })).toBe(16);
});

test('a database that fails for a moment does not end the drainer', async () => {
  await record(['a']);
  const shared = deliveryStore(db);
  let failures = 2;
  const claim: DrainerParts['deliveries']['claim'] = (limit, lease) =>
    failures-- > 0 ? Promise.reject(new Error('the database is away')) : shared.claim(limit, lease);
  startDrainer({ deliveries: { ...shared, claim }, lookAt: () => Promise.resolve(), limits: { pollMs: 20 } });
  await allHandled();
});
