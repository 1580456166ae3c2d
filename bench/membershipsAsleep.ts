import { z } from 'zod';
import { workflowIds } from '../workflows/contract.js';
import { insertMembers, openAlumni, startMemberships, untilAsleep, type AlumniStack } from './alumni.js';
import type { Bench } from './lab.js';
import { judge, round } from './result.js';
import { say } from './stack.js';
import { openStation, type Station } from './station.js';

/** What the many are compared with. */
const few = 100;

const memoryShape = z.object({ rss: z.number(), heapUsed: z.number(), threadsHeapUsed: z.number() });
const startedShape = z.object({ maxCachedWorkflows: z.number() });

/** No question before four months from now. */
const policy = { checkIns: { offsets: ['P4M', 'P6M', 'P12M'] } };

/** Memory of one worker with many memberships asleep, against the same process with 100. */
export const membershipsAsleep: Bench = {
  names: ['memberships-asleep'],
  async measure(lab) {
    await lab.close();
    const many = lab.options.members;
    const stack = await openAlumni({ smtpUrl: null, policy, temporalAddress: null });
    const worker = openStation('./memberWorker.ts');
    try {
      const { maxCachedWorkflows } = startedShape.parse(await worker.run({ do: 'start', ...stack.settings }));
      const empty = memoryShape.parse(await worker.run({ do: 'memory' }));
      const small = await sleepers(stack, worker, 'a-', few);
      // As many as the cache holds: from here on each workflow that sleeps has pushed another one out.
      const full = await sleepers(stack, worker, 'b-', Math.max(1, maxCachedWorkflows - few));
      const large = await sleepers(stack, worker, 'c-', Math.max(1, many - maxCachedWorkflows));
      const detail = {
        maxCachedWorkflows,
        mib: { empty: shown(empty), few: shown(small.memory), cacheFull: shown(full.memory), many: shown(large.memory) },
        startsPerSecond: round(large.startsPerSecond, 0),
        asleepPerSecond: round(large.asleepPerSecond, 0),
      };
      const [value, bound] = [large.memory.rss, small.memory.rss];
      return [
        judge({ name: 'memberships-asleep', size: many, value, unit: 'MiB', bound, target: 1.25, better: 'lower', detail }),
      ];
    } finally {
      await worker.stop();
      await stack.close();
    }
  },
};

function shown({ rss, heapUsed, threadsHeapUsed }: z.infer<typeof memoryShape>) {
  return { rss: round(rss, 0), heapUsed: round(heapUsed, 0), threadsHeapUsed: round(threadsHeapUsed, 0) };
}

/** Brings so many more to sleep, and asks the worker what it holds then. */
async function sleepers({ core }: AlumniStack, worker: Station, prefix: string, count: number) {
  const members = await insertMembers(core, { prefix, count, state: 'joined', employmentEnd: new Date() });
  const fromMs = performance.now();
  const startMs = await startMemberships(core, members);
  await untilAsleep(core, members.map(workflowIds.membership), Date.now() + 600_000 + count * 200);
  const asleepMs = performance.now() - fromMs;
  const memory = memoryShape.parse(await worker.run({ do: 'memory' }));
  const { rss, heapUsed, threadsHeapUsed } = shown(memory);
  say(`  ${count} more asleep after ${round(asleepMs / 1_000, 1)} s: ${rss} MiB, heaps ${heapUsed} + ${threadsHeapUsed} MiB`);
  return { memory, startsPerSecond: (count * 1_000) / startMs, asleepPerSecond: (count * 1_000) / asleepMs };
}
