import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../generated/client.js';

/** The database as the store uses it. */
export type Database = PrismaClient;
/** The database, or a transaction on it. */
export type Queries = Omit<PrismaClient, '$connect' | '$disconnect' | '$on' | '$transaction' | '$extends'>;

/** Opens a pool of at most `connections` on a PostgreSQL URL; close it with `$disconnect()`. */
export function openDatabase(url: string, connections = 10): Database {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: connections }) });
}

/** An instant for raw SQL: columns hold UTC without a time zone, whatever the session's zone. */
export function utc(instant: string | null): Prisma.Sql {
  return Prisma.sql`(${instant}::timestamptz at time zone 'utc')`;
}
