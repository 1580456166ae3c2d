import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { freshDatabase } from './database.js';

test('each caller gets a database of its own', async () => {
  const [first, second] = await Promise.all([freshDatabase(), freshDatabase()]);
  expect(first.url).not.toBe(second.url);
  expect(first.url).not.toBe(inject('databaseUrl'));
  const client = new pg.Client({ connectionString: first.url });
  await client.connect();
  await client.query('create table only_here (id int)');
  await client.end();
  const other = new pg.Client({ connectionString: second.url });
  await other.connect();
  expect((await other.query("select to_regclass('only_here') as found")).rows).toEqual([{ found: null }]);
  await other.end();
  await Promise.all([first.drop(), second.drop()]);
});
