import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { demoConnection, webhookSecret } from '../../src/demo/company.js';
import {
  approvedUsers,
  countWorkflows,
  decideAll,
  expectMovedOnce,
  handoverOf,
  isVerified,
  movesFrom,
  ownershipsOf,
  retryAll,
  statusWhen,
  withStack,
  type Stack,
} from './stack.js';
import { eventually } from './waiting.js';

// Small batches make many calls, so that one call in twenty is a few of them.
const hubspot = { timeoutMs: 2_500, limits: { batch: 10 } };
const read = 'POST /crm/v3/objects/*/batch/read';
const update = 'POST /crm/v3/objects/*/batch/update';
const rule = (route: string, fault: object, share: object = {}): object => ({ vendor: 'hubspot', route, fault, ...share });

/** Everything that a bad network and a busy vendor do, once or now and then; three records that the vendor refuses. */
const trouble = (refused: readonly string[]): readonly object[] => [
  rule(update, { kind: 'record-error', records: refused, category: 'VALIDATION_ERROR' }),
  rule(read, { kind: 'truncated' }, { times: 1 }),
  rule(update, { kind: 'timeout-after' }, { times: 1 }),
  rule(update, { kind: 'reset' }, { times: 1 }),
  rule(read, { kind: 'html' }, { times: 1, rate: 0.5 }),
  rule('* /*', { kind: 'status', status: 429, retryAfter: 1 }, { rate: 0.05 }),
];

test.concurrent('a vendor in trouble delays a handover, doubles nothing, and what it refuses waits for retry', async () => {
  const world = { seed: 5, people: 30, accountsPerPerson: 2, leaver: { accounts: 200, contacts: 10, deals: 0, tickets: 0 } };
  await withStack({ world, hubspot }, async (stack) => {
    const { sandbox } = stack;
    await Promise.all([stack.worker(), stack.server()]);
    const leaver = await sandbox.leaver();
    const people = await sandbox.people();
    const owned = await ownershipsOf(stack, leaver.hubspot);
    const refused = (await sandbox.owned('companies', 'hubspot_owner_id', leaver.hubspot)).slice(100, 103);
    await sandbox.terminate(leaver.bamboohr, stack.lastDay);
    const handover = await handoverOf(stack, leaver.bamboohr);
    await statusWhen(stack, handover, 'release', ({ stage }) => stage === 'awaiting-release');
    await sandbox.faults(trouble(refused));
    const approved = await decideAll(stack, handover);

    const parked = await statusWhen(
      stack,
      handover,
      'all but the refused ones',
      ({ steps, parked }) =>
        steps.every(({ counts }) => counts.verified + counts.parked === counts.planned) &&
        parked.some(({ what }) => what === 'records'),
      200_000,
    );
    expect(await sandbox.hits()).toEqual([expect.any(Number), 1, 1, 1, 1, expect.any(Number)]);
    expect((await sandbox.hits()).at(-1)).toBeGreaterThan(0);
    // A company of the refused ones may name the leaver twice, as owner and as account manager.
    const lost = [...owned].filter((key) => refused.some((record) => key.startsWith(`companies/${record}/`)));
    expect(parked.steps.reduce((sum, { counts }) => sum + counts.parked, 0)).toBe(lost.length);
    expect(parked.parked.filter(({ what }) => what === 'records')).toEqual([
      expect.objectContaining({ what: 'records', kind: 'invalid-request' }),
    ]);
    const users = await approvedUsers(stack, approved, people);
    expectMovedOnce(await movesFrom(stack, leaver.hubspot), new Set([...owned].filter((key) => !lost.includes(key))), users);

    await sandbox.faults([]);
    await retryAll(stack, handover);
    const done = await statusWhen(stack, handover, 'everything proven', isVerified);
    expect(done.parked).toEqual([]);
    expectMovedOnce(await movesFrom(stack, leaver.hubspot), owned, users);
    expect((await sandbox.calls()).withoutEffect).toBe(0);
  });
});

test.concurrent('a vendor that answers nonsense for good is parked as such, and retry completes when it has healed', async () => {
  const world = { seed: 6, people: 20, accountsPerPerson: 2, leaver: { accounts: 20, contacts: 0, deals: 0, tickets: 0 } };
  await withStack({ world, hubspot }, async (stack) => {
    const { sandbox } = stack;
    await Promise.all([stack.worker(), stack.server()]);
    const leaver = await sandbox.leaver();
    const people = await sandbox.people();
    const owned = await ownershipsOf(stack, leaver.hubspot);
    await sandbox.terminate(leaver.bamboohr, stack.lastDay);
    const handover = await handoverOf(stack, leaver.bamboohr);
    await statusWhen(stack, handover, 'release', ({ stage }) => stage === 'awaiting-release');
    await sandbox.faults([rule(read, { kind: 'html' })]);
    const approved = await decideAll(stack, handover);

    const parked = await statusWhen(stack, handover, 'parked', (status) => status.parked.length > 0);
    expect(parked.parked).toEqual([expect.objectContaining({ what: 'transfer', kind: 'unexpected-response' })]);
    expect(parked.waitingFor).toContainEqual({ what: 'operator' });
    const [hits] = await sandbox.hits();
    expect(hits).toBeGreaterThan(3);
    expect(await movesFrom(stack, leaver.hubspot)).toEqual([]);

    await sandbox.faults([]);
    await retryAll(stack, handover);
    const done = await statusWhen(stack, handover, 'everything proven', isVerified);
    expect(done.parked).toEqual([]);
    expectMovedOnce(await movesFrom(stack, leaver.hubspot), owned, await approvedUsers(stack, approved, people));
    await unknownEmployees(stack);
  });
});

/** BambooHR's own signature over a webhook about any employee. */
async function sendUpdated(url: string, employeeId: string): Promise<number> {
  const data = { companyId: '74001', employeeId, changedFields: ['status'] };
  const body = JSON.stringify({
    type: 'employee.updated',
    timestamp: new Date().toISOString().replace(/\.\d+Z$/, '+0000'),
    data,
  });
  const sentAt = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', webhookSecret).update(`${body}${sentAt}`).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-bamboohr-signature': signature, 'x-bamboohr-timestamp': sentAt };
  return (await fetch(`${url}/webhooks/${demoConnection.hris}`, { method: 'POST', headers, body })).status;
}

/** What the HRIS does not know, or will not show, begins nothing and ends quietly. */
async function unknownEmployees(stack: Stack): Promise<void> {
  const { sandbox, core } = stack;
  const before = await countWorkflows(stack, 'handover');
  const server = await stack.server();
  const colleague = (await sandbox.people()).find(
    ({ status, lastDay, manager }) => status === 'Active' && !lastDay && manager !== null,
  );
  const hidden = colleague?.id ?? '';
  await sandbox.faults([
    { vendor: 'bamboohr', route: `* /api/v1/employees/${hidden}`, fault: { kind: 'status', status: 404, retryAfter: null } },
  ]);
  await sandbox.terminate(hidden, stack.lastDay);
  expect(await sendUpdated(server.url, '987654')).toBe(202);
  for (const record of ['987654', hidden]) {
    const row = await eventually(`a conclusion about ${record}`, async () => {
      const found = await core.db.employment.findUnique({
        where: { connection_record: { connection: demoConnection.hris, record } },
      });
      return found?.readAt && found.conclusion ? found : null;
    });
    expect(row.conclusion).toBe('not-found');
    const look = core.temporal.client.workflow.getHandle(`employment/${row.id}`);
    await eventually('its end', async () => (await look.describe()).status.name === 'COMPLETED');
    expect(await core.stores.handovers.findByRecord(demoConnection.hris, record)).toBeNull();
  }
  expect(await countWorkflows(stack, 'handover')).toBe(before);
}
