import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../src/domain/calendar.js';
import { daysBetween, localDay } from '../../src/domain/calendar.js';
import { anniversaryOf, checkInAt, fitMoment } from '../../src/domain/checkins.js';
import type { CheckInPolicy } from '../../src/domain/checkins.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { fractionOf, pickOf } from '../../src/domain/spread.js';

const calendar: Calendar = {
  timeZone: 'Europe/Amsterdam',
  workingHours: '09:00-17:00',
  workingDays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  holidays: new Set(['2027-03-30', '2028-02-29']),
};
const policy = defaultPolicy.checkIns;
const endOf = (day: string): string => new Date(Date.parse(`${day}T23:00:00.000Z`)).toISOString();
const local = (instant: string, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    Date.parse(instant),
  );
const at = (
  employmentEnd: string,
  kind: string,
  over: Partial<CheckInPolicy> = {},
  seed = 'v-1',
  joinedAt: string | null = null,
) => checkInAt({ employmentEnd, joinedAt, seed }, kind, { ...policy, ...over }, calendar);

describe('anniversaryOf: a month after the last day of employment', () => {
  it.each([
    ['2027-01-31', 'P1M', '2027-02-28', 'no 31st in February'],
    ['2028-01-31', 'P1M', '2028-02-29', 'a leap day'],
    ['2027-11-30', 'P3M', '2028-02-29', 'the 30th of November and three months'],
    ['2028-02-29', 'P12M', '2029-02-28', 'a year after a leap day'],
    ['2026-12-31', 'P6M', '2027-06-30', 'the end of the year'],
    ['2026-11-30', 'P10D', '2026-12-10', 'days'],
    ['2026-11-30', '2bd', '2026-12-02', 'business days'],
  ])('an employment that ends on %s: %s later is %s (%s)', (lastDay, kind, expected) => {
    const employmentEnd = endOf(lastDay);
    expect(localDay(anniversaryOf({ employmentEnd, joinedAt: null, seed: 'v' }, kind, calendar), calendar.timeZone)).toBe(
      expected,
    );
  });

  it('an end in the afternoon is on that day, too', () => {
    const employmentEnd = '2027-01-31T16:00:00.000Z';
    expect(anniversaryOf({ employmentEnd, joinedAt: null, seed: 'v' }, 'P1M', calendar)).toBe('2027-02-27T23:00:00.000Z');
  });
});

describe('checkInAt: a question comes on a Tuesday to Thursday, around noon, and never in the holidays', () => {
  it('waits for the end of a quiet period, over the new year, too', () => {
    expect(localDay(at(endOf('2026-11-30'), 'P1M'), calendar.timeZone) >= '2027-01-06').toBe(true);
    expect(localDay(at(endOf('2027-06-20'), 'P1M'), calendar.timeZone) >= '2027-08-16').toBe(true);
  });

  it('passes over a public holiday only while holidays are to be skipped', () => {
    const onHoliday = { jitter: '0bd', quiet: [] };
    expect(localDay(at(endOf('2028-01-29'), 'P1M', onHoliday), calendar.timeZone)).toBe('2028-03-01');
    expect(localDay(at(endOf('2028-01-29'), 'P1M', { ...onHoliday, skipHolidays: false }), calendar.timeZone)).toBe('2028-02-29');
  });

  it('does not reach everybody who left on one day in one minute', () => {
    const moments = Array.from({ length: 40 }, (_, nth) => at(endOf('2027-02-28'), 'P1M', {}, `v-${nth}`));
    expect(new Set(moments).size).toBeGreaterThan(30);
    expect(new Set(moments.map((moment) => localDay(moment, calendar.timeZone))).size).toBeGreaterThan(1);
  });

  it('an offset of seconds is meant to the second: a demo does not wait for Tuesday when its week has none closed', () => {
    const open: Partial<CheckInPolicy> = {
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      hours: '00:00-24:00',
      quiet: [],
    };
    expect(at('2026-11-22T19:00:00.000Z', 'PT5S', open)).toBe('2026-11-22T19:00:05.000Z');
  });

  it('says that the configuration leaves no day, instead of searching for ever', () => {
    expect(() => at(endOf('2027-02-28'), 'P1M', { quiet: ['01-01/12-31'] })).toThrow(RangeError);
  });

  it('whatever the day, the zone and the person: a fit day, inside the hours, not early, not much later, never before joining', () => {
    const day = fc
      .date({ min: new Date('2026-01-01T00:00:00.000Z'), max: new Date('2030-12-31T00:00:00.000Z'), noInvalidDate: true })
      .map((date) => date.toISOString());
    const zone = fc.constantFrom('Europe/Amsterdam', 'Europe/Copenhagen', 'America/New_York');
    fc.assert(
      fc.property(
        day,
        zone,
        fc.string(),
        fc.option(fc.nat(500), { nil: null }),
        fc.constantFrom(...policy.offsets),
        (...given) => {
          const [employmentEnd, timeZone, seed, joined, kind] = given;
          const there = { ...calendar, timeZone };
          const joinedAt = joined === null ? null : new Date(Date.parse(employmentEnd) + joined * 86_400_000).toISOString();
          const base = { employmentEnd, joinedAt, seed };
          const moment = checkInAt(base, kind, policy, there);
          const anniversary = anniversaryOf(base, kind, there);
          expect(['tis', 'ons', 'tors'].some((name) => local(moment, timeZone).startsWith(name))).toBe(true);
          const clock = local(moment, timeZone).slice(-5);
          expect(clock >= '10:00' && clock < '15:00').toBe(true);
          const date = localDay(moment, timeZone);
          expect(there.holidays.has(date)).toBe(false);
          expect(date.slice(5) >= '07-15' && date.slice(5) <= '08-15').toBe(false);
          expect(date.slice(5) >= '12-20' || date.slice(5) <= '01-05').toBe(false);
          const from = joinedAt !== null && joinedAt > anniversary ? joinedAt : anniversary;
          expect(moment >= from).toBe(true);
          // A quiet period (32 days), what is left of its week, three business days, and a weekend.
          expect(daysBetween(localDay(from, timeZone), date)).toBeLessThanOrEqual(47);
          expect(fitMoment(moment, seed, policy, there)).toBe(moment);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('spreading by id', () => {
  it('is the same whenever it is asked, stays in its bounds, and is even enough that no choice is starved', () => {
    const ids = Array.from({ length: 4000 }, (_, nth) => `v-${nth}`);
    const counts = [0, 0, 0, 0];
    for (const id of ids) {
      const pick = pickOf(id, 4);
      counts[pick] = (counts[pick] ?? 0) + 1;
      expect(pickOf(id, 4)).toBe(pick);
    }
    expect(counts).toHaveLength(4);
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(pickOf('anything', 0)).toBe(0);
    fc.assert(fc.property(fc.string(), (text) => fractionOf(text) >= 0 && fractionOf(text) < 1));
  });
});
