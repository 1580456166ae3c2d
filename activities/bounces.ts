import type { Instant } from '../src/domain/words.js';
import type { Bounce } from '../src/ports/mail.js';
import type { CallContext } from '../src/ports/vendor.js';
import type { Deps } from './deps.js';

/** Reads delivery reports and acts on those about mails of ours. Returns how many were. */
export async function readBounces(deps: Deps, now: Instant, context: CallContext): Promise<number> {
  let ours = 0;
  await deps.bounces?.read(async (bounce) => {
    if (await note(deps, bounce, now)) ours += 1;
  }, context);
  return ours;
}

/** A permanent report ends a membership, and tells a person that a contact or a colleague was not reached. A report about no mail of ours is a stranger's. */
async function note(deps: Deps, { messageId, status, permanent }: Bounce, now: Instant): Promise<boolean> {
  if (messageId === null) return false;
  const mail = permanent ? await deps.stores.mails.bounced(messageId, status, now) : null;
  if (!mail) return false;
  if (mail.memberId !== null && mail.audience === 'alumnus') {
    await deps.stores.members.bounced(mail.memberId, mail.to, now);
    await deps.workflows.wakeMembership(mail.memberId);
  } else if (mail.handoverId !== null) {
    await deps.stores.handovers.parkOrNote(
      mail.handoverId,
      { what: 'undelivered-mail', kind: 'not-found', reason: mail.template },
      now,
    );
    await deps.workflows.look(mail.handoverId);
  }
  return true;
}
