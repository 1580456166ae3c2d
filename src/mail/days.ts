import type { Day, Instant, Language } from '../domain/words.js';

/** A day and, where it matters, the wall-clock time (`15:00`) of the country that the reader works in. */
export interface Moment {
  readonly day: Day;
  readonly time: string | null;
}

const weekdays = {
  nl: ['zondag', 'maandag', 'dinsdag', 'woensdag', 'donderdag', 'vrijdag', 'zaterdag'],
  da: ['søndag', 'mandag', 'tirsdag', 'onsdag', 'torsdag', 'fredag', 'lørdag'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
} as const satisfies Record<Language, readonly string[]>;

const months = {
  nl: 'januari februari maart april mei juni juli augustus september oktober november december'.split(' '),
  da: 'januar februar marts april maj juni juli august september oktober november december'.split(' '),
  en: 'January February March April May June July August September October November December'.split(' '),
} as const satisfies Record<Language, readonly string[]>;

/** A day with its weekday and the month as a word; `year: true` for days so far away that the year is not obvious. */
export function spelledDay(day: Day, language: Language, options: { readonly year?: boolean } = {}): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const weekday = weekdays[language][new Date(Date.UTC(year, month - 1, date)).getUTCDay()];
  const name = months[language][month - 1];
  if (weekday === undefined || name === undefined) throw new RangeError(`not a day: ${day}`);
  const spelled = language === 'da' ? `${weekday} den ${date}. ${name}` : `${weekday} ${date} ${name}`;
  return options.year ? `${spelled} ${year}` : spelled;
}

/** A moment as one would say it: `vrijdag 18 december om 15.00 uur`. */
export function spelledMoment({ day, time }: Moment, language: Language): string {
  const spelled = spelledDay(day, language);
  if (time === null) return spelled;
  switch (language) {
    case 'nl':
      return `${spelled} om ${time.replace(':', '.')} uur`;
    case 'da':
      return `${spelled} kl. ${time.replace(':', '.')}`;
    case 'en':
      return `${spelled} at ${time}`;
    default:
      return language satisfies never;
  }
}

/** The wall clock of a time zone at an instant. */
export function momentOf(instant: Instant, timeZone: string): Moment {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const [day = '', time = null] = format.format(new Date(instant)).split(' ');
  return { day, time };
}

/** `A, B en C`. */
export function listed(names: readonly string[], language: Language): string {
  return new Intl.ListFormat(language === 'en' ? 'en-GB' : language, { type: 'conjunction' }).format(names);
}
