import type { Tier } from '../../domain/words.js';
import type { RelationshipRow } from '../../store/relationships.js';
import { cleanLine, cleanText } from '../form.js';
import { columns, problemOf, type Column, type ListLine, type ListProblem, type Wish } from './columns.js';
import { csvOf, readRows, unneutral } from './file.js';

/** What was read from a file. */
export interface ReadList {
  readonly lines: readonly ListLine[];
  readonly problems: readonly ListProblem[];
}

/** The list as CSV; what the leaver took out is not in it. */
export function toCsv(rows: readonly RelationshipRow[]): string {
  const open = rows.filter((row) => !row.private);
  return csvOf(
    columns,
    open.map((row) => columns.map((column) => cellOf(row, column))),
  );
}

function cellOf(row: RelationshipRow, column: Column): string {
  switch (column) {
    case 'id':
      return row.id;
    case 'given name':
      return row.givenName ?? '';
    case 'family name':
      return row.familyName ?? '';
    case 'organisation':
    case 'email':
    case 'phone':
    case 'topic':
    case 'note':
      return row[column] ?? '';
    case 'tier':
      return row.marked ?? row.tier;
    case 'wish':
      return wishOf(row) ?? '';
    case 'private':
      return '';
    default:
      return column satisfies never;
  }
}

/** The leaver's wish as pages and files name it. */
export function wishOf({ wish }: Pick<RelationshipRow, 'wish'>): Wish | null {
  if (wish === 'joint-call') return 'call';
  return wish === 'email' ? 'mail' : null;
}

/** Reads a list from CSV with commas, semicolons or tabs; with any problem nothing of it may be applied. */
export function readList(text: string): ReadList {
  const refuse = (problem: ListProblem): ReadList => ({ lines: [], problems: [problem] });
  const records = readRows(text);
  if (typeof records === 'string') return refuse(problemOf(1, records));
  const [head, ...rows] = records;
  const found = head && headOf(head.cells);
  if (!found) return refuse(problemOf(1, 'no-header'));
  if (typeof found === 'string') return refuse(problemOf(1, 'unknown-column', undefined, found.slice(0, 60)));
  const read = rows.map(({ line, cells }) => readLine(line, found, cells));
  return { lines: read.map(({ line }) => line), problems: read.flatMap(({ problems }) => problems) };
}

/** The columns in the file's order; the name of one that is unknown or stands twice; null where there is no heading. */
function headOf(cells: readonly string[]): readonly Column[] | string | null {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const found: Column[] = [];
  for (const name of names) {
    const column = columns.find((known) => known === name);
    if (column === undefined || found.includes(column)) return names.includes('id') || found.length > 0 ? name || '–' : null;
    found.push(column);
  }
  return found.length > 0 ? found : null;
}

function readLine(
  line: number,
  head: readonly Column[],
  cells: readonly string[],
): { readonly line: ListLine; readonly problems: readonly ListProblem[] } {
  const problems: ListProblem[] = [];
  const cell = (column: Column): string | undefined => {
    const at = head.indexOf(column);
    return at < 0 ? undefined : unneutral(cells[at] ?? '');
  };
  const one = (column: Column): string | null | undefined => nullIfEmpty(cell(column), cleanLine);
  const [tier, wish, isPrivate] = [tierCell(cell('tier')), wishCell(cell('wish')), privateCell(cell('private'))];
  if (tier === 'unknown') problems.push(problemOf(line, 'unknown-tier', 'tier'));
  if (wish === 'unknown') problems.push(problemOf(line, 'unknown-wish', 'wish'));
  if (isPrivate === 'unknown') problems.push(problemOf(line, 'unknown-private', 'isPrivate'));
  return {
    problems,
    line: {
      line,
      id: one('id') ?? null,
      givenName: one('given name'),
      familyName: one('family name'),
      organisation: one('organisation'),
      email: one('email'),
      phone: one('phone'),
      tier: tier === 'unknown' ? undefined : tier,
      wish: wish === 'unknown' ? undefined : wish,
      topic: one('topic'),
      note: nullIfEmpty(cell('note'), cleanText),
      isPrivate: isPrivate === 'unknown' ? undefined : isPrivate,
    },
  };
}

function nullIfEmpty(cell: string | undefined, clean: (text: string) => string): string | null | undefined {
  if (cell === undefined) return undefined;
  const text = clean(cell);
  return text === '' ? null : text;
}

/** A tier as a person writes it; null when left empty, `unknown` for anything else. */
export function tierCell(text: string | undefined): Tier | null | undefined | 'unknown' {
  if (text === undefined) return undefined;
  const letter = text.trim().toUpperCase();
  if (letter === '') return null;
  return letter === 'A' || letter === 'B' || letter === 'C' || letter === 'D' ? letter : 'unknown';
}

/** A wish as a person writes it, with the same answers as `tierCell`. */
export function wishCell(text: string | undefined): Wish | null | undefined | 'unknown' {
  if (text === undefined) return undefined;
  const word = text.trim().toLowerCase();
  if (word === '') return null;
  if (word === 'call' || word === 'joint-call') return 'call';
  return word === 'mail' || word === 'email' || word === 'e-mail' ? 'mail' : 'unknown';
}

const yes = ['yes', 'y', 'ja', 'j', 'x', 'true', '1'];
const no = ['', 'no', 'n', 'nee', 'nej', 'false', '0'];

function privateCell(text: string | undefined): boolean | undefined | 'unknown' {
  if (text === undefined) return undefined;
  const word = text.trim().toLowerCase();
  if (yes.includes(word)) return true;
  return no.includes(word) ? false : 'unknown';
}
