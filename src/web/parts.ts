import type { Child } from 'hono/jsx';
import type { Calendar } from '../domain/calendar.js';
import type { Policy } from '../domain/policy.js';
import type { Instant, Language } from '../domain/words.js';
import type { Stores } from '../store/index.js';
import type { LinkRow } from '../store/links.js';
import type { Form } from './form.js';
import type { Words } from './words/index.js';

/** The page's log: ids only, no token and no person. */
export interface PageLogger {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a decision sent from a page was answered. */
export type Decided = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly text: string };

/** What the pages behind links in mails are made of. */
export interface WebParts {
  readonly stores: Stores;
  /** Stores that share one transaction. */
  readonly inTransaction: <Result>(work: (stores: Stores) => Promise<Result>) => Promise<Result>;
  readonly policy: Policy;
  readonly company: {
    readonly name: string;
    readonly privacyUrl: string | null;
    readonly dpoContact: string | null;
    /** Work e-mail of the named person at HR. */
    readonly alumniContact: string;
    readonly language: Language;
    readonly country: string;
  };
  readonly programme: { readonly linkedinGroup: string | null; readonly referralUrl: string | null };
  /** The CRM in which alumni may be kept as contacts; null when there is none. */
  readonly contactsCrm: string | null;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly calendarOf: (country: string | null) => Calendar;
  /** Sends an approver's decision; rejects only when nothing answers. */
  readonly decide: (
    handover: string,
    name: 'approve' | 'refuse',
    input: { readonly step: string; readonly planVersion?: number | undefined },
    who: { readonly by: string; readonly comment?: string | undefined },
  ) => Promise<Decided>;
  /** Makes the workflows look at the rows that a page changed; the sweep makes up for a wake that is lost. */
  readonly wake: {
    handover(id: string): Promise<void>;
    introductions(handover: string): Promise<void>;
    membership(member: string): Promise<void>;
  };
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly logger: PageLogger;
  /** Requests per minute and address; a one-click unsubscription counts apart, since mail services send many from one address. */
  readonly perMinute?: { readonly pages: number; readonly unsubscribe: number } | undefined;
}

/** Somebody who opened a link. */
export interface Visit {
  readonly parts: WebParts;
  readonly link: LinkRow;
  /** Where the page's own forms lead: the same link, so that the token alone is the secret. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly language: Language;
  readonly words: Words;
  readonly now: Instant;
}

/** What was sent by a button, or a list as raw bytes. */
export type Sent =
  | { readonly kind: 'form'; readonly form: Form }
  | { readonly kind: 'csv'; readonly bytes: Uint8Array }
  | { readonly kind: 'other' };

/** A piece of a page. */
export type Piece = Child;

/** What a page answers. */
export type Answer =
  | {
      readonly kind: 'page';
      readonly title: string;
      readonly body: Piece;
      readonly status?: 200 | 400 | 409 | undefined;
      readonly wide?: boolean;
    }
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'gone'; readonly code: 'unknown-link' | 'used-link' | 'expired-link'; readonly text?: string | undefined }
  | { readonly kind: 'unreadable' };

/** The page of one purpose: `show` reads only, `act` does what a button says. */
export interface LinkPage {
  show(visit: Visit): Promise<Answer>;
  act(visit: Visit, sent: Sent): Promise<Answer>;
}

/** Wakes a workflow after rows were changed: what was changed stands, whether or not Temporal answers now. */
export async function waken(parts: WebParts, what: keyof WebParts['wake'], id: string): Promise<void> {
  try {
    await parts.wake[what](id);
  } catch (error) {
    parts.logger.warn({ err: error, what, row: id }, 'a page changed rows and could not wake their workflow; the sweep will');
  }
}
