import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../src/domain/calendar.js';
import { addDuration, localDay } from '../../src/domain/calendar.js';
import { fitMoment } from '../../src/domain/checkins.js';
import { applyMembership, nextMembership } from '../../src/domain/membership.js';
import type { CheckInFacts, MembershipChange, MembershipFacts } from '../../src/domain/membership.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { competitorAnswers, contactRules } from '../../src/domain/release.js';
import type { Reason } from '../../src/domain/words.js';
import { membershipStates, reasons } from '../../src/domain/words.js';

const calendar: Calendar = {
  timeZone: 'Europe/Amsterdam',
  workingHours: '09:00-17:00',
  workingDays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  holidays: new Set(['2027-12-25', '2027-05-06']),
};
const dayMs = 86_400_000;
const employmentEnd = '2027-02-28T23:00:00.000Z';
const later = (instant: string, days: number): string => new Date(Date.parse(instant) + days * dayMs).toISOString();
const base: MembershipFacts = {
  state: 'confirmed',
  seed: 'v-1',
  permitted: { invitation: true, checkIns: true },
  retiree: false,
  redundancy: false,
  addressConfirmed: true,
  legalHold: false,
  employmentEnd,
  invitedAt: null,
  remindedAt: null,
  joinedAt: null,
  stoppedAt: null,
  bouncedAt: null,
  returnedAt: null,
  checkIns: [],
};
const invited = later(employmentEnd, 7);
const member: MembershipFacts = { ...base, state: 'joined', invitedAt: invited, joinedAt: later(invited, 1) };

const ask = (facts: MembershipFacts, at: string) => nextMembership(facts, at, defaultPolicy, calendar);
const names = (facts: MembershipFacts, at: string): readonly string[] => ask(facts, at).changes.map(({ change }) => change);

interface Event {
  readonly at: string;
  readonly change: MembershipChange;
}

interface Life {
  readonly events: readonly Event[];
  readonly facts: MembershipFacts;
}

/** A worker that sleeps until the next due date, is away for a while, and answers what the person answers the day after. */
function live(
  start: MembershipFacts,
  from: string,
  until: string,
  more: Partial<{ away: readonly [string, string]; answers: readonly string[] }> = {},
): Life {
  const events: Event[] = [];
  let facts = start;
  for (let at: string | null = from; at !== null && at < until;) {
    const { away } = more;
    if (away && at >= away[0] && at < away[1]) at = away[1];
    const found = ask(facts, at);
    const now: string = at;
    events.push(...found.changes.map((change) => ({ at: now, change })));
    facts = found.changes.reduce((applied, change) => applyMembership(applied, change, now), facts);
    const checkIns = facts.checkIns.map((row) =>
      row.sentAt !== null && more.answers?.includes(row.kind)
        ? { ...row, answeredAt: row.answeredAt ?? later(row.sentAt, 1) }
        : row,
    );
    facts = { ...facts, checkIns };
    at = ask(facts, at).dueAt;
  }
  return { events, facts };
}

const of = (life: Life, name: MembershipChange['change']): readonly Event[] =>
  life.events.filter(({ change }) => change.change === name);

describe('the invitation', () => {
  it('goes seven days after the end of employment, is repeated once, and silence erases', () => {
    expect(ask(base, employmentEnd)).toMatchObject({
      changes: [],
      dueAt: addDuration(calendar, employmentEnd, 'P7D'),
      ended: false,
    });
    const { events, facts } = live(base, employmentEnd, '2028-12-31T00:00:00.000Z');
    expect(events.map(({ at, change }) => [localDay(at, calendar.timeZone), change.change])).toEqual([
      ['2027-03-08', 'invite'],
      ['2027-03-22', 'remind'],
      ['2027-04-05', 'erase'],
    ]);
    expect(facts.state).toBe('silent');
    expect(events.at(-1)?.change).toMatchObject({ why: 'invitation-unanswered' });
  });

  it('is not sent without permission or to an address that nobody confirmed, and the address is not kept for it', () => {
    for (const over of [{ addressConfirmed: false }, { permitted: { invitation: false, checkIns: true } }]) {
      const { events } = live({ ...base, ...over }, employmentEnd, '2028-12-31T00:00:00.000Z');
      expect(events.map(({ change }) => change.change)).toEqual(['erase']);
    }
  });

  it('a worker that was away for a month reminds first and never erases without a reminder', () => {
    const away = [later(employmentEnd, 10), later(employmentEnd, 60)] as const;
    const { events } = live(base, employmentEnd, '2028-12-31T00:00:00.000Z', { away });
    expect(events.map(({ change }) => change.change)).toEqual(['invite', 'remind', 'erase']);
    expect(Date.parse(events[2]?.at ?? '') - Date.parse(events[1]?.at ?? '')).toBeGreaterThan(13 * dayMs);
  });

  it('a legal hold keeps the clock from erasing until it is lifted', () => {
    const silent = { ...base, state: 'reminded', invitedAt: invited, remindedAt: later(invited, 14), legalHold: true } as const;
    expect(ask(silent, later(invited, 90))).toMatchObject({ changes: [], dueAt: null, ended: false });
    expect(names({ ...silent, legalHold: false }, later(invited, 90))).toEqual(['erase']);
  });

  it('an end of employment that moves takes the invitation with it, but not one that was sent', () => {
    const moved = later(employmentEnd, 31);
    expect(ask({ ...base, employmentEnd: moved }, later(employmentEnd, 8)).changes).toEqual([]);
    expect(names({ ...base, employmentEnd: later(employmentEnd, -31) }, employmentEnd)).toEqual(['invite']);
    const sent = { ...base, state: 'invited', invitedAt: invited, employmentEnd: moved } as const;
    expect(ask(sent, invited)).toMatchObject({ changes: [], dueAt: addDuration(calendar, invited, 'P14D') });
  });
});

describe('check-ins', () => {
  it('four questions in a year, then one reminder, then erasure', () => {
    const life = live(member, later(invited, 1), '2029-12-31T00:00:00.000Z');
    expect(of(life, 'send-check-in').map(({ change }) => ('kind' in change ? change.kind : ''))).toEqual([
      'P1M',
      'P3M',
      'P6M',
      'P12M',
    ]);
    const [last] = of(life, 'send-check-in').slice(-1);
    const [remind] = of(life, 'remind-last');
    expect(Date.parse(remind?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(last?.at ?? '') + 29 * dayMs);
    expect(life.events.at(-1)).toMatchObject({
      change: { change: 'erase', why: 'last-question-unanswered' },
      at: addDuration(calendar, remind?.at ?? '', 'P60D'),
    });
    expect(life.facts.state).toBe('erased');
  });

  it('whoever answers the last question stays', () => {
    const life = live(member, later(invited, 1), '2030-12-31T00:00:00.000Z', { answers: ['P12M'] });
    expect(of(life, 'remind-last')).toEqual([]);
    expect(life.facts.state).toBe('joined');
  });

  it('an answer to an older question after the last was sent is a sign of life, one from before is not', () => {
    const sent = (kind: string, sentAt: string, answeredAt: string | null): CheckInFacts => ({
      kind,
      dueAt: sentAt,
      sentAt,
      answeredAt,
      remindedAt: null,
      skippedAt: null,
    });
    const year = '2028-03-01T11:00:00.000Z';
    const rows = (answeredAt: string) => [
      sent('P1M', '2027-03-31T11:00:00.000Z', null),
      sent('P3M', '2027-06-01T11:00:00.000Z', null),
      sent('P6M', '2027-09-01T11:00:00.000Z', answeredAt),
      sent('P12M', year, null),
    ];
    const at = '2028-04-12T11:00:00.000Z';
    expect(names({ ...member, checkIns: rows('2028-03-05T11:00:00.000Z') }, at)).toEqual([]);
    expect(names({ ...member, checkIns: rows('2027-09-02T11:00:00.000Z') }, at)).toEqual(['remind-last']);
  });

  it('retired people are asked three times, and not after three months', () => {
    const life = live({ ...member, retiree: true }, later(invited, 1), '2028-04-01T00:00:00.000Z');
    expect(of(life, 'send-check-in').map(({ change }) => ('kind' in change ? change.kind : ''))).toEqual(['P1M', 'P6M', 'P12M']);
  });

  it('somebody made redundant is called by a person first, and gets mails only after that', () => {
    const life = live({ ...member, redundancy: true }, later(invited, 1), '2028-04-01T00:00:00.000Z');
    expect(of(life, 'person-check-in').map(({ change }) => change)).toEqual([{ change: 'person-check-in', kind: 'P1M' }]);
    expect(of(life, 'send-check-in').map(({ change }) => ('kind' in change ? change.kind : ''))).toEqual(['P3M', 'P6M', 'P12M']);
    const late = live(
      { ...member, redundancy: true, joinedAt: '2027-05-01T09:00:00.000Z' },
      '2027-05-01T09:00:00.000Z',
      '2027-09-30T00:00:00.000Z',
    );
    expect(of(late, 'person-check-in').map(({ change }) => change)).toEqual([{ change: 'person-check-in', kind: 'P3M' }]);
  });

  it('who joins two weeks after a question’s time is not asked it any more; the others follow', () => {
    const joinedAt = '2027-04-15T09:00:00.000Z';
    const life = live({ ...member, joinedAt }, joinedAt, '2028-04-01T00:00:00.000Z');
    expect(of(life, 'skip-check-in').map(({ change }) => change)).toEqual([
      { change: 'skip-check-in', kind: 'P1M', reason: 'joined-later' },
    ]);
    expect(of(life, 'send-check-in')).toHaveLength(3);
    const soon = live(
      { ...member, joinedAt: '2027-04-08T09:00:00.000Z' },
      '2027-04-08T09:00:00.000Z',
      '2027-05-01T00:00:00.000Z',
    );
    expect(of(soon, 'send-check-in')).toHaveLength(1);
  });

  it('a permission that is withdrawn leaves out what was planned, and says so', () => {
    const planned = live(member, later(invited, 1), later(invited, 2)).facts;
    const { changes } = ask({ ...planned, permitted: { invitation: true, checkIns: false } }, later(invited, 3));
    expect(changes).toEqual(planned.checkIns.map(({ kind }) => ({ change: 'skip-check-in', kind, reason: 'not-permitted' })));
  });

  it('an end of employment that moves takes the open questions with it', () => {
    const { facts } = live(member, later(invited, 1), '2027-04-15T00:00:00.000Z');
    const moved = ask({ ...facts, employmentEnd: later(employmentEnd, 31) }, '2027-04-16T09:00:00.000Z');
    expect(moved.changes.map((change) => change.change === 'plan-check-in' && change.kind)).toEqual(['P3M', 'P6M', 'P12M']);
  });

  it('in a demo that counts in seconds they follow each other in seconds', () => {
    const open = {
      ...defaultPolicy.checkIns,
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const,
      hours: '00:00-24:00',
      quiet: [],
    };
    const policy = { ...defaultPolicy, checkIns: { ...open, offsets: ['PT5S', 'PT10S', 'PT15S'] } };
    let facts: MembershipFacts = { ...member, joinedAt: employmentEnd };
    const sent: number[] = [];
    for (let at: string | null = employmentEnd; at !== null && sent.length < 3;) {
      const now: string = at;
      const found = nextMembership(facts, now, policy, calendar);
      if (found.changes.some(({ change }) => change === 'send-check-in'))
        sent.push((Date.parse(now) - Date.parse(employmentEnd)) / 1000);
      facts = found.changes.reduce((applied, change) => applyMembership(applied, change, now), facts);
      at = found.dueAt;
    }
    expect(sent).toEqual([5, 10, 15]);
  });
});

describe('a worker that is away for thirty days', () => {
  it.each(['Europe/Amsterdam', 'Europe/Copenhagen', 'America/New_York'])(
    'in %s: no burst, none lost, none on a bad day',
    (timeZone) => {
      const there = { ...calendar, timeZone };
      const dense = ['P14D', 'P28D', 'P42D', 'P56D'];
      fc.assert(
        fc.property(
          fc.nat(400),
          fc.nat(420),
          fc.string({ maxLength: 6 }),
          fc.nat(60),
          fc.constantFrom('all', 'retiree', 'dense'),
          (end, gone, seed, join, whom) => {
            const offsets = whom === 'dense' ? dense : defaultPolicy.checkIns.offsets;
            const policy = { ...defaultPolicy, checkIns: { ...defaultPolicy.checkIns, offsets } };
            const ends = later('2027-01-01T05:00:00.000Z', end);
            const joinedAt = later(ends, 7 + join);
            const from = later(ends, gone);
            let facts: MembershipFacts = { ...member, seed, employmentEnd: ends, joinedAt, retiree: whom === 'retiree' };
            const sent: string[] = [];
            for (let at: string | null = joinedAt; at !== null && at < later(ends, 560);) {
              const now: string = at >= from && at < later(from, 30) ? later(from, 30) : at;
              const found = nextMembership(facts, now, policy, there);
              const mailed = found.changes.filter(({ change }) => change === 'send-check-in');
              expect(mailed.length).toBeLessThanOrEqual(1);
              if (mailed.length > 0) sent.push(now);
              facts = found.changes.reduce((applied, change) => applyMembership(applied, change, now), facts);
              if (found.dueAt !== null) expect(found.dueAt > now).toBe(true);
              at = found.dueAt;
            }
            sent
              .slice(1)
              .forEach((at, nth) => expect(Date.parse(at) - Date.parse(sent[nth] ?? '')).toBeGreaterThanOrEqual(7 * dayMs));
            for (const at of sent) expect(fitMoment(at, seed, defaultPolicy.checkIns, there)).toBe(at);
            const kinds = whom === 'retiree' ? policy.checkIns.retirees : policy.checkIns.offsets;
            expect(facts.checkIns.map(({ kind }) => kind)).toEqual([...kinds]);
            for (const row of facts.checkIns) expect((row.sentAt === null) !== (row.skippedAt === null)).toBe(true);
            const last = facts.checkIns.at(-1);
            expect(last?.sentAt).not.toBeNull();
          },
        ),
        { numRuns: 60 },
      );
    },
  );

  it('after most of a year, old questions are left out with a reason and the last is still asked', () => {
    const away = ['2027-04-20T00:00:00.000Z', '2028-06-01T00:00:00.000Z'] as const;
    const life = live(member, later(invited, 1), '2028-07-01T00:00:00.000Z', { away });
    expect(of(life, 'skip-check-in').map(({ change }) => change)).toEqual([
      { change: 'skip-check-in', kind: 'P3M', reason: 'too-late' },
      { change: 'skip-check-in', kind: 'P6M', reason: 'too-late' },
    ]);
    expect(of(life, 'send-check-in')).toHaveLength(2);
  });
});

describe('stopping', () => {
  it.each(membershipStates.filter((state) => !['declined', 'silent', 'erased', 'ended'].includes(state)))(
    'a stop, a bounce and a return end it at once in state %s',
    (state) => {
      const at = later(invited, 200);
      for (const [over, why] of [
        [{ stoppedAt: at }, 'stopped'],
        [{ bouncedAt: at }, 'bounced'],
        [{ returnedAt: at }, 'rehired'],
      ] as const) {
        expect(ask({ ...member, state, ...over }, at)).toEqual({ changes: [{ change: 'end', why }], dueAt: null, ended: true });
      }
    },
  );
});

const instants = [
  '2026-12-01T10:00:00.000Z',
  employmentEnd,
  invited,
  '2027-06-02T10:00:00.000Z',
  '2028-02-29T11:00:00.000Z',
  '2028-06-01T10:00:00.000Z',
];
const instant = fc.constantFrom(...instants);
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { nil: null, freq: 2 });
const rare = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, value);
const row = (kind: string): fc.Arbitrary<CheckInFacts> =>
  fc.record({
    kind: fc.constant(kind),
    dueAt: instant,
    sentAt: maybe(instant),
    answeredAt: maybe(instant),
    remindedAt: maybe(instant),
    skippedAt: maybe(instant),
  });
const rows = fc
  .tuple(...['P1M', 'P3M', 'P6M', 'P12M', 'P9M'].map((kind) => maybe(row(kind))))
  .map((given) => given.filter((one) => one !== null));
const facts: fc.Arbitrary<MembershipFacts> = fc.record({
  state: fc.constantFrom(...membershipStates),
  seed: fc.string({ maxLength: 3 }),
  permitted: fc.record({ invitation: fc.boolean(), checkIns: fc.boolean() }),
  retiree: fc.boolean(),
  redundancy: fc.boolean(),
  addressConfirmed: fc.boolean(),
  legalHold: fc.constantFrom(false, false, true),
  employmentEnd: instant,
  invitedAt: maybe(instant),
  remindedAt: maybe(instant),
  joinedAt: maybe(instant),
  stoppedAt: rare(instant),
  bouncedAt: rare(instant),
  returnedAt: rare(instant),
  checkIns: rows,
});

describe('whatever the rows say', () => {
  it('applying the changes leaves nothing to change, nothing is due in the past, and what is over stays over', () => {
    fc.assert(
      fc.property(facts, instant, (given, at) => {
        const found = ask(given, at);
        const left = found.changes.reduce((applied, change) => applyMembership(applied, change, at), given);
        expect(ask(left, at)).toEqual({ ...found, changes: [] });
        if (found.dueAt !== null) expect(found.dueAt > at).toBe(true);
        if (found.ended)
          for (const later of instants) expect(ask(left, later)).toEqual({ changes: [], dueAt: null, ended: true });
      }),
      { numRuns: 500 },
    );
  });

  it('nobody is written to who said stop, whose address bounced, who came back, or who is erased', () => {
    const toPerson = ['invite', 'remind', 'send-check-in', 'remind-last', 'person-check-in'];
    fc.assert(
      fc.property(facts, instant, (given, at) => {
        const written = names(given, at).filter((name) => toPerson.includes(name));
        const over = ['declined', 'silent', 'erased', 'ended'].includes(given.state);
        if (over || given.stoppedAt !== null || given.bouncedAt !== null || given.returnedAt !== null)
          expect(written).toEqual([]);
        expect(written.length).toBeLessThanOrEqual(1);
        if (given.legalHold) expect(names(given, at)).not.toContain('erase');
      }),
      { numRuns: 500 },
    );
  });
});

/** Policy.md 2, read once more by hand: `hr` = only when HR ticks it. */
const mayBeMailed: Readonly<Record<Reason, readonly ['yes' | 'hr' | 'no', 'yes' | 'hr' | 'no']>> = {
  resignation: ['yes', 'yes'],
  retirement: ['yes', 'yes'],
  'fixed-term-end': ['yes', 'yes'],
  'probation-end': ['hr', 'no'],
  redundancy: ['yes', 'yes'],
  'mutual-agreement': ['hr', 'hr'],
  dismissal: ['hr', 'no'],
  'summary-dismissal': ['no', 'no'],
  incapacity: ['hr', 'no'],
  death: ['no', 'no'],
  cover: ['no', 'no'],
  'role-change': ['no', 'no'],
  unknown: ['no', 'no'],
};

describe('no forbidden message, for each reason and competitor, with and without HR’s yes', () => {
  const cases = reasons.flatMap((reason) =>
    competitorAnswers.flatMap((competitor) => [true, false].map((agreed) => ({ reason, competitor, agreed }))),
  );

  it.each(cases)('$reason, competitor $competitor, HR agreed $agreed', ({ reason, competitor, agreed }) => {
    const [invitation, checkIns] = mayBeMailed[reason];
    const mayInvite = (invitation === 'yes' && (competitor !== 'yes' || agreed)) || (invitation === 'hr' && agreed);
    const mayAsk = competitor !== 'yes' && (checkIns === 'yes' || (checkIns === 'hr' && agreed));
    const rules = contactRules({ reason, competitor, asking: 'full', alumni: agreed ? 'yes' : 'by-reason' });
    const permitted = { invitation: rules.invitation, checkIns: rules.checkIns };
    fc.assert(
      fc.property(facts, instant, (given, at) => {
        const found = names({ ...given, permitted }, at);
        if (!mayInvite) expect(found.filter((name) => name === 'invite' || name === 'remind')).toEqual([]);
        if (!mayAsk) expect(found.filter((name) => name.endsWith('check-in') && name !== 'skip-check-in')).toEqual([]);
        if (!mayAsk) expect(found).not.toContain('remind-last');
      }),
      { numRuns: 60 },
    );
    expect(permitted).toEqual({ invitation: mayInvite, checkIns: mayAsk });
  });
});
