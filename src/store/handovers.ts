import type { Desired } from '../domain/employment.js';
import type { Audience, Day, Instant, Outcome, Stage, StepState } from '../domain/words.js';
import { Prisma } from '../generated/client.js';
import { utc, type Queries } from './client.js';
import { newId } from './ids.js';

/** A handover with everything that hangs on it but its ownerships. */
export type HandoverRow = Prisma.HandoverGetPayload<{ include: typeof whole }>;
export type StepRow = HandoverRow['steps'][number];
export type CardRow = NonNullable<HandoverRow['card']>;

const whole = {
  employment: { include: { person: true } },
  card: true,
  steps: { orderBy: { number: 'asc' } },
  parked: { where: { resolvedAt: null }, orderBy: { since: 'asc' } },
} as const satisfies Prisma.HandoverInclude;

const toldColumns: Readonly<Record<Audience, 'toldLeaverAt' | 'toldTeamAt' | 'toldContactsAt'>> = {
  leaver: 'toldLeaverAt',
  team: 'toldTeamAt',
  contacts: 'toldContactsAt',
};

/** The state that a handover's row wants. */
export function desiredOf(row: Pick<HandoverRow, 'desiredState'>): Desired {
  const state = row.desiredState;
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  if (typeof state !== 'object' || state === null || Array.isArray(state)) throw new Error('desiredState is no object');
  return {
    inForce: state['inForce'] === true,
    evidence: state['evidence'] === 'ok' ? 'ok' : 'unknown',
    employmentEnd: text(state['employmentEnd']),
    lastWorkingDay: text(state['lastWorkingDay']),
    reasonText: text(state['reasonText']),
  };
}

/** Handovers: one row per saga, at most one open per employment. */
export class HandoverStore {
  readonly #db: Queries;

  constructor(db: Queries) {
    this.#db = db;
  }

  /** Opens the next handover of an employment, or returns the one that is open already. */
  async open(employmentId: string, desired: Desired, now: Instant, source: 'hris' | 'manual' = 'hris'): Promise<string> {
    const before = await this.#db.handover.aggregate({ where: { employmentId }, _max: { number: true } });
    try {
      const row = await this.#db.handover.create({
        data: {
          id: newId(),
          employmentId,
          number: (before._max.number ?? 0) + 1,
          source,
          openKey: employmentId,
          startedAt: now,
          desiredState: { ...desired },
        },
      });
      return row.id;
    } catch (error) {
      const open = isUniqueViolation(error) ? await this.openOf(employmentId) : null;
      if (open) return open.id;
      throw error;
    }
  }

  async openOf(employmentId: string) {
    return this.#db.handover.findUnique({ where: { openKey: employmentId } });
  }

  /** The newest closed handover of an employment, which tells an old ending from a new one. */
  async lastClosedOf(employmentId: string) {
    return this.#db.handover.findFirst({ where: { employmentId, closedAt: { not: null } }, orderBy: { number: 'desc' } });
  }

  async get(id: string): Promise<HandoverRow> {
    return this.#db.handover.findUniqueOrThrow({ where: { id }, include: whole });
  }

  async find(id: string): Promise<HandoverRow | null> {
    return this.#db.handover.findUnique({ where: { id }, include: whole });
  }

  /** The open handover (else the newest) of an HRIS record. */
  async findByRecord(connection: string, record: string): Promise<HandoverRow | null> {
    return this.#db.handover.findFirst({
      where: { employment: { connection, record } },
      orderBy: { number: 'desc' },
      include: whole,
    });
  }

  /** Pages of handovers, newest first; `after` is the id of the last one seen. */
  async list(filter: { readonly open?: boolean | undefined; readonly after?: string | undefined; readonly limit: number }) {
    return this.#db.handover.findMany({
      where: filter.open ? { closedAt: null } : {},
      orderBy: [{ startedAt: 'desc' }, { id: 'asc' }],
      take: filter.limit,
      ...(filter.after && { cursor: { id: filter.after }, skip: 1 }),
      include: whole,
    });
  }

  /** Changes a row and raises its revision. */
  async update(id: string, data: Prisma.HandoverUpdateInput): Promise<void> {
    await this.#db.handover.update({ where: { id }, data: { ...data, revision: { increment: 1 } } });
  }

  /** Writes where the handover stands, for pages and the CLI; nothing is written when nothing differs. */
  async setStanding(
    id: string,
    standing: { readonly stage: Stage; readonly waitingFor: Prisma.InputJsonValue; readonly dueAt: Instant | null },
  ) {
    await this.#db.$executeRaw`
      update "Handover" set stage = ${standing.stage}, "waitingFor" = ${JSON.stringify(standing.waitingFor)}::jsonb, "dueAt" = ${utc(standing.dueAt)},
        revision = revision + 1
      where id = ${id} and (stage, "waitingFor", "dueAt") is distinct from (${standing.stage}, ${JSON.stringify(standing.waitingFor)}::jsonb, ${utc(standing.dueAt)})`;
  }

  /** A new version of what is wanted; the handover acts on it and acknowledges with `applied`. */
  async desire(id: string, desired: Desired): Promise<number> {
    const row = await this.#db.handover.update({
      where: { id },
      data: { desired: { increment: 1 }, desiredState: { ...desired }, revision: { increment: 1 } },
    });
    return row.desired;
  }

  /** Completed handovers whose last working day lies in a span of days and which have no score of this kind. */
  async unscored(after: string, from: string, to: string): Promise<readonly string[]> {
    const rows = await this.#db.$queryRaw<readonly { readonly id: string }[]>`
      select id from "Handover" h where outcome in ('completed', 'incomplete') and "lastWorkingDay" > ${from} and "lastWorkingDay" <= ${to}
        and not exists (select 1 from "Score" s where s."handoverId" = h.id and s.after = ${after}) order by id`;
    return rows.map((row) => row.id);
  }

  /** Redundancies that took place since a day, newest first: whose, where, and the last day of employment. */
  async redundanciesSince(day: string) {
    const rows = await this.#db.handover.findMany({
      where: {
        outcome: { in: ['completed', 'incomplete'] },
        card: { reason: 'redundancy' },
        OR: [{ card: { employmentEnd: { gte: day } } }, { card: { employmentEnd: null }, lastWorkingDay: { gte: day } }],
      },
      select: {
        id: true,
        lastWorkingDay: true,
        card: { select: { employmentEnd: true } },
        employment: { select: { person: { select: { id: true, givenName: true, familyName: true, country: true } } } },
      },
      orderBy: [{ lastWorkingDay: 'desc' }, { id: 'asc' }],
    });
    return rows.flatMap(({ id, lastWorkingDay, card, employment }) => {
      const end = card?.employmentEnd ?? lastWorkingDay;
      return end === null ? [] : [{ handover: id, end, person: employment.person }];
    });
  }

  /** Notes for what the introductions were last woken. */
  async noteIntroduced(id: string, introducedFor: string): Promise<void> {
    await this.#db.handover.update({ where: { id }, data: { introducedFor } });
  }

  /** Waits for whoever else changes this handover; to be called first in a transaction. */
  async lock(id: string): Promise<void> {
    await this.#db.$queryRaw`select id from "Handover" where id = ${id} for update`;
  }

  async tell(id: string, audience: Audience, now: Instant): Promise<void> {
    await this.update(id, { [toldColumns[audience]]: now });
  }

  async close(id: string, outcome: Outcome, now: Instant): Promise<void> {
    await this.update(id, {
      stage: 'closed',
      outcome,
      closedAt: now,
      openKey: null,
      restoring: null,
      waitingFor: [],
      dueAt: null,
    });
    await this.#db.parked.updateMany({
      where: { handoverId: id, resolvedAt: null },
      data: { resolvedAt: now, resolution: 'closed' },
    });
  }

  /** Stops every handover of a connection that began or ended since an instant, until somebody resumes it. */
  async holdSince(connection: string, since: Instant): Promise<readonly string[]> {
    const endings = await this.#db.ending.findMany({ where: { connection, at: { gte: since } }, select: { employmentId: true } });
    const where = {
      closedAt: null,
      held: false,
      employmentId: { in: endings.map((ending) => ending.employmentId) },
      OR: [{ resumedAt: null }, { resumedAt: { lt: since } }],
    };
    const rows = await this.#db.handover.findMany({ where, select: { id: true } });
    await this.#db.handover.updateMany({
      where: { id: { in: rows.map((row) => row.id) } },
      data: { held: true, revision: { increment: 1 } },
    });
    return rows.map((row) => row.id);
  }

  /** Notes a new or withdrawn ending and counts those of the same connection since an instant. */
  async noteEnding(
    connection: string,
    employmentId: string,
    change: 'new' | 'withdrawn',
    at: Instant,
    since: Instant,
  ): Promise<number> {
    await this.#db.ending.create({ data: { connection, employmentId, change, at } });
    const people = await this.#db.ending.findMany({
      where: { connection, at: { gte: since } },
      distinct: ['employmentId'],
      select: { id: true },
    });
    return people.length;
  }

  async saveCard(handoverId: string, card: Omit<CardRow, 'handoverId'>): Promise<void> {
    await this.#db.releaseCard.upsert({ where: { handoverId }, create: { handoverId, ...card }, update: card });
  }

  async saveStep(step: Omit<StepRow, 'asked'> & { readonly asked: string[] }): Promise<void> {
    const { handoverId, id } = step;
    await this.#db.step.upsert({ where: { handoverId_id: { handoverId, id } }, create: step, update: step });
  }

  async updateStep(handoverId: string, id: string, data: Prisma.StepUpdateInput): Promise<void> {
    await this.#db.step.update({ where: { handoverId_id: { handoverId, id } }, data });
  }

  async setStepState(handoverId: string, id: string, state: StepState): Promise<void> {
    await this.updateStep(handoverId, id, { state });
  }

  /** Steps of an earlier plan that nobody decided: they are replaced. */
  async removeSteps(handoverId: string, ids: readonly string[]): Promise<void> {
    await this.#db.step.deleteMany({ where: { handoverId, id: { in: [...ids] } } });
  }

  /** Parks a piece of work with its kind and reason; the same one parks once. */
  async park(
    handoverId: string,
    item: { readonly what: string; readonly stepId?: string | undefined; readonly kind: string; readonly reason: string },
    now: Instant,
  ): Promise<string> {
    const same = { handoverId, what: item.what, stepId: item.stepId ?? null, resolvedAt: null };
    const open = await this.#db.parked.findFirst({ where: same });
    if (open) {
      await this.#db.parked.update({
        where: { handoverId_id: { handoverId, id: open.id } },
        data: { kind: item.kind, reason: item.reason },
      });
      return open.id;
    }
    const id = `k-${(await this.#db.parked.count({ where: { handoverId } })) + 1}`;
    await this.#db.parked.create({ data: { ...same, id, kind: item.kind, reason: item.reason, since: now } });
    return id;
  }

  async resolveParked(handoverId: string, ids: readonly string[], resolution: string, now: Instant): Promise<void> {
    await this.#db.parked.updateMany({
      where: { handoverId, id: { in: [...ids] }, resolvedAt: null },
      data: { resolvedAt: now, resolution },
    });
  }

  /** How far the snapshot of one record type has been read. */
  async snapshotPart(handoverId: string, connection: string, recordType: string) {
    return this.#db.snapshotPart.findUnique({
      where: { handoverId_connection_recordType: { handoverId, connection, recordType } },
    });
  }

  /** Notes that one record type has been read to its end. */
  async endSnapshotPart(handoverId: string, connection: string, recordType: string, doneAt: Instant): Promise<void> {
    const key = { handoverId, connection, recordType };
    await this.#db.snapshotPart.upsert({
      where: { handoverId_connection_recordType: key },
      create: { ...key, doneAt },
      update: { cursor: null, doneAt },
    });
  }

  /** Forgets how far the snapshot was read, so that the next sweep searches again from the beginning. */
  async restartSnapshot(handoverId: string): Promise<void> {
    await this.#db.snapshotPart.deleteMany({ where: { handoverId } });
  }

  async saveRefusals(id: string, refusals: Prisma.InputJsonValue): Promise<void> {
    await this.#db.handover.update({ where: { id }, data: { refusals } });
  }

  /** Connections that open handovers come from or own records in. */
  async openConnections(): Promise<readonly string[]> {
    const rows = await this.#db.$queryRaw<{ connection: string }[]>`
      select distinct e.connection from "Handover" h join "Employment" e on e.id = h."employmentId" where h."closedAt" is null
      union select distinct p.connection from "Handover" h join "SnapshotPart" p on p."handoverId" = h.id where h."closedAt" is null`;
    return rows.map((row) => row.connection);
  }

  /** Open handovers, and closed ones whose last working day lies in the given days: what the sweep looks at. */
  async forSweep(closedWithin: { readonly from: Day; readonly to: Day }, exactly: Day) {
    return this.#db.handover.findMany({
      where: {
        OR: [
          { closedAt: null },
          {
            closedAt: { not: null },
            outcome: { in: ['completed', 'incomplete'] },
            lastWorkingDay: { gte: closedWithin.from, lte: closedWithin.to },
          },
          { closedAt: { not: null }, outcome: { in: ['completed', 'incomplete'] }, lastWorkingDay: exactly },
        ],
      },
      select: { id: true, closedAt: true, plannedAt: true },
    });
  }

  async noteFinding(handoverId: string, what: string, detail: string, at: Instant): Promise<void> {
    const open = await this.#db.sweepFinding.findFirst({ where: { handoverId, what, detail, resolvedAt: null } });
    if (!open) await this.#db.sweepFinding.create({ data: { handoverId, what, detail, foundAt: at } });
  }

  /** Parks an item for a person; of a closed handover it is noted instead, since nothing there can be retried. */
  async parkOrNote(
    handoverId: string,
    item: { readonly what: string; readonly kind: string; readonly reason: string },
    at: Instant,
  ): Promise<void> {
    const row = await this.#db.handover.findUniqueOrThrow({ where: { id: handoverId }, select: { closedAt: true } });
    if (row.closedAt === null) await this.park(handoverId, item, at);
    else await this.noteFinding(handoverId, item.what, item.reason, at);
  }

  async findings(handoverId: string) {
    return this.#db.sweepFinding.findMany({ where: { handoverId, resolvedAt: null }, orderBy: { id: 'asc' } });
  }
}

/** Whether PostgreSQL refused a row because its unique key exists. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
}
