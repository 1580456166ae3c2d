import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Entry, parseEntry } from './ledger.js';

// Raised whenever the generator would make another world from the same body: an old journal cannot be replayed on it.
const GENERATOR = 2;

const headSchema = z.object({ generator: z.number(), body: z.unknown(), journal: z.string() });

/** The two files that survive a restart: the body that made the world, and the journal of every effective write since. */
export type Store = {
  /** The kept world, or null when there is none that this version can rebuild. */
  load(): { body: unknown; entries: Iterable<Entry> } | null;
  /** Starts an empty journal for a new world; a crash in between keeps the old world whole. */
  reset(body: unknown): void;
  append(lines: string): void;
  close(): void;
};

/** Opens (and makes) `<home>/sandbox`. */
export function openStore(home: string): Store {
  const folder = join(home, 'sandbox');
  mkdirSync(folder, { recursive: true });
  const headFile = join(folder, 'world.json');
  let journal: { name: string; handle: number } | null = null;

  const open = (name: string): number => {
    if (journal !== null) closeSync(journal.handle);
    const handle = openSync(join(folder, name), 'a+');
    journal = { name, handle };
    return handle;
  };
  return {
    load() {
      if (!existsSync(headFile)) return null;
      const head = headSchema.parse(JSON.parse(readFileSync(headFile, 'utf8')));
      if (head.generator !== GENERATOR) return null;
      return { body: head.body, entries: readEntries(open(head.journal), join(folder, head.journal)) };
    },
    reset(body) {
      const old = journal?.name ?? null;
      const name = `ledger-${Date.now().toString(36)}-${process.hrtime.bigint().toString(36)}.jsonl`;
      open(name);
      writeFileSync(`${headFile}.new`, JSON.stringify({ generator: GENERATOR, body, journal: name }));
      renameSync(`${headFile}.new`, headFile);
      if (old !== null) rmSync(join(folder, old), { force: true });
    },
    append(lines) {
      if (journal !== null) writeSync(journal.handle, lines);
    },
    close() {
      if (journal !== null) closeSync(journal.handle);
      journal = null;
    },
  };
}

/** A last line without its end was never answered for, so it is cut off. */
function* readEntries(handle: number, file: string): Generator<Entry> {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf(10) + 1;
  if (end < bytes.length) ftruncateSync(handle, end);
  for (let start = 0; start < end;) {
    const stop = bytes.indexOf(10, start);
    yield parseEntry(bytes.toString('utf8', start, stop));
    start = stop + 1;
  }
}
