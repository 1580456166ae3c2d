import { createHttp, segment, type Refusal, type RefusalReading } from '../../http.js';
import { VendorError, type CallContext, type VendorTools } from '../../ports/vendor.js';
import type { BamboohrConfig } from './config.js';
import {
  changedSchema,
  changedTableSchema,
  columnNamesSchema,
  employeeSchema,
  fieldNamesSchema,
  listFields,
  listSchema,
  statusTableSchema,
} from './schemas.js';

const listPageSize = 2500;

/** BambooHR's endpoints as far as Baton reads them, one function each (documentation.bamboohr.com/reference). */
export type BamboohrClient = ReturnType<typeof createBamboohrClient>;

/** A client of one BambooHR account: HTTP Basic with the API key as user (BambooHR, "Getting started with the API"). */
export function createBamboohrClient(config: BamboohrConfig, tools: VendorTools) {
  const http = createHttp({
    baseUrl: config.baseUrl ?? `https://${config.companyDomain}.bamboohr.com`,
    headers: { Authorization: `Basic ${Buffer.from(`${config.apiKey}:x`).toString('base64')}` },
    rates: { calls: config.limits.perSecond },
    tools,
    timeoutMs: config.timeoutMs,
    explain,
  });
  const get = { method: 'GET', bucket: 'calls' } as const;
  const root = '/api/v1/employees';
  const statusTable = segment(config.statusTable.name);
  const schemas = {
    employee: employeeSchema(config),
    list: listSchema(config),
    statusTable: statusTableSchema(config),
    changedTable: changedTableSchema(config),
  };

  return {
    /** "Get Employee": `onlyCurrent: false` also answers what lies ahead. */
    async employee(record: string, ask: { fields: readonly string[]; onlyCurrent: boolean }, context: CallContext) {
      const query = { fields: ask.fields.join(','), onlyCurrent: ask.onlyCurrent };
      const path = `${root}/${segment(record)}`;
      const employee = await http.call({ ...get, operation: 'employees.get', path, query, schema: schemas.employee }, context);
      if (employee.id !== record) throw new VendorError('unexpected-response', 'employees.get: answered for another employee');
      return employee.values;
    },
    /** "Get Employee Table Data" for the table of employment statuses. */
    statusRows(record: string, context: CallContext) {
      const path = `${root}/${segment(record)}/tables/${statusTable}`;
      return http.call({ ...get, operation: 'tables.get', path, schema: schemas.statusTable }, context);
    },
    /** "List Employees", one page; unknown field names are ignored by BambooHR. */
    list(after: string | undefined, context: CallContext, limit = listPageSize) {
      const page = { 'page[limit]': limit, ...(after === undefined ? {} : { 'page[after]': after }) };
      const query = { fields: listFields(config).join(','), ...page };
      return http.call({ ...get, operation: 'employees.list', path: root, query, schema: schemas.list }, context);
    },
    /** "Get Changed Employee IDs". */
    changed(since: string, type: 'all' | 'deleted', context: CallContext) {
      const query = { since, type };
      return http.call(
        { ...get, operation: 'employees.changed', path: `${root}/changed`, query, schema: changedSchema },
        context,
      );
    },
    /** "Get Changed Employee Table Data" for the table of employment statuses. */
    changedStatusRows(since: string, context: CallContext) {
      const path = `${root}/changed/tables/${statusTable}`;
      return http.call({ ...get, operation: 'tables.changed', path, query: { since }, schema: schemas.changedTable }, context);
    },
    /** "Get Employee", for the names of the fields that the key can read; the values are dropped. */
    readableFields(record: string, fields: readonly string[], context: CallContext) {
      const path = `${root}/${segment(record)}`;
      const query = { fields: fields.join(',') };
      return http.call({ ...get, operation: 'employees.get', path, query, schema: fieldNamesSchema }, context);
    },
    /** "Get Employee Table Data", for the names of the columns that the key can read; the values are dropped. */
    readableColumns(record: string, table: string, context: CallContext) {
      const path = `${root}/${segment(record)}/tables/${segment(table)}`;
      return http.call({ ...get, operation: 'tables.get', path, schema: columnNamesSchema }, context);
    },
  };
}

/** BambooHR's list answers `{ error: { code } }`; elsewhere the body is empty and the reason is free text in a header, which is not kept. */
function explain({ body }: Refusal): RefusalReading {
  if (typeof body !== 'object' || body === null || !('error' in body)) return {};
  const { error } = body;
  if (typeof error !== 'object' || error === null || !('code' in error)) return {};
  return { code: typeof error.code === 'string' ? error.code : undefined };
}
