import { describe, expect, test } from 'vitest';
import { hubspot } from '../../../src/vendors/hubspot/index.js';
import type { CrmPort, OwnedRecord } from '../../../src/ports/crm.js';
import { failureOf, part, recordingTools, required, serve, type Answer, type Seen } from '../support.js';

const context = {};

async function connect(answer: Answer, settings: object = {}) {
  const server = await serve(answer);
  const recording = recordingTools();
  const crm = required(hubspot.crm?.({ token: 'pat-1', baseUrl: server.url, ...settings }, recording.tools));
  return { ...server, ...recording, crm };
}

const object = (id: string, properties: Record<string, string | null>) => ({
  id,
  properties,
  updatedAt: '2026-11-01T00:00:00.000Z',
});
const found = (results: readonly object[], total = results.length) => ({ json: { total, results } });
const batch = (results: readonly object[], errors: readonly object[] = []) => ({
  status: errors.length === 0 ? 200 : 207,
  json: { status: 'COMPLETE', results, ...(errors.length === 0 ? {} : { numErrors: errors.length, errors }) },
});

async function everything(crm: CrmPort, owner: string): Promise<OwnedRecord[]> {
  const records: OwnedRecord[] = [];
  for (let after: string | null = null; ;) {
    const page = await crm.owned({ recordType: 'companies', owner, after }, context);
    records.push(...page.records);
    if (page.next === null) return records;
    after = page.next;
  }
}

/** Answers a search as HubSpot does, refusing what lies past 10,000 results. */
function searchOver(count: number): Answer {
  return ({ body }: Seen) => {
    const after = /"GT","value":"(\d+)"/.exec(JSON.stringify(part(body, 'filterGroups')))?.[1] ?? '0';
    if (part(body, 'after') !== undefined)
      return { status: 400, json: { status: 'error', category: 'VALIDATION_ERROR', message: 'cap' } };
    const first = Number(after) + 1;
    const last = Math.min(first + Number(part(body, 'limit')) - 1, count);
    const results = Array.from({ length: last - first + 1 }, (_, index) =>
      object(String(first + index), { hubspot_owner_id: '1' }),
    );
    const paging = last < count ? { paging: { next: { after: String(results.length) } } } : {};
    return { json: { total: count - first + 1, results, ...paging } };
  };
}

describe('what somebody owns', () => {
  test('10,400 records are all found, past the cap of a search, and 10,000 cost exactly 50 searches', async () => {
    const many = await connect(searchOver(10_400));
    expect(new Set((await everything(many.crm, '1')).map(({ record }) => record)).size).toBe(10_400);
    const exact = await connect(searchOver(10_000));
    expect(await everything(exact.crm, '1')).toHaveLength(10_000);
    expect(exact.seen).toHaveLength(50);
    expect(exact.paced.every(([bucket, perSecond]) => bucket === 'search' && perSecond === 3.8)).toBe(true);
  });

  test('a user field counts like the owner field: one ownership for each', async () => {
    const results = [
      object('5', { hubspot_owner_id: '1', csm: '1', hs_object_id: '5' }),
      object('6', { hubspot_owner_id: '2', csm: '1' }),
      object('7', { hubspot_owner_id: '1', csm: null }),
    ];
    const { crm, seen } = await connect(() => found(results), { userFields: { companies: ['csm'] } });
    const { records } = await crm.owned({ recordType: 'companies', owner: '1', after: '4' }, context);
    expect(records.map(({ record, field, owner }) => [record, field, owner])).toEqual([
      ['5', 'hubspot_owner_id', '1'],
      ['5', 'csm', '1'],
      ['6', 'csm', '1'],
      ['7', 'hubspot_owner_id', '1'],
    ]);
    const beyond = { propertyName: 'hs_object_id', operator: 'GT', value: '4' };
    expect(part(seen[0]?.body, 'filterGroups')).toEqual([
      { filters: [{ propertyName: 'hubspot_owner_id', operator: 'EQ', value: '1' }, beyond] },
      { filters: [{ propertyName: 'csm', operator: 'EQ', value: '1' }, beyond] },
    ]);
  });

  test('pages out of order or empty before the end would lose records, so they are refused', async () => {
    const one = (id: string) => object(id, { hubspot_owner_id: '1' });
    for (const answer of [found([one('9'), one('8')]), found([one('3')]), found([], 5), found([one('x')])]) {
      const { crm } = await connect(() => answer);
      expect((await failureOf(crm.owned({ recordType: 'companies', owner: '1', after: '4' }, context))).kind).toBe(
        'unexpected-response',
      );
    }
  });

  test('an answer without the owner property is refused instead of read as "owns nothing"', async () => {
    const { crm } = await connect(() => found([object('5', { name: 'x' })]));
    expect((await failureOf(crm.owned({ recordType: 'companies', owner: '1', after: null }, context))).kind).toBe(
      'unexpected-response',
    );
  });

  test('deals bring value, close, state, activity and their primary company', async () => {
    const deals = [
      object('5', {
        hubspot_owner_id: '1',
        amount: '1200.5',
        closedate: '2026-12-31T22:00:00Z',
        hs_is_closed: 'false',
        notes_last_updated: '1795356000000',
      }),
      object('6', { hubspot_owner_id: '1', amount: null, closedate: null, hs_is_closed: 'true', notes_last_updated: '' }),
      object('7', { hubspot_owner_id: '1', amount: '', hs_is_closed: null }),
    ];
    const companies = [
      {
        from: { id: '5' },
        to: [
          { toObjectId: 900, associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 341 }] },
          { toObjectId: 901, associationTypes: [{ typeId: 5 }] },
        ],
      },
      { from: { id: '6' }, to: [{ toObjectId: '902', associationTypes: [{ typeId: 341 }] }] },
    ];
    const none = {
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
      message: 'none',
      context: { fromObjectId: ['7'] },
    };
    const { crm, seen } = await connect(({ path }) => (path.endsWith('/search') ? found(deals) : batch(companies, [none])));
    const { records } = await crm.owned({ recordType: 'deals', owner: '1', after: null }, context);
    expect(records).toMatchObject([
      {
        record: '5',
        account: '901',
        value: 1200.5,
        closesOn: '2026-12-31',
        open: true,
        lastActivity: '2026-11-22T14:00:00.000Z',
      },
      { record: '6', account: '902', value: null, closesOn: null, open: false, lastActivity: null },
      { record: '7', account: null, value: null, open: true },
    ]);
    expect(seen[1]).toMatchObject({
      path: '/crm/v4/associations/deals/companies/batch/read',
      body: { inputs: [{ id: '5' }, { id: '6' }, { id: '7' }] },
    });
  });

  test('a deal whose company could not be told fails the page: it would be handed over apart from its account', async () => {
    const error = { status: 'error', category: 'INTERNAL_ERROR', message: 'x', context: { ids: ['5'] } };
    const { crm } = await connect(({ path }) =>
      path.endsWith('/search') ? found([object('5', { hubspot_owner_id: '1' })]) : batch([], [error]),
    );
    expect((await failureOf(crm.owned({ recordType: 'deals', owner: '1', after: null }, context))).kind).toBe(
      'vendor-unavailable',
    );
  });

  test('contacts hang on their associated company; no page, no call for associations', async () => {
    const contacts = [
      object('5', { hubspot_owner_id: '1', associatedcompanyid: '900' }),
      object('6', { hubspot_owner_id: '1', associatedcompanyid: '' }),
    ];
    const one = await connect(() => found(contacts));
    const { records } = await one.crm.owned({ recordType: 'contacts', owner: '1', after: null }, context);
    expect(records.map(({ account }) => account)).toEqual(['900', null]);
    const empty = await connect(() => found([]));
    expect(await empty.crm.owned({ recordType: 'tickets', owner: '1', after: null }, context)).toEqual({
      records: [],
      next: null,
    });
    expect(empty.seen).toHaveLength(1);
  });
});

describe('reading', () => {
  const fields = [
    { record: '5', field: 'hubspot_owner_id' },
    { record: '5', field: 'csm' },
    { record: '6', field: 'hubspot_owner_id' },
    { record: '7', field: 'hubspot_owner_id' },
  ];

  test('one call with distinct records; empty, hidden, failed and unmentioned are told apart', async () => {
    const errors = [{ status: 'error', category: 'FORBIDDEN', message: 'x', context: { ids: ['6'] } }];
    const { crm, seen } = await connect(() => batch([object('5', { hubspot_owner_id: '' })], errors));
    expect(await crm.read({ recordType: 'companies', fields }, context)).toMatchObject([
      { record: '5', field: 'hubspot_owner_id', state: 'present', owner: null },
      { record: '5', field: 'csm', state: 'failed', kind: 'forbidden' },
      { record: '6', state: 'failed', kind: 'forbidden' },
      { record: '7', state: 'failed', kind: 'unexpected-response' },
    ]);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.body).toMatchObject({
      inputs: [{ id: '5' }, { id: '6' }, { id: '7' }],
      properties: ['hubspot_owner_id', 'csm'],
    });
  });

  test('a record that answers under another id was merged: the old one is gone', async () => {
    const { crm } = await connect(() => batch([object('99', { hubspot_owner_id: '1' })]));
    expect(
      await crm.read({ recordType: 'companies', fields: [{ record: '5', field: 'hubspot_owner_id' }] }, context),
    ).toMatchObject([{ state: 'gone' }]);
  });

  test('nothing asked, nothing called', async () => {
    const { crm, seen } = await connect(() => batch([]));
    expect(await crm.read({ recordType: 'companies', fields: [] }, context)).toEqual([]);
    expect(await crm.write({ recordType: 'companies', changes: [] }, context)).toEqual([]);
    expect(seen).toEqual([]);
  });
});

describe('writing', () => {
  const change = (record: string, field = 'hubspot_owner_id') => ({ record, field, to: '2', key: `key-${record}-${field}` });

  test('fields of one record go as one input with a key known before the call', async () => {
    const { crm, seen } = await connect(() => batch([object('5', {}), object('6', {})]));
    const changes = [change('5'), change('6'), change('5', 'csm')];
    expect(await crm.write({ recordType: 'companies', changes }, context)).toEqual([
      { record: '5', field: 'hubspot_owner_id', state: 'accepted' },
      { record: '6', field: 'hubspot_owner_id', state: 'accepted' },
      { record: '5', field: 'csm', state: 'accepted' },
    ]);
    expect(seen[0]?.body).toEqual({
      inputs: [
        { id: '5', properties: { hubspot_owner_id: '2', csm: '2' }, objectWriteTraceId: 'key-5-hubspot_owner_id' },
        { id: '6', properties: { hubspot_owner_id: '2' }, objectWriteTraceId: 'key-6-hubspot_owner_id' },
      ],
    });
  });

  test('errors find their record by ids or by trace; a value that looks like an id blames nobody; the unmentioned are not taken for written', async () => {
    const errors = [
      { status: 'error', category: 'CONFLICT', message: 'Jansen', context: { ids: ['5'] } },
      { status: 'error', category: 'RATE_LIMITS', message: 'x', context: { trace: ['key-6-hubspot_owner_id'] } },
      {
        status: 'error',
        category: 'VALIDATION_ERROR',
        message: 'x',
        context: { value: ['7'], propertyName: ['hubspot_owner_id'] },
      },
      { status: 'error', category: 'Jan Jansen', message: 'x', context: { ids: ['9'] } },
      { status: 'error', category: 'VALIDATION_ERROR', message: 'x', context: 'nonsense' },
    ];
    const { crm } = await connect(() => batch([object('7', {})], errors));
    const results = await crm.write(
      { recordType: 'companies', changes: ['5', '6', '7', '8', '9'].map((id) => change(id)) },
      context,
    );
    expect(results).toMatchObject([
      { record: '5', state: 'failed', kind: 'conflict', message: 'HubSpot refused the record (CONFLICT)' },
      { record: '6', state: 'failed', kind: 'rate-limited' },
      { record: '7', state: 'accepted' },
      { record: '8', state: 'failed', kind: 'unexpected-response' },
      { record: '9', state: 'failed', kind: 'unexpected-response' },
    ]);
    expect(JSON.stringify(results)).not.toContain('Jansen');
  });
});

describe('limits', () => {
  const limited = (policyName?: string) => ({
    status: 429,
    json: { status: 'error', message: 'x', errorType: 'RATE_LIMIT', policyName },
  });
  test.each([
    ['SECONDLY', 1000],
    ['TEN_SECONDLY_ROLLING', 10_000],
    ['DAILY', 3_600_000],
    [undefined, 10_000],
  ])('the %s limit waits %i ms without Retry-After', async (policyName, retryAfterMs) => {
    const { crm } = await connect(() => limited(policyName));
    expect(await failureOf(crm.users(context))).toMatchObject({ kind: 'rate-limited', retryAfterMs });
  });

  test('Retry-After comes first; locked and migrating are busy, not wrong', async () => {
    const told = await connect(() => ({ ...limited('DAILY'), headers: { 'retry-after': '2' } }));
    expect(await failureOf(told.crm.users(context))).toMatchObject({ retryAfterMs: 2000 });
    for (const status of [423, 477]) {
      const { crm } = await connect(() => ({ status, json: {} }));
      expect((await failureOf(crm.users(context))).kind).toBe('vendor-unavailable');
    }
  });

  test('calls are paced below 11 a second and 110 in ten; unlimited where configured', async () => {
    const { crm, paced } = await connect(() => batch([]));
    await crm.read({ recordType: 'companies', fields: [{ record: '5', field: 'x' }] }, context);
    expect(paced).toEqual([['calls', 11 * 0.95]]);
    const free = await connect(() => batch([]), { limits: { perSecond: null } });
    await free.crm.read({ recordType: 'companies', fields: [{ record: '5', field: 'x' }] }, context);
    expect(free.paced).toEqual([['calls', null]]);
  });
});

test('date-versioned paths are configuration', async () => {
  const { crm, seen } = await connect(() => found([]), { paths: { objects: '/crm/objects/2026-09' } });
  await crm.countAccounts('1', context);
  expect(seen[0]?.path).toBe('/crm/objects/2026-09/companies/search');
});

describe('check', () => {
  const scopes = ['owners', 'companies', 'contacts', 'deals'].flatMap((type) => [
    `crm.objects.${type}.read`,
    `crm.objects.${type}.write`,
  ]);
  const answer =
    (info: object, status = 200): Answer =>
    ({ path }) => {
      if (path.includes('access-token-info')) return { status, json: info };
      if (path.endsWith('/owners')) return { json: { results: [] } };
      if (path.endsWith('/csm')) return { json: { name: 'csm', modificationMetadata: { readOnlyValue: false } } };
      if (path.endsWith('/baton_key')) return { json: { name: 'baton_key', hasUniqueValue: true } };
      if (path.endsWith('/shared_key')) return { json: { name: 'shared_key', hasUniqueValue: false } };
      if (/\/properties\/contacts\/(hs_|notes_|jobtitle)/.test(path)) return { json: { name: 'known' } };
      if (path.endsWith('/calculated')) return { json: { name: 'calculated', modificationMetadata: { readOnlyValue: true } } };
      return path.endsWith('/search') ? found([]) : { status: 404, json: { category: 'OBJECT_NOT_FOUND' } };
    };

  test('names each missing scope and what to do', async () => {
    const { crm } = await connect(answer({ scopes: scopes.filter((scope) => scope !== 'crm.objects.companies.write') }));
    expect((await crm.check(context)).filter(({ ok }) => !ok)).toMatchObject([
      { id: 'conn/permissions/companies.write', fix: expect.stringContaining('crm.objects.companies.write') },
      { id: 'conn/permissions/tickets.read' },
      { id: 'conn/permissions/tickets.write' },
    ]);
    const enough = await connect(answer({ scopes: [...scopes, 'tickets'] }));
    expect((await enough.crm.check(context)).every(({ ok }) => ok)).toBe(true);
  });

  test('where HubSpot does not tell the scopes, reads are tried, writes are a warning, nothing is written', async () => {
    const { crm, seen } = await connect(answer({}, 404), { recordTypes: ['companies'] });
    const checks = (await crm.check(context)).filter(({ id }) => !id.startsWith('conn/fields/'));
    expect(checks.map(({ id, ok, warning }) => [id, ok, warning])).toEqual([
      ['conn/reachability/api', true, undefined],
      ['conn/permissions/owners.read', true, undefined],
      ['conn/permissions/companies.read', true, undefined],
      ['conn/permissions/companies.write', true, true],
      ['conn/permissions/tasks.read', true, undefined],
      ['conn/permissions/tasks.write', true, true],
    ]);
    expect(seen.some(({ path }) => path.includes('/batch/'))).toBe(false);
  });

  test('configured user fields have to exist and be writable', async () => {
    const { crm } = await connect(answer({ scopes: [...scopes, 'tickets'] }), {
      userFields: { companies: ['csm', 'calculated', 'typo'] },
    });
    const fields = (await crm.check(context)).filter(({ id }) => id.startsWith('conn/fields/companies.'));
    expect(fields.map(({ id, ok }) => [id, ok])).toEqual([
      ['conn/fields/companies.csm', true],
      ['conn/fields/companies.calculated', false],
      ['conn/fields/companies.typo', false],
    ]);
  });

  const findings = async (settings: object) => {
    const { crm } = await connect(answer({ scopes: [...scopes, 'tickets'] }), settings);
    return new Map((await crm.check(context)).map((check) => [check.id, check]));
  };

  test('without the unique property of tasks it gives the lines that create it; one that is not unique would make doubles', async () => {
    const missing = (await findings({ taskKeyProperty: 'my_key' })).get('conn/fields/tasks.my_key');
    expect(missing).toMatchObject({ ok: false, fix: expect.stringContaining('/crm/v3/properties/tasks') });
    const shape: unknown = JSON.parse(/-d '(.*)'/.exec(missing?.fix ?? '')?.[1] ?? 'null');
    expect(shape).toMatchObject({ name: 'my_key', type: 'string', hasUniqueValue: true });
    expect((await findings({})).get('conn/fields/tasks.baton_key')).toMatchObject({ ok: true });
    expect((await findings({ taskKeyProperty: 'shared_key' })).get('conn/fields/tasks.shared_key')).toMatchObject({ ok: false });
    expect([...(await findings({ taskKeyProperty: null })).keys()].filter((id) => id.includes('tasks'))).toEqual([]);
  });

  test('a refusal that could not be kept is an error, a language that cannot be read is a warning', async () => {
    const found = await findings({ contactProperties: { doNotContact: 'calculated', language: 'taal' } });
    expect(found.get('conn/fields/contacts.calculated')).toMatchObject({ ok: false });
    expect(found.get('conn/fields/contacts.taal')).toMatchObject({ ok: true, warning: true });
    expect(found.get('conn/fields/contacts.hs_timezone')).toMatchObject({ ok: true });
  });
});
