import type { Method } from '../../domain/words.js';
import type { Stores } from '../../store/index.js';
import type { OwnWords, RelationshipRow } from '../../store/relationships.js';
import { plainEmail } from '../form.js';
import { fieldLimits, noteLimit, problemOf, type ListLine, type ListProblem, type Wish } from './columns.js';

/** What one line would do. */
export type ListChange =
  | { readonly kind: 'changed'; readonly line: number; readonly id: string; readonly name: string; readonly words: OwnWords }
  | { readonly kind: 'added'; readonly line: number; readonly name: string; readonly words: OwnWords }
  | { readonly kind: 'taken-out'; readonly line: number; readonly id: string; readonly name: string };

/** What a list would do; with any problem nothing of it may be done. */
export interface ListPlan {
  readonly changes: readonly ListChange[];
  readonly problems: readonly ListProblem[];
  readonly unchanged: number;
}

/** What became of a list. */
export interface ListResult {
  readonly changed: number;
  readonly added: number;
  readonly takenOut: number;
  readonly unchanged: number;
}

/** A list with problems: nothing of it was applied. */
export class ListRefused extends Error {
  readonly problems: readonly ListProblem[];
  constructor(problems: readonly ListProblem[]) {
    super(`${problems.length} lines of the list cannot be applied`);
    this.name = 'ListRefused';
    this.problems = problems;
  }
}

/** Does what a list says, all of it or nothing: to be called in a transaction. Throws ListRefused. */
export async function applyList(stores: Stores, handover: string, lines: readonly ListLine[]): Promise<ListResult> {
  await stores.handovers.lock(handover);
  const { changes, problems, unchanged } = planList(await stores.relationships.list(handover), lines);
  if (problems.length > 0) throw new ListRefused(problems);
  for (const change of changes) await apply(stores, handover, change);
  const count = (kind: ListChange['kind']): number => changes.filter((change) => change.kind === kind).length;
  return { changed: count('changed'), added: count('added'), takenOut: count('taken-out'), unchanged };
}

async function apply({ relationships }: Stores, handover: string, change: ListChange): Promise<void> {
  switch (change.kind) {
    case 'changed':
      return void (await relationships.say(handover, change.id, change.words));
    case 'added':
      return void (await relationships.addOwn(handover, change.words, change.words.marked ?? 'C'));
    case 'taken-out':
      return void (await relationships.takeOut(handover, change.id));
    default:
      return change satisfies never;
  }
}

/** What a list would do to these relationships. */
export function planList(rows: readonly RelationshipRow[], lines: readonly ListLine[]): ListPlan {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const open = rows.filter((row) => !row.private);
  const seen = new Set<string>();
  const changes: ListChange[] = [];
  const problems: ListProblem[] = [];
  let unchanged = 0;
  for (const line of lines) {
    const known = line.id === null ? open.filter((row) => isSame(row, line)) : [byId.get(line.id)];
    const [row] = known;
    const found = known.length > 1 ? [problemOf(line.line, 'ambiguous', 'id')] : problemsOf(line, row, seen);
    if (row) seen.add(row.id);
    problems.push(...found);
    const change = found.length > 0 ? null : changeOf(line, row);
    if (change) changes.push(change);
    else if (found.length === 0) unchanged += 1;
  }
  return { changes, problems, unchanged };
}

/** A line without an id that says who is on the list already: a file that is sent twice adds nobody twice. */
function isSame(row: RelationshipRow, line: ListLine): boolean {
  const same = (a: string | null | undefined, b: string | null | undefined): boolean =>
    (a ?? '').toLowerCase() === (b ?? '').toLowerCase();
  if (row.email !== null && line.email) return same(row.email, line.email);
  if (!line.givenName && !line.familyName && !line.organisation) return false;
  return (
    same(row.givenName, line.givenName) && same(row.familyName, line.familyName) && same(row.organisation, line.organisation)
  );
}

function problemsOf(line: ListLine, row: RelationshipRow | undefined, seen: ReadonlySet<string>): readonly ListProblem[] {
  if (line.id !== null && !row) return [problemOf(line.line, 'unknown-id', 'id')];
  if (row && seen.has(row.id)) return [problemOf(line.line, 'repeated-id', 'id')];
  // A file that was sorted by one column alone would put notes on other people.
  if (row && !row.private && isOtherPerson(row, line)) return [problemOf(line.line, 'other-person', 'id')];
  return line.isPrivate ? [] : [...lengthsOf(line), ...contentOf(line, row)];
}

function isOtherPerson(row: RelationshipRow, line: ListLine): boolean {
  if (row.source !== 'crm') return false;
  const differs = (given: string | null | undefined, known: string | null): boolean =>
    given !== undefined &&
    given !== null &&
    known !== null &&
    given.toLowerCase() !== known.trim().replace(/\s+/g, ' ').toLowerCase();
  return differs(line.givenName, row.givenName) || differs(line.familyName, row.familyName) || differs(line.email, row.email);
}

function lengthsOf(line: ListLine): readonly ListProblem[] {
  const problems: ListProblem[] = [];
  for (const field of ['givenName', 'familyName', 'organisation', 'email', 'phone', 'topic'] as const)
    if ((line[field] ?? '').length > fieldLimits[field]) problems.push(problemOf(line.line, 'field-too-long', field, field));
  const length = [...(line.note ?? '')].length;
  if (length > noteLimit) problems.push(problemOf(line.line, 'note-too-long', 'note', String(length)));
  return problems;
}

function contentOf(line: ListLine, row: RelationshipRow | undefined): readonly ListProblem[] {
  const problems: ListProblem[] = [];
  if (row?.source !== 'crm' && line.email && plainEmail(line.email) === null)
    problems.push(problemOf(line.line, 'not-an-address', 'email'));
  if (!row && !line.givenName && !line.familyName && !line.organisation)
    problems.push(problemOf(line.line, 'nameless', 'familyName'));
  return problems;
}

function changeOf(line: ListLine, row: RelationshipRow | undefined): ListChange | null {
  const name = nameOf(row ?? line);
  if (!row) return line.isPrivate ? null : { kind: 'added', line: line.line, name, words: wordsOf(line, null) };
  if (row.private) return null;
  if (line.isPrivate) return { kind: 'taken-out', line: line.line, id: row.id, name };
  const words = wordsOf(line, row);
  return Object.keys(words).length === 0 ? null : { kind: 'changed', line: line.line, id: row.id, name, words };
}

/** Name and organisation in one line, for tables. */
export function nameOf({
  givenName,
  familyName,
  organisation,
}: Pick<ListLine, 'givenName' | 'familyName' | 'organisation'>): string {
  const name = [givenName, familyName].filter(Boolean).join(' ');
  return [name, organisation ?? ''].filter(Boolean).join(' · ') || '–';
}

/** What a line says that is not so yet. What the CRM says of its contacts is not the leaver's to change here. */
function wordsOf(line: ListLine, row: RelationshipRow | null): OwnWords {
  const words: { -readonly [Key in keyof OwnWords]: OwnWords[Key] } = {};
  if (line.topic !== undefined && line.topic !== (row?.topic ?? null)) words.topic = line.topic;
  if (line.note !== undefined && line.note !== (row?.note ?? null)) words.note = line.note;
  if (line.wish !== undefined && methodOf(line.wish) !== (row?.wish ?? null)) words.wish = methodOf(line.wish);
  if (line.tier && line.tier !== (row ? (row.marked ?? row.tier) : null)) words.marked = line.tier;
  if (row?.source === 'crm') return words;
  for (const field of ['givenName', 'familyName', 'organisation', 'email', 'phone'] as const) {
    const said = line[field];
    if (said !== undefined && said !== (row?.[field] ?? null)) words[field] = said;
  }
  return words;
}

function methodOf(wish: Wish | null): Method | null {
  if (wish === null) return null;
  return wish === 'call' ? 'joint-call' : 'email';
}
