import { loadPage, type Introducing, type IntroductionPage } from '../../activities/introductions.js';
import { slotsOf } from '../domain/calls.js';
import type { Core } from '../dependencies.js';
import { localDay, type Calendar } from '../domain/calendar.js';
import type { IntroductionNeed } from '../domain/introduction.js';
import type { HandoverRow } from '../store/handovers.js';
import { nameOf } from '../web/list/apply.js';
import { workflowIds } from '../../workflows/contract.js';
import { findHandover, withCore } from './context.js';
import { colorsOf, emit, headed, table, type Session } from './output.js';
import { sayDay, sayInstant } from './words.js';

/** Whom a need asks, and for what. */
const needWords: Readonly<Record<IntroductionNeed, readonly [who: 'leaver' | 'successor', what: string]>> = {
  'leaver-call': ['leaver', 'book the call'],
  'leaver-mail': ['leaver', 'send the mail'],
  'successor-note': ['successor', 'write a note'],
  'successor-contact': ['successor', 'get in touch'],
  'call-outcome': ['successor', 'say that the call was held'],
};

/** What `introductions` takes. */
export interface IntroductionsOptions {
  /** Only what was quiet for so long that nobody introduces anybody: is it still allowed to be kept? */
  readonly cleanUp?: boolean;
}

/** `introductions`: every introduction of a handover, or its clean-up list; from rows alone. */
export async function introductions(session: Session, named: string, { cleanUp }: IntroductionsOptions): Promise<void> {
  await withCore(session, async (core) => {
    const row = await findHandover(core, named);
    const page = await loadPage(core.deps, row.id, new Date().toISOString());
    const items = itemsOf(page).filter(({ row: { reason } }) => !cleanUp || reason === 'clean-up-list');
    const show = cleanUp ? humanCleanUp : human;
    const text = session.json ? '' : await show(session, core, row, items);
    emit(session, { handover: workflowIds.handover(row.id), introductions: items.map(toEntry) }, () => text);
  });
}

/** What the leaver took out as private is nobody's to see. */
export function itemsOf(page: IntroductionPage | null): readonly Introducing[] {
  return (page?.items ?? []).filter(({ relationship }) => !relationship.private);
}

function toEntry({ row, relationship, successor }: Introducing) {
  const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
  return {
    id: row.id,
    relationship: relationship.id,
    name: [relationship.givenName, relationship.familyName].filter(Boolean).join(' ') || null,
    organisation: relationship.organisation,
    lastActivity: relationship.lastActivity,
    bundle: row.bundle === null ? null : `b-${row.bundle}`,
    tier: row.tier,
    method: row.method,
    state: row.state,
    reason: row.reason,
    successor,
    call: row.callStart && row.callEnd ? { start: row.callStart.toISOString(), end: row.callEnd.toISOString() } : null,
    times: slotsOf(row.proposals),
    heldAt: iso(row.heldAt),
    sentAt: iso(row.sentAt),
    repliedAt: iso(row.repliedAt),
    successorAt: iso(row.successorAt),
    doneAt: iso(row.doneAt),
    refusedAt: iso(row.refusedAt),
    debt: row.debtAt && {
      since: row.debtAt.toISOString(),
      reminders: row.debtFollowUps,
      closedAt: iso(row.debtClosedAt),
      writtenOff: row.debtResolution,
    },
    needs: row.needs,
  };
}

async function human(session: Session, core: Core, row: HandoverRow, items: readonly Introducing[]): Promise<string> {
  const { bold, dim } = colorsOf(session);
  if (items.length === 0) return 'There are no introductions yet: they are proposed with the plan.';
  const calendar = core.deps.calendarOf(row.employment.person.country);
  const leaver = row.employment.personId;
  const names = await core.stores.people.names([leaver, ...items.flatMap(({ successor }) => successor ?? [])]);
  const say = (person: string | null) => (person === null ? 'whoever takes over' : names.get(person) || person);
  const lines = items.map((item) => [
    item.row.id,
    nameOf({ ...item.relationship, organisation: null }),
    item.relationship.organisation ?? '-',
    item.row.tier,
    item.row.method,
    `${item.row.state}${item.row.reason ? ` (${item.row.reason})` : ''}`,
    item.row.callStart === null ? '' : sayInstant(item.row.callStart.toISOString(), calendar),
    debtCell(item, calendar),
    asked(item, (who) => say(who === 'leaver' ? leaver : item.successor)),
  ]);
  const head = ['INTRODUCTION', 'CONTACT', 'ORGANISATION', 'TIER', 'METHOD', 'STATE', 'CALL', 'DEBT', 'WHO IS ASKED FOR WHAT'];
  const times = items.flatMap((item) => timesOf(item, calendar));
  return [
    ...headed(session, head, lines),
    ...(times.length > 0 ? [bold('Times proposed'), table(times, '  ')] : []),
    dim(
      `npm run baton -- introduction ${row.id} <introduction> --time 1   books a call; --held, --sent, --contacted and --refused say what took place`,
    ),
  ].join('\n');
}

async function humanCleanUp(session: Session, core: Core, _: HandoverRow, items: readonly Introducing[]): Promise<string> {
  const { dim } = colorsOf(session);
  if (items.length === 0) return 'Nothing is on the clean-up list.';
  const names = await core.stores.people.names([...new Set(items.flatMap(({ successor }) => successor ?? []))]);
  const lines = items.map(({ row, relationship, successor }) => [
    relationship.organisation ?? '-',
    nameOf({ ...relationship, organisation: null }),
    relationship.lastActivity === null ? 'never' : sayDay(relationship.lastActivity.slice(0, 10)),
    successor === null ? '-' : (names.get(successor) ?? successor),
    row.id,
  ]);
  const head = ['ORGANISATION', 'CONTACT', 'LAST ACTIVITY', 'GOES TO', 'INTRODUCTION'];
  return [
    ...headed(session, head, lines),
    dim('Nobody introduces anybody here. Are these records still allowed to be kept?'),
  ].join('\n');
}

function asked({ row }: Introducing, say: (who: 'leaver' | 'successor') => string): string {
  const known: Readonly<Record<string, readonly ['leaver' | 'successor', string]>> = needWords;
  return row.needs
    .map((need) => {
      const words = known[need];
      return words ? `${say(words[0])}: ${words[1]}` : need;
    })
    .join('; ');
}

function debtCell({ row }: Introducing, calendar: Calendar): string {
  if (row.debtAt === null) return '';
  if (row.debtClosedAt !== null) return row.debtResolution === null ? 'made up for' : 'written off';
  return `since ${sayDay(localDay(row.debtAt.toISOString(), calendar.timeZone))}`;
}

function timesOf({ row, relationship }: Introducing, calendar: Calendar): readonly (readonly string[])[] {
  if (row.state !== 'agreed' || row.method !== 'joint-call') return [];
  const times = slotsOf(row.proposals).map(({ start }, index) => `${String(index + 1)}: ${sayInstant(start, calendar)}`);
  return times.length === 0 ? [] : [[row.id, nameOf(relationship), times.join('   ')]];
}
