import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { say } from './shared.mjs';

/** The holder touches its lock this often, so that a process id used again does not keep a dead lock alive. */
const touchMs = 2_000;
const staleAfterMs = 30_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The living holder's process id, or null when the lock is free or its holder is dead. */
function holder(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    const fresh = Date.now() - statSync(file).mtimeMs < staleAfterMs;
    // Just created and not yet written counts as held.
    return fresh && (pid === 0 || isAlive(pid)) ? pid : null;
  } catch {
    return null;
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Moved before it is removed: of two who found it stale only one can move it, and the other must not remove a new one. */
function removeStale(file) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

/** Runs `work` while no other process of this checkout does; a lock whose holder died is taken over. */
export async function withLock(file, work) {
  mkdirSync(path.dirname(file), { recursive: true });
  let told = false;
  while (!take(file)) {
    const pid = holder(file);
    if (pid === null) removeStale(file);
    else if (!told) say(`Waiting for another set-up (process ${pid}) …`);
    told ||= pid !== null;
    await pause(200);
  }
  const timer = setInterval(() => utimesSync(file, new Date(), new Date()), touchMs);
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    process.off('exit', release);
    release();
  }
}
