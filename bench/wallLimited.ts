import { byKind, fewestCalls } from './hubspotCalls.js';
import type { Bench } from './lab.js';
import { depart } from './leaver.js';
import { judge, round } from './result.js';
import { say } from './stack.js';

/** The sandbox's windows, which are HubSpot's: calls per rolling second and ten seconds, searches per second. */
const perSecond = 11;
const perTenSeconds = 110;
const searchesPerSecond = 4;

/** How long the limits alone make one leaver take: bursts as large as the windows allow, answered at once. */
export function floorSeconds(size: number): { readonly search: number; readonly calls: number } {
  const { search, compare, update, verify } = fewestCalls(size);
  const calls = compare + update + verify;
  const windows = (count: number, limit: number, seconds: number) => Math.floor((count - 1) / limit) * seconds;
  return {
    search: windows(search, searchesPerSecond, 1),
    calls: Math.max(windows(calls, perSecond, 1), windows(calls, perTenSeconds, 10)),
  };
}

/** Snapshot and transfer of one leaver under the vendor's documented limits, against the time that the limits alone take. */
export const wallLimited: Bench = {
  names: ['wall-limited'],
  async measure(lab) {
    const { size } = lab.options;
    const stack = await lab.stack('limited');
    say(`One leaver with ${size} companies under HubSpot's limits …`);
    const { snapshotMs, transferMs, pausedMs, calls } = await depart(stack, lab.options);
    const floor = floorSeconds(size);
    const detail = {
      snapshotSeconds: round(snapshotMs / 1_000, 2),
      transferSeconds: round(transferMs / 1_000, 2),
      pauseExcludedSeconds: round(pausedMs / 1_000, 2),
      floor,
      calls: byKind(calls),
    };
    const value = (snapshotMs + transferMs) / 1_000;
    return [
      judge({
        name: 'wall-limited',
        size,
        value,
        unit: 's',
        bound: floor.search + floor.calls,
        target: 1.3,
        better: 'lower',
        detail,
      }),
    ];
  },
};
