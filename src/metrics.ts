import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { ByLabel, RowCounts } from './store/counts.js';

export type { RowCounts };

/** All metrics of a process; no label ever holds a person's id. */
export interface Metrics {
  readonly registry: Registry;
  /** One answered webhook: accepted, duplicate, ignored, or the error's code. */
  readonly webhook: (connection: string, result: string, seconds: number) => void;
  /** Deliveries that a drainer settled: handled, failed or dead. */
  readonly settled: (result: string, deliveries: number) => void;
  /** One call to a vendor: ok, or the failure's kind. */
  readonly vendorCall: (connection: string, operation: string, result: string) => void;
  readonly rateLimitWait: (connection: string, seconds: number) => void;
  readonly workflowTaskFailure: (workflow: string) => void;
}

/** Makes a process's metrics; `readRows` is asked once per scrape, and where it fails the gauges are absent and `baton_rows_readable` is 0. */
export function createMetrics(readRows?: () => Promise<RowCounts>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  if (readRows !== undefined) addRowGauges(registry, readRows);
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> =>
    new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });

  const webhooks = counter('baton_webhooks_total', 'Webhooks by answer', ['connection', 'result']);
  const webhookSeconds = new Histogram({
    name: 'baton_webhook_seconds',
    help: 'Time from a webhook to its answer',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const settled = counter('baton_deliveries_settled_total', 'Claimed deliveries by what became of them', ['result']);
  const vendorCalls = counter('baton_vendor_calls_total', 'Calls to vendors', ['connection', 'operation', 'result']);
  const waits = counter('baton_rate_limit_wait_seconds', 'Time spent waiting for a free moment in a rate limit', ['connection']);
  const taskFailures = counter('baton_workflow_task_failures_total', 'Failed workflow tasks', ['workflow']);
  return {
    registry,
    webhook: (connection, result, seconds) => {
      webhooks.inc({ connection, result });
      webhookSeconds.observe(seconds);
    },
    settled: (result, deliveries) => settled.inc({ result }, deliveries),
    vendorCall: (connection, operation, result) => vendorCalls.inc({ connection, operation, result }),
    rateLimitWait: (connection, seconds) => waits.inc({ connection }, seconds),
    workflowTaskFailure: (workflow) => taskFailures.inc({ workflow }),
  };
}

/** Each gauge collects for itself, at the same moment: they share one reading. */
function addRowGauges(registry: Registry, readRows: () => Promise<RowCounts>): void {
  let reading: Promise<RowCounts | null> | null = null;
  const read = (): Promise<RowCounts | null> => {
    reading ??= readRows()
      .catch(() => null)
      .finally(() => (reading = null));
    return reading;
  };
  const labelled = (name: string, help: string, label: string, pick: (rows: RowCounts) => ByLabel): void => {
    const gauge = new Gauge({ name, help, labelNames: [label], registers: [registry], collect });
    async function collect(): Promise<void> {
      const rows = await read();
      gauge.reset();
      for (const [value, count] of Object.entries(rows === null ? {} : pick(rows))) gauge.set({ [label]: value }, count);
    }
  };
  const single = (name: string, help: string, pick: (rows: RowCounts | null) => number | null): void => {
    const gauge = new Gauge({ name, help, registers: [registry], collect });
    async function collect(): Promise<void> {
      const count = pick(await read());
      if (count === null) gauge.remove();
      else gauge.set(count);
    }
  };
  labelled('baton_handovers', 'Handovers by stage', 'stage', (rows) => rows.handovers);
  labelled('baton_waiting', 'What open handovers wait for', 'what', (rows) => rows.waiting);
  labelled('baton_parked', 'Parked items by kind of failure', 'kind', (rows) => rows.parked);
  labelled('baton_assignments', 'Assignments by state', 'state', (rows) => rows.assignments);
  single('baton_debts', 'Accounts that moved before their introduction', (rows) => rows?.debts ?? null);
  single('baton_deliveries_waiting', 'Deliveries that wait for a look', (rows) => rows?.deliveries.waiting ?? null);
  single('baton_deliveries_dead', 'Deliveries given up after 24 hours', (rows) => rows?.deliveries.dead ?? null);
  single('baton_rows_readable', 'Whether the gauges could be read from the database', (rows) => (rows === null ? 0 : 1));
}

/** A running metrics server; `port` is the one that was really taken. */
export interface MetricsServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Serves `GET /metrics` (Prometheus text) on `host`, port 0 being any free one; rejects with EADDRINUSE when the port is taken. */
export function serveMetrics(registry: Registry, port: number, host = '127.0.0.1'): Promise<MetricsServer> {
  const server = createServer((request, response) => void answer(registry, request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const close = (): Promise<void> =>
        new Promise((closed) => {
          server.close(() => closed());
          server.closeAllConnections();
        });
      resolve({ port: typeof address === 'object' && address !== null ? address.port : port, close });
    });
  });
}

async function answer(registry: Registry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const send = (status: number, contentType: string, body: string): void =>
    void response.writeHead(status, { 'content-type': contentType }).end(body);
  const refuse = (status: number, code: string, message: string): void =>
    send(status, 'application/json; charset=utf-8', JSON.stringify({ error: { code, message } }));
  try {
    if (request.url?.split('?', 1)[0] !== '/metrics') return refuse(404, 'unknown-route', 'The metrics are at /metrics.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'method-not-allowed', 'Read metrics by GET.');
    send(200, registry.contentType, await registry.metrics());
  } catch {
    refuse(500, 'internal', 'The metrics could not be collected.');
  }
}
