import { addDuration, localDay } from '../src/domain/calendar.js';
import { languageOfTag } from '../src/domain/language.js';
import type { Duration, Instant, Language } from '../src/domain/words.js';
import { render, type Letter } from '../src/mail/letters.js';
import type { NewMail } from '../src/store/mails.js';
import { newLink, type LinkTarget, type NewLink } from '../src/store/links.js';
import type { Deps } from './deps.js';

/** The language of a mail: of the person, by the first part of a tag such as `nl-be`; the company's where that is not one of ours. */
export function languageOf({ company }: Deps, tag: string | null): Language {
  return languageOfTag(tag) ?? company.language;
}

/** The links of one mail, which are stored with it; their tokens are nowhere else. */
export class Links {
  readonly made: NewLink[] = [];
  readonly #publicUrl: string;

  constructor({ publicUrl }: Pick<Deps, 'publicUrl'>) {
    this.#publicUrl = publicUrl;
  }

  /** The address of a new link: of a page, or of the one click of RFC 8058. */
  to(target: LinkTarget): string {
    const { token, link } = newLink(target);
    this.made.push(link);
    return `${this.#publicUrl}/${target.purpose === 'unsubscribe' ? 'u' : 'l'}/${token}`;
  }
}

/** When a link made now ends. */
export function linkEnds(deps: Deps, now: Instant, after: Duration): Instant {
  return addDuration(deps.calendarOf(null), now, after);
}

/** Where contacts read what happens to their details: the company's page, or Baton's own. */
export function privacyLink(deps: Deps): string {
  return deps.company.privacyUrl ?? `${deps.publicUrl}/privacy`;
}

/** A mail without what its letter says. */
type Envelope = Omit<NewMail, 'subject' | 'text' | 'html' | 'template'>;

/** Queues a mail unless it is known. True when it is new; what a letter says may take many queries, so it is only written then. */
export async function queueLetter(
  deps: Deps,
  mail: Envelope,
  language: Language,
  write: (links: Links) => Promise<Letter> | Letter,
): Promise<boolean> {
  if (await deps.stores.mails.isKnown(mail.key)) return false;
  const links = new Links(deps);
  return queueWritten(deps, mail, language, await write(links), links);
}

/** Queues a letter with the links it holds. True when it is new. */
export async function queueWritten(
  { stores }: Deps,
  mail: Envelope,
  language: Language,
  letter: Letter,
  { made }: Links,
): Promise<boolean> {
  return stores.mails.queue({ ...mail, template: letter.id, ...render(letter, language) }, made);
}

/** The day of an instant where a person works. */
export function dayOf(deps: Deps, country: string | null, instant: Instant): string {
  return localDay(instant, deps.calendarOf(country).timeZone);
}
