import type { Tier } from '../../domain/words.js';

/** The columns of the leaver's list as CSV, in their order. */
export const columns = [
  'id',
  'given name',
  'family name',
  'organisation',
  'email',
  'phone',
  'tier',
  'wish',
  'topic',
  'note',
  'private',
] as const;
export type Column = (typeof columns)[number];

/** How the leaver would rather introduce: `call` together, or by `mail`. */
export type Wish = 'call' | 'mail';

/** One line of the list as a person wrote it; undefined is what the file has no column for, null what was left empty. */
export interface ListLine {
  /** Line of the file, the heading being 1; of a form, the row. */
  readonly line: number;
  /** The relationship's id; null is a new contact. */
  readonly id: string | null;
  readonly givenName?: string | null | undefined;
  readonly familyName?: string | null | undefined;
  readonly organisation?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly tier?: Tier | null | undefined;
  readonly wish?: Wish | null | undefined;
  readonly topic?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly isPrivate?: boolean | undefined;
}

/** What can be wrong with a list; the pages say it in three languages. */
export const problemCodes = [
  'encoding',
  'control-character',
  'too-large',
  'too-many-lines',
  'unreadable',
  'no-header',
  'unknown-column',
  'unknown-id',
  'repeated-id',
  'other-person',
  'ambiguous',
  'unknown-tier',
  'unknown-wish',
  'unknown-private',
  'note-too-long',
  'field-too-long',
  'not-an-address',
  'nameless',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** Something wrong on one line; `problem` says it in English, for the command line. */
export interface ListProblem {
  readonly line: number;
  readonly code: ProblemCode;
  /** A column's name or a count, where the sentence has one. */
  readonly detail: string;
  /** The field it is about, where it is about one. */
  readonly field?: keyof ListLine | undefined;
  readonly problem: string;
}

/** Notes are short, because the person they are about may ask to read them (policy.md 7). */
export const noteLimit = 600;
/** More lines than any leaver has contacts. */
export const lineLimit = 5_000;
/** Bytes of a file. */
export const sizeLimit = 2 * 1024 * 1024;
/** The longest text of a field, in characters. */
export const fieldLimits = {
  givenName: 100,
  familyName: 100,
  organisation: 200,
  email: 254,
  phone: 60,
  topic: 200,
} as const;

const sentences: Readonly<Record<ProblemCode, (detail: string) => string>> = {
  encoding: () => 'the file is not UTF-8; save it as "CSV UTF-8"',
  'control-character': () => 'the file holds characters that are no text (NUL)',
  'too-large': () => 'the file is larger than 2 MB',
  'too-many-lines': () => `the file has more than ${lineLimit} lines`,
  unreadable: () => 'this is no well-formed CSV; look at the quotation marks and the number of columns',
  'no-header': () => `the first line must name the columns: ${columns.join(', ')}`,
  'unknown-column': (detail) => `unknown or repeated column: ${detail}`,
  'unknown-id': () => 'this id is not on the list',
  'repeated-id': () => 'this id stands on two lines',
  'other-person': () => 'id and name do not belong together',
  ambiguous: () => 'several contacts on the list have this name; give the id',
  'unknown-tier': () => 'the tier must be A, B, C or D',
  'unknown-wish': () => 'the wish must be call, mail or empty',
  'unknown-private': () => 'private must be yes, no or empty',
  'note-too-long': (detail) => `the note has ${detail} characters; ${noteLimit} fit`,
  'field-too-long': (detail) => `too long: ${detail}`,
  'not-an-address': () => 'this is no plain e-mail address',
  nameless: () => 'a new contact needs a name or an organisation',
};

/** A problem with its sentence. */
export function problemOf(line: number, code: ProblemCode, field?: keyof ListLine, detail = ''): ListProblem {
  return { line, code, detail, field, problem: sentences[code](detail) };
}
