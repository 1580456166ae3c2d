import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../src/domain/policy.js';
import { assignTiers, fits } from '../../src/domain/tiers.js';
import type { FitInput, RelationshipFacts, TierChoice } from '../../src/domain/tiers.js';
import { tiers } from '../../src/domain/words.js';

const today = '2026-11-30';
const base: RelationshipFacts = {
  id: 'r',
  account: 'a',
  value: null,
  lastActivity: null,
  openDeal: false,
  openDealInLastStage: false,
  renewsWithin90Days: false,
  onlyTie: false,
  marked: null,
  source: 'crm',
};

function assign(relationships: readonly RelationshipFacts[], leaverMonths = 1): readonly TierChoice[] {
  return assignTiers({ relationships, policy: defaultPolicy, leaverMonths, today });
}

function one(over: Partial<RelationshipFacts>): Omit<TierChoice, 'id'> | undefined {
  // Nine others of more value, so that the one under test is not in the highest tenth.
  const others = Array.from({ length: 9 }, (_, nth) => ({ ...base, id: `o${nth}`, value: 1_000_000 }));
  const found = assign([{ ...base, ...over }, ...others])[0];
  return found && { tier: found.tier, reason: found.reason };
}

function countsOf(choices: readonly TierChoice[]): Readonly<Record<string, number>> {
  return Object.fromEntries(tiers.map((tier) => [tier, choices.filter((choice) => choice.tier === tier).length]));
}

const relationship: fc.Arbitrary<Omit<RelationshipFacts, 'id'>> = fc.record({
  account: fc.constant('a'),
  value: fc.option(fc.nat(5), { nil: null }),
  lastActivity: fc.option(fc.constantFrom('2026-11-01T09:00:00.000Z', '2026-01-15T09:00:00.000Z', '2020-01-01T09:00:00.000Z'), {
    nil: null,
  }),
  openDeal: fc.boolean(),
  openDealInLastStage: fc.boolean(),
  renewsWithin90Days: fc.boolean(),
  onlyTie: fc.boolean(),
  marked: fc.option(fc.constantFrom(...tiers), { nil: null }),
  source: fc.constantFrom('crm', 'leaver'),
});
const many = fc
  .array(relationship, { maxLength: 120 })
  .map((items) => items.map((item, nth) => ({ ...item, id: `r${String(nth).padStart(3, '0')}` })));

describe('assignTiers: which contacts get a call, a mail, a note or nothing', () => {
  it('180 accounts of a seller come out as 15 calls, 45 mails, about 85 notes and 35 for the clean-up list', () => {
    const accounts = Array.from({ length: 180 }, (_, nth) => ({
      ...base,
      id: `r${String(nth).padStart(3, '0')}`,
      account: `a${nth}`,
      value: nth < 145 ? (180 - nth) * 1000 : 0,
      lastActivity: nth < 65 ? '2026-10-01T09:00:00.000Z' : nth < 145 ? '2025-09-01T09:00:00.000Z' : '2024-01-01T09:00:00.000Z',
    }));
    const choices = assign(accounts);
    expect(countsOf(choices)).toEqual({ A: 15, B: 45, C: 85, D: 35 });
    expect(choices.slice(0, 15).every(({ tier, reason }) => tier === 'A' && reason === 'value')).toBe(true);
    expect(choices[15]).toEqual({ id: 'r015', tier: 'B', reason: 'cap' });
    expect(choices[60]).toEqual({ id: 'r060', tier: 'C', reason: 'cap' });
  });

  it.each<[string, Partial<RelationshipFacts>, string, string]>([
    ['a deal in its last stage', { openDealInLastStage: true }, 'A', 'closing'],
    ['a renewal soon', { renewsWithin90Days: true }, 'A', 'renewal'],
    ['nobody else knows them', { onlyTie: true }, 'A', 'only-tie'],
    ['marked by the leaver', { marked: 'A' }, 'A', 'marked'],
    ['the leaver would rather write', { marked: 'B', onlyTie: true }, 'B', 'marked'],
    ['active six months ago to the day', { lastActivity: '2026-05-30T07:00:00.000Z' }, 'B', 'active'],
    ['active a day longer ago', { lastActivity: '2026-05-29T07:00:00.000Z' }, 'C', 'quiet'],
    ['active eighteen months ago to the day', { lastActivity: '2025-05-30T07:00:00.000Z' }, 'C', 'quiet'],
    ['active a day longer ago than that', { lastActivity: '2025-05-29T07:00:00.000Z' }, 'D', 'dormant'],
    ['silent with an open deal', { openDeal: true }, 'C', 'quiet'],
    ['never active', {}, 'D', 'dormant'],
    ['written down by the leaver', { source: 'leaver', account: null }, 'C', 'quiet'],
  ])('%s', (_, over, tier, reason) => {
    expect(one(over)).toEqual({ tier, reason });
  });

  it('a month that has no 31st still has a border', () => {
    const relationships = [{ ...base, lastActivity: '2026-02-28T09:00:00.000Z' }];
    expect(assignTiers({ relationships, policy: defaultPolicy, leaverMonths: 1, today: '2026-08-31' })[0]?.tier).toBe('B');
  });

  it('more months mean more calls, less than a month still means one cap', () => {
    const marked = Array.from({ length: 40 }, (_, nth) => ({ ...base, id: `r${nth}`, marked: 'A' as const }));
    expect(countsOf(assign(marked, 2)).A).toBe(30);
    expect(countsOf(assign(marked, 0.2)).A).toBe(15);
  });

  it('what the leaver marked keeps its place before what is merely worth more', () => {
    const rich = Array.from({ length: 30 }, (_, nth) => ({ ...base, id: `r${nth}`, value: 1_000_000, renewsWithin90Days: true }));
    expect(assign([...rich, { ...base, id: 'known', marked: 'A' }]).at(-1)).toEqual({ id: 'known', tier: 'A', reason: 'marked' });
  });

  it('a full tier keeps value × exposure: the smaller account that also renews stays before the larger one', () => {
    const plain = Array.from({ length: 30 }, (_, nth) => ({ ...base, id: `r${nth}`, value: 100, onlyTie: true }));
    const exposed = { ...base, id: 'z', value: 70, onlyTie: true, renewsWithin90Days: true };
    expect(assign([...plain, exposed]).at(-1)?.tier).toBe('A');
  });

  it('never exceeds a cap, loses nobody, and does not depend on the order of the list', () => {
    fc.assert(
      fc.property(many, fc.double({ min: 0, max: 3, noNaN: true }), (relationships, months) => {
        const choices = assign(relationships, months);
        expect(choices.map(({ id }) => id)).toEqual(relationships.map(({ id }) => id));
        const counts = countsOf(choices);
        expect(counts.A).toBeLessThanOrEqual(15 * Math.max(1, months));
        expect(counts.B).toBeLessThanOrEqual(45);
        expect([...assign([...relationships].reverse(), months)].reverse()).toEqual(choices);
      }),
    );
  });
});

describe('fits: what the leaver has no time for is said on the first day, not on the last', () => {
  const hour = 3_600_000;
  const calls = Array.from({ length: 15 }, (_, nth) => ({
    id: `c${String(nth).padStart(2, '0')}`,
    tier: 'A' as const,
    method: 'joint-call' as const,
    value: nth,
  }));
  const mails = Array.from({ length: 45 }, (_, nth) => ({
    id: `m${String(nth).padStart(2, '0')}`,
    tier: 'B' as const,
    method: 'email' as const,
    value: 1000 + nth,
  }));
  const fit = (introductions: FitInput['introductions'], workingMs: number) =>
    fits({ introductions, policy: defaultPolicy, workingMs });

  it('15 calls and 45 mails take about 28 hours, which three weeks have', () => {
    const found = fit([...calls, ...mails], 120 * hour);
    expect(found.neededMs / hour).toBeCloseTo(28, 0);
    expect(found.availableMs).toBe(36 * hour);
    expect(found.drops).toEqual([]);
  });

  it('in one week the least valuable mails go first, and calls only after all mails', () => {
    const found = fit([...calls, ...mails], 40 * hour);
    expect(found.drops.slice(0, 3)).toEqual(['m00', 'm01', 'm02']);
    expect(found.drops.slice(0, 45).every((id) => id.startsWith('m'))).toBe(true);
    expect(found.drops.slice(45)).toEqual(['c00', 'c01', 'c02', 'c03', 'c04']);
  });

  it('with no time at all everything drops, and notes by the successor never do', () => {
    const note = { id: 'n', tier: 'C' as const, method: 'notice' as const, value: null };
    expect(fit([...calls, note], 0).drops).toHaveLength(15);
    expect(fit([note], 0)).toEqual({ neededMs: 0, availableMs: 0, drops: [] });
  });
});
