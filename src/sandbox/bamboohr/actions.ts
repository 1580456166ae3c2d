import { z } from 'zod';
import { ControlError, readInput } from '../errors.js';
import { slug } from '../names.js';
import { type Sandbox, commit } from '../state.js';
import { type Employee, fieldsOf, statusRow } from './hris.js';
import { fieldInfos, fullRecord, isRestricted, readField } from './record.js';
import { type Delivery, sendWebhooks, sendingSchema } from './webhooks.js';

const day = z.iso.date();
const employee = z.string();
const webhook = sendingSchema;

const schemas = {
  terminate: z.strictObject({ employee, lastDay: day, reason: z.string().min(1), webhook }),
  move: z.strictObject({ employee, lastDay: day, webhook }),
  rescind: z.strictObject({ employee, how: z.enum(['clear', 'delete-row']), webhook }),
  hire: z.strictObject({
    name: z.string().regex(/\S\s+\S/, 'needs a first and a last name'),
    startDay: day,
    manager: employee.optional(),
    webhook,
  }),
  rehire: z.strictObject({ employee, startDay: day, webhook }),
  redact: z.strictObject({ employee, webhook }),
} as const;

/** What an action did: whose record, which fields a webhook names, and which events it sends. */
type Done = { id: string; changed: string[]; events?: string[] };

const actions: Readonly<
  Record<string, (sandbox: Sandbox, body: unknown) => { done: Done; webhook: z.infer<typeof sendingSchema> }>
> = {
  terminate: (sandbox, body) => run(sandbox, readInput(schemas.terminate, body), terminate),
  move: (sandbox, body) => run(sandbox, readInput(schemas.move, body), move),
  rescind: (sandbox, body) => run(sandbox, readInput(schemas.rescind, body), rescind),
  hire: (sandbox, body) => run(sandbox, readInput(schemas.hire, body), hire),
  rehire: (sandbox, body) => run(sandbox, readInput(schemas.rehire, body), rehire),
  redact: (sandbox, body) => run(sandbox, readInput(schemas.redact, body), redact),
};

function run<B extends { webhook: z.infer<typeof sendingSchema> }>(
  sandbox: Sandbox,
  body: B,
  act: (sandbox: Sandbox, body: B) => Done,
): { done: Done; webhook: B['webhook'] } {
  const done = act(sandbox, body);
  sandbox.ledger.flush();
  return { done, webhook: body.webhook };
}

/** Does what an HRIS administrator does, and sends the vendor's own webhooks about it. */
export async function hrisAction(
  sandbox: Sandbox,
  action: string,
  body: unknown,
): Promise<{ employee: object; deliveries: Delivery[] }> {
  const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (act === undefined)
    throw new ControlError(404, 'unknown-action', `There is no action ${action}; there are ${Object.keys(actions).join(', ')}.`);
  const { done, webhook: sending } = act(sandbox, body);
  const record = employeeOf(sandbox, done.id);
  const shown = fullRecord(sandbox.hris, record, sandbox.now());
  const target = sandbox.webhooks.bamboohr ?? null;
  if (!sending.send || target === null) return { employee: shown, deliveries: [] };
  const payloads = target.family === 'event' ? eventPayloads(sandbox, done) : [fieldPayload(sandbox, record, done)];
  return { employee: shown, deliveries: await sendWebhooks(target, payloads, sending, sandbox.now) };
}

function employeeOf(sandbox: Sandbox, id: string, path = 'employee'): Employee {
  const found = sandbox.hris.employees.get(id);
  if (found === undefined) throw new ControlError(404, 'unknown-employee', `There is no employee ${id}.`, path);
  return found;
}

function notPossible(message: string): ControlError {
  return new ControlError(409, 'not-possible', message, 'employee');
}

function change(sandbox: Sandbox, record: Employee, field: string, to: string | readonly string[] | null): void {
  const from = field === '_restrictedFields' ? record.restricted : (record.fields[field] ?? null);
  if (from === to) return;
  const at = { type: 'employees', record: record.id, field, key: null };
  commit(sandbox, { vendor: 'bamboohr', by: 'human', op: 'update', ...at, from, to });
}

function addRow(sandbox: Sandbox, id: string, date: string, status: string, reason: string | null = null): void {
  const row = statusRow(sandbox.hris.nextRowId, id, date, status, reason);
  const at = { type: 'employmentStatus', record: row.id, field: null, key: null };
  commit(sandbox, { vendor: 'bamboohr', by: 'human', op: 'create', ...at, from: null, to: row });
}

function terminate(sandbox: Sandbox, body: z.infer<typeof schemas.terminate>): Done {
  const record = employeeOf(sandbox, body.employee);
  if (sandbox.hris.endingRow(record.id) !== undefined)
    throw notPossible('This employment has an end already: move it, or rescind it first.');
  change(sandbox, record, 'terminationDate', body.lastDay);
  addRow(sandbox, record.id, body.lastDay, 'Terminated', body.reason);
  return { id: record.id, changed: endingFields(sandbox, record) };
}

// What is effective already changes the status too; a future ending shows in the date only.
function endingFields(sandbox: Sandbox, record: Employee): string[] {
  const ended = sandbox.hris.status(record, sandbox.now()) === 'Inactive';
  return ended ? ['terminationDate', 'status', 'employmentHistoryStatus'] : ['terminationDate'];
}

function move(sandbox: Sandbox, body: z.infer<typeof schemas.move>): Done {
  const record = employeeOf(sandbox, body.employee);
  const row = sandbox.hris.endingRow(record.id);
  if (row === undefined) throw notPossible('This employment has no end that could be moved.');
  change(sandbox, record, 'terminationDate', body.lastDay);
  if (row.date !== body.lastDay) {
    const at = { type: 'employmentStatus', record: row.id, field: 'date', key: null };
    commit(sandbox, { vendor: 'bamboohr', by: 'human', op: 'update', ...at, from: row.date, to: body.lastDay });
  }
  return { id: record.id, changed: endingFields(sandbox, record) };
}

function rescind(sandbox: Sandbox, body: z.infer<typeof schemas.rescind>): Done {
  const record = employeeOf(sandbox, body.employee);
  const row = sandbox.hris.endingRow(record.id);
  const lastDay = record.fields['terminationDate'];
  const halfRead = lastDay === undefined; // an earlier delete-row; clearing makes the record whole again
  if (row === undefined && !(halfRead && body.how === 'clear'))
    throw notPossible('This employment has no end that could be rescinded.');
  const changed = [...endingFields(sandbox, record), 'employmentHistoryStatus'];
  if (row !== undefined) {
    const at = { type: 'employmentStatus', record: row.id, field: null, key: null };
    commit(sandbox, { vendor: 'bamboohr', by: 'human', op: 'delete', ...at, from: row, to: null });
  }
  if (body.how === 'clear') {
    const at = { type: 'employees', record: record.id, field: 'terminationDate', key: null };
    commit(sandbox, { vendor: 'bamboohr', by: 'human', op: 'update', ...at, from: lastDay ?? null, to: null });
  }
  return { id: record.id, changed: [...new Set(changed)] };
}

function hire(sandbox: Sandbox, body: z.infer<typeof schemas.hire>): Done {
  const { hris } = sandbox;
  const manager = employeeOf(sandbox, body.manager ?? '1', 'manager');
  const id = hris.nextEmployeeId;
  const [firstName = '', ...rest] = body.name.trim().split(/\s+/);
  const lastName = rest.join(' ');
  const address = slug(`${firstName} ${lastName}`);
  const taken = [...hris.employees.values()].some((other) => other.fields['workEmail'] === `${address}@example-company.test`);
  const local = taken ? `${address}.${id}` : address;
  const place = (name: string): string => manager.fields[name] ?? '';
  const fields = fieldsOf({
    firstName,
    lastName,
    email: `${local}@example-company.test`,
    privateEmail: `${local}.${id}@private-mail.example`,
    phone: `+31 6 5599 ${id.padStart(4, '0')}`,
    language: z.enum(['nl', 'da', 'en']).parse(place('language')),
    country: place('country'),
    location: place('location'),
    department: place('department'),
    division: place('division'),
    jobTitle: 'Account Manager',
    manager: manager.id,
    hireDate: body.startDay,
    payRate: '44,400.00 EUR',
    note: `Payroll note of ${body.name.trim()}: first month [marker-hr-hire-${id}]`,
  });
  const at = { type: 'employees', record: id, field: null, key: null };
  commit(sandbox, { vendor: 'bamboohr', by: 'human', op: 'create', ...at, from: null, to: fields });
  addRow(sandbox, id, body.startDay, 'Full-Time');
  return {
    id,
    changed: ['firstName', 'lastName', 'workEmail', 'hireDate', 'status'],
    events: ['employee.created', 'employee.updated'],
  };
}

function rehire(sandbox: Sandbox, body: z.infer<typeof schemas.rehire>): Done {
  const record = employeeOf(sandbox, body.employee);
  const ended = sandbox.hris.endingRow(record.id) !== undefined && sandbox.hris.status(record, sandbox.now()) === 'Inactive';
  if (!ended) throw notPossible('Only somebody who has left can be hired again; rescind an end that lies ahead.');
  if (body.startDay <= (sandbox.hris.endingRow(record.id)?.date ?? ''))
    throw notPossible('The new start lies before the last day.');
  addRow(sandbox, record.id, body.startDay, 'Full-Time');
  change(sandbox, record, 'hireDate', body.startDay);
  change(sandbox, record, 'terminationDate', null);
  return { id: record.id, changed: ['status', 'hireDate', 'terminationDate', 'employmentHistoryStatus'] };
}

// A change of rights: the vendor would send nothing, but a test has to be able to make Baton look.
function redact(sandbox: Sandbox, body: z.infer<typeof schemas.redact>): Done {
  const record = employeeOf(sandbox, body.employee);
  if (record.restricted.length === 0) change(sandbox, record, '_restrictedFields', ['terminationDate', 'employmentStatus']);
  return { id: record.id, changed: ['terminationDate'] };
}

/** `+0000` and whole seconds, as the vendor's document shows; its spec has `Z`. */
function eventPayloads(sandbox: Sandbox, done: Done): object[] {
  const timestamp = new Date(sandbox.now()).toISOString().replace(/\.\d+Z$/, '+0000');
  return (done.events ?? ['employee.updated']).map((type) => {
    const changedFields = type === 'employee.updated' ? { changedFields: done.changed } : {};
    return { type, timestamp, data: { companyId: '74001', employeeId: done.id, ...changedFields } };
  });
}

// The family that carries values, the salary among them: a receiver has to be able to prove that it keeps none.
function fieldPayload(sandbox: Sandbox, record: Employee, done: Done): object {
  const reading = { nowMs: sandbox.now(), onlyCurrent: false };
  const displayName = (alias: string): string => fieldInfos.find((info) => info.alias === alias)?.name ?? alias;
  const posted = ['firstName', 'lastName', 'status', 'terminationDate', 'employmentHistoryStatus', 'payRate'];
  const values = posted
    .filter((alias) => !isRestricted(record, alias))
    .map((alias) => [displayName(alias), { value: readField(sandbox.hris, record, alias, reading) ?? '' }]);
  const changedFields = done.changed.map(displayName);
  // UNCONFIRMED: `action` is in older documents of the vendor.
  const action = done.events === undefined ? 'Updated' : 'Created';
  return { employees: [{ id: record.id, action, changedFields, fields: Object.fromEntries(values) }] };
}
