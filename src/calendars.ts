import Holidays from 'date-holidays';
import type { Config } from './config.js';
import type { Calendar } from './domain/calendar.js';
import type { Day } from './domain/words.js';

/** Years around now for which public holidays are known: a retirement is planned a year ahead. */
const yearsAhead = 3;

/** The business calendars of a company, one per country, made when first asked for. */
export function calendarsOf({ company, countries, policy }: Pick<Config, 'company' | 'countries' | 'policy'>, thisYear: number) {
  const made = new Map<string, Calendar>();
  return (country: string | null): Calendar => {
    const code = country ?? company.country;
    const known = made.get(code);
    if (known) return known;
    const { workingHours, workingDays, publicHolidays } = policy.calendar;
    const calendar: Calendar = {
      timeZone: countries[code]?.timeZone ?? company.timeZone,
      workingHours,
      workingDays,
      holidays: new Set(publicHolidays ? holidaysOf(code, thisYear) : []),
    };
    made.set(code, calendar);
    return calendar;
  };
}

/** Public holidays of a country; a country that the library does not know has none. */
function holidaysOf(country: string, thisYear: number): readonly Day[] {
  const holidays = new Holidays(country);
  const years = Array.from({ length: yearsAhead + 2 }, (_, index) => thisYear - 1 + index);
  return years.flatMap((year) =>
    (holidays.getHolidays(year) ?? []).filter(({ type }) => type === 'public').map(({ date }) => date.slice(0, 10)),
  );
}
