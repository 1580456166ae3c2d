import { questionOf } from '../../domain/questions.js';
import type { MemberRow } from '../../store/members.js';
import { fullName } from '../handover.js';
import { HeldData } from '../held.js';
import { isOver, leave } from '../leave.js';
import { isForHr } from '../language.js';
import { labelOf } from '../questions.js';
import type { Answer, LinkPage, Visit } from '../parts.js';
import { Button, LinkForm, Notice } from '../ui.js';

/** "What you hold about me", for one membership or for all of a person's, and erasure. */
export const heldDataPage: LinkPage = {
  show: async (visit) => (isForHr(visit.link) ? talkPage(visit) : pageOf(visit, await membersOf(visit))),
  async act(visit, sent) {
    if (isForHr(visit.link)) return sent.kind === 'form' && sent.form.has('called') ? called(visit) : { kind: 'unreadable' };
    if (sent.kind !== 'form' || !sent.form.has('erase')) return { kind: 'unreadable' };
    const wanted = sent.form.one('member');
    for (const member of await membersOf(visit)) if (member.id === wanted) await leave(visit, member.id, 'erased');
    return pageOf(visit, await membersOf(visit), visit.words.held.erased);
  },
};

async function membersOf({ parts, link }: Visit): Promise<readonly MemberRow[]> {
  const { members } = parts.stores;
  const one = link.memberId === null ? null : await members.find(link.memberId);
  const all = link.memberId === null && link.personId !== null ? await members.ofPerson(link.personId) : one ? [one] : [];
  return all.filter((member) => !isOver(member) || member.email !== null || member.pendingEmail !== null);
}

async function pageOf(visit: Visit, members: readonly MemberRow[], notice?: string): Promise<Answer> {
  const { held } = visit.words;
  const [first] = members;
  const person = first ? await visit.parts.stores.people.byId(first.personId) : null;
  const body = (
    <>
      {notice ? <Notice>{notice}</Notice> : null}
      {first ? null : <p>{held.nothing}</p>}
      {members.map((member) => (
        <HeldData visit={visit} member={member} person={person} />
      ))}
    </>
  );
  return { kind: 'page', title: held.title, body };
}

async function called(visit: Visit): Promise<Answer> {
  const { parts, link, words, now } = visit;
  if (link.memberId !== null) await parts.stores.members.endErrands({ memberId: link.memberId, what: 'call-alumnus' }, now);
  return { kind: 'page', title: words.talk.title, body: <Notice>{words.talk.noted}</Notice> };
}

/** What the named person at HR needs for a call, and nothing else of what is held. */
async function talkPage(visit: Visit): Promise<Answer> {
  const { parts, link, words } = visit;
  const { talk } = words;
  const member = link.memberId === null ? null : await parts.stores.members.find(link.memberId);
  if (!member || isOver(member)) return { kind: 'gone', code: 'expired-link', text: talk.nothing };
  const person = await parts.stores.people.byId(member.personId);
  const first = member.checkIns.find(({ kind }) => questionOf(parts.policy.checkIns, member, kind) === 'goodbye');
  const body = (
    <section>
      <p>{talk.intro(person ? fullName(person) : '')}</p>
      <dl>
        <dt>{talk.answer}</dt>
        <dd>{first?.answer ? labelOf(words, 'goodbye', first.answer) : '–'}</dd>
        <dt>{talk.phone}</dt>
        <dd>{phoneIn(first?.detail) ?? talk.noPhone}</dd>
      </dl>
      <LinkForm visit={visit}>
        <div class="buttons">
          <Button name="called" value="yes" look="main">
            {talk.called}
          </Button>
        </div>
      </LinkForm>
    </section>
  );
  return { kind: 'page', title: talk.title, body };
}

function phoneIn(detail: unknown): string | null {
  const phone = typeof detail === 'object' && detail !== null && 'phone' in detail ? detail.phone : null;
  return typeof phone === 'string' ? phone : null;
}
