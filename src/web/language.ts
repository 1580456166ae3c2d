import { contactLanguage, languageOfTag } from '../domain/language.js';
import type { Language } from '../domain/words.js';
import type { LinkRow } from '../store/links.js';
import type { WebParts } from './parts.js';

/** What a browser asks for (RFC 9110, 12.5.4), in the browser's order; for pages that belong to nobody we know. */
export function languageOfBrowser(header: string | undefined, company: Language): Language {
  const tags = (header ?? '').slice(0, 400).split(',');
  const weighed = tags.map((entry, index) => {
    const [tag = '', ...parameters] = entry.split(';');
    const quality = Number(/^\s*q=([\d.]+)/.exec(parameters.join(';'))?.[1] ?? 1);
    return { language: languageOfTag(tag), quality: Number.isNaN(quality) ? 0 : quality, index };
  });
  const [best] = weighed
    .filter((entry) => entry.language !== null && entry.quality > 0)
    .sort((a, b) => b.quality - a.quality || a.index - b.index);
  return best?.language ?? company;
}

/** Whether a link about an alumnus was sent to the named person at HR, who is asked to call. */
export function isForHr({ purpose, subject }: LinkRow): boolean {
  return purpose === 'held-data' && subject === 'talk';
}

/** The language of whoever a link was sent to. */
export async function languageOfLink({ stores, company }: WebParts, link: LinkRow): Promise<Language> {
  if (isForHr(link)) return company.language;
  if (link.memberId !== null) {
    const member = await stores.members.find(link.memberId);
    if (member) return languageOfTag(member.language) ?? company.language;
  }
  if (link.purpose === 'contact' && link.handoverId !== null && link.subject !== null) {
    const introduction = await stores.introductions.find(link.handoverId, link.subject);
    const relationship = introduction && (await stores.relationships.find(link.handoverId, introduction.relationshipId));
    return contactLanguage(relationship?.language ?? null, company.language);
  }
  const person = link.personId === null ? null : await stores.people.byId(link.personId);
  return languageOfTag(person?.language) ?? company.language;
}
