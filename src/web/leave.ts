import { endMembership } from '../alumni/leaving.js';
import { isFinal } from '../domain/membership.js';
import type { MemberRow } from '../store/members.js';
import { waken, type Visit } from './parts.js';

/** How a membership can be ended by the person. */
export type Leaving = 'declined' | 'ended' | 'erased';

/** States of which nothing can come any more. */
export function isOver({ state }: Pick<MemberRow, 'state'>): boolean {
  return isFinal(state);
}

/** Ends a membership at the person's wish and erases it at once. */
export async function leave({ parts, now }: Visit, memberId: string, why: Leaving): Promise<void> {
  await parts.inTransaction(async (stores) => {
    await stores.members.lock(memberId);
    await endMembership({ ...parts, stores }, await stores.members.get(memberId), why, now);
  });
  await waken(parts, 'membership', memberId);
}
