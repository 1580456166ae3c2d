import type { Worker } from '@temporalio/worker';
import { z } from 'zod';

/** What decides how a worker gets through a burst: the trivial side of a benchmark has the same as Baton's. */
export const burstOptions = z.object({
  maxCachedWorkflows: z.number(),
  /** Milliseconds. */
  stickyQueueScheduleToStartTimeout: z.number(),
});
/** The same, of one worker. */
export type BurstOptions = z.infer<typeof burstOptions>;

/** Reads them off a worker. */
export function burstOptionsOf({ options }: Worker): BurstOptions {
  const { maxCachedWorkflows, stickyQueueScheduleToStartTimeoutMs } = options;
  return { maxCachedWorkflows, stickyQueueScheduleToStartTimeout: stickyQueueScheduleToStartTimeoutMs };
}
