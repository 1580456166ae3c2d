import { HubspotError } from './errors.js';

/** The record types of the stand-in. */
export const objectTypes = ['companies', 'contacts', 'deals', 'tickets', 'tasks'] as const;
/** A record type, by the name that stands in paths. */
export type ObjectType = (typeof objectTypes)[number];

/** Properties as the CRM stores them: text or nothing. */
export type Properties = Readonly<Record<string, string | null>>;

/** One record; `properties` is replaced, never changed, so `searchable` can lag behind it. Null: not in the search index. */
export type CrmRecord = {
  readonly id: number;
  properties: Properties;
  searchable: Properties | null;
  archived: boolean;
  readonly links: { [Type in ObjectType]?: number[] };
};

// Paths take the plural, the singular, or the type id (vendors.md: deals also as 0-3).
const aliases: Readonly<Record<string, ObjectType>> = {
  companies: 'companies',
  company: 'companies',
  '0-2': 'companies',
  contacts: 'contacts',
  contact: 'contacts',
  '0-1': 'contacts',
  deals: 'deals',
  deal: 'deals',
  '0-3': 'deals',
  tickets: 'tickets',
  ticket: 'tickets',
  '0-5': 'tickets',
  tasks: 'tasks',
  task: 'tasks',
  '0-27': 'tasks',
};

const typeIds = { companies: '0-2', contacts: '0-1', deals: '0-3', tickets: '0-5', tasks: '0-27' } as const;

/** The record type of a path segment; 400 for one that the stand-in does not have. */
export function objectType(segment: string): ObjectType {
  const type = Object.hasOwn(aliases, segment) ? aliases[segment] : undefined;
  if (type === undefined) throw new HubspotError(400, 'VALIDATION_ERROR', `Unable to infer object type from: ${segment}`);
  return type;
}

/** The numeric type id of a record type, like `0-2`. */
export function objectTypeId(type: ObjectType): string {
  return typeIds[type];
}
