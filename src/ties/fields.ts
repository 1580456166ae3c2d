import type { Day } from '../domain/words.js';

/** A value read from one cell; `reason` says why it was left out, null where it was taken or the cell is empty. */
export interface Field<Value> {
  readonly value: Value | null;
  readonly reason: string | null;
}

const empty = { value: null, reason: null } as const;

/** What most cells are: nothing to clean. */
const plain = /^[!-~]+(?: [!-~]+)*$/;
/** Line breaks and tabs part words. */
const breaks = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
/** Control characters, and formatting ones that reorder or hide text. */
const invisible = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

/** A cell's text as it may be shown: composed Unicode, no control or invisible characters, single spaces; empty is null. */
export function cleanText(raw: string | undefined): string | null {
  if (raw === undefined || raw === '') return null;
  if (plain.test(raw)) return raw;
  const text = raw.replace(breaks, ' ').replace(invisible, '').normalize('NFC').replace(/\s+/gu, ' ').trim();
  return text === '' ? null : text;
}

const address = /^[\p{L}\p{N}._%+'&/=?^{}~!#$*-]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]*$/u;
/** RFC 5321: what a mail server takes. */
const longestAddress = 254;

/** An e-mail address in lower case. */
export function readEmail(raw: string | undefined): Field<string> {
  const text = cleanText(raw)?.toLowerCase() ?? null;
  if (text === null) return empty;
  if (text.length <= longestAddress && address.test(text)) return { value: text, reason: null };
  return { value: null, reason: 'the e-mail address is not valid and was left out' };
}

const strictProfile = 'https://www.linkedin.com/in/';

/** A profile's address in its one form: `https://www.linkedin.com/in/<name>`, lower case, without query; anything else is left out. */
export function readProfileUrl(raw: string | undefined): Field<string> {
  const text = cleanText(raw);
  if (text === null) return empty;
  const value = text.toLowerCase().startsWith(strictProfile) ? canonicalProfile(text) : null;
  return { value, reason: value === null ? `the URL is no ${strictProfile}… and was left out` : null };
}

/** The same for what people type into a CRM: any host of linkedin.com, with or without scheme; null when it names no profile. */
export function canonicalProfile(text: string | null): string | null {
  // What LinkedIn itself writes, mostly; a URL is dear.
  if (text !== null && /^https:\/\/www\.linkedin\.com\/in\/[a-z0-9-]+$/iu.test(text)) return text.toLowerCase();
  if (text === null || !URL.canParse(withScheme(text))) return null;
  const { protocol, hostname, pathname, port, username } = new URL(withScheme(text));
  if (!/^https?:$/.test(protocol) || port !== '' || username !== '') return null;
  if (hostname !== 'linkedin.com' && !hostname.endsWith('.linkedin.com')) return null;
  const name = /^\/in\/([^/]+)\/?(?:[a-z]{2}(?:-[a-z]{2})?\/?)?$/iu.exec(pathname)?.[1];
  return name === undefined
    ? null
    : `${strictProfile}${encodeURIComponent(decoded(name).normalize('NFC').toLowerCase()).toLowerCase()}`;
}

function withScheme(text: string): string {
  return /^[a-z][a-z0-9+.-]*:/iu.test(text) ? text : `https://${text}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    // A stray % is a letter like others.
    if (error instanceof URIError) return part;
    throw error;
  }
}

/** First three letters of months in English, Dutch and Danish; `mrt` and `maa` are March in Dutch, `mei` and `maj` are May. */
const months: Readonly<Record<string, number>> = {
  jan: 1,
  feb: 2,
  mar: 3,
  mrt: 3,
  maa: 3,
  apr: 4,
  may: 5,
  mei: 5,
  maj: 5,
  jun: 6,
  jul: 7,
  aug: 8,
  sep: 9,
  oct: 10,
  okt: 10,
  nov: 11,
  dec: 12,
};

/** The day of `24 Aug 2023`, `24. aug. 2023` or `2023-08-24`. Orders of numbers that mean two days are left out. */
export function readDay(raw: string | undefined): Field<Day> {
  const text = cleanText(raw);
  if (text === null) return empty;
  const named = /^(\d{1,2})[.\s-]+(\p{L}{3,10})\.?[\s-]+(\d{4})$/u.exec(text);
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const value = named
    ? dayOf(Number(named[3]), months[(named[2] ?? '').slice(0, 3).toLowerCase()] ?? 0, Number(named[1]))
    : iso && dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  return value ? { value, reason: null } : { value: null, reason: 'the date is not like 24 Aug 2023 and was left out' };
}

function dayOf(year: number, month: number, day: number): Day | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.toISOString().slice(0, 10) : null;
}
