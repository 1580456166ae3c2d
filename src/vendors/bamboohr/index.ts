import { pages } from '../../http.js';
import type { EmploymentReading, HrisPort } from '../../ports/hris.js';
import { defineVendor, VendorError, type CallContext, type VendorTools } from '../../ports/vendor.js';
import { checkBamboohr } from './check.js';
import { createBamboohrClient, type BamboohrClient } from './client.js';
import { bamboohrConfig, type BamboohrConfig } from './config.js';
import { endsLast, readableRows, toColleague, toReading } from './mapper.js';
import { askedFields, type StatusRow } from './schemas.js';
import { createBamboohrWebhook } from './webhook.js';

/** BambooHR, an HRIS with webhooks (documentation.bamboohr.com). */
export const bamboohr = defineVendor<BamboohrConfig>({
  name: 'bamboohr',
  config: bamboohrConfig,
  hris: createHris,
  webhook: createBamboohrWebhook,
});

/** Any change of an employee brings all its rows, so everybody who ever changed is asked for. */
const everSince = '2000-01-01T00:00:00Z';

function createHris(config: BamboohrConfig, tools: VendorTools): HrisPort {
  const client = createBamboohrClient(config, tools);
  return {
    readEmployment: (record, context) => readEmployment(record, client, config, context),
    async *directory(context) {
      for await (const page of employeePages(client, context)) {
        const colleagues = page.data.map(({ id, values }) => toColleague(id, values, config));
        yield colleagues.filter(({ status }) => status !== 'left' && status !== 'inactive');
      }
    },
    async changedSince(since, context) {
      const { employees, latest } = await client.changed(since, 'all', context);
      return { records: Object.keys(employees), latest: latest || since };
    },
    endingSoon: (context) => endingSoon(client, config, context),
    check: (context) => checkBamboohr({ connection: tools.connection, client, config, context }),
  };
}

function employeePages(client: BamboohrClient, context: CallContext) {
  return pages(
    (after) => client.list(after, context),
    (page) => page.meta.page.nextCursor,
  );
}

/** Today's values (a manager or team that lies ahead is not today's), then the end of employment, which may lie ahead, from both of its places. */
async function readEmployment(
  record: string,
  client: BamboohrClient,
  config: BamboohrConfig,
  context: CallContext,
): Promise<EmploymentReading | null> {
  try {
    const current = await client.employee(record, { fields: askedFields(config), onlyCurrent: true }, context);
    const ahead = await client.employee(record, { fields: ['terminationDate'], onlyCurrent: false }, context);
    const rows = await orNotReadable(() => client.statusRows(record, context));
    return toReading({ record, current, ahead, rows: rows && readableRows(rows) }, config);
  } catch (error) {
    if (error instanceof VendorError && error.kind === 'not-found') return null;
    throw error;
  }
}

/** Who is not gone yet and has an end, by the status rows of everybody or by the field in the list. */
async function endingSoon(client: BamboohrClient, config: BamboohrConfig, context: CallContext): Promise<readonly string[]> {
  const changed = await orNotReadable(() => client.changedStatusRows(everSince, context));
  const byEmployee = Object.entries<{ rows: StatusRow[] }>(changed?.employees ?? {});
  const ending = new Set(byEmployee.filter(([, { rows }]) => endsLast(rows, config)).map(([record]) => record));
  const found: string[] = [];
  for await (const page of employeePages(client, context)) {
    for (const { id, values } of page.data) {
      const isGone = values.status?.toLowerCase() === 'inactive';
      if (!isGone && (ending.has(id) || typeof values.terminationDate === 'string')) found.push(id);
    }
  }
  return found;
}

/** A table that the key may not see, or that this account has not: null. */
async function orNotReadable<Answer>(call: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof VendorError && (error.kind === 'forbidden' || error.kind === 'not-found')) return null;
    throw error;
  }
}
