import pg from 'pg';
import { PassThrough } from 'node:stream';
import { toCardRow } from '../../src/store/card.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import type { Calendar } from '../../src/domain/calendar.js';
import type { ReleaseCard } from '../../src/domain/release.js';
import type { Language } from '../../src/domain/words.js';
import { buildApp } from '../../src/ingress/app.js';
import { createLogger } from '../../src/logger.js';
import { openDatabase, type Database } from '../../src/store/client.js';
import { createStores, transactions, type Stores } from '../../src/store/index.js';
import { newLink, type LinkTarget } from '../../src/store/links.js';
import type { Decided, WebParts } from '../../src/web/parts.js';
import { webRoutes } from '../../src/web/routes.js';
import { releaseCard } from '../support/card.js';
import { freshDatabase } from '../support/database.js';

/** Domain time of the tests: a Monday morning. */
export const now = '2026-11-23T09:00:00.000Z';
const connection = 'bamboohr-nl';
const settings = { messageIdDomain: 'vlietstra.example', hashKey: 'a key of the tests' };

const amsterdam: Calendar = {
  timeZone: 'Europe/Amsterdam',
  workingHours: '09:00-17:00',
  workingDays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  holidays: new Set(),
};

/** A page's answer. */
export interface Page {
  readonly status: number;
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What was decided through the page. */
export interface SentDecision {
  readonly handover: string;
  readonly name: string;
  readonly input: object;
  readonly who: object;
}

/** The pages over a real database, with people, and everything they say to the outside written down. */
export interface Web {
  readonly db: Database;
  readonly stores: Stores;
  readonly people: Readonly<Record<'jeroen' | 'pieter' | 'lene' | 'karin', string>>;
  readonly woken: string[];
  readonly decisions: SentDecision[];
  /** What the next decision is answered. */
  readonly decide: { answer: Decided };
  /** Changes what the pages are made of, for the tests that follow. */
  readonly parts: { now: string; policy: WebParts['policy']; perMinute: WebParts['perMinute']; programme: WebParts['programme'] };
  readonly log: () => string;
  open(): Promise<void>;
  handover(card?: Partial<ReleaseCard>, told?: Told): Promise<string>;
  link(target: Omit<LinkTarget, 'expiresAt'> & { readonly expiresAt?: string }): Promise<string>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Page>;
  post(
    path: string,
    fields: Readonly<Record<string, string>> | string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Page>;
  /** A number for each table that says everything in it. */
  everything(): Promise<string>;
  close(): Promise<void>;
}

/** Who knows already. */
export type Told = 'leaver' | 'team' | 'contacts';

/** Opens the pages on a new database. */
export async function openWeb(): Promise<Web> {
  const database = await freshDatabase();
  const db = openDatabase(database.url);
  const stores = createStores(db, settings);
  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  const people = await addPeople(stores);
  const woken: string[] = [];
  const decisions: SentDecision[] = [];
  const decide: Web['decide'] = { answer: { ok: true } };
  const parts: Web['parts'] = {
    now,
    policy: defaultPolicy,
    perMinute: { pages: 100_000, unsubscribe: 100_000 },
    programme: { linkedinGroup: 'https://www.linkedin.com/groups/1/', referralUrl: 'https://vlietstra.example/jobs' },
  };
  const stream = new PassThrough();
  let logged = '';
  stream.on('data', (chunk) => (logged += String(chunk)));
  const logger = createLogger({ name: 'test', level: 'info', destination: stream });
  const wake = (what: string) => (id: string) => Promise.resolve(void woken.push(`${what} ${id}`));
  const webParts = (): WebParts => ({
    stores,
    inTransaction: transactions(db, settings),
    company: {
      name: 'Vlietstra B.V.',
      privacyUrl: 'https://vlietstra.example/privacy',
      dpoContact: 'fg@vlietstra.example',
      alumniContact: 'karin@vlietstra.example',
      language: 'nl',
      country: 'NL',
    },
    contactsCrm: 'hubspot',
    publicUrl: 'https://baton.vlietstra.example',
    calendarOf: () => amsterdam,
    decide: (handover, name, input, who) => {
      decisions.push({ handover, name, input, who });
      return Promise.resolve(decide.answer);
    },
    wake: { handover: wake('handover'), introductions: wake('introductions'), membership: wake('membership') },
    logger,
    ...parts,
    now: () => Date.parse(parts.now),
  });
  const build = () =>
    buildApp({
      connections: new Map(),
      deliveries: { record: () => Promise.reject(new Error('no webhook comes here')) },
      ready: { database: () => Promise.resolve(), temporal: () => Promise.resolve() },
      metrics: { webhook: () => undefined },
      logger,
      now: Date.now,
      pages: webRoutes(webParts()),
    });
  let app: ReturnType<typeof build> | null = null;
  const open = async (): Promise<void> => {
    await app?.close();
    app = build();
    await app.ready();
  };
  await open();
  const inject = async (
    method: 'GET' | 'POST',
    url: string,
    payload: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Page> => {
    if (!app) throw new Error('the pages are closed');
    const answer = await app.inject({
      method,
      url,
      headers: { accept: 'text/html', ...headers },
      ...(payload !== undefined && { payload }),
    });
    const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
    return { status: answer.statusCode, html: answer.body, headers: Object.fromEntries(flat) };
  };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  return {
    db,
    stores,
    people,
    woken,
    decisions,
    decide,
    parts,
    open,
    log: () => logged,
    handover: (card, told) => addHandover(db, stores, people, card, told),
    link: async (target) => {
      const { token, link } = newLink({ expiresAt: '2027-06-01T00:00:00.000Z', ...target });
      await db.link.create({ data: link });
      return token;
    },
    get: (path, headers = {}) => inject('GET', path, undefined, headers),
    post: (path, fields, headers = {}) =>
      inject('POST', path, typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(), { ...form, ...headers }),
    everything: () => digestOf(sql),
    async close() {
      await app?.close();
      await db.$disconnect();
      await sql.end();
      await database.drop();
    },
  };
}

async function addPeople(stores: Stores): Promise<Web['people']> {
  const colleague = (record: string, givenName: string, familyName: string, language: Language) => ({
    record,
    givenName,
    familyName,
    workEmail: `${givenName.toLowerCase()}@vlietstra.example`,
    manager: record === '1' ? null : '1',
    team: 'Sales',
    jobTitle: null,
    country: 'NL',
    location: null,
    language,
    status: 'active' as const,
  });
  const all = [
    colleague('1', 'Karin', 'Bakker', 'nl'),
    colleague('2', 'Pieter', 'Smit', 'nl'),
    colleague('8', 'Jeroen', 'de Vries', 'nl'),
    colleague('9', 'Lene', 'Holm', 'da'),
  ];
  await stores.people.saveDirectory(connection, all, now);
  const idOf = async (name: string): Promise<string> => {
    const [found] = await stores.people.byWorkEmail(connection, [`${name}@vlietstra.example`]);
    if (!found) throw new Error(`${name} has no row`);
    return found.person;
  };
  return { jeroen: await idOf('jeroen'), pieter: await idOf('pieter'), lene: await idOf('lene'), karin: await idOf('karin') };
}

let departures = 0;

/** Jeroen leaves on 18 December and his employment ends on the 31st; each call is a handover of its own. */
async function addHandover(
  db: Database,
  stores: Stores,
  people: Web['people'],
  card: Partial<ReleaseCard> = {},
  told: Told = 'contacts',
): Promise<string> {
  departures += 1;
  const employment = await db.employment.create({
    data: {
      id: `e-${departures}`,
      connection,
      record: `r-${departures}`,
      personId: people.jeroen,
      managerRecord: '1',
      status: 'active',
    },
  });
  const desired = {
    inForce: true,
    evidence: 'ok' as const,
    employmentEnd: '2026-12-31',
    lastWorkingDay: '2026-12-18',
    reasonText: null,
  };
  const id = await stores.handovers.open(employment.id, desired, '2026-11-16T09:00:00.000Z');
  await stores.handovers.saveCard(
    id,
    toCardRow(releaseCard(people.karin, { employmentEnd: '2026-12-31', lastWorkingDay: '2026-12-18' }, card)),
  );
  const at = '2026-11-17T09:00:00.000Z';
  await stores.handovers.update(id, {
    stage: 'introducing',
    lastWorkingDay: '2026-12-18',
    releasedAt: at,
    plannedAt: at,
    planVersion: 1,
    toldLeaverAt: at,
    ...(told !== 'leaver' && { toldTeamAt: at }),
    ...(told === 'contacts' && { toldContactsAt: at }),
  });
  return id;
}

/** A step of a plan with one account in it. */
export async function addStep(
  { db, stores }: Web,
  handoverId: string,
  step: {
    readonly number: number;
    readonly successorId: string;
    readonly approverId: string;
    readonly state: string;
    readonly bundle: number;
    readonly reason?: string;
  },
): Promise<void> {
  const { number, successorId, approverId, state, bundle } = step;
  await stores.handovers.saveStep({
    handoverId,
    id: `s${number}`,
    number,
    planVersion: 1,
    successorId,
    approverId,
    asked: [approverId],
    state,
    timedOut: false,
    reason: step.reason ?? 'team',
    askedAt: new Date(now),
    remindedAt: null,
    decidedAt: null,
    decisionId: null,
    canaryAt: null,
  });
  await db.ownership.create({
    data: {
      handoverId,
      connection: 'hubspot',
      recordType: 'companies',
      record: `${handoverId}-${bundle}`,
      field: 'hubspot_owner_id',
      before: '1001',
      bundle,
      stepId: `s${number}`,
      state: state === 'verified' ? 'verified' : 'planned',
    },
  });
}

/** A contact with its introduction. Returns the ids of both. */
export async function addIntroduction(
  { db }: Web,
  handoverId: string,
  contact: {
    readonly name: string;
    readonly organisation: string;
    readonly bundle: number;
    readonly note?: string;
    readonly topic?: string;
    readonly language?: string;
  },
  introduction: Readonly<Record<string, unknown>> & { readonly method: string; readonly state: string },
): Promise<{ readonly relationship: string; readonly introduction: string }> {
  const [givenName = '', familyName = ''] = contact.name.split(' ');
  const relationship = `r-${handoverId}-${contact.bundle}`;
  const id = `i-${handoverId}-${contact.bundle}`;
  await db.relationship.create({
    data: {
      id: relationship,
      handoverId,
      source: 'crm',
      connection: 'hubspot',
      account: `acc-${contact.bundle}`,
      contact: `con-${contact.bundle}`,
      organisation: contact.organisation,
      givenName,
      familyName,
      email: `${givenName.toLowerCase()}@${contact.organisation.toLowerCase()}.example`,
      language: contact.language ?? 'en',
      tier: 'A',
      tierReason: 'value',
      main: true,
      bundle: contact.bundle,
      note: contact.note ?? null,
      topic: contact.topic ?? null,
    },
  });
  await db.introduction.create({
    data: { id, handoverId, relationshipId: relationship, bundle: contact.bundle, tier: 'A', needs: [], ...introduction },
  });
  return { relationship, introduction: id };
}

/** An alumnus who was invited at a private address. */
export async function addMember(
  { stores, people }: Web,
  handoverId: string,
  set: Readonly<Record<string, unknown>> & { readonly language?: Language; readonly retiree?: boolean } = {},
): Promise<string> {
  const { language = 'en', retiree = false, ...rest } = set;
  const handover = await stores.handovers.get(handoverId);
  const id = await stores.members.open({
    personId: people.jeroen,
    employmentId: handover.employmentId,
    handoverId,
    connection,
    country: 'NL',
    language,
    retiree,
    redundancy: false,
    checkInsAllowed: true,
    employmentEnd: '2026-12-31T23:00:00.000Z',
  });
  await stores.members.update(id, {
    state: 'invited',
    email: `jeroen-${handoverId}@private.example`,
    confirmedAt: now,
    invitedAt: now,
    ...rest,
  });
  return id;
}

async function digestOf(sql: pg.Client): Promise<string> {
  const tables = await sql.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  const lines: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await sql.query<{ digest: string }>(
      `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as digest from "${name}" t`,
    );
    lines.push(`${name} ${rows[0]?.digest ?? ''}`);
  }
  return lines.join('\n');
}

/** What a reader sees: tags taken out, entities resolved. */
export function textOf(html: string): string {
  return html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}
