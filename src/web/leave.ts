import { addDuration } from '../domain/calendar.js';
import { languageOfTag } from '../domain/language.js';
import { isFinal } from '../domain/membership.js';
import { purposes } from '../domain/questions.js';
import { contactErrand, farewellTo } from '../mail/alumniMails.js';
import type { Instant } from '../domain/words.js';
import type { Stores } from '../store/index.js';
import type { MemberRow } from '../store/members.js';
import { fullName } from './handover.js';
import { waken, type Visit, type WebParts } from './parts.js';

/** How a membership can be ended by the person. */
export type Leaving = 'declined' | 'ended' | 'erased';

/** States of which nothing can come any more. */
export function isOver({ state }: Pick<MemberRow, 'state'>): boolean {
  return isFinal(state);
}

/** Ends a membership at the person's wish and erases it at once; the farewell is queued with the address, which then is in that one mail only. */
export async function leave(visit: Visit, memberId: string, state: Leaving): Promise<void> {
  const { parts } = visit;
  await parts.inTransaction(async (stores) => {
    await stores.members.lock(memberId);
    await eraseMember(visit, stores, await stores.members.get(memberId), state);
  });
  await waken(parts, 'membership', memberId);
}

async function eraseMember({ parts, now }: Visit, stores: Stores, member: MemberRow, state: Leaving): Promise<void> {
  const { id, email } = member;
  await stores.mails.failOutward({ memberId: id }, state);
  await stores.members.erase(id, state, state, now);
  if (isContact(member)) await askToRemove(parts, stores, member, now);
  if (email === null) return;
  const calendar = parts.calendarOf(member.country);
  const until = addDuration(calendar, now, parts.policy.retention.suppressionHash);
  await stores.members.suppress(email, state, until);
  const from = await contactOf(parts, stores, member.connection);
  const facts = {
    why: 'asked',
    now,
    hashUntil: until,
    timeZone: calendar.timeZone,
    dpoContact: parts.company.dpoContact,
  } as const;
  const alumnus = { name: await nameOf(stores, member), email };
  const language = languageOfTag(member.language) ?? parts.company.language;
  await stores.mails.queue(farewellTo(id, alumnus, from, { ...facts, language }));
}

/** Whether the consent stands to be known in the CRM as a contact at the new employer. */
export function isContact({ consents }: Pick<MemberRow, 'consents'>): boolean {
  return consents.some(({ purpose, withdrawnAt }) => purpose === purposes.approach && withdrawnAt === null);
}

/** A consent to be known as a contact has ended: a person removes what stands in the CRM, where Baton deletes no contacts, and adds nothing any more. */
export async function askToRemove(parts: WebParts, stores: Stores, member: MemberRow, now: Instant): Promise<void> {
  if (parts.contactsCrm === null) return;
  const hr = await contactOf(parts, stores, member.connection);
  const facts = { what: 'remove', crm: parts.contactsCrm, language: parts.company.language } as const;
  const mail = contactErrand(member.id, await nameOf(stores, member), hr, facts);
  await stores.members.endErrands({ memberId: member.id, what: 'keep-contact' }, now);
  await stores.members.errand({ key: mail.key, to: hr.email, what: 'remove-contact', createdAt: now });
  await stores.mails.queue(mail);
}

async function nameOf(stores: Stores, member: MemberRow): Promise<string> {
  const person = await stores.people.byId(member.personId);
  return person ? fullName(person) : '';
}

/** The named person at HR; by the company's name where the HRIS does not know them. */
async function contactOf({ hr, company }: WebParts, stores: Stores, connection: string) {
  return { email: hr.contact, name: (await stores.members.colleague(connection, hr.contact)) ?? company.name };
}
