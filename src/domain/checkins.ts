import {
  addBusinessDays,
  addDays,
  addDuration,
  addMonths,
  instantOf,
  isBusinessDay,
  isOpen,
  laterOf,
  localDay,
  parseDuration,
  parseWindow,
} from './calendar.js';
import type { Calendar, ParsedDuration } from './calendar.js';
import type { Policy } from './policy.js';
import { fractionOf, pickOf } from './spread.js';
import type { Day, Duration, Instant } from './words.js';
import { isIn } from './yearly.js';

/** The part of the policy that says when check-ins go. */
export type CheckInPolicy = Policy['checkIns'];

/** What the times of one person's check-ins depend on. */
export interface CheckInBase {
  /** The end of employment, as the instant at which it ends. */
  readonly employmentEnd: Instant;
  readonly joinedAt: Instant | null;
  /** What spreads people over days and hours: the membership's id. */
  readonly seed: string;
}

const dayMs = 24 * 60 * 60_000;
const hourMs = 60 * 60_000;
const minuteMs = 60_000;
/** Longer than any row of quiet periods, weekends and holidays: the configuration has no day at all. */
const maxSearchDays = 800;

/**
 * The instant to which a check-in belongs, before it is moved to a fit day: the start of the local day that lies an offset after the last day
 * of employment (31 January and a month: the last of February), or the exact instant for an offset of hours or less.
 */
export function anniversaryOf({ employmentEnd }: CheckInBase, kind: Duration, calendar: Calendar): Instant {
  const offset = parseDuration(kind);
  if (offset === null) throw new RangeError(`"${kind}" is no duration; the configuration should have refused it`);
  if (!isByDay(offset)) return addDuration(calendar, employmentEnd, kind);
  // An employment that ends at 24:00 ends on the day before that instant.
  const lastDay = localDay(new Date(Date.parse(employmentEnd) - 1).toISOString(), calendar.timeZone);
  const day =
    offset.kind === 'iso'
      ? addDays(addMonths(lastDay, offset.months), offset.days)
      : addBusinessDays(calendar, lastDay, offset.count);
  return instantOf(day, '00:00', calendar.timeZone);
}

/**
 * When a check-in goes: on a fit day at or after its anniversary, spread over a few business days and over the hours of the day; never before the
 * person joined, never in a quiet period. Offsets of hours or less are not spread. Throws a RangeError when no day of two years is fit.
 */
export function checkInAt(base: CheckInBase, kind: Duration, policy: CheckInPolicy, calendar: Calendar): Instant {
  const anniversary = anniversaryOf(base, kind, calendar);
  const from = base.joinedAt === null ? anniversary : laterOf(anniversary, base.joinedAt);
  const seed = `${base.seed}/${kind}`;
  const offset = parseDuration(kind);
  if (offset === null || !isByDay(offset)) return fitMoment(from, seed, policy, calendar);
  const first = fitDay(localDay(from, calendar.timeZone), policy, calendar);
  const moment = momentOn(fitDay(jittered(first, seed, policy, calendar), policy, calendar), seed, policy, calendar);
  return moment >= from ? moment : nextMoment(from, seed, policy, calendar);
}

/** The instant itself when a check-in may go then, otherwise the person's time of day on the next fit day. */
export function fitMoment(instant: Instant, seed: string, policy: CheckInPolicy, calendar: Calendar): Instant {
  const isFit =
    isFitDay(localDay(instant, calendar.timeZone), policy, calendar) && isOpen(policy.hours, calendar.timeZone, instant);
  return isFit ? instant : nextMoment(instant, seed, policy, calendar);
}

function isByDay(offset: ParsedDuration): boolean {
  return offset.kind === 'business-days' || (offset.kind === 'iso' && offset.months + offset.days > 0);
}

function nextMoment(after: Instant, seed: string, policy: CheckInPolicy, calendar: Calendar): Instant {
  let day = fitDay(localDay(after, calendar.timeZone), policy, calendar);
  if (momentOn(day, seed, policy, calendar) <= after) day = fitDay(addDays(day, 1), policy, calendar);
  return momentOn(day, seed, policy, calendar);
}

function isFitDay(day: Day, policy: CheckInPolicy, calendar: Calendar): boolean {
  const holidays: ReadonlySet<Day> = policy.skipHolidays ? calendar.holidays : new Set();
  return isBusinessDay({ ...calendar, workingDays: policy.days, holidays }, day) && !isIn(policy.quiet, day);
}

function fitDay(from: Day, policy: CheckInPolicy, calendar: Calendar): Day {
  for (let day = from, passed = 0; passed < maxSearchDays; day = addDays(day, 1), passed += 1) {
    if (isFitDay(day, policy, calendar)) return day;
  }
  throw new RangeError('There is no day for check-ins; check checkIns.days and checkIns.quiet');
}

function jittered(day: Day, seed: string, policy: CheckInPolicy, calendar: Calendar): Day {
  const jitter = parseDuration(policy.jitter);
  if (jitter?.kind === 'business-days') return addBusinessDays(calendar, day, pickOf(`${seed}/day`, jitter.count + 1));
  return jitter?.kind === 'iso' ? addDays(day, pickOf(`${seed}/day`, jitter.days + 1)) : day;
}

/** The person's own time of a day: on a whole minute, inside the hours, which end on the day they begin. */
function momentOn(day: Day, seed: string, policy: CheckInPolicy, calendar: Calendar): Instant {
  const hours = parseWindow(policy.hours);
  if (hours === null) throw new RangeError(`"${policy.hours}" is no window; the configuration should have refused it`);
  const lengthMs = (hours.toMs > hours.fromMs ? hours.toMs : dayMs) - hours.fromMs;
  const minute = Math.floor((hours.fromMs + fractionOf(`${seed}/time`) * lengthMs) / minuteMs) * minuteMs;
  return instantOf(day, clockOf(Math.max(minute, hours.fromMs)), calendar.timeZone);
}

function clockOf(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${two(ms / hourMs)}:${two((ms % hourMs) / minuteMs)}:${two((ms % minuteMs) / 1000)}`;
}
