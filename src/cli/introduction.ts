import { loadPage, type Introducing } from '../../activities/introductions.js';
import { DecisionRefused, type Decider } from '../decide.js';
import type { Core } from '../dependencies.js';
import { slotsOf } from '../domain/calls.js';
import type { Instant } from '../domain/words.js';
import type { HandoverRow } from '../store/handovers.js';
import type { Stores } from '../store/index.js';
import { workflowIds } from '../../workflows/contract.js';
import { findHandover, wakeAfter, withCore } from './context.js';
import { deciderOf } from './decisions.js';
import { itemsOf } from './introductions.js';
import { CliError, colorsOf, emit, exits, wrongUsage, type Session } from './output.js';

/** What `introduction` takes: one of the marks, with what belongs to it. */
export interface IntroductionOptions {
  /** One of the times proposed, counted from 1. */
  readonly time?: number;
  readonly held?: boolean;
  readonly sent?: boolean;
  readonly contacted?: boolean;
  readonly refused?: boolean;
  /** False: the contact wants to hear from nobody. */
  readonly contact: boolean;
  readonly writeOff?: boolean;
  readonly reason?: string;
  readonly keepTrying?: boolean;
  readonly as?: string;
}

const marks = ['time', 'held', 'sent', 'contacted', 'refused', 'writeOff', 'keepTrying'] as const;
type Mark = (typeof marks)[number];

/** What a mark is called in the document and in the decision's row. */
const markNames: Readonly<Record<Mark, string>> = {
  time: 'booked',
  held: 'held',
  sent: 'sent',
  contacted: 'contacted',
  refused: 'refused',
  writeOff: 'written-off',
  keepTrying: 'kept',
};

/** What a person decided rather than saw, and so has a row of its own. */
const decisions: ReadonlySet<Mark> = new Set<Mark>(['refused', 'writeOff', 'keepTrying']);

/** `introduction`: writes down one fact about one introduction; what follows from it is the worker's to decide. */
export async function introduction(session: Session, named: string, id: string, options: IntroductionOptions): Promise<void> {
  const mark = markOf(options);
  await withCore(session, async (core) => {
    const row = await findHandover(core, named);
    const now = new Date().toISOString();
    const decider = await deciderOf(core, row, { ...options, ...(options.reason !== undefined && { comment: options.reason }) });
    await core.deps.inTransaction(async (tx) => {
      await tx.stores.handovers.lock(row.id);
      const item = itemsOf(await loadPage(tx, row.id, now)).find((one) => one.row.id === id);
      if (!item) throw unknown(row, id);
      await write(tx.stores, { item, mark, options, now });
      if (decisions.has(mark)) await record(tx.stores, row, { id, mark, options, decider });
    });
    await wake(session, core, row, mark);
    emit(session, { handover: workflowIds.handover(row.id), introduction: id, marked: markNames[mark] }, () =>
      said(session, row, mark),
    );
  });
}

function markOf(options: IntroductionOptions): Mark {
  const [mark, other] = marks.filter((name) => options[name] !== undefined);
  if (mark === undefined || other !== undefined)
    throw wrongUsage('Give one of --time <n>, --held, --sent, --contacted, --refused, --write-off and --keep-trying.');
  if (!options.contact && mark !== 'refused') throw wrongUsage('--no-contact goes with --refused.');
  if (mark === 'writeOff' && options.reason === undefined)
    throw wrongUsage('--write-off needs --reason: why nobody tries any more.');
  if (mark !== 'writeOff' && options.reason !== undefined) throw wrongUsage('--reason goes with --write-off.');
  return mark;
}

function unknown(row: HandoverRow, id: string): CliError {
  const text = `This handover has no introduction ${id}; \`npm run baton -- introductions ${row.id}\` lists them.`;
  return new CliError(exits.wrong, 'unknown-introduction', text);
}

interface Marked {
  readonly item: Introducing;
  readonly mark: Mark;
  readonly options: IntroductionOptions;
  readonly now: Instant;
}

/** The same facts that the pages behind the mails write, under the same conditions. */
async function write(stores: Stores, marked: Marked): Promise<void> {
  const { item, mark, options, now } = marked;
  const { id, method } = item.row;
  const { introductions } = stores;
  const isOfDebt = mark === 'writeOff' || mark === 'keepTrying';
  if (item.row.refusedAt !== null && !isOfDebt) throw notNow(item, 'the contact refused');
  switch (mark) {
    case 'time':
      return book(stores, marked);
    case 'held':
      if (method !== 'joint-call') throw notNow(item, 'it is no call');
      return must(item, introductions.noteHeld(item.row, now));
    case 'sent':
      if (method !== 'email' && method !== 'notice') throw notNow(item, 'it is no mail');
      if (method === 'notice' && !item.facts.accountMoved) throw notNow(item, 'its account has not moved yet');
      return must(item, introductions.noteSent(id, now));
    case 'contacted':
      if (method === 'notice') throw notNow(item, 'a note asks for no more than being sent');
      return must(item, introductions.noteContacted(id, now));
    case 'refused':
      return must(item, introductions.noteRefused(id, now, { noContact: !options.contact }));
    case 'writeOff':
    case 'keepTrying':
      return decideDebt(stores, marked);
    default:
      return mark satisfies never;
  }
}

async function must(item: Introducing, written: Promise<boolean>): Promise<void> {
  if (!(await written)) throw notNow(item, `it is ${item.row.state}`);
}

function notNow({ row }: Introducing, why: string): DecisionRefused {
  return new DecisionRefused('not-waiting', `That cannot be said of introduction ${row.id}: ${why}.`, []);
}

/** A booked call goes out as an invitation, so it keeps the rules of everything outward. */
async function book(stores: Stores, { item, options, now }: Marked): Promise<void> {
  const { id, method, state, heldAt, proposals } = item.row;
  const { stopped, toldTeam, toldContacts, allowed, lastDayEnds } = item.facts;
  if (method !== 'joint-call' || heldAt !== null || (state !== 'agreed' && state !== 'scheduled'))
    throw notNow(item, method === 'joint-call' ? `it is ${state}` : 'it is no call');
  if (stopped) throw notNow(item, 'the handover is stopped');
  if (!allowed.calls) throw notNow(item, 'no calls are allowed for this departure');
  if (!toldTeam || !toldContacts) throw notNow(item, 'contacts may not know yet');
  if (lastDayEnds <= now) throw notNow(item, 'the last working day is over');
  const slots = slotsOf(proposals);
  const slot = slots[(options.time ?? 0) - 1];
  if (!slot) throw notNow(item, slots.length === 0 ? 'no times are proposed yet' : `${String(slots.length)} times are proposed`);
  if (slot.start <= now) throw new DecisionRefused('time-gone', 'This time has passed; choose another.', []);
  return must(item, stores.introductions.book(id, slot));
}

async function decideDebt(stores: Stores, { item, mark, options, now }: Marked): Promise<void> {
  const resolution = mark === 'keepTrying' ? null : (options.reason ?? '');
  if (!(await stores.introductions.decideDebt(item.row.id, now, resolution))) throw notNow(item, 'there is no open debt');
}

interface Decided {
  readonly id: string;
  readonly mark: Mark;
  readonly options: IntroductionOptions;
  readonly decider: Decider;
}

async function record(stores: Stores, row: HandoverRow, { id, mark, options, decider }: Decided): Promise<void> {
  const action = `introduction-${markNames[mark]}`;
  const input = { introduction: id, ...(!options.contact && { noContact: true }) };
  const decisionId = await stores.decisions.write({ handoverId: row.id, action, input, ...decider });
  await stores.decisions.conclude(row.id, decisionId, action, input, 'applied');
}

/** A debt that somebody decided about after the close is the daily follow-up's alone. */
async function wake(session: Session, core: Core, row: HandoverRow, mark: Mark): Promise<void> {
  if (row.closedAt !== null && (mark === 'writeOff' || mark === 'keepTrying')) return;
  await wakeAfter(session, core, () => core.deps.workflows.wakeIntroductions(row.id));
}

const sentences: Readonly<Record<Mark, string>> = {
  time: 'The call is booked; the invitation goes to everybody who takes part.',
  held: 'Noted: the call was held.',
  sent: 'Noted: the introduction was sent.',
  contacted: 'Noted: the successor has been in touch.',
  refused: 'Noted: the contact refuses. What follows (another successor, or none) is proposed.',
  writeOff: 'The debt is written off.',
  keepTrying: 'The successor is asked again; the reminders begin anew.',
};

function said(session: Session, row: HandoverRow, mark: Mark): string {
  const { bold, dim } = colorsOf(session);
  return [bold(sentences[mark]), dim(`npm run baton -- introductions ${row.id} shows what is asked of whom now`)].join('\n');
}
