import { parse } from 'csv-parse/sync';
import { lineLimit, sizeLimit } from './columns.js';

/** What a spreadsheet would compute instead of showing (OWASP, CSV injection), and what looks as if it had been neutralised already. */
const formula = /^'*[=+\-@\t\r]/;

/** A file of lines as CSV (RFC 4180, UTF-8 without a mark), nothing in it computed by a spreadsheet. */
export function csvOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head.map(quoted), ...lines.map((cells) => cells.map((cell) => quoted(neutral(cell))))]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('');
}

function neutral(cell: string): string {
  return formula.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string): string {
  return /[",;\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Takes back what `csvOf` put before a formula. */
export function unneutral(cell: string): string {
  return cell.startsWith("'") && formula.test(cell.slice(1)) ? cell.slice(1) : cell;
}

/** A file's bytes as text: UTF-8, or UTF-16 with its mark as spreadsheets write it; null for anything else. */
export function decodeFile(bytes: Uint8Array): string | null {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** One line of a file. */
export interface FileRow {
  /** Where the record begins in the file. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** What can be wrong with a file as a whole. */
export type FileProblem = 'too-large' | 'control-character' | 'unreadable' | 'too-many-lines';

/** The lines of a CSV with commas, semicolons or tabs, empty ones left out; or what is wrong with it. */
export function readRows(text: string): readonly FileRow[] | FileProblem {
  if (Buffer.byteLength(text) > sizeLimit) return 'too-large';
  if (text.includes('\u0000')) return 'control-character';
  const rows = recordsOf(text.replace(/^\uFEFF/, ''));
  if (rows === null) return 'unreadable';
  return rows.length > lineLimit + 1 ? 'too-many-lines' : rows;
}

function recordsOf(text: string): readonly FileRow[] | null {
  const firstLine = text.slice(0, 2_000).split(/[\r\n]/)[0] ?? '';
  const count = (mark: string): number => firstLine.split(mark).length;
  const delimiter = [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
  try {
    const parsed: unknown = parse(text, {
      delimiter,
      relax_column_count_less: true,
      skip_empty_lines: true,
      max_record_size: 65_536,
      to: lineLimit + 2,
      info: true,
    });
    return Array.isArray(parsed) ? toRows(parsed) : null;
  } catch {
    // Nothing to go up with: the person mends the file, and which quotation mark was wrong the parser cannot say for sure.
    return null;
  }
}

function toRows(parsed: readonly unknown[]): readonly FileRow[] {
  let end = 0;
  return parsed.flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null || !('record' in entry) || !Array.isArray(entry.record)) return [];
    const cells = entry.record.map(String);
    const lines =
      'info' in entry && typeof entry.info === 'object' && entry.info !== null && 'lines' in entry.info
        ? Number(entry.info.lines)
        : end + 1;
    end = lines;
    return cells.every((cell) => cell.trim() === '') ? [] : [{ line: lines, cells }];
  });
}
