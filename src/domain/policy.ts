import type { Duration } from './words.js';

/** A wall-clock time of the leaver's country, `HH:MM` or `HH:MM:SS`; `24:00` is the end of the day. */
export type ClockTime = string;
/** Two wall-clock times, `18:00-07:00`; the window may pass midnight, `00:00-24:00` is always open. */
export type ClockWindow = string;
/** A weekday as `baton.yaml` names it. */
export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** What happens when, as a company configures it; `policy.md` explains every value. */
export interface Policy {
  readonly release: { readonly required: boolean; readonly dueAfter: Duration; readonly remindAfter: Duration };
  readonly calendar: {
    readonly workingHours: ClockWindow;
    readonly workingDays: readonly Weekday[];
    readonly publicHolidays: boolean;
  };
  readonly lastDay: {
    readonly custodianAt: ClockTime;
    readonly movesAt: ClockTime;
    readonly ends: ClockTime;
    readonly employmentEnds: ClockTime;
  };
  readonly urgent: {
    readonly whenAtMost: Duration;
    readonly release: Duration;
    readonly approval: Duration;
    readonly escalateAt: readonly Duration[];
    readonly custodianAfterTold: Duration;
    readonly movesAfterTold: Duration;
  };
  readonly decisions: { readonly bareSignals: 'never' | 'after-team' | 'always' };
  readonly brake: { readonly people: number; readonly share: number; readonly within: Duration };
  readonly approvals: {
    readonly due: { readonly shareOfRemaining: number; readonly min: Duration; readonly max: Duration };
    readonly remindAt: number;
    readonly escalateAt: readonly number[];
    readonly maxSingleQuestions: number;
  };
  readonly capacity: { readonly overMedian: number };
  readonly transfer: {
    readonly canary: { readonly records: number; readonly pause: Duration };
    readonly window: ClockWindow;
    readonly keepDealsClosingWithin: Duration;
    readonly undo: Duration;
    readonly sweep: { readonly daily: Duration; readonly again: Duration };
  };
  readonly retention: { readonly deliveries: Duration };
}

/** The defaults of `policy.md` 14, as far as this version acts on them. */
export const defaultPolicy: Policy = {
  release: { required: true, dueAfter: '1bd', remindAfter: '4bh' },
  calendar: { workingHours: '09:00-17:00', workingDays: ['mon', 'tue', 'wed', 'thu', 'fri'], publicHolidays: true },
  lastDay: { custodianAt: '12:00', movesAt: '18:00', ends: '24:00', employmentEnds: '24:00' },
  urgent: {
    whenAtMost: '1bd',
    release: '2bh',
    approval: '2bh',
    escalateAt: ['1bh', '2bh', '3bh'],
    custodianAfterTold: '1bh',
    movesAfterTold: '1bh',
  },
  decisions: { bareSignals: 'after-team' },
  brake: { people: 10, share: 0.02, within: 'PT1H' },
  approvals: {
    due: { shareOfRemaining: 0.1, min: '4bh', max: '2bd' },
    remindAt: 0.5,
    escalateAt: [1, 1.5],
    maxSingleQuestions: 12,
  },
  capacity: { overMedian: 1.2 },
  transfer: {
    canary: { records: 3, pause: 'PT15M' },
    window: '18:00-07:00',
    keepDealsClosingWithin: '5bd',
    undo: 'P30D',
    sweep: { daily: 'P30D', again: 'P90D' },
  },
  retention: { deliveries: 'P30D' },
};
