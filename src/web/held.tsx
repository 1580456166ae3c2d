import { localDay } from '../domain/calendar.js';
import { questionOf } from '../domain/questions.js';
import { membershipStates } from '../domain/words.js';
import { spelledDay } from '../mail/days.js';
import type { MemberRow } from '../store/members.js';
import { preferences } from './consents.js';
import { fullName } from './handover.js';
import type { Visit } from './parts.js';
import { labelOf } from './questions.js';
import { Button, LinkForm } from './ui.js';

interface Shown {
  readonly visit: Visit;
  readonly member: MemberRow;
}

/** Everything that the alumni programme holds about one person, and the button that erases it. */
export function HeldData({
  visit,
  member,
  person,
  isFolded = false,
}: Shown & {
  readonly person: { readonly givenName: string; readonly familyName: string } | null;
  readonly isFolded?: boolean | undefined;
}) {
  const { held } = visit.words;
  const { dpoContact } = visit.parts.company;
  const content = (
    <>
      <p>
        {held.intro} {dpoContact === null ? null : held.dpo(dpoContact)}
      </p>
      <Facts visit={visit} member={member} name={person ? fullName(person) : ''} />
      <Consents visit={visit} member={member} />
      <Questions visit={visit} member={member} />
      <p>{held.eraseNote}</p>
      <LinkForm visit={visit}>
        <input type="hidden" name="member" value={member.id} />
        <div class="buttons">
          <Button name="erase" value="yes" look="warn">
            {held.erase}
          </Button>
        </div>
      </LinkForm>
    </>
  );
  return (
    <section>
      {isFolded ? (
        <details>
          <summary>{held.title}</summary>
          {content}
        </details>
      ) : (
        content
      )}
    </section>
  );
}

function dayIn({ parts, language }: Visit, member: MemberRow, at: Date | null): string | null {
  if (at === null) return null;
  return spelledDay(localDay(at.toISOString(), parts.calendarOf(member.country).timeZone), language, { year: true });
}

function Facts({ visit, member, name }: Shown & { readonly name: string }) {
  const { held, fields, languages, alumni } = visit.words;
  const day = (at: Date | null): string | null => dayIn(visit, member, at);
  const language =
    member.language === 'nl' || member.language === 'da' || member.language === 'en'
      ? languages[member.language]
      : member.language;
  const state = membershipStates.find((known) => known === member.state);
  const wishes = preferences.filter((preference) => member.preferences.includes(preference));
  const facts: readonly (readonly [label: string, value: string | null])[] = [
    [held.name, name],
    [held.address, member.email ?? held.none],
    [held.pending, member.pendingEmail],
    [fields.language, language],
    [held.country, member.country],
    [held.end, day(new Date(member.employmentEnd.getTime() - 1))],
    [held.state, state ? held.states[state] : member.state],
    [held.confirmed, day(member.confirmedAt)],
    [held.invited, day(member.invitedAt)],
    [held.since, day(member.joinedAt)],
    [alumni.choose, wishes.map((wish) => alumni.purposes[wish]).join(', ') || held.none],
    [held.group, day(member.groupAt)],
    [held.recall, member.recall ? held.yes : held.no],
    [held.quiet, day(member.quietUntil)],
  ];
  return (
    <dl>
      {facts.map(([label, value]) =>
        value === null ? null : (
          <>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </>
        ),
      )}
    </dl>
  );
}

function Consents({ visit, member }: Shown) {
  const { held, alumni } = visit.words;
  if (member.consents.length === 0) return null;
  const names: Readonly<Record<string, string>> = { ...alumni.purposes, ...held.purposes };
  return (
    <>
      <h3>{held.consents}</h3>
      <table class="stack">
        <thead>
          <tr>
            {[held.purpose, held.wording, held.given, held.withdrawn].map((text) => (
              <th scope="col">{text}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {member.consents.map((consent) => (
            <tr>
              <th scope="row">{names[consent.purpose] ?? consent.purpose}</th>
              <td data-label={held.wording}>{consent.wording}</td>
              <td data-label={held.given}>{dayIn(visit, member, consent.givenAt)}</td>
              <td data-label={held.withdrawn}>{dayIn(visit, member, consent.withdrawnAt) ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Questions({ visit, member }: Shown) {
  const { held } = visit.words;
  const { checkIns } = visit.parts.policy;
  if (member.checkIns.length === 0) return null;
  return (
    <>
      <h3>{held.checkIns}</h3>
      <table class="stack">
        <thead>
          <tr>
            {[held.question, held.asked, held.answer].map((text) => (
              <th scope="col">{text}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {member.checkIns.map((checkIn) => (
            <tr>
              <th scope="row">{visit.words.checkIn[questionOf(checkIns, member, checkIn.kind)].title}</th>
              <td data-label={held.asked}>
                {dayIn(visit, member, checkIn.sentAt) ?? (checkIn.skippedAt === null ? held.planned : held.skipped)}
              </td>
              <td data-label={held.answer}>{saidIn(visit, member, checkIn)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** The answer with every word that was typed in beside it. */
function saidIn({ parts, words }: Visit, member: MemberRow, { kind, answer, detail }: MemberRow['checkIns'][number]): string {
  const more =
    typeof detail === 'object' && detail !== null && !Array.isArray(detail)
      ? Object.values(detail).flatMap((value) => (typeof value === 'string' ? [value] : []))
      : [];
  const said = answer === null ? '–' : labelOf(words, questionOf(parts.policy.checkIns, member, kind), answer);
  return [said, ...more].join(' · ');
}
