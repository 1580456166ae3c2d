import { expect, test } from 'vitest';
import { commandNames, type CommandName } from '../../workflows/contract.js';
import { refusalOf, useRig, type Company, type RawPayload, type Saga } from '../support/rig.js';

const rig = useRig();

async function waiting(): Promise<{ company: Company; saga: Saga }> {
  const company = await rig.company();
  const saga = await company.startLeaver({ lastDay: await company.workday(6) });
  await saga.release();
  return { company, saga };
}

/** What nobody may send; the arguments of one message each. */
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  nothing: [],
  null: [null],
  'a string': ['s1'],
  'a number': [42],
  'a list': [['s1']],
  'a boolean': [true],
  'an unknown field': [{ nonsense: 1 }],
  'fields of the wrong type': [{ step: 1, audience: {}, parked: [], successor: null, decisionId: 7 }],
};

/** Payloads that JSON readers cannot read. */
const foreign: Readonly<Record<string, RawPayload>> = {
  'raw protobuf': { encoding: 'binary/protobuf', data: '\u0008\u0001' },
  'protobuf in JSON': { encoding: 'json/protobuf', data: '{"step":"s1"}' },
  'an unknown encoding': { encoding: 'binary/rot13', data: 'grzcrq' },
  'no encoding at all': { encoding: '', data: '{}' },
  'broken JSON': { encoding: 'json/plain', data: '{"step":' },
};

/** One message that the policy and the rows would take. */
const right: Readonly<Record<CommandName, object>> = {
  release: {},
  approve: { step: 's1' },
  refuse: { step: 's1' },
  reassign: { step: 's1', successor: 'p-1' },
  told: { audience: 'contacts' },
  retry: { parked: 'all' },
  skip: { parked: 'all' },
  undo: { step: 's1' },
  pause: {},
  resume: {},
};

test('no signal, however wrong, stops a handover: each is refused and shown, the newest twenty, and it goes on to its end', async () => {
  const { company, saga } = await waiting();
  for (const name of [...commandNames, 'changed']) {
    for (const args of Object.values(wrong)) await saga.signal(name, ...args);
    for (const payload of Object.values(foreign)) await saga.rawSignal(name, payload);
    const sent = Object.keys(wrong).length + Object.keys(foreign).length;
    const { refusals } = await saga.waitFor(
      (status) => status.refusals.filter(({ message }) => message === name).length === sent,
      `refusals of ${name}`,
    );
    expect(refusals.slice(-sent).map(({ message, code }) => ({ message, code }))).toEqual(
      Array.from({ length: sent }, () => ({ message: name, code: 'invalid-input' })),
    );
    expect(refusals.length).toBeLessThanOrEqual(20);
  }
  await saga.signal('aprove', { step: 's1' });
  await saga.signal('x'.repeat(500));
  const { refusals } = await saga.waitFor(
    (status) => status.refusals.at(-1)?.message.startsWith('xx') === true,
    'the unknown names',
  );
  expect(refusals.slice(-2).map(({ code }) => code)).toEqual(['unknown-message', 'unknown-message']);
  expect(refusals.at(-2)?.message).toBe('aprove');
  expect(refusals).toHaveLength(20);
  expect(await saga.details()).toContain('`aprove`');
  await company.quiet();
  expect((await saga.row()).refusals).toHaveLength(20);

  await saga.signal('approve', { step: 'all' });
  expect((await saga.close()).outcome).toBe('completed');
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});

test('an update that is wrong is refused at once with its code and leaves no event, and the handover goes on to its end', async () => {
  const { company, saga } = await waiting();
  const accepted = async () =>
    (await saga.handle.fetchHistory()).events?.filter(
      (event) => event.workflowExecutionUpdateAcceptedEventAttributes || event.workflowExecutionUpdateCompletedEventAttributes,
    ).length;
  const before = await accepted();
  for (const name of commandNames) {
    for (const [what, args] of Object.entries(wrong)) {
      expect(await refusalOf(saga.update(name, ...args)), `${name} with ${what}`).toBe('invalid-input');
    }
    for (const [what, payload] of Object.entries(foreign)) {
      expect((await saga.rawUpdate(name, payload))?.type, `${name} with ${what}`).toBe('invalid-input');
    }
  }
  await expect(saga.update('aprove', {})).rejects.toThrow();
  expect(await accepted()).toBe(before);
  expect((await saga.status()).refusals).toEqual([]);
  await saga.update('approve', { step: 'all' });
  expect((await saga.close()).outcome).toBe('completed');
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});

test('a wrong message says where it is wrong and shows a right one', async () => {
  const { saga } = await waiting();
  await expect(saga.update('approve', { stepp: 's1' })).rejects.toMatchObject({
    cause: {
      type: 'invalid-input',
      details: [
        [
          { path: 'step', problem: 'is missing' },
          { path: 'stepp', problem: 'is not known' },
        ],
      ],
    },
  });
  const refused = await saga.rawUpdate('told', foreign['an unknown encoding'] ?? { encoding: '', data: '' });
  expect(refused?.message).toContain('binary/rot13');
  expect(refused?.message).toContain('{"audience":"team"}');
});

test('a well-formed message that comes too early or too late is refused by name and harms nothing', async () => {
  const company = await rig.company();
  const reading = company.hold('snapshot');
  const saga = await company.startLeaver({ lastDay: await company.workday(6) });
  await reading.reached;
  for (const name of commandNames.filter((one) => one !== 'pause')) await saga.signal(name, right[name]);
  const { refusals } = await saga.waitFor(
    (status) => status.refusals.length === commandNames.length - 1,
    'refusals before the snapshot',
  );
  expect(new Set(refusals.map(({ code }) => code))).not.toContain('failed');
  reading.open();
  await saga.release();
  await saga.approveAll();
  await saga.close();
  for (const name of commandNames) await expect(saga.update(name, right[name]), name).rejects.toThrow();
  expect((await saga.row()).outcome).toBe('completed');
});

test('a version that is older than what was acted on is ignored', async () => {
  const { company, saga } = await waiting();
  const before = company.ran('applyChange');
  await saga.signal('changed', { version: 0 });
  await saga.signal('changed', { version: 1 });
  await company.quiet();
  expect(company.ran('applyChange')).toBe(before);
  expect((await saga.status()).refusals).toEqual([]);
});
