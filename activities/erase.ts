import { addDuration } from '../src/domain/calendar.js';
import { purposes } from '../src/domain/questions.js';
import type { Instant } from '../src/domain/words.js';
import type { Deps } from './deps.js';
import { queueContactErrand, queueFarewell } from './membershipMails.js';

/** What an erasure took away; counts only. */
export interface Erased {
  readonly memberships: number;
  readonly ties: number;
  readonly mails: number;
  readonly errands: number;
}

/**
 * Erases what the alumni programme and the network hold about a person: memberships, consents, answers, addresses, ties, and what mails said. The
 * records of the handover itself stay as long as the policy keeps them; the keyed hash stays so that nobody writes to the address again.
 */
export async function erasePerson(deps: Deps, personId: string, now: Instant): Promise<Erased> {
  const members = await deps.stores.members.ofPerson(personId);
  const hashUntil = addDuration(deps.calendarOf(null), now, deps.policy.retention.suppressionHash);
  const counts = await deps.inTransaction(async (tx) => {
    let errands = 0;
    for (const { id } of members) {
      await tx.stores.members.lock(id);
      const member = await tx.stores.members.get(id);
      errands += (await tx.stores.members.errands({ memberId: id })).length;
      await tx.stores.mails.failOutward({ memberId: id }, 'erased');
      const { email } = member;
      const wasEnded = member.endedAt !== null;
      const wasContact = await tx.stores.members.hasConsent(id, purposes.approach);
      await tx.stores.members.erase(id, 'erased', 'asked', now);
      const handover = await tx.stores.handovers.get(member.handoverId);
      if (wasContact) await queueContactErrand(tx, { member, handover }, { what: 'remove' }, now);
      if (email === null || wasEnded) continue;
      await tx.stores.members.suppress(email, 'asked', hashUntil);
      await queueFarewell(tx, { member, handover, email, why: 'asked' }, hashUntil, now);
    }
    const ties = await tx.stores.ties.eraseOf(personId);
    const mails = await tx.stores.mails.forgetPerson(personId);
    return { ties, mails, errands };
  });
  for (const member of members) await deps.workflows.wakeMembership(member.id);
  return { memberships: members.length, ...counts };
}
