import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildApp } from '../../src/ingress/app.js';
import { createMetrics, type Metrics } from '../../src/metrics.js';
import { openDatabase, type Database } from '../../src/store/client.js';
import { deliveryStore } from '../../src/store/deliveries.js';
import { freshDatabase } from '../support/database.js';
import { bamboohrPort, employeeUpdated, memoryLogger, sendRaw, signed } from './support.js';

let db: Database;
let dropDatabase: () => Promise<void>;
let databaseUrl: string;
let app: FastifyInstance;
let address: string;
let metrics: Metrics;
let woken: number;
const log = memoryLogger();
const ready = { database: () => db.$queryRaw`select 1`, temporal: () => Promise.resolve() };

async function start(database: Database): Promise<void> {
  const connections = new Map([['bamboohr-nl', bamboohrPort()]]);
  const parts = { connections, deliveries: deliveryStore(database), ready, metrics, logger: log.logger, now: Date.now };
  app = buildApp({ ...parts, wake: () => (woken += 1) });
  address = await app.listen({ host: '127.0.0.1', port: 0 });
}

beforeAll(async () => {
  const database = await freshDatabase();
  databaseUrl = database.url;
  dropDatabase = database.drop;
  db = openDatabase(databaseUrl);
});
afterAll(async () => {
  await db.$disconnect();
  await dropDatabase();
});
beforeEach(async () => {
  await db.delivery.deleteMany();
  metrics = createMetrics();
  woken = 0;
  await start(db);
});
afterEach(() => app.close());

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
}

async function send({ path = '/webhooks/bamboohr-nl', method = 'POST', body, headers = {} }: Sent) {
  const response = await fetch(address + path, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text === '' ? undefined : JSON.parse(text) };
}

async function webhooksTotal(connection: string, result: string): Promise<number> {
  const line = new RegExp(`^baton_webhooks_total\\{connection="${connection}",result="${result}"\\} (\\d+)$`, 'm');
  return Number(line.exec(await metrics.registry.metrics())?.[1] ?? 0);
}

/** Every refusal has this shape and no more. */
function refusal(code: string) {
  return { error: { code, message: expect.stringMatching(/^[A-Z].*\.$/) } };
}

const body = employeeUpdated('8');
const tooLarge = 'x'.repeat(1_048_577);

describe('each case is answered as the contract says, the first that applies', () => {
  const valid = signed(body);
  const cases: readonly [name: string, sent: Sent, status: number, code: string][] = [
    [
      'unknown connection, wrong method, too large',
      { path: '/webhooks/nobody', method: 'PUT', body: tooLarge },
      404,
      'unknown-connection',
    ],
    ['unknown connection, read by GET', { path: '/webhooks/nobody', method: 'GET' }, 404, 'unknown-connection'],
    ['a name that every object has', { path: '/webhooks/__proto__', body }, 404, 'unknown-connection'],
    ['a name of 300 letters', { path: `/webhooks/${'x'.repeat(300)}`, body }, 404, 'unknown-connection'],
    ['a name that cannot be decoded', { path: '/webhooks/%E0%A4%A', body }, 404, 'unknown-connection'],
    ['wrong method, too large', { method: 'PUT', body: tooLarge }, 405, 'method-not-allowed'],
    ['GET', { method: 'GET' }, 405, 'method-not-allowed'],
    ['OPTIONS', { method: 'OPTIONS' }, 405, 'method-not-allowed'],
    ['a method of WebDAV', { method: 'PROPFIND' }, 405, 'method-not-allowed'],
    ['too large and unsigned', { body: tooLarge }, 413, 'body-too-large'],
    ['too large and signed', { body: tooLarge, headers: signed(tooLarge) }, 413, 'body-too-large'],
    ['unsigned and malformed', { body: '{' }, 401, 'missing-signature'],
    ['unsigned', { body }, 401, 'missing-signature'],
    ['no body at all', {}, 401, 'missing-signature'],
    ['empty signature', { body, headers: { ...valid, 'x-bamboohr-signature': '' } }, 401, 'missing-signature'],
    ['no timestamp', { body, headers: { 'x-bamboohr-signature': 'ab' } }, 401, 'missing-signature'],
    ['timestamp no integer', { body, headers: { ...valid, 'x-bamboohr-timestamp': 'now' } }, 401, 'stale-timestamp'],
    ['too old', { body, headers: signed(body, -302) }, 401, 'stale-timestamp'],
    ['too far ahead', { body, headers: signed(body, 600) }, 401, 'stale-timestamp'],
    ['too old and of another body', { body: '{', headers: signed(body, -302) }, 401, 'stale-timestamp'],
    ['of another body', { body: '{', headers: valid }, 401, 'invalid-signature'],
    ['no hexadecimal', { body, headers: { ...valid, 'x-bamboohr-signature': 'zz'.repeat(32) } }, 401, 'invalid-signature'],
    ['signed and no JSON', { body: '{', headers: signed('{') }, 400, 'invalid-json'],
    ['signed and empty', { body: '', headers: signed('') }, 400, 'invalid-json'],
    [
      'signed and no UTF-8',
      { body: Uint8Array.of(0x22, 0xff, 0x22), headers: signed(Uint8Array.of(0x22, 0xff, 0x22)) },
      400,
      'invalid-json',
    ],
    ['signed and of no family', { body: '{"a":1}', headers: signed('{"a":1}') }, 400, 'invalid-payload'],
    [
      'an id that no database can store',
      { body: employeeUpdated('a\u0000b'), headers: signed(employeeUpdated('a\u0000b')) },
      400,
      'invalid-payload',
    ],
  ];
  test.each(cases)('%s', async (_name, sent, status, code) => {
    const answer = await send(sent);
    expect({ status: answer.status, body: answer.json }).toEqual({ status, body: refusal(code) });
    const label = code === 'unknown-connection' ? 'unknown' : 'bamboohr-nl';
    // What does not even match the route is not counted.
    expect(await webhooksTotal(label, code)).toBe(sent.path?.includes('%') ? 0 : 1);
    expect(await db.delivery.count()).toBe(0);
  });

  test('a HEAD is refused like a GET, and the answer names the method to use', async () => {
    const answer = await send({ method: 'HEAD' });
    expect([answer.status, answer.headers.get('allow'), answer.text]).toEqual([405, 'POST', '']);
  });

  test('a body of exactly the limit is read', async () => {
    expect((await send({ body: 'x'.repeat(1_048_576) })).status).toBe(401);
  });

  test.each([
    ['x-bamboohr-signature', 'the signature'],
    ['x-bamboohr-timestamp', 'the timestamp'],
  ])('%s repeated is refused, although both are the same', async (name) => {
    const headers = [...Object.entries(signed(body)), ...Object.entries(signed(body)).filter(([header]) => header === name)];
    const lines = headers.map(([header, value]) => `${header}: ${value}\r\n`).join('');
    const head = `POST /webhooks/bamboohr-nl HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${body.length}\r\n${lines}\r\n`;
    const answer = await sendRaw(address, head, body);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([401, refusal('missing-signature')]);
  });
});

describe('bodies that lie about their length', () => {
  const head = 'POST /webhooks/bamboohr-nl HTTP/1.1\r\nhost: x\r\nconnection: close\r\n';

  test('a chunked body over the limit is refused with our answer, although its sender goes on', async () => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const answer = await sendRaw(
      address,
      `${head}transfer-encoding: chunked\r\n\r\n`,
      ...Array.from({ length: 80 }, () => chunk),
      '0\r\n\r\n',
    );
    expect([answer.status, answer.body]).toEqual([413, JSON.stringify(refusal413())]);
  });

  test('an announced length over the limit is refused without waiting for it for long', async () => {
    const answer = await sendRaw(address, `${head}content-length: 9999999999\r\n\r\n`, 'x');
    expect([answer.status, answer.body]).toEqual([413, JSON.stringify(refusal413())]);
  });

  test('what follows a body that is longer than announced is no request', async () => {
    const lines = Object.entries(signed('{}')).map(([name, value]) => `${name}: ${value}\r\n`);
    const answer = await sendRaw(
      address,
      `${head.replace('connection: close\r\n', '')}content-length: 2\r\n${lines.join('')}\r\n{}trailing`,
    );
    expect([answer.status, JSON.parse(answer.body)]).toEqual([400, refusal('bad-request')]);
    expect(await db.delivery.count()).toBe(0);
  });

  function refusal413() {
    return { error: { code: 'body-too-large', message: 'Send at most 1048576 bytes.' } };
  }
});

describe('accepted deliveries', () => {
  test('202 comes with a durable row that holds ids and a hash only', async () => {
    const answer = await send({ body, headers: signed(body) });
    expect([answer.status, answer.json]).toEqual([202, { accepted: true, delivery: expect.any(String) }]);
    const rows = await db.delivery.findMany();
    expect(rows).toMatchObject([{ id: answer.json.delivery, connection: 'bamboohr-nl', records: ['8'], handledAt: null }]);
    expect(rows[0]?.key).toMatch(/^[0-9a-f]{64}$/);
    expect(woken).toBe(1);
    expect(await webhooksTotal('bamboohr-nl', 'accepted')).toBe(1);
  });

  test('the same bytes again are one row, also with another signature, and also when both come at once', async () => {
    const sent = await Promise.all([0, 1, 2, 3].map((skew) => send({ body, headers: signed(body, skew) })));
    expect(new Set(sent.map(({ json }) => json.delivery)).size).toBe(1);
    expect(sent.filter(({ json }) => json.duplicate === true)).toHaveLength(3);
    await db.delivery.updateMany({ data: { handledAt: new Date() } });
    const again = await send({ body, headers: signed(body) });
    expect([again.status, again.json]).toEqual([202, { accepted: true, delivery: sent[0]?.json.delivery, duplicate: true }]);
    expect(await db.delivery.findMany()).toMatchObject([{ handledAt: null }]);
  });

  test('a change of no relevant field makes no row', async () => {
    const irrelevant = employeeUpdated('8', ['favouriteColour']);
    const answer = await send({ body: irrelevant, headers: signed(irrelevant) });
    expect([answer.status, answer.json]).toEqual([202, { accepted: true, delivery: null, ignored: 'no-relevant-field' }]);
    expect(await db.delivery.count()).toBe(0);
    expect(await webhooksTotal('bamboohr-nl', 'ignored')).toBe(1);
  });

  test('a content type that says something else, or nothing readable, changes nothing', async () => {
    for (const contentType of ['text/plain', 'application/x-www-form-urlencoded', ';;;', 'application/json; charset=latin1']) {
      const answer = await send({ body, headers: { ...signed(body), 'content-type': contentType } });
      expect(answer.status, contentType).toBe(202);
    }
  });

  test('hundreds at once are each answered for their own record', async () => {
    const ids = Array.from({ length: 400 }, (_, index) => `e${index}`);
    const answers = await Promise.all(ids.map((id) => send({ body: employeeUpdated(id), headers: signed(employeeUpdated(id)) })));
    const rows = new Map((await db.delivery.findMany()).map((row) => [row.id, row.records]));
    expect(answers.map(({ json }) => rows.get(json.delivery))).toEqual(ids.map((id) => [id]));
  });
});

describe('when the database is away', () => {
  test('nothing is acknowledged: 503 with Retry-After, and the log says why', async () => {
    await app.close();
    const gone = new URL(databaseUrl);
    gone.port = '1';
    const unreachable = openDatabase(gone.href);
    await start(unreachable);
    const answer = await send({ body, headers: signed(body) });
    expect([answer.status, answer.headers.get('retry-after'), answer.json]).toEqual([503, '5', refusal('unavailable')]);
    expect(await webhooksTotal('bamboohr-nl', 'unavailable')).toBe(1);
    expect(woken).toBe(0);
    expect(log.lines()).toContain('a delivery could not be stored');
    await unreachable.$disconnect();
  });
});

describe('probes and everything else', () => {
  test('health, readiness and unknown routes', async () => {
    expect(await send({ path: '/health', method: 'GET' })).toMatchObject({ status: 200, json: { ok: true } });
    expect(await send({ path: '/ready', method: 'GET' })).toMatchObject({ status: 200, json: { ready: true, waitingFor: [] } });
    for (const path of ['/', '/webhooks', '/nothing?x=1', '/%E0%A4%A', '/health/']) {
      const answer = await send({ path, body: '{"a":', headers: { 'content-type': 'application/json' } });
      expect([answer.status, answer.json], path).toEqual([404, refusal('unknown-route')]);
    }
  });

  test('readiness names what it waits for, also when that never answers', async () => {
    await app.close();
    const connections = new Map([['bamboohr-nl', bamboohrPort()]]);
    const notReady = { database: () => Promise.reject(new Error('gone')), temporal: () => new Promise(() => undefined) };
    const parts = { connections, deliveries: deliveryStore(db), metrics, logger: log.logger, now: Date.now };
    app = buildApp({ ...parts, ready: notReady });
    address = await app.listen({ host: '127.0.0.1', port: 0 });
    const answer = await send({ path: '/ready', method: 'GET' });
    expect([answer.status, answer.json]).toEqual([503, { ready: false, waitingFor: ['database', 'temporal'] }]);
  });

  test('a fault of ours is 500 without a word about it outside the log', async () => {
    await app.close();
    const broken = { verify: () => 'valid' as const, records: () => failing() };
    const parts = { deliveries: deliveryStore(db), ready, metrics, logger: log.logger, now: Date.now };
    app = buildApp({ ...parts, connections: new Map([['bamboohr-nl', broken]]) });
    address = await app.listen({ host: '127.0.0.1', port: 0 });
    const answer = await send({ body: '{}' });
    expect([answer.status, answer.json]).toEqual([500, refusal('internal')]);
    expect(answer.text).not.toContain('inner workings');
    expect(log.lines()).toContain('inner workings');
  });

  function failing(): never {
    throw new Error('inner workings');
  }

  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'bad-request'],
    ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ['no host', 'GET /nothing HTTP/1.1\r\nconnection: close\r\n\r\n', 404, 'unknown-route'],
    ['an expectation', 'GET /nothing HTTP/1.1\r\nhost: x\r\nexpect: wonders\r\nconnection: close\r\n\r\n', 404, 'unknown-route'],
    ['a method of WebDAV', 'PROPFIND /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 404, 'unknown-route'],
  ])('%s still gets our error body', async (_name, bytes, status, code) => {
    const answer = await sendRaw(address, bytes);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, refusal(code)]);
  });
});

describe('whatever strangers send', () => {
  const headerName = fc.constantFrom(
    'x-bamboohr-signature',
    'x-bamboohr-timestamp',
    'content-type',
    'content-encoding',
    'accept',
    '__proto__',
    'x',
  );
  const headerValue = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    maxLength: 80,
  });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
  );

  test('it never becomes a 5xx, a stack or a row', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.tuple(headerName, headerValue), { maxLength: 6 }),
      bytes,
      fc.boolean(),
      async (pairs, content, sign) => {
        const headers = [...pairs, ...Object.entries(sign ? signed(content) : {})].map(
          ([name, value]) => `${name}: ${value}\r\n`,
        );
        const start = `POST /webhooks/bamboohr-nl HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${content.length}\r\n`;
        const answer = await sendRaw(address, `${start}${headers.join('')}\r\n`, content);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        expect(JSON.parse(answer.body)).toEqual(refusal(JSON.parse(answer.body).error.code));
        expect(answer.body).not.toMatch(/ at |node_modules|\.ts/);
      },
    );
    await fc.assert(property, { numRuns: 300 });
    expect(await db.delivery.count()).toBe(0);
  });

  test('signed JSON of any shape is a 4xx or a delivery, never a 5xx', async () => {
    const id = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.jsonValue());
    const payload = fc.oneof(
      id.map((employeeId) => ({
        type: 'employee.updated',
        timestamp: '2026-01-31T18:42:00Z',
        data: { employeeId, changedFields: ['status'] },
      })),
      fc.array(id).map((ids) => ({ employees: ids.map((each) => ({ id: each, changedFields: ['Status'] })) })),
    );
    const property = fc.asyncProperty(payload, async (value) => {
      const content = JSON.stringify(value);
      const answer = await send({ body: content, headers: signed(content) });
      expect([202, 400]).toContain(answer.status);
    });
    await fc.assert(property, { numRuns: 300 });
  });
});
