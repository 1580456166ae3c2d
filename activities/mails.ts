import { isStopped } from '../src/domain/handover.js';
import type { Instant } from '../src/domain/words.js';
import { VendorError, type CallContext } from '../src/ports/vendor.js';
import { approvalPrefix } from '../src/store/mails.js';
import type { Deps } from './deps.js';
import { loadFacts } from './facts.js';

/** Sends what is queued for a handover, approvers' mails only while nothing stops it; a mail found in `sending` after a crash goes again under the same Message-ID. */
export async function sendMails(deps: Deps, handover: string, now: Instant, context: CallContext): Promise<void> {
  const { mails } = deps.stores;
  for (const mail of await mails.waiting(handover)) {
    if (mail.template.startsWith(approvalPrefix) && isStopped((await loadFacts(deps, handover, now)).facts)) continue;
    if (!deps.mail) {
      await mails.failed(mail.id, 'no-mail-server');
      continue;
    }
    await mails.begin(mail.id);
    try {
      await deps.mail.send(mail, context);
    } catch (error) {
      if (!(error instanceof VendorError) || error.kind !== 'mail-refused') throw error;
      await mails.failed(mail.id, error.kind);
      continue;
    }
    await mails.sent(mail.id, now);
  }
}
