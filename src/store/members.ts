import { createHmac } from 'node:crypto';
import type { Duration, Instant } from '../domain/words.js';
import type { Prisma } from '../generated/client.js';
import type { Queries } from './client.js';
import { newId } from './ids.js';
import { farewell } from './mails.js';

const whole = {
  consents: { orderBy: { givenAt: 'asc' } },
  checkIns: { orderBy: { dueAt: 'asc' } },
} as const satisfies Prisma.MemberInclude;

/** A membership with its consents and check-ins. */
export type MemberRow = Prisma.MemberGetPayload<{ include: typeof whole }>;

/** What a membership begins with. */
export interface NewMember {
  readonly personId: string;
  readonly employmentId: string;
  readonly handoverId: string;
  readonly connection: string;
  readonly country: string | null;
  readonly language: string;
  readonly retiree: boolean;
  readonly redundancy: boolean;
  readonly checkInsAllowed: boolean;
  readonly employmentEnd: Instant;
}

/** Memberships of the alumni programme, consents, check-ins, and what people are asked to do for alumni. */
export class MemberStore {
  readonly #db: Queries;
  readonly #hashKey: string;

  constructor(db: Queries, hashKey: string) {
    this.#db = db;
    this.#hashKey = hashKey;
  }

  async get(id: string): Promise<MemberRow> {
    return this.#db.member.findUniqueOrThrow({ where: { id }, include: whole });
  }

  async find(id: string): Promise<MemberRow | null> {
    return this.#db.member.findUnique({ where: { id }, include: whole });
  }

  async ofHandover(handoverId: string): Promise<MemberRow | null> {
    return this.#db.member.findUnique({ where: { handoverId }, include: whole });
  }

  async ofPerson(personId: string): Promise<readonly MemberRow[]> {
    return this.#db.member.findMany({ where: { personId }, include: whole, orderBy: { employmentEnd: 'asc' } });
  }

  /** Opens the membership of a departure, or returns the one that is there. */
  async open(member: NewMember): Promise<string> {
    const { handoverId } = member;
    await this.#db.member.createMany({ data: [{ ...member, id: newId('v-') }], skipDuplicates: true });
    return (await this.#db.member.findUniqueOrThrow({ where: { handoverId }, select: { id: true } })).id;
  }

  /** Changes a row and raises its revision. */
  async update(id: string, data: Prisma.MemberUpdateInput): Promise<void> {
    await this.#db.member.update({ where: { id }, data: { ...data, revision: { increment: 1 } } });
  }

  /** Keeps everybody else from changing it until the transaction ends. What they wrote while this waited is seen by the statements after it. */
  async lock(id: string): Promise<void> {
    await this.#db.$queryRaw`select id from "Member" where id = ${id} for update`;
  }

  /** The name of a colleague by work e-mail; null where the HRIS does not know them. */
  async colleague(connection: string, email: string): Promise<string | null> {
    const [found] = await this.#db.$queryRaw<readonly { readonly name: string }[]>`
      select trim("givenName" || ' ' || "familyName") as name from "Person" p
      where "workEmail" = ${email.toLowerCase()} and exists (select from "Employment" e where e."personId" = p.id and e.connection = ${connection})
      limit 1`;
    return found?.name ?? null;
  }

  /** A consent with its purpose, the wording's version and the time. */
  async consent(memberId: string, purpose: string, wording: string, givenAt: Instant): Promise<void> {
    const open = await this.#db.consent.findFirst({ where: { memberId, purpose, withdrawnAt: null } });
    if (!open) await this.#db.consent.create({ data: { id: newId('c-'), memberId, purpose, wording, givenAt } });
  }

  /** Withdraws consents: of one purpose, or all. */
  async withdraw(memberId: string, purpose: string | null, withdrawnAt: Instant): Promise<void> {
    await this.#db.consent.updateMany({
      where: { memberId, withdrawnAt: null, ...(purpose !== null && { purpose }) },
      data: { withdrawnAt },
    });
  }

  /** Whether a consent stands now: asked again right before something is sent. */
  async hasConsent(memberId: string, purpose: string): Promise<boolean> {
    return (await this.#db.consent.count({ where: { memberId, purpose, withdrawnAt: null } })) > 0;
  }

  /** Forgets the new employer: what was typed in about it, and the tie that it made. */
  async forgetEmployer(memberId: string): Promise<void> {
    await this.#forgetTie(memberId);
    await this.#db.$executeRaw`
      update "CheckIn" set detail = detail - ${['employer', 'role']}::text[] where "memberId" = ${memberId} and jsonb_typeof(detail) = 'object'`;
  }

  /** What others know through this person's own answer. */
  async #forgetTie(memberId: string): Promise<void> {
    await this.#db.tie.deleteMany({ where: { source: 'alumni', key: memberId } });
  }

  async updateCheckIn(memberId: string, kind: Duration, data: Prisma.CheckInUpdateInput): Promise<void> {
    await this.#db.checkIn.update({ where: { memberId_kind: { memberId, kind } }, data });
  }

  /** The first answer counts; false when there was one. */
  async answer(
    memberId: string,
    kind: Duration,
    answer: string,
    detail: Prisma.InputJsonValue | null,
    at: Instant,
  ): Promise<boolean> {
    const { count } = await this.#db.checkIn.updateMany({
      where: { memberId, kind, answeredAt: null, sentAt: { not: null } },
      data: { answer, answeredAt: at, ...(detail !== null && { detail }) },
    });
    return count > 0;
  }

  /** Members who asked to be told of vacancies and have not taken it back, by the end of their employment. */
  async recallList(limit: number, after?: string) {
    return this.#db.member.findMany({
      where: { recall: true, state: 'joined', endedAt: null, consents: { some: { purpose: 'recall', withdrawnAt: null } } },
      orderBy: [{ employmentEnd: 'desc' }, { id: 'asc' }],
      take: limit,
      ...(after !== undefined && { cursor: { id: after }, skip: 1 }),
      include: { consents: { where: { purpose: 'recall', withdrawnAt: null }, select: { givenAt: true } } },
    });
  }

  /** Asks a named person to do something; the same key asks once. True when it is new. */
  async errand(item: {
    readonly key: string;
    readonly to: string;
    readonly what: string;
    readonly memberId?: string | null;
    readonly handoverId?: string | null;
    readonly createdAt: Instant;
  }): Promise<boolean> {
    const { count } = await this.#db.errand.createMany({ data: [{ ...item, id: newId('e-') }], skipDuplicates: true });
    return count > 0;
  }

  /** What people were asked to do, oldest first. */
  async errands(where: { readonly memberId?: string; readonly doneAt?: null }, limit?: number) {
    return this.#db.errand.findMany({
      where,
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      ...(limit !== undefined && { take: limit }),
    });
  }

  /** Ticks errands off; the answer is how many were still open. */
  async endErrands(
    where: { readonly id: string } | { readonly memberId: string; readonly what: string | { readonly startsWith: string } },
    doneAt: Instant,
  ): Promise<number> {
    const { count } = await this.#db.errand.updateMany({ where: { ...where, doneAt: null }, data: { doneAt } });
    return count;
  }

  /** Keeps an address from being written to again, as a keyed hash. */
  async suppress(email: string, reason: string, until: Instant): Promise<void> {
    const hash = this.#hashOf(email);
    await this.#db.suppression.upsert({ where: { hash }, create: { hash, reason, until }, update: { reason, until } });
  }

  /** Which of these addresses are not to be written to. */
  async suppressed(emails: readonly string[], now: Instant): Promise<ReadonlySet<string>> {
    const hashes = new Map(emails.map((email) => [this.#hashOf(email), email]));
    const rows = await this.#db.suppression.findMany({
      where: { hash: { in: [...hashes.keys()] }, until: { gt: now } },
      select: { hash: true },
    });
    return new Set(rows.flatMap(({ hash }) => hashes.get(hash) ?? []));
  }

  async isSuppressed(email: string, now: Instant): Promise<boolean> {
    return (await this.#db.suppression.count({ where: { hash: this.#hashOf(email), until: { gt: now } } })) > 0;
  }

  async purgeSuppressions(now: Instant): Promise<void> {
    await this.#db.suppression.deleteMany({ where: { until: { lte: now } } });
  }

  /** Memberships that should have been looked at by now: their workflow does not run, or never began. */
  async overdue(before: Instant, limit: number): Promise<readonly string[]> {
    const rows = await this.#db.member.findMany({
      where: {
        endedAt: null,
        OR: [{ dueAt: { lt: before } }, { dueAt: null, state: { not: 'joined' }, employmentEnd: { lt: before } }],
      },
      orderBy: [{ dueAt: 'asc' }, { id: 'asc' }],
      take: limit,
      select: { id: true },
    });
    return rows.map((row) => row.id);
  }

  /** An address that does not exist any more. */
  async bounced(id: string, to: string, at: Instant): Promise<void> {
    // A typo in an address that nobody has confirmed ends nothing but that address.
    await this.#db.member.updateMany({ where: { id, pendingEmail: to }, data: { pendingEmail: null } });
    await this.#db.member.updateMany({
      where: { id, email: to, bouncedAt: null, endedAt: null },
      data: { bouncedAt: at, revision: { increment: 1 } },
    });
  }

  /** Forgets everything about a membership but that there was one: no address, no answer, no consent. */
  async erase(id: string, state: 'erased' | 'silent' | 'declined' | 'ended', endReason: string, at: Instant): Promise<void> {
    await this.#db.consent.deleteMany({ where: { memberId: id } });
    await this.#db.checkIn.updateMany({ where: { memberId: id }, data: { answer: null } });
    await this.#db.$executeRaw`update "CheckIn" set detail = null where "memberId" = ${id}`;
    // What others know through this person's own answers goes with them, and no hash of the address stays in a key.
    await this.#forgetTie(id);
    await this.#db.$executeRaw`update "Mail" set key = 'erased/' || id where "memberId" = ${id} and key like 'confirm/%'`;
    // The one-click link of an old mail still answers, and finds that nothing is left to stop.
    await this.#db.link.deleteMany({ where: { memberId: id, purpose: { not: 'unsubscribe' } } });
    // Erased once more, it keeps the farewell that is still to go: its row is emptied once it went.
    await this.#db.mail.updateMany({
      where: { memberId: id, state: { not: 'sending' }, NOT: { template: farewell, state: 'queued' } },
      data: { to: '', cc: [], text: '', html: null, subject: '' },
    });
    await this.#db.errand.deleteMany({ where: { memberId: id } });
    await this.#db.member.update({
      where: { id },
      data: {
        state,
        endReason,
        endedAt: at,
        email: null,
        pendingEmail: null,
        preferences: [],
        groupAt: null,
        recall: false,
        revision: { increment: 1 },
      },
    });
  }

  #hashOf(email: string): string {
    return createHmac('sha256', this.#hashKey).update(email.trim().toLowerCase()).digest('hex');
  }
}
