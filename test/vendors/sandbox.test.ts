import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { RecordType } from '../../src/domain/words.js';
import type { CrmPort, OwnedRecord } from '../../src/ports/crm.js';
import { startSandbox, type RunningSandbox } from '../../src/sandbox/index.js';
import { findVendor } from '../../src/vendors/registry.js';
import { call } from '../support/world.js';
import { recordingTools, required } from './support.js';

// Two readings of `vendors.md`, made apart from each other, have to agree: the adapters' and the stand-ins'.

const context = {};
const secret = 'webhook-secret';
let sandbox: RunningSandbox;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'baton-vendors-'));
  sandbox = await startSandbox({ port: 0, home });
  const leaver = { accounts: 10_000, contacts: 40, deals: 30, tickets: 5 };
  await control('PUT', '/_world', {
    seed: 1,
    people: 30,
    accountsPerPerson: 3,
    contactsPerAccount: 1,
    dealsPerAccount: 1,
    leaver,
  });
  await control('PUT', '/_limits', { hubspot: null, bamboohr: null });
});

afterAll(async () => {
  await sandbox.stop();
  await rm(home, { recursive: true, force: true });
});

function control(method: string, path: string, body?: unknown): Promise<unknown> {
  return call(`${sandbox.url}${path}`, method, body);
}

function crm(settings: object = {}): CrmPort {
  const all = { token: 'sandbox-baton', baseUrl: `${sandbox.url}/hubspot`, ...settings };
  return required(findVendor('hubspot')?.crm?.(all, recordingTools('hubspot').tools));
}

const bamboohr = () => required(findVendor('bamboohr'));
const hrSettings = () => ({
  companyDomain: 'acme',
  apiKey: 'sandbox-baton',
  webhookSecret: secret,
  baseUrl: `${sandbox.url}/bamboohr`,
});
const hris = () => required(bamboohr().hris?.(hrSettings(), recordingTools('bamboohr').tools));

async function everything(port: CrmPort, recordType: RecordType, owner: string): Promise<OwnedRecord[]> {
  const records: OwnedRecord[] = [];
  for (let after: string | null = null; ;) {
    const page = await port.owned({ recordType, owner, after }, context);
    records.push(...page.records);
    if (page.next === null) return records;
    after = page.next;
  }
}

const world = z.object({ leaver: z.object({ bamboohr: z.string(), hubspot: z.string() }) });
const leaverOf = async () => world.parse(await control('GET', '/_world')).leaver;

describe('HubSpot', () => {
  test('everything that the leaver owns is found; 10,000 accounts cost exactly 50 searches', async () => {
    const { hubspot } = await leaverOf();
    await control('DELETE', '/_calls');
    const companies = await everything(crm(), 'companies', hubspot);
    expect(new Set(companies.map(({ record }) => record)).size).toBe(10_000);
    expect(await control('GET', '/_calls')).toMatchObject({ total: 50, routes: [{ by: 'baton', status: { '200': 50 } }] });
    expect(await crm().countAccounts(hubspot, context)).toBe(10_000);
    const owned = new Set(companies.map(({ record }) => record));
    for (const recordType of ['contacts', 'deals', 'tickets'] as const) {
      const records = await everything(crm(), recordType, hubspot);
      expect(records.length).toBeGreaterThan(0);
      expect(records.some(({ account }) => account !== null && owned.has(account))).toBe(true);
    }
  });

  test('owners are written, proven by reading, traced by their keys, and user fields too', async () => {
    const { hubspot } = await leaverOf();
    const port = crm({ userFields: { companies: ['account_manager'] } });
    const users = await port.users(context);
    const successor = required(users.find(({ user, active }) => active && user !== hubspot)).user;
    const [first] = await everything(crm(), 'deals', hubspot);
    const { record } = required(first);
    const change = { record, field: 'hubspot_owner_id', to: successor, key: 'trace-1' };
    const gone = { record: '999999999', field: 'hubspot_owner_id', to: successor, key: 'trace-2' };
    const results = await port.write({ recordType: 'deals', changes: [change, gone] }, context);
    expect(results).toMatchObject([
      { record, state: 'accepted' },
      { state: 'failed', kind: 'not-found' },
    ]);
    const answers = await port.read({ recordType: 'deals', fields: [change, gone] }, context);
    expect(answers).toMatchObject([{ record, state: 'present', owner: successor }, { state: 'gone' }]);
    expect(await control('GET', `/_ledger?record=${record}&by=baton`)).toMatchObject({
      entries: [
        {
          vendor: 'hubspot',
          op: 'update',
          type: 'deals',
          field: 'hubspot_owner_id',
          from: hubspot,
          to: successor,
          key: 'trace-1',
        },
      ],
    });
  });

  test('a record that the vendor refuses is one failure, not the batch’s', async () => {
    const { hubspot } = await leaverOf();
    const page = await crm().owned({ recordType: 'companies', owner: hubspot, after: null }, context);
    const [one, two] = page.records.slice(0, 2).map(({ record }) => record);
    const rule = { vendor: 'hubspot', route: 'POST /crm/v3/objects/*/batch/update', rate: 1, times: 1 };
    const fault = { kind: 'record-error', records: [required(two)], category: 'VALIDATION_ERROR' };
    await control('PUT', '/_faults', { seed: 1, rules: [{ ...rule, fault }] });
    const changes = [required(one), required(two)].map((record) => ({
      record,
      field: 'hubspot_owner_id',
      to: hubspot,
      key: `again-${record}`,
    }));
    const results = await crm().write({ recordType: 'companies', changes }, context);
    await control('PUT', '/_faults', { seed: 1, rules: [] });
    expect(results).toMatchObject([{ state: 'accepted' }, { state: 'failed', kind: 'invalid-request' }]);
  });

  test('limits, outages and nonsense are told apart', async () => {
    const rule = { vendor: 'hubspot', route: 'GET /crm/v3/owners', rate: 1 };
    const faults: [object, object][] = [
      [
        { kind: 'status', status: 429, retryAfter: 2 },
        { kind: 'rate-limited', retryAfterMs: 2000 },
      ],
      [{ kind: 'status', status: 503, retryAfter: null }, { kind: 'vendor-unavailable' }],
      [{ kind: 'html' }, { kind: 'unexpected-response' }],
      [{ kind: 'truncated' }, { kind: 'unexpected-response' }],
    ];
    for (const [fault, expected] of faults) {
      await control('PUT', '/_faults', { seed: 1, rules: [{ ...rule, fault }] });
      await expect(crm().users(context)).rejects.toMatchObject(expected);
    }
    await control('PUT', '/_faults', { seed: 1, rules: [] });
    await expect(crm({ token: 'wrong' }).users(context)).rejects.toMatchObject({ kind: 'unauthorized' });
  });

  test('the check passes with the sandbox’s token', async () => {
    expect((await crm().check(context)).filter(({ ok }) => !ok)).toEqual([]);
  });
});

describe('BambooHR', () => {
  const deliveries = z.object({ deliveries: z.array(z.object({ headers: z.record(z.string(), z.string()), body: z.string() })) });

  test('a person who leaves, moves the date, and stays', async () => {
    const { bamboohr: employee } = await leaverOf();
    const read = async () => required(await hris().readEmployment(employee, context));
    const before = await read();
    expect(before).toMatchObject({ status: { value: 'active' }, employmentEnd: { readable: true, value: null } });
    expect(before.colleague).toMatchObject({
      record: employee,
      manager: expect.any(String),
      workEmail: expect.stringContaining('@'),
    });

    await control('POST', '/_hris/bamboohr/terminate', { employee, lastDay: '2099-11-30', reason: 'resignation' });
    expect(await read()).toMatchObject({
      status: { value: 'active' },
      employmentEnd: { value: '2099-11-30' },
      reason: 'resignation',
    });
    expect(await hris().endingSoon(context)).toEqual([employee]);

    await control('POST', '/_hris/bamboohr/move', { employee, lastDay: '2099-12-31' });
    expect((await read()).employmentEnd).toEqual({ readable: true, value: '2099-12-31' });

    await control('POST', '/_hris/bamboohr/rescind', { employee, how: 'clear' });
    expect((await read()).employmentEnd).toEqual({ readable: true, value: null });
    expect(await hris().endingSoon(context)).toEqual([]);
  });

  test('a deleted row and a redacted record prove nothing', async () => {
    await control('POST', '/_hris/bamboohr/terminate', { employee: '12', lastDay: '2099-11-30', reason: 'resignation' });
    await control('POST', '/_hris/bamboohr/rescind', { employee: '12', how: 'delete-row' });
    expect((await hris().readEmployment('12', context))?.employmentEnd).toEqual({ readable: false });
    await control('POST', '/_hris/bamboohr/redact', { employee: '13' });
    expect((await hris().readEmployment('13', context))?.employmentEnd).toEqual({ readable: false });
    expect(await hris().readEmployment('999999', context)).toBeNull();
  });

  test('the directory has everybody with a manager, and what changed is told', async () => {
    const colleagues: string[] = [];
    for await (const page of hris().directory(context)) colleagues.push(...page.map(({ record }) => record));
    expect(colleagues.length).toBeGreaterThanOrEqual(30);
    const changed = await hris().changedSince('2000-01-01T00:00:00Z', context);
    expect(changed.records.length).toBeGreaterThanOrEqual(30);
    expect(Date.parse(changed.latest)).not.toBeNaN();
  });

  test.each(['event', 'field'])('webhooks of the %s family verify and name the record', async (family) => {
    const port = required(bamboohr().webhook?.(hrSettings()));
    await control('PUT', '/_webhooks', { bamboohr: { url: 'http://127.0.0.1:9/', secret, family } });
    const employee = family === 'event' ? '14' : '15';
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const body = { employee, lastDay: yesterday, reason: 'resignation' };
    const sent = deliveries.parse(await control('POST', '/_hris/bamboohr/terminate', body)).deliveries[0];
    const headers = Object.fromEntries(
      Object.entries(required(sent).headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(port.verify({ headers, body: Buffer.from(required(sent).body) }, Date.now())).toBe('valid');
    expect(port.records(JSON.parse(required(sent).body))).toEqual([employee]);
    expect(await hris().readEmployment(employee, context)).toMatchObject({ status: { value: 'left' } });
  });

  test('the check passes, and warns of the pay rate that the key can read', async () => {
    const checks = await hris().check(context);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.filter(({ warning }) => warning).map(({ id }) => id)).toContain('bamboohr/excess/fields.payRate');
  });
});
