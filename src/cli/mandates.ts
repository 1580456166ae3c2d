import { isDay } from '../domain/calendar.js';
import type { HandoverRow } from '../store/handovers.js';
import type { MandateRow } from '../store/relationships.js';
import { problemOf } from '../web/list/columns.js';
import { mandatesCsv, readMandates } from '../web/list/mandatesCsv.js';
import { workflowIds } from '../../workflows/contract.js';
import type { Core } from '../dependencies.js';
import { findHandover, withCore } from './context.js';
import { readCsvFile, refusedFile } from './csvFile.js';
import { CliError, colorsOf, emit, exits, headed, wrongUsage, type Session } from './output.js';
import { sayDay } from './words.js';

/** What `mandates` takes; at most one of `add`, `done` and `open`. */
export interface MandateOptions {
  readonly add?: string;
  readonly title?: string;
  readonly detail?: string;
  /** A day. */
  readonly due?: string;
  readonly done?: string;
  readonly open?: string;
  readonly csv?: boolean;
  /** A CSV file. */
  readonly apply?: string;
}

/** `mandates`: the checklist of what stands in the leaver's name, also as CSV; adds a line, ticks one off, opens it again, or applies a file. */
export async function mandates(session: Session, named: string, options: MandateOptions): Promise<void> {
  const { add, title, detail, due, done, open, csv, apply } = options;
  if ([add, done, open, csv, apply].filter((one) => one !== undefined).length > 1)
    throw wrongUsage('Give one of --add, --done, --open, --csv and --apply at a time.');
  if (csv && session.json) throw wrongUsage('--csv prints the checklist and goes with nothing else.');
  if (add === undefined && [title, detail, due].some((one) => one !== undefined))
    throw wrongUsage('--title, --detail and --due go with --add <kind>.');
  if (add !== undefined && title === undefined) throw wrongUsage('--add needs --title: what is it?');
  if (due !== undefined && !isDay(due)) throw wrongUsage('--due takes a day, such as 2026-11-30.');
  await withCore(session, async (core) => {
    const row = await findHandover(core, named);
    if (apply === undefined) await change(core, row, options);
    else await applyFile(core, row, apply);
    const lines = await core.stores.relationships.mandates(row.id);
    // The mark makes spreadsheets read UTF-8.
    if (csv) return session.io.out(`\uFEFF${mandatesCsv(lines)}`);
    emit(session, { handover: workflowIds.handover(row.id), mandates: lines.map(toEntry) }, () => human(session, row, lines));
  });
}

async function change(core: Core, row: HandoverRow, options: MandateOptions): Promise<void> {
  const { add: kind, title, detail, due, done, open } = options;
  const { relationships } = core.stores;
  if (kind !== undefined && title !== undefined)
    await relationships.addMandate(row.id, { kind, title, detail: detail ?? null, dueDay: due ?? null });
  const id = done ?? open;
  if (id === undefined) return;
  const at = done === undefined ? null : new Date().toISOString();
  if (await relationships.tickMandate(row.id, id, at)) return;
  throw new CliError(exits.wrong, 'unknown-mandate', `There is no line ${id} on the checklist; \`mandates ${row.id}\` shows it.`);
}

/** All of it or nothing: a line with an id is written anew, one without is added. */
async function applyFile(core: Core, row: HandoverRow, path: string): Promise<void> {
  const read = await readCsvFile(path);
  const now = new Date().toISOString();
  if (!('text' in read)) throw refusedFile(path, [problemOf(1, read.problem)]);
  await core.deps.inTransaction(async ({ stores: { handovers, relationships } }) => {
    await handovers.lock(row.id);
    const known = new Set((await relationships.mandates(row.id)).map(({ id }) => id));
    const { lines, problems } = readMandates(read.text, known);
    if (problems.length > 0) throw refusedFile(path, problems);
    for (const { id: given, done, ...line } of lines) {
      const id = given ?? (await relationships.addMandate(row.id, line));
      await relationships.updateMandate(row.id, id, { ...line, done }, now);
    }
  });
}

function toEntry({ id, kind, title, detail, dueDay, doneAt }: MandateRow) {
  return { id, kind, title, detail, dueDay, doneAt: doneAt?.toISOString() ?? null };
}

function human(session: Session, row: HandoverRow, lines: readonly MandateRow[]): string {
  const { dim } = colorsOf(session);
  const hint = dim(`npm run baton -- mandates ${row.id} --done <line>   ticks one off; --add <kind> --title … adds one`);
  if (lines.length === 0) return `Nothing is on the checklist yet.\n${hint}`;
  const cells = lines.map(({ id, kind, title, detail, dueDay, doneAt }) => [
    id,
    kind,
    title,
    detail ?? '',
    dueDay === null ? '-' : sayDay(dueDay),
    doneAt === null ? 'open' : 'done',
  ]);
  return [...headed(session, ['LINE', 'KIND', 'WHAT', 'DETAIL', 'DUE', 'STATE'], cells), hint].join('\n');
}
