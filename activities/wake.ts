import { isStopped } from '../src/domain/handover.js';
import type { Deps } from './deps.js';
import { toldOf, type Loaded } from './facts.js';

/**
 * Wakes the introductions and the membership of a handover when something changed on which they depend. What they were last woken for is a
 * row, so a wake that was lost is made up for by the next look.
 */
export async function wakePeople(deps: Deps, loaded: Loaded): Promise<void> {
  const { row, facts, people } = loaded;
  const hasIntroductions = facts.mode === 'act' && facts.planned;
  if (!hasIntroductions && !people.member) return;
  const key = standingOf(loaded);
  if (row.introducedFor === key) return;
  if (hasIntroductions) await deps.workflows.wakeIntroductions(row.id);
  const concernsMember = datesOf(loaded) !== row.introducedFor?.split('\n')[0];
  if (people.member && people.member.state !== 'asked' && concernsMember) await deps.workflows.wakeMembership(people.member.id);
  await deps.stores.handovers.noteIntroduced(row.id, key);
}

/** On the first line what a membership depends on; on the second what introductions do besides: who knows, who takes over, what stops it. */
function standingOf(loaded: Loaded): string {
  const { row, facts } = loaded;
  const steps = row.steps.map(({ id, state, successorId }) => [id, state, successorId]);
  const parked = row.parked.map(({ id }) => id);
  return `${datesOf(loaded)}\n${JSON.stringify([toldOf(row), steps, isStopped(facts), row.restoring, row.outcome, parked])}`;
}

/** The dates, and whether the departure was withdrawn. No more than that wakes a membership: each look is a dozen events of its history. */
function datesOf({ row }: Loaded): string {
  return JSON.stringify([row.lastWorkingDay, row.card?.employmentEnd ?? null, row.inForce, row.outcome === 'rescinded']);
}
