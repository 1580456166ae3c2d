import { shareOfBusinessTime } from '../src/domain/calendar.js';
import { isStopped } from '../src/domain/handover.js';
import type { IntroductionNeed } from '../src/domain/introduction.js';
import type { Instant, Language } from '../src/domain/words.js';
import type { CrmTask, TaskKind } from '../src/ports/crm.js';
import type { CallContext } from '../src/ports/vendor.js';
import type { CrmTaskRow } from '../src/store/introductions.js';
import { mayWrite, type CrmConnection, type Deps } from './deps.js';
import { nameOf, personOf } from './introductionMails.js';
import { isTakenBack } from './introductionGround.js';
import { isTakenAway, type Introducing, type IntroductionPage } from './introductions.js';
import { languageOf } from './letters.js';

/** Which task a need becomes, and whose it is: one for the leaver and one for the successor in each introduction. */
const taskOf: Readonly<Record<IntroductionNeed, { readonly for: 'leaver' | 'successor'; readonly kind: TaskKind }>> = {
  'leaver-call': { for: 'leaver', kind: 'call' },
  'leaver-mail': { for: 'leaver', kind: 'email' },
  'successor-note': { for: 'successor', kind: 'email' },
  'successor-contact': { for: 'successor', kind: 'todo' },
  'call-outcome': { for: 'successor', kind: 'call' },
};

const subjects = {
  nl: {
    'leaver-call': 'Samen bellen met {contact} om je opvolger voor te stellen',
    'leaver-mail': 'Je opvolger per mail voorstellen aan {contact}',
    'successor-note': 'Kort bericht aan {contact}: jij bent nu contactpersoon',
    'successor-contact': 'Eerste eigen contact met {contact}',
    'call-outcome': 'Gesprek met {contact} heeft plaatsgevonden',
  },
  da: {
    'leaver-call': 'Ring sammen til {contact} og præsenter din efterfølger',
    'leaver-mail': 'Præsenter din efterfølger for {contact} på mail',
    'successor-note': 'Kort besked til {contact}: du er nu kontaktperson',
    'successor-contact': 'Første egen kontakt med {contact}',
    'call-outcome': 'Samtalen med {contact} er holdt',
  },
  en: {
    'leaver-call': 'Call {contact} together to introduce your successor',
    'leaver-mail': 'Introduce your successor to {contact} by e-mail',
    'successor-note': 'Short note to {contact}: you are the contact now',
    'successor-contact': 'First contact of your own with {contact}',
    'call-outcome': 'The call with {contact} has taken place',
  },
} as const satisfies Record<Language, Record<IntroductionNeed, string>>;

const bodies = {
  nl: 'Zet deze taak op voltooid als het gebeurd is; meer hoeft niet. Teksten en tijden staan in de dagelijkse mail van Baton.',
  da: 'Sæt opgaven som fuldført, når det er sket; mere skal der ikke til. Tekster og tidspunkter står i den daglige mail fra Baton.',
  en: 'Mark this task as completed once it is done; nothing else is needed. Texts and times are in the daily mail from Baton.',
} as const satisfies Record<Language, string>;

/** Notes as intents the tasks that people's needs ask for; a need that is a task already stays that task. */
export async function intendTasks(deps: Deps, { loaded, items }: IntroductionPage, now: Instant): Promise<void> {
  const crms = deps.crms.filter((crm) => mayWrite(crm) && crm.port.tasks);
  const leaver = loaded.row.employment.personId;
  const wanted = items.flatMap((item) => item.row.needs.map((need) => ({ item, need })));
  const people = [...new Set(wanted.flatMap(({ item }) => [leaver, ...(item.successor === null ? [] : [item.successor])]))];
  const seats = people.length === 0 ? [] : await deps.stores.people.seats(people);
  const tasks = wanted.flatMap(({ item, need }) => {
    const found = needOf(need);
    const crm = crms.find(({ name }) => item.relationship.connection === null || item.relationship.connection === name);
    const person = found?.for === 'leaver' ? leaver : item.successor;
    const seat = seats.find((one) => one.person === person && one.connection === crm?.name);
    if (!found || !crm || !seat || item.tasks.some((task) => task.kind === found.for && !isTakenAway(task))) return [];
    const before = item.tasks.filter((task) => task.kind === found.for).length;
    const dueAt = found.for === 'leaver' ? leaverDue(deps, loaded, item, need) : now;
    return [
      {
        key: `${item.row.id}-${found.for}-${item.row.round}${before === 0 ? '' : `.${before}`}`,
        handoverId: loaded.row.id,
        introductionId: item.row.id,
        connection: crm.name,
        kind: found.for,
        owner: seat.user,
        dueAt: new Date(dueAt),
      },
    ];
  });
  await deps.stores.introductions.intendTasks(tasks);
}

/** A call is to be booked early in the time that is left; a mail has until its window closes. */
function leaverDue(deps: Deps, { row, calendar }: IntroductionPage['loaded'], { facts }: Introducing, need: string): Instant {
  const from = row.releasedAt?.toISOString() ?? facts.window.from;
  if (need !== 'leaver-call' || facts.lastDayEnds <= from) return facts.window.to;
  return shareOfBusinessTime(calendar, from, facts.lastDayEnds, deps.policy.introductions.window.callsBookedBy);
}

function needOf(text: string): (typeof taskOf)[IntroductionNeed] | null {
  return isNeed(text) ? taskOf[text] : null;
}

function isNeed(text: string): text is IntroductionNeed {
  return Object.hasOwn(taskOf, text);
}

/** Creates what is intended: upserted by its key, so that a second attempt after a lost answer finds the same task. True when there was any. */
export async function createTasks(deps: Deps, page: IntroductionPage, context: CallContext): Promise<boolean> {
  const intended = (await deps.stores.introductions.tasks(page.loaded.row.id)).filter(({ state }) => state === 'intended');
  for (const { crm, tasks } of byConnection(deps, intended)) {
    const wanted = (await Promise.all(tasks.map((row) => describe(deps, page, row)))).flatMap((task) => task ?? []);
    const results = (await crm.port.tasks?.upsert(wanted, context)) ?? [];
    for (const result of results) {
      const data =
        result.state === 'saved'
          ? { task: result.task, state: 'open', lastError: null }
          : { state: 'failed', lastError: result.kind };
      await deps.stores.introductions.updateTask(result.key, data);
    }
  }
  return intended.length > 0;
}

async function describe(deps: Deps, { loaded, items }: IntroductionPage, row: CrmTaskRow): Promise<CrmTask | null> {
  const item = items.find((one) => one.row.id === row.introductionId);
  const need = item?.row.needs.find((text) => needOf(text)?.for === row.kind);
  if (!item || need === undefined || !isNeed(need)) {
    await deps.stores.introductions.updateTask(row.key, { state: 'removed' });
    return null;
  }
  const person = await personOf(deps, row.kind === 'leaver' ? loaded.row.employment.personId : item.successor);
  const language = languageOf(deps, person?.language ?? null);
  return {
    key: row.key,
    owner: row.owner,
    subject: subjects[language][need].replace('{contact}', () => nameOf(item.relationship)),
    body: bodies[language],
    dueAt: row.dueAt.toISOString(),
    kind: taskOf[need].kind,
    contact: item.relationship.contact,
    account: item.relationship.account,
  };
}

/** Asks the CRMs which tasks people completed. */
export async function readTasks(deps: Deps, handover: string, context: CallContext): Promise<void> {
  const open = (await deps.stores.introductions.tasks(handover)).filter(({ state, task }) => state === 'open' && task !== null);
  for (const { crm, tasks } of byConnection(deps, open)) {
    const readings = (await crm.port.tasks?.read(idsOf(tasks), context)) ?? [];
    const stateOf = new Map(readings.map((reading) => [reading.task, reading.state]));
    for (const { key, task } of tasks) {
      const state = stateOf.get(task ?? '');
      if (state !== 'completed' && state !== 'gone') continue;
      await deps.stores.introductions.updateTask(key, { state });
    }
  }
}

/** Answers of contacts that the CRM logged after their introduction was sent. */
export async function readAnswers(deps: Deps, { items }: IntroductionPage, context: CallContext): Promise<void> {
  const waiting = items.filter(
    ({ row, relationship }) => row.state === 'sent' && row.repliedAt === null && relationship.contact !== null,
  );
  for (const crm of deps.crms) {
    const own = waiting.filter(({ relationship }) => relationship.connection === crm.name);
    if (own.length === 0 || !crm.port.contacts) continue;
    const cards = await crm.port.contacts.read(
      own.flatMap(({ relationship }) => relationship.contact ?? []),
      context,
    );
    const repliedAt = new Map(cards.map((card) => [card.record, card.lastReplied]));
    for (const { row, relationship } of own) {
      const at = repliedAt.get(relationship.contact ?? '') ?? null;
      if (at !== null && row.sentAt && at > row.sentAt.toISOString())
        await deps.stores.introductions.update(row.id, { repliedAt: at });
    }
  }
}

/** Ends tasks whose introduction is done, and takes away those that lost their cause. */
export async function endTasks(deps: Deps, { loaded, items }: IntroductionPage, context: CallContext): Promise<void> {
  // Stopped is not over: what people have on their lists stays there until it goes on.
  if (isStopped(loaded.facts) && !isTakenBack(loaded.facts) && loaded.facts.closed === null) return;
  const over = items.flatMap(({ row, tasks }) =>
    tasks
      .filter((task) => task.state === 'open' && !row.needs.some((need) => needOf(need)?.for === task.kind))
      // A call that is booked is still to be held, and it is the leaver's task that says it was.
      .filter((task) => !(row.state === 'scheduled' && task.kind === 'leaver'))
      .map((task) => ({ row, task })),
  );
  const isDone = (state: string) => state === 'done' || state === 'held' || state === 'sent';
  const closing = over.filter(({ row }) => isDone(row.state)).map(({ task }) => task);
  const removing = over.filter(({ row }) => !isDone(row.state)).map(({ task }) => task);
  for (const { crm, tasks } of byConnection(deps, closing)) {
    await crm.port.tasks?.close(idsOf(tasks), context);
    for (const { key } of tasks) await deps.stores.introductions.updateTask(key, { state: 'closed' });
  }
  for (const { crm, tasks } of byConnection(deps, removing)) {
    await crm.port.tasks?.remove(idsOf(tasks), context);
    for (const { key } of tasks) await deps.stores.introductions.updateTask(key, { state: 'removed' });
  }
}

function idsOf(tasks: readonly CrmTaskRow[]): readonly string[] {
  return tasks.flatMap(({ task }) => task ?? []);
}

/** Tasks by CRM; a connection that only observes, or is gone, keeps what it has. */
function byConnection(
  deps: Deps,
  tasks: readonly CrmTaskRow[],
): readonly { readonly crm: CrmConnection; readonly tasks: readonly CrmTaskRow[] }[] {
  return deps.crms.flatMap((crm) => {
    const own = tasks.filter(({ connection }) => connection === crm.name);
    return own.length === 0 || crm.mode !== 'act' ? [] : [{ crm, tasks: own }];
  });
}
