import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { downloadBySdk } from './download.js';

const run = promisify(execFile);
const windows = process.platform === 'win32';
const pom = fileURLToPath(new URL('../../scripts/test-server/pom.xml', import.meta.url));
const defaultCacheDir = fileURLToPath(new URL('../../.cache/', import.meta.url));

/** The version whose server (1.29.1) Baton is tested with. */
const cliVersion = 'v1.5.1';
const cliPackage = `github.com/temporalio/cli/cmd/temporal@${cliVersion}`;

/** A path that the user named (or undefined), the folder that keeps what was obtained (default `.cache/` of the checkout), whom to tell. */
export interface ResolveOptions {
  readonly path?: string | undefined;
  readonly cacheDir?: string | undefined;
  readonly onProgress: (line: string) => void;
}

const executable = (name: string): string => (windows ? `${name}.exe` : name);

/** Whether a program starts and ends well with these arguments. */
const works = (program: string, args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;

function findOnPath(name: string): string | null {
  const found = windows ? spawnSync('where', [name]) : spawnSync('/bin/sh', ['-c', 'command -v "$0"', name]);
  const [first = ''] = found.stdout.toString().split(/\r?\n/, 1);
  return found.status === 0 && first !== '' ? first : null;
}

function named({ path, variable }: { path: string; variable: string }): string {
  if (!existsSync(path)) throw new Error(`${variable} names ${path}, which is not there`);
  return path;
}

async function buildByGo({ target, onProgress }: { target: string; onProgress: (line: string) => void }): Promise<boolean> {
  if (!works('go', ['version'])) return false;
  onProgress('Temporal: building it with Go, once; this takes some minutes');
  const timer = setInterval(() => onProgress('Temporal: still building'), 30_000);
  const folder = `${target}.build`;
  const [command, args] = goInstall(folder);
  try {
    await run(command, args, { maxBuffer: 1 << 26 });
    await rename(join(folder, executable('temporal')), target);
    return true;
  } catch (error) {
    onProgress(`Temporal: go install failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    clearInterval(timer);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The command that builds the CLI into `folder`; the environment is added to, not replaced, so that Go's own settings hold. */
export function goInstall(folder: string): [string, string[]] {
  const install = ['go', 'install', cliPackage];
  return windows
    ? ['cmd', ['/d', '/s', '/c', `set "GOBIN=${folder}"&& ${install.join(' ')}`]]
    : ['env', [`GOBIN=${folder}`, ...install]];
}

/** The path of the `temporal` program: the named one, the PATH's, the cached one, the SDK's download, or a build with Go. */
export async function resolveTemporalCli({ path, cacheDir = defaultCacheDir, onProgress }: ResolveOptions): Promise<string> {
  if (path !== undefined && path !== '') return named({ path, variable: 'TEMPORAL_CLI_PATH' });
  const installed = findOnPath('temporal');
  if (installed !== null && works(installed, ['--version'])) return installed;
  const target = join(cacheDir, 'temporal', executable('temporal'));
  if (existsSync(target)) return target;
  await mkdir(join(cacheDir, 'temporal'), { recursive: true });
  onProgress('Temporal: downloading it, once');
  if (await downloadBySdk({ kind: 'createLocal', version: cliVersion, target })) return target;
  if (await buildByGo({ target, onProgress })) return target;
  throw new Error(
    `Temporal could not be obtained. Install the Temporal CLI (any way that puts "temporal" on the PATH) or name it in TEMPORAL_CLI_PATH; ` +
      `or install Go and start again, and it is built (${cliPackage}); or set TEMPORAL_ADDRESS to a running Temporal`,
  );
}

/** Runs the jars beside it with whatever Java is there; relative, so that the cache may be moved. */
const wrapper = `#!/bin/sh
exec java -cp "$(dirname "$0")/jars/*" io.temporal.testserver.TestServer "$@"
`;

async function fetchByMaven({
  folder,
  target,
  onProgress,
}: {
  folder: string;
  target: string;
  onProgress: (line: string) => void;
}): Promise<boolean> {
  if (windows || !works('java', ['-version']) || !works('mvn', ['-v'])) return false;
  onProgress('Test server: fetching it with Maven, once');
  const jars = join(folder, 'jars');
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${jars}.new`];
  try {
    await rm(`${jars}.new`, { recursive: true, force: true });
    await run('mvn', ['-q', '-B', '-f', pom, ...goal], { maxBuffer: 1 << 26 });
    await rm(jars, { recursive: true, force: true });
    await rename(`${jars}.new`, jars);
    // Written last: it is what says that the rest is complete.
    await writeFile(`${target}.new`, wrapper);
    await chmod(`${target}.new`, 0o755);
    await rename(`${target}.new`, target);
    return true;
  } catch (error) {
    onProgress(`Test server: Maven failed: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** The path of the time-skipping test server: the named one, the cached one, the SDK's download, or Maven's jars behind a wrapper. */
export async function resolveTestServer({ path, cacheDir = defaultCacheDir, onProgress }: ResolveOptions): Promise<string> {
  if (path !== undefined && path !== '') return named({ path, variable: 'TEMPORAL_TEST_SERVER_PATH' });
  const folder = join(cacheDir, 'test-server');
  const target = join(folder, executable('temporal-test-server'));
  if (existsSync(target)) return target;
  await mkdir(folder, { recursive: true });
  onProgress('Test server: downloading it, once');
  if (await downloadBySdk({ kind: 'createTimeSkipping', version: 'default', target })) return target;
  if (await fetchByMaven({ folder, target, onProgress })) return target;
  throw new Error(
    'The time-skipping test server could not be obtained. Install Java 17 and Maven and start again, or name the server in TEMPORAL_TEST_SERVER_PATH',
  );
}
