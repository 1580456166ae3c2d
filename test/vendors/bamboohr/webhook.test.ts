import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bamboohrConfig } from '../../../src/vendors/bamboohr/config.js';
import { createBamboohrWebhook } from '../../../src/vendors/bamboohr/webhook.js';
import { required } from '../support.js';

const secret = 'a2b8c8e16d9f0c11223344556677aabb';
const make = (settings: object = {}) =>
  required(
    createBamboohrWebhook(bamboohrConfig.parse({ companyDomain: 'acme', apiKey: 'k', webhookSecret: secret, ...settings })),
  );

describe('the signature', () => {
  const body = '{"type":"employee.updated"}';
  const sentAt = '1795356000';
  const nowMs = 1_795_356_000_000;
  const verdict = (signed: string, change = (hex: string) => hex) => {
    const signature = change(createHmac('sha256', secret).update(signed).digest('hex'));
    return make().verify(
      { headers: { 'x-bamboohr-signature': signature, 'x-bamboohr-timestamp': sentAt }, body: Buffer.from(body) },
      nowMs,
    );
  };

  test('is over the body first and then the timestamp; the orders that guides name would lose every webhook', () => {
    expect(verdict(`${body}${sentAt}`)).toBe('valid');
    for (const signed of [`${sentAt}${body}`, `${sentAt}.${body}`, `${body}.${sentAt}`, body])
      expect(verdict(signed)).toBe('invalid-signature');
  });

  test('is lower-case hex, nothing around it', () => {
    const changes = [(hex: string) => hex.toUpperCase(), (hex: string) => `sha256=${hex}`, (hex: string) => `${hex}00`];
    for (const change of changes) expect(verdict(`${body}${sentAt}`, change)).toBe('invalid-signature');
  });

  test('the tolerance is the connection’s', () => {
    const signature = createHmac('sha256', secret).update(`${body}${sentAt}`).digest('hex');
    const request = { headers: { 'x-bamboohr-signature': signature, 'x-bamboohr-timestamp': sentAt }, body: Buffer.from(body) };
    expect(make({ signatureTolerance: 10 }).verify(request, nowMs + 11_000)).toBe('stale-timestamp');
    expect(make({ signatureTolerance: 10 }).verify(request, nowMs + 10_000)).toBe('valid');
  });
});

describe('relevant fields', () => {
  const event = (changedFields?: string[]) => ({
    type: 'employee.updated',
    timestamp: '2026-01-31T18:42:00+0000',
    data: { companyId: '1', employeeId: 8, changedFields },
  });

  test('names of both families, whatever their case and spaces; the company’s own by configuration', () => {
    for (const name of ['status', 'hireDate', 'Hire Date', 'Supervisor', 'Reporting to', 'Employment Status']) {
      expect(make().records(event([name]))).toEqual(['8']);
    }
    expect(make().records(event(['Salary']))).toEqual([]);
    expect(make({ webhookFields: ['Uit dienst per'] }).records(event(['uit dienst per']))).toEqual(['8']);
    expect(make({ fields: { lastWorkingDay: ['customLastDay'] } }).records(event(['customLastDay']))).toEqual(['8']);
  });

  test('an update that does not say what changed is looked at; one that says "nothing" is not', () => {
    expect(make().records(event())).toEqual(['8']);
    expect(make().records(event([]))).toEqual([]);
  });

  test('of a mixed legacy batch only the employees concerned', () => {
    const employees = [
      { id: '1', action: 'Updated', changedFields: ['First name'] },
      { id: '2', action: 'Updated', changedFields: ['Termination Date'] },
      { id: '3', action: 'Deleted', changedFields: [] },
    ];
    expect(make().records({ employees })).toEqual(['2', '3']);
  });
});
