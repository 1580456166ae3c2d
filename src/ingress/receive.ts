import { createHash } from 'node:crypto';
import type { SignatureVerdict, WebhookPort } from '../ports/vendor.js';
import { signedMaterial } from './signature.js';

/** Largest body that is read, in bytes. */
export const bodyLimitBytes = 1_048_576;

/** Longest record id that a payload may name; what is longer is no id. */
const longestRecord = 200;

/** Why a webhook was not accepted. */
export type WebhookRefusal =
  | 'unknown-connection'
  | 'method-not-allowed'
  | 'body-too-large'
  | Exclude<SignatureVerdict, 'valid'>
  | 'invalid-json'
  | 'invalid-payload'
  | 'unavailable';

interface RefusalAnswer {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer to each refusal, in the order in which they are checked. */
export const webhookRefusals: Readonly<Record<WebhookRefusal, RefusalAnswer>> = {
  'unknown-connection': {
    status: 404,
    message: 'There is no connection with webhooks under this name; see connections in baton.yaml.',
  },
  'method-not-allowed': { status: 405, message: 'Send webhooks by POST.', headers: { allow: 'POST' } },
  'body-too-large': { status: 413, message: `Send at most ${bodyLimitBytes} bytes.` },
  'missing-signature': { status: 401, message: 'Send the signature and the timestamp header, each exactly once.' },
  'stale-timestamp': { status: 401, message: "Send the present time; check the sender's and the receiver's clock." },
  'invalid-signature': { status: 401, message: "Sign the exact bytes with the connection's webhook secret." },
  'invalid-json': { status: 400, message: 'Send JSON in UTF-8.' },
  'invalid-payload': { status: 400, message: "Send a payload of the connection's vendor." },
  unavailable: { status: 503, message: 'The delivery could not be stored; send it again.', headers: { 'retry-after': '5' } },
};

/** A webhook at the door: `port` is undefined when the connection is unknown, `body` is known only after reading. */
export interface Arrival {
  readonly port: WebhookPort | undefined;
  readonly method: string;
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array | 'unread' | 'too-large';
  readonly nowMs: number;
}

/** What is to be done with a webhook. */
export type Reception =
  | { readonly kind: 'refused'; readonly code: WebhookRefusal }
  | { readonly kind: 'read-body' }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'accepted'; readonly key: string; readonly records: readonly string[] };

/** All checks of a webhook in their order (`contracts.md` 2); asked once before the body is read and once after. */
export function receive({ port, method, rawHeaders, body, nowMs }: Arrival): Reception {
  if (port === undefined) return refused('unknown-connection');
  if (method !== 'POST') return refused('method-not-allowed');
  if (body === 'unread') return { kind: 'read-body' };
  if (body === 'too-large') return refused('body-too-large');
  const signature = port.verify(signedMaterial(rawHeaders, body), nowMs);
  if (signature !== 'valid') return refused(signature);
  const json = parseJson(body);
  if (json === null) return refused('invalid-json');
  const records = port.records(json.value);
  if (records === null || !records.every(isRecordId)) return refused('invalid-payload');
  if (records.length === 0) return { kind: 'ignored' };
  return { kind: 'accepted', key: createHash('sha256').update(body).digest('hex'), records: [...new Set(records)] };
}

function refused(code: WebhookRefusal): Reception {
  return { kind: 'refused', code };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseJson(body: Uint8Array): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(utf8.decode(body)) };
  } catch {
    return null;
  }
}

/** PostgreSQL stores no NUL and no half of a surrogate pair, and one such id must not fail the rows that are written with it. */
function isRecordId(record: string): boolean {
  return record !== '' && record.length <= longestRecord && !/[\p{Cc}\p{Cs}]/u.test(record);
}
