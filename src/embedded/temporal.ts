import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startChild, type Child } from './children.js';
import { choosePort } from './ports.js';
import { resolveTemporalCli } from './programs.js';

export { resolveTemporalCli, resolveTestServer } from './programs.js';

const run = promisify(execFile);

/** The kinds of search attributes that Baton uses. */
export type SearchAttributeType = 'Keyword' | 'Int' | 'Datetime' | 'Bool' | 'KeywordList';

/** `dataFile` null keeps all in memory; a port of 0 is any free one; `cliPath` is TEMPORAL_CLI_PATH, resolved by itself when undefined. */
export interface TemporalOptions {
  readonly dataFile: string | null;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  readonly searchAttributes: Readonly<Record<string, SearchAttributeType>>;
  readonly cliPath?: string | undefined;
  readonly cacheDir?: string | undefined;
  readonly onProgress: (line: string) => void;
}

/** A running dev server: gRPC `address`, UI url, and the program, for the lines that a person may run. */
export interface EmbeddedTemporal {
  readonly address: string;
  readonly namespace: string;
  readonly ui: string;
  readonly cli: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

interface Target {
  readonly cli: string;
  readonly address: string;
  readonly options: TemporalOptions;
}

function serverArguments({ options, port, uiPort }: { options: TemporalOptions; port: number; uiPort: number }): string[] {
  // The defaults write and sync every commit to a rollback journal: three times slower.
  const pragmas = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'];
  const data = options.dataFile === null ? [] : ['--db-filename', options.dataFile, ...pragmas];
  const attributes = Object.entries(options.searchAttributes).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
  const ports = ['--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)];
  return ['server', 'start-dev', ...ports, '--namespace', options.namespace, '--log-level', 'warn', ...data, ...attributes];
}

async function succeeds({ cli, address, options }: Target, args: readonly string[]): Promise<string | null> {
  try {
    // A developer's own settings (an API key, a cloud address) are not meant for this server.
    const own = ['--disable-config-env', '--disable-config-file'];
    const at = ['--address', address, '--namespace', options.namespace, '--output', 'json'];
    return (await run(cli, [...args, ...at, ...own], { timeout: 10_000 })).stdout;
  } catch {
    // Not up yet; the caller asks again until its time is over.
    return null;
  }
}

/** Answering is not enough: an upsert of an attribute that is not registered yet would fail a workflow task. */
async function isReady(target: Target): Promise<boolean> {
  if ((await succeeds(target, ['operator', 'cluster', 'health'])) === null) return false;
  if ((await succeeds(target, ['operator', 'namespace', 'describe'])) === null) return false;
  const listed = await succeeds(target, ['operator', 'search-attribute', 'list']);
  return listed !== null && Object.keys(target.options.searchAttributes).every((name) => listed.includes(`"${name}"`));
}

async function awaitReady({ child, target }: { child: Child; target: Target }): Promise<boolean> {
  const endAt = Date.now() + 60_000;
  while (child.running() && Date.now() < endAt) {
    if (await isReady(target)) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

async function start({
  cli,
  options,
  logFile,
}: {
  cli: string;
  options: TemporalOptions;
  logFile: string;
}): Promise<EmbeddedTemporal | null> {
  const port = await choosePort({ port: options.port, variable: 'TEMPORAL_PORT' });
  const uiPort = await choosePort({ port: options.uiPort, variable: 'TEMPORAL_UI_PORT' });
  const target = { cli, address: `127.0.0.1:${port}`, options };
  const child = await startChild({ command: cli, args: serverArguments({ options, port, uiPort }), logFile });
  if (await awaitReady({ child, target })) {
    // It ends within a second or not at all: with workers still polling it would wait for them.
    const stop = (): Promise<void> => child.stop({ signal: 'SIGINT', timeoutMs: 5_000 });
    return { address: target.address, namespace: options.namespace, ui: `http://127.0.0.1:${uiPort}`, cli, pid: child.pid, stop };
  }
  await child.stop({ signal: 'SIGINT', timeoutMs: 2_000 });
  if (child.logTail().includes('address already in use')) return null;
  throw new Error(`The Temporal dev server did not start:\n${child.logTail()}`);
}

/** Starts Temporal's dev server on loopback and waits until it answers and knows the namespace and the search attributes. */
export async function startTemporal(options: TemporalOptions): Promise<EmbeddedTemporal> {
  const cli = await resolveTemporalCli({ path: options.cliPath, cacheDir: options.cacheDir, onProgress: options.onProgress });
  const temporary = options.dataFile === null ? await mkdtemp(join(tmpdir(), 'baton-temporal-')) : null;
  const folder = temporary ?? dirname(options.dataFile ?? '.');
  await mkdir(folder, { recursive: true });
  const logFile = join(folder, 'temporal.log');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const temporal = await start({ cli, options, logFile });
    if (temporal === null) continue;
    const stop = async (): Promise<void> => {
      await temporal.stop();
      if (temporary !== null) await rm(temporary, { recursive: true, force: true });
    };
    return { ...temporal, stop };
  }
  throw new Error(`The Temporal dev server found its ports taken; see ${logFile}`);
}
