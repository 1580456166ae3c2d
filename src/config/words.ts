import { z } from 'zod';
import { parseClockTime, parseDuration, parseWindow } from '../domain/calendar.js';

const monthDay = '(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])';
const longestDays = 3660;

/** A duration: `2bd`, `4bh` or ISO 8601, ten years at most. */
export const duration = z
  .string()
  .refine(
    (text) => parseDuration(text) !== null,
    'write a duration: 2bd (business days), 4bh (business hours) or ISO 8601, such as PT15M or P30D',
  )
  .refine((text) => roughDays(text) <= longestDays, 'is longer than ten years')
  .describe('2bd (business days), 4bh (business hours) or ISO 8601 (PT15M, P30D)');

/** A wall-clock time up to `24:00`. */
export const clockTime = z
  .string()
  .refine((text) => parseClockTime(text) !== null, 'write a time as HH:MM or HH:MM:SS, 24:00 at most')
  .describe('HH:MM or HH:MM:SS, 24:00 at most');

/** Two different wall-clock times; the window may pass midnight. */
export const clockWindow = z
  .string()
  .refine((text) => parseWindow(text) !== null, 'write two different times as HH:MM-HH:MM (always open is 00:00-24:00)')
  .describe('HH:MM-HH:MM');

/** A window that begins and ends on the same day. */
export const dayWindow = clockWindow.refine((text) => {
  const window = parseWindow(text);
  return window === null || window.fromMs < window.toMs;
}, 'must begin and end on the same day');

/** A period of every year, `12-20/01-05`. */
export const yearlyPeriod = z.string().regex(new RegExp(`^${monthDay}/${monthDay}$`), 'write two days as MM-DD/MM-DD');

/** A part of a whole, 0 to 1. */
export const share = z.number().min(0, 'must be a share from 0 to 1').max(1, 'must be a share from 0 to 1');

/** A count of at least one. */
export const count = z.int('must be a whole number').min(1, 'must be at least 1');

/** A weekday. */
export const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);

/** A list without doubles that holds at least one entry. */
export function listOf<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .min(1, 'needs at least one entry')
    .refine((list) => new Set(list).size === list.length, 'names an entry twice');
}

/** Durations or numbers in the order in which they come due. */
export const ascendingNumbers = listOf(z.number().positive('must be above 0')).refine(
  (list) => list.every((value, index) => index === 0 || value > (list[index - 1] ?? 0)),
  'must rise from entry to entry',
);

/** A work e-mail, in lower case. */
export const email = z
  .email({ error: ({ input }) => (input === undefined ? 'is missing' : 'write an e-mail address') })
  .toLowerCase();

/** An ISO 3166 country in two capital letters. */
export const country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'write an ISO 3166 country in two capital letters, such as NL')
  .refine(isCountry, 'is no ISO 3166 country (the United Kingdom is GB)');

/** An IANA time zone. */
export const timeZone = z.string().refine(isTimeZone, 'is no IANA time zone; write one such as Europe/Amsterdam');

function roughDays(text: string): number {
  const parsed = parseDuration(text);
  switch (parsed?.kind) {
    case undefined:
      return 0;
    case 'business-days':
      return parsed.count;
    case 'business-hours':
      return parsed.count / 8;
    case 'iso':
      return parsed.months * 30.5 + parsed.days + parsed.ms / 86_400_000;
  }
}

function isCountry(code: string): boolean {
  try {
    return (
      new Intl.Locale(`und-${code}`).region === code &&
      new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of(code) !== undefined
    );
  } catch {
    return false;
  }
}

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
