import type { ReconcileInput } from './contract.js';
import { reconcile as readChanges, sweepAll } from './proxies.js';
import { nowIso } from './time.js';

/** Asks a connection's HRIS what changed since the last time: what a webhook lost, this finds. */
export async function reconcile({ connection }: ReconcileInput): Promise<number> {
  return readChanges({ connection, now: nowIso() });
}

/** The daily look at all handovers for what should not be. */
export async function sweep(): Promise<{ readonly looked: number; readonly restarted: number; readonly found: number }> {
  return sweepAll({ now: nowIso() });
}
