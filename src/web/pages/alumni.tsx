import { askAboutContact } from '../../alumni/leaving.js';
import { localDay } from '../../domain/calendar.js';
import { consents, purposes } from '../../domain/questions.js';
import { spelledDay } from '../../mail/days.js';
import type { MemberRow } from '../../store/members.js';
import { alumniWording, preferences } from '../consents.js';
import type { Form } from '../form.js';
import { HeldData } from '../held.js';
import { isOver, leave } from '../leave.js';
import { waken, type Answer, type LinkPage, type Visit } from '../parts.js';
import { Button, Check, LinkForm, Notice } from '../ui.js';

/** States in which an invitation may be answered. */
const invited = ['invited', 'reminded', 'joined'];

/** T4's page: joining with one's own choice of subjects, changing it later, leaving, and everything that is held. */
export const alumniPage: LinkPage = {
  async show(visit) {
    const member = await memberOf(visit);
    return member ? pageOf(visit, member) : over(visit);
  },
  async act(visit, sent) {
    if (sent.kind !== 'form') return { kind: 'unreadable' };
    const member = await memberOf(visit);
    if (!member) return over(visit);
    const { form } = sent;
    const { alumni, held } = visit.words;
    if (form.has('decline')) return left(visit, member, member.joinedAt === null ? 'declined' : 'ended', alumni.declined);
    if (form.has('stop')) return left(visit, member, 'ended', alumni.stopped);
    if (form.has('erase')) return left(visit, member, 'erased', held.erased);
    if (form.has('group')) return inGroup(visit, member);
    return form.has('join') || form.has('save') ? choose(visit, member, form) : { kind: 'unreadable' };
  },
};

function over({ words }: Visit): Answer {
  return { kind: 'gone', code: 'expired-link', text: words.alumni.over };
}

async function memberOf({ parts, link }: Visit): Promise<MemberRow | null> {
  const member = link.memberId === null ? null : await parts.stores.members.find(link.memberId);
  return member && member.email !== null && invited.includes(member.state) && member.stoppedAt === null ? member : null;
}

async function left(visit: Visit, member: MemberRow, state: 'declined' | 'ended' | 'erased', text: string): Promise<Answer> {
  await leave(visit, member.id, state);
  return { kind: 'page', title: visit.words.alumni.stopTitle, body: <Notice>{`${text} ${visit.words.frame.close}`}</Notice> };
}

async function inGroup(visit: Visit, member: MemberRow): Promise<Answer> {
  if (member.state !== 'joined') return over(visit);
  if (member.groupAt === null) await visit.parts.stores.members.update(member.id, { groupAt: visit.now });
  return again(visit, visit.words.alumni.saved);
}

/** Records a consent for each subject that was chosen, and withdraws those that were not. */
async function choose(visit: Visit, member: MemberRow, form: Form): Promise<Answer> {
  const { parts, now, words } = visit;
  const isJoining = member.state !== 'joined';
  const chosen = form.all('preference');
  const wanted: readonly string[] = preferences.filter((preference) => chosen.includes(preference));
  const isTaken = await parts.inTransaction(async (stores) => {
    await stores.members.lock(member.id);
    const current = await stores.members.get(member.id);
    if (isOver(current) || current.stoppedAt !== null || current.email === null) return false;
    await stores.members.consent(member.id, purposes.membership, alumniWording, now);
    for (const purpose of preferences)
      if (wanted.includes(purpose)) await stores.members.consent(member.id, purpose, alumniWording, now);
      else await stores.members.withdraw(member.id, purpose, now);
    // Only what the page showed: an answer given since it was opened is not taken back with it.
    const shown = form.all('permitted');
    const withdrawn = permitted(current).filter((purpose) => shown.includes(purpose) && !form.all('permit').includes(purpose));
    for (const purpose of withdrawn) await stores.members.withdraw(member.id, purpose, now);
    if (withdrawn.includes(purposes.approach)) {
      await stores.members.forgetEmployer(member.id);
      await askAboutContact({ ...parts, stores }, current, { what: 'remove' }, now);
    }
    const kept = current.preferences.filter(
      (known) => !preferences.some((preference) => preference === known) && !withdrawn.includes(known),
    );
    await stores.members.update(member.id, {
      state: 'joined',
      joinedAt: current.joinedAt ?? now,
      preferences: [...wanted, ...kept],
      ...(withdrawn.includes(purposes.recall) && { recall: false }),
    });
    return true;
  });
  if (!isTaken) return over(visit);
  await waken(parts, 'membership', member.id);
  return again(visit, isJoining ? words.alumni.joined : words.alumni.saved);
}

/** What answers to questions permitted and nobody has withdrawn. */
function permitted({ consents: given }: MemberRow): readonly string[] {
  const open = given.flatMap(({ purpose, withdrawnAt }) => (withdrawnAt === null ? [purpose] : []));
  return [...new Set(Object.values(consents))].filter((purpose) => open.includes(purpose));
}

async function again(visit: Visit, notice: string): Promise<Answer> {
  const member = await memberOf(visit);
  return member ? pageOf(visit, member, notice) : over(visit);
}

async function pageOf(visit: Visit, member: MemberRow, notice?: string): Promise<Answer> {
  const { alumni } = visit.words;
  const isJoined = member.state === 'joined';
  const person = await visit.parts.stores.people.byId(member.personId);
  const body = (
    <>
      {notice ? <Notice>{notice}</Notice> : null}
      <Choice visit={visit} member={member} isJoined={isJoined} />
      {isJoined ? <Group visit={visit} member={member} /> : null}
      {isJoined ? <Stop visit={visit} /> : null}
      <HeldData visit={visit} member={member} person={person} isFolded />
    </>
  );
  return { kind: 'page', title: isJoined ? alumni.joinedTitle : alumni.title, body };
}

interface Shown {
  readonly visit: Visit;
  readonly member: MemberRow;
}

function Choice({ visit, member, isJoined }: Shown & { readonly isJoined: boolean }) {
  const { alumni } = visit.words;
  const offered = preferences.filter(
    (preference) => preference !== 'linkedin-group' || visit.parts.programme.linkedinGroup !== null,
  );
  return (
    <section>
      <p>{alumni.intro(visit.parts.company.name)}</p>
      <LinkForm visit={visit}>
        <fieldset>
          <legend>{alumni.choose}</legend>
          {offered.map((preference) => (
            <Check name="preference" value={preference} checked={member.preferences.includes(preference)}>
              {alumni.purposes[preference]}
            </Check>
          ))}
        </fieldset>
        {permitted(member).length === 0 ? null : <Permits visit={visit} member={member} />}
        {isJoined || !member.checkInsAllowed ? null : <p>{alumni.includes}</p>}
        <div class="buttons">
          {isJoined ? (
            <Button name="save" value="yes" look="main">
              {alumni.save}
            </Button>
          ) : (
            <>
              <Button name="join" value="yes" look="main">
                {alumni.join}
              </Button>
              <Button name="decline" value="no">
                {alumni.decline}
              </Button>
            </>
          )}
        </div>
        {isJoined ? null : <p class="soft small">{alumni.declineNote}</p>}
      </LinkForm>
    </section>
  );
}

/** Consents that answers gave: as easy to take back here as they were to give. */
function Permits({ visit, member }: Shown) {
  const { alumni, held } = visit.words;
  const names: Readonly<Record<string, string>> = held.purposes;
  return (
    <fieldset>
      <legend>{alumni.permits}</legend>
      {permitted(member).map((purpose) => (
        <>
          <input type="hidden" name="permitted" value={purpose} />
          <Check name="permit" value={purpose} checked>
            {names[purpose] ?? purpose}
          </Check>
        </>
      ))}
    </fieldset>
  );
}

function Group({ visit, member }: Shown) {
  const { alumni } = visit.words;
  const { parts, language } = visit;
  const { linkedinGroup } = parts.programme;
  if (linkedinGroup === null) return null;
  const { timeZone } = parts.calendarOf(member.country);
  return (
    <section>
      <h2>{alumni.groupTitle}</h2>
      {member.groupAt === null ? (
        <>
          <p>{alumni.group}</p>
          <LinkForm visit={visit}>
            <div class="buttons">
              <a class="button" href={linkedinGroup} rel="noreferrer noopener">
                {alumni.groupLink}
              </a>
              <Button name="group" value="joined">
                {alumni.groupDone}
              </Button>
            </div>
          </LinkForm>
        </>
      ) : (
        <p>{alumni.groupSince(spelledDay(localDay(member.groupAt.toISOString(), timeZone), language))}</p>
      )}
    </section>
  );
}

function Stop({ visit }: { readonly visit: Visit }) {
  const { alumni } = visit.words;
  return (
    <section>
      <h2>{alumni.stopTitle}</h2>
      <p>{alumni.stopNote}</p>
      <LinkForm visit={visit}>
        <div class="buttons">
          <Button name="stop" value="yes" look="warn">
            {alumni.stop}
          </Button>
        </div>
      </LinkForm>
    </section>
  );
}
