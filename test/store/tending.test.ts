import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/store/client.js';
import { MemberStore } from '../../src/store/members.js';
import { TendingStore } from '../../src/store/tending.js';
import { freshDatabase } from '../support/database.js';

let db: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await freshDatabase();
  drop = database.drop;
  db = openDatabase(database.url);
  const person = { id: 'p-1', givenName: 'Sanne', familyName: 'Bakker', country: 'NL' };
  await db.person.create({ data: person });
  await db.employment.create({
    data: { id: 'e-1', connection: 'bamboohr-nl', record: '8', personId: 'p-1', startDay: '2020-01-01' },
  });
  await db.handover.create({ data: { id: 'h-1', employmentId: 'e-1', number: 1, startedAt: new Date(), desiredState: {} } });
  const of = { personId: 'p-1', employmentId: 'e-1', handoverId: 'h-1', connection: 'bamboohr-nl' };
  const employmentEnd = '2026-10-31T23:00:00.000Z';
  await db.member.create({ data: { id: 'v-1', ...of, state: 'joined', language: 'nl', employmentEnd } });
  await new TendingStore(db).planCheckIn('v-1', 'P12M', '2026-11-01T10:00:00.123Z');
  await new TendingStore(db).checkInSent('v-1', 'P12M', '2026-11-02T10:00:00.456Z');
});
afterAll(async () => {
  await db.$disconnect();
  await drop();
});

test('instants come back as they went in, whatever the zone of the session', async () => {
  const found = await db.$transaction(async (tx) => {
    await tx.$executeRaw`set local time zone 'Asia/Tokyo'`;
    const tending = new TendingStore(tx);
    await tending.note('v-1', '2026-12-01T09:00:00.000Z');
    return tending.read('v-1');
  });
  expect(found?.member.employmentEnd.toISOString()).toBe('2026-10-31T23:00:00.000Z');
  expect(found?.member.dueAt?.toISOString()).toBe('2026-12-01T09:00:00.000Z');
  expect(found?.member.checkIns).toMatchObject([{ kind: 'P12M', answeredAt: null, detail: null }]);
  expect(found?.member.checkIns[0]?.dueAt.toISOString()).toBe('2026-11-01T10:00:00.123Z');
  expect(found?.member.checkIns[0]?.sentAt?.toISOString()).toBe('2026-11-02T10:00:00.456Z');
  expect(found?.jobs).toEqual([{ startDay: '2020-01-01', status: 'unknown' }]);
  expect(found?.handover).toMatchObject({ id: 'h-1', closed: false, card: null, employment: { person: { givenName: 'Sanne' } } });
  expect(await new TendingStore(db).read('v-2')).toBeNull();
});

test('an answer that is being written while somebody waits for the lock is seen: nobody is erased who just said "stay"', async () => {
  let waiting: Promise<Date | null | undefined> = Promise.resolve(null);
  await db.$transaction(async (tx) => {
    await tx.$queryRaw`select id from "Member" where id = 'v-1' for update`;
    waiting = db.$transaction(async (other) => {
      await new MemberStore(other, '').lock('v-1');
      const found = await new TendingStore(other).read('v-1');
      return found?.member.checkIns[0]?.answeredAt;
    });
    await sleep(300);
    await tx.checkIn.updateMany({ where: { memberId: 'v-1' }, data: { answer: 'stay', answeredAt: '2026-11-20T10:00:00.000Z' } });
  });
  expect((await waiting)?.toISOString()).toBe('2026-11-20T10:00:00.000Z');
});
