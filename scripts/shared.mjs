import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** One line for the person who waits; stdout is for results. */
export const say = (line) => process.stderr.write(`${line}\n`);

/** True when a package is installed. */
export const has = (name) => existsSync(path.join(root, 'node_modules', name, 'package.json'));

/** The exit code by which a shell reports an end by this signal. */
const signalCode = (signal) => 128 + (constants.signals[signal] ?? 0);

/** Ctrl-C in a terminal reaches the whole process group by itself; passing it on as well would press it twice. */
const passOn = (signal) => signal === 'SIGTERM' || !process.stdin.isTTY;

/** Runs a program in the checkout until it ends, passing our signals on; answers its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', windowsHide: true, ...options });
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, () => passOn(signal) && child.kill(signal)]);
    const release = () => handlers.forEach(([signal, handler]) => process.off(signal, handler));
    handlers.forEach(([signal, handler]) => process.on(signal, handler));
    child.once('error', (error) => {
      release();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      release();
      resolve(code ?? signalCode(signal));
    });
  });
}

/** Runs Node itself with these arguments; stdin, stdout and stderr are ours. */
export const runEntry = (args, env = {}) => run(process.execPath, args, { env: { ...process.env, ...env } });

/** Runs a set-up step, its stdout on stderr; ends this process when it was stopped by a signal, throws `hint` when it failed. */
export async function runStep(command, args, { hint, env = {}, shell = false }) {
  const code = await run(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env }, shell });
  if ([129, 130, 143].includes(code)) process.exit(code);
  if (code !== 0) throw new Error(hint);
}
