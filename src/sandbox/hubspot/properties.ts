import { z } from 'zod';
import type { ObjectType } from './types.js';

/** How a property's values are checked and compared. */
export const valueTypes = ['string', 'number', 'datetime', 'enumeration', 'bool'] as const;

const definitionSchema = z.object({
  name: z.string(),
  label: z.string(),
  type: z.enum(valueTypes),
  fieldType: z.string(),
  groupName: z.string(),
  description: z.string(),
  hasUniqueValue: z.boolean(),
  /** `OWNER` marks a user field: its value is an owner id. */
  referencedObjectType: z.enum(['OWNER']).nullable(),
  options: z.array(z.object({ label: z.string(), value: z.string() })),
  readOnly: z.boolean(),
  hubspotDefined: z.boolean(),
});

/** One property of a record type. */
export type PropertyDefinition = z.infer<typeof definitionSchema>;

/** Reads a definition back from the journal. */
export function parseDefinition(input: unknown): PropertyDefinition {
  return definitionSchema.parse(input);
}

type Kind = 'text' | 'key' | 'number' | 'instant' | 'owner' | 'flag' | 'checkbox' | readonly string[];

const text: Kind = 'text';
const common: Record<string, Kind> = { hubspot_owner_id: 'owner' };
const system: Record<string, Kind> = {
  hs_object_id: 'number',
  createdate: 'instant',
  hs_lastmodifieddate: 'instant',
  notes_last_updated: 'instant',
};

const writable: Record<ObjectType, Record<string, Kind>> = {
  companies: {
    name: text,
    domain: text,
    phone: text,
    description: text,
    city: text,
    country: text,
    annualrevenue: 'number',
    account_manager: 'owner',
    renewal_date: 'instant',
  },
  contacts: {
    firstname: text,
    lastname: text,
    email: text,
    phone: text,
    company: text,
    jobtitle: text,
    hs_language: text,
    hs_timezone: text,
    hs_linkedin_url: text,
    relationship_notes: text,
    do_not_contact: 'checkbox',
  },
  deals: { dealname: text, amount: 'number', dealstage: text, pipeline: text, closedate: 'instant', description: text },
  tickets: {
    subject: text,
    content: text,
    hs_pipeline: text,
    hs_pipeline_stage: text,
    hs_ticket_category: text,
    hs_ticket_priority: ['LOW', 'MEDIUM', 'HIGH'],
  },
  tasks: {
    hs_timestamp: 'instant',
    hs_task_subject: text,
    hs_task_body: text,
    hs_task_status: ['NOT_STARTED', 'IN_PROGRESS', 'WAITING', 'DEFERRED', 'COMPLETED'],
    hs_task_priority: ['NONE', 'LOW', 'MEDIUM', 'HIGH'],
    hs_task_type: ['TODO', 'CALL', 'EMAIL'],
    hs_task_reminders: text,
    baton_key: 'key',
  },
};

const calculated: Record<ObjectType, Record<string, Kind>> = {
  companies: system,
  contacts: {
    ...system,
    lastmodifieddate: 'instant',
    associatedcompanyid: 'number',
    hs_sales_email_last_replied: 'instant',
  },
  deals: { ...system, hs_is_closed: 'flag' },
  tickets: system,
  tasks: system,
};

// What this company's administrator added: an account manager, the day of renewal, the notes that tests search for, a refusal to be
// written to, and the unique key of tasks that an integration needs before its first upsert.
const custom = new Set(['account_manager', 'renewal_date', 'relationship_notes', 'do_not_contact', 'baton_key']);

/** The properties that a record type has before anybody adds one. */
export function standardProperties(type: ObjectType): Map<string, PropertyDefinition> {
  const definitions = [
    ...Object.entries({ ...common, ...writable[type] }).map(([name, kind]) => define(name, kind, false, type)),
    ...Object.entries(calculated[type]).map(([name, kind]) => define(name, kind, true, type)),
  ];
  return new Map(definitions.map((definition) => [definition.name, definition]));
}

function define(name: string, kind: Kind, readOnly: boolean, type: ObjectType): PropertyDefinition {
  const values = kind === 'checkbox' ? ['true', 'false'] : typeof kind === 'string' ? [] : kind;
  const options = values.map((value) => ({ label: value, value }));
  return {
    name,
    label: name.replaceAll('_', ' '),
    ...shapeOf(kind),
    groupName: `${type}information`,
    description: '',
    hasUniqueValue: kind === 'key' || name === 'hs_object_id',
    referencedObjectType: kind === 'owner' ? 'OWNER' : null,
    options,
    readOnly,
    hubspotDefined: !custom.has(name),
  };
}

function shapeOf(kind: Kind): Pick<PropertyDefinition, 'type' | 'fieldType'> {
  if (kind === 'text' || kind === 'key') return { type: 'string', fieldType: 'text' };
  if (kind === 'number') return { type: 'number', fieldType: 'number' };
  if (kind === 'instant') return { type: 'datetime', fieldType: 'date' };
  if (kind === 'checkbox') return { type: 'bool', fieldType: 'booleancheckbox' };
  if (kind === 'flag') return { type: 'bool', fieldType: 'calculation_equation' };
  return { type: 'enumeration', fieldType: 'select' };
}

/** What HubSpot answers when no `properties` are asked for; the last three come always. */
export const defaultProperties: Readonly<Record<ObjectType, readonly string[]>> = {
  companies: ['name', 'domain', 'createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  contacts: ['firstname', 'lastname', 'email', 'createdate', 'lastmodifieddate', 'hs_object_id'],
  deals: ['dealname', 'amount', 'closedate', 'dealstage', 'pipeline', 'createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  tickets: ['subject', 'content', 'hs_pipeline', 'hs_pipeline_stage', 'createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  tasks: ['createdate', 'hs_lastmodifieddate', 'hs_object_id'],
};

/** A value as it is stored, or why it cannot be; `''` and null clear. */
export function normalise(
  definition: PropertyDefinition,
  value: string | null,
  ownerState: (id: string) => 'active' | 'archived' | 'unknown',
): { value: string | null } | { problem: string; code: string } {
  if (value === null || value === '') return { value: null };
  if (definition.referencedObjectType === 'OWNER') {
    const state = ownerState(value);
    if (state === 'active') return { value };
    return { problem: `Owner ${value} ${state === 'archived' ? 'is not active' : 'does not exist'}`, code: 'INVALID_OWNER_ID' };
  }
  if (definition.type === 'number' && !Number.isFinite(Number(value)))
    return { problem: `${value} was not a valid number.`, code: 'INVALID_LONG' };
  if (definition.type === 'datetime') {
    const instant = instantOf(value);
    return Number.isNaN(instant)
      ? { problem: `${value} was not a valid date.`, code: 'INVALID_DATE' }
      : { value: new Date(instant).toISOString() };
  }
  if (definition.options.length > 0 && !definition.options.some((option) => option.value === value)) {
    return { problem: `${value} was not one of the allowed options`, code: 'INVALID_OPTION' };
  }
  return { value };
}

/** Milliseconds of a value given as milliseconds or ISO 8601; NaN when it is neither. */
export function instantOf(value: string): number {
  const instant = /^-?\d+$/.test(value) ? Number(value) : Date.parse(value);
  return Math.abs(instant) > 8.64e15 ? Number.NaN : instant;
}
