import { expect, test } from 'vitest';
import { createMetrics, serveMetrics, type RowCounts } from '../src/metrics.js';

const rows: RowCounts = {
  handovers: { 'awaiting-release': 2 },
  waiting: { release: 2 },
  parked: {},
  assignments: { verified: 40 },
  debts: 1,
  deliveries: { waiting: 3, dead: 0 },
};

test('a scrape shows counters, and gauges as rows are now, from one reading', async () => {
  let readings = 0;
  let now: () => Promise<RowCounts> = () => Promise.resolve(rows);
  const metrics = createMetrics(() => {
    readings += 1;
    return now();
  });
  metrics.webhook('bamboohr-nl', 'accepted', 0.004);
  metrics.vendorCall('hubspot', 'search', 'rate-limited');
  metrics.rateLimitWait('hubspot', 1.5);
  const server = await serveMetrics(metrics.registry, 0);
  const scrape = async () => (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  const text = await scrape();
  for (const line of [
    'baton_webhooks_total{connection="bamboohr-nl",result="accepted"} 1',
    'baton_webhook_seconds_count 1',
    'baton_vendor_calls_total{connection="hubspot",operation="search",result="rate-limited"} 1',
    'baton_rate_limit_wait_seconds{connection="hubspot"} 1.5',
    'baton_handovers{stage="awaiting-release"} 2',
    'baton_assignments{state="verified"} 40',
    'baton_debts 1',
    'baton_deliveries_waiting 3',
    'baton_rows_readable 1',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(readings).toBe(1);

  now = () => Promise.resolve({ ...rows, handovers: {} });
  expect(await scrape()).not.toContain('baton_handovers{');
  now = () => Promise.reject(new Error('gone'));
  const blind = await scrape();
  expect(blind).toContain('baton_rows_readable 0');
  expect(blind).toContain('baton_webhook_seconds_count 1');
  expect(blind).not.toMatch(/^baton_(assignments|debts|deliveries_waiting)[ {]/m);
  await server.close();
});

test('other addresses and methods get the error body, and a taken port is said', async () => {
  const server = await serveMetrics(createMetrics().registry, 0);
  const address = `http://127.0.0.1:${server.port}`;
  const answers = await Promise.all([fetch(address), fetch(`${address}/metrics`, { method: 'POST' })]);
  expect(answers.map(({ status }) => status)).toEqual([404, 405]);
  expect(await answers[0].json()).toEqual({ error: { code: 'unknown-route', message: 'The metrics are at /metrics.' } });
  await expect(serveMetrics(createMetrics().registry, server.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await server.close();
});
