import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { startPostgres } from '../src/embedded/postgres.js';
import { migrate } from '../src/migrations.js';
import { openDatabase, type Database } from '../src/store/client.js';
import { tieStore, type NewTie, type TieCounts } from '../src/store/ties.js';
import { readConnections } from '../src/ties/csv.js';
import { openTieFile } from '../src/ties/file.js';
import { keyTies, type KeyedTie } from '../src/ties/keys.js';
import { TieMatcher } from '../src/ties/match.js';
import type { Match } from '../src/ties/resolve.js';
import type { Bench } from './lab.js';
import { judge, quantile, round } from './result.js';
import { say } from './stack.js';
import { TiesMaker, type TiesWorld } from './tiesWorld.js';

const size = { ties: 30_000, contacts: 50_000 };
/** As a CRM gives them. */
const pageSize = 100;
const person = 'p-bench';

interface Imported {
  readonly ms: number;
  readonly readMs: number;
  readonly matchMs: number;
  readonly counts: TieCounts;
  readonly ties: readonly KeyedTie[];
  readonly matches: ReadonlyMap<string, Match>;
}

/** Import and matching of one person's connections, into PostgreSQL, against one plain pass over the same file; and how often a match is right. */
export const ties: Bench = {
  names: ['ties-import', 'ties-precision'],
  async measure(lab) {
    const { seed, pairs } = lab.options;
    const world = new TiesMaker(seed).world(size.ties, size.contacts);
    const home = await mkdtemp(join(tmpdir(), 'baton-bench-ties-'));
    // PostgreSQL's user has to pass through.
    await chmod(home, 0o711);
    const postgres = await startPostgres({ dataDir: join(home, 'postgres'), port: 0, onProgress: say });
    const file = join(home, 'Connections.csv');
    try {
      await writeFile(file, world.csv);
      await migrate(postgres.url);
      const db = openDatabase(postgres.url);
      try {
        await db.person.create({ data: { id: person, givenName: 'Anna', familyName: 'Bakker' } });
        return await compare(db, file, world, pairs);
      } finally {
        await db.$disconnect();
      }
    } finally {
      await postgres.stop();
      await rm(home, { recursive: true, force: true });
    }
  },
};

/** Pairs A B A B …, after one of each that is not counted. */
async function compare(db: Database, file: string, world: TiesWorld, pairs: number) {
  await importAll(db, file, world);
  await plainPass(file);
  const imports: Imported[] = [];
  const passes: number[] = [];
  for (let index = 0; index < pairs; index += 1) {
    await tieStore(db).eraseOf(person);
    const imported = await importAll(db, file, world);
    imports.push(imported);
    passes.push(await plainPass(file));
    say(
      `  pair ${String(index + 1)}: ${String(round(imported.ms, 0))} ms; plain pass ${String(round(passes.at(-1) ?? 0, 0))} ms`,
    );
  }
  const again = await importAll(db, file, world);
  const perSecond = (ms: number) => size.ties / (ms / 1_000);
  const part = (pick: (imported: Imported) => number) => round(quantile(imports.map(pick), 0.5) / 1_000, 2);
  const importing = judge({
    name: 'ties-import',
    size: size.ties,
    value: quantile(
      imports.map(({ ms }) => perSecond(ms)),
      0.5,
    ),
    unit: 'rows/s',
    bound: quantile(passes.map(perSecond), 0.5),
    target: 0.05,
    better: 'higher',
    detail: {
      contacts: size.contacts,
      seconds: part(({ ms }) => ms),
      readSeconds: part(({ readMs }) => readMs),
      matchSeconds: part(({ matchMs }) => matchMs),
      saveSeconds: part(({ ms, readMs, matchMs }) => ms - readMs - matchMs),
      added: imports.at(-1)?.counts.added,
      addedAgain: again.counts.added,
      changedAgain: again.counts.changed,
    },
  });
  return [importing, precision(world, again)];
}

/** What `import-ties` does, contacts from memory: a vendor's time is not ours. */
async function importAll(db: Database, file: string, world: TiesWorld): Promise<Imported> {
  const startedMs = performance.now();
  const { ties: keyed } = keyTies((await readConnections(await openTieFile(file))).ties);
  const readMs = performance.now();
  const matcher = new TieMatcher(keyed);
  for (let from = 0; from < world.contacts.length; from += pageSize) matcher.offer(world.contacts.slice(from, from + pageSize));
  const matches = matcher.finish();
  const matchMs = performance.now();
  const origin = {
    personId: person,
    source: 'linkedin-csv',
    looked: ['hubspot'],
    at: new Date().toISOString(),
    dryRun: false,
  } as const;
  const rows = keyed.map((tie) => toRow(tie, matches.get(tie.key)));
  const counts = await db.$transaction((tx) => tieStore(tx).save(origin, rows), { timeout: 120_000 });
  const ms = performance.now() - startedMs;
  return { ms, readMs: readMs - startedMs, matchMs: matchMs - readMs, counts, ties: keyed, matches };
}

function toRow(tie: KeyedTie, match: Match | undefined): NewTie {
  const { key, givenName, familyName, email, profileUrl, company, position, connectedOn } = tie;
  const to = match && {
    connection: match.connection,
    contact: match.record,
    by: match.by,
    score: match.score,
    review: match.review,
  };
  return { key, givenName, familyName, email, profileUrl, company, position, connectedOn, match: to ?? null };
}

/** Every field of every row by the same parser, and nothing else. */
async function plainPass(file: string): Promise<number> {
  const startedMs = performance.now();
  let rows = 0;
  const parser = createReadStream(file).pipe(parse({ relax_column_count: true }));
  parser.on('data', () => {
    rows += 1;
  });
  await finished(parser);
  if (rows < size.ties) throw new Error(`the plain pass saw ${String(rows)} rows`);
  return performance.now() - startedMs;
}

function precision(world: TiesWorld, { ties: keyed, matches }: Imported) {
  const judged = keyed.flatMap((tie) => {
    const match = matches.get(tie.key);
    return match ? [{ match, isRight: world.truth.get(tie.profileUrl ?? '') === match.record }] : [];
  });
  const automatic = judged.filter(({ match }) => !match.review);
  const byName = automatic.filter(({ match }) => match.by === 'name');
  const asked = judged.filter(({ match }) => match.review);
  const right = (some: typeof judged) => some.filter(({ isRight }) => isRight).length;
  return judge({
    name: 'ties-precision',
    size: keyed.length,
    value: right(automatic) / automatic.length,
    unit: 'of automatic matches',
    bound: 1,
    target: 0.99,
    better: 'higher',
    detail: {
      automatic: automatic.length,
      wrong: automatic.length - right(automatic),
      precisionByName: round(right(byName) / byName.length, 4),
      pairs: world.truth.size,
      recall: round(right(automatic) / world.truth.size, 3),
      recallWithReview: round(right(judged) / world.truth.size, 3),
      review: asked.length,
      reviewRight: right(asked),
    },
  });
}
