import { randomUUID } from 'node:crypto';
import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import { useRig, zone, type Company, type Saga } from '../support/rig.js';

// The time-skipping server knows no reset, so this file is run in real time: offices that never close, and a canary's pause of a second.
const rig = useRig('dev');

const always = {
  calendar: {
    workingHours: '00:00-24:00',
    workingDays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    publicHolidays: false,
  },
  urgent: { whenAtMost: 'PT0S' },
  transfer: { window: '00:00-24:00', canary: { records: 3, pause: 'PT1S' } },
};

async function begin(): Promise<{ company: Company; saga: Saga }> {
  const company = await rig.company({ config: always, world: { leaver: { accounts: 8, contacts: 8, deals: 0, tickets: 0 } } });
  const lastDay = DateTime.now().setZone(zone).plus({ days: 3 }).toFormat('yyyy-MM-dd');
  return { company, saga: await company.startLeaver({ lastDay }) };
}

/** Back to the end of the first workflow task, as `temporal workflow reset --type FirstWorkflowTask` does it. */
async function reset(company: Company, saga: Saga): Promise<void> {
  const { client } = company.core.temporal;
  const { events } = await saga.handle.fetchHistory();
  const first = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
  const { runId } = await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: saga.workflowId },
    reason: 'an operator',
    ...(first && { workflowTaskFinishEventId: first }),
    requestId: randomUUID(),
  });
  company.addRun({ workflowId: saga.workflowId, runId });
}

test('a handover that an operator resets while it waits for approval goes on from its rows', async () => {
  const { company, saga } = await begin();
  await saga.release();
  const before = await saga.status();
  await reset(company, saga);
  await saga.waitFor(
    ({ stage, steps }) => stage === 'awaiting-approval' && steps.length === before.steps.length,
    'the same plan',
  );
  await saga.approveAll();
  await saga.waitFor(({ steps }) => steps.every(({ state }) => state === 'verified'), 'the moves', 40_000);
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});

test('a handover that is reset while its transfer runs, or after it, writes nothing twice', async () => {
  const { company, saga } = await begin();
  const owned = await company.ownedBy(company.leaver.hubspot);
  await saga.release();
  const page = company.hold('transferPage');
  await saga.approveAll();
  await page.reached;
  await reset(company, saga);
  page.open();
  await saga.waitFor(({ steps }) => steps.length > 0 && steps.every(({ state }) => state === 'verified'), 'the moves', 60_000);
  await reset(company, saga);
  await saga.waitFor(
    ({ stage, steps }) => stage === 'verifying' && steps.every(({ state }) => state === 'verified'),
    'the same again',
  );
  expect(await company.ledger()).toHaveLength(owned.length);
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});
