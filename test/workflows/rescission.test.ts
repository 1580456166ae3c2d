import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { useRig, zone, type Company, type Saga } from '../support/rig.js';

const rig = useRig();

/** Everything is with whom it was, and the handover says so. */
async function expectRescinded(company: Company, saga: Saga, before: ReadonlyMap<string, string>): Promise<void> {
  const done = await saga.close();
  expect(done.outcome).toBe('rescinded');
  expect(done.epoch).toBeGreaterThan(0);
  expect(await company.owners()).toEqual(before);
  expect(done.steps.flatMap(({ counts }) => [counts.verified, counts.parked])).toEqual(done.steps.flatMap(() => [0, 0]));
}

async function moved(company: Company): Promise<number> {
  return (await company.ledger()).length;
}

/** Brings a fresh handover to a point; each says how. */
const points = {
  'HR’s release is awaited': async (_company: Company, saga: Saga) => {
    await saga.waitFor(({ stage }) => stage === 'awaiting-release');
  },
  'the plan is proposed': async (_company: Company, saga: Saga) => saga.release(),
  'everything is approved and waits for the evening': async (company: Company, saga: Saga) => {
    await saga.release();
    await saga.approveAll();
    expect(await moved(company)).toBe(0);
  },
  'the canary has moved': async (company: Company, saga: Saga) => {
    await saga.release();
    await saga.approveAll();
    await company.skipTo('18:05');
    await saga.waitFor(({ steps }) => steps.every(({ counts }) => counts.verified === 3), 'the canary');
    expect(await moved(company)).toBe(3 * (await saga.status()).steps.length);
  },
  'everything but the late deals has moved': async (company: Company, saga: Saga) => {
    await saga.release();
    await saga.approveAll();
    await company.skipTo('20:00');
    await company.quiet();
    expect(await moved(company)).toBeGreaterThan(20);
  },
} as const;

describe('who stays keeps everything', () => {
  test.each(Object.entries(points))('when the ending is withdrawn while %s', async (_name, reach) => {
    const company = await rig.company();
    const before = await company.owners();
    const saga = await company.startLeaver({ lastDay: await company.workday(9) });
    await reach(company, saga);
    await company.hris('rescind', { how: 'clear' });
    await expectRescinded(company, saga, before);
    // Taking back writes each record that was moved once more, and no other.
    const ledger = await company.ledger();
    expect(ledger.filter(({ to }) => to === company.leaver.hubspot).length * 2).toBe(ledger.length);
  });

  test('when the ending is withdrawn while the CRM is still being read', async () => {
    const company = await rig.company();
    const before = await company.owners();
    const reading = company.hold('snapshot');
    const saga = await company.startLeaver({ lastDay: await company.workday(9) });
    await reading.reached;
    await company.hris('rescind', { how: 'clear' });
    await expect.poll(async () => (await saga.row()).outcome, { timeout: 20_000 }).toBe('rescinded');
    // The workflow stays until what it began has ended: nothing works on for a handover that seems to be over.
    expect((await saga.handle.describe()).status.name).toBe('RUNNING');
    reading.open();
    await expectRescinded(company, saga, before);
    expect(await company.ledger()).toEqual([]);
  });

  test('when the ending is withdrawn while a page is being written, and no batch begins after that', async () => {
    const company = await rig.company({
      batches: { batch: 2, concurrency: 1 },
      world: { leaver: { accounts: 30, contacts: 30, deals: 0, tickets: 0 } },
    });
    const before = await company.owners();
    const saga = await company.startLeaver({ lastDay: await company.workday(9) });
    await saga.release();
    await saga.approveAll();
    await company.skipTo('18:05');
    await saga.waitFor(({ steps }) => steps.every(({ counts }) => counts.verified === 3), 'the canary');
    const canary = await moved(company);
    await company.faults({
      vendor: 'hubspot',
      route: 'POST /crm/v3/objects/*/batch/update',
      fault: { kind: 'slow', delayMs: 300 },
    });
    const evening = company.env.sleep(20 * 60_000);
    await expect.poll(() => moved(company), { timeout: 60_000 }).toBeGreaterThanOrEqual(canary + 4);
    await company.hris('rescind', { how: 'clear' });
    await expect.poll(async () => (await saga.row()).epoch, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0);
    const atRescission = await moved(company);
    await company.faults();
    await evening;
    await expectRescinded(company, saga, before);
    const forward = (await company.ledger()).filter(({ from }) => from === company.leaver.hubspot).length;
    // The one batch that was under way may still end: two records.
    expect(forward).toBeLessThanOrEqual(atRescission + 2);
    expect(forward).toBeLessThan(50);
  });

  test('also when somebody else changed a record meanwhile: that change stays', async () => {
    const company = await rig.company();
    const before = await company.owners();
    const saga = await company.startLeaver({ lastDay: await company.workday(9) });
    await points['everything but the late deals has moved'](company, saga);
    const [entry] = await company.ledger();
    const other = company.people.find(({ hubspot }) => hubspot && hubspot !== entry?.to && hubspot !== company.leaver.hubspot);
    await company.human(entry?.type ?? '', entry?.record ?? '', { [entry?.field ?? '']: other?.hubspot ?? '' });
    await company.hris('rescind', { how: 'clear' });
    const done = await saga.close();
    expect(done.outcome).toBe('rescinded');
    const key = `${entry?.type ?? ''}/${entry?.record ?? ''}/${entry?.field ?? ''}`;
    expect(await company.owners()).toEqual(new Map([...before, [key, other?.hubspot ?? '']]));
  });
});

describe('once contacts know, taking back is a proposal', () => {
  async function proposed(): Promise<{
    company: Company;
    saga: Saga;
    before: ReadonlyMap<string, string>;
    held: ReadonlyMap<string, string>;
    item: string;
  }> {
    const company = await rig.company();
    const before = await company.owners();
    const saga = await company.startLeaver({ lastDay: await company.workday(9) });
    await saga.release({ told: 'contacts' });
    await saga.approveAll();
    await company.skipTo('20:00');
    await company.quiet();
    const held = await company.owners();
    expect(held).not.toEqual(before);
    await company.hris('rescind', { how: 'clear' });
    const status = await saga.waitFor(({ parked }) => parked.length > 0, 'the proposal');
    expect(status.parked).toMatchObject([{ what: 'restore' }]);
    expect(status.waitingFor).toMatchObject([{ what: 'restore-decision' }]);
    await company.advance(2 * 24 * 3_600_000);
    expect(await company.owners()).toEqual(held);
    return { company, saga, before, held, item: status.parked[0]?.id ?? '' };
  }

  test('and undo accepts it', async () => {
    const { company, saga, before } = await proposed();
    await saga.decide('undo', { step: 'all' });
    await expectRescinded(company, saga, before);
  });

  test('and skip keeps the new owners', async () => {
    const { company, saga, held, item } = await proposed();
    await saga.decide('skip', { parked: item });
    const done = await saga.close();
    expect(done.outcome).toBe('rescinded');
    expect(await company.owners()).toEqual(held);
  });

  test('and an ending that is in force again takes the proposal away and goes on', async () => {
    const { company, saga } = await proposed();
    await company.hris('terminate', { lastDay: await company.workday(4), reason: 'resignation' });
    await saga.waitFor(({ parked }) => parked.length === 0, 'the proposal gone');
    const done = await saga.close();
    expect(done.outcome).toBe('completed');
    expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
  });
});

test('after the last working day a withdrawn ending changes nothing without a person', async () => {
  const company = await rig.company();
  const lastDay = await company.workday(3);
  const saga = await company.startLeaver({ lastDay });
  await saga.release();
  await saga.approveAll();
  company.fail('sweep');
  await saga.advanceUntil(({ parked }) => parked.some(({ what }) => what === 'sweep'), 'the sweep parked');
  expect(await company.nowMs()).toBeGreaterThan(DateTime.fromISO(lastDay, { zone }).endOf('day').toMillis());
  const held = await company.owners();
  await company.hris('rescind', { how: 'clear' });
  await saga.waitFor(({ parked }) => parked.some(({ what }) => what === 'restore'), 'the proposal');
  await company.advance(3 * 24 * 3_600_000);
  expect(await company.owners()).toEqual(held);
  expect((await saga.status()).stage).toBe('restoring');
});

test('a leave that is withdrawn and comes again is a second handover, and nothing of the first counts as done', async () => {
  const company = await rig.company();
  const owned = await company.ownedBy(company.leaver.hubspot);
  const first = await company.startLeaver({ lastDay: await company.workday(9) });
  await points['everything but the late deals has moved'](company, first);
  await company.hris('rescind', { how: 'clear' });
  await first.close();
  await company.advance(24 * 3_600_000);
  await company.look();
  const second = await company.startLeaver({ lastDay: await company.workday(8) });
  expect(second.id).not.toBe(first.id);
  expect((await second.row()).number).toBe(2);
  const status = await second.waitFor(({ stage }) => stage === 'awaiting-release');
  expect(status).toMatchObject({ told: [], steps: [], planVersion: 0 });
  await second.release();
  await second.approveAll();
  const done = await second.close();
  expect(done.outcome).toBe('completed');
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
  expect(done.steps.reduce((sum, { counts }) => sum + counts.verified, 0)).toBe(owned.length);
  expect((await first.row()).outcome).toBe('rescinded');
});
