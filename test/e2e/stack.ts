import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { register } from 'tsx/cjs/api';
import { expect, inject } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../src/config.js';
import { decide } from '../../src/decide.js';
import { demoConfig, demoConnection, lastDayOf, webhookSecret } from '../../src/demo/company.js';
import { createCore, type Core } from '../../src/dependencies.js';
import { startMailbox } from '../../src/embedded/mailbox.js';
import { startTemporal } from '../../src/embedded/temporal.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { statusFromRows } from '../../src/status.js';
import { vendors } from '../../src/vendors/registry.js';
import { searchAttributes, type HandoverStatus } from '../../workflows/contract.js';
import { freshDatabase } from '../support/database.js';
import { temporaryHome } from '../support/home.js';
import { lineOf, startNode, type Started } from './processes.js';
import { sandboxOf, type LedgerEntry, type OutsideSandbox, type WorldPerson } from './sandbox.js';
import { eventually } from './waiting.js';

// Temporal's client requires our payload converter by its path, past vitest's own loader.
register();

/** A company with its vendors, a database, a mailbox and a Temporal of its own (schedules and the task queue have fixed names). */
export interface Stack {
  readonly folder: string;
  readonly sandbox: OutsideSandbox;
  readonly mailbox: string;
  readonly temporal: string;
  readonly core: Core;
  readonly lastDay: string;
  /** Starts `npm run server`'s or the worker's entry; resolves when it says that it is ready. */
  readonly server: (env?: Readonly<Record<string, string>>) => Promise<Started & { readonly url: string }>;
  readonly worker: () => Promise<Started & { readonly identity: string }>;
}

/** `hubspot` and `bamboohr` are further keys of the connections in `baton.yaml`. */
export interface StackOptions {
  readonly world: object;
  readonly hubspot?: object;
  readonly bamboohr?: object;
}

const file = z.object({ connections: z.record(z.string(), z.record(z.string(), z.unknown())) }).loose();

/** The demo's configuration, with a last working day that ends long after the test. */
function configText(sandbox: string, hr: string, nowMs: number, options: StackOptions): string {
  const config = file.parse(parse(demoConfig({ sandbox, hr, nowMs, endsInMs })));
  Object.assign(config.connections[demoConnection.crm] ?? {}, options.hubspot);
  Object.assign(config.connections[demoConnection.hris] ?? {}, options.bamboohr);
  return stringify(config);
}

const endsInMs = 40 * 60_000;
const readyMs = 120_000;

/** Opens a stack for one test and closes it afterwards; what the entries said is shown when the test fails. */
export async function withStack(options: StackOptions, test: (stack: Stack) => Promise<void>): Promise<void> {
  const closers: (() => Promise<unknown>)[] = [];
  const folder = await temporaryHome();
  closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  try {
    const stack = await open(folder, options, closers);
    await test(stack);
    await expectPrivate(stack);
  } catch (error) {
    process.stderr.write(await tails(folder));
    throw error;
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function open(folder: string, options: StackOptions, closers: (() => Promise<unknown>)[]): Promise<Stack> {
  const database = await freshDatabase();
  closers.push(database.drop);
  const [temporal, mailbox, running] = await Promise.all([
    startTemporal({
      dataFile: null,
      port: 0,
      uiPort: 0,
      namespace: 'default',
      searchAttributes,
      cliPath: inject('temporalCliPath'),
      onProgress: () => undefined,
    }),
    startMailbox({ smtpPort: 0, webPort: 0, mailDir: join(folder, 'mails') }),
    startSandbox({ port: 0, home: join(folder, 'sandbox') }),
  ]);
  closers.push(temporal.stop, mailbox.stop, running.stop);
  const sandbox = sandboxOf(running.url);
  await sandbox.put('/_world', options.world);
  const hr = (await sandbox.people()).find(({ manager }) => manager === null)?.email ?? '';
  const nowMs = Date.now();
  const config = join(folder, 'baton.yaml');
  await writeFile(config, configText(running.url, hr, nowMs, options));
  const env = {
    BATON_CONFIG: config,
    BATON_HOME: folder,
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: 'default',
    SMTP_URL: `smtp://127.0.0.1:${mailbox.smtpPort}`,
  };
  const core = createCore(loadConfig(vendors, env), 'test', { connections: 4 });
  closers.push(core.close);
  const start = await starter(folder, env, closers);
  return {
    folder,
    sandbox,
    mailbox: mailbox.url,
    temporal: temporal.address,
    core,
    lastDay: lastDayOf({ nowMs, endsInMs }).day,
    worker: async () => {
      const worker = await start('worker', {});
      const [, identity = ''] = await lineOf(worker, /"identity":"([^"]+)".*"msg":"worker is ready"/, readyMs);
      return { ...worker, identity };
    },
    server: async (extra = {}) => {
      const server = await start('server', extra);
      const [, url = ''] = await lineOf(server, /"url":"(http:[^"]+)".*"msg":"server is ready"/, readyMs);
      await sandbox.put('/_webhooks', {
        bamboohr: { url: `${url}/webhooks/${demoConnection.hris}`, secret: webhookSecret, family: 'event' },
      });
      return { ...server, url };
    },
  };
}

async function starter(folder: string, env: Readonly<Record<string, string>>, closers: (() => Promise<unknown>)[]) {
  const logs = join(folder, 'logs');
  await mkdir(logs);
  const started: Started[] = [];
  closers.push(() => Promise.all(started.map((each) => each.stop())));
  return async (entry: 'server' | 'worker', extra: Readonly<Record<string, string>>): Promise<Started> => {
    const name = `${entry}-${started.length + 1}`;
    const one = startNode({ name, folder: logs, args: ['--import', 'tsx', `src/${entry}.ts`], env: { ...env, ...extra } });
    started.push(one);
    return one;
  };
}

async function tails(folder: string): Promise<string> {
  const logs = join(folder, 'logs');
  const names = await readdir(logs).catch(() => []);
  const texts = await Promise.all(
    names.map(async (name) => `--- ${name}\n${(await readFile(join(logs, name), 'utf8')).slice(-3_000)}`),
  );
  return `${texts.join('\n')}\n`;
}

/** No personal string of the world in any history, nor in anything that server or worker logged. */
export async function expectPrivate({ core, folder, sandbox }: Stack): Promise<void> {
  const logs = join(folder, 'logs');
  const texts = new Map<string, string>();
  for (const name of await readdir(logs)) texts.set(name, await readFile(join(logs, name), 'utf8'));
  const histories = await historiesOf(core);
  expect(histories.size).toBeGreaterThan(0);
  // Payloads were decoded: without this a search would find nothing because it reads nothing.
  expect([...histories.values()].join('\n')).toContain(demoConnection.hris);
  for (const [id, text] of histories) texts.set(id, text);
  expectNone(texts, await sandbox.strings());
}

function expectNone(texts: ReadonlyMap<string, string>, strings: readonly string[]): void {
  expect(strings.length).toBeGreaterThan(50);
  const whole = [...texts.values()].join('\n');
  const found = strings.filter((text) => whole.includes(text));
  const places = [...texts].flatMap(([name, text]) => (found.some((one) => text.includes(one)) ? [name] : []));
  expect({ found, places }).toEqual({ found: [], places: [] });
}

/** Every history of the namespace as text, payloads decoded, by workflow and run. */
export async function historiesOf(core: Core): Promise<ReadonlyMap<string, string>> {
  const { client } = core.temporal;
  const texts = new Map<string, string>();
  for await (const { workflowId, runId } of client.workflow.list()) {
    const parts: string[] = [];
    collect(await client.workflow.getHandle(workflowId, runId).fetchHistory(), parts);
    texts.set(`${workflowId} ${runId}`, parts.join('\n'));
  }
  return texts;
}

/** Every text inside a value, bytes read as text. */
function collect(value: unknown, into: string[]): void {
  if (typeof value === 'string') into.push(value);
  else if (value instanceof Uint8Array) into.push(Buffer.from(value).toString('utf8'));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      into.push(key);
      collect(inner, into);
    }
  }
}

/** How many executions of a workflow type Temporal shows. */
export async function countWorkflows({ core }: Stack, type: string): Promise<number> {
  return (await core.temporal.client.workflow.count(`WorkflowType="${type}"`)).count;
}

/** The row id of the handover that began for an employee. */
export async function handoverOf({ core }: Stack, employee: string, withinMs = 90_000): Promise<string> {
  const found = await eventually(
    `a handover for ${employee}`,
    () => core.stores.handovers.findByRecord(demoConnection.hris, employee),
    {
      withinMs,
    },
  );
  return found.id;
}

/** Waits until a handover's status, from rows, is as wanted. */
export function statusWhen(
  { core }: Stack,
  handover: string,
  what: string,
  is: (status: HandoverStatus) => boolean,
  withinMs = 90_000,
): Promise<HandoverStatus> {
  const status = (): Promise<HandoverStatus> => statusFromRows(core.deps, handover);
  return eventually(
    what,
    async () => {
      const now = await status();
      return is(now) && now;
    },
    { withinMs, explain: status },
  );
}

const hr = { by: null, comment: 'a test' };

/** Releases, tells and approves, as HR would; returns the status with the approved steps. */
export async function decideAll(stack: Stack, handover: string): Promise<HandoverStatus> {
  const { core } = stack;
  await statusWhen(stack, handover, 'awaiting-release', ({ stage }) => stage === 'awaiting-release');
  await decide(core, handover, 'release', {}, hr);
  await statusWhen(stack, handover, 'a plan', ({ steps }) => steps.length > 0);
  for (const audience of ['leaver', 'team'] as const) await decide(core, handover, 'told', { audience }, hr);
  await decide(core, handover, 'approve', { step: 'all' }, hr);
  return statusWhen(stack, handover, 'approval', ({ steps }) => steps.every(({ state }) => state !== 'waiting'));
}

/** Retries everything that is parked. */
export async function retryAll({ core }: Stack, handover: string): Promise<void> {
  await decide(core, handover, 'retry', { parked: 'all' }, hr);
}

/** Whether every record of every step is proven. */
export function isVerified(status: HandoverStatus): boolean {
  return (
    status.steps.length > 0 &&
    status.steps.every(({ state, counts }) => state === 'verified' && counts.verified === counts.planned)
  );
}

/** What names a user in the CRM now, by record and field: what a handover of that user has to move. */
export async function ownershipsOf({ sandbox }: Stack, user: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const searched = [
    ['companies', 'hubspot_owner_id'],
    ['companies', 'account_manager'],
    ['contacts', 'hubspot_owner_id'],
    ['deals', 'hubspot_owner_id'],
    ['tickets', 'hubspot_owner_id'],
  ] as const;
  for (const [type, field] of searched) {
    for (const id of await sandbox.owned(type, field, user)) found.add(`${type}/${id}/${field}`);
  }
  return found;
}

/** Baton's writes that took something from this user. */
export async function movesFrom({ sandbox }: Stack, user: string): Promise<readonly LedgerEntry[]> {
  return (await sandbox.ledger('&vendor=hubspot&by=baton')).filter(({ from }) => from === user);
}

/** The CRM users of the successors that were approved, found by their work e-mail in the HRIS world. */
export async function approvedUsers(
  { core }: Stack,
  status: HandoverStatus,
  people: readonly WorldPerson[],
): Promise<ReadonlySet<string>> {
  const emails = await Promise.all(
    status.steps.map(async ({ successor }) => (await core.stores.people.byId(successor))?.workEmail),
  );
  const users = people.filter(({ email }) => emails.includes(email.toLowerCase())).map(({ hubspot }) => hubspot);
  return new Set(users.filter((user) => user !== null));
}

/** Judges by the ledger: each of these ownerships went exactly once from the user to one of the others, and nothing else was touched. */
export function expectMovedOnce(moves: readonly LedgerEntry[], owned: ReadonlySet<string>, users: ReadonlySet<string>): void {
  const moved = moves.map(({ type, record, field }) => `${type}/${record}/${field ?? ''}`);
  expect(moved.toSorted()).toEqual([...owned].toSorted());
  expect(users.size).toBeGreaterThan(0);
  expect(moves.filter(({ op, to }) => op !== 'update' || typeof to !== 'string' || !users.has(to))).toEqual([]);
}
