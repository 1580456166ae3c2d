import { describe, expect, test } from 'vitest';
import { bamboohr } from '../../../src/vendors/bamboohr/index.js';
import { failureOf, recordingTools, required, serve, type Answer, type Reply } from '../support.js';

const context = {};
const forbidden: Reply = { status: 403, raw: '', headers: { 'X-BambooHR-Message': 'Jan Jansen may not be seen' } };

async function connect(answer: Answer, settings: object = {}) {
  const server = await serve(answer);
  const recording = recordingTools();
  const hris = required(
    bamboohr.hris?.({ companyDomain: 'acme', apiKey: 'key-1', baseUrl: server.url, ...settings }, recording.tools),
  );
  return { ...server, ...recording, hris };
}

const isTable = (path: string) => path.includes('/tables/');
const page = (rows: readonly object[], nextCursor: string | null = null) => ({
  json: { data: rows.map((row) => ({ _restrictedFields: [], ...row })), meta: { total: 1, page: { limit: 2500, nextCursor } } },
});

describe('reading an employment', () => {
  const answer: Answer = ({ path }) =>
    isTable(path) ? { json: [] } : { json: { id: '8', status: 'Active', terminationDate: null } };

  test('asks with the key as user, only for the fields of the policy, for today’s values and for the end that lies ahead', async () => {
    const { hris, seen } = await connect(answer, { limits: { perSecond: 3 } });
    await hris.readEmployment('8', context);
    expect(seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('key-1:x').toString('base64')}`);
    expect(seen.map(({ path, query }) => [path, query.get('onlyCurrent')])).toEqual([
      ['/api/v1/employees/8', 'true'],
      ['/api/v1/employees/8', 'false'],
      ['/api/v1/employees/8/tables/employmentStatus', null],
    ]);
    expect(seen[1]?.query.get('fields')).toBe('terminationDate');
    expect(seen[0]?.query.get('fields')).not.toMatch(/homeEmail|ssn|dateOfBirth|payRate/);
  });

  test('a table that may not be seen leaves the end unproven instead of failing', async () => {
    const { hris } = await connect((one) => (isTable(one.path) ? forbidden : answer(one)));
    expect((await hris.readEmployment('8', context))?.employmentEnd).toEqual({ readable: false });
  });

  test('an employee who may not be seen is forbidden, not gone', async () => {
    const { hris } = await connect(() => forbidden);
    expect(await failureOf(hris.readEmployment('8', context))).toMatchObject({
      kind: 'forbidden',
      message: 'conn employees.get: answered 403',
    });
  });

  test('an answer about somebody else is refused', async () => {
    const { hris } = await connect(() => ({ json: { id: '9', status: 'Active' } }));
    expect((await failureOf(hris.readEmployment('8', context))).kind).toBe('unexpected-response');
  });

  test('an id cannot leave its place in the path', async () => {
    const { hris, seen } = await connect(answer);
    await failureOf(hris.readEmployment('..', context));
    expect(seen).toEqual([]);
    await failureOf(hris.readEmployment('../../evil?x=', context));
    expect(seen[0]?.path).toBe('/api/v1/employees/..%2F..%2Fevil%3Fx%3D');
  });
});

test('the directory leaves out who has left, and keeps whose status may not be seen', async () => {
  const rows = [
    { employeeId: '1', firstName: 'A', status: 'Active' },
    { employeeId: '2', firstName: 'B', status: 'Inactive' },
    { employeeId: '3', firstName: 'C', status: null, _restrictedFields: ['status'] },
  ];
  const { hris, seen } = await connect(({ query }) =>
    query.get('page[after]') ? page([{ employeeId: '4', status: 'Active' }]) : page(rows, 'c2'),
  );
  const found: [string, string][] = [];
  for await (const colleagues of hris.directory(context))
    found.push(...colleagues.map(({ record, status }): [string, string] => [record, status]));
  expect(found).toEqual([
    ['1', 'active'],
    ['3', 'unknown'],
    ['4', 'active'],
  ]);
  expect(seen.map(({ query }) => query.get('page[limit]'))).toEqual(['2500', '2500']);
});

describe('what changed', () => {
  test('nothing: the question stays the same, even where PHP writes an empty map as a list', async () => {
    const { hris } = await connect(() => ({ json: { latest: null, employees: [] } }));
    expect(await hris.changedSince('2026-11-01T00:00:00Z', context)).toEqual({ records: [], latest: '2026-11-01T00:00:00Z' });
  });
});

describe('who is about to leave', () => {
  const rows = (status: string) => ({
    lastChanged: 'x',
    rows: [
      { date: '2019-01-01', employmentStatus: 'Full-Time' },
      { date: '2026-12-31', employmentStatus: status },
    ],
  });
  const answer: Answer = ({ path }) =>
    isTable(path)
      ? {
          json: {
            table: 'employmentStatus',
            employees: { '1': rows('Terminated'), '2': rows('Terminated'), '3': rows('Part-Time') },
          },
        }
      : page([
          { employeeId: '1', status: 'Active' },
          { employeeId: '2', status: 'Inactive' },
          { employeeId: '3', status: 'Active' },
          { employeeId: '4', status: 'Active', terminationDate: '2026-12-01' },
        ]);

  test('are those still here whose newest row or field ends, in two calls', async () => {
    const { hris, seen } = await connect(answer);
    expect(await hris.endingSoon(context)).toEqual(['1', '4']);
    expect(seen).toHaveLength(2);
  });

  test('a hidden table leaves the field', async () => {
    const { hris } = await connect((one) => (isTable(one.path) ? forbidden : answer(one)));
    expect(await hris.endingSoon(context)).toEqual(['4']);
  });
});

describe('check', () => {
  const person = {
    firstName: 'A',
    lastName: 'B',
    workEmail: 'a@b',
    status: 'Active',
    hireDate: null,
    terminationDate: null,
    reportsToId: null,
    employmentHistoryStatus: 'x',
  };
  const shown = (fields: object, query: URLSearchParams) => {
    const asked = (query.get('fields') ?? '').split(',');
    return { json: { id: '8', ...Object.fromEntries(Object.entries(fields).filter(([name]) => asked.includes(name))) } };
  };
  const answer =
    (fields: object, compensation: Reply): Answer =>
    ({ path, query }) => {
      if (path === '/api/v1/employees') return page([{ employeeId: '8', status: 'Active' }]);
      if (path === '/api/v1/employees/changed') return { json: { latest: '', employees: [] } };
      if (path === '/api/v1/employees/8') return shown(fields, query);
      if (path.endsWith('/tables/employmentStatus')) return { json: [{ date: '2019-01-01', employmentStatus: 'Full-Time' }] };
      return path.endsWith('/tables/compensation') ? compensation : { status: 404, raw: '' };
    };

  test('is clean for a key that reads what is needed and no more', async () => {
    const { hris } = await connect(answer(person, { json: [{ id: '1', employeeId: '8' }] }));
    const checks = await hris.check(context);
    expect(checks.filter(({ ok, warning }) => !ok || warning)).toEqual([]);
    expect(checks.map(({ id }) => id)).toContain('conn/permissions/fields.terminationDate');
  });

  test('warns of a key that reads the BSN and the salary, without showing them', async () => {
    const salary = { json: [{ id: '1', employeeId: '8', rate: '90000' }] };
    const { hris } = await connect(answer({ ...person, ssn: '123-45-6789', dateOfBirth: '1980-01-01' }, salary));
    const checks = await hris.check(context);
    expect(checks.filter(({ warning }) => warning).map(({ id }) => id)).toEqual([
      'conn/excess/fields.ssn',
      'conn/excess/fields.dateOfBirth',
      'conn/excess/tables.compensation',
    ]);
    expect(JSON.stringify(checks)).not.toMatch(/123-45|90000|1980/);
  });

  test('names the field that the key cannot read', async () => {
    const { terminationDate: _hidden, ...rest } = person;
    const { hris } = await connect(answer(rest, { status: 403, raw: '' }));
    expect((await hris.check(context)).filter(({ ok }) => !ok)).toEqual([
      expect.objectContaining({ id: 'conn/permissions/fields.terminationDate', fix: expect.stringContaining('terminationDate') }),
    ]);
  });
});
