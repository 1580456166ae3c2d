import { Prisma } from '../generated/client.js';
import type { Database } from './client.js';
import { newId } from './ids.js';

/** Which records of a connection's HRIS may have changed; the same `key` (hash of the body) is the same delivery. */
export interface NewDelivery {
  readonly connection: string;
  readonly key: string;
  readonly records: readonly string[];
}

/** The durable row of a delivery; `duplicate` when the key was known and its row was opened again. */
export interface RecordedDelivery {
  readonly id: string;
  readonly duplicate: boolean;
}

/** A delivery that one drainer works on until `claimedUntil`; both times (PostgreSQL texts, UTC) prove the claim when it is settled. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly connection: string;
  readonly records: readonly string[];
  readonly receivedAt: string;
  readonly claimedUntil: string;
}

/** A claimed delivery that could not be handled, and why (no personal data). */
export interface FailedDelivery {
  readonly claim: ClaimedDelivery;
  readonly reason: string;
}

/** How many deliveries wait for a look, and how many were given up within the retention. */
export interface DeliveryCounts {
  readonly waiting: number;
  readonly dead: number;
}

/** Prisma's columns have no time zone and hold UTC; the session's zone must not matter. */
const utcNow = Prisma.sql`(now() at time zone 'utc')`;

/** Longest pause between two attempts, and after how long (since the newest delivery) a failing row is given up. */
const longestBackOffSeconds = 300;
const deadAfter = Prisma.sql`interval '24 hours'`;

type RecordedRow = RecordedDelivery & { readonly connection: string; readonly key: string };

/** Deliveries: the one way in for what may have changed. */
export function deliveryStore(db: Database) {
  return {
    /** Makes each delivery's row, or opens a known one again, in one statement; answers are in the order of the input. */
    async record(deliveries: readonly NewDelivery[]): Promise<readonly RecordedDelivery[]> {
      const unique = new Map(deliveries.map((delivery) => [identityOf(delivery), delivery]));
      const rows = await db.$queryRaw<RecordedRow[]>(insertStatement([...unique.values()]));
      const byIdentity = new Map(rows.map((row) => [identityOf(row), row]));
      const answered = new Set<string>();
      return deliveries.map((delivery) => {
        const identity = identityOf(delivery);
        const row = byIdentity.get(identity);
        if (row === undefined) throw new Error('the database returned no row for a delivery');
        // The statement may not touch one row twice, so a double within the batch is told here.
        const duplicate = row.duplicate || answered.has(identity);
        answered.add(identity);
        return { id: row.id, duplicate };
      });
    },

    /** Takes up to `limit` due deliveries for `leaseSeconds`, oldest first; others skip them meanwhile. */
    async claim(limit: number, leaseSeconds: number): Promise<readonly ClaimedDelivery[]> {
      return db.$queryRaw<ClaimedDelivery[]>`
        with due as materialized (
          select id from "Delivery"
          where "handledAt" is null and "deadAt" is null and "nextAttemptAt" <= ${utcNow}
            and ("claimedUntil" is null or "claimedUntil" <= ${utcNow})
          order by "nextAttemptAt" limit ${limit} for update skip locked)
        update "Delivery" as d set "claimedUntil" = ${utcNow} + ${leaseSeconds} * interval '1 second', attempts = attempts + 1
        from due where d.id = due.id
        returning d.id, d.connection, d.records, d."receivedAt"::text as "receivedAt", d."claimedUntil"::text as "claimedUntil"`;
    },

    /** Ends claims whose records were all looked at; a row that was opened again meanwhile stays due. */
    async markHandled(claims: readonly ClaimedDelivery[]): Promise<void> {
      if (claims.length === 0) return;
      await db.$executeRaw`
        ${claimed(claims)}
        update "Delivery" as d set "claimedUntil" = null, "lastError" = null,
          "handledAt" = case when d."receivedAt" = mine."receivedAt" then ${utcNow} end
        from mine where d.id = mine.id and d."claimedUntil" = mine."claimedUntil"`;
    },

    /** Ends claims that failed: due again after a growing pause, dead after 24 hours; returns the ids of those that died now. */
    async markFailed(failures: readonly FailedDelivery[]): Promise<readonly string[]> {
      if (failures.length === 0) return [];
      const rows = await db.$queryRaw<{ id: string; dead: boolean }[]>`
        ${claimed(failures.map(({ claim, reason }) => ({ ...claim, reason })))}
        update "Delivery" as d set "claimedUntil" = null, "lastError" = left(mine.reason, 200),
          "nextAttemptAt" = ${utcNow} + least(${longestBackOffSeconds}, power(2, least(d.attempts, 20) - 1)) * interval '1 second',
          "deadAt" = case when d."receivedAt" < ${utcNow} - ${deadAfter} then ${utcNow} end
        from mine where d.id = mine.id and d."claimedUntil" = mine."claimedUntil"
        returning d.id, d."deadAt" is not null as dead`;
      return rows.filter((row) => row.dead).map((row) => row.id);
    },

    /** What the gauges show. */
    async counts(): Promise<DeliveryCounts> {
      const rows = await db.$queryRaw<DeliveryCounts[]>`
        select (select count(*)::int from "Delivery" where "handledAt" is null and "deadAt" is null) as waiting,
          (select count(*)::int from "Delivery" where "handledAt" is null and "deadAt" is not null and records <> '{}') as dead`;
      return rows[0] ?? { waiting: 0, dead: 0 };
    },

    /** Leaves only the hash of settled deliveries received before `before` (policy: P30D); returns how many were emptied. */
    async purge(before: Date): Promise<number> {
      return db.$executeRaw`
        update "Delivery" set records = '{}', "lastError" = null where id in (
          select id from "Delivery" where "receivedAt" < (${before.toISOString()}::timestamptz at time zone 'utc') and records <> '{}'
            and ("handledAt" is not null or "deadAt" is not null) for update skip locked)`;
    },
  };
}

/** The deliveries' store as its users see it. */
export type DeliveryStore = ReturnType<typeof deliveryStore>;

function identityOf({ connection, key }: { connection: string; key: string }): string {
  return `${connection}\n${key}`;
}

/** Rows are locked in one order everywhere, so that two batches with the same keys cannot deadlock; `receivedAt` grows with every opening. */
function insertStatement(deliveries: readonly NewDelivery[]): Prisma.Sql {
  const rows = JSON.stringify(deliveries.map((delivery) => ({ id: newId(), ...delivery })));
  return Prisma.sql`
    insert into "Delivery" as d (id, connection, key, records, "receivedAt", "nextAttemptAt")
    select id, connection, key, records, ${utcNow}, ${utcNow}
    from jsonb_to_recordset(${rows}::jsonb) as new(id text, connection text, key text, records text[]) order by connection, key
    on conflict (connection, key) do update set records = excluded.records, attempts = 0,
      "receivedAt" = greatest(excluded."receivedAt", d."receivedAt" + interval '1 millisecond'), "nextAttemptAt" = excluded."nextAttemptAt",
      "handledAt" = null, "deadAt" = null, "lastError" = null
    returning id, connection, key, xmax <> 0 as duplicate`;
}

/** A `with` clause that locks the claims' rows in the order of `insertStatement`. */
function claimed(claims: readonly (ClaimedDelivery & { readonly reason?: string })[]): Prisma.Sql {
  const rows = JSON.stringify(
    claims.map(({ id, receivedAt, claimedUntil, reason }) => ({ id, receivedAt, claimedUntil, reason })),
  );
  return Prisma.sql`
    with mine as materialized (
      select d.id, c."receivedAt", c."claimedUntil", c.reason from "Delivery" as d
      join jsonb_to_recordset(${rows}::jsonb)
        as c(id text, "receivedAt" timestamp(3), "claimedUntil" timestamp(3), reason text) on c.id = d.id
      order by d.connection, d.key for update of d)`;
}
