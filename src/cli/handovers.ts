import { debtsOf } from '../store/counts.js';
import type { HandoverRow } from '../store/handovers.js';
import type { Outcome, Stage } from '../domain/words.js';
import { workflowIds } from '../../workflows/contract.js';
import { waitingOf } from '../status.js';
import { withCore } from './context.js';
import { CliError, colorsOf, emit, exits, headed, type Session } from './output.js';
import { sayDay, stageWords } from './words.js';

export interface ListOptions {
  readonly all?: boolean;
  readonly limit: number;
  readonly after?: string;
}

/** `handovers`: one page, newest first, from rows alone. */
export async function listHandovers(session: Session, { all, limit, after }: ListOptions): Promise<void> {
  await withCore(session, async (core) => {
    const { handovers, people } = core.stores;
    const cursor = after?.replace(/^handover\//, '');
    if (cursor !== undefined && (await handovers.find(cursor)) === null) {
      throw new CliError(
        exits.wrong,
        'unknown-handover',
        `--after takes the id that the page before gave as next; there is no handover ${cursor}.`,
      );
    }
    const rows = await handovers.list({ open: !all, after: cursor, limit: limit + 1 });
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? (page.at(-1)?.id ?? null) : null;
    const names = await people.names(page.map((row) => row.employment.personId));
    const debts = await debtsOf(
      core.db,
      page.map((row) => row.id),
    );
    const entries = page.map((row) => toEntry(row, debts.get(row.id) ?? 0));
    emit(session, { handovers: entries, next }, () => humanList(session, page, { names, debts, next, all: all ?? false }));
  });
}

function toEntry(row: HandoverRow, debts: number) {
  const { employment, paused, held } = row;
  return {
    handover: workflowIds.handover(row.id),
    employment: `${employment.connection}/${employment.record}`,
    stage: row.stage,
    outcome: row.outcome,
    lastWorkingDay: row.lastWorkingDay,
    paused: paused || held,
    waitingFor: waitingOf(row.waitingFor),
    parked: row.parked.map(({ id, what, kind, since, stepId }) => ({
      id,
      what,
      kind,
      since: since.toISOString(),
      ...(stepId && { step: stepId }),
    })),
    debts,
    startedAt: row.startedAt.toISOString(),
  };
}

/** Whether a row's text is a stage that this version knows. */
export function isStage(text: string): text is Stage {
  return Object.hasOwn(stageWords, text);
}

function humanList(
  session: Session,
  rows: readonly HandoverRow[],
  {
    names,
    debts,
    next,
    all,
  }: {
    readonly names: ReadonlyMap<string, string>;
    readonly debts: ReadonlyMap<string, number>;
    readonly next: string | null;
    readonly all: boolean;
  },
): string {
  const { dim } = colorsOf(session);
  if (rows.length === 0) return all ? 'No handover yet.' : `No open handover. ${dim('--all shows closed ones as well.')}`;
  const lines = rows.map((row) => [
    row.id,
    names.get(row.employment.personId) || '-',
    `${row.employment.connection}/${row.employment.record}`,
    row.outcome ? `closed: ${row.outcome satisfies Outcome | string}` : row.stage,
    row.lastWorkingDay ? sayDay(row.lastWorkingDay) : '-',
    waitingCell(row),
    row.parked.length > 0 ? String(row.parked.length) : '',
    debts.has(row.id) ? String(debts.get(row.id)) : '',
  ]);
  const head = ['HANDOVER', 'LEAVER', 'EMPLOYMENT', 'STAGE', 'LAST WORKING DAY', 'WAITS FOR', 'PARKED', 'DEBTS'];
  const more = next ? [dim(`More: --after ${next}`)] : [];
  return [...headed(session, head, lines), ...more, dim('npm run baton -- show <handover> tells what to do next')].join('\n');
}

function waitingCell({ waitingFor, paused, held }: HandoverRow): string {
  const what = [...new Set(waitingOf(waitingFor).map((entry) => entry.what))].join(', ');
  return paused || held ? `paused${what ? `, ${what}` : ''}` : what || '-';
}
