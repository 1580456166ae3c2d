import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './waiting.js';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

/** A program in a process group of its own; its output is in files, so that it survives whoever reads it. */
export interface Started {
  readonly pid: number;
  readonly stdout: () => Promise<string>;
  readonly stderr: () => Promise<string>;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly running: () => boolean;
  /** SIGKILL for the group: nothing of it can tidy up. */
  readonly kill: () => Promise<void>;
  /** SIGTERM, and SIGKILL for what has not ended after 20 s. */
  readonly stop: () => Promise<void>;
}

/** What a child gets of our environment: nothing that could point it at somebody's real servers. */
function bareEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(PATH|HOME|TMPDIR|TZ|LANG|TEMPORAL_CLI_PATH)$/.test(name)),
  );
}

/** Ports for any entry: any free ones. */
export const freePorts = {
  BATON_PORT: '0',
  SANDBOX_PORT: '0',
  MAILBOX_SMTP_PORT: '0',
  MAILBOX_PORT: '0',
  POSTGRES_PORT: '0',
  BATON_METRICS_PORT: '0',
  BATON_WORKER_METRICS_PORT: '0',
  TEMPORAL_PORT: '0',
  TEMPORAL_UI_PORT: '0',
} as const;

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal ?? -1));
  });
}

/** Starts Node on `args` in the checkout; output goes to `<folder>/<name>.out` and `.err`. */
export function startNode(options: {
  name: string;
  folder: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}): Started {
  const [out, err] = [join(options.folder, `${options.name}.out`), join(options.folder, `${options.name}.err`)];
  const files = [openSync(out, 'w'), openSync(err, 'w')];
  const child = spawn(process.execPath, [...options.args], {
    cwd: checkout,
    env: { ...bareEnvironment(), ...freePorts, ...options.env },
    stdio: ['ignore', ...files],
    detached: true,
  });
  for (const file of files) closeSync(file);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.name} could not be started`);
  const ended = exitOf(child);
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals): void => {
    if (running()) process.kill(-pid, name);
  };
  const kill = async (): Promise<void> => {
    signal('SIGKILL');
    await ended;
  };
  const stop = async (): Promise<void> => {
    signal('SIGTERM');
    const timer = setTimeout(() => signal('SIGKILL'), 20_000);
    await ended;
    clearTimeout(timer);
  };
  return { pid, stdout: () => readFile(out, 'utf8'), stderr: () => readFile(err, 'utf8'), ended, running, kill, stop };
}

/** Waits until a line of its output matches, and fails at once when the program ends before. */
export async function lineOf(started: Started, pattern: RegExp, withinMs: number): Promise<RegExpExecArray> {
  return eventually(
    `a line ${String(pattern)}`,
    async () => {
      const found = pattern.exec(await started.stdout());
      if (!found && !started.running()) throw new Error(`it ended:\n${await started.stdout()}\n${await started.stderr()}`);
      return found;
    },
    { withinMs, everyMs: 50 },
  );
}
