import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BambooError } from './bamboohr/errors.js';
import { employeeRoutes, listRoute, tableRoutes } from './bamboohr/routes.js';
import type { Caller } from './calls.js';
import type { Sandbox } from './state.js';
import { type Gate, guardVendor } from './vendor-scope.js';

/** The stand-in for BambooHR (vendors.md section 1): register it under `/bamboohr`. */
export function bamboohr(sandbox: Sandbox): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    scope.setErrorHandler((error, _request, reply) => sendError(reply, translate(error)));
    scope.setNotFoundHandler((_request, reply) => sendError(reply, new BambooError(404, 'This URL does not exist')));
    guardVendor(scope, sandbox, gateOf(sandbox));
    employeeRoutes(scope, sandbox);
    tableRoutes(scope, sandbox);
    listRoute(scope, sandbox);
  };
}

function gateOf(sandbox: Sandbox): Gate {
  return {
    vendor: 'bamboohr',
    identify: callerOf,
    limit: (_request, caller) => sandbox.limits.take('bamboohr', caller),
    limitHeaders: () => ({}),
    refuseCaller: (reply) => sendError(reply, new BambooError(401, 'Invalid API key')),
    // Since 2026-09-16 the vendor answers 429, always with Retry-After; 503 is a real outage.
    refuseLimit: (reply, verdict) => {
      const seconds = verdict.allowed ? 1 : Math.max(1, Math.ceil(verdict.retryAfterMs / 1000));
      reply.header('Retry-After', String(seconds));
      return sendError(reply, new BambooError(429, 'Rate limit exceeded'));
    },
    refuseStatus: (reply, status) => sendError(reply, new BambooError(status, 'A fault rule of the sandbox')),
  };
}

// Basic: the API key is the user name, the password is anything.
function callerOf(request: FastifyRequest): Caller {
  const [scheme, encoded = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme !== 'Basic') return 'unknown';
  const [key] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  if (key === 'sandbox-baton') return 'baton';
  return key === 'sandbox-human' ? 'human' : 'unknown';
}

function translate(error: unknown): BambooError {
  if (error instanceof BambooError) return error;
  const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  return new BambooError(status, error instanceof Error ? error.message : 'internal error');
}

function sendError(reply: FastifyReply, error: BambooError): FastifyReply {
  const reason = error.message.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300);
  reply.status(error.status).header('X-BambooHR-Message', reason);
  if (error.listCode === null) return reply.send();
  return reply.send({ error: { code: error.listCode, message: error.message } });
}
