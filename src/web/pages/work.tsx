import { slotsOf } from '../../domain/calls.js';
import { momentOf, spelledDay, spelledMoment } from '../../mail/days.js';
import type { HandoverRow } from '../../store/handovers.js';
import { fullName, isHeldUp, lastDayEnds, rulesOf } from '../handover.js';
import { nameOf } from '../list/apply.js';
import type { Form } from '../form.js';
import { waken, type Answer, type LinkPage, type Piece, type Visit } from '../parts.js';
import { Button, LinkForm, Notice } from '../ui.js';
import { draftOf, introductionsOf, mailtoOf, type Introducing } from '../work.js';

/** What waits for the person of a link. */
interface Work {
  readonly row: HandoverRow;
  readonly by: 'leaver' | 'successor';
  readonly paused: boolean;
  /** Joint calls: for the leaver to book, for the successor to note as held. */
  readonly calls: readonly Introducing[];
  /** The leaver's mails, the successor's notes. */
  readonly mails: readonly Introducing[];
  /** Introduced; the successor's own first contact is to come. */
  readonly contacts: readonly Introducing[];
  /** Ids of mails that were given to us to send. */
  readonly underway: ReadonlySet<string>;
  /** Where the leaver works. */
  readonly timeZone: string;
  /** Whether a mail may be sent in this person's name at all. */
  readonly maySend: boolean;
}

type Outcome = 'done' | 'refused' | 'refusedAll' | 'early' | 'time-gone';

/** The digest's page: the introductions that wait for a leaver or for a successor. */
export const workPage: LinkPage = {
  async show(visit) {
    const work = await workOf(visit);
    return work ? pageOf(visit, work, null) : { kind: 'gone', code: 'expired-link' };
  },
  async act(visit, sent) {
    if (sent.kind !== 'form') return { kind: 'unreadable' };
    const work = await workOf(visit);
    if (!work) return { kind: 'gone', code: 'expired-link' };
    const outcome = await pressed(visit, work, sent.form);
    if (outcome === null) return { kind: 'unreadable' };
    await waken(visit.parts, 'introductions', work.row.id);
    const after = await workOf(visit);
    return after ? pageOf(visit, after, outcome) : { kind: 'gone', code: 'expired-link' };
  },
};

async function workOf(visit: Visit): Promise<Work | null> {
  const { parts, link, now } = visit;
  const row = link.handoverId === null ? null : await parts.stores.handovers.find(link.handoverId);
  if (!row || link.personId === null) return null;
  const by: Work['by'] = link.personId === row.employment.personId ? 'leaver' : 'successor';
  const rules = rulesOf(row);
  const ends = lastDayEnds(parts, row);
  const paused = isHeldUp(row);
  const isOver = by === 'leaver' && (ends === null || ends <= now || row.closedAt !== null);
  const { timeZone } = parts.calendarOf(row.employment.person.country);
  const none = { row, by, paused, timeZone, calls: [], mails: [], contacts: [], underway: new Set<string>(), maySend: false };
  if (paused || isOver || !rules || row.toldTeamAt === null || row.toldContactsAt === null) return none;
  const all = (await introductionsOf(parts, row)).filter(({ item }) => item.refusedAt === null);
  const mine = by === 'leaver' ? all : all.filter(({ successor }) => successor === link.personId);
  const { calls, mails, successorNote } = rules.introductions;
  const work =
    by === 'leaver'
      ? {
          calls: calls ? mine.filter(isCallToBook) : [],
          mails: mails ? mine.filter(isMailToSend) : [],
          contacts: [],
        }
      : {
          calls: mine.filter(isCallToNote),
          mails: successorNote ? mine.filter(isNoteToWrite) : [],
          contacts: mine.filter(isContactToMake),
        };
  return { ...none, ...work, maySend: parts.policy.messages.inPersonsName, underway: await underwayOf(visit, work.mails) };
}

const isCallToBook = ({ item }: Introducing): boolean =>
  item.method === 'joint-call' && item.heldAt === null && (item.state === 'agreed' || item.state === 'scheduled');
const isCallToNote = ({ item }: Introducing): boolean =>
  item.method === 'joint-call' && item.successorAt === null && (item.state === 'scheduled' || item.state === 'held');
/** A few a day are put before the leaver, so that successors can follow. */
const isMailToSend = ({ item }: Introducing): boolean =>
  item.method === 'email' && item.state === 'agreed' && item.sentAt === null && item.needs.includes('leaver-mail');
const isNoteToWrite = ({ item, hasMoved }: Introducing): boolean =>
  item.method === 'notice' && item.state === 'agreed' && item.sentAt === null && hasMoved;
const isContactToMake = ({ item }: Introducing): boolean =>
  item.method !== 'notice' &&
  item.successorAt === null &&
  (item.state === 'sent' || (item.state === 'lapsed' && item.debtAt !== null && item.debtClosedAt === null));

/** A contact who refused one successor is introduced to another in the next round. */
function keyOf({ id, round }: Introducing['item'], before: number): string {
  if (before > 0) return `introduction/${id}/${round}/${before}`;
  return round === 0 ? `introduction/${id}` : `introduction/${id}/${round}`;
}

async function underwayOf({ parts }: Visit, mails: readonly Introducing[]): Promise<ReadonlySet<string>> {
  const underway = new Set<string>();
  for (const { item } of mails) {
    const states = await parts.stores.mails.introductionStates(item.id, item.round);
    if (states.some((state) => state !== 'failed')) underway.add(item.id);
  }
  return underway;
}

async function pressed(visit: Visit, work: Work, form: Form): Promise<Outcome | null> {
  if (form.has('time')) return book(visit, work, form.one('introduction'), form.one('time'));
  const one = (name: string): Introducing | undefined =>
    [...work.calls, ...work.mails, ...work.contacts].find(({ item }) => item.id === form.one(name));
  if (form.has('done')) return note(visit, work, one('done'));
  if (form.has('refuse')) return refuse(visit, one('refuse'), 'refused');
  if (form.has('refuse-all')) return refuse(visit, one('refuse-all'), 'refusedAll');
  if (form.has('send')) return sendFor(visit, work, one('send'));
  return null;
}

/** By its instant: what was proposed may have changed since the page was read. */
async function book({ parts, now }: Visit, work: Work, id: string, start: string): Promise<Outcome> {
  const found = work.by === 'leaver' ? work.calls.find(({ item }) => item.id === id) : undefined;
  const slot = found && slotsOf(found.item.proposals).find((one) => one.start === start);
  if (!found || !slot) return 'early';
  if (slot.start <= now) return 'time-gone';
  return outcomeOf(await parts.stores.introductions.book(id, slot));
}

/** Notes what took place; what follows from it (state, tasks, debts, the account's move) is the introductions' to decide. */
async function note({ parts, now }: Visit, work: Work, one: Introducing | undefined): Promise<Outcome> {
  if (!one) return 'early';
  const { id } = one.item;
  const { introductions } = parts.stores;
  if (work.mails.includes(one)) return outcomeOf(await introductions.noteSent(id, now));
  if (work.by === 'leaver') return 'early';
  if (work.contacts.includes(one)) return outcomeOf(await introductions.noteContacted(id, now));
  return outcomeOf(await introductions.noteHeld(one.item, now));
}

function outcomeOf(isNew: boolean): Outcome {
  return isNew ? 'done' : 'early';
}

/** The state follows: only so is another successor proposed and a booked call cancelled. */
async function refuse({ parts, now }: Visit, one: Introducing | undefined, as: 'refused' | 'refusedAll'): Promise<Outcome> {
  if (!one) return 'early';
  const isNoted = await parts.stores.introductions.noteRefused(one.item.id, now, { noContact: as === 'refusedAll' });
  return isNoted ? as : 'early';
}

async function sendFor({ parts, link }: Visit, work: Work, one: Introducing | undefined): Promise<Outcome> {
  const to = one?.relationship.email;
  if (!one || !to || !work.maySend || !work.mails.includes(one)) return 'early';
  const { row, by } = work;
  const { person } = row.employment;
  const isLeaver = by === 'leaver';
  const before = await parts.stores.mails.introductionStates(one.item.id, one.item.round);
  if (before.some((state) => state !== 'failed')) return 'done';
  const letter = draftOf(parts, row, one, by);
  await parts.stores.mails.queue({
    key: keyOf(one.item, before.length),
    scope: 'introductions',
    scopeId: row.id,
    handoverId: row.id,
    personId: link.personId,
    template: isLeaver ? 'T3' : 'N1',
    audience: 'contact',
    personal: true,
    to,
    cc: isLeaver && one.successorEmail !== null ? [one.successorEmail] : [],
    fromName: isLeaver ? fullName(person) : one.successorName,
    replyTo: isLeaver ? person.workEmail : one.successorEmail,
    ...letter,
  });
  return 'done';
}

function pageOf(visit: Visit, work: Work, outcome: Outcome | null): Answer {
  const { work: words } = visit.words;
  const isLeaver = work.by === 'leaver';
  const isEmpty = work.calls.length + work.mails.length + work.contacts.length === 0;
  const intro = isLeaver ? words.leaverIntro : words.successorIntro(fullName(work.row.employment.person));
  const body = (
    <>
      {outcome === null ? null : <OutcomeNotice visit={visit} outcome={outcome} />}
      {work.paused ? <Notice problem>{words.paused}</Notice> : <p>{isEmpty ? words.nothing : intro}</p>}
      <Part title={isLeaver ? words.callsTitle : words.heldTitle} items={work.calls}>
        {work.calls.map((one) =>
          isLeaver ? <CallToBook visit={visit} work={work} one={one} /> : <CallToNote visit={visit} work={work} one={one} />,
        )}
      </Part>
      <Part title={isLeaver ? words.mailsTitle : words.notesTitle} items={work.mails}>
        {work.mails.map((one, index) => (
          <MailToSend visit={visit} work={work} one={one} isFirst={index === 0} />
        ))}
      </Part>
      <Part title={words.contactTitle} items={work.contacts} intro={words.contactIntro}>
        {work.contacts.map((one) => (
          <ContactToMake visit={visit} work={work} one={one} />
        ))}
      </Part>
    </>
  );
  return { kind: 'page', title: isLeaver ? words.leaverTitle : words.successorTitle, body };
}

function OutcomeNotice({ visit, outcome }: { readonly visit: Visit; readonly outcome: Outcome }) {
  const { work } = visit.words;
  const texts: Readonly<Record<Outcome, string>> = {
    done: work.done,
    refused: work.refused,
    refusedAll: work.refusedAll,
    early: work.early,
    'time-gone': work.timeGone,
  };
  return <Notice problem={outcome === 'time-gone'}>{texts[outcome]}</Notice>;
}

function Part({
  title,
  items,
  intro,
  children,
}: {
  readonly title: string;
  readonly items: readonly Introducing[];
  readonly intro?: string | undefined;
  readonly children?: Piece;
}) {
  if (items.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      {intro ? <p class="soft">{intro}</p> : null}
      {children}
    </section>
  );
}

interface Shown {
  readonly visit: Visit;
  readonly work: Work;
  readonly one: Introducing;
}

/** What the leaver wrote for whoever takes over. */
function Brief({ visit, one }: { readonly visit: Visit; readonly one: Introducing }) {
  const { topic, note: text, phone } = one.relationship;
  const { fields, work } = visit.words;
  return (
    <>
      {phone === null ? null : <p class="soft small">{`${fields.phone}: ${phone}`}</p>}
      {topic === null ? null : <p>{`${fields.topic}: ${topic}`}</p>}
      {text === null ? null : (
        <div>
          <p class="label">{work.noteFrom}</p>
          <p class="quote">{text}</p>
        </div>
      )}
    </>
  );
}

function Refuse({ visit, one }: { readonly visit: Visit; readonly one: Introducing }) {
  const { refuse, refuseAll } = visit.words.work;
  const name = nameOf(one.relationship);
  return (
    <>
      <Button name="refuse" value={one.item.id} look="plain" label={`${refuse}: ${name}`}>
        {refuse}
      </Button>
      <Button name="refuse-all" value={one.item.id} look="plain" label={`${refuseAll}: ${name}`}>
        {refuseAll}
      </Button>
    </>
  );
}

/** A time where the leaver works and, where the clock differs, where the contact is. */
function timeIn({ language }: Visit, { timeZone }: Work, one: Introducing, at: Date | string): string {
  const instant = typeof at === 'string' ? at : at.toISOString();
  const own = spelledMoment(momentOf(instant, timeZone), language);
  const other = one.relationship.timeZone;
  if (other === null || momentOf(instant, other).time === momentOf(instant, timeZone).time) return own;
  return `${own} (${momentOf(instant, other).time ?? ''} ${other})`;
}

function CallToBook({ visit, work, one }: Shown) {
  const { work: words } = visit.words;
  const { item, relationship, successorName } = one;
  const slots = slotsOf(item.proposals);
  return (
    <article id={item.id}>
      <h3>{words.callWith(nameOf(relationship), successorName)}</h3>
      {item.callStart === null ? null : <p>{words.booked(timeIn(visit, work, one, item.callStart))}</p>}
      <LinkForm visit={visit} anchor={item.id}>
        <input type="hidden" name="introduction" value={item.id} />
        {slots.length > 0 || item.callStart === null ? (
          <p class="soft">{slots.length === 0 ? words.noTimes : words.chooseTime}</p>
        ) : null}
        <div class="buttons">
          {slots.map((slot) =>
            slot.start > visit.now && slot.start !== item.callStart?.toISOString() ? (
              <Button name="time" value={slot.start}>
                {timeIn(visit, work, one, slot.start)}
              </Button>
            ) : null,
          )}
        </div>
        <div class="buttons">
          <Refuse visit={visit} one={one} />
        </div>
      </LinkForm>
    </article>
  );
}

function CallToNote({ visit, work, one }: Shown) {
  const { work: words } = visit.words;
  const { item, relationship } = one;
  return (
    <article id={item.id}>
      <h3>{nameOf(relationship)}</h3>
      {item.callStart === null ? null : <p>{words.booked(timeIn(visit, work, one, item.callStart))}</p>}
      <Brief visit={visit} one={one} />
      <LinkForm visit={visit}>
        <div class="buttons">
          <Button name="done" value={item.id} look="main" label={`${words.held}: ${nameOf(relationship)}`}>
            {words.held}
          </Button>
          <Refuse visit={visit} one={one} />
        </div>
      </LinkForm>
    </article>
  );
}

function MailToSend({ visit, work, one, isFirst }: Shown & { readonly isFirst: boolean }) {
  const { work: words } = visit.words;
  const { item, relationship } = one;
  const draft = draftOf(visit.parts, work.row, one, work.by);
  const name = nameOf(relationship);
  const cc = work.by === 'leaver' ? one.successorEmail : null;
  return (
    <article id={item.id}>
      <h3>{words.mailTo(name)}</h3>
      {work.by === 'successor' ? <Brief visit={visit} one={one} /> : null}
      <details open={isFirst}>
        <summary>{words.draft}</summary>
        <p class="small">{`${words.subject}: ${draft.subject}`}</p>
        <textarea class="tall" readonly aria-label={`${words.draft}: ${name}`}>
          {draft.text}
        </textarea>
      </details>
      <LinkForm visit={visit}>
        {relationship.email === null ? (
          <p class="soft">{words.noAddress}</p>
        ) : (
          <p>
            <a href={mailtoOf(relationship.email, cc, draft)}>{words.open}</a>
          </p>
        )}
        {work.underway.has(item.id) ? (
          <p>{words.sending}</p>
        ) : (
          <div class="buttons">
            <Button name="done" value={item.id} look="main" label={`${words.sent}: ${name}`}>
              {words.sent}
            </Button>
            {work.maySend && relationship.email !== null ? (
              <Button name="send" value={item.id} label={`${words.send}: ${name}`}>
                {words.send}
              </Button>
            ) : null}
            <Refuse visit={visit} one={one} />
          </div>
        )}
      </LinkForm>
    </article>
  );
}

function ContactToMake({ visit, work, one }: Shown) {
  const { work: words } = visit.words;
  const { item, relationship } = one;
  const day = item.sentAt && momentOf(item.sentAt.toISOString(), work.timeZone).day;
  return (
    <article id={item.id}>
      <h3>{nameOf(relationship)}</h3>
      {day ? <p class="soft">{words.sentOn(spelledDay(day, visit.language))}</p> : null}
      <Brief visit={visit} one={one} />
      <LinkForm visit={visit}>
        <div class="buttons">
          <Button name="done" value={item.id} look="main" label={`${words.contacted}: ${nameOf(relationship)}`}>
            {words.contacted}
          </Button>
          <Refuse visit={visit} one={one} />
        </div>
      </LinkForm>
    </article>
  );
}
