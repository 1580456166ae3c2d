import type { Config } from './config.js';
import { assertConnections, createCore, webhookPorts } from './dependencies.js';
import { buildApp } from './ingress/app.js';
import { createDrainer } from './ingress/drainer.js';
import type { Logger } from './logger.js';
import { createMetrics, serveMetrics } from './metrics.js';
import { assertMigrated } from './migrations.js';
import { listening, type Running } from './process.js';
import { pagesOf } from './pages.js';
import { rowCounts } from './store/counts.js';
import { webRoutes } from './web/routes.js';

/** Opens the server: webhooks in, deliveries drained into Temporal. */
export async function startServer(config: Config, logger: Logger): Promise<Running> {
  const metrics = createMetrics(() => rowCounts(core.db));
  const core = createCore(config, 'server', { metrics });
  const { deliveries, employments, workflows } = core.deps;
  const clock = { logger, now: Date.now };
  const drainer = createDrainer({ deliveries, employments, lookAt: workflows.lookAt, count: metrics.settled, ...clock });
  const ready = { database: () => core.db.$queryRaw`select 1`, temporal: () => core.temporal.connection.ensureConnected() };
  const connections = webhookPorts(config);
  const pages = webRoutes(pagesOf(core, logger));
  const app = buildApp({
    connections,
    deliveries,
    ready,
    metrics,
    wake: drainer.wake,
    pages,
    trustProxy: config.trustProxy,
    ...clock,
  });
  try {
    await assertMigrated(core.db);
    await assertConnections(core);
    const { host, ports } = config;
    const served = await listening('BATON_METRICS_PORT', ports.metrics, (port) => serveMetrics(metrics.registry, port, host));
    const url = await listening('BATON_PORT', ports.server, (port) => app.listen({ port, host }));
    drainer.start();
    logger.info({ url, metricsPort: served.port }, 'server is ready');
    const stop = async (): Promise<void> => {
      await app.close();
      await drainer.stop();
      await served.close();
      await core.close();
    };
    return { url, metrics: `http://${host}:${served.port}/metrics`, stop };
  } catch (error) {
    await core.close();
    throw error;
  }
}
