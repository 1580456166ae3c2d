import { setMaxListeners } from 'node:events';
import type { Config } from '../config.js';
import { webhookPorts, type Core } from '../dependencies.js';
import { missingMigrations } from '../migrations.js';
import { VendorError, type CallContext, type Check } from '../ports/vendor.js';
import { missingSearchAttributes, searchAttributeLines } from '../schedules.js';
import { taskQueue } from '../../workflows/contract.js';
import { bounceCheck, peopleChecks, taskChecks } from './checkPeople.js';
import { loadCliConfig, reachDatabase, within, withOpenCore } from './context.js';
import { colorsOf, emit, exits, type ExitCode, type Session } from './output.js';

/** A vendor's checks are a few dozen small calls at its own pace. */
const vendorWithinMs = 45_000;
const mostCalls = 100;
/** Temporal and the mail server answer one question each. */
const serverWithinMs = 12_000;
/** Acting sooner than this after Baton was set up is worth a word (policy.md 11). */
const observeDays = 30;

const databaseId = 'database/reachable';
const temporalId = 'temporal/reachable';

/** `check`: asks everything that Baton needs, at once, and says what to mend. Answers the exit code. */
export async function check(session: Session): Promise<ExitCode> {
  const config = loadCliConfig(session);
  const checks = await withOpenCore(config, runChecks);
  const ok = checks.every((one) => one.ok);
  emit(session, { ok, checks: checks.map(toEntry) }, () => humanChecks(session, checks));
  const unreachable = checks.some(({ id, ok: answers }) => !answers && (id === databaseId || id === temporalId));
  if (unreachable) return exits.unreachable;
  return ok ? exits.done : exits.failed;
}

function toEntry({ id, ok, message, fix, warning }: Check) {
  return { id, ok, message, fix: fix ?? null, ...(warning && { warning }) };
}

async function runChecks(core: Core): Promise<readonly Check[]> {
  const told = [...configChecks(core.config), ...peopleChecks(core.config), ...taskChecks(core)];
  const parts = [temporalChecks(core), mailChecks(core), bounceCheck(core.config), Promise.resolve(told)];
  const database = await databaseChecks(core);
  const isThere = database.every((one) => one.ok);
  const connections = connectionsOf(core).map(({ name, check: ask }) =>
    isThere ? vendorChecks(name, ask) : Promise.resolve([unasked(name)]),
  );
  const people = isThere ? [rotaChecks(core), observeChecks(core)] : [];
  return [...database, ...(await Promise.all([...parts, ...people, ...connections])).flat()];
}

function connectionsOf({ hris, crms }: Core) {
  return [...hris, ...crms].map(({ name, port }) => ({ name, check: (context: CallContext) => port.check(context) }));
}

async function databaseChecks(core: Core): Promise<readonly Check[]> {
  try {
    await reachDatabase(core);
    const missing = await missingMigrations(core.db);
    const migrations: Check =
      missing.length === 0
        ? { id: 'database/migrations', ok: true, message: 'The schema is up to date.' }
        : {
            id: 'database/migrations',
            ok: false,
            message: `The schema lacks ${missing.join(', ')}.`,
            fix: 'npm run baton -- migrate',
          };
    return [{ id: databaseId, ok: true, message: 'The database answers.' }, migrations];
  } catch (error) {
    return [
      {
        id: databaseId,
        ok: false,
        message: messageOf(error),
        fix: 'Check DATABASE_URL, and that PostgreSQL runs and lets this machine in.',
      },
    ];
  }
}

async function temporalChecks(core: Core): Promise<readonly Check[]> {
  const { address, namespace } = core.config.temporal;
  const { connection } = core.temporal;
  try {
    await within(connection.ensureConnected());
  } catch {
    return [
      {
        id: temporalId,
        ok: false,
        message: `Temporal does not answer at ${address}.`,
        fix: 'Check TEMPORAL_ADDRESS, the TEMPORAL_TLS variables or TEMPORAL_API_KEY, and that it runs.',
      },
    ];
  }
  const reached: Check = { id: temporalId, ok: true, message: `Temporal answers at ${address}.` };
  const namespaceId = 'temporal/namespace';
  try {
    await within(connection.workflowService.describeNamespace({ namespace }), serverWithinMs);
  } catch (error) {
    const fix = `temporal operator namespace create --namespace ${namespace} --retention 720h, or set TEMPORAL_NAMESPACE`;
    return [
      reached,
      { id: namespaceId, ok: false, message: `The namespace ${namespace} cannot be used: ${messageOf(error)}`, fix },
    ];
  }
  const there: Check = { id: namespaceId, ok: true, message: `The namespace ${namespace} is there.` };
  return [reached, there, await attributesCheck(core), await workerCheck(core)];
}

async function attributesCheck(core: Core): Promise<Check> {
  const id = 'temporal/search-attributes';
  const { namespace } = core.config.temporal;
  try {
    const missing = await within(missingSearchAttributes(core.temporal.client, namespace), serverWithinMs);
    if (missing.length === 0) return { id, ok: true, message: 'The search attributes are registered.' };
    const fix = `A worker registers them when it starts, where it may. Else run:\n${searchAttributeLines(missing, namespace).join('\n')}`;
    return { id, ok: false, message: `Not registered: ${missing.join(', ')}.`, fix };
  } catch (error) {
    const fix =
      'Look in the console of Temporal whether BatonStage and the others are there; Temporal Cloud does not let everybody ask.';
    return {
      id,
      ok: true,
      warning: true,
      message: `Temporal does not say which search attributes there are: ${messageOf(error)}`,
      fix,
    };
  }
}

/** A worker that stopped five minutes ago is no longer listed. */
async function workerCheck(core: Core): Promise<Check> {
  const id = 'temporal/worker';
  try {
    const { namespace } = core.config.temporal;
    // TASK_QUEUE_TYPE_WORKFLOW = 1 (temporal.api.enums.v1)
    const answer = await within(
      core.temporal.connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, taskQueueType: 1 }),
      serverWithinMs,
    );
    const workers = answer.pollers?.length ?? 0;
    if (workers > 0) return { id, ok: true, message: `A worker listens on the task queue ${taskQueue}.` };
  } catch (error) {
    return { id, ok: true, warning: true, message: `Temporal does not say whether a worker runs: ${messageOf(error)}` };
  }
  return {
    id,
    ok: true,
    warning: true,
    message: 'No worker runs: nothing goes on, and decisions get no answer.',
    fix: 'npm run worker',
  };
}

async function mailChecks({ deps }: Core): Promise<readonly Check[]> {
  const id = 'mail/smtp';
  if (deps.mail === null) {
    return [
      {
        id,
        ok: true,
        warning: true,
        message: 'SMTP_URL is not set here: mails are written and kept, none leaves.',
        fix: 'Set SMTP_URL and MAIL_FROM for the worker.',
      },
    ];
  }
  const fault = await within(deps.mail.verify(), serverWithinMs).catch(messageOf);
  if (fault === null) return [{ id, ok: true, message: 'The mail server answers and accepts the account.' }];
  return [
    {
      id,
      ok: false,
      message: `The mail server cannot be used (${fault}).`,
      fix: 'Check SMTP_URL: host, port, account and password.',
    },
  ];
}

/** What the configuration alone says. */
function configChecks(config: Config): readonly Check[] {
  const webhooks = webhookPorts(config);
  const unknown = config.notYetActedOn.map((path): Check => ({
    id: `configuration/${path}`,
    ok: true,
    warning: true,
    message: 'This version does not act on this key yet.',
  }));
  const connections = Object.entries(config.connections).filter(([, { retired }]) => !retired);
  return [
    ...unknown,
    ...connections.filter(([, { mode }]) => mode === 'observe').map(([name]) => observeNote(name)),
    ...webhookNote(
      connections.map(([name]) => name),
      webhooks,
    ),
  ];
}

function observeNote(name: string): Check {
  return {
    id: `${name}/mode`,
    ok: true,
    warning: true,
    message: 'This connection only observes: Baton reads and plans, and writes nothing.',
    fix: 'Say mode: act in baton.yaml when the plans have proven right.',
  };
}

function webhookNote(names: readonly string[], webhooks: ReadonlyMap<string, unknown>): readonly Check[] {
  if (names.some((name) => webhooks.has(name))) return [];
  return [
    {
      id: 'configuration/webhooks',
      ok: true,
      warning: true,
      message: 'No connection has webhooks: Baton asks the HRIS every five minutes instead.',
      fix: "Set the webhook secret of the HRIS's connection.",
    },
  ];
}

/** HR's rota has to be people whom the HRIS knows: else they are mailed, but cannot be asked to approve. */
async function rotaChecks(core: Core): Promise<readonly Check[]> {
  const { people } = core.stores;
  const directories = await Promise.all(core.hris.map(async ({ name }) => ({ name, size: await people.employmentCount(name) })));
  if (directories.every(({ size }) => size === 0)) {
    return [
      {
        id: 'hr/rota',
        ok: true,
        warning: true,
        message: 'Nobody of the HRIS has been read yet, so the rota cannot be checked.',
        fix: 'Check again once the worker has read the directory.',
      },
    ];
  }
  const known = new Set(
    (await Promise.all(core.hris.map(({ name }) => people.byWorkEmail(name, core.config.hr.rota))))
      .flat()
      .map((person) => person.workEmail),
  );
  return core.config.hr.rota.map((email, index): Check => {
    const id = `hr/rota/${index}`;
    if (known.has(email)) return { id, ok: true, message: `${email} is known from the HRIS.` };
    return {
      id,
      ok: false,
      message: `${email} is nobody whom the HRIS has told of.`,
      fix: 'Write the work e-mail of a named person as the HRIS has it.',
    };
  });
}

/** Automations react to an owner's change whoever makes it; and a month of looking comes before the first writing. */
async function observeChecks(core: Core): Promise<readonly Check[]> {
  const acting = core.crms.filter(({ mode }) => mode === 'act');
  const automations = acting.map(({ name }): Check => ({
    id: `${name}/automations`,
    ok: true,
    warning: true,
    message: 'Automations that run when an owner changes are not switched off: they will run, and may mail customers.',
    fix: "List the CRM's workflows that react to a change of owner, and let them skip changes made by Baton's user.",
  }));
  const days = await daysSinceSetUp(core);
  if (acting.length === 0 || days === null || days >= observeDays) return automations;
  const early = acting.map(({ name }): Check => ({
    id: `${name}/mode`,
    ok: true,
    warning: true,
    message: `This connection acts, ${days === 0 ? 'on the day' : `${days} day${days === 1 ? '' : 's'} after`} Baton was set up.`,
    fix: `mode: observe for the first ${observeDays} days shows plans without writing anything.`,
  }));
  return [...early, ...automations];
}

/** How long ago the database's first migration was applied. */
async function daysSinceSetUp(core: Core): Promise<number | null> {
  const [row] = await core.db.$queryRaw<{ since: Date | null }[]>`select min(finished_at) as since from "_prisma_migrations"`;
  return row?.since ? Math.floor((Date.now() - row.since.getTime()) / 86_400_000) : null;
}

async function vendorChecks(name: string, ask: (context: CallContext) => Promise<readonly Check[]>): Promise<readonly Check[]> {
  const signal = AbortSignal.timeout(vendorWithinMs);
  setMaxListeners(mostCalls, signal);
  try {
    return await within(ask({ signal }), vendorWithinMs + 1_000);
  } catch (error) {
    const kind = error instanceof VendorError ? ` (${error.kind})` : '';
    return [
      {
        id: `${name}/reachability/api`,
        ok: false,
        message: `${messageOf(error)}${kind}`,
        fix: 'Check baseUrl and the credentials, and that this machine reaches them.',
      },
    ];
  }
}

function unasked(name: string): Check {
  return {
    id: `${name}/reachability/api`,
    ok: false,
    message: 'Not asked: the pace of calls is kept in the database, which is not ready.',
    fix: 'Mend the database first.',
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : 'no answer';
}

function humanChecks(session: Session, checks: readonly Check[]): string {
  const { bold, dim, green, red, yellow } = colorsOf(session);
  const lines = checks.flatMap(({ id, ok, warning, message, fix }) => {
    const mark = ok ? (warning ? yellow('!') : green('✓')) : red('✗');
    const hint = fix && (!ok || warning) ? fix.split('\n').map((line) => dim(`    ${line}`)) : [];
    return [`${mark} ${id}  ${message}`, ...hint];
  });
  const failed = checks.filter(({ ok }) => !ok).length;
  const warned = checks.filter(({ ok, warning }) => ok && warning).length;
  const sum = failed === 0 ? green('Everything that Baton needs is there.') : red(`${failed} of ${checks.length} failed.`);
  return [...lines, '', `${bold(sum)}${warned > 0 ? ` ${warned} worth a look (!).` : ''}`].join('\n');
}
