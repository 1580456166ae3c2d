import type { Employee } from './bamboohr/hris.js';
import { fullName } from './bamboohr/record.js';
import type { CrmRecord, ObjectType, Properties } from './hubspot/types.js';
import type { Sandbox } from './state.js';

const hrisFields = ['workEmail', 'homeEmail', 'mobilePhone', 'payRate', 'payrollNotes'];

// Whole names, addresses, numbers and notes only: a lone first name would be found in any technical text.
const crmFields: Readonly<Record<ObjectType, readonly string[]>> = {
  companies: ['name', 'domain', 'phone', 'description'],
  contacts: ['email', 'phone', 'hs_linkedin_url', 'relationship_notes'],
  deals: ['dealname', 'description'],
  tickets: ['subject', 'content'],
  tasks: [],
};
const types = ['companies', 'contacts', 'deals', 'tickets'] as const;

/** Every personal string of the world as it stands, one a line, in blocks of some hundred lines. */
export function* personalStrings(sandbox: Sandbox): Generator<string> {
  let block: string[] = [];
  for (const text of all(sandbox)) {
    block.push(text.replace(/\s+/g, ' '));
    if (block.length < 500) continue;
    yield `${block.join('\n')}\n`;
    block = [];
  }
  if (block.length > 0) yield `${block.join('\n')}\n`;
}

function* all(sandbox: Sandbox): Generator<string> {
  for (const employee of sandbox.hris.employees.values()) yield* ofEmployee(employee);
  for (const owner of sandbox.crm.owners.values())
    if (owner.archived) yield* [`${owner.firstName} ${owner.lastName}`, owner.email];
  const names = new Set<string>();
  for (const type of types) {
    for (const record of sandbox.crm.table(type).all()) yield* ofRecord(type, record, names);
  }
}

function* ofEmployee(employee: Employee): Generator<string> {
  yield fullName(employee);
  yield* present(employee.fields, hrisFields);
}

function* ofRecord(type: ObjectType, record: CrmRecord, names: Set<string>): Generator<string> {
  if (type === 'contacts') {
    const name = `${record.properties['firstname'] ?? ''} ${record.properties['lastname'] ?? ''}`.trim();
    if (name.includes(' ') && !names.has(name)) yield name;
    names.add(name);
  }
  yield* present(record.properties, crmFields[type]);
}

function* present(values: Properties, fields: readonly string[]): Generator<string> {
  for (const field of fields) {
    const value = values[field];
    if (value !== null && value !== undefined) yield value;
  }
}
