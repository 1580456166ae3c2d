import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));
let lock: string;

beforeEach(async () => {
  lock = join(await mkdtemp(join(tmpdir(), 'baton-test-')), 'cache', 'setup.lock');
});

/** Holds the lock for as long, saying when it begins and ends; its own process, as in life. */
function hold(milliseconds: number): Promise<string> {
  const work = `async () => { console.log('in'); await new Promise((r) => setTimeout(r, ${milliseconds})); console.log('out'); }`;
  const source = `import { withLock } from ${JSON.stringify(`${scripts}lock.mjs`)}; await withLock(${JSON.stringify(lock)}, ${work});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'ignore'] });
  return new Promise((resolve) => {
    let lines = '';
    child.stdout.on('data', (chunk: Buffer) => {
      lines += `${Date.now()} ${chunk.toString().trim()}\n`;
    });
    child.once('close', () => resolve(lines));
  });
}

test('two set-ups at once do not overlap, and leave no lock', async () => {
  const spans = (await Promise.all([hold(600), hold(600)])).map((lines) =>
    lines
      .trim()
      .split('\n')
      .map((line) => Number(line.split(' ')[0])),
  );
  const [first, second] = spans.sort(([a = 0], [b = 0]) => a - b);
  expect(second?.[0]).toBeGreaterThanOrEqual(first?.[1] ?? Infinity);
  expect(existsSync(lock)).toBe(false);
});

test('the lock of a killed set-up does not keep the next one waiting', async () => {
  await hold(0);
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  await writeFile(lock, String(dead));
  expect(await hold(0)).toContain('in');
});

test('wrong usage ends with 2, and a signal to the script reaches what it started', async () => {
  expect(spawnSync(process.execPath, [join(scripts, 'run.mjs'), 'no-such-entry']).status).toBe(2);
  const source = `import { runEntry } from ${JSON.stringify(`${scripts}shared.mjs`)};
    process.exitCode = await runEntry(['-e', "console.log('up'); setInterval(() => {}, 1000)"]);`;
  const script = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  script.stdout.once('data', () => script.kill('SIGTERM'));
  expect(await new Promise((resolve) => script.once('exit', resolve))).toBe(143);
});
