import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isAlive } from '../../src/embedded/processes.js';
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

/** Runs a whole story; judged by the sandbox's ledger while it still runs, and by the last line. */
async function story({ home, demo }: Place, leavers: number) {
  const started = demo(['--yes', '--exit', '--json']);
  const startedAt = Date.now();
  const run = await runOf(home, started);
  const readyMs = Date.now() - startedAt;
  const sandbox = sandboxOf(run.sandbox);
  const left = await eventually('the notice', async () => {
    const people = await sandbox.people();
    const found = people.filter(({ lastDay }) => lastDay !== null).map(({ id }) => id);
    return found.length >= leavers && found;
  });
  expect((await fetch(`${run.server}/health`)).status).toBe(200);
  for (const metrics of run.metrics) expect(await (await fetch(metrics)).text()).toContain('baton_');
  const code = await started.ended;
  const lines = (await started.stdout()).trimEnd().split('\n');
  expect({ code, err: code === 0 ? '' : await started.stderr() }).toEqual({ code: 0, err: '' });
  expect(lines).toHaveLength(1);
  expect(existsSync(runPath(home))).toBe(false);
  return { result: told.parse(JSON.parse(lines[0] ?? '')), readyMs, left };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe.concurrent('npm run demo', () => {
  test('tells the story to its end, and the next time with the next employee', () =>
    inPlace(async (place) => {
      const first = await story(place, 1);
      expect(first.result).toMatchObject({ ok: true, handovers: 1 });
      expect(first.result.owned.companies).toBeGreaterThan(0);
      expect(sum(first.result.steps.map(({ verified }) => verified))).toBe(first.result.ledgerWrites);
      expect(first.result.mails).toBeGreaterThan(0);

      const second = await story(place, 2);
      expect(second.result).toMatchObject({ ok: true, handovers: 2 });
      expect(second.result.handover).not.toBe(first.result.handover);
      expect(sum(second.result.steps.map(({ verified }) => verified))).toBe(second.result.ledgerWrites);
      expect(first.left).toHaveLength(1);
      expect(second.left).toHaveLength(2);
      expect(second.left).toEqual(expect.arrayContaining([...first.left]));
      for (const { result } of [first, second]) {
        expect(sum(Object.values(result.owned))).toBe(result.ledgerWrites);
        expect(result.steps.map(({ planned }) => planned)).toEqual(result.steps.map(({ verified }) => verified));
      }
      // Nothing is set up again: no database is made, no world.
      expect(second.readyMs).toBeLessThan(Math.max(15_000, first.readyMs));
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
