import { describe, expect, test } from 'vitest';
import { bamboohrConfig } from '../../../src/vendors/bamboohr/config.js';
import { readableRows, toColleague, toReading } from '../../../src/vendors/bamboohr/mapper.js';
import { changedTableSchema, employeeSchema, listSchema, statusTableSchema } from '../../../src/vendors/bamboohr/schemas.js';

const config = bamboohrConfig.parse({ companyDomain: 'acme', apiKey: 'k', fields: { lastWorkingDay: ['customLastDay'] } });
const row = (date: string | null, status: string, reason: string | null = null) => ({ date, status, reason });
const started = row('2019-03-01', 'Full-Time');

function read(parts: { current?: object; ahead?: object; rows?: ReturnType<typeof row>[] | null }) {
  const current = { status: 'Active', employmentHistoryStatus: 'Full-Time', ...parts.current };
  const ahead = { terminationDate: null, ...parts.ahead };
  return toReading({ record: '8', current, ahead, rows: parts.rows === undefined ? [started] : parts.rows }, config);
}

describe('the end of employment: a wrong "no end" undoes a handover, a wrong end starts one', () => {
  const ends = (value: string | null) => ({ readable: true, value });
  const hidden = { readable: false };
  const cases: [string, Parameters<typeof read>[0], object][] = [
    ['a future row before the field knows it', { rows: [row('2026-11-30', 'Terminated'), started] }, ends('2026-11-30')],
    ['the field alone, the table hidden', { ahead: { terminationDate: '2026-11-30' }, rows: null }, ends('2026-11-30')],
    [
      'the row was moved, the field not yet',
      { ahead: { terminationDate: '2026-11-30' }, rows: [started, row('2026-12-31', 'terminated')] },
      ends('2026-12-31'),
    ],
    ['nothing in either', {}, ends(null)],
    ['no field, no rows: nothing is proven', { ahead: { terminationDate: undefined }, rows: null }, hidden],
    ['the field empty, the table hidden: nothing is proven', { rows: null }, hidden],
    ['the field hidden, no row ends: nothing is proven', { ahead: { terminationDate: undefined } }, hidden],
    [
      'came back after an old end',
      {
        ahead: { terminationDate: '2024-01-31' },
        rows: [started, row('2024-01-31', 'Terminated'), row('2025-05-01', 'Full-Time')],
      },
      ends(null),
    ],
    ['the field says so, the rows do not', { ahead: { terminationDate: '2026-11-30' } }, ends('2026-11-30')],
  ];
  test.each(cases)('%s', (_what, parts, expected) => {
    expect(read(parts).employmentEnd).toEqual(expected);
  });

  test('a table without its status column cannot be judged', () => {
    expect(readableRows([{ date: '2026-11-30', status: undefined, reason: null }])).toBeNull();
  });
});

describe('the status', () => {
  const cases: [object, unknown][] = [
    [{}, 'active'],
    [{ employmentHistoryStatus: 'Terminated' }, 'active'],
    [{ status: 'Inactive', employmentHistoryStatus: 'Terminated' }, 'left'],
    [{ status: 'Inactive', employmentHistoryStatus: 'Contractor' }, 'inactive'],
    [{ status: 'Inactive', employmentHistoryStatus: undefined }, 'inactive'],
    [{ employmentHistoryStatus: 'garden LEAVE' }, 'garden-leave'],
    [{ employmentHistoryStatus: 'Leave of absence' }, 'on-leave'],
    [{ status: 'Paused' }, 'unknown'],
    [{ status: null }, 'unknown'],
  ];
  test.each(cases)('%j is %s', (current, expected) => {
    expect(read({ current }).status).toEqual({ readable: true, value: expected });
  });

  test('that may not be seen is not readable, and unknown for a colleague', () => {
    const reading = read({ current: { status: undefined } });
    expect(reading.status).toEqual({ readable: false });
    expect(reading.colleague.status).toBe('unknown');
  });
});

test('the newest ending row gives the reason, in the company’s words', () => {
  const rows = [started, row('2026-11-30', 'Terminated', 'Andere baan'), row('2020-01-01', 'Terminated', 'old')];
  expect(read({ rows })).toMatchObject({ reason: 'Andere baan', employmentEnd: { value: '2026-11-30' } });
});

test('a fact is taken from the first of its names that is filled', () => {
  const values = { reportsToId: null, supervisorEId: '4', department: 'Sales', customLastDay: '2026-11-20' };
  expect(toColleague('8', values, config)).toMatchObject({
    manager: '4',
    team: 'Sales',
    country: null,
    language: null,
    givenName: '',
  });
  expect(read({ current: values }).lastWorkingDay).toBe('2026-11-20');
});

describe('what BambooHR sends', () => {
  test('zeros and nothing are an empty day; a day that is none is refused', () => {
    const schema = employeeSchema(config);
    for (const terminationDate of ['0000-00-00', '', null]) {
      expect(schema.parse({ id: '8', terminationDate }).values.terminationDate).toBeNull();
    }
    expect(schema.parse({ id: 8 }).values.terminationDate).toBeUndefined();
    expect(schema.safeParse({ id: '8', terminationDate: '2026-02-30' }).success).toBe(false);
    expect(schema.safeParse({ id: '8', terminationDate: 'tomorrow' }).success).toBe(false);
  });

  test('a value outside the fields of policy.md 11 is dropped at the edge', () => {
    expect(employeeSchema(config).parse({ id: '8', ssn: '1', homeEmail: 'x@y' }).values).toEqual({});
  });

  test('a restricted field of the list is not readable, an empty one is empty', () => {
    const page = {
      data: [{ employeeId: '4', status: null, workEmail: null, _restrictedFields: ['status'] }],
      meta: { page: {} },
    };
    expect(listSchema(config).parse(page).data[0]?.values).toEqual({ workEmail: null });
  });

  test('rows keep their columns’ readability, and an empty map may be a list', () => {
    const [first] = statusTableSchema(config).parse([
      { id: '1', employeeId: '8', date: '2026-11-30', terminationTypeId: 'Resignation' },
    ]);
    expect(first).toEqual({ date: '2026-11-30', status: undefined, reason: 'Resignation' });
    expect(statusTableSchema(config).safeParse([{ date: 5 }]).success).toBe(false);
    expect(changedTableSchema(config).parse({ table: 'employmentStatus', employees: [] }).employees).toEqual({});
  });
});
