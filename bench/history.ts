import { setTimeout as sleep } from 'node:timers/promises';
import type { Core } from '../src/dependencies.js';
import { workflowIds } from '../workflows/contract.js';

type History = Awaited<ReturnType<ReturnType<Core['temporal']['client']['workflow']['getHandle']>['fetchHistory']>>;
type Event = NonNullable<History['events']>[number];

/** One run of a workflow: what Temporal says of its history's size, and the events themselves. */
export interface Run {
  readonly workflowId: string;
  readonly runId: string;
  readonly events: number;
  readonly bytes: number;
  readonly history: readonly Event[];
}

/** All runs that belong to one leaver. Temporal's list is a little behind, so it is asked until it has every child that the handover began. */
export async function readRuns(core: Core, handover: string, employment: string): Promise<readonly Run[]> {
  const ids = [
    workflowIds.handover(handover),
    workflowIds.transfer(handover),
    workflowIds.restore(handover),
    workflowIds.employment(employment),
  ];
  for (let tries = 0; tries < 40; tries += 1) {
    const runs = await listRuns(core, ids);
    const children = runs.flatMap(({ history }) =>
      history.flatMap((event) => event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.runId ?? []),
    );
    const known = new Set(runs.map(({ runId }) => runId));
    const isWhole = ids.filter((id) => !id.endsWith('/restore')).every((id) => runs.some(({ workflowId }) => workflowId === id));
    if (isWhole && children.every((runId) => known.has(runId))) return runs;
    await sleep(500);
  }
  throw new Error('Temporal does not list all runs of the leaver');
}

async function listRuns(core: Core, ids: readonly string[]): Promise<readonly Run[]> {
  const { workflow } = core.temporal.client;
  const runs: Run[] = [];
  for await (const { workflowId, runId } of workflow.list({ query: ids.map((id) => `WorkflowId = "${id}"`).join(' or ') })) {
    const handle = workflow.getHandle(workflowId, runId);
    const { raw } = await handle.describe();
    const { events } = await handle.fetchHistory();
    const { historyLength, historySizeBytes } = raw.workflowExecutionInfo ?? {};
    runs.push({ workflowId, runId, events: Number(historyLength), bytes: Number(historySizeBytes), history: events ?? [] });
  }
  return runs;
}

/** What Temporal's clock says of a handover's two measured spans, in milliseconds. */
export interface Spans {
  readonly snapshotMs: number;
  readonly transferMs: number;
  readonly pausedMs: number;
}

/**
 * The snapshot is its activity from scheduled to completed. The transfer begins with the caller's clock just before the approval was sent
 * and ends with the last `settle` of the handover, which writes `verified` into the steps; timers in between are the canary's
 * pause, taken off up to its configured length: what a timer took longer counts.
 */
export function spansOf(runs: readonly Run[], handoverId: string, approvedMs: number, pauseMs: number): Spans {
  const events = runs.find(({ workflowId }) => workflowId === handoverId)?.history ?? [];
  const activities = activitiesOf(events);
  const snapshot = activities.find(({ name }) => name === 'snapshot');
  const settled = activities.filter(({ name }) => name === 'settle').at(-1);
  if (!snapshot || !settled) throw new Error('the handover has no completed snapshot or settle');
  const pausedMs = timersOf(events)
    .filter(({ fromMs, toMs }) => fromMs > approvedMs && toMs < settled.toMs)
    .reduce((sum, { fromMs, toMs }) => sum + Math.min(pauseMs, toMs - fromMs), 0);
  return { snapshotMs: snapshot.toMs - snapshot.fromMs, transferMs: settled.toMs - approvedMs - pausedMs, pausedMs };
}

interface Span {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Completed activities with their times, in the order in which they completed. */
export function activitiesOf(events: readonly Event[]): readonly Span[] {
  const scheduled = new Map(
    events.flatMap((event) => {
      const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
      return name ? [[String(event.eventId), { name, fromMs: msOf(event) }] as const] : [];
    }),
  );
  return events.flatMap((event) => {
    const started = scheduled.get(String(event.activityTaskCompletedEventAttributes?.scheduledEventId));
    return started ? [{ ...started, toMs: msOf(event) }] : [];
  });
}

function timersOf(events: readonly Event[]): readonly Span[] {
  const started = new Map(
    events.flatMap((event) => (event.timerStartedEventAttributes ? [[String(event.eventId), msOf(event)] as const] : [])),
  );
  return events.flatMap((event) => {
    const fromMs = started.get(String(event.timerFiredEventAttributes?.startedEventId));
    return fromMs === undefined ? [] : [{ name: 'timer', fromMs, toMs: msOf(event) }];
  });
}

/** When an event happened, by Temporal's clock. */
export function msOf({ eventTime }: Event): number {
  return Number(eventTime?.seconds ?? 0) * 1_000 + Number(eventTime?.nanos ?? 0) / 1e6;
}
