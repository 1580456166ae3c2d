import { contactPerson } from '../src/alumni/leaving.js';
import { addDuration, localDay } from '../src/domain/calendar.js';
import { questionOf, type Question } from '../src/domain/questions.js';
import type { Duration, Instant, Language } from '../src/domain/words.js';
import type { Letter } from '../src/mail/letters.js';
import type { LinkTarget } from '../src/store/links.js';
import type { Deps } from './deps.js';
import { languageOf, linkEnds, Links, queueLetter, queueWritten } from './letters.js';
import type { Membership } from './membership.js';

/** Links outlive the next question, so that a late answer still counts. */
const linkLives = 'P400D';

/** A link of the membership's own; the one click that stops everything is `stop`. */
type LinkTo = (target: Pick<LinkTarget, 'purpose' | 'subject'>) => string;

interface Head {
  readonly name: string;
  readonly language: Language;
  /** Who signs, and to whom an answer by mail goes. */
  readonly person: { readonly name: string; readonly email: string };
}

async function headOf(deps: Deps, { handover, member }: Membership): Promise<Head> {
  const { givenName, familyName } = handover.employment.person;
  return {
    name: `${givenName} ${familyName}`.trim(),
    language: languageOf(deps, member.language),
    person: await contactPerson(deps, member.connection),
  };
}

/** Queues a mail to an alumnus. Asked for once, under the membership's lock: nobody needs to find out first whether it is known. */
async function queueToAlumnus(
  deps: Deps,
  { member }: Membership,
  { key, head, now }: { readonly key: string; readonly head: Head; readonly now: Instant },
  write: (links: { readonly linkTo: LinkTo; readonly stop: string }) => Letter,
): Promise<void> {
  const links = new Links(deps);
  const expiresAt = linkEnds(deps, now, linkLives);
  const linkTo: LinkTo = (target) => links.to({ ...target, memberId: member.id, expiresAt });
  const unsubscribe = linkTo({ purpose: 'unsubscribe' });
  const mail = {
    key: `${key}/${member.id}`,
    scope: 'membership',
    scopeId: member.id,
    handoverId: null,
    personId: null,
    memberId: member.id,
    audience: 'alumnus',
    to: member.email ?? '',
    fromName: head.person.name,
    replyTo: head.person.email,
    unsubscribe,
  } as const;
  await queueWritten(deps, mail, head.language, write({ linkTo, stop: unsubscribe }), links);
}

/** The invitation to the programme (T4), or its one reminder (T4R). */
export async function queueInvitation(deps: Deps, membership: Membership, id: 'T4' | 'T4R', now: Instant): Promise<void> {
  const { member } = membership;
  if (member.email === null) return;
  const head = await headOf(deps, membership);
  const calendar = deps.calendarOf(member.country);
  const eraseOn = localDay(addDuration(calendar, now, deps.policy.alumni.eraseAfterReminder), calendar.timeZone);
  await queueToAlumnus(deps, membership, { key: id, head, now }, ({ linkTo }) => {
    const link = linkTo({ purpose: 'alumni' });
    const common = { alumnus: head.name, company: deps.company.name, link, signature: head.person.name };
    return id === 'T4' ? { id, ...common } : { id, ...common, eraseOn };
  });
}

/** A check-in with its one question. False when it cannot be asked: there is no link to pass on. */
export async function queueCheckIn(deps: Deps, membership: Membership, kind: Duration, now: Instant): Promise<boolean> {
  const { member } = membership;
  const question = questionOf(deps.policy.checkIns, member, kind);
  const { referralUrl } = deps.company;
  if (member.email === null || (question === 'referral' && referralUrl === null)) return false;
  const head = await headOf(deps, membership);
  await queueToAlumnus(deps, membership, { key: `check-in-${kind}`, head, now }, ({ linkTo, stop }) =>
    letterOf({
      question,
      head,
      retired: member.retiree,
      company: deps.company.name,
      page: linkTo({ purpose: 'check-in', subject: kind }),
      stop,
      referralUrl: referralUrl ?? '',
    }),
  );
  return true;
}

interface Asking {
  readonly question: Question;
  readonly head: Head;
  readonly retired: boolean;
  readonly company: string;
  readonly page: string;
  readonly stop: string;
  readonly referralUrl: string;
}

function letterOf({ question, head, retired, company, page, stop, referralUrl }: Asking): Letter {
  const common = { alumnus: head.name, stop, signature: head.person.name };
  const answer = (value: string) => `${page}?a=${value}`;
  switch (question) {
    case 'goodbye':
      return {
        id: 'C1',
        ...common,
        retired,
        hrPerson: head.person.name,
        answers: { good: answer('good'), soSo: answer('so-so'), bad: answer('not-good') },
      };
    case 'whereabouts':
      return { id: 'C3', ...common, answers: { yes: answer('yes'), no: answer('no') } };
    case 'referral':
      return { id: 'C6', ...common, retired: false, referralLink: referralUrl };
    case 'advice':
      return { id: 'C6', ...common, retired: true, answers: { yes: answer('yes'), no: answer('no') } };
    case 'return':
    case 'stay':
      return { id: 'C12', alumnus: head.name, signature: head.person.name, company, retired, answers: lastAnswers(answer) };
    default:
      return question satisfies never;
  }
}

function lastAnswers(answer: (value: string) => string) {
  return { keen: answer('keep-me-posted'), maybe: answer('maybe'), stay: answer('stay'), leave: answer('remove') };
}

/** The one reminder of the last question. */
export async function queueLastReminder(deps: Deps, membership: Membership, kind: Duration, now: Instant): Promise<void> {
  const { member } = membership;
  if (member.email === null) return;
  const head = await headOf(deps, membership);
  const calendar = deps.calendarOf(member.country);
  const eraseOn = localDay(addDuration(calendar, now, deps.policy.checkIns.lastSilence.erase), calendar.timeZone);
  await queueToAlumnus(deps, membership, { key: `last-reminder-${kind}`, head, now }, ({ linkTo }) => {
    const page = linkTo({ purpose: 'check-in', subject: kind });
    return {
      id: 'C12R',
      alumnus: head.name,
      signature: head.person.name,
      company: deps.company.name,
      retired: member.retiree,
      answers: lastAnswers((value) => `${page}?a=${value}`),
      eraseOn,
    };
  });
}

/** Asks the named person at HR to call: because an alumnus wants it, or because the first word after a redundancy is a person's. */
export async function queueTalk(deps: Deps, membership: Membership, why: string, now: Instant): Promise<void> {
  const { member } = membership;
  const head = await headOf(deps, membership);
  const key = `talk/${member.id}/${why}`;
  await deps.stores.members.errand({ key, memberId: member.id, to: head.person.email, what: 'call-alumnus', createdAt: now });
  await queueLetter(
    deps,
    {
      key,
      scope: 'membership',
      scopeId: member.id,
      handoverId: null,
      personId: null,
      memberId: member.id,
      to: head.person.email,
    },
    deps.company.language,
    (links) => ({
      id: 'talk-wanted',
      hrPerson: head.person.name,
      alumnus: head.name,
      link: links.to({
        purpose: 'held-data',
        memberId: member.id,
        subject: 'talk',
        expiresAt: linkEnds(deps, now, 'P30D'),
      }),
    }),
  );
}
