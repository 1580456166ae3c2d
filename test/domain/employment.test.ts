import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, employmentStatuses } from '../../src/domain/employment.js';
import type {
  Acknowledged,
  EmploymentDecision,
  EmploymentFacts,
  EmploymentStatus,
  LastClosed,
} from '../../src/domain/employment.js';
import type { Outcome } from '../../src/domain/words.js';

const today = '2026-11-22';
const end = '2026-11-30';

function read(status: EmploymentStatus | null, value: string | null, lastWorkingDay: string | null = null): EmploymentFacts {
  return { kind: 'read', status, employmentEnd: { readable: true, value }, lastWorkingDay, reasonText: 'Opzegging' };
}

const withoutField: EmploymentFacts = {
  kind: 'read',
  status: 'active',
  employmentEnd: { readable: false },
  lastWorkingDay: null,
  reasonText: null,
};
const open: Acknowledged = {
  version: 1,
  inForce: true,
  evidence: 'ok',
  employmentEnd: end,
  lastWorkingDay: null,
  source: 'hris',
};

function look(reading: EmploymentFacts, acknowledged: Acknowledged | null = null, lastClosed: LastClosed | null = null) {
  return decide({ reading, acknowledged, lastClosed, today });
}

function brief(decision: EmploymentDecision): string {
  if (decision.action === 'nothing') return decision.conclusion;
  const { inForce, evidence, employmentEnd } = decision.desired;
  return `${decision.action} ${inForce ? 'in force' : 'withdrawn'} ${evidence} ${employmentEnd}`;
}

describe('without an open handover', () => {
  it.each<[string, EmploymentFacts, string]>([
    ['an end ahead', read('active', end), 'start in force ok 2026-11-30'],
    ['an end ahead, in garden leave', read('garden-leave', end), 'start in force ok 2026-11-30'],
    ['an end ahead, status not readable', read(null, end), 'start in force ok 2026-11-30'],
    ['left yesterday', read('left', '2026-11-21'), 'start in force ok 2026-11-21'],
    ['left thirty days ago', read('left', '2026-10-23'), 'start in force ok 2026-10-23'],
    ['left longer ago', read('left', '2026-10-22'), 'ended-long-ago'],
    ['works here', read('active', null), 'no-ending'],
    ['on leave', read('on-leave', null), 'on-leave'],
    ['garden leave without a date', read('garden-leave', null), 'garden-leave-without-end'],
    ['inactive without a date', read('inactive', null), 'inactive-without-end'],
    ['left without a date', read('left', null), 'left-without-end'],
    ['no status', read(null, null), 'status-unknown'],
    ['no record', { kind: 'absent' }, 'not-found'],
    ['no answer that can be read', { kind: 'unreadable' }, 'unreadable'],
    ['a field that the key may not read', withoutField, 'end-not-readable'],
    ['an end that is no day', read('active', '30-11-2026'), 'end-not-readable'],
  ])('%s', (_, reading, expected) => {
    expect(brief(look(reading))).toBe(expected);
  });

  it.each<[Outcome, string, string, boolean, string]>([
    ['completed', end, end, false, 'already-handed-over'],
    ['completed', end, '2026-11-25', false, 'already-handed-over'],
    ['completed', end, '2027-05-31', false, 'start in force ok 2027-05-31'],
    ['aborted', end, end, false, 'already-handed-over'],
    ['restored', end, end, false, 'already-handed-over'],
    ['restored', end, end, true, 'start in force ok 2026-11-30'],
    ['rescinded', end, end, false, 'start in force ok 2026-11-30'],
  ])('after a %s handover for %s, an end on %s, seen empty since %s: %s', (outcome, closed, now, emptySince, expected) => {
    expect(brief(look(read('active', now), null, { employmentEnd: closed, outcome, emptySince }))).toBe(expected);
  });
});

describe('with an open handover', () => {
  it.each<[string, EmploymentFacts, Partial<Acknowledged>, string]>([
    ['the same end', read('active', end), {}, 'same'],
    ['the end moved', read('active', '2026-12-15'), {}, 'change in force ok 2026-12-15'],
    ['a last working day came', read('active', end, '2026-11-27'), {}, 'change in force ok 2026-11-30'],
    ['the end is over', read('left', end), {}, 'same'],
    ['withdrawn', read('active', null), {}, 'change withdrawn ok null'],
    ['withdrawn before', read('active', null), { inForce: false, employmentEnd: null }, 'already-rescinded'],
    ['entered again', read('active', end), { inForce: false, employmentEnd: null }, 'change in force ok 2026-11-30'],
    ['empty, on leave', read('on-leave', null), {}, 'change in force unknown 2026-11-30'],
    ['empty, inactive', read('inactive', null), {}, 'change in force unknown 2026-11-30'],
    ['empty, left', read('left', null), {}, 'change in force unknown 2026-11-30'],
    ['empty, status not readable', read(null, null), {}, 'change in force unknown 2026-11-30'],
    ['the record is gone', { kind: 'absent' }, {}, 'change in force unknown 2026-11-30'],
    ['the field is gone', withoutField, {}, 'change in force unknown 2026-11-30'],
    ['still gone', { kind: 'absent' }, { evidence: 'unknown' }, 'already-unknown'],
    ['back again', read('active', end), { evidence: 'unknown' }, 'change in force ok 2026-11-30'],
    ['gone after it was withdrawn', { kind: 'absent' }, { inForce: false, employmentEnd: null }, 'not-found'],
    ['manual, no record', { kind: 'absent' }, { source: 'manual' }, 'manual'],
    ['manual, the HRIS knows of nothing', read('active', null), { source: 'manual' }, 'manual'],
    ['manual, the HRIS says the same', read('active', end), { source: 'manual' }, 'same'],
    ['manual, the HRIS says otherwise', read('active', '2026-12-15'), { source: 'manual' }, 'manual-to-match'],
  ])('%s', (_, reading, acknowledged, expected) => {
    expect(brief(look(reading, { ...open, ...acknowledged }))).toBe(expected);
  });

  it('a reason that HR corrected in the HRIS is a change when the handover remembers it', () => {
    expect(look(read('active', end), { ...open, reasonText: 'Ontslag' })).toMatchObject({
      action: 'change',
      desired: { reasonText: 'Opzegging' },
    });
    expect(look({ kind: 'absent' }, { ...open, reasonText: 'Ontslag' })).toMatchObject({
      action: 'change',
      desired: { reasonText: 'Ontslag' },
    });
  });
});

const day = fc.constantFrom('2026-09-01', '2026-10-23', '2026-11-21', '2026-11-30', '2027-01-31', 'nonsense');
const maybeDay = fc.option(day, { nil: null });
const reading: fc.Arbitrary<EmploymentFacts> = fc.oneof(
  fc.constant<EmploymentFacts>({ kind: 'absent' }),
  fc.constant<EmploymentFacts>({ kind: 'unreadable' }),
  fc.record({
    kind: fc.constant('read' as const),
    status: fc.option(fc.constantFrom(...employmentStatuses), { nil: null }),
    employmentEnd: fc.oneof(
      fc.constant({ readable: false } as const),
      maybeDay.map((value) => ({ readable: true, value }) as const),
    ),
    lastWorkingDay: maybeDay,
    reasonText: fc.constantFrom('Opzegging', null),
  }),
);
const acknowledged: fc.Arbitrary<Acknowledged> = fc.record(
  {
    version: fc.integer({ min: 1, max: 9 }),
    inForce: fc.boolean(),
    evidence: fc.constantFrom('ok' as const, 'unknown' as const),
    employmentEnd: maybeDay,
    lastWorkingDay: maybeDay,
    source: fc.constantFrom('hris' as const, 'manual' as const),
    reasonText: fc.constantFrom('Opzegging', null),
  },
  { requiredKeys: ['version', 'inForce', 'evidence', 'employmentEnd', 'lastWorkingDay', 'source'] },
);
const outcomes: readonly Outcome[] = ['completed', 'rescinded', 'restored', 'aborted', 'incomplete'];
const lastClosed = fc.option(fc.record({ employmentEnd: maybeDay, outcome: fc.constantFrom(...outcomes) }), { nil: null });
const input = fc.record({ reading, acknowledged: fc.option(acknowledged, { nil: null }), lastClosed, today: fc.constant(today) });

describe('for every record and every handover', () => {
  it('there is an answer, and a start only where no handover is open', () => {
    fc.assert(
      fc.property(input, (facts) => {
        const decision = decide(facts);
        expect(['nothing', facts.acknowledged === null ? 'start' : 'change']).toContain(decision.action);
      }),
      { numRuns: 2000 },
    );
  });

  it('a rescission needs a record that was read, its end empty, the person active, and a handover from the HRIS', () => {
    fc.assert(
      fc.property(input, (facts) => {
        const decision = decide(facts);
        if (decision.action === 'nothing' || decision.desired.inForce || facts.acknowledged?.inForce === false) return;
        expect(facts.reading).toMatchObject({ kind: 'read', status: 'active', employmentEnd: { readable: true, value: null } });
        expect(facts.acknowledged?.source).toBe('hris');
      }),
      { numRuns: 5000 },
    );
  });

  it('what was acknowledged is not asked for again', () => {
    fc.assert(
      fc.property(input, (facts) => {
        const first = decide(facts);
        if (first.action === 'nothing') return;
        const source = facts.acknowledged?.source ?? 'hris';
        const again = decide({ ...facts, acknowledged: { ...first.desired, version: 10, source } });
        expect(again.action).toBe('nothing');
      }),
      { numRuns: 5000 },
    );
  });

  it('a handover that completed is not started again by a record that stays as it is', () => {
    fc.assert(
      fc.property(input, fc.constantFrom<Outcome>('completed', 'restored', 'aborted', 'incomplete'), (facts, outcome) => {
        const first = decide({ ...facts, acknowledged: null });
        if (first.action !== 'start') return;
        const closed = { employmentEnd: first.desired.employmentEnd, outcome };
        expect(decide({ ...facts, acknowledged: null, lastClosed: closed })).toEqual({
          action: 'nothing',
          conclusion: 'already-handed-over',
        });
      }),
    );
  });
});
