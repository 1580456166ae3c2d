import { stringify } from 'yaml';
import { z } from 'zod';
import { parseConfig, type Config } from '../../src/config.js';
import { vendors } from '../../src/vendors/registry.js';

/** The company's time zone: everybody in the small world works there. */
export const zone = 'Europe/Amsterdam';
export const hrisName = 'bamboohr-nl';

const personSchema = z.object({
  id: z.string(),
  hubspot: z.string().nullable(),
  name: z.string(),
  email: z.string(),
  manager: z.string().nullable(),
  status: z.string(),
});
/** Somebody of the sandbox's world; `id` is the HRIS record, `hubspot` the user in the CRM. */
export type WorldPerson = z.infer<typeof personSchema>;

const entrySchema = z.object({
  seq: z.number(),
  at: z.string(),
  by: z.string(),
  op: z.string(),
  type: z.string(),
  record: z.string(),
  field: z.string().nullable(),
  from: z.unknown(),
  to: z.unknown(),
  key: z.string().nullable(),
});
export type LedgerEntry = z.infer<typeof entrySchema>;

/** What the sandbox answers. */
export const shapes = {
  people: z.object({ people: z.array(personSchema) }),
  world: z.object({ leaver: z.object({ bamboohr: z.string(), hubspot: z.string() }) }),
  ledger: z.object({ entries: z.array(entrySchema), next: z.number().nullable() }),
  search: z.object({
    results: z.array(z.object({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) })),
    paging: z.object({ next: z.object({ after: z.string() }) }).optional(),
  }),
  calls: z.object({ routes: z.array(z.object({ route: z.string(), by: z.string(), status: z.record(z.string(), z.number()) })) }),
};

/** What a test may choose of its company; the rest is the default policy. */
export interface CompanyOptions {
  readonly world?: object;
  /** Top-level keys of `baton.yaml`, laid over the rig's. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly mode?: 'observe' | 'act';
  readonly smtpUrl?: string;
  /** Further environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further keys of the CRM's connection. */
  readonly crm?: Readonly<Record<string, unknown>>;
  /** The day on which it begins, chosen from now on (`YYYY-MM-DD`); the next working day otherwise. */
  readonly on?: (today: string) => string;
  /** How many records a vendor batch holds, and how many batches run at once. */
  readonly batches?: { readonly batch: number; readonly concurrency: number };
}

/** Two teams of seven: the leaver has a manager, a manager's manager, and colleagues with a user in the CRM. */
export async function makeWorld(
  url: string,
  body: object,
): Promise<{ readonly leaver: WorldPerson; readonly people: readonly WorldPerson[] }> {
  const small = {
    seed: 7,
    people: 14,
    accountsPerPerson: 2,
    contactsPerAccount: 1,
    dealsPerAccount: 0,
    leaver: { accounts: 12, contacts: 12, deals: 8, tickets: 4 },
  };
  const world = shapes.world.parse(await call(`${url}/_world`, 'PUT', { ...small, ...body }));
  await call(`${url}/_limits`, 'PUT', { hubspot: null, bamboohr: null });
  const { people } = shapes.people.parse(await call(`${url}/_world/people?limit=1000`, 'GET'));
  const leaver = people.find(({ id }) => id === world.leaver.bamboohr);
  if (!leaver) throw new Error('the world has no leaver');
  return { leaver, people };
}

interface ConfigFacts {
  readonly sandbox: string;
  readonly databaseUrl: string;
  readonly address: string;
  readonly rota: readonly string[];
  readonly options: CompanyOptions;
}

/** The default policy, without public holidays, at a company whose operators may decide by bare signal. */
export function configOf({ sandbox, databaseUrl, address, rota, options }: ConfigFacts): Config {
  const mode = options.mode ?? 'act';
  const unpaced = { perSecond: null };
  const file = {
    company: { name: 'Example Company', timeZone: zone, country: 'NL', language: 'en' },
    countries: Object.fromEntries(['NL', 'DK', 'GB', 'DE', 'BE'].map((code) => [code, { timeZone: zone }])),
    hr: { rota },
    connections: {
      [hrisName]: {
        vendor: 'bamboohr',
        mode,
        companyDomain: 'example',
        apiKey: 'sandbox-baton',
        baseUrl: `${sandbox}/bamboohr`,
        limits: unpaced,
      },
      hubspot: {
        vendor: 'hubspot',
        mode,
        token: 'sandbox-baton',
        baseUrl: `${sandbox}/hubspot`,
        userFields: { companies: ['account_manager'] },
        limits: { ...unpaced, searchPerSecond: null, ...options.batches },
        ...options.crm,
      },
    },
    calendar: { publicHolidays: false },
    capacity: { overMedian: 10 },
    decisions: { bareSignals: 'always' },
    ...options.config,
  };
  const env = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: address,
    ...(options.smtpUrl && { SMTP_URL: options.smtpUrl }),
    ...options.env,
  };
  const result = parseConfig(env, stringify(file), { vendors });
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

/** A call to the sandbox; rejects unless it was answered well. */
export async function call(url: string, method: string, body?: unknown, token?: string): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}
