import { z } from 'zod';
import type { CallFaults } from '../faults.js';
import { type Sandbox, commit } from '../state.js';
import { HubspotError, notFound } from './errors.js';
import { normalise } from './properties.js';
import type { CrmRecord, ObjectType } from './types.js';

/** Values in a request: numbers and flags become text, as HubSpot stores them; null and `''` clear. */
export const valuesSchema = z.record(
  z.string(),
  z.union([z.string(), z.number().transform(String), z.boolean().transform(String), z.null()]),
);

/** Properties that a request wants to set. */
export type Values = z.infer<typeof valuesSchema>;

/** Who writes, and which records a fault rule refuses. */
export type Writer = { readonly sandbox: Sandbox; readonly by: 'baton' | 'human'; readonly faults: CallFaults };

/** 400 for the whole request when a property does not exist or is read-only, as in HubSpot's batches. */
export function checkNames(sandbox: Sandbox, type: ObjectType, sets: readonly Values[]): void {
  const definitions = sandbox.crm.properties(type);
  const names = new Set(sets.flatMap((values) => Object.keys(values)));
  const details = [...names].flatMap((name) => {
    const definition = definitions.get(name);
    if (definition === undefined)
      return [{ message: `Property "${name}" does not exist`, code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: [name] } }];
    if (!definition.readOnly) return [];
    return [
      {
        message: `"${name}" is a read only property; its value cannot be set.`,
        code: 'READ_ONLY_VALUE',
        context: { propertyName: [name] },
      },
    ];
  });
  if (details.length === 0) return;
  throw new HubspotError(
    400,
    'VALIDATION_ERROR',
    `Property values were not valid: ${details.map((detail) => detail.message).join('; ')}`,
    { details },
  );
}

/** Values as stored; throws the error of this one record. */
export function checkValues(sandbox: Sandbox, type: ObjectType, values: Values): Record<string, string | null> {
  const stored: Record<string, string | null> = {};
  const details = Object.entries(values).flatMap(([name, value]) => {
    const definition = sandbox.crm.properties(type).get(name);
    if (definition === undefined) return [];
    const result = normalise(definition, value, (id) => sandbox.crm.ownerState(id));
    if ('problem' in result) return [{ message: result.problem, code: result.code, context: { propertyName: [name] } }];
    stored[name] = result.value;
    return [];
  });
  if (details.length === 0) return stored;
  const list = details.map(({ message, code, context }) => ({
    isValid: false,
    message,
    error: code,
    name: context.propertyName[0],
  }));
  throw new HubspotError(400, 'VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify(list)}`, { details });
}

/** The record of an id or of a unique property's value; throws 404. */
export function resolve(sandbox: Sandbox, type: ObjectType, id: string, idProperty: string | undefined): CrmRecord {
  if (idProperty === undefined || idProperty === 'hs_object_id') {
    const record = sandbox.crm.find(type, id);
    if (record === undefined) throw notFound(`${type} ${id}`);
    return record;
  }
  requireUnique(sandbox, type, idProperty);
  const record = sandbox.crm.table(type).findUnique(idProperty, id);
  if (record === undefined) throw notFound(`${type} with ${idProperty} ${id}`);
  return record;
}

/** 400 unless the property exists and keeps its values apart; a contact's e-mail address does without being declared so. */
export function requireUnique(sandbox: Sandbox, type: ObjectType, property: string): void {
  const definition = sandbox.crm.properties(type).get(property);
  if (definition?.hasUniqueValue === true || (type === 'contacts' && property === 'email')) return;
  const problem = definition === undefined ? 'does not exist' : 'is not a unique property';
  throw new HubspotError(400, 'VALIDATION_ERROR', `idProperty ${property} ${problem} on ${type}`, {
    details: [
      {
        message: `Property ${property} ${problem}`,
        code: definition === undefined ? 'PROPERTY_DOESNT_EXIST' : 'INVALID_UNIQUE_PROPERTY',
      },
    ],
  });
}

/** Sets what differs; a write without effect leaves no trace but a count. Throws the error of this record. */
export function updateRecord(writer: Writer, type: ObjectType, record: CrmRecord, values: Values, key: string | null): void {
  const { sandbox, by } = writer;
  refuseByFault(writer, String(record.id));
  const stored = checkValues(sandbox, type, values);
  refuseDoubles(sandbox, type, stored, record);
  const changes = Object.entries(stored).filter(([field, to]) => (record.properties[field] ?? null) !== to);
  if (changes.length === 0) sandbox.calls.addWithoutEffect();
  for (const [field, to] of changes) {
    const from = record.properties[field] ?? null;
    commit(sandbox, { vendor: 'hubspot', by, op: 'update', type, record: String(record.id), field, from, to, key });
  }
}

/** Creates a record; throws when a required property or a unique value stands against it. */
export function createRecord(writer: Writer, type: ObjectType, values: Values, key: string | null): CrmRecord {
  const { sandbox, by } = writer;
  const stored = checkValues(sandbox, type, values);
  if (type === 'tasks' && (stored['hs_timestamp'] ?? null) === null) {
    const details = [
      { message: 'hs_timestamp is required', code: 'REQUIRED_PROPERTY_MISSING', context: { properties: ['hs_timestamp'] } },
    ];
    throw new HubspotError(400, 'VALIDATION_ERROR', 'Error creating TASK. Some required properties were not set.', { details });
  }
  refuseDoubles(sandbox, type, stored, null);
  const id = String(sandbox.crm.table(type).nextId);
  refuseByFault(writer, id);
  const unique = [...sandbox.crm.properties(type).values()].find(
    (definition) => definition.hasUniqueValue && !definition.readOnly,
  );
  const ownKey = unique === undefined ? null : (stored[unique.name] ?? null);
  const properties = { ...stored, hs_object_id: id, createdate: new Date(sandbox.now()).toISOString() };
  const to = { id, properties };
  commit(sandbox, { vendor: 'hubspot', by, op: 'create', type, record: id, field: null, from: null, to, key: key ?? ownKey });
  return resolve(sandbox, type, id, undefined);
}

function refuseDoubles(sandbox: Sandbox, type: ObjectType, stored: Record<string, string | null>, self: CrmRecord | null): void {
  for (const [name, value] of Object.entries(stored)) {
    const definition = sandbox.crm.properties(type).get(name);
    if (value === null || !(definition?.hasUniqueValue === true || (type === 'contacts' && name === 'email'))) continue;
    const other = sandbox.crm.table(type).findUnique(name, value);
    if (other === undefined || other.id === self?.id) continue;
    throw new HubspotError(409, 'CONFLICT', `A record with this ${name} already exists. Existing ID: ${String(other.id)}`, {
      context: { id: [String(other.id)] },
    });
  }
}

/** Archives a record; one that is gone already is a write without effect. */
export function archiveRecord(writer: Writer, type: ObjectType, id: string): void {
  const { sandbox, by } = writer;
  const record = sandbox.crm.find(type, id);
  if (record === undefined) return sandbox.calls.addWithoutEffect();
  refuseByFault(writer, id);
  const from = { id, properties: record.properties };
  commit(sandbox, { vendor: 'hubspot', by, op: 'delete', type, record: id, field: null, from, to: null, key: null });
}

/** Refuses one record when a `record-error` rule says so. */
export function refuseByFault(writer: Writer, id: string): void {
  const category = writer.faults.recordError(id);
  if (category !== null) throw new HubspotError(400, category, `The record ${id} was refused by a fault rule`);
}
