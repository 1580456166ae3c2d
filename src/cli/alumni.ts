import { erasePerson, type Erased } from '../../activities/erase.js';
import type { Deps } from '../../activities/deps.js';
import type { Core } from '../dependencies.js';
import type { MembershipState } from '../domain/words.js';
import { heldAbout, membershipCounts, type Held, type Staying, type MembershipCounts } from '../store/counts.js';
import { workflowIds } from '../../workflows/contract.js';
import { requireAnybody, requirePage, wakeAfter, withCore } from './context.js';
import {
  CliError,
  colorsOf,
  confirm,
  emit,
  exits,
  headed,
  note,
  table,
  wrongUsage,
  type ExitCode,
  type Session,
} from './output.js';
import { count, sayDay } from './words.js';

/** What `alumni` takes. */
export interface AlumniOptions {
  readonly state?: MembershipState;
  readonly limit: number;
  readonly after?: string;
  readonly sendAgain?: boolean;
  readonly giveUp?: boolean;
}

/** `alumni`: memberships by ids, states, days and counts; no address and no name. */
export async function alumni(session: Session, named: string | undefined, options: AlumniOptions): Promise<void> {
  const { state, limit, after, sendAgain, giveUp } = options;
  if (sendAgain && giveUp) throw wrongUsage('Give one of --send-again and --give-up.');
  if ((sendAgain || giveUp) && named === undefined) throw wrongUsage('Name the person whose mails these are.');
  await withCore(session, async (core) => {
    await requirePage(core, after);
    const personId = named === undefined ? undefined : await requireAnybody(core, named);
    if (personId !== undefined && (sendAgain || giveUp))
      note(session, await decideUnsure(session, core, personId, sendAgain === true));
    const rows = await membershipCounts(core.db, { personId, state, after, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? (page.at(-1)?.id ?? null) : null;
    emit(session, { memberships: page.map(toEntry), next }, () => humanMembers(session, page, next));
  });
}

/** A mail that may have left goes a second time only because somebody says so; what was withdrawn meanwhile is not sent all the same. */
async function decideUnsure(session: Session, core: Core, personId: string, isAgain: boolean): Promise<string> {
  const { mails, members } = core.stores;
  let decided = 0;
  for (const { id } of await members.ofPerson(personId)) {
    decided += isAgain ? await mails.sendUnsure({ memberId: id }) : await mails.failUnsure({ memberId: id }, 'given-up');
    await members.endErrands({ memberId: id, what: { startsWith: 'unsure-mail-' } }, new Date().toISOString());
    if (isAgain) await wakeAfter(session, core, () => core.deps.workflows.wakeMembership(id));
  }
  return `${count(decided, 'mail')} ${isAgain ? 'to be sent again' : 'given up'}.`;
}

function toEntry({ id, personId, handoverId, ...rest }: MembershipCounts) {
  return { member: id, person: personId, handover: workflowIds.handover(handoverId), ...rest };
}

function humanMembers(session: Session, rows: readonly MembershipCounts[], next: string | null): string {
  const { dim } = colorsOf(session);
  if (rows.length === 0) return 'No membership.';
  const day = (at: string | null): string => (at === null ? '-' : sayDay(at.slice(0, 10)));
  const lines = rows.map(({ checkIns, ...row }) => [
    row.id,
    row.personId,
    row.handoverId,
    `${row.state}${row.endReason ? ` (${row.endReason})` : ''}`,
    day(row.employmentEnd),
    day(row.joinedAt),
    day(row.endedAt),
    `${String(checkIns.sent)} sent, ${String(checkIns.answered)} answered`,
    row.unsureMails > 0 ? `${count(row.unsureMails, 'mail')} unsure` : '',
  ]);
  const head = ['MEMBERSHIP', 'PERSON', 'HANDOVER', 'STATE', 'EMPLOYMENT ENDS', 'JOINED', 'ENDED', 'CHECK-INS', ''];
  return [...headed(session, head, lines), ...(next ? [dim(`More: --after ${next}`)] : [])].join('\n');
}

/** What `erase` takes. */
export interface EraseOptions {
  readonly yes?: boolean;
}

/** Something that an erasure leaves, and why. */
interface Stays {
  readonly what: string;
  readonly count: number;
  readonly why: string;
}

/** `erase`: forgets a person in the alumni programme and the network, once somebody has said yes. Answers the exit code. */
export async function erase(session: Session, named: string, { yes }: EraseOptions): Promise<ExitCode> {
  return withCore(session, async (core) => {
    const person = await requireAnybody(core, named);
    const { held, staying } = await heldAbout(core.db, person);
    const stays = staysOf(held, staying);
    if (!yes && !session.json) await ask(session, person, held, stays);
    const { erased, isTold } = await eraseAndTell(session, core, person);
    emit(session, { person, held, erased, stays, told: isTold }, () => humanErased(session, person, erased, stays, isTold));
    return isTold ? exits.done : exits.unreachable;
  });
}

/** The rows go first; where Temporal is away, farewells wait, and the same command sent again has them go. */
async function eraseAndTell(
  session: Session,
  core: Core,
  person: string,
): Promise<{ readonly erased: Erased; readonly isTold: boolean }> {
  let isTold = true;
  const wakeMembership: Deps['workflows']['wakeMembership'] = async (member) => {
    isTold = isTold && (await wakeAfter(session, core, () => core.deps.workflows.wakeMembership(member)));
  };
  const deps: Deps = { ...core.deps, workflows: { ...core.deps.workflows, wakeMembership } };
  return { erased: await erasePerson(deps, person, new Date().toISOString()), isTold };
}

async function ask(session: Session, person: string, held: Held, stays: readonly Stays[]): Promise<void> {
  const lines = Object.entries(heldWords).map(([key, what]) => [
    what,
    String(Object.entries(held).find(([name]) => name === key)?.[1] ?? 0),
  ]);
  session.io.err(`About ${person} Baton holds, beside the handover itself:\n${table(lines, '  ')}\n${humanStays(stays)}\n`);
  if (await confirm(session, 'Erase this for good?')) return;
  throw new CliError(exits.failed, 'not-confirmed', 'Nothing was erased.');
}

const heldWords: Readonly<Record<keyof Held, string>> = {
  memberships: 'memberships',
  addresses: 'private addresses',
  consents: 'consents',
  answers: 'answers to check-ins',
  mails: 'mails to the person',
  errands: 'errands about the person',
  ties: 'ties',
};

function staysOf({ memberships, addresses }: Held, { handovers, contacts }: Staying): readonly Stays[] {
  const all: readonly Stays[] = [
    {
      what: 'name, work e-mail and employment as the HRIS states them',
      count: 1,
      why: 'what was handed over refers to them; the HRIS decides how long, and its next reading would bring them back',
    },
    {
      what: 'handovers with their records, decisions and introductions',
      count: handovers,
      why: 'they show who owned what, who decided and what can be taken back; contacts and notes are the company’s to follow up',
    },
    {
      what: 'memberships as id, state, days, country and language',
      count: memberships,
      why: 'they show that there was one, that it ended, and that nothing more is sent',
    },
    {
      what: 'requests to remove a contact from the CRM',
      count: contacts,
      why: 'a person does that, and ticks it off in `errands`',
    },
    {
      what: 'keyed hashes of addresses',
      count: addresses,
      why: 'so that nobody writes to the address again; they end by themselves',
    },
  ];
  return all.filter((one) => one.count > 0);
}

function humanStays(stays: readonly Stays[]): string {
  return ['What stays, and why:', ...stays.map(({ what, count: number, why }) => `  ${String(number)} × ${what}: ${why}`)].join(
    '\n',
  );
}

function humanErased(session: Session, person: string, erased: Erased, stays: readonly Stays[], isTold: boolean): string {
  const { bold, yellow } = colorsOf(session);
  const { memberships, ties, mails, errands } = erased;
  const counts = [count(memberships, 'membership'), count(ties, 'tie'), count(mails, 'mail'), count(errands, 'errand')];
  const waits = isTold
    ? []
    : [yellow('A last mail may still wait with its address: send this command again once Temporal answers.')];
  return [bold(`Erased about ${person}: ${counts.join(', ')}.`), ...waits, humanStays(stays)].join('\n');
}
