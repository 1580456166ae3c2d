import type { IntroductionNeed } from '../domain/introduction.js';
import type { Instant, IntroductionState, Method, Tier } from '../domain/words.js';
import type { Prisma } from '../generated/client.js';
import type { Queries } from './client.js';
import { newId } from './ids.js';

const inContext = { include: { handover: { select: { employmentId: true, lastWorkingDay: true } } } } as const;

/** An introduction as its row has it. */
export type IntroductionRow = Awaited<ReturnType<Queries['introduction']['findUniqueOrThrow']>>;
/** A CRM task as its row has it. */
export type CrmTaskRow = Awaited<ReturnType<Queries['crmTask']['findUniqueOrThrow']>>;

/** A new introduction. */
export interface NewIntroduction {
  readonly relationshipId: string;
  readonly bundle: number | null;
  readonly tier: Tier;
  readonly method: Method;
}

/** Counts by state; a state without rows is left out. */
export type IntroductionCounts = Partial<Record<IntroductionState, number>>;

/** Introductions, the CRM tasks made for them, and what became of debts and accounts. */
export class IntroductionStore {
  readonly #db: Queries;

  constructor(db: Queries) {
    this.#db = db;
  }

  async list(handoverId: string): Promise<readonly IntroductionRow[]> {
    return this.#db.introduction.findMany({ where: { handoverId }, orderBy: [{ tier: 'asc' }, { id: 'asc' }] });
  }

  async find(handoverId: string, id: string): Promise<IntroductionRow | null> {
    return this.#db.introduction.findFirst({ where: { handoverId, id } });
  }

  /** Adds what is new; one that exists keeps its state, and its tier while nothing began. */
  async propose(handoverId: string, items: readonly NewIntroduction[]): Promise<void> {
    await this.#db.introduction.createMany({
      data: items.map((item) => ({ ...item, id: newId('i-'), handoverId })),
      skipDuplicates: true,
    });
    for (const { relationshipId, ...rest } of items)
      await this.#db.introduction.updateMany({ where: { relationshipId, state: 'proposed' }, data: rest });
  }

  async update(id: string, data: Prisma.IntroductionUpdateInput): Promise<void> {
    await this.#db.introduction.update({ where: { id }, data });
  }

  /** Begins anew: nothing of the last round counts, and its tasks stay behind. */
  async beginAgain(id: string, reason: string | null): Promise<void> {
    const nothing = { refusedAt: null, askedAt: null, agreedAt: null, sentAt: null, heldAt: null, doneAt: null };
    const silent = { successorAt: null, repliedAt: null, callStart: null, callEnd: null, proposals: [] };
    await this.#db.introduction.update({
      where: { id },
      data: { ...nothing, ...silent, state: 'proposed', reason, round: { increment: 1 } },
    });
  }

  /** Changes one that is still in one of these states; false when somebody was faster. */
  async updateFrom(
    id: string,
    from: readonly IntroductionState[],
    data: Prisma.IntroductionUpdateManyMutationInput,
  ): Promise<boolean> {
    const { count } = await this.#db.introduction.updateMany({ where: { id, state: { in: [...from] } }, data });
    return count > 0;
  }

  /** A call is booked, or moved. This and the next ones are what people say, by page or command; false when it is not the moment for it. */
  async book(id: string, { start, end }: { readonly start: Instant; readonly end: Instant }): Promise<boolean> {
    return this.updateFrom(id, ['agreed', 'scheduled'], { state: 'scheduled', callStart: start, callEnd: end });
  }

  /** The leaver's mail or the successor's note was sent. */
  async noteSent(id: string, at: Instant): Promise<boolean> {
    return this.updateFrom(id, ['agreed'], { sentAt: at });
  }

  /** The call took place; who says so first decides when. */
  async noteHeld({ id, heldAt }: Pick<IntroductionRow, 'id' | 'heldAt'>, at: Instant): Promise<boolean> {
    return this.updateFrom(id, ['scheduled', 'held'], { heldAt: heldAt ?? at, successorAt: at });
  }

  /** The successor was in touch. */
  async noteContacted(id: string, at: Instant): Promise<boolean> {
    return this.updateFrom(id, ['sent', 'lapsed'], { successorAt: at });
  }

  /** The contact does not want this successor, or to hear from anybody. */
  async noteRefused(id: string, at: Instant, { noContact }: { readonly noContact: boolean }): Promise<boolean> {
    const from = ['agreed', 'scheduled', 'held', 'sent', 'lapsed'] as const;
    return this.updateFrom(id, from, { refusedAt: at, ...(noContact && { reason: 'no-contact' }) });
  }

  /** An open debt is tried once more, and the reminders begin anew, or it is written off with a reason. */
  async decideDebt(id: string, at: Instant, resolution: string | null): Promise<boolean> {
    const { count } = await this.#db.introduction.updateMany({
      where: { id, debtAt: { not: null }, debtClosedAt: null },
      data: resolution === null ? { debtAt: at, debtFollowUps: 0 } : { debtClosedAt: at, debtResolution: resolution },
    });
    return count > 0;
  }

  /**
   * The successors of the mails put before leavers in a time, in all other handovers; one entry each. Two handovers that share a successor take
   * turns until the transaction ends, or both would see the other's day as empty.
   */
  async askedFor(
    successors: readonly string[],
    { from, to, but }: { readonly from: Instant; readonly to: Instant; readonly but: string },
  ): Promise<readonly string[]> {
    const turns = successors.map((id) => `mails-for/${id}`).toSorted();
    await this.#db.$queryRaw`select pg_advisory_xact_lock(hashtextextended(turn, 0))::text from unnest(${turns}::text[]) as turn`;
    const rows = await this.#db.introduction.findMany({
      where: { successorId: { in: [...successors] }, askedAt: { gte: from, lt: to }, handoverId: { not: but } },
      select: { successorId: true },
    });
    return rows.flatMap(({ successorId }) => successorId ?? []);
  }

  async counts(handoverId: string): Promise<{ readonly states: IntroductionCounts; readonly debts: number }> {
    const rows = await this.#db.introduction.groupBy({ by: ['state'], where: { handoverId }, _count: { _all: true } });
    const debts = await this.#db.introduction.count({ where: { handoverId, debtAt: { not: null }, debtClosedAt: null } });
    return { states: Object.fromEntries(rows.map((row) => [row.state, row._count._all])), debts };
  }

  /** What a person is asked to do in each handover, by kind: for the daily digest. */
  async needsOf(personId: string): Promise<ReadonlyMap<string, ReadonlyMap<IntroductionNeed, number>>> {
    const rows = await this.#db.$queryRaw<
      readonly { readonly handoverId: string; readonly need: IntroductionNeed; readonly count: number }[]
    >`
      select i."handoverId", need, count(*)::int as count from "Introduction" i
      join "Handover" h on h.id = i."handoverId" join "Employment" e on e.id = h."employmentId", unnest(i.needs) as need
      where case when need in ('leaver-call', 'leaver-mail') then e."personId" = ${personId} and h."closedAt" is null else i."successorId" = ${personId} end
      group by 1, 2 order by 1, 2`;
    const byHandover = new Map<string, Map<IntroductionNeed, number>>();
    for (const { handoverId, need, count } of rows) {
      const counts = byHandover.get(handoverId) ?? new Map<IntroductionNeed, number>();
      byHandover.set(handoverId, counts.set(need, count));
    }
    return byHandover;
  }

  /** Open debts of closed handovers and open ones alike, oldest first. */
  async debts() {
    return this.#db.introduction.findMany({
      where: { debtAt: { not: null }, debtClosedAt: null },
      orderBy: [{ debtAt: 'asc' }, { id: 'asc' }],
      ...inContext,
    });
  }

  /** Handovers that are closed and still have introductions under way: notes to write, answers to come. */
  async unfinishedHandovers(closedSince: Instant): Promise<readonly string[]> {
    const rows = await this.#db.introduction.findMany({
      where: {
        OR: [{ state: { in: ['proposed', 'agreed', 'sent'] } }, { state: 'lapsed', debtAt: { not: null }, debtClosedAt: null }],
        handover: { closedAt: { gte: closedSince }, outcome: { in: ['completed', 'incomplete'] } },
      },
      distinct: ['handoverId'],
      select: { handoverId: true },
    });
    return rows.map((row) => row.handoverId);
  }

  /** Notes what is to be created in a CRM before it is; the same key is intended once. */
  async intendTasks(tasks: readonly Omit<CrmTaskRow, 'task' | 'state' | 'lastError'>[]): Promise<void> {
    await this.#db.crmTask.createMany({ data: tasks.map((task) => ({ ...task })), skipDuplicates: true });
  }

  async tasks(handoverId: string): Promise<readonly CrmTaskRow[]> {
    return this.#db.crmTask.findMany({ where: { handoverId }, orderBy: { key: 'asc' } });
  }

  async updateTask(key: string, data: Prisma.CrmTaskUpdateInput): Promise<void> {
    await this.#db.crmTask.update({ where: { key }, data });
  }

  async saveScore(score: {
    readonly handoverId: string;
    readonly bundle: number;
    readonly after: string;
    readonly keptOwner: boolean | null;
    readonly ownActivity: boolean | null;
    readonly dealsKept: boolean | null;
    readonly at: Instant;
  }): Promise<void> {
    const { handoverId, bundle, after } = score;
    await this.#db.score.upsert({
      where: { handoverId_bundle_after: { handoverId, bundle, after } },
      create: score,
      update: score,
    });
  }

  async scores(handoverId: string) {
    return this.#db.score.findMany({ where: { handoverId }, orderBy: [{ after: 'asc' }, { bundle: 'asc' }] });
  }
}
