import type { CallContext } from './vendor.js';

/** One mail, ready to go; `messageId` is stable, so that a second sending of the same mail is recognisable. */
export interface OutgoingMail {
  readonly messageId: string;
  readonly to: string;
  readonly cc?: readonly string[] | null | undefined;
  /** The person whom the recipient sees as sender; the address stays the configured one. */
  readonly fromName?: string | null | undefined;
  /** Where an answer goes: a person. */
  readonly replyTo?: string | null | undefined;
  readonly subject: string;
  readonly text: string;
  readonly html?: string | null | undefined;
  /** The https address that unsubscribes by one POST (RFC 8058). */
  readonly listUnsubscribe?: string | null | undefined;
  /** An invitation for the calendar (RFC 6047). */
  readonly calendar?: { readonly method: 'REQUEST' | 'CANCEL'; readonly content: string } | null | undefined;
  /** True when a person pressed the button for this very mail: then it is not marked as automatic. */
  readonly personal?: boolean | null | undefined;
}

/** A way to send mail. Throws VendorError with `mail-unavailable` or `mail-refused`. */
export interface MailPort {
  /** Waits for its turn, of which there are few, and then does the work: whoever is judged and marked in it is so right before the mail goes. Not to be nested. */
  turn<Result>(work: () => Promise<Result>, context: CallContext): Promise<Result>;
  send(mail: OutgoingMail, context: CallContext): Promise<void>;
  /** Whether the server answers; null when it does, else what is wrong. */
  verify(): Promise<string | null>;
}

/** A report that a mail did not arrive, or not yet (RFC 3464). */
export interface Bounce {
  /** The Message-ID of the mail that did not arrive, with its angle brackets; null when the report quotes none. */
  readonly messageId: string | null;
  /** In lower case. */
  readonly recipient: string;
  /** Enhanced status, such as `5.1.1`. */
  readonly status: string;
  /** True for a final refusal (class 5); false when it may work another time. */
  readonly permanent: boolean;
}

/** The mailbox that mails come back to. */
export interface BouncePort {
  /**
   * Hands each unread bounce to `handle` and marks its report as read only then; returns how many were handed on. Everything else in the
   * mailbox is marked as read unseen. Throws VendorError with `mail-unavailable`, `unauthorized` or `not-found`, and whatever `handle` throws.
   */
  read(handle: (bounce: Bounce) => Promise<void>, context: CallContext): Promise<number>;
}
