import type { Day } from './words.js';

const monthDay = /^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** A period of every year, as `MM-DD` texts; `to` before `from` passes the new year. */
export interface YearlyPeriod {
  readonly from: string;
  readonly to: string;
}

/** Reads `12-20/01-05`; null for anything else. */
export function parseYearly(text: string): YearlyPeriod | null {
  const [from = '', to = '', ...rest] = text.split('/');
  return rest.length === 0 && monthDay.test(from) && monthDay.test(to) ? { from, to } : null;
}

/** Whether a day lies in one of a company's yearly periods, both ends included; a text that is no period throws a RangeError. */
export function isIn(periods: readonly string[], day: Day): boolean {
  const date = day.slice(5);
  return periods.some((text) => {
    const period = parseYearly(text);
    if (period === null) throw new RangeError(`"${text}" is no yearly period; the configuration should have refused it`);
    const { from, to } = period;
    return from <= to ? from <= date && date <= to : from <= date || date <= to;
  });
}
