import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createHttp, pages, segment, type HttpOptions } from '../src/http.js';
import { failureOf, recordingTools, serve, type Answer, type Reply } from './vendors/support.js';

const secret = 'sekret-4711';
const schema = z.object({ name: z.string(), people: z.record(z.string(), z.object({ age: z.number() })).default({}) });

async function client(answer: Answer, options: Partial<HttpOptions<'calls'>> = {}) {
  const server = await serve(answer);
  const recording = recordingTools();
  const headers = { Authorization: `Bearer ${secret}` };
  const http = createHttp({ baseUrl: `${server.url}/prefix`, headers, rates: { calls: 5 }, tools: recording.tools, ...options });
  const call = (signal?: AbortSignal) =>
    http.call({ operation: 'things.get', method: 'GET', path: '/things', bucket: 'calls', schema }, { signal });
  return { ...server, ...recording, http, call };
}

describe('a call that succeeds', () => {
  test('is paced, counted and parsed, and its path stays below the base url', async () => {
    const { call, seen, counted, paced } = await client(() => ({ json: { name: 'é' } }));
    expect(await call()).toEqual({ name: 'é', people: {} });
    expect(seen[0]).toMatchObject({ method: 'GET', path: '/prefix/things', headers: { authorization: `Bearer ${secret}` } });
    expect(paced).toEqual([['calls', 5]]);
    expect(counted).toEqual([['things.get', 'ok']]);
  });

  test('a path that looks like another host goes to the connection, so the secret does not leave', async () => {
    const { http, seen } = await client(() => ({ json: { name: 'x' } }));
    await http.call({ operation: 'a', method: 'GET', path: '//evil.example/x', bucket: 'calls', schema }, {});
    await http.call({ operation: 'a', method: 'GET', path: 'http://evil.example/x', bucket: 'calls', schema }, {});
    expect(seen).toHaveLength(2);
  });

  test('queries are encoded, + and brackets included', async () => {
    const { http, seen } = await client(() => ({ json: { name: 'x' } }));
    const query = { 'page[after]': 'a+b=&c', since: '2026-01-01T00:00:00+01:00' };
    await http.call({ operation: 'a', method: 'GET', path: '/x', query, bucket: 'calls', schema }, {});
    expect(Object.fromEntries(seen[0]?.query ?? [])).toEqual(query);
  });
});

describe('a call that fails says why', () => {
  const statuses: [number, string][] = [
    [301, 'unexpected-response'],
    [400, 'invalid-request'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [408, 'timeout'],
    [409, 'conflict'],
    [422, 'invalid-request'],
    [429, 'rate-limited'],
    [500, 'vendor-unavailable'],
    [503, 'vendor-unavailable'],
  ];
  test.each(statuses)('status %i is %s', async (status, kind) => {
    const { call, counted } = await client(() => ({
      status,
      raw: 'Jan Jansen earns 90000',
      headers: { location: '/elsewhere' },
    }));
    const error = await failureOf(call());
    expect(error.kind).toBe(kind);
    expect(counted).toEqual([['things.get', kind]]);
    expect(JSON.stringify([error.message, error.stack, error])).not.toMatch(/Jansen|90000|sekret/);
    expect(error.cause).toBeUndefined();
  });

  const bodies: [string, Reply][] = [
    ['HTML', { raw: '<html>Jansen</html>' }],
    ['half of a JSON', { raw: '{"name":"Jansen' }],
    ['a body cut by the connection', { cut: '{"name":"Jansen' }],
    ['nothing', { raw: '' }],
    ['a list', { json: [] }],
    ['another type', { json: { name: { given: 'Jansen' } } }],
    ['a too large body', { json: { name: 'Jansen'.repeat(1000) } }],
  ];
  test.each(bodies)('%s is unexpected-response', async (_what, reply) => {
    const { call } = await client(() => reply, { maxAnswerBytes: 2000 });
    const error = await failureOf(call());
    expect(error.kind).toBe('unexpected-response');
    expect(error.message).not.toContain('Jansen');
  });

  test('a wrong shape names its path, but no key that is data, because messages end up in histories', async () => {
    const { call } = await client(() => ({ json: { name: 'x', people: { '4711': { age: 'Jansen' } } } }));
    expect((await failureOf(call())).message).toBe('conn things.get: the answer has an unknown shape at people.*.age');
  });

  test('silence ends as timeout', async () => {
    const silent = await client(() => 'hang', { timeoutMs: 50 });
    expect((await failureOf(silent.call())).kind).toBe('timeout');
  });

  test('nobody listening is vendor-unavailable', async () => {
    const { tools } = recordingTools();
    const http = createHttp({ baseUrl: 'http://127.0.0.1:1', headers: {}, rates: { calls: null }, tools });
    const error = await failureOf(http.call({ operation: 'a', method: 'GET', path: '/x', bucket: 'calls', schema }, {}));
    expect(error).toMatchObject({ kind: 'vendor-unavailable', message: 'conn a: no connection (ECONNREFUSED)' });
  });

  test('a redirect is not followed: it would carry the secret away', async () => {
    const { call, seen } = await client((one) =>
      one.path === '/prefix/things' ? { status: 302, raw: '', headers: { location: '/prefix/other' } } : { json: { name: 'x' } },
    );
    expect((await failureOf(call())).kind).toBe('unexpected-response');
    expect(seen).toHaveLength(1);
  });
});

describe('Retry-After', () => {
  const date = 'Sun, 22 Nov 2026 15:00:00 GMT';
  const cases: [string, Record<string, string>, number | undefined][] = [
    ['seconds', { 'retry-after': '7' }, 7000],
    ['a date, by the vendor’s clock', { 'retry-after': 'Sun, 22 Nov 2026 15:00:09 GMT', date }, 9000],
    ['a date in the past', { 'retry-after': 'Sun, 22 Nov 2026 14:00:00 GMT', date }, 0],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
    ['absent', {}, undefined],
    ['years', { 'retry-after': '999999999' }, 86_400_000],
  ];
  test.each(cases)('%s', async (_what, headers, expected) => {
    const { call } = await client(() => ({ status: 429, raw: '', headers }));
    expect((await failureOf(call())).retryAfterMs).toBe(expected);
  });

  test('a vendor’s own reading fills in, and its free text is not believed to be a code', async () => {
    const explain = () => ({ retryAfterMs: 1000, code: 'Jan Jansen not found' });
    const { call } = await client(() => ({ status: 429, json: {} }), { explain });
    expect(await failureOf(call())).toMatchObject({ retryAfterMs: 1000, message: 'conn things.get: answered 429' });
  });
});

describe('cancellation', () => {
  test('ends a call under way with the caller’s own reason, and is no failure of the vendor', async () => {
    const { call, counted } = await client(() => 'hang');
    const controller = new AbortController();
    const reason = new Error('cancelled by the workflow');
    setTimeout(() => controller.abort(reason), 30);
    await expect(call(controller.signal)).rejects.toBe(reason);
    expect(counted).toEqual([]);
  });

  test('before the call nothing is sent', async () => {
    const { call, seen } = await client(() => ({ json: { name: 'x' } }));
    await expect(call(AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(seen).toEqual([]);
  });
});

test('segment cannot climb out of its folder', () => {
  expect(segment('a/b?c')).toBe('a%2Fb%3Fc');
  for (const bad of ['', '.', '..']) expect(() => segment(bad)).toThrow('an id cannot be part of a path');
});

test('a cursor that repeats ends the walk instead of going on for ever', async () => {
  const walk = async () => {
    const seen: string[] = [];
    for await (const page of pages(
      () => Promise.resolve('same'),
      (cursor) => cursor,
    ))
      seen.push(page);
    return seen;
  };
  expect((await failureOf(walk())).kind).toBe('unexpected-response');
});
