import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cardKeys,
  competitorAnswers,
  contactsFrom,
  custodianOf,
  defaultAsking,
  incomplete,
  nextAudience,
  permissionTable,
  permits,
  prefill,
  refill,
  setKey,
  toldAtRelease,
} from '../../src/domain/release.js';
import type { PrefillFacts, ReleaseCard } from '../../src/domain/release.js';
import { reasons } from '../../src/domain/words.js';

const managers: Readonly<Record<string, string>> = { leaver: 'manager', manager: 'director', director: 'ceo' };

function card(over: Partial<PrefillFacts> = {}): ReleaseCard {
  return prefill({
    reasonText: 'Opzegging door werknemer',
    reasons: { 'opzegging door werknemer': 'resignation', Ontslag: 'dismissal' },
    employmentEnd: '2026-12-31',
    lastWorkingDay: null,
    leaver: 'leaver',
    managerOf: (person) => managers[person] ?? null,
    leaving: new Set(['leaver']),
    hr: 'hr1',
    ...over,
  });
}

function set(from: ReleaseCard, key: string, value: unknown): ReleaseCard {
  const result = setKey(from, key, value);
  if (!result.ok) throw new Error(result.problem);
  return result.card;
}

describe('permits: what a reason of leaving allows', () => {
  it.each(['dismissal', 'summary-dismissal', 'death', 'incapacity', 'unknown'] as const)(
    '%s: the leaver is asked nothing',
    (reason) => {
      expect(permits(reason)).toMatchObject({ list: 'no', calls: 'no', mails: 'no' });
      expect(defaultAsking(reason, 'no')).toBe('none');
    },
  );

  it.each(['death', 'summary-dismissal', 'unknown'] as const)('%s: no invitation and no check-ins, not even by HR', (reason) => {
    expect(permits(reason)).toMatchObject({ invitation: 'no', checkIns: 'no', recall: 'no' });
  });

  it('unknown permits nothing outward', () => {
    expect(new Set(Object.values(permissionTable.unknown))).toEqual(new Set(['no', 'nothing']));
  });

  it('whoever goes to a competitor introduces nobody', () => {
    expect(permits('resignation', 'yes')).toEqual({
      list: 'limited',
      calls: 'no',
      mails: 'no',
      invitation: 'hr',
      checkIns: 'no',
      recall: 'limited',
      contactText: 'successor',
    });
    expect(defaultAsking('resignation', 'unknown')).toBe('limited');
    expect(defaultAsking('resignation', 'no')).toBe('full');
  });

  it('a competitor never permits more than none', () => {
    const rank = { no: 0, hr: 1, limited: 1, yes: 2 } as const;
    fc.assert(
      fc.property(fc.constantFrom(...reasons), fc.constantFrom(...competitorAnswers), (reason, competitor) => {
        const [free, bound] = [permits(reason, 'no'), permits(reason, competitor)];
        for (const what of ['list', 'calls', 'mails', 'invitation', 'checkIns', 'recall'] as const) {
          expect(rank[bound[what]]).toBeLessThanOrEqual(rank[free[what]]);
        }
      }),
    );
  });
});

describe('prefill', () => {
  it('brings what the HRIS settles and leaves the rest closed', () => {
    expect(card()).toEqual({
      reason: 'resignation',
      employmentEnd: '2026-12-31',
      lastWorkingDay: '2026-12-31',
      asking: 'limited',
      competitor: 'unknown',
      whoKnows: 'circle',
      circle: ['hr1', 'manager'],
      announcement: null,
      custodian: 'manager',
      legalHold: false,
      alumni: 'by-reason',
      edited: [],
    });
  });

  it.each([
    ['ONTSLAG ', 'dismissal'],
    ['Wederzijds goedvinden', 'unknown'],
    ['constructor', 'unknown'],
    [null, 'unknown'],
  ] as const)('the wording %s is %s', (reasonText, reason) => {
    expect(card({ reasonText })).toMatchObject({ reason });
  });

  it('the HRIS’s last working day comes before the end of employment', () => {
    expect(card({ lastWorkingDay: '2026-12-18' }).lastWorkingDay).toBe('2026-12-18');
  });

  it('the custodian stays when managers leave too', () => {
    const managerOf = (person: string) => managers[person] ?? null;
    expect(custodianOf('leaver', managerOf, new Set(['manager']))).toBe('director');
    expect(custodianOf('leaver', managerOf, new Set(['manager', 'director', 'ceo']))).toBeNull();
    expect(custodianOf('leaver', () => 'leaver', new Set())).toBeNull();
    const circular = (person: string) => (person === 'a' ? 'b' : 'a');
    expect(custodianOf('leaver', circular, new Set(['a', 'b']))).toBeNull();
  });
});

describe('setKey', () => {
  it.each<[string, unknown, Partial<ReleaseCard>]>([
    ['reason', 'dismissal', { reason: 'dismissal', asking: 'none' }],
    ['lastWorkingDay', '2026-12-18', { lastWorkingDay: '2026-12-18' }],
    ['employmentEnd', '', { employmentEnd: null }],
    ['competitor', 'no', { competitor: 'no', asking: 'full' }],
    ['whoKnows', 'team', { whoKnows: 'team' }],
    ['whoKnows', '2026-12-01', { whoKnows: '2026-12-01' }],
    ['circle', 'hr1, p-2,hr1', { circle: ['hr1', 'p-2'] }],
    ['circle', ['p-3'], { circle: ['p-3'] }],
    ['announcement', 'Jeroen gaat verder.', { announcement: 'Jeroen gaat verder.' }],
    ['custodian', 'p-7', { custodian: 'p-7' }],
    ['legalHold', 'true', { legalHold: true }],
    ['alumni', 'yes', { alumni: 'yes' }],
    ['legalHold', false, { legalHold: false }],
  ])('%s = %o', (key, value, expected) => {
    expect(set(card(), key, value)).toMatchObject({ ...expected, edited: [key] });
  });

  it.each<[string, unknown]>([
    ['reason', 'fired'],
    ['lastWorkingDay', '18-12-2026'],
    ['lastWorkingDay', '2026-02-30'],
    ['asking', 'maybe'],
    ['competitor', true],
    ['whoKnows', 'contacts'],
    ['circle', ''],
    ['circle', []],
    ['circle', [7]],
    ['custodian', 'two words'],
    ['legalHold', 'yes'],
    ['custodianId', 'p-7'],
    ['edited', []],
    ['__proto__', {}],
  ])('%s = %o is refused in one sentence, so that no typo releases a handover', (key, value) => {
    const result = setKey(card(), key, value);
    expect(result).toMatchObject({ ok: false, path: key, problem: expect.stringMatching(/^[A-Z].*\.$/) });
  });

  it('people have to be known', () => {
    expect(setKey(card(), 'custodian', 'p-7', () => false).ok).toBe(false);
    expect(setKey(card(), 'circle', 'p-7,p-8', (id) => id === 'p-7').ok).toBe(false);
  });

  it('an asking that HR chose stays when the reason changes', () => {
    expect(set(set(card(), 'asking', 'none'), 'reason', 'retirement').asking).toBe('none');
  });

  it('never throws and never changes the card it was given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...cardKeys), fc.string()), fc.anything(), (key, value) => {
        const before = card();
        setKey(before, key, value);
        expect(before).toEqual(card());
      }),
    );
  });

  it('a later HRIS reading changes only what HR left alone', () => {
    const edited = set(card(), 'lastWorkingDay', '2026-12-18');
    const later = refill(edited, card({ employmentEnd: '2027-01-31', reasonText: 'Ontslag' }));
    expect(later).toMatchObject({
      lastWorkingDay: '2026-12-18',
      employmentEnd: '2027-01-31',
      reason: 'dismissal',
      asking: 'none',
    });
    expect(later.edited).toEqual(['lastWorkingDay']);
  });
});

describe('incomplete', () => {
  it('a prefilled card is complete, also with a reason that nobody knows', () => {
    expect(incomplete(card())).toEqual([]);
    expect(incomplete(card({ reasonText: null }))).toEqual([]);
  });

  it('names every field that is missing at once', () => {
    const empty = card({ employmentEnd: null, managerOf: () => null });
    expect(incomplete(empty).map(({ path }) => path)).toEqual(['lastWorkingDay', 'employmentEnd', 'custodian']);
  });

  it('cover ends no employment, but has a last working day', () => {
    expect(incomplete(set(set(card({ employmentEnd: null }), 'reason', 'cover'), 'lastWorkingDay', '2026-12-18'))).toEqual([]);
  });

  it('nobody works after the end', () => {
    expect(incomplete(set(card(), 'lastWorkingDay', '2027-01-01')).map(({ path }) => path)).toEqual(['lastWorkingDay']);
  });
});

describe('told', () => {
  it.each([
    ['circle', [], null],
    ['leaver', ['leaver'], null],
    ['team', ['leaver', 'team'], null],
    ['2026-12-01', ['leaver', 'team'], '2026-12-01'],
  ])('who knows %s: told %o, contacts from %s', (whoKnows, told, from) => {
    expect(toldAtRelease(whoKnows)).toEqual(told);
    expect(contactsFrom(whoKnows)).toBe(from);
  });

  it('opens in one order only', () => {
    expect(nextAudience([])).toBe('leaver');
    expect(nextAudience(['leaver'])).toBe('team');
    expect(nextAudience(['leaver', 'team'])).toBe('contacts');
    expect(nextAudience(['leaver', 'team', 'contacts'])).toBeNull();
  });
});
