import { AxiosError, AxiosHeaders } from 'axios';
import { describe, expect, it } from 'vitest';
import { VendorError } from '../src/ports/vendor.js';
import { createLogger } from '../src/logger.js';

function recorder(level = 'info') {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level, destination: { write: (line) => void lines.push(line) } });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}');
  return { logger, lines, last, all: () => lines.join('') };
}

const secret = 'pat-na1-5e884898da28047151d0e56f8dc6292773603d0d6aabbdd6';

function axiosFailure(): AxiosError {
  const headers = new AxiosHeaders({ Authorization: `Bearer ${secret}` });
  const config = {
    headers,
    url: '/crm/v3/owners',
    auth: { username: 'baton', password: secret },
    data: '{"note":"Vertrauliches"}',
  };
  const data = { message: 'Jeroen de Vries is not allowed', email: 'jeroen@example.com' };
  const request = { path: `/owners?hapikey=${secret}` };
  return new AxiosError('Request failed with status code 403', 'ERR_BAD_REQUEST', config, request, {
    status: 403,
    statusText: 'Forbidden',
    headers: { 'set-cookie': [secret] },
    config,
    data,
  });
}

describe('what an operator needs is in the log', () => {
  it('one line of JSON per event, with level, time, name and ids', () => {
    const { logger, lines, last } = recorder();
    logger.child({ handover: 'handover/7k2m9q' }).info({ step: 's1', count: 3, nothing: null }, 'step verified');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('}\n')).toBe(true);
    expect(last()).toMatchObject({
      level: 'info',
      name: 'test',
      handover: 'handover/7k2m9q',
      step: 's1',
      count: 3,
      nothing: null,
    });
    expect(last()).toMatchObject({ msg: 'step verified', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) });
  });

  it('nothing below the configured level', () => {
    const { logger, lines } = recorder('warn');
    logger.info('quiet');
    logger.warn('loud');
    expect(lines).toHaveLength(1);
  });

  it('kind, status, stack and causes of an error', () => {
    const { logger, last } = recorder();
    logger.error({ err: new VendorError('forbidden', 'HubSpot refused', { cause: axiosFailure() }) }, 'page failed');
    expect(last().err).toMatchObject({
      type: 'VendorError',
      kind: 'forbidden',
      message: 'HubSpot refused',
      stack: expect.stringContaining('logger.test'),
      cause: { type: 'AxiosError', code: 'ERR_BAD_REQUEST', status: 403 },
    });
  });

  it('errors inside an AggregateError, and causes that run in a circle', () => {
    const { logger, last } = recorder();
    const circle = new Error('circle');
    circle.cause = circle;
    logger.error({ failure: new AggregateError([new Error('one'), 'two', circle], 'all failed') });
    expect(last().failure).toMatchObject({ message: 'all failed', errors: [{ message: 'one' }, 'two', { message: 'circle' }] });
  });
});

describe('what must not be in the log is not', () => {
  const cases: readonly [string, (logger: ReturnType<typeof recorder>['logger']) => void][] = [
    ['an axios error as only argument', (logger) => logger.error(axiosFailure())],
    ['an axios error under err', (logger) => logger.error({ err: axiosFailure() })],
    ['an axios error under another key', (logger) => logger.error({ reason: axiosFailure() })],
    ['an axios error deep inside', (logger) => logger.error({ outcome: { parts: [{ why: axiosFailure() }] } })],
    ['an axios error bound to a child', (logger) => logger.child({ err: axiosFailure() }).info('x')],
    ['an axios error in the message', (logger) => logger.info('failed: %o', axiosFailure().toJSON())],
    ['axios config', (logger) => logger.info({ config: axiosFailure().config })],
    ['headers', (logger) => logger.info({ call: { headers: { authorization: `Bearer ${secret}` } } })],
    ['an authorization header', (logger) => logger.info({ Authorization: `Basic ${secret}` })],
    ['vendor settings', (logger) => logger.info({ hubspot: { accessToken: secret, apiKey: secret, clientSecret: secret } })],
    ['a bearer token in a sentence', (logger) => logger.info(`sent Authorization: Bearer ${secret}`)],
    ['a database URL', (logger) => logger.error(new Error(`no answer from postgresql://baton:${secret}@db:5432/baton`))],
    ['a key in a query', (logger) => logger.info(`GET /x?hapikey=${secret}&limit=1`)],
    ['a mailed link', (logger) => logger.info(`GET /l/${secret}`)],
    [
      'a request',
      (logger) => logger.info({ req: { id: 'r-1', method: 'GET', url: `/l/${secret}`, headers: { cookie: secret } } }),
    ],
    [
      'a response',
      (logger) => logger.info({ res: { statusCode: 302, getHeaders: () => ({ 'set-cookie': secret }), extra: secret } }),
    ],
    ['a person', (logger) => logger.info({ person: { id: 'p-1', givenName: 'Jeroen', email: 'jeroen@example.com' } })],
    ['an address in a message', (logger) => logger.info('mail to jeroen.de.vries+crm@example.co.uk refused')],
  ];

  it.each(cases)('%s', (_name, write) => {
    const { logger, lines, all } = recorder('trace');
    write(logger);
    expect(lines).toHaveLength(1);
    for (const text of [secret, 'Jeroen', 'jeroen', 'example.co', 'Vertrauliches']) expect(all()).not.toContain(text);
  });

  it('a text without end is cut', () => {
    const { logger, all } = recorder();
    logger.info('x'.repeat(100_000));
    expect(all().length).toBeLessThan(10_000);
  });
});
