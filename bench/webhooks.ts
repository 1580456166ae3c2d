import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Core } from '../src/dependencies.js';
import { connections, webhookSecret } from './company.js';
import type { Bench } from './lab.js';
import { judge, quantile, round } from './result.js';
import { say } from './stack.js';
import { openStation } from './station.js';

/** Senders at once, and connections of the other side. */
const concurrency = 64;
/** The people whom the webhooks are about. */
const people = 200;
const slowestMs = 250;

const inserted = z.object({ perSecond: z.number() });
const sent = z.object({ perSecond: z.number(), refused: z.number(), p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() });

/** Webhooks acknowledged durably, against the rate at which `pg` alone inserts the same rows into the same database. */
export const webhooks: Bench = {
  names: ['webhooks', 'webhooks-p99'],
  async measure(lab) {
    const { pairs, webhooks: count } = lab.options;
    const { serverUrl: server, databaseUrl, core } = await lab.stack('webhooks');
    const inserter = openStation('./insertRows.ts');
    const sender = openStation('./sendWebhooks.ts');
    const insert = async (rows: number) =>
      inserted.parse(await inserter.run({ databaseUrl, count: rows, concurrency, connection: 'bench-bare' })).perSecond;
    const send = async (rows: number) =>
      sent.parse(
        await sender.run({
          url: `${server}/webhooks/${connections.hris}`,
          secret: webhookSecret,
          count: rows,
          concurrency,
          people,
        }),
      );
    try {
      say(`${pairs} pairs of ${count} webhooks and ${count} bare inserts, ${concurrency} at once …`);
      await send(Math.ceil(count / 3));
      await drained(core);
      await insert(Math.ceil(count / 3));
      const rounds: { readonly bare: number; readonly server: z.infer<typeof sent> }[] = [];
      for (let index = 0; index < pairs; index += 1) {
        const answered = await send(count);
        await drained(core);
        const bare = await insert(count);
        rounds.push({ bare, server: answered });
        say(
          `  pair ${index + 1}: ${Math.round(answered.perSecond)}/s, p99 ${Math.round(answered.p99Ms)} ms; bare ${Math.round(bare)}/s`,
        );
      }
      return results(rounds, count);
    } finally {
      await Promise.all([inserter.stop(), sender.stop()]);
    }
  },
};

/** Waits until the drainer has handed on everything, so that it does not slow the other side; two minutes at most. */
async function drained({ deps }: Core): Promise<void> {
  for (let tries = 0; tries < 240; tries += 1) {
    if ((await deps.deliveries.counts()).waiting === 0) return;
    await sleep(500);
  }
  throw new Error('the deliveries were not drained within two minutes');
}

function results(rounds: readonly { readonly bare: number; readonly server: z.infer<typeof sent> }[], size: number) {
  const median = (values: readonly number[]) => quantile(values, 0.5);
  const ratios = rounds.map(({ bare, server }) => server.perSecond / bare);
  const p99 = rounds.map(({ server }) => server.p99Ms);
  const detail = {
    concurrency,
    pairs: ratios.map((ratio) => round(ratio, 3)),
    refused: rounds.reduce((sum, { server }) => sum + server.refused, 0),
    p50Ms: round(median(rounds.map(({ server }) => server.p50Ms)), 1),
    p99Ms: p99.map((value) => round(value, 1)),
  };
  const value = median(rounds.map(({ server }) => server.perSecond));
  const bound = median(rounds.map(({ bare }) => bare));
  return [
    judge({
      name: 'webhooks',
      size,
      value,
      unit: 'webhooks/s',
      bound,
      ratio: median(ratios),
      target: 0.7,
      better: 'higher',
      detail,
    }),
    judge({ name: 'webhooks-p99', size, value: median(p99), unit: 'ms', bound: slowestMs, target: 1, better: 'lower', detail }),
  ];
}
