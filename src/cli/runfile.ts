import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What the command line takes from the file of a running stack (contracts.md 1). */
const runFile = z.object({
  pid: z.number().int().positive(),
  config: z.string(),
  databaseUrl: z.string(),
  temporal: z.object({ address: z.string(), namespace: z.string() }),
});
export type RunFile = z.output<typeof runFile>;

/** `run.json` of the stack that runs in this BATON_HOME; null when none does. */
export function readRunFile(home: string): RunFile | null {
  try {
    const parsed = runFile.safeParse(JSON.parse(readFileSync(join(home, 'run.json'), 'utf8')));
    return parsed.success && isAlive(parsed.data.pid) ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A process of somebody else is alive as well. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
