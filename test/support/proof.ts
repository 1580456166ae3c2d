import { Worker } from '@temporalio/worker';
import { expect, inject } from 'vitest';
import { payloadConverterPath } from '../../src/temporal.js';
import type { Company } from './company.js';
import { leaksIn, type History } from './histories.js';

/** A history that has to replay. */
export interface Replayable {
  readonly workflowId: string;
  readonly history: History;
}

/** What every history of a test has to stand: no personal data, no failed workflow task, no failed saga. Returns them, for the replay. */
export async function proveHistories(company: Company): Promise<readonly Replayable[]> {
  const histories = await company.histories();
  const forbidden = await company.forbidden();
  expect(histories.length).toBeGreaterThan(0);
  expect(forbidden.strings.length).toBeGreaterThan(50);
  for (const { workflowId, history } of histories) {
    expect(leaksIn(history, forbidden), `personal data in the history of ${workflowId}`).toEqual([]);
    const events = history.events ?? [];
    expect(
      events.filter((event) => event.workflowTaskFailedEventAttributes && !isReset(event) && !isOvertaken(event)),
      `failed workflow tasks of ${workflowId}`,
    ).toEqual([]);
    if (/^(handover\/[^/]+(\/introductions)?|employment\/.+|membership\/.+)$/.test(workflowId)) {
      expect(
        events.filter((event) => event.workflowExecutionFailedEventAttributes),
        `${workflowId} failed`,
      ).toEqual([]);
    }
  }
  return histories;
}

/** Everything that the file's tests ran is run again by the same code: what differs would wedge an open handover after a restart. */
export async function replay(histories: readonly Replayable[]): Promise<void> {
  const options = { workflowBundle: { codePath: inject('workflowBundle') }, dataConverter: { payloadConverterPath } };
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
    expect(error, `replay of ${workflowId}`).toBeUndefined();
}

type Event = NonNullable<History['events']>[number];

/** A reset leaves failed tasks behind on purpose: the server's own, of the run that it ended and of the new one. */
function isReset({ workflowTaskFailedEventAttributes: failed }: Event): boolean {
  return Boolean(failed?.newRunId) || failed?.identity === 'history-service';
}

/** A signal came while the workflow was about to end: the server has it look again (WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND). */
function isOvertaken({ workflowTaskFailedEventAttributes: failed }: Event): boolean {
  return Number(failed?.cause) === 1;
}
