import { describe, expect, it } from 'vitest';
import { isIn, parseYearly } from '../../src/domain/yearly.js';

const quiet = ['07-15/08-15', '12-20/01-05'];

describe('quiet periods: nobody is asked a question in their holidays', () => {
  it.each([
    ['2027-07-14', false],
    ['2027-07-15', true],
    ['2027-08-15', true],
    ['2027-08-16', false],
    ['2026-12-19', false],
    ['2026-12-20', true],
    ['2026-12-31', true],
    ['2027-01-01', true],
    ['2027-01-05', true],
    ['2027-01-06', false],
  ])('%s: %s', (day, expected) => {
    expect(isIn(quiet, day)).toBe(expected);
  });

  it('a leap day lies in a period around it, and a period of one day is one day', () => {
    expect(isIn(['02-20/03-01'], '2028-02-29')).toBe(true);
    expect(isIn(['02-29/02-29'], '2028-02-29')).toBe(true);
    expect(isIn(['02-29/02-29'], '2028-02-28')).toBe(false);
    expect(isIn([], '2028-02-29')).toBe(false);
  });

  it.each(['', '12-20', '12-20/01-05/02-01', '13-01/01-05', '12-32/01-05', '1-1/2-2', '2026-12-20/2027-01-05'])(
    '"%s" is refused instead of never being quiet',
    (text) => {
      expect(parseYearly(text)).toBeNull();
      expect(() => isIn([text], '2027-01-01')).toThrow(RangeError);
    },
  );
});
