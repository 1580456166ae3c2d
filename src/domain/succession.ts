import { addDays } from './calendar.js';
import type { Policy } from './policy.js';
import type { Day } from './words.js';

/** Somebody who could take over; people are ids. */
export interface Candidate {
  readonly person: string;
  readonly team: string | null;
  readonly manager: string | null;
  readonly active: boolean;
  /** With an ending ahead, told or not. */
  readonly leaving: boolean;
  /** Away too long to start with new accounts. */
  readonly away: boolean;
  /** Connections in which this person has an active user. */
  readonly seat: readonly string[];
  /** Active accounts now; null when nobody counted them. */
  readonly accounts: number | null;
}

/** An account with the records that travel with it, or a record that hangs on none. */
export interface Bundle {
  readonly id: number;
  readonly account: string | null;
  readonly records: number;
  /** 1 when it counts as an account of its owner, else 0. */
  readonly accounts: number;
  readonly value: number | null;
  /** The nearest expected close of its open deals. */
  readonly closesOn: Day | null;
  /** Connections in which its new owner needs a user. */
  readonly connections: readonly string[];
  /** People who are known to know its contacts, and how many of them; absent where ties are not used. */
  readonly ties?: ReadonlyMap<string, number> | undefined;
}

/** A company's own rule: whoever leaves there is followed by this person. All fields given have to match the leaver. */
export interface SuccessionRule {
  readonly team?: string;
  readonly country?: string;
  readonly location?: string;
  readonly successor: string;
}

export interface PlanInput {
  readonly leaver: {
    readonly person: string;
    readonly team: string | null;
    readonly manager: string | null;
    readonly country: string | null;
    readonly location: string | null;
  };
  readonly custodian: string | null;
  readonly bundles: readonly Bundle[];
  readonly candidates: readonly Candidate[];
  readonly rules: readonly SuccessionRule[];
  readonly policy: Pick<Policy, 'capacity'> & { readonly approvals: Pick<Policy['approvals'], 'maxSingleQuestions'> };
  readonly today: Day;
}

export type StepReason = 'rule' | 'tied' | 'team' | 'custodian';

/** One successor's share. */
export interface PlannedStep {
  readonly id: string;
  readonly successor: string;
  readonly reason: StepReason;
  readonly bundles: readonly number[];
  readonly records: number;
  readonly accounts: number;
}

export type ExceptionReason = 'over-capacity' | 'closing-soon' | 'no-successor';

/** A bundle that needs the approver's eye, with every reason why. */
export interface PlanException {
  readonly bundle: number;
  readonly reasons: readonly ExceptionReason[];
}

export interface Plan {
  readonly steps: readonly PlannedStep[];
  /** Bundles that nobody can take, for the caller to park. */
  readonly withoutSuccessor: readonly number[];
  /** The heaviest exceptions, asked singly; how many there are in all. */
  readonly exceptions: readonly PlanException[];
  readonly exceptionCount: number;
}

/** A renewal or close within two months is what a change of owner endangers first (policy.md 4). */
export const closingSoonDays = 60;

/**
 * Groups ownership rows into bundles: rows of one account together, every row without an account by itself. Answers one number per row, from 1
 * in order of appearance. An account's id is taken as it stands, whatever the connection.
 */
export function bundle(ownerships: readonly { readonly account: string | null }[]): readonly number[] {
  const known = new Map<string, number>();
  let last = 0;
  return ownerships.map(({ account }) => {
    const found = account === null ? undefined : known.get(account);
    if (found !== undefined) return found;
    last += 1;
    if (account !== null) known.set(account, last);
    return last;
  });
}

/** Whether a person may take over at all: here, staying, present, and not the leaver. */
export function isEligible(candidate: Candidate, leaver: string): boolean {
  return candidate.person !== leaver && candidate.active && !candidate.leaving && !candidate.away;
}

/**
 * Proposes a successor for every bundle: the company's rule, a colleague whom the contacts know already, the team with capacity, the custodian.
 * Same input, same plan.
 */
export function plan(input: PlanInput): Plan {
  const { leaver, custodian, candidates, policy } = input;
  const eligible = candidates.filter((candidate) => isEligible(candidate, leaver.person)).sort(byPerson);
  const people = new Map(eligible.map((candidate) => [candidate.person, candidate]));
  const ruled = input.rules.filter((rule) => matches(rule, leaver)).flatMap((rule) => people.get(rule.successor) ?? []);
  const colleagues = colleaguesOf(eligible, leaver, custodian);
  const median = medianAccounts(colleagues);
  const capacity = median === null ? Infinity : policy.capacity.overMedian * median;
  const loads = new Loads(eligible, median ?? 0);
  const team = new Team(colleagues, loads, capacity);
  const holder = custodian === null ? undefined : people.get(custodian);
  const draft = new Draft(input.today);
  for (const item of heaviestFirst(input.bundles)) {
    const chosen = choose(item, ruled, () => tiedTo(item, people, loads, capacity), team, holder);
    if (chosen === null) draft.withoutSuccessor.push(item.id);
    else {
      loads.add(chosen.person, item);
      draft.give(item, chosen);
    }
    const isOver = chosen?.reason === 'rule' && loads.accounts(chosen.person) > capacity && item.accounts > 0;
    draft.note(item, isOver, chosen === null);
  }
  return draft.finish(custodian, policy.approvals.maxSingleQuestions);
}

interface Choice {
  readonly person: string;
  readonly reason: StepReason;
}

function choose(
  item: Bundle,
  ruled: readonly Candidate[],
  findTied: () => string | null,
  team: Team,
  holder: Candidate | undefined,
): Choice | null {
  const byRule = ruled.find((candidate) => hasSeat(candidate, item.connections));
  if (byRule) return { person: byRule.person, reason: 'rule' };
  const tied = findTied();
  if (tied !== null) return { person: tied, reason: 'tied' };
  const colleague = team.leastLoaded(item);
  if (colleague !== null) return { person: colleague, reason: 'team' };
  return holder && hasSeat(holder, item.connections) ? { person: holder.person, reason: 'custodian' } : null;
}

/** Who knows most of a bundle's contacts and can still take it; among equals the least loaded. */
function tiedTo(item: Bundle, people: ReadonlyMap<string, Candidate>, loads: Loads, capacity: number): string | null {
  const able = [...(item.ties ?? [])].flatMap(([person, count]) => {
    const candidate = people.get(person);
    const fits = item.accounts === 0 || loads.accounts(person) + item.accounts <= capacity;
    return candidate && fits && hasSeat(candidate, item.connections) ? [{ person, count, accounts: loads.accounts(person) }] : [];
  });
  able.sort((a, b) => b.count - a.count || a.accounts - b.accounts || (a.person < b.person ? -1 : 1));
  return able[0]?.person ?? null;
}

function hasSeat(candidate: Candidate, connections: readonly string[]): boolean {
  return connections.every((connection) => candidate.seat.includes(connection));
}

function matches({ team, country, location }: SuccessionRule, leaver: PlanInput['leaver']): boolean {
  const fits = (wanted: string | undefined, actual: string | null): boolean => wanted === undefined || wanted === actual;
  return fits(team, leaver.team) && fits(country, leaver.country) && fits(location, leaver.location);
}

/** Who works beside the leaver: under the same manager; where nobody does, in the same team, which in many HRIS is a whole department. */
function colleaguesOf(
  eligible: readonly Candidate[],
  { manager, team }: PlanInput['leaver'],
  custodian: string | null,
): readonly Candidate[] {
  const others = eligible.filter((candidate) => candidate.person !== custodian);
  const beside = manager === null ? [] : others.filter((candidate) => candidate.manager === manager && candidate.seat.length > 0);
  return beside.length > 0 || team === null ? beside : others.filter((candidate) => candidate.team === team);
}

/** What a colleague with a seat usually has; null when nobody's accounts are known, and then nobody is over capacity. */
function medianAccounts(colleagues: readonly Candidate[]): number | null {
  const counts = colleagues.flatMap(({ seat, accounts }) => (seat.length > 0 && accounts !== null ? [accounts] : []));
  counts.sort((a, b) => a - b);
  const [low, high] = [counts[(counts.length - 1) >> 1], counts[counts.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function byPerson(a: Candidate, b: Candidate): number {
  return a.person < b.person ? -1 : Number(a.person > b.person);
}

/** Accounts before loose records and the valuable first, so that what exceeds the team's capacity is the least. */
function heaviestFirst(bundles: readonly Bundle[]): readonly Bundle[] {
  return [...bundles].sort((a, b) => b.accounts - a.accounts || (b.value ?? 0) - (a.value ?? 0) || a.id - b.id);
}

/** What everybody has, with what the plan adds; whose accounts nobody counted has as many as is usual. */
class Loads {
  private readonly load = new Map<string, { accounts: number; records: number }>();

  constructor(candidates: readonly Candidate[], usual: number) {
    for (const { person, accounts } of candidates) this.load.set(person, { accounts: accounts ?? usual, records: 0 });
  }

  add(person: string, { accounts, records }: Bundle): void {
    const load = this.load.get(person);
    if (!load) return;
    load.accounts += accounts;
    load.records += records;
  }

  accounts(person: string): number {
    return this.load.get(person)?.accounts ?? 0;
  }

  records(person: string): number {
    return this.load.get(person)?.records ?? 0;
  }
}

type IsLighter = (a: Seated, b: Seated) => boolean;

interface Heap {
  readonly seated: Seated[];
  readonly isLighter: IsLighter;
}

interface Seated {
  readonly person: string;
  accounts: number;
  records: number;
}

/** The leaver's colleagues, least loaded first. One heap for each kind of bundle and set of connections needed, of which there are few. */
class Team {
  private readonly colleagues: readonly Candidate[];
  private readonly loads: Loads;
  private readonly capacity: number;
  private readonly heaps = new Map<string, Heap>();

  constructor(colleagues: readonly Candidate[], loads: Loads, capacity: number) {
    this.colleagues = colleagues;
    this.loads = loads;
    this.capacity = capacity;
  }

  /** The colleague with the least who can still take this bundle, or null. */
  leastLoaded(item: Bundle): string | null {
    const heap = this.heapFor(item.connections, item.accounts > 0 ? fewerAccounts : fewerRecords);
    const first = freshTop(heap, this.loads);
    if (!first) return null;
    return item.accounts === 0 || first.accounts + item.accounts <= this.capacity ? first.person : null;
  }

  private heapFor(connections: readonly string[], isLighter: IsLighter): Heap {
    const key = JSON.stringify([isLighter === fewerAccounts, ...[...connections].sort()]);
    const known = this.heaps.get(key);
    if (known) return known;
    const seated = this.colleagues
      .filter((candidate) => hasSeat(candidate, connections))
      .map(({ person }) => ({ person, accounts: this.loads.accounts(person), records: this.loads.records(person) }))
      .sort((a, b) => (isLighter(a, b) ? -1 : 1));
    const heap = { seated, isLighter };
    this.heaps.set(key, heap);
    return heap;
  }
}

function fewerAccounts(a: Seated, b: Seated): boolean {
  return a.accounts === b.accounts ? fewerRecords(a, b) : a.accounts < b.accounts;
}

/** Loose records are spread by their number: they leave the number of accounts as it is. */
function fewerRecords(a: Seated, b: Seated): boolean {
  return a.records === b.records ? a.person < b.person : a.records < b.records;
}

/** The top of a heap whose entries may be out of date: loads only grow, so an entry that is up to date at the top is the least. */
function freshTop(heap: Heap, loads: Loads): Seated | undefined {
  for (;;) {
    const top = heap.seated[0];
    if (!top) return undefined;
    const [accounts, records] = [loads.accounts(top.person), loads.records(top.person)];
    if (top.accounts === accounts && top.records === records) return top;
    top.accounts = accounts;
    top.records = records;
    sinkTop(heap);
  }
}

function sinkTop({ seated, isLighter }: Heap): void {
  for (let at = 0; ;) {
    const here = seated[at];
    const [left, right] = [seated[2 * at + 1], seated[2 * at + 2]];
    if (!here || !left) return;
    const [child, index] = right && isLighter(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1];
    if (!isLighter(child, here)) return;
    seated[at] = child;
    seated[index] = here;
    at = index;
  }
}

interface Share {
  readonly successor: string;
  readonly reason: StepReason;
  readonly bundles: number[];
  records: number;
  accounts: number;
}

/** The plan while it is being made. */
class Draft {
  readonly withoutSuccessor: number[] = [];
  private readonly shares = new Map<string, Share>();
  private readonly exceptions: PlanException[] = [];
  private readonly today: Day;
  private readonly soon: Day;

  constructor(today: Day) {
    this.today = today;
    this.soon = addDays(today, closingSoonDays);
  }

  give(item: Bundle, { person, reason }: Choice): void {
    const share = this.shares.get(person) ?? { successor: person, reason, bundles: [], records: 0, accounts: 0 };
    share.bundles.push(item.id);
    share.records += item.records;
    share.accounts += item.accounts;
    this.shares.set(person, share);
  }

  note(item: Bundle, isOver: boolean, isWithout: boolean): void {
    const reasons: ExceptionReason[] = [];
    if (isOver) reasons.push('over-capacity');
    if (item.closesOn !== null && item.closesOn >= this.today && item.closesOn <= this.soon) reasons.push('closing-soon');
    if (isWithout) reasons.push('no-successor');
    if (reasons.length > 0) this.exceptions.push({ bundle: item.id, reasons });
  }

  /** Steps by size with the custodian last; exceptions were noted heaviest first. */
  finish(custodian: string | null, maxQuestions: number): Plan {
    const isLast = (share: Share): number => Number(share.successor === custodian);
    const shares = [...this.shares.values()].sort(
      (a, b) => isLast(a) - isLast(b) || b.records - a.records || (a.successor < b.successor ? -1 : 1),
    );
    return {
      steps: shares.map((share, index) => ({ id: `s${index + 1}`, ...share, bundles: share.bundles.sort((a, b) => a - b) })),
      withoutSuccessor: this.withoutSuccessor.sort((a, b) => a - b),
      exceptions: this.exceptions.slice(0, maxQuestions),
      exceptionCount: this.exceptions.length,
    };
  }
}
