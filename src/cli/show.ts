import { toCard } from '../store/card.js';
import { incomplete, nextAudience, type ReleaseCard } from '../domain/release.js';
import { addDuration, type Calendar } from '../domain/calendar.js';
import { introductionStates } from '../domain/words.js';
import type { Core } from '../dependencies.js';
import { modeOf } from '../../activities/deps.js';
import { statusFromRows } from '../status.js';
import type { HandoverRow } from '../store/handovers.js';
import type { HandoverStatus } from '../../workflows/contract.js';
import { cardLines } from './card.js';
import { findHandover, withCore } from './context.js';
import { colorsOf, emit, table, wrongUsage, type Colors, type Session } from './output.js';
import {
  count,
  introductionWords,
  membershipWords,
  outcomeWords,
  sayDay,
  sayInstant,
  stageWords,
  stepWords,
  successorReasons,
  waitingWords,
} from './words.js';

export interface ShowOptions {
  readonly limit: number;
  readonly after?: string;
  readonly records?: boolean;
}

type Decisions = Awaited<ReturnType<Core['stores']['decisions']['list']>>;
type Findings = Awaited<ReturnType<Core['stores']['handovers']['findings']>>;
type Owned = Awaited<ReturnType<Core['stores']['ownerships']['list']>>;

/** Everything that `show` tells about one handover. */
interface Shown {
  readonly row: HandoverRow;
  readonly status: HandoverStatus;
  readonly card: ReleaseCard | null;
  readonly ownerships: Owned;
  readonly next: string | null;
  readonly decisions: Decisions;
  readonly findings: Findings;
}

/** `show`: where one handover stands, from rows alone. */
export async function show(session: Session, named: string, options: ShowOptions): Promise<void> {
  await withCore(session, async (core) => {
    const shown = await read(core, await findHandover(core, named), options);
    if (session.json) emit(session, toDocument(shown), () => '');
    else {
      const text = await humanShow(core, shown, options.records ?? false, colorsOf(session));
      emit(session, null, () => text);
    }
  });
}

async function read(core: Core, row: HandoverRow, { limit, after }: ShowOptions): Promise<Shown> {
  const { ownerships, decisions, handovers } = core.stores;
  const status = await statusFromRows(core.deps, row.id);
  const page = await ownerships.list(row.id, cursorOf(after), limit + 1);
  const rows = page.slice(0, limit);
  const next = page.length > limit ? String(rows.at(-1)?.id ?? '') : null;
  const [taken, found] = [await decisions.list(row.id), await handovers.findings(row.id)];
  return { row, status, card: row.card && toCard(row.card), ownerships: rows, next, decisions: taken, findings: found };
}

function cursorOf(after: string | undefined): bigint {
  if (after === undefined) return 0n;
  if (!/^\d{1,18}$/.test(after)) throw wrongUsage('--after takes the number that the page before gave as next.');
  return BigInt(after);
}

function toDocument({ status, card, ownerships, next, decisions, findings }: Shown) {
  return {
    status,
    ownerships: ownerships.map((item) => ({
      id: String(item.id),
      connection: item.connection,
      recordType: item.recordType,
      record: item.record,
      field: item.field,
      before: item.before,
      planned: item.planned,
      now: item.now,
      state: item.state,
      reason: item.reason,
      step: item.stepId,
      bundle: item.bundle === null ? null : `b-${item.bundle}`,
    })),
    next,
    card,
    decisions: decisions.map(({ id, action, input, by, comment, at, result }) => ({
      id,
      action,
      input,
      by,
      comment,
      at: at.toISOString(),
      result,
    })),
    findings: findings.map(({ what, detail, foundAt }) => ({ what, detail, foundAt: foundAt.toISOString() })),
  };
}

/** What the parts of the text share. */
interface Telling {
  readonly shown: Shown;
  readonly calendar: Calendar;
  readonly colors: Colors;
  readonly nameOf: (person: string) => string;
}

async function humanShow(core: Core, shown: Shown, records: boolean, colors: Colors): Promise<string> {
  const { row, status, card, decisions } = shown;
  const people = [
    row.employment.personId,
    ...status.steps.flatMap((step) => [step.successor, step.approver]),
    ...(card?.circle ?? []),
    card?.custodian,
    ...decisions.map((one) => one.by),
  ];
  const names = await core.stores.people.names(people.filter((person): person is string => typeof person === 'string'));
  const telling: Telling = {
    shown,
    calendar: core.deps.calendarOf(row.employment.person.country),
    colors,
    nameOf: (person) => names.get(person) || person,
  };
  const types = await core.stores.ownerships.countByType(row.id);
  const blocks = [
    head(telling, types),
    waiting(telling),
    card && !row.releasedAt ? `${colors.bold('Release card')}\n${cardLines(card, names)}` : '',
    steps(telling),
    introduced(telling),
    parked(telling),
    notes(telling),
    records ? recordTable(telling) : '',
    nextCommands(telling, core),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

function head(
  { shown: { row, status, card }, colors: { bold, dim }, nameOf }: Telling,
  types: Readonly<Record<string, number>>,
): string {
  const { employment } = row;
  const day = status.lastWorkingDay ?? card?.lastWorkingDay ?? null;
  const owned = Object.entries(types).map(([type, number]) => `${number.toLocaleString('en')} ${type}`);
  const stage = status.outcome ? `Closed: ${outcomeWords[status.outcome]}` : `Now: ${stageWords[status.stage]}`;
  return [
    `${bold(nameOf(employment.personId))}  ${dim(`${status.handover} · ${employment.connection}/${employment.record}`)}`,
    `${stage}${status.paused ? bold(row.held ? ' · HELD: unusually many people leave at once' : ' · PAUSED') : ''}`,
    `Last working day: ${day ? `${sayDay(day)}${row.releasedAt ? '' : ', as the HRIS says; HR confirms it with the release'}` : 'not known yet'}`,
    `Told so far: ${status.told.join(', ') || 'nobody outside the circle'}`,
    ...(owned.length > 0 ? [`Owned at the snapshot: ${owned.join(', ')}`] : []),
  ].join('\n');
}

function waiting({ shown: { status }, calendar, colors, nameOf }: Telling): string {
  if (status.waitingFor.length === 0) return '';
  // Steps that wait for the same person until the same time are one line.
  const groups = new Map<string, string[]>();
  for (const { what, step, until } of status.waitingFor) {
    const asked = status.steps.find((one) => one.id === step)?.approver;
    const rest = `${asked && step ? ` by ${nameOf(asked)}` : ''}${until ? `, until ${sayInstant(until, calendar)}` : ''}`;
    const key = `${waitingWords[what]}\n${rest}`;
    groups.set(key, [...(groups.get(key) ?? []), ...(step ? [step] : [])]);
  }
  const lines = [...groups].map(([key, of]) => `  ${key.replace('\n', of.length > 0 ? ` of ${of.join(', ')}` : '')}`);
  return [colors.bold('Waits for'), ...lines].join('\n');
}

function steps({ shown: { row, status }, colors, nameOf }: Telling): string {
  if (status.steps.length === 0) return '';
  const lines = status.steps.map(({ id, successor, state, counts, timedOut }) => {
    const { planned, verified, parked: stuck, skipped, restored } = counts;
    const rest = Object.entries({ parked: stuck, skipped, 'taken back': restored }).flatMap(([word, number]) =>
      number > 0 ? [`${number} ${word}`] : [],
    );
    const reason = row.steps.find((step) => step.id === id)?.reason ?? '';
    const moved = verified > 0 ? [`${verified} proven`] : [];
    return [
      id,
      nameOf(successor),
      count(planned, 'record'),
      `${stepWords[state]}${timedOut ? ' (nobody answered in time)' : ''}`,
      [...moved, ...rest].join(', '),
      successorReasons[reason] ?? reason,
    ];
  });
  return `${colors.bold(`Who gets what (plan version ${status.planVersion})`)}\n${table(lines, '  ')}`;
}

function introduced({ shown: { status }, colors }: Telling): string {
  const { introductions, debts, membership } = status;
  const states = introductionStates.flatMap((state) =>
    introductions[state] > 0 ? [`${introductions[state]} ${introductionWords[state]}`] : [],
  );
  const lines = [
    ...(states.length > 0 ? [`  Introductions: ${states.join(', ')}`] : []),
    ...(debts > 0 ? [colors.yellow(`  ${count(debts, 'account')} moved before the introduction took place`)] : []),
    ...(membership === null ? [] : [`  Alumni programme: ${membershipWords[membership]}`]),
  ];
  return lines.length === 0 ? '' : [colors.bold('People'), ...lines].join('\n');
}

function parked({ shown: { row, status }, calendar, colors }: Telling): string {
  if (status.parked.length === 0) return '';
  const lines = status.parked.map(({ id, what, step, kind, since }) => {
    const reason = row.parked.find((item) => item.id === id)?.reason;
    return `  ${colors.yellow(id)} ${what}${step ? ` of ${step}` : ''} (${kind}) since ${sayInstant(since, calendar)}${reason ? `\n      ${reason}` : ''}`;
  });
  return [colors.bold('Parked: Baton needs a person'), ...lines].join('\n');
}

function notes({ shown: { status, findings, decisions }, calendar, colors, nameOf }: Telling): string {
  const found = findings.map(
    ({ what, detail, foundAt }) => `  ${what}: ${detail} (${sayInstant(foundAt.toISOString(), calendar)})`,
  );
  const refused = status.refusals.slice(-3).map(({ message, text }) => `  ${message}: ${text}`);
  const taken = decisions.slice(-8).map(({ action, by, at, result, comment }) => {
    const who = by ? nameOf(by) : 'an operator';
    return [sayInstant(at.toISOString(), calendar), action, who, result ?? 'not taken', comment ?? ''];
  });
  return [
    ...(taken.length > 0 ? [`${colors.bold('Decisions')}\n${table(taken, '  ')}`] : []),
    ...(found.length > 0 ? [`${colors.bold('Found by the nightly look')}\n${found.join('\n')}`] : []),
    ...(refused.length > 0 ? [`${colors.bold('Messages that were refused')}\n${refused.join('\n')}`] : []),
  ].join('\n\n');
}

function recordTable({ shown: { ownerships, next }, colors }: Telling): string {
  const rows = ownerships.map(
    ({ connection, recordType, record, field, bundle, stepId, before, planned, now, state, reason }) => [
      `${connection}/${recordType}/${record}`,
      field,
      bundle === null ? '-' : `b-${bundle}`,
      stepId ?? '-',
      `${before} → ${planned ?? '-'}`,
      now ?? '-',
      `${state}${reason ? ` (${reason})` : ''}`,
    ],
  );
  const [top = '', ...body] = table([['RECORD', 'FIELD', 'BUNDLE', 'STEP', 'OWNER', 'NOW', 'STATE'], ...rows]).split('\n');
  return [colors.bold(top), ...body, ...(next ? [colors.dim(`More: --after ${next}`)] : [])].join('\n');
}

/** The commands that make sense now, most urgent first. */
function nextCommands({ shown, calendar, colors }: Telling, core: Core): string {
  const rows = commandsFor(shown, core, calendar);
  if (rows.length === 0) return '';
  const lines = table(
    rows.map(([command, what]) => [`npm run baton -- ${command}`, what]),
    '  ',
  );
  return `${colors.bold('What you can do now')}\n${lines}`;
}

type Suggestion = readonly [command: string, what: string];

function commandsFor(shown: Shown, core: Core, calendar: Calendar): readonly Suggestion[] {
  const { row, status } = shown;
  if (status.stage === 'closed') return [...closedCommands(shown, core, calendar), ...peopleCommands(shown)];
  const audience = nextAudience(status.told);
  const step = status.steps.find((one) => one.state === 'waiting');
  const decides = modeOf(core.deps, row.employment.connection) === 'act';
  return [
    ...(status.paused ? [[`resume ${row.id}`, 'goes on'] as const] : []),
    ...status.parked.flatMap((item) => parkedCommands(row.id, item)),
    ...(row.releasedAt ? [] : releaseCommands(shown)),
    ...(decides && step ? approvalCommands(row.id, step.id) : []),
    ...(decides && row.releasedAt && audience
      ? [
          [
            `told ${row.id} --audience ${audience}`,
            `when the ${audience} ${audience === 'contacts' ? 'may know' : audience === 'team' ? 'knows' : 'knows of it'}`,
          ] as const,
        ]
      : []),
    ...(status.steps.some((one) => one.counts.verified > 0)
      ? [
          [
            `undo ${row.id} --step ${status.steps.find((one) => one.counts.verified > 0)?.id ?? 's1'}`,
            'takes a step back',
          ] as const,
        ]
      : []),
    ...peopleCommands(shown),
  ];
}

/** What there is to see, and the debts that wait for a decision. */
function peopleCommands({ row, status }: Shown): readonly Suggestion[] {
  const hasAny = Object.values(status.introductions).some((number) => number > 0);
  return [
    ...(hasAny ? [[`introductions ${row.id}`, 'shows who is introduced to whom, and who is asked for what'] as const] : []),
    ...(status.debts > 0
      ? [
          [
            `introduction ${row.id} <introduction> --write-off --reason …`,
            'ends a debt; --keep-trying asks the successor anew',
          ] as const,
        ]
      : []),
  ];
}

function releaseCommands({ row, card }: Shown): readonly Suggestion[] {
  if (!card) return [];
  const missing = incomplete(card).map(({ path }) => `--set ${path}=…`);
  const set = missing.length > 0 ? ` ${[...new Set(missing)].join(' ')}` : '';
  return [
    [`release ${row.id}${set}`, set ? 'fills in what is missing and releases' : 'confirms the card above'],
    [`plan ${row.id} --dry-run`, 'shows who would get what'],
  ];
}

function approvalCommands(handover: string, step: string): readonly Suggestion[] {
  return [
    [`approve ${handover} --all`, 'approves every step that waits'],
    [`reassign ${handover} --step ${step} --successor name@company`, 'gives a step to somebody else'],
    [`refuse ${handover} --step ${step}`, 'has others proposed'],
  ];
}

function parkedCommands(handover: string, { id, what, kind }: HandoverStatus['parked'][number]): readonly Suggestion[] {
  if (what === 'restore' && kind === 'decision') {
    return [
      [`undo ${handover} --all`, 'gives everything back'],
      [`skip ${handover} --parked ${id}`, 'keeps the new owners'],
    ];
  }
  const [retried, skipped] = parkedWords[what] ?? ['tries again, once the cause is mended', 'gives it up'];
  return [
    ...(retried === null ? [] : [[`retry ${handover} --parked ${id}`, retried] as const]),
    [`skip ${handover} --parked ${id}`, skipped],
  ];
}

/** What `retry` (null: there is nothing to try again) and `skip` do where the usual words would not say it. */
const parkedWords: Readonly<Record<string, readonly [retry: string | null, skip: string]>> = {
  'unsure-mail': ['sends it again, at the risk of a second one', 'leaves it: whoever was written to is not written to again'],
  'undelivered-mail': [null, 'says that somebody has seen to it, for example by mending the address in the CRM'],
  'contact-refused': [null, 'says that somebody has seen to it: the account has moved, and its contact wants somebody else'],
};

function closedCommands({ row, status }: Shown, core: Core, calendar: Calendar): readonly Suggestion[] {
  const until = row.closedAt && addDuration(calendar, row.closedAt.toISOString(), core.deps.policy.transfer.undo);
  if (!until || !status.steps.some((step) => step.counts.verified > 0)) return [];
  return [[`undo ${row.id} --all`, `takes everything back; possible until ${sayInstant(until, calendar)}`]];
}
