import { loadFacts } from '../activities/facts.js';
import { toView } from '../activities/view.js';
import type { Deps } from '../activities/deps.js';
import { toStatus, type HandoverStatus, type RefusalEntry, type WaitingEntry } from '../workflows/contract.js';
import { next } from './domain/handover.js';
import { stages, type Stage } from './domain/words.js';

/** Where a handover stands, from rows alone: what `show` prints, and the same shape as the workflow's query. */
export async function statusFromRows(deps: Deps, handover: string): Promise<HandoverStatus> {
  const now = new Date().toISOString();
  const loaded = await loadFacts(deps, handover, now);
  const { row } = loaded;
  const standing = next(loaded.facts, now);
  // While a change is due that the worker has not made yet, the row says where the handover rests.
  const atRest =
    standing.changes.length === 0 ? standing : { ...standing, stage: stageOf(row.stage), waitingFor: waitingOf(row.waitingFor) };
  return toStatus(handover, toView(deps, loaded, atRest), refusalsOf(row.refusals));
}

/** What a row says that a handover waits for; entries of another shape are left out. */
export function waitingOf(stored: unknown): readonly WaitingEntry[] {
  return Array.isArray(stored) ? stored.filter(isWaiting) : [];
}

function isWaiting(value: unknown): value is WaitingEntry {
  return typeof value === 'object' && value !== null && 'what' in value && typeof value.what === 'string';
}

/** The stage that a row names. */
export function stageOf(text: string): Stage {
  const found = stages.find((stage) => stage === text);
  if (!found) throw new Error('a row holds a stage that this version does not know');
  return found;
}

/** The newest refusals, as the workflow wrote them into the row. */
function refusalsOf(stored: unknown): readonly RefusalEntry[] {
  return Array.isArray(stored) ? stored.filter(isRefusal) : [];
}

function isRefusal(value: unknown): value is RefusalEntry {
  return typeof value === 'object' && value !== null && 'at' in value && 'message' in value && 'code' in value && 'text' in value;
}
