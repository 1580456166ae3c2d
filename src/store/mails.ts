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

/** Templates of mails to approvers begin so. */
export const approvalPrefix = 'approval-';

/** Mails on their way: queued, sending, sent, failed. */
export function mailStore(db: Queries, messageIdDomain: string) {
  return {
    /** True when it is new. */
    async queue(mail: NewMail): Promise<boolean> {
      const id = newId('m-');
      const { count } = await db.mail.createMany({
        data: [{ ...mail, id, messageId: `<${id}@${messageIdDomain}>` }],
        skipDuplicates: true,
      });
      return count > 0;
    },

    /** Mails of a handover that are still to go: those found in `sending` after a crash go again under the same Message-ID. */
    async waiting(handoverId: string) {
      return db.mail.findMany({ where: { handoverId, state: { in: ['queued', 'sending'] } }, orderBy: { createdAt: 'asc' } });
    },

    /** How many are still to go, to HR and to approvers. */
    async countWaiting(handoverId: string): Promise<{ readonly hr: number; readonly approvers: number }> {
      const where = { handoverId, state: { in: ['queued', 'sending'] } };
      const approvers = await db.mail.count({ where: { ...where, template: { startsWith: approvalPrefix } } });
      return { hr: (await db.mail.count({ where })) - approvers, approvers };
    },

    /** Mails to approvers that lost their cause. */
    async failApprovals(handoverId: string, reason: string): Promise<void> {
      const where = { handoverId, state: { in: ['queued', 'sending'] }, template: { startsWith: approvalPrefix } };
      await db.mail.updateMany({ where, data: { state: 'failed', lastError: reason } });
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
