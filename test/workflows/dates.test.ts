import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { useRig, zone, type Company, type Saga } from '../support/rig.js';

const rig = useRig();
const dayMs = 24 * 3_600_000;

async function planned(ahead: number): Promise<{ company: Company; saga: Saga }> {
  const company = await rig.company();
  const saga = await company.startLeaver({ lastDay: await company.workday(ahead) });
  await saga.release();
  return { company, saga };
}

const undecided = (saga: Saga) =>
  saga.advanceUntil(({ steps }) => steps.every(({ state }) => state !== 'waiting'), 'the custodian');

async function expectCustodianOn(saga: Saga, day: string): Promise<void> {
  const { steps, lastWorkingDay } = await undecided(saga);
  expect(lastWorkingDay).toBe(day);
  const at = DateTime.fromISO(steps[0]?.decidedAt ?? '', { zone });
  expect(at.toFormat('yyyy-MM-dd HH:mm')).toBe(`${day} 12:00`);
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  const closed = DateTime.fromJSDate((await saga.row()).closedAt ?? new Date(0), { zone });
  expect(closed.toMillis()).toBeGreaterThanOrEqual(DateTime.fromISO(day, { zone }).plus({ days: 1 }).toMillis());
}

describe('deadlines follow the last working day', () => {
  test('when it is put off', async () => {
    const { company, saga } = await planned(5);
    const later = await company.workday(9);
    await company.hris('move', { lastDay: later });
    await saga.waitFor(({ lastWorkingDay }) => lastWorkingDay === later, 'the new day');
    await expectCustodianOn(saga, later);
  });

  test('when it is brought forward', async () => {
    const { company, saga } = await planned(12);
    await company.advance(dayMs);
    const earlier = await company.workday(4);
    await company.hris('move', { lastDay: earlier });
    await saga.waitFor(({ lastWorkingDay }) => lastWorkingDay === earlier, 'the new day');
    await expectCustodianOn(saga, earlier);
  });

  test('when it is brought forward to a day that has passed: nothing waits any longer', async () => {
    const { company, saga } = await planned(12);
    await saga.approveAll();
    await company.advance(3 * dayMs);
    const passed = (await company.local()).minus({ days: 1 }).toFormat('yyyy-MM-dd');
    await company.hris('move', { lastDay: passed });
    const done = await saga.advanceUntil(({ stage }) => stage === 'closed', 'the end', dayMs);
    expect(done.outcome).toBe('completed');
    expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
  });

  test('but a day that HR set by hand stays', async () => {
    const company = await rig.company();
    const own = await company.workday(6);
    const saga = await company.startLeaver({ lastDay: await company.workday(10) });
    await saga.waitFor(({ stage }) => stage === 'awaiting-release');
    const { card } = await saga.row();
    if (!card) throw new Error('no card');
    const { handoverId, ...rest } = card;
    await company.core.stores.handovers.saveCard(handoverId, { ...rest, lastWorkingDay: own, edited: ['lastWorkingDay'] });
    await saga.release();
    await company.hris('move', { lastDay: await company.workday(12) });
    await company.quiet();
    await expectCustodianOn(saga, own);
  });
});

describe('an HRIS that says nothing proves nothing', () => {
  async function approved(): Promise<{ company: Company; saga: Saga; lastDay: string }> {
    const company = await rig.company();
    const lastDay = await company.workday(9);
    const saga = await company.startLeaver({ lastDay });
    await saga.release();
    await saga.approveAll();
    return { company, saga, lastDay };
  }

  /** Two evenings pass: nothing is written, nothing taken back, and the status says why. */
  async function expectHeld(company: Company, saga: Saga, held: ReadonlyMap<string, string>): Promise<void> {
    const status = await saga.waitFor(({ waitingFor }) => waitingFor.some(({ what }) => what === 'evidence'), 'evidence');
    expect(status.outcome).toBeNull();
    await company.advance(2 * dayMs);
    expect(await company.owners()).toEqual(held);
    expect((await saga.status()).steps.map(({ counts }) => counts.restored)).toEqual(status.steps.map(() => 0));
  }

  test('redacted fields hold what is outward', async () => {
    const { company, saga } = await approved();
    const held = await company.owners();
    await company.hris('redact', {});
    await expectHeld(company, saga, held);
  });

  test('a deleted row holds it, also half-way, until the row is there again', async () => {
    const { company, saga, lastDay } = await approved();
    await company.skipTo('18:05');
    await saga.waitFor(({ steps }) => steps.every(({ counts }) => counts.verified === 3), 'the canary');
    const held = await company.owners();
    await company.hris('rescind', { how: 'delete-row' });
    await expectHeld(company, saga, held);
    await company.hris('terminate', { lastDay, reason: 'resignation' });
    const done = await saga.close();
    expect(done.outcome).toBe('completed');
    expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
  });

  test('a record that is not found holds it until it is found again', async () => {
    const { company, saga } = await approved();
    const held = await company.owners();
    await company.faults({
      vendor: 'bamboohr',
      route: `GET /api/v1/employees/${company.leaver.id}`,
      fault: { kind: 'status', status: 404 },
    });
    await company.look();
    await expectHeld(company, saga, held);
    await company.faults();
    await company.look();
    const done = await saga.close();
    expect(done.outcome).toBe('completed');
    expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
  });
});

test('eleven endings within an hour hold every one of them until a person resumes it', async () => {
  const company = await rig.company({
    world: {
      people: 28,
      leaver: { accounts: 4, contacts: 0, deals: 0, tickets: 0 },
      accountsPerPerson: 1,
      contactsPerAccount: 0,
    },
  });
  const needed = new Set([...company.people.map(({ manager }) => manager), '2', '3']);
  const staff = company.people.filter(({ id, manager }) => !needed.has(id) && manager !== company.leaver.manager);
  const lastDay = await company.workday(9);
  const saga = await company.startLeaver({ lastDay });
  await saga.release();
  await saga.approveAll();
  for (const { id } of staff.slice(0, 9)) await company.startLeaver({ lastDay, employee: id });
  expect((await saga.status()).paused).toBe(false);
  const last = await company.startLeaver({ lastDay, employee: staff[9]?.id ?? '' });
  await saga.waitFor(({ paused }) => paused, 'the brake');
  await last.waitFor(({ paused }) => paused, 'the brake for the last one');
  expect((await saga.status()).waitingFor).toContainEqual({ what: 'operator' });
  await company.advance(2 * dayMs);
  expect(await company.ledger()).toEqual([]);
  await saga.decide('resume', {});
  await saga.advanceUntil(({ steps }) => steps.every(({ counts }) => counts.verified === counts.planned), 'the moves');
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
  expect((await last.status()).paused).toBe(true);
});

test('a pause holds every outward step until resume, and says so', async () => {
  const company = await rig.company();
  const saga = await company.startLeaver({ lastDay: await company.workday(9) });
  await saga.release();
  await saga.approveAll();
  await saga.signal('pause', {});
  await saga.waitFor(({ paused }) => paused);
  await expect(saga.update('pause', {})).rejects.toMatchObject({ cause: { type: 'not-waiting' } });
  await company.advance(2 * dayMs);
  expect(await company.ledger()).toEqual([]);
  expect(await saga.details()).toContain('**paused**');
  await saga.update('resume', {});
  await expect(saga.update('resume', {})).rejects.toMatchObject({ cause: { type: 'not-waiting' } });
  expect((await saga.close()).outcome).toBe('completed');
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});
