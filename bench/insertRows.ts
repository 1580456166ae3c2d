import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { z } from 'zod';
import { serveStation } from './station.js';

/** The other side of `webhooks`: the same rows, one insert each, as many at once, by `pg` alone; handled from the start, so that no drainer takes them. */
const job = z.object({ databaseUrl: z.string(), count: z.number(), concurrency: z.number(), connection: z.string() });
const insert = `insert into "Delivery" (id, connection, key, records, "receivedAt", "nextAttemptAt", "handledAt")
  values ($1, $2, $3, $4, now() at time zone 'utc', now() at time zone 'utc', now() at time zone 'utc')`;

let open: { readonly url: string; readonly clients: readonly pg.Client[] } | null = null;

/** Connections are opened once, as a server's are. */
async function clientsOf(url: string, count: number): Promise<readonly pg.Client[]> {
  if (open?.url === url && open.clients.length === count) return open.clients;
  const clients = Array.from({ length: count }, () => new pg.Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  open = { url, clients };
  return clients;
}

await serveStation(async (input) => {
  const { databaseUrl, count, concurrency, connection } = job.parse(input);
  const clients = await clientsOf(databaseUrl, concurrency);
  let left = count;
  const startedMs = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (left > 0) {
        left -= 1;
        const key = createHash('sha256').update(randomUUID()).digest('hex');
        await client.query({ name: 'insert', text: insert, values: [randomUUID(), connection, key, ['8']] });
      }
    }),
  );
  return { perSecond: count / ((performance.now() - startedMs) / 1_000) };
});
