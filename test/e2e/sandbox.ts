import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const entry = z.object({
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
});
/** One effective write at a vendor. */
export type LedgerEntry = z.infer<typeof entry>;

const person = z.object({
  id: z.string(),
  hubspot: z.string().nullable(),
  name: z.string(),
  email: z.string(),
  privateEmail: z.string(),
  manager: z.string().nullable(),
  status: z.string(),
  lastDay: z.string().nullable(),
});
export type WorldPerson = z.infer<typeof person>;

const shapes = {
  world: z.object({ leaver: z.object({ bamboohr: z.string(), hubspot: z.string() }) }),
  people: z.object({ people: z.array(person), next: z.string().nullable() }),
  ledger: z.object({ entries: z.array(entry), next: z.number().nullable() }),
  calls: z.object({
    total: z.number(),
    withoutEffect: z.number(),
    routes: z.array(
      z.object({ vendor: z.string(), by: z.string(), route: z.string(), status: z.record(z.string(), z.number()) }),
    ),
  }),
  faults: z.object({ rules: z.array(z.object({ hits: z.number() })) }),
  terminated: z.object({
    deliveries: z.array(z.object({ status: z.number().nullable(), headers: z.record(z.string(), z.string()), body: z.string() })),
  }),
  search: z.object({ total: z.number(), results: z.array(z.object({ id: z.string() })) }),
};

/** The sandbox from outside: its world, its ledger, its faults, its administrator. */
export function sandboxOf(url: string) {
  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<string> {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, ...type },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.status === 429) {
      await sleep(300);
      return call(method, path, body, headers);
    }
    if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`);
    return text;
  }
  const read = async <T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T> =>
    schema.parse(JSON.parse(await call(method, path, body)));

  return {
    url,
    put: (path: string, body: unknown): Promise<string> => call('PUT', path, body),
    leaver: async () => (await read(shapes.world, 'GET', '/_world')).leaver,
    people: async () => (await read(shapes.people, 'GET', '/_world/people?limit=10000')).people,
    /** Personal strings of the world, one a line; short ones could be found in any text. */
    strings: async (): Promise<readonly string[]> =>
      (await call('GET', '/_world/strings')).split('\n').filter((text) => text.length > 4),
    calls: () => read(shapes.calls, 'GET', '/_calls'),
    faults: async (rules: readonly object[]): Promise<void> => void (await call('PUT', '/_faults', { seed: 7, rules })),
    hits: async (): Promise<readonly number[]> => (await read(shapes.faults, 'GET', '/_faults')).rules.map(({ hits }) => hits),
    async ledger(query = ''): Promise<readonly LedgerEntry[]> {
      const entries: LedgerEntry[] = [];
      for (let after: number | null = 0; after !== null;) {
        const page: z.infer<typeof shapes.ledger> = await read(
          shapes.ledger,
          'GET',
          `/_ledger?limit=10000&after=${after}${query}`,
        );
        entries.push(...page.entries);
        after = page.next;
      }
      return entries;
    },
    terminate: async (employee: string, lastDay: string, webhook: object = {}) =>
      (await read(shapes.terminated, 'POST', '/_hris/bamboohr/terminate', { employee, lastDay, reason: 'resignation', webhook }))
        .deliveries,
    /** Records that name this owner in the field, as a person in the CRM would find them. */
    async owned(type: string, field: string, owner: string): Promise<readonly string[]> {
      const ids: string[] = [];
      for (;;) {
        const filters = [
          { propertyName: field, operator: 'EQ', value: owner },
          { propertyName: 'hs_object_id', operator: 'GT', value: ids.at(-1) ?? '0' },
        ];
        const sorts = [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }];
        const body = { filterGroups: [{ filters }], sorts, limit: 200 };
        const found = await call('POST', `/hubspot/crm/v3/objects/${type}/search`, body, {
          authorization: 'Bearer sandbox-human',
        });
        const { results } = shapes.search.parse(JSON.parse(found));
        if (results.length === 0) return ids;
        ids.push(...results.map(({ id }) => id));
      }
    },
  };
}

export type OutsideSandbox = ReturnType<typeof sandboxOf>;
