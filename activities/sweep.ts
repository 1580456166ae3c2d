import { addDays, addDuration, localDay } from '../src/domain/calendar.js';
import type { Instant } from '../src/domain/words.js';
import { VendorError, type CallContext } from '../src/ports/vendor.js';
import type { Deps } from './deps.js';
import { loadFacts } from './facts.js';
import { supplement } from './plan.js';
import { giveToCustodian } from './settle.js';
import { searchOwnerships, staysBehind } from './snapshot.js';

/** What a sweep over all handovers found. */
export interface SweepResult {
  readonly looked: number;
  readonly restarted: number;
  readonly found: number;
}

/** Searches the CRMs for what still names the leaver. While the handover is open it becomes a supplementary step, after its last day the custodian's. */
export async function sweepOne(
  deps: Deps,
  handover: string,
  now: Instant,
  context: CallContext,
  alive: () => void,
): Promise<number> {
  const row = await deps.stores.handovers.get(handover);
  await deps.stores.handovers.restartSnapshot(handover);
  const added = await searchOwnerships(deps, row, now, context, alive);
  // Also when nothing is new: an attempt before this one may have stored rows and not planned them.
  await planSupplement(deps, handover, now, context);
  const isOver = row.lastWorkingDay !== null && (await loadFacts(deps, handover, now)).facts.deadlines;
  if (isOver && isOver.lastDayEnds <= now) await deps.stores.handovers.update(handover, { sweptAt: now });
  return added;
}

async function planSupplement(deps: Deps, handover: string, now: Instant, context: CallContext): Promise<void> {
  const steps = await supplement(deps, handover, now, context);
  const loaded = await loadFacts(deps, handover, now);
  const ends = loaded.facts.deadlines;
  if (loaded.facts.mode === 'observe' || !ends || ends.custodianAt === null || ends.custodianAt > now) return;
  for (const step of steps) await giveToCustodian(deps, loaded, step, now, true);
}

/**
 * The daily look at everything: open handovers whose workflow does not run are started again, and records that still name a leaver are
 * found. Closed handovers are searched daily for a while and once more later.
 */
export async function sweepAll(deps: Deps, now: Instant, context: CallContext, alive: () => void): Promise<SweepResult> {
  const { daily, again } = deps.policy.transfer.sweep;
  const today = localDay(now, deps.calendarOf(null).timeZone);
  const rows = await deps.stores.handovers.forSweep(
    { from: daysBefore(deps, now, daily), to: addDays(today, 1) },
    daysBefore(deps, now, again),
  );
  let restarted = 0;
  for (const { id, closedAt, plannedAt } of rows) {
    if (closedAt !== null) continue;
    if (!(await deps.workflows.look(id))) restarted += await restart(deps, id, now);
    // Makes up for whatever wake was lost.
    if (plannedAt !== null) await deps.workflows.wakeIntroductions(id);
  }
  let found = 0;
  for (const { id, closedAt } of rows) {
    alive();
    found += await searched(deps, id, now, () =>
      closedAt === null ? sweepOpen(deps, id, now, context, alive) : sweepClosed(deps, id, now, context),
    );
  }
  await deps.deliveries.purge(new Date(Date.parse(now) - spanOf(deps, now, deps.policy.retention.deliveries)));
  return { looked: rows.length, restarted, found };
}

/** One vendor's bad day must not keep the others from being searched: it is noted, and tomorrow is another sweep. */
async function searched(deps: Deps, handover: string, now: Instant, search: () => Promise<number>): Promise<number> {
  try {
    return await search();
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    await deps.stores.handovers.noteFinding(handover, 'not-searched', error.kind, now);
    return 0;
  }
}

async function restart(deps: Deps, handover: string, now: Instant): Promise<number> {
  const row = await deps.stores.handovers.get(handover);
  await deps.stores.handovers.noteFinding(handover, 'workflow-not-running', row.stage, now);
  await deps.workflows.startHandover(handover, row.employment.connection);
  return 1;
}

/** Only what was planned is searched again; before that the snapshot itself is still to come. */
async function sweepOpen(deps: Deps, handover: string, now: Instant, context: CallContext, alive: () => void): Promise<number> {
  const row = await deps.stores.handovers.get(handover);
  if (row.plannedAt === null || row.restoring !== null) return 0;
  const added = await sweepOne(deps, handover, now, context, alive);
  if (added > 0) await deps.workflows.look(handover);
  return added;
}

/** A closed handover is not opened again: what is found is noted, for `show` and for HR. */
async function sweepClosed(deps: Deps, handover: string, now: Instant, context: CallContext): Promise<number> {
  const row = await deps.stores.handovers.get(handover);
  let found = 0;
  for (const crm of deps.crms) {
    for (const owner of await deps.stores.people.usersOf(crm.name, row.employment.personId)) {
      for (const recordType of crm.port.recordTypes) {
        const page = await crm.port.owned({ recordType, owner, after: null }, context);
        const count = page.records.filter((record) => !staysBehind(record)).length;
        if (count === 0) continue;
        found += count;
        await deps.stores.handovers.noteFinding(handover, 'still-with-leaver', `${crm.name}/${recordType}`, now);
      }
    }
  }
  return found;
}

function daysBefore(deps: Deps, now: Instant, duration: string): string {
  return localDay(new Date(Date.parse(now) - spanOf(deps, now, duration)).toISOString(), deps.calendarOf(null).timeZone);
}

function spanOf(deps: Deps, now: Instant, duration: string): number {
  return Date.parse(addDuration(deps.calendarOf(null), now, duration)) - Date.parse(now);
}
