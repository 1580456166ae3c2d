import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startEmbedded, type Embedded } from '../../src/embedded/index.js';
import { freePort } from '../../src/embedded/ports.js';
import { isAlive, waitFor } from '../../src/embedded/processes.js';
import { temporaryHome } from '../support/home.js';

// Whole servers start here, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let home: string;
const processes: ChildProcess[] = [];

beforeEach(async () => {
  home = await temporaryHome();
});

afterEach(async () => {
  for (const child of processes.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
});

const noPorts = { postgres: 0, temporal: 0, temporalUi: 0, mailboxSmtp: 0, mailbox: 0 };
const quiet = (): void => undefined;
const cli = { temporalCliPath: process.env.TEMPORAL_CLI_PATH };

async function inProcess(): Promise<{ child: ChildProcess; embedded: Embedded; pids: number[] }> {
  const script = new URL('./stackProcess.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', script, home], { stdio: ['ignore', 'pipe', 'inherit'] });
  processes.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const record = JSON.parse(await readFile(join(home, 'pids.json'), 'utf8'));
  return { child, embedded: JSON.parse(line), pids: record.children.map(({ pid }: { pid: number }) => pid) };
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

test('a SIGKILL leaves no process behind, and the next start finds the data', async () => {
  const first = await inProcess();
  await query(first.embedded.databaseUrl, 'create table kept as select 7 as n');
  expect(first.pids).toHaveLength(2);
  first.child.kill('SIGKILL');
  expect(await waitFor(() => !first.pids.some(isAlive), 9_000)).toBe(true);
  const second = await inProcess();
  expect(await query(second.embedded.databaseUrl, 'select n from kept')).toEqual([{ n: 7 }]);
});

test('a second stack on the same folder is refused with what to do', async () => {
  const { child } = await inProcess();
  await expect(startEmbedded({ home, ports: noPorts, ...cli, searchAttributes: {}, onProgress: quiet })).rejects.toThrow(
    `Baton already runs on ${home} (process ${child.pid}); stop it, or set BATON_HOME to another folder`,
  );
});

test('Temporal answers with its search attributes, and its data are kept; all is stopped within 10 s', async () => {
  const options = { home, ports: noPorts, ...cli, searchAttributes: { BatonDebts: 'Int' } as const, onProgress: quiet };
  for (const round of [1, 2]) {
    const embedded = await startEmbedded(options);
    const connection = await Connection.connect({ address: embedded.temporal.address });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    expect(Object.keys(customAttributes)).toContain('BatonDebts');
    const { namespaces } = await connection.workflowService.listNamespaces({});
    expect(namespaces?.some(({ namespaceInfo }) => namespaceInfo?.name === 'kept')).toBe(round === 2);
    const { address } = embedded.temporal;
    if (round === 1) execFileSync(embedded.temporal.cli, ['operator', 'namespace', 'create', '-n', 'kept', '--address', address]);
    expect((await fetch(embedded.temporal.ui)).status).toBe(200);
    await connection.close();
    const stoppedAt = Date.now();
    await embedded.stop();
    expect(Date.now() - stoppedAt).toBeLessThan(10_000);
  }
});

test('one busy port ends the other parts, too', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const ports = { ...noPorts, temporalUi: port };
  await expect(startEmbedded({ home, ports, ...cli, searchAttributes: {}, onProgress: quiet })).rejects.toThrow(
    `Port ${port} is in use; set TEMPORAL_UI_PORT to another, or 0 for any free port`,
  );
  server.close();
  const embedded = await startEmbedded({ home, ports: noPorts, ...cli, searchAttributes: {}, onProgress: quiet });
  await embedded.stop();
});

test('a part that was given is not started', async () => {
  const given = { databaseUrl: 'postgresql://db.example.test/baton', temporalAddress: 'temporal.example.test:7233' };
  const embedded = await startEmbedded({ home, ports: noPorts, ...given, searchAttributes: {}, onProgress: quiet });
  expect(embedded.databaseUrl).toBe(given.databaseUrl);
  expect(embedded.temporal.address).toBe(given.temporalAddress);
  expect(JSON.parse(await readFile(join(home, 'pids.json'), 'utf8'))).toMatchObject({ children: [] });
  await embedded.stop();
});
