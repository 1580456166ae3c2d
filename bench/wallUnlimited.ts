import { z } from 'zod';
import type { Lab, Bench } from './lab.js';
import { depart, makeWorld } from './leaver.js';
import { judge, quantile, round } from './result.js';
import { say, type Stack } from './stack.js';
import { openStation, type Station } from './station.js';

const bareShape = z.object({ records: z.number(), searchMs: z.number(), moveMs: z.number() });
const ownersShape = z.object({ people: z.array(z.object({ hubspot: z.string().nullable() })) });

/** One pair: both sides against the same sandbox process, one right after the other. */
interface Pair {
  readonly snapshotMs: number;
  readonly transferMs: number;
  readonly bareSearchMs: number;
  readonly bareMoveMs: number;
}

/** Snapshot and transfer of one leaver without limits, against a script that makes the same calls and nothing else. */
export const wallUnlimited: Bench = {
  names: ['wall-unlimited'],
  async measure(lab) {
    const { size } = lab.options;
    // Also warms both sides up: the first leaver after a start is not measured here.
    await lab.leaver();
    const stack = await lab.stack('unlimited');
    const station = openStation('./bareCalls.ts');
    try {
      await bare(lab, stack, station);
      const pairs: Pair[] = [];
      for (let index = 0; index < lab.options.pairs; index += 1) {
        pairs.push(await measurePair(lab, stack, station));
        say(`  pair ${index + 1}: ${describe(pairs.at(-1))}`);
      }
      const median = (pick: (pair: Pair) => number) => quantile(pairs.map(pick), 0.5);
      const baton = ({ snapshotMs, transferMs }: Pair) => snapshotMs + transferMs;
      const script = ({ bareSearchMs, bareMoveMs }: Pair) => bareSearchMs + bareMoveMs;
      const detail = {
        pairs: pairs.map((pair) => round(baton(pair) / script(pair), 3)),
        snapshotSeconds: round(median((pair) => pair.snapshotMs) / 1_000, 2),
        transferSeconds: round(median((pair) => pair.transferMs) / 1_000, 2),
        bareSearchSeconds: round(median((pair) => pair.bareSearchMs) / 1_000, 2),
        bareMoveSeconds: round(median((pair) => pair.bareMoveMs) / 1_000, 2),
      };
      const ratio = median((pair) => baton(pair) / script(pair));
      const value = median(baton) / 1_000;
      return [
        judge({
          name: 'wall-unlimited',
          size,
          value,
          unit: 's',
          bound: median(script) / 1_000,
          ratio,
          target: 2,
          better: 'lower',
          detail,
        }),
      ];
    } finally {
      await station.stop();
    }
  },
};

async function measurePair(lab: Lab, stack: Stack, station: Station): Promise<Pair> {
  await stack.reset();
  const { snapshotMs, transferMs } = await depart(stack, lab.options);
  const { searchMs, moveMs } = await bare(lab, stack, station);
  return { snapshotMs, transferMs, bareSearchMs: searchMs, bareMoveMs: moveMs };
}

/** The bare side, in a world of its own. */
async function bare({ options }: Lab, stack: Stack, station: Station): Promise<z.infer<typeof bareShape>> {
  const leaver = await makeWorld(stack, options.seed, options.size);
  const { people } = ownersShape.parse((await stack.sandbox.get('/_world/people')).data);
  const to = people.find(({ hubspot }) => hubspot !== null && hubspot !== leaver.hubspot)?.hubspot;
  if (!to) throw new Error('the sandbox has nobody to move records to');
  const answer = bareShape.parse(await station.run({ baseUrl: stack.sandboxUrl, from: leaver.hubspot, to }));
  if (answer.records !== options.size) throw new Error(`the bare script found ${answer.records} records of ${options.size}`);
  return answer;
}

function describe(pair: Pair | undefined): string {
  if (!pair) return '';
  const seconds = (ms: number) => (ms / 1_000).toFixed(2);
  return `snapshot ${seconds(pair.snapshotMs)} + transfer ${seconds(pair.transferMs)} s; bare ${seconds(pair.bareSearchMs)} + ${seconds(pair.bareMoveMs)} s`;
}
