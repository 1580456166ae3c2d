import { endMembership } from '../src/alumni/leaving.js';
import type { Instant } from '../src/domain/words.js';
import { programmeOf, type Deps } from './deps.js';

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
  const counts = await deps.inTransaction(async (tx) => {
    let errands = 0;
    for (const { id } of members) {
      await tx.stores.members.lock(id);
      errands += (await tx.stores.members.errands({ memberId: id })).length;
      await endMembership(programmeOf(tx), await tx.stores.members.get(id), 'asked', now);
    }
    const ties = await tx.stores.ties.eraseOf(personId);
    const mails = await tx.stores.mails.forgetPerson(personId);
    return { ties, mails, errands };
  });
  for (const member of members) await deps.workflows.wakeMembership(member.id);
  return { memberships: members.length, ...counts };
}
