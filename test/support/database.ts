import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../src/migrations.js';

const migrations = new URL('../../prisma/migrations/', import.meta.url);

async function migrationScripts(): Promise<string[]> {
  const entries = await readdir(migrations, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(names.sort().map((name) => readFile(new URL(`${name}/migration.sql`, migrations), 'utf8')));
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject('databaseUrl'));
  url.pathname = `/${database}`;
  return url.href;
}

async function buildTemplate({ admin, name }: { admin: pg.Client; name: string }): Promise<void> {
  const found = await admin.query('select 1 from pg_database where datname = $1', [name]);
  if (found.rowCount !== 0) return;
  // Renamed when complete: a run that died in between must not leave half a template under this name.
  const unfinished = `${name}_new`;
  await admin.query(`drop database if exists "${unfinished}"`);
  await admin.query(`create database "${unfinished}"`);
  await migrate(urlOf(unfinished));
  await admin.query(`alter database "${unfinished}" rename to "${name}"`);
}

/** A new database with all migrations applied, copied from a template that the first caller builds; `drop` removes it early. */
export async function freshDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const scripts = await migrationScripts();
  const template = `baton_migrated_${createHash('sha256').update(scripts.join('\n')).digest('hex').slice(0, 12)}`;
  const name = `baton_test_${randomBytes(6).toString('hex')}`;
  await withClient(inject('databaseUrl'), async (admin) => {
    // Two test files must not build, or copy while the other builds.
    await admin.query("select pg_advisory_lock(hashtext('baton-test-template'))");
    await buildTemplate({ admin, name: template });
    await admin.query(`create database "${name}" template "${template}"`);
  });
  const drop = (): Promise<void> =>
    withClient(
      inject('databaseUrl'),
      async (admin) => void (await admin.query(`drop database if exists "${name}" with (force)`)),
    );
  return { url: urlOf(name), drop };
}

/** The tables that hold a text anywhere in a row, whatever its case. */
export async function tablesWith(databaseUrl: string, text: string): Promise<readonly string[]> {
  return withClient(databaseUrl, async (client) => {
    const tables = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
    );
    const found: string[] = [];
    for (const { name } of tables.rows) {
      const query = `select 1 from "${name}" t where position(lower($1) in lower(t::text)) > 0 limit 1`;
      if (((await client.query(query, [text])).rowCount ?? 0) > 0) found.push(name);
    }
    return found;
  });
}
