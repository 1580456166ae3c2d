import type { Instant } from '../src/domain/words.js';

/** The workflow's clock as an instant; activities get it as domain time. */
export function nowIso(): Instant {
  return new Date().toISOString();
}
