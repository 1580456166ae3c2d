import type { Instant } from '../domain/words.js';
import type { Queries } from './client.js';
import { newId } from './ids.js';

/** A mail to be sent; the key makes it unique for ever, so that a retried activity queues nothing twice. */
export interface NewMail {
  readonly key: string;
  readonly handoverId: string;
  readonly personId: string | null;
  readonly template: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** Mails on their way: queued, sending, sent, failed. */
export function mailStore(db: Queries, messageIdDomain: string) {
  return {
    async queue(mail: NewMail): Promise<void> {
      const id = newId('m-');
      await db.mail.createMany({ data: [{ ...mail, id, messageId: `<${id}@${messageIdDomain}>` }], skipDuplicates: true });
    },

    /** Mails of a handover that are still to go: those found in `sending` after a crash go again under the same Message-ID. */
    async waiting(handoverId: string) {
      return db.mail.findMany({ where: { handoverId, state: { in: ['queued', 'sending'] } }, orderBy: { createdAt: 'asc' } });
    },

    async countWaiting(handoverId: string): Promise<number> {
      return db.mail.count({ where: { handoverId, state: { in: ['queued', 'sending'] } } });
    },

    async begin(id: string): Promise<void> {
      await db.mail.update({ where: { id }, data: { state: 'sending', attempts: { increment: 1 } } });
    },

    async sent(id: string, at: Instant): Promise<void> {
      await db.mail.update({ where: { id }, data: { state: 'sent', sentAt: at, lastError: null } });
    },

    /** Given up: the server refused it for good, or a person skipped it. */
    async failed(id: string, reason: string): Promise<void> {
      await db.mail.update({ where: { id }, data: { state: 'failed', lastError: reason } });
    },

    async failAll(handoverId: string, reason: string): Promise<void> {
      await db.mail.updateMany({
        where: { handoverId, state: { in: ['queued', 'sending'] } },
        data: { state: 'failed', lastError: reason },
      });
    },
  };
}

/** The store of mails. */
export type MailStore = ReturnType<typeof mailStore>;
