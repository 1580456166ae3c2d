import { describe, expect, test } from 'vitest';
import { refusalOf, useRig, type Company, type Saga } from '../support/rig.js';

const rig = useRig();
const dayMs = 24 * 3_600_000;

async function begin(): Promise<{ company: Company; saga: Saga; before: ReadonlyMap<string, string> }> {
  const company = await rig.company();
  const before = await company.owners();
  return { company, before, saga: await company.startLeaver({ lastDay: await company.workday(7) }) };
}

/** Waits until a piece of work is parked, and checks that operators see it everywhere. */
async function expectParked(saga: Saga, what: string): Promise<string> {
  const { parked } = await saga.waitFor((status) => status.parked.some((item) => item.what === what), `${what} parked`);
  const item = parked.find((one) => one.what === what);
  expect(item).toMatchObject({ what, kind: 'forbidden' });
  expect(item?.since).toMatch(/^\d{4}-/);
  // What is parked is in the rows first; the page in the Temporal UI follows with the next workflow task.
  await expect.poll(() => saga.details(), { timeout: 10_000 }).toContain(`**${item?.id ?? ''}** ${what} failed: \`forbidden\``);
  return item?.id ?? '';
}

async function expectMoved(company: Company, saga: Saga): Promise<void> {
  const done = await saga.close();
  expect(done).toMatchObject({ outcome: 'completed', parked: [] });
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
}

describe('what fails for good is parked and shown, the rest goes on, and retry completes it', () => {
  test('snapshot', async () => {
    const company = await rig.company();
    company.fail('snapshot');
    const saga = await company.startLeaver({ lastDay: await company.workday(7) });
    const item = await expectParked(saga, 'snapshot');
    expect(await saga.status()).toMatchObject({ stage: 'snapshotting', waitingFor: [{ what: 'operator' }] });
    expect(await refusalOf(saga.decide('skip', { parked: item }))).toBe('not-waiting');
    expect(await refusalOf(saga.decide('retry', { parked: 'k-99' }))).toBe('not-waiting');
    await company.advance(2 * dayMs);
    company.heal('snapshot');
    await saga.decide('retry', { parked: item });
    await saga.release();
    await saga.approveAll();
    await expectMoved(company, saga);
  });

  test('plan', async () => {
    const { company, saga } = await begin();
    company.fail('plan');
    await saga.waitFor(({ stage }) => stage === 'awaiting-release');
    await saga.decide('release', {});
    const item = await expectParked(saga, 'plan');
    expect(await saga.status()).toMatchObject({ stage: 'planning', steps: [] });
    await saga.decide('told', { audience: 'leaver' });
    company.heal('plan');
    await saga.decide('retry', { parked: item });
    await saga.waitFor(({ steps }) => steps.length > 0, 'the plan');
    await saga.decide('told', { audience: 'team' });
    await saga.approveAll();
    await expectMoved(company, saga);
  });

  test('mail', async () => {
    const company = await rig.company();
    company.fail('mail');
    const saga = await company.startLeaver({ lastDay: await company.workday(7) });
    const item = await expectParked(saga, 'mail');
    await saga.release();
    await saga.approveAll();
    await company.skipTo('21:00');
    await saga.advanceUntil(({ steps }) => steps.every(({ counts }) => counts.verified > 3), 'the moves');
    company.heal('mail');
    await saga.decide('retry', { parked: item });
    await expectMoved(company, saga);
    expect((await saga.mails()).filter(({ state }) => state === 'queued')).toEqual([]);
  });

  test('a page of the transfer', async () => {
    const { company, saga } = await begin();
    await saga.release();
    await saga.approveAll();
    company.fail('transferPage');
    await company.skipTo('18:10');
    const item = await expectParked(saga, 'transfer');
    await company.advance(dayMs);
    expect(await company.ledger()).toEqual([]);
    company.heal('transferPage');
    await saga.decide('retry', { parked: item });
    await expectMoved(company, saga);
  });

  test('the final sweep', async () => {
    const { company, saga } = await begin();
    await saga.release();
    await saga.approveAll();
    company.fail('sweep');
    await saga.advanceUntil(({ parked }) => parked.length > 0, 'the sweep');
    const item = await expectParked(saga, 'sweep');
    expect(await saga.status()).toMatchObject({ stage: 'verifying', outcome: null });
    company.heal('sweep');
    await saga.decide('retry', { parked: item });
    await expectMoved(company, saga);
  });

  test('the look at what is due', async () => {
    const { company, saga } = await begin();
    await saga.release();
    company.fail('settle');
    await saga.signal('look', {});
    const item = await expectParked(saga, 'settle');
    await saga.approveAll();
    company.heal('settle');
    await saga.decide('retry', { parked: item });
    await expectMoved(company, saga);
  });

  test('a decision: it is refused, can be sent again, and nothing is lost', async () => {
    const { company, saga } = await begin();
    await saga.waitFor(({ stage }) => stage === 'awaiting-release');
    company.fail('applyCommand');
    expect(await refusalOf(saga.decide('release', {}))).toBe('failed');
    await saga.signal('release', {});
    const { refusals } = await saga.waitFor((status) => status.refusals.length > 0, 'the refusal');
    expect(refusals).toMatchObject([{ message: 'release', code: 'failed' }]);
    company.heal('applyCommand');
    await saga.release();
    await saga.approveAll();
    await expectMoved(company, saga);
  });

  test('acting on what the HRIS says, at the beginning', async () => {
    const company = await rig.company();
    company.fail('applyChange');
    const saga = await company.startLeaver({ lastDay: await company.workday(7) });
    const item = await expectParked(saga, 'changed');
    company.heal('applyChange');
    await saga.decide('retry', { parked: item });
    await saga.release();
    await saga.approveAll();
    await expectMoved(company, saga);
  });

  test('acting on a withdrawn ending: nothing is undone or written meanwhile, and retry restores', async () => {
    const { company, saga, before } = await begin();
    await saga.release();
    await saga.approveAll();
    company.fail('applyChange');
    await company.hris('rescind', { how: 'clear' });
    const item = await expectParked(saga, 'changed');
    await company.advance(dayMs);
    expect(await company.ledger()).toEqual([]);
    company.heal('applyChange');
    await saga.decide('retry', { parked: item });
    expect((await saga.close()).outcome).toBe('rescinded');
    expect(await company.owners()).toEqual(before);
  });

  test('taking back', async () => {
    const { company, saga, before } = await begin();
    await saga.release();
    await saga.approveAll();
    await company.skipTo('21:00');
    await saga.advanceUntil(({ steps }) => steps.every(({ counts }) => counts.verified > 3), 'the moves');
    company.fail('restorePage');
    await company.hris('rescind', { how: 'clear' });
    const item = await expectParked(saga, 'restore');
    expect(await saga.status()).toMatchObject({ stage: 'restoring', waitingFor: [{ what: 'operator' }] });
    company.heal('restorePage');
    await saga.decide('retry', { parked: item });
    expect((await saga.close()).outcome).toBe('rescinded');
    expect(await company.owners()).toEqual(before);
  });
});

test('an ending that is withdrawn while a transfer is parked is restored all the same', async () => {
  const { company, saga, before } = await begin();
  await saga.release();
  await saga.approveAll();
  await company.skipTo('18:05');
  await saga.waitFor(({ steps }) => steps.every(({ counts }) => counts.verified === 3), 'the canary');
  company.fail('transferPage');
  await company.advance(20 * 60_000);
  await expectParked(saga, 'transfer');
  await company.hris('rescind', { how: 'clear' });
  expect((await saga.close()).outcome).toBe('rescinded');
  expect(await company.owners()).toEqual(before);
});

describe('single records that the CRM refuses', () => {
  async function withRefused(): Promise<{ company: Company; saga: Saga; record: string; item: string }> {
    const { company, saga } = await begin();
    const record =
      (await company.ownedBy(company.leaver.hubspot)).find((key) => key.startsWith('contacts/'))?.split('/')[1] ?? '';
    await company.faults({
      vendor: 'hubspot',
      route: 'POST /crm/v3/objects/contacts/batch/update',
      fault: { kind: 'record-error', records: [record] },
    });
    await saga.release();
    await saga.approveAll();
    await company.skipTo('21:00');
    const { parked, steps } = await saga.advanceUntil((status) => status.parked.length > 0, 'the record parked');
    expect(parked).toMatchObject([{ what: 'records', kind: 'invalid-request' }]);
    expect(steps.reduce((sum, { counts }) => sum + counts.parked, 0)).toBe(1);
    return { company, saga, record, item: parked[0]?.id ?? '' };
  }

  test('are parked alone, and retry moves them once the cause is mended', async () => {
    const { company, saga, item } = await withRefused();
    await company.faults();
    await saga.decide('retry', { parked: item });
    await expectMoved(company, saga);
  });

  test('stay where they are when somebody skips them, and the handover says that it is incomplete', async () => {
    const { company, saga, record, item } = await withRefused();
    await saga.decide('skip', { parked: item });
    const done = await saga.close();
    expect(done.outcome).toBe('incomplete');
    expect(await company.ownedBy(company.leaver.hubspot)).toEqual([`contacts/${record}/hubspot_owner_id`]);
  });
});

test('a vendor’s bad hour is waited for: nothing is parked, nothing is written twice', async () => {
  const { company, saga } = await begin();
  const owned = await company.ownedBy(company.leaver.hubspot);
  await saga.release();
  await saga.approveAll();
  await company.faults(
    { vendor: 'hubspot', route: 'POST /crm/v3/objects/*/batch/update', times: 3, fault: { kind: 'status', status: 503 } },
    { vendor: 'hubspot', route: 'POST /crm/v3/objects/*/batch/update', times: 2, fault: { kind: 'reset' } },
    { vendor: 'hubspot', route: 'POST /crm/v3/objects/*/batch/read', times: 2, fault: { kind: 'html' } },
  );
  await expectMoved(company, saga);
  expect(await company.ledger()).toHaveLength(owned.length);
});
