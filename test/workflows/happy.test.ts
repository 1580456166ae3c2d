import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import { useRig, zone } from '../support/rig.js';

const rig = useRig();

test('a leaver’s records move to the approved successors, three first, once each, in the evening, and it closes after the last working day', async () => {
  const company = await rig.company();
  const owned = await company.ownedBy(company.leaver.hubspot);
  const before = await company.owners();
  expect(owned.length).toBeGreaterThan(30);
  const lastDay = await company.workday(10);

  const saga = await company.startLeaver({ lastDay });
  const waiting = await saga.waitFor(({ stage }) => stage === 'awaiting-release', 'the release');
  expect(waiting.lastWorkingDay).toBe(lastDay);
  expect(waiting.steps).toEqual([]);
  await saga.decide('release', {});
  await saga.waitFor(({ stage, steps }) => stage === 'awaiting-approval' && steps.length > 1, 'the plan');
  await saga.decide('told', { audience: 'leaver' });
  await saga.decide('told', { audience: 'team' });
  const answer = await saga.decide('approve', { step: 'all' });
  expect(answer.steps.map(({ state }) => state)).toEqual(answer.steps.map(() => 'approved'));
  expect(await company.ledger()).toEqual([]);

  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  const closedAt = (await saga.row()).closedAt?.getTime() ?? 0;
  expect(closedAt).toBeGreaterThanOrEqual(DateTime.fromISO(lastDay, { zone }).endOf('day').toMillis());
  expect(closedAt).toBeLessThan(DateTime.fromISO(lastDay, { zone }).endOf('day').toMillis() + 3_600_000);

  const ledger = await company.ledger();
  expect(ledger.map((entry) => `${entry.type}/${entry.record}/${String(entry.field)}`).toSorted()).toEqual([...owned].toSorted());
  for (const step of done.steps) {
    const successor = await company.userOf(step.successor);
    const keys = new Set(await saga.keysOf(step.id));
    const moved = ledger.filter((entry) => keys.has(`${entry.type}/${entry.record}/${String(entry.field)}`));
    expect(moved.map(({ to }) => to)).toEqual(moved.map(() => successor));
    expect(moved.map(({ from }) => from)).toEqual(moved.map(() => company.leaver.hubspot));
    expect(step.counts).toMatchObject({ planned: keys.size, verified: keys.size });
    const [canary, rest] = [moved.slice(0, 3), moved.slice(3)];
    expect(new Set(canary.map(({ at }) => at)).size).toBe(1);
    const pauses = rest.map(({ at }) => Date.parse(at) - Date.parse(canary[0]?.at ?? ''));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(15 * 60_000);
    for (const { at } of moved) expect(DateTime.fromISO(at, { zone }).hour).toSatisfy((hour: number) => hour >= 18 || hour < 7);
  }
  const after = await company.owners();
  const others = [...before].filter(([key]) => !owned.includes(key));
  expect(others.filter(([key, owner]) => after.get(key) !== owner)).toEqual([]);
});
