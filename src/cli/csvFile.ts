import { readFile, stat } from 'node:fs/promises';
import { sizeLimit, type ListProblem } from '../web/list/columns.js';
import { decodeFile } from '../web/list/file.js';
import { CliError, exits } from './output.js';
import { count } from './words.js';

/** Something wrong on a line of a file, the heading being line 1. */
export type FileProblem = Pick<ListProblem, 'line' | 'problem'>;

/** UTF-16 takes twice the bytes, and its mark. */
const mostBytes = 2 * sizeLimit + 2;

/** Reads a file that somebody wants to have applied, or says what is wrong with it as a whole; throws when there is none to read. */
export async function readCsvFile(
  path: string,
): Promise<{ readonly text: string } | { readonly problem: 'too-large' | 'encoding' }> {
  const bytes = await readBytes(path);
  if (bytes === null) return { problem: 'too-large' };
  const text = decodeFile(bytes);
  return text === null ? { problem: 'encoding' } : { text };
}

/** Null when the file is too large to be a list. */
async function readBytes(path: string): Promise<Uint8Array | null> {
  try {
    const facts = await stat(path);
    if (facts.isFile()) return facts.size > mostBytes ? null : await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new CliError(exits.wrong, 'unreadable-file', `${path} cannot be read${code}.`);
  }
  throw new CliError(exits.wrong, 'unreadable-file', `${path} is no file.`);
}

/** Says line by line why nothing of a file was applied. */
export function refusedFile(path: string, problems: readonly FileProblem[]): CliError {
  const sorted = [...problems].sort((a, b) => a.line - b.line);
  return new CliError(
    exits.wrong,
    'invalid-list',
    `${path} was not applied, no line of it: ${count(sorted.length, 'problem')}.`,
    sorted.map(({ line, problem }) => ({ path: `line ${String(line)}`, problem })),
  );
}
