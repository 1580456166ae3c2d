// The day ends where the employee works; one formatter per zone, because making one is slow.
const zones: Readonly<Record<string, string>> = {
  NL: 'Europe/Amsterdam',
  DK: 'Europe/Copenhagen',
  BE: 'Europe/Brussels',
  GB: 'Europe/London',
  DE: 'Europe/Berlin',
};
const formatters = new Map<string, Intl.DateTimeFormat>();

/** The calendar day (`2026-11-30`) at an instant, in the country's own time. */
export function localDay(country: string, instantMs: number): string {
  const timeZone = zones[country] ?? 'UTC';
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timeZone, formatter);
  }
  return formatter.format(instantMs);
}

/** The day after a day. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}
