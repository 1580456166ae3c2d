import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { guard, unguard } from './watchdog.js';

/** What to start, and the file that takes its output (emptied at each start). */
export interface ChildSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly uid?: number;
  readonly gid?: number;
}

/** A process that we started and that ends with us. */
export interface Child {
  readonly pid: number;
  /** False once it has ended. */
  readonly running: () => boolean;
  /** The end of its output, for an error message. */
  readonly logTail: () => string;
  /** Asks it to end, kills it when it has not ended after `timeoutMs`; safe to call again. */
  readonly stop: (options: { signal: NodeJS.Signals; timeoutMs: number }) => Promise<void>;
}

function tail(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-8).join('\n');
}

/** Starts a child in a process group of its own, so that Ctrl-C reaches it through our orderly stop only; rejects when it cannot start. */
export function startChild(spec: ChildSpec): Promise<Child> {
  // A file, not a pipe: a child must not die of a full or broken pipe when we are gone.
  const log = openSync(spec.logFile, 'w', 0o600);
  const child = spawn(spec.command, spec.args, {
    stdio: ['ignore', log, log],
    detached: process.platform !== 'win32',
    windowsHide: true,
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    ...(spec.env === undefined ? {} : { env: spec.env }),
    ...(spec.uid === undefined ? {} : { uid: spec.uid }),
    ...(spec.gid === undefined ? {} : { gid: spec.gid }),
  });
  closeSync(log);
  let running = true;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      running = false;
      if (child.pid !== undefined) unguard(child.pid);
      resolve();
    });
  });
  const stop: Child['stop'] = async ({ signal, timeoutMs }) => {
    if (!running) return;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    await exited;
    clearTimeout(timer);
  };
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${spec.command} could not be started: ${error.message}`, { cause: error })));
    child.once('spawn', () => {
      const pid = child.pid;
      if (pid === undefined) return;
      guard(pid);
      resolve({ pid, running: () => running, logTail: () => tail(spec.logFile), stop });
    });
  });
}
