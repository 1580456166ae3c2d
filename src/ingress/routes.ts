import type { FastifyBaseLogger, FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { WebhookPort } from '../ports/vendor.js';
import type { NewDelivery, RecordedDelivery } from '../store/deliveries.js';
import { errorBody } from './errors.js';
import { bodyLimitBytes, receive, webhookRefusals, type Arrival, type Reception, type WebhookRefusal } from './receive.js';

/** What became of a webhook, as `baton_webhooks_total` counts it. */
export type WebhookResult = 'accepted' | 'duplicate' | 'ignored' | WebhookRefusal;

/** What the receiver of webhooks needs. */
export interface WebhookParts {
  readonly connections: ReadonlyMap<string, WebhookPort>;
  /** Resolves when the delivery's row is durable. */
  readonly record: (delivery: NewDelivery) => Promise<RecordedDelivery>;
  /** Called after each stored delivery, so that the drainer need not wait for its next poll. */
  readonly wake: () => void;
  readonly count: (connection: string, result: WebhookResult, seconds: number) => void;
  readonly logger: FastifyBaseLogger;
  readonly now: () => number;
}

interface WebhookRoute {
  Params: { connection: string };
}
type WebhookFastifyRequest = FastifyRequest<WebhookRoute>;

/** After a refused body the sender is heard out this long, so that it reads our answer instead of a broken connection. */
const drainMs = 2_000;

/** `POST /webhooks/<connection>`: signature, one durable row, 202. */
export function webhookRoutes(parts: WebhookParts): FastifyPluginCallback {
  return (app, _options, done) => {
    readRawBodies(app);
    app.setErrorHandler(async (error: { code?: string }, request: WebhookFastifyRequest, reply) => {
      if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error;
      await heardOut(request.raw);
      return answer(parts, request, reply, receive(arrival(parts, request, 'too-large')));
    });
    app.all<WebhookRoute>('/webhooks/:connection', {
      onRequest: async (request, reply) => {
        const reception = receive(arrival(parts, request, 'unread'));
        if (reception.kind !== 'read-body') return answer(parts, request, reply, reception);
      },
      handler: (request, reply) => {
        const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
        return answer(parts, request, reply, receive(arrival(parts, request, body)));
      },
    });
    done();
  };
}

/** The bytes are what is signed, so no content type is parsed, not even one that cannot be read. */
function readRawBodies(app: FastifyInstance): void {
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_request, body, parsed) => parsed(null, body));
  app.addHook('onRequest', (request, _reply, next) => {
    request.raw.headers['content-type'] = 'application/octet-stream';
    next();
  });
}

function arrival({ connections, now }: WebhookParts, request: WebhookFastifyRequest, body: Arrival['body']): Arrival {
  const port = connections.get(request.params.connection);
  return { port, method: request.method, rawHeaders: request.raw.rawHeaders, body, nowMs: now() };
}

async function answer(
  parts: WebhookParts,
  request: WebhookFastifyRequest,
  reply: FastifyReply,
  reception: Reception,
): Promise<FastifyReply> {
  const { connection } = request.params;
  const ended = (result: WebhookResult): void =>
    // A name that a stranger made up must not become a label.
    parts.count(parts.connections.has(connection) ? connection : 'unknown', result, reply.elapsedTime / 1_000);
  const refuse = (code: WebhookRefusal): FastifyReply => {
    ended(code);
    const { status, message, headers = {} } = webhookRefusals[code];
    return reply.code(status).headers(headers).send(errorBody(code, message));
  };
  switch (reception.kind) {
    case 'refused':
      return refuse(reception.code);
    case 'ignored':
      ended('ignored');
      return reply.code(202).send({ accepted: true, delivery: null, ignored: 'no-relevant-field' });
    case 'accepted': {
      const stored = await store(parts, { connection, key: reception.key, records: reception.records });
      if (stored === null) return refuse('unavailable');
      ended(stored.duplicate ? 'duplicate' : 'accepted');
      return reply.code(202).send({ accepted: true, delivery: stored.id, ...(stored.duplicate && { duplicate: true }) });
    }
    case 'read-body':
      throw new Error('a webhook was answered before its body was read');
    default:
      return reception satisfies never;
  }
}

/** Null when the row could not be written: the cause is in the log, the sender only needs to come again. */
async function store({ record, wake, logger }: WebhookParts, delivery: NewDelivery): Promise<RecordedDelivery | null> {
  try {
    const stored = await record(delivery);
    wake();
    return stored;
  } catch (error) {
    logger.error({ err: error, connection: delivery.connection }, 'a delivery could not be stored');
    return null;
  }
}

/** Waits until the sender has finished or given up, or has talked for too long. */
function heardOut(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    if (incoming.readableEnded || incoming.destroyed) return resolve();
    const timer = setTimeout(resolve, drainMs);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    incoming.once('end', end).once('close', end).resume();
  });
}
