import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { workflowIds } from '../workflows/contract.js';
import { inParallel, insertMembers, openAlumni, startMemberships, untilAsleep, type AlumniStack } from './alumni.js';
import { openCountingMailbox, type CountingMailbox } from './countingMailbox.js';
import type { Bench } from './lab.js';
import { judge, quantile, round } from './result.js';
import { say } from './stack.js';
import { openStation, type Station } from './station.js';
import { burstOptions } from './workerOptions.js';

const sleeperQueue = 'bench-sleepers';
/** The offset of the check-in, which is not spread over days because it is exact. */
const offsetMs = 10_000;
/** Every day and hour is fit; the next question is a year away. */
const policy = {
  checkIns: {
    offsets: [`PT${offsetMs / 1_000}S`, 'P12M'],
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
    jitter: 'PT0S',
    hours: '00:00-24:00',
    skipHolidays: false,
    quiet: [],
  },
};

const ranShape = z.object({ firstMs: z.number(), lastMs: z.number() });

/** One side's drain: from the moment at which all are due until the last is done. */
interface Drain {
  readonly perSecond: number;
  readonly seconds: number;
  /** How long it took to bring one to sleep beforehand. */
  readonly asleepMsEach: number;
  readonly missed: number;
  readonly twice: number;
}

interface Sides {
  readonly stack: AlumniStack;
  readonly mailbox: CountingMailbox;
  readonly sleeperWorker: Station;
}

/** Check-ins that are all due at one moment, against trivial workflows (a timer and an empty activity) with the same worker options and server. */
export const checkInsDrain: Bench = {
  names: ['check-ins-drain'],
  async measure(lab) {
    await lab.close();
    const { checkIns: count, pairs } = lab.options;
    const mailbox = await openCountingMailbox();
    const stack = await openAlumni({ smtpUrl: mailbox.url, policy, temporalAddress: null });
    const memberWorker = openStation('./memberWorker.ts');
    const sleeperWorker = openStation('./sleeperWorker.ts');
    const sides: Sides = { stack, mailbox, sleeperWorker };
    try {
      const options = burstOptions.parse(await memberWorker.run({ do: 'start', ...stack.settings }));
      const address = stack.settings.environment['TEMPORAL_ADDRESS'] ?? '';
      await sleeperWorker.run({ do: 'start', address, taskQueue: sleeperQueue, options });
      const warmUp = Math.max(100, Math.ceil(count / 5));
      const asleepMsEach = {
        sleepers: (await drainSleepers(sides, 'warm-', warmUp, 100)).asleepMsEach,
        members: (await drainMembers(sides, 'warm-', warmUp, 100)).asleepMsEach,
      };
      const rounds: { readonly bare: Drain; readonly ours: Drain }[] = [];
      for (let index = 1; index <= pairs; index += 1) {
        const bare = await drainSleepers(sides, `r${index}-`, count, asleepMsEach.sleepers);
        const ours = await drainMembers(sides, `r${index}-`, count, asleepMsEach.members);
        rounds.push({ bare, ours });
        say(`  pair ${index}: ${round(ours.perSecond, 0)}/s; trivial ${round(bare.perSecond, 0)}/s`);
      }
      return [resultOf(rounds, count, mailbox.connections())];
    } finally {
      await Promise.all([memberWorker.stop(), sleeperWorker.stop()]);
      await stack.close();
      await mailbox.close();
    }
  },
};

function resultOf(rounds: readonly { readonly bare: Drain; readonly ours: Drain }[], size: number, smtpConnections: number) {
  const median = (values: readonly number[]) => quantile(values, 0.5);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const ratios = rounds.map(({ bare, ours }) => ours.perSecond / bare.perSecond);
  const [missed, twice] = [sum(rounds.map(({ ours }) => ours.missed)), sum(rounds.map(({ ours }) => ours.twice))];
  return judge({
    name: 'check-ins-drain',
    size,
    value: median(rounds.map(({ ours }) => ours.perSecond)),
    unit: 'check-ins/s',
    bound: median(rounds.map(({ bare }) => bare.perSecond)),
    // A mail that is missing or came twice makes every rate worthless.
    ratio: missed + twice === 0 ? median(ratios) : 0,
    target: 0.7,
    better: 'higher',
    detail: {
      pairs: ratios.map((ratio) => round(ratio, 3)),
      seconds: rounds.map(({ ours }) => round(ours.seconds, 1)),
      trivialSeconds: rounds.map(({ bare }) => round(bare.seconds, 1)),
      missed,
      twice,
      smtpConnections,
    },
  });
}

/** Far enough away for all to sleep before: twice as long as the warm-up says, and some seconds. */
function dueAfter(count: number, asleepMsEach: number): number {
  return Date.now() + 15_000 + Math.ceil(count * asleepMsEach * 2);
}

async function drainSleepers({ stack, sleeperWorker }: Sides, prefix: string, count: number, msEach: number): Promise<Drain> {
  const { workflow } = stack.core.temporal.client;
  const dueMs = dueAfter(count, msEach);
  const ids = Array.from({ length: count }, (_, index) => `sleeper/${prefix}${index}`);
  const fromMs = Date.now();
  const args: [{ until: string }] = [{ until: new Date(dueMs).toISOString() }];
  await inParallel(
    ids,
    async (workflowId) => void (await workflow.start('sleeper', { workflowId, taskQueue: sleeperQueue, args })),
  );
  await untilAsleep(stack.core, ids, dueMs - 1_000);
  const asleepMsEach = (Date.now() - fromMs) / count;
  say(
    `  ${count} trivial ones sleep after ${round((Date.now() - fromMs) / 1_000, 0)} s, due in ${round((dueMs - Date.now()) / 1_000, 0)} s`,
  );
  const { lastMs } = ranShape.parse(await sleeperWorker.run({ do: 'await', count }));
  await untilEnded(stack, ids.length, 'sleeper');
  const seconds = (lastMs - dueMs) / 1_000;
  return { perSecond: count / seconds, seconds, asleepMsEach, missed: 0, twice: 0 };
}

/** What is left of one side must not slow the other: no workflow of its kind runs any more. */
async function untilEnded({ core }: AlumniStack, count: number, kind: string): Promise<void> {
  for (let tries = 0; tries < 240 + count / 10; tries += 1) {
    const query = `WorkflowType = "${kind}" and ExecutionStatus = "Running"`;
    if ((await core.temporal.client.workflow.count(query)).count === 0) return;
    await sleep(500);
  }
  throw new Error(`workflows of kind ${kind} did not end`);
}

async function drainMembers({ stack, mailbox }: Sides, prefix: string, count: number, msEach: number): Promise<Drain> {
  const { core } = stack;
  const dueMs = dueAfter(count, msEach);
  const employmentEnd = new Date(dueMs - offsetMs);
  mailbox.empty();
  const members = await insertMembers(core, { prefix, count, state: 'joined', employmentEnd });
  const fromMs = Date.now();
  await startMemberships(core, members);
  const ids = members.map(workflowIds.membership);
  await untilAsleep(core, ids, dueMs - 1_000);
  const asleepMsEach = (Date.now() - fromMs) / count;
  say(
    `  ${count} memberships sleep after ${round((Date.now() - fromMs) / 1_000, 0)} s, due in ${round((dueMs - Date.now()) / 1_000, 0)} s`,
  );
  if (mailbox.arrivals().length > 0) throw new Error('a check-in went before it was due');
  const endMs = dueMs + 60_000 + count * 200;
  while (recipients(mailbox).size < count && Date.now() < endMs) await sleep(100);
  // Whatever would be sent a second time goes before the next sleep.
  await untilAsleep(core, ids, endMs + 60_000);
  const sent = await core.db.mail.count({ where: { memberId: { in: [...members] }, state: 'sent' } });
  const arrivals = mailbox.arrivals();
  const twice = arrivals.length - Math.min(recipients(mailbox).size, new Set(arrivals.map(({ messageId }) => messageId)).size);
  const lastMs = Math.max(...arrivals.map(({ atMs }) => atMs));
  const seconds = (lastMs - dueMs) / 1_000;
  return { perSecond: count / seconds, seconds, asleepMsEach, missed: count - Math.min(recipients(mailbox).size, sent), twice };
}

function recipients(mailbox: CountingMailbox): ReadonlySet<string> {
  return new Set(mailbox.arrivals().flatMap(({ to }) => to));
}
