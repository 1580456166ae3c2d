import { type Random, at, createRandom, groupBy } from './random.js';
import {
  type NameSet,
  companyBrands,
  companyTowns,
  companyTrades,
  danish,
  dutch,
  international,
  legalForms,
  slug,
} from './names.js';
import type { Leaver, Person } from './world-people.js';
import type { World, WorldBody } from './world.js';

/** One CRM record of the seed: properties as the CRM stores them, links as numeric ids per record type. */
export type SeedRecord = {
  readonly id: number;
  readonly properties: Record<string, string | null>;
  readonly links: { companies?: number[]; contacts?: number[]; deals?: number[]; tickets?: number[] };
};

/** First ids: far apart, and long enough that a record id cannot appear in a text by chance. */
export const firstIds = {
  companies: 500_000_001,
  contacts: 600_000_001,
  deals: 700_000_001,
  tickets: 800_000_001,
  tasks: 900_000_001,
} as const;

type Share = { owner: string; mate: string | null; accounts: number; contacts: number; deals: number; tickets: number };
type Batch = { [Type in keyof World['records']]: SeedRecord[] };

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2021, 0, 4, 8);
const LAST_DAY = Date.UTC(2026, 9, 30, 8);
/** Every deal of a new world is open; people close some. */
const stages = ['appointmentscheduled', 'qualifiedtobuy', 'contractsent', 'decisionmakerboughtin'];

/** The CRM of the world; every person with a seat owns their accounts and all that hangs on them. */
export function generateRecords(body: WorldBody, people: readonly Person[], leaver: Leaver, random: Random): World['records'] {
  const batch: Batch = { companies: [], contacts: [], deals: [], tickets: [] };
  const maker = createMaker(body.seed, random);
  for (const share of shares(body, people, leaver)) fill(batch, share, maker);
  return batch;
}

function* shares(body: WorldBody, people: readonly Person[], leaver: Leaver): Generator<Share> {
  const seated = groupBy(
    people.filter((person) => person.owner !== null),
    (person) => person.team,
  );
  for (const mates of seated.values()) {
    for (const [index, person] of mates.entries()) {
      const own = person.id === leaver.id ? body.leaver : undefined;
      const accounts = own?.accounts ?? body.accountsPerPerson;
      yield {
        owner: person.owner ?? '',
        mate: mates.length > 1 ? at(mates, index + 1).owner : null,
        accounts,
        contacts: own?.contacts ?? accounts * body.contactsPerAccount,
        deals: own?.deals ?? accounts * body.dealsPerAccount,
        tickets: own?.tickets ?? accounts * body.ticketsPerAccount,
      };
    }
  }
}

// What hangs on accounts is dealt out round the person's accounts, so totals come out exactly.
function fill(batch: Batch, share: Share, make: Maker): void {
  const first = batch.companies.length;
  for (let index = 0; index < share.accounts; index += 1) {
    // Every fourth account names a colleague of the team as its account manager: the second user field of the world.
    batch.companies.push(make.company(batch.companies.length, share.owner, index % 4 === 3 ? share.mate : null));
  }
  const parentOf = (index: number): SeedRecord | undefined => batch.companies[first + (index % Math.max(1, share.accounts))];
  for (let index = 0; index < share.contacts; index += 1)
    link(parentOf(index), 'contacts', batch.contacts, make.contact, share.owner);
  for (let index = 0; index < share.deals; index += 1) link(parentOf(index), 'deals', batch.deals, make.deal, share.owner);
  for (let index = 0; index < share.tickets; index += 1)
    link(parentOf(index), 'tickets', batch.tickets, make.ticket, share.owner);
}

function link(
  company: SeedRecord | undefined,
  type: 'contacts' | 'deals' | 'tickets',
  records: SeedRecord[],
  make: Maker['contact'],
  owner: string,
): void {
  const record = make(records.length, owner, company);
  records.push(record);
  if (company === undefined) return;
  record.links.companies = [company.id];
  (company.links[type] ??= []).push(record.id);
}

type MakeChild = (index: number, owner: string, company: SeedRecord | undefined) => SeedRecord;
type Maker = {
  company(index: number, owner: string, accountManager: string | null): SeedRecord;
  contact: MakeChild;
  deal: MakeChild;
  ticket: MakeChild;
};

function createMaker(seed: number, random: Random): Maker {
  const instants = dayInstants();
  const dates = (): Dates => {
    const created = random.int(instants.length - 400);
    const modified = created + random.int(instants.length - created);
    return {
      createdate: at(instants, created),
      hs_lastmodifieddate: at(instants, modified),
      notes_last_updated: at(instants, modified),
    };
  };
  const offset = random.int(1000);
  return {
    company: (index, owner, accountManager) => {
      const id = firstIds.companies + index;
      const { name, domain } = companyName(index + offset);
      return {
        id,
        links: {},
        properties: {
          hs_object_id: String(id),
          name,
          domain,
          phone: phone('+31 20', index),
          annualrevenue: String(100_000 + random.int(900) * 25_000),
          description: note(`Prefers a visit before the summer: ${name}`, 'company', random),
          hubspot_owner_id: owner,
          account_manager: accountManager,
          renewal_date: renewalOf(createRandom(seed ^ id)),
          ...dates(),
        },
      };
    },
    contact: contactMaker(seed, random, dates),
    deal: dealMaker(random, dates),
    ticket: (index, owner) => {
      const id = firstIds.tickets + index;
      const content = note('Asks when the last delivery will be corrected', 'ticket', random);
      const subject = `Question about delivery ${String(20_000 + index)} [marker-subject-${index.toString(36)}]`;
      const stage = { hs_pipeline: '0', hs_pipeline_stage: String(1 + random.int(4)), hs_ticket_priority: 'MEDIUM' };
      return {
        id,
        links: {},
        properties: { hs_object_id: String(id), subject, content, ...stage, hubspot_owner_id: owner, ...dates() },
      };
    },
  };
}

type Dates = { createdate: string; hs_lastmodifieddate: string; notes_last_updated: string };

function contactMaker(seed: number, random: Random, dates: () => Dates): MakeChild {
  const sets: readonly NameSet[] = [dutch, dutch, danish, international];
  return (index, owner, company) => {
    const id = firstIds.contacts + index;
    const names = random.pick(sets);
    const firstname = random.pick(names.first);
    const lastname = random.pick(names.last);
    const domain = company?.properties['domain'] ?? 'no-company.example';
    const properties = {
      hs_object_id: String(id),
      firstname,
      lastname,
      email: `${slug(`${firstname} ${lastname}`)}.${index.toString(36)}@${domain}`,
      phone: phone('+31 6 55', index),
      jobtitle: random.pick(['Buyer', 'Managing Director', 'Head of Operations', 'Finance Manager', 'Plant Manager']),
      relationship_notes: note(`Knows ${firstname} ${lastname} from the trade fair`, 'contact', random),
      hubspot_owner_id: owner,
      associatedcompanyid: company === undefined ? null : String(company.id),
      ...dates(),
    };
    const profile = `https://www.linkedin.com/in/${slug(`${firstname} ${lastname}`, '-')}-${id.toString(36)}`;
    return { id, links: {}, properties: { ...properties, ...manners(names, profile, properties, createRandom(seed ^ id)) } };
  };
}

// Drawn from a source of its own: what is added here leaves everybody's name as it was.
function manners(names: NameSet, profile: string, dates: Dates, random: Random): SeedRecord['properties'] {
  const foreign = random.pick(['europe_slash_london', 'europe_slash_berlin', 'europe_slash_brussels']);
  const known = random.next();
  const language = names === dutch ? 'nl' : names === danish ? 'da' : 'en';
  const zone = names === dutch ? 'europe_slash_amsterdam' : names === danish ? 'europe_slash_copenhagen' : foreign;
  const answered =
    Date.parse(dates.createdate) + random.next() * (Date.parse(dates.notes_last_updated) - Date.parse(dates.createdate));
  return {
    hs_language: known < 0.9 ? language : null,
    hs_timezone: known < 0.8 ? zone : null,
    hs_linkedin_url: random.next() < 0.7 ? profile : null,
    hs_sales_email_last_replied: random.next() < 0.6 ? new Date(Math.round(answered)).toISOString() : null,
  };
}

// About half of the accounts have a contract that runs out within 14 months of the world's last day.
function renewalOf(random: Random): string | null {
  return random.next() < 0.5 ? new Date(LAST_DAY - (LAST_DAY % DAY_MS) + random.int(425) * DAY_MS).toISOString() : null;
}

function dealMaker(random: Random, dates: () => Record<string, string>): MakeChild {
  return (index, owner, company) => {
    const id = firstIds.deals + index;
    const dealname = `${company?.properties['name'] ?? 'Unnamed account'}: renewal ${String(1000 + index)}`;
    const dealstage = random.pick(stages);
    return {
      id,
      links: {},
      properties: {
        hs_object_id: String(id),
        dealname,
        pipeline: 'default',
        dealstage,
        hs_is_closed: 'false',
        amount: String(1_000 + random.int(400) * 250),
        closedate: new Date(LAST_DAY + (random.int(300) - 60) * DAY_MS).toISOString(),
        description: note(`Discount promised for ${dealname}`, 'deal', random),
        hubspot_owner_id: owner,
        ...dates(),
      },
    };
  };
}

// Shared strings: 100,000 companies do not need 300,000 copies of the same days.
function dayInstants(): string[] {
  const instants: string[] = [];
  for (let day = FIRST_DAY; day <= LAST_DAY; day += DAY_MS) instants.push(new Date(day).toISOString());
  return instants;
}

// Counting in three wheels makes every name different; past their end the name gets a number.
function companyName(index: number): { name: string; domain: string } {
  const brand = at(companyBrands, index);
  const trade = at(companyTrades, Math.floor(index / companyBrands.length) + index);
  const wheel = Math.floor(index / (companyBrands.length * companyTrades.length));
  const town = at(companyTowns, wheel + index);
  const round = Math.floor(wheel / companyTowns.length);
  const number = round === 0 ? '' : ` ${String(round + 1)}`;
  return {
    name: `${brand} ${trade} ${town}${number} ${at(legalForms, index + wheel)}`,
    domain: `${slug(`${brand} ${town}`, '-')}-${index.toString(36)}.example`,
  };
}

function phone(prefix: string, index: number): string {
  const digits = String(1_000_000 + index);
  return `${prefix} ${digits.slice(0, 3)} ${digits.slice(3)}`;
}

function note(text: string, kind: string, random: Random): string {
  return `${text} [marker-${kind}-${random.int(0xffffffff).toString(36)}]`;
}
