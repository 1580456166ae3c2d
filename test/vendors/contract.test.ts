import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { CrmContacts, CrmPort, CrmTasks, OwnedRecord } from '../../src/ports/crm.js';
import type { HrisPort } from '../../src/ports/hris.js';
import type { VendorDefinition, WebhookRequest } from '../../src/ports/vendor.js';
import { findVendor, vendors } from '../../src/vendors/registry.js';
import { fixtures, type VendorFixture } from './fixtures.js';
import { failureOf, recordingTools, required, serve, type Answer, type Reply } from './support.js';

const context = {};

describe('the registry', () => {
  test('holds each name once, finds it, and every vendor has fixtures', () => {
    const names = vendors.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.map((name) => findVendor(name)?.name)).toEqual(names);
    expect(Object.keys(fixtures).sort()).toEqual([...names].sort());
  });

  test.each(vendors)('$name: settings have a JSON Schema, refuse a typo, and stay what they are when read twice', (vendor) => {
    expect(z.toJSONSchema(vendor.config, { io: 'input' })).toMatchObject({ type: 'object' });
    const settings = required(fixtures[vendor.name]).settings('http://127.0.0.1:1');
    const once = vendor.config.parse(settings);
    expect(vendor.config.parse(once)).toEqual(once);
    expect(vendor.config.safeParse({ ...settings, tokne: 'x' }).success).toBe(false);
  });
});

/** What goes wrong on every vendor's side alike, and what Baton calls it. */
const faults: [string, Reply, string, number | undefined][] = [
  ['429 with seconds', { status: 429, raw: '', headers: { 'retry-after': '7' } }, 'rate-limited', 7000],
  ['401', { status: 401, raw: '' }, 'unauthorized', undefined],
  ['409', { status: 409, json: { message: 'Jansen' } }, 'conflict', undefined],
  ['400', { status: 400, json: { error: { code: 'BadRequest', message: 'Jansen' } } }, 'invalid-request', undefined],
  ['500', { status: 500, raw: '<h1>Jansen</h1>' }, 'vendor-unavailable', undefined],
  ['503 with Retry-After', { status: 503, raw: '', headers: { 'retry-after': '30' } }, 'vendor-unavailable', 30_000],
  ['a redirect', { status: 302, raw: '', headers: { location: 'http://127.0.0.1:1/login' } }, 'unexpected-response', undefined],
  ['HTML', { raw: '<!doctype html><title>Jansen</title>' }, 'unexpected-response', undefined],
  ['truncated JSON', { raw: '{"id":"8","total":1,"data":[{"fir' }, 'unexpected-response', undefined],
  ['a cut connection', { cut: '{"id":"8",' }, 'unexpected-response', undefined],
  ['wrong types', { json: { id: { a: 1 }, data: 'x', employees: 7, total: 'x', results: 5 } }, 'unexpected-response', undefined],
  ['a bare text', { json: 'Jansen' }, 'unexpected-response', undefined],
];

const hrisCalls = (hris: HrisPort, record: string): [string, () => Promise<unknown>][] => [
  ['readEmployment', () => hris.readEmployment(record, context)],
  ['directory', () => all(hris.directory(context))],
  ['changedSince', () => hris.changedSince('2026-11-01T00:00:00Z', context)],
  ['endingSoon', () => hris.endingSoon(context)],
];

const crmCalls = (crm: CrmPort, fixture: NonNullable<VendorFixture['crm']>): [string, () => Promise<unknown>][] => {
  const { recordType, owner, field, records } = fixture;
  const fields = records.slice(0, 2).map((record) => ({ record, field }));
  const changes = fields.map((one, index) => ({ ...one, to: '1002', key: `key-${String(index)}` }));
  return [
    ['users', () => crm.users(context)],
    ['owned', () => crm.owned({ recordType, owner, after: null }, context)],
    ['countAccounts', () => crm.countAccounts(owner, context)],
    ['read', () => crm.read({ recordType, fields }, context)],
    ['write', () => crm.write({ recordType, changes }, context)],
    ...(crm.contacts ? contactCalls(crm.contacts, records) : []),
    ...(crm.tasks ? taskCalls(crm.tasks, records) : []),
  ];
};

const contactCalls = (contacts: CrmContacts, records: readonly string[]): [string, () => Promise<unknown>][] => {
  const person = { givenName: 'Jan', familyName: 'Jansen', company: 'Jansen Bouw', jobTitle: null, key: 'key-1' };
  const calls: [string, () => Promise<unknown>][] = [
    ['contacts.read', () => contacts.read(records, context)],
    ['contacts.accounts', () => contacts.accounts(records, context)],
    ['contacts.all', () => contacts.all(null, context)],
    ['contacts.save', () => contacts.save({ email: 'jan@example.test', ...person }, context)],
  ];
  const { refuse } = contacts;
  return refuse === undefined ? calls : [...calls, ['contacts.refuse', () => refuse('501', context)]];
};

const taskCalls = (tasks: CrmTasks, records: readonly string[]): [string, () => Promise<unknown>][] => {
  const words = { subject: 'Call Jansen', body: 'Jansen', dueAt: '2026-12-01T09:00:00.000Z', kind: 'call' } as const;
  return [
    ['tasks.upsert', () => tasks.upsert([{ key: 'key-1', owner: '1001', contact: null, account: null, ...words }], context)],
    ['tasks.read', () => tasks.read(records, context)],
    ['tasks.close', () => tasks.close(records, context)],
    ['tasks.remove', () => tasks.remove(records, context)],
  ];
};

async function all<Item>(iterable: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of iterable) items.push(...page);
  return items;
}

async function connect(vendor: VendorDefinition, fixture: VendorFixture, answer: Answer, more: object = {}) {
  const server = await serve(answer);
  const recording = recordingTools();
  const settings = { ...fixture.settings(server.url), ...more };
  return {
    ...server,
    ...recording,
    hris: vendor.hris?.(settings, recording.tools),
    crm: vendor.crm?.(settings, recording.tools),
  };
}

const withFixtures = vendors.map((vendor) => ({ name: vendor.name, vendor, fixture: required(fixtures[vendor.name]) }));

describe.each(withFixtures)('$name fails like every vendor', ({ vendor, fixture }) => {
  test.each(faults)('%s', async (_what, reply, kind, retryAfterMs) => {
    const { hris, crm, counted } = await connect(vendor, fixture, () => reply);
    const calls = [...(hris ? hrisCalls(hris, '8') : []), ...(crm && fixture.crm ? crmCalls(crm, fixture.crm) : [])];
    expect(calls.length).toBeGreaterThan(0);
    for (const [name, call] of calls) {
      const error = await failureOf(call());
      expect([name, error.kind]).toEqual([name, kind]);
      if (retryAfterMs !== undefined) expect(error.retryAfterMs).toBe(retryAfterMs);
      for (const secret of [...fixture.secrets, ...fixture.personal, 'Jansen']) {
        expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(secret);
      }
    }
    expect(counted.every(([, result]) => result === kind)).toBe(true);
  });

  test('a check says what is wrong instead of throwing, with what to do', async () => {
    for (const [, reply] of faults) {
      const { hris, crm } = await connect(vendor, fixture, () => reply);
      const checks = (await Promise.all([hris?.check(context), crm?.check(context)])).flatMap((found) => found ?? []);
      const failed = checks.filter(({ ok }) => !ok);
      expect(failed.length).toBeGreaterThan(0);
      for (const check of failed)
        expect(check).toMatchObject({ id: expect.stringMatching(/^conn\/[a-z]+\/.+$/), fix: expect.any(String) });
      for (const secret of [...fixture.secrets, 'Jansen']) expect(JSON.stringify(checks)).not.toContain(secret);
    }
  });

  test('silence ends as a timeout, after the time that the connection allows', async () => {
    const { hris, crm } = await connect(vendor, fixture, () => 'hang', { timeoutMs: 40 });
    for (const call of [hris?.readEmployment('8', context), crm?.users(context)]) {
      if (call !== undefined) expect((await failureOf(call)).kind).toBe('timeout');
    }
  });

  test('a cancelled call ends with the caller’s reason', async () => {
    const { hris, crm } = await connect(vendor, fixture, () => 'hang');
    const controller = new AbortController();
    const cancelled = { signal: controller.signal };
    const reason = new Error('cancelled');
    const calls = [hris?.readEmployment('8', cancelled), crm?.users(cancelled), hris?.check(cancelled), crm?.check(cancelled)];
    const settled = Promise.allSettled(calls.filter((call) => call !== undefined));
    setTimeout(() => controller.abort(reason), 50);
    for (const outcome of await settled) expect(outcome).toEqual({ status: 'rejected', reason });
  });
});

const withHris = withFixtures.flatMap(({ name, vendor, fixture }) =>
  fixture.hris ? [{ name, vendor, fixture, facts: fixture.hris }] : [],
);

test('every vendor with an HRIS, a CRM or webhooks has the fixtures for it', () => {
  for (const { vendor, fixture } of withFixtures) {
    expect([vendor.hris, vendor.crm, vendor.webhook].map(Boolean)).toEqual(
      [fixture.hris, fixture.crm, fixture.webhook].map(Boolean),
    );
  }
});

describe.each(withHris)('$name as an HRIS', ({ vendor, fixture, facts }) => {
  test('reads an employment that ends in the future', async () => {
    const { hris, paced } = await connect(vendor, fixture, facts.healthy);
    const reading = await required(hris).readEmployment(facts.record, context);
    expect(reading).toMatchObject({
      status: { readable: true, value: 'active' },
      employmentEnd: { readable: true, value: facts.end },
      colleague: { record: facts.record, manager: facts.manager },
    });
    expect(paced.length).toBeGreaterThan(0);
  });

  test('knows an empty end from one that may not be seen: only the first can rescind', async () => {
    const empty = await connect(vendor, fixture, facts.endEmpty);
    expect((await required(empty.hris).readEmployment(facts.record, context))?.employmentEnd).toEqual({
      readable: true,
      value: null,
    });
    const hidden = await connect(vendor, fixture, facts.endHidden);
    expect((await required(hidden.hris).readEmployment(facts.record, context))?.employmentEnd).toEqual({ readable: false });
  });

  test('answers null for a record that is not there', async () => {
    const { hris } = await connect(vendor, fixture, facts.healthy);
    expect(await required(hris).readEmployment('404404', context)).toBeNull();
  });

  test('lists everybody over all pages, what changed, and who has an end', async () => {
    const { hris } = await connect(vendor, fixture, facts.healthy);
    const port = required(hris);
    expect((await all(port.directory(context))).map(({ record }) => record)).toEqual(facts.colleagues);
    expect((await port.changedSince('2026-11-01T00:00:00Z', context)).records).toEqual(facts.changed);
    expect(await port.endingSoon(context)).toContain(facts.record);
  });
});

const withCrm = withFixtures.flatMap(({ name, vendor, fixture }) =>
  fixture.crm ? [{ name, vendor, fixture, facts: fixture.crm }] : [],
);

describe.each(withCrm)('$name as a CRM', ({ vendor, fixture, facts }) => {
  const { recordType, owner, field, records } = facts;
  const fields = records.slice(0, 2).map((record) => ({ record, field }));

  test('finds every record of an owner, once, in pages', async () => {
    const { crm } = await connect(vendor, fixture, facts.healthy);
    const found: OwnedRecord[] = [];
    let after: string | null = null;
    do {
      const page = await required(crm).owned({ recordType, owner, after }, context);
      found.push(...page.records);
      after = page.next;
    } while (after !== null);
    expect(found.map(({ record }) => record)).toEqual(records);
    expect(found.every((one) => one.owner === owner && one.field === field)).toBe(true);
  });

  test('lists users, the archived ones too, and counts accounts', async () => {
    const { crm } = await connect(vendor, fixture, facts.healthy);
    const users = await required(crm).users(context);
    expect(users.find(({ user }) => user === owner)).toMatchObject({ active: true });
    expect(users.find(({ user }) => user === facts.archivedUser)).toMatchObject({ active: false });
    expect(await required(crm).countAccounts(owner, context)).toBe(facts.accounts);
  });

  test('reads one answer per field, in the order asked; a deleted record is gone', async () => {
    const healthy = await connect(vendor, fixture, facts.healthy);
    const answers = await required(healthy.crm).read({ recordType, fields }, context);
    expect(answers).toMatchObject(fields.map((one) => ({ ...one, state: 'present', owner })));
    const gone = await connect(vendor, fixture, facts.oneGone);
    expect(await required(gone.crm).read({ recordType, fields }, context)).toMatchObject([
      { state: 'present' },
      { state: 'gone' },
    ]);
  });

  test('writes one answer per change; one refused record does not hide the others', async () => {
    const changes = fields.map((one, index) => ({ ...one, to: '1002', key: `key-${String(index)}` }));
    const healthy = await connect(vendor, fixture, facts.healthy);
    expect(await required(healthy.crm).write({ recordType, changes }, context)).toMatchObject([
      { state: 'accepted' },
      { state: 'accepted' },
    ]);
    const partly = await connect(vendor, fixture, facts.oneRefused);
    const results = await required(partly.crm).write({ recordType, changes }, context);
    expect(results).toMatchObject([{ state: 'accepted' }, { state: 'failed', kind: 'invalid-request' }]);
    for (const word of fixture.personal) expect(results[1]).not.toMatchObject({ message: expect.stringContaining(word) });
  });
});

const withWebhook = withFixtures.flatMap(({ name, vendor, fixture }) =>
  fixture.webhook ? [{ name, vendor, fixture, facts: fixture.webhook }] : [],
);

describe.each(withWebhook)('$name’s webhooks', ({ vendor, fixture, facts }) => {
  const webhook = () => required(vendor.webhook?.(facts.settings('http://127.0.0.1:1')));
  const [signature, timestamp] = facts.headers;
  const nowMs = 1_795_356_000_000;
  const body = '{"é":1}';
  const sentAt = String(nowMs / 1000);
  const request = (headers: WebhookRequest['headers'], text = body): WebhookRequest => ({ headers, body: Buffer.from(text) });
  const good = { [signature]: facts.sign(body, sentAt), [timestamp]: sentAt };

  test('are absent without a secret', () => {
    expect(vendor.webhook?.(fixture.settings('http://127.0.0.1:1'))).toBeNull();
  });

  test('a signed delivery is valid, up to the tolerance and no further', () => {
    expect(webhook().verify(request(good), nowMs)).toBe('valid');
    for (const skewMs of [300_000, -300_000]) expect(webhook().verify(request(good), nowMs + skewMs)).toBe('valid');
    for (const skewMs of [301_000, -301_000]) expect(webhook().verify(request(good), nowMs + skewMs)).toBe('stale-timestamp');
  });

  const other = facts.sign(`${body} `, sentAt);
  const refused: [string, WebhookRequest['headers'], string][] = [
    ['no headers', {}, 'missing-signature'],
    ['no timestamp', { [signature]: good[signature] }, 'missing-signature'],
    ['no signature', { [timestamp]: sentAt }, 'missing-signature'],
    ['an empty signature', { ...good, [signature]: '' }, 'missing-signature'],
    ['an empty timestamp', { ...good, [timestamp]: '' }, 'missing-signature'],
    ['a repeated signature', { ...good, [signature]: [String(good[signature]), String(good[signature])] }, 'missing-signature'],
    ['a repeated timestamp', { ...good, [timestamp]: [sentAt, sentAt] }, 'missing-signature'],
    ['a timestamp that is a word', { ...good, [timestamp]: 'now' }, 'stale-timestamp'],
    ['a timestamp with a fraction', { ...good, [timestamp]: `${sentAt}.5` }, 'stale-timestamp'],
    ['a timestamp in milliseconds', { ...good, [timestamp]: String(nowMs) }, 'stale-timestamp'],
    ['stale comes before a bad signature', { [signature]: 'zz', [timestamp]: '1' }, 'stale-timestamp'],
    ['no hex', { ...good, [signature]: 'zz'.repeat(32) }, 'invalid-signature'],
    ['half a signature', { ...good, [signature]: String(good[signature]).slice(0, 32) }, 'invalid-signature'],
    ['a signature with a space', { ...good, [signature]: `${String(good[signature])} ` }, 'invalid-signature'],
    ['a signature over another body', { ...good, [signature]: other }, 'invalid-signature'],
    ['a signature over another time', { ...good, [timestamp]: String(Number(sentAt) + 1) }, 'invalid-signature'],
  ];
  test.each(refused)('%s', (_what, headers, verdict) => {
    expect(webhook().verify(request(headers), nowMs)).toBe(verdict);
  });

  test('no bytes make it throw, and none pass', () => {
    const port = webhook();
    const header = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(undefined), fc.array(fc.string()), fc.constant(sentAt));
    fc.assert(
      fc.property(header, header, fc.uint8Array(), (first, second, bytes) => {
        const verdict = port.verify({ headers: { [signature]: first, [timestamp]: second }, body: bytes }, nowMs);
        expect(['missing-signature', 'stale-timestamp', 'invalid-signature']).toContain(verdict);
      }),
    );
  });

  test('name the records whose relevant fields changed, and nothing else of the payload', () => {
    for (const { payload, records } of facts.relevant) expect(webhook().records(payload)).toEqual(records);
    for (const payload of facts.irrelevant) expect(webhook().records(payload)).toEqual([]);
    for (const payload of facts.foreign) expect(webhook().records(payload)).toBeNull();
  });

  test('no payload makes them throw', () => {
    const port = webhook();
    fc.assert(
      fc.property(fc.jsonValue(), (payload) => {
        const records = port.records(payload);
        expect(records === null || Array.isArray(records)).toBe(true);
      }),
    );
  });
});
