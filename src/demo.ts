import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import type { HandoverStatus } from '../workflows/contract.js';
import { searchAttributes } from '../workflows/contract.js';
import { ConfigError, loadConfig, loadEnvironment, type Config, type Environment } from './config.js';
import { decide } from './decide.js';
import { answerCard } from './demo/card.js';
import { demoConfig, demoConnection, lastDayOf, webhookSecret } from './demo/company.js';
import { sandboxControl, type DemoPerson, type SandboxControl } from './demo/sandbox.js';
import { alumniOf, checkInsOf, tell, tellAlumni, threeWays } from './demo/story.js';
import { toCard } from './store/card.js';
import { createCore, type Core } from './dependencies.js';
import { contactRules } from './domain/release.js';
import { choosePort, readRunFile, removeRunFile, startEmbedded, writeRunFile, type Embedded } from './embedded/index.js';
import { createLogger } from './logger.js';
import { migrate } from './migrations.js';
import { exitCodeOf, firstSignal, listening, type Running, silenceDeprecations } from './process.js';
import { startSandbox } from './sandbox/index.js';
import { startServer } from './serve.js';
import { statusFromRows } from './status.js';
import { vendors } from './vendors/registry.js';
import { startWorker } from './work.js';

const usage = `npm run demo -- [--yes] [--exit] [--json]

Starts everything on this machine (PostgreSQL, Temporal, a mailbox, stand-in vendors, server and worker), lets a person give notice in
the HRIS and tells what Baton does about it.

  --yes    release, tell and approve as HR would
  --exit   stop when the story is told
  --json   end with one line of JSON on stdout
`;

type Options = { readonly yes: boolean; readonly exit: boolean; readonly json: boolean };

/** The last working day ends this soon: with --yes after a minute, else there is time to look around. */
const endsInMs = (options: Options): number => (options.yes ? 60_000 : 30 * 60_000);

/** The demo's alumni are asked their four questions within half a minute. */
const alumniMs = 90_000;
/** The last question is answered within this time, if at all. */
const answerMs = 5_000;

function missing(what: string): never {
  throw new Error(`The handover has no ${what}.`);
}

/** Everything that runs, in the order in which it was started. */
interface Stage {
  readonly environment: Environment;
  readonly embedded: Embedded;
  readonly control: SandboxControl;
  readonly core: Core;
  readonly closers: (() => Promise<unknown>)[];
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function openStage(options: Options, closers: Stage['closers']): Promise<Stage> {
  const environment = loadEnvironment();
  const home = resolve(environment.home);
  await mkdir(home, { recursive: true });
  await chmod(home, 0o711);
  const other = await readRunFile(home);
  if (other)
    throw new Error(
      `A demo runs already (process ${other.pid}, ${other.server}). Stop it first, or set BATON_HOME to another folder.`,
    );
  const { databaseUrl, temporal, ports } = environment;
  const embedded = await startEmbedded({
    home,
    ports,
    databaseUrl: databaseUrl ?? undefined,
    temporalAddress: environment.isTemporalGiven ? temporal.address : undefined,
    temporalNamespace: temporal.namespace,
    temporalCliPath: environment.temporalCliPath ?? undefined,
    searchAttributes,
    onProgress: say,
  });
  closers.push(() => embedded.stop());
  await migrate(embedded.databaseUrl, say);
  const mailbox = embedded.mailbox.url;
  const sandbox = await listening('SANDBOX_PORT', ports.sandbox, (port) => startSandbox({ port, home, mailbox }));
  closers.push(() => sandbox.stop());
  const control = sandboxControl(sandbox.url);
  const config = await configure(environment, home, sandbox.url, control, embedded, options);
  const started = await startBaton(config);
  closers.push(...started.map((running) => running.stop));
  const core = createCore(config, 'demo');
  closers.push(core.close);
  const [server] = started;
  await control.sendWebhooksTo(`${server.url}/webhooks/${demoConnection.hris}`, webhookSecret);
  await writeRunFile({
    home,
    run: {
      server: server.url,
      sandbox: sandbox.url,
      mailbox: embedded.mailbox.url,
      metrics: started.map((running) => running.metrics),
      config: join(home, 'baton.yaml'),
      databaseUrl: embedded.databaseUrl,
      temporal: embedded.temporal,
    },
  });
  closers.push(() => removeRunFile(home));
  return { environment, embedded, control, core, closers };
}

/** Writes the demo's configuration and reads it back the way everybody's is read. */
async function configure(
  environment: Environment,
  home: string,
  sandbox: string,
  control: SandboxControl,
  embedded: Embedded,
  options: Options,
): Promise<Config> {
  const people = await control.people();
  const hr = people.find((person) => person.manager === null);
  if (!hr) throw new Error('The sandbox has no people; remove its folder under BATON_HOME and start again.');
  const path = join(home, 'baton.yaml');
  // Links in mails name the server before it has begun to listen.
  const port = await choosePort({ port: environment.ports.server, variable: 'BATON_PORT' });
  await writeFile(path, demoConfig({ sandbox, hr: hr.email, nowMs: Date.now(), endsInMs: endsInMs(options) }));
  return loadConfig(vendors, {
    BATON_CONFIG: path,
    DATABASE_URL: embedded.databaseUrl,
    TEMPORAL_ADDRESS: embedded.temporal.address,
    TEMPORAL_NAMESPACE: embedded.temporal.namespace,
    SMTP_URL: `smtp://127.0.0.1:${embedded.mailbox.smtpPort}`,
    BATON_PORT: String(port),
    BATON_PUBLIC_URL: `http://127.0.0.1:${port}`,
    BATON_HASH_KEY: 'a key for the demo alone',
    BATON_LOG_LEVEL: 'warn',
  });
}

async function startBaton(config: Config): Promise<readonly [Running, Running]> {
  const logger = (name: string) => createLogger({ name, level: config.logLevel, destination: 'stderr' });
  return [await startServer(config, logger('baton-server')), await startWorker(config, logger('baton-worker'))];
}

/** The next active employee who owns something and has a manager; the first time it is the one whom the world was made around. */
async function nextLeaver(control: SandboxControl): Promise<DemoPerson> {
  const people = await control.people();
  const first = await control.firstLeaver();
  const managers = new Set(people.map((person) => person.manager));
  const able = people.filter(
    (person) => person.status === 'Active' && !person.lastDay && person.hubspot && person.manager && !managers.has(person.id),
  );
  const leaver = able.find((person) => person.bamboohr === first) ?? able[0];
  if (!leaver) throw new Error('Everybody in the sandbox has left. Remove BATON_HOME to begin again.');
  return leaver;
}

async function findHandover(core: Core, record: string, since: string): Promise<string> {
  for (let tries = 0; tries < 240; tries += 1) {
    const row = await core.stores.handovers.findByRecord(demoConnection.hris, record);
    if (row && row.startedAt.toISOString() >= since) return row.id;
    await sleep(250);
  }
  throw new Error('No handover began within a minute; the lines above say why.');
}

/** Tells the story until it is told, deciding as HR where `--yes` says so. */
async function follow(core: Core, handover: string, options: Options): Promise<HandoverStatus> {
  const names = new Map<string, string>();
  let before: HandoverStatus | null = null;
  for (;;) {
    const status = await statusFromRows(core.deps, handover);
    const unknown = status.steps.map((step) => step.successor).filter((person) => !names.has(person));
    for (const [person, name] of await core.stores.people.names(unknown)) names.set(person, name);
    for (const line of tell(before, status, (person) => names.get(person) ?? person)) say(`  ${line}`);
    before = status;
    if (status.stage === 'closed') return status;
    if (options.yes) await decideAsHr(core, handover, status);
    await sleep(300);
  }
}

/** What HR would press next. */
async function decideAsHr(core: Core, handover: string, status: HandoverStatus): Promise<void> {
  const hr = { by: null, comment: 'npm run demo -- --yes' };
  if (status.stage === 'awaiting-release') {
    say(pc.cyan('  HR: no competitor, the leaver may be asked; release'));
    await answerCard(core, handover);
    await decide(core, handover, 'release', {}, hr);
  } else if (status.steps.some((step) => step.state === 'waiting')) {
    say(pc.cyan('  HR: approve all steps'));
    await decide(core, handover, 'approve', { step: 'all' }, hr);
  } else if (status.steps.length > 0 && status.told.length < 3) {
    const audience = (['leaver', 'team', 'contacts'] as const)[status.told.length] ?? 'contacts';
    say(pc.cyan(`  HR: ${audience} may know`));
    await decide(core, handover, 'told', { audience }, hr);
  }
}

/** Waits until every planned check-in was sent, or nothing more is to come. */
async function followAlumni(core: Core, handover: string): Promise<void> {
  let before = '';
  let toldAt: number | null = null;
  for (const until = Date.now() + alumniMs; Date.now() < until;) {
    const member = await core.stores.members.ofHandover(handover);
    for (const line of tellAlumni(member, before)) say(`  ${line}`);
    before = JSON.stringify(member);
    if (!member || member.endedAt) return;
    if (checkInsOf(member).isTold) toldAt ??= Date.now();
    if (toldAt !== null && Date.now() - toldAt > answerMs) return;
    await sleep(500);
  }
}

async function result(stage: Stage, handover: string, status: HandoverStatus, startedMs: number, ledgerBefore: number) {
  const { core, control, embedded } = stage;
  const owned = { companies: 0, contacts: 0, deals: 0, tickets: 0, ...(await core.stores.ownerships.countByType(handover)) };
  const handovers = await core.db.handover.count();
  const row = await core.stores.handovers.get(handover);
  const member = await core.stores.members.ofHandover(handover);
  return {
    ok: status.outcome === 'completed',
    handover: status.handover,
    outcome: status.outcome,
    stage: status.stage,
    owned,
    steps: status.steps.map(({ id, state, counts }) => ({ id, planned: counts.planned, verified: counts.verified, state })),
    introductions: status.introductions,
    debts: status.debts,
    alumni: alumniOf(member, contactRules(toCard(row.card ?? missing('card'))).invitation),
    checkIns: member ? checkInsOf(member).counts : { planned: 0, sent: 0, answered: 0 },
    mails: await core.db.mail.count({
      where: { state: 'sent', OR: [{ handoverId: handover }, ...(member ? [{ memberId: member.id }] : [])] },
    }),
    ledgerWrites: (await control.writesByBaton(0)) - ledgerBefore,
    seconds: Math.round((Date.now() - startedMs) / 100) / 10,
    temporalUi: embedded.temporal.ui,
    handovers,
  };
}

async function play(stage: Stage, options: Options, startedMs: number): Promise<number> {
  const { core, control, embedded } = stage;
  const ledgerBefore = await control.writesByBaton(0);
  const leaver = await nextLeaver(control);
  const { day, ends } = lastDayOf({ nowMs: Date.now(), endsInMs: endsInMs(options) });
  say('');
  say(`  Temporal UI  ${embedded.temporal.ui}`);
  say(`  Mailbox      ${embedded.mailbox.url}`);
  say('');
  say(pc.bold(`  ${leaver.name} gives notice in BambooHR. Last working day: ${day}, until ${ends}.`));
  const since = new Date(Date.now() - 1_000).toISOString();
  const answered = await control.terminate(leaver.bamboohr, day);
  if (options.yes) await control.letPeopleAct();
  say(`  The signed webhook was answered with ${answered ?? 'nothing'}.`);
  const handover = await findHandover(core, leaver.bamboohr, since);
  say(`  handover/${handover} has begun.`);
  if (!options.yes) say(threeWays(handover, embedded.temporal));
  const closed = await follow(core, handover, options);
  await followAlumni(core, handover);
  const status = await statusFromRows(core.deps, closed.handover.replace('handover/', ''));
  const told = await result(stage, handover, status, startedMs, ledgerBefore);
  say('');
  say(pc.bold(`  ${told.ledgerWrites} writes in the CRM's ledger, ${told.mails} mails, ${told.seconds} s.`));
  if (options.json) process.stdout.write(`${JSON.stringify(told)}\n`);
  return told.ok ? 0 : 1;
}

async function closeAll(closers: Stage['closers']): Promise<void> {
  for (const close of closers.splice(0).reverse()) {
    await close().catch((error: unknown) =>
      say(`something did not stop: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      yes: { type: 'boolean' },
      exit: { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const options: Options = { yes: values.yes ?? false, exit: values.exit ?? false, json: values.json ?? false };
  const closers: Stage['closers'] = [];
  const signalled = firstSignal().then((signal) => exitCodeOf(signal));
  const startedMs = Date.now();
  try {
    const playing = openStage(options, closers).then(async (stage) => {
      const code = await play(stage, options, startedMs);
      if (!options.exit) say('  Everything keeps running; stop it with Ctrl-C.');
      return options.exit ? code : signalled;
    });
    return await Promise.race([playing, signalled]);
  } finally {
    setTimeout(() => process.exit(1), 14_000).unref();
    await closeAll(closers);
  }
}

silenceDeprecations();
try {
  process.exit(await main());
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(error instanceof ConfigError ? 2 : 1);
}
