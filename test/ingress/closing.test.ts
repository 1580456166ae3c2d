import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildApp } from '../../src/ingress/app.js';
import { createMetrics } from '../../src/metrics.js';
import { bamboohrPort, memoryLogger } from './support.js';

let app: FastifyInstance;
let port: number;
const sockets: Socket[] = [];

beforeEach(async () => {
  app = buildApp({
    connections: new Map([['bamboohr-nl', bamboohrPort()]]),
    deliveries: { record: () => Promise.reject(new Error('nothing is stored here')) },
    ready: { database: () => Promise.resolve(), temporal: () => Promise.resolve() },
    metrics: createMetrics(),
    logger: memoryLogger().logger,
    now: Date.now,
  });
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A client that sends this and reads the first answer, and keeps the connection. */
async function answered(bytes: string): Promise<{ readonly socket: Socket; readonly text: string }> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.write(bytes);
  const [chunk] = await once(socket, 'data');
  return { socket, text: String(chunk) };
}

async function secondsToClose(): Promise<number> {
  const startedMs = performance.now();
  await app.close();
  return (performance.now() - startedMs) / 1_000;
}

const refused = 'POST /webhooks/nobody HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345';

test('a refused body that ends while the server stops does not hold up the stop', async () => {
  const { socket, text } = await answered(refused);
  expect(text).toContain('404');
  const closing = secondsToClose();
  await sleep(100);
  socket.write('67890');
  expect(await closing).toBeLessThan(2);
});

test.each([
  ['a body that never ends', refused],
  ['a connection on which no HTTP was spoken', 'hello\r\n\r\n'],
  ['a connection that is only kept', 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n'],
])('%s is given up, and the server stops in time', async (_name, bytes) => {
  await answered(bytes);
  expect(await secondsToClose()).toBeLessThan(8);
});

test('a request under way when the server stops is still answered', async () => {
  const { socket } = await answered('GET /health HTTP/1.1\r\nhost: x\r\n\r\n');
  socket.write('POST /webhooks/bamboohr-nl HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{');
  await sleep(50);
  const closing = secondsToClose();
  socket.write('}');
  const [chunk] = await once(socket, 'data');
  expect(String(chunk)).toContain('401');
  expect(await closing).toBeLessThan(8);
});
