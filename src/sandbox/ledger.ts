import { z } from 'zod';

const entrySchema = z.object({
  seq: z.number(),
  at: z.string(),
  vendor: z.enum(['hubspot', 'bamboohr']),
  by: z.enum(['baton', 'human']),
  op: z.enum(['create', 'update', 'delete', 'associate', 'dissociate']),
  type: z.string(),
  record: z.string(),
  field: z.string().nullable(),
  from: z.unknown(),
  to: z.unknown(),
  key: z.string().nullable(),
});

/** One effective write; the entries in order are also the journal from which a restart rebuilds the world. */
export type Entry = z.infer<typeof entrySchema>;

/** What a vendor stand-in has decided to change, before it gets its number and time. */
export type Change = Omit<Entry, 'seq' | 'at'>;

/** Which entries to list: exclusive `after`, at most `limit`, and exact matches on the rest. */
export type LedgerQuery = { after: number; limit: number } & Partial<Pick<Entry, 'vendor' | 'type' | 'record' | 'field' | 'by'>>;

/** One line of the journal file; throws when it is no entry. */
export function parseEntry(line: string): Entry {
  return entrySchema.parse(JSON.parse(line));
}

/** The append-only list of effective writes, in memory and, after `flush`, in the journal. */
export class Ledger {
  private readonly entries: Entry[] = [];
  private pending = '';
  private readonly write: (lines: string) => void;

  constructor(write: (lines: string) => void) {
    this.write = write;
  }

  append(change: Change, at: string): Entry {
    const entry: Entry = { seq: this.entries.length + 1, at, ...change };
    this.entries.push(entry);
    this.pending += `${JSON.stringify(entry)}\n`;
    return entry;
  }

  /** Takes over an entry that the journal already holds. */
  restore(entry: Entry): void {
    this.entries.push(entry);
  }

  /** Called before an answer leaves, so that no answered write is lost by a crash. */
  flush(): void {
    if (this.pending === '') return;
    const lines = this.pending;
    this.pending = '';
    this.write(lines);
  }

  get length(): number {
    return this.entries.length;
  }

  /** `next` is the `after` of the following page, null when this page holds the newest match. */
  page(query: LedgerQuery): { entries: Entry[]; next: number | null } {
    const found: Entry[] = [];
    for (let index = query.after; index < this.entries.length; index += 1) {
      const entry = this.entries[index];
      if (entry === undefined || !matches(entry, query)) continue;
      if (found.length === query.limit) return { entries: found, next: found.at(-1)?.seq ?? null };
      found.push(entry);
    }
    return { entries: found, next: null };
  }
}

function matches(entry: Entry, query: LedgerQuery): boolean {
  return (
    (query.vendor === undefined || entry.vendor === query.vendor) &&
    (query.type === undefined || entry.type === query.type) &&
    (query.record === undefined || entry.record === query.record) &&
    (query.field === undefined || entry.field === query.field) &&
    (query.by === undefined || entry.by === query.by)
  );
}
