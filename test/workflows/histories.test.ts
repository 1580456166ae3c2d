import { readdir, readFile, writeFile } from 'node:fs/promises';
import { Worker } from '@temporalio/worker';
import { describe, expect, inject, test } from 'vitest';
import { z } from 'zod';
import { payloadConverterPath } from '../../src/temporal.js';
import { fromFile, toFile } from '../support/histories.js';
import { useRig, type Saga } from '../support/rig.js';

// What runs in production today has to replay with tomorrow's code. `UPDATE_HISTORIES=1 npm run test:workflow -- histories` writes new ones;
// an old one is replaced only when no run of its time can be open any more.
const folder = new URL('histories/', import.meta.url);
const mostBytes = 200_000;
const stored = z.object({ workflowId: z.string(), history: z.unknown() });

const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));

describe.runIf(process.env.UPDATE_HISTORIES !== '1')('histories of earlier versions', () => {
  test('are there', () => {
    expect(names.length).toBeGreaterThanOrEqual(4);
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

  async function keep(name: string, saga: Saga): Promise<void> {
    for (const { workflowId, history } of await saga.company.histories()) {
      const [kind = '', , child = ''] = workflowId.split('/');
      if (kind === 'employment' && name !== 'happy') continue;
      // One event a line: short, and a difference can be read.
      const events = (history.events ?? []).map((event) => JSON.stringify(toFile(event)));
      const text = `{"workflowId":${JSON.stringify(workflowId)},"history":{"events":[\n${events.join(',\n')}\n]}}`;
      expect(text.length).toBeLessThan(mostBytes);
      await writeFile(new URL(`${name}-${child || kind}.json`, folder), `${text.replaceAll(process.cwd(), '.')}\n`);
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
    await keep('happy', saga);
  });

  test('rescission', async () => {
    const saga = await approved();
    await saga.company.skipTo('20:00');
    await saga.company.hris('rescind', { how: 'clear' });
    await saga.close();
    await keep('rescission', saga);
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
    await keep('parked', saga);
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
    await keep('undo', saga);
  });
});
