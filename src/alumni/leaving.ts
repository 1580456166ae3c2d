import { addDuration, type Calendar } from '../domain/calendar.js';
import { languageOfTag } from '../domain/language.js';
import type { Policy } from '../domain/policy.js';
import { purposes } from '../domain/questions.js';
import type { Instant, Language } from '../domain/words.js';
import { contactErrand, farewellTo, type ContactRequest } from '../mail/alumniMails.js';
import type { Stores } from '../store/index.js';
import type { MemberRow } from '../store/members.js';

/** What a page and the worker have in common when somebody leaves the programme; the stores are those of a transaction. */
export interface ProgrammeParts {
  readonly stores: Stores;
  readonly policy: Pick<Policy, 'retention'>;
  readonly company: {
    readonly name: string;
    readonly language: Language;
    readonly dpoContact: string | null;
    /** Work e-mail of the named person at HR. */
    readonly alumniContact: string;
  };
  /** The CRM in which alumni may be kept as contacts; null when there is none. */
  readonly contactsCrm: string | null;
  readonly calendarOf: (country: string | null) => Calendar;
}

/** Why a membership ends: what it becomes, and whether there is a word of farewell. */
const endings = {
  declined: { state: 'declined', farewell: 'asked' },
  ended: { state: 'ended', farewell: 'asked' },
  erased: { state: 'erased', farewell: 'asked' },
  /** By a command, for somebody who asked in some other way. */
  asked: { state: 'erased', farewell: 'asked' },
  stopped: { state: 'erased', farewell: 'asked' },
  'last-question-unanswered': { state: 'erased', farewell: 'silence' },
  'invitation-unanswered': { state: 'silent', farewell: null },
  bounced: { state: 'ended', farewell: null },
  rehired: { state: 'ended', farewell: null },
} as const;

type EndReason = keyof typeof endings;

/** Who a membership belongs to, as far as an ending goes by it. */
type Leaver = Pick<MemberRow, 'id' | 'personId' | 'connection' | 'country' | 'language' | 'email'>;

/**
 * Ends a membership and erases it at once, under its lock. The farewell is queued with the address, which then is in that one mail only; a keyed
 * hash keeps Baton from writing to it again.
 */
export async function endMembership(parts: ProgrammeParts, member: Leaver, why: EndReason, now: Instant): Promise<void> {
  const { members, mails } = parts.stores;
  const { id, email } = member;
  const { state, farewell } = endings[why];
  const wasContact = await members.hasConsent(id, purposes.approach);
  await mails.failOutward(id, why);
  await members.erase(id, state, why, now);
  if (wasContact) await askAboutContact(parts, member, { what: 'remove' }, now);
  if (email === null) return;
  const hashUntil = addDuration(parts.calendarOf(null), now, parts.policy.retention.suppressionHash);
  // Whoever comes back may leave again, and be asked again.
  if (why !== 'rehired') await members.suppress(email, why, hashUntil);
  if (farewell === null) return;
  const { timeZone } = parts.calendarOf(member.country);
  const language = languageOfTag(member.language) ?? parts.company.language;
  const facts = { why: farewell, now, hashUntil, timeZone, dpoContact: parts.company.dpoContact, language };
  const from = await contactPerson(parts, member.connection);
  await mails.queue(farewellTo(id, { name: await nameOf(parts, member), email }, from, facts));
}

/** Asks the named person at HR to keep an alumnus as a contact in the CRM, or to remove one, by hand: Baton deletes no contacts. */
export async function askAboutContact(
  parts: ProgrammeParts,
  member: Omit<Leaver, 'email'>,
  about: ContactRequest,
  now: Instant,
): Promise<void> {
  const { stores, company, contactsCrm: crm } = parts;
  if (crm === null) return;
  const { what } = about;
  const hr = await contactPerson(parts, member.connection);
  const mail = contactErrand(member.id, await nameOf(parts, member), hr, { ...about, crm, language: company.language });
  if (what === 'remove') await stores.members.endErrands({ memberId: member.id, what: 'keep-contact' }, now);
  // What is to be removed outlives the membership, whose erasure takes its own errands along.
  const memberId = what === 'keep' ? member.id : null;
  await stores.members.errand({ key: mail.key, memberId, to: hr.email, what: `${what}-contact`, createdAt: now });
  await stores.mails.queue(mail);
}

/** The named person at HR, who signs; by the company's name where the HRIS does not know them. */
export async function contactPerson(
  { stores, company }: Pick<ProgrammeParts, 'company'> & { readonly stores: Pick<Stores, 'members'> },
  connection: string,
): Promise<{ readonly name: string; readonly email: string }> {
  const email = company.alumniContact;
  return { email, name: (await stores.members.colleague(connection, email)) ?? company.name };
}

async function nameOf({ stores }: ProgrammeParts, { personId }: Pick<Leaver, 'personId'>): Promise<string> {
  const person = await stores.people.byId(personId);
  return person ? `${person.givenName} ${person.familyName}`.trim() : '';
}
