import { createHmac, randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { z } from 'zod';
import { serveStation } from './station.js';

/**
 * Sends signed webhooks, each with a body of its own, always `concurrency` at once over connections that stay open; counts what was
 * acknowledged as durable (202 with the id of a row).
 */
const job = z.object({ url: z.string(), secret: z.string(), count: z.number(), concurrency: z.number(), people: z.number() });
let agent = new Agent({ keepAlive: true });

/** A delivery as BambooHR's event family has it; `companyId` makes each body another one. */
function bodyOf(employee: number): string {
  const timestamp = new Date().toISOString().replace(/\.\d+Z$/, '+0000');
  return JSON.stringify({
    type: 'employee.updated',
    timestamp,
    data: { companyId: randomUUID(), employeeId: String(employee), changedFields: ['terminationDate'] },
  });
}

function send(url: string, secret: string, body: string): Promise<boolean> {
  const sentAt = String(Math.floor(Date.now() / 1_000));
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-bamboohr-timestamp': sentAt,
    'x-bamboohr-signature': createHmac('sha256', secret).update(body).update(sentAt).digest('hex'),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => (text += chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve(answer.statusCode === 202 && /"delivery":"[^"]+"/.test(text) && !text.includes('"duplicate"')),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

await serveStation(async (input) => {
  const { url, secret, count, concurrency, people } = job.parse(input);
  agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const latencies: number[] = [];
  let left = count;
  let refused = 0;
  const startedMs = performance.now();
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const beganMs = performance.now();
      if (!(await send(url, secret, bodyOf(1 + (left % people))))) refused += 1;
      latencies.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sender));
  const seconds = (performance.now() - startedMs) / 1_000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { perSecond: (count - refused) / seconds, refused, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
});
