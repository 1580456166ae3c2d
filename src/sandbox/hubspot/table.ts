import type { CrmRecord, ObjectType, Properties } from './types.js';

/** Index of the first id that is not below `id`, in an ascending list. */
export function lowerBound(ids: readonly number[], id: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? Infinity) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insert(ids: number[], id: number): void {
  if (id > (ids.at(-1) ?? -1)) ids.push(id);
  else if (ids[lowerBound(ids, id)] !== id) ids.splice(lowerBound(ids, id), 0, id);
}

function remove(ids: number[], id: number): void {
  const index = lowerBound(ids, id);
  if (ids[index] === id) ids.splice(index, 1);
}

/** All records of one type, with a search index over user fields that may lag behind the records. */
export class Table {
  readonly type: ObjectType;
  private readonly firstId: number;
  private readonly rows: CrmRecord[] = [];
  private readonly searchableIds: number[] = [];
  private readonly users = new Map<string, Map<string, number[]>>();
  private readonly unique = new Map<string, Map<string, number>>();
  private waiting: { at: number; record: CrmRecord; properties: Properties | null }[] = [];

  constructor(type: ObjectType, firstId: number) {
    this.type = type;
    this.firstId = firstId;
  }

  get nextId(): number {
    return this.firstId + this.rows.length;
  }

  get size(): number {
    return this.searchableIds.length;
  }

  all(): readonly CrmRecord[] {
    return this.rows;
  }

  /** Records with a higher id, ascending, archived ones included. */
  *after(id: number): Generator<CrmRecord> {
    for (let index = Math.max(0, id - this.firstId + 1); index < this.rows.length; index += 1) {
      const record = this.rows[index];
      if (record !== undefined) yield record;
    }
  }

  /** The record of an id, archived ones included. */
  get(id: string): CrmRecord | undefined {
    return /^\d{1,15}$/.test(id) ? this.byNumber(Number(id)) : undefined;
  }

  byNumber(id: number): CrmRecord | undefined {
    return this.rows[id - this.firstId];
  }

  /** Adds a seeded record (searchable at once) or, with `at`, one just created (searchable after the lag). */
  add(seed: { id: number; properties: Properties; links: CrmRecord['links'] }, at: number | null): CrmRecord {
    if (seed.id !== this.nextId) throw new Error(`${this.type} ${String(seed.id)} does not follow ${String(this.nextId - 1)}`);
    const record: CrmRecord = { id: seed.id, properties: seed.properties, searchable: null, archived: false, links: seed.links };
    this.rows.push(record);
    if (at === null) this.index(record, seed.properties);
    else this.waiting.push({ at, record, properties: seed.properties });
    this.trackUnique(record, null);
    return record;
  }

  /** Replaces the properties of a record, null archives it; the search index follows after the lag. */
  change(record: CrmRecord, properties: Properties | null, at: number): void {
    const old = record.properties;
    if (properties === null) record.archived = true;
    else record.properties = properties;
    this.waiting.push({ at, record, properties });
    this.trackUnique(record, old);
  }

  /** Brings the search index up to what was written before `until`. */
  settle(until: number): void {
    const due = this.waiting.findIndex((item) => item.at > until);
    const ready = this.waiting.splice(0, due === -1 ? this.waiting.length : due);
    for (const item of ready) this.index(item.record, item.properties);
  }

  /** Ids that a search may see, ascending. */
  get ids(): readonly number[] {
    return this.searchableIds;
  }

  /** Starts an index over a field that names users. */
  indexUsers(field: string): void {
    const lists = new Map<string, number[]>();
    for (const id of this.searchableIds) this.listOf(lists, this.byNumber(id)?.searchable?.[field])?.push(id);
    this.users.set(field, lists);
  }

  /** Ascending ids of the records whose user field has this value; undefined when the field has no index. */
  withUser(field: string, value: string): readonly number[] | undefined {
    const lists = this.users.get(field);
    return lists === undefined ? undefined : (lists.get(value) ?? []);
  }

  /** Starts (once) to keep a property's values apart, over what is there. */
  keepUnique(property: string): void {
    if (this.unique.has(property)) return;
    const ids = new Map<string, number>();
    for (const record of this.rows) {
      const value = record.properties[property];
      if (!record.archived && value !== null && value !== undefined) ids.set(value.toLowerCase(), record.id);
    }
    this.unique.set(property, ids);
  }

  /** The record that has this value in a unique property. */
  findUnique(property: string, value: string): CrmRecord | undefined {
    this.keepUnique(property);
    const id = this.unique.get(property)?.get(value.toLowerCase());
    return id === undefined ? undefined : this.byNumber(id);
  }

  private index(record: CrmRecord, properties: Properties | null): void {
    for (const [field, lists] of this.users) {
      const from = record.searchable?.[field];
      const to = properties?.[field];
      if (from === to && record.searchable !== null) continue;
      const old = this.listOf(lists, from);
      if (old !== undefined) remove(old, record.id);
      const list = this.listOf(lists, to);
      if (list !== undefined) insert(list, record.id);
    }
    if (properties === null) remove(this.searchableIds, record.id);
    else if (record.searchable === null) insert(this.searchableIds, record.id);
    record.searchable = properties;
  }

  private listOf(lists: Map<string, number[]>, value: string | null | undefined): number[] | undefined {
    if (value === null || value === undefined) return undefined;
    const list = lists.get(value);
    if (list !== undefined) return list;
    const fresh: number[] = [];
    lists.set(value, fresh);
    return fresh;
  }

  private trackUnique(record: CrmRecord, old: Properties | null): void {
    for (const [property, ids] of this.unique) {
      const before = old?.[property];
      if (before !== null && before !== undefined && ids.get(before.toLowerCase()) === record.id)
        ids.delete(before.toLowerCase());
      const value = record.properties[property];
      if (!record.archived && value !== null && value !== undefined) ids.set(value.toLowerCase(), record.id);
    }
  }
}
