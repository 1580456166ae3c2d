import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/**
 * Runs beside us and holds the other end of a pipe: when we die, however hard, the pipe closes and it ends the children that we
 * named. Text, not a file, so that it runs alike from sources and from a build.
 */
const SOURCE = `
const pids = new Set();
let rest = '';
const signal = (name) => { for (const pid of pids) try { process.kill(pid, name); } catch { pids.delete(pid); } };
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\\n');
  rest = lines.pop();
  for (const line of lines) line[0] === '+' ? pids.add(Number(line.slice(1))) : pids.delete(Number(line.slice(1)));
});
process.stdin.on('end', () => {
  signal('SIGINT');
  const endAt = Date.now() + 5000;
  setInterval(() => {
    signal(0);
    if (pids.size > 0 && Date.now() < endAt) return;
    signal('SIGKILL');
    process.exit();
  }, 50);
});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
`;

let pipe: Writable | undefined;
let guarded = 0;

function open(): Writable {
  if (pipe !== undefined) return pipe;
  const child = spawn(process.execPath, ['-e', SOURCE], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  // Without the watchdog all works, except that a SIGKILL of ours leaves children; the next start clears those.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  pipe = child.stdin;
  return pipe;
}

/** From now on this child ends with us, even when we are killed with SIGKILL. */
export function guard(pid: number): void {
  guarded += 1;
  open().write(`+${pid}\n`);
}

/** The child has ended, so that its id may belong to someone else; the last one takes the watchdog along. */
export function unguard(pid: number): void {
  guarded -= 1;
  pipe?.write(`-${pid}\n`);
  if (guarded > 0) return;
  pipe?.end();
  pipe = undefined;
}
