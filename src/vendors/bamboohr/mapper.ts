import type { Day } from '../../domain/words.js';
import type { Colleague, EmploymentReading, EmploymentStatus, Field } from '../../ports/hris.js';
import type { BamboohrConfig } from './config.js';
import type { StatusRow, Values } from './schemas.js';

/** What was read of one employee: today's values, the end also when it lies ahead, and the status rows (null when not readable). */
export interface EmployeeParts {
  readonly record: string;
  readonly current: Values;
  readonly ahead: Values;
  readonly rows: readonly StatusRow[] | null;
}

/** BambooHR's fields in Baton's words. */
export function toReading({ record, current, ahead, rows }: EmployeeParts, config: BamboohrConfig): EmploymentReading {
  return {
    colleague: toColleague(record, current, config),
    status: statusOf(current, config),
    startDay: current.hireDate ?? null,
    employmentEnd: endOf(pick(ahead, ['terminationDate']), rows, config),
    lastWorkingDay: valueOf(current, config.fields.lastWorkingDay),
    reason: newestEnding(rows, config)?.reason ?? null,
  };
}

/** A person of the directory; what is not readable is null, an unreadable name is empty. */
export function toColleague(record: string, values: Values, config: BamboohrConfig): Colleague {
  const { fields } = config;
  const status = statusOf(values, config);
  return {
    record,
    givenName: values.firstName ?? '',
    familyName: values.lastName ?? '',
    workEmail: values.workEmail ?? null,
    manager: valueOf(values, fields.manager),
    team: valueOf(values, fields.team),
    jobTitle: valueOf(values, fields.jobTitle),
    country: valueOf(values, fields.country),
    location: valueOf(values, fields.location),
    language: valueOf(values, fields.language),
    status: status.readable ? (status.value ?? 'unknown') : 'unknown',
  };
}

/** Whether the newest status row ends the employment, which may lie ahead. */
export function endsLast(rows: readonly StatusRow[] | null, config: BamboohrConfig): boolean {
  return newestEnding(rows, config) !== null;
}

/** Whether rows can be judged at all: a table without its date or status column says nothing. */
export function readableRows(rows: readonly StatusRow[]): readonly StatusRow[] | null {
  return rows.every((row) => row.date !== undefined && row.status !== undefined) ? rows : null;
}

/** Readable when the answer holds one of these names, even empty; the first that is filled counts. */
function pick(values: Values, names: readonly string[]): Field<string> {
  const held = names.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [value];
  });
  return held.length === 0 ? { readable: false } : { readable: true, value: held.find((value) => value !== null) ?? null };
}

function valueOf(values: Values, names: readonly string[]): string | null {
  const field = pick(values, names);
  return field.readable ? field.value : null;
}

function statusOf(values: Values, config: BamboohrConfig): Field<EmploymentStatus> {
  const status = pick(values, ['status']);
  if (!status.readable) return status;
  return { readable: true, value: statusWord(status.value, valueOf(values, config.fields.employmentStatus), config) };
}

function statusWord(status: string | null, detail: string | null, { statuses }: BamboohrConfig): EmploymentStatus {
  if (isOneOf(detail, statuses.gardenLeave)) return 'garden-leave';
  if (isOneOf(detail, statuses.onLeave)) return 'on-leave';
  switch (status?.toLowerCase()) {
    case 'active':
      return 'active';
    case 'inactive':
      return isOneOf(detail, statuses.terminated) ? 'left' : 'inactive';
    default:
      return 'unknown';
  }
}

/**
 * One source is enough to say that an employment ends; only both together say that it does not. The rows know what lies ahead, the field
 * is the one that BambooHR documents; a row after the field's day means that the person came back.
 */
function endOf(field: Field<string>, rows: readonly StatusRow[] | null, config: BamboohrConfig): Field<Day> {
  const ending = newestEnding(rows, config);
  if (ending !== null) return { readable: true, value: ending.date };
  const newest = newestDate(rows);
  if (field.readable && field.value !== null) {
    const cameBack = newest !== null && newest > field.value;
    return { readable: true, value: cameBack ? null : field.value };
  }
  return field.readable && rows !== null ? { readable: true, value: null } : { readable: false };
}

function newestDate(rows: readonly StatusRow[] | null): Day | null {
  const dates = (rows ?? []).flatMap((row) => row.date ?? []);
  return dates.reduce<Day | null>((newest, date) => (newest === null || date > newest ? date : newest), null);
}

function newestEnding(rows: readonly StatusRow[] | null, config: BamboohrConfig): { date: Day; reason: string | null } | null {
  const newest = newestDate(rows);
  if (newest === null || rows === null) return null;
  const row = rows.find(({ date, status }) => date === newest && isOneOf(status ?? null, config.statuses.terminated));
  return row === undefined ? null : { date: newest, reason: row.reason };
}

function isOneOf(value: string | null, words: readonly string[]): boolean {
  return value !== null && words.some((word) => word.toLowerCase() === value.toLowerCase());
}
