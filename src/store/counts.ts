import { purposes } from '../domain/questions.js';
import type { Instant } from '../domain/words.js';
import type { Database } from './client.js';
import { deliveryStore } from './deliveries.js';

/** Counts by a label that names no person. */
export type ByLabel = Readonly<Record<string, number>>;

/** What the gauges show, read from rows at scrape time. */
export interface RowCounts {
  readonly handovers: ByLabel;
  readonly waiting: ByLabel;
  readonly parked: ByLabel;
  readonly assignments: ByLabel;
  readonly debts: number;
  readonly deliveries: { readonly waiting: number; readonly dead: number };
}

/** An account that moved before its introduction took place, and for which nobody has made up yet. */
const openDebt = { debtAt: { not: null }, debtClosedAt: null } as const;

type Counted = readonly { readonly label: string; readonly count: number }[];

/** What the gauges show, in one round of counting; states and kinds only. */
export async function rowCounts(db: Database): Promise<RowCounts> {
  const [handovers, waiting, parked, assignments, debts, deliveries] = await Promise.all([
    db.$queryRaw<Counted>`select stage as label, count(*)::int as count from "Handover" group by stage`,
    db.$queryRaw<Counted>`select w->>'what' as label, count(*)::int as count from "Handover", jsonb_array_elements("waitingFor") w where "closedAt" is null group by 1`,
    db.$queryRaw<Counted>`select kind as label, count(*)::int as count from "Parked" where "resolvedAt" is null group by kind`,
    db.$queryRaw<Counted>`select o.state as label, count(*)::int as count from "Ownership" o join "Handover" h on h.id = o."handoverId" where h."closedAt" is null group by o.state`,
    db.introduction.count({ where: openDebt }),
    deliveryStore(db).counts(),
  ]);
  return {
    handovers: toLabels(handovers),
    waiting: toLabels(waiting),
    parked: toLabels(parked),
    assignments: toLabels(assignments),
    debts,
    deliveries,
  };
}

function toLabels(rows: Counted): Readonly<Record<string, number>> {
  return Object.fromEntries(rows.map(({ label, count }) => [label, count]));
}

/** Open debts by handover; one without any is left out. */
export async function debtsOf(db: Database, handovers: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const where = { ...openDebt, handoverId: { in: [...handovers] } };
  const rows = await db.introduction.groupBy({ by: ['handoverId'], where, _count: { _all: true } });
  return new Map(rows.map((row) => [row.handoverId, row._count._all]));
}

/** A membership as ids, state, instants and counts: no address, no answer. */
export interface MembershipCounts {
  readonly id: string;
  readonly personId: string;
  readonly handoverId: string;
  readonly state: string;
  readonly endReason: string | null;
  readonly employmentEnd: Instant;
  readonly invitedAt: Instant | null;
  readonly remindedAt: Instant | null;
  readonly joinedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** When its workflow looks again. */
  readonly dueAt: Instant | null;
  /** Consents that stand. */
  readonly consents: number;
  readonly checkIns: { readonly planned: number; readonly sent: number; readonly answered: number; readonly skipped: number };
  /** Mails of which nobody knows whether they left. */
  readonly unsureMails: number;
}

/** Pages of memberships, the latest end of employment first; `after` is the id of the last one seen. */
export async function membershipCounts(
  db: Database,
  filter: {
    readonly personId?: string | undefined;
    readonly state?: string | undefined;
    readonly after?: string | undefined;
    readonly limit: number;
  },
): Promise<readonly MembershipCounts[]> {
  const { personId, state, after, limit } = filter;
  const rows = await db.member.findMany({
    where: { ...(personId !== undefined && { personId }), ...(state !== undefined && { state }) },
    orderBy: [{ employmentEnd: 'desc' }, { id: 'asc' }],
    take: limit,
    ...(after !== undefined && { cursor: { id: after }, skip: 1 }),
    include: {
      checkIns: { select: { sentAt: true, answeredAt: true, skippedAt: true } },
      _count: { select: { consents: { where: { withdrawnAt: null } } } },
    },
  });
  const where = { memberId: { in: rows.map((row) => row.id) }, state: 'unsure' };
  const unsure = await db.mail.groupBy({ by: ['memberId'], where, _count: { _all: true } });
  const unsureOf = new Map(unsure.map((row) => [row.memberId, row._count._all]));
  return rows.map(({ id, personId: person, handoverId, state: now, endReason, checkIns, _count, ...at }) => ({
    ...{ id, personId: person, handoverId, state: now, endReason },
    employmentEnd: at.employmentEnd.toISOString(),
    invitedAt: at.invitedAt?.toISOString() ?? null,
    remindedAt: at.remindedAt?.toISOString() ?? null,
    joinedAt: at.joinedAt?.toISOString() ?? null,
    endedAt: at.endedAt?.toISOString() ?? null,
    dueAt: at.dueAt?.toISOString() ?? null,
    consents: _count.consents,
    checkIns: {
      planned: checkIns.length,
      sent: checkIns.filter((one) => one.sentAt !== null).length,
      answered: checkIns.filter((one) => one.answeredAt !== null).length,
      skipped: checkIns.filter((one) => one.skippedAt !== null).length,
    },
    unsureMails: unsureOf.get(id) ?? 0,
  }));
}

/** What the alumni programme and the network hold about a person, as counts. */
export interface Held {
  readonly memberships: number;
  /** Private addresses, also those that nobody confirmed. */
  readonly addresses: number;
  readonly consents: number;
  readonly answers: number;
  /** Mails to the person whose address or subject is still known. */
  readonly mails: number;
  readonly errands: number;
  readonly ties: number;
}

/** What stays after an erasure: handovers, and contacts that a person has to remove from a CRM. */
export interface Staying {
  readonly handovers: number;
  readonly contacts: number;
}

/** What an erasure would take away about a person, and what it would leave. */
export async function heldAbout(db: Database, personId: string): Promise<{ readonly held: Held; readonly staying: Staying }> {
  const members = await db.member.findMany({ where: { personId }, select: { id: true, email: true, pendingEmail: true } });
  const ofMembers = { memberId: { in: members.map((member) => member.id) } };
  const own = { personId, audience: { in: ['leaver', 'alumnus'] } };
  const [consents, answers, mails, errands, ties, handovers, contacts] = await Promise.all([
    db.consent.count({ where: ofMembers }),
    db.checkIn.count({ where: { ...ofMembers, answer: { not: null } } }),
    db.mail.count({ where: { OR: [ofMembers, own], to: { not: '' } } }),
    db.errand.count({ where: ofMembers }),
    db.tie.count({ where: { personId } }),
    db.handover.count({ where: { employment: { personId } } }),
    db.consent.count({ where: { ...ofMembers, purpose: purposes.approach, withdrawnAt: null } }),
  ]);
  const addresses = members
    .flatMap(({ email, pendingEmail }) => [email, pendingEmail])
    .filter((address) => address !== null).length;
  const held = { memberships: members.length, addresses, consents, answers, mails, errands, ties };
  return { held, staying: { handovers, contacts } };
}
