import type { Visit } from '../parts.js';
import type { ListProblem } from './columns.js';

/** What is wrong with one entry of the list on a page, in the reader's words. */
export function entryProblem({ words }: Visit, { code, detail }: ListProblem): string {
  const said = words.csv.problems[code];
  if (code === 'note-too-long') return words.list.noteTooLong(Number(detail));
  if (code === 'nameless') return words.list.nothingToAdd;
  return typeof said === 'string' ? said : said(detail);
}

/** What is wrong with one line of a file, in the reader's words. */
export function lineProblem({ words }: Visit, { code, detail }: ListProblem): string {
  const said = words.csv.problems[code];
  return typeof said === 'string' ? said : said(detail);
}
