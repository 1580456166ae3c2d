import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from './calls.js';
import { associationRoutes } from './hubspot/associations.js';
import { HubspotError, hubspotErrorBody, notFound } from './hubspot/errors.js';
import { objectRoutes } from './hubspot/objects.js';
import { settingsRoutes } from './hubspot/settings.js';
import type { Verdict } from './limits.js';
import type { Sandbox } from './state.js';
import { type Gate, guardVendor } from './vendor-scope.js';

/** The stand-in for HubSpot (vendors.md section 7): register it under `/hubspot`. */
export function hubspot(sandbox: Sandbox): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    scope.setErrorHandler((error, _request, reply) => sendError(reply, translate(error)));
    scope.setNotFoundHandler((_request, reply) => sendError(reply, notFound('this route')));
    guardVendor(scope, sandbox, gateOf(sandbox));
    settingsRoutes(scope, sandbox);
    objectRoutes(scope, sandbox);
    associationRoutes(scope, sandbox);
  };
}

function gateOf(sandbox: Sandbox): Gate {
  return {
    vendor: 'hubspot',
    identify: callerOf,
    limit: (request, caller) => sandbox.limits.take(isSearch(request) ? 'hubspot-search' : 'hubspot', caller),
    limitHeaders,
    refuseCaller: (reply) =>
      sendError(
        reply,
        new HubspotError(
          401,
          'INVALID_AUTHENTICATION',
          'Authentication credentials not found. Send a private app token as Bearer.',
        ),
      ),
    refuseLimit: (reply, verdict) => reply.status(429).send(limitBody(verdict.allowed ? 'SECONDLY' : verdict.policy)),
    refuseStatus: (reply, status) => {
      if (status === 429) return reply.status(429).send(limitBody('SECONDLY'));
      return sendError(
        reply,
        new HubspotError(status, status >= 500 ? 'INTERNAL_ERROR' : 'VALIDATION_ERROR', 'A fault rule of the sandbox'),
      );
    },
  };
}

function callerOf(request: FastifyRequest): Caller {
  if (request.headers.authorization === 'Bearer sandbox-baton') return 'baton';
  return request.headers.authorization === 'Bearer sandbox-human' ? 'human' : 'unknown';
}

function isSearch(request: FastifyRequest): boolean {
  return request.routeOptions.url?.endsWith('/search') ?? false;
}

// Search answers carry no such headers (recorded): their only window is SECONDLY without a ten-second one.
function limitHeaders({ windows }: Verdict): Record<string, string> {
  const tenSeconds = windows.find((window) => window.policy === 'TEN_SECONDLY_ROLLING');
  if (tenSeconds === undefined) return {};
  const second = windows.find((window) => window.policy === 'SECONDLY');
  return {
    'X-HubSpot-RateLimit-Max': String(tenSeconds.limit),
    'X-HubSpot-RateLimit-Remaining': String(tenSeconds.remaining),
    'X-HubSpot-RateLimit-Interval-Milliseconds': String(tenSeconds.spanMs),
    ...(second === undefined
      ? {}
      : {
          'X-HubSpot-RateLimit-Secondly': String(second.limit),
          'X-HubSpot-RateLimit-Secondly-Remaining': String(second.remaining),
        }),
  };
}

// UNCONFIRMED: the message of the ten-second window, and that no Retry-After comes with either.
function limitBody(policyName: string): object {
  return {
    status: 'error',
    message: `You have reached your ${policyName.toLowerCase()} limit.`,
    errorType: 'RATE_LIMIT',
    correlationId: randomUUID(),
    policyName,
    groupName: `publicapi:private-apps:${policyName.toLowerCase()}`,
    requestId: randomUUID(),
  };
}

function translate(error: unknown): HubspotError {
  if (error instanceof HubspotError) return error;
  const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status >= 500) return new HubspotError(500, 'INTERNAL_ERROR', error instanceof Error ? error.message : 'internal error');
  return new HubspotError(status, 'VALIDATION_ERROR', error instanceof Error ? error.message : 'invalid request');
}

function sendError(reply: FastifyReply, error: HubspotError): FastifyReply {
  return reply.status(error.status).send(hubspotErrorBody(error));
}
