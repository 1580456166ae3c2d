import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../src/domain/calendar.js';
import { addDuration, isBusinessDay, isOpen, localDay } from '../../src/domain/calendar.js';
import { proposeTimes } from '../../src/domain/calls.js';
import type { CallInput, TimeSlot } from '../../src/domain/calls.js';

const calendar: Calendar = {
  timeZone: 'Europe/Amsterdam',
  workingHours: '09:00-17:00',
  workingDays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  holidays: new Set(['2026-12-25']),
};
const base: CallInput = {
  calendar,
  otherTimeZone: null,
  otherWorkingHours: '09:00-17:00',
  from: '2026-11-30T09:00:00.000Z',
  to: '2026-12-16T16:00:00.000Z',
  length: 'PT30M',
  count: 3,
  notice: '1bd',
  taken: [],
  seed: 'i-1',
};
const propose = (over: Partial<CallInput> = {}): readonly TimeSlot[] => proposeTimes({ ...base, ...over });
const clock = (instant: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(Date.parse(instant));
const daysOf = (slots: readonly TimeSlot[]): readonly string[] => slots.map(({ start }) => localDay(start, calendar.timeZone));

describe('proposeTimes: a contact is offered times at which both sides are at work', () => {
  it('three times on three different days, the same for the same call and others for another', () => {
    const slots = propose();
    expect(new Set(daysOf(slots)).size).toBe(3);
    expect(propose()).toEqual(slots);
    expect(propose({ seed: 'i-2' })).not.toEqual(slots);
  });

  it('lie apart: not all of them in the first days', () => {
    for (const seed of ['a', 'b', 'c', 'd']) expect((daysOf(propose({ seed })).at(-1) ?? '') > '2026-12-09').toBe(true);
  });

  it('with New York only the Dutch afternoon is left', () => {
    const slots = propose({ otherTimeZone: 'America/New_York' });
    expect(slots).toHaveLength(3);
    for (const { start, end } of slots) {
      expect(clock(start, 'Europe/Amsterdam') >= '15:00').toBe(true);
      expect(clock(end, 'Europe/Amsterdam') <= '17:00').toBe(true);
    }
  });

  it('in the two weeks when only New York has changed its clocks there is an hour more', () => {
    const march = {
      from: '2027-03-15T08:00:00.000Z',
      to: '2027-03-26T17:00:00.000Z',
      otherTimeZone: 'America/New_York',
      count: 200,
    };
    expect(propose(march).some(({ start }) => clock(start, 'Europe/Amsterdam') === '14:00')).toBe(true);
    const april = { ...march, from: '2027-03-29T07:00:00.000Z', to: '2027-04-09T17:00:00.000Z' };
    expect(propose(april).some(({ start }) => clock(start, 'Europe/Amsterdam') < '15:00')).toBe(false);
  });

  it('none at all with Auckland, where they sleep: a person has to find a time', () => {
    expect(propose({ otherTimeZone: 'Pacific/Auckland' })).toEqual([]);
  });

  it('only one day left: several times on that day, none over another', () => {
    const slots = propose({ from: '2026-12-14T09:00:00.000Z', to: '2026-12-15T23:00:00.000Z' });
    expect(slots).toHaveLength(3);
    expect(new Set(daysOf(slots)).size).toBe(1);
    slots.slice(1).forEach(({ start }, nth) => expect(start >= (slots[nth]?.end ?? '9')).toBe(true));
  });

  it('nothing when the notice reaches beyond the window, or a call is longer than a day', () => {
    expect(propose({ to: '2026-12-01T08:30:00.000Z' })).toEqual([]);
    expect(propose({ length: 'PT9H' })).toEqual([]);
  });

  it('a holiday of the leaver is free', () => {
    const slots = propose({ from: '2026-12-23T16:00:00.000Z', to: '2026-12-25T16:00:00.000Z', notice: '0bd', count: 50 });
    expect(new Set(daysOf(slots))).toEqual(new Set(['2026-12-24']));
  });

  it('a night shift is a working day, too', () => {
    const night = { ...calendar, workingHours: '22:00-06:00' };
    const slots = propose({ calendar: night, otherWorkingHours: '00:00-24:00', count: 5 });
    expect(slots).toHaveLength(5);
    for (const { start } of slots) expect(isOpen('22:00-06:00', calendar.timeZone, start)).toBe(true);
  });

  it('whatever the clocks do: at work on both sides, on quarter hours, after the notice, inside the window, over nobody’s time', () => {
    const zone = fc.constantFrom('Europe/Amsterdam', 'Europe/Copenhagen', 'America/New_York', 'Asia/Kolkata', 'Europe/London');
    const from = fc
      .date({ min: new Date('2026-01-01T00:00:00.000Z'), max: new Date('2028-12-31T00:00:00.000Z'), noInvalidDate: true })
      .map((date) => date.toISOString());
    const taken = fc.array(fc.tuple(fc.nat(20 * 24), fc.integer({ min: 1, max: 30 })), { maxLength: 10 });
    fc.assert(
      fc.property(
        from,
        zone,
        zone,
        fc.nat(20),
        taken,
        fc.string({ maxLength: 4 }),
        (start, timeZone, other, days, busy, seed) => {
          const hours = (count: number): string => new Date(Date.parse(start) + count * 3_600_000).toISOString();
          const input: CallInput = {
            ...base,
            calendar: { ...calendar, timeZone },
            otherTimeZone: other,
            from: start,
            to: hours(days * 24),
            taken: busy.map(([at, length]) => ({ start: hours(at), end: hours(at + length) })),
            seed,
          };
          const slots = proposeTimes(input);
          expect(slots.length).toBeLessThanOrEqual(3);
          expect(proposeTimes(input)).toEqual(slots);
          slots.forEach((slot, nth) => {
            expect(Date.parse(slot.end) - Date.parse(slot.start)).toBe(1_800_000);
            expect(Date.parse(slot.start) % 900_000).toBe(0);
            expect(slot.start >= addDuration(input.calendar, start, '1bd') && slot.end <= input.to).toBe(true);
            expect(isBusinessDay(input.calendar, localDay(slot.start, timeZone))).toBe(true);
            for (const side of [timeZone, other]) {
              expect(clock(slot.start, side) >= '09:00' && clock(slot.end, side) <= '17:00').toBe(true);
            }
            const others = [...input.taken, ...slots.slice(nth + 1)];
            expect(others.some((one) => slot.start < one.end && one.start < slot.end)).toBe(false);
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
