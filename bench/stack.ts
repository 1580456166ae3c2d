import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import axios, { type AxiosInstance } from 'axios';
import pg from 'pg';
import { z } from 'zod';
import { parseConfig } from '../src/config.js';
import { createCore, type Core } from '../src/dependencies.js';
import { startChild, type Child } from '../src/embedded/children.js';
import { startEmbedded } from '../src/embedded/index.js';
import { migrate } from '../src/migrations.js';
import { vendors } from '../src/vendors/registry.js';
import { searchAttributes } from '../workflows/contract.js';
import { companyConfig, connections, webhookSecret } from './company.js';

/** What is to run: with or without the vendors' limits, with or without a worker. */
export interface StackOptions {
  readonly limited: boolean;
  readonly worker: boolean;
  readonly seed: number;
}

/** Everything that a benchmark measures against: PostgreSQL, Temporal, sandbox, server and worker, each a process of its own. */
export interface Stack {
  readonly databaseUrl: string;
  readonly sandboxUrl: string;
  readonly serverUrl: string;
  readonly sandbox: AxiosInstance;
  readonly core: Core;
  /** Highest resident memory so far in MiB, where the system tells it. */
  readonly peaks: () => Readonly<Record<string, number | null>>;
  /** Empties Baton's tables and ends its workflows, so that the same leaver can leave again. */
  readonly reset: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const people = z.object({ people: z.array(z.object({ email: z.string(), manager: z.string().nullable() })) });

/** One line of progress. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Starts a stack in a temporary home, all ports free ones on loopback; `close` ends every process and removes the home. */
export async function openStack(options: StackOptions): Promise<Stack> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse())
      await closer().catch((error: unknown) => say(`did not stop: ${String(error)}`));
  };
  try {
    return await open(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(options: StackOptions, closers: (() => Promise<unknown>)[], close: () => Promise<void>): Promise<Stack> {
  const home = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  await chmod(home, 0o711);
  closers.push(() => rm(home, { recursive: true, force: true }));
  const ports = { postgres: 0, temporal: 0, temporalUi: 0, mailboxSmtp: 0, mailbox: 0 };
  const cli = process.env['TEMPORAL_CLI_PATH'];
  const embedded = await startEmbedded({
    home,
    ports,
    temporalCliPath: cli,
    searchAttributes,
    onProgress: (line) => say(`  ${line}`),
  });
  closers.push(() => embedded.stop());
  await migrate(embedded.databaseUrl, () => undefined);
  const start = async (name: string, entry: string, env: Readonly<Record<string, string>>, ready: RegExp) => {
    const started = await startProcess({ name, entry, home, env, ready });
    closers.push(() => started.child.stop({ signal: 'SIGTERM', timeoutMs: 15_000 }));
    return started;
  };
  const { child: sandboxChild, url: sandboxUrl } = await start(
    'sandbox',
    'src/sandbox/main.ts',
    { SANDBOX_PORT: '0', BATON_HOME: home },
    /"sandbox":"([^"]+)"/,
  );
  const sandbox = axios.create({ baseURL: sandboxUrl, timeout: 120_000, proxy: false });
  await sandbox.put('/_world', { seed: options.seed });
  const variables = {
    BATON_CONFIG: join(home, 'baton.yaml'),
    BATON_HOME: home,
    BATON_PORT: '0',
    BATON_METRICS_PORT: '0',
    BATON_WORKER_METRICS_PORT: '0',
    DATABASE_URL: embedded.databaseUrl,
    TEMPORAL_ADDRESS: embedded.temporal.address,
    TEMPORAL_NAMESPACE: embedded.temporal.namespace,
    SMTP_URL: `smtp://127.0.0.1:${embedded.mailbox.smtpPort}`,
  };
  const text = companyConfig({ sandbox: sandboxUrl, hr: await firstOfHr(sandbox), limited: options.limited });
  await writeFile(variables.BATON_CONFIG, text);
  const parsed = parseConfig(variables, text, { vendors });
  if (!parsed.ok) throw new Error(`the benchmark's configuration is wrong: ${JSON.stringify(parsed.problems)}`);
  const server = await start('server', 'src/server.ts', variables, /"url":"([^"]+)".*server is ready/);
  const worker = options.worker ? await start('worker', 'src/worker.ts', variables, /(worker is ready)/) : null;
  const core = createCore(parsed.config, 'bench');
  closers.push(core.close);
  if (!options.limited) await sandbox.put('/_limits', { hubspot: null, bamboohr: null });
  await sandbox.put('/_webhooks', {
    bamboohr: { url: `${server.url}/webhooks/${connections.hris}`, secret: webhookSecret, family: 'event' },
  });
  const peaks = () => ({ workerMb: peakMb(worker?.child), serverMb: peakMb(server.child), sandboxMb: peakMb(sandboxChild) });
  return {
    databaseUrl: embedded.databaseUrl,
    sandboxUrl,
    serverUrl: server.url,
    sandbox,
    core,
    peaks,
    reset: () => reset(core, embedded.databaseUrl),
    close,
  };
}

interface Starting {
  readonly name: string;
  readonly entry: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ready: RegExp;
}

/** Starts an entry as a process of its own and waits until its log says that it is ready; answers what the pattern's group found. */
async function startProcess({
  name,
  entry,
  home,
  env,
  ready,
}: Starting): Promise<{ readonly child: Child; readonly url: string }> {
  const logFile = join(home, `${name}.log`);
  const args = ['--import', 'tsx', new URL(`../${entry}`, import.meta.url).pathname];
  const child = await startChild({ command: process.execPath, args, logFile, env: { PATH: process.env['PATH'], ...env } });
  for (let tries = 0; tries < 600 && child.running(); tries += 1) {
    const found = ready.exec(readFileSync(logFile, 'utf8'))?.[1];
    if (found !== undefined) return { child, url: found };
    await sleep(100);
  }
  const tail = child.logTail();
  await child.stop({ signal: 'SIGTERM', timeoutMs: 5_000 });
  throw new Error(`${name} did not start:\n${tail}`);
}

async function firstOfHr(sandbox: AxiosInstance): Promise<string> {
  const answer = people.parse((await sandbox.get('/_world/people', { params: { limit: 500 } })).data);
  const hr = answer.people.find(({ manager }) => manager === null);
  if (!hr) throw new Error('the sandbox has nobody without a manager');
  return hr.email;
}

/** Linux alone tells another process's peak. */
function peakMb(child: Child | undefined): number | null {
  if (child === undefined || process.platform !== 'linux') return null;
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
}

async function reset(core: Core, databaseUrl: string): Promise<void> {
  const { workflow } = core.temporal.client;
  for await (const { workflowId, runId } of workflow.list({ query: 'ExecutionStatus = "Running" and TaskQueue = "baton"' })) {
    if (/^(handover|employment)\//.test(workflowId))
      await workflow
        .getHandle(workflowId, runId)
        .terminate('next run')
        .catch(() => undefined);
  }
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`do $$ begin execute (select 'truncate ' || string_agg(format('%I', tablename), ', ') || ' cascade'
      from pg_tables where schemaname = 'public' and tablename <> '_prisma_migrations'); end $$`);
  } finally {
    await client.end();
  }
}
