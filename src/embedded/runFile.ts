import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './processes.js';

/** Where the running stack can be reached; written to `$BATON_HOME/run.json` when all is ready, for people, scripts and tests. */
export interface RunFile {
  readonly pid: number;
  readonly startedAt: string;
  readonly server: string;
  readonly sandbox: string;
  readonly mailbox: string;
  readonly metrics: readonly string[];
  readonly config: string;
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly ui: string; readonly cli: string };
}

const fileOf = (home: string): string => join(home, 'run.json');

/** Writes it whole or not at all: whoever waits for the file may read it at once. For the owner only, it holds a password. */
export async function writeRunFile({ home, run }: { home: string; run: Omit<RunFile, 'pid' | 'startedAt'> }): Promise<void> {
  const content = { pid: process.pid, startedAt: new Date().toISOString(), ...run };
  await mkdir(home, { recursive: true });
  await writeFile(`${fileOf(home)}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  await rename(`${fileOf(home)}.new`, fileOf(home));
}

/** We wrote it whole ourselves, so one field tells it from something else under this name. */
function isRunFile(value: unknown): value is RunFile {
  return typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number';
}

/** The running stack's file, or null when nothing runs; one whose process is dead is removed. */
export async function readRunFile(home: string): Promise<RunFile | null> {
  try {
    const run: unknown = JSON.parse(await readFile(fileOf(home), 'utf8'));
    if (isRunFile(run) && isAlive(run.pid)) return run;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing && !(error instanceof SyntaxError)) throw error;
  }
  await removeRunFile(home);
  return null;
}

/** Removes it, on a clean stop. */
export async function removeRunFile(home: string): Promise<void> {
  await rm(fileOf(home), { force: true });
}
