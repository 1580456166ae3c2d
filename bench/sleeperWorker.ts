import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { z } from 'zod';
import { payloadConverterPath } from '../src/temporal.js';
import type { SleeperActivities } from './sleepers.js';
import { serveStation } from './station.js';
import { burstOptions, type BurstOptions } from './workerOptions.js';

/** The other side of `check-ins-drain`: a worker with the same options, whose activity only notes when it ran. */
const job = z.discriminatedUnion('do', [
  z.object({ do: z.literal('start'), address: z.string(), taskQueue: z.string(), options: burstOptions }),
  z.object({ do: z.literal('await'), count: z.number() }),
]);

const ran: number[] = [];
let arrived: () => void = () => undefined;

const activities: SleeperActivities = {
  touch: async () => {
    ran.push(Date.now());
    arrived();
  },
};

async function start(address: string, taskQueue: string, options: BurstOptions): Promise<object> {
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: [] });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace: 'default',
    taskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('sleepers.ts', import.meta.url)),
      payloadConverterPath,
      logger: new DefaultLogger('WARN'),
    }),
    activities,
    dataConverter: { payloadConverterPath },
    ...options,
  });
  void worker.run();
  return {};
}

/** When the last of so many ran, by this machine's clock. */
async function lastOf(count: number): Promise<object> {
  while (ran.length < count) await new Promise<void>((resolve) => (arrived = resolve));
  const [firstMs = 0, lastMs = 0] = [ran[0], ran[count - 1]];
  ran.splice(0);
  return { firstMs, lastMs };
}

await serveStation(async (input) => {
  const wanted = job.parse(input);
  return wanted.do === 'start' ? start(wanted.address, wanted.taskQueue, wanted.options) : lastOf(wanted.count);
});
