import { addDuration, instantOf, localDay } from '../domain/calendar.js';
import { languageOfTag } from '../domain/language.js';
import { languages } from '../domain/words.js';
import { render } from '../mail/letters.js';
import { toCard } from '../store/card.js';
import type { HandoverRow } from '../store/handovers.js';
import type { Stores } from '../store/index.js';
import { hashOfToken, newLink } from '../store/links.js';
import { plainEmail, type Form } from './form.js';
import { fullName, rulesOf } from './handover.js';
import { isOver } from './leave.js';
import { waken, type Visit } from './parts.js';
import { Button, Field, LinkForm, Select } from './ui.js';

/** What came of an address; the same for one that is not to be written to again, which nobody may find out here. */
export type AddressAnswer = 'sent' | 'not-plain' | 'work' | 'too-many' | 'not-open';

/** Addresses that one person may try: more than typing errors need, and no way to have strangers written to. */
const maxAddresses = 5;

/** How long a confirmation may take. */
const confirmWithin = 'P30D';

/** The hash by which a confirmation knows its address. */
export function hashOfAddress(address: string): string {
  return hashOfToken(address.toLowerCase());
}

/** Whether a private address may be asked for: the reason permits an invitation, nobody took the ending back, and the handover is open. */
export function mayAskAddress(row: HandoverRow): boolean {
  return row.inForce && row.restoring === null && row.closedAt === null && rulesOf(row)?.invitation === true;
}

/** Keeps a private address until its owner confirms it (double opt-in), and mails the confirmation once per address. */
export async function askAddress(visit: Visit, row: HandoverRow, form: Form): Promise<AddressAnswer> {
  if (!mayAskAddress(row)) return 'not-open';
  const email = plainEmail(form.raw('email'));
  if (email === null) return 'not-plain';
  const domain = (address: string | null): string => address?.split('@')[1]?.toLowerCase() ?? '';
  if (domain(row.employment.person.workEmail) === domain(email)) return 'work';
  const { parts, now } = visit;
  const language = languages.find((known) => known === form.one('language')) ?? visit.language;
  const answer = await parts.inTransaction(async (stores): Promise<AddressAnswer> => {
    await stores.handovers.lock(row.id);
    const member = await openMember(visit, stores, row, language);
    const known = await stores.members.get(member);
    if (isOver(known)) return 'not-open';
    const isOwn = known.email?.toLowerCase() === email.toLowerCase();
    // The limit counts before the list of the suppressed: or it would say who is on it.
    if (!isOwn && !(await isKnownOrFew(stores, member, email))) return 'too-many';
    const isKept = isOwn || (await stores.members.isSuppressed(email, now));
    await stores.members.update(member, { language, ...(!isKept && { pendingEmail: email }) });
    if (!isKept) await queueConfirmation(visit, stores, row, { member, email, language });
    return 'sent';
  });
  if (answer === 'sent') await waken(parts, 'handover', row.id);
  return answer;
}

const confirmKey = (member: string, address: string): string => `confirm/${member}/${hashOfAddress(address)}`;

async function isKnownOrFew(stores: Stores, member: string, email: string): Promise<boolean> {
  if (await stores.mails.isKnown(confirmKey(member, email))) return true;
  return (await stores.mails.countOf(member, 'confirm-address')) < maxAddresses;
}

async function openMember({ parts }: Visit, stores: Stores, row: HandoverRow, language: string): Promise<string> {
  const { employment, card } = row;
  const { person } = employment;
  const day = card?.employmentEnd ?? row.lastWorkingDay;
  if (!card || !day) throw new Error('a handover without an end asks for no address');
  const { reason } = toCard(card);
  return stores.members.open({
    personId: person.id,
    employmentId: employment.id,
    handoverId: row.id,
    connection: employment.connection,
    country: person.country,
    language,
    retiree: reason === 'retirement',
    redundancy: reason === 'redundancy',
    checkInsAllowed: rulesOf(row)?.checkIns ?? false,
    employmentEnd: instantOf(day, parts.policy.lastDay.employmentEnds, parts.calendarOf(person.country).timeZone),
  });
}

async function queueConfirmation(
  { parts, now }: Visit,
  stores: Stores,
  row: HandoverRow,
  { member, email, language }: { readonly member: string; readonly email: string; readonly language: string },
): Promise<void> {
  const subject = hashOfAddress(email);
  const key = confirmKey(member, email);
  if (await stores.mails.isKnown(key)) return;
  const { person } = row.employment;
  const calendar = parts.calendarOf(person.country);
  const expiresAt = addDuration(calendar, now, confirmWithin);
  const { token, link } = newLink({ purpose: 'confirm', handoverId: row.id, memberId: member, subject, expiresAt });
  const letter = render(
    {
      id: 'confirm-address',
      name: person.givenName || fullName(person),
      company: parts.company.name,
      link: `${parts.publicUrl}/l/${token}`,
      until: localDay(expiresAt, calendar.timeZone),
    },
    languageOfTag(language) ?? parts.company.language,
  );
  const about = { scope: 'handover', handoverId: row.id, personId: person.id, memberId: member } as const;
  await stores.mails.queue({ key, ...about, template: 'confirm-address', audience: 'alumnus', to: email, ...letter }, [link]);
}

/** The form for a private address. */
export function AddressForm({
  visit,
  confirmed,
  email,
  error,
}: {
  readonly visit: Visit;
  /** The address that counts now. */
  readonly confirmed: string | null;
  readonly email?: string | undefined;
  readonly error?: string | undefined;
}) {
  const { address, fields, languages: names } = visit.words;
  return (
    <section id="address">
      <h2>{address.title}</h2>
      <p>{address.intro(visit.parts.company.name)}</p>
      {confirmed === null ? null : <p>{address.confirmed(confirmed)}</p>}
      <LinkForm visit={visit} anchor="address">
        <Field
          name="email"
          id="private-email"
          type="email"
          label={address.email}
          value={email}
          error={error}
          autocomplete="email"
          maxlength={254}
        />
        <Select
          name="language"
          label={fields.language}
          value={visit.language}
          options={languages.map((code) => [code, names[code]] as const)}
        />
        <div class="buttons">
          <Button name="address" value="save" look="main">
            {address.save}
          </Button>
        </div>
      </LinkForm>
    </section>
  );
}
