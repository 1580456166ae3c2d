import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { parseConfig } from '../src/config.js';
import { createCore, type Core } from '../src/dependencies.js';
import { startPostgres } from '../src/embedded/postgres.js';
import { startTemporal } from '../src/embedded/temporal.js';
import { migrate } from '../src/migrations.js';
import { utc } from '../src/store/client.js';
import { vendors } from '../src/vendors/registry.js';
import { searchAttributes, taskQueue, workflowIds, type MembershipInput } from '../workflows/contract.js';
import { say } from './stack.js';

/** The HRIS connection that former employments name; nothing asks it. */
const hris = 'bamboohr-nl';
/** Calls to Temporal at once. */
const atOnce = 64;

/** Environment and text of a configuration, as a worker in a process of its own reads them. */
export interface Settings {
  readonly environment: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What the benchmarks of the alumni programme run on: PostgreSQL (fsync on), a Temporal, and the configuration for a worker beside them. */
export interface AlumniStack {
  readonly core: Core;
  readonly settings: Settings;
  readonly close: () => Promise<void>;
}

/** Where mails go, keys of `baton.yaml` over the default policy, and a Temporal that is there already (null: the dev server is started). */
export interface AlumniOptions {
  readonly smtpUrl: string | null;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly temporalAddress: string | null;
}

/** Starts what is needed in a temporary home on free ports of loopback; `close` ends it and removes the home. */
export async function openAlumni(options: AlumniOptions): Promise<AlumniStack> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse())
      await closer().catch((error: unknown) => say(`did not stop: ${String(error)}`));
  };
  try {
    const home = await mkdtemp(join(tmpdir(), 'baton-bench-'));
    // PostgreSQL's user has to pass through.
    await chmod(home, 0o711);
    closers.push(() => rm(home, { recursive: true, force: true }));
    const postgres = await startPostgres({ dataDir: join(home, 'postgres'), port: 0, onProgress: say });
    closers.push(postgres.stop);
    await migrate(postgres.url);
    const address = options.temporalAddress ?? (await startServer(home, closers));
    const settings = settingsOf(postgres.url, address, options);
    const core = coreOf(settings, 'bench');
    closers.push(core.close);
    return { core, settings, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startServer(home: string, closers: (() => Promise<unknown>)[]): Promise<string> {
  const temporal = await startTemporal({
    dataFile: join(home, 'temporal.db'),
    port: 0,
    uiPort: 0,
    namespace: 'default',
    searchAttributes,
    cliPath: process.env['TEMPORAL_CLI_PATH'],
    onProgress: say,
  });
  closers.push(temporal.stop);
  return temporal.address;
}

/** Reads a configuration and makes what an entry is made of. */
export function coreOf({ environment, text }: Settings, role: string, connections?: number): Core {
  const parsed = parseConfig(environment, text, { vendors });
  if (!parsed.ok) throw new Error(`the benchmark's configuration is wrong: ${JSON.stringify(parsed.problems)}`);
  return createCore(parsed.config, role, connections === undefined ? {} : { connections });
}

function settingsOf(databaseUrl: string, address: string, { smtpUrl, policy }: AlumniOptions): Settings {
  const text = stringify({
    company: { name: 'Example Company', timeZone: 'Europe/Amsterdam', country: 'NL', language: 'en' },
    hr: { rota: ['hr@example.com'] },
    // A configuration needs one; a retired CRM is never called.
    connections: { hubspot: { vendor: 'hubspot', mode: 'act', token: 'bench', retired: true } },
    programme: { referralUrl: 'https://www.example.com/jobs' },
    ...policy,
  });
  const environment = { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: address, ...(smtpUrl !== null && { SMTP_URL: smtpUrl }) };
  return { environment, text };
}

/** Memberships to insert: ids are `<prefix><number>`. */
export interface Members {
  readonly prefix: string;
  readonly count: number;
  /** `confirmed` waits for its invitation, `joined` for its first check-in. */
  readonly state: 'confirmed' | 'joined';
  readonly employmentEnd: Date;
}

/** Inserts people who left, with all that a membership hangs on, in one statement a table. Their handover is closed and names no day, so `employmentEnd` stands. */
export async function insertMembers({ db }: Core, { prefix, count, state, employmentEnd }: Members): Promise<readonly string[]> {
  const end = utc(employmentEnd.toISOString());
  const joined = utc(state === 'joined' ? new Date().toISOString() : null);
  await db.$transaction([
    db.$executeRaw`insert into "Person" (id, "givenName", "familyName")
      select ${prefix} || n, 'Alumna', 'Number ' || n from generate_series(1, ${count}::int) n`,
    db.$executeRaw`insert into "Employment" (id, connection, record, "personId", status)
      select ${prefix} || n, ${hris}, ${prefix} || n, ${prefix} || n, 'ended' from generate_series(1, ${count}::int) n`,
    db.$executeRaw`insert into "Handover" (id, "employmentId", number, stage, outcome, "startedAt", "closedAt", "desiredState")
      select ${prefix} || n, ${prefix} || n, 1, 'closed', 'completed', now(), now(), '{}' from generate_series(1, ${count}::int) n`,
    db.$executeRaw`insert into "ReleaseCard" ("handoverId", reason, asking, competitor, "whoKnows", circle, edited)
      select ${prefix} || n, 'resignation', 'full', 'no', 'team', '{}', '{}' from generate_series(1, ${count}::int) n`,
    db.$executeRaw`insert into "Member" (id, "personId", "employmentId", "handoverId", state, connection, language, email, "confirmedAt", "joinedAt", "employmentEnd")
      select ${prefix} || n, ${prefix} || n, ${prefix} || n, ${prefix} || n, ${state}, ${hris}, 'en', ${prefix} || n || '@alumni.example', now(), ${joined}, ${end}
      from generate_series(1, ${count}::int) n`,
    db.$executeRaw`insert into "Consent" (id, "memberId", purpose, wording, "givenAt")
      select ${prefix} || n || purpose, ${prefix} || n, purpose, '1', now()
      from generate_series(1, ${count}::int) n, unnest(array['alumni-address', 'alumni']) purpose`,
  ]);
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}

/** Starts the workflows of memberships; answers how long that took, in milliseconds. */
export async function startMemberships({ temporal }: Core, members: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  await inParallel(members, async (member) => {
    const input: MembershipInput = { member };
    await temporal.client.workflow.start('membership', { workflowId: workflowIds.membership(member), taskQueue, args: [input] });
  });
  return performance.now() - startedMs;
}

/** Waits until nothing is under way in any of these workflows: they sleep on a timer. Asks each at the end, since rows are written a little before. */
export async function untilAsleep({ temporal }: Core, workflows: readonly string[], endMs: number): Promise<void> {
  const { client } = temporal;
  await inParallel(workflows, async (workflowId) => {
    for (;;) {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      const isBusy = Boolean(raw.pendingWorkflowTask) || (raw.pendingActivities ?? []).length > 0;
      if (raw.workflowExecutionInfo?.status !== 1) throw new Error(`${workflowId} does not run`);
      if (!isBusy) return;
      if (Date.now() > endMs) throw new Error('not all workflows slept in time; the processors are busy');
      await sleep(250);
    }
  });
}

/** Does the same for every item, a limited number at once. */
export async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
