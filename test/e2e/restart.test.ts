import { expect, test } from 'vitest';
import { demoConnection } from '../../src/demo/company.js';
import { freePort } from '../../src/embedded/ports.js';
import {
  approvedUsers,
  countWorkflows,
  decideAll,
  expectMovedOnce,
  handoverOf,
  isVerified,
  movesFrom,
  ownershipsOf,
  statusWhen,
  withStack,
} from './stack.js';
import { eventually } from './waiting.js';

test.concurrent('a delivery that was answered with 202 survives the death of the server', async () => {
  const world = { seed: 3, people: 20, accountsPerPerson: 2, leaver: { accounts: 5, contacts: 0, deals: 0, tickets: 0 } };
  await withStack({ world }, async (stack) => {
    const { sandbox, core } = stack;
    // Temporal is away, so nothing but the row can carry the delivery over.
    const [server] = await Promise.all([stack.server({ TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` }), stack.worker()]);
    const leaver = await sandbox.leaver();
    const [sent] = await sandbox.terminate(leaver.bamboohr, stack.lastDay);
    await server.kill();
    expect(sent?.status).toBe(202);
    const waiting = await core.db.delivery.findMany({ where: { records: { has: leaver.bamboohr } } });
    expect(waiting.map(({ handledAt, deadAt }) => ({ handledAt, deadAt }))).toEqual([{ handledAt: null, deadAt: null }]);
    expect(await countWorkflows(stack, 'employment')).toBe(0);

    await stack.server();
    const handover = await handoverOf(stack, leaver.bamboohr);
    await statusWhen(stack, handover, 'release', ({ stage }) => stage === 'awaiting-release');
    const id = waiting[0]?.id ?? '';
    await eventually('the delivery settled', async () => (await core.db.delivery.findUnique({ where: { id } }))?.handledAt);
    expect(await countWorkflows(stack, 'handover')).toBe(1);
    expect((await core.stores.handovers.findByRecord(demoConnection.hris, leaver.bamboohr))?.id).toBe(handover);
  });
});

test.concurrent('the only worker dies in the middle of a transfer; the next one goes on where the rows say', async () => {
  const world = { seed: 4, people: 20, accountsPerPerson: 2, leaver: { accounts: 400, contacts: 20, deals: 0, tickets: 0 } };
  await withStack({ world, hubspot: { limits: { batch: 10 } } }, async (stack) => {
    const { sandbox } = stack;
    const [worker] = await Promise.all([stack.worker(), stack.server()]);
    const leaver = await sandbox.leaver();
    const people = await sandbox.people();
    const owned = await ownershipsOf(stack, leaver.hubspot);
    await sandbox.terminate(leaver.bamboohr, stack.lastDay);
    const handover = await handoverOf(stack, leaver.bamboohr);
    const approved = await decideAll(stack, handover);
    await eventually('some writes', async () => (await movesFrom(stack, leaver.hubspot)).length >= 100, { everyMs: 50 });
    await worker.kill();
    const written = (await movesFrom(stack, leaver.hubspot)).length;
    expect(written).toBeLessThan(owned.size);

    await stack.worker();
    expect((await movesFrom(stack, leaver.hubspot)).length).toBeLessThan(owned.size);
    const done = await statusWhen(stack, handover, 'everything proven', isVerified, 180_000);
    expect(done.parked).toEqual([]);
    expectMovedOnce(await movesFrom(stack, leaver.hubspot), owned, await approvedUsers(stack, approved, people));
    expect((await sandbox.calls()).withoutEffect).toBe(0);
  });
});
