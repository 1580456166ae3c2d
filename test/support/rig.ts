import { rm } from 'node:fs/promises';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DateTime } from 'luxon';
import { register } from 'tsx/cjs/api';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { failureInterceptor } from '../../activities/failure.js';
import { createActivities } from '../../activities/index.js';
import { createCore, type Core } from '../../src/dependencies.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { payloadConverterPath } from '../../src/temporal.js';
import { searchAttributes, taskQueue } from '../../workflows/contract.js';
import { Around } from './around.js';
import { Company } from './company.js';
import { freshDatabase } from './database.js';
import { temporaryHome } from './home.js';
import { proveHistories, replay, type Replayable } from './proof.js';
import { configOf, makeWorld, zone, type CompanyOptions } from './world.js';

export { Company } from './company.js';
export { refusalOf, Saga, type RawPayload } from './saga.js';
export { hrisName, zone, type CompanyOptions, type LedgerEntry, type WorldPerson } from './world.js';

// Temporal's client and worker `require` the payload converter by its path, past vitest's own transformation.
register();

/** temporal.api.enums.v1.IndexedValueType */
const typeNumbers = { Keyword: 2, Int: 3, Datetime: 6, KeywordList: 7 } as const;
const indexedTypes = Object.fromEntries(Object.entries(searchAttributes).map(([name, type]) => [name, typeNumbers[type]]));

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
    await nextMorning(env, options.on);
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
async function nextMorning(env: TestWorkflowEnvironment, on?: (today: string) => string): Promise<void> {
  const now = await env.currentTimeMs();
  const today = DateTime.fromMillis(now, { zone }).startOf('day');
  const day = on ? DateTime.fromISO(on(today.toFormat('yyyy-MM-dd')), { zone }) : today;
  let morning = day.set({ hour: 9, minute: 30 });
  while (morning.toMillis() <= now || morning.weekday > 5) morning = morning.plus({ days: 1 });
  if (env.supportsTimeSkipping) await env.sleep(morning.toMillis() - now);
}

let installed = false;

function quietRuntime(): void {
  if (installed) return;
  installed = true;
  const level = process.env.TEST_TEMPORAL_LOG === 'debug' ? 'DEBUG' : 'ERROR';
  Runtime.install({ logger: new DefaultLogger(level), shutdownSignals: [] });
}
