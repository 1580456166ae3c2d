import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { startChild, type Child } from './children.js';
import { choosePort } from './ports.js';
import { preparePostgres, type PostgresPlace } from './postgresPlace.js';
import { commandLine, isAlive, waitFor } from './processes.js';

const run = promisify(execFile);

/** Where the data lie, which port (0 = any free one), and further server settings such as `fsync: 'off'` for tests. */
export interface PostgresOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly onProgress: (line: string) => void;
}

/** A running embedded server; `url` names its database `baton`, `dataDir` the place that was really used. */
export interface EmbeddedPostgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  readonly stop: () => Promise<void>;
}

/** A fixed environment: the user's locale and PG* variables must not change what is created. Windows needs its own to start at all. */
function cleanEnvironment(): NodeJS.ProcessEnv | undefined {
  return process.platform === 'win32' ? undefined : { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' };
}

async function createCluster(place: PostgresPlace): Promise<void> {
  const unfinished = `${place.dataDir}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await writeFile(place.passwordFile, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  if (place.user !== null) {
    await chown(unfinished, place.user.uid, place.user.gid);
    await chown(place.passwordFile, place.user.uid, place.user.gid);
  }
  const args = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${place.passwordFile}`, '--encoding=UTF8', '--locale=C'];
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const options = { cwd: unfinished, env: cleanEnvironment(), ...(place.user ?? {}) };
  await run(place.initdb, [`--pgdata=${unfinished}`, ...args, ...locale], options);
  // Renamed when complete, so that an interrupted first start is begun anew instead of found half done.
  await rename(unfinished, place.dataDir);
}

/** Removes the lock file of a server that died; waits for one that is just ending; refuses when one still runs on these data. */
async function clearStaleLock(dataDir: string): Promise<void> {
  const lockFile = `${dataDir}/postmaster.pid`;
  if (!existsSync(lockFile)) return;
  const pid = Number((await readFile(lockFile, 'utf8')).split('\n', 1)[0]);
  const holds = (): boolean => isAlive(pid) && commandLine(pid).includes(dataDir);
  if (!(await waitFor(() => !holds(), 8_000)))
    throw new Error(`PostgreSQL already runs on ${dataDir} (process ${pid}); stop it first`);
  // The id may belong to an unrelated process by now, and PostgreSQL would refuse to start beside it.
  await rm(lockFile, { force: true });
}

function launch({
  place,
  port,
  settings,
}: {
  place: PostgresPlace;
  port: number;
  settings: Readonly<Record<string, string>>;
}): Promise<Child> {
  const fixed = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const flags = Object.entries({ ...fixed, ...settings }).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  return startChild({
    command: place.postgres,
    args: ['-D', place.dataDir, '-p', String(port), ...flags],
    cwd: place.dataDir,
    env: cleanEnvironment(),
    logFile: `${place.dataDir}.log`,
    ...(place.user ?? {}),
  });
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
  // A connection that is cut during start-up also emits `error`, which nobody else listens to.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const found = await client.query("select 1 from pg_database where datname = 'baton'");
    if (found.rowCount === 0) await client.query('create database baton');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `ready`, or `again` when a transient reason (a port taken meanwhile, dying leftovers) made it end; throws for any other end. */
async function awaitReady({ child, adminUrl }: { child: Child; adminUrl: string }): Promise<'ready' | 'again'> {
  const endAt = Date.now() + 60_000;
  while (child.running() && Date.now() < endAt) {
    if (await answers(adminUrl)) return 'ready';
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  await child.stop({ signal: 'SIGINT', timeoutMs: 2_000 });
  if (/Address already in use|pre-existing shared memory/.test(child.logTail())) return 'again';
  throw new Error(`The embedded PostgreSQL did not start:\n${child.logTail()}`);
}

async function startOnPort(place: PostgresPlace, options: PostgresOptions): Promise<EmbeddedPostgres | null> {
  const port = await choosePort({ port: options.port, variable: 'POSTGRES_PORT' });
  const password = (await readFile(place.passwordFile, 'utf8')).trim();
  const base = `postgresql://postgres:${password}@127.0.0.1:${port}`;
  const child = await launch({ place, port, settings: options.settings ?? {} });
  if ((await awaitReady({ child, adminUrl: `${base}/postgres` })) === 'again') return null;
  // SIGINT is PostgreSQL's fast shutdown: it ends open connections, where SIGTERM would wait for them.
  const stop = (): Promise<void> => child.stop({ signal: 'SIGINT', timeoutMs: 7_000 });
  return { url: `${base}/baton`, port, pid: child.pid, dataDir: place.dataDir, stop };
}

/** Starts PostgreSQL on loopback with the data kept in `dataDir`, creating them (and the database `baton`) at the first start. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const place = await preparePostgres({ dataDir: options.dataDir, onProgress: options.onProgress });
  await mkdir(dirname(place.dataDir), { recursive: true });
  if (!existsSync(`${place.dataDir}/PG_VERSION`)) {
    options.onProgress('PostgreSQL: creating the database');
    await createCluster(place);
  }
  await clearStaleLock(place.dataDir);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const postgres = await startOnPort(place, options);
    if (postgres !== null) return postgres;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`The embedded PostgreSQL did not start; see ${place.dataDir}.log`);
}
