import type { Queries } from './client.js';

/** One steady pace per key over all workers (the generic cell rate algorithm): rows hold the next free moment. */
export function paceStore(db: Queries) {
  return {
    /** Reserves the next free moment; returns how long to wait for it, in milliseconds. The database's clock counts, so workers agree. */
    async reserve(key: string, perSecond: number): Promise<number> {
      const [row] = await db.$queryRaw<{ waitMs: number }[]>`
        insert into "Pace" as p (key, "nextAt") values (${key}, (clock_timestamp() at time zone 'utc') + ${1000 / perSecond} * interval '1 millisecond')
        on conflict (key) do update set "nextAt" = greatest(p."nextAt", clock_timestamp() at time zone 'utc') + ${1000 / perSecond} * interval '1 millisecond'
        returning extract(epoch from "nextAt" - (clock_timestamp() at time zone 'utc'))::float8 * 1000 - ${1000 / perSecond}::float8 as "waitMs"`;
      return Math.max(0, row?.waitMs ?? 0);
    },
  };
}

export type PaceStore = ReturnType<typeof paceStore>;
