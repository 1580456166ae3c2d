import { expect, test } from 'vitest';
import { z } from 'zod';
import { decide } from '../../src/decide.js';
import { workflowIds } from '../../workflows/contract.js';
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
  type Stack,
} from './stack.js';
import { eventually } from './waiting.js';

const accepted = z.object({ accepted: z.literal(true), delivery: z.string(), duplicate: z.boolean().optional() });
type Worker = Awaited<ReturnType<Stack['worker']>>;
const mails = z.array(z.object({ subject: z.string(), text: z.string() }));

/** Sends the same signed bytes to every server, many times at once. */
async function sendAtOnce(urls: readonly string[], { headers, body }: { headers: Record<string, string>; body: string }) {
  const answers = await Promise.all(
    urls.flatMap((url) =>
      Array.from({ length: 8 }, () => fetch(`${url}/webhooks/bamboohr-nl`, { method: 'POST', headers, body })),
    ),
  );
  return Promise.all(answers.map(async (answer) => ({ status: answer.status, body: accepted.parse(await answer.json()) })));
}

/** Kills the worker that is at work on the transfer, once some of it is written and before all is. */
async function killMidway(stack: Stack, handover: string, workers: readonly Worker[]): Promise<void> {
  const { core, sandbox } = stack;
  await eventually('some writes', async () => (await sandbox.ledger('&vendor=hubspot&by=baton')).length >= 400, { everyMs: 50 });
  const { raw } = await core.temporal.client.workflow.getHandle(workflowIds.transfer(handover)).describe();
  const busy = raw.pendingActivities?.[0]?.lastWorkerIdentity;
  const worker = workers.find(({ identity }) => identity === busy);
  expect(worker).toBeDefined();
  await worker?.kill();
}

test('2,000 accounts move once each, over two servers, two workers, one of them killed, and a webhook that comes many times', async () => {
  const world = {
    seed: 11,
    people: 40,
    accountsPerPerson: 2,
    leaver: { accounts: 2_000, contacts: 60, deals: 0, tickets: 10 },
  };
  await withStack({ world }, async (stack) => {
    const { sandbox, core } = stack;
    const workers = await Promise.all([stack.worker(), stack.worker()]);
    const [one, two] = await Promise.all([stack.server(), stack.server()]);
    const leaver = await sandbox.leaver();
    const people = await sandbox.people();
    const owned = await ownershipsOf(stack, leaver.hubspot);
    expect(owned.size).toBeGreaterThan(2_000);

    const [sent] = await sandbox.terminate(leaver.bamboohr, stack.lastDay, { times: 3 });
    expect(sent?.status).toBe(202);
    const answers = await sendAtOnce([one.url, two.url], sent ?? { headers: {}, body: '' });
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 202));
    expect(new Set(answers.map(({ body }) => body.delivery)).size).toBe(1);

    const handover = await handoverOf(stack, leaver.bamboohr);
    await statusWhen(stack, handover, 'release', ({ stage }) => stage === 'awaiting-release');
    expect(await sandbox.ledger('&by=baton')).toEqual([]);
    const approved = await decideAll(stack, handover);
    await decide(core, handover, 'told', { audience: 'contacts' }, { by: null });
    await killMidway(stack, handover, workers);
    const halfway = (await movesFrom(stack, leaver.hubspot)).length;
    expect(halfway).toBeLessThan(owned.size);

    const status = await statusWhen(stack, handover, 'everything proven', isVerified, 180_000);
    expect(status).toMatchObject({ stage: 'verifying', parked: [] });
    const moves = await movesFrom(stack, leaver.hubspot);
    expectMovedOnce(moves, owned, await approvedUsers(stack, approved, people));
    expect(await sandbox.ledger('&vendor=hubspot&by=baton')).toHaveLength(moves.length);
    expect((await ownershipsOf(stack, leaver.hubspot)).size).toBe(0);
    expect(new Set(moves.map(({ key }) => key)).size).toBeGreaterThan(1_000);

    const calls = await sandbox.calls();
    const limited = calls.routes
      .filter(({ by }) => by === 'baton')
      .reduce((sum, { status: counts }) => sum + (counts['429'] ?? 0), 0);
    expect(calls.withoutEffect).toBe(0);
    expect(limited / calls.total).toBeLessThan(0.05);

    expect(await countWorkflows(stack, 'handover')).toBe(1);
    const received = mails.parse(await (await fetch(`${stack.mailbox}/email`)).json());
    const leaverName = people.find(({ id }) => id === leaver.bamboohr)?.name ?? 'nobody';
    expect(received.length).toBeGreaterThan(0);
    expect(received.filter(({ subject }) => subject.includes(leaverName))).toEqual([]);
  });
});
