import { addDuration, localDay } from '../src/domain/calendar.js';
import { languageOfTag } from '../src/domain/language.js';
import type { Duration, Instant, Language } from '../src/domain/words.js';
import { render, type Letter } from '../src/mail/letters.js';
import type { NewMail } from '../src/store/mails.js';
import type { LinkTarget } from '../src/store/links.js';
import type { Deps } from './deps.js';

/** The language of a mail: of the person, by the first part of a tag such as `nl-be`; the company's where that is not one of ours. */
export function languageOf({ company }: Deps, tag: string | null): Language {
  return languageOfTag(tag) ?? company.language;
}

/** A link for a mail; its token is nowhere else. */
export async function makeLink(deps: Deps, target: LinkTarget): Promise<string> {
  return `${deps.publicUrl}/l/${await deps.stores.links.create(target)}`;
}

/** The one-click address of RFC 8058. */
export async function makeUnsubscribe(deps: Deps, memberId: string, expiresAt: Instant): Promise<string> {
  return `${deps.publicUrl}/u/${await deps.stores.links.create({ purpose: 'unsubscribe', memberId, expiresAt })}`;
}

/** When a link made now ends. */
export function linkEnds(deps: Deps, now: Instant, after: Duration): Instant {
  return addDuration(deps.calendarOf(null), now, after);
}

/** Where contacts read what happens to their details: the company's page, or Baton's own. */
export function privacyLink(deps: Deps): string {
  return deps.company.privacyUrl ?? `${deps.publicUrl}/privacy`;
}

/** Writes a letter and queues it. True when it is new; the letter is only written then, since links are made with it. */
export async function queueLetter(
  deps: Deps,
  mail: Omit<NewMail, 'subject' | 'text' | 'html' | 'template'>,
  language: Language,
  write: () => Promise<Letter> | Letter,
): Promise<boolean> {
  if (await deps.stores.mails.isKnown(mail.key)) return false;
  const letter = await write();
  return deps.stores.mails.queue({ ...mail, template: letter.id, ...render(letter, language) });
}

/** The day of an instant where a person works. */
export function dayOf(deps: Deps, country: string | null, instant: Instant): string {
  return localDay(instant, deps.calendarOf(country).timeZone);
}
