import Fastify, {
  LogController,
  type FastifyPluginAsync,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { METHODS } from 'node:http';
import type { Socket } from 'node:net';
import type { WebhookPort } from '../ports/vendor.js';
import type { DeliveryStore } from '../store/deliveries.js';
import { batched } from './batch.js';
import { errorBody } from './errors.js';
import { bodyLimitBytes, webhookRefusals } from './receive.js';
import { webhookRoutes, type WebhookParts } from './routes.js';

/** What must answer before this server is ready. */
export interface Readiness {
  readonly database: () => Promise<unknown>;
  readonly temporal: () => Promise<unknown>;
}

/** What the HTTP application is made of. */
export interface AppParts {
  /** The connections that take webhooks, by name. */
  readonly connections: ReadonlyMap<string, WebhookPort>;
  readonly deliveries: Pick<DeliveryStore, 'record'>;
  readonly ready: Readiness;
  readonly metrics: { readonly webhook: WebhookParts['count'] };
  readonly logger: FastifyBaseLogger;
  /** The receiver's clock, Unix milliseconds. */
  readonly now: () => number;
  /** Told of each stored delivery. */
  readonly wake?: () => void;
  /** The pages behind links in mails. */
  readonly pages?: FastifyPluginAsync;
  /** Proxies whose word on a caller's address is taken. */
  readonly trustProxy?: string | null;
}

const readyTimeoutMs = 2_000;

/** Requests under way when we stop are heard out this long; the rest of the time to stop belongs to what they asked for. */
const closingMs = 5_000;
/** How often connections that have become idle are looked for meanwhile. */
const idleCheckMs = 50;

/** Two writers overlap one's commit with the other's gathering; more only make the batches smaller. */
const batchLimits = { size: 250, writers: 2, queue: 10_000, timeoutMs: 5_000 } as const;

/** The HTTP application: webhooks, `/health` and `/ready`; not yet listening. */
export function buildApp({
  connections,
  deliveries,
  ready,
  metrics,
  logger,
  now,
  wake = () => undefined,
  pages,
  trustProxy,
}: AppParts): FastifyInstance {
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    ...(trustProxy && { trustProxy }),
    requestTimeout: 30_000,
    // A request that comes while we stop is still answered, on a connection that then closes.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 16_384 },
    // Node would refuse a request without Host before our code could say why.
    http: { requireHostHeader: false },
    clientErrorHandler: refuseBrokenHttp,
    frameworkErrors: (_error, request, reply) => unknownRoute(request, reply),
  });
  for (const method of METHODS) {
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) app.addHttpMethod(method);
  }
  // Node answers an unknown `Expect` by an empty 417; the header changes nothing here.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  // An unknown route is 404 whatever its body; who reads bodies adds a parser in a plugin of its own.
  app.removeAllContentTypeParsers();
  app.setNotFoundHandler(unknownRoute);
  app.setErrorHandler(answerError);
  addProbes(app, ready);
  closeConnections(app);
  const record = batched(deliveries.record, batchLimits);
  app.register(webhookRoutes({ connections, record, wake, count: metrics.webhook, logger, now }));
  if (pages) app.register(pages);
  return app;
}

/**
 * Node ends idle connections once, when closing begins. One whose refused body ends a moment later would be kept for a minute, and the stop with it;
 * so would a sender that never ends its body.
 */
function closeConnections(app: FastifyInstance): void {
  const sweep = (): void => {
    const untilMs = Date.now() + closingMs;
    const timer = setInterval(() => {
      if (Date.now() < untilMs) app.server.closeIdleConnections();
      else app.server.closeAllConnections();
    }, idleCheckMs);
    app.server.once('close', () => clearInterval(timer));
  };
  app.addHook('preClose', (done) => {
    if (app.server.listening) sweep();
    done();
  });
}

function addProbes(app: FastifyInstance, ready: Readiness): void {
  app.get('/health', () => ({ ok: true }));
  app.get('/ready', async (_request, reply) => {
    const states = await Promise.all([answers('database', ready.database), answers('temporal', ready.temporal)]);
    const waitingFor = states.filter((name) => name !== null);
    return reply.code(waitingFor.length === 0 ? 200 : 503).send({ ready: waitingFor.length === 0, waitingFor });
  });
}

/** The name of what does not answer in time, or null. */
async function answers(name: string, ask: () => Promise<unknown>): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => (timer = setTimeout(resolve, readyTimeoutMs, name)));
  try {
    return await Promise.race([ask().then(() => null), late]);
  } catch {
    return name;
  } finally {
    clearTimeout(timer);
  }
}

/** A path that cannot be decoded or matched; under `/webhooks/` it is a connection that nobody configured. */
function unknownRoute(request: FastifyRequest, reply: FastifyReply): void {
  const webhook = /^\/webhooks\/[^/?]/.test(request.raw.url ?? '');
  const body = webhook
    ? errorBody('unknown-connection', webhookRefusals['unknown-connection'].message)
    : errorBody('unknown-route', 'There is nothing at this address.');
  reply.code(404).send(body);
}

/** What the framework refuses stays a 4xx with our body; everything else is our fault, told to the log only. */
function answerError(
  error: { statusCode?: number; message?: string },
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const status = error.statusCode ?? 500;
  if (status === 413) return reply.code(413).send(errorBody('body-too-large', webhookRefusals['body-too-large'].message));
  if (status >= 400 && status < 500) return reply.code(status).send(errorBody('bad-request', 'This is no well-formed request.'));
  request.log.error({ err: error, route: request.routeOptions.url }, 'a request failed');
  return reply.code(500).send(errorBody('internal', 'This is a fault in Baton; its log says more.'));
}

const brokenHttp: Readonly<Record<string, readonly [status: string, code: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'request-timeout', 'Send the whole request within 30 seconds.'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'headers-too-large', 'Send fewer or shorter headers.'],
};

/** What Node's parser refuses never becomes a request: it is answered on the bare connection. */
function refuseBrokenHttp(error: { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, code, message] = brokenHttp[error.code ?? ''] ?? [
    '400 Bad Request',
    'bad-request',
    'This is no well-formed HTTP request.',
  ];
  const body = JSON.stringify(errorBody(code, message));
  const head = [
    `HTTP/1.1 ${status}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
