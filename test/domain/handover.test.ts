import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueGroups, isFenced, next, type HandoverFacts, type StepFacts } from '../../src/domain/handover.js';

const now = '2026-11-23T10:00:00.000Z';
const instant = fc.constantFrom('2026-11-22T10:00:00.000Z', now, '2026-11-23T10:00:00.001Z', '2026-12-01T23:00:00.000Z');
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { nil: null });

const step: fc.Arbitrary<StepFacts> = fc.record({
  id: fc.constantFrom('s1', 's2'),
  state: fc.constantFrom('waiting', 'approved', 'refused', 'to-custodian', 'applying', 'verified', 'parked', 'restored'),
  asked: fc.subarray(['p-1', 'p-2']),
  chain: fc.subarray(['p-3', 'p-4']),
  reminded: fc.boolean(),
  timedOut: fc.boolean(),
  canaryAt: maybe(instant),
  times: maybe(fc.record({ remindAt: instant, escalateAt: fc.array(instant, { maxLength: 2 }) })),
  groups: fc.array(
    fc.record({
      state: fc.constantFrom(
        'planned',
        'approved',
        'intended',
        'written',
        'verified',
        'skipped',
        'refused',
        'parked',
        'restored',
      ),
      canary: fc.boolean(),
      late: fc.boolean(),
      count: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 4 },
  ),
  due: fc.record({ canary: maybe(instant), rest: maybe(instant), late: maybe(instant) }),
});

const facts: fc.Arbitrary<HandoverFacts> = fc.record({
  mode: fc.constantFrom('observe', 'act'),
  closed: fc.constantFrom(null, null, null, 'completed'),
  inForce: fc.constantFrom(true, true, false),
  withdrawn: fc.constantFrom(false, false, true),
  evidence: fc.constantFrom('ok', 'ok', 'unknown'),
  paused: fc.boolean(),
  held: fc.boolean(),
  snapshotDone: fc.constantFrom(true, true, false),
  released: fc.constantFrom(true, true, false),
  planned: fc.constantFrom(true, true, false),
  release: fc.record({ asked: fc.nat(3), askAt: instant, dueAt: instant }),
  told: fc.constantFrom([], ['leaver'], ['leaver', 'team'], ['leaver', 'team', 'contacts']),
  contactsFrom: maybe(instant),
  steps: fc.array(step, { maxLength: 2 }),
  deadlines: maybe(fc.record({ custodianAt: maybe(instant), lastDayEnds: instant })),
  parked: fc.array(
    fc.record({
      id: fc.constant('k-1'),
      what: fc.constantFrom('snapshot', 'plan', 'mail', 'transfer', 'restore', 'sweep', 'records'),
      step: maybe(fc.constantFrom('s1', 's2')),
    }),
    { maxLength: 2 },
  ),
  queuedMails: fc.record({ hr: fc.nat(1), approvers: fc.nat(1) }),
  restoring: fc.constantFrom(null, null, 'rescinded', 'undo'),
  restoreOpen: fc.nat(1),
  swept: fc.boolean(),
  givenUp: fc.nat(1),
  introductions: fc.nat(2),
  invitation: maybe(fc.record({ at: instant })),
});

const check = (property: (given: HandoverFacts) => void): void => fc.assert(fc.property(facts, property), { numRuns: 5_000 });

describe('what a handover does next', () => {
  it('never asks to be woken at once: a due date that has passed would spin the workflow until its history is full', () => {
    check((given) => {
      const { changes, dueAt } = next(given, now);
      if (changes.length === 0 && dueAt !== null) expect(dueAt > now).toBe(true);
    });
  });

  it('moves nothing while it is stopped, unproven, withdrawn, observed or closed, and nothing before the team knows', () => {
    check((given) => {
      const { motions } = next(given, now);
      if (isFenced(given) || !given.told.includes('team')) expect(motions).not.toContain('transfer');
    });
  });

  it('mails no approver while it is stopped', () => {
    check((given) => {
      const stopped = given.paused || given.held || given.evidence === 'unknown' || !given.inForce || given.withdrawn;
      if (stopped && given.queuedMails.hr === 0) expect(next(given, now).motions).not.toContain('mail');
      if (stopped)
        expect(next(given, now).changes.filter(({ change }) => change === 'ask-approval' || change === 'remind')).toEqual([]);
    });
  });

  it('takes nothing back by itself while the brake or a person holds it', () => {
    check((given) => {
      const held = (given.held || given.paused) && given.restoring !== 'undo';
      if (held) expect(next(given, now).motions).not.toContain('restore');
      if (held && !given.inForce && given.closed === null) expect(next(given, now).changes).toEqual([]);
    });
  });

  it('closes as completed only when nothing is open, parked or undecided', () => {
    check((given) => {
      const closes = next(given, now).changes.some((change) => change.change === 'close' && change.outcome === 'completed');
      if (!closes || given.mode === 'observe') return;
      const left = given.steps
        .flatMap(({ groups }) => groups)
        .filter(({ state }) => ['approved', 'intended', 'written', 'parked'].includes(state));
      expect(left).toEqual([]);
      expect(given.steps.filter(({ state }) => state === 'waiting')).toEqual([]);
    });
  });

  it('a group is due only from its own time on', () => {
    fc.assert(
      fc.property(step, (given) => {
        for (const kind of dueGroups(given, now)) expect((given.due[kind] ?? '9') <= now).toBe(true);
      }),
    );
  });
});
