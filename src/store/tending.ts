import type { Job } from '../domain/membership.js';
import type { Duration, Instant } from '../domain/words.js';
import type { Prisma } from '../generated/client.js';
import { utc, type Queries } from './client.js';
import type { CardRow } from './handovers.js';

type CheckInRow = Prisma.CheckInGetPayload<object>;

/** A membership with its check-ins: what is needed to tend it. */
export type TendedRow = Prisma.MemberGetPayload<object> & { readonly checkIns: readonly CheckInRow[] };

/** The departure that a membership goes by, as far as it does. */
export interface DepartureRow {
  readonly id: string;
  readonly outcome: string | null;
  readonly inForce: boolean;
  readonly lastWorkingDay: string | null;
  readonly closed: boolean;
  readonly card: CardRow | null;
  readonly employment: {
    readonly person: { readonly givenName: string; readonly familyName: string; readonly country: string | null };
  };
}

/** A membership, the departure behind it, and every job that the person ever had here. */
export interface Tended {
  readonly member: TendedRow;
  readonly handover: DepartureRow;
  readonly jobs: readonly Job[];
}

/** What decides whether an alumnus is written to at this moment. */
export interface AddresseeRow {
  readonly state: string;
  readonly email: string | null;
  /** Stopped, came back, or cannot be reached. */
  readonly gone: boolean;
  readonly joined: boolean;
  readonly card: CardRow | null;
  /** Purposes of the consents that stand. */
  readonly purposes: readonly string[];
}

type Times = 'dueAt' | 'sentAt' | 'remindedAt' | 'answeredAt' | 'actedAt' | 'skippedAt';
/** As PostgreSQL writes a row to JSON: instants as text, in UTC without saying so. */
type CheckInJson = Omit<CheckInRow, Times> & { readonly [Time in Times]: string | null };
type Found = Omit<TendedRow, 'checkIns'> & {
  readonly checkIns: readonly CheckInJson[];
  readonly handover: DepartureRow;
  readonly jobs: readonly Job[];
};

/**
 * What a look at a membership reads and writes. Thousands are due on one morning, so each is one statement of plain SQL: Prisma's `update` and
 * `create` begin a transaction and read again, at three times the processor time.
 */
export class TendingStore {
  readonly #db: Queries;

  constructor(db: Queries) {
    this.#db = db;
  }

  /** Null when there is no such membership. */
  async read(id: string): Promise<Tended | null> {
    const [found] = await this.#db.$queryRaw<readonly Found[]>`
      select m.*,
        (select coalesce(json_agg(i order by i."dueAt"), '[]') from "CheckIn" i where i."memberId" = m.id) as "checkIns",
        (select json_agg(json_build_object('startDay', j."startDay", 'status', j.status)) from "Employment" j where j."personId" = m."personId") as jobs,
        json_build_object('id', h.id, 'outcome', h.outcome, 'inForce', h."inForce", 'lastWorkingDay', h."lastWorkingDay",
          'closed', h."closedAt" is not null, 'card', to_json(c), 'employment', json_build_object('person',
          json_build_object('givenName', p."givenName", 'familyName', p."familyName", 'country', p.country))) as handover
      from "Member" m join "Handover" h on h.id = m."handoverId" join "Employment" e on e.id = h."employmentId"
        join "Person" p on p.id = e."personId" left join "ReleaseCard" c on c."handoverId" = h.id
      where m.id = ${id}`;
    if (!found) return null;
    const { handover, jobs, checkIns, ...member } = found;
    return { member: { ...member, checkIns: checkIns.map(toCheckIn) }, handover, jobs };
  }

  /** Asked right before a mail goes; null when there is no such membership. */
  async addressee(id: string): Promise<AddresseeRow | null> {
    const rows = await this.#db.$queryRaw<readonly AddresseeRow[]>`
      select m.state, m.email, coalesce(m."stoppedAt", m."returnedAt", m."bouncedAt") is not null as gone,
        m."joinedAt" is not null as joined, to_json(c) as card,
        array(select purpose from "Consent" where "memberId" = m.id and "withdrawnAt" is null) as purposes
      from "Member" m left join "ReleaseCard" c on c."handoverId" = m."handoverId" where m.id = ${id}`;
    return rows[0] ?? null;
  }

  /** When the workflow looks again. */
  async note(id: string, dueAt: Instant | null): Promise<void> {
    await this.#db.$executeRaw`update "Member" set "dueAt" = ${utc(dueAt)} where id = ${id}`;
  }

  async planCheckIn(memberId: string, kind: Duration, dueAt: Instant): Promise<void> {
    await this.#db.$executeRaw`
      insert into "CheckIn" ("memberId", kind, "dueAt") values (${memberId}, ${kind}, ${utc(dueAt)})
      on conflict ("memberId", kind) do update set "dueAt" = excluded."dueAt"`;
  }

  /** A check-in was put to the alumnus, or given to a person. */
  async checkInSent(memberId: string, kind: Duration, at: Instant): Promise<void> {
    await this.#db.$executeRaw`update "CheckIn" set "sentAt" = ${utc(at)} where "memberId" = ${memberId} and kind = ${kind}`;
  }
}

function toCheckIn({ dueAt, sentAt, remindedAt, answeredAt, actedAt, skippedAt, ...rest }: CheckInJson): CheckInRow {
  return {
    ...rest,
    dueAt: dateOf(dueAt ?? ''),
    sentAt: sentAt === null ? null : dateOf(sentAt),
    remindedAt: remindedAt === null ? null : dateOf(remindedAt),
    answeredAt: answeredAt === null ? null : dateOf(answeredAt),
    actedAt: actedAt === null ? null : dateOf(actedAt),
    skippedAt: skippedAt === null ? null : dateOf(skippedAt),
  };
}

function dateOf(text: string): Date {
  return new Date(`${text}Z`);
}
