import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { processIdentity, sendSignal, waitFor } from './processes.js';

/** A process and what tells it from a later one with the same id. */
interface Known {
  readonly pid: number;
  readonly identity: string;
}

interface PidRecord {
  readonly owner: Known;
  readonly children: readonly Known[];
}

const fileOf = (home: string): string => join(home, 'pids.json');

const lives = ({ pid, identity }: Known): boolean => processIdentity(pid) === identity;

function know(pid: number): Known {
  return { pid, identity: processIdentity(pid) ?? 'gone' };
}

function isKnown(value: unknown): value is Known {
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('identity' in value)) return false;
  return typeof value.pid === 'number' && typeof value.identity === 'string';
}

async function readRecord(home: string): Promise<PidRecord | null> {
  try {
    const value: unknown = JSON.parse(await readFile(fileOf(home), 'utf8'));
    if (typeof value !== 'object' || value === null || !('owner' in value) || !('children' in value)) return null;
    const { owner, children } = value;
    return isKnown(owner) && Array.isArray(children) ? { owner, children: children.filter(isKnown) } : null;
  } catch {
    // None, or cut off by a crash: then there is nothing that could be trusted to be ours.
    return null;
  }
}

/** Makes this process the owner of `home`: refuses while another one lives, ends the children that a killed one left. */
export async function claimHome(home: string): Promise<void> {
  await mkdir(home, { recursive: true });
  const record = await readRecord(home);
  if (record !== null && record.owner.pid !== process.pid && lives(record.owner)) {
    throw new Error(`Baton already runs on ${home} (process ${record.owner.pid}); stop it, or set BATON_HOME to another folder`);
  }
  const left = (record?.children ?? []).filter(lives);
  for (const { pid } of left) sendSignal(pid, 'SIGINT');
  if (!(await waitFor(() => !left.some(lives), 8_000))) {
    for (const { pid } of left.filter(lives)) sendSignal(pid, 'SIGKILL');
    await waitFor(() => !left.some(lives), 2_000);
  }
  await recordChildren({ home, pids: [] });
}

/** Notes what we started, for a next start after we were killed. */
export async function recordChildren({ home, pids }: { home: string; pids: readonly number[] }): Promise<void> {
  const record: PidRecord = { owner: know(process.pid), children: pids.map(know) };
  await mkdir(dirname(fileOf(home)), { recursive: true });
  await writeFile(fileOf(home), `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/** Gives `home` up after a clean stop. */
export async function releaseHome(home: string): Promise<void> {
  await rm(fileOf(home), { force: true });
}
