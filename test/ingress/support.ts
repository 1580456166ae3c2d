import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { createLogger, type Logger } from '../../src/logger.js';
import type { WebhookPort } from '../../src/ports/vendor.js';
import { findVendor } from '../../src/vendors/registry.js';

/** The secret of `bamboohrPort`. */
export const secret = 'a secret of the tests';

/** BambooHR's webhooks from the registry, as a connection would have them. */
export function bamboohrPort(): WebhookPort {
  const vendor = findVendor('bamboohr');
  const config = vendor?.config.parse({ companyDomain: 'example', apiKey: 'unused', webhookSecret: secret });
  const port = vendor?.webhook?.(config);
  if (port === undefined || port === null) throw new Error('BambooHR has no webhooks');
  return port;
}

/** The vendor's two headers for these bytes, signed `skewSeconds` away from now. */
export function signed(body: string | Uint8Array, skewSeconds = 0): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1_000) + skewSeconds);
  const signature = createHmac('sha256', secret).update(body).update(timestamp).digest('hex');
  return { 'x-bamboohr-timestamp': timestamp, 'x-bamboohr-signature': signature };
}

/** A payload that says that something relevant (or, by `changedFields`, not) changed for an employee. */
export function employeeUpdated(employeeId: string, changedFields = ['status']): string {
  const data = { companyId: '1', employeeId, changedFields };
  return JSON.stringify({ type: 'employee.updated', timestamp: '2026-01-31T18:42:00+0000', data });
}

/** A logger whose lines can be read back. */
export function memoryLogger(): { logger: Logger; lines: () => string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk) => (text += String(chunk)));
  return { logger: createLogger({ name: 'test', level: 'info', destination: stream }), lines: () => text };
}

/** An answer as it came over the socket. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends exactly these bytes and reads until the server closes (so ask for `connection: close`), for what no HTTP client would send. */
export function sendRaw(address: string, ...chunks: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address);
    const socket = connect(Number(port), hostname);
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(parse(Buffer.concat(received).toString('utf8'))));
    for (const chunk of chunks) socket.write(chunk);
  });
}

function parse(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), head: head.toLowerCase(), body: rest.join('\r\n\r\n') };
}
