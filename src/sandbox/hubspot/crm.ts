import { z } from 'zod';
import type { Entry } from '../ledger.js';
import type { OwnerSeed } from '../world-people.js';
import { firstIds } from '../world-records.js';
import type { World } from '../world.js';
import { type PropertyDefinition, parseDefinition, standardProperties } from './properties.js';
import { Table } from './table.js';
import { type CrmRecord, type ObjectType, type Properties, objectType, objectTypes } from './types.js';

const createdSchema = z.object({ properties: z.record(z.string(), z.string().nullable()) });
const valueSchema = z.string().nullable();

/** The CRM of the world: owners, property definitions, records and their links. It changes only by ledger entries. */
export class Crm {
  readonly owners: ReadonlyMap<string, OwnerSeed>;
  private readonly definitions = new Map<ObjectType, Map<string, PropertyDefinition>>();
  private readonly tables: Readonly<Record<ObjectType, Table>>;

  constructor(world: World) {
    this.owners = new Map(world.owners.map((owner) => [owner.id, owner]));
    this.tables = {
      companies: new Table('companies', firstIds.companies),
      contacts: new Table('contacts', firstIds.contacts),
      deals: new Table('deals', firstIds.deals),
      tickets: new Table('tickets', firstIds.tickets),
      tasks: new Table('tasks', firstIds.tasks),
    };
    for (const type of objectTypes) {
      this.definitions.set(type, new Map());
      for (const definition of standardProperties(type).values()) this.define(type, definition);
    }
    for (const seed of world.records.companies) this.tables.companies.add(seed, null);
    for (const seed of world.records.contacts) this.tables.contacts.add(seed, null);
    for (const seed of world.records.deals) this.tables.deals.add(seed, null);
    for (const seed of world.records.tickets) this.tables.tickets.add(seed, null);
  }

  table(type: ObjectType): Table {
    return this.tables[type];
  }

  /** The record, unless it is archived or was never there. */
  find(type: ObjectType, id: string): CrmRecord | undefined {
    const record = this.tables[type].get(id);
    return record?.archived === true ? undefined : record;
  }

  properties(type: ObjectType): ReadonlyMap<string, PropertyDefinition> {
    return this.definitions.get(type) ?? new Map();
  }

  ownerState(id: string): 'active' | 'archived' | 'unknown' {
    const owner = this.owners.get(id);
    if (owner === undefined) return 'unknown';
    return owner.archived ? 'archived' : 'active';
  }

  /** Puts one ledger entry into effect: the same code for a request and for the replay after a restart. */
  apply(entry: Entry): void {
    if (entry.type === 'properties') {
      const [segment = ''] = entry.record.split('/');
      this.define(objectType(segment), parseDefinition(entry.to));
      return;
    }
    const type = objectType(entry.type);
    const at = Date.parse(entry.at);
    if (entry.op === 'create') {
      const { properties } = createdSchema.parse(entry.to);
      this.tables[type].add({ id: Number(entry.record), properties: derive(type, properties, entry.at), links: {} }, at);
      return;
    }
    const record = this.tables[type].get(entry.record);
    if (record === undefined) throw new Error(`the ledger names ${entry.type} ${entry.record}, which this world does not have`);
    if (entry.op === 'delete') this.tables[type].change(record, null, at);
    else if (entry.op === 'update') this.update(type, record, entry);
    else this.relink(type, record, entry);
  }

  private update(type: ObjectType, record: CrmRecord, entry: Entry): void {
    if (entry.field === null) return;
    const changed = { ...record.properties, [entry.field]: valueSchema.parse(entry.to) };
    this.tables[type].change(record, derive(type, changed, entry.at), Date.parse(entry.at));
  }

  private relink(type: ObjectType, record: CrmRecord, entry: Entry): void {
    const otherType = objectType(entry.field ?? '');
    const other = this.tables[otherType].get(valueSchema.parse(entry.op === 'associate' ? entry.to : entry.from) ?? '');
    if (other === undefined) return;
    const change = entry.op === 'associate' ? addLink : dropLink;
    change(record, otherType, other.id);
    change(other, type, record.id);
    for (const [side, contact] of [
      [type, record],
      [otherType, other],
    ] as const) {
      if (side !== 'contacts') continue;
      const company = contact.links.companies?.[0];
      const properties = { ...contact.properties, associatedcompanyid: company === undefined ? null : String(company) };
      this.tables.contacts.change(contact, properties, Date.parse(entry.at));
    }
  }

  private define(type: ObjectType, definition: PropertyDefinition): void {
    this.definitions.get(type)?.set(definition.name, definition);
    if (definition.referencedObjectType === 'OWNER') this.tables[type].indexUsers(definition.name);
    if (definition.hasUniqueValue && definition.name !== 'hs_object_id') this.tables[type].keepUnique(definition.name);
  }
}

// What the CRM computes on every effective write.
function derive(type: ObjectType, properties: Properties, at: string): Properties {
  const derived = { ...properties, hs_lastmodifieddate: at };
  if (type === 'contacts') return { ...derived, lastmodifieddate: at };
  if (type === 'deals') return { ...derived, hs_is_closed: String(properties['dealstage']?.startsWith('closed') ?? false) };
  return derived;
}

function addLink(record: CrmRecord, type: ObjectType, id: number): void {
  const ids = (record.links[type] ??= []);
  if (!ids.includes(id)) ids.push(id);
}

function dropLink(record: CrmRecord, type: ObjectType, id: number): void {
  record.links[type] = (record.links[type] ?? []).filter((other) => other !== id);
}
