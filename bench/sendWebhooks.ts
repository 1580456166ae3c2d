import { createHmac, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { serveStation } from './station.js';

/**
 * Sends signed webhooks, each with a body of its own, always `concurrency` at once over connections that stay open; counts what was
 * acknowledged as durable (202 with the id of a row). Everything is signed before the clock starts and written to plain sockets, so that
 * the sender takes as little of the two processors as it can.
 */
const job = z.object({ url: z.string(), secret: z.string(), count: z.number(), concurrency: z.number(), people: z.number() });
type Job = z.infer<typeof job>;

/** A delivery as BambooHR's event family has it; `companyId` makes each body another one. */
function requestOf({ url, secret }: Job, employee: number): Buffer {
  const timestamp = new Date().toISOString().replace(/\.\d+Z$/, '+0000');
  const data = { companyId: randomUUID(), employeeId: String(employee), changedFields: ['terminationDate'] };
  const body = JSON.stringify({ type: 'employee.updated', timestamp, data });
  const sentAt = String(Math.floor(Date.now() / 1_000));
  const { host, pathname } = new URL(url);
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-bamboohr-timestamp: ${sentAt}`,
    `x-bamboohr-signature: ${createHmac('sha256', secret).update(body).update(sentAt).digest('hex')}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** The answer, once it is whole; its length is named in its head. */
function wholeAnswer(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  return end >= 0 && length !== undefined && text.length >= end + 4 + Number(length);
}

const isAcknowledged = (text: string): boolean =>
  text.startsWith('HTTP/1.1 202') && /"delivery":"[^"]+"/.test(text) && !text.includes('"duplicate"');

function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => resolve(socket));
    socket.setEncoding('latin1').once('error', reject);
  });
}

/** One request after the other on one connection, as long as there are some. */
async function sendAll(
  socket: Socket,
  next: () => Buffer | undefined,
  done: (acknowledged: boolean, ms: number) => void,
): Promise<void> {
  for (let request = next(); request; request = next()) {
    const beganMs = performance.now();
    const text = await new Promise<string>((resolve, reject) => {
      let answer = '';
      const take = (chunk: string): void => {
        answer += chunk;
        if (!wholeAnswer(answer)) return;
        socket.off('data', take).off('close', reject);
        resolve(answer);
      };
      socket.on('data', take).once('close', reject);
      socket.write(request);
    });
    done(isAcknowledged(text), performance.now() - beganMs);
  }
  socket.destroy();
}

await serveStation(async (input) => {
  const wanted = job.parse(input);
  const requests = Array.from({ length: wanted.count }, (_, index) => requestOf(wanted, 1 + (index % wanted.people)));
  const sockets = await Promise.all(Array.from({ length: wanted.concurrency }, () => open(wanted.url)));
  const latencies: number[] = [];
  let refused = 0;
  const startedMs = performance.now();
  const done = (acknowledged: boolean, ms: number): void => {
    if (!acknowledged) refused += 1;
    latencies.push(ms);
  };
  await Promise.all(sockets.map((socket) => sendAll(socket, () => requests.pop(), done)));
  const seconds = (performance.now() - startedMs) / 1_000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { perSecond: (wanted.count - refused) / seconds, refused, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
});
