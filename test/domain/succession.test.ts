import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { custodianOf } from '../../src/domain/release.js';
import { bundle, plan } from '../../src/domain/succession.js';
import type { Bundle, Candidate, Plan, PlanInput } from '../../src/domain/succession.js';
import { defaultPolicy } from '../../src/domain/policy.js';

function candidate(person: string, over: Partial<Candidate> = {}): Candidate {
  return {
    person,
    team: 'sales',
    manager: 'boss',
    active: true,
    leaving: false,
    away: false,
    seat: ['hubspot'],
    accounts: 20,
    ...over,
  };
}

function item(id: number, over: Partial<Bundle> = {}): Bundle {
  return { id, account: `a${id}`, records: 4, accounts: 1, value: id, closesOn: null, connections: ['hubspot'], ...over };
}

function items(count: number): readonly Bundle[] {
  return Array.from({ length: count }, (_, index) => item(index + 1));
}

function input(over: Partial<PlanInput> = {}): PlanInput {
  return {
    leaver: { person: 'leaver', team: 'sales', manager: 'boss', country: 'NL', location: 'Utrecht' },
    custodian: 'boss',
    bundles: items(6),
    candidates: [candidate('leaver'), candidate('ann'), candidate('bob'), candidate('boss', { manager: 'ceo' })],
    rules: [],
    policy: defaultPolicy,
    today: '2026-11-22',
    ...over,
  };
}

function shares(made: Plan): Readonly<Record<string, number>> {
  return Object.fromEntries(made.steps.map((step) => [step.successor, step.bundles.length]));
}

describe('plan: who takes over', () => {
  it('shares evenly between colleagues with room', () => {
    expect(plan(input()).steps).toEqual([
      { id: 's1', successor: 'ann', reason: 'team', bundles: [2, 4, 6], records: 12, accounts: 3 },
      { id: 's2', successor: 'bob', reason: 'team', bundles: [1, 3, 5], records: 12, accounts: 3 },
    ]);
  });

  it('goes to whom the contacts know already, in another team too, but never beyond capacity, a rule or a person who leaves', () => {
    const far = candidate('far', { team: 'service', manager: 'other' });
    const candidates = [candidate('ann'), candidate('bob'), far, candidate('gone', { leaving: true })];
    const known = (person: string, count = 1) => item(6, { ties: new Map([[person, count]]) });
    const made = (bundle: Bundle, over: Partial<PlanInput> = {}) => plan(input({ candidates, bundles: [bundle], ...over })).steps;
    expect(made(known('far'))).toMatchObject([{ successor: 'far', reason: 'tied' }]);
    expect(
      made(
        item(6, {
          ties: new Map([
            ['ann', 1],
            ['far', 2],
          ]),
        }),
      ),
    ).toMatchObject([{ successor: 'far', reason: 'tied' }]);
    expect(made(known('gone'))).toMatchObject([{ successor: 'ann', reason: 'team' }]);
    expect(made(known('leaver'))).toMatchObject([{ successor: 'ann', reason: 'team' }]);
    expect(made(known('far'), { rules: [{ successor: 'bob' }] })).toMatchObject([{ successor: 'bob', reason: 'rule' }]);
    const full = candidates.map((one) => (one.person === 'far' ? { ...one, accounts: 24 } : one));
    expect(made(known('far'), { candidates: full })).toMatchObject([{ successor: 'ann', reason: 'team' }]);
  });

  it('fills whoever has least first, and nobody beyond 120 % of the median; the least valuable stay with the custodian', () => {
    const candidates = [candidate('ann', { accounts: 21 }), candidate('bob', { accounts: 19 }), candidate('boss')];
    const made = plan(input({ candidates, bundles: items(10) }));
    expect(shares(made)).toEqual({ bob: 5, ann: 3, boss: 2 });
    expect(made.steps.at(-1)).toMatchObject({ successor: 'boss', reason: 'custodian', bundles: [1, 2] });
  });

  it.each<[string, Partial<Candidate>]>([
    ['inactive', { active: false }],
    ['leaving', { leaving: true }],
    ['away', { away: true }],
    ['without a seat', { seat: [] }],
    ['under another manager', { manager: 'other' }],
  ])('nothing goes to a colleague who is %s', (_, over) => {
    const made = plan(input({ candidates: [candidate('ann', over), candidate('bob'), candidate('boss')], bundles: items(2) }));
    expect(shares(made)).toEqual({ bob: 2 });
  });

  it('a company’s rule comes before the team, and says so when it overloads somebody', () => {
    const candidates = [candidate('ann'), candidate('bob'), candidate('boss'), candidate('eva', { team: 'north', accounts: 23 })];
    const rules = [
      { country: 'DK', successor: 'bob' },
      { team: 'sales', country: 'NL', successor: 'eva' },
    ];
    const made = plan(input({ candidates, rules, bundles: items(3) }));
    expect(made.steps).toMatchObject([{ successor: 'eva', reason: 'rule', bundles: [1, 2, 3] }]);
    expect(made.exceptions).toEqual([
      { bundle: 2, reasons: ['over-capacity'] },
      { bundle: 1, reasons: ['over-capacity'] },
    ]);
  });

  it('a rule for somebody who leaves is no rule', () => {
    const candidates = [candidate('ann'), candidate('boss'), candidate('eva', { leaving: true })];
    expect(shares(plan(input({ candidates, rules: [{ successor: 'eva' }], bundles: items(2) })))).toEqual({ ann: 2 });
  });

  it('an account in two CRMs goes to somebody with a seat in both', () => {
    const candidates = [candidate('ann'), candidate('bob', { seat: ['hubspot', 'salesforce'] }), candidate('boss')];
    const bundles = [item(1, { connections: ['salesforce', 'hubspot'] }), item(2)];
    const made = plan(input({ candidates, bundles }));
    expect(made.steps.find((step) => step.bundles.includes(1))?.successor).toBe('bob');
  });

  it('a custodian without a seat leaves the bundle to be parked, and it is asked about', () => {
    const made = plan(input({ candidates: [candidate('boss', { seat: [] })], bundles: items(2) }));
    expect(made).toMatchObject({ steps: [], withoutSuccessor: [1, 2], exceptionCount: 2 });
    expect(made.exceptions[0]).toEqual({ bundle: 2, reasons: ['no-successor'] });
  });

  it('a custodian who leaves holds nothing', () => {
    const made = plan(input({ candidates: [candidate('boss', { leaving: true })], bundles: items(1) }));
    expect(made.withoutSuccessor).toEqual([1]);
  });

  it('asks singly about what closes within sixty days, the twelve heaviest, and counts the rest', () => {
    const bundles = items(30).map((one) => ({ ...one, closesOn: one.id % 2 === 0 ? '2027-01-21' : '2027-01-22' }));
    const candidates = [candidate('ann', { accounts: null }), candidate('boss')];
    const made = plan(input({ bundles, candidates }));
    expect(made.exceptionCount).toBe(15);
    expect(made.exceptions).toHaveLength(12);
    expect(made.exceptions[0]).toEqual({ bundle: 30, reasons: ['closing-soon'] });
  });

  it('where nobody’s accounts are known, the work is shared evenly', () => {
    const candidates = ['ann', 'bob', 'cem'].map((person) => candidate(person, { accounts: null }));
    expect(shares(plan(input({ candidates, bundles: items(9) })))).toEqual({ ann: 3, bob: 3, cem: 3 });
  });

  it('a colleague whose accounts nobody counted is not taken for idle', () => {
    const candidates = [candidate('ann'), candidate('bob', { accounts: null })];
    expect(shares(plan(input({ candidates, bundles: items(4) })))).toEqual({ ann: 2, bob: 2 });
  });

  it('records without an account are spread too, instead of all landing on one desk', () => {
    const loose = items(8).map((one) => ({ ...one, account: null, accounts: 0, records: 1 }));
    const candidates = [candidate('ann', { accounts: 3 }), candidate('bob', { accounts: 40 })];
    expect(shares(plan(input({ candidates, bundles: loose })))).toEqual({ ann: 4, bob: 4 });
  });

  it('where nobody works under the same manager, the department takes over', () => {
    const candidates = [
      candidate('ann', { manager: 'other' }),
      candidate('zoe', { manager: 'other', team: 'support' }),
      candidate('boss'),
    ];
    const made = plan(
      input({
        candidates: candidates.map((one) => (one.person === 'boss' ? { ...one, manager: 'ceo' } : one)),
        bundles: items(2),
      }),
    );
    expect(shares(made)).toEqual({ ann: 2 });
  });

  it('a team that the HRIS does not name is that of the same manager', () => {
    const leaver = { person: 'leaver', team: null, manager: 'boss', country: null, location: null };
    const candidates = [candidate('ann', { team: null }), candidate('bob', { team: null, manager: 'other' }), candidate('boss')];
    expect(shares(plan(input({ leaver, candidates, bundles: items(2) })))).toEqual({ ann: 2 });
  });

  it('the order of rows from the database changes nothing', () => {
    const made = plan(input());
    const turned = plan(input({ bundles: [...items(6)].reverse(), candidates: [...input().candidates].reverse() }));
    expect(turned).toEqual(made);
  });

  it('plans a hundred thousand accounts for a thousand colleagues in seconds', () => {
    const candidates = Array.from({ length: 1000 }, (_, index) => candidate(`p${index}`, { accounts: 100 + (index % 50) }));
    const started = performance.now();
    const made = plan(input({ bundles: items(100_000), candidates: [...candidates, candidate('boss')] }));
    expect(performance.now() - started).toBeLessThan(5000);
    expect(made.steps.reduce((sum, step) => sum + step.bundles.length, 0)).toBe(100_000);
  });
});

const colleague = fc.record({
  team: fc.constantFrom('north', 'south', null),
  active: fc.boolean(),
  away: fc.boolean(),
  seat: fc.subarray(['hubspot', 'salesforce']),
  accounts: fc.option(fc.nat({ max: 60 }), { nil: null }),
});
const account = fc.record({
  records: fc.integer({ min: 1, max: 5 }),
  accounts: fc.constantFrom(0, 1),
  value: fc.option(fc.nat({ max: 1000 }), { nil: null }),
  connections: fc.subarray(['hubspot', 'salesforce'], { minLength: 1 }),
});

describe('a lay-off of fifty with their managers', () => {
  it('loses no bundle, gives none twice, and gives nothing to somebody who leaves', () => {
    const company = fc.array(colleague, { minLength: 60, maxLength: 90 });
    const owned = fc.array(account, { maxLength: 40 });
    fc.assert(
      fc.property(company, owned, fc.nat(), (people, accounts, seed) => {
        const managerOf = (person: string): string | null =>
          person === 'p0' ? null : `p${Math.floor((Number(person.slice(1)) - 1) / 5)}`;
        const leaving = new Set(Array.from({ length: 50 }, (_, index) => `p${(index * 7 + seed) % people.length}`));
        const candidates = people.map((one, index): Candidate => {
          const person = `p${index}`;
          return { ...one, person, manager: managerOf(person), leaving: leaving.has(person) };
        });
        const takers = new Map(
          candidates.filter((one) => one.active && !one.leaving && !one.away).map((one) => [one.person, one]),
        );
        const bundles = accounts.map((one, index): Bundle => ({ ...one, id: index + 1, account: `a${index}`, closesOn: null }));
        for (const leaver of candidates.filter((one) => one.leaving)) {
          const custodian = custodianOf(leaver.person, managerOf, leaving);
          const facts = input({ leaver: { ...leaver, country: null, location: null }, custodian, bundles, candidates });
          const made = plan(facts);
          const given = [...made.steps.flatMap((step) => step.bundles), ...made.withoutSuccessor].sort((a, b) => a - b);
          expect(given).toEqual(bundles.map(({ id }) => id));
          for (const step of made.steps) {
            const taker = takers.get(step.successor);
            expect(taker).toBeDefined();
            for (const id of step.bundles)
              expect(taker?.seat).toEqual(expect.arrayContaining([...(bundles[id - 1]?.connections ?? [])]));
          }
          const holder = takers.get(custodian ?? '');
          if (holder?.seat.length === 2) expect(made.withoutSuccessor).toEqual([]);
          expect(new Set(made.steps.map(({ successor }) => successor)).size).toBe(made.steps.length);
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe('bundle: an account keeps its contacts, deals and tickets', () => {
  it('numbers accounts in order and leaves a record without one by itself', () => {
    const rows = ['a', 'b', null, 'a', null, 'b'].map((account) => ({ account }));
    expect(bundle(rows)).toEqual([1, 2, 3, 1, 4, 2]);
    expect(bundle([])).toEqual([]);
  });

  it('groups exactly the rows of one account', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.constantFrom('a', 'b', '__proto__', 'c'), { nil: null })), (accounts) => {
        const numbers = bundle(accounts.map((account) => ({ account })));
        accounts.forEach((one, i) => {
          accounts.forEach((other, j) => expect(numbers[i] === numbers[j]).toBe(i === j || (one !== null && one === other)));
        });
      }),
    );
  });

  it('takes three hundred thousand rows in a moment', () => {
    const rows = Array.from({ length: 300_000 }, (_, index) => ({ account: index % 10 === 0 ? null : `a${index % 70_000}` }));
    const started = performance.now();
    expect(bundle(rows)).toHaveLength(300_000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
