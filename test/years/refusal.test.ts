import { expect, test } from 'vitest';
import { usePeople, type People } from '../support/people.js';
import type { Saga } from '../support/rig.js';

const rig = usePeople();

async function begun(people: People): Promise<{ readonly saga: Saga; readonly account: string }> {
  const { company } = people;
  const tiers = await people.sort({ A: 1, C: 1 });
  const saga = await company.startLeaver({ lastDay: await company.workday(9), reason: 'resignation' });
  await people.begin(saga, { competitor: 'no' });
  return { saga, account: tiers.A[0] ?? '' };
}

async function one(people: People, saga: Saga, account: string) {
  const found = (await people.introductions(saga)).find((row) => row.account === account);
  if (!found) throw new Error('this account has no introduction');
  return found;
}

async function ownerOf(people: People, account: string): Promise<string | undefined> {
  return (await people.company.owners()).get(`companies/${account}/hubspot_owner_id`);
}

test(
  'a contact who does not want this successor is introduced to another one, whom somebody approves first',
  { timeout: 240_000 },
  async () => {
    const people = await rig.open({ config: { introductions: { look: '2bh', contactConfirmationLink: true } } });
    const { company } = people;
    const { saga, account } = await begun(people);
    const before = await one(people, saga, account);
    const first = await company.userOf(before.successorId ?? '');
    const work = await people.workLink(company.leaver.email, before.id);
    const proposals = Array.isArray(before.proposals) ? before.proposals : [];
    const [slot] = proposals.flatMap((each) =>
      typeof each === 'object' && each !== null && 'start' in each ? [String(each['start'])] : [],
    );
    await people.press(work, { introduction: before.id, time: slot ?? '' });
    await people.arrived(() => people.to(before.email).length === 1, 'the invitation');
    const [invitation] = people.to(before.email);
    const links = (invitation?.links ?? []).filter((link) => link.includes('/l/'));
    expect(links).toHaveLength(1);
    expect((await people.open(links[0] ?? '')).status).toBe(200);
    expect((await one(people, saga, account)).refusedAt).toBeNull();
    expect((await people.press(links[0] ?? '', { decline: 'no' })).status).toBe(200);
    // The link is used up; saying it twice changes nothing.
    expect((await people.press(links[0] ?? '', { decline: 'no' })).status).toBe(410);

    const asked = await saga.waitFor(({ steps }) => steps.some(({ state }) => state === 'waiting'), 'the new step');
    expect(asked.planVersion).toBe(2);
    const fresh = asked.steps.find(({ state }) => state === 'waiting');
    expect(fresh?.successor).not.toBe(before.successorId);
    await people.arrived(() => people.to(before.email).length === 2, 'the cancellation');
    expect(people.to(before.email)[1]?.calendar).toContain('METHOD:CANCEL');
    await company.skipTo('12:00', await company.workday(1));
    const own = (await people.tasks()).filter((task) => task.introduction === before.id);
    expect(own.filter(({ isOpen }) => isOpen)).toEqual([]);
    expect(await ownerOf(people, account)).toBe(company.leaver.hubspot);

    await saga.decide('approve', { step: fresh?.id ?? '' });
    await company.skipTo('17:00');
    const again = await one(people, saga, account);
    expect(again).toMatchObject({ state: 'agreed', round: 1, successorId: fresh?.successor });
    const tasks = (await people.tasks()).filter((task) => task.introduction === before.id && task.isOpen);
    expect(tasks.map(({ kind }) => kind)).toEqual(['leaver']);
    await saga.close();
    expect(await ownerOf(people, account)).toBe(await company.userOf(fresh?.successor ?? ''));
    expect(await ownerOf(people, account)).not.toBe(first);
    expect(people.to(before.email)).toHaveLength(2);
  },
);

test('a contact who wants to hear from nobody: the CRM says so, once, and nobody writes', { timeout: 240_000 }, async () => {
  const people = await rig.open();
  const { company } = people;
  const { saga, account } = await begun(people);
  const { id, email } = await one(people, saga, account);
  const { stores, deps } = company.core;
  const refusedAt = new Date(company.clockMs).toISOString();
  expect(await stores.introductions.updateFrom(id, ['agreed'], { refusedAt, reason: 'no-contact' })).toBe(true);
  await deps.workflows.wakeIntroductions(saga.id);
  const flags = async () => (await company.ledger()).filter(({ field }) => field === 'do_not_contact');
  await people.arrived(async () => (await flags()).length > 0, 'the mark in the CRM');
  await deps.workflows.wakeIntroductions(saga.id);
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  expect((await flags()).map(({ type, to }) => `${type} ${String(to)}`)).toEqual(['contacts true']);
  expect((await people.tasks()).filter((task) => task.introduction === id && task.isOpen)).toEqual([]);
  expect(people.to(email)).toEqual([]);
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
  // Nobody owes an introduction to whom did not want one.
  expect((await one(people, saga, account)).debtAt).toBeNull();
  const asked = (await saga.status()).steps.filter(({ state }) => state === 'waiting');
  expect(asked).toEqual([]);
});
