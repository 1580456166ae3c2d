import { CsvError, parse, type Parser } from 'csv-parse';
import { cleanText, readDay, readEmail, readProfileUrl } from './fields.js';
import type { Day } from '../domain/words.js';

/** Most that a file may hold, in bytes: 30,000 connections are about 4 MB. */
export const mostBytes = 20 * 1024 * 1024;
/** Most rows of a file; LinkedIn allows 30,000 connections. */
export const mostRows = 100_000;
/** Characters of one field; a row with a longer one is skipped. */
export const longestField = 1_000;

/** Characters of one row, quotes included: far beyond any true one, and little enough to be kept in memory. */
const longestRow = 16_000;
/** Characters of one line of the file: a row of nothing but commas has no long field. */
const longestLine = 64_000;
/** Header and columns must come within the file's first lines. */
const longestPreamble = { lines: 200, characters: 65_536 };

/** Why a whole file was refused. */
export type TieFileCode =
  | 'file-missing'
  | 'file-too-large'
  | 'wrong-encoding'
  | 'not-a-csv'
  | 'no-header'
  | 'unterminated-quote'
  | 'line-too-long'
  | 'too-many-rows';

/** Thrown when a file cannot be read as Connections.csv; nothing of it was taken. The message says what to do; `line` counts from 1. */
export class TieFileError extends Error {
  readonly code: TieFileCode;
  readonly line: number | null;
  constructor(code: TieFileCode, message: string, line: number | null = null) {
    super(message);
    this.name = 'TieFileError';
    this.code = code;
    this.line = line;
  }
}

/** One connection as the file states it; texts are cleaned, e-mail and URL in lower case. */
export interface ReadTie {
  readonly line: number;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string | null;
  readonly profileUrl: string | null;
  readonly company: string | null;
  readonly position: string | null;
  readonly connectedOn: Day | null;
}

/** What happened to a line of the file, and why; never what it held. */
export interface LineNote {
  readonly line: number;
  readonly reason: string;
}

/** A file as read: `read` counts rows below the header; a skipped row is not among `ties`, a corrected one lost a single value. */
export interface ReadFile {
  readonly read: number;
  readonly ties: readonly ReadTie[];
  readonly skipped: readonly LineNote[];
  readonly corrected: readonly LineNote[];
}

const columns = ['givenName', 'familyName', 'profileUrl', 'email', 'company', 'position', 'connectedOn'] as const;
type Column = (typeof columns)[number];

/** Headers in letters alone. English is what LinkedIn writes; Dutch and Danish are what people and tools make of it. */
const labels: Readonly<Record<string, Column>> = {
  firstname: 'givenName',
  voornaam: 'givenName',
  fornavn: 'givenName',
  lastname: 'familyName',
  achternaam: 'familyName',
  efternavn: 'familyName',
  url: 'profileUrl',
  profileurl: 'profileUrl',
  profielurl: 'profileUrl',
  profilurl: 'profileUrl',
  emailaddress: 'email',
  email: 'email',
  emailadres: 'email',
  emailadresse: 'email',
  mailadresse: 'email',
  company: 'company',
  bedrijf: 'company',
  organisatie: 'company',
  virksomhed: 'company',
  firma: 'company',
  position: 'position',
  functie: 'position',
  stilling: 'position',
  titel: 'position',
  connectedon: 'connectedOn',
  verbondenop: 'connectedOn',
  verbondensinds: 'connectedOn',
  connectiesinds: 'connectedOn',
  forbundetden: 'connectedOn',
  forbundet: 'connectedOn',
  forbindelsesdato: 'connectedOn',
};

interface Header {
  readonly delimiter: string;
  /** Position of each column that the file has. */
  readonly at: Readonly<Partial<Record<Column, number>>>;
  readonly width: number;
  readonly line: number;
}

/** Reads LinkedIn's Connections.csv, row by row, from its bytes; throws TieFileError. `onRows` hears how many rows were read, now and then. */
export async function readConnections(
  source: AsyncIterable<Uint8Array>,
  onRows: (rows: number) => void = () => undefined,
): Promise<ReadFile> {
  const pieces = decodedText(source);
  const { header, rest } = await findHeader(pieces);
  const ties: ReadTie[] = [];
  const skipped: LineNote[] = [];
  const corrected: LineNote[] = [];
  let read = 0;
  for await (const rows of readRows(header, rest, pieces)) {
    for (const { cells, line } of rows) {
      read += 1;
      if (read > mostRows) throw tooManyRows(line);
      if (read % 10_000 === 0) onRows(read);
      const reason = brokenRow(cells, header) ?? namelessRow(cells, header);
      if (reason === null) ties.push(toTie(cells, header, line, corrected));
      else skipped.push({ line, reason });
    }
  }
  return { read, ties, skipped, corrected };
}

/** The text of a UTF-8 file; the decoder drops a byte order mark. */
async function* decodedText(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  let lineLength = 0;
  for await (const chunk of source) {
    if (bytes === 0) refuseOtherFormats(chunk);
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw tooLarge(bytes);
    if (chunk.includes(0))
      throw new TieFileError('not-a-csv', `The file holds NUL bytes: it is no text in UTF-8. ${exportAgain}`);
    const text = decode(() => decoder.decode(chunk, { stream: true }));
    const lines = text.split(/[\r\n]/u);
    const longest = lines.reduce((most, part, index) => Math.max(most, part.length + (index === 0 ? lineLength : 0)), 0);
    if (longest > longestLine)
      throw new TieFileError('line-too-long', `A line of the file is longer than any of LinkedIn's. ${exportAgain}`);
    lineLength = lines.length > 1 ? (lines.at(-1)?.length ?? 0) : lineLength + text.length;
    yield text;
  }
  yield decode(() => decoder.decode());
}

const exportAgain = 'Take Connections.csv as LinkedIn gave it, unpacked and not opened in another program.';
const asUtf8 = `${exportAgain} If a spreadsheet has saved it, save it again there as "CSV UTF-8".`;

/** A file over the limit, by what is known of its size in bytes. */
export function tooLarge(bytes: number): TieFileError {
  const megabytes = (size: number) => String(Math.ceil(size / 1024 / 1024));
  const text = `The file has ${megabytes(bytes)} MB; more than ${megabytes(mostBytes)} MB is not read. ${exportAgain}`;
  return new TieFileError('file-too-large', text);
}

function tooManyRows(line: number): TieFileError {
  const text = `The file has more than ${String(mostRows)} rows. LinkedIn allows 30,000 connections: this is another file.`;
  return new TieFileError('too-many-rows', text, line);
}

function refuseOtherFormats(start: Uint8Array): void {
  const [first, second] = start;
  if (first === 0x50 && second === 0x4b) {
    throw new TieFileError(
      'not-a-csv',
      'This is a ZIP archive or a spreadsheet. Unpack it, and give the Connections.csv inside.',
    );
  }
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const isBare = start.length > 3 && (first === 0) !== (second === 0);
  if (isMarked || isBare) throw new TieFileError('wrong-encoding', `The file is in UTF-16, not in UTF-8. ${asUtf8}`);
}

function decode(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TieFileError('wrong-encoding', `The file is not in UTF-8 (perhaps in Windows-1252 or Latin-1). ${asUtf8}`);
  }
}

/** Lines up to the header, however many: the preamble is skipped unread, whatever its quotes. */
async function findHeader(pieces: AsyncGenerator<string>): Promise<{ readonly header: Header; readonly rest: string }> {
  let text = '';
  let line = 0;
  let characters = 0;
  for (let isEnd = false; !isEnd;) {
    const piece = await pieces.next();
    isEnd = piece.done === true;
    text += piece.done === true ? '' : piece.value;
    for (;;) {
      const end = /\r\n|\n|\r(?=[^])/u.exec(text);
      if (end === null && !(isEnd && text !== '')) break;
      const current = end ? text.slice(0, end.index) : text;
      text = end ? text.slice(end.index + end[0].length) : '';
      line += 1;
      characters += current.length;
      const header = headerOf(current, line);
      if (header) return { header, rest: text };
      if (line > longestPreamble.lines || characters > longestPreamble.characters) throw noHeader();
    }
  }
  throw noHeader();
}

function noHeader(): TieFileError {
  const text = `There is no line with "First Name" and "Last Name" among the first ${String(longestPreamble.lines)}: this is not LinkedIn's Connections.csv.`;
  return new TieFileError('no-header', text);
}

function headerOf(text: string, line: number): Header | null {
  for (const delimiter of [',', ';', '\t']) {
    const cells = text.split(delimiter).map((cell) =>
      cell
        .normalize('NFKD')
        .toLowerCase()
        .replace(/[^a-z]/gu, ''),
    );
    const at: Partial<Record<Column, number>> = {};
    cells.forEach((cell, index) => {
      const column = Object.hasOwn(labels, cell) ? labels[cell] : undefined;
      if (column) at[column] ??= index;
    });
    if (at.givenName !== undefined && at.familyName !== undefined) return { delimiter, at, width: cells.length, line };
  }
  return null;
}

interface Row {
  readonly cells: readonly string[];
  /** Where the row begins. */
  readonly line: number;
}

/** Rows below the header, as many at once as a piece holds. A quote that is never closed swallows what follows: the file is refused, with the line where it began. */
async function* readRows(header: Header, rest: string, pieces: AsyncIterable<string>): AsyncGenerator<readonly Row[]> {
  let rows: Row[] = [];
  let line = header.line + 1;
  const parser = parse({
    delimiter: header.delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: longestRow,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // Rows are taken here and not from the stream: 30,000 turns of an asynchronous loop cost more than the parsing.
    on_record: (cells: string[], { lines }) => {
      const breaksInside = cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\n|\r/gu)?.length ?? 0), 0);
      rows.push({ cells, line: header.line + lines - breaksInside });
      line = header.line + lines + 1;
      return null;
    },
  });
  const write = feeder(parser);
  try {
    for await (const piece of prepended(rest, pieces)) {
      await write(piece);
      yield rows;
      rows = [];
    }
    await write(null);
    yield rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const text = `From line ${String(line)} on a quotation mark is not closed. Mend that line, or export the file again.`;
    throw new TieFileError('unterminated-quote', text, line);
  }
}

/** Gives a parser one piece, or its end, and waits until it has been read; throws CsvError. */
function feeder(parser: Parser): (piece: string | null) => Promise<void> {
  // Every failure reaches the write that caused it.
  parser.on('error', () => undefined).resume();
  return (piece) =>
    new Promise((resolve, reject) => {
      const done = (error?: Error | null) => (error ? reject(error) : resolve());
      if (piece === null) parser.end(done);
      else parser.write(piece, done);
    });
}

async function* prepended(first: string, pieces: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* pieces;
}

/** What makes a row's cells untrustworthy: shifted columns would attach one person's address to another. */
function brokenRow(cells: readonly string[], { width, delimiter }: Header): string | null {
  if (cells.some((cell) => cell.length > longestField)) return `a field is longer than ${String(longestField)} characters`;
  if (cells.slice(width).some((cell) => cell.trim() !== '')) return 'more fields than the header has';
  const swallowed = cells.some((cell) => /[\r\n]/u.test(cell) && cell.split(delimiter).length >= width);
  return swallowed ? 'a quotation mark is not closed: the field holds whole rows' : null;
}

function namelessRow(cells: readonly string[], { at }: Header): string | null {
  if (cells.every((cell) => cleanText(cell) === null)) return 'the row is empty';
  const isNameless = cleanText(cellOf(cells, at.givenName)) === null && cleanText(cellOf(cells, at.familyName)) === null;
  return isNameless ? 'the row has no name' : null;
}

function cellOf(cells: readonly string[], index: number | undefined): string | undefined {
  return index === undefined ? undefined : cells[index];
}

function toTie(cells: readonly string[], { at }: Header, line: number, corrected: LineNote[]): ReadTie {
  const email = readEmail(cellOf(cells, at.email));
  const profileUrl = readProfileUrl(cellOf(cells, at.profileUrl));
  const connectedOn = readDay(cellOf(cells, at.connectedOn));
  for (const { reason } of [email, profileUrl, connectedOn]) if (reason !== null) corrected.push({ line, reason });
  return {
    line,
    givenName: cleanText(cellOf(cells, at.givenName)) ?? '',
    familyName: cleanText(cellOf(cells, at.familyName)) ?? '',
    email: email.value,
    profileUrl: profileUrl.value,
    company: cleanText(cellOf(cells, at.company)),
    position: cleanText(cellOf(cells, at.position)),
    connectedOn: connectedOn.value,
  };
}

/** One field of a CSV that Baton writes: quoted where it must be, and a text that a spreadsheet would run as a formula is made plain by a leading `'`. */
export function csvField(value: string | number | null, delimiter = ','): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const plain = /^[\s\u00a0]*[=+\-@＝＋－＠\t\r\n]/u.test(value) ? `'${value}` : value;
  return plain.includes(delimiter) || /["\r\n;,\t]/u.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
