import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../src/domain/calendar.js';
import { addDuration } from '../../src/domain/calendar.js';
import {
  applyIntroduction,
  digestAt,
  isWarm,
  mailsForToday,
  nextIntroduction,
  permittedMethod,
  withdrawIntroduction,
} from '../../src/domain/introduction.js';
import type { IntroductionFacts, NextIntroduction, SpreadInput } from '../../src/domain/introduction.js';
import { defaultPolicy } from '../../src/domain/policy.js';
import { askings, competitorAnswers, contactRules } from '../../src/domain/release.js';
import type { Reason } from '../../src/domain/words.js';
import { introductionStates, reasons, tiers } from '../../src/domain/words.js';

const calendar: Calendar = {
  timeZone: 'Europe/Amsterdam',
  workingHours: '09:00-17:00',
  workingDays: ['mon', 'tue', 'wed', 'thu', 'fri'],
  holidays: new Set(['2026-12-25']),
};
const now = '2026-12-08T10:00:00.000Z';
const lastDayEnds = '2026-12-18T23:00:00.000Z';
const call = { start: '2026-12-10T09:00:00.000Z', end: '2026-12-10T09:30:00.000Z' };
const base: IntroductionFacts = {
  state: 'proposed',
  tier: 'A',
  method: 'joint-call',
  allowed: { calls: true, mails: true, successorNote: true },
  stepApproved: true,
  accountMoved: false,
  toldTeam: true,
  toldContacts: true,
  stopped: false,
  hasContact: true,
  contactRefused: false,
  call: null,
  leaverTask: 'none',
  successorTask: 'none',
  sentAt: null,
  heldAt: null,
  repliedAt: null,
  successorContactAt: null,
  window: { from: '2026-12-04T09:00:00.000Z', to: '2026-12-16T15:00:00.000Z' },
  lastDayEnds,
  debtOpen: false,
  debtWrittenOff: false,
};
const mail = { tier: 'B', method: 'email' } as const;
const note = { tier: 'C', method: 'notice' } as const;

function ask(over: Partial<IntroductionFacts> = {}, at = now): NextIntroduction {
  return nextIntroduction({ ...base, ...over }, at, defaultPolicy, calendar);
}

/** The facts after everything that was due. */
function after(over: Partial<IntroductionFacts> = {}, at = now): IntroductionFacts {
  return ask(over, at).changes.reduce((facts, change) => applyIntroduction(facts, change, at), { ...base, ...over });
}

const named = (found: NextIntroduction): readonly string[] =>
  found.changes.map((change) => (change.change === 'state' ? change.state : change.change));

describe('a joint call', () => {
  it('is agreed once the step is approved and contacts may know, and then the leaver is asked for a time', () => {
    expect(ask()).toMatchObject({ changes: [{ change: 'state', state: 'agreed' }], dueAt: lastDayEnds, needs: ['leaver-call'] });
  });

  it.each([{ stepApproved: false }, { toldTeam: false }, { toldContacts: false }, { stopped: true }])(
    'nobody is asked anything with %j',
    (over) => {
      expect(ask(over)).toMatchObject({ changes: [], needs: [] });
      expect(ask({ ...over, state: 'agreed' }).needs).toEqual([]);
    },
  );

  it('is held when the leaver ticks it off after it began, and done when the successor does', () => {
    const scheduled = { state: 'scheduled', call } as const;
    expect(named(ask({ ...scheduled, leaverTask: 'completed' }))).toEqual([]);
    expect(ask({ ...scheduled, leaverTask: 'completed' }).dueAt).toBe(call.start);
    const held = after({ ...scheduled, leaverTask: 'completed' }, call.start);
    expect(held).toMatchObject({ state: 'held', heldAt: call.start });
    expect(ask(held, call.end).needs).toEqual(['call-outcome']);
    expect(named(ask({ ...scheduled, successorTask: 'completed' }, call.end))).toEqual(['held', 'done']);
  });

  it('held without a chosen time counts, too: people just pick up the phone', () => {
    expect(after({ state: 'agreed', leaverTask: 'completed' }).state).toBe('held');
  });

  it('of which nobody says anything is asked about, and is a debt at the end of the last day', () => {
    const silent = { state: 'scheduled', call, leaverTask: 'open' } as const;
    expect(ask(silent, call.end)).toMatchObject({ changes: [], dueAt: lastDayEnds, needs: ['call-outcome'] });
    expect(named(ask(silent, lastDayEnds))).toEqual(['remove-tasks', 'lapsed', 'debt-opened']);
  });

  it('that the last day overtook is cancelled and gets another time', () => {
    const moved = ask({ state: 'scheduled', call, lastDayEnds: '2026-12-09T23:00:00.000Z' });
    expect(named(moved)).toEqual(['cancel-call', 'agreed']);
    expect(moved.needs).toEqual(['leaver-call']);
  });

  it('is cancelled when the leaver may not be asked any more, and the successor writes instead', () => {
    const allowed = { calls: false, mails: false, successorNote: true };
    const found = after({ state: 'scheduled', call, leaverTask: 'open', allowed });
    expect(found).toMatchObject({ state: 'agreed', method: 'notice', tier: 'A', call: null, leaverTask: 'none' });
  });
});

describe('a mail by the leaver', () => {
  it('is put before the leaver from the beginning of its window', () => {
    const early = '2026-12-02T09:00:00.000Z';
    expect(ask({ ...mail, state: 'agreed' }, early)).toMatchObject({ needs: [], dueAt: base.window.from });
    expect(ask({ ...mail, state: 'agreed' }, base.window.from).needs).toEqual(['leaver-mail']);
  });

  it('is done when the contact answers, or at the successor’s first own contact', () => {
    const sent = after({ ...mail, state: 'agreed', leaverTask: 'completed' });
    expect(sent).toMatchObject({ state: 'sent', sentAt: now });
    expect(ask(sent)).toMatchObject({ needs: ['successor-contact'], dueAt: addDuration(calendar, now, '5bd') });
    for (const done of [{ repliedAt: now }, { successorContactAt: now }, { successorTask: 'completed' as const }])
      expect(after({ ...sent, ...done }).state).toBe('done');
  });

  it('without that contact within five business days is a debt, and done closes it', () => {
    const due = addDuration(calendar, now, '5bd');
    const sent = { ...mail, state: 'sent', sentAt: now } as const;
    expect(named(ask(sent, due))).toEqual(['debt-opened']);
    expect(named(ask({ ...sent, debtOpen: true, successorContactAt: due }, due))).toEqual(['done', 'debt-closed']);
    expect(named(ask({ ...sent, debtWrittenOff: true }, due))).toEqual([]);
    expect(named(ask({ ...sent, tier: 'C' }, due))).toEqual([]);
  });

  it('is never asked of somebody who has left', () => {
    const found = ask({ ...mail, state: 'agreed', leaverTask: 'open' }, lastDayEnds);
    expect(named(found)).toEqual(['remove-tasks', 'lapsed', 'debt-opened']);
    expect(found.needs).toEqual(['successor-contact']);
  });

  it('sent before the last day and only seen after it is still sent', () => {
    expect(after({ ...mail, state: 'agreed', leaverTask: 'completed' }, '2027-01-10T09:00:00.000Z').state).toBe('sent');
  });

  it('lapses without a debt for tier C', () => {
    expect(named(ask({ ...mail, tier: 'C', state: 'agreed' }, lastDayEnds))).toEqual(['lapsed']);
  });

  it('gets its chance back when the last day moves later, and the debt goes', () => {
    const lapsed = { ...mail, state: 'lapsed', debtOpen: true, lastDayEnds: '2027-01-31T23:00:00.000Z' } as const;
    expect(after(lapsed, '2026-12-21T09:00:00.000Z')).toMatchObject({ state: 'agreed', debtOpen: false });
  });

  it('a contact made after it lapsed closes the debt', () => {
    const lapsed = { ...mail, state: 'lapsed', debtOpen: true, successorContactAt: '2027-01-04T09:00:00.000Z' } as const;
    expect(after(lapsed, '2027-01-05T09:00:00.000Z')).toMatchObject({ state: 'done', debtOpen: false });
  });
});

describe('a note by the successor', () => {
  it('waits for the move and for contacts to be told, and is done when it was sent', () => {
    const agreed = { ...note, state: 'agreed' } as const;
    expect(ask(agreed).needs).toEqual([]);
    expect(ask({ ...agreed, accountMoved: true }).needs).toEqual(['successor-note']);
    expect(named(ask({ ...agreed, accountMoved: true, successorTask: 'completed' }))).toEqual(['sent', 'done']);
  });

  it('may go after the last working day: the move is only just over', () => {
    expect(ask({ ...note, state: 'agreed', accountMoved: true }, '2026-12-21T09:00:00.000Z')).toMatchObject({
      changes: [],
      needs: ['successor-note'],
    });
    expect(named(ask({ ...note, state: 'agreed' }, '2027-03-01T09:00:00.000Z'))).toEqual(['lapsed']);
  });

  it('takes the place of call and mail where the leaver is not asked; the tier stays, so a cold move is a debt', () => {
    const dismissed = { allowed: { calls: false, mails: false, successorNote: true } };
    const found = after(dismissed);
    expect(found).toMatchObject({ state: 'agreed', method: 'notice', tier: 'A' });
    expect(named(ask(found, lastDayEnds))).toEqual(['debt-opened']);
    expect(named(ask({ ...found, debtOpen: true, accountMoved: true, sentAt: lastDayEnds }, lastDayEnds))).toEqual([
      'sent',
      'done',
      'debt-closed',
    ]);
  });

  it('a call that is not allowed becomes a mail where mails are', () => {
    expect(permittedMethod('joint-call', { calls: false, mails: true, successorNote: true })).toBe('email');
    expect(permittedMethod('email', { calls: true, mails: false, successorNote: false })).toBeNull();
  });
});

describe('contacts who are not introduced', () => {
  it('tier D goes on the clean-up list at once, told or not', () => {
    expect(ask({ tier: 'D', method: 'none', toldContacts: false, stepApproved: false }).changes).toEqual([
      { change: 'state', state: 'waived', reason: 'clean-up-list' },
    ]);
  });

  it('an account of which nobody is known is unreachable until somebody is', () => {
    expect(named(ask({ hasContact: false }))).toEqual(['unreachable']);
    expect(named(ask({ state: 'unreachable', hasContact: false }, lastDayEnds))).toEqual(['debt-opened']);
    expect(after({ state: 'unreachable' }).state).toBe('agreed');
  });

  it.each(introductionStates.filter((state) => state !== 'waived' && state !== 'refused'))(
    'a contact who refuses in state %s gets another successor proposed, once, and nothing else',
    (state) => {
      const refused = ask({ ...mail, state, contactRefused: true, debtOpen: true, leaverTask: 'open' });
      expect(named(refused)).toEqual(['remove-tasks', 'refused', 'propose-other-successor', 'debt-closed']);
      expect(refused).toMatchObject({ needs: [], dueAt: null });
    },
  );

  it('only held, sent and done let an account move warm', () => {
    expect(introductionStates.filter(isWarm)).toEqual(['held', 'sent', 'done']);
  });
});

describe('a withdrawn handover', () => {
  const withdrawn = (over: Partial<IntroductionFacts>) =>
    withdrawIntroduction({ ...base, ...over }).map((change) => (change.change === 'state' ? change.state : change.change));

  it('asks nothing more, calls off what was booked, and leaves what was said to the person who said it', () => {
    expect(withdrawn({})).toEqual(['waived']);
    expect(withdrawn({ state: 'agreed', leaverTask: 'open' })).toEqual(['remove-tasks', 'waived']);
    expect(withdrawn({ state: 'scheduled', call, leaverTask: 'open' })).toEqual(['cancel-call', 'remove-tasks', 'waived']);
    expect(withdrawIntroduction({ ...base, state: 'held', call })[0]).toEqual({ change: 'draft-reversal', by: 'leaver' });
    expect(withdrawIntroduction({ ...base, ...note, state: 'done' })[0]).toEqual({ change: 'draft-reversal', by: 'successor' });
    expect(withdrawn({ state: 'lapsed', debtOpen: true })).toEqual(['debt-closed']);
  });

  it('said twice, does it once', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const left = withdrawIntroduction(given).reduce((item, change) => applyIntroduction(item, change, now), given);
        expect(withdrawIntroduction(left)).toEqual([]);
      }),
    );
  });
});

const instant = fc.constantFrom(
  '2026-12-01T10:00:00.000Z',
  '2026-12-08T09:59:59.999Z',
  now,
  '2026-12-08T10:00:00.001Z',
  '2026-12-18T23:00:00.000Z',
  '2027-03-28T01:00:00.000Z',
);
const maybe = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(value, { nil: null });
const task = fc.constantFrom('none', 'open', 'completed', 'gone');
const allowed = fc.record({ calls: fc.boolean(), mails: fc.boolean(), successorNote: fc.boolean() });
const facts: fc.Arbitrary<IntroductionFacts> = fc.record({
  state: fc.constantFrom(...introductionStates),
  tier: fc.constantFrom(...tiers),
  method: fc.constantFrom('joint-call', 'email', 'notice', 'none'),
  allowed,
  stepApproved: fc.boolean(),
  accountMoved: fc.boolean(),
  toldTeam: fc.constantFrom(true, true, false),
  toldContacts: fc.boolean(),
  stopped: fc.constantFrom(false, false, true),
  hasContact: fc.constantFrom(true, true, false),
  contactRefused: fc.constantFrom(false, false, true),
  call: maybe(fc.tuple(instant, instant).map(([start, end]) => ({ start, end }))),
  leaverTask: task,
  successorTask: task,
  sentAt: maybe(instant),
  heldAt: maybe(instant),
  repliedAt: maybe(instant),
  successorContactAt: maybe(instant),
  window: fc.record({ from: instant, to: instant }),
  lastDayEnds: instant,
  debtOpen: fc.boolean(),
  debtWrittenOff: fc.boolean(),
});

describe('whatever the rows say', () => {
  it('applying the changes leaves nothing to change, and nothing is due in the past', () => {
    fc.assert(
      fc.property(facts, instant, (given, at) => {
        const found = nextIntroduction(given, at, defaultPolicy, calendar);
        const left = found.changes.reduce((item, change) => applyIntroduction(item, change, at), given);
        const again = nextIntroduction(left, at, defaultPolicy, calendar);
        expect(again).toEqual({ ...found, changes: [] });
        if (found.dueAt !== null) expect(found.dueAt > at).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('nobody is asked to reach a contact before contacts may know, while stopped, or past a refusal', () => {
    fc.assert(
      fc.property(facts, instant, (given, at) => {
        const { needs } = nextIntroduction(given, at, defaultPolicy, calendar);
        if (given.stopped || !given.toldContacts || given.contactRefused || !given.hasContact) expect(needs).toEqual([]);
        if (at >= given.lastDayEnds) expect(needs.filter((need) => need.startsWith('leaver'))).toEqual([]);
        if (!given.accountMoved) expect(needs).not.toContain('successor-note');
      }),
      { numRuns: 3_000 },
    );
  });

  it('a debt is of tier A or B, and one that a person wrote off does not come back', () => {
    fc.assert(
      fc.property(facts, instant, (given, at) => {
        const opened = nextIntroduction(given, at, defaultPolicy, calendar).changes.some(
          ({ change }) => change === 'debt-opened',
        );
        if (opened)
          expect({ tier: ['A', 'B'].includes(given.tier), off: given.debtWrittenOff }).toEqual({ tier: true, off: false });
      }),
      { numRuns: 3_000 },
    );
  });

  it('what people did is never lost: held and sent stand, however dates, permissions and approvals change afterwards', () => {
    fc.assert(
      fc.property(facts, fc.constantFrom('held', 'sent', 'done'), instant, (given, state, at) => {
        const left = nextIntroduction({ ...given, state, contactRefused: false }, at, defaultPolicy, calendar);
        expect(left.changes.every((change) => change.change !== 'state' || isWarm(change.state))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Policy.md 2, read once more by hand: with nothing against it, whose leavers may call and write when HR lets them be asked in full. */
const mayMeetContacts: Readonly<Record<Reason, boolean>> = {
  resignation: true,
  retirement: true,
  'fixed-term-end': true,
  'probation-end': false,
  redundancy: true,
  'mutual-agreement': true,
  dismissal: false,
  'summary-dismissal': false,
  incapacity: false,
  death: false,
  cover: true,
  'role-change': true,
  unknown: false,
};

describe('no forbidden message, for each reason, competitor and asking', () => {
  const cases = reasons.flatMap((reason) =>
    competitorAnswers.flatMap((competitor) => askings.map((asking) => ({ reason, competitor, asking }))),
  );

  it.each(cases)('$reason, competitor $competitor, asking $asking', ({ reason, competitor, asking }) => {
    const may = contactRules({ reason, competitor, asking, alumni: 'by-reason' }).introductions;
    const leaverMay = mayMeetContacts[reason] && competitor === 'no' && asking === 'full';
    const successorMay = reason !== 'death' && reason !== 'unknown';
    fc.assert(
      fc.property(facts, instant, (given, at) => {
        const { changes, needs } = nextIntroduction({ ...given, allowed: may }, at, defaultPolicy, calendar);
        const toContact = needs.filter((need) => need === 'leaver-call' || need === 'leaver-mail');
        if (!leaverMay) expect(toContact).toEqual([]);
        if (!successorMay) expect(needs).not.toContain('successor-note');
        if (!leaverMay && !successorMay) expect(changes).not.toContainEqual({ change: 'state', state: 'agreed' });
      }),
      { numRuns: 60 },
    );
    expect({ calls: may.calls, mails: may.mails, successorNote: may.successorNote }).toEqual({
      calls: leaverMay,
      mails: leaverMay,
      successorNote: successorMay,
    });
  });
});

describe('mailsForToday: no leaver finds forty drafts on one morning', () => {
  const waiting = (count: number, successor: (nth: number) => string = (nth) => `s${nth % 4}`): SpreadInput['waiting'] =>
    Array.from({ length: count }, (_, nth) => ({
      id: `m${String(nth).padStart(2, '0')}`,
      tier: 'B',
      value: 100 - nth,
      successor: successor(nth),
    }));
  const input: SpreadInput = {
    waiting: waiting(45),
    today: [],
    elsewhere: [],
    perDay: defaultPolicy.introductions.perDay,
    windowEnds: '2026-12-16T15:00:00.000Z',
  };

  it('spreads them evenly over the days that are left, the most valuable first', () => {
    expect(mailsForToday(input, now, calendar)).toEqual(['m00', 'm01', 'm02', 'm03', 'm04', 'm05', 'm06']);
  });

  it('keeps to eight a day however many there are, and to one day’s share however often it is asked', () => {
    expect(mailsForToday({ ...input, windowEnds: now }, now, calendar)).toHaveLength(8);
    const first = mailsForToday(input, now, calendar);
    const rest = input.waiting.filter(({ id }) => !first.includes(id));
    const today = input.waiting.filter(({ id }) => first.includes(id)).map(({ successor }) => successor);
    expect(mailsForToday({ ...input, waiting: rest, today }, now, calendar)).toEqual([]);
  });

  it('gives no successor more than a day’s worth', () => {
    const crowded = {
      ...input,
      waiting: waiting(20, (nth) => (nth < 15 ? 'one' : 'other')),
      perDay: { leaver: 50, successor: 12 },
    };
    const chosen = mailsForToday({ ...crowded, windowEnds: now }, now, calendar);
    expect(chosen).toHaveLength(17);
    expect(chosen.filter((id) => id < 'm15')).toHaveLength(12);
  });

  it('counts what other leavers brought a successor today, and not what they brought the others', () => {
    const elsewhere = Array.from({ length: 11 }, () => 's0');
    const chosen = mailsForToday({ ...input, elsewhere, windowEnds: now }, now, calendar);
    expect(chosen).toHaveLength(8);
    expect(chosen.filter((id) => Number(id.slice(1)) % 4 === 0)).toHaveLength(1);
  });

  it('puts none before anybody on a day off', () => {
    expect(mailsForToday(input, '2026-12-12T10:00:00.000Z', calendar)).toEqual([]);
  });

  it('is through by the end of the window when the limits allow it', () => {
    let left = input.waiting;
    for (const day of ['08', '09', '10', '11', '14', '15', '16']) {
      const chosen = mailsForToday({ ...input, waiting: left }, `2026-12-${day}T08:00:00.000Z`, calendar);
      left = left.filter(({ id }) => !chosen.includes(id));
    }
    expect(left).toEqual([]);
  });
});

describe('digestAt: one mail a day, on a day on which somebody reads it', () => {
  it.each([
    ['2026-12-08T07:00:00.000Z', '2026-12-08T07:30:00.000Z', 'in the morning'],
    ['2026-12-08T07:30:00.000Z', '2026-12-09T07:30:00.000Z', 'just sent: tomorrow'],
    ['2026-12-11T10:00:00.000Z', '2026-12-14T07:30:00.000Z', 'Friday: on Monday'],
    ['2026-12-24T10:00:00.000Z', '2026-12-28T07:30:00.000Z', 'over Christmas'],
    ['2027-03-26T10:00:00.000Z', '2027-03-29T06:30:00.000Z', 'half past eight in summer time, too'],
  ])('asked at %s: %s (%s)', (at, expected) => {
    expect(digestAt(at, defaultPolicy, calendar)).toBe(expected);
  });
});
