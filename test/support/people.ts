import { DateTime } from 'luxon';
import { afterEach } from 'vitest';
import { z } from 'zod';
import { editCard } from '../../src/cli/card.js';
import { reasons, tiers, type Tier } from '../../src/domain/words.js';
import { buildApp } from '../../src/ingress/app.js';
import { createLogger } from '../../src/logger.js';
import { pagesOf } from '../../src/pages.js';
import { webRoutes } from '../../src/web/routes.js';
import { taskQueue, workflowIds } from '../../workflows/contract.js';
import { tablesWith } from './database.js';
import { openPostbox, type Letter, type Postbox } from './postbox.js';
import { useRig, type Company, type CompanyOptions, type LedgerEntry, type Saga } from './rig.js';

const dayMs = 24 * 3_600_000;
const publicUrl = 'https://baton.example-company.test';

/** A page as somebody sees it. */
export interface Page {
  readonly status: number;
  readonly html: string;
}

const taskSchema = z.object({
  id: z.string(),
  properties: z.object({
    baton_key: z.string(),
    hs_task_subject: z.string(),
    hs_task_status: z.string(),
    hubspot_owner_id: z.string().nullable(),
  }),
});
/** A task that Baton made in the CRM and that is still there. */
export interface Task {
  readonly id: string;
  /** `<introduction>-<leaver|successor>-<round>`. */
  readonly key: string;
  readonly introduction: string;
  readonly kind: 'leaver' | 'successor';
  readonly subject: string;
  readonly owner: string | null;
  readonly isOpen: boolean;
}

/** A company with everybody's mailbox and with the pages behind the links in mails: what people see, and what they press. */
export class People {
  readonly company: Company;
  readonly postbox: Postbox;
  readonly #app: ReturnType<typeof buildApp>;

  constructor(company: Company, postbox: Postbox) {
    this.company = company;
    this.postbox = postbox;
    const logger = createLogger({ name: 'test', level: 'error', destination: 'stderr' });
    const { core } = company;
    this.#app = buildApp({
      connections: new Map(),
      deliveries: { record: () => Promise.reject(new Error('no webhook comes here')) },
      ready: { database: () => Promise.resolve(), temporal: () => Promise.resolve() },
      metrics: { webhook: () => undefined },
      logger,
      now: () => company.clockMs,
      pages: webRoutes({
        ...pagesOf(core, logger),
        now: () => company.clockMs,
        perMinute: { pages: 100_000, unsubscribe: 100_000 },
      }),
    });
  }

  async close(): Promise<void> {
    await this.#app.close();
    await this.postbox.close();
  }

  // Mails

  /** What arrived at an address, oldest first. */
  to(address: string): readonly Letter[] {
    return this.postbox.letters.filter(({ recipients }) => recipients.includes(address.toLowerCase()));
  }

  /** What arrived at an address, with the name of each mail's template. */
  async letters(address: string, template?: string): Promise<readonly (Letter & { readonly template: string })[]> {
    const found = this.to(address);
    const rows = await this.company.core.db.mail.findMany({ where: { messageId: { in: found.map((mail) => mail.messageId) } } });
    const names = new Map(rows.map((row) => [row.messageId, row.template]));
    const named = found.map((letter) => ({ ...letter, template: names.get(letter.messageId) ?? '' }));
    return template === undefined ? named : named.filter((letter) => letter.template === template);
  }

  /** The newest mail of a template at an address. */
  async newest(address: string, template: string): Promise<Letter> {
    const letter = (await this.letters(address, template)).at(-1);
    if (!letter)
      throw new Error(
        `no mail ${template} arrived; there are ${(await this.letters(address)).map((mail) => mail.template).join()}`,
      );
    return letter;
  }

  /** Somebody's work address, by HRIS record. */
  addressOf(employee: string): string {
    return this.company.people.find(({ id }) => id === employee)?.email ?? '';
  }

  /** The work address of a person whom Baton names. */
  async addressOfPerson(person: string | null): Promise<string> {
    return (await this.company.core.db.person.findUnique({ where: { id: person ?? '' } }))?.workEmail ?? '';
  }

  // Pages

  async open(link: string): Promise<Page> {
    return this.#ask('GET', link);
  }

  /** Presses a button of a page. */
  async press(link: string, fields: Readonly<Record<string, string>>): Promise<Page> {
    return this.#ask('POST', link, fields);
  }

  async #ask(method: 'GET' | 'POST', link: string, fields?: Readonly<Record<string, string>>): Promise<Page> {
    if (!link.startsWith(publicUrl)) throw new Error('this link leads elsewhere');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await this.#app.inject({
      method,
      url: link.slice(publicUrl.length),
      headers: { accept: 'text/html', ...(fields && form) },
      ...(fields && { payload: new URLSearchParams(fields).toString() }),
    });
    await this.company.quiet();
    return { status: answer.statusCode, html: answer.body };
  }

  // HR

  /** HR releases with settings of the release card, has everybody told, and everything approved. */
  async begin(
    saga: Saga,
    card: Readonly<Record<string, string>> = {},
    told: 'leaver' | 'team' | 'contacts' = 'contacts',
  ): Promise<void> {
    await this.editCard(saga, card);
    await saga.release({ told });
    await saga.approveAll();
    await this.company.quiet();
  }

  async editCard(saga: Saga, card: Readonly<Record<string, string>>): Promise<void> {
    await saga.waitFor(({ stage }) => stage === 'awaiting-release', 'the release card');
    await editCard(
      this.company.core,
      await saga.row(),
      Object.entries(card).map(([key, value]) => `${key}=${value}`),
    );
  }

  // CRM

  /**
   * Puts somebody's accounts into tiers: those of A are the most valuable, the others differ in when anybody last had to do with them. Returns the
   * records of each tier.
   */
  async sort(
    counts: Partial<Record<Tier, number>>,
    of = this.company.leaver,
  ): Promise<Readonly<Record<Tier, readonly string[]>>> {
    const { company } = this;
    const owned = (await company.ownedBy(of.hubspot)).filter((key) => /^companies\/.*\/hubspot_owner_id$/.test(key));
    const left = owned.map((key) => key.split('/')[1] ?? '').toSorted();
    const sorted: Record<Tier, readonly string[]> = { A: [], B: [], C: [], D: [] };
    const monthsAgo: Readonly<Record<Tier, number>> = { A: 1, B: 1, C: 12, D: 30 };
    for (const tier of tiers) {
      sorted[tier] = left.splice(0, counts[tier] ?? 0);
      const active = DateTime.fromMillis(company.clockMs, { zone: 'utc' }).minus({ months: monthsAgo[tier] });
      const properties = { annualrevenue: tier === 'A' ? '90000000' : '1000', renewal_date: active.toISO() ?? '' };
      for (const record of sorted[tier]) await company.human('companies', record, properties);
    }
    if (left.length > 0) throw new Error(`${left.length} accounts were given no tier`);
    return sorted;
  }

  /** The tasks that Baton made and nobody has deleted. */
  async tasks(): Promise<readonly Task[]> {
    const properties = ['baton_key', 'hs_task_subject', 'hs_task_status', 'hubspot_owner_id'];
    const answer = z
      .object({ results: z.array(taskSchema) })
      .parse(await this.company.asHuman('GET', `/crm/v3/objects/tasks?limit=100&properties=${properties.join()}`));
    return answer.results.map(({ id, properties: { baton_key: key, ...rest } }) => ({
      id,
      key,
      introduction: key.replace(/-(leaver|successor)-[\d.]+$/, ''),
      kind: key.includes('-leaver-') ? 'leaver' : 'successor',
      subject: rest.hs_task_subject,
      owner: rest.hubspot_owner_id,
      isOpen: rest.hs_task_status !== 'COMPLETED',
    }));
  }

  /** A person ticks off their task in the CRM. */
  async complete(task: Task): Promise<void> {
    await this.company.human('tasks', task.id, { hs_task_status: 'COMPLETED' });
  }

  /** The introductions of a handover, with whom each is about. */
  async introductions(saga: Saga) {
    const { stores } = this.company.core;
    const relationships = new Map((await stores.relationships.list(saga.id)).map((one) => [one.id, one]));
    return (await stores.introductions.list(saga.id)).map((row) => {
      const { account, email } = relationships.get(row.relationshipId) ?? { account: null, email: null };
      return { ...row, account: account ?? '', email: email ?? '' };
    });
  }

  /** The page on which somebody finds their work in a handover, out of their newest digest; time passes until there is one. */
  async workLink(address: string, shows = ''): Promise<string> {
    for (let days = 0; days < 10; days += 1) {
      for (const digest of (await this.letters(address, 'digest')).toReversed())
        for (const link of digest.links) {
          const { html } = await this.open(link);
          if (html.includes('<article') && html.includes(shows)) return link;
        }
      await this.company.advance(dayMs);
    }
    throw new Error('no digest showed any work');
  }

  /** What Baton created in the CRM. */
  async created(type: string): Promise<readonly LedgerEntry[]> {
    return (await this.company.ledger()).filter((entry) => entry.op === 'create' && entry.type === type);
  }

  // Schedules, which the time-skipping server does not have

  /** The daily follow-up. */
  async followUp(): Promise<{ readonly debts: number; readonly scores: number; readonly handovers: number }> {
    const options = { workflowId: workflowIds.followUp, taskQueue, args: [] };
    const result = await this.company.core.temporal.client.workflow.execute('followUp', options);
    await this.company.quiet();
    return result;
  }

  // Alumni

  /** The leaver gives a private address on the page and confirms it from there. Returns the id of the membership. */
  async giveAddress(saga: Saga, address: string, language = 'en'): Promise<string> {
    const link = await this.addressLink(saga);
    // Somebody who leaves for the second time has older ones, whose links are used up.
    const confirmations = (): Promise<readonly Letter[]> => this.letters(address, 'confirm-address');
    const before = (await confirmations()).length;
    const answer = await this.press(link, { email: address, language, address: 'save' });
    if (answer.status !== 200) throw new Error(`the address was not taken: ${answer.status}`);
    await this.arrived(async () => (await confirmations()).length > before, 'the confirmation');
    const confirmation = await this.newest(address, 'confirm-address');
    const confirmed = await this.press(confirmation.links[0] ?? '', { confirm: 'yes' });
    if (confirmed.status !== 200) throw new Error(`the address was not confirmed: ${confirmed.status}`);
    return this.memberOf(saga);
  }

  /** The link to the page on which a leaver gives an address, out of the newest digest; time passes until there is one. */
  async addressLink(saga: Saga): Promise<string> {
    const leaver = this.company.leaver.email;
    for (let days = 0; days < 30; days += 1) {
      for (const digest of (await this.letters(leaver, 'digest')).toReversed()) {
        for (const link of digest.links.toReversed()) if ((await this.open(link)).html.includes('name="email"')) return link;
      }
      await this.company.advance(dayMs);
    }
    throw new Error(`nobody asked for an address in ${(await saga.status()).stage}`);
  }

  async memberOf(saga: Saga): Promise<string> {
    return (await this.company.core.db.member.findUniqueOrThrow({ where: { handoverId: saga.id } })).id;
  }

  /** The tables that hold a text anywhere in a row. */
  async tablesWith(text: string): Promise<readonly string[]> {
    return tablesWith(this.company.core.config.databaseUrl, text);
  }

  /** Waits in real time for what is on its way. */
  async arrived(is: () => boolean | Promise<boolean>, what: string): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      if (await is()) return;
      await this.company.quiet();
    }
    throw new Error(`waited in vain for: ${what}`);
  }
}

/** What such a company is configured with beside the rig's: reasons as the HRIS words them, and a property for an account's last activity. */
const settings = {
  reasons: Object.fromEntries(reasons.map((reason) => [reason, reason])),
  programme: { linkedinGroup: 'https://www.linkedin.com/groups/1', referralUrl: 'https://www.example.com/jobs' },
  introductions: { look: '2bh' },
};
const noActivity = { lastActivity: null };
const crm = {
  contactProperties: { doNotContact: 'do_not_contact', ...noActivity },
  properties: { companies: { lastActivity: 'renewal_date' }, contacts: noActivity, deals: noActivity, tickets: noActivity },
};
/** Two accounts with one contact each: enough for whatever is not about the number. */
const smallWorld = { leaver: { accounts: 2, contacts: 2, deals: 0, tickets: 0 } };

/** Opens a test file's rig for companies whose people read their mails and press buttons. */
export function usePeople(): { readonly open: (options?: CompanyOptions) => Promise<People> } {
  const opened: People[] = [];
  // Hooks run in reverse: the company ends first, and what it still sends arrives.
  afterEach(async () => {
    for (const people of opened.splice(0)) await people.close();
  });
  const rig = useRig();
  return {
    open: async (options = {}) => {
      let clock = (): number => 0;
      const postbox = await openPostbox(() => clock());
      const company = await rig.company({
        ...options,
        world: { ...smallWorld, ...options.world },
        config: { ...settings, ...options.config },
        crm: { ...crm, ...options.crm },
        smtpUrl: postbox.url,
        env: { BATON_PUBLIC_URL: publicUrl, BATON_HASH_KEY: 'a key that only tests know', ...options.env },
      });
      clock = () => company.clockMs;
      const people = new People(company, postbox);
      opened.push(people);
      return people;
    },
  };
}
