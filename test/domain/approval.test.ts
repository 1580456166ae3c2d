import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalClock, approverChain, mayDecide } from '../../src/domain/approval.js';
import type { ApproverFacts, Decider } from '../../src/domain/approval.js';
import type { Calendar } from '../../src/domain/calendar.js';
import { defaultPolicy } from '../../src/domain/policy.js';

const calendar: Calendar = {
  timeZone: 'Europe/Amsterdam',
  workingHours: '09:00-17:00',
  workingDays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  holidays: new Set(),
};

const managers: Readonly<Record<string, string>> = { leaver: 'manager', manager: 'director', director: 'ceo' };

function facts(over: Partial<ApproverFacts> = {}): ApproverFacts {
  return {
    leaver: 'leaver',
    successor: 'successor',
    managerOf: (person) => managers[person] ?? null,
    hrRota: ['hr1', 'hr2'],
    absent: new Set(),
    leaving: new Set(),
    beneficiaries: new Set(),
    ...over,
  };
}

describe('approverChain: nobody approves what becomes theirs, and somebody is always asked', () => {
  it.each<[string, Partial<ApproverFacts>, readonly string[]]>([
    ['manager, then theirs, then HR', {}, ['manager', 'director', 'hr1', 'hr2']],
    ['the manager takes over', { successor: 'manager' }, ['director', 'hr1', 'hr2']],
    ['the manager is away', { absent: new Set(['manager']) }, ['director', 'hr1', 'hr2']],
    ['the manager leaves too', { leaving: new Set(['manager', 'director']) }, ['hr1', 'hr2']],
    ['a co-owner gains', { beneficiaries: new Set(['director']) }, ['manager', 'hr1', 'hr2']],
    ['no manager known', { managerOf: () => null }, ['hr1', 'hr2']],
    ['the leaver is their own manager', { managerOf: () => 'leaver' }, ['hr1', 'hr2']],
    ['HR person leaves', { leaver: 'hr1', managerOf: () => null }, ['hr2']],
    ['the manager is in the rota', { hrRota: ['manager', 'hr1'] }, ['manager', 'director', 'hr1']],
    ['nobody', { managerOf: () => null, hrRota: [] }, []],
  ])('%s', (_, over, expected) => {
    expect(approverChain(facts(over))).toEqual(expected);
  });

  it('never names anybody twice, the leaver, the successor, or somebody absent or leaving', () => {
    const person = fc.constantFrom('leaver', 'successor', 'manager', 'director', 'hr1', 'hr2');
    const people = fc.array(person).map((list) => new Set(list));
    fc.assert(
      fc.property(people, people, people, fc.array(person), (absent, leaving, beneficiaries, hrRota) => {
        const chain = approverChain(facts({ absent, leaving, beneficiaries, hrRota }));
        expect(new Set(chain).size).toBe(chain.length);
        const excluded = new Set(['leaver', 'successor', ...absent, ...leaving, ...beneficiaries]);
        expect(chain.filter((one) => excluded.has(one))).toEqual([]);
        if (hrRota.some((one) => !excluded.has(one))) expect(chain.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('approvalClock: a silent approver is reminded and passed over in time', () => {
  const asked = { askedAt: '2026-11-30T08:00:00.000Z', lastWorkingDayEnds: '2026-12-18T23:00:00.000Z', urgent: false };

  it('takes a tenth of what is left: of 15 days one and a half, reminder at half, escalations at the end and half as much again', () => {
    expect(approvalClock(defaultPolicy, calendar, asked)).toEqual({
      remindAt: '2026-11-30T14:00:00.000Z',
      dueAt: '2026-12-01T12:00:00.000Z',
      escalateAt: ['2026-12-01T12:00:00.000Z', '2026-12-02T10:00:00.000Z'],
    });
  });

  it('gives at most two business days of a long notice and at least four hours of a short one', () => {
    const long = approvalClock(defaultPolicy, calendar, { ...asked, lastWorkingDayEnds: '2027-06-30T22:00:00.000Z' });
    expect(long.dueAt).toBe('2026-12-02T08:00:00.000Z');
    const short = approvalClock(defaultPolicy, calendar, { ...asked, lastWorkingDayEnds: '2026-12-02T23:00:00.000Z' });
    expect(short.dueAt).toBe('2026-11-30T12:00:00.000Z');
  });

  it('asks by the hour when the leaver is gone tomorrow', () => {
    expect(approvalClock(defaultPolicy, calendar, { ...asked, urgent: true })).toEqual({
      remindAt: '2026-11-30T09:00:00.000Z',
      dueAt: '2026-11-30T10:00:00.000Z',
      escalateAt: ['2026-11-30T10:00:00.000Z', '2026-11-30T11:00:00.000Z'],
    });
  });

  it('keeps seconds as seconds in a configuration that counts in them, also over the end of the working day', () => {
    const approvals = { ...defaultPolicy.approvals, due: { shareOfRemaining: 0.1, min: 'PT2S', max: 'PT4S' } };
    const clock = approvalClock({ ...defaultPolicy, approvals }, calendar, { ...asked, askedAt: '2026-11-30T15:59:59.000Z' });
    expect(clock).toEqual({
      remindAt: '2026-11-30T16:00:01.000Z',
      dueAt: '2026-11-30T16:00:03.000Z',
      escalateAt: ['2026-11-30T16:00:03.000Z', '2026-11-30T16:00:05.000Z'],
    });
  });

  it('reminds before it escalates, at any time of the week', () => {
    const when = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(when, fc.integer({ min: 0, max: 200 }), fc.boolean(), (at, days, urgent) => {
        const lastWorkingDayEnds = new Date(at.getTime() + days * 86_400_000).toISOString();
        const clock = approvalClock(defaultPolicy, calendar, { askedAt: at.toISOString(), lastWorkingDayEnds, urgent });
        const times = [at.toISOString(), clock.remindAt, clock.dueAt, ...clock.escalateAt];
        expect([...times].sort()).toEqual(times);
      }),
    );
  });
});

describe('mayDecide', () => {
  const decider: Decider = {
    by: 'manager',
    verified: true,
    step: { successor: 'successor' },
    chain: ['manager', 'director'],
    hrRota: ['hr1', 'successor'],
    bareSignals: 'after-team',
    toldTeam: false,
    leaver: 'leaver',
  };

  it.each<[string, Partial<Decider>, boolean]>([
    ['the approver', {}, true],
    ['the next one', { by: 'director' }, true],
    ['HR, always', { by: 'hr1' }, true],
    ['a colleague', { by: 'p-9' }, false],
    ['the successor, though in the rota', { by: 'successor' }, false],
    ['the leaver, though in the chain', { by: 'leaver', chain: ['leaver'] }, false],
    ['a bare signal before the team knows', { by: null, verified: false }, false],
    ['a bare signal after it', { by: null, verified: false, toldTeam: true }, true],
    ['a bare signal where it is refused', { by: null, verified: false, toldTeam: true, bareSignals: 'never' }, false],
    ['a bare signal where it is welcome', { by: null, verified: false, bareSignals: 'always' }, true],
    ['a name that nobody verified', { by: 'hr1', verified: false }, false],
    ['an unverified successor', { by: 'successor', verified: false, bareSignals: 'always' }, false],
  ])('%s', (_, over, ok) => {
    const answer = mayDecide({ ...decider, ...over });
    expect(answer.ok).toBe(ok);
    if (!answer.ok) expect(answer).toMatchObject({ code: 'not-your-step', problem: expect.stringMatching(/^[A-Z].*\.$/) });
  });
});
