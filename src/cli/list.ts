import { toCard } from '../store/card.js';
import { modeOf } from '../../activities/deps.js';
import { loadPage } from '../../activities/introductions.js';
import { DecisionRefused } from '../decide.js';
import type { Core } from '../dependencies.js';
import { contactRules } from '../domain/release.js';
import type { HandoverRow } from '../store/handovers.js';
import type { RelationshipRow } from '../store/relationships.js';
import { applyList, ListRefused, planList, type ListPlan, type ListResult } from '../web/list/apply.js';
import { problemOf } from '../web/list/columns.js';
import { readList, toCsv, wishOf, type ReadList } from '../web/list/csv.js';
import { workflowIds } from '../../workflows/contract.js';
import { findHandover, wakeAfter, withCore } from './context.js';
import { readCsvFile, refusedFile } from './csvFile.js';
import { colorsOf, emit, headed, table, wrongUsage, type Session } from './output.js';

/** What `list` takes. */
export interface ListingOptions {
  readonly csv?: boolean;
  /** A CSV file. */
  readonly apply?: string;
  readonly dryRun?: boolean;
}

/** `list`: the leaver's relationships as a table or as the CSV of the page, or a CSV that is applied, all of it or nothing. */
export async function list(session: Session, named: string, { csv, apply, dryRun }: ListingOptions): Promise<void> {
  if (csv && (session.json || apply !== undefined)) throw wrongUsage('--csv prints the list and goes with nothing else.');
  if (dryRun && apply === undefined) throw wrongUsage('--dry-run goes with --apply.');
  if (apply !== undefined) return applyFile(session, named, apply, dryRun ?? false);
  await withCore(session, async (core) => {
    const row = await findHandover(core, named);
    const rows = await core.stores.relationships.list(row.id);
    // The mark makes spreadsheets read UTF-8.
    if (csv) return session.io.out(`\uFEFF${toCsv(rows)}`);
    return show(session, core, row, rows);
  });
}

async function show(session: Session, core: Core, row: HandoverRow, rows: readonly RelationshipRow[]): Promise<void> {
  const page = await loadPage(core.deps, row.id, new Date().toISOString());
  const introductionOf = new Map((page?.items ?? []).map((item) => [item.relationship.id, item]));
  const open = rows.filter((one) => !one.private);
  const entries = open.map((one) => {
    const item = introductionOf.get(one.id);
    return {
      id: one.id,
      source: one.source,
      givenName: one.givenName,
      familyName: one.familyName,
      organisation: one.organisation,
      tier: one.marked ?? one.tier,
      tierReason: one.marked === null ? one.tierReason : 'marked',
      wish: wishOf(one),
      main: one.main,
      introduction: item ? { id: item.row.id, state: item.row.state } : null,
      successor: item?.successor ?? null,
    };
  });
  const takenOut = rows.length - open.length;
  const names = await core.stores.people.names(entries.flatMap(({ successor }) => successor ?? []));
  emit(session, { handover: workflowIds.handover(row.id), relationships: entries, takenOut }, () => {
    const { dim } = colorsOf(session);
    if (entries.length === 0)
      return `No relationship is on this list${takenOut > 0 ? '; what was on it was taken out' : ' yet'}.`;
    const lines = entries.map((one) => [
      one.id,
      [one.givenName, one.familyName].filter(Boolean).join(' ') || '-',
      one.organisation ?? '-',
      one.tier,
      one.wish ?? '',
      one.introduction?.state ?? '-',
      one.successor === null ? '-' : names.get(one.successor) || one.successor,
    ]);
    const head = ['RELATIONSHIP', 'NAME', 'ORGANISATION', 'TIER', 'WISH', 'INTRODUCTION', 'SUCCESSOR'];
    const hint = dim(`npm run --silent baton -- list ${row.id} --csv > contacts.csv   writes it as a file`);
    return [...headed(session, head, lines), ...(takenOut > 0 ? [dim(`${takenOut} taken out as private`)] : []), hint].join('\n');
  });
}

async function applyFile(session: Session, named: string, path: string, dryRun: boolean): Promise<void> {
  const read = await readLines(path);
  if (read.problems.length > 0) throw refusedFile(path, read.problems);
  await withCore(session, async (core) => {
    const row = await findHandover(core, named);
    requireAsked(row);
    const plan = planList(await core.stores.relationships.list(row.id), read.lines);
    if (plan.problems.length > 0) throw refusedFile(path, plan.problems);
    const result = dryRun ? resultOf(plan) : await applyAll(core, row, read, path);
    if (!dryRun && isWorked(core, row)) await wakeAfter(session, core, () => core.deps.workflows.wakeIntroductions(row.id));
    emit(session, { handover: workflowIds.handover(row.id), ...result, dryRun }, () => human(session, plan, result, dryRun));
  });
}

/** Introductions begin with the plan, and only where Baton acts. */
function isWorked(core: Core, row: HandoverRow): boolean {
  return row.plannedAt !== null && modeOf(core.deps, row.employment.connection) === 'act';
}

async function applyAll(core: Core, row: HandoverRow, { lines }: ReadList, path: string): Promise<ListResult> {
  try {
    return await core.deps.inTransaction(({ stores }) => applyList(stores, row.id, lines));
  } catch (error) {
    if (error instanceof ListRefused) throw refusedFile(path, error.problems);
    throw error;
  }
}

function resultOf({ changes, unchanged }: ListPlan): ListResult {
  const of = (kind: string): number => changes.filter((change) => change.kind === kind).length;
  return { changed: of('changed'), added: of('added'), takenOut: of('taken-out'), unchanged };
}

/** A list is the leaver's word: it is taken only where the leaver may be asked for it, and while it still counts. */
function requireAsked({ card, releasedAt, closedAt, inForce }: HandoverRow): void {
  if (closedAt !== null || !inForce) {
    const why = closedAt === null ? 'The ending was withdrawn' : 'This handover is closed';
    throw new DecisionRefused('not-waiting', `${why}: its list is not changed any more.`, []);
  }
  if (card === null || releasedAt === null) {
    const text = 'HR has not released this handover: before that nobody is asked for a list.';
    throw new DecisionRefused('not-waiting', text, []);
  }
  if (contactRules(toCard(card)).list) return;
  const text = `This leaver is not asked for a list (reason: ${card.reason}, asking: ${card.asking}).`;
  throw new DecisionRefused('not-permitted', text, []);
}

async function readLines(path: string): Promise<ReadList> {
  const read = await readCsvFile(path);
  return 'text' in read ? readList(read.text) : { lines: [], problems: [problemOf(1, read.problem)] };
}

function human(session: Session, { changes }: ListPlan, result: ListResult, dryRun: boolean): string {
  const { bold } = colorsOf(session);
  const { changed, added, takenOut, unchanged } = result;
  const counts = [`${changed} changed`, `${added} added`, `${takenOut} taken out as private`, `${unchanged} as they were`];
  if (!dryRun) return `${bold('The list is on record.')} ${counts.join(', ')}.`;
  const lines = changes.map(({ line, kind, name }) => [`line ${String(line)}`, kind, name]);
  return [
    bold('This is what it would do; nothing was written.'),
    ...(lines.length > 0 ? [table(lines, '  ')] : []),
    `${counts.join(', ')}.`,
  ].join('\n');
}
