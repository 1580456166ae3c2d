import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is neither null nor undefined nor false; `explain` says how far it came when that takes too long. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | null | undefined | false>,
  options: { withinMs?: number; everyMs?: number; explain?: () => Promise<unknown> } = {},
): Promise<Value> {
  const { withinMs = 60_000, everyMs = 150 } = options;
  const endAt = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > endAt) {
      const explained = options.explain ? `; it stands at ${JSON.stringify(await options.explain())}` : '';
      throw new Error(`${what} did not come within ${withinMs} ms${explained}`);
    }
    await sleep(everyMs);
  }
}
