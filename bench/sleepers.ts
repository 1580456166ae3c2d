import { proxyActivities, sleep } from '@temporalio/workflow';

/** The activity that a sleeper runs when it wakes. */
export interface SleeperActivities {
  readonly touch: () => Promise<void>;
}

const { touch } = proxyActivities<SleeperActivities>({ startToCloseTimeout: '5 minutes' });

/** The least that a workflow can do at a moment: a timer until then (ISO instant), and one empty activity. */
export async function sleeper({ until }: { readonly until: string }): Promise<void> {
  await sleep(Math.max(1, Date.parse(until) - Date.now()));
  await touch();
}
