import { createHmac } from 'node:crypto';
import type { RecordType } from '../../src/domain/words.js';
import { part, type Answer, type Reply, type Seen } from './support.js';

// Payloads as `vendors.md` describes them, written without looking at the adapters.

/** What the contract suite needs to know of one vendor. */
export interface VendorFixture {
  readonly settings: (baseUrl: string) => object;
  readonly secrets: readonly string[];
  /** Strings in the payloads that may not appear in a message. */
  readonly personal: readonly string[];
  readonly hris?: {
    readonly healthy: Answer;
    readonly record: string;
    readonly manager: string;
    readonly end: string;
    readonly changed: readonly string[];
    readonly colleagues: readonly string[];
    /** The same record while its end of employment may not be seen. */
    readonly endHidden: Answer;
    /** The same record after the ending was withdrawn. */
    readonly endEmpty: Answer;
  };
  readonly crm?: {
    readonly healthy: Answer;
    readonly recordType: RecordType;
    readonly owner: string;
    readonly records: readonly string[];
    readonly field: string;
    readonly accounts: number;
    readonly archivedUser: string;
    /** Answers a write of the first two records by refusing the second one. */
    readonly oneRefused: Answer;
    /** Answers a read of the first two records as if the second one were deleted. */
    readonly oneGone: Answer;
  };
  /** For a CRM with people or tasks: how it is reached at the stand-in vendor, and what that one calls things. */
  readonly people?: {
    readonly sandbox: (url: string) => object;
    /** Types in the ledger. */
    readonly types: { readonly contact: string; readonly task: string };
    readonly routes: { readonly upsertTasks: string; readonly saveContact: string };
    /** Two contacts and an account of the seeded world, and an id that it does not have. */
    readonly contacts: readonly [string, string];
    readonly account: string;
    readonly missing: string;
  };
  readonly webhook?: {
    readonly settings: (baseUrl: string) => object;
    readonly headers: readonly [signature: string, timestamp: string];
    readonly sign: (body: string, timestamp: string) => string;
    readonly relevant: readonly { readonly payload: unknown; readonly records: readonly string[] }[];
    readonly irrelevant: readonly unknown[];
    readonly foreign: readonly unknown[];
  };
}

const notFound: Reply = { status: 404, raw: '', headers: { 'X-BambooHR-Message': 'Employee not found' } };

function employee(fields: Record<string, string | null>, { query }: Seen): Reply {
  const asked = (query.get('fields') ?? 'firstName,lastName').split(',');
  const shown = Object.entries(fields).filter(([name]) => asked.includes(name));
  return { json: { id: '8', ...Object.fromEntries(shown) } };
}

const victor = {
  firstName: 'Victor',
  lastName: 'Nango',
  workEmail: 'victor@example.test',
  status: 'Active',
  terminationDate: '2026-11-30',
  hireDate: '2019-03-01',
  reportsToId: '4',
  jobTitleName: 'Account manager',
  department: 'Sales',
  employmentHistoryStatus: 'Full-Time',
  ssn: '123-45-6789',
};
const hired = {
  id: '1',
  employeeId: '8',
  date: '2019-03-01',
  employmentStatus: 'Full-Time',
  terminationReasonId: null,
  terminationTypeId: null,
};
const leaves = { ...hired, id: '2', date: '2026-11-30', employmentStatus: 'Terminated', terminationReasonId: 'Other job' };

const listRow = {
  firstName: 'Eva',
  lastName: 'Holm',
  preferredName: null,
  photoUrl: null,
  jobTitleName: 'Sales lead',
  status: 'Active',
  _restrictedFields: [],
};

function bamboohr(fields: Record<string, string | null>, rows: readonly object[]): Answer {
  return (seen) => {
    switch (seen.path) {
      case '/api/v1/employees/8':
        return employee(fields, seen);
      case '/api/v1/employees/8/tables/employmentStatus':
        return { json: rows };
      case '/api/v1/employees/changed':
        return {
          json: {
            latest: '2026-11-22T10:00:00Z',
            employees: { '8': { id: '8', action: 'Updated', lastChanged: '2026-11-22T10:00:00Z' } },
          },
        };
      case '/api/v1/employees/changed/tables/employmentStatus':
        return { json: { table: 'employmentStatus', employees: { '8': { lastChanged: '2026-11-22T10:00:00Z', rows } } } };
      case '/api/v1/employees':
        return list(seen);
      default:
        return notFound;
    }
  };
}

function list({ query }: Seen): Reply {
  const first = { ...listRow, employeeId: '4', workEmail: 'eva@example.test' };
  const second = {
    ...listRow,
    employeeId: '8',
    firstName: 'Victor',
    lastName: 'Nango',
    workEmail: null,
    _restrictedFields: ['workEmail'],
  };
  const last = query.get('page[after]') === 'c1';
  const page = { limit: 1, nextCursor: last ? null : 'c1', prevCursor: null };
  return { json: { data: [last ? second : first], meta: { total: 2, page }, _links: { self: { href: 'x' } } } };
}

const { terminationDate: _hidden, ...withoutEnd } = victor;

const event = {
  type: 'employee.updated',
  timestamp: '2026-01-31T18:42:00+0000',
  data: { companyId: '12345', employeeId: '67890' },
};
const legacy = (changedFields: readonly string[]) => ({
  employees: [{ id: '5', changedFields, fields: { 'First name': { value: 'Tefi' }, 'Pay rate': { value: '90000' } } }],
});

const bamboohrFixture: VendorFixture = {
  settings: (baseUrl) => ({ companyDomain: 'acme', apiKey: 'bamboo-key-1', baseUrl }),
  secrets: ['bamboo-key-1', Buffer.from('bamboo-key-1:x').toString('base64')],
  personal: ['Victor', 'Nango', 'victor@example.test', '123-45-6789'],
  hris: {
    healthy: bamboohr(victor, [leaves, hired]),
    record: '8',
    manager: '4',
    end: '2026-11-30',
    changed: ['8'],
    colleagues: ['4', '8'],
    endHidden: bamboohr(withoutEnd, [hired]),
    endEmpty: bamboohr({ ...victor, terminationDate: '0000-00-00' }, [hired]),
  },
  webhook: {
    settings: (baseUrl) => ({ companyDomain: 'acme', apiKey: 'k', baseUrl, webhookSecret: 'a2b8c8e16d9f0c11223344556677aabb' }),
    headers: ['x-bamboohr-signature', 'x-bamboohr-timestamp'],
    sign: (body, timestamp) =>
      createHmac('sha256', 'a2b8c8e16d9f0c11223344556677aabb').update(`${body}${timestamp}`).digest('hex'),
    relevant: [
      { payload: { ...event, data: { ...event.data, changedFields: ['firstName', 'terminationDate'] } }, records: ['67890'] },
      {
        payload: {
          ...event,
          timestamp: '2026-01-31T18:42:00Z',
          data: { ...event.data, changedFields: ['employmentHistoryStatus'] },
        },
        records: ['67890'],
      },
      { payload: { ...event, type: 'employee.created' }, records: ['67890'] },
      { payload: { ...event, type: 'employee.deleted' }, records: ['67890'] },
      { payload: legacy(['Termination Date']), records: ['5'] },
      { payload: { employees: [...legacy(['Status']).employees, ...legacy(['Status']).employees] }, records: ['5'] },
    ],
    irrelevant: [
      { ...event, data: { ...event.data, changedFields: ['firstName'] } },
      { ...event, type: 'company.updated', data: { companyId: '12345' } },
      legacy(['First name']),
      { employees: [] },
    ],
    foreign: [
      null,
      'x',
      4,
      [],
      {},
      { employees: 'x' },
      { type: 'order.paid', timestamp: event.timestamp, data: {} },
      { ...event, data: {} },
      { ...event, timestamp: 'now' },
    ],
  },
};

const company = (id: string, owner: string | null) => ({
  id,
  properties: {
    hs_object_id: id,
    hubspot_owner_id: owner,
    name: 'Jansen Bouw',
    annualrevenue: '125000.50',
    notes_last_updated: '2026-10-01T08:00:00Z',
  },
  createdAt: '2024-01-01T00:00:00.000Z',
  updatedAt: '2026-11-01T00:00:00.000Z',
  archived: false,
});
const batch = (results: readonly object[]) => ({
  status: 'COMPLETE',
  results,
  startedAt: '2026-11-22T10:00:00Z',
  completedAt: '2026-11-22T10:00:01Z',
});
const oneError = (category: string, id: string): Reply => {
  const errors = [
    { status: 'error', category, message: `Jansen Bouw ${id} failed`, context: { ids: [id] }, errors: [], links: {} },
  ];
  return { status: 207, json: { ...batch([company('501', '1001')]), numErrors: 1, errors } };
};

const owners = ({ query }: Seen): Reply => {
  const owner = { type: 'PERSON', firstName: 'Jan', lastName: 'Jansen', createdAt: 'x', updatedAt: 'x' };
  if (query.get('archived') === 'true')
    return { json: { results: [{ ...owner, id: '1009', email: 'old@example.test', archived: true }] } };
  if (query.get('after') === null) {
    return {
      json: {
        results: [{ ...owner, id: '1001', email: 'jan@example.test', archived: false }],
        paging: { next: { after: 'p2', link: 'x' } },
      },
    };
  }
  return { json: { results: [{ ...owner, id: '1002', email: 'eva@example.test', archived: false }] } };
};

function search({ body }: Seen): Reply {
  const all = ['501', '502', '503'];
  const groups = JSON.stringify(part(body, 'filterGroups'));
  const after = /"hs_object_id","operator":"GT","value":"(\d+)"/.exec(groups)?.[1] ?? '0';
  const rest = all.filter((id) => Number(id) > Number(after));
  const limit = Number(part(body, 'limit'));
  const results = rest.slice(0, Math.min(limit, 2)).map((id) => company(id, '1001'));
  const paging = rest.length > results.length ? { paging: { next: { after: String(results.length) } } } : {};
  return { json: { total: rest.length, results, ...paging } };
}

const hubspotHealthy: Answer = (seen) => {
  switch (seen.path) {
    case '/crm/v3/owners':
      return owners(seen);
    case '/crm/v3/objects/companies/search':
      return search(seen);
    case '/crm/v3/objects/companies/batch/read':
    case '/crm/v3/objects/companies/batch/update':
      return { json: batch([company('502', '1001'), company('501', '1001')]) };
    case '/oauth/v2/private-apps/get/access-token-info':
      return { json: { userId: 1, hubId: 2, appId: 3, scopes: ['crm.objects.owners.read', 'crm.objects.companies.read'] } };
    default:
      return { status: 404, json: { status: 'error', message: 'no such route', category: 'OBJECT_NOT_FOUND' } };
  }
};

const hubspotFixture: VendorFixture = {
  settings: (baseUrl) => ({ token: 'pat-eu1-secret', baseUrl, contactProperties: { doNotContact: 'do_not_contact' } }),
  secrets: ['pat-eu1-secret'],
  personal: ['Jansen', 'jan@example.test', '501', '502', '1001'],
  crm: {
    healthy: hubspotHealthy,
    recordType: 'companies',
    owner: '1001',
    records: ['501', '502', '503'],
    field: 'hubspot_owner_id',
    accounts: 3,
    archivedUser: '1009',
    oneRefused: () => oneError('VALIDATION_ERROR', '502'),
    oneGone: () => oneError('OBJECT_NOT_FOUND', '502'),
  },
  people: {
    sandbox: (url) => ({
      token: 'sandbox-baton',
      baseUrl: `${url}/hubspot`,
      contactProperties: { doNotContact: 'do_not_contact' },
      accountProperties: { renewsOn: 'renewal_date' },
    }),
    types: { contact: 'contacts', task: 'tasks' },
    routes: {
      upsertTasks: 'POST /crm/v3/objects/tasks/batch/upsert',
      saveContact: 'POST /crm/v3/objects/contacts/batch/upsert',
    },
    contacts: ['600000001', '600000002'],
    account: '500000001',
    missing: '999999999',
  },
};

/** The fixtures by the registry's names: a vendor without one fails the contract suite. */
export const fixtures: Readonly<Record<string, VendorFixture>> = { bamboohr: bamboohrFixture, hubspot: hubspotFixture };
