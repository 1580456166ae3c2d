import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailure as ClientFailure, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { DateTime } from 'luxon';
import { register } from 'tsx/cjs/api';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { failureInterceptor } from '../../activities/failure.js';
import { createActivities } from '../../activities/index.js';
import { parseConfig, type Config } from '../../src/config.js';
import { decide, DecisionRefused } from '../../src/decide.js';
import { createCore, type Core } from '../../src/dependencies.js';
import type { FailureKind } from '../../src/domain/failure.js';
import { startSandbox, type RunningSandbox } from '../../src/sandbox/index.js';
import { payloadConverterPath } from '../../src/temporal.js';
import { vendors } from '../../src/vendors/registry.js';
import {
  searchAttributes,
  taskQueue,
  workflowIds,
  type CommandName,
  type DecisionAnswer,
  type HandoverStatus,
  type Inputs,
} from '../../workflows/contract.js';
import { freshDatabase } from './database.js';
import { leaksIn, type History, type Run } from './histories.js';
import { temporaryHome } from './home.js';

// Temporal's client and worker `require` the payload converter by its path, past vitest's own transformation.
register();

/** The company's time zone: everybody in the small world works there. */
export const zone = 'Europe/Amsterdam';
export const hrisName = 'bamboohr-nl';

/** temporal.api.enums.v1.IndexedValueType */
const typeNumbers = { Keyword: 2, Int: 3, Datetime: 6, KeywordList: 7 } as const;
const indexedTypes = Object.fromEntries(Object.entries(searchAttributes).map(([name, type]) => [name, typeNumbers[type]]));

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const personSchema = z.object({
  id: z.string(),
  hubspot: z.string().nullable(),
  name: z.string(),
  email: z.string(),
  manager: z.string().nullable(),
  status: z.string(),
});
/** Somebody of the sandbox's world; `id` is the HRIS record, `hubspot` the user in the CRM. */
export type WorldPerson = z.infer<typeof personSchema>;

const entrySchema = z.object({
  seq: z.number(),
  at: z.string(),
  by: z.string(),
  op: z.string(),
  type: z.string(),
  record: z.string(),
  field: z.string().nullable(),
  from: z.unknown(),
  to: z.unknown(),
});
export type LedgerEntry = z.infer<typeof entrySchema>;

const shapes = {
  people: z.object({ people: z.array(personSchema) }),
  world: z.object({ leaver: z.object({ bamboohr: z.string(), hubspot: z.string() }) }),
  ledger: z.object({ entries: z.array(entrySchema), next: z.number().nullable() }),
  search: z.object({
    results: z.array(z.object({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) })),
    paging: z.object({ next: z.object({ after: z.string() }) }).optional(),
  }),
  calls: z.object({ routes: z.array(z.object({ route: z.string(), by: z.string(), status: z.record(z.string(), z.number()) })) }),
};

/** What a test may choose of its company; the rest is the default policy. */
export interface CompanyOptions {
  readonly world?: object;
  /** Top-level keys of `baton.yaml`, laid over the rig's. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly mode?: 'observe' | 'act';
  readonly smtpUrl?: string;
  /** How many records a vendor batch holds, and how many batches run at once. */
  readonly batches?: { readonly batch: number; readonly concurrency: number };
}

interface Fault {
  readonly kind: FailureKind;
  readonly retryable: boolean;
  hits: number;
}

interface Gate {
  readonly reached: Promise<void>;
  readonly open: () => void;
}

/** What happens around every activity: what ran is noted, the sandbox's clock follows the workflow's, and a test may make one fail or wait. */
class Around {
  readonly runs = new Map<string, Run>();
  readonly faults = new Map<string, Fault>();
  readonly gates = new Map<string, { readonly arrive: () => void; readonly opened: Promise<void>; readonly open: () => void }>();
  readonly count = new Map<string, number>();
  clockMs = 0;
  inFlight = 0;

  interceptor(): ActivityInboundCallsInterceptor {
    return {
      execute: async (input, next) => {
        const { activityType, workflowExecution } = activityInfo();
        if (workflowExecution) this.runs.set(workflowExecution.runId, workflowExecution);
        this.count.set(activityType, (this.count.get(activityType) ?? 0) + 1);
        this.#follow(input.args[0]);
        this.inFlight += 1;
        try {
          const gate = this.gates.get(activityType);
          if (gate) {
            gate.arrive();
            await gate.opened;
          }
          this.#fail(activityType);
          return await next(input);
        } finally {
          this.inFlight -= 1;
        }
      },
    };
  }

  #follow(input: unknown): void {
    if (typeof input !== 'object' || input === null || !('now' in input) || typeof input.now !== 'string') return;
    this.clockMs = Math.max(this.clockMs, Date.parse(input.now));
  }

  #fail(activity: string): void {
    const fault = this.faults.get(activity);
    if (!fault) return;
    fault.hits += 1;
    throw ApplicationFailure.create({ type: fault.kind, message: 'made to fail by a test', nonRetryable: !fault.retryable });
  }
}

/** One test's company: a world, a database and a worker of its own, on the file's time-skipping server. */
export class Company {
  readonly env: TestWorkflowEnvironment;
  readonly core: Core;
  readonly people: readonly WorldPerson[];
  readonly leaver: WorldPerson;
  readonly #around: Around;
  readonly #sandbox: RunningSandbox;
  /** Personal strings are collected at the start and at the end: a world only grows. */
  readonly #strings: string[] = [];

  constructor(parts: {
    env: TestWorkflowEnvironment;
    core: Core;
    around: Around;
    sandbox: RunningSandbox;
    people: readonly WorldPerson[];
    leaver: WorldPerson;
  }) {
    this.env = parts.env;
    this.core = parts.core;
    this.people = parts.people;
    this.leaver = parts.leaver;
    this.#around = parts.around;
    this.#sandbox = parts.sandbox;
  }

  // Time

  async nowMs(): Promise<number> {
    return this.env.currentTimeMs();
  }

  async local(): Promise<DateTime> {
    return DateTime.fromMillis(await this.nowMs(), { zone });
  }

  /** The day that lies this many working days (Monday to Friday) after today. */
  async workday(ahead: number): Promise<string> {
    let day = await this.local();
    for (let left = ahead; left > 0;) {
      day = day.plus({ days: 1 });
      if (day.weekday <= 5) left -= 1;
    }
    return day.toFormat('yyyy-MM-dd');
  }

  async advance(ms: number): Promise<void> {
    await this.env.sleep(ms);
    this.#around.clockMs = Math.max(this.#around.clockMs, await this.nowMs());
    await this.quiet();
  }

  /** Skips to a wall-clock time of the company's zone, today or on a given day; does nothing when that has passed. */
  async skipTo(time: string, day?: string): Promise<void> {
    const at = DateTime.fromISO(`${day ?? (await this.local()).toFormat('yyyy-MM-dd')}T${time}`, { zone });
    const left = at.toMillis() - (await this.nowMs());
    if (left > 0) await this.advance(left);
  }

  /** Until no activity has been under way for a moment. */
  async quiet(): Promise<void> {
    for (let still = 0; still < 3;) {
      await pause(15);
      still = this.#around.inFlight === 0 ? still + 1 : 0;
    }
  }

  // HRIS

  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    return call(`${this.#sandbox.url}${path}`, method, body);
  }

  /** HR enters an ending; returns the handover that began. */
  async startLeaver(ending: { readonly lastDay: string; readonly reason?: string; readonly employee?: string }): Promise<Saga> {
    const { lastDay, reason = 'resignation', employee = this.leaver.id } = ending;
    await this.control('POST', '/_hris/bamboohr/terminate', { employee, lastDay, reason });
    await this.look(employee);
    return this.sagaOf(employee);
  }

  async hris(
    action: 'move' | 'rescind' | 'redact' | 'rehire' | 'terminate',
    body: object,
    employee = this.leaver.id,
  ): Promise<void> {
    await this.control('POST', `/_hris/bamboohr/${action}`, { employee, ...body });
    await this.look(employee);
  }

  /** What the drainer does with a webhook: the employment's workflow looks, and ends. */
  async look(employee = this.leaver.id): Promise<void> {
    const rows = await this.core.deps.employments.findOrCreate(hrisName, [employee]);
    const row = rows.get(employee) ?? '';
    await this.core.deps.workflows.lookAt(row);
    await this.core.temporal.client.workflow.getHandle(workflowIds.employment(row)).result();
  }

  /** The daily look at all handovers. */
  async sweep(): Promise<{ readonly looked: number; readonly restarted: number; readonly found: number }> {
    const options = { workflowId: workflowIds.sweep, taskQueue, args: [] };
    return this.core.temporal.client.workflow.execute('sweep', options);
  }

  async sagaOf(employee = this.leaver.id): Promise<Saga> {
    const row = await this.core.stores.handovers.findByRecord(hrisName, employee);
    if (!row) throw new Error('no handover began');
    return new Saga(this, row.id);
  }

  /** Baton's id of a person of the world. */
  async personId(employee: string): Promise<string> {
    const row = await this.core.db.employment.findUniqueOrThrow({
      where: { connection_record: { connection: hrisName, record: employee } },
    });
    return row.personId;
  }

  /** The CRM user of a person whom Baton names. */
  async userOf(person: string): Promise<string> {
    const row = await this.core.db.employment.findFirstOrThrow({ where: { personId: person } });
    return this.people.find(({ id }) => id === row.record)?.hubspot ?? '';
  }

  // CRM

  /** A change that a person makes in the CRM. */
  async human(type: string, record: string, properties: Readonly<Record<string, string>>): Promise<void> {
    await call(`${this.#sandbox.url}/hubspot/crm/v3/objects/${type}/${record}`, 'PATCH', { properties }, 'sandbox-human');
  }

  /** Ownerships as the CRM holds them now: `companies/500000001/hubspot_owner_id` → user. */
  async owners(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const type of ['companies', 'contacts', 'deals', 'tickets']) {
      const fields = type === 'companies' ? ['hubspot_owner_id', 'account_manager'] : ['hubspot_owner_id'];
      for (let after: string | undefined = '0'; after !== undefined;) {
        const answer: z.infer<typeof shapes.search> = shapes.search.parse(
          await call(
            `${this.#sandbox.url}/hubspot/crm/v3/objects/${type}/search`,
            'POST',
            { properties: fields, limit: 200, after },
            'sandbox-human',
          ),
        );
        for (const { id, properties } of answer.results) {
          for (const field of fields) {
            const owner = properties[field];
            if (owner) found.set(`${type}/${id}/${field}`, owner);
          }
        }
        after = answer.paging?.next.after;
      }
    }
    return found;
  }

  /** The keys of what a user owns now. */
  async ownedBy(user: string | null): Promise<readonly string[]> {
    return [...(await this.owners())].flatMap(([key, owner]) => (owner === user ? [key] : []));
  }

  /** Changes that Baton made, oldest first. */
  async ledger(): Promise<readonly LedgerEntry[]> {
    const answer = shapes.ledger.parse(await this.control('GET', '/_ledger?limit=10000&by=baton'));
    if (answer.next !== null) throw new Error('the ledger is longer than a page');
    return answer.entries;
  }

  /** How often Baton called the CRM's route. */
  async calls(route: string): Promise<number> {
    const { routes } = shapes.calls.parse(await this.control('GET', '/_calls'));
    return routes
      .filter((one) => one.route === route && one.by === 'baton')
      .flatMap((one) => Object.values(one.status))
      .reduce((sum, n) => sum + n, 0);
  }

  async faults(...rules: readonly object[]): Promise<void> {
    await this.control('PUT', '/_faults', { rules });
  }

  // Activities

  /** Makes an activity fail until `heal`; for good, unless `retryable`. */
  fail(activity: string, kind: FailureKind = 'forbidden', retryable = false): void {
    this.#around.faults.set(activity, { kind, retryable, hits: 0 });
  }

  heal(activity: string): void {
    this.#around.faults.delete(activity);
  }

  hits(activity: string): number {
    return this.#around.faults.get(activity)?.hits ?? 0;
  }

  ran(activity: string): number {
    return this.#around.count.get(activity) ?? 0;
  }

  /** Holds an activity at its beginning until `open`. */
  hold(activity: string): Gate {
    let arrive: () => void = () => undefined;
    let free: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    const opened = new Promise<void>((resolve) => (free = resolve));
    const open = (): void => {
      this.#around.gates.delete(activity);
      free();
    };
    this.#around.gates.set(activity, { arrive, opened, open });
    return { reached, open };
  }

  // The end

  /** The histories of every run so far. */
  async histories(): Promise<readonly (Run & { readonly history: History })[]> {
    const { client } = this.core.temporal;
    return Promise.all(
      [...this.#around.runs.values()].map(async ({ workflowId, runId }) => ({
        workflowId,
        runId,
        history: await client.workflow.getHandle(workflowId, runId).fetchHistory(),
      })),
    );
  }

  /** A run that a test started or reset without the rig. */
  addRun(run: Run): void {
    this.#around.runs.set(run.runId, run);
  }

  /** What must not be in a history: the world's personal strings, and the ids of its records, users and employees' addresses. */
  async forbidden(): Promise<{ readonly strings: readonly string[]; readonly ids: ReadonlySet<string> }> {
    const text = await (await fetch(`${this.#sandbox.url}/_world/strings`)).text();
    this.#strings.push(...text.split('\n').filter((line) => line.length > 0));
    const owners = await this.owners();
    const ids = new Set([...owners].flatMap(([key, owner]) => [key.split('/')[1] ?? '', owner]));
    for (const { hubspot } of this.people) if (hubspot) ids.add(hubspot);
    return { strings: [...new Set(this.#strings)], ids };
  }

  /** Ends everything that still runs. */
  async terminateAll(): Promise<void> {
    const ids = new Set([...this.#around.runs.values()].map(({ workflowId }) => workflowId));
    for (const id of ids) {
      await this.core.temporal.client.workflow
        .getHandle(id)
        .terminate('the test is over')
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        });
    }
  }

  /** Lets nothing fail or wait any more, and ends everything. */
  async quietly(): Promise<void> {
    this.#around.faults.clear();
    for (const { open } of [...this.#around.gates.values()]) open();
    await this.faults();
    await this.terminateAll();
    await this.quiet();
  }
}

/** Bytes under a name for their encoding that need not be true. */
export interface RawPayload {
  readonly encoding: string;
  readonly data: string;
}

function toPayload({ encoding, data }: RawPayload) {
  return { metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) };
}

type StatusIs = (status: HandoverStatus) => boolean;

/** One handover as a test sees it. */
export class Saga {
  readonly company: Company;
  readonly id: string;

  constructor(company: Company, id: string) {
    this.company = company;
    this.id = id;
  }

  get workflowId(): string {
    return workflowIds.handover(this.id);
  }

  get handle() {
    return this.company.core.temporal.client.workflow.getHandle(this.workflowId);
  }

  row() {
    return this.company.core.stores.handovers.get(this.id);
  }

  ownerships() {
    return this.company.core.stores.ownerships.list(this.id, 0n, 10_000);
  }

  /** The ownerships of one step, as `Company.owners` names them. */
  async keysOf(step: string): Promise<readonly string[]> {
    return (await this.ownerships())
      .filter((row) => row.stepId === step)
      .map((row) => `${row.recordType}/${row.record}/${row.field}`);
  }

  mails() {
    return this.company.core.db.mail.findMany({ where: { handoverId: this.id }, orderBy: { createdAt: 'asc' } });
  }

  async status(): Promise<HandoverStatus> {
    return this.handle.query<HandoverStatus>('status');
  }

  signal(name: string, ...input: readonly unknown[]): Promise<void> {
    return this.handle.signal(name, ...input);
  }

  update(name: string, ...input: readonly unknown[]): Promise<DecisionAnswer> {
    const { handle } = this;
    return input.length === 0
      ? handle.executeUpdate<DecisionAnswer, []>(name)
      : handle.executeUpdate<DecisionAnswer, [unknown]>(name, { args: [input[0]] });
  }

  /** A signal with a payload as it stands, in whatever encoding. */
  async rawSignal(name: string, payload: RawPayload): Promise<void> {
    const { client } = this.company.core.temporal;
    await client.workflowService.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: this.workflowId },
      signalName: name,
      input: { payloads: [toPayload(payload)] },
      identity: 'baton-test',
      requestId: randomUUID(),
    });
  }

  /** An update with a payload as it stands; returns the type and message of its failure, or null. */
  async rawUpdate(name: string, payload: RawPayload): Promise<{ readonly type: string; readonly message: string } | null> {
    const { client } = this.company.core.temporal;
    // A busy server may answer before the update has an outcome: asked again under the same id it answers for the same one.
    const updateId = randomUUID();
    const send = () =>
      client.workflowService.updateWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: this.workflowId },
        waitPolicy: { lifecycleStage: 3 },
        request: { meta: { updateId, identity: 'baton-test' }, input: { name, args: { payloads: [toPayload(payload)] } } },
      });
    let answer = await send();
    while (!answer.outcome) answer = await send();
    const failure = answer.outcome.failure;
    return failure ? { type: failure.applicationFailureInfo?.type ?? '', message: failure.message ?? '' } : null;
  }

  /** The Markdown that the Temporal UI shows of it. */
  async details(): Promise<string> {
    return z.object({ currentDetails: z.string() }).parse(await this.handle.query('__temporal_workflow_metadata')).currentDetails;
  }

  /** A decision as page and CLI send it: by a person of the world (HRIS record), or by the operator. */
  async decide<Name extends CommandName>(
    name: Name,
    input: Omit<Inputs[Name], 'decisionId'>,
    by: string | null = null,
  ): Promise<DecisionAnswer> {
    return decide(this.company.core, this.id, name, input, { by: by === null ? null : await this.company.personId(by) });
  }

  /** Waits in real time: the clock stands still but for what really passes. */
  async waitFor(is: StatusIs, what = String(is), withinMs = 20_000): Promise<HandoverStatus> {
    const until = Date.now() + withinMs;
    for (;;) {
      const status = await this.status();
      if (is(status)) return status;
      if (Date.now() > until) throw new Error(`waited in vain for: ${what}\n${JSON.stringify(status, null, 1)}`);
      await pause(25);
    }
  }

  /** Lets time pass, from one due instant to the next, until something is so. */
  async advanceUntil(is: StatusIs, what = String(is), within = 60 * dayMs): Promise<HandoverStatus> {
    const { company } = this;
    const until = (await company.nowMs()) + within;
    for (;;) {
      await company.quiet();
      const status = await this.status();
      if (is(status)) return status;
      const now = await company.nowMs();
      if (now > until) throw new Error(`time passed in vain for: ${what}\n${JSON.stringify(status, null, 1)}`);
      const { dueAt } = await this.row();
      const left = dueAt === null ? 6 * hourMs : dueAt.getTime() - now + 500;
      await company.advance(Math.min(Math.max(left, 1_000), dayMs));
    }
  }

  /** To the release, as HR, with everybody inside the company told. */
  async release(options: { readonly told?: 'circle' | 'leaver' | 'team' | 'contacts' } = {}): Promise<void> {
    const { told = 'team' } = options;
    await this.waitFor(({ stage }) => stage === 'awaiting-release', 'the snapshot');
    await this.decide('release', {});
    await this.waitFor(
      ({ stage, steps }) => stage !== 'planning' && stage !== 'awaiting-release' && steps.length > 0,
      'the plan',
    );
    const audiences = {
      circle: [],
      leaver: ['leaver'],
      team: ['leaver', 'team'],
      contacts: ['leaver', 'team', 'contacts'],
    } as const;
    for (const audience of audiences[told]) await this.decide('told', { audience });
  }

  async approveAll(): Promise<void> {
    await this.decide('approve', { step: 'all' });
  }

  /** Until it is closed, and the workflow has ended. */
  async close(): Promise<HandoverStatus> {
    await this.advanceUntil(({ stage }) => stage === 'closed', 'the end');
    await this.handle.result();
    return this.status();
  }
}

/** The code that a decision was refused with; null when it was taken. */
export async function refusalOf(decision: Promise<unknown>): Promise<string | null> {
  try {
    await decision;
    return null;
  } catch (error) {
    if (error instanceof DecisionRefused) return error.code;
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ClientFailure) return error.cause.type ?? '';
    throw error;
  }
}

/** Opens a test file's rig: a time-skipping server that its tests share one after the other. `company` makes a test's own world. */
export function useRig(server: 'time-skipping' | 'dev' = 'time-skipping'): {
  readonly company: (options?: CompanyOptions) => Promise<Company>;
} {
  let stage: Stage | undefined;
  const open: { readonly company: Company; readonly close: () => Promise<void> }[] = [];
  const histories: Replayable[] = [];
  const strike = async (): Promise<void> => {
    await stage?.close();
    stage = undefined;
  };

  beforeAll(quietRuntime);

  afterEach(async ({ task }) => {
    let proven = task.result?.state !== 'fail';
    try {
      for (const { company, close } of open.splice(0)) {
        try {
          await company.quietly();
          histories.push(...(await proveHistories(company)));
        } finally {
          await close();
        }
      }
    } catch (error) {
      proven = false;
      throw error;
    } finally {
      // A test that stopped half-way may have left the clock running.
      if (!proven) await strike();
    }
  });

  afterAll(async () => {
    await strike();
    await replay(histories);
  });

  return {
    company: async (options = {}) => {
      stage ??= new Stage(await openServer(server));
      const opened = await openCompany(stage, options);
      open.push(opened);
      return opened.company;
    },
  };
}

/** What the tests of a file share: the server with its clock, and one worker, whose activities belong to whichever company is on. */
class Stage {
  readonly env: TestWorkflowEnvironment;
  #on: { readonly core: Core; readonly around: Around } | null = null;
  #worker: Worker | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(env: TestWorkflowEnvironment) {
    this.env = env;
  }

  async enter(core: Core, around: Around): Promise<void> {
    this.#on = { core, around };
    if (this.#worker) return;
    const deps = new Proxy(core.deps, { get: (_first, key) => Reflect.get(this.#now().core.deps, key) });
    this.#worker = await Worker.create({
      connection: this.env.nativeConnection,
      namespace: core.config.temporal.namespace,
      identity: 'baton-worker-test',
      taskQueue,
      workflowBundle: { codePath: inject('workflowBundle') },
      activities: createActivities(deps),
      dataConverter: { payloadConverterPath },
      interceptors: {
        activity: [() => ({ inbound: failureInterceptor() }), () => ({ inbound: this.#now().around.interceptor() })],
      },
      maxCachedWorkflows: 20,
      shutdownGraceTime: '2 seconds',
      shutdownForceTime: '5 seconds',
    });
    this.#running = this.#worker.run();
  }

  async close(): Promise<void> {
    if (this.#worker?.getState() === 'RUNNING') this.#worker.shutdown();
    await this.#running;
    await this.env.teardown();
  }

  #now(): { readonly core: Core; readonly around: Around } {
    if (!this.#on) throw new Error('no company is on');
    return this.#on;
  }
}

async function openServer(server: 'time-skipping' | 'dev'): Promise<TestWorkflowEnvironment> {
  const client = { dataConverter: { payloadConverterPath } };
  if (server === 'dev') return TestWorkflowEnvironment.createFromExistingServer({ address: inject('temporalAddress'), client });
  const executable = { type: 'existing-path', path: inject('testServerPath') } as const;
  const env = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable }, client });
  await env.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes: indexedTypes });
  return env;
}

async function openCompany(stage: Stage, options: CompanyOptions) {
  const { env } = stage;
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const around = new Around();
    await nextMorning(env);
    around.clockMs = await env.currentTimeMs();
    const [database, home] = await Promise.all([freshDatabase(), temporaryHome()]);
    closers.push(database.drop, () => rm(home, { recursive: true, force: true }));
    const sandbox = await startSandbox({ port: 0, home, now: () => around.clockMs });
    closers.push(() => sandbox.stop());
    const { leaver, people } = await makeWorld(sandbox.url, options.world ?? {});
    const rota = [people[1], people[2]].flatMap((person) => (person ? [person.email] : []));
    const core = createCore(
      configOf({ sandbox: sandbox.url, databaseUrl: database.url, address: env.address, rota, options }),
      'test',
      { connections: 6 },
    );
    closers.push(core.close);
    await stage.enter(core, around);
    return { company: new Company({ env, core, around, sandbox, people, leaver }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The next working day at half past nine: what a test sees must not depend on when it is run. */
async function nextMorning(env: TestWorkflowEnvironment): Promise<void> {
  const now = await env.currentTimeMs();
  let morning = DateTime.fromMillis(now, { zone }).startOf('day').set({ hour: 9, minute: 30 });
  while (morning.toMillis() <= now || morning.weekday > 5) morning = morning.plus({ days: 1 });
  if (env.supportsTimeSkipping) await env.sleep(morning.toMillis() - now);
}

/** Two teams of seven: the leaver has a manager, a manager's manager, and colleagues with a user in the CRM. */
async function makeWorld(
  url: string,
  body: object,
): Promise<{ readonly leaver: WorldPerson; readonly people: readonly WorldPerson[] }> {
  const small = {
    seed: 7,
    people: 14,
    accountsPerPerson: 2,
    contactsPerAccount: 1,
    dealsPerAccount: 0,
    leaver: { accounts: 12, contacts: 12, deals: 8, tickets: 4 },
  };
  const world = shapes.world.parse(await call(`${url}/_world`, 'PUT', { ...small, ...body }));
  await call(`${url}/_limits`, 'PUT', { hubspot: null, bamboohr: null });
  const { people } = shapes.people.parse(await call(`${url}/_world/people?limit=1000`, 'GET'));
  const leaver = people.find(({ id }) => id === world.leaver.bamboohr);
  if (!leaver) throw new Error('the world has no leaver');
  return { leaver, people };
}

interface ConfigFacts {
  readonly sandbox: string;
  readonly databaseUrl: string;
  readonly address: string;
  readonly rota: readonly string[];
  readonly options: CompanyOptions;
}

/** The default policy, without public holidays, at a company whose operators may decide by bare signal. */
function configOf({ sandbox, databaseUrl, address, rota, options }: ConfigFacts): Config {
  const mode = options.mode ?? 'act';
  const unpaced = { perSecond: null };
  const file = {
    company: { name: 'Example Company', timeZone: zone, country: 'NL', language: 'en' },
    countries: Object.fromEntries(['NL', 'DK', 'GB', 'DE', 'BE'].map((code) => [code, { timeZone: zone }])),
    hr: { rota },
    connections: {
      [hrisName]: {
        vendor: 'bamboohr',
        mode,
        companyDomain: 'example',
        apiKey: 'sandbox-baton',
        baseUrl: `${sandbox}/bamboohr`,
        limits: unpaced,
      },
      hubspot: {
        vendor: 'hubspot',
        mode,
        token: 'sandbox-baton',
        baseUrl: `${sandbox}/hubspot`,
        userFields: { companies: ['account_manager'] },
        limits: { ...unpaced, searchPerSecond: null, ...options.batches },
      },
    },
    calendar: { publicHolidays: false },
    capacity: { overMedian: 10 },
    decisions: { bareSignals: 'always' },
    ...options.config,
  };
  const env = { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: address, ...(options.smtpUrl && { SMTP_URL: options.smtpUrl }) };
  const result = parseConfig(env, stringify(file), { vendors });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

interface Replayable {
  readonly workflowId: string;
  readonly history: History;
}

/** What every history of a test has to stand: no personal data, no failed workflow task, no failed saga. Returns them, for the replay. */
async function proveHistories(company: Company): Promise<readonly Replayable[]> {
  const histories = await company.histories();
  const forbidden = await company.forbidden();
  expect(histories.length).toBeGreaterThan(0);
  expect(forbidden.strings.length).toBeGreaterThan(50);
  for (const { workflowId, history } of histories) {
    expect(leaksIn(history, forbidden), `personal data in the history of ${workflowId}`).toEqual([]);
    const events = history.events ?? [];
    expect(
      events.filter((event) => event.workflowTaskFailedEventAttributes && !isReset(event)),
      `failed workflow tasks of ${workflowId}`,
    ).toEqual([]);
    if (/^(handover\/[^/]+|employment\/.+)$/.test(workflowId)) {
      expect(
        events.filter((event) => event.workflowExecutionFailedEventAttributes),
        `${workflowId} failed`,
      ).toEqual([]);
    }
  }
  return histories;
}

/** Everything that the file's tests ran is run again by the same code: what differs would wedge an open handover after a restart. */
async function replay(histories: readonly Replayable[]): Promise<void> {
  const options = { workflowBundle: { codePath: inject('workflowBundle') }, dataConverter: { payloadConverterPath } };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
    expect(error, `replay of ${workflowId}`).toBeUndefined();
}

type Event = NonNullable<History['events']>[number];

/** A reset leaves failed tasks behind on purpose: the server's own, of the run that it ended and of the new one. */
function isReset({ workflowTaskFailedEventAttributes: failed }: Event): boolean {
  return Boolean(failed?.newRunId) || failed?.identity === 'history-service';
}

let installed = false;

function quietRuntime(): void {
  if (installed) return;
  installed = true;
  const level = process.env.TEST_TEMPORAL_LOG === 'debug' ? 'DEBUG' : 'ERROR';
  Runtime.install({ logger: new DefaultLogger(level), shutdownSignals: [] });
}

async function call(url: string, method: string, body?: unknown, token?: string): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}
