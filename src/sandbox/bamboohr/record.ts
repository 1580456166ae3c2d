import type { Employee, Hris } from './hris.js';

/** A field as `GET /meta/fields` and the field-based webhooks name it. */
export type FieldInfo = { readonly name: string; readonly alias: string; readonly type: string };

const field = (alias: string, name: string, type = 'text'): FieldInfo => ({ name, alias, type });

/** Every field that can be asked for, except `id`. */
export const fieldInfos: readonly FieldInfo[] = [
  field('employeeNumber', 'Employee #'),
  field('firstName', 'First Name'),
  field('lastName', 'Last Name'),
  field('displayName', 'Display Name'),
  field('preferredName', 'Preferred Name'),
  field('workEmail', 'Work Email', 'email'),
  field('homeEmail', 'Home Email', 'email'),
  field('mobilePhone', 'Mobile Phone', 'phone'),
  field('language', 'Language', 'list'),
  field('country', 'Country', 'country'),
  field('location', 'Location', 'list'),
  field('locationName', 'Location', 'list'),
  field('department', 'Department', 'list'),
  field('departmentName', 'Department', 'list'),
  field('division', 'Division', 'list'),
  field('divisionName', 'Division', 'list'),
  field('jobTitle', 'Job Title', 'list'),
  field('jobTitleName', 'Job Title', 'list'),
  field('hireDate', 'Hire Date', 'date'),
  field('originalHireDate', 'Original Hire Date', 'date'),
  field('terminationDate', 'Termination Date', 'date'),
  field('status', 'Status', 'status'),
  field('employmentHistoryStatus', 'Employment Status', 'list'),
  field('employmentStatusName', 'Employment Status', 'list'),
  field('employmentStatusId', 'Employment Status Id'),
  field('supervisor', 'Supervisor', 'employee'),
  field('supervisorId', 'Supervisor Id'),
  field('supervisorEId', 'Supervisor EID'),
  field('supervisorEmail', 'Supervisor Email', 'email'),
  field('reportsTo', 'Reporting to', 'employee'),
  field('reportsToId', 'Reporting to Id'),
  field('reportsToName', 'Reporting to', 'employee'),
  field('payRate', 'Pay rate', 'currency'),
  field('payrollNotes', 'Payroll notes', 'textarea'),
];
const known = new Set(['id', ...fieldInfos.map((info) => info.alias)]);

/** Whether the vendor has a field of this name. */
export function isField(name: string): boolean {
  return known.has(name);
}

/** How a record is read: `onlyCurrent` hides what takes effect on a later day. */
export type Reading = { readonly nowMs: number; readonly onlyCurrent: boolean };

/** Whether an administrator has taken this field of this employee out of Baton's sight. */
export function isRestricted(employee: Employee, name: string): boolean {
  const isStatus = name === 'employmentHistoryStatus' || name.startsWith('employmentStatus');
  return employee.restricted.includes(isStatus ? 'employmentStatus' : name);
}

/** A field's value, null when empty, undefined when the record has no such field (any more). */
export function readField(hris: Hris, employee: Employee, name: string, reading: Reading): string | null | undefined {
  const { fields } = employee;
  switch (name) {
    case 'id':
    case 'employeeNumber':
      return employee.id;
    case 'displayName':
      return fullName(employee);
    case 'preferredName':
      return null;
    case 'status':
      return hris.status(employee, reading.nowMs);
    case 'terminationDate':
      return terminationDate(hris, employee, reading);
    case 'employmentHistoryStatus':
    case 'employmentStatusName':
      return (
        (reading.onlyCurrent ? hris.currentRow(employee, reading.nowMs) : hris.rowsOf(employee.id).at(-1))?.employmentStatus ??
        null
      );
    case 'employmentStatusId':
      return hris.currentRow(employee, reading.nowMs)?.id ?? null;
    default:
      return readManager(hris, employee, name) ?? fields[name.replace(/Name$/, '')] ?? fields[name];
  }
}

// With onlyCurrent an ending that lies ahead is not in force yet, so its date does not show.
function terminationDate(hris: Hris, employee: Employee, reading: Reading): string | null | undefined {
  const date = employee.fields['terminationDate'];
  if (date === undefined || date === null || !reading.onlyCurrent) return date;
  return hris.currentRow(employee, reading.nowMs)?.employmentStatus === 'Terminated' ? date : null;
}

function readManager(hris: Hris, employee: Employee, name: string): string | null | undefined {
  const manager = hris.employees.get(employee.fields['supervisorId'] ?? '');
  switch (name) {
    case 'supervisor':
      return manager === undefined ? null : `${manager.fields['lastName'] ?? ''}, ${manager.fields['firstName'] ?? ''}`;
    case 'reportsTo':
    case 'reportsToName':
      return manager === undefined ? null : fullName(manager);
    // UNCONFIRMED names; the stand-in answers all three with the manager's employee id.
    case 'supervisorId':
    case 'supervisorEId':
    case 'reportsToId':
      return manager?.id ?? null;
    case 'supervisorEmail':
      return manager?.fields['workEmail'] ?? null;
    default:
      return undefined;
  }
}

/** First and last name with a space between. */
export function fullName(employee: Employee): string {
  return `${employee.fields['firstName'] ?? ''} ${employee.fields['lastName'] ?? ''}`.trim();
}

/** Flat JSON of one employee: unknown, restricted and vanished fields are left out. */
export function flatRecord(
  hris: Hris,
  employee: Employee,
  names: readonly string[],
  reading: Reading,
): Record<string, string | null> {
  const record: Record<string, string | null> = { id: employee.id };
  for (const name of names) {
    if (!isField(name) || isRestricted(employee, name)) continue;
    const value = readField(hris, employee, name, reading);
    // UNCONFIRMED in vendors.md, but seen in many third-party fixtures: this endpoint shows an empty date as zeros.
    if (value !== undefined) record[name] = value === null && name.endsWith('Date') ? '0000-00-00' : value;
  }
  return record;
}

/** The whole record, as an administrator of the HRIS sees it, without pay. */
export function fullRecord(hris: Hris, employee: Employee, nowMs: number): Record<string, string | null> {
  const names = fieldInfos.map((info) => info.alias).filter((name) => !name.startsWith('pay'));
  return flatRecord(hris, employee, names, { nowMs, onlyCurrent: false });
}
