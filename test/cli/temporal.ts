import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A server that says yes to every call of Temporal's client, so that a test sees which workflows were told. */
export interface Listening {
  readonly address: string;
  /** Ids of workflows that were signalled, oldest first. */
  readonly woken: string[];
  readonly close: () => Promise<void>;
}

/** An empty message in gRPC's frame: not compressed, no bytes. */
const emptyMessage = Buffer.alloc(5);
const workflowId = /(?:handover|membership|employment)\/[a-z0-9-]+(?:\/[a-z]+)?/;

/** Listens on loopback, and answers each call with an empty message (gRPC over HTTP/2). */
export async function listenAsTemporal(): Promise<Listening> {
  const woken: string[] = [];
  const server = createServer();
  server.on('stream', (stream, headers) => {
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('error', () => undefined);
    stream.on('end', () => {
      const found = workflowId.exec(Buffer.concat(parts).toString('latin1'))?.[0];
      if (String(headers[':path']).endsWith('/SignalWithStartWorkflowExecution') && found) woken.push(found);
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(emptyMessage);
    });
  });
  const sessions = new Set<{ destroy: () => void }>();
  server.on('session', (session) => void sessions.add(session));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed());
      for (const session of sessions) session.destroy();
    });
  return { address: `127.0.0.1:${String(address.port)}`, woken, close };
}
