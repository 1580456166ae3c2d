import { addDays } from './calendar.js';
import type { Day } from './words.js';

/** How long whoever was made redundant must be offered a job that opens before anybody else, in weeks after the end of employment, by country. */
const weeks: Readonly<Record<string, number>> = { NL: 26 };

/** The longest such time, in days: nobody who left earlier has a claim. */
export const longestDuty = Math.max(...Object.values(weeks)) * 7;

/** The last day of the duty to re-hire; null where there is none. `end` is the last day of employment. */
export function rehireDutyUntil(country: string, end: Day): Day | null {
  const count = weeks[country];
  return count === undefined ? null : addDays(end, count * 7);
}
