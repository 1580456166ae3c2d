import { addDays, localDay } from '../domain/calendar.js';
import { longestDuty, rehireDutyUntil } from '../domain/rehire.js';
import type { Core } from '../dependencies.js';
import { workflowIds } from '../../workflows/contract.js';
import { requirePage, withCore } from './context.js';
import { colorsOf, emit, headed, type Session } from './output.js';
import { sayDay } from './words.js';

/** What `recall` takes. */
export interface RecallOptions {
  readonly limit: number;
  readonly after?: string;
}

/**
 * `recall`: whom to tell of vacancies. Alumni by their own consent, which names this purpose alone; and whoever was made redundant while the law has
 * them asked first, which needs no consent and so no address from here. Asked anew each time, so nobody works from an old list.
 */
export async function recall(session: Session, { limit, after }: RecallOptions): Promise<void> {
  await withCore(session, async (core) => {
    const { members, people } = core.stores;
    await requirePage(core, after);
    const rows = await members.recallList(limit + 1, after);
    const names = await people.names(rows.map(({ personId }) => personId));
    const entries = rows.slice(0, limit).map(({ id, personId, email, language, employmentEnd, consents }) => ({
      member: id,
      name: names.get(personId) ?? '',
      email,
      language,
      employmentEnd: employmentEnd.toISOString(),
      consentedAt: consents[0]?.givenAt.toISOString() ?? null,
    }));
    const next = rows.length > limit ? (entries.at(-1)?.member ?? null) : null;
    const duties = await dutiesOf(core);
    emit(session, { recall: entries, rehireDuty: duties, next }, () => human(session, entries, duties, next));
  });
}

interface Duty {
  readonly person: string;
  readonly handover: string;
  readonly name: string;
  /** The last day of employment, and of the duty. */
  readonly end: string;
  readonly until: string;
}

async function dutiesOf({ stores, deps, config }: Core): Promise<readonly Duty[]> {
  const today = localDay(new Date().toISOString(), deps.calendarOf(null).timeZone);
  const rows = await stores.handovers.redundanciesSince(addDays(today, -longestDuty));
  return rows.flatMap(({ handover, end, person }) => {
    const until = rehireDutyUntil(person.country ?? config.company.country, end);
    if (until === null || until < today) return [];
    const name = `${person.givenName} ${person.familyName}`.trim();
    return [{ person: person.id, handover: workflowIds.handover(handover), name, end, until }];
  });
}

interface Entry {
  readonly member: string;
  readonly name: string;
  readonly email: string | null;
  readonly language: string;
  readonly employmentEnd: string;
  readonly consentedAt: string | null;
}

function human(session: Session, entries: readonly Entry[], duties: readonly Duty[], next: string | null): string {
  const { dim } = colorsOf(session);
  const day = (at: string | null): string => (at === null ? '-' : sayDay(at.slice(0, 10)));
  const asked = entries.map(({ member, name, email, language, employmentEnd, consentedAt }) => [
    member,
    name,
    email ?? '-',
    language,
    day(employmentEnd),
    day(consentedAt),
  ]);
  return [
    ...(asked.length === 0
      ? ['Nobody asked to be told of vacancies.']
      : headed(session, ['MEMBERSHIP', 'NAME', 'ADDRESS', 'LANGUAGE', 'EMPLOYMENT ENDED', 'SAID YES ON'], asked)),
    ...(next ? [dim(`More: --after ${next}`)] : []),
    ...(duties.length === 0
      ? []
      : [
          '',
          'Made redundant; the law has them asked first (the address is in the personnel file):',
          ...headed(
            session,
            ['PERSON', 'NAME', 'LAST DAY', 'UNTIL'],
            duties.map(({ person, name, end, until }) => [person, name, sayDay(end), sayDay(until)]),
          ),
        ]),
  ].join('\n');
}
