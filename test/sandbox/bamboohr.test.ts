import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Bench, leaverOf, ledgerOf, openBench, openReceiver, shapes } from './support.js';

const world = { people: 10, accountsPerPerson: 1 };
const noon = Date.parse('2026-11-22T12:00:00Z');
const rowsSchema = z.array(
  z.object({
    id: z.string(),
    employeeId: z.string(),
    date: z.string(),
    employmentStatus: z.string(),
    terminationTypeId: z.string().nullable(),
  }),
);
const listSchema = z.object({
  data: z.array(z.looseObject({ id: z.string(), _restrictedFields: z.array(z.string()) })),
  meta: z.object({ total: z.number(), page: z.object({ limit: z.number(), nextCursor: z.string().nullable() }) }),
});

async function act(bench: Bench, action: string, body: object): Promise<z.infer<typeof shapes.action>> {
  const answer = await bench.control('POST', `/_hris/bamboohr/${action}`, body);
  expect(answer.status, answer.text).toBe(200);
  return shapes.action.parse(answer.json);
}

async function read(bench: Bench, id: string, onlyCurrent = false): Promise<Record<string, string | null>> {
  const answer = await bench.bamboohr(
    `/employees/${id}?fields=status,terminationDate,employmentHistoryStatus&onlyCurrent=${String(onlyCurrent)}`,
  );
  return shapes.flat.parse(answer.json);
}

async function rows(bench: Bench, id: string): Promise<z.infer<typeof rowsSchema>> {
  return rowsSchema.parse((await bench.bamboohr(`/employees/${id}/tables/employmentStatus`)).json);
}

describe('an ending', () => {
  it('shows its date at once and the status only when the last day has passed where the person works', async () => {
    let now = noon;
    const bench = await openBench({ world, now: () => now });
    const { bamboohr: id } = await leaverOf(bench);
    await act(bench, 'terminate', { employee: id, lastDay: '2026-11-30', reason: 'resignation' });
    expect(await read(bench, id)).toEqual({
      id,
      status: 'Active',
      terminationDate: '2026-11-30',
      employmentHistoryStatus: 'Terminated',
    });
    expect(await read(bench, id, true)).toEqual({
      id,
      status: 'Active',
      terminationDate: '0000-00-00',
      employmentHistoryStatus: 'Full-Time',
    });
    expect((await rows(bench, id)).at(-1)).toMatchObject({
      employeeId: id,
      date: '2026-11-30',
      employmentStatus: 'Terminated',
      terminationTypeId: 'resignation',
    });
    now = Date.parse('2026-11-30T22:59:00Z'); // 23:59 in Utrecht
    expect((await read(bench, id)).status).toBe('Active');
    now = Date.parse('2026-11-30T23:01:00Z');
    expect(await read(bench, id, true)).toMatchObject({
      status: 'Inactive',
      terminationDate: '2026-11-30',
      employmentHistoryStatus: 'Terminated',
    });
    const { people } = shapes.people.parse((await bench.control('GET', '/_world/people')).json);
    expect(people.find((person) => person.id === id)).toMatchObject({ status: 'Inactive', lastDay: '2026-11-30' });
  });

  it('can be moved, and is refused twice, unknown or impossible', async () => {
    const bench = await openBench({ world, now: () => noon });
    const { bamboohr: employee } = await leaverOf(bench);
    const terminate = { employee, lastDay: '2026-11-30', reason: 'resignation' };
    await act(bench, 'terminate', terminate);
    await act(bench, 'move', { employee, lastDay: '2026-12-15' });
    expect(await read(bench, employee)).toMatchObject({ terminationDate: '2026-12-15' });
    expect((await rows(bench, employee)).map((row) => row.date).at(-1)).toBe('2026-12-15');
    const code = async (action: string, body: object): Promise<unknown> => {
      const answer = await bench.control('POST', `/_hris/bamboohr/${action}`, body);
      return [answer.status, shapes.error.parse(answer.json).error.code];
    };
    expect(await code('terminate', terminate)).toEqual([409, 'not-possible']);
    expect(await code('terminate', { ...terminate, employee: '999' })).toEqual([404, 'unknown-employee']);
    expect(await code('rehire', { employee, startDay: '2027-01-01' })).toEqual([409, 'not-possible']);
    expect(await code('terminate', { ...terminate, lastDay: '2026-02-30' })).toEqual([400, 'invalid-input']);
    expect(await code('promote', {})).toEqual([404, 'unknown-action']);
  });

  it('withdrawn by clearing reads as empty; with its row deleted the date cannot be read any more', async () => {
    const bench = await openBench({ world, now: () => noon });
    const { bamboohr: employee } = await leaverOf(bench);
    const terminate = { employee, lastDay: '2026-11-30', reason: 'resignation' };
    await act(bench, 'terminate', terminate);
    await act(bench, 'rescind', { employee, how: 'clear' });
    expect(await read(bench, employee)).toMatchObject({
      status: 'Active',
      terminationDate: '0000-00-00',
      employmentHistoryStatus: 'Full-Time',
    });
    expect(await rows(bench, employee)).toHaveLength(1);
    await act(bench, 'terminate', terminate);
    await act(bench, 'rescind', { employee, how: 'delete-row' });
    const half = await read(bench, employee);
    expect(half).toMatchObject({ status: 'Active' });
    expect(half).not.toHaveProperty('terminationDate');
    const list = listSchema.parse(
      (await bench.bamboohr(`/employees?fields=status,terminationDate&filter[ids]=${employee}`)).json,
    );
    expect(list.data).toEqual([{ id: employee, status: 'Active', _restrictedFields: [] }]);
  });

  it('out of sight is left out of the record, null and named in the list, refused as a table', async () => {
    const bench = await openBench({ world, now: () => noon });
    const { bamboohr: employee } = await leaverOf(bench);
    await act(bench, 'terminate', { employee, lastDay: '2026-11-30', reason: 'resignation' });
    await act(bench, 'redact', { employee });
    expect(await read(bench, employee)).toEqual({ id: employee, status: 'Active' });
    const list = listSchema.parse(
      (await bench.bamboohr(`/employees?fields=status,terminationDate&filter[ids]=${employee}`)).json,
    );
    expect(list.data).toEqual([
      { id: employee, status: 'Active', terminationDate: null, _restrictedFields: ['terminationDate'] },
    ]);
    const table = await bench.bamboohr(`/employees/${employee}/tables/employmentStatus`);
    expect([table.status, table.text]).toEqual([403, '']);
    expect(table.headers.get('x-bamboohr-message')).toContain('employmentStatus');
  });
});

describe('people who come', () => {
  it('are hired for a later day, and rehired after they have left, with every step in the ledger', async () => {
    let now = noon;
    const bench = await openBench({ world, now: () => now });
    const { bamboohr: employee } = await leaverOf(bench);
    const hired = await act(bench, 'hire', { name: 'Saartje van Bloemendaal', startDay: '2026-12-01', manager: '1' });
    expect(hired.employee).toMatchObject({ id: '11', lastName: 'van Bloemendaal', status: 'Inactive', supervisorId: '1' });
    expect((await bench.bamboohr('/employees/directory')).text).not.toContain('Saartje');
    expect((await bench.bamboohr('/employees/directory?onlyCurrent=false')).text).toContain('Saartje');
    const changed = await bench.bamboohr('/employees/changed?since=2026-11-22T11:00:00Z');
    expect(changed.json).toMatchObject({ employees: { 11: { id: '11', action: 'Inserted' } } });
    await act(bench, 'terminate', { employee, lastDay: '2026-11-20', reason: 'retirement' });
    expect((await read(bench, employee)).status).toBe('Inactive');
    await act(bench, 'rehire', { employee, startDay: '2026-11-22' });
    expect(await read(bench, employee)).toMatchObject({ status: 'Active', terminationDate: '0000-00-00' });
    now += 1000;
    const entries = await ledgerOf(bench, '&vendor=bamboohr&by=human');
    expect(entries.filter((entry) => entry.op === 'create').map((entry) => entry.type)).toEqual([
      'employees',
      'employmentStatus',
      'employmentStatus',
      'employmentStatus',
    ]);
  });
});

describe('webhooks', () => {
  it('carry the vendor’s signature over body and then timestamp, in both families', async () => {
    const bench = await openBench({ world, now: () => noon });
    const { bamboohr: employee } = await leaverOf(bench);
    const receiver = await openReceiver([202]);
    await bench.control('PUT', '/_webhooks', { bamboohr: { url: receiver.url, secret: 'key', family: 'event' } });
    const { deliveries } = await act(bench, 'terminate', {
      employee,
      lastDay: '2026-11-30',
      reason: 'resignation',
      webhook: { times: 2 },
    });
    expect(deliveries.map((delivery) => [delivery.status, delivery.attempts])).toEqual([
      [202, 1],
      [202, 1],
    ]);
    expect(receiver.received.map((request) => request.body)).toEqual(deliveries.map((delivery) => delivery.body));
    const [first] = receiver.received;
    const timestamp = String(first?.headers['x-bamboohr-timestamp']);
    expect(first?.headers['x-bamboohr-signature']).toBe(
      createHmac('sha256', 'key')
        .update(`${first?.body ?? ''}${timestamp}`)
        .digest('hex'),
    );
    const data = { companyId: '74001', employeeId: employee, changedFields: ['terminationDate'] };
    expect(JSON.parse(first?.body ?? '')).toEqual({ type: 'employee.updated', timestamp: '2026-11-22T12:00:00+0000', data });
    await bench.control('PUT', '/_webhooks', { bamboohr: { url: receiver.url, secret: 'key', family: 'field' } });
    const legacy = await act(bench, 'move', { employee, lastDay: '2026-12-01' });
    const body = legacy.deliveries[0]?.body ?? '';
    expect(JSON.parse(body)).toMatchObject({
      employees: [{ id: employee, changedFields: ['Termination Date'], fields: { 'Termination Date': { value: '2026-12-01' } } }],
    });
    expect(body).toMatch(/"Pay rate":\{"value":"[\d,]+\.00 EUR"\}/);
  });

  it('can be tampered with, late, or signed with another key, so that the receiver’s refusals can be tested', async () => {
    const bench = await openBench({ world, now: () => noon });
    const { bamboohr: employee } = await leaverOf(bench);
    const receiver = await openReceiver([202]);
    await bench.control('PUT', '/_webhooks', { bamboohr: { url: receiver.url, secret: 'key', family: 'event' } });
    await act(bench, 'terminate', { employee, lastDay: '2026-11-30', reason: 'resignation', webhook: { send: false } });
    expect(receiver.received).toHaveLength(0);
    const valid = async (webhook: object, day: string): Promise<[boolean, number]> => {
      const { deliveries } = await act(bench, 'move', { employee, lastDay: day, webhook });
      const timestamp = deliveries[0]?.headers['X-BambooHR-Timestamp'] ?? '';
      const body = deliveries[0]?.body ?? '';
      const expected = createHmac('sha256', 'key').update(`${body}${timestamp}`).digest('hex');
      return [deliveries[0]?.headers['X-BambooHR-Signature'] === expected, Number(timestamp) - noon / 1000];
    };
    expect(await valid({}, '2026-12-01')).toEqual([true, 0]);
    expect(await valid({ skewSeconds: -400 }, '2026-12-02')).toEqual([true, -400]);
    expect(await valid({ tamper: 'body' }, '2026-12-03')).toEqual([false, 0]);
    expect(await valid({ tamper: 'timestamp' }, '2026-12-04')).toEqual([false, 1]);
    expect(await valid({ tamper: 'signature' }, '2026-12-05')).toEqual([false, 0]);
    expect(await valid({ secret: 'other' }, '2026-12-06')).toEqual([false, 0]);
  });

  it('come again after a 5xx and never after a 4xx', async () => {
    const bench = await openBench({ world, now: () => noon });
    const { bamboohr: employee } = await leaverOf(bench);
    const attempts = async (statuses: number[], day: string): Promise<unknown> => {
      const receiver = await openReceiver(statuses);
      await bench.control('PUT', '/_webhooks', { bamboohr: { url: receiver.url, secret: 'key', family: 'event' } });
      const { deliveries } = await act(bench, 'move', { employee, lastDay: day });
      return deliveries.map((delivery) => [delivery.status, delivery.attempts, receiver.received.length]);
    };
    await act(bench, 'terminate', { employee, lastDay: '2026-11-30', reason: 'resignation' });
    expect(await attempts([503, 202], '2026-12-01')).toEqual([[202, 2, 2]]);
    expect(await attempts([500], '2026-12-02')).toEqual([[500, 3, 3]]);
    expect(await attempts([401], '2026-12-03')).toEqual([[401, 1, 1]]);
  });
});

describe('reading', () => {
  it('leaves the reason of an error in a header and the body empty', async () => {
    const bench = await openBench({ world });
    const missing = await bench.bamboohr('/employees/999');
    expect([missing.status, missing.text]).toEqual([404, '']);
    expect(missing.headers.get('x-bamboohr-message')).toContain('999');
    expect((await bench.bamboohr('/employees/1', 'guessed')).status).toBe(401);
    const many = Array.from({ length: 401 }, (_, index) => `f${String(index)}`).join(',');
    expect((await bench.bamboohr(`/employees/1?fields=${many}`)).status).toBe(400);
    expect(shapes.flat.parse((await bench.bamboohr('/employees/1')).json)).toEqual(
      expect.objectContaining({ id: '1', firstName: expect.stringMatching(/./), lastName: expect.stringMatching(/./) }),
    );
  });

  it('pages the list with a cursor and names its own errors', async () => {
    const bench = await openBench({ world: { people: 25, accountsPerPerson: 0 } });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: string = cursor === '' ? '' : `&page[after]=${cursor}`;
      const list = listSchema.parse((await bench.bamboohr(`/employees?filter[status]=active&page[limit]=10${page}`)).json);
      seen.push(...list.data.map((one) => one.id));
      expect(list.meta.total).toBe(25);
      cursor = list.meta.page.nextCursor;
    }
    expect(new Set(seen).size).toBe(25);
    expect((await bench.bamboohr('/employees?page[after]=x')).json).toMatchObject({ error: { code: 'BadPage' } });
    expect((await bench.bamboohr('/employees?fields=nonsense')).json).toMatchObject({ error: { code: 'BadRequest' } });
  });

  it('brings the future-dated rows of everybody who changed in one call', async () => {
    const bench = await openBench({ world, now: () => noon });
    const { bamboohr: employee } = await leaverOf(bench);
    await act(bench, 'terminate', { employee, lastDay: '2026-11-30', reason: 'resignation' });
    const answer = await bench.bamboohr('/employees/changed/tables/employmentStatus?since=2026-11-22T00:00:00Z');
    expect(answer.json).toMatchObject({
      table: 'employmentStatus',
      employees: { [employee]: { rows: [{}, { date: '2026-11-30' }] } },
    });
    expect(Object.keys(z.object({ employees: z.record(z.string(), z.unknown()) }).parse(answer.json).employees)).toEqual([
      employee,
    ]);
    const names = z.array(z.object({ alias: z.string(), name: z.string() })).parse((await bench.bamboohr('/meta/fields')).json);
    expect(names).toContainEqual(expect.objectContaining({ alias: 'terminationDate', name: 'Termination Date' }));
    const jobs = await bench.bamboohr('/employees/all/tables/jobInfo');
    expect(z.array(z.object({ employeeId: z.string(), jobTitle: z.string() })).parse(jobs.json)).toHaveLength(10);
  });
});
