import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, loadConfig, loadEnvironment, type Config } from '../config.js';
import { createCore, type Core } from '../dependencies.js';
import { missingMigrations } from '../migrations.js';
import type { HandoverRow } from '../store/handovers.js';
import { vendors } from '../vendors/registry.js';
import { handoverRow } from '../../workflows/contract.js';
import { CliError, exits, isDatabaseGone, note, wrongUsage, type Session } from './output.js';
import { readRunFile } from './runfile.js';

/** A server that has not answered by now is taken for unreachable. */
const reachableWithinMs = 5_000;
/** Closing waits for servers too, and those may be what is gone. */
const closeWithinMs = 3_000;

/** What the running stack fills in where the environment says nothing. */
export interface Found {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly defaults: Readonly<Record<string, string | undefined>>;
}

/**
 * The variables of this call. A running demo's `run.json` fills what the environment leaves open, except where the environment names
 * another database: half of one installation and half of another would decide about the wrong people.
 */
export function findVariables(session: Session): Found {
  const own = session.io.variables ?? {};
  const { databaseUrl, home } = loadEnvironment(own);
  const run = readRunFile(home);
  if (run === null) return { variables: own, defaults: {} };
  if (databaseUrl !== null && databaseUrl !== run.databaseUrl) {
    note(session, `A demo runs in ${home}, but DATABASE_URL names another database: this is about that one.`);
    return { variables: own, defaults: {} };
  }
  const { address, namespace } = run.temporal;
  return {
    variables: { ...own, ...(databaseUrl === null && { DATABASE_URL: run.databaseUrl }) },
    defaults: { BATON_CONFIG: run.config, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
  };
}

/** The configuration, or a CliError that says how to come by one. */
export function loadCliConfig(session: Session): Config {
  const { variables, defaults } = findVariables(session);
  try {
    return loadConfig(vendors, variables, defaults);
  } catch (error) {
    if (!(error instanceof ConfigError) || !error.problems.some(isFileMissing)) throw error;
    throw new CliError(exits.wrong, 'no-configuration', nothingHere, error.problems);
  }
}

const nothingHere = `There is no baton.yaml here, and no demo runs. Either start one in another terminal (npm run demo), or copy baton.example.yaml to
baton.yaml and .env.example to .env, and fill them in. BATON_CONFIG and BATON_HOME name other places.`;

function isFileMissing({ path, problem }: { readonly path: string; readonly problem: string }): boolean {
  return path === 'BATON_CONFIG' && problem.includes('is not there');
}

/** Opens what a command needs, sees that the database answers and is up to date, and closes everything afterwards. */
export async function withCore<Result>(session: Session, work: (core: Core) => Promise<Result>): Promise<Result> {
  return withOpenCore(loadCliConfig(session), async (core) => {
    await reachDatabase(core);
    const missing = await missingMigrations(core.db);
    if (missing.length === 0) return work(core);
    const text = `The database's schema is older than this version: it lacks ${missing.join(', ')}. Run: npm run baton -- migrate`;
    throw new CliError(exits.wrong, 'schema-outdated', text);
  });
}

/** The same without asking anybody whether they are there, for `check`. */
export async function withOpenCore<Result>(config: Config, work: (core: Core) => Promise<Result>): Promise<Result> {
  const core = createCore(config, 'cli', { connections: 4 });
  try {
    return await work(core);
  } finally {
    await Promise.race([core.close().catch(() => undefined), sleep(closeWithinMs, undefined, { ref: false })]);
  }
}

/** Throws `unreachable` when the database does not answer. */
export async function reachDatabase(core: Core): Promise<void> {
  try {
    await within(core.db.$queryRaw`select 1`);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    const why = isDatabaseGone(error) || code !== '' ? code : '';
    throw new CliError(
      exits.unreachable,
      'database-unreachable',
      `The database does not answer${why}. Check DATABASE_URL and that PostgreSQL runs.`,
    );
  }
}

/** Throws `unreachable` when Temporal does not answer; before anything is written that only a workflow can carry out. */
export async function reachTemporal(core: Core): Promise<void> {
  const { address } = core.config.temporal;
  try {
    await within(core.temporal.connection.ensureConnected());
  } catch {
    const text = `Temporal does not answer at ${address}. Nothing was decided. Check TEMPORAL_ADDRESS and that it runs.`;
    throw new CliError(exits.unreachable, 'temporal-unreachable', text);
  }
}

/** Gives up waiting, not the call itself, after `ms`. */
export async function within<Value>(promise: PromiseLike<Value>, ms = reachableWithinMs): Promise<Value> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new CliError(exits.unreachable, 'no-answer', `No answer within ${Math.round(ms / 1000)} seconds.`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}

/** The handover that an argument names: its id, its workflow id, or connection and HRIS record. */
export async function findHandover(core: Core, named: string): Promise<HandoverRow> {
  const { handovers } = core.stores;
  const slash = named.indexOf('/');
  const byRecord = () => (slash > 0 ? handovers.findByRecord(named.slice(0, slash), named.slice(slash + 1)) : null);
  const row = (await handovers.find(handoverRow(named))) ?? (await byRecord());
  if (row) return row;
  const text = `There is no handover ${named}. Name one by its id (handover/<id> will do), or by connection and HRIS record, such as bamboohr-nl/8; \`npm run baton -- handovers --all\` lists them.`;
  throw new CliError(exits.wrong, 'unknown-handover', text);
}

/** The person id that a text names, by id or work e-mail; null when Baton knows nobody of that name. */
export async function findPerson(core: Core, row: HandoverRow, named: string): Promise<string | null> {
  const { people } = core.stores;
  if (!named.includes('@')) return (await people.byId(named))?.id ?? null;
  return (await people.byWorkEmail(row.employment.connection, [named]))[0]?.person ?? null;
}

/** The same, for whoever has to exist. */
export async function requirePerson(core: Core, row: HandoverRow, option: string, named: string): Promise<string> {
  const person = await findPerson(core, row, named);
  if (person !== null) return person;
  throw new CliError(
    exits.wrong,
    'unknown-person',
    `${option}: Baton knows nobody as ${named}. Give a person id (p-…) or a work e-mail of the HRIS.`,
  );
}

/** The person id that a text names, for whoever has to exist: by id, by work e-mail in any HRIS, or by connection and HRIS record of a leaver. */
export async function requireAnybody(core: Core, named: string): Promise<string> {
  const { people, handovers } = core.stores;
  const byEmail = async () => {
    const found = await Promise.all(core.hris.map(({ name }) => people.byWorkEmail(name, [named])));
    return [...new Set(found.flat().map(({ person }) => person))];
  };
  const byRecord = async (slash: number) => {
    const row = await handovers.findByRecord(named.slice(0, slash), named.slice(slash + 1));
    return row ? [row.employment.personId] : [];
  };
  const byId = async () => ((await people.byId(named)) ? [named] : []);
  const slash = named.indexOf('/');
  const [person, other] = await (named.includes('@') ? byEmail() : slash > 0 ? byRecord(slash) : byId());
  if (person !== undefined && other === undefined) return person;
  const text =
    other === undefined
      ? `Baton knows nobody as ${named}. Give a person id (p-…), a work e-mail of the HRIS, or a leaver's connection and HRIS record, such as bamboohr-nl/8.`
      : `${named} is the work e-mail of several people. Give a person id (p-…).`;
  throw new CliError(exits.wrong, 'unknown-person', text);
}

/** Waking is a courtesy once rows are written: nobody waits for it longer. */
const wakeWithinMs = 3_000;

/** Tells a workflow that rows have changed; false, with a word on stderr, where Temporal does not answer: what was written stands. */
export async function wakeAfter(session: Session, core: Core, wake: () => Promise<void>): Promise<boolean> {
  try {
    await within(core.temporal.connection.ensureConnected(), wakeWithinMs);
    // It has a deadline of its own, and a call that is left behind would be tried again on a closed connection.
    await wake();
    return true;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : 'no answer';
    note(session, `This is on record, but Temporal was not told (${why}): the worker sees it at its next look.`);
    return false;
  }
}

/** Throws when `--after` names no membership: the list would begin anew without a word. */
export async function requirePage({ stores }: Core, after: string | undefined): Promise<void> {
  if (after !== undefined && (await stores.members.find(after)) === null)
    throw wrongUsage(`--after takes the id that the page before gave as next; there is no membership ${after}.`);
}
