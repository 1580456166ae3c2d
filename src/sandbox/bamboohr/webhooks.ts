import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const targetSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  secret: z.string().min(1),
  family: z.enum(['event', 'field']),
});

/** Body of `PUT /_webhooks`; a vendor left out or null sends none. */
export const webhooksSchema = z.strictObject({ bamboohr: targetSchema.nullable().optional() });

/** Where the stand-ins send their webhooks. */
export type Webhooks = z.infer<typeof webhooksSchema>;

/** The `webhook` member of an HRIS action, with its defaults. */
export const sendingSchema = z
  .strictObject({
    send: z.boolean().default(true),
    times: z.int().min(1).max(100).default(1),
    delayMs: z.int().min(0).max(600_000).default(0),
    skewSeconds: z.int().default(0),
    tamper: z.enum(['body', 'timestamp', 'signature']).nullable().default(null),
    secret: z.string().nullable().default(null),
  })
  .prefault({});

type Sending = z.infer<typeof sendingSchema>;

/** One webhook as it went out, with the answer to its last attempt; `status` null means that nothing answered. */
export type Delivery = { url: string; status: number | null; attempts: number; headers: Record<string, string>; body: string };

// The vendor retries a 5xx five times over 155 minutes; the stand-in has not so long.
const RETRY_AFTER_MS = [100, 300] as const;
const TIMEOUT_MS = 10_000;

/** Sends each payload as often as asked, signed as the vendor signs, and reports every delivery. */
export async function sendWebhooks(
  target: z.infer<typeof targetSchema>,
  payloads: readonly object[],
  sending: Sending,
  now: () => number,
): Promise<Delivery[]> {
  if (sending.delayMs > 0) await sleep(sending.delayMs);
  const deliveries: Delivery[] = [];
  for (const payload of payloads) {
    const body = JSON.stringify(payload);
    for (let time = 0; time < sending.times; time += 1) deliveries.push(await deliver(target, body, sending, now));
  }
  return deliveries;
}

// 2xx ends it, 4xx is never sent again, 5xx is; silence counts as a 5xx (UNCONFIRMED).
async function deliver(
  target: z.infer<typeof targetSchema>,
  body: string,
  sending: Sending,
  now: () => number,
): Promise<Delivery> {
  for (let attempts = 1; ; attempts += 1) {
    const signed = sign(body, sending.secret ?? target.secret, sending, now());
    const status = await post(target.url, signed);
    const wait = RETRY_AFTER_MS[attempts - 1];
    if ((status !== null && status < 500) || wait === undefined) return { url: target.url, status, attempts, ...signed };
    await sleep(wait);
  }
}

type Signed = { headers: Record<string, string>; body: string };

/** Hex HMAC-SHA256 over raw body and then timestamp (unix seconds), without a separator; tampering comes after signing. */
function sign(body: string, secret: string, sending: Sending, nowMs: number): Signed {
  const timestamp = Math.floor(nowMs / 1000) + sending.skewSeconds;
  const signature = createHmac('sha256', secret)
    .update(`${body}${String(timestamp)}`)
    .digest('hex');
  const flipped = `${signature.slice(0, -1)}${signature.endsWith('0') ? '1' : '0'}`;
  return {
    headers: {
      'Content-Type': 'application/json',
      'X-BambooHR-Signature': sending.tamper === 'signature' ? flipped : signature,
      'X-BambooHR-Timestamp': String(sending.tamper === 'timestamp' ? timestamp + 1 : timestamp),
    },
    body: sending.tamper === 'body' ? body.replace(/\}$/, ',"tampered":true}') : body,
  };
}

async function post(url: string, { headers, body }: Signed): Promise<number | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null; // nobody there, or too slow: the caller sees it as a delivery without a status
  }
}
