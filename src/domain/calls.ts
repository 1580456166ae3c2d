import { addDays, addDuration, instantOf, isBusinessDay, localDay, parseWindow, windowHolds } from './calendar.js';
import type { Calendar } from './calendar.js';
import type { ClockWindow } from './policy.js';
import { pickOf } from './spread.js';
import type { Day, Duration, Instant } from './words.js';

/** A stretch of time between two instants. */
export interface TimeSlot {
  readonly start: Instant;
  readonly end: Instant;
}

export interface CallInput {
  /** The leaver's. */
  readonly calendar: Calendar;
  /** The contact's; null when it is not known and the leaver's is taken. */
  readonly otherTimeZone: string | null;
  readonly otherWorkingHours: ClockWindow;
  readonly from: Instant;
  readonly to: Instant;
  readonly length: Duration;
  /** How many times to propose. */
  readonly count: number;
  /** How long after `from` the first may begin. */
  readonly notice: Duration;
  /** When somebody who takes part is not free. */
  readonly taken: readonly TimeSlot[];
  /** What spreads the calls of one leaver; an id. */
  readonly seed: string;
}

const quarterMs = 15 * 60_000;
const dayMs = 24 * 60 * 60_000;
const noHolidays: ReadonlySet<Day> = new Set();

/**
 * Times for one call, earliest first: on quarter hours, inside the working hours of both time zones, on different business days where there
 * are enough, spread by the seed. Fewer than `count`, or none, when the two sides have no more time in common.
 */
export function proposeTimes(input: CallInput): readonly TimeSlot[] {
  const { count, seed } = input;
  const days = slotsByDay(input);
  const sections = Math.min(count, days.length);
  const chosen: TimeSlot[] = [];
  const choose = (slots: readonly TimeSlot[], key: string): boolean => {
    const open = slots.filter((slot) => !overlaps(slot, chosen));
    const slot = open[pickOf(`${seed}/${key}`, open.length)];
    if (slot) chosen.push(slot);
    return slot !== undefined;
  };
  for (let nth = 0; nth < sections; nth += 1) {
    const first = Math.floor((nth * days.length) / sections);
    const next = Math.floor(((nth + 1) * days.length) / sections);
    choose(days[first + pickOf(`${seed}/day-${nth}`, next - first)] ?? [], `time-${nth}`);
  }
  while (chosen.length < count && choose(days.flat(), `more-${chosen.length}`));
  return chosen.sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
}

/** Every possible time, one list for each business day that has any. */
function slotsByDay(input: CallInput): readonly (readonly TimeSlot[])[] {
  const { calendar, from, to, notice } = input;
  const { timeZone } = calendar;
  const earliest = addDuration(calendar, from, notice);
  const last = localDay(to, timeZone);
  const days: (readonly TimeSlot[])[] = [];
  // Night shifts that began the evening before count, too.
  for (let day = addDays(localDay(earliest, timeZone), -1); day <= last; day = addDays(day, 1)) {
    if (!isBusinessDay(calendar, day)) continue;
    const slots = slotsOn(input, day).filter(({ start, end }) => start >= earliest && end <= to);
    if (slots.length > 0) days.push(slots);
  }
  return days;
}

function slotsOn(input: CallInput, day: Day): readonly TimeSlot[] {
  const { calendar, length, taken } = input;
  const [opening = ''] = calendar.workingHours.split('-');
  const window = parseWindow(calendar.workingHours);
  if (window === null) throw new RangeError(`"${calendar.workingHours}" are no working hours`);
  const opens = Date.parse(instantOf(day, opening, calendar.timeZone));
  const openMs = window.toMs > window.fromMs ? window.toMs - window.fromMs : window.toMs - window.fromMs + dayMs;
  const slots: TimeSlot[] = [];
  for (let at = Math.ceil(opens / quarterMs) * quarterMs; at < opens + openMs; at += quarterMs) {
    const start = new Date(at).toISOString();
    const slot = { start, end: addDuration(calendar, start, length) };
    if (isWorkedByBoth(input, slot) && !overlaps(slot, taken)) slots.push(slot);
  }
  return slots;
}

/** The contact's holidays are not known; the contact's week is taken to be the leaver's. */
function isWorkedByBoth({ calendar, otherTimeZone, otherWorkingHours }: CallInput, { start, end }: TimeSlot): boolean {
  const zone = otherTimeZone ?? calendar.timeZone;
  const isTheirDay = isBusinessDay({ ...calendar, holidays: noHolidays }, localDay(start, zone));
  return (
    isTheirDay &&
    windowHolds(calendar.workingHours, calendar.timeZone, start, end) &&
    windowHolds(otherWorkingHours, zone, start, end)
  );
}

function overlaps({ start, end }: TimeSlot, others: readonly TimeSlot[]): boolean {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  return others.some((other) => from < Date.parse(other.end) && Date.parse(other.start) < to);
}

/** The times that were proposed, as a row keeps them; what is no time is left out. */
export function slotsOf(stored: unknown): readonly TimeSlot[] {
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((slot: unknown) => (isSlot(slot) ? [{ start: slot.start, end: slot.end }] : []));
}

function isSlot(slot: unknown): slot is TimeSlot {
  return (
    typeof slot === 'object' &&
    slot !== null &&
    'start' in slot &&
    'end' in slot &&
    typeof slot.start === 'string' &&
    typeof slot.end === 'string'
  );
}
