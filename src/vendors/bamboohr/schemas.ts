import { z } from 'zod';
import type { BamboohrConfig } from './config.js';

/** The fields of one employee or row by BambooHR's names; a name that is not there was not readable. */
export type Values = Readonly<Record<string, string | null | undefined>>;

/** One row of the table of employment statuses; `undefined` is a column that the answer did not hold. */
export interface StatusRow {
  readonly date: string | null | undefined;
  readonly status: string | null | undefined;
  readonly reason: string | null;
}

const empty = z.literal('').transform(() => null);
const text = z.union([empty, z.string(), z.number().transform(String), z.null()]);
const id = z.union([z.string().min(1), z.number().transform(String)]);
// BambooHR writes an empty day as zeros.
const day = z.union([z.literal(['', '0000-00-00']).transform(() => null), z.iso.date(), z.null()]);

const dayFields = ['hireDate', 'terminationDate'] as const;

function values(config: BamboohrConfig): z.ZodType<Values> {
  const texts = ['firstName', 'lastName', 'workEmail', 'status', ...Object.values(config.fields).flat()];
  const days = [...dayFields, ...config.fields.lastWorkingDay];
  return z.object({
    ...Object.fromEntries(texts.map((name) => [name, text.optional()])),
    ...Object.fromEntries(days.map((name) => [name, day.optional()])),
  });
}

function statusRow({ statusTable }: BamboohrConfig): z.ZodType<StatusRow> {
  return z.looseObject({}).transform((row, context) => {
    const date = day.optional().safeParse(row[statusTable.date]);
    const status = text.optional().safeParse(row[statusTable.status]);
    const reasons = statusTable.reason.map((column) => text.safeParse(row[column]).data ?? null);
    if (date.success && status.success) {
      return { date: date.data, status: status.data, reason: reasons.find((reason) => reason !== null) ?? null };
    }
    context.addIssue({ code: 'custom', path: [date.success ? statusTable.status : statusTable.date] });
    return z.NEVER;
  });
}

/** Names asked for in `GET /employees/{id}`: those of `policy.md` 11 and no others. */
export function askedFields(config: BamboohrConfig): readonly string[] {
  return [...new Set([...listFields(config), ...config.fields.lastWorkingDay])];
}

/** Names asked for in the list: those of a colleague, and the end. */
export function listFields({ fields }: BamboohrConfig): readonly string[] {
  const { lastWorkingDay: _ofTheEmployment, ...ofTheColleague } = fields;
  const fixed = ['firstName', 'lastName', 'workEmail', 'status', ...dayFields];
  return [...new Set([...fixed, ...Object.values(ofTheColleague).flat()])];
}

/** `GET /employees/{id}` (BambooHR, "Get Employee"): a flat object; fields that may not be seen are left out. */
export function employeeSchema(config: BamboohrConfig) {
  return z.preprocess((raw) => ({ id: property(raw, 'id'), values: raw }), z.object({ id, values: values(config) }));
}

/** `GET /employees` (BambooHR, "List Employees"): fields that may not be seen are null and named in `_restrictedFields`. */
export function listSchema(config: BamboohrConfig) {
  const apart = (raw: unknown) => ({
    id: property(raw, 'employeeId') ?? property(raw, 'id'),
    restricted: property(raw, '_restrictedFields'),
    values: raw,
  });
  const row = z
    .preprocess(apart, z.object({ id, restricted: z.array(z.string()).default([]), values: values(config) }))
    .transform((employee) => ({ id: employee.id, values: without(employee.values, employee.restricted) }));
  return z.object({ data: z.array(row), meta: z.object({ page: z.object({ nextCursor: z.string().nullish() }) }) });
}

function property(raw: unknown, key: string): unknown {
  return typeof raw === 'object' && raw !== null ? Object.entries(raw).find(([name]) => name === key)?.[1] : undefined;
}

function without(all: Values, restricted: readonly string[]): Values {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !restricted.includes(name)));
}

/** `GET /employees/{id}/tables/{table}` (BambooHR, "Get Employee Table Data"), for the table of employment statuses. */
export function statusTableSchema(config: BamboohrConfig) {
  return z.array(statusRow(config));
}

/** `GET /employees/changed/tables/{table}` (BambooHR, "Get Changed Employee Table Data"): rows by employee; PHP writes an empty map as a list. */
export function changedTableSchema(config: BamboohrConfig) {
  const byEmployee = z.record(z.string(), z.object({ rows: z.array(statusRow(config)) }));
  return z.object({ employees: z.union([z.tuple([]).transform(() => ({})), byEmployee]) });
}

/** `GET /employees/changed` (BambooHR, "Get Changed Employee IDs"); `latest` is empty when nothing changed. */
export const changedSchema = z.object({
  latest: z.string().nullish(),
  employees: z.union([z.tuple([]).transform(() => ({})), z.record(z.string(), z.object({ action: z.string().optional() }))]),
});

/** Which fields an answer holds, without their values: all that `check` may know. */
export const fieldNamesSchema = z.looseObject({}).transform((fields) => Object.keys(fields));

/** Which columns the rows of a table hold, without their values. */
export const columnNamesSchema = z.array(fieldNamesSchema).transform((rows) => [...new Set(rows.flat())]);
