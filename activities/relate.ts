import { businessTimeBetween, daysBetween, instantOf, localDay } from '../src/domain/calendar.js';
import { permittedMethod, type AllowedIntroductions } from '../src/domain/introduction.js';
import { contactRules } from '../src/domain/release.js';
import { assignTiers, type RelationshipFacts } from '../src/domain/tiers.js';
import type { Instant, Method, Tier } from '../src/domain/words.js';
import type { AccountCard, ContactCard } from '../src/ports/crm.js';
import type { CallContext } from '../src/ports/vendor.js';
import type { HandoverRow } from '../src/store/handovers.js';
import type { FoundRelationship } from '../src/store/relationships.js';
import { toCard } from '../src/store/card.js';
import type { CrmConnection, Deps } from './deps.js';

/** An ownership as far as relationships need it, with its bundle. */
export interface RelatedRow {
  readonly connection: string;
  readonly recordType: string;
  readonly record: string;
  readonly account: string | null;
  readonly value: number | null;
  readonly closesOn: string | null;
  readonly open: boolean;
  readonly lastActivity: string | null;
  readonly bundle: number;
}

/** The relationships behind a snapshot, and the accounts that wait for an introduction. */
export interface Related {
  readonly found: readonly FoundRelationship[];
  /** Bundles that stay with the leaver until their introduction, or until the cold run. */
  readonly warm: ReadonlySet<number>;
}

/** An open deal that closes this soon counts as one in its last stage: stages are named differently in every CRM. */
const closingWithinDays = 30;
const renewalWithinDays = 90;
const msPerMonth = 30.44 * 86_400_000;

/** Reads who stands behind the leaver's records and puts every account into a tier. Reads only. */
export async function relate(
  deps: Deps,
  row: HandoverRow,
  rows: readonly RelatedRow[],
  now: Instant,
  context: CallContext,
): Promise<Related> {
  const { card } = row;
  if (!card) return { found: [], warm: new Set() };
  const contacts = (await Promise.all(deps.crms.map((crm) => contactsOf(crm, rows, context)))).flat();
  if (contacts.length === 0) return { found: [], warm: new Set() };
  const today = localDay(now, deps.calendarOf(row.employment.person.country).timeZone);
  const onlyTies = await onlyTiesOf(deps, row.employment.personId, contacts);
  const accounts = toAccounts(contacts, rows, onlyTies, today);
  const refusing = await refusingOf(deps, contacts, now);
  const marks = new Map((await deps.stores.relationships.list(row.id)).map((one) => [keyOf(one), one]));
  const tiers = assignTiers({
    relationships: accounts.map((account) => ({ ...account.facts, marked: tierOf(marks.get(account.facts.id)?.marked ?? null) })),
    policy: deps.policy,
    leaverMonths: monthsLeft(row, now),
    today,
  });
  const chosen = new Map(tiers.map(({ id, tier, reason }) => [id, { tier, tierReason: reason }]));
  const found = accounts.flatMap((account) =>
    account.contacts.map((contact) => ({
      ...describe(contact, account),
      ...(chosen.get(account.facts.id) ?? { tier: 'D' as const, tierReason: 'dormant' }),
      // Who asked not to be written to is nobody's introduction, now or in a later handover.
      main: contact === account.contacts.find((one) => !refusing.has(one)),
    })),
  );
  const allowed = contactRules(toCard(card)).introductions;
  const warm = found.filter((one) => one.main && one.bundle !== null && isWarmMethod(methodFor(deps, allowed, one.tier, null)));
  return { found, warm: new Set(warm.flatMap(({ bundle }) => (bundle === null ? [] : [bundle]))) };
}

/** How a tier is introduced under what is permitted, and by the leaver's wish between a call and a mail. */
export function methodFor(deps: Pick<Deps, 'policy'>, allowed: AllowedIntroductions, tier: Tier, wish: string | null): Method {
  const { method } = deps.policy.introductions.tiers[tier];
  const isPersonal = isWarmMethod(method);
  const wished = isPersonal && (wish === 'joint-call' || wish === 'email') ? wish : method;
  return permittedMethod(wished, allowed) ?? wished;
}

function isWarmMethod(method: Method): boolean {
  return method === 'joint-call' || method === 'email';
}

/** A relationship's key while it has no row yet. */
function keyOf({ connection, contact }: { readonly connection: string | null; readonly contact: string | null }): string {
  return `${connection ?? ''}/${contact ?? ''}`;
}

/** A column's text as a tier; anything else is none. */
export function tierOf(text: string | null): Tier | null {
  return text === 'A' || text === 'B' || text === 'C' || text === 'D' ? text : null;
}

interface Known {
  readonly connection: string;
  readonly card: ContactCard;
  readonly account: AccountCard | null;
  readonly bundle: number;
}

/** The contacts that the leaver owns, as the CRM describes them, with their accounts. */
async function contactsOf(crm: CrmConnection, rows: readonly RelatedRow[], context: CallContext): Promise<readonly Known[]> {
  const { contacts } = crm.port;
  const own = rows.filter((row) => row.connection === crm.name && row.recordType === 'contacts');
  if (!contacts || crm.retired || own.length === 0) return [];
  const bundleOf = new Map(own.map((row) => [row.record, row.bundle]));
  const cards = await contacts.read([...bundleOf.keys()], context);
  const accountIds = [...new Set(cards.flatMap((card) => (card.account === null ? [] : [card.account])))];
  const accounts = new Map((await contacts.accounts(accountIds, context)).map((account) => [account.record, account]));
  return cards.map((card) => ({
    connection: crm.name,
    card,
    account: card.account === null ? null : (accounts.get(card.account) ?? null),
    bundle: bundleOf.get(card.record) ?? 0,
  }));
}

/** Contacts who asked not to be written to: the CRM says so, or an earlier refusal is kept as a hash. */
async function refusingOf(deps: Deps, contacts: readonly Known[], now: Instant): Promise<ReadonlySet<Known>> {
  const emails = contacts.flatMap(({ card }) => card.email ?? []);
  const suppressed = await deps.stores.members.suppressed(emails, now);
  return new Set(contacts.filter(({ card }) => card.doNotContact || (card.email !== null && suppressed.has(card.email))));
}

interface Account {
  readonly facts: Omit<RelationshipFacts, 'marked'>;
  /** The main contact first. */
  readonly contacts: readonly Known[];
}

/** One entry per account, known by its main contact: the one with whom somebody last had to do. */
function toAccounts(
  contacts: readonly Known[],
  rows: readonly RelatedRow[],
  onlyTies: ReadonlySet<string>,
  today: string,
): readonly Account[] {
  const recordsOf = groupBy(rows, (row) => row.bundle);
  return [...groupBy(contacts, (contact) => `${contact.connection}/${contact.bundle}`).values()].flatMap((group) => {
    const sorted = [...group].sort(byActivity);
    const [main] = sorted;
    if (!main) return [];
    const records = recordsOf.get(main.bundle) ?? [];
    const deals = records.filter((record) => record.recordType === 'deals' && record.open);
    const isWithin = (day: string | null, days: number) => day !== null && daysBetween(today, day) <= days && day >= today;
    const facts = {
      id: `${main.connection}/${main.card.record}`,
      account: main.card.account,
      value: main.account?.value ?? null,
      lastActivity: newest([
        ...records.map((r) => r.lastActivity),
        main.account?.lastActivity ?? null,
        ...group.map((g) => g.card.lastActivity),
      ]),
      openDeal: deals.length > 0,
      openDealInLastStage: deals.some((deal) => isWithin(deal.closesOn, closingWithinDays)),
      renewsWithin90Days: isWithin(main.account?.renewsOn ?? null, renewalWithinDays),
      onlyTie: onlyTies.has(`${main.connection}/${main.card.record}`),
      source: 'crm' as const,
    };
    return [{ facts, contacts: sorted }];
  });
}

function byActivity(a: Known, b: Known): number {
  const [left, right] = [a.card.lastActivity ?? '', b.card.lastActivity ?? ''];
  if (left !== right) return left < right ? 1 : -1;
  return a.card.record < b.card.record ? -1 : 1;
}

function groupBy<Item, Key>(items: readonly Item[], keyOfItem: (item: Item) => Key): ReadonlyMap<Key, readonly Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOfItem(item));
    if (group) group.push(item);
    else groups.set(keyOfItem(item), [item]);
  }
  return groups;
}

function newest(instants: readonly (Instant | null)[]): Instant | null {
  return instants.reduce(
    (latest, instant) => (instant !== null && (latest === null || instant > latest) ? instant : latest),
    null,
  );
}

function describe(
  { connection, card, account, bundle }: Known,
  { facts }: Account,
): Omit<FoundRelationship, 'tier' | 'tierReason' | 'main'> {
  return {
    connection,
    contact: card.record,
    account: card.account,
    organisation: account?.name ?? card.accountName,
    givenName: card.givenName,
    familyName: card.familyName,
    email: card.email,
    phone: card.phone,
    language: card.language,
    timeZone: card.timeZone,
    value: facts.value,
    lastActivity: facts.lastActivity,
    onlyTie: facts.onlyTie,
    bundle,
  };
}

/** Contacts whom, as far as ties are known and may be used, nobody but the leaver knows. */
async function onlyTiesOf(deps: Deps, leaver: string, contacts: readonly Known[]): Promise<ReadonlySet<string>> {
  if (!deps.policy.network.enabled) return new Set();
  const only = new Set<string>();
  for (const [connection, group] of groupBy(contacts, (contact) => contact.connection)) {
    const tied = await deps.stores.ties.contactsTiedTo(
      connection,
      group.map((contact) => contact.card.record),
      leaver,
    );
    for (const [contact, people] of tied) if (people.length === 1 && people[0] === leaver) only.add(`${connection}/${contact}`);
  }
  return only;
}

function monthsLeft({ lastWorkingDay }: HandoverRow, now: Instant): number {
  if (lastWorkingDay === null) return 1;
  return Math.max(1, (Date.parse(`${lastWorkingDay}T00:00:00Z`) - Date.parse(now)) / msPerMonth);
}

/** Working time that the leaver has left, in milliseconds. */
export function workingMsLeft(deps: Deps, row: HandoverRow, now: Instant): number {
  const calendar = deps.calendarOf(row.employment.person.country);
  if (row.lastWorkingDay === null) return 0;
  return businessTimeBetween(calendar, now, instantOf(row.lastWorkingDay, deps.policy.lastDay.ends, calendar.timeZone));
}
