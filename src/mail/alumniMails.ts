import { localDay } from '../domain/calendar.js';
import type { Instant, Language } from '../domain/words.js';
import { render, type Rendered } from './letters.js';

/** Somebody with a name and an address. */
interface Named {
  readonly name: string;
  readonly email: string;
}

/** A mail of a membership, ready to be queued. */
interface MembershipMail extends Rendered {
  readonly key: string;
  readonly scope: 'membership';
  readonly scopeId: string;
  readonly handoverId: null;
  readonly personId: null;
  readonly memberId: string | null;
  readonly audience: 'alumnus' | 'internal';
  readonly template: string;
  readonly to: string;
  readonly fromName?: string;
  readonly replyTo?: string;
}

const head = (memberId: string) => ({ scope: 'membership', scopeId: memberId, handoverId: null, personId: null }) as const;

/** The last mail to an alumnus (T5). Pages and worker write it under the same key: whoever is faster, there is one. */
export function farewellTo(
  memberId: string,
  alumnus: Named,
  from: Named,
  facts: {
    readonly why: 'asked' | 'silence';
    readonly now: Instant;
    readonly hashUntil: Instant;
    readonly timeZone: string;
    readonly dpoContact: string | null;
    readonly language: Language;
  },
): MembershipMail {
  const { why, now, hashUntil, timeZone, dpoContact, language } = facts;
  const letter = {
    id: 'T5',
    alumnus: alumnus.name,
    signature: from.name,
    why,
    date: localDay(now, timeZone),
    channels: [],
    hashUntil: localDay(hashUntil, timeZone),
    dpoContact: dpoContact ?? from.email,
  } as const;
  const audience = 'alumnus' as const;
  const ends = { memberId, audience, template: letter.id, to: alumnus.email, fromName: from.name, replyTo: from.email };
  return { key: `T5/${memberId}`, ...head(memberId), ...ends, ...render(letter, language) };
}

/** What is to be done with a contact at an alumnus' new employer. */
export type ContactRequest =
  { readonly what: 'remove' } | { readonly what: 'keep'; readonly employer: string; readonly role: string | null };

/** Asks the named HR person to keep or remove a contact by hand. Without the membership's id: it outlives an erasure, as does the request. */
export function contactErrand(
  memberId: string,
  alumnus: string,
  hr: Named,
  facts: ContactRequest & { readonly crm: string; readonly language: Language },
): MembershipMail {
  const { crm, language } = facts;
  const letter = { id: 'contact-errand', hrPerson: hr.name, alumnus, ...facts } as const;
  const key = `contact-${facts.what}/${memberId}/${crm}`;
  const ends = { memberId: null, audience: 'internal', template: letter.id, to: hr.email } as const;
  return { key, ...head(memberId), ...ends, ...render(letter, language) };
}
