import { addDuration, localDay } from '../domain/calendar.js';
import { contactLanguage } from '../domain/language.js';
import { partingOf } from '../domain/release.js';
import { render } from '../mail/letters.js';
import type { Rendered } from '../mail/letters.js';
import type { HandoverRow } from '../store/handovers.js';
import type { IntroductionRow } from '../store/introductions.js';
import type { RelationshipRow } from '../store/relationships.js';
import { fullName, lastDayEnds } from './handover.js';
import type { WebParts } from './parts.js';

/** An introduction with whom it is about and who takes over. */
export interface Introducing {
  readonly item: IntroductionRow;
  readonly relationship: RelationshipRow;
  /** Person id; null while the plan names nobody. */
  readonly successor: string | null;
  readonly successorName: string;
  readonly successorEmail: string | null;
  /** Whether everything of the account has moved. */
  readonly hasMoved: boolean;
}

/** A handover's introductions; what the leaver took out is not among them. */
export async function introductionsOf(parts: WebParts, row: HandoverRow): Promise<readonly Introducing[]> {
  const { stores } = parts;
  const relationships = new Map((await stores.relationships.list(row.id)).map((one) => [one.id, one]));
  const successors = await successorsOf(parts, row);
  const moved = await stores.ownerships.movedBundles(row.id);
  const isPast = (lastDayEnds(parts, row) ?? '9999') <= new Date(parts.now()).toISOString();
  const known = (await stores.introductions.list(row.id)).flatMap((item) => {
    const relationship = relationships.get(item.relationshipId);
    if (!relationship || relationship.private) return [];
    // Whom a contact goes to that hangs on no account is written down by whoever asks people to act.
    const named = item.bundle === null ? item.successorId : successors.ofBundle.get(item.bundle);
    const successor = named ?? item.successorId ?? successors.largest ?? null;
    const hasMoved = item.bundle === null ? isPast || row.closedAt !== null : moved.has(item.bundle);
    return [{ item, relationship, successor, hasMoved }];
  });
  const people = new Map<string, Awaited<ReturnType<typeof stores.people.byId>>>();
  for (const id of new Set(known.flatMap(({ successor }) => successor ?? []))) people.set(id, await stores.people.byId(id));
  return known.map((one) => {
    const person = one.successor === null ? null : people.get(one.successor);
    return { ...one, successorName: person ? fullName(person) : '', successorEmail: person?.workEmail ?? null };
  });
}

/** Who takes over each account, and whom a contact goes to that hangs on none: whoever takes over most. */
async function successorsOf({ stores }: WebParts, row: HandoverRow) {
  const ofBundle = new Map<number, string>();
  let largest: { readonly successor: string; readonly size: number } | null = null;
  for (const step of row.steps) {
    const bundles = await stores.ownerships.bundlesOf(row.id, step.id);
    for (const bundle of bundles) ofBundle.set(bundle, step.successorId);
    if (largest === null || bundles.length > largest.size) largest = { successor: step.successorId, size: bundles.length };
  }
  return { ofBundle, largest: largest?.successor };
}

/** The leaver's introduction of a contact (T3), or the successor's note (N1; the agreed text where there is one), in the contact's language. */
export function draftOf(
  parts: WebParts,
  row: HandoverRow,
  { relationship, successorName }: Introducing,
  by: 'leaver' | 'successor',
): Rendered {
  const { company, policy, calendarOf, publicUrl } = parts;
  const { person } = row.employment;
  const calendar = calendarOf(person.country);
  const now = new Date(parts.now()).toISOString();
  const language = contactLanguage(relationship.language, company.language);
  const shared = {
    contact: fullName(relationship) || (relationship.organisation ?? ''),
    company: company.name,
    parting: partingOf(row.card?.reason ?? ''),
    privacyLink: company.privacyUrl ?? `${publicUrl}/privacy`,
  };
  if (by === 'successor')
    return render(
      {
        id: 'N1',
        ...shared,
        leaver: fullName(person),
        handoverDate: localDay(now, calendar.timeZone),
        phone: null,
        agreedText: row.card?.announcement ?? null,
        signature: successorName,
      },
      language,
    );
  const contactBy = addDuration(calendar, now, policy.introductions.emailDoneWhen.successorContactWithin);
  return render(
    {
      id: 'T3',
      ...shared,
      successor: successorName,
      lastWorkingDay: row.lastWorkingDay ?? localDay(now, calendar.timeZone),
      topic: relationship.topic,
      date: localDay(contactBy, calendar.timeZone),
      authority: false,
      signature: fullName(person),
    },
    language,
  );
}

/** Opens a mail program with a draft (RFC 6068). */
export function mailtoOf(to: string, cc: string | null, { subject, text }: Rendered): string {
  const fields: readonly (readonly [string, string])[] = [
    ...(cc === null ? [] : [['cc', cc] as const]),
    ['subject', subject],
    ['body', text.replaceAll('\n', '\r\n')],
  ];
  const query = fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `mailto:${encodeURIComponent(to).replaceAll('%40', '@')}?${query}`;
}
