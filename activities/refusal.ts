import { addDuration } from '../src/domain/calendar.js';
import type { Instant } from '../src/domain/words.js';
import type { CallContext } from '../src/ports/vendor.js';
import type { Deps } from './deps.js';
import type { Introducing } from './introductions.js';
import { replan } from './plan.js';

/**
 * A contact does not want this successor, or nobody at all. Nobody at all: the CRM is told not to write, and the address is kept as a hash. Another
 * one: what has not moved is planned anew without this successor and waits for approval; what has moved goes to a person.
 */
export async function offerAnother(deps: Deps, item: Introducing, now: Instant, context: CallContext): Promise<void> {
  if (item.row.reason === 'no-contact') return respect(deps, item, now, context);
  const { row, successor } = item;
  const isPlanned = await deps.inTransaction(async (tx) => {
    await tx.stores.handovers.lock(row.handoverId);
    if (row.bundle === null || successor === null) return false;
    const handover = await tx.stores.handovers.get(row.handoverId);
    const stepIds = handover.steps.filter((step) => step.successorId === successor).map((step) => step.id);
    const where = { stepIds, bundles: [row.bundle], from: ['planned' as const, 'approved' as const] };
    if ((await tx.stores.ownerships.setState(row.handoverId, where, 'refused')) === 0) return false;
    // First the introduction: an account is warm only while one is awaited.
    await tx.stores.introductions.beginAgain(row.id, 'other-successor');
    await replan(tx, row.handoverId, now, [successor]);
    return true;
  });
  if (!isPlanned) {
    const item = { what: 'contact-refused', kind: 'conflict', reason: 'other-successor' };
    await deps.stores.handovers.parkOrNote(row.handoverId, item, now);
    await deps.stores.introductions.update(row.id, { reason: 'with-a-person' });
  }
  await deps.workflows.look(row.handoverId);
}

async function respect(deps: Deps, { row, relationship }: Introducing, now: Instant, context: CallContext): Promise<void> {
  const { connection, contact, email } = relationship;
  const crm = deps.crms.find((one) => one.name === connection && one.mode === 'act');
  if (contact !== null) await crm?.port.contacts?.refuse?.(contact, context);
  const until = addDuration(deps.calendarOf(null), now, deps.policy.retention.suppressionHash);
  if (email !== null) await deps.stores.members.suppress(email, 'contact-refused', until);
  if (row.bundle !== null) await deps.stores.ownerships.endWait(row.handoverId, [row.bundle]);
  await deps.stores.introductions.update(row.id, { reason: 'respected' });
}
