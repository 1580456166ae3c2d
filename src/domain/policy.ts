import type { Duration, Method, Tier } from './words.js';

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
  readonly introductions: {
    /** `cap` per leaver, null without one; what a cap leaves out falls to the next tier. */
    readonly tiers: Readonly<Record<Tier, { readonly cap: number | null; readonly method: Method }>>;
    /** Share of the leaver's real working time that introductions may take. */
    readonly leaverTimeShare: number;
    readonly perDay: { readonly leaver: number; readonly successor: number };
    readonly emailDoneWhen: { readonly successorContactWithin: Duration };
    readonly contactConfirmationLink: boolean;
    /** Shares of the working time between release and the end of the last working day. */
    readonly window: {
      /** When the two walk-throughs with the successor are held, at the latest. */
      readonly walkThrough: readonly [number, number];
      readonly callsBookedBy: number;
      readonly calls: readonly [number, number];
      readonly mails: readonly [number, number];
      readonly recheckFit: number;
    };
    readonly call: { readonly length: Duration; readonly proposals: number; readonly notice: Duration };
    /** How often the CRM is asked which tasks were completed. */
    readonly look: Duration;
  };
  readonly messages: {
    readonly digest: { readonly at: ClockTime };
    /** Whether Baton's mail connection may send in the leaver's or successor's name, after that person's click on each message. */
    readonly inPersonsName: boolean;
  };
  readonly debts: { readonly followUp: readonly Duration[] };
  readonly scores: readonly Duration[];
  readonly alumni: {
    readonly askFrom: Duration;
    readonly inviteAfterEnd: Duration;
    readonly remind: Duration;
    readonly eraseAfterReminder: Duration;
  };
  readonly checkIns: {
    readonly offsets: readonly Duration[];
    readonly retirees: readonly Duration[];
    readonly days: readonly Weekday[];
    /** Business days within which a check-in is spread. */
    readonly jitter: Duration;
    readonly hours: ClockWindow;
    readonly skipHolidays: boolean;
    /** Yearly periods without check-ins, `MM-DD/MM-DD`, both days included; they may pass the new year. */
    readonly quiet: readonly string[];
    readonly lastSilence: { readonly remind: Duration; readonly erase: Duration };
  };
  readonly network: {
    readonly enabled: boolean;
    /** Reference of the works council's consent. */
    readonly worksCouncil: string | null;
    /** Day of the data-protection impact assessment. */
    readonly dpia: string | null;
  };
  readonly retention: {
    readonly deliveries: Duration;
    readonly contactNotes: Duration;
    readonly suppressionHash: Duration;
  };
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
  introductions: {
    tiers: {
      A: { cap: 15, method: 'joint-call' },
      B: { cap: 45, method: 'email' },
      C: { cap: null, method: 'notice' },
      D: { cap: null, method: 'none' },
    },
    leaverTimeShare: 0.3,
    perDay: { leaver: 8, successor: 12 },
    emailDoneWhen: { successorContactWithin: '5bd' },
    contactConfirmationLink: false,
    window: { walkThrough: [0.2, 0.85], callsBookedBy: 0.3, calls: [0.3, 0.85], mails: [0.3, 0.9], recheckFit: 0.6 },
    call: { length: 'PT30M', proposals: 3, notice: '1bd' },
    look: '1bh',
  },
  messages: { digest: { at: '08:30' }, inPersonsName: false },
  debts: { followUp: ['5bd', '15bd', '30bd'] },
  scores: ['P90D', 'P180D'],
  alumni: { askFrom: '10bd', inviteAfterEnd: 'P7D', remind: 'P14D', eraseAfterReminder: 'P14D' },
  checkIns: {
    offsets: ['P1M', 'P3M', 'P6M', 'P12M'],
    retirees: ['P1M', 'P6M', 'P12M'],
    days: ['tue', 'wed', 'thu'],
    jitter: '3bd',
    hours: '10:00-15:00',
    skipHolidays: true,
    quiet: ['07-15/08-15', '12-20/01-05'],
    lastSilence: { remind: 'P30D', erase: 'P60D' },
  },
  network: { enabled: false, worksCouncil: null, dpia: null },
  retention: { deliveries: 'P30D', contactNotes: 'P12M', suppressionHash: 'P24M' },
};
