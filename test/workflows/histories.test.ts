import { readdir, readFile, writeFile } from 'node:fs/promises';
import { Worker } from '@temporalio/worker';
import { describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { payloadConverterPath } from '../../src/temporal.js';
import { fromFile, toFile } from '../support/histories.js';
import { answers, arrives, joins, leaves } from '../support/alumni.js';
import { usePeople } from '../support/people.js';
import { useRig, type Saga } from '../support/rig.js';

// What runs in production today has to replay with tomorrow's code. `UPDATE_HISTORIES=1 npm run test:workflow -- histories` writes new ones;
// an old one is replaced only when no run of its time can be open any more.
const folder = new URL('histories/', import.meta.url);
const mostBytes = 200_000;
const stored = z.object({ workflowId: z.string(), history: z.unknown() });

/** What a handover runs itself. */
const handovers = ['handover', 'transfer', 'restore'];
const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));

describe.runIf(process.env.UPDATE_HISTORIES !== '1')('histories of earlier versions', () => {
  test('are there', () => {
    expect(names.length).toBeGreaterThanOrEqual(14);
  });

  test.each(names)('%s still replays', async (name) => {
    const text = await readFile(new URL(name, folder), 'utf8');
    expect(text.length).toBeLessThan(mostBytes);
    const { workflowId, history } = stored.parse(JSON.parse(text));
    await Worker.runReplayHistory(
      { workflowBundle: { codePath: inject('workflowBundle') }, dataConverter: { payloadConverterPath } },
      fromFile(history),
      workflowId,
    );
  });
});

describe.runIf(process.env.UPDATE_HISTORIES === '1')('writing histories', () => {
  const rig = useRig();
  const peopleRig = usePeople();

  /** Writes the histories of some kinds of workflow; several runs of one are numbered. */
  async function keep(name: string, { company }: Saga, kinds: readonly string[]): Promise<void> {
    const runs = new Map<string, number>();
    for (const { workflowId, history } of await company.histories()) {
      const [first = '', , child = ''] = workflowId.split('/');
      const kind = child || first;
      if (!kinds.includes(kind)) continue;
      const run = (runs.get(kind) ?? 0) + 1;
      runs.set(kind, run);
      // One event a line: short, and a difference can be read.
      const events = (history.events ?? []).map((event) => JSON.stringify(toFile(event)));
      const text = `{"workflowId":${JSON.stringify(workflowId)},"history":{"events":[\n${events.join(',\n')}\n]}}`;
      expect(text.length).toBeLessThan(mostBytes);
      await writeFile(
        new URL(`${name}-${kind}${run === 1 ? '' : `-${run}`}.json`, folder),
        `${text.replaceAll(process.cwd(), '.')}\n`,
      );
    }
  }

  async function approved(): Promise<Saga> {
    const company = await rig.company();
    const saga = await company.startLeaver({ lastDay: await company.workday(5) });
    await saga.release();
    await saga.approveAll();
    return saga;
  }

  test('happy path', async () => {
    const saga = await approved();
    await saga.close();
    await keep('happy', saga, ['employment', ...handovers]);
  });

  test('rescission', async () => {
    const saga = await approved();
    await saga.company.skipTo('20:00');
    await saga.company.hris('rescind', { how: 'clear' });
    await saga.close();
    await keep('rescission', saga, handovers);
  });

  test('parked and retried', async () => {
    const saga = await approved();
    saga.company.fail('transferPage');
    await saga.company.skipTo('20:00');
    const { parked } = await saga.waitFor((status) => status.parked.length > 0);
    await saga.signal('approve', { step: 's99' });
    saga.company.heal('transferPage');
    await saga.decide('retry', { parked: parked[0]?.id ?? '' });
    await saga.close();
    await keep('parked', saga, handovers);
  });

  test('undo', async () => {
    const saga = await approved();
    await saga.company.skipTo('20:00');
    await saga.company.quiet();
    await saga.decide('undo', { step: 's1' });
    await saga.waitFor(({ stage }) => stage !== 'restoring');
    await saga.decide('reassign', { step: 's1', successor: await saga.company.personId(saga.company.leaver.manager ?? '') });
    await saga.signal('approve', { step: 's1' });
    await saga.close();
    await keep('undo', saga, handovers);
  });

  test('people: introductions, a question that is answered, and one that is not', async () => {
    const alumnus = await leaves(peopleRig.open);
    await joins(alumnus);
    const first = await arrives(alumnus, 'C1', 60);
    expect(await answers(alumnus, first, { answer: 'good' })).toBe(200);
    await arrives(alumnus, 'C3', 120);
    await alumnus.people.company.advance(20 * 24 * 3_600_000);
    await keep('people', alumnus.saga, ['introductions', 'membership']);
  });
});
