import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isAlive } from '../../src/embedded/processes.js';
import { tablesWith } from '../support/database.js';
import { temporaryHome } from '../support/home.js';
import { startNode, type Started } from './processes.js';
import { sandboxOf } from './sandbox.js';
import { eventually } from './waiting.js';

const count = z.number().int().min(0);
const introductions = [
  'proposed',
  'agreed',
  'scheduled',
  'held',
  'sent',
  'done',
  'refused',
  'unreachable',
  'lapsed',
  'waived',
] as const;
/** contracts.md, section 6: the last line of `demo --json`. */
const told = z.object({
  ok: z.boolean(),
  handover: z.string().regex(/^handover\/[a-z0-9]+$/),
  outcome: z.literal('completed'),
  stage: z.literal('closed'),
  owned: z.object({ companies: count, contacts: count, deals: count, tickets: count }),
  steps: z
    .array(z.object({ id: z.string().regex(/^s\d+$/), planned: count, verified: count, state: z.literal('verified') }))
    .min(1),
  introductions: z.record(z.enum(introductions), count),
  debts: count,
  alumni: z.enum(['not-permitted', 'invited', 'joined', 'declined', 'silent', 'erased']).nullable(),
  checkIns: z.object({ planned: count, sent: count, answered: count }),
  mails: count,
  ledgerWrites: count,
  seconds: z.number().positive(),
  temporalUi: z.url(),
  handovers: count,
});

/** contracts.md, section 1: run.json. */
const runFile = z.object({
  pid: z.number(),
  startedAt: z.iso.datetime(),
  server: z.url(),
  sandbox: z.url(),
  mailbox: z.url(),
  metrics: z.array(z.url()).length(2),
  config: z.string(),
  databaseUrl: z.string(),
  temporal: z.object({ address: z.string(), namespace: z.string(), ui: z.url(), cli: z.string() }),
});

/** One BATON_HOME with the demos that a test starts in it; they and it are gone when the test ends. */
interface Place {
  readonly home: string;
  readonly demo: (args: readonly string[], env?: Readonly<Record<string, string>>) => Started;
}

async function inPlace(work: (place: Place) => Promise<void>): Promise<void> {
  const home = await temporaryHome();
  const running: Started[] = [];
  const demo: Place['demo'] = (args, env = {}) => {
    const name = `demo-${running.length + 1}`;
    // `npm run demo` without npm, on any free ports.
    const started = startNode({
      name,
      folder: home,
      args: ['scripts/run.mjs', 'demo', ...args],
      env: { BATON_HOME: home, ...env },
    });
    running.push(started);
    return started;
  };
  try {
    await work({ home, demo });
  } finally {
    await Promise.all(running.map((started) => started.stop()));
    await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}

const runPath = (home: string): string => join(home, 'run.json');

async function runOf(home: string, started: Started, withinMs = 120_000) {
  return eventually(
    'run.json',
    async () => {
      if (!started.running()) throw new Error(`it ended:\n${await started.stderr()}`);
      return existsSync(runPath(home)) ? runFile.parse(JSON.parse(await readFile(runPath(home), 'utf8'))) : null;
    },
    { withinMs },
  );
}

/** Which of these texts stand in a file of a folder: everything that Temporal keeps, its log included. */
async function foundIn(folder: string, texts: readonly string[]): Promise<readonly string[]> {
  const files = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))));
  return texts.filter((text) => files.some((file) => file.includes(text)));
}

/** Who has given notice, once there are that many. */
async function leaversOf(sandbox: ReturnType<typeof sandboxOf>, count: number): Promise<readonly string[]> {
  return eventually('the notice', async () => {
    const people = await sandbox.people();
    const found = people.filter(({ lastDay }) => lastDay !== null).map(({ id }) => id);
    return found.length === count && found;
  });
}

/** Runs a whole story; judged by the sandbox's ledger while it still runs, and by the last line. */
async function story({ home, demo }: Place) {
  const started = demo(['--yes', '--exit', '--json']);
  const startedAt = Date.now();
  const run = await runOf(home, started);
  const readyMs = Date.now() - startedAt;
  const sandbox = sandboxOf(run.sandbox);
  const left = await leaversOf(sandbox, 1);
  expect((await fetch(`${run.server}/health`)).status).toBe(200);
  const personal = (await sandbox.strings()).filter((text) => text.length > 7);
  for (const metrics of run.metrics) expect(await (await fetch(metrics)).text()).toContain('baton_');
  const code = await started.ended;
  const lines = (await started.stdout()).trimEnd().split('\n');
  expect({ code, err: code === 0 ? '' : await started.stderr() }).toEqual({ code: 0, err: '' });
  expect(lines).toHaveLength(1);
  expect(existsSync(runPath(home))).toBe(false);
  expect(personal.length).toBeGreaterThan(100);
  expect(await foundIn(join(home, 'temporal'), personal), 'personal data in the files of Temporal').toEqual([]);
  return { result: told.parse(JSON.parse(lines[0] ?? '')), readyMs, left };
}

const mailShape = z.array(z.object({ to: z.array(z.object({ address: z.string() })), subject: z.string() }));
const memberships = z.object({ memberships: z.array(z.object({ member: z.string(), person: z.string(), state: z.string() })) });

/**
 * The person behind the one membership asks to be erased, and it is done by command while the demo runs. Their private address, which was in
 * PostgreSQL, is then in no row; and in no file of Temporal, where the membership's id is.
 */
async function expectErasable(
  { home }: Place,
  { databaseUrl, mailbox }: z.infer<typeof runFile>,
  address: string,
): Promise<void> {
  const baton = async (...args: readonly string[]): Promise<unknown> => {
    const name = `baton-${args[0] ?? ''}`;
    const cli = startNode({
      name,
      folder: home,
      args: ['scripts/run.mjs', 'baton', ...args, '--json'],
      env: { BATON_HOME: home },
    });
    expect({ code: await cli.ended, err: await cli.stderr() }).toMatchObject({ code: 0 });
    return JSON.parse((await cli.stdout()).trimEnd().split('\n').at(-1) ?? '');
  };
  const lettersTo = async () =>
    mailShape.parse(await (await fetch(`${mailbox}/email`)).json()).filter(({ to }) => to.some((one) => one.address === address));
  expect(await tablesWith(databaseUrl, address)).toContain('Member');
  const before = (await lettersTo()).length;
  const [member] = memberships.parse(await baton('alumni')).memberships;
  expect(member).toMatchObject({ state: 'joined' });
  await baton('erase', member?.person ?? '');
  await eventually('the farewell', async () => (await lettersTo()).length > before);
  await eventually('nothing left in the database', async () => (await tablesWith(databaseUrl, address)).length === 0);
  expect((await lettersTo()).length).toBe(before + 1);
  const id = member?.member ?? 'no membership';
  expect(await foundIn(join(home, 'temporal'), [address, id])).toEqual([id]);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Records and people: every account has its introduction, nobody owes one, and the alumnus was asked four times. */
function expectPeopleToo({
  steps,
  ledgerWrites,
  introductions: counts,
  debts,
  alumni,
  checkIns,
  mails,
}: z.infer<typeof told>): void {
  expect(ledgerWrites).toBeGreaterThan(sum(steps.map(({ verified }) => verified)));
  expect(sum(Object.values(counts))).toBeGreaterThan(0);
  expect(counts['done']).toBeGreaterThan(0);
  expect(debts).toBe(0);
  expect({ alumni, checkIns }).toMatchObject({ alumni: 'joined', checkIns: { planned: 4, sent: 4 } });
  expect(checkIns.answered).toBeGreaterThanOrEqual(2);
  expect(mails).toBeGreaterThan(10);
}

describe.concurrent('npm run demo', () => {
  test('tells the story to its end, and the next time with the next employee', () =>
    inPlace(async (place) => {
      const first = await story(place);
      expect(first.result).toMatchObject({ ok: true, handovers: 1 });
      expect(first.result.owned.companies).toBeGreaterThan(0);
      expectPeopleToo(first.result);

      expect(first.left).toHaveLength(1);
      const { result } = first;
      expect(sum(Object.values(result.owned))).toBe(sum(result.steps.map(({ verified }) => verified)));
      expect(result.steps.map(({ planned }) => planned)).toEqual(result.steps.map(({ verified }) => verified));

      const startedAt = Date.now();
      const again = place.demo([]);
      const run = await runOf(place.home, again);
      // Nothing is set up again: no database is made, no world.
      expect(Date.now() - startedAt).toBeLessThan(Math.max(15_000, first.readyMs));
      const left = await leaversOf(sandboxOf(run.sandbox), 2);
      expect(left).toEqual(expect.arrayContaining([...first.left]));
      const alumnus = (await sandboxOf(run.sandbox).people()).find(({ id }) => id === first.left[0]);
      await expectErasable(place, run, alumnus?.privateEmail ?? '');
      await again.stop();
    }));

  test('a SIGTERM to the pid in run.json ends everything within 15 s, with code 143; a busy port is named with its variable', () =>
    inPlace(async ({ home, demo }) => {
      const started = demo([]);
      const run = await runOf(home, started);
      const children = z.object({ children: z.array(z.object({ pid: z.number() })) });
      const { children: programs } = children.parse(JSON.parse(await readFile(join(home, 'pids.json'), 'utf8')));
      expect(programs.map(({ pid }) => isAlive(pid))).toEqual([true, true]);

      await eventually('the three ways to decide', async () => (await started.stderr()).includes('It waits for you'));
      const again = demo([]);
      expect(await again.ended).toBe(1);
      expect(await again.stderr()).toContain(`process ${run.pid}`);
      expect(existsSync(runPath(home))).toBe(true);

      const stoppedAt = Date.now();
      process.kill(run.pid, 'SIGTERM');
      expect(await started.ended).toBe(143);
      expect(Date.now() - stoppedAt).toBeLessThan(15_000);
      expect(existsSync(runPath(home))).toBe(false);
      expect([run.pid, ...programs.map(({ pid }) => pid)].filter(isAlive)).toEqual([]);

      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = z.object({ port: z.number() }).parse(server.address());
      for (const variable of ['SANDBOX_PORT', 'BATON_WORKER_METRICS_PORT']) {
        const blocked = demo([], { [variable]: String(port) });
        expect(await blocked.ended).toBe(1);
        const said = await blocked.stderr();
        expect(said).toContain(`Port ${port} is in use`);
        expect(said).toContain(variable);
        expect(existsSync(runPath(home)) || existsSync(join(home, 'pids.json'))).toBe(false);
      }
      server.close();
    }));
});
