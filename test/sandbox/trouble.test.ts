import { describe, expect, it } from 'vitest';
import { type Bench, leaverOf, ledgerOf, openBench, ownedBy, shapes } from './support.js';

const search = '/crm/v3/objects/companies/search';
const update = '/crm/v3/objects/companies/batch/update';
const world = { people: 6, accountsPerPerson: 3 };

async function prepared(): Promise<{ bench: Bench; ids: string[]; body: object }> {
  const bench = await openBench({ world });
  const ids = await ownedBy(bench, 'companies', (await leaverOf(bench)).hubspot);
  return { bench, ids, body: { inputs: ids.map((id) => ({ id, properties: { hubspot_owner_id: '1001' } })) } };
}

async function fault(bench: Bench, kind: object, more: object = {}): Promise<void> {
  const rules = [{ vendor: 'hubspot', route: 'POST /crm/v3/objects/*/batch/update', times: 1, fault: kind, ...more }];
  expect((await bench.control('PUT', '/_faults', { seed: 1, rules })).status).toBe(200);
}

describe('limits', () => {
  it('stop the twelfth call within a second with the vendor’s 429, and show what is left before', async () => {
    const bench = await openBench({ world, limits: true });
    const answers = await Promise.all(Array.from({ length: 14 }, () => bench.hubspot('GET', '/account-info/v3/details')));
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused).toHaveLength(3);
    expect(refused[0]?.json).toMatchObject({
      errorType: 'RATE_LIMIT',
      policyName: 'SECONDLY',
      message: 'You have reached your secondly limit.',
    });
    expect(answers[0]?.headers.get('x-hubspot-ratelimit-max')).toBe('110');
    expect(answers[0]?.headers.get('x-hubspot-ratelimit-secondly-remaining')).toBe('10');
    const human = await bench.hubspot('GET', '/account-info/v3/details', undefined, 'sandbox-human');
    expect(human.status).toBe(200);
  });

  it('count searches on their own and without headers', async () => {
    const bench = await openBench({ world, limits: true });
    const answers = await Promise.all(Array.from({ length: 6 }, () => bench.hubspot('POST', search, {})));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 429, 429]);
    for (const answer of answers) expect(answer.headers.get('x-hubspot-ratelimit-max')).toBeNull();
  });

  it('tell a BambooHR caller when to come back', async () => {
    const bench = await openBench({ world });
    await bench.control('PUT', '/_limits', { bamboohr: { perSecond: 1 } });
    expect((await bench.bamboohr('/employees/1')).status).toBe(200);
    const refused = await bench.bamboohr('/employees/1');
    expect([refused.status, refused.headers.get('retry-after'), refused.text]).toEqual([429, '1', '']);
  });
});

describe('faults', () => {
  it('status: nothing is written and Retry-After comes when asked for', async () => {
    const { bench, body } = await prepared();
    await fault(bench, { kind: 'status', status: 429, retryAfter: 2 });
    const answer = await bench.hubspot('POST', update, body);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '2']);
    expect(await ledgerOf(bench)).toEqual([]);
    expect((await bench.hubspot('POST', update, body)).status).toBe(200);
    expect((await bench.control('GET', '/_faults')).json).toMatchObject({ rules: [{ hits: 1, times: 1 }] });
  });

  it.each([
    ['timeout-before', 0],
    ['timeout-after', 3],
  ])('%s: no answer comes, and %i records were written', async (kind, written) => {
    const { bench, body } = await prepared();
    await fault(bench, { kind });
    const signal = AbortSignal.timeout(300);
    const headers = { authorization: 'Bearer sandbox-baton', 'content-type': 'application/json' };
    const call = fetch(`${bench.url}/hubspot${update}`, { method: 'POST', headers, body: JSON.stringify(body), signal });
    await expect(call).rejects.toThrow();
    expect(await ledgerOf(bench)).toHaveLength(written);
    expect(shapes.calls.parse((await bench.control('GET', '/_calls')).json).routes.at(-1)?.status).toEqual({ timeout: 1 });
  });

  it('reset and truncated: the records are written, the answer is of no use', async () => {
    const { bench, body } = await prepared();
    await fault(bench, { kind: 'reset' });
    await expect(bench.hubspot('POST', update, body)).rejects.toThrow();
    expect(await ledgerOf(bench)).toHaveLength(3);
    await fault(bench, { kind: 'truncated' });
    const answer = await bench.hubspot('POST', update, body);
    expect([answer.status, answer.json]).toEqual([200, null]);
    expect(answer.text).toContain('"status":"COMPLETE"');
  });

  it('html: a page in place of JSON, nothing written; slow: the answer takes its time', async () => {
    const { bench, body } = await prepared();
    await fault(bench, { kind: 'html' });
    const page = await bench.hubspot('POST', update, body);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await ledgerOf(bench)).toEqual([]);
    await fault(bench, { kind: 'slow', delayMs: 250 });
    const started = performance.now();
    expect((await bench.hubspot('POST', update, body)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(240);
  });

  it('record-error: just the named records fail, with the named category', async () => {
    const { bench, ids, body } = await prepared();
    await fault(bench, { kind: 'record-error', records: [ids[1]], category: 'CONFLICT' });
    const batch = shapes.batch.parse((await bench.hubspot('POST', update, body)).json);
    expect(batch.errors).toMatchObject([{ category: 'CONFLICT', context: { ids: [ids[1]] } }]);
    expect(batch.results).toHaveLength(2);
    expect(shapes.batch.parse((await bench.hubspot('POST', update, body)).json).errors).toBeUndefined();
  });

  it('hit the same calls for the same seed, so that a chaos run can be repeated', async () => {
    const { bench } = await prepared();
    const run = async (): Promise<number[]> => {
      const rules = [
        { vendor: 'hubspot', route: 'POST /crm/v3/objects/*/search', rate: 0.5, fault: { kind: 'status', status: 500 } },
      ];
      await bench.control('PUT', '/_faults', { seed: 42, rules });
      const statuses: number[] = [];
      for (let call = 0; call < 20; call += 1) statuses.push((await bench.hubspot('POST', search, {})).status);
      return statuses;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await run()).toEqual(first);
  });
});

describe('the call counter', () => {
  it('counts per route, caller and status, and starts again when emptied', async () => {
    const { bench } = await prepared();
    await bench.control('DELETE', '/_calls');
    await bench.hubspot('POST', search, {});
    await bench.hubspot('POST', '/crm/v3/objects/deals/search', {}, 'sandbox-human');
    await bench.hubspot('GET', '/crm/v3/objects/companies/1');
    await bench.hubspot('GET', '/nowhere');
    expect(shapes.calls.parse((await bench.control('GET', '/_calls')).json)).toEqual({
      total: 4,
      withoutEffect: 0,
      routes: [
        { vendor: 'hubspot', by: 'baton', route: 'POST /crm/v3/objects/{type}/search', status: { 200: 1 } },
        { vendor: 'hubspot', by: 'human', route: 'POST /crm/v3/objects/{type}/search', status: { 200: 1 } },
        { vendor: 'hubspot', by: 'baton', route: 'GET /crm/v3/objects/{type}/{id}', status: { 404: 1 } },
        { vendor: 'hubspot', by: 'baton', route: 'GET unknown', status: { 404: 1 } },
      ],
    });
  });
});
