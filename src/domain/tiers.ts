import { addMonths } from './calendar.js';
import type { Policy } from './policy.js';
import type { Day, Instant, Method, Tier } from './words.js';

/** One relationship as far as choosing its tier needs. */
export interface RelationshipFacts {
  readonly id: string;
  /** Null for a relationship that no CRM holds. */
  readonly account: string | null;
  /** Revenue of twelve months; null when nobody knows. */
  readonly value: number | null;
  readonly lastActivity: Instant | null;
  readonly openDeal: boolean;
  readonly openDealInLastStage: boolean;
  readonly renewsWithin90Days: boolean;
  /** Whether nobody else at our side knows the account. */
  readonly onlyTie: boolean;
  /** The tier that the leaver chose; it counts before the rule, within the caps. */
  readonly marked: Tier | null;
  readonly source: 'crm' | 'leaver';
}

/** Why a relationship is in its tier; `cap` means that a higher tier was full. */
export type TierReason = 'marked' | 'value' | 'closing' | 'renewal' | 'only-tie' | 'active' | 'quiet' | 'dormant' | 'cap';

export interface TierInput {
  readonly relationships: readonly RelationshipFacts[];
  readonly policy: { readonly introductions: Pick<Policy['introductions'], 'tiers'> };
  /** Months that the leaver is still at work; the cap of tier A is one per month. */
  readonly leaverMonths: number;
  readonly today: Day;
}

export interface TierChoice {
  readonly id: string;
  readonly tier: Tier;
  readonly reason: TierReason;
}

/** Tier A takes the accounts with the highest tenth of revenue (policy.md 5). */
const topShare = 0.1;
const activeMonths = 6;
const quietMonths = 18;

interface Rated {
  readonly facts: RelationshipFacts;
  readonly choice: TierChoice;
  /** Value × exposure: what decides who stays when a tier is full. */
  readonly weight: number;
  readonly exposure: number;
}

/**
 * The tier of every relationship, in the order given (policy.md 5): the leaver's choice, else value and exposure, else activity. A full tier
 * keeps what the leaver chose, then what fell to it from above, then the heaviest; the rest falls to the next. Ties are settled by id.
 */
export function assignTiers(input: TierInput): readonly TierChoice[] {
  const { relationships, policy, leaverMonths } = input;
  const { A, B } = policy.introductions.tiers;
  const top = topOf(relationships);
  const rated = relationships.map((facts) => rate(facts, top, input.today));
  const capOfA = A.cap === null ? null : Math.floor(A.cap * Math.max(1, leaverMonths));
  const afterA = cap(rated, 'A', capOfA, 'B');
  const chosen = new Map(cap(afterA, 'B', B.cap, 'C').map(({ choice }) => [choice.id, choice]));
  return relationships.flatMap(({ id }) => chosen.get(id) ?? []);
}

function topOf(relationships: readonly RelationshipFacts[]): ReadonlySet<string> {
  const valued = relationships.filter(({ value }) => (value ?? 0) > 0);
  const heaviest = valued.sort((a, b) => (b.value ?? 0) - (a.value ?? 0) || byId(a.id, b.id));
  return new Set(heaviest.slice(0, Math.ceil(relationships.length * topShare)).map(({ id }) => id));
}

function rate(facts: RelationshipFacts, top: ReadonlySet<string>, today: Day): Rated {
  const flags = [facts.openDealInLastStage, facts.renewsWithin90Days, facts.onlyTie].filter(Boolean).length;
  const choice = { id: facts.id, ...rule(facts, top.has(facts.id), today) };
  return { facts, choice, exposure: 1 + flags, weight: (facts.value ?? 0) * (1 + flags) };
}

function rule(facts: RelationshipFacts, isTop: boolean, today: Day): Pick<TierChoice, 'tier' | 'reason'> {
  if (facts.marked !== null) return { tier: facts.marked, reason: 'marked' };
  if (isTop) return { tier: 'A', reason: 'value' };
  if (facts.openDealInLastStage) return { tier: 'A', reason: 'closing' };
  if (facts.renewsWithin90Days) return { tier: 'A', reason: 'renewal' };
  if (facts.onlyTie) return { tier: 'A', reason: 'only-tie' };
  if (isSince(facts.lastActivity, addMonths(today, -activeMonths))) return { tier: 'B', reason: 'active' };
  if (isSince(facts.lastActivity, addMonths(today, -quietMonths))) return { tier: 'C', reason: 'quiet' };
  // Whom the leaver wrote down by hand is alive for the leaver, whatever no CRM says.
  if (facts.openDeal || facts.source === 'leaver') return { tier: 'C', reason: 'quiet' };
  return { tier: 'D', reason: 'dormant' };
}

function isSince(activity: Instant | null, day: Day): boolean {
  return activity !== null && activity.slice(0, 10) >= day;
}

function cap(rated: readonly Rated[], tier: Tier, most: number | null, next: Tier): readonly Rated[] {
  const held = rated.filter(({ choice }) => choice.tier === tier);
  if (most === null || held.length <= most) return rated;
  const kept = new Set([...held].sort(byRank).slice(0, most));
  return rated.map((item) => {
    const falls = item.choice.tier === tier && !kept.has(item);
    return falls ? { ...item, choice: { ...item.choice, tier: next, reason: 'cap' } } : item;
  });
}

function byRank(a: Rated, b: Rated): number {
  const first = (item: Rated): number => (item.facts.marked === item.choice.tier ? 2 : item.choice.reason === 'cap' ? 1 : 0);
  return first(b) - first(a) || b.weight - a.weight || b.exposure - a.exposure || byId(a.facts.id, b.facts.id);
}

function byId(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Minutes of the leaver's time: with its preparation and its note for the successor, 60 introductions of policy.md 5 take about 28 hours. */
const minutes = { call: 45, mail: 10, callNote: 15, mailNote: 5, walkThroughs: 60 + 30 } as const;
const minuteMs = 60_000;

const costMs: Readonly<Record<Method, number>> = {
  'joint-call': (minutes.call + minutes.callNote) * minuteMs,
  email: (minutes.mail + minutes.mailNote) * minuteMs,
  notice: 0,
  none: 0,
};

export interface FitInput {
  /** Introductions that are still to take place. */
  readonly introductions: readonly {
    readonly id: string;
    readonly tier: Tier;
    readonly method: Method;
    readonly value: number | null;
  }[];
  readonly policy: { readonly introductions: Pick<Policy['introductions'], 'leaverTimeShare'> };
  /** Working time that the leaver has left, in milliseconds (W, with leave already taken off). */
  readonly workingMs: number;
}

export interface Fit {
  /** What all of it would take, and what there is, in milliseconds. */
  readonly neededMs: number;
  readonly availableMs: number;
  /** Introductions for which there is no time, the least valuable first. */
  readonly drops: readonly string[];
}

/** Which introductions the leaver has no time for: the lowest tier goes first, in it the least valuable, until the rest fits. */
export function fits({ introductions, policy, workingMs }: FitInput): Fit {
  const availableMs = Math.max(0, Math.round(workingMs * policy.introductions.leaverTimeShare));
  const costly = introductions.filter(({ method }) => costMs[method] > 0);
  const least = [...costly].sort((a, b) => byId(b.tier, a.tier) || (a.value ?? 0) - (b.value ?? 0) || byId(b.id, a.id));
  const neededMs = costly.reduce(
    (sum, { method }) => sum + costMs[method],
    costly.length > 0 ? minutes.walkThroughs * minuteMs : 0,
  );
  const drops: string[] = [];
  let left = neededMs;
  for (const { id, method } of least) {
    if (left <= availableMs) break;
    drops.push(id);
    left -= costMs[method];
  }
  return { neededMs, availableMs, drops };
}
