import { isStopped } from '../src/domain/handover.js';
import type { Instant } from '../src/domain/words.js';
import { VendorError, type CallContext } from '../src/ports/vendor.js';
import type { MailRow, MailScope } from '../src/store/mails.js';
import type { Deps } from './deps.js';
import { loadFacts } from './facts.js';
import { queueLetter } from './letters.js';

/** A mail that waits in its row. */
export type WaitingMail = MailRow;
/** Whether a mail may go now, is to wait, or has lost its ground. */
export type MailVerdict = 'go' | 'wait' | 'drop';

/** Another worker has a mail in its hands; it is looked at again when that worker is done, or gone. */
const busyMs = 15_000;

/** Sends what a handover has queued: to HR always, to everybody else only while nothing stops the handover. */
export async function sendHandoverMails(deps: Deps, handover: string, now: Instant, context: CallContext): Promise<void> {
  await sendMails(
    deps,
    { scope: 'handover', scopeId: handover },
    async (mail) => {
      if (mail.template.startsWith('release-') || mail.template.startsWith('need-')) return 'go';
      const { facts } = await loadFacts(deps, handover, now);
      return isStopped(facts) ? 'wait' : 'go';
    },
    now,
    context,
  );
}

/**
 * Sends the mails of one piece of work, each judged right before it goes. A mail found in `sending` after a crash goes again under the same
 * Message-ID, but to a contact or an alumnus it becomes `unsure`, and a person decides.
 */
export async function sendMails(
  deps: Deps,
  of: { readonly scope: MailScope; readonly scopeId: string },
  judge: (mail: WaitingMail) => Promise<MailVerdict>,
  now: Instant,
  context: CallContext,
): Promise<void> {
  const results = new Set<Sending>();
  for (const mail of await deps.stores.mails.waiting(of.scope, of.scopeId)) {
    const work = () => sendJudged(deps, mail, judge, now, context);
    results.add(await (deps.mail ? deps.mail.turn(work, context) : work()));
  }
  // A person is told of what is unsure, by a mail that was queued just now.
  if (results.has('unsure')) await sendMails(deps, of, judge, now, context);
  if (results.has('busy'))
    throw new VendorError('mail-unavailable', 'another worker is sending a mail', { retryAfterMs: busyMs });
}

/** What became of one mail; `busy`: another worker has it. */
type Sending = 'sent' | 'failed' | 'unsure' | 'busy' | 'waits';

async function sendJudged(
  deps: Deps,
  mail: WaitingMail,
  judge: (mail: WaitingMail) => Promise<MailVerdict>,
  now: Instant,
  context: CallContext,
): Promise<Sending> {
  switch (await judge(mail)) {
    case 'wait':
      return 'waits';
    case 'drop':
      await deps.stores.mails.failed(mail.id, 'no-ground');
      return 'failed';
    case 'go':
      return sendOne(deps, mail, now, context);
  }
}

async function sendOne(deps: Deps, mail: WaitingMail, now: Instant, context: CallContext): Promise<Sending> {
  const { mails } = deps.stores;
  if (!deps.mail) {
    await mails.failed(mail.id, 'no-mail-server');
    return 'failed';
  }
  const taken = await mails.take(mail.id);
  if (taken === 'unsure') await tellUnsure(deps, mail, now);
  if (taken !== 'taken') return taken;
  try {
    await deps.mail.send(outgoing(mail), context);
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    if (error.kind === 'mail-refused') {
      await mails.failed(mail.id, error.kind);
      return 'failed';
    }
    // Nothing was handed over yet, so the same mail may go again; after that nobody knows, and the row says so.
    if (error.kind === 'mail-unavailable') await mails.release(mail.id, error.kind);
    throw error;
  }
  await mails.sent(mail.id, now);
  await noteIntroduced(deps, mail, now);
  return 'sent';
}

/** A mail that may have left goes to a person: parked with its handover, or told to whoever looks after alumni. */
async function tellUnsure(
  deps: Deps,
  { id, attempts, handoverId, memberId, template }: WaitingMail,
  now: Instant,
): Promise<void> {
  if (handoverId !== null) {
    await deps.stores.handovers.parkOrNote(handoverId, { what: 'unsure-mail', kind: 'conflict', reason: template }, now);
    // HR hears of it from the handover, which may sleep for days.
    await deps.workflows.look(handoverId);
    return;
  }
  if (memberId === null) return;
  const to = deps.company.alumniContact;
  const member = await deps.stores.members.get(memberId);
  // Sent again after somebody looked, it may be unsure again.
  const key = `unsure/${id}/${attempts}`;
  await deps.stores.members.errand({ key, memberId, to, what: `unsure-mail-${template}`, createdAt: now });
  await queueLetter(
    deps,
    { key, scope: 'membership', scopeId: memberId, handoverId: null, personId: null, memberId, to },
    deps.company.language,
    () => ({ id: 'need-parked', name: null, handover: member.handoverId, item: template, link: null }),
  );
}

/** A mail that somebody had sent for them is the introduction itself. */
async function noteIntroduced(deps: Deps, { key }: WaitingMail, now: Instant): Promise<void> {
  const introduction = /^introduction\/([^/]+)/.exec(key)?.[1];
  if (introduction !== undefined) await deps.stores.introductions.updateFrom(introduction, ['agreed'], { sentAt: now });
}

function outgoing(mail: WaitingMail) {
  const { messageId, to, cc, fromName, replyTo, subject, text, html, unsubscribe, calendar, personal } = mail;
  return {
    personal,
    messageId,
    to,
    cc,
    fromName,
    replyTo,
    subject,
    text,
    html,
    listUnsubscribe: unsubscribe,
    calendar: invitationOf(calendar),
  };
}

function invitationOf(stored: unknown): { readonly method: 'REQUEST' | 'CANCEL'; readonly content: string } | null {
  if (typeof stored !== 'object' || stored === null || !('method' in stored) || !('content' in stored)) return null;
  const { method, content } = stored;
  return (method === 'REQUEST' || method === 'CANCEL') && typeof content === 'string' ? { method, content } : null;
}
