import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { ClaimedDelivery, DeliveryStore, FailedDelivery } from '../store/deliveries.js';
import type { EmploymentStore } from '../store/employments.js';
import type { Dispatch } from './dispatch.js';

/** What became of a claimed delivery, as `baton_deliveries_settled_total` counts it. */
export type SettledResult = 'handled' | 'failed' | 'dead';

/** What the drainer needs. */
export interface DrainerParts {
  readonly deliveries: Pick<DeliveryStore, 'claim' | 'markHandled' | 'markFailed'>;
  readonly employments: Pick<EmploymentStore, 'findOrCreate'>;
  readonly lookAt: Dispatch['lookAt'];
  readonly count: (result: SettledResult, deliveries: number) => void;
  readonly logger: FastifyBaseLogger;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly limits?: Partial<DrainerLimits>;
}

/** Sizes and times of the drainer. */
export interface DrainerLimits {
  readonly claim: number;
  readonly leaseSeconds: number;
  /** Looks are begun this long after a claim; with the look's own deadline it must be shorter than the lease. */
  readonly budgetMs: number;
  readonly parallel: number;
  readonly pollMs: number;
  /** A round begins when no webhook came for so long: a burst gathers, so that its acknowledgements go first and each employment is looked at once. */
  readonly quietMs: number;
  /** A burst that does not end waits no longer than this. */
  readonly longestBurstMs: number;
}

/** Brings deliveries to the workflows. */
export interface Drainer {
  start(): void;
  /** Looks for due deliveries now instead of at the next poll. */
  wake(): void;
  /** Begins nothing new and ends when what was begun is settled. */
  stop(): Promise<void>;
}

/** One employment to look at, for the sake of these deliveries. */
interface Look {
  readonly employment: string;
  readonly deliveries: readonly string[];
}

const defaults: DrainerLimits = {
  claim: 500,
  leaseSeconds: 60,
  budgetMs: 45_000,
  parallel: 16,
  pollMs: 1_000,
  quietMs: 50,
  longestBurstMs: 2_000,
};

/** A drainer; any number of them, in any number of processes, share the rows. */
export function createDrainer(parts: DrainerParts): Drainer {
  const limits = { ...defaults, ...parts.limits };
  const pause = createPause(limits.pollMs);
  let stopping = false;
  let wokenAt = -Infinity;
  let running: Promise<void> = Promise.resolve();

  /** Waits for the end of a burst; how long it lasts is measured, whatever clock the looks are timed by. */
  async function quiet(): Promise<void> {
    const since = performance.now();
    const isBurst = () => performance.now() - wokenAt < limits.quietMs && performance.now() - since < limits.longestBurstMs;
    while (!stopping && isBurst()) await sleep(limits.quietMs / 2);
  }

  async function run(): Promise<void> {
    while (!stopping) {
      await quiet();
      const claimed = await drainOnce(parts, limits, () => stopping).catch((error: unknown) => {
        parts.logger.error({ err: error }, 'deliveries could not be drained; trying again');
        return 0;
      });
      if (claimed < limits.claim && !stopping) await pause.wait();
    }
  }

  return {
    start: () => void (running = run()),
    wake: () => {
      wokenAt = performance.now();
      pause.end();
    },
    stop: () => {
      stopping = true;
      pause.end();
      return running;
    },
  };
}

/** A pause that `end` cuts short; an `end` outside a pause cuts the next one. */
function createPause(longestMs: number): { readonly wait: () => Promise<void>; readonly end: () => void } {
  let ended = false;
  let endNow: (() => void) | null = null;
  return {
    wait: async () => {
      if (!ended) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, longestMs);
          endNow = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      endNow = null;
      ended = false;
    },
    end: () => {
      ended = true;
      endNow?.();
    },
  };
}

/** One round: claims, looks once at each employment, settles each delivery by what became of all its looks. Returns how many were claimed. */
async function drainOnce(parts: DrainerParts, limits: DrainerLimits, stopping: () => boolean): Promise<number> {
  const claims = await parts.deliveries.claim(limits.claim, limits.leaseSeconds);
  if (claims.length === 0) return 0;
  const endAt = parts.now() + limits.budgetMs;
  const failures = new Map<string, string>();
  const fail = (deliveries: readonly string[], error: unknown): void => {
    for (const id of deliveries) failures.set(id, error instanceof Error ? error.message : String(error));
  };
  const looks = await findLooks(parts, claims, fail);
  await inParallel(looks, limits.parallel, async ({ employment, deliveries }) => {
    try {
      if (stopping()) throw new Error('the server stopped before this look began');
      if (parts.now() >= endAt) throw new Error('the round had no time left for this look');
      await parts.lookAt(employment);
    } catch (error) {
      fail(deliveries, error);
    }
  });
  await settle(parts, claims, failures);
  return claims.length;
}

/** Employment rows are made here and not in the request, which does one insert only. */
async function findLooks(
  { employments }: DrainerParts,
  claims: readonly ClaimedDelivery[],
  fail: (deliveries: readonly string[], error: unknown) => void,
): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (const [connection, ofConnection] of groupBy(claims, (claim) => [claim.connection])) {
    const byRecord = groupBy(ofConnection, (claim) => claim.records);
    const idsOf = (claimsOfRecord: readonly ClaimedDelivery[]): readonly string[] => claimsOfRecord.map(({ id }) => id);
    try {
      const rows = await employments.findOrCreate(connection, [...byRecord.keys()]);
      for (const [record, claimsOfRecord] of byRecord) {
        const employment = rows.get(record);
        if (employment === undefined) fail(idsOf(claimsOfRecord), new Error('no employment row could be made'));
        else looks.push({ employment, deliveries: idsOf(claimsOfRecord) });
      }
    } catch (error) {
      fail(idsOf(ofConnection), error);
    }
  }
  return looks;
}

async function settle(
  parts: DrainerParts,
  claims: readonly ClaimedDelivery[],
  failures: ReadonlyMap<string, string>,
): Promise<void> {
  const { deliveries, count, logger } = parts;
  const handled = claims.filter(({ id }) => !failures.has(id));
  await deliveries.markHandled(handled);
  count('handled', handled.length);
  const failed = claims.flatMap((claim): FailedDelivery[] => {
    const reason = failures.get(claim.id);
    return reason === undefined ? [] : [{ claim, reason }];
  });
  if (failed.length === 0) return;
  const dead = await deliveries.markFailed(failed);
  count('failed', failed.length - dead.length);
  count('dead', dead.length);
  logger.warn({ failed: failed.length, reason: failed[0]?.reason }, 'deliveries failed and will be tried again');
  if (dead.length > 0)
    logger.error({ deliveries: dead }, 'deliveries were given up after 24 hours; reconcile still finds what changed');
}

function groupBy<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  }
  return groups;
}

/** `work` handles its own failures. */
async function inParallel<T>(items: readonly T[], parallel: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, worker));
}
