import type { Bench } from './lab.js';
import { judge } from './result.js';

const mostEvents = 200;
const mostBytes = 65_536;

/** What one leaver leaves in Temporal: events and bytes, as Temporal itself counts them, over all runs until everything is verified. */
export const histories: Bench = {
  names: ['history-events', 'history-bytes'],
  async measure(lab) {
    const { size } = lab.options;
    const { runs, peaks } = await lab.leaver();
    const detail = (count: (run: (typeof runs)[number]) => number) => ({
      runs: runs.map((run) => ({ workflow: kindOf(run.workflowId), value: count(run) })),
      ...peaks,
    });
    const sum = (count: (run: (typeof runs)[number]) => number) => runs.reduce((total, run) => total + count(run), 0);
    const events = (run: (typeof runs)[number]) => run.events;
    const bytes = (run: (typeof runs)[number]) => run.bytes;
    const common = { size, target: 1, better: 'lower' } as const;
    return [
      judge({ name: 'history-events', value: sum(events), unit: 'events', bound: mostEvents, ...common, detail: detail(events) }),
      judge({ name: 'history-bytes', value: sum(bytes), unit: 'bytes', bound: mostBytes, ...common, detail: detail(bytes) }),
    ];
  },
};

function kindOf(workflowId: string): string {
  const [first = '', , last] = workflowId.split('/');
  return last ?? first;
}
