import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Database } from './store/client.js';

/** One migration of `prisma/migrations`. */
interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** Any number; every process that migrates takes the same advisory lock. */
const lockKey = 7_400_001;

/**
 * Applies what is missing, one transaction each, under an advisory lock and into Prisma's own `_prisma_migrations` table, so that `prisma migrate`
 * can go on from here. Returns the names applied.
 */
export async function migrate(
  databaseUrl: string,
  onProgress: (line: string) => void = () => undefined,
): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    await client.query(`create table if not exists "_prisma_migrations" (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
      migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`);
    const { rows } = await client.query<{ migration_name: string }>(
      'select migration_name from "_prisma_migrations" where finished_at is not null and rolled_back_at is null',
    );
    const applied = new Set(rows.map((row) => row.migration_name));
    const missing = readMigrations().filter(({ name }) => !applied.has(name));
    for (const migration of missing) {
      onProgress(`applying ${migration.name}`);
      await applyOne(client, migration);
    }
    return missing.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

async function applyOne(client: pg.Client, { name, sql }: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query(
      `insert into "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count) values ($1, $2, $3, now(), 1)`,
      [randomUUID(), createHash('sha256').update(sql).digest('hex'), name],
    );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** Migrations that the database lacks, oldest first. */
export async function missingMigrations(db: Database): Promise<readonly string[]> {
  const names = readMigrations().map(({ name }) => name);
  const [exists] = await db.$queryRaw<{ found: boolean }[]>`select to_regclass('_prisma_migrations') is not null as found`;
  if (!exists?.found) return names;
  const rows = await db.$queryRaw<
    { migration_name: string }[]
  >`select migration_name from "_prisma_migrations" where finished_at is not null and rolled_back_at is null`;
  const applied = new Set(rows.map((row) => row.migration_name));
  return names.filter((name) => !applied.has(name));
}

/** Server and worker refuse an older schema and name it. */
export async function assertMigrated(db: Database): Promise<void> {
  const missing = await missingMigrations(db);
  if (missing.length === 0) return;
  throw new Error(
    `The database's schema is older than this version: it lacks ${missing.join(', ')}. Run: npm run baton -- migrate`,
  );
}

/** From `src/` as from `dist/src/`: the folder lies beside package.json. */
function readMigrations(): readonly Migration[] {
  const folder = ['../prisma/migrations', '../../prisma/migrations']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find(existsSync);
  if (!folder) throw new Error('prisma/migrations is not there');
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map(({ name }) => ({ name, sql: readFileSync(`${folder}/${name}/migration.sql`, 'utf8') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
