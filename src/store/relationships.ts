import type { Instant, Method, Tier } from '../domain/words.js';
import type { Queries } from './client.js';
import { newId } from './ids.js';

/** A relationship as its row has it. */
export type RelationshipRow = Awaited<ReturnType<Queries['relationship']['findUniqueOrThrow']>>;
/** A line of the mandates checklist. */
export type MandateRow = Awaited<ReturnType<Queries['mandate']['findUniqueOrThrow']>>;

/** What the CRM and the rules say of a relationship. */
export interface FoundRelationship {
  readonly connection: string;
  readonly contact: string;
  readonly account: string | null;
  readonly organisation: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly language: string | null;
  readonly timeZone: string | null;
  readonly value: number | null;
  readonly lastActivity: Instant | null;
  readonly onlyTie: boolean;
  readonly main: boolean;
  readonly bundle: number | null;
  readonly tier: Tier;
  readonly tierReason: string;
}

/** What the leaver may say of a relationship on the list. */
export interface OwnWords {
  readonly organisation?: string | null;
  readonly givenName?: string | null;
  readonly familyName?: string | null;
  readonly email?: string | null;
  readonly phone?: string | null;
  readonly language?: string | null;
  readonly marked?: Tier | null;
  readonly wish?: Method | null;
  readonly note?: string | null;
  readonly topic?: string | null;
}

/** The leaver's relationships and the checklist of mandates. */
export class RelationshipStore {
  readonly #db: Queries;

  constructor(db: Queries) {
    this.#db = db;
  }

  async list(handoverId: string): Promise<readonly RelationshipRow[]> {
    return this.#db.relationship.findMany({
      where: { handoverId },
      orderBy: [{ tier: 'asc' }, { value: 'desc' }, { id: 'asc' }],
    });
  }

  async find(handoverId: string, id: string): Promise<RelationshipRow | null> {
    return this.#db.relationship.findFirst({ where: { handoverId, id } });
  }

  /** Keeps what the CRM says; the leaver's own words stay. */
  async saveFound(handoverId: string, found: readonly FoundRelationship[]): Promise<void> {
    const known = await this.#db.relationship.findMany({
      where: { handoverId, source: 'crm' },
      select: { id: true, connection: true, contact: true, private: true },
    });
    const rowOf = new Map(known.map((row) => [`${row.connection}/${row.contact}`, row]));
    const added = found.filter((item) => !rowOf.has(`${item.connection}/${item.contact}`));
    await this.#db.relationship.createMany({
      data: added.map((item) => ({ ...item, id: newId('r-'), handoverId, source: 'crm' })),
      skipDuplicates: true,
    });
    for (const item of found) {
      const row = rowOf.get(`${item.connection}/${item.contact}`);
      if (row && !row.private) await this.#db.relationship.update({ where: { id: row.id }, data: item });
    }
  }

  /** Adds a contact that no CRM holds. Returns its id. */
  async addOwn(handoverId: string, words: OwnWords, tier: Tier): Promise<string> {
    const id = newId('r-');
    await this.#db.relationship.create({
      data: { ...words, id, handoverId, source: 'leaver', tier, tierReason: 'marked', main: true },
    });
    return id;
  }

  /** What the leaver says of a relationship; false when there is none such. */
  async say(handoverId: string, id: string, words: OwnWords): Promise<boolean> {
    const { count } = await this.#db.relationship.updateMany({ where: { handoverId, id, private: false }, data: { ...words } });
    return count > 0;
  }

  /** Takes a private contact out: nothing is kept but the CRM's own id, so that no later reading puts it back. */
  async takeOut(handoverId: string, id: string): Promise<boolean> {
    // Whoever was invited to a call has to hear that it does not take place; the address goes after that.
    const isInvited = (await this.#db.introduction.count({ where: { relationshipId: id, invited: 'REQUEST' } })) > 0;
    const { count } = await this.#db.relationship.updateMany({
      where: { handoverId, id },
      data: { private: true, ...forgottenWords, ...(!isInvited && forgottenPerson) },
    });
    return count > 0;
  }

  async setTier(id: string, tier: Tier, tierReason: string): Promise<void> {
    await this.#db.relationship.update({ where: { id }, data: { tier, tierReason } });
  }

  /** Forgets notes and details of handovers whose last working day is long over, but for legal holds. Returns how many. */
  async purgeNotes(lastDayBefore: string): Promise<number> {
    const handover = { lastWorkingDay: { lt: lastDayBefore }, closedAt: { not: null }, card: { legalHold: false } };
    const { count } = await this.#db.relationship.updateMany({
      where: { handover, private: false },
      data: { private: true, ...forgotten },
    });
    return count;
  }

  async mandates(handoverId: string): Promise<readonly MandateRow[]> {
    return this.#db.mandate.findMany({ where: { handoverId }, orderBy: [{ addedAt: 'asc' }, { id: 'asc' }] });
  }

  async addMandate(
    handoverId: string,
    line: { readonly kind: string; readonly title: string; readonly detail?: string | null; readonly dueDay?: string | null },
  ): Promise<string> {
    const id = newId('a-');
    await this.#db.mandate.create({ data: { ...line, id, handoverId } });
    return id;
  }

  /** Writes a line anew; one that was done stays done since then. */
  async updateMandate(
    handoverId: string,
    id: string,
    {
      done,
      ...line
    }: {
      readonly kind: string;
      readonly title: string;
      readonly detail: string | null;
      readonly dueDay: string | null;
      readonly done: boolean;
    },
    now: Instant,
  ): Promise<void> {
    await this.#db.mandate.updateMany({ where: { handoverId, id }, data: { ...line, ...(!done && { doneAt: null }) } });
    if (done) await this.#db.mandate.updateMany({ where: { handoverId, id, doneAt: null }, data: { doneAt: now } });
  }

  /** Ticks a line off, or opens it again; false when there is none such. */
  async tickMandate(handoverId: string, id: string, doneAt: Instant | null): Promise<boolean> {
    const { count } = await this.#db.mandate.updateMany({ where: { handoverId, id }, data: { doneAt } });
    return count > 0;
  }
}

const forgottenPerson = { organisation: null, givenName: null, familyName: null, email: null, phone: null } as const;
const forgottenWords = {
  language: null,
  timeZone: null,
  value: null,
  note: null,
  topic: null,
  wish: null,
  marked: null,
} as const;
const forgotten = { ...forgottenPerson, ...forgottenWords } as const;
