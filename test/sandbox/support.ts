import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { z } from 'zod';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/index.js';

/** An answer with its body read as JSON where it is JSON. */
export type Answer = { status: number; headers: Headers; text: string; json: unknown };

/** A sandbox on a free port and a temporary home, with the calls that the tests make. */
export type Bench = {
  url: string;
  home: string;
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  hubspot(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
  bamboohr(path: string, key?: string): Promise<Answer>;
  stop(): Promise<void>;
};

const cleanups: (() => Promise<void> | void)[] = [];

/** Runs when the test is over, last one first. */
export function afterwards(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A temporary folder that the test's end removes. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'baton-sandbox-'));
  cleanups.push(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** Starts a sandbox; the world is `world` when given, the kept or standard one else. Limits are off unless asked for. */
export async function openBench(
  options: { home?: string; world?: object; limits?: boolean; now?: () => number; mailbox?: string } = {},
): Promise<Bench> {
  const home = options.home ?? temporaryHome();
  const sandbox: RunningSandbox = await startSandbox({
    port: 0,
    home,
    ...(options.now === undefined ? {} : { now: options.now }),
    mailbox: options.mailbox,
  });
  cleanups.push(() => sandbox.stop());
  const call = caller(sandbox.url);
  const bench: Bench = {
    url: sandbox.url,
    home,
    control: (method, path, body) => call(method, path, body, {}),
    hubspot: (method, path, body, token = 'sandbox-baton') =>
      call(method, `/hubspot${path}`, body, { authorization: `Bearer ${token}` }),
    bamboohr: (path, key = 'sandbox-baton') =>
      call('GET', `/bamboohr/api/v1${path}`, undefined, { authorization: `Basic ${Buffer.from(`${key}:x`).toString('base64')}` }),
    stop: () => sandbox.stop(),
  };
  if (options.world !== undefined) await bench.control('PUT', '/_world', options.world);
  if (options.limits !== true) await bench.control('PUT', '/_limits', { hubspot: null });
  return bench;
}

function caller(url: string) {
  return async (method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, ...type },
      signal: AbortSignal.timeout(20_000),
      ...sent,
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: parse(text) };
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A receiver of webhooks that answers with the statuses in turn, the last one for ever. */
export async function openReceiver(statuses: readonly number[]) {
  const received: { headers: Record<string, string | string[] | undefined>; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.statusCode = statuses[Math.min(received.length, statuses.length - 1)] ?? 200;
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => void server.close());
  const address = z.object({ port: z.number() }).parse(server.address());
  return { url: `http://127.0.0.1:${String(address.port)}/webhooks/bamboohr-nl`, received };
}

const recordSchema = z.object({
  id: z.string(),
  properties: z.record(z.string(), z.string().nullable()),
  new: z.boolean().optional(),
});
const batchErrorSchema = z.object({
  category: z.string(),
  message: z.string(),
  context: z.record(z.string(), z.array(z.string())),
});

/** Shapes in which the tests read answers. */
export const shapes = {
  world: z.object({
    seed: z.number(),
    counts: z.object({
      employees: z.number(),
      companies: z.number(),
      contacts: z.number(),
      deals: z.number(),
      tickets: z.number(),
    }),
    leaver: z.object({ bamboohr: z.string(), hubspot: z.string() }),
  }),
  people: z.object({
    people: z.array(
      z.object({
        id: z.string(),
        bamboohr: z.string(),
        hubspot: z.string().nullable(),
        name: z.string(),
        email: z.string(),
        privateEmail: z.string(),
        language: z.enum(['nl', 'da', 'en']),
        manager: z.string().nullable(),
        status: z.string(),
        lastDay: z.string().nullable(),
      }),
    ),
    next: z.string().nullable(),
  }),
  search: z.object({
    total: z.number(),
    results: z.array(recordSchema),
    paging: z.object({ next: z.object({ after: z.string() }) }).optional(),
  }),
  list: z.object({
    results: z.array(recordSchema),
    paging: z.object({ next: z.object({ after: z.string() }) }).optional(),
  }),
  record: recordSchema,
  standIns: z.object({
    hold: z.number(),
    refuse: z.number(),
    join: z.boolean(),
    reply: z.boolean(),
    delay: z.string(),
    mailbox: z.string().nullable(),
    problems: z.array(z.object({ at: z.string(), text: z.string() })),
  }),
  batch: z.object({
    status: z.string(),
    results: z.array(recordSchema),
    numErrors: z.number().optional(),
    errors: z.array(batchErrorSchema).optional(),
  }),
  ledger: z.object({
    entries: z.array(
      z.object({
        seq: z.number(),
        vendor: z.string(),
        by: z.string(),
        op: z.string(),
        type: z.string(),
        record: z.string(),
        field: z.string().nullable(),
        from: z.unknown(),
        to: z.unknown(),
        key: z.string().nullable(),
      }),
    ),
    next: z.number().nullable(),
  }),
  calls: z.object({
    total: z.number(),
    withoutEffect: z.number(),
    routes: z.array(
      z.object({ vendor: z.string(), by: z.string(), route: z.string(), status: z.record(z.string(), z.number()) }),
    ),
  }),
  error: z.object({ error: z.object({ code: z.string(), message: z.string(), path: z.string().optional() }) }),
  action: z.object({
    employee: z.record(z.string(), z.string().nullable()),
    deliveries: z.array(
      z.object({
        url: z.string(),
        status: z.number().nullable(),
        attempts: z.number(),
        headers: z.record(z.string(), z.string()),
        body: z.string(),
      }),
    ),
  }),
  flat: z.record(z.string(), z.string().nullable()),
};

/** Ids of the records that an owner has, through the search API, page by page past the cap of 10,000. */
export async function ownedBy(bench: Bench, type: string, owner: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const filters = [
      { propertyName: 'hubspot_owner_id', operator: 'EQ', value: owner },
      { propertyName: 'hs_object_id', operator: 'GT', value: ids.at(-1) ?? '0' },
    ];
    const sorts = [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }];
    const answer = await bench.hubspot('POST', `/crm/v3/objects/${type}/search`, {
      filterGroups: [{ filters }],
      sorts,
      limit: 200,
    });
    const { results } = shapes.search.parse(answer.json);
    if (results.length === 0) return ids;
    ids.push(...results.map((result) => result.id));
  }
}

/** The world's leaver. */
export async function leaverOf(bench: Bench): Promise<{ bamboohr: string; hubspot: string }> {
  return shapes.world.parse((await bench.control('GET', '/_world')).json).leaver;
}

/** Ledger entries that match a query string. */
export async function ledgerOf(bench: Bench, query = ''): Promise<z.infer<typeof shapes.ledger>['entries']> {
  return shapes.ledger.parse((await bench.control('GET', `/_ledger?limit=10000${query}`)).json).entries;
}
