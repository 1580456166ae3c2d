import type { ReconcileInput } from './contract.js';
import { followUpAll, readBounces, reconcile as readChanges, sweepAll } from './proxies.js';
import { nowIso } from './time.js';

/** Asks a connection's HRIS what changed since the last time: what a webhook lost, this finds. */
export async function reconcile({ connection }: ReconcileInput): Promise<number> {
  return readChanges({ connection, now: nowIso() });
}

/** The daily look at all handovers for what should not be. */
export async function sweep(): Promise<{ readonly looked: number; readonly restarted: number; readonly found: number }> {
  return sweepAll({ now: nowIso() });
}

/** The daily look at what is due by date after handovers: debts, scores, notes that are no longer kept. */
export async function followUp(): Promise<{ readonly debts: number; readonly scores: number; readonly handovers: number }> {
  return followUpAll({ now: nowIso() });
}

/** Reads delivery reports from the one mailbox that Baton reads. */
export async function bounces(): Promise<number> {
  return readBounces({ now: nowIso() });
}
