import { describe, expect, test } from 'vitest';
import type { CrmTask } from '../../../src/ports/crm.js';
import { hubspot } from '../../../src/vendors/hubspot/index.js';
import { failureOf, part, recordingTools, required, serve, type Answer, type Seen } from '../support.js';

const context = {};

async function connect(answer: Answer, settings: object = {}) {
  const server = await serve(answer);
  const recording = recordingTools();
  const crm = required(hubspot.crm?.({ token: 'pat-1', baseUrl: server.url, ...settings }, recording.tools));
  return { ...server, ...recording, crm };
}

const batch = (results: readonly object[], errors: readonly object[] = []) => ({
  status: errors.length === 0 ? 200 : 207,
  json: { status: 'COMPLETE', results, ...(errors.length === 0 ? {} : { numErrors: errors.length, errors }) },
});
const object = (id: string, properties: Record<string, string | null>) => ({ id, properties });
const failed = (category: string, ids: readonly string[]) => ({ status: 'error', category, message: 'Jansen', context: { ids } });
const inputsOf = ({ body }: Seen): readonly unknown[] => {
  const inputs = part(body, 'inputs');
  return Array.isArray(inputs) ? inputs : [];
};

describe('contacts', () => {
  const anna = {
    firstname: 'Anna',
    lastname: ' de Vries ',
    email: 'anna@klant.example',
    phone: '',
    hs_language: 'NL_be',
    hs_timezone: 'europe_slash_brussels',
    jobtitle: 'Inkoper',
    hs_linkedin_url: 'https://www.linkedin.com/in/anna',
    hs_sales_email_last_replied: '1795356000000',
    notes_last_updated: '2026-11-02T08:00:00Z',
    associatedcompanyid: '900',
    do_not_contact: 'true',
  };

  test('are described in our words, with the name of their account', async () => {
    const { crm } = await connect(
      ({ path }) => batch([path.includes('companies') ? object('900', { name: 'Klant B.V.' }) : object('5', anna)]),
      {
        contactProperties: { doNotContact: 'do_not_contact' },
      },
    );
    expect(await required(crm.contacts).read(['5'], context)).toEqual([
      {
        record: '5',
        givenName: 'Anna',
        familyName: 'de Vries',
        email: 'anna@klant.example',
        phone: null,
        language: 'nl-be',
        timeZone: 'Europe/Brussels',
        account: '900',
        accountName: 'Klant B.V.',
        jobTitle: 'Inkoper',
        profileUrl: 'https://www.linkedin.com/in/anna',
        lastActivity: '2026-11-02T08:00:00.000Z',
        lastReplied: '2026-11-22T14:00:00.000Z',
        doNotContact: true,
      },
    ]);
  });

  test('a refusal that may not be seen is not taken for none; what is not configured is not asked', async () => {
    const { do_not_contact: _hidden, ...rest } = anna;
    const answer: Answer = () => batch([object('5', { ...rest, associatedcompanyid: null })]);
    const blind = await connect(answer, { contactProperties: { doNotContact: 'do_not_contact' } });
    expect((await failureOf(required(blind.crm.contacts).read(['5'], context))).kind).toBe('forbidden');
    const without = await connect(answer, { contactProperties: { language: null } });
    expect(await required(without.crm.contacts).read(['5'], context)).toMatchObject([{ doNotContact: false, language: null }]);
    expect(JSON.stringify(part(without.seen[0]?.body, 'properties'))).not.toContain('hs_language');
    expect(required(without.crm.contacts).refuse).toBeUndefined();
  });

  test.each(['mars_slash_olympus', 'x'])('the time zone %s is none', async (zone) => {
    const { crm } = await connect(() => batch([object('5', { hs_timezone: zone })]));
    expect(await required(crm.contacts).read(['5'], context)).toMatchObject([{ timeZone: null }]);
  });

  test('those that are gone or merged are left out; silence or trouble about one is no absence', async () => {
    const ask = async (answer: Answer) => required((await connect(answer)).crm.contacts).read(['5', '6'], context);
    expect(await ask(() => batch([object('6', {})], [failed('OBJECT_NOT_FOUND', ['5'])]))).toMatchObject([{ record: '6' }]);
    expect(await ask(() => batch([object('99', {}), object('6', {})]))).toMatchObject([{ record: '6' }]);
    expect((await failureOf(ask(() => batch([object('6', {})])))).kind).toBe('unexpected-response');
    expect((await failureOf(ask(() => batch([object('6', {})], [failed('INTERNAL_ERROR', ['5'])])))).kind).toBe(
      'vendor-unavailable',
    );
  });

  test('a cursor that comes twice would list for ever', async () => {
    const page = { json: { results: [], paging: { next: { after: '7' } } } };
    const { crm } = await connect(() => page);
    expect((await failureOf(required(crm.contacts).all('7', context))).kind).toBe('unexpected-response');
  });

  test('companies are not read for a connection that leaves them alone', async () => {
    const { crm, seen } = await connect(() => batch([object('5', anna)]), { recordTypes: ['contacts'] });
    expect(await required(crm.contacts).read(['5'], context)).toMatchObject([{ account: '900', accountName: null }]);
    expect(seen).toHaveLength(1);
  });

  test('accounts bring name, value, activity and the configured renewal', async () => {
    const properties = { name: 'Klant', annualrevenue: '1200', notes_last_updated: null, contract_end: '2027-01-31' };
    const { crm } = await connect(() => batch([object('900', properties)]), { accountProperties: { renewsOn: 'contract_end' } });
    expect(await required(crm.contacts).accounts(['900'], context)).toEqual([
      { record: '900', name: 'Klant', value: 1200, lastActivity: null, renewsOn: '2027-01-31' },
    ]);
  });

  test('saving sends what is known and clears nothing', async () => {
    const { crm, seen } = await connect(() => batch([{ ...object('7', {}), new: true }]));
    const person = {
      email: ' Anna@Home.example ',
      givenName: 'Anna',
      familyName: null,
      company: null,
      jobTitle: null,
      key: 'k-1',
    };
    expect(await required(crm.contacts).save(person, context)).toEqual({ record: '7', created: true });
    expect(seen[0]).toMatchObject({ path: '/crm/v3/objects/contacts/batch/upsert' });
    expect(required(seen[0]).body).toEqual({
      inputs: [
        {
          id: 'anna@home.example',
          idProperty: 'email',
          properties: { email: 'anna@home.example', firstname: 'Anna' },
          objectWriteTraceId: 'k-1',
        },
      ],
    });
    const refused = await connect(() => batch([], [failed('VALIDATION_ERROR', ['x'])]));
    const error = await failureOf(required(refused.crm.contacts).save(person, context));
    expect([error.kind, error.message.includes('Jansen')]).toEqual(['invalid-request', false]);
    const silent = await connect(() => batch([]));
    expect((await failureOf(required(silent.crm.contacts).save(person, context))).kind).toBe('unexpected-response');
  });
});

describe('tasks', () => {
  const task = (key: string, more: Partial<CrmTask> = {}): CrmTask => ({
    key,
    owner: '1001',
    subject: 'Call\n Anna & Co',
    body: 'First <b>line</b>\r\n"second" & it\'s all',
    dueAt: '2026-12-01T09:00:00.000Z',
    kind: 'call',
    contact: null,
    account: null,
    ...more,
  });

  /** HubSpot with tasks under these keys; every upsert is answered as `saved` says, associations work. */
  function withTasks(known: readonly string[], saved: (seen: Seen) => ReturnType<typeof batch>): Answer {
    return (seen) => {
      if (seen.path.endsWith('/batch/read')) {
        const missing = inputsOf(seen)
          .map((input) => String(part(input, 'id')))
          .filter((key) => !known.includes(key));
        const found = known.map((key) => object(`9-${key}`, { baton_key: key }));
        return batch(found, missing.length > 0 ? [failed('OBJECT_NOT_FOUND', missing)] : []);
      }
      return seen.path.endsWith('/batch/upsert') ? saved(seen) : { json: { status: 'COMPLETE', results: [] } };
    };
  }
  const echo = (seen: Seen) =>
    batch(
      inputsOf(seen).map((input) => ({ id: `9-${String(part(input, 'id'))}`, properties: part(input, 'properties'), new: true })),
    );

  test('carry a unique key; text stays text in HTML; only a new one gets a status, so that a retry opens nothing again', async () => {
    const { crm, seen } = await connect(withTasks(['k-2'], echo));
    const results = await required(crm.tasks).upsert([task('k-1'), task('k-2', { kind: 'email' })], context);
    expect(results).toEqual([
      { key: 'k-1', state: 'saved', task: '9-k-1' },
      { key: 'k-2', state: 'saved', task: '9-k-2' },
    ]);
    const [read, upsert] = seen;
    expect(read?.body).toMatchObject({ idProperty: 'baton_key', inputs: [{ id: 'k-1' }, { id: 'k-2' }] });
    const common = {
      hs_timestamp: '2026-12-01T09:00:00.000Z',
      hs_task_subject: 'Call Anna & Co',
      hs_task_body: 'First &lt;b&gt;line&lt;/b&gt;<br>&quot;second&quot; &amp; it&#39;s all',
      hubspot_owner_id: '1001',
    };
    expect(inputsOf(required(upsert))).toEqual([
      {
        id: 'k-1',
        idProperty: 'baton_key',
        objectWriteTraceId: 'k-1',
        properties: { baton_key: 'k-1', ...common, hs_task_type: 'CALL', hs_task_status: 'NOT_STARTED' },
      },
      {
        id: 'k-2',
        idProperty: 'baton_key',
        objectWriteTraceId: 'k-2',
        properties: { baton_key: 'k-2', ...common, hs_task_type: 'EMAIL' },
      },
    ]);
  });

  test('more than a batch go in pieces; nothing asked, nothing called', async () => {
    const { crm, seen } = await connect(withTasks([], echo), { limits: { batch: 2 } });
    const port = required(crm.tasks);
    const keys = ['a', 'b', 'c', 'd', 'e'];
    expect(
      (
        await port.upsert(
          keys.map((key) => task(key)),
          context,
        )
      ).map(({ key }) => key),
    ).toEqual(keys);
    expect(seen.filter(({ path }) => path.endsWith('/batch/upsert')).map((one) => inputsOf(one).length)).toEqual([2, 2, 1]);
    const before = seen.length;
    expect(await port.upsert([], context)).toEqual([]);
    expect(await port.read([], context)).toEqual([]);
    await port.close([], context);
    await port.remove([], context);
    expect(seen).toHaveLength(before);
  });

  test('results find their task by key or by trace, in any order; the unmentioned are not taken for saved', async () => {
    const saved = () =>
      batch(
        [{ ...object('92', {}), objectWriteTraceId: 'k-2' }, object('91', { baton_key: 'k-1' }), object('99', {})],
        [{ ...failed('VALIDATION_ERROR', []), context: { trace: ['k-3'] } }],
      );
    const { crm } = await connect(withTasks([], saved));
    const results = await required(crm.tasks).upsert(
      ['k-1', 'k-2', 'k-3', 'k-4'].map((key) => task(key)),
      context,
    );
    expect(results).toMatchObject([
      { key: 'k-1', state: 'saved', task: '91' },
      { key: 'k-2', state: 'saved', task: '92' },
      { key: 'k-3', state: 'failed', kind: 'invalid-request' },
      { key: 'k-4', state: 'failed', kind: 'unexpected-response' },
    ]);
    expect(JSON.stringify(results)).not.toContain('Jansen');
  });

  test('a contact that is gone fails its own task, an outage the whole call', async () => {
    const associations = (status: number): Answer => {
      const tasks = withTasks([], echo);
      return (seen) =>
        seen.path.includes('/contacts/404')
          ? { status, json: { category: 'X', message: 'Jansen' }, headers: { 'retry-after': '3' } }
          : tasks(seen);
    };
    const tasks = [task('k-1', { contact: '404', account: '900' }), task('k-2', { contact: '5' })];
    const gone = await connect(associations(404));
    expect(await required(gone.crm.tasks).upsert(tasks, context)).toMatchObject([
      { key: 'k-1', state: 'failed', kind: 'not-found' },
      { key: 'k-2', state: 'saved' },
    ]);
    expect(gone.seen.filter(({ method }) => method === 'PUT').map(({ path }) => path)).toEqual([
      '/crm/v4/objects/tasks/9-k-1/associations/default/contacts/404',
      '/crm/v4/objects/tasks/9-k-1/associations/default/companies/900',
      '/crm/v4/objects/tasks/9-k-2/associations/default/contacts/5',
    ]);
    const busy = await connect(associations(503));
    const error = await failureOf(required(busy.crm.tasks).upsert(tasks, context));
    expect([error.kind, error.retryAfterMs]).toEqual(['vendor-unavailable', 3000]);
  });

  test('states are read by id; every other status is open, a hidden one is an error', async () => {
    const results = [
      object('1', { hs_task_status: 'COMPLETED' }),
      object('2', { hs_task_status: 'WAITING' }),
      object('3', { hs_task_status: null }),
    ];
    const { crm } = await connect(() => batch(results, [failed('OBJECT_NOT_FOUND', ['4'])]));
    expect(await required(crm.tasks).read(['4', '3', '2', '1'], context)).toEqual([
      { task: '4', state: 'gone' },
      { task: '3', state: 'open' },
      { task: '2', state: 'open' },
      { task: '1', state: 'completed' },
    ]);
    const hidden = await connect(() => batch([object('1', {})]));
    expect((await failureOf(required(hidden.crm.tasks).read(['1'], context))).kind).toBe('forbidden');
  });

  test('closing and removing pass over what is gone, and over nothing else', async () => {
    const gone = await connect(() => batch([], [failed('OBJECT_NOT_FOUND', ['1'])]));
    await required(gone.crm.tasks).close(['1'], context);
    await required(gone.crm.tasks).remove(['1'], context);
    const locked = await connect(() => batch([], [failed('OBJECT_NOT_FOUND', ['1']), failed('FORBIDDEN', ['2'])]));
    expect((await failureOf(required(locked.crm.tasks).close(['1', '2'], context))).kind).toBe('forbidden');
    expect((await failureOf(required(locked.crm.tasks).remove(['1', '2'], context))).kind).toBe('forbidden');
  });

  test('are absent without a property that keeps them apart', async () => {
    expect((await connect(() => batch([]), { taskKeyProperty: null })).crm.tasks).toBeUndefined();
  });
});
