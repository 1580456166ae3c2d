import { fileURLToPath } from 'node:url';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { failureInterceptor } from '../activities/failure.js';
import { createActivities } from '../activities/index.js';
import { taskQueue } from '../workflows/contract.js';
import type { Config } from './config.js';
import { assertConnections, createCore, type Core } from './dependencies.js';
import type { Logger } from './logger.js';
import { createMetrics, serveMetrics, type Metrics } from './metrics.js';
import { assertMigrated } from './migrations.js';
import { listening, type Running } from './process.js';
import { prepareTemporal } from './schedules.js';
import { rowCounts } from './store/counts.js';
import { connectionOptions, identityOf, payloadConverterPath } from './temporal.js';

/** Cached workflows: about 1 MB each, and every evicted one is replayed. */
const cachedWorkflows = 300;

/**
 * A woken workflow's task is first kept for the worker that had it last. When thousands wake on one morning, those that wait longer than this are
 * timed out and offered to all workers, which costs the server more than the task itself: the default of 10 seconds makes a burst a third longer. After
 * a worker's sudden death a person's decision may wait as long: the deadline of `decide.ts` is longer.
 */
const stickyTimeout = '60 seconds';

/** Bundles the workflows, as a worker and a replay need them. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(`../workflows/index${extension}`, import.meta.url)),
    payloadConverterPath,
    logger: new DefaultLogger('WARN'),
  });
}

/** Opens the worker; stopping ends Temporal's tasks first, then what they use. */
export async function startWorker(config: Config, logger: Logger): Promise<Running> {
  const metrics = createMetrics(() => rowCounts(core.db));
  const core = createCore(config, 'worker', { metrics, connections: 20 });
  try {
    await assertMigrated(core.db);
    await assertConnections(core);
    await prepareTemporal(core.temporal.client, config);
    const worker = await createWorker(core, logger, metrics);
    const served = await listening('BATON_WORKER_METRICS_PORT', config.ports.workerMetrics, (port) =>
      serveMetrics(metrics.registry, port, config.host),
    );
    const running = worker.run();
    running.catch((error: unknown) => {
      logger.fatal({ err: error }, 'worker ended');
      process.kill(process.pid, 'SIGTERM');
    });
    const { namespace, identity } = worker.options;
    logger.info({ namespace, identity, connections: Object.keys(config.connections) }, 'worker is ready');
    const stop = async (): Promise<void> => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running.catch(() => undefined);
      await served.close();
      await core.close();
    };
    return { url: config.temporal.address, metrics: `http://${config.host}:${served.port}/metrics`, stop };
  } catch (error) {
    await core.close();
    throw error;
  }
}

/** A worker on the one task queue, with its own connection, which it closes when it ends. */
export async function createWorker(core: Core, logger: Logger, metrics: Pick<Metrics, 'workflowTaskFailure'>): Promise<Worker> {
  installRuntime(logger, metrics);
  const { temporal } = core.config;
  const connection = await NativeConnection.connect(connectionOptions(temporal));
  return Worker.create({
    connection,
    namespace: temporal.namespace,
    identity: identityOf('worker'),
    taskQueue,
    workflowBundle: await bundleWorkflows(),
    activities: createActivities(core.deps),
    dataConverter: { payloadConverterPath },
    interceptors: { activity: [() => ({ inbound: failureInterceptor() })] },
    maxCachedWorkflows: cachedWorkflows,
    stickyQueueScheduleToStartTimeout: stickyTimeout,
    shutdownGraceTime: '8 seconds',
    shutdownForceTime: '12 seconds',
  });
}

let installed = false;

/** Once per process: the SDK's log goes through ours, and a failing workflow task is counted. */
function installRuntime(logger: Logger, metrics: Pick<Metrics, 'workflowTaskFailure'>): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta }) => {
      const { workflowType, workflowId, runId, attempt, activityType, errorName, frames, kind } = { ...meta };
      const line = { workflowType, workflowId, runId, attempt, activityType, errorName, frames, kind };
      if (/workflow task/i.test(message) && level !== 'INFO') metrics.workflowTaskFailure(String(workflowType ?? 'unknown'));
      if (level === 'ERROR') logger.error(line, message);
      else if (level === 'WARN') logger.warn(line, message);
      else logger.debug(line, message);
    }),
    shutdownSignals: [],
  });
}
