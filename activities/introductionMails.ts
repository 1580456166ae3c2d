import {
  addDuration,
  dayBefore,
  daysBetween,
  isBusinessDay,
  instantOf,
  localDay,
  shareOfBusinessTime,
} from '../src/domain/calendar.js';
import { isStopped } from '../src/domain/handover.js';
import { contactLanguage } from '../src/domain/language.js';
import { partingOf } from '../src/domain/release.js';
import type { Instant } from '../src/domain/words.js';
import { callInvitation } from '../src/mail/calendar.js';
import { momentOf, type Moment } from '../src/mail/days.js';
import type { Letter } from '../src/mail/letters.js';
import { toCard } from '../src/store/card.js';
import type { Deps } from './deps.js';
import { iso, toldOf } from './facts.js';
import { lastDayEndOf, type Introducing, type IntroductionPage } from './introductions.js';
import { digestLine } from './digestLines.js';
import { languageOf, linkEnds, privacyLink, queueLetter, type Links } from './letters.js';

/** A person as letters need one. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly language: string | null;
  readonly country: string | null;
}

/** Links in internal mails outlive the handover a little: debts are asked about afterwards. */
const workLinkDays = 'P120D';
const confirmLater = 'P60D';
const redundancyWait = '2bd';
const minuteMs = 60_000;
/** From this notice on a handover is gradual (policy.md 7). */
const gradualDays = 120;

/** Somebody with an address of the company; null for the others, who cannot be written to. */
export async function personOf(deps: Deps, id: string | null): Promise<Person | null> {
  const row = id === null ? null : await deps.stores.people.byId(id);
  if (!row?.workEmail) return null;
  return {
    id: row.id,
    name: `${row.givenName} ${row.familyName}`.trim(),
    email: row.workEmail,
    language: row.language,
    country: row.country,
  };
}

/** Asks the leaver for the list, once: after the release and after somebody told the leaver; a redundancy has two days of quiet first. */
export async function queueList(deps: Deps, { loaded, rules, items }: IntroductionPage, now: Instant): Promise<Instant | null> {
  const { row, calendar } = loaded;
  const ends = lastDayEndOf(deps, row);
  if (!rules.list || !row.card || !row.toldLeaverAt || !ends || now >= ends || isStopped(loaded.facts)) return null;
  const from =
    toCard(row.card).reason === 'redundancy' ? addDuration(calendar, row.toldLeaverAt.toISOString(), redundancyWait) : now;
  if (from > now) return from;
  const leaver = await personOf(deps, row.employment.personId);
  if (!leaver || !row.lastWorkingDay || row.card.asking === 'none') return null;
  const { lastWorkingDay } = row;
  const successors = [...new Set(items.flatMap(({ successor }) => (successor === null ? [] : [successor])))];
  const only = successors.length === 1 ? await personOf(deps, successors[0] ?? null) : null;
  const released = iso(row.releasedAt) ?? now;
  const walkThrough = shareOfBusinessTime(calendar, released, ends, deps.policy.introductions.window.walkThrough[0]);
  const isDecided = row.steps.every((step) => step.state !== 'waiting') && toldOf(row).includes('team');
  await queueLetter(
    deps,
    { ...mailTo(row.id, leaver), key: `list/${row.id}/${lastWorkingDay}`, audience: 'leaver' },
    languageOf(deps, leaver.language),
    (links) => ({
      id: 'T2',
      leaver: leaver.name,
      parting: partingOf(row.card?.reason ?? ''),
      lastWorkingDay,
      successor: isDecided ? (only?.name ?? null) : null,
      link: links.to({ purpose: 'list', handoverId: row.id, personId: leaver.id, expiresAt: ends }),
      date: localDay(walkThrough, calendar.timeZone),
      asking: row.card?.asking === 'full' ? 'full' : 'limited',
      gradual: row.card?.reason === 'retirement' && daysBetween(localDay(now, calendar.timeZone), lastWorkingDay) >= gradualDays,
    }),
  );
  return null;
}

/** Sends, changes or cancels the invitations of calls: the same UID always, a higher SEQUENCE each time. Not before contacts may know. */
export async function queueCalls(deps: Deps, { loaded, items }: IntroductionPage, now: Instant): Promise<void> {
  const leaver = await personOf(deps, loaded.row.employment.personId);
  for (const item of items) {
    const { state, callStart, invited, invitedStart, sequence } = item.row;
    const isBooked = state === 'scheduled' && callStart !== null;
    if (isBooked && (invited !== 'REQUEST' || invitedStart?.getTime() !== callStart.getTime())) {
      if (isStopped(loaded.facts) || callStart.toISOString() <= now) continue;
      await inviteAll(deps, { item, leaver, now, method: 'REQUEST', sequence: invited === null ? 0 : sequence + 1 });
    } else if (
      !isBooked &&
      invited === 'REQUEST' &&
      state !== 'held' &&
      state !== 'done' &&
      (invitedStart?.toISOString() ?? '') > now
    ) {
      await inviteAll(deps, { item, leaver, now, method: 'CANCEL', sequence: sequence + 1 });
    }
  }
}

interface Invitation {
  readonly item: Introducing;
  readonly leaver: Person | null;
  readonly now: Instant;
  readonly method: 'REQUEST' | 'CANCEL';
  readonly sequence: number;
}

async function inviteAll(deps: Deps, invitation: Invitation): Promise<void> {
  const { item, leaver, now, method, sequence } = invitation;
  const { row, relationship } = item;
  const successor = await personOf(deps, method === 'REQUEST' ? item.successor : (row.invitedId ?? item.successor));
  const start = (method === 'REQUEST' ? row.callStart : row.invitedStart)?.toISOString();
  if (!leaver || !successor || !start) return;
  const end = row.callEnd?.toISOString() ?? addDuration(deps.calendarOf(null), start, deps.policy.introductions.call.length);
  const readers = readersOf(deps, relationship, leaver, successor);
  const content = callInvitation({
    uid: `${row.id}@${deps.stores.mails.domain}`,
    sequence,
    method,
    stamp: now,
    start,
    end,
    summary: deps.company.name,
    description: '',
    organizer: { name: successor.name, email: successor.email },
    attendees: readers.map(({ name, email }) => ({ name, email })),
  });
  for (const reader of readers) {
    const mail = {
      key: `call/${row.id}/${sequence}/${method}/${reader.audience}`,
      ...scopeOf(row.handoverId),
      personId: reader.id,
      audience: reader.audience,
      to: reader.email,
      fromName: successor.name,
      replyTo: successor.email,
      calendar: { method, content },
    };
    await queueLetter(deps, mail, reader.language, (links) => {
      const confirm = reader.audience === 'contact' && method === 'REQUEST' ? confirmLink(deps, links, row, end) : null;
      return callLetter(deps, { item, method, leaver, successor, start, end, confirm }, momentOf(start, reader.zone));
    });
  }
  const invitedStart = method === 'REQUEST' ? start : null;
  const invitedId = method === 'REQUEST' ? successor.id : null;
  await deps.stores.introductions.update(row.id, { sequence, invited: method, invitedStart, invitedId });
}

/** Leaver, successor and the contact where there is an address; each reads their own language and their own clock. */
function readersOf(deps: Deps, relationship: Introducing['relationship'], leaver: Person, successor: Person) {
  const zoneOf = (country: string | null) => deps.calendarOf(country).timeZone;
  const colleague = (person: Person, audience: 'leaver' | 'internal') => ({
    id: person.id,
    name: person.name,
    email: person.email,
    audience,
    language: languageOf(deps, person.language),
    zone: zoneOf(person.country),
  });
  const contact = relationship.email && {
    id: null,
    name: nameOf(relationship),
    email: relationship.email,
    audience: 'contact' as const,
    language: contactLanguage(relationship.language, deps.company.language),
    zone: relationship.timeZone ?? zoneOf(null),
  };
  return [colleague(leaver, 'leaver'), colleague(successor, 'internal'), ...(contact ? [contact] : [])];
}

interface Call {
  readonly item: Introducing;
  readonly method: 'REQUEST' | 'CANCEL';
  readonly leaver: Person;
  readonly successor: Person;
  readonly start: Instant;
  readonly end: Instant;
  readonly confirm: string | null;
}

/** The contact's own yes or no, where the company offers it; it ends with the call. */
function confirmLink({ policy }: Deps, links: Links, row: Introducing['row'], end: Instant): string | null {
  if (!policy.introductions.contactConfirmationLink) return null;
  return links.to({ purpose: 'contact', handoverId: row.handoverId, subject: row.id, expiresAt: end });
}

function callLetter(deps: Deps, { item, method, leaver, successor, start, end, confirm }: Call, moment: Moment): Letter {
  const head = { contact: nameOf(item.relationship), signature: successor.name, start: moment };
  if (method === 'CANCEL') return { id: 'call-cancelled', ...head, follows: null };
  return {
    id: 'call-invitation',
    ...head,
    leaver: leaver.name,
    successor: successor.name,
    company: deps.company.name,
    minutes: Math.round((Date.parse(end) - Date.parse(start)) / minuteMs),
    topic: item.relationship.topic,
    place: null,
    confirm,
    privacyLink: privacyLink(deps),
  };
}

/** A draft for the person who told a contact, after the departure was withdrawn: nothing goes to the contact by itself. */
export async function queueReversal(
  deps: Deps,
  { loaded }: IntroductionPage,
  item: Introducing,
  by: 'leaver' | 'successor',
): Promise<void> {
  const { row } = loaded;
  const leaver = await personOf(deps, row.employment.personId);
  const successor = await personOf(deps, item.successor);
  const reader = by === 'leaver' ? leaver : successor;
  if (!leaver || !successor || !reader) return;
  await queueLetter(
    deps,
    { ...mailTo(row.id, reader), key: `reversal/${item.row.id}`, audience: by === 'leaver' ? 'leaver' : 'internal' },
    contactLanguage(item.relationship.language, deps.company.language),
    () => ({
      id: 'rescission-draft',
      contact: nameOf(item.relationship),
      leaver: leaver.name,
      successor: successor.name,
      company: deps.company.name,
      signature: reader.name,
    }),
  );
}

/** One digest a day for each person who has something to do; over all handovers, so that two departures are still one mail. */
export async function queueDigests(deps: Deps, page: IntroductionPage, now: Instant): Promise<void> {
  const { loaded, items } = page;
  // What is left after the close is followed up by date, not every day.
  if (isStopped(loaded.facts) || loaded.facts.closed !== null) return;
  const leaver = loaded.row.employment.personId;
  const successors = items.flatMap(({ successor, row }) =>
    successor !== null && row.needs.some(isForSuccessor) ? [successor] : [],
  );
  const asksLeaver = items.some(({ row }) => row.needs.some(isForLeaver)) || wantsAddress(deps, page, now);
  const people = new Set([...(asksLeaver && toldOf(loaded.row).includes('leaver') ? [leaver] : []), ...successors]);
  for (const id of people) {
    const person = await personOf(deps, id);
    if (!person) continue;
    const calendar = deps.calendarOf(person.country);
    const day = localDay(now, calendar.timeZone);
    const isUrgent = loaded.deadlines?.urgent === true;
    const isTime = isBusinessDay(calendar, day) && instantOf(day, deps.policy.messages.digest.at, calendar.timeZone) <= now;
    if (!isTime && !isUrgent) continue;
    await queueLetter(
      deps,
      { ...mailTo(loaded.row.id, person), key: digestKey(id, day), audience: id === leaver ? 'leaver' : 'internal' },
      languageOf(deps, person.language),
      (links) => writeDigest(deps, page, { person, day, links }, now),
    );
  }
}

/** The lines of a person's one mail of a day: what every handover asks of them. */
export async function digestItems(deps: Deps, person: Person, links: Links, now: Instant) {
  const language = languageOf(deps, person.language);
  const items: { text: string; link: string }[] = [];
  for (const [handoverId, counts] of await deps.stores.introductions.needsOf(person.id)) {
    const link = links.to({
      purpose: 'work',
      handoverId,
      personId: person.id,
      expiresAt: linkEnds(deps, now, workLinkDays),
    });
    for (const [need, count] of counts) items.push({ text: digestLine(need, count, language), link });
  }
  return items;
}

/** A person has one digest a day, whoever asks for it. */
export function digestKey(person: string, day: string): string {
  return `digest/${person}/${day}`;
}

async function writeDigest(
  deps: Deps,
  page: IntroductionPage,
  { person, day, links }: { readonly person: Person; readonly day: string; readonly links: Links },
  now: Instant,
) {
  const items = await digestItems(deps, person, links, now);
  if (person.id === page.loaded.row.employment.personId && wantsAddress(deps, page, now)) {
    const handoverId = page.loaded.row.id;
    const link = links.to({
      purpose: 'address',
      handoverId,
      personId: person.id,
      expiresAt: linkEnds(deps, now, confirmLater),
    });
    items.push({ text: digestLine('address', 1, languageOf(deps, person.language)), link });
  }
  return { id: 'digest' as const, name: person.name, day, items };
}

/** Whether the leaver may be asked for a private address now, and has not given one. */
export function wantsAddress(deps: Deps, { loaded, rules }: IntroductionPage, now: Instant): boolean {
  const from = addressFrom(deps, loaded);
  const hasGiven = loaded.people.member !== null && loaded.people.member.state !== 'asked';
  return rules.invitation && !hasGiven && from !== null && from <= now && loaded.facts.closed === null;
}

/** From when the leaver is asked for a private address. */
export function addressFrom(deps: Deps, { row, calendar }: IntroductionPage['loaded']): Instant | null {
  if (row.lastWorkingDay === null) return null;
  return instantOf(dayBefore(calendar, row.lastWorkingDay, deps.policy.alumni.askFrom), '00:00', calendar.timeZone);
}

/** Tells IT once that the leaver's CRM user holds nothing any more. */
export async function queueAccess(deps: Deps, { loaded }: IntroductionPage): Promise<void> {
  const { row } = loaded;
  if (loaded.facts.closed !== 'completed' && loaded.facts.closed !== 'incomplete') return;
  for (const crm of deps.crms.filter((one) => one.mode === 'act')) {
    const [user] = await deps.stores.people.usersOf(crm.name, row.employment.personId);
    const open = await deps.stores.ownerships.stillOwned(row.id, crm.name);
    if (user === undefined) continue;
    await queueLetter(
      deps,
      { key: `access/${row.id}/${crm.name}`, ...scopeOf(row.id), personId: null, to: deps.company.itContact },
      deps.company.language,
      () => ({
        id: open === 0 ? 'it-safe' : 'it-warning',
        name: null,
        system: crm.name,
        account: user,
        open,
        accessEnds: null,
        link: null,
      }),
    );
  }
}

function mailTo(handoverId: string, person: Person) {
  return { ...scopeOf(handoverId), personId: person.id, to: person.email };
}

function scopeOf(handoverId: string) {
  return { scope: 'introductions', scopeId: handoverId, handoverId } as const;
}

/** A contact's name as one writes it. */
export function nameOf({ givenName, familyName, organisation }: Introducing['relationship']): string {
  return [givenName, familyName].filter(Boolean).join(' ') || (organisation ?? '');
}

/** What only the leaver can do. */
export function isForLeaver(need: string): boolean {
  return need === 'leaver-call' || need === 'leaver-mail';
}

/** What only the successor can do. */
export function isForSuccessor(need: string): boolean {
  return need === 'successor-note' || need === 'successor-contact' || need === 'call-outcome';
}
