import type { Instant } from '../src/domain/words.js';
import type { CallContext } from '../src/ports/vendor.js';
import { hrisOf, type Deps } from './deps.js';

/** A directory read this recently is good enough for another handover: a lay-off reads it once, not fifty times. */
const freshForMs = 15 * 60_000;

/** Brings people and their managers up to date from the HRIS, unless that was done a moment ago. `now` is domain time. */
export async function syncDirectory(
  deps: Deps,
  connection: string,
  now: Instant,
  context: CallContext,
  alive: () => void,
): Promise<void> {
  const { people, watermarks } = deps.stores;
  const key = `directory/${connection}`;
  const readAt = await watermarks.get(key);
  const ageMs = readAt === null ? Infinity : Date.parse(now) - Date.parse(readAt);
  if (ageMs >= 0 && ageMs < freshForMs) return;
  for await (const page of hrisOf(deps, connection).port.directory(context)) {
    await people.saveDirectory(connection, page, now);
    alive();
  }
  await people.markAbsent(connection, now);
  await watermarks.save(key, now);
}

/** Brings the users of every CRM up to date and ties them to people. */
export async function syncCrmUsers(deps: Deps, now: Instant, context: CallContext): Promise<void> {
  for (const { name, port } of deps.crms) {
    const users = await port.users(context);
    await deps.inTransaction(({ stores }) => stores.people.saveCrmUsers(name, users, now));
  }
}
