import { createHash, randomBytes } from 'node:crypto';
import type { Instant } from '../domain/words.js';
import type { Queries } from './client.js';

/** What a link in a mail is for. */
export const linkPurposes = [
  'address',
  'confirm',
  'alumni',
  'check-in',
  'held-data',
  'plan',
  'list',
  'work',
  'contact',
  'debts',
  'unsubscribe',
] as const;
export type LinkPurpose = (typeof linkPurposes)[number];

/** What a link is about; ids only. */
export interface LinkTarget {
  readonly purpose: LinkPurpose;
  readonly handoverId?: string | null;
  readonly memberId?: string | null;
  readonly personId?: string | null;
  /** The step, check-in, introduction or purpose that it is about. */
  readonly subject?: string | null;
  readonly expiresAt: Instant;
}

/** A link as it is kept: by the hash of its token. */
export type LinkRow = Awaited<ReturnType<Queries['link']['findUniqueOrThrow']>>;

/** 256 bits of randomness, as the path segment of a link. */
function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The hash under which a token is kept (SHA-256, hex); a token has too much entropy to be guessed from it. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A link that is stored with the mail that holds it (`MailStore.queue`). */
export type NewLink = Required<LinkTarget> & { readonly hash: string };

/** A new link and its token, which nobody can ask for again. */
export function newLink(target: LinkTarget): { readonly token: string; readonly link: NewLink } {
  const token = newToken();
  const nobody = { handoverId: null, memberId: null, personId: null, subject: null };
  return { token, link: { ...nobody, ...target, hash: hashOfToken(token) } };
}

/** Links in mails. A token is known to its mail only; here is its hash. */
export function linkStore(db: Queries) {
  return {
    /** Any text may be asked for; null when there is no such link. */
    async find(token: string): Promise<LinkRow | null> {
      return db.link.findUnique({ where: { hash: hashOfToken(token) } });
    },

    /** Whether a person was ever given a link about something in a handover. */
    async wasGiven(target: Required<Pick<LinkTarget, 'purpose' | 'handoverId' | 'personId' | 'subject'>>): Promise<boolean> {
      return (await db.link.count({ where: target })) > 0;
    },

    /** Uses a link once; false when somebody was faster. */
    async use(hash: string, at: Instant): Promise<boolean> {
      const { count } = await db.link.updateMany({ where: { hash, usedAt: null }, data: { usedAt: at } });
      return count > 0;
    },

    /** Forgets links that ended long ago. */
    async purge(before: Instant): Promise<void> {
      await db.link.deleteMany({ where: { expiresAt: { lt: before } } });
    },
  };
}

/** The store of links. */
export type LinkStore = ReturnType<typeof linkStore>;
