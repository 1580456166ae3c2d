import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { CrmConnection } from '../../activities/deps.js';
import type { Config } from '../config.js';
import type { Core } from '../dependencies.js';
import type { ContactCard } from '../ports/crm.js';
import type { NewTie, TieAnswer, TieCounts, TieView } from '../store/ties.js';
import { readConnections, TieFileError, type LineNote, type ReadFile } from '../ties/csv.js';
import { openTieFile } from '../ties/file.js';
import { keyTies, type KeyedTie } from '../ties/keys.js';
import type { ContactFacts } from '../ties/known.js';
import { TieMatcher } from '../ties/match.js';
import type { Match } from '../ties/resolve.js';
import { loadCliConfig, withCore } from './context.js';
import { CliError, colorsOf, emit, exits, headed, note, table, type Session } from './output.js';

interface ImportOptions {
  readonly dryRun?: boolean;
}

interface ReviewOptions {
  readonly limit: number;
  readonly skip: number;
}

const source = 'linkedin-csv';
/** A person who waits hears of every so many contacts. */
const contactsPerNote = 10_000;
/** Lines named on stderr, of each kind. */
const mostLines = 10;

/** Adds `import-ties` and `ties review|confirm|reject|share|unshare` to the program. */
export function addTies(program: Command, session: Session): void {
  const person = () => new Argument('<person>', 'whose ties: person id (p-…) or work e-mail');
  const examples = (command: Command, ...lines: readonly string[]) =>
    command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  npm run baton -- ${line}`).join('\n')}`);
  const importing = program
    .command('import-ties')
    .description("take in a person's own LinkedIn connections, and see which of them are CRM contacts; private to that person")
    .addArgument(person())
    .argument('<file>', "LinkedIn's Connections.csv; read once, not kept")
    .option('--dry-run', 'only count; nothing is written')
    .action((named: string, file: string, options: ImportOptions) => importTies(session, named, file, options));
  examples(importing, 'import-ties anna@example.com Connections.csv --dry-run', 'import-ties p-2345abcd Connections.csv --json');
  const ties = program.command('ties').description("a person's ties: which are whom, and who may see them");
  const reviewing = ties
    .command('review')
    .description('list the matches that only this person can judge')
    .addArgument(person())
    .addOption(new Option('--limit <number>', 'at most this many').argParser(wholeNumber).default(50))
    .addOption(new Option('--skip <number>', 'leave out the first').argParser(wholeNumber).default(0))
    .action((named: string, options: ReviewOptions) => reviewTies(session, named, options));
  examples(reviewing, 'ties review anna@example.com', 'ties review p-2345abcd --limit 500 --json');
  for (const [word, what] of [
    ['confirm', 'yes, tie and contact are one person; also takes back a no'],
    ['reject', 'no, they are two; no import matches them again, and an automatic match is taken back'],
  ] as const) {
    const answering = ties.command(word).description(what).addArgument(person()).argument('<tie>', 'its id, from `ties review`');
    answering.action((named: string, tie: string) => answerTie(session, word, named, tie));
    examples(answering, `ties ${word} anna@example.com 7k2m9q4t8w3x`);
  }
  for (const [word, what] of [
    ['share', 'let succession see this tie, or all that are there now'],
    ['unshare', 'make it, or all, private again'],
  ] as const) {
    const sharing = ties.command(word).description(what).addArgument(person()).argument('[tie]', 'one tie (default: all)');
    sharing.action((named: string, tie: string | undefined) => shareTies(session, word, named, tie));
    examples(sharing, `ties ${word} anna@example.com`, `ties ${word} anna@example.com 7k2m9q4t8w3x`);
  }
}

function wholeNumber(value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw new InvalidArgumentError('Give a whole number.');
  return Number(value);
}

/**
 * `import-ties`: reads a person's own Connections.csv, matches it to the CRMs' contacts and keeps the ties; of the contacts it keeps the record
 * ids of matches and nothing else, of the file nothing. Refused with `network-off` before the file is opened.
 */
async function importTies(session: Session, named: string, path: string, { dryRun }: ImportOptions): Promise<void> {
  requireNetwork(loadCliConfig(session));
  const file = await readFile(session, path);
  const { ties, skipped: doubles } = keyTies(file.ties);
  const skipped = [...file.skipped, ...doubles].sort((a, b) => a.line - b.line);
  sayLines(session, 'skipped', skipped);
  sayLines(session, 'taken without a value', file.corrected);
  await withCore(session, async (core) => {
    const person = await personOf(core, named);
    const { matched, looked } = await match(session, core.crms, ties);
    const origin = { personId: person, source, looked, at: new Date().toISOString(), dryRun: dryRun ?? false } as const;
    const counts = await core.deps.inTransaction(({ stores }) => stores.ties.save(origin, matched));
    const document = { read: file.read, ...counts, skipped, dryRun: dryRun ?? false };
    emit(session, document, () => humanImport(session, document, named));
  });
}

/** `ties review`: the matches that only their person can judge. */
async function reviewTies(session: Session, named: string, { limit, skip }: ReviewOptions): Promise<void> {
  requireNetwork(loadCliConfig(session));
  await withCore(session, async (core) => {
    const store = core.stores.ties;
    const person = await personOf(core, named);
    const [ties, waiting] = [await store.listReview(person, skip, limit), await store.countReview(person)];
    emit(session, { ties: ties.map(toEntry), waiting }, () => humanReview(session, named, ties, waiting));
  });
}

/** `ties confirm|reject`: the person's yes or no to one match; either takes back the other. A no is heard also while the network is off. */
async function answerTie(session: Session, word: 'confirm' | 'reject', named: string, tie: string): Promise<void> {
  if (word === 'confirm') requireNetwork(loadCliConfig(session));
  await withCore(session, async (core) => {
    const person = await personOf(core, named);
    const answer = await core.stores.ties[word](person, tie);
    if (answer !== 'done') throw refusedAnswer(answer, tie);
    const said = word === 'confirm' ? 'confirmed' : 'rejected';
    emit(session, { tie, state: said }, () => `The match of ${tie} is ${said}.`);
  });
}

/** `ties share|unshare`: lets succession see a person's ties, or no longer; one, or all that are there now. */
async function shareTies(session: Session, word: 'share' | 'unshare', named: string, tie: string | undefined): Promise<void> {
  if (word === 'share') requireNetwork(loadCliConfig(session));
  await withCore(session, async (core) => {
    const isShared = word === 'share';
    const count = await core.stores.ties.share(await personOf(core, named), tie ?? null, isShared);
    if (tie !== undefined && count === 0) throw refusedAnswer('unknown', tie);
    const what = isShared
      ? 'seen by succession; those of later imports are private again'
      : "private: used for this person's own handover only";
    emit(session, { ties: count, shared: isShared }, () => `${String(count)} ${count === 1 ? 'tie is' : 'ties are'} ${what}.`);
  });
}

/** Ties may be used once the works council's consent and the impact assessment are on record (policy.md 11). */
function requireNetwork({ policy: { network } }: Pick<Config, 'policy'>): void {
  const missing = [
    ...(network.enabled ? [] : ['network.enabled: true']),
    ...(network.worksCouncil === null ? ["network.worksCouncil (the reference of the works council's consent)"] : []),
    ...(network.dpia === null ? ['network.dpia (the day of the impact assessment)'] : []),
  ];
  if (missing.length === 0) return;
  const text = `Ties of employees are off until baton.yaml has ${missing.join(', ')}. Nothing was read.`;
  throw new CliError(exits.refused, 'network-off', text);
}

async function readFile(session: Session, path: string): Promise<ReadFile> {
  try {
    return await readConnections(await openTieFile(path), (rows) => note(session, `${String(rows)} rows read …`));
  } catch (error) {
    if (!(error instanceof TieFileError)) throw error;
    const problems = error.line === null ? [] : [{ path: `line ${String(error.line)}`, problem: error.message }];
    throw new CliError(exits.wrong, error.code, error.message, problems);
  }
}

function sayLines(session: Session, what: string, lines: readonly LineNote[]): void {
  if (lines.length === 0) return;
  note(session, `${String(lines.length)} ${what}:`);
  for (const { line, reason } of lines.slice(0, mostLines)) note(session, `  line ${String(line)}: ${reason}`);
  if (lines.length > mostLines) note(session, `  and ${String(lines.length - mostLines)} more`);
}

/** The person whom an argument names: by id, or by work e-mail in any HRIS. */
async function personOf(core: Core, named: string): Promise<string> {
  const { people } = core.stores;
  const byEmail = async () => {
    const found = await Promise.all(core.hris.map(({ name }) => people.byWorkEmail(name, [named])));
    return [...new Set(found.flat().map(({ person }) => person))];
  };
  const byId = async () => ((await people.byId(named)) ? [named] : []);
  const [person, other] = named.includes('@') ? await byEmail() : await byId();
  if (person !== undefined && other === undefined) return person;
  const text =
    other === undefined
      ? `Baton knows nobody as ${named}. Give a person id (p-…) or a work e-mail of the HRIS.`
      : `${named} is the work e-mail of several people. Give a person id (p-…).`;
  throw new CliError(exits.wrong, 'unknown-person', text);
}

interface Matched {
  readonly matched: readonly NewTie[];
  /** Connections whose contacts were all read. */
  readonly looked: readonly string[];
}

/** Reads every CRM's contacts once, page by page, and keeps none. */
async function match(session: Session, crms: readonly CrmConnection[], ties: readonly KeyedTie[]): Promise<Matched> {
  const matcher = new TieMatcher(ties);
  const looked: string[] = [];
  let seen = 0;
  for (const { name, port, retired } of crms) {
    if (retired) continue;
    if (!port.contacts) {
      note(session, `${name} does not list its contacts: ties are not matched to it.`);
      continue;
    }
    for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
      const page: { readonly contacts: readonly ContactCard[]; readonly next: string | null } = await port.contacts.all(
        after,
        {},
      );
      matcher.offer(page.contacts.map((card) => toFacts(name, card)));
      const before = seen;
      seen += page.contacts.length;
      if (Math.floor(seen / contactsPerNote) > Math.floor(before / contactsPerNote))
        note(session, `${String(seen)} contacts compared …`);
      after = page.next;
    }
    looked.push(name);
  }
  const found = matcher.finish();
  return { matched: ties.map((tie) => toNewTie(tie, found.get(tie.key))), looked };
}

function toFacts(connection: string, card: ContactCard): ContactFacts {
  const { record, givenName, familyName, email, profileUrl, accountName } = card;
  return { connection, record, givenName, familyName, email, profileUrl, company: accountName, companyDomain: null };
}

function toNewTie(tie: KeyedTie, found: Match | undefined): NewTie {
  const { key, givenName, familyName, email, profileUrl, company, position, connectedOn } = tie;
  const match = found
    ? { connection: found.connection, contact: found.record, by: found.by, score: found.score, review: found.review }
    : null;
  return { key, givenName, familyName, email, profileUrl, company, position, connectedOn, match };
}

function refusedAnswer(answer: Exclude<TieAnswer, 'done'>, tie: string): CliError {
  if (answer === 'unknown') {
    return new CliError(exits.wrong, 'unknown-tie', `This person has no tie ${tie}; \`ties review\` lists those that wait.`);
  }
  return new CliError(
    exits.refused,
    'no-contact',
    `The tie ${tie} was matched to no contact: there is nothing to confirm or reject.`,
  );
}

function toEntry(tie: TieView) {
  const { id, givenName, familyName, company, position, connection, contact, matchedBy, score } = tie;
  return { tie: id, name: `${givenName} ${familyName}`.trim(), company, position, connection, contact, matchedBy, score };
}

function humanImport(
  session: Session,
  {
    read,
    added,
    changed,
    matched,
    review,
    skipped,
    dryRun,
  }: TieCounts & { readonly read: number; readonly skipped: readonly LineNote[]; readonly dryRun: boolean },
  named: string,
): string {
  const { bold, dim } = colorsOf(session);
  const rows = [
    ['rows read', read],
    ['new', added],
    ['changed', changed],
    ['skipped', skipped.length],
    ['matched to a contact', matched],
    ['wait for a yes or no', review],
  ] as const;
  return [
    bold(
      dryRun
        ? 'This is what an import would do; nothing was written.'
        : 'The ties are kept, private to this person; the file is not.',
    ),
    table(
      rows.map(([what, count]) => [what, String(count)]),
      '  ',
    ),
    ...(review > 0 && !dryRun ? [dim(`npm run baton -- ties review ${named} lists what waits`)] : []),
  ].join('\n');
}

function humanReview(session: Session, named: string, ties: readonly TieView[], waiting: number): string {
  const { dim } = colorsOf(session);
  if (ties.length === 0) return 'No match waits for an answer.';
  const lines = ties
    .map(toEntry)
    .map(({ tie, name, company, connection, contact, matchedBy, score }) => [
      tie,
      name,
      company ?? '-',
      `${connection ?? ''}/${contact ?? ''}`,
      matchedBy ?? '',
      score === null ? '' : score.toFixed(2),
    ]);
  const listed = headed(session, ['TIE', 'NAME', 'COMPANY', 'CRM CONTACT', 'BY', 'SCORE'], lines);
  const more = waiting > ties.length ? [dim(`${String(waiting)} wait in all: --limit and --skip show the others`)] : [];
  return [...listed, ...more, dim(`npm run baton -- ties confirm ${named} <tie>, or ties reject`)].join('\n');
}
