import type { ClockTime, ClockWindow, Weekday } from './policy.js';
import type { Day, Duration, Instant } from './words.js';

/** When a company works in one country; public holidays are data, so the domain needs no list of its own. */
export interface Calendar {
  /** IANA name, `Europe/Amsterdam`. */
  readonly timeZone: string;
  readonly workingHours: ClockWindow;
  readonly workingDays: readonly Weekday[];
  readonly holidays: ReadonlySet<Day>;
}

/** A duration taken apart: business time, or ISO 8601 in months, days and milliseconds. */
export type ParsedDuration =
  | { readonly kind: 'business-days'; readonly count: number }
  | { readonly kind: 'business-hours'; readonly count: number }
  | { readonly kind: 'iso'; readonly months: number; readonly days: number; readonly ms: number };

/** A window of the clock in milliseconds after midnight; `to` at or before `from` means the next day. */
export interface ParsedWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One stretch of time in epoch milliseconds, open at its start and closed at its end. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Time zones change their offset on a quarter of an hour (UTC), so one look-up serves a whole quarter. */
const quarterMs = 15 * minuteMs;
/** More days in a row without work than any calendar has: the configuration has no working time at all. */
const maxIdleDays = 400;
/** A look-up table of this size is rebuilt rather than grown, so that a long-running worker keeps its memory. */
const maxMemo = 20_000;

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const satisfies readonly Weekday[];

// ISO 8601 with at least one part, and one after a `T`; the digits are limited so that no date leaves the calendar.
const isoDuration =
  /^P(?=[\dT])(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,8})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,3})?)S)?)?$/;
const businessDuration = /^(\d{1,4})b([dh])$/;
const clockTime = /^([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?$/;
const dayText = /^\d{4}-\d{2}-\d{2}$/;

/** Reads `2bd`, `4bh` or an ISO 8601 duration; null for anything else. */
export function parseDuration(text: string): ParsedDuration | null {
  const business = businessDuration.exec(text);
  if (business) return { kind: business[2] === 'd' ? 'business-days' : 'business-hours', count: Number(business[1]) };
  const iso = isoDuration.exec(text);
  if (!iso) return null;
  const part = (index: number): number => Number(iso[index] ?? 0);
  return {
    kind: 'iso',
    months: part(1) * 12 + part(2),
    days: part(3) * 7 + part(4),
    ms: Math.round(part(5) * hourMs + part(6) * minuteMs + part(7) * secondMs),
  };
}

/** Reads `HH:MM` or `HH:MM:SS` as milliseconds after midnight, `24:00` being the end of the day; null for anything else. */
export function parseClockTime(text: ClockTime): number | null {
  const parts = clockTime.exec(text);
  if (!parts) return null;
  const ms = Number(parts[1]) * hourMs + Number(parts[2]) * minuteMs + Number(parts[3] ?? 0) * secondMs;
  return ms <= dayMs ? ms : null;
}

/** Reads `18:00-07:00`; null when a time is no time, or when the window would begin at 24:00 or have no length. */
export function parseWindow(text: ClockWindow): ParsedWindow | null {
  const times = text.split('-');
  const fromMs = parseClockTime(times[0] ?? '');
  const toMs = parseClockTime(times[1] ?? '');
  if (times.length !== 2 || fromMs === null || toMs === null || fromMs === dayMs || fromMs === toMs) return null;
  return { fromMs, toMs };
}

/** Whether a text is a day that exists, `2028-02-29` but not `2027-02-29`. */
export function isDay(text: string): boolean {
  return dayText.test(text) && !Number.isNaN(Date.parse(text)) && textOf(Date.parse(text)) === text;
}

/** The day `count` days later (earlier when negative). */
export function addDays(day: Day, count: number): Day {
  return textOf(dayStart(day) + count * dayMs);
}

/** How many days `to` lies after `from`; negative when it lies before. */
export function daysBetween(from: Day, to: Day): number {
  return (dayStart(to) - dayStart(from)) / dayMs;
}

/** A duration before a day, counted in days: hours are less than one. */
export function dayBefore(calendar: Calendar, day: Day, duration: Duration): Day {
  const parsed = need(parseDuration(duration), duration);
  switch (parsed.kind) {
    case 'business-days':
      return addBusinessDays(calendar, day, -parsed.count);
    case 'business-hours':
      return day;
    case 'iso':
      return addDays(addMonths(day, -parsed.months), -parsed.days);
    default:
      return parsed satisfies never;
  }
}

/** The same date `count` months later (earlier when negative), or the last of a month that has no such date. */
export function addMonths(day: Day, count: number): Day {
  return textOf(monthsLater(dayStart(day), count));
}

/** The later of two instants. */
export function laterOf(a: Instant, b: Instant): Instant {
  return Date.parse(a) >= Date.parse(b) ? a : b;
}

/** The earlier of two instants. */
export function earlierOf(a: Instant, b: Instant): Instant {
  return Date.parse(a) <= Date.parse(b) ? a : b;
}

/** The earliest of some instants that lies after `now`; null when none does. */
export function firstAfter(times: readonly (Instant | null)[], now: Instant): Instant | null {
  return times.reduce((first, time) => (time !== null && time > now && (first === null || time < first) ? time : first), null);
}

/**
 * The instant of a wall-clock time on a day. `24:00` is the start of the next day. A time that the clocks skip is moved on by what they
 * skip (02:30 becomes 03:30), of a time that occurs twice the first is meant.
 */
export function instantOf(day: Day, time: ClockTime, timeZone: string): Instant {
  return toInstant(wallToMs(dayStart(day) + need(parseClockTime(time), time), timeZone));
}

/** The day that an instant falls on in a time zone. */
export function localDay(instant: Instant, timeZone: string): Day {
  return textOf(localMs(fromInstant(instant), timeZone));
}

/** Whether a day is worked: a configured weekday that is no holiday. */
export function isBusinessDay(calendar: Calendar, day: Day): boolean {
  return calendar.workingDays.includes(weekdayOf(day)) && !calendar.holidays.has(day);
}

/** The `count`-th business day after a day, before it when negative; the day itself when `count` is 0. */
export function addBusinessDays(calendar: Calendar, day: Day, count: number): Day {
  let found = day;
  for (let left = Math.abs(count), idle = 0; left > 0;) {
    found = addDays(found, Math.sign(count));
    idle = isBusinessDay(calendar, found) ? 0 : notIdle(idle + 1);
    if (idle === 0) left -= 1;
  }
  return found;
}

/**
 * The instant a duration later. ISO 8601 months and days move the wall clock (31 January plus a month is the last of February), hours and
 * below are exact. Business hours count working time. Business days end at the same point of the working day that many working days on;
 * from outside working hours, at the close of the last of them.
 */
export function addDuration(calendar: Calendar, instant: Instant, duration: Duration): Instant {
  const parsed = need(parseDuration(duration), duration);
  const from = fromInstant(instant);
  switch (parsed.kind) {
    case 'business-hours':
      return toInstant(addBusinessMs(calendar, from, parsed.count * hourMs));
    case 'business-days':
      return toInstant(addBusinessSpans(calendar, from, parsed.count));
    case 'iso':
      return toInstant(addIso(from, parsed, calendar.timeZone));
    default:
      return parsed satisfies never;
  }
}

/** Working time between two instants, in milliseconds; 0 when `to` is not after `from`. */
export function businessTimeBetween(calendar: Calendar, from: Instant, to: Instant): number {
  return sumSpans(calendar, from, to, (worked) => worked);
}

/** Working time between two instants in business days, as a fraction (W of `policy.md`). */
export function businessDaysBetween(calendar: Calendar, from: Instant, to: Instant): number {
  return sumSpans(calendar, from, to, (worked, span) => worked / (span.to - span.from));
}

/**
 * The instant at which a share of the working time from one instant to another has passed; a share above 1 lies beyond `to`. Where the
 * two have no working time between them (a weekend), the share is one of the time itself.
 */
export function shareOfBusinessTime(calendar: Calendar, from: Instant, to: Instant, share: number): Instant {
  const worked = businessTimeBetween(calendar, from, to);
  return worked === 0 ? shareOfTime(from, to, share) : toInstant(addBusinessMs(calendar, fromInstant(from), worked * share));
}

/** The instant at which a share of the time from one instant to another has passed, working or not; `from` when `to` is before it. */
export function shareOfTime(from: Instant, to: Instant, share: number): Instant {
  const length = Math.max(0, fromInstant(to) - fromInstant(from));
  return toInstant(fromInstant(from) + Math.round(length * share));
}

/** When a window of the clock is open next: `now` when it is open, otherwise its next opening. */
export function windowOpensAt(window: ClockWindow, timeZone: string, now: Instant): Instant {
  const at = fromInstant(now);
  const today = dayStart(localDay(now, timeZone));
  const parsed = need(parseWindow(window), window);
  const spans = [-1, 0, 1, 2].map((offset) => spanOf(parsed, today + offset * dayMs, timeZone));
  const open = spans.find((span) => at < span.to && span.from < span.to);
  return open && open.from > at ? toInstant(open.from) : now;
}

/** Whether a window of the clock is open at an instant. */
export function isOpen(window: ClockWindow, timeZone: string, now: Instant): boolean {
  return windowOpensAt(window, timeZone, now) === now;
}

/** Whether a window of the clock, opened on any day, holds the whole time from one instant to another. */
export function windowHolds(window: ClockWindow, timeZone: string, start: Instant, end: Instant): boolean {
  const [from, to] = [fromInstant(start), fromInstant(end)];
  const day = dayStart(localDay(start, timeZone));
  const parsed = need(parseWindow(window), window);
  return [day - dayMs, day].map((opens) => spanOf(parsed, opens, timeZone)).some((span) => span.from <= from && to <= span.to);
}

function need<Value>(value: Value | null, text: string): Value {
  if (value === null)
    throw new RangeError(`"${text}" is no duration, clock time or window; the configuration should have refused it`);
  return value;
}

function fromInstant(instant: Instant): number {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) throw new RangeError(`"${instant}" is no instant`);
  return ms;
}

function toInstant(ms: number): Instant {
  return new Date(ms).toISOString();
}

function dayStart(day: Day): number {
  if (!isDay(day)) throw new RangeError(`"${day}" is no day`);
  return Date.parse(day);
}

function textOf(ms: number): Day {
  return new Date(ms).toISOString().slice(0, 10);
}

function weekdayOf(day: Day): Weekday {
  return weekdays[new Date(dayStart(day)).getUTCDay()] ?? 'sun';
}

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly offsets: Map<number, number>;
}

// Making a formatter costs 50 microseconds and asking it 3; both answers never change, so remembering them keeps the domain pure.
const zones = new Map<string, Zone>();

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const zone = { format, offsets: new Map<number, number>() };
  zones.set(timeZone, zone);
  return zone;
}

/** How far local time is ahead of UTC at an instant, in milliseconds. */
function offsetAt(ms: number, timeZone: string): number {
  const zone = zoneOf(timeZone);
  const quarter = Math.floor(ms / quarterMs) * quarterMs;
  const known = zone.offsets.get(quarter);
  if (known !== undefined) return known;
  const parts = zone.format.formatToParts(quarter);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  if (zone.offsets.size >= maxMemo) zone.offsets.clear();
  zone.offsets.set(quarter, local - quarter);
  return local - quarter;
}

/** An instant as the local clock shows it, as if that clock were UTC. */
function localMs(ms: number, timeZone: string): number {
  return ms + offsetAt(ms, timeZone);
}

/** The reverse of `localMs`; times that are skipped or occur twice are settled as `instantOf` says. */
function wallToMs(wall: number, timeZone: string): number {
  const before = offsetAt(wall - dayMs, timeZone);
  const after = offsetAt(wall + dayMs, timeZone);
  const candidates = [wall - before, wall - after].filter((ms) => localMs(ms, timeZone) === wall);
  return candidates.length > 0 ? Math.min(...candidates) : wall - before;
}

function addIso(
  from: number,
  duration: { readonly months: number; readonly days: number; readonly ms: number },
  timeZone: string,
): number {
  if (duration.months === 0 && duration.days === 0) return from + duration.ms;
  const local = localMs(from, timeZone);
  const timeOfDay = ((local % dayMs) + dayMs) % dayMs;
  const day = monthsLater(local - timeOfDay, duration.months) + duration.days * dayMs;
  return wallToMs(day + timeOfDay, timeZone) + duration.ms;
}

/** The same date `count` months later, both as the start of a day in UTC; dates that a month does not have become its last. */
function monthsLater(day: number, count: number): number {
  const date = new Date(day);
  const month = date.getUTCMonth() + count;
  const lastOfMonth = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  return Date.UTC(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), lastOfMonth));
}

/** The window that opens on a local day (given as if it were UTC), as real time. */
function spanOf(window: ParsedWindow, day: number, timeZone: string): Span {
  const closing = window.toMs > window.fromMs ? day : day + dayMs;
  return { from: wallToMs(day + window.fromMs, timeZone), to: wallToMs(closing + window.toMs, timeZone) };
}

function notIdle(days: number): number {
  if (days > maxIdleDays) throw new RangeError('This calendar has no working time; check workingDays and workingHours');
  return days;
}

/** Working spans in order, from the first that ends after `from`; endless, so the caller stops. */
function* spansAfter(calendar: Calendar, from: number): Generator<Span> {
  const window = need(parseWindow(calendar.workingHours), calendar.workingHours);
  const working = new Set(calendar.workingDays);
  const first = dayStart(textOf(localMs(from, calendar.timeZone))) - dayMs;
  for (let day = first, idle = 0; ; day += dayMs) {
    const name = weekdays[new Date(day).getUTCDay()];
    const span = spanOf(window, day, calendar.timeZone);
    const worked = name !== undefined && working.has(name) && !calendar.holidays.has(textOf(day)) && span.to > span.from;
    idle = worked ? 0 : notIdle(idle + 1);
    if (worked && span.to > from) yield span;
  }
}

function addBusinessMs(calendar: Calendar, from: number, ms: number): number {
  if (ms <= 0) return from;
  let left = Math.round(ms);
  for (const span of spansAfter(calendar, from)) {
    const start = Math.max(span.from, from);
    if (start + left <= span.to) return start + left;
    left -= span.to - start;
  }
  return from;
}

function addBusinessSpans(calendar: Calendar, from: number, count: number): number {
  if (count === 0) return from;
  let passed = 0;
  let share: number | null = null;
  for (const span of spansAfter(calendar, from)) {
    if (passed === 0 && span.from <= from) share = (from - span.from) / (span.to - span.from);
    else if (passed === 0) passed = 1;
    if (passed === count) return share === null ? span.to : span.from + Math.round(share * (span.to - span.from));
    passed += 1;
  }
  return from;
}

function sumSpans(calendar: Calendar, from: Instant, to: Instant, measure: (worked: number, span: Span) => number): number {
  const [start, end] = [fromInstant(from), fromInstant(to)];
  let sum = 0;
  if (end <= start) return 0;
  for (const span of spansAfter(calendar, start)) {
    if (span.from >= end) break;
    sum += measure(Math.min(span.to, end) - Math.max(span.from, start), span);
  }
  return sum;
}
