import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../src/domain/calendar.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { compare, compareForUndo, deadlines, dueAt, lastLateDay, pickCanary } from '../../src/domain/transfer.js';
import type { DeadlineFacts, DueFacts } from '../../src/domain/transfer.js';
import type { AssignmentState, StepState } from '../../src/domain/words.js';

const calendar: Calendar = {
  timeZone: 'Europe/Amsterdam',
  workingHours: '09:00-17:00',
  workingDays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  holidays: new Set(['2026-12-25']),
};
const friday = '2026-12-18';

function ends(over: Partial<DeadlineFacts> = {}) {
  return deadlines({
    policy: defaultPolicy,
    calendar,
    lastWorkingDay: friday,
    employmentEnd: '2026-12-31',
    toldTeamAt: '2026-12-01T09:00:00.000Z',
    releasedAt: '2026-11-30T09:00:00.000Z',
    ...over,
  });
}

describe('deadlines', () => {
  it('hang on the last working day, not on the end of employment', () => {
    expect(ends()).toEqual({
      custodianAt: '2026-12-18T11:00:00.000Z',
      movesAt: '2026-12-18T17:00:00.000Z',
      lastDayEnds: '2026-12-18T23:00:00.000Z',
      employmentEnds: '2026-12-31T23:00:00.000Z',
      urgent: false,
    });
  });

  it.each<[string | null, boolean, string]>([
    ['2026-12-17T17:00:00.000Z', true, 'released Thursday evening, one working day left'],
    ['2026-12-17T14:00:00.000Z', false, 'released Thursday afternoon, more than one'],
    ['2026-12-21T09:00:00.000Z', true, 'released after the last working day'],
    [null, false, 'not released'],
  ])('released %s: urgent %s (%s)', (releasedAt, urgent) => {
    expect(ends({ releasedAt }).urgent).toBe(urgent);
  });

  it('an urgent handover waits for the team and then takes its hour', () => {
    const urgent = { releasedAt: '2026-12-18T08:00:00.000Z' };
    expect(ends({ ...urgent, toldTeamAt: null })).toMatchObject({ custodianAt: null, movesAt: null, urgent: true });
    expect(ends({ ...urgent, toldTeamAt: '2026-12-18T09:00:00.000Z' })).toMatchObject({
      custodianAt: '2026-12-18T10:00:00.000Z',
      movesAt: '2026-12-18T10:00:00.000Z',
    });
  });

  it('PT0S switches urgency off, even after the last working day', () => {
    const policy = { ...defaultPolicy, urgent: { ...defaultPolicy.urgent, whenAtMost: 'PT0S' } };
    expect(ends({ policy, releasedAt: '2026-12-30T09:00:00.000Z' }).urgent).toBe(false);
  });

  it('cover ends no employment', () => {
    expect(ends({ employmentEnd: null }).employmentEnds).toBeNull();
  });
});

function due(over: Partial<DueFacts> = {}, step: Partial<DueFacts['step']> = {}) {
  return dueAt({
    step: { state: 'approved', decidedAt: '2026-12-02T10:00:00.000Z', canaryVerifiedAt: null, ...step },
    canary: false,
    late: false,
    toldTeamAt: '2026-12-01T09:00:00.000Z',
    deadlines: { movesAt: '2026-12-18T17:00:00.000Z', urgent: false },
    policy: defaultPolicy,
    calendar,
    now: '2026-12-02T10:00:00.000Z',
    ...over,
  });
}

describe('dueAt: when a record may change hands', () => {
  it.each<[string, Partial<DueFacts>, Partial<DueFacts['step']>, string | null]>([
    ['the canary, the evening after the decision', { canary: true }, {}, '2026-12-02T17:00:00.000Z'],
    [
      'the canary, the evening after the team was told',
      { canary: true, toldTeamAt: '2026-12-03T10:00:00.000Z' },
      {},
      '2026-12-03T17:00:00.000Z',
    ],
    [
      'the canary, at once when decided at night',
      { canary: true, now: '2026-12-02T21:00:00.000Z' },
      { decidedAt: '2026-12-02T21:00:00.000Z' },
      '2026-12-02T21:00:00.000Z',
    ],
    [
      'the canary, after a night in which no worker ran',
      { canary: true, now: '2026-12-03T10:00:00.000Z' },
      {},
      '2026-12-03T17:00:00.000Z',
    ],
    ['nothing while the team does not know', { canary: true, toldTeamAt: null }, {}, null],
    ['nothing while nobody decided', { canary: true }, { state: 'waiting', decidedAt: null }, null],
    ['nothing of a refused step', { canary: true }, { state: 'refused' }, null],
    ['nothing of a parked step', {}, { state: 'parked' }, null],
    [
      'the rest, after the canary and its pause',
      { now: '2026-12-02T17:01:00.000Z' },
      { state: 'applying', canaryVerifiedAt: '2026-12-02T17:01:00.000Z' },
      '2026-12-02T17:16:00.000Z',
    ],
    [
      'the rest, in the evening when the pause ended after seven',
      { now: '2026-12-03T05:50:00.000Z' },
      { canaryVerifiedAt: '2026-12-03T05:50:00.000Z' },
      '2026-12-03T17:00:00.000Z',
    ],
    ['the rest, at the end when the canary was never verified', {}, {}, '2026-12-18T17:15:00.000Z'],
    [
      'a deal about to close, on the last working day only',
      { late: true },
      { canaryVerifiedAt: '2026-12-02T17:01:00.000Z' },
      '2026-12-18T17:00:00.000Z',
    ],
    [
      'the custodian’s, on the last evening',
      { canary: true, now: '2026-12-18T11:00:00.000Z' },
      { state: 'to-custodian', decidedAt: '2026-12-18T11:00:00.000Z' },
      '2026-12-18T17:00:00.000Z',
    ],
    [
      'a decision after the last working day, at once',
      { late: true, now: '2026-12-21T10:00:00.000Z' },
      { decidedAt: '2026-12-21T10:00:00.000Z' },
      '2026-12-21T10:00:00.000Z',
    ],
    [
      'the canary of a late decision, at once',
      { canary: true, now: '2026-12-21T10:00:00.000Z' },
      { decidedAt: '2026-12-21T10:00:00.000Z' },
      '2026-12-21T10:00:00.000Z',
    ],
    [
      'the canary of an urgent handover, at once',
      { canary: true, deadlines: { movesAt: '2026-12-02T11:00:00.000Z', urgent: true } },
      {},
      '2026-12-02T10:00:00.000Z',
    ],
    [
      'the rest of an urgent one, after the pause',
      { deadlines: { movesAt: '2026-12-02T11:00:00.000Z', urgent: true } },
      { canaryVerifiedAt: '2026-12-02T10:01:00.000Z' },
      '2026-12-02T10:16:00.000Z',
    ],
    ['nothing of an urgent one without a told team', { canary: true, deadlines: { movesAt: null, urgent: true } }, {}, null],
  ])('%s', (_, over, step, expected) => {
    expect(due(over, step)).toBe(expected);
  });

  it('never before the decision and the team’s being told; on the last evening everything decided is on its way', () => {
    const minutes = fc.integer({ min: 0, max: 30 * 24 * 60 });
    const at = (offset: number) => new Date(Date.parse('2026-11-25T00:00:00.000Z') + offset * 60_000).toISOString();
    fc.assert(
      fc.property(
        minutes,
        minutes,
        minutes,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (decidedAt, told, now, canary, late, urgent) => {
          const ends = { movesAt: '2026-12-18T17:00:00.000Z', urgent };
          const found = due({ canary, late, toldTeamAt: at(told), now: at(now), deadlines: ends }, { decidedAt: at(decidedAt) });
          const gate = at(Math.max(decidedAt, told));
          expect(found !== null && found >= gate).toBe(true);
          const lastCall = Math.max(Date.parse('2026-12-18T17:00:00.000Z'), Date.parse(gate)) + 15 * 60_000;
          expect(Date.parse(found ?? '')).toBeLessThanOrEqual(lastCall);
        },
      ),
    );
  });

  it('answers for every state of a step', () => {
    const states: readonly StepState[] = [
      'waiting',
      'approved',
      'refused',
      'to-custodian',
      'applying',
      'verified',
      'parked',
      'restored',
    ];
    expect(states.filter((state) => due({ canary: true }, { state }) !== null)).toEqual(['approved', 'to-custodian', 'applying']);
  });
});

describe('a deal about to close is not taken from the person who closes it', () => {
  it.each<[string, string, string]>([
    ['5bd', '2026-12-28', 'the fifth business day after, over Christmas'],
    ['P7D', '2026-12-25', 'calendar days'],
  ])('within %s of the last working day: until %s (%s)', (within, until) => {
    expect(lastLateDay(friday, within, calendar)).toBe(until);
  });
});

describe('pickCanary: the first records of a successor are those that cost least if a rule of the CRM goes wrong', () => {
  it('takes the least valuable that are not late, the same ones each time', () => {
    const some = [
      { id: '1', value: 500, late: false },
      { id: '2', value: null, late: false },
      { id: '3', value: 10, late: false },
      { id: '4', value: 1, late: true },
      { id: '5', value: 10, late: false },
    ];
    expect(pickCanary(some, 3)).toEqual(['2', '3', '5']);
    expect(pickCanary([...some].reverse(), 3)).toEqual(['2', '3', '5']);
    expect(pickCanary(some, 0)).toEqual([]);
    expect(pickCanary([], 3)).toEqual([]);
  });
});

describe('compare-and-set: what somebody else did meanwhile stays', () => {
  const held = (owner: string | null) => ({ state: 'present', owner }) as const;
  it.each([
    [held('leaver'), 'write'],
    [held('successor'), 'already-written'],
    [held('other'), 'moved-by-someone'],
    [held(null), 'moved-by-someone'],
    [{ state: 'gone' } as const, 'gone'],
  ])('before the write %o: %s', (now, expected) => {
    expect(compare({ state: 'approved', before: 'leaver', planned: 'successor', now })).toBe(expected);
  });

  it.each<[AssignmentState, ReturnType<typeof held> | { readonly state: 'gone' }, string]>([
    ['verified', held('successor'), 'restore'],
    ['intended', held('successor'), 'restore'],
    ['parked', held('successor'), 'restore'],
    ['approved', held('successor'), 'changed-since'],
    ['verified', held('leaver'), 'already-restored'],
    ['verified', held('other'), 'changed-since'],
    ['verified', held(null), 'changed-since'],
    ['verified', { state: 'gone' }, 'gone'],
  ])('before the undo of %s, held by %o: %s', (state, now, expected) => {
    expect(compareForUndo({ state, before: 'leaver', planned: 'successor', now })).toBe(expected);
  });
});
