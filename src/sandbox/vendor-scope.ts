import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller, VendorName } from './calls.js';
import type { CallFaults, Fault } from './faults.js';
import type { Verdict } from './limits.js';
import type { Sandbox } from './state.js';

const HOLD_MS = 60_000;

/** What differs between vendors before a route is reached. */
export type Gate = {
  readonly vendor: VendorName;
  /** Whose token this is; `unknown` is refused. */
  identify(request: FastifyRequest): Caller;
  limit(request: FastifyRequest, caller: Caller): Verdict;
  /** Headers that tell a caller what is left. */
  limitHeaders(verdict: Verdict): Record<string, string>;
  refuseCaller(reply: FastifyReply): FastifyReply;
  refuseLimit(reply: FastifyReply, verdict: Verdict): FastifyReply;
  refuseStatus(reply: FastifyReply, status: number): FastifyReply;
};

type Call = { readonly by: 'baton' | 'human'; readonly faults: CallFaults };

const calls = new WeakMap<FastifyRequest, Call>();

/** Who makes this call, and which of its records a fault refuses; only for requests that passed the gate. */
export function callOf(request: FastifyRequest): Call {
  const call = calls.get(request);
  if (call === undefined) throw new Error('this request has not passed the gate');
  return call;
}

/** Puts token, limits, faults, call counting and the ledger's flush before and behind every route of a vendor. */
export function guardVendor(scope: FastifyInstance, sandbox: Sandbox, gate: Gate): void {
  const count = (request: FastifyRequest, outcome: string): void => {
    sandbox.calls.record({ vendor: gate.vendor, by: gate.identify(request), route: template(request, gate.vendor), outcome });
  };
  scope.addHook('onRequest', async (request, reply) => {
    const caller = gate.identify(request);
    if (caller === 'unknown') return gate.refuseCaller(reply);
    const verdict = gate.limit(request, caller);
    reply.headers(gate.limitHeaders(verdict));
    if (!verdict.allowed) return gate.refuseLimit(reply, verdict);
    const faults = sandbox.faults.draw(gate.vendor, `${request.method} ${pathOf(request, gate.vendor)}`);
    calls.set(request, { by: caller, faults });
    if (faults.fault?.kind === 'timeout-before') {
      count(request, 'timeout');
      reply.hijack();
      void hold(reply);
      return reply;
    }
    return before(faults.fault, reply, gate);
  });
  scope.addHook('onSend', async (request, reply, payload) => {
    sandbox.ledger.flush();
    const fault = calls.get(request)?.faults.fault ?? null;
    const lost = fault?.kind === 'timeout-after' ? 'timeout' : fault?.kind;
    count(request, lost === 'timeout' || lost === 'reset' ? lost : String(reply.statusCode));
    return after(fault, reply, payload);
  });
}

/** The registered route without the vendor's prefix, parameters in braces. */
function template(request: FastifyRequest, vendor: VendorName): string {
  const url = request.is404 ? undefined : request.routeOptions.url;
  if (url === undefined) return `${request.method} unknown`;
  return `${request.method} ${url.slice(vendor.length + 1).replace(/:(\w+)/g, '{$1}')}`;
}

function pathOf(request: FastifyRequest, vendor: VendorName): string {
  return request.url.slice(vendor.length + 1).split('?')[0] ?? '';
}

async function before(fault: Fault | null, reply: FastifyReply, gate: Gate): Promise<FastifyReply | undefined> {
  if (fault?.kind === 'slow') await sleep(fault.delayMs);
  if (fault?.kind === 'status') {
    if (fault.retryAfter !== null) reply.header('Retry-After', String(fault.retryAfter));
    return gate.refuseStatus(reply, fault.status);
  }
  // A proxy's page in place of JSON, with the status of a success: nothing was processed.
  if (fault?.kind === 'html')
    return reply.status(200).type('text/html').send('<!doctype html><title>Maintenance</title><p>Back soon.');
  return undefined;
}

async function after(fault: Fault | null, reply: FastifyReply, payload: unknown): Promise<unknown> {
  const text = typeof payload === 'string' ? payload : '';
  const half = text.slice(0, Math.floor(text.length / 2));
  switch (fault?.kind) {
    case 'timeout-after':
      await hold(reply);
      return payload;
    case 'truncated':
      reply.removeHeader('content-length');
      return half;
    case 'reset':
      if (text === '') {
        reply.raw.socket?.destroy();
        return payload;
      }
      reply.header('content-length', String(Buffer.byteLength(text)));
      return Readable.from(cut(half));
    default:
      return payload;
  }
}

// The first half has to be on the wire before the connection breaks, or the client sees no answer at all.
async function* cut(half: string): AsyncGenerator<string> {
  yield half;
  await sleep(20);
  throw new Error('connection reset by a fault rule');
}

/** Keeps the socket open and silent until the client gives up or 60 s have passed. */
async function hold(reply: FastifyReply): Promise<void> {
  const { socket } = reply.raw;
  if (socket === null || socket.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.destroy(), HOLD_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
