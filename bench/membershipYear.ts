import { setTimeout as pause } from 'node:timers/promises';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { resolveTestServer } from '../src/embedded/programs.js';
import { payloadConverterPath } from '../src/temporal.js';
import { wakeMembership } from '../src/wake.js';
import { workflowIds } from '../workflows/contract.js';
import { insertMembers, openAlumni, type AlumniStack } from './alumni.js';
import { openCountingMailbox } from './countingMailbox.js';
import { msOf, type Run } from './history.js';
import type { Bench } from './lab.js';
import { judge, round } from './result.js';
import { say } from './stack.js';
import { openStation } from './station.js';

const mostEvents = 120;
const dayMs = 24 * 60 * 60_000;
/** What this alumnus answers, in the order of the questions. */
const answers = ['good', 'no', 'no', 'stay'];
/** How long after each question. */
const answeredAfterMs = 2 * dayMs;

type History = Pick<Run, 'history'>;

/** One membership from its confirmed address on: invited, joined, four check-ins in a year, each answered after two days. Its year begins when the person joins. */
export const membershipYear: Bench = {
  names: ['membership-year'],
  async measure(lab) {
    await lab.close();
    const mailbox = await openCountingMailbox();
    const path = await resolveTestServer({ path: process.env['TEMPORAL_TEST_SERVER_PATH'], onProgress: say });
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
      client: { dataConverter: { payloadConverterPath } },
    });
    try {
      const stack = await openAlumni({ smtpUrl: mailbox.url, policy: {}, temporalAddress: env.address });
      try {
        const { runs, joinedMs } = await live(stack, env);
        return [resultOf(runs, joinedMs)];
      } finally {
        await stack.close();
      }
    } finally {
      await env.teardown();
      await mailbox.close();
    }
  },
};

interface Life {
  /** Oldest first. */
  readonly runs: readonly History[];
  readonly joinedMs: number;
}

/** Lets the year pass with Baton's own worker. */
async function live(stack: AlumniStack, env: TestWorkflowEnvironment): Promise<Life> {
  const { core } = stack;
  const worker = openStation('./memberWorker.ts');
  try {
    await worker.run({ do: 'start', ...stack.settings });
    const employmentEnd = new Date(await env.currentTimeMs());
    const [member = ''] = await insertMembers(core, { prefix: 'year-', count: 1, state: 'confirmed', employmentEnd });
    const { client } = core.temporal;
    await wakeMembership(client, member);
    const first = (await client.workflow.getHandle(workflowIds.membership(member)).describe()).runId;
    const joinedMs = await liveThrough(stack, env, member);
    return { runs: await runsOf(stack, member, first), joinedMs };
  } finally {
    await worker.stop();
  }
}

/** Invitation, joining, questions and answers; says when the person joined. */
async function liveThrough(stack: AlumniStack, env: TestWorkflowEnvironment, member: string): Promise<number> {
  const { core } = stack;
  const { members } = core.stores;
  const now = async () => new Date(await env.currentTimeMs()).toISOString();
  const wake = async () => {
    await wakeMembership(core.temporal.client, member);
    await still(stack, member);
  };
  await nextMail(stack, env, member);
  await env.sleep(answeredAfterMs);
  const joinedAt = await now();
  await members.update(member, { state: 'joined', joinedAt });
  await wake();
  for (const answer of answers) {
    await nextMail(stack, env, member);
    const asked = (await members.get(member)).checkIns.find((row) => row.sentAt !== null && row.answeredAt === null);
    if (!asked) throw new Error('no question is open');
    await env.sleep(answeredAfterMs);
    if (!(await members.answer(member, asked.kind, answer, null, await now()))) throw new Error('the answer did not count');
    await wake();
  }
  return Date.parse(joinedAt);
}

/** Skips to when the row says that the workflow looks again, and until the mail is out. */
async function nextMail(stack: AlumniStack, env: TestWorkflowEnvironment, member: string): Promise<void> {
  await still(stack, member);
  const { db } = stack.core;
  const sent = () => db.mail.count({ where: { memberId: member, state: 'sent' } });
  const before = await sent();
  const { dueAt } = await db.member.findUniqueOrThrow({ where: { id: member } });
  if (!dueAt) throw new Error('nothing is due any more');
  await env.sleep(dueAt.getTime() - (await env.currentTimeMs()) + 1_000);
  await still(stack, member);
  if ((await sent()) !== before + 1) throw new Error('there is not one mail more');
}

/** Until the history has not grown for a while: the test server does not say what is pending. */
async function still({ core }: AlumniStack, member: string): Promise<void> {
  const handle = core.temporal.client.workflow.getHandle(workflowIds.membership(member));
  const seen = async () => {
    const { runId, historyLength } = await handle.describe();
    return `${runId} ${historyLength}`;
  };
  for (let last = '', same = 0; same < 10;) {
    await pause(50);
    const current = await seen();
    same = current === last ? same + 1 : 0;
    last = current;
  }
}

async function runsOf({ core }: AlumniStack, member: string, first: string): Promise<readonly History[]> {
  const runs: History[] = [];
  for (let runId = first; runId !== '';) {
    const handle = core.temporal.client.workflow.getHandle(workflowIds.membership(member), runId);
    const history = (await handle.fetchHistory()).events ?? [];
    runs.push({ history });
    runId = history.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? '';
  }
  return runs;
}

/**
 * The least of such a year: a wake-up by the clock is a timer's two events, one by a person a signal, and either is an activity (three events) between
 * two workflow tasks (three each); a change of runs is a close and a start.
 */
export function leastEvents({ questions, replies }: { readonly questions: number; readonly replies: number }): number {
  const look = 3 + 3 + 3;
  return questions * (2 + look + 2) + replies * (1 + look);
}

function resultOf(runs: readonly History[], joinedMs: number) {
  const { length } = answers;
  const year = runs.map(({ history }) => history.filter((event) => msOf(event) >= joinedMs));
  const count = (some: readonly (readonly unknown[])[]) => some.reduce((sum, events) => sum + events.length, 0);
  // Joining is a reply, too.
  const bound = leastEvents({ questions: length, replies: length + 1 });
  const detail = {
    mostEvents,
    runs: year.map((events) => events.length),
    beforeJoining: count(runs.map(({ history }) => history)) - count(year),
    kinds: countsOf(year),
  };
  return judge({
    name: 'membership-year',
    size: length,
    value: count(year),
    unit: 'events',
    bound,
    target: round(mostEvents / bound, 3),
    better: 'lower',
    detail,
  });
}

function countsOf(runs: readonly History['history'][]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const history of runs) {
    for (const event of history) {
      const kind = Object.keys(event).find((key) => key.endsWith('EventAttributes')) ?? 'none';
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  return counts;
}
