import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { diffMigrations, writeMigration } from '../scripts/migration.mjs';

test('what production applies is what the code expects: schema and migrations agree', async () => {
  expect(await diffMigrations({ databaseUrl: inject('databaseUrl') })).toBe('');
});

const header = 'datasource db {\n  provider = "postgresql"\n}\n';

test('a change of the schema becomes one migration, and the next look finds nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-test-migrations-'));
  const options = {
    databaseUrl: inject('databaseUrl'),
    schema: join(folder, 'schema.prisma'),
    migrations: join(folder, 'migrations'),
  };
  await writeFile(options.schema, `${header}model A {\n  id String @id\n}\n`);
  expect(await writeMigration({ ...options, name: 'first', now: new Date('2026-11-22T15:00:00Z') })).toBe('20261122150000_first');
  // Statements that hold semicolons, and an index that Prisma cannot describe, are replayed as they stand and are no drift.
  const first = join(options.migrations, '20261122150000_first', 'migration.sql');
  const byHand = `${await readFile(first, 'utf8')}\n-- a; b\ncreate unique index only_some on "A" (id) where id <> ';';\n`;
  await writeFile(first, byHand);
  await writeFile(
    options.schema,
    `${header}model A {\n  id String @id\n  bs B[]\n}\nmodel B {\n  id String @id\n  aId String\n  a A @relation(fields: [aId], references: [id])\n}\n`,
  );
  expect(await diffMigrations(options)).toContain('ADD CONSTRAINT "B_aId_fkey" FOREIGN KEY');
  expect(await writeMigration({ ...options, name: 'second', now: new Date('2026-11-22T15:00:01Z') })).toBe(
    '20261122150001_second',
  );
  expect(await writeMigration({ ...options, name: 'third', now: new Date('2026-11-22T15:00:02Z') })).toBeNull();
});
