import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { PageResult, RowsInput } from './contract.js';
import { restorePage, transferPage } from './proxies.js';
import { nowIso } from './time.js';

/** Moves whatever is due, page by page; the rows say what that is, so it can be started again at any time. */
export async function transfer(input: RowsInput): Promise<{ readonly worked: number }> {
  const worked = await workPages(input, transferPage);
  return worked === null ? continueAsNew<typeof transfer>(input) : { worked };
}

/** Takes back whatever was chosen, newest first; runs for closed handovers as well. */
export async function restore(input: RowsInput): Promise<{ readonly worked: number }> {
  const worked = await workPages(input, restorePage);
  return worked === null ? continueAsNew<typeof restore>(input) : { worked };
}

/** Null when the history is long enough and the rest belongs into a new run. */
async function workPages(
  { handover }: RowsInput,
  page: (input: { handover: string; now: string }) => Promise<PageResult>,
): Promise<number | null> {
  for (let worked = 0; ;) {
    const result = await page({ handover, now: nowIso() });
    worked += result.worked;
    if (!result.more) return worked;
    if (workflowInfo().continueAsNewSuggested) return null;
  }
}
