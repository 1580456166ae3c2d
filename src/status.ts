import { loadFacts } from '../activities/facts.js';
import { toView } from '../activities/view.js';
import type { Deps } from '../activities/deps.js';
import { toStatus, type HandoverStatus, type RefusalEntry } from '../workflows/contract.js';
import { next } from './domain/handover.js';

/** Where a handover stands, from rows alone: what `show` prints, and the same shape as the workflow's query. */
export async function statusFromRows(deps: Deps, handover: string): Promise<HandoverStatus> {
  const now = new Date().toISOString();
  const loaded = await loadFacts(deps, handover, now);
  const standing = next(loaded.facts, now);
  return toStatus(handover, toView(deps, loaded, standing), refusalsOf(loaded.row.refusals));
}

/** The newest refusals, as the workflow wrote them into the row. */
function refusalsOf(stored: unknown): readonly RefusalEntry[] {
  return Array.isArray(stored) ? stored.filter(isRefusal) : [];
}

function isRefusal(value: unknown): value is RefusalEntry {
  return typeof value === 'object' && value !== null && 'at' in value && 'message' in value && 'code' in value && 'text' in value;
}
