import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addBusinessDays,
  addDays,
  addDuration,
  addMonths,
  businessDaysBetween,
  businessTimeBetween,
  daysBetween,
  earlierOf,
  firstAfter,
  instantOf,
  isDay,
  isOpen,
  laterOf,
  localDay,
  parseClockTime,
  parseDuration,
  parseWindow,
  shareOfBusinessTime,
  windowHolds,
  windowOpensAt,
} from '../../src/domain/calendar.js';
import type { Calendar } from '../../src/domain/calendar.js';

const dutch: Calendar = {
  timeZone: 'Europe/Amsterdam',
  workingHours: '09:00-17:00',
  workingDays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  holidays: new Set(['2026-12-25', '2026-12-26', '2027-01-01']),
};
const always: Calendar = {
  ...dutch,
  workingHours: '00:00-24:00',
  workingDays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  holidays: new Set(),
};
const hour = 3_600_000;
const zones = ['Europe/Amsterdam', 'Europe/Copenhagen', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
const anyInstant = fc
  .date({ min: new Date('2024-01-01T00:00:00.000Z'), max: new Date('2031-12-31T00:00:00.000Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const anyZone = fc.constantFrom(...zones);

describe('instantOf: a deadline on the page is the deadline of the clock on the wall', () => {
  it.each([
    ['2026-11-30', '18:00', 'Europe/Amsterdam', '2026-11-30T17:00:00.000Z', 'winter'],
    ['2026-06-30', '18:00', 'Europe/Copenhagen', '2026-06-30T16:00:00.000Z', 'summer'],
    ['2026-11-30', '24:00', 'Europe/Amsterdam', '2026-11-30T23:00:00.000Z', 'the end of the day'],
    ['2026-03-28', '24:00', 'Europe/Amsterdam', '2026-03-28T23:00:00.000Z', 'before the short night'],
    ['2026-03-29', '24:00', 'Europe/Amsterdam', '2026-03-29T22:00:00.000Z', 'the end of the short day'],
    ['2026-03-29', '02:30', 'Europe/Amsterdam', '2026-03-29T01:30:00.000Z', 'skipped: 03:30 is meant'],
    ['2026-03-29', '03:00', 'Europe/Amsterdam', '2026-03-29T01:00:00.000Z', 'first after the gap'],
    ['2026-10-25', '02:30', 'Europe/Amsterdam', '2026-10-25T00:30:00.000Z', 'twice: the first'],
    ['2026-10-25', '03:00', 'Europe/Amsterdam', '2026-10-25T02:00:00.000Z', 'after the long hour'],
    ['2028-02-29', '12:00:30', 'Europe/Amsterdam', '2028-02-29T11:00:30.000Z', 'leap day, seconds'],
    ['2026-12-31', '24:00', 'Europe/Copenhagen', '2026-12-31T23:00:00.000Z', 'year’s end'],
    ['2018-11-04', '00:00', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', 'a day that begins at 01:00'],
  ])('%s %s in %s is %s (%s)', (day, time, timeZone, expected) => {
    expect(instantOf(day, time, timeZone)).toBe(expected);
  });

  it('the day of an instant is the local one', () => {
    expect(localDay('2026-11-30T23:30:00.000Z', 'Europe/Amsterdam')).toBe('2026-12-01');
    expect(localDay('2026-11-30T22:59:59.999Z', 'Europe/Amsterdam')).toBe('2026-11-30');
  });

  it('every quarter of an hour of every day lies on that day, however the clocks change', () => {
    fc.assert(
      fc.property(anyInstant, anyZone, fc.integer({ min: 0, max: 95 }), (instant, timeZone, quarter) => {
        const day = instant.slice(0, 10);
        const time = `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`;
        expect(localDay(instantOf(day, time, timeZone), timeZone)).toBe(day);
        expect(instantOf(day, '24:00', timeZone)).toBe(instantOf(addDays(day, 1), '00:00', timeZone));
      }),
    );
  });
});

describe('what the configuration may say', () => {
  it.each([
    ['2bd', { kind: 'business-days', count: 2 }],
    ['4bh', { kind: 'business-hours', count: 4 }],
    ['PT2S', { kind: 'iso', months: 0, days: 0, ms: 2000 }],
    ['PT0.5S', { kind: 'iso', months: 0, days: 0, ms: 500 }],
    ['P1Y2M1W3DT4H5M6S', { kind: 'iso', months: 14, days: 10, ms: 4 * hour + 5 * 60_000 + 6000 }],
    ['PT0S', { kind: 'iso', months: 0, days: 0, ms: 0 }],
  ])('%s is read', (text, expected) => {
    expect(parseDuration(text)).toEqual(expected);
  });

  it.each(['', 'P', 'PT', 'P1DT', '1d', '-1bd', 'P-1D', '1.5bd', '2 bd', 'bd', 'P1H', 'PT1D', 'p1d', '2bd ', 'P1D\n', 'P99999Y'])(
    'the duration "%s" is refused instead of becoming a deadline that nobody meant',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it.each(['24:01', '25:00', '9:00', '09:60', '24:00:01', '09.00', ''])('the time "%s" is refused', (text) => {
    expect(parseClockTime(text)).toBeNull();
  });

  it.each(['18:00', '18:00-', '18:00-18:00', '24:00-07:00', '18:00-07:00-08:00'])('the window "%s" is refused', (text) => {
    expect(parseWindow(text)).toBeNull();
  });

  it.each([
    ['2028-02-29', true],
    ['2027-02-29', false],
    ['2026-11-31', false],
    ['2026-1-01', false],
    ['yesterday', false],
    ['2026-13-01', false],
  ])('%s is a day: %s', (text, expected) => {
    expect(isDay(text)).toBe(expected);
  });
});

describe('addDuration: reminders come when somebody is at work to read them', () => {
  it.each([
    ['2026-11-27T14:00:00.000Z', '1bd', '2026-11-30T14:00:00.000Z', 'Friday 15:00 to Monday 15:00'],
    ['2026-11-27T19:00:00.000Z', '1bd', '2026-11-30T16:00:00.000Z', 'Friday night: by the close of Monday'],
    ['2026-11-28T10:00:00.000Z', '1bd', '2026-11-30T16:00:00.000Z', 'Saturday: by the close of Monday'],
    ['2026-11-30T08:00:00.000Z', '1bd', '2026-12-01T08:00:00.000Z', 'at nine: the next day at nine'],
    ['2026-12-24T14:00:00.000Z', '1bd', '2026-12-28T14:00:00.000Z', 'over Christmas'],
    ['2026-10-23T14:00:00.000Z', '1bd', '2026-10-26T15:00:00.000Z', 'over the change of clocks, same wall clock'],
    ['2026-11-27T14:00:00.000Z', '4bh', '2026-11-30T10:00:00.000Z', 'two hours on Friday, two on Monday'],
    ['2026-11-27T12:00:00.000Z', '4bh', '2026-11-27T16:00:00.000Z', 'ends exactly at the close'],
    ['2026-11-27T12:00:00.000Z', '0bd', '2026-11-27T12:00:00.000Z', 'nothing'],
    ['2026-01-31T11:00:00.000Z', 'P1M', '2026-02-28T11:00:00.000Z', 'the last of February'],
    ['2028-01-31T11:00:00.000Z', 'P1M', '2028-02-29T11:00:00.000Z', 'leap year'],
    ['2028-02-29T11:00:00.000Z', 'P1Y', '2029-02-28T11:00:00.000Z', 'leap day plus a year'],
    ['2026-03-28T11:00:00.000Z', 'P1D', '2026-03-29T10:00:00.000Z', 'a short day keeps noon'],
    ['2026-03-28T11:00:00.000Z', 'PT24H', '2026-03-29T11:00:00.000Z', 'hours are exact'],
    ['2026-11-30T23:30:00.000Z', 'P1M', '2026-12-31T23:30:00.000Z', 'counted from the local day'],
    ['2026-11-30T12:00:00.000Z', 'PT2S', '2026-11-30T12:00:02.000Z', 'seconds'],
  ])('%s + %s = %s (%s)', (from, duration, expected) => {
    expect(addDuration(dutch, from, duration)).toBe(expected);
  });

  it('a later start never ends earlier, whatever the duration', () => {
    const durations = fc.constantFrom('1bd', '3bd', '4bh', '20bh', 'P1M', 'P30D', 'PT90M', '0bd');
    fc.assert(
      fc.property(anyInstant, fc.integer({ min: 0, max: 5 * 24 * 60 }), durations, (from, minutes, duration) => {
        const later = new Date(Date.parse(from) + minutes * 60_000).toISOString();
        expect(Date.parse(addDuration(dutch, later, duration)) + hour).toBeGreaterThanOrEqual(
          Date.parse(addDuration(dutch, from, duration)),
        );
        expect(addDuration(dutch, from, duration) >= from).toBe(true);
      }),
    );
  });

  it('business hours added are business hours between', () => {
    fc.assert(
      fc.property(anyInstant, fc.integer({ min: 0, max: 400 }), (from, hours) => {
        expect(businessTimeBetween(dutch, from, addDuration(dutch, from, `${hours}bh`))).toBe(hours * hour);
      }),
    );
  });

  it('business days added are business days between', () => {
    fc.assert(
      fc.property(anyInstant, fc.integer({ min: 0, max: 60 }), (from, days) => {
        expect(businessDaysBetween(dutch, from, addDuration(dutch, from, `${days}bd`))).toBeCloseTo(days, 5);
      }),
    );
  });

  it('a calendar without working time is an error, not a worker that hangs', () => {
    expect(() => addDuration({ ...dutch, workingDays: [] }, '2026-11-30T12:00:00.000Z', '1bd')).toThrow('no working time');
    expect(() => addBusinessDays({ ...dutch, workingDays: [] }, '2026-11-30', 1)).toThrow('no working time');
  });
});

describe('working time between two instants (W)', () => {
  it.each([
    ['2026-11-30T08:00:00.000Z', '2026-11-30T16:00:00.000Z', 8, 1],
    ['2026-11-27T15:00:00.000Z', '2026-11-30T09:00:00.000Z', 2, 0.25],
    ['2026-12-24T08:00:00.000Z', '2026-12-28T16:00:00.000Z', 16, 2],
    ['2026-11-28T08:00:00.000Z', '2026-11-29T16:00:00.000Z', 0, 0],
    ['2026-11-30T16:00:00.000Z', '2026-11-30T08:00:00.000Z', 0, 0],
  ])('%s to %s: %d hours, %d days', (from, to, hours, days) => {
    expect(businessTimeBetween(dutch, from, to)).toBe(hours * hour);
    expect(businessDaysBetween(dutch, from, to)).toBeCloseTo(days);
  });

  it('a company that always works counts the time itself, also in nights when the clocks change', () => {
    expect(businessTimeBetween(always, '2026-03-28T00:00:00.000Z', '2026-03-31T00:00:00.000Z')).toBe(72 * hour);
    expect(businessDaysBetween(always, '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z')).toBeCloseTo(1);
  });

  it('a night shift belongs to the day on which it begins', () => {
    const night = { ...dutch, workingHours: '22:00-06:00' };
    expect(businessTimeBetween(night, '2026-11-27T23:00:00.000Z', '2026-11-28T23:00:00.000Z')).toBe(6 * hour);
  });

  it('business days of the calendar skip weekends and holidays', () => {
    expect(addBusinessDays(dutch, '2026-12-18', 5)).toBe('2026-12-28');
    expect(addBusinessDays(dutch, '2026-12-18', 0)).toBe('2026-12-18');
  });

  it('a share of the working time lies between its ends and a weekend is shared as time', () => {
    expect(shareOfBusinessTime(dutch, '2026-11-30T08:00:00.000Z', '2026-12-01T16:00:00.000Z', 0.75)).toBe(
      '2026-12-01T12:00:00.000Z',
    );
    expect(shareOfBusinessTime(dutch, '2026-11-30T08:00:00.000Z', '2026-11-30T16:00:00.000Z', 1.5)).toBe(
      '2026-12-01T12:00:00.000Z',
    );
    expect(shareOfBusinessTime(dutch, '2026-11-28T10:00:00.000Z', '2026-11-28T12:00:00.000Z', 0.5)).toBe(
      '2026-11-28T11:00:00.000Z',
    );
    fc.assert(
      fc.property(anyInstant, anyInstant, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, share) => {
        const [from, to] = [earlierOf(a, b), laterOf(a, b)];
        const at = shareOfBusinessTime(dutch, from, to, share);
        expect(at >= from && at <= to).toBe(true);
      }),
    );
  });

  it('a year of deadlines costs no noticeable time', () => {
    const started = performance.now();
    for (let n = 0; n < 200; n += 1) businessTimeBetween(dutch, '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('windowOpensAt: records move when nobody is working in them', () => {
  it.each([
    ['18:00-07:00', '2026-11-30T12:00:00.000Z', '2026-11-30T17:00:00.000Z', 'in the afternoon: this evening'],
    ['18:00-07:00', '2026-11-30T17:00:00.000Z', '2026-11-30T17:00:00.000Z', 'opens now'],
    ['18:00-07:00', '2026-11-30T03:00:00.000Z', '2026-11-30T03:00:00.000Z', 'open since last evening'],
    ['18:00-07:00', '2026-11-30T06:00:00.000Z', '2026-11-30T17:00:00.000Z', 'closed at seven sharp'],
    ['09:00-17:00', '2026-11-30T20:00:00.000Z', '2026-12-01T08:00:00.000Z', 'tomorrow'],
    ['00:00-24:00', '2026-03-29T01:30:00.000Z', '2026-03-29T01:30:00.000Z', 'always'],
    ['18:00-24:00', '2026-11-30T22:30:00.000Z', '2026-11-30T22:30:00.000Z', 'until midnight'],
    ['18:00-07:00', '2026-03-29T04:30:00.000Z', '2026-03-29T04:30:00.000Z', 'half past six after the short night'],
    ['02:00-03:00', '2026-03-29T00:30:00.000Z', '2026-03-30T00:00:00.000Z', 'a window that the clocks skip'],
  ])('%s at %s opens %s (%s)', (window, now, expected) => {
    expect(windowOpensAt(window, 'Europe/Amsterdam', now)).toBe(expected);
    expect(isOpen(window, 'Europe/Amsterdam', now)).toBe(now === expected);
  });

  it('when it opens it is open, at most two days from now', () => {
    const windows = fc.constantFrom('18:00-07:00', '09:00-17:00', '02:15-02:45', '23:00-01:00', '00:00-24:00');
    fc.assert(
      fc.property(anyInstant, anyZone, windows, (now, timeZone, window) => {
        const opens = windowOpensAt(window, timeZone, now);
        expect(opens >= now && isOpen(window, timeZone, opens)).toBe(true);
        expect(Date.parse(opens) - Date.parse(now)).toBeLessThanOrEqual(50 * hour);
      }),
    );
  });
});

describe('days', () => {
  it('are counted over leap days and clock changes', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-03-29', -1)).toBe('2026-03-28');
    expect(daysBetween('2028-02-28', '2028-03-01')).toBe(2);
  });
});

describe('addMonths: a month later is a day that exists', () => {
  it.each([
    ['2027-01-31', 1, '2027-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2028-02-29', 12, '2029-02-28'],
    ['2026-12-31', 6, '2027-06-30'],
    ['2026-08-31', -6, '2026-02-28'],
    ['2026-03-15', -18, '2024-09-15'],
    ['2026-11-30', 0, '2026-11-30'],
  ])('%s and %i months: %s', (day, count, expected) => {
    expect(addMonths(day, count)).toBe(expected);
  });
});

describe('windowHolds: a call does not run past the close of the office', () => {
  it.each([
    ['09:00-17:00', '2026-11-30T15:30:00.000Z', '2026-11-30T16:00:00.000Z', true, 'up to the close'],
    ['09:00-17:00', '2026-11-30T15:45:00.000Z', '2026-11-30T16:15:00.000Z', false, 'past it'],
    ['09:00-17:00', '2026-11-30T15:00:00.000Z', '2026-12-01T09:00:00.000Z', false, 'over a night'],
    ['22:00-06:00', '2026-12-01T03:00:00.000Z', '2026-12-01T05:00:00.000Z', true, 'the window opened the evening before'],
    ['01:00-03:00', '2026-03-29T00:30:00.000Z', '2026-03-29T01:30:00.000Z', false, 'the night whose hour is missing'],
    ['01:00-03:00', '2026-10-25T00:30:00.000Z', '2026-10-25T02:00:00.000Z', true, 'the night with an hour twice'],
  ])('%s holds %s to %s: %s (%s, %s)', (window, start, end, expected) => {
    expect(windowHolds(window, 'Europe/Amsterdam', start, end)).toBe(expected);
  });
});

describe('firstAfter', () => {
  it('is the earliest that lies ahead, so that nothing is waited for that has passed', () => {
    const [before, now, soon, later] = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'].map(
      (day) => `${day}T00:00:00.000Z`,
    );
    expect(firstAfter([later ?? '', null, before ?? '', soon ?? '', now ?? ''], now ?? '')).toBe(soon);
    expect(firstAfter([before ?? '', now ?? '', null], now ?? '')).toBeNull();
  });
});
