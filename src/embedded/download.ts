import { spawn } from 'node:child_process';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
const stalledAfterMs = 30_000;

/** The SDK's own download, in a process of its own: one under way cannot be cancelled, but its process can be ended. */
const source = `
import { TestWorkflowEnvironment } from '@temporalio/testing';
const [kind, downloadDir, version] = process.argv.slice(1);
const server = { executable: { type: 'cached-download', downloadDir, version, ttl: '1 day' } };
const environment = await TestWorkflowEnvironment[kind]({ server });
await environment.teardown();
process.exit(0);
`;

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Lets it run while the folder grows; what has not grown for 30 s has no way out to the internet. */
async function runWhileGrowing({ args, folder }: { args: readonly string[]; folder: string }): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: checkout, stdio: 'ignore', windowsHide: true });
  let last = { bytes: 0, at: Date.now() };
  const look = async (): Promise<void> => {
    const bytes = await bytesIn(folder);
    if (bytes !== last.bytes) last = { bytes, at: Date.now() };
    else if (Date.now() - last.at > stalledAfterMs) child.kill('SIGKILL');
  };
  const timer = setInterval(() => void look(), 1_000);
  await new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  clearInterval(timer);
}

/** Lets the SDK download one of its servers to `target`; false when it could not. */
export async function downloadBySdk(options: {
  kind: 'createLocal' | 'createTimeSkipping';
  version: string;
  target: string;
}): Promise<boolean> {
  const folder = `${options.target}.download`;
  await mkdir(folder, { recursive: true });
  try {
    await runWhileGrowing({ args: ['--input-type=module', '-e', source, options.kind, folder, options.version], folder });
    const file = (await readdir(folder)).find((name) => !name.endsWith('.downloading'));
    if (file === undefined) return false;
    await rename(join(folder, file), options.target);
    return true;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
