import { attempt, type Attempt } from '../../http.js';
import type { CallContext, Check } from '../../ports/vendor.js';
import type { BamboohrClient } from './client.js';
import type { BamboohrConfig } from './config.js';
import { readableRows } from './mapper.js';

/** Facts that Baton cannot do without, and the field names that may hold them. */
function neededFields({ fields }: BamboohrConfig): Readonly<Record<string, readonly string[]>> {
  const fixed = ['firstName', 'lastName', 'workEmail', 'status', 'hireDate', 'terminationDate'];
  const configured = {
    manager: fields.manager,
    employmentStatus: fields.employmentStatus,
    lastWorkingDay: fields.lastWorkingDay,
  };
  return { ...Object.fromEntries(fixed.map((name) => [name, [name]])), ...configured };
}

/** The first employee is often the head of the company, with nobody above; a few more show what the key can read of the others. */
const sampleSize = 3;

/** BambooHR's special id for the employee who belongs to the API key ("Get Employee"). */
const ownRecord = '0';

interface Probe {
  readonly connection: string;
  readonly client: BamboohrClient;
  readonly config: BamboohrConfig;
  readonly context: CallContext;
}

/** Reachability, each permission that Baton needs, and a warning for each sensitive fact that the key can read (`policy.md` 11). */
export async function checkBamboohr(probe: Probe): Promise<readonly Check[]> {
  const { client, connection, context } = probe;
  const list = await attempt(() => client.list(undefined, context, sampleSize));
  const reachability = reached(connection, list);
  if (!reachability.ok) return [reachability];
  const listed = list.ok ? list.answer.data.map(({ id }) => id) : [];
  const records = listed.length === 0 ? [ownRecord] : listed;
  const first = records[0] ?? ownRecord;
  const permissions = [directoryCheck(connection, list), await changesCheck(probe), ...(await fieldChecks(probe, records))];
  return [reachability, ...permissions, await tableCheck(probe, first), ...(await excessChecks(probe, records))];
}

function reached(connection: string, list: Attempt<unknown>): Check {
  const id = `${connection}/reachability/api`;
  if (list.ok || list.error.kind === 'forbidden') return { id, ok: true, message: 'BambooHR answers and accepts the API key.' };
  const fix =
    list.error.kind === 'unauthorized'
      ? 'Check apiKey: it may be wrong, deleted, or not allowed to list employees (BambooHR documents that endpoint for OAuth).'
      : 'Check companyDomain and baseUrl, and that this machine reaches them.';
  return { id, ok: false, message: list.error.message, fix };
}

function directoryCheck(connection: string, list: Attempt<unknown>): Check {
  const id = `${connection}/permissions/directory`;
  if (list.ok) return { id, ok: true, message: 'The list of employees can be read.' };
  return {
    id,
    ok: false,
    message: list.error.message,
    fix: "Let the API key's user see all employees (Settings, Access Levels).",
  };
}

async function changesCheck({ client, connection, context }: Probe): Promise<Check> {
  const id = `${connection}/permissions/changes`;
  const changed = await attempt(() => client.changed('2000-01-01T00:00:00Z', 'deleted', context));
  if (changed.ok) return { id, ok: true, message: 'The list of changed employees can be read.' };
  return {
    id,
    ok: false,
    message: changed.error.message,
    fix: "Let the API key's user see all employees (Settings, Access Levels).",
  };
}

/** Which of these fields BambooHR shows for any of these employees; a failure only when it answers for none. */
async function shownFields(
  probe: Probe,
  records: readonly string[],
  names: readonly string[],
): Promise<Attempt<readonly string[]>> {
  const shown: string[] = [];
  let failure: Attempt<never> | null = null;
  for (const record of records) {
    const answer = await attempt(() => probe.client.readableFields(record, names, probe.context));
    if (answer.ok) shown.push(...answer.answer.filter((name) => names.includes(name)));
    else failure ??= answer;
  }
  return shown.length === 0 && failure !== null ? failure : { ok: true, answer: shown };
}

async function fieldChecks(probe: Probe, records: readonly string[]): Promise<readonly Check[]> {
  const { connection, config } = probe;
  const needed = Object.entries(neededFields(config)).filter(([, names]) => names.length > 0);
  const asked = needed.flatMap(([, names]) => names);
  const answer = await shownFields(probe, records, asked);
  return needed.map(([fact, names]) => {
    const id = `${connection}/permissions/fields.${fact}`;
    if (answer.ok && names.some((name) => answer.answer.includes(name))) {
      return { id, ok: true, message: `The field for ${fact} can be read.` };
    }
    const message = answer.ok ? `BambooHR does not show the field for ${fact} (${names.join(', ')}).` : answer.error.message;
    return {
      id,
      ok: false,
      message,
      fix: `Give the API key's access level "view" on ${names.join(' or ')}, or name the field in fields.`,
    };
  });
}

async function tableCheck({ client, connection, config, context }: Probe, record: string): Promise<Check> {
  const table = config.statusTable.name;
  const id = `${connection}/permissions/tables.${table}`;
  const rows = await attempt(() => client.statusRows(record, context));
  if (rows.ok && readableRows(rows.answer) !== null) return { id, ok: true, message: `The table ${table} can be read.` };
  const message = rows.ok ? `The table ${table} does not show its date and status columns.` : rows.error.message;
  return {
    id,
    ok: false,
    message,
    fix: `Give the API key's access level "view" on the table ${table}, or name its columns in statusTable.`,
  };
}

async function excessChecks(probe: Probe, records: readonly string[]): Promise<readonly Check[]> {
  const { client, connection, config, context } = probe;
  const record = records[0] ?? ownRecord;
  const { fields, tables } = config.sensitive;
  const shown = fields.length === 0 ? null : await shownFields(probe, records, fields);
  const found = shown?.ok ? fields.filter((name) => shown.answer.includes(name)).map((name) => `fields.${name}`) : [];
  for (const table of tables) {
    const columns = await attempt(() => client.readableColumns(record, table, context));
    const holdsMore = columns.ok && columns.answer.some((column) => column !== 'id' && column !== 'employeeId');
    if (holdsMore) found.push(`tables.${table}`);
  }
  return found.map((what) => ({
    id: `${connection}/excess/${what}`,
    ok: true,
    warning: true,
    message: `The API key can read ${what}, which Baton does not need.`,
    fix: `Take "view" on ${what} away from the API key's access level.`,
  }));
}
