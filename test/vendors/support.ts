import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { FailureKind } from '../../src/domain/failure.js';
import { VendorError, type VendorTools } from '../../src/ports/vendor.js';

/** A request as a stand-in saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** What a stand-in answers: JSON, raw text, half a body and a cut connection, or nothing at all. */
export type Reply =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly json: unknown }
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly raw: string }
  | { readonly cut: string }
  | 'hang';

/** Answers one request. */
export type Answer = (seen: Seen) => Reply;

/** A server on loopback that answers as told, until the test is over; `seen` holds every request. */
export async function serve(answer: Answer): Promise<{ readonly url: string; readonly seen: readonly Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = toSeen(request, Buffer.concat(chunks).toString('utf8'));
      seen.push(one);
      send(response, answer(one));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${String(address.port)}`, seen };
}

function toSeen(request: IncomingMessage, text: string): Seen {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const body: unknown = text === '' ? undefined : JSON.parse(text);
  return { method: request.method ?? '', path: url.pathname, query: url.searchParams, headers: request.headers, body };
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return;
  if ('cut' in reply) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
    response.write(reply.cut, () => response.destroy());
    return;
  }
  const body = 'json' in reply ? JSON.stringify(reply.json) : reply.raw;
  response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
  response.end(body);
}

/** Tools that do not wait, and remember what was paced and counted. */
export function recordingTools(connection = 'conn') {
  const counted: [string, 'ok' | FailureKind][] = [];
  const paced: [string, number | null][] = [];
  const tools: VendorTools = {
    connection,
    pace: (bucket, perSecond) => {
      paced.push([bucket, perSecond]);
      return Promise.resolve();
    },
    count: (operation, result) => {
      counted.push([operation, result]);
    },
  };
  return { tools, counted, paced };
}

/** The VendorError that a call ends with; anything else fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<VendorError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof VendorError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}

/** A capability that the test needs. */
export function required<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new Error('missing');
  return value;
}

/** The property of a request's body that a stand-in looks at. */
export function part(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([name]) => name === key)?.[1] : undefined;
}
