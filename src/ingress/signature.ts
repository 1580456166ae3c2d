import type { WebhookRequest } from '../ports/vendor.js';

/**
 * What a signature is judged by: the exact bytes, and every header as it arrived.
 * Node's `headers` joins or drops repeated ones, and a repeated signature must be refused; `rawHeaders` is name, value, name, value …
 */
export function signedMaterial(rawHeaders: readonly string[], body: Uint8Array): WebhookRequest {
  const headers = new Map<string, string | string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : [before, value].flat());
  }
  return { headers: Object.fromEntries(headers), body };
}
