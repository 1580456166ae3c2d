import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Sandbox } from '../state.js';
import { BambooError, readQuery } from './errors.js';
import type { Employee } from './hris.js';
import { fieldInfos, flatRecord, fullName, isField, isRestricted, readField } from './record.js';

const list = z.string().transform((text) => text.split(',').filter((name) => name !== ''));
const flag = (value: 'true' | 'false'): z.ZodType<'true' | 'false'> => z.enum(['true', 'false']).default(value);
const instant = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'since must be an ISO 8601 date');
const employeeQuery = z.object({ fields: list.default(['firstName', 'lastName']), onlyCurrent: flag('true') });
const directoryQuery = z.object({ onlyCurrent: flag('true') });
const changedQuery = z.object({ since: instant, type: z.enum(['inserted', 'updated', 'deleted', 'all']).default('all') });
const changedTableQuery = z.object({ since: instant });

const tables = ['employmentStatus', 'jobInfo'] as const;
const directoryFields = [
  'displayName',
  'firstName',
  'lastName',
  'preferredName',
  'jobTitle',
  'workEmail',
  'mobilePhone',
  'department',
  'location',
  'division',
  'supervisor',
];

/** The employee, or 404 with the reason in a header. */
function employeeOf(sandbox: Sandbox, id: string): Employee {
  const employee = sandbox.hris.employees.get(id);
  if (employee === undefined) throw new BambooError(404, `Employee ${id} was not found`);
  return employee;
}

/** Single record, directory, field list. */
export function employeeRoutes(scope: FastifyInstance, sandbox: Sandbox): void {
  scope.get<{ Params: { id: string } }>('/api/v1/employees/:id', async (request) => {
    const { fields, onlyCurrent } = readQuery(employeeQuery, request.query);
    if (fields.length > 400) throw new BambooError(400, 'At most 400 fields can be requested');
    const employee = employeeOf(sandbox, request.params.id);
    // UNCONFIRMED: left out, onlyCurrent counts as true, so that a caller must ask for future-dated values.
    return flatRecord(sandbox.hris, employee, fields, { nowMs: sandbox.now(), onlyCurrent: onlyCurrent === 'true' });
  });
  scope.get('/api/v1/employees/directory', async (request) => {
    const { onlyCurrent } = readQuery(directoryQuery, request.query);
    const nowMs = sandbox.now();
    const shown = [...sandbox.hris.employees.values()].filter((employee) => {
      if (sandbox.hris.status(employee, nowMs) === 'Active') return true;
      return onlyCurrent === 'false' && sandbox.hris.endingRow(employee.id) === undefined;
    });
    const fields = fieldInfos
      .filter((info) => directoryFields.includes(info.alias))
      .map(({ alias, name, type }) => ({ id: alias, type, name }));
    const reading = { nowMs, onlyCurrent: onlyCurrent === 'true' };
    return { fields, employees: shown.map((employee) => flatRecord(sandbox.hris, employee, directoryFields, reading)) };
  });
  scope.get('/api/v1/meta/fields', async () => fieldInfos.map((info, index) => ({ id: index + 1, ...info })));
}

/** Tables of one or all employees, and what changed since. */
export function tableRoutes(scope: FastifyInstance, sandbox: Sandbox): void {
  scope.get('/api/v1/employees/changed', async (request) => {
    const { since, type } = readQuery(changedQuery, request.query);
    const employees = changedSince(sandbox, since).filter(
      ({ employee }) => type === 'all' || employee.lastAction.toLowerCase() === type,
    );
    const entries = employees.map(({ employee, lastChanged }) => [
      employee.id,
      { id: employee.id, action: employee.lastAction, lastChanged },
    ]);
    return { latest: seconds(new Date(sandbox.now()).toISOString()), employees: Object.fromEntries(entries) };
  });
  scope.get<{ Params: { table: string } }>('/api/v1/employees/changed/tables/:table', async (request) => {
    const table = tableName(request.params.table);
    const { since } = readQuery(changedTableQuery, request.query);
    const entries = changedSince(sandbox, since).map(({ employee, lastChanged }) => [
      employee.id,
      { lastChanged, rows: rowsOf(sandbox, employee, table) },
    ]);
    return { table, employees: Object.fromEntries(entries) };
  });
  scope.get<{ Params: { id: string; table: string } }>('/api/v1/employees/:id/tables/:table', async (request) => {
    const table = tableName(request.params.table);
    if (request.params.id === 'all')
      return [...sandbox.hris.employees.values()].flatMap((employee) => rowsOf(sandbox, employee, table));
    const employee = employeeOf(sandbox, request.params.id);
    // UNCONFIRMED: a table that may not be read is refused for one employee and simply lacks their rows for all.
    if (isRestricted(employee, table))
      throw new BambooError(403, `You do not have access to ${table} of employee ${employee.id}`);
    return rowsOf(sandbox, employee, table);
  });
}

function tableName(name: string): (typeof tables)[number] {
  const table = tables.find((one) => one === name);
  if (table === undefined) throw new BambooError(404, `There is no table ${name}`);
  return table;
}

function rowsOf(sandbox: Sandbox, employee: Employee, table: (typeof tables)[number]): object[] {
  if (isRestricted(employee, table)) return [];
  if (table === 'employmentStatus') return [...sandbox.hris.rowsOf(employee.id)];
  const { location, department, division, jobTitle, hireDate } = employee.fields;
  const manager = sandbox.hris.employees.get(employee.fields['supervisorId'] ?? '');
  const reportsTo = manager === undefined ? null : fullName(manager);
  return [
    { id: `${employee.id}01`, employeeId: employee.id, date: hireDate, location, department, division, jobTitle, reportsTo },
  ];
}

function changedSince(sandbox: Sandbox, since: string): { employee: Employee; lastChanged: string }[] {
  const from = Date.parse(since);
  return [...sandbox.hris.employees.values()].flatMap((employee) => {
    const lastChanged = sandbox.hris.lastChanged(employee, sandbox.now());
    return Date.parse(lastChanged) > from ? [{ employee, lastChanged: seconds(lastChanged) }] : [];
  });
}

// The vendor's instants have whole seconds; rounding up keeps `since` = lastChanged from hiding a change of the same second.
function seconds(instantText: string): string {
  return new Date(Math.ceil(Date.parse(instantText) / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

const listQuery = z.strictObject({
  fields: list.default(['firstName', 'lastName', 'status']),
  'filter[status]': z.enum(['active', 'inactive']).optional(),
  'filter[ids]': list.optional(),
  'page[limit]': z.coerce.number().int().min(1).max(2500).default(250),
  'page[after]': z.string().optional(),
});

/** The paged list (the vendor's document declares OAuth only; the stand-in takes Basic too, UNCONFIRMED). */
export function listRoute(scope: FastifyInstance, sandbox: Sandbox): void {
  scope.get('/api/v1/employees', async (request) => {
    const query = readQuery(listQuery, request.query, 'list');
    const unknown = query.fields.find((name) => !isField(name));
    if (unknown !== undefined) throw new BambooError(400, `Unknown field ${unknown}`, 'BadRequest');
    const nowMs = sandbox.now();
    const after = cursorId(query['page[after]']);
    const ids = query['filter[ids]'];
    const matching = [...sandbox.hris.employees.values()].filter(
      (employee) =>
        (ids === undefined || ids.includes(employee.id)) &&
        (query['filter[status]'] === undefined || sandbox.hris.status(employee, nowMs).toLowerCase() === query['filter[status]']),
    );
    const rest = matching.filter((employee) => Number(employee.id) > after);
    const shown = rest.slice(0, query['page[limit]']);
    const nextCursor = rest.length > shown.length ? Buffer.from(shown.at(-1)?.id ?? '').toString('base64url') : null;
    const next = nextCursor === null ? null : `/api/v1/employees?page[after]=${nextCursor}`;
    return {
      data: shown.map((employee) => listRecord(sandbox, employee, query.fields)),
      meta: { total: matching.length, page: { limit: query['page[limit]'], nextCursor, prevCursor: null } },
      _links: { self: request.url.replace(/^\/bamboohr/, ''), next, prev: null },
    };
  });
}

// Here a field that may not be read is null and named, unlike in the flat record. Future endings show: there is no onlyCurrent.
function listRecord(sandbox: Sandbox, employee: Employee, fields: readonly string[]): object {
  const reading = { nowMs: sandbox.now(), onlyCurrent: false };
  const restricted = fields.filter((name) => isRestricted(employee, name));
  const values = fields.map((name) => [
    name,
    restricted.includes(name) ? null : readField(sandbox.hris, employee, name, reading),
  ]);
  return { id: employee.id, ...Object.fromEntries(values), _restrictedFields: restricted };
}

function cursorId(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const id = Number(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!Number.isInteger(id) || id < 1) throw new BambooError(400, 'The cursor is not valid', 'BadPage');
  return id;
}
