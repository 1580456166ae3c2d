import { Client, Connection } from '@temporalio/client';
import type { FastifyInstance } from 'fastify';
import { ConfigError, loadConfig, type Config } from './config.js';
import { buildApp } from './ingress/app.js';
import { createDispatch } from './ingress/dispatch.js';
import { createDrainer } from './ingress/drainer.js';
import { createLogger, type Logger } from './logger.js';
import { createMetrics, serveMetrics } from './metrics.js';
import type { WebhookPort } from './ports/vendor.js';
import { openDatabase } from './store/client.js';
import { deliveryStore } from './store/deliveries.js';
import { employmentStore } from './store/employments.js';
import { findVendor, vendors } from './vendors/registry.js';

const host = '127.0.0.1';
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What was opened, newest first; closed in that order. */
type Closers = (() => Promise<unknown>)[];

function webhookPorts(config: Config): ReadonlyMap<string, WebhookPort> {
  const ports = new Map<string, WebhookPort>();
  for (const [name, { vendor, settings, retired }] of Object.entries(config.connections)) {
    const port = retired ? null : findVendor(vendor)?.webhook?.(settings);
    if (port) ports.set(name, port);
  }
  return ports;
}

/** Lazy: webhooks are taken, and kept as rows, also while Temporal is away. */
function openTemporal({ temporal }: Config): { connection: Connection; client: Client } {
  const { address, namespace, apiKey, tls } = temporal;
  const pair =
    tls?.clientCertificate && tls.clientKey
      ? { crt: Buffer.from(tls.clientCertificate), key: Buffer.from(tls.clientKey) }
      : undefined;
  const connection = Connection.lazy({
    address,
    ...(apiKey !== null && { apiKey }),
    ...(tls !== null && {
      tls: {
        ...(tls.serverName !== null && { serverNameOverride: tls.serverName }),
        ...(tls.serverCa !== null && { serverRootCACertificate: Buffer.from(tls.serverCa) }),
        ...(pair && { clientCertPair: pair }),
      },
    }),
  });
  return { connection, client: new Client({ connection, namespace, identity: 'baton-server' }) };
}

async function start(config: Config, logger: Logger, closers: Closers): Promise<void> {
  const db = openDatabase(config.databaseUrl);
  closers.unshift(() => db.$disconnect());
  const { connection, client } = openTemporal(config);
  closers.unshift(() => connection.close());
  const deliveries = deliveryStore(db);
  const empty = { handovers: {}, waiting: {}, parked: {}, assignments: {}, debts: 0 };
  const metrics = createMetrics(async () => ({ ...empty, deliveries: await deliveries.counts() }));
  const metricsServer = await naming('BATON_METRICS_PORT', config.ports.metrics, (port) =>
    serveMetrics(metrics.registry, port, host),
  );
  closers.unshift(metricsServer.close);
  const { lookAt } = createDispatch(client);
  const clock = { logger, now: Date.now };
  const drainer = createDrainer({ deliveries, employments: employmentStore(db), lookAt, count: metrics.settled, ...clock });
  closers.unshift(() => drainer.stop());
  const ready = { database: () => db.$queryRaw`select 1`, temporal: () => connection.ensureConnected() };
  const app: FastifyInstance = buildApp({
    connections: webhookPorts(config),
    deliveries,
    ready,
    metrics,
    wake: drainer.wake,
    ...clock,
  });
  closers.unshift(() => app.close());
  await naming('BATON_PORT', config.ports.server, (port) => app.listen({ port, host }));
  drainer.start();
}

/** Says which variable moves the server away from a port that is taken. */
async function naming<T>(variable: string, port: number, listen: (port: number) => Promise<T>): Promise<T> {
  try {
    return await listen(port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(`Port ${port} is busy; set ${variable} to another one (0 = any free port)`, { cause: error });
  }
}

/** Newest first; one that fails does not keep the others open. */
async function stop(closers: Closers, logger: Logger): Promise<void> {
  for (const close of closers.splice(0)) {
    await close().catch((error: unknown) => logger.error({ err: error }, 'something did not close'));
  }
}

async function main(): Promise<void> {
  const config = loadConfig(vendors);
  const logger = createLogger({ name: 'baton-server', level: config.logLevel });
  const closers: Closers = [];
  const stopSignal = new Promise<keyof typeof exitCodes>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  try {
    await start(config, logger, closers);
    const signal = await stopSignal;
    // Everything ends within 15 seconds, whatever hangs.
    setTimeout(() => process.exit(exitCodes[signal]), 14_000).unref();
    await stop(closers, logger);
    process.exit(exitCodes[signal]);
  } catch (error) {
    await stop(closers, logger);
    throw error;
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof ConfigError ? 2 : 1);
}
