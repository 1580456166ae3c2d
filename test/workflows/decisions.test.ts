import { expect, test } from 'vitest';
import type { HandoverStatus } from '../../workflows/contract.js';
import { refusalOf, useRig, type Company, type Saga } from '../support/rig.js';

const rig = useRig();

async function planned(): Promise<{ company: Company; saga: Saga; status: HandoverStatus }> {
  const company = await rig.company();
  const saga = await company.startLeaver({ lastDay: await company.workday(9) });
  await saga.release();
  return { company, saga, status: await saga.status() };
}

async function evening(company: Company, saga: Saga): Promise<void> {
  await company.skipTo('20:00');
  await saga.waitFor(
    ({ steps }) => steps.filter(({ state }) => state === 'applying' || state === 'verified').length > 0,
    'the moves',
  );
  await company.quiet();
}

/** Keys of a step's records that the CRM says are with a user. */
async function heldBy(company: Company, keys: readonly string[], user: string | null): Promise<readonly string[]> {
  const owners = await company.owners();
  return keys.filter((key) => owners.get(key) === user);
}

/** Somebody with a user in the CRM who is no successor of the plan: the leaver's manager. */
function outsider(company: Company): Promise<string> {
  return company.personId(company.leaver.manager ?? '');
}

test('one step is taken back, the others stay with their successors; given to somebody else it moves again after approval', async () => {
  const { company, saga } = await planned();
  await saga.approveAll();
  await evening(company, saga);
  const [s1, s2] = [await saga.keysOf('s1'), await saga.keysOf('s2')];
  const successor = await company.userOf((await saga.status()).steps[1]?.successor ?? '');
  const movedOfS2 = await heldBy(company, s2, successor);
  expect(movedOfS2.length).toBeGreaterThan(3);

  await saga.decide('undo', { step: 's1' });
  const undone = await saga.waitFor(({ steps, stage }) => steps[0]?.state === 'restored' && stage !== 'restoring', 's1 restored');
  expect(undone.outcome).toBeNull();
  expect(await heldBy(company, s1, company.leaver.hubspot)).toEqual(s1);
  expect(await heldBy(company, s2, successor)).toEqual(movedOfS2);
  expect(await refusalOf(saga.decide('undo', { step: 's1' }))).toBe('nothing-to-undo');

  const other = await outsider(company);
  const answer = await saga.decide('reassign', { step: 's1', successor: other });
  expect(answer.planVersion).toBe(undone.planVersion + 1);
  expect(answer.steps[0]).toEqual({ id: 's1', state: 'waiting' });
  await company.advance(24 * 3_600_000);
  expect(await heldBy(company, s1, company.leaver.hubspot)).toEqual(s1);
  await saga.decide('approve', { step: 's1' });
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  expect(await heldBy(company, s1, await company.userOf(other))).toEqual(s1);
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});

test('everything is taken back on demand, and the handover says so at its end', async () => {
  const { company, saga } = await planned();
  const before = await company.owners();
  await saga.approveAll();
  await evening(company, saga);
  await saga.decide('undo', { step: 'all' });
  const undone = await saga.waitFor(
    ({ steps, stage }) => stage !== 'restoring' && steps.every(({ state }) => state === 'restored'),
    'restored',
  );
  expect(undone.steps.map(({ counts }) => counts.restored)).toEqual(undone.steps.map(({ counts }) => counts.planned));
  expect(await company.owners()).toEqual(before);
  expect(await refusalOf(saga.decide('undo', { step: 'all' }))).toBe('nothing-to-undo');
});

test('bundles of a step are taken back alone', async () => {
  const { company, saga } = await planned();
  await saga.approveAll();
  await evening(company, saga);
  const rows = (await saga.ownerships()).filter(({ stepId, state }) => stepId === 's1' && state === 'verified');
  const bundle = rows[0]?.bundle ?? 0;
  await saga.decide('undo', { step: 's1', bundles: [`b-${bundle}`] });
  await saga.waitFor(({ steps, stage }) => stage !== 'restoring' && (steps[0]?.counts.restored ?? 0) > 0, 'the bundle');
  const keyOf = (row: (typeof rows)[number]) => `${row.recordType}/${row.record}/${row.field}`;
  const inside = rows.filter((row) => row.bundle === bundle).map(keyOf);
  const outside = rows.filter((row) => row.bundle !== bundle).map(keyOf);
  expect(outside.length).toBeGreaterThan(0);
  expect(await heldBy(company, inside, company.leaver.hubspot)).toEqual(inside);
  expect(await heldBy(company, outside, company.leaver.hubspot)).toEqual([]);
});

test('a refused step is proposed to others under the next version, or goes to the custodian', async () => {
  const { company, saga, status } = await planned();
  const [first, second] = status.steps;
  const before = await saga.keysOf('s1');
  const replanned = await saga.decide('refuse', { step: 's1', then: 'replan', planVersion: 1 });
  expect(replanned.planVersion).toBe(2);
  expect(replanned.steps[0]).toEqual({ id: 's1', state: 'refused' });
  const fresh = (await saga.status()).steps.slice(status.steps.length);
  expect(fresh.length).toBeGreaterThan(0);
  expect(fresh.map(({ state }) => state)).toEqual(fresh.map(() => 'waiting'));
  expect(fresh.map(({ successor }) => successor)).not.toContain(first?.successor);
  const proposedAgain = (await Promise.all(fresh.map(({ id }) => saga.keysOf(id)))).flat();
  expect(proposedAgain.toSorted()).toEqual([...before].toSorted());
  expect(await refusalOf(saga.decide('approve', { step: 'all', planVersion: 1 }))).toBe('plan-changed');

  const keys = await saga.keysOf('s2');
  const given = await saga.decide('refuse', { step: 's2', then: 'custodian' });
  expect(given.steps.find(({ id }) => id === second?.id)?.state).toBe('to-custodian');
  await saga.decide('approve', { step: 'all', planVersion: 2 });
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  const custodian = await company.userOf((await saga.row()).card?.custodianId ?? '');
  expect(await heldBy(company, keys, custodian)).toEqual(keys);
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});

test('all but some bundles: those wait as a step of their own under the same version, the rest moves on', async () => {
  const { company, saga, status } = await planned();
  const rows = (await saga.ownerships()).filter(({ stepId }) => stepId === 's1');
  const bundle = rows[0]?.bundle ?? 0;
  const answer = await saga.decide('approve', { step: 's1', except: [`b-${bundle}`] });
  expect(answer.planVersion).toBe(1);
  const id = `s${status.steps.length + 1}`;
  expect(answer.steps.at(-1)).toEqual({ id, state: 'waiting' });
  expect(answer.steps[0]).toEqual({ id: 's1', state: 'approved' });
  const excepted = await saga.keysOf(id);
  expect(excepted).toHaveLength(rows.filter((row) => row.bundle === bundle).length);
  await evening(company, saga);
  expect(await heldBy(company, excepted, company.leaver.hubspot)).toEqual(excepted);
  await saga.decide('approve', { step: id });
  await saga.decide('approve', { step: 'all' });
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});

test('what a rule forbids is refused with its code and changes nothing', async () => {
  const { company, saga } = await planned();
  const before = await saga.status();
  const nobody = 'p-nobody';
  const leaver = await company.personId(company.leaver.id);
  const seatless = await company.personId('14');
  const manager = await outsider(company);
  const refused: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => saga.decide('release', {}), 'already-decided'],
    [() => saga.decide('approve', { step: 's99' }), 'unknown-step'],
    [() => saga.decide('approve', { step: 's1', planVersion: 7 }), 'plan-changed'],
    [() => saga.decide('approve', { step: 's1', except: ['3'] }), 'invalid-input'],
    [() => saga.decide('refuse', { step: 's99' }), 'unknown-step'],
    [() => saga.decide('reassign', { step: 's1', successor: nobody }), 'invalid-successor'],
    [() => saga.decide('reassign', { step: 's1', successor: leaver }), 'invalid-successor'],
    [() => saga.decide('reassign', { step: 's1', successor: seatless }), 'invalid-successor'],
    [() => saga.decide('reassign', { step: 'all', successor: manager }), 'invalid-input'],
    [() => saga.decide('told', { audience: 'team' }), 'already-decided'],
    [() => saga.decide('retry', { parked: 'all' }), 'not-waiting'],
    [() => saga.decide('skip', { parked: 'k-1' }), 'not-waiting'],
    [() => saga.decide('resume', {}), 'not-waiting'],
  ];
  for (const [decision, code] of refused) expect(await refusalOf(decision())).toBe(code);
  const after = await saga.status();
  expect(after).toEqual(before);
  expect(await company.ledger()).toEqual([]);
});

test('people are told in one order: leaver, team, contacts, and nobody before the release', async () => {
  const company = await rig.company();
  const saga = await company.startLeaver({ lastDay: await company.workday(9) });
  await saga.waitFor(({ stage }) => stage === 'awaiting-release');
  expect(await refusalOf(saga.decide('told', { audience: 'leaver' }))).toBe('not-waiting');
  expect(await refusalOf(saga.decide('approve', { step: 'all' }))).toBe('not-waiting');
  await saga.release({ told: 'circle' });
  expect(await refusalOf(saga.decide('told', { audience: 'team' }))).toBe('not-waiting');
  await saga.decide('told', { audience: 'leaver' });
  expect(await refusalOf(saga.decide('told', { audience: 'contacts' }))).toBe('not-waiting');
  await saga.approveAll();
  const waiting = await saga.waitFor(({ stage }) => stage === 'awaiting-told');
  expect(waiting.waitingFor).toContainEqual({ what: 'told' });
  await company.advance(2 * 24 * 3_600_000);
  expect(await company.ledger()).toEqual([]);
  await saga.decide('told', { audience: 'team' });
  await saga.advanceUntil(({ steps }) => steps.every(({ counts }) => counts.verified >= 3), 'the canary');
});

test('one decision counts once, however often it is sent', async () => {
  const { company, saga } = await planned();
  const decisionId = await company.core.stores.decisions.write({
    handoverId: saga.id,
    action: 'approve',
    input: { step: 's1' },
    by: null,
  });
  const first = await saga.handle.executeUpdate('approve', { args: [{ step: 's1', decisionId }], updateId: decisionId });
  const again = await saga.handle.executeUpdate('approve', { args: [{ step: 's1', decisionId }], updateId: decisionId });
  expect(again).toEqual(first);
  await saga.signal('approve', { step: 's1', decisionId });
  await company.quiet();
  const decisions = await company.core.stores.decisions.list(saga.id);
  expect(decisions.filter(({ action }) => action === 'approve')).toMatchObject([{ id: decisionId, result: 'applied' }]);
});
