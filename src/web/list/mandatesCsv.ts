import { isDay } from '../../domain/calendar.js';
import type { MandateRow } from '../../store/relationships.js';
import { cleanLine } from '../form.js';
import { problemOf, type ListProblem } from './columns.js';
import { csvOf, readRows, unneutral } from './file.js';
import { mandateKinds, mandateLimits } from './mandates.js';

/** The columns of the checklist as CSV, in their order. */
const columns = ['id', 'kind', 'title', 'detail', 'due', 'done'] as const;
type Column = (typeof columns)[number];
type Problem = Pick<ListProblem, 'line' | 'problem'>;

/** One line of the checklist as somebody wrote it. */
export interface MandateLine {
  /** Null adds a line. */
  readonly id: string | null;
  readonly kind: string;
  readonly title: string;
  readonly detail: string | null;
  readonly dueDay: string | null;
  readonly done: boolean;
}

/** The checklist as CSV. */
export function mandatesCsv(lines: readonly MandateRow[]): string {
  return csvOf(
    columns,
    lines.map(({ id, kind, title, detail, dueDay, doneAt }) => [
      id,
      kind,
      title,
      detail ?? '',
      dueDay ?? '',
      doneAt ? 'yes' : 'no',
    ]),
  );
}

/** Reads a checklist from CSV; `known` are the ids on it. With any problem nothing of it may be applied. */
export function readMandates(
  text: string,
  known: ReadonlySet<string>,
): { readonly lines: readonly MandateLine[]; readonly problems: readonly Problem[] } {
  const rows = readRows(text);
  if (typeof rows === 'string') return { lines: [], problems: [problemOf(1, rows)] };
  const [head, ...rest] = rows;
  const names = (head?.cells ?? []).map((cell) => cell.trim().toLowerCase());
  if (columns.some((column) => names.filter((name) => name === column).length !== 1) || names.length !== columns.length)
    return { lines: [], problems: [{ line: 1, problem: `the first line must name the columns: ${columns.join(', ')}` }] };
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const lines = rest.map(({ line, cells }) => {
    const cell = (column: Column): string => cleanLine(unneutral(cells[names.indexOf(column)] ?? ''));
    const id = cell('id') || null;
    for (const problem of problemsOf(cell, id, known, seen)) problems.push({ line, problem });
    if (id !== null) seen.add(id);
    const [detail, dueDay] = [cell('detail') || null, cell('due') || null];
    return { id, kind: cell('kind'), title: cell('title'), detail, dueDay, done: cell('done').toLowerCase() === 'yes' };
  });
  return { lines, problems };
}

function problemsOf(
  cell: (column: Column) => string,
  id: string | null,
  known: ReadonlySet<string>,
  seen: ReadonlySet<string>,
): readonly string[] {
  const [title, due, done] = [cell('title'), cell('due'), cell('done').toLowerCase()];
  return [
    ...(id !== null && !known.has(id) ? ['this id is not on the checklist'] : []),
    ...(id !== null && seen.has(id) ? ['this id stands on two lines'] : []),
    ...(mandateKinds.some((kind) => kind === cell('kind')) ? [] : [`the kind must be one of ${mandateKinds.join(', ')}`]),
    ...(title === '' ? ['a line needs a title'] : []),
    ...(title.length > mandateLimits.title ? [`the title is longer than ${mandateLimits.title} characters`] : []),
    ...(cell('detail').length > mandateLimits.detail ? [`the detail is longer than ${mandateLimits.detail} characters`] : []),
    ...(due === '' || isDay(due) ? [] : ['due must be a day, such as 2026-11-30']),
    ...(['', 'yes', 'no'].includes(done) ? [] : ['done must be yes, no or empty']),
  ];
}
