import type {
  Audience,
  Day,
  Instant,
  IntroductionState,
  MembershipState,
  Outcome,
  Stage,
  StepState,
  WaitingFor,
} from '../src/domain/words.js';

/** Everything a caller of the workflows may know. Names in this file are public API: change them only by a patch with a committed history. */

/** The one task queue. */
export const taskQueue = 'baton';

/** Custom search attributes: for the Temporal UI only, never read by Baton. */
export const searchAttributes = {
  BatonStage: 'Keyword',
  BatonConnection: 'Keyword',
  BatonWaitsFor: 'KeywordList',
  BatonDue: 'Datetime',
  BatonParked: 'Int',
  BatonDebts: 'Int',
} as const;

/** Workflow ids; `row` is an opaque row id. */
export const workflowIds = {
  employment: (row: string) => `employment/${row}`,
  handover: (row: string) => `handover/${row}`,
  transfer: (row: string) => `handover/${row}/transfer`,
  restore: (row: string) => `handover/${row}/restore`,
  introductions: (row: string) => `handover/${row}/introductions`,
  membership: (row: string) => `membership/${row}`,
  reconcile: (connection: string) => `reconcile/${connection}`,
  sweep: 'sweep',
  followUp: 'followUp',
  bounces: 'bounces',
} as const;

/** The row id inside a handover's workflow id, or the text itself when it is one already. */
export function handoverRow(id: string): string {
  return id.startsWith('handover/') ? id.slice('handover/'.length) : id;
}

export interface EmploymentInput {
  readonly employment: string;
}
export interface HandoverInput {
  readonly handover: string;
  readonly connection: string;
  /** From the run before, when this one continues it. */
  readonly refusals?: readonly RefusalEntry[];
}
export interface MembershipInput {
  readonly member: string;
  /** When this run first looks at the rows; without it, at once. */
  readonly dueAt?: Instant;
}
/** `transfer`, `restore` and `introductions` work through rows; the input says whose. */
export interface RowsInput {
  readonly handover: string;
}
export interface ReconcileInput {
  readonly connection: string;
}

/** What a message to `handover` may carry: ids, versions and states only. */
export interface Inputs {
  readonly release: { readonly decisionId?: string };
  readonly approve: {
    readonly step: string;
    readonly planVersion?: number;
    readonly except?: readonly string[];
    readonly decisionId?: string;
  };
  readonly refuse: {
    readonly step: string;
    readonly planVersion?: number;
    readonly then?: 'custodian' | 'replan';
    readonly decisionId?: string;
  };
  readonly reassign: {
    readonly step: string;
    readonly successor: string;
    readonly bundles?: readonly string[];
    readonly planVersion?: number;
    readonly decisionId?: string;
  };
  readonly told: { readonly audience: Audience; readonly decisionId?: string };
  readonly retry: { readonly parked: string; readonly decisionId?: string };
  readonly skip: { readonly parked: string; readonly decisionId?: string };
  readonly undo: { readonly step: string; readonly bundles?: readonly string[]; readonly decisionId?: string };
  readonly pause: { readonly decisionId?: string };
  readonly resume: { readonly decisionId?: string };
}
/** The name of a decision that people send, as signal and as update. */
export type CommandName = keyof Inputs;
/** A decision with its input, read and found well-formed. */
export type Command = { [Name in CommandName]: { readonly name: Name } & Inputs[Name] }[CommandName];

export const commandNames: readonly CommandName[] = [
  'release',
  'approve',
  'refuse',
  'reassign',
  'told',
  'retry',
  'skip',
  'undo',
  'pause',
  'resume',
];

/** Why a decision was not taken. */
export type RefusalCode =
  | 'incomplete-release'
  | 'already-decided'
  | 'invalid-input'
  | 'unknown-step'
  | 'plan-changed'
  | 'not-your-step'
  | 'not-waiting'
  | 'invalid-successor'
  | 'nothing-to-undo'
  | 'unknown-message'
  | 'failed';

/** One place where an input is wrong. */
export interface Problem {
  readonly path: string;
  readonly problem: string;
}

/** A refusal: a code, one sentence for the operator, and where the input is wrong. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly text: string;
  readonly problems?: readonly Problem[];
}

/** A refusal as the status shows it. */
export interface RefusalEntry {
  readonly at: Instant;
  readonly message: string;
  readonly code: RefusalCode;
  readonly text: string;
}

/** Counts of a step's assignments; a count of zero is left out of a view. */
export interface StepCounts {
  readonly planned: number;
  readonly verified: number;
  readonly parked: number;
  readonly skipped: number;
  readonly restored: number;
}

/** A step as activities hand it to the workflow: short, since every view is in the history. */
export interface StepView extends Partial<StepCounts> {
  readonly id: string;
  readonly successor: string;
  readonly approver?: string;
  readonly state: StepState;
  readonly decidedAt?: Instant;
  readonly timedOut?: true;
}

export interface WaitingEntry {
  readonly what: WaitingFor;
  readonly step?: string;
  readonly until?: Instant;
}

export interface ParkedEntry {
  readonly id: string;
  readonly what: string;
  readonly kind: string;
  readonly since: Instant;
  readonly step?: string;
}

/** A piece of outward work that the workflow runs; which one is due is decided by the domain, in an activity. */
export type Motion = 'snapshot' | 'plan' | 'mail' | 'transfer' | 'restore' | 'sweep';

/** Where a handover stands, as rows say: what every activity of `handover` answers. */
export interface HandoverView {
  readonly revision: number;
  readonly stage: Stage;
  readonly outcome: Outcome | null;
  readonly lastWorkingDay: Day | null;
  readonly planVersion: number;
  readonly paused: boolean;
  readonly epoch: number;
  readonly desired: number;
  readonly applied: number;
  readonly told: readonly Audience[];
  readonly steps: readonly StepView[];
  readonly waitingFor: readonly WaitingEntry[];
  readonly parked: readonly ParkedEntry[];
  readonly motions: readonly Motion[];
  /** When to look again although nothing happened. */
  readonly dueAt: Instant | null;
  /** May a message without `decisionId` decide now? */
  readonly bareDecisions: boolean;
  readonly released: boolean;
  /** Introductions by state; a count of zero is left out. */
  readonly introductions?: Partial<Record<IntroductionState, number>>;
  readonly debts?: number;
  readonly membership?: MembershipState;
}

/** What an activity answers to a decision: the new view, or why it was refused. */
export type CommandAnswer = { readonly view: HandoverView } | { readonly refused: Refusal };

/** The answer of an update. */
export interface DecisionAnswer {
  readonly handover: string;
  readonly stage: Stage;
  readonly planVersion: number;
  readonly steps: readonly { readonly id: string; readonly state: StepState }[];
}

/** Counts of introductions by state, none left out. */
const noIntroductions: Readonly<Record<IntroductionState, number>> = {
  proposed: 0,
  agreed: 0,
  scheduled: 0,
  held: 0,
  sent: 0,
  done: 0,
  refused: 0,
  unreachable: 0,
  lapsed: 0,
  waived: 0,
};

/** The answer of the query `status`, and `status` in `baton show --json`. */
export interface HandoverStatus {
  readonly handover: string;
  readonly stage: Stage;
  readonly outcome: Outcome | null;
  readonly lastWorkingDay: Day | null;
  readonly planVersion: number;
  readonly paused: boolean;
  readonly epoch: number;
  readonly desired: number;
  readonly applied: number;
  readonly told: readonly Audience[];
  readonly steps: readonly {
    readonly id: string;
    readonly successor: string;
    readonly approver: string | null;
    readonly state: StepState;
    readonly decidedAt: Instant | null;
    readonly timedOut?: true;
    readonly counts: StepCounts;
  }[];
  readonly introductions: Readonly<Record<IntroductionState, number>>;
  readonly debts: number;
  readonly membership: MembershipState | null;
  readonly waitingFor: readonly WaitingEntry[];
  readonly parked: readonly ParkedEntry[];
  readonly refusals: readonly RefusalEntry[];
}

/** The status that callers see, from a view and the newest refusals. */
export function toStatus(handover: string, view: HandoverView, refusals: readonly RefusalEntry[]): HandoverStatus {
  const { stage, outcome, lastWorkingDay, planVersion, paused, epoch, desired, applied, told, waitingFor, parked } = view;
  return {
    handover: workflowIds.handover(handoverRow(handover)),
    stage,
    outcome,
    lastWorkingDay,
    planVersion,
    paused,
    epoch,
    desired,
    applied,
    told,
    steps: view.steps.map(toStatusStep),
    introductions: { ...noIntroductions, ...view.introductions },
    debts: view.debts ?? 0,
    membership: view.membership ?? null,
    waitingFor,
    parked,
    refusals,
  };
}

function toStatusStep(step: StepView): HandoverStatus['steps'][number] {
  const { id, successor, state, planned = 0, verified = 0, parked = 0, skipped = 0, restored = 0 } = step;
  return {
    id,
    successor,
    approver: step.approver ?? null,
    state,
    decidedAt: step.decidedAt ?? null,
    ...(step.timedOut && { timedOut: step.timedOut }),
    counts: { planned, verified, parked, skipped, restored },
  };
}

/** What `employment` tells `handover`: look at the row's version. */
export interface ChangedInput {
  readonly version: number;
}

/** A page of transfer or restore: how many rows were worked, whether more are due now. */
export interface PageResult {
  readonly worked: number;
  readonly more: boolean;
  /** Another epoch, a pause or the brake stopped the page before its end. */
  readonly fenced: boolean;
}

/** What a look at rows answers to the workflow that asked: when to look again, and whether there is nothing more to come. */
export interface Look {
  /** Null: only when something changes. */
  readonly dueAt: Instant | null;
  readonly ended: boolean;
}

/** What a look at a membership answers; `asked`: a check-in went out, with which a run ends. */
export interface MembershipLook extends Look {
  readonly asked: boolean;
}

/** Stands for a payload that could not be decoded; made by our payload converter so that no message can wedge a workflow. */
export interface Malformed {
  readonly malformedPayload: true;
  readonly encoding: string;
}

/** Whether a value is what our payload converter makes of a payload that cannot be decoded. */
export function isMalformed(value: unknown): value is Malformed {
  return typeof value === 'object' && value !== null && 'malformedPayload' in value && value.malformedPayload === true;
}
