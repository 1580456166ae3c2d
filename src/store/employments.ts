import type { Database } from './client.js';
import { newId } from './ids.js';

interface EmploymentKey {
  readonly id: string;
  readonly record: string;
}

/** Employments, by the HRIS records that state them. */
export function employmentStore(db: Database) {
  const find = (connection: string, records: readonly string[]): Promise<EmploymentKey[]> =>
    db.$queryRaw<
      EmploymentKey[]
    >`select id, record from "Employment" where connection = ${connection} and record = any(${[...records]})`;

  return {
    /** Employment row ids by HRIS record; a record seen for the first time gets a row and a person without a name. */
    async findOrCreate(connection: string, records: readonly string[]): Promise<ReadonlyMap<string, string>> {
      const wanted = [...new Set(records)];
      const found = await find(connection, wanted);
      const known = new Set(found.map(({ record }) => record));
      const missing = wanted.filter((record) => !known.has(record));
      if (missing.length > 0) {
        await create(db, connection, missing);
        found.push(...(await find(connection, missing)));
      }
      return new Map(found.map(({ record, id }) => [record, id]));
    },
  };
}

/** The employments' store as its users see it. */
export type EmploymentStore = ReturnType<typeof employmentStore>;

/** One statement, so that a person is made for exactly those employments that are new; in one order, so that two processes cannot deadlock. */
async function create(db: Database, connection: string, records: readonly string[]): Promise<void> {
  const rows = JSON.stringify(records.map((record) => ({ id: newId(), record, person: newId('p-') })));
  await db.$executeRaw`
    with made as (
      insert into "Employment" (id, connection, record, "personId")
      select id, ${connection}, record, person from jsonb_to_recordset(${rows}::jsonb) as new(id text, record text, person text) order by record
      on conflict (connection, record) do nothing returning "personId")
    insert into "Person" (id, "givenName", "familyName") select "personId", '', '' from made`;
}
