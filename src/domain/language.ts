import { languages, type Language } from './words.js';

/** The language of a tag such as `nl-BE`; null where it is none of ours. */
export function languageOfTag(tag: string | null | undefined): Language | null {
  const first = tag?.trim().toLowerCase().split(/[-_]/)[0];
  return languages.find((language) => language === first) ?? null;
}

/** The language of a contact: one whose language is known and is none of ours reads English. */
export function contactLanguage(tag: string | null, company: Language): Language {
  return languageOfTag(tag) ?? (tag === null || tag.trim() === '' ? company : 'en');
}
