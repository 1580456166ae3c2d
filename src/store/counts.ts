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

type Counted = readonly { readonly label: string; readonly count: number }[];

/** What the gauges show, in one round of counting; states and kinds only. */
export async function rowCounts(db: Database): Promise<RowCounts> {
  const [handovers, waiting, parked, assignments, deliveries] = await Promise.all([
    db.$queryRaw<Counted>`select stage as label, count(*)::int as count from "Handover" group by stage`,
    db.$queryRaw<Counted>`select w->>'what' as label, count(*)::int as count from "Handover", jsonb_array_elements("waitingFor") w where "closedAt" is null group by 1`,
    db.$queryRaw<Counted>`select kind as label, count(*)::int as count from "Parked" where "resolvedAt" is null group by kind`,
    db.$queryRaw<Counted>`select o.state as label, count(*)::int as count from "Ownership" o join "Handover" h on h.id = o."handoverId" where h."closedAt" is null group by o.state`,
    deliveryStore(db).counts(),
  ]);
  return {
    handovers: toLabels(handovers),
    waiting: toLabels(waiting),
    parked: toLabels(parked),
    assignments: toLabels(assignments),
    debts: 0,
    deliveries,
  };
}

function toLabels(rows: Counted): Readonly<Record<string, number>> {
  return Object.fromEntries(rows.map(({ label, count }) => [label, count]));
}
