import type { AssignmentState } from '../domain/words.js';
import { Prisma } from '../generated/client.js';
import type { OwnedRecord } from '../ports/crm.js';
import { utc, type Queries } from './client.js';

/** What a plan needs to know of one ownership. */
export interface PlannedRow {
  readonly id: bigint;
  readonly connection: string;
  readonly recordType: string;
  readonly record: string;
  readonly account: string | null;
  readonly value: number | null;
  readonly closesOn: string | null;
  readonly open: boolean;
  readonly lastActivity: string | null;
  readonly bundle: number | null;
}

/** What a transfer or an undo needs to know of one ownership. */
export interface AssignmentRow {
  readonly id: bigint;
  readonly connection: string;
  readonly recordType: string;
  readonly record: string;
  readonly field: string;
  readonly before: string;
  readonly planned: string | null;
  readonly stepId: string | null;
  readonly state: string;
  readonly canary: boolean;
  /** Set once Baton meant to write it. */
  readonly intendedAt: Date | null;
}

/** How many assignments of a step share a state and a kind. */
export interface GroupRow {
  readonly stepId: string | null;
  readonly state: string;
  readonly canary: boolean;
  readonly late: boolean;
  readonly count: number;
}

/** Where the snapshot of one record type goes on. */
export interface SnapshotPosition {
  readonly handoverId: string;
  readonly connection: string;
  readonly recordType: string;
  readonly cursor: string;
}

/** What happened to one assignment. */
export interface AssignmentOutcome {
  readonly id: bigint;
  readonly state: AssignmentState;
  readonly now: string | null;
  readonly reason: string | null;
}

/** What the plan says of one ownership. */
export interface PlanEntry {
  readonly id: bigint;
  readonly stepId: string | null;
  readonly bundle: number;
  readonly planned: string | null;
  readonly canary: boolean;
  readonly late: boolean;
  /** Waits for its account's introduction. */
  readonly warm: boolean;
  readonly state: AssignmentState;
  readonly reason: string | null;
}

const assignmentColumns = Prisma.sql`id, connection, "recordType", record, field, before, planned, "stepId", state, canary, "intendedAt"`;

/** Rows of one chunk of a bulk statement: large enough to be quick, small enough for one message. */
const chunkSize = 5_000;

/** The snapshot's ownerships and their assignments. */
export class OwnershipStore {
  readonly #db: Queries;

  constructor(db: Queries) {
    this.#db = db;
  }

  /** Keeps one page of the snapshot and the cursor behind it; a record that is there already keeps its before-image. Returns how many are new. */
  async add(part: SnapshotPosition, records: readonly OwnedRecord[]): Promise<number> {
    const { handoverId, connection, recordType, cursor } = part;
    // One statement and one parameter: createMany sent thousands, and a cursor by itself cost a commit of its own.
    return this.#db.$executeRaw`
      with position as (
        insert into "SnapshotPart" ("handoverId", connection, "recordType", cursor) values (${handoverId}, ${connection}, ${recordType}, ${cursor})
        on conflict ("handoverId", connection, "recordType") do update set cursor = excluded.cursor)
      insert into "Ownership" ("handoverId", connection, "recordType", record, field, before, version, account, value, "closesOn", open, "lastActivity")
      select ${handoverId}, ${connection}, "recordType", record, field, owner, version, account, value, "closesOn", open, "lastActivity"
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as new("recordType" text, record text, field text, owner text, version text, account text,
        value float8, "closesOn" text, open boolean, "lastActivity" text)
      on conflict do nothing`;
  }

  /** All rows that a plan is to decide on: those not yet planned, or those of the given bundles. */
  async forPlan(handoverId: string, states: readonly AssignmentState[]): Promise<readonly PlannedRow[]> {
    return this.#db.$queryRaw<PlannedRow[]>`
      select id, connection, "recordType", record, account, value, "closesOn", open, "lastActivity", bundle from "Ownership"
      where "handoverId" = ${handoverId} and state = any(${[...states]}) order by id`;
  }

  /** Writes what the plan says, in chunks. */
  async applyPlan(entries: readonly PlanEntry[]): Promise<void> {
    for (let from = 0; from < entries.length; from += chunkSize) {
      const part = entries.slice(from, from + chunkSize);
      await this.#db.$executeRaw`
        update "Ownership" o set "stepId" = v.step, bundle = v.bundle, planned = v.planned, canary = v.canary, late = v.late, warm = v.warm, state = v.state, reason = v.reason
        from unnest(${part.map((e) => e.id)}::bigint[], ${part.map((e) => e.stepId)}::text[], ${part.map((e) => e.bundle)}::int[],
          ${part.map((e) => e.planned)}::text[], ${part.map((e) => e.canary)}::boolean[], ${part.map((e) => e.late)}::boolean[], ${part.map((e) => e.warm)}::boolean[],
          ${part.map((e) => e.state)}::text[], ${part.map((e) => e.reason)}::text[])
          as v(id, step, bundle, planned, canary, late, warm, state, reason)
        where o.id = v.id`;
    }
  }

  /** The highest bundle number so far; 0 before the plan. */
  async highestBundle(handoverId: string): Promise<number> {
    const { _max } = await this.#db.ownership.aggregate({ where: { handoverId }, _max: { bundle: true } });
    return _max.bundle ?? 0;
  }

  /** Counts by step, state and kind. */
  async groups(handoverId: string): Promise<readonly GroupRow[]> {
    return this.#db.$queryRaw<GroupRow[]>`
      select "stepId", state, canary, late or warm as late, count(*)::int as count from "Ownership"
      where "handoverId" = ${handoverId} group by 1, 2, 3, 4`;
  }

  /** Lets accounts go whose introductions took place: they need not wait for the cold run. Returns how many records that freed. */
  async endWait(handoverId: string, bundles: readonly number[]): Promise<number> {
    const { count } = await this.#db.ownership.updateMany({
      where: { handoverId, bundle: { in: [...bundles] }, warm: true },
      data: { warm: false },
    });
    return count;
  }

  /** What was moved and where to, with its bundle: for the scores after 90 and 180 days. */
  async moved(handoverId: string) {
    return this.#db.$queryRaw<
      readonly {
        readonly connection: string;
        readonly recordType: string;
        readonly record: string;
        readonly field: string;
        readonly planned: string;
        readonly bundle: number;
      }[]
    >`
      select connection, "recordType", record, field, planned, bundle from "Ownership"
      where "handoverId" = ${handoverId} and state = 'verified' and planned is not null and bundle is not null order by id`;
  }

  /** Lets an account wait for its introduction, as far as nothing of it was written yet. */
  async beginWait(handoverId: string, bundle: number): Promise<void> {
    await this.#db.ownership.updateMany({
      where: { handoverId, bundle, state: { in: ['planned', 'approved'] } },
      data: { warm: true, canary: false },
    });
  }

  /** Bundles of which every record that was to move has moved. */
  async movedBundles(handoverId: string): Promise<ReadonlySet<number>> {
    const rows = await this.#db.$queryRaw<readonly { readonly bundle: number }[]>`
      select bundle from "Ownership" where "handoverId" = ${handoverId} and bundle is not null
      group by bundle having bool_and(state in ('verified', 'skipped')) and bool_or(state = 'verified')`;
    return new Set(rows.map((row) => row.bundle));
  }

  /** The bundles of a step, lowest number first. */
  async bundlesOf(handoverId: string, stepId: string): Promise<readonly number[]> {
    const rows = await this.#db.ownership.findMany({
      where: { handoverId, stepId },
      select: { bundle: true },
      distinct: ['bundle'],
      orderBy: { bundle: 'asc' },
    });
    return rows.flatMap((row) => (row.bundle === null ? [] : [row.bundle]));
  }

  /** Moves assignments from one of `from` to `to`, all of the given steps or only some bundles of them. Returns how many. */
  async setState(
    handoverId: string,
    where: {
      readonly stepIds: readonly string[];
      readonly bundles?: readonly number[] | undefined;
      readonly from: readonly AssignmentState[];
    },
    to: AssignmentState,
    reason: string | null = null,
  ): Promise<number> {
    const bundle = where.bundles ? { bundle: { in: [...where.bundles] } } : {};
    const { count } = await this.#db.ownership.updateMany({
      where: { handoverId, stepId: { in: [...where.stepIds] }, state: { in: [...where.from] }, ...bundle },
      data: { state: to, reason },
    });
    return count;
  }

  /** Puts bundles of one step into another; the plan has yet to name the new successor's users. */
  async moveBundles(handoverId: string, from: string, bundles: readonly number[], to: string): Promise<void> {
    await this.#db.ownership.updateMany({
      where: {
        handoverId,
        stepId: from,
        bundle: { in: [...bundles] },
        state: { in: ['planned', 'refused', 'restored', 'parked'] },
      },
      data: { stepId: to, state: 'planned', canary: false },
    });
  }

  /** Makes a step's least valuable records its canary, where it has none that is still to come. */
  async pickCanary(handoverId: string, stepId: string, count: number): Promise<void> {
    await this.#db.$executeRaw`
      update "Ownership" set canary = true where id in (
        select id from "Ownership" where "handoverId" = ${handoverId} and "stepId" = ${stepId} and state in ('planned', 'approved') and not late and not warm
          and not exists (select 1 from "Ownership" c where c."handoverId" = ${handoverId} and c."stepId" = ${stepId} and c.canary)
        order by coalesce(value, 0), id limit ${count})`;
  }

  /** Whether anything of a step was written, or may have been. */
  async isMoving(handoverId: string, stepId: string): Promise<boolean> {
    return (
      (await this.#db.ownership.count({ where: { handoverId, stepId, state: { in: ['intended', 'written', 'verified'] } } })) > 0
    );
  }

  /** Decides anew which deals stay until the last working day, after that day moved. */
  async markLate(handoverId: string, lateUntil: string): Promise<void> {
    const where = { handoverId, state: { in: ['planned', 'approved'] }, open: true, closesOn: { not: null } };
    await this.#db.ownership.updateMany({
      where: { ...where, closesOn: { lte: lateUntil } },
      data: { late: true, canary: false },
    });
    await this.#db.ownership.updateMany({ where: { ...where, closesOn: { gt: lateUntil } }, data: { late: false } });
  }

  /** Names the vendor's user who is to own a step's records of one connection; null parks them for want of a seat. */
  async setPlanned(handoverId: string, stepId: string, connection: string, user: string | null): Promise<void> {
    const open = { handoverId, stepId, connection, state: { in: ['planned', 'approved'] } };
    await this.#db.ownership.updateMany({
      where: open,
      data: user === null ? { planned: null, state: 'parked', reason: 'successor-without-seat' } : { planned: user },
    });
  }

  /** The next page of assignments that may be written now: kinds per step, lowest id first. */
  async duePage(
    handoverId: string,
    kinds: readonly { readonly stepId: string; readonly canary: boolean; readonly late: boolean }[],
    limit: number,
  ): Promise<readonly AssignmentRow[]> {
    if (kinds.length === 0) return [];
    return this.#db.$queryRaw<AssignmentRow[]>`
      select ${assignmentColumns} from "Ownership" o
      join unnest(${kinds.map((k) => k.stepId)}::text[], ${kinds.map((k) => k.canary)}::boolean[], ${kinds.map((k) => k.late)}::boolean[]) as k(step, is_canary, is_late)
        on o."stepId" = k.step and (o.late or o.warm) = k.is_late and (o.late or o.warm or o.canary = k.is_canary)
      where o."handoverId" = ${handoverId} and o.state in ('approved', 'intended', 'written')
      order by o.connection, o."recordType", o.id limit ${limit}`;
  }

  /**
   * The intent, written before the vendor is called and only while nothing fences the handover: the same statement looks at the epoch, so no
   * batch begins after a rescission. Returns the ids that may be written; none means that the batch may not begin.
   */
  async intend(handoverId: string, epoch: number, ids: readonly bigint[], at: string): Promise<ReadonlySet<bigint>> {
    const rows = await this.#db.$queryRaw<{ id: bigint }[]>`
      update "Ownership" o set state = 'intended', "intendedAt" = ${utc(at)} from (select id from "Handover" where id = ${handoverId} and epoch = ${epoch}
        and not paused and not held and restoring is null and "closedAt" is null and "desiredState"->>'evidence' = 'ok' and ("desiredState"->>'inForce')::boolean for share) h
      where o."handoverId" = h.id and o.id = any(${[...ids]}::bigint[]) and o.state in ('approved', 'intended', 'written') returning o.id`;
    return new Set(rows.map((row) => row.id));
  }

  /** First records of steps that were proven to have moved. */
  async canaries(handoverId: string, stepIds: readonly string[]): Promise<readonly AssignmentRow[]> {
    return this.#db.$queryRaw<AssignmentRow[]>`
      select ${assignmentColumns} from "Ownership" where "handoverId" = ${handoverId} and "stepId" = any(${[...stepIds]}) and canary and state = 'verified'
      order by connection, "recordType", id`;
  }

  /** What happened, one statement for a whole batch. */
  async record(outcomes: readonly AssignmentOutcome[], at: string): Promise<void> {
    if (outcomes.length === 0) return;
    await this.#db.$executeRaw`
      update "Ownership" o set state = v.state, now = v.now, reason = v.reason,
        "writtenAt" = case when v.state in ('written', 'verified') then coalesce(o."writtenAt", ${utc(at)}) else o."writtenAt" end,
        "verifiedAt" = case when v.state = 'verified' then ${utc(at)} else o."verifiedAt" end,
        "restoredAt" = case when v.state = 'restored' then ${utc(at)} else o."restoredAt" end,
        undo = case when v.state in ('restored', 'skipped') then false else o.undo end
      from unnest(${outcomes.map((o) => o.id)}::bigint[], ${outcomes.map((o) => o.state)}::text[], ${outcomes.map((o) => o.now)}::text[], ${outcomes.map((o) => o.reason)}::text[])
        as v(id, state, now, reason)
      where o.id = v.id`;
  }

  /** Chooses what is to be taken back. Rows that were never written only change their state. Returns how many were chosen. */
  async chooseUndo(
    handoverId: string,
    where: { readonly stepIds: readonly string[] | null; readonly bundles?: readonly number[] | undefined },
  ): Promise<number> {
    const scope = {
      handoverId,
      ...(where.stepIds && { stepId: { in: [...where.stepIds] } }),
      ...(where.bundles && { bundle: { in: [...where.bundles] } }),
    };
    const untouched = await this.#db.ownership.updateMany({
      where: { ...scope, state: { in: ['planned', 'approved', 'refused'] } },
      data: { state: 'restored', reason: 'never-moved' },
    });
    const chosen = await this.#db.ownership.updateMany({
      where: { ...scope, state: { in: ['intended', 'written', 'verified', 'parked'] } },
      data: { undo: true },
    });
    return untouched.count + chosen.count;
  }

  /** How many are still to be taken back. */
  async undoOpen(handoverId: string): Promise<number> {
    return this.#db.ownership.count({ where: { handoverId, undo: true } });
  }

  /** The next page to take back, newest first. */
  async undoPage(handoverId: string, limit: number): Promise<readonly AssignmentRow[]> {
    return this.#db.$queryRaw<AssignmentRow[]>`
      select ${assignmentColumns} from "Ownership" where "handoverId" = ${handoverId} and undo
      order by connection, "recordType", "writtenAt" desc nulls last, id desc limit ${limit}`;
  }

  /** Gives up what an undo could not take back. */
  async dropUndo(handoverId: string, reason: string): Promise<number> {
    const { count } = await this.#db.ownership.updateMany({ where: { handoverId, undo: true }, data: { undo: false, reason } });
    return count;
  }

  /** Skips everything that was not written, as in `observe`. */
  async skipAll(handoverId: string, reason: string): Promise<void> {
    await this.#db.ownership.updateMany({
      where: { handoverId, state: { in: ['owned', 'planned', 'approved'] } },
      data: { state: 'skipped', reason },
    });
  }

  /** The reason that most of a step's assignments in a state share. */
  async commonestReason(handoverId: string, stepId: string, state: AssignmentState): Promise<string | null> {
    const [row] = await this.#db.ownership.groupBy({
      by: ['reason'],
      where: { handoverId, stepId, state },
      _count: { id: true },
      orderBy: { _count: { id: 'desc' } },
      take: 1,
    });
    return row?.reason ?? null;
  }

  /** How many records of a connection still name the leaver, as far as Baton knows: given up, refused or parked. */
  async stillOwned(handoverId: string, connection: string): Promise<number> {
    const moved = ['verified', 'restored'];
    return this.#db.ownership.count({
      where: { handoverId, connection, state: { notIn: moved }, NOT: { reason: 'record-gone' } },
    });
  }

  /** How many were given up by a person. */
  async givenUp(handoverId: string): Promise<number> {
    return this.#db.ownership.count({ where: { handoverId, reason: 'given-up' } });
  }

  /** One page for `show`, by ascending id. */
  async list(handoverId: string, after: bigint, limit: number) {
    return this.#db.ownership.findMany({ where: { handoverId, id: { gt: after } }, orderBy: { id: 'asc' }, take: limit });
  }

  /** Records by type, for the demo's and the status' counts. */
  async countByType(handoverId: string): Promise<Readonly<Record<string, number>>> {
    const rows = await this.#db.ownership.groupBy({ by: ['recordType'], where: { handoverId }, _count: true });
    return Object.fromEntries(rows.map((row) => [row.recordType, row._count]));
  }
}
