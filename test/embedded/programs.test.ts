import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { goInstall, resolveTemporalCli, resolveTestServer } from '../../src/embedded/programs.js';

const onProgress = (): void => undefined;

test('a named program is used, and a name that leads nowhere is said to', async () => {
  expect(await resolveTemporalCli({ path: process.execPath, onProgress })).toBe(process.execPath);
  expect(await resolveTestServer({ path: process.execPath, onProgress })).toBe(process.execPath);
  const path = join(await mkdtemp(join(tmpdir(), 'baton-test-')), 'temporal');
  await expect(resolveTemporalCli({ path, onProgress })).rejects.toThrow(`TEMPORAL_CLI_PATH names ${path}, which is not there`);
  await expect(resolveTestServer({ path, onProgress })).rejects.toThrow(
    `TEMPORAL_TEST_SERVER_PATH names ${path}, which is not there`,
  );
});

test('Go builds a pinned version into the cache', () => {
  const [command, args] = goInstall('/some/cache');
  const line = [command, ...args].join(' ');
  expect(line).toContain('go install github.com/temporalio/cli/cmd/temporal@v1.5.1');
  expect(line).toContain('GOBIN=/some/cache');
});
