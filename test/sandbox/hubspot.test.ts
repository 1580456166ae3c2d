import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Bench, leaverOf, ledgerOf, openBench, ownedBy, shapes } from './support.js';

const small = { people: 10, accountsPerPerson: 4 };

async function successorOf(bench: Bench): Promise<string> {
  const { hubspot } = await leaverOf(bench);
  const { people } = shapes.people.parse((await bench.control('GET', '/_world/people')).json);
  return people.find((person) => person.hubspot !== null && person.hubspot !== hubspot)?.hubspot ?? '';
}

function give(ids: readonly string[], owner: string): object {
  return { inputs: ids.map((id) => ({ id, properties: { hubspot_owner_id: owner }, objectWriteTraceId: `trace-${id}` })) };
}

const update = '/crm/v3/objects/companies/batch/update';
const search = '/crm/v3/objects/companies/search';

describe('search', () => {
  it('refuses to page past 10,000 results but serves them by a growing id, so a large leaver loses no account', async () => {
    const bench = await openBench({
      world: { people: 2, accountsPerPerson: 0, leaver: { accounts: 10_450, contacts: 0, deals: 0, tickets: 0 } },
    });
    const { hubspot } = await leaverOf(bench);
    const filterGroups = [{ filters: [{ propertyName: 'hubspot_owner_id', operator: 'EQ', value: hubspot }] }];
    const last = shapes.search.parse((await bench.hubspot('POST', search, { filterGroups, limit: 200, after: '9800' })).json);
    expect(last).toMatchObject({ total: 10_450, paging: { next: { after: '10000' } } });
    const past = await bench.hubspot('POST', search, { filterGroups, limit: 200, after: '10000' });
    expect(past.status).toBe(400);
    expect(past.json).toMatchObject({ status: 'error', category: 'VALIDATION_ERROR' });
    const ids = await ownedBy(bench, 'companies', hubspot);
    expect(new Set(ids).size).toBe(10_450);
  }, 30_000);

  it('joins groups by OR and filters by AND, and knows every operator', async () => {
    const bench = await openBench({ world: small });
    const total = async (...groups: object[][]): Promise<number> => {
      const answer = await bench.hubspot('POST', search, { filterGroups: groups.map((filters) => ({ filters })) });
      return shapes.search.parse(answer.json).total;
    };
    const all = await total();
    const has = await total([{ propertyName: 'account_manager', operator: 'HAS_PROPERTY' }]);
    const hasNot = await total([{ propertyName: 'account_manager', operator: 'NOT_HAS_PROPERTY' }]);
    expect(has).toBeGreaterThan(0);
    expect(has + hasNot).toBe(all);
    const { hubspot } = await leaverOf(bench);
    const own = { propertyName: 'hubspot_owner_id', operator: 'EQ', value: hubspot };
    const managed = { propertyName: 'account_manager', operator: 'EQ', value: hubspot };
    expect(await total([own], [managed])).toBe((await total([own])) + (await total([managed])));
    expect(await total([own, managed])).toBe(0);
    expect(await total([{ ...own, operator: 'IN', value: undefined, values: [hubspot] }])).toBe(4);
    expect(await total([{ ...own, operator: 'NEQ' }])).toBe(all - 4);
    expect(await total([{ ...own, operator: 'NOT_IN', value: undefined, values: [hubspot] }])).toBe(all - 4);
    const revenue = (operator: string, value: string, highValue?: string): object => ({
      propertyName: 'annualrevenue',
      operator,
      value,
      highValue,
    });
    expect((await total([revenue('LT', '9000000')])) + (await total([revenue('GTE', '9000000')]))).toBe(all);
    expect(await total([revenue('BETWEEN', '0', '99000000')])).toBe(all);
  });

  it('names an unknown property instead of finding nothing', async () => {
    const bench = await openBench({ world: small });
    const filters = [{ propertyName: 'hubspot_owner', operator: 'EQ', value: '1' }];
    const answer = await bench.hubspot('POST', search, { filterGroups: [{ filters }] });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ errors: [{ code: 'PROPERTY_DOESNT_EXIST' }] });
  });

  it('lags behind writes when told to, so that a verification by search is caught', async () => {
    const bench = await openBench({ world: small });
    await bench.control('PUT', '/_limits', {
      hubspot: { searchPerSecond: null, perSecond: null, perTenSeconds: null, searchLagMs: 400 },
    });
    const { hubspot } = await leaverOf(bench);
    const successor = await successorOf(bench);
    const ids = await ownedBy(bench, 'companies', hubspot);
    await bench.hubspot('POST', update, give(ids, successor));
    expect(await ownedBy(bench, 'companies', hubspot)).toEqual(ids);
    const read = await bench.hubspot('POST', '/crm/v3/objects/companies/batch/read', {
      inputs: ids.map((id) => ({ id })),
      properties: ['hubspot_owner_id'],
    });
    for (const record of shapes.batch.parse(read.json).results) expect(record.properties['hubspot_owner_id']).toBe(successor);
    await sleep(450);
    expect(await ownedBy(bench, 'companies', hubspot)).toEqual([]);
  });
});

describe('writes', () => {
  it('put every effective change in the ledger with its key, and no other', async () => {
    const bench = await openBench({ world: small });
    const { hubspot } = await leaverOf(bench);
    const successor = await successorOf(bench);
    const ids = await ownedBy(bench, 'companies', hubspot);
    const before = shapes.record.parse((await bench.hubspot('GET', `/crm/v3/objects/companies/${ids[0] ?? ''}`)).json);
    expect((await bench.hubspot('POST', update, give(ids, successor))).status).toBe(200);
    expect((await bench.hubspot('POST', update, give(ids, successor))).status).toBe(200);
    const entries = await ledgerOf(bench);
    expect(entries).toHaveLength(4);
    const common = {
      vendor: 'hubspot',
      by: 'baton',
      op: 'update',
      type: 'companies',
      field: 'hubspot_owner_id',
      from: hubspot,
      to: successor,
    };
    expect(entries[0]).toMatchObject({ seq: 1, ...common, record: ids[0], key: `trace-${ids[0] ?? ''}` });
    expect(shapes.calls.parse((await bench.control('GET', '/_calls')).json).withoutEffect).toBe(4);
    const after = shapes.record.parse((await bench.hubspot('GET', `/crm/v3/objects/companies/${ids[0] ?? ''}`)).json);
    expect(after.properties['hs_lastmodifieddate']).not.toBe(before.properties['hs_lastmodifieddate']);
  });

  it('tell a human from Baton, and answer 401 in the vendor’s shape to anybody else', async () => {
    const bench = await openBench({ world: small });
    const [id = ''] = await ownedBy(bench, 'companies', (await leaverOf(bench)).hubspot);
    await bench.hubspot('PATCH', `/crm/v3/objects/companies/${id}`, { properties: { hubspot_owner_id: '' } }, 'sandbox-human');
    expect(await ledgerOf(bench, '&by=human')).toMatchObject([{ by: 'human', to: null, key: null }]);
    expect(await ledgerOf(bench, '&by=baton')).toEqual([]);
    const stranger = await bench.hubspot('GET', '/crm/v3/owners', undefined, 'guessed');
    expect(stranger.status).toBe(401);
    expect(stranger.json).toMatchObject({ status: 'error', category: 'INVALID_AUTHENTICATION' });
  });

  it('answer 207 for the records that fail and write the others', async () => {
    const bench = await openBench({ world: small });
    const ids = await ownedBy(bench, 'companies', (await leaverOf(bench)).hubspot);
    const successor = await successorOf(bench);
    const archived = (await bench.hubspot('GET', '/crm/v3/owners?archived=true')).text.match(/"id":"(\d+)"/)?.[1] ?? '';
    const inputs = [
      { id: ids[0], properties: { hubspot_owner_id: successor } },
      { id: '599999999', properties: { hubspot_owner_id: successor }, objectWriteTraceId: 'missing' },
      { id: ids[1], properties: { hubspot_owner_id: archived }, objectWriteTraceId: 'archived' },
      { id: ids[2], properties: { account_manager: '42' } },
    ];
    const answer = await bench.hubspot('POST', update, { inputs });
    expect(answer.status).toBe(207);
    const batch = shapes.batch.parse(answer.json);
    expect(batch.results.map((record) => record.id)).toEqual([ids[0]]);
    expect(batch.numErrors).toBe(3);
    expect(batch.errors?.[0]).toMatchObject({
      category: 'OBJECT_NOT_FOUND',
      context: { ids: ['599999999'], objectWriteTraceId: ['missing'] },
    });
    expect(batch.errors?.[1]?.message).toContain('INVALID_OWNER_ID');
    expect(batch.errors?.[2]).toMatchObject({ category: 'VALIDATION_ERROR', context: { ids: [ids[2]] } });
    expect(await ledgerOf(bench)).toHaveLength(1);
  });

  it('refuse a whole batch with a doubled id, an unknown or a read-only property, or more than 100 inputs', async () => {
    const bench = await openBench({ world: small });
    const [id = ''] = await ownedBy(bench, 'companies', (await leaverOf(bench)).hubspot);
    const bodies = [
      give([id, id], '1001'),
      { inputs: [{ id, properties: { hubspot_owner: '1001' } }] },
      { inputs: [{ id, properties: { hs_object_id: '1' } }] },
      give(
        Array.from({ length: 101 }, (_, index) => String(500_000_001 + index)),
        '1001',
      ),
    ];
    const texts: string[] = [];
    for (const body of bodies) {
      const answer = await bench.hubspot('POST', update, body);
      expect(answer.status).toBe(400);
      texts.push(answer.text);
    }
    expect(texts[0]).toContain('Duplicate IDs');
    expect(texts[1]).toContain('PROPERTY_DOESNT_EXIST');
    expect(texts[2]).toContain('READ_ONLY_VALUE');
    expect(await ledgerOf(bench)).toEqual([]);
  });

  it('create a task once for one key and associate it once, so that a retry makes no second task', async () => {
    const bench = await openBench({ world: small });
    const [company = ''] = await ownedBy(bench, 'companies', (await leaverOf(bench)).hubspot);
    const inputs = [
      { id: 'intro-1', idProperty: 'own_key', properties: { hs_timestamp: '2026-12-01T09:00:00Z', hs_task_subject: 'Call' } },
    ];
    const upsert = '/crm/v3/objects/tasks/batch/upsert';
    expect((await bench.hubspot('POST', upsert, { inputs })).status).toBe(400);
    const definition = {
      name: 'own_key',
      label: 'Own key',
      type: 'string',
      fieldType: 'text',
      groupName: 'task',
      hasUniqueValue: true,
    };
    expect((await bench.hubspot('POST', '/crm/v3/properties/tasks', definition)).status).toBe(201);
    expect((await bench.hubspot('POST', '/crm/v3/properties/tasks', definition)).status).toBe(409);
    const first = shapes.batch.parse((await bench.hubspot('POST', upsert, { inputs })).json).results[0];
    const second = shapes.batch.parse((await bench.hubspot('POST', upsert, { inputs })).json).results[0];
    expect([first?.new, second?.new, second?.id]).toEqual([true, false, first?.id]);
    const link = `/crm/v4/objects/tasks/${first?.id ?? ''}/associations/default/companies/${company}`;
    expect((await bench.hubspot('PUT', link)).status).toBe(200);
    expect((await bench.hubspot('PUT', link)).status).toBe(200);
    const listed = await bench.hubspot('GET', `/crm/v4/objects/tasks/${first?.id ?? ''}/associations/companies`);
    expect(listed.json).toEqual({
      results: [{ toObjectId: Number(company), associationTypes: [{ category: 'HUBSPOT_DEFINED', typeId: 192, label: null }] }],
    });
    const entries = await ledgerOf(bench, '&type=tasks');
    expect(entries.map((entry) => [entry.op, entry.key])).toEqual([
      ['create', 'intro-1'],
      ['associate', null],
    ]);
  });

  it('refuse a task without a due time, and take one with its association in a single call', async () => {
    const bench = await openBench({ world: small });
    const [company = ''] = await ownedBy(bench, 'companies', (await leaverOf(bench)).hubspot);
    const path = '/crm/v3/objects/tasks';
    expect((await bench.hubspot('POST', path, { properties: { hs_task_subject: 'x' } })).status).toBe(400);
    const types = [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 192 }];
    const body = {
      properties: { hs_timestamp: '1796115600000', hs_task_status: 'NOT_STARTED' },
      associations: [{ to: { id: company }, types }],
    };
    const created = await bench.hubspot('POST', path, body);
    expect(created.status).toBe(201);
    expect(shapes.record.parse(created.json).properties['hs_timestamp']).toBe('2026-12-01T09:00:00.000Z');
    const wrong = {
      ...body,
      associations: [{ to: { id: company }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 200 }] }],
    };
    expect((await bench.hubspot('POST', path, wrong)).status).toBe(404);
  });
});

describe('archiving', () => {
  it('takes a batch away without a body, once in the ledger, and frees the unique key for another task', async () => {
    const bench = await openBench({ world: small });
    const properties = { hs_timestamp: '2026-12-01T09:00:00Z', hs_task_subject: 'Call' };
    const upsert = async () => {
      const inputs = [{ id: 'intro-1', idProperty: 'baton_key', properties }];
      return shapes.batch.parse((await bench.hubspot('POST', '/crm/v3/objects/tasks/batch/upsert', { inputs })).json).results[0];
    };
    const first = await upsert();
    for (const _again of [1, 2]) {
      const inputs = [{ id: first?.id }, { id: '999999999' }];
      const answer = await bench.hubspot('POST', '/crm/v3/objects/tasks/batch/archive', { inputs });
      expect([answer.status, answer.text]).toEqual([204, '']);
    }
    const second = await upsert();
    expect([first?.new, second?.new, second?.id === first?.id]).toEqual([true, true, false]);
    expect((await ledgerOf(bench, '&type=tasks')).map(({ op }) => op)).toEqual(['create', 'delete', 'create']);
  });
});

describe('contacts', () => {
  it('are listed page by page, each once, without those that were archived', async () => {
    const bench = await openBench({ world: { people: 5, accountsPerPerson: 5, contactsPerAccount: 3 } });
    await bench.hubspot('DELETE', '/crm/v3/objects/contacts/600000002');
    const ids: string[] = [];
    let pages = 0;
    for (let after: string | undefined = '0'; after !== undefined; pages += 1) {
      const answer = await bench.hubspot('GET', `/crm/v3/objects/contacts?limit=20&after=${after}&properties=email,hs_language`);
      const page = shapes.list.parse(answer.json);
      for (const { properties } of page.results) expect(properties['email']).toContain('@');
      ids.push(...page.results.map(({ id }) => id));
      after = page.paging?.next.after;
    }
    const { contacts } = shapes.world.parse((await bench.control('GET', '/_world')).json).counts;
    expect(pages).toBe(Math.ceil(contacts / 20));
    expect(new Set(ids).size).toBe(contacts);
    expect(ids).not.toContain('600000002');
    expect((await bench.hubspot('GET', '/crm/v3/objects/contacts?limit=101')).status).toBe(400);
  });

  it('are created or found by their e-mail address, in any case of its letters', async () => {
    const bench = await openBench({ world: small });
    const upsert = async (id: string, lastname: string) => {
      const inputs = [{ id, idProperty: 'email', properties: { lastname }, objectWriteTraceId: 'alumni-1' }];
      return shapes.batch.parse((await bench.hubspot('POST', '/crm/v3/objects/contacts/batch/upsert', { inputs })).json)
        .results[0];
    };
    const made = await upsert('new.person@home.example', 'One');
    expect([made?.new, (await upsert('new.person@home.example', 'Two'))?.id]).toEqual([true, made?.id]);
    expect((await ledgerOf(bench, '&type=contacts')).map(({ op, key }) => [op, key])).toEqual([
      ['create', 'alumni-1'],
      ['update', 'alumni-1'],
    ]);
    const seeded = shapes.record.parse((await bench.hubspot('GET', '/crm/v3/objects/contacts/600000001')).json);
    expect((await upsert((seeded.properties['email'] ?? '').toUpperCase(), 'X'))?.id).toBe('600000001');
  });

  it('take a refusal as true or false and nothing else', async () => {
    const bench = await openBench({ world: small });
    const set = (value: string) =>
      bench.hubspot('PATCH', '/crm/v3/objects/contacts/600000001', { properties: { do_not_contact: value } });
    expect((await set('yes')).status).toBe(400);
    expect((await set('true')).status).toBe(200);
    expect(await ledgerOf(bench)).toMatchObject([{ field: 'do_not_contact', from: null, to: 'true' }]);
  });
});

describe('reading', () => {
  it('finds contacts of companies in one call, and says which have none', async () => {
    const bench = await openBench({ world: { people: 5, accountsPerPerson: 1, contactsPerAccount: 3 } });
    const [company = ''] = await ownedBy(bench, 'companies', (await leaverOf(bench)).hubspot);
    const answer = await bench.hubspot('POST', '/crm/v4/associations/companies/contacts/batch/read', {
      inputs: [{ id: company }, { id: '1' }],
    });
    expect(answer.status).toBe(207);
    expect(answer.json).toMatchObject({
      results: [{ from: { id: company }, to: [{ toObjectId: 600_000_007 }, {}, {}] }],
      numErrors: 1,
      errors: [{ context: { fromObjectId: ['1'] } }],
    });
    const contact = await bench.hubspot('GET', '/crm/v3/objects/contacts/600000007?properties=email,associatedcompanyid');
    expect(shapes.record.parse(contact.json).properties['associatedcompanyid']).toBe(company);
    const email = shapes.record.parse(contact.json).properties['email'] ?? '';
    const byEmail = await bench.hubspot('GET', `/crm/v3/objects/contacts/${email}?idProperty=email`);
    expect(shapes.record.parse(byEmail.json).id).toBe('600000007');
  });

  it('answers 207 for what is missing or archived, and 404 for it alone', async () => {
    const bench = await openBench({ world: small });
    const [first = '', second = ''] = await ownedBy(bench, 'companies', (await leaverOf(bench)).hubspot);
    expect((await bench.hubspot('DELETE', `/crm/v3/objects/companies/${first}`, undefined, 'sandbox-human')).status).toBe(204);
    const answer = await bench.hubspot('POST', '/crm/v3/objects/companies/batch/read', {
      inputs: [{ id: first }, { id: second }],
    });
    expect(answer.status).toBe(207);
    expect(shapes.batch.parse(answer.json)).toMatchObject({
      results: [{ id: second }],
      errors: [{ category: 'OBJECT_NOT_FOUND', context: { ids: [first] } }],
    });
    expect((await bench.hubspot('GET', `/crm/v3/objects/companies/${first}`)).status).toBe(404);
    expect(await ownedBy(bench, 'companies', (await leaverOf(bench)).hubspot)).not.toContain(first);
  });

  it('says what a token may do, for the start-up check', async () => {
    const bench = await openBench({ world: small });
    const answer = await bench.hubspot('POST', '/oauth/v2/private-apps/get/access-token-info', { tokenKey: 'sandbox-baton' });
    expect(answer.json).toMatchObject({ hubId: 7_400_001 });
    expect(answer.text).toContain('crm.objects.companies.write');
    expect((await bench.hubspot('GET', '/account-info/v3/details')).json).toMatchObject({
      portalId: 7_400_001,
      timeZone: 'Europe/Amsterdam',
    });
  });
});
