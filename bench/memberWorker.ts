import { z } from 'zod';
import { createLogger } from '../src/logger.js';
import { createMetrics } from '../src/metrics.js';
import { createWorker } from '../src/work.js';
import { coreOf } from './alumni.js';
import { settledMemory } from './memory.js';
import { serveStation } from './station.js';
import { burstOptionsOf } from './workerOptions.js';

/** Baton's worker as `src/worker.ts` makes it, in a process of its own that can be asked for its memory. */
const job = z.discriminatedUnion('do', [
  z.object({ do: z.literal('start'), environment: z.record(z.string(), z.string()), text: z.string() }),
  z.object({ do: z.literal('memory') }),
]);

async function start(environment: Readonly<Record<string, string>>, text: string): Promise<object> {
  const core = coreOf({ environment, text }, 'worker', 20);
  const worker = await createWorker(core, createLogger({ name: 'bench', level: 'warn', destination: 'stderr' }), createMetrics());
  void worker.run();
  return burstOptionsOf(worker);
}

await serveStation(async (input) => {
  const wanted = job.parse(input);
  return wanted.do === 'start' ? start(wanted.environment, wanted.text) : settledMemory();
});
