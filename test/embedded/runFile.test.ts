import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRunFile, removeRunFile, writeRunFile } from '../../src/embedded/runFile.js';

const run = {
  server: 'http://127.0.0.1:7400',
  sandbox: 'http://127.0.0.1:7401',
  mailbox: 'http://127.0.0.1:7403',
  metrics: ['http://127.0.0.1:7405'],
  config: '/etc/baton.yaml',
  databaseUrl: 'postgresql://127.0.0.1:7404/baton',
  temporal: { address: '127.0.0.1:7233', namespace: 'default', ui: 'http://127.0.0.1:8233', cli: '/usr/bin/temporal' },
};

test('it names the running process until that stops', async () => {
  const home = await mkdtemp(join(tmpdir(), 'baton-test-'));
  expect(await readRunFile(home)).toBeNull();
  await writeRunFile({ home, run });
  expect(await readRunFile(home)).toEqual({ pid: process.pid, startedAt: expect.any(String), ...run });
  await removeRunFile(home);
  expect(existsSync(join(home, 'run.json'))).toBe(false);
});

test('one of a dead process is cleaned up', async () => {
  const home = await mkdtemp(join(tmpdir(), 'baton-test-'));
  await writeRunFile({ home, run });
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const content = await readFile(join(home, 'run.json'), 'utf8');
  await writeFile(join(home, 'run.json'), content.replace(/"pid":\d+/, `"pid":${dead}`));
  expect(await readRunFile(home)).toBeNull();
  expect(existsSync(join(home, 'run.json'))).toBe(false);
});
