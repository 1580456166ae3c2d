import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Connection } from '@temporalio/client';
import type { Company, CrmConnection, Deps, HrisConnection } from '../activities/deps.js';
import { calendarsOf } from './calendars.js';
import { ConfigError, normaliseWording, type Config } from './config.js';
import { workflowDispatch } from './dispatch.js';
import { imapBounces } from './mail/bounces.js';
import { smtpMail } from './mail/transport.js';
import type { Metrics } from './metrics.js';
import type { VendorTools, WebhookPort } from './ports/vendor.js';
import { openDatabase, type Database } from './store/client.js';
import { deliveryStore } from './store/deliveries.js';
import { employmentStore } from './store/employments.js';
import { createStores, transactions, type Stores } from './store/index.js';
import { paceStore } from './store/pace.js';
import { openTemporal } from './temporal.js';
import { findVendor } from './vendors/registry.js';

/** What an entry is made of; `close` closes in reverse order of opening. */
export interface Core {
  readonly config: Config;
  readonly db: Database;
  readonly stores: Stores;
  readonly temporal: { readonly connection: Connection; readonly client: Client };
  readonly hris: readonly HrisConnection[];
  readonly crms: readonly CrmConnection[];
  readonly deps: Deps;
  readonly close: () => Promise<void>;
}

/** What happens to counts where nobody looks at them, as in the CLI. */
type Counting = Pick<Metrics, 'vendorCall' | 'rateLimitWait'>;
const uncounted: Counting = { vendorCall: () => undefined, rateLimitWait: () => undefined };

/** Constructs everything an entry needs. `role` is what Temporal shows as identity; `connections` is the size of the database pool. */
export function createCore(
  config: Config,
  role: string,
  options: { readonly metrics?: Counting; readonly connections?: number } = {},
): Core {
  const db = openDatabase(config.databaseUrl, options.connections);
  const temporal = openTemporal(config.temporal, role);
  const settings = { messageIdDomain: mailDomain(config.mail.from), hashKey: config.hashKey ?? config.company.name };
  const stores = createStores(db, settings);
  const inTransaction = transactions(db, settings);
  const { hris, crms } = connectVendors(config, db, options.metrics ?? uncounted);
  const { smtpUrl, bounces, ...sender } = config.mail;
  const mail = smtpUrl === null ? null : smtpMail({ ...sender, url: smtpUrl, bounceAddress: bounces?.address ?? null });
  const shared: Omit<Deps, 'stores' | 'inTransaction'> = {
    employments: employmentStore(db),
    deliveries: deliveryStore(db),
    hris,
    crms,
    mail,
    bounces: bounces === null ? null : imapBounces(bounces.imapUrl),
    company: companyOf(config),
    publicUrl: config.publicUrl,
    workflows: workflowDispatch(temporal.client),
    policy: config.policy,
    reasonOf: (text) => config.reasons[normaliseWording(text)] ?? 'unknown',
    hrRota: config.hr.rota,
    successionRules: config.succession.rules,
    calendarOf: calendarsOf(config, new Date().getFullYear()),
  };
  const depsOn = (on: Stores): Deps => ({
    ...shared,
    stores: on,
    inTransaction: (work) => inTransaction((tx) => work(depsOn(tx))),
  });
  const close = async (): Promise<void> => {
    mail?.close();
    await temporal.connection.close();
    await db.$disconnect();
  };
  return { config, db, stores, temporal, hris, crms, deps: depsOn(stores), close };
}

function companyOf({ company, programme, hr }: Config): Company {
  const [first = ''] = hr.rota;
  const { name, language, country, privacyUrl, dpoContact } = company;
  const contacts = { alumniContact: hr.alumniContact ?? first, itContact: hr.itContact ?? first };
  return { name, language, country, privacyUrl, dpoContact, ...programme, ...contacts };
}

/** The adapters of every connection; a retired one still ends the handovers that are open there. */
function connectVendors(
  config: Config,
  db: Database,
  metrics: Counting,
): { readonly hris: HrisConnection[]; readonly crms: CrmConnection[] } {
  const pace = paceStore(db);
  const hris: HrisConnection[] = [];
  const crms: CrmConnection[] = [];
  for (const [name, { vendor, mode, settings, retired }] of Object.entries(config.connections)) {
    const definition = findVendor(vendor);
    const tools: VendorTools = {
      connection: name,
      pace: async (bucket, perSecond, context) => {
        if (perSecond === null) return;
        const waitMs = await pace.reserve(`${name}/${bucket}`, perSecond);
        metrics.rateLimitWait(name, waitMs / 1000);
        if (waitMs > 1) await sleep(waitMs, undefined, { ...(context.signal && { signal: context.signal }) });
      },
      count: (operation, result) => metrics.vendorCall(name, operation, result),
    };
    if (definition?.hris) hris.push({ name, mode, retired, port: definition.hris(settings, tools) });
    if (definition?.crm) crms.push({ name, mode, retired, port: definition.crm(settings, tools) });
  }
  return { hris, crms };
}

/** Refuses a configuration that lost a connection with open handovers: they could neither go on nor be taken back. */
export async function assertConnections({ config, stores }: Core): Promise<void> {
  const missing = (await stores.handovers.openConnections()).filter((name) => !Object.hasOwn(config.connections, name));
  if (missing.length === 0) return;
  throw new ConfigError(
    missing.map((name) => ({
      path: `connections/${name}`,
      problem: 'has open handovers; put it back, with retired: true if nothing new may begin',
    })),
  );
}

/** The webhooks of every connection that has some. */
export function webhookPorts({ connections }: Pick<Config, 'connections'>): ReadonlyMap<string, WebhookPort> {
  const ports = new Map<string, WebhookPort>();
  for (const [name, { vendor, settings, retired }] of Object.entries(connections)) {
    const port = retired ? null : findVendor(vendor)?.webhook?.(settings);
    if (port) ports.set(name, port);
  }
  return ports;
}

/** The domain of the sender's address, for Message-IDs. */
function mailDomain(from: string): string {
  return /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? 'localhost';
}
