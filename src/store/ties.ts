import type { Day, Instant } from '../domain/words.js';
import { Prisma } from '../generated/client.js';
import { utc, type Queries } from './client.js';
import { newId } from './ids.js';

/** Where a tie came from. */
export type TieSource = 'linkedin-csv' | 'crm' | 'alumni';

/** How a tie came to its contact: found by Baton, or by a person's word, which no later import overrules. */
export type TieMatchedBy = 'email' | 'profile' | 'name' | 'person' | 'rejected';

/** One relation as a source states it, and the CRM record that it was matched to; `key` is unique per person and source. */
export interface NewTie {
  readonly key: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string | null;
  readonly profileUrl: string | null;
  readonly company: string | null;
  readonly position: string | null;
  readonly connectedOn: Day | null;
  readonly match: {
    readonly connection: string;
    readonly contact: string;
    readonly by: 'email' | 'profile' | 'name';
    readonly score: number;
    readonly review: boolean;
  } | null;
}

/** Whose ties are saved, from where and when. */
export interface TieImport {
  readonly personId: string;
  readonly source: TieSource;
  /** CRM connections whose contacts were all looked at: there, no match means that there is none any more. */
  readonly looked: readonly string[];
  readonly at: Instant;
  /** Counts and writes nothing. */
  readonly dryRun: boolean;
}

/** What an import did: new and changed rows, and how many of its ties are matched or wait for a person. */
export interface TieCounts {
  readonly added: number;
  readonly changed: number;
  readonly matched: number;
  readonly review: number;
}

/** A tie as its person sees it. */
export interface TieView {
  readonly id: string;
  readonly source: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string | null;
  readonly profileUrl: string | null;
  readonly company: string | null;
  readonly position: string | null;
  readonly connectedOn: string | null;
  readonly connection: string | null;
  readonly contact: string | null;
  readonly matchedBy: string | null;
  readonly score: number | null;
  readonly review: boolean;
  readonly shared: boolean;
}

/** What became of a person's word on a tie. */
export type TieAnswer = 'done' | 'unknown' | 'no-contact';

const view = {
  id: true,
  source: true,
  givenName: true,
  familyName: true,
  email: true,
  profileUrl: true,
  company: true,
  position: true,
  connectedOn: true,
  connection: true,
  contact: true,
  matchedBy: true,
  score: true,
  review: true,
  shared: true,
} as const;

/** A tie that counts as knowing the contact. */
const counts = Prisma.sql`contact is not null and not review and "matchedBy" is distinct from 'rejected'`;

/** Rows of one statement: large enough to be quick, small enough for one message. */
const chunkSize = 5_000;

/** Ties of employees. Private to each: what succession may see is what was shared, and the caller sees that `policy.network` allows it. */
export function tieStore(db: Queries) {
  return {
    /** Brings a person's ties of one source up to date; ties that the source does not name stay. Run it in a transaction: it sends several statements. */
    async save(origin: TieImport, ties: readonly NewTie[]): Promise<TieCounts> {
      let total: TieCounts = { added: 0, changed: 0, matched: 0, review: 0 };
      for (let from = 0; from < ties.length; from += chunkSize) {
        const part = await saveChunk(db, origin, ties.slice(from, from + chunkSize));
        total = {
          added: total.added + part.added,
          changed: total.changed + part.changed,
          matched: total.matched + part.matched,
          review: total.review + part.review,
        };
      }
      return total;
    },

    /** Matches that wait for the person's yes or no, surest first; `skip` of them left out. */
    async listReview(personId: string, skip: number, limit: number): Promise<readonly TieView[]> {
      const orderBy = [{ score: 'desc' }, { id: 'asc' }] as const;
      return db.tie.findMany({ where: { personId, review: true }, select: view, orderBy: [...orderBy], skip, take: limit });
    },

    /** How many matches wait for the person. */
    async countReview(personId: string): Promise<number> {
      return db.tie.count({ where: { personId, review: true } });
    },

    /** The contact is the person whom the tie names; also takes back an earlier no. */
    async confirm(personId: string, id: string): Promise<TieAnswer> {
      return answer(db, personId, id, 'person');
    },

    /** The contact is somebody else: no later import matches the two again. Also takes back an automatic match, or an earlier yes. */
    async reject(personId: string, id: string): Promise<TieAnswer> {
      return answer(db, personId, id, 'rejected');
    },

    /** One page of all that is kept for a person, by ascending id. */
    async ofPerson(personId: string, after: string | null, limit: number): Promise<readonly TieView[]> {
      const where = { personId, ...(after !== null && { id: { gt: after } }) };
      return db.tie.findMany({ where, select: view, orderBy: { id: 'asc' }, take: limit });
    },

    /**
     * Who knows which of these contacts: contact → person ids. Shared ties of everybody, and those of `owner` (the leaver whose own handover
     * this is) whether shared or not; how many persons there are is how many know the contact. Contacts whom nobody knows are left out.
     */
    async contactsTiedTo(
      connection: string,
      contacts: readonly string[],
      owner: string | null,
    ): Promise<ReadonlyMap<string, readonly string[]>> {
      const rows = await db.$queryRaw<{ readonly contact: string; readonly people: readonly string[] }[]>`
        select contact, array_agg(distinct "personId" order by "personId") as people from "Tie"
        where connection = ${connection} and contact = any(${[...contacts]}) and (shared or "personId" = ${owner}) and ${counts}
        group by contact`;
      return new Map(rows.map(({ contact, people }) => [contact, people]));
    },

    /** Lets succession see a person's ties, or hides them again; all that are there now, or one. Returns how many; those of later imports are private. */
    async share(personId: string, id: string | null, shared: boolean): Promise<number> {
      const where = { personId, ...(id !== null && { id }) };
      return (await db.tie.updateMany({ where, data: { shared } })).count;
    },

    /** Erases everything that is kept for a person. Returns how many rows. */
    async eraseOf(personId: string): Promise<number> {
      return (await db.tie.deleteMany({ where: { personId } })).count;
    },
  };
}

/** The store of ties. */
export type TieStore = ReturnType<typeof tieStore>;

async function answer(db: Queries, personId: string, id: string, matchedBy: 'person' | 'rejected'): Promise<TieAnswer> {
  const where = { id, personId };
  const { count } = await db.tie.updateMany({ where: { ...where, contact: { not: null } }, data: { review: false, matchedBy } });
  if (count > 0) return 'done';
  return (await db.tie.count({ where })) > 0 ? 'no-contact' : 'unknown';
}

/** What a match is made of: a person's word, or what was found where nobody looked this time, stays as it is. */
const matchColumns = ['connection', 'contact', 'matchedBy', 'score', 'review'] as const;
const columns = [
  'givenName',
  'familyName',
  'email',
  'profileUrl',
  'company',
  'position',
  'connectedOn',
  ...matchColumns,
] as const;

const list = (write: (column: string) => string, names: readonly string[] = columns) => Prisma.raw(names.map(write).join(', '));

/** One statement: what is there, what it becomes, the writing, and the counts. */
async function saveChunk(db: Queries, origin: TieImport, ties: readonly NewTie[]): Promise<TieCounts> {
  const { personId, source, looked, at, dryRun } = origin;
  const rows = ties.map(({ match, ...tie }) => ({
    ...tie,
    id: newId(),
    connection: match?.connection ?? null,
    contact: match?.contact ?? null,
    matchedBy: match?.by ?? null,
    score: match?.score ?? null,
    review: match?.review ?? false,
  }));
  const written = Prisma.sql`, written as (
    insert into "Tie" (id, "personId", source, key, ${list((name) => `"${name}"`)}, "seenAt")
    select id, ${personId}, ${source}, key, ${list((name) => `"${name}"`)}, ${utc(at)} from merged
    on conflict ("personId", source, key) do update set ${list((name) => `"${name}" = excluded."${name}"`)}, "seenAt" = excluded."seenAt")`;
  const [counted] = await db.$queryRaw<TieCounts[]>`
    with given as (
      select g.*, t.id as old, ${list((name) => `t."${name}" as "old_${name}"`)}, coalesce(t."matchedBy" = 'person'
          or (t."matchedBy" = 'rejected' and (g.contact is null or (g.connection = t.connection and g.contact = t.contact)))
          or (g.contact is null and t.contact is not null and not (t.connection = any(${[...looked]}::text[]))), false) as keep
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(id text, key text, "givenName" text, "familyName" text, email text, "profileUrl" text,
        company text, "position" text, "connectedOn" text, connection text, contact text, "matchedBy" text, score float8, review boolean)
      left join "Tie" t on t."personId" = ${personId} and t.source = ${source} and t.key = g.key),
    merged as (
      select id, key, old, ${list((name) => `"${name}"`, columns.slice(0, -matchColumns.length))},
        ${list((name) => `case when keep then "old_${name}" else "${name}" end as "${name}"`, matchColumns)}, ${list((name) => `"old_${name}"`)}
      from given)${dryRun ? Prisma.empty : written}
    select count(*) filter (where old is null)::int as added,
      count(*) filter (where old is not null and (${list((name) => `"${name}"`)}) is distinct from (${list((name) => `"old_${name}"`)}))::int as changed,
      count(*) filter (where ${counts})::int as matched, count(*) filter (where review)::int as review
    from merged`;
  return counted ?? { added: 0, changed: 0, matched: 0, review: 0 };
}
