import { laterOf } from '../src/domain/calendar.js';
import type { Instant } from '../src/domain/words.js';
import type { HandoverView } from '../workflows/contract.js';
import { beginUndo } from './commands.js';
import type { Deps } from './deps.js';
import { loadFacts, type Loaded } from './facts.js';
import { settle } from './settle.js';
import { toCard, toCardRow } from '../src/store/card.js';
import { desiredOf } from '../src/store/handovers.js';
import { lateUntilOf } from './plan.js';
import { saveCard } from './snapshot.js';

/** Acts on what the row wants since the newest look at the HRIS, and acknowledges it; an old version changes nothing. */
export async function applyChange(deps: Deps, handover: string, now: Instant): Promise<HandoverView> {
  await deps.inTransaction(async (tx) => {
    await tx.stores.handovers.lock(handover);
    const loaded = await loadFacts(tx, handover, now);
    const { row } = loaded;
    if (row.closedAt !== null || row.applied >= row.desired) return;
    const { inForce, evidence } = desiredOf(row);
    await tx.stores.handovers.update(handover, { applied: row.desired, inForce });
    if (evidence === 'unknown') return;
    if (inForce) await resume(tx, loaded, now);
    else await rescind(tx, loaded, now);
  });
  return settle(deps, handover, now);
}

/** The ending is in force, with new dates or again: a proposal to restore has lost its cause. */
async function resume(deps: Deps, loaded: Loaded, now: Instant): Promise<void> {
  const proposals = loaded.row.parked.filter((item) => item.what === 'restore' && item.kind === 'decision');
  await deps.stores.handovers.resolveParked(
    loaded.row.id,
    proposals.map((item) => item.id),
    'in-force-again',
    now,
  );
  await moveDates(deps, loaded);
}

/**
 * New dates, with which every deadline moves, and the deals that stay until the last day. Before the release the whole card follows the HRIS; what
 * HR has confirmed stays, but for dates that HR did not set by hand.
 */
async function moveDates(deps: Deps, { row }: Loaded): Promise<void> {
  if (!row.card) return;
  if (!row.releasedAt) return saveCard(deps, row.id);
  const desired = desiredOf(row);
  const card = toCard(row.card);
  const moved = {
    ...card,
    ...(!card.edited.includes('employmentEnd') && { employmentEnd: desired.employmentEnd }),
    ...(!card.edited.includes('lastWorkingDay') && { lastWorkingDay: desired.lastWorkingDay ?? desired.employmentEnd }),
  };
  await deps.stores.handovers.saveCard(row.id, toCardRow(moved));
  await deps.stores.handovers.update(row.id, { lastWorkingDay: moved.lastWorkingDay, sweptAt: null });
  const lateUntil = lateUntilOf(deps, { ...row, lastWorkingDay: moved.lastWorkingDay });
  if (lateUntil !== null) await deps.stores.ownerships.markLate(row.id, lateUntil);
}

/**
 * The HRIS withdrew the ending. Until contacts know, and until the end of the last working day, everything is restored without asking;
 * after that it is a proposal for a person. The epoch is raised first either way: no vendor batch begins any more.
 */
async function rescind(deps: Deps, { row, facts, deadlines }: Loaded, now: Instant): Promise<void> {
  await deps.stores.mails.failApprovals(row.id, 'rescinded');
  const isOver = deadlines !== null && laterOf(now, deadlines.lastDayEnds) === now;
  const groups = await deps.stores.ownerships.groups(row.id);
  const moved = groups.some(({ state }) => state === 'intended' || state === 'written' || state === 'verified');
  if (moved && (facts.told.includes('contacts') || isOver)) {
    await deps.stores.handovers.update(row.id, { epoch: { increment: 1 } });
    await deps.stores.handovers.park(
      row.id,
      { what: 'restore', kind: 'decision', reason: isOver ? 'rehired' : 'contacts-told' },
      now,
    );
    return;
  }
  await beginUndo(deps, row.id, { stepIds: null }, 'rescinded', now);
}
