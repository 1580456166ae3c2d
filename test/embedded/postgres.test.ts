import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freePort } from '../../src/embedded/ports.js';
import { startPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.js';
import { temporaryHome } from '../support/home.js';

// Whole servers start here, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let home: string;
const started: EmbeddedPostgres[] = [];

beforeEach(async () => {
  home = await temporaryHome();
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((postgres) => postgres.stop()));
  await rm(home, { recursive: true, force: true });
});

async function start(port = 0): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({ dataDir: join(home, 'postgres'), port, onProgress: () => undefined });
  started.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(sql);
  await client.end();
  return rows;
}

test('data are kept over a stop and a start', async () => {
  const first = await start();
  await query(first.url, "create table kept as select 'ë' as word");
  await first.stop();
  await expect(query(first.url, 'select 1')).rejects.toThrow();
  const second = await start();
  expect(await query(second.url, 'select word from kept')).toEqual([{ word: 'ë' }]);
});

test('it listens on loopback only and wants its password', async () => {
  const { url } = await start();
  expect(await query(url, 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  const guess = new URL(url);
  guess.password = 'postgres';
  await expect(query(guess.href, 'select 1')).rejects.toThrow(/password/);
});

test('after a SIGKILL of the server it starts again with its data', async () => {
  const first = await start();
  await query(first.url, 'create table kept as select 7 as n');
  process.kill(first.pid, 'SIGKILL');
  const second = await start();
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
});

test('a lock file whose process id belongs to someone else by now does not keep it from starting', async () => {
  const first = await start();
  const lockFile = join(first.dataDir, 'postmaster.pid');
  const lock = await readFile(lockFile, 'utf8');
  await first.stop();
  await writeFile(lockFile, lock.replace(/^\d+/, String(process.pid)));
  expect(await query((await start()).url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a busy port is named together with its variable', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await expect(start(port)).rejects.toThrow(`Port ${port} is in use; set POSTGRES_PORT to another, or 0 for any free port`);
  await new Promise((resolve) => server.close(resolve));
});
