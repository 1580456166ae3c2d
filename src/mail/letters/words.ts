import type { Language } from '../../domain/words.js';
import { paragraph, type Block } from './draft.js';

/** Where a person stands beside a letter, their name closes it; the sender's name is in From in any case. */
export interface Signed {
  readonly signature?: string | null | undefined;
}

/** How a Dutch contact is addressed; `informal` switches from `u` to `je`, other languages have one form. */
export interface Addressed {
  readonly informal?: boolean | undefined;
}

/** The key of a contact's texts. */
export function formOf(language: Language, { informal }: Addressed): Language | 'nlInformal' {
  return language === 'nl' && informal ? 'nlInformal' : language;
}

const salutations = {
  nl: { named: 'Beste {name},', unnamed: 'Goedendag,' },
  da: { named: 'Kære {name}', unnamed: 'Hej' },
  en: { named: 'Dear {name},', unnamed: 'Hello,' },
} as const satisfies Record<Language, unknown>;

/** The first line of a letter. */
export function salutation(name: string | null, language: Language): Block {
  const { named, unnamed } = salutations[language];
  return name === null ? paragraph({}, unnamed) : paragraph({ name }, named);
}

/** The last line of a signed letter, none of another. */
export function closing({ signature }: Signed): readonly Block[] {
  return signature ? [paragraph({ signature }, '{signature}')] : [];
}

const nouns = {
  relation: { nl: ['relatie', 'relaties'], da: ['relation', 'relationer'], en: ['relationship', 'relationships'] },
  record: { nl: ['record', 'records'], da: ['post', 'poster'], en: ['record', 'records'] },
} as const satisfies Record<string, Record<Language, readonly [string, string]>>;

/** `1 relatie`, `38 relaties`. */
export function counted(count: number, noun: keyof typeof nouns, language: Language): string {
  const [one, many] = nouns[noun][language];
  return `${count} ${count === 1 ? one : many}`;
}
