import { WorkflowFailedError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { useRig, type Company, type Saga } from '../support/rig.js';

const rig = useRig();

async function begin(): Promise<{ company: Company; saga: Saga }> {
  const company = await rig.company();
  const saga = await company.startLeaver({ lastDay: await company.workday(7) });
  return { company, saga };
}

async function toCanary(company: Company, saga: Saga): Promise<void> {
  await saga.release();
  await saga.approveAll();
  await company.skipTo('18:05');
  await saga.waitFor(({ steps }) => steps.every(({ counts }) => counts.verified === 3), 'the canary');
}

async function expectAborted(company: Company, saga: Saga): Promise<void> {
  // The time-skipping server refuses the cancellation of an activity that ended a moment ago (ACTIVITY_UNKNOWN), and the task hangs.
  await company.quiet();
  await saga.handle.cancel();
  await expect(saga.handle.result()).rejects.toThrow(WorkflowFailedError);
  expect((await saga.handle.describe()).status.name).toBe('CANCELLED');
  expect(await saga.row()).toMatchObject({ stage: 'closed', outcome: 'aborted' });
  await company.quiet();
}

describe('cancel stops a handover and undoes nothing', () => {
  test('while HR’s release is awaited', async () => {
    const { company, saga } = await begin();
    await saga.waitFor(({ stage }) => stage === 'awaiting-release');
    await expectAborted(company, saga);
    await company.advance(3 * 24 * 3_600_000);
    expect(await company.ledger()).toEqual([]);
  });

  test('after the canary has moved', async () => {
    const { company, saga } = await begin();
    await toCanary(company, saga);
    const held = await company.owners();
    await expectAborted(company, saga);
    await company.advance(3 * 24 * 3_600_000);
    expect(await company.owners()).toEqual(held);
  });

  test('while a page is being written: what has begun ends, nothing else begins', async () => {
    const { company, saga } = await begin();
    await toCanary(company, saga);
    const page = company.hold('transferPage');
    const evening = company.env.sleep(20 * 60_000);
    await page.reached;
    await saga.handle.cancel();
    page.open();
    await evening;
    await expect(saga.handle.result()).rejects.toThrow(WorkflowFailedError);
    await company.quiet();
    const held = await company.owners();
    expect(await saga.row()).toMatchObject({ outcome: 'aborted' });
    await company.advance(3 * 24 * 3_600_000);
    expect(await company.owners()).toEqual(held);
  });
});

test('a handover that an operator terminated is noticed by the sweep, started again from its rows, and moves everything once', async () => {
  const { company, saga } = await begin();
  const owned = await company.ownedBy(company.leaver.hubspot);
  await toCanary(company, saga);
  await saga.handle.terminate('an operator');
  await company.advance(3_600_000);
  const sweep = await company.sweep();
  expect(sweep).toMatchObject({ looked: 1, restarted: 1 });
  expect(await company.core.stores.handovers.findings(saga.id)).toMatchObject([{ what: 'workflow-not-running' }]);
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  expect(await company.ledger()).toHaveLength(owned.length);
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});

test('a sweep over handovers that are well starts none again', async () => {
  const { company, saga } = await begin();
  await saga.waitFor(({ stage }) => stage === 'awaiting-release');
  expect(await company.sweep()).toEqual({ looked: 1, restarted: 0, found: 0 });
});
