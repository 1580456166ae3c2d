import type { Calls } from './leaver.js';
import type { Bench } from './lab.js';
import { judge } from './result.js';

/** Records per page of a search, and per batch: the vendor's largest. */
export const searchPage = 200;
export const batchSize = 100;

/** The fewest calls that find, compare, write and prove so many records. */
export function fewestCalls(size: number): {
  readonly search: number;
  readonly compare: number;
  readonly update: number;
  readonly verify: number;
} {
  const batches = Math.ceil(size / batchSize);
  return { search: Math.ceil(size / searchPage), compare: batches, update: batches, verify: batches };
}

/** HubSpot calls of one leaver's whole handover against the fewest that can do it. */
export const hubspotCalls: Bench = {
  names: ['hubspot-calls'],
  async measure(lab) {
    const { size } = lab.options;
    const { calls, writes, steps } = await lab.leaver();
    const bound = Object.values(fewestCalls(size)).reduce((sum, count) => sum + count, 0);
    const value = calls.reduce((sum, call) => sum + answersOf(call), 0);
    return [
      judge({
        name: 'hubspot-calls',
        size,
        value,
        unit: 'calls',
        bound,
        target: 1.1,
        better: 'lower',
        detail: { ...byKind(calls), steps, writes },
      }),
    ];
  },
};

function answersOf({ status }: Calls[number]): number {
  return Object.values(status).reduce((sum, count) => sum + count, 0);
}

/** By kind; comparing and proving are the same route, and each update has one read before it and one after. */
export function byKind(calls: Calls): Readonly<Record<string, number>> {
  const kindOf = (route: string): string => {
    if (route.endsWith('/search')) return 'search';
    if (route.endsWith('/batch/update')) return 'update';
    if (route.includes('/objects/') && route.endsWith('/batch/read')) return 'read';
    return route.includes('/owners') ? 'owners' : 'other';
  };
  const counts: Record<string, number> = { search: 0, compare: 0, update: 0, verify: 0 };
  for (const call of calls) counts[kindOf(call.route)] = (counts[kindOf(call.route)] ?? 0) + answersOf(call);
  const { read = 0, ...rest } = counts;
  const refused = calls.reduce((sum, { status }) => sum + (status['429'] ?? 0), 0);
  return { ...rest, compare: Math.ceil(read / 2), verify: Math.floor(read / 2), refused };
}
