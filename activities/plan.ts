import { localDay } from '../src/domain/calendar.js';
import { bundle, plan as propose, type Bundle, type Candidate, type Plan } from '../src/domain/succession.js';
import { lastLateDay, pickCanary } from '../src/domain/transfer.js';
import type { Instant } from '../src/domain/words.js';
import type { CallContext } from '../src/ports/vendor.js';
import type { HandoverRow } from '../src/store/handovers.js';
import type { PlanEntry, PlannedRow } from '../src/store/ownerships.js';
import type { PersonInPlace } from '../src/store/people.js';
import type { Deps } from './deps.js';
import { keepRelated } from './introductions.js';
import { relate } from './relate.js';

/** A row with the bundle that it belongs to. */
interface BundledRow extends PlannedRow {
  readonly bundle: number;
}

/** What a plan would be now: the handover, the rows that it decides on, and who is proposed for them. */
export interface Proposal {
  readonly row: HandoverRow;
  readonly rows: readonly BundledRow[];
  readonly plan: Plan;
}

/** Proposes successors for whatever is not yet decided; reads only. `custodian` stands in for the one on the release card. */
export async function proposePlan(
  deps: Deps,
  handover: string,
  now: Instant,
  context: CallContext,
  custodian?: string,
): Promise<Proposal> {
  const found = await deps.stores.handovers.get(handover);
  const row = custodian && found.card ? { ...found, card: { ...found.card, custodianId: custodian } } : found;
  const owned = await deps.stores.ownerships.forPlan(handover, ['owned', 'planned']);
  const numbers = bundle(owned.map(ownAccount));
  const rows = owned.map((item, index) => ({ ...item, bundle: numbers[index] ?? 0 }));
  return { row, rows, plan: await proposeFor(deps, row, rows, [], now, context) };
}

/** Proposes successors for the whole snapshot; running it again before anything was decided replaces the proposal. */
export async function planAll(deps: Deps, handover: string, now: Instant, context: CallContext): Promise<void> {
  const { row, rows: bundled, plan: proposal } = await proposePlan(deps, handover, now, context);
  const related = await relate(deps, row, bundled, now, context);
  await deps.inTransaction(async (tx) => {
    await tx.stores.handovers.lock(handover);
    // An attempt that came back late must not plan over decisions.
    if ((await tx.stores.handovers.get(handover)).plannedAt !== null) return;
    await tx.stores.handovers.removeSteps(
      handover,
      row.steps.map((step) => step.id),
    );
    await savePlan(tx, row, proposal, bundled, { planVersion: 1, firstStep: 1, warm: related.warm });
    await keepRelated(tx, row, related);
    await tx.stores.handovers.update(handover, { plannedAt: now, planVersion: 1 });
  });
}

/** Proposes other successors for what was refused, as new steps of the next version; `alsoNot` are people whom a contact does not want. */
export async function replan(deps: Deps, handover: string, now: Instant, alsoNot: readonly string[] = []): Promise<void> {
  const row = await deps.stores.handovers.get(handover);
  const refused = [...row.steps.filter((step) => step.state === 'refused').map((step) => step.successorId), ...alsoNot];
  const rows = await deps.stores.ownerships.forPlan(handover, ['refused']);
  const bundled = rows.map((item) => ({ ...item, bundle: item.bundle ?? 0 }));
  const planVersion = row.planVersion + 1;
  const proposal = await proposeFor(deps, row, bundled, refused, now, null);
  const warm = await stillWarm(deps, handover);
  await savePlan(deps, row, proposal, bundled, { planVersion, firstStep: row.steps.length + 1, warm });
  await deps.stores.handovers.update(handover, { planVersion });
}

/** Plans what appeared after the snapshot as supplementary steps of the same version. Returns the ids of the steps. */
export async function supplement(deps: Deps, handover: string, now: Instant, context: CallContext): Promise<readonly string[]> {
  const row = await deps.stores.handovers.get(handover);
  const rows = await deps.stores.ownerships.forPlan(handover, ['owned']);
  if (rows.length === 0) return [];
  const highest = await deps.stores.ownerships.highestBundle(handover);
  const numbers = bundle(rows.map(ownAccount));
  const bundled = rows.map((item, index) => ({ ...item, bundle: highest + (numbers[index] ?? 0) }));
  const proposal = await proposeFor(deps, row, bundled, [], now, context);
  const related = await relate(deps, row, bundled, now, context);
  return deps.inTransaction(async (tx) => {
    await tx.stores.handovers.lock(handover);
    const { steps, planVersion } = await tx.stores.handovers.get(handover);
    await keepRelated(tx, row, related);
    return savePlan(tx, row, proposal, bundled, { planVersion, firstStep: steps.length + 1, warm: related.warm });
  });
}

/** Accounts that still wait for their introduction when the plan changes. */
async function stillWarm(deps: Deps, handover: string): Promise<ReadonlySet<number>> {
  const rows = await deps.stores.introductions.list(handover);
  const waiting = rows.filter(({ state, method }) => isAwaited(state) && (method === 'joint-call' || method === 'email'));
  return new Set(waiting.flatMap(({ bundle }) => (bundle === null ? [] : [bundle])));
}

function isAwaited(state: string): boolean {
  return state === 'proposed' || state === 'agreed' || state === 'scheduled';
}

/** Two CRMs may use the same account ids. */
function ownAccount({ connection, account }: PlannedRow): { readonly account: string | null } {
  return { account: account === null ? null : `${connection}/${account}` };
}

/** Asks the domain for a plan; `context` null means that nobody's accounts are counted again. */
async function proposeFor(
  deps: Deps,
  row: HandoverRow,
  rows: readonly BundledRow[],
  excluded: readonly string[],
  now: Instant,
  context: CallContext | null,
): Promise<Plan> {
  const { employment } = row;
  const { people } = deps.stores;
  const byRule = await people.byWorkEmail(
    employment.connection,
    deps.successionRules.map((rule) => rule.successor),
  );
  const custodian = row.card?.custodianId ?? null;
  const ties = await tiesOf(deps, employment.personId, rows);
  const tied = [...ties.values()].flatMap((people) => [...people.keys()]);
  const named = [...byRule.map((person) => person.person), ...(custodian ? [custodian] : []), ...new Set(tied)];
  const near = { team: employment.team, manager: employment.managerRecord };
  const found = (await people.candidates(employment.connection, near, named)).filter(
    (person) => !excluded.includes(person.person),
  );
  const emails = new Map(byRule.map((person) => [person.workEmail, person.person]));
  return propose({
    leaver: {
      person: employment.personId,
      team: employment.team,
      manager: employment.managerRecord,
      country: employment.person.country,
      location: employment.location,
    },
    custodian,
    bundles: toBundles(rows).map((one) => ({ ...one, ties: ties.get(one.id) })),
    candidates: await toCandidates(deps, found, context),
    rules: deps.successionRules.flatMap(({ successor, ...rule }) => {
      const person = emails.get(successor.toLowerCase());
      return person ? [{ ...rule, successor: person }] : [];
    }),
    policy: deps.policy,
    today: localDay(now, deps.calendarOf(employment.person.country).timeZone),
  });
}

/** Who knows the contacts of each bundle, by ties that their owners share with succession; nobody where the network is off. */
async function tiesOf(
  deps: Deps,
  leaver: string,
  rows: readonly BundledRow[],
): Promise<ReadonlyMap<number, ReadonlyMap<string, number>>> {
  const known = new Map<number, Map<string, number>>();
  if (!deps.policy.network.enabled) return known;
  for (const { name } of deps.crms) {
    const own = rows.filter((row) => row.connection === name && row.recordType === 'contacts');
    const bundleOf = new Map(own.map((row) => [row.record, row.bundle]));
    for (const [contact, people] of await deps.stores.ties.contactsTiedTo(name, [...bundleOf.keys()], null)) {
      const bundle = bundleOf.get(contact);
      if (bundle === undefined) continue;
      const counts = known.get(bundle) ?? new Map<string, number>();
      for (const person of people) if (person !== leaver) counts.set(person, (counts.get(person) ?? 0) + 1);
      known.set(bundle, counts);
    }
  }
  return known;
}

async function toCandidates(
  deps: Deps,
  found: readonly PersonInPlace[],
  context: CallContext | null,
): Promise<readonly Candidate[]> {
  const seats = await deps.stores.people.seats(found.map((person) => person.person));
  const counts = context ? await countAccounts(deps, seats, context) : new Map<string, number>();
  return found.map((person) => ({
    person: person.person,
    team: person.team,
    manager: person.manager,
    active: person.active,
    leaving: person.leaving,
    away: false,
    seat: seats.filter((seat) => seat.person === person.person).map((seat) => seat.connection),
    accounts: counts.get(person.person) ?? null,
  }));
}

type Seat = Awaited<ReturnType<Deps['stores']['people']['seats']>>[number];

/** One small search per candidate: what a colleague has already decides what may be added. */
async function countAccounts(deps: Deps, seats: readonly Seat[], context: CallContext): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  await Promise.all(
    seats.map(async ({ connection, user, person }) => {
      const count = await deps.crms.find((crm) => crm.name === connection)?.port.countAccounts(user, context);
      counts.set(person, (counts.get(person) ?? 0) + (count ?? 0));
    }),
  );
  return counts;
}

function toBundles(rows: readonly BundledRow[]): readonly Bundle[] {
  const bundles = new Map<
    number,
    {
      records: number;
      accounts: number;
      value: number | null;
      closesOn: string | null;
      account: string | null;
      connections: Set<string>;
    }
  >();
  for (const row of rows) {
    const one = bundles.get(row.bundle) ?? {
      records: 0,
      accounts: 0,
      value: null,
      closesOn: null,
      account: row.account,
      connections: new Set<string>(),
    };
    one.records += 1;
    if (row.recordType === 'companies') one.accounts = 1;
    if (row.value !== null) one.value = (one.value ?? 0) + row.value;
    if (row.open && row.closesOn !== null && (one.closesOn === null || row.closesOn < one.closesOn)) one.closesOn = row.closesOn;
    one.connections.add(row.connection);
    bundles.set(row.bundle, one);
  }
  return [...bundles].map(([id, { connections, ...rest }]) => ({ id, ...rest, connections: [...connections] }));
}

/** One successor's part of a proposal. */
export interface Share {
  readonly successor: string;
  readonly reason: string;
  readonly bundles: readonly number[];
}

/** A proposal's parts: bundles that nobody can take become the custodian's, and wait for a seat or another successor. */
export function sharesOf({ steps, withoutSuccessor }: Plan, { card }: Pick<HandoverRow, 'card'>): readonly Share[] {
  const custodian = card?.custodianId;
  const orphans =
    withoutSuccessor.length > 0 && custodian ? [{ successor: custodian, reason: 'custodian', bundles: withoutSuccessor }] : [];
  return [...steps, ...orphans].map(({ successor, reason, bundles }) => ({ successor, reason, bundles }));
}

/** Writes steps and assignments of a proposal. */
async function savePlan(
  deps: Deps,
  row: HandoverRow,
  proposal: Plan,
  rows: readonly BundledRow[],
  {
    planVersion,
    firstStep,
    warm,
  }: { readonly planVersion: number; readonly firstStep: number; readonly warm: ReadonlySet<number> },
): Promise<readonly string[]> {
  const steps = sharesOf(proposal, row).map((step, index) => ({
    ...step,
    number: firstStep + index,
    id: `s${firstStep + index}`,
  }));
  for (const { id, number, successor, reason } of steps) {
    await deps.stores.handovers.saveStep({
      ...freshStep,
      handoverId: row.id,
      asked: [],
      id,
      number,
      planVersion,
      successorId: successor,
      reason,
    });
  }
  await deps.stores.ownerships.applyPlan(await toEntries(deps, row, steps, rows, warm));
  return steps.map((step) => step.id);
}

const freshStep = {
  state: 'waiting',
  approverId: null,
  timedOut: false,
  askedAt: null,
  remindedAt: null,
  decidedAt: null,
  decisionId: null,
  canaryAt: null,
};

interface StepShare {
  readonly id: string;
  readonly successor: string;
  readonly bundles: readonly number[];
}

async function toEntries(
  deps: Deps,
  row: HandoverRow,
  steps: readonly StepShare[],
  rows: readonly BundledRow[],
  warm: ReadonlySet<number>,
): Promise<readonly PlanEntry[]> {
  const seats = await deps.stores.people.seats(steps.map((step) => step.successor));
  const userOf = new Map(seats.map(({ person, connection, user }) => [`${person}/${connection}`, user]));
  const observed = new Set(deps.crms.filter((crm) => crm.mode === 'observe').map((crm) => crm.name));
  const stepOf = new Map(steps.flatMap((step) => step.bundles.map((number) => [number, step] as const)));
  const lateUntil = lateUntilOf(deps, row);
  const entries = rows.map((item) => {
    const step = stepOf.get(item.bundle);
    return {
      id: item.id,
      stepId: step?.id ?? null,
      bundle: item.bundle,
      planned: step ? (userOf.get(`${step.successor}/${item.connection}`) ?? null) : null,
      canary: false,
      warm: warm.has(item.bundle),
      late: item.open && item.closesOn !== null && lateUntil !== null && item.closesOn <= lateUntil,
      value: item.value,
      ...(observed.has(item.connection)
        ? { state: 'skipped' as const, reason: 'connection-observes' }
        : { state: 'planned' as const, reason: null }),
    };
  });
  const canaries = new Set(
    steps.flatMap((step) =>
      canaryIds(
        entries.filter((entry) => entry.stepId === step.id && entry.state === 'planned'),
        deps,
      ),
    ),
  );
  return entries.map((entry) => ({ ...entry, canary: canaries.has(String(entry.id)) }));
}

/** The last closing day of a deal that stays with the leaver until the last working day. */
export function lateUntilOf(deps: Deps, row: HandoverRow): string | null {
  if (row.lastWorkingDay === null) return null;
  return lastLateDay(
    row.lastWorkingDay,
    deps.policy.transfer.keepDealsClosingWithin,
    deps.calendarOf(row.employment.person.country),
  );
}

function canaryIds(
  entries: readonly Pick<PlanEntry & PlannedRow, 'id' | 'value' | 'late' | 'warm'>[],
  deps: Deps,
): readonly string[] {
  return pickCanary(
    entries.map(({ id, value, late, warm }) => ({ id: String(id), value, late: late || warm })),
    deps.policy.transfer.canary.records,
  );
}
