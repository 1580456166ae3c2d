import type { Instant } from '../domain/words.js';
import { Prisma } from '../generated/client.js';
import { utc, type Queries } from './client.js';
import { newId } from './ids.js';
import type { NewLink } from './links.js';

/** Whom a mail is for: a mail to a contact or an alumnus is never sent a second time on a doubt. */
export type MailAudience = 'internal' | 'leaver' | 'contact' | 'alumnus';
/** Which work sends a mail; the id beside it says whose. */
export type MailScope = 'handover' | 'introductions' | 'membership' | 'followUp';

/** A mail to be sent; the key makes it unique for ever, so that a retried activity queues nothing twice. */
export interface NewMail {
  readonly key: string;
  /** Without it the handover sends it. */
  readonly scope?: MailScope;
  readonly scopeId?: string | null;
  readonly handoverId: string | null;
  readonly personId: string | null;
  readonly memberId?: string | null;
  readonly template: string;
  readonly audience?: MailAudience;
  readonly to: string;
  readonly cc?: readonly string[];
  readonly fromName?: string | null;
  readonly replyTo?: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html?: string | null;
  readonly unsubscribe?: string | null;
  /** A person clicked for this very mail. */
  readonly personal?: boolean;
  readonly calendar?: { readonly method: 'REQUEST' | 'CANCEL'; readonly content: string } | null;
}

/** A mail as its row has it. */
export type MailRow = Prisma.MailGetPayload<object>;

/** The mails of a handover, or of a membership. */
export type MailsOf = { readonly handoverId: string } | { readonly memberId: string };

/** Letters to approvers: they lose their cause with the departure. */
const approvalTemplates = { in: ['T1', 'T1R', 'T1E'] };
/** The last mail of a membership. */
export const farewell = 'T5';
/** What goes out whatever stops a handover: HR must hear of it. */
const hrTemplates = ['release-', 'need-'];
const undelivered = { in: ['queued', 'sending'] };
/** A worker that took a mail and said nothing for this long is gone. */
const leaseSeconds = 45;

/** Mails on their way: queued, sending, sent, unsure or failed. What every mail goes through is plain SQL, as in `tending.ts`. */
export class MailStore {
  /** Of Message-IDs and of the UIDs of invitations. */
  readonly domain: string;
  readonly #db: Queries;

  constructor(db: Queries, messageIdDomain: string) {
    this.#db = db;
    this.domain = messageIdDomain;
  }

  /** Queues a mail with the links it holds: they are stored with it, or neither is. True when it is new. */
  async queue(mail: NewMail, links: readonly NewLink[] = []): Promise<boolean> {
    const id = newId('m-');
    const { key, scope = 'handover', handoverId, personId, memberId = null, template, audience = 'internal' } = mail;
    const { to, cc = [], fromName = null, replyTo = null, subject, text, html = null, unsubscribe = null } = mail;
    const rows = await this.#db.$queryRaw<readonly object[]>`
      with queued as (insert into "Mail" (id, key, scope, "scopeId", "handoverId", "personId", "memberId", template, audience,
        "to", cc, "fromName", "replyTo", subject, text, html, unsubscribe, personal, calendar, "messageId", "createdAt")
      values (${id}, ${key}, ${scope}, ${mail.scopeId ?? handoverId}, ${handoverId}, ${personId}, ${memberId}, ${template}, ${audience},
        ${to}, ${[...cc]}, ${fromName}, ${replyTo}, ${subject}, ${text}, ${html}, ${unsubscribe}, ${mail.personal ?? false},
        ${mail.calendar ? JSON.stringify(mail.calendar) : null}::jsonb, ${`<${id}@${this.domain}>`}, clock_timestamp() at time zone 'utc')
      on conflict do nothing returning id),
      linked as (insert into "Link" (hash, purpose, "handoverId", "memberId", "personId", subject, "createdAt", "expiresAt")
        select hash, purpose, "handoverId", "memberId", "personId", subject, now() at time zone 'utc', "expiresAt" at time zone 'utc'
        from json_to_recordset(${JSON.stringify(links)}::json) as l(hash text, purpose text, "handoverId" text, "memberId" text,
          "personId" text, subject text, "expiresAt" timestamptz)
        where exists (select from queued))
      select id from queued`;
    return rows.length > 0;
  }

  /** Whether a mail with this key was ever queued. */
  async isKnown(key: string): Promise<boolean> {
    return (await this.#db.$queryRaw<readonly object[]>`select 1 from "Mail" where key = ${key}`).length > 0;
  }

  /** How many mails of a template a membership ever had. */
  async countOf(memberId: string, template: string): Promise<number> {
    return this.#db.mail.count({ where: { memberId, template } });
  }

  /** What became of the mails that somebody had sent for one round of an introduction. */
  async introductionStates(id: string, round: number): Promise<readonly string[]> {
    const rows = await this.#db.mail.findMany({
      where: { key: { startsWith: `introduction/${id}` } },
      select: { key: true, state: true },
    });
    const roundOf = (key: string) => /^introduction\/[^/]+(?:\/(\d+))?/.exec(key)?.[1] ?? '0';
    return rows.filter(({ key }) => roundOf(key) === String(round)).map(({ state }) => state);
  }

  /** Mails that are still to go, oldest first. */
  async waiting(scope: MailScope, scopeId: string): Promise<readonly MailRow[]> {
    return this.#db.$queryRaw`
      select * from "Mail" where scope = ${scope} and "scopeId" = ${scopeId} and state in ('queued', 'sending') order by "createdAt", id`;
  }

  /** Whose mails of a scope are still to go. */
  async waitingIn(scope: MailScope): Promise<readonly string[]> {
    const rows = await this.#db.mail.findMany({
      where: { scope, state: undelivered },
      distinct: ['scopeId'],
      select: { scopeId: true },
    });
    return rows.flatMap((row) => row.scopeId ?? []);
  }

  /** How many of a handover's own mails are still to go, to HR and to everybody else. */
  async countWaiting(handoverId: string): Promise<{ readonly hr: number; readonly approvers: number }> {
    const where = { scope: 'handover', scopeId: handoverId, state: undelivered };
    const all = await this.#db.mail.count({ where });
    const hr = await this.#db.mail.count({
      where: { ...where, OR: hrTemplates.map((prefix) => ({ template: { startsWith: prefix } })) },
    });
    return { hr, approvers: all - hr };
  }

  /** Mails to approvers that lost their cause. */
  async failApprovals(handoverId: string, reason: string): Promise<void> {
    const where = { handoverId, state: undelivered, template: approvalTemplates };
    await this.#db.mail.updateMany({ where, data: { state: 'failed', lastError: reason, ...emptied } });
  }

  /**
   * Takes a mail to send it: `taken`, or why not. One that was in `sending` before was under way when a worker died: whether it left is not
   * known, and to a contact or an alumnus it becomes `unsure` and waits for a person.
   */
  async take(id: string): Promise<'taken' | 'unsure' | 'busy'> {
    const rows = await this.#db.$queryRaw<readonly { readonly state: string }[]>`
      update "Mail" set
        state = case when state = 'sending' and audience in ('contact', 'alumnus') then 'unsure' else 'sending' end,
        attempts = attempts + 1, "claimedUntil" = now() at time zone 'utc' + make_interval(secs => ${leaseSeconds})
      where id = ${id} and (state = 'queued' or (state = 'sending' and ("claimedUntil" is null or "claimedUntil" < now() at time zone 'utc')))
      returning state`;
    const [row] = rows;
    if (!row) return 'busy';
    return row.state === 'unsure' ? 'unsure' : 'taken';
  }

  /** Gives a mail back that surely did not leave. */
  async release(id: string, reason: string): Promise<void> {
    await this.#db.mail.update({ where: { id }, data: { state: 'queued', claimedUntil: null, lastError: reason } });
  }

  /** What it said is emptied: links and names are in the mail, not here. */
  async sent(id: string, at: Instant): Promise<void> {
    await this.#db.$executeRaw`
      update "Mail" set state = 'sent', "sentAt" = ${utc(at)}, "lastError" = null, "claimedUntil" = null,
        text = '', html = null, unsubscribe = null, calendar = null
      where id = ${id}`;
  }

  /** Given up: the server refused it for good, or it lost its ground. What left or went to a person meanwhile stays as it is. */
  async failed(id: string, reason: string): Promise<void> {
    const data = { state: 'failed', lastError: reason, claimedUntil: null, ...emptied };
    await this.#db.mail.updateMany({ where: { id, state: undelivered }, data });
  }

  async failAll(handoverId: string, reason: string): Promise<void> {
    await this.#db.mail.updateMany({
      where: { scope: 'handover', scopeId: handoverId, state: undelivered },
      data: { state: 'failed', lastError: reason, ...emptied },
    });
  }

  /** Forgets to whom the mails of an erased membership went. */
  async forget(memberId: string): Promise<void> {
    await this.#db.mail.updateMany({
      where: { memberId, state: { notIn: ['queued', 'sending'] } },
      data: { to: '', cc: [], subject: '', ...emptied },
    });
  }

  /** Forgets to whom mails went that left before an instant. */
  async purge(before: Instant): Promise<void> {
    await this.#db.mail.updateMany({
      where: { sentAt: { lt: before }, to: { not: '' } },
      data: { to: '', cc: [], subject: '', ...emptied },
    });
  }

  /** Forgets what was written to a person in the programme's name, and their private drafts. Returns how many. */
  async forgetPerson(personId: string): Promise<number> {
    const where = { personId, audience: { in: ['leaver', 'alumnus'] }, state: { notIn: ['queued', 'sending'] } };
    return (await this.#db.mail.updateMany({ where, data: { to: '', cc: [], subject: '', ...emptied } })).count;
  }

  /** A membership's mails to the leaver or alumnus that are not to go any more. A farewell goes whatever comes after it. */
  async failOutward(memberId: string, reason: string): Promise<void> {
    await this.#db.mail.updateMany({
      where: { memberId, state: 'queued', audience: { not: 'internal' }, template: { not: farewell } },
      data: { state: 'failed', lastError: reason, ...emptied },
    });
  }

  /** Notes an undeliverable mail by its Message-ID; null when it is none of ours. */
  async bounced(messageId: string, status: string, at: Instant) {
    await this.#db.$executeRaw`
      update "Mail" set "bouncedAt" = coalesce("bouncedAt", ${utc(at)}), "lastError" = ${`bounced ${status}`} where "messageId" = ${messageId}`;
    return this.#db.mail.findUnique({ where: { messageId } });
  }

  /** Sends them after all: a person looked, and they did not arrive. Not what was emptied with its membership. Returns how many. */
  async sendUnsure(of: MailsOf): Promise<number> {
    const where = { ...of, state: 'unsure', to: { not: '' } };
    return (await this.#db.mail.updateMany({ where, data: { state: 'queued', claimedUntil: null } })).count;
  }

  /** Gives them up: they arrived, or are not to. */
  async failUnsure(of: MailsOf, reason: string): Promise<number> {
    const data = { state: 'failed', lastError: reason, ...emptied };
    return (await this.#db.mail.updateMany({ where: { ...of, state: 'unsure' }, data })).count;
  }
}

const emptied = { text: '', html: null, unsubscribe: null, calendar: Prisma.DbNull } as const;
