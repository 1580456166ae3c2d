import type { AssignmentState, Audience, Instant, Outcome, Stage, StepState, WaitingFor } from './words.js';

/** Assignments of one step that share what decides when they may move. */
export interface AssignmentGroup {
  readonly state: AssignmentState;
  readonly canary: boolean;
  /** Stays with the leaver until the last working day. */
  readonly late: boolean;
  readonly count: number;
}

/** When an approver is reminded, and when the next one in the chain is asked. */
export interface ApprovalTimes {
  readonly remindAt: Instant;
  readonly escalateAt: readonly Instant[];
}

export interface StepFacts {
  readonly id: string;
  readonly state: StepState;
  /** People asked so far, oldest first. */
  readonly asked: readonly string[];
  /** People who may be asked next, best first; none of those asked. */
  readonly chain: readonly string[];
  readonly reminded: boolean;
  readonly timedOut: boolean;
  /** When the step's first records were found to have moved; null before. */
  readonly canaryAt: Instant | null;
  /** Null until somebody was asked. */
  readonly times: ApprovalTimes | null;
  readonly groups: readonly AssignmentGroup[];
  /** From when each kind of assignment may be written; null while that is open. */
  readonly due: { readonly canary: Instant | null; readonly rest: Instant | null; readonly late: Instant | null };
}

/** Everything that decides what a handover does next. */
export interface HandoverFacts {
  readonly mode: 'observe' | 'act';
  readonly closed: Outcome | null;
  /** Whether the ending that was last acted on is in force; false once a rescission was. */
  readonly inForce: boolean;
  /** Whether the newest reading withdrew the ending, acted on or not. */
  readonly withdrawn: boolean;
  readonly evidence: 'ok' | 'unknown';
  readonly paused: boolean;
  readonly held: boolean;
  readonly snapshotDone: boolean;
  readonly released: boolean;
  readonly planned: boolean;
  /** How often HR was asked to release, and when it is asked next. */
  readonly release: { readonly asked: number; readonly askAt: Instant; readonly dueAt: Instant };
  readonly told: readonly Audience[];
  /** When contacts may know without being asked again; null when somebody says so. */
  readonly contactsFrom: Instant | null;
  readonly steps: readonly StepFacts[];
  readonly deadlines: { readonly custodianAt: Instant | null; readonly lastDayEnds: Instant } | null;
  readonly parked: readonly { readonly id: string; readonly what: string; readonly step: string | null }[];
  /** Mails to HR always go; those to approvers wait while outward steps are stopped. */
  readonly queuedMails: { readonly hr: number; readonly approvers: number };
  /** Why writes are being taken back, and how many rows are still to be. */
  readonly restoring: 'rescinded' | 'undo' | null;
  readonly restoreOpen: number;
  /** Whether the CRM was searched again after the last working day. */
  readonly swept: boolean;
  /** Assignments that a person gave up. */
  readonly givenUp: number;
  /** Introductions that are still to take place. */
  readonly introductions: number;
  /** The alumni invitation that keeps the handover open; null when there is none to wait for. */
  readonly invitation: { readonly at: Instant } | null;
}

/** A change of rows that `next` finds due; the caller applies it and asks again. */
export type Change =
  | { readonly change: 'ask-release'; readonly nth: number }
  | { readonly change: 'ask-approval'; readonly step: string; readonly approver: string; readonly late: boolean }
  | { readonly change: 'remind'; readonly step: string }
  | { readonly change: 'to-custodian'; readonly steps: readonly string[] }
  | { readonly change: 'step-state'; readonly step: string; readonly state: StepState }
  | { readonly change: 'park-records'; readonly step: string }
  | { readonly change: 'canary-moved'; readonly step: string }
  | { readonly change: 'told'; readonly audience: Audience }
  | { readonly change: 'restore-ended' }
  | { readonly change: 'skip-everything' }
  | { readonly change: 'close'; readonly outcome: Outcome };

export type Motion = 'snapshot' | 'plan' | 'mail' | 'transfer' | 'restore' | 'sweep';

export interface Waiting {
  readonly what: WaitingFor;
  readonly step?: string;
  readonly until?: Instant;
}

/** What to change now; when nothing is to be changed, where the handover stands and what it waits for. */
export interface Next {
  readonly changes: readonly Change[];
  readonly stage: Stage;
  readonly waitingFor: readonly Waiting[];
  readonly motions: readonly Motion[];
  readonly dueAt: Instant | null;
}

/** What was neither written nor given up. */
const unwritten: readonly AssignmentState[] = ['owned', 'planned', 'approved'];
const openStates: readonly AssignmentState[] = ['approved', 'intended', 'written'];

/** Decides what a handover does next. Total and pure: the same facts and instant give the same answer. */
export function next(facts: HandoverFacts, now: Instant): Next {
  if (facts.closed) return standing('closed');
  const mail = hasMail(facts) && !isParked(facts, 'mail') ? motion('mail') : [];
  const found =
    restoring(facts) ?? beforePlan(facts, now) ?? (facts.mode === 'observe' ? observing(facts, now) : moving(facts, now));
  return { ...found, motions: [...found.motions, ...mail] };
}

/** Whether a mail may go now: an approver hears nothing of a handover that is stopped or withdrawn. */
export function hasMail(facts: HandoverFacts): boolean {
  return facts.queuedMails.hr > 0 || (facts.queuedMails.approvers > 0 && !isStopped(facts));
}

/** Whether people or the HRIS have stopped it: paused, held by the brake, unproven, or withdrawn. */
export function isStopped({
  paused,
  held,
  evidence,
  inForce,
  withdrawn,
}: Pick<HandoverFacts, 'paused' | 'held' | 'evidence' | 'inForce' | 'withdrawn'>): boolean {
  return paused || held || evidence === 'unknown' || !inForce || withdrawn;
}

/** Which groups of a step's assignments may be written at this instant. */
export function dueGroups(step: StepFacts, now: Instant): readonly ('canary' | 'rest' | 'late')[] {
  const kinds = ['canary', 'rest', 'late'] as const;
  return kinds.filter((kind) => {
    const due = step.due[kind];
    return due !== null && due <= now && openCount(step, kind) > 0;
  });
}

/** Whether outward steps are stopped: by a person, by the brake, by an HRIS that no longer says anything, or by a rescission. */
export function isFenced(facts: HandoverFacts): boolean {
  return isStopped(facts) || facts.restoring !== null || facts.closed !== null || facts.mode === 'observe';
}

function standing(stage: Stage, rest: Partial<Next> = {}): Next {
  return { changes: [], stage, waitingFor: [], motions: [], dueAt: null, ...rest };
}

function motion(name: Motion): readonly Motion[] {
  return [name];
}

function isParked(facts: HandoverFacts, what: string): boolean {
  return facts.parked.some((item) => item.what === what);
}

function restoring(facts: HandoverFacts): Next | null {
  const stage = 'restoring';
  if (facts.inForce && facts.restoring === null) return null;
  // Too many withdrawn endings at once are as suspicious as too many new ones; what a person undoes is never held.
  if (facts.restoring !== 'undo' && (facts.held || facts.paused)) return standing(stage, { waitingFor: [{ what: 'operator' }] });
  if (facts.restoring && facts.restoreOpen > 0) {
    return isParked(facts, 'restore')
      ? standing(stage, { waitingFor: [{ what: 'operator' }] })
      : standing(stage, { motions: motion('restore'), waitingFor: [{ what: 'vendor' }] });
  }
  const states = facts.steps.flatMap((step) => restoredState(step));
  if (facts.restoring === 'undo') return standing(stage, { changes: [...states, { change: 'restore-ended' }] });
  if (facts.restoring === null && isParked(facts, 'restore'))
    return standing(stage, { waitingFor: [{ what: 'restore-decision' }] });
  return standing(stage, { changes: [...states, { change: 'close', outcome: 'rescinded' }] });
}

/** A step of which nothing is left was restored, whether it had been decided or not. */
function restoredState(step: StepFacts): readonly Change[] {
  const isAll = step.groups.length > 0 && step.groups.every((group) => group.state === 'restored');
  return isAll && step.state !== 'restored' ? [{ change: 'step-state', step: step.id, state: 'restored' }] : [];
}

function beforePlan(facts: HandoverFacts, now: Instant): Next | null {
  if (!facts.snapshotDone) {
    return isParked(facts, 'snapshot')
      ? standing('snapshotting', { waitingFor: [{ what: 'operator' }] })
      : standing('snapshotting', { motions: motion('snapshot'), waitingFor: [{ what: 'vendor' }] });
  }
  if (!facts.released) {
    if (facts.release.askAt <= now && !facts.held && !facts.paused)
      return standing('awaiting-release', { changes: [{ change: 'ask-release', nth: facts.release.asked }] });
    return standing('awaiting-release', {
      waitingFor: [{ what: 'release', until: facts.release.dueAt }, ...holds(facts)],
      dueAt: earliestAfter([facts.release.askAt], now),
    });
  }
  if (facts.planned) return null;
  return isParked(facts, 'plan')
    ? standing('planning', { waitingFor: [{ what: 'operator' }] })
    : standing('planning', { motions: motion('plan') });
}

/** In `observe` the plan is there to be looked at; on the last working day everything is skipped. */
function observing(facts: HandoverFacts, now: Instant): Next {
  const ends = facts.deadlines?.lastDayEnds ?? null;
  if (ends !== null && ends <= now) {
    const open = facts.steps.some((step) => step.groups.some((group) => unwritten.includes(group.state)));
    return standing('closed', { changes: [open ? { change: 'skip-everything' } : { change: 'close', outcome: 'completed' }] });
  }
  return standing('awaiting-approval', { waitingFor: [lastDay(ends)], dueAt: ends });
}

function moving(facts: HandoverFacts, now: Instant): Next {
  const changes = [
    ...toldByDate(facts, now),
    ...facts.steps.flatMap((step) => stepChanges(facts, step)),
    ...approvalChanges(facts, now),
  ];
  const waiting = facts.steps.filter((step) => step.state === 'waiting');
  const open = facts.steps.filter((step) => hasOpen(step));
  const transfer = transferNow(facts, open, now);
  const ends = facts.deadlines?.lastDayEnds ?? null;
  if (changes.length === 0 && waiting.length === 0 && open.length === 0 && ends !== null && ends <= now)
    return closing(facts, now);
  const times = [
    ...waiting.flatMap((step) => approvalTimes(facts, step)),
    ...open.flatMap((step) => transferTimes(facts, step)),
    ends,
    facts.contactsFrom,
  ];
  return {
    changes,
    stage: stageOf(facts, waiting.length, open.length, transfer),
    waitingFor: [
      ...waiting.map(approvalWait),
      ...toldWait(facts, open),
      ...introductionsWait(facts, ends),
      ...transferWait(facts, open, transfer, now),
      ...holds(facts),
      ...restWait(waiting.length + open.length, ends),
    ],
    motions: transfer ? motion('transfer') : [],
    dueAt: earliestAfter(times, now),
  };
}

function stageOf(facts: HandoverFacts, waiting: number, open: number, transfer: boolean): Stage {
  if (transfer) return 'transferring';
  if (waiting > 0) return 'awaiting-approval';
  if (open > 0 && facts.introductions > 0 && facts.told.includes('contacts')) return 'introducing';
  if (open > 0) return facts.told.includes('team') ? 'transferring' : 'awaiting-told';
  return 'verifying';
}

function toldByDate(facts: HandoverFacts, now: Instant): readonly Change[] {
  const due =
    facts.contactsFrom !== null && facts.contactsFrom <= now && facts.told.includes('team') && !facts.told.includes('contacts');
  return due ? [{ change: 'told', audience: 'contacts' }] : [];
}

/** What rows alone say of a step: parked records are shown, its canary has moved, and its state follows from its assignments once it was decided. */
function stepChanges(facts: HandoverFacts, step: StepFacts): readonly Change[] {
  const parked = step.groups.some((group) => group.state === 'parked');
  const isShown = facts.parked.some((item) => item.what === 'records' && item.step === step.id);
  const park: readonly Change[] = parked && !isShown ? [{ change: 'park-records', step: step.id }] : [];
  if (step.state === 'waiting' || step.state === 'refused') return park;
  const canary = step.groups.filter((group) => group.canary && !group.late);
  const hasMoved =
    step.canaryAt === null &&
    canary.every((group) => group.state !== 'parked' && !isOpen(group.state) && group.state !== 'planned');
  const state = stepState(step);
  return [
    ...park,
    ...(hasMoved ? [{ change: 'canary-moved' as const, step: step.id }] : []),
    ...(state === step.state ? [] : [{ change: 'step-state' as const, step: step.id, state }]),
  ];
}

function isOpen(state: AssignmentState): boolean {
  return openStates.includes(state);
}

/** What a decided step's assignments say of it. */
export function stepState(step: StepFacts): StepState {
  const count = (...states: AssignmentState[]) =>
    step.groups.reduce((sum, group) => sum + (states.includes(group.state) ? group.count : 0), 0);
  if (count('parked') > 0 && count('approved', 'intended', 'written') === 0) return 'parked';
  if (count('approved', 'intended', 'written', 'planned') > 0) {
    if (count('intended', 'written', 'verified') > 0) return 'applying';
    return step.state === 'to-custodian' ? 'to-custodian' : 'approved';
  }
  return count('verified') === 0 && count('restored') > 0 ? 'restored' : 'verified';
}

function approvalChanges(facts: HandoverFacts, now: Instant): readonly Change[] {
  const waiting = facts.steps.filter((step) => step.state === 'waiting');
  if (waiting.length === 0 || isStopped(facts)) return [];
  const custodianAt = facts.deadlines?.custodianAt ?? null;
  if (custodianAt !== null && custodianAt <= now) return [{ change: 'to-custodian', steps: waiting.map((step) => step.id) }];
  return waiting.flatMap((step) => askedChanges(step, now));
}

function askedChanges(step: StepFacts, now: Instant): readonly Change[] {
  const [approver] = step.chain;
  if (step.times === null) return approver ? [{ change: 'ask-approval', step: step.id, approver, late: false }] : [];
  const escalateAt = nextEscalation(step);
  if (approver && escalateAt !== null && escalateAt <= now)
    return [{ change: 'ask-approval', step: step.id, approver, late: true }];
  return step.times.remindAt <= now && !step.reminded ? [{ change: 'remind', step: step.id }] : [];
}

/** The first approver answers until the first escalation, and so on; after the last one the clock is the custodian's. */
function nextEscalation(step: StepFacts): Instant | null {
  return step.times?.escalateAt[step.asked.length - 1] ?? null;
}

function approvalTimes(facts: HandoverFacts, step: StepFacts): readonly (Instant | null)[] {
  return [
    step.reminded ? null : (step.times?.remindAt ?? null),
    step.chain.length > 0 ? nextEscalation(step) : null,
    facts.deadlines?.custodianAt ?? null,
  ];
}

function approvalWait(step: StepFacts): Waiting {
  const until = nextEscalation(step);
  return { what: 'approval', step: step.id, ...(until && { until }) };
}

function toldWait(facts: HandoverFacts, open: readonly StepFacts[]): readonly Waiting[] {
  return open.length > 0 && !facts.told.includes('team') ? [{ what: 'told' }] : [];
}

/** Contacts are told by a person; until then nobody is introduced to them. */
function introductionsWait(facts: HandoverFacts, ends: Instant | null): readonly Waiting[] {
  if (facts.introductions === 0 || facts.told.length === 0) return [];
  if (!facts.told.includes('contacts') && facts.contactsFrom === null && facts.told.includes('team')) return [{ what: 'told' }];
  return facts.told.includes('contacts') ? [{ what: 'introductions', ...(ends && { until: ends }) }] : [];
}

function transferNow(facts: HandoverFacts, open: readonly StepFacts[], now: Instant): boolean {
  return (
    !isFenced(facts) &&
    facts.told.includes('team') &&
    !isParked(facts, 'transfer') &&
    open.some((step) => dueGroups(step, now).length > 0)
  );
}

function transferTimes(facts: HandoverFacts, step: StepFacts): readonly (Instant | null)[] {
  if (!facts.told.includes('team')) return [];
  const kinds = ['canary', 'rest', 'late'] as const;
  return kinds.map((kind) => (openCount(step, kind) > 0 ? step.due[kind] : null));
}

function transferWait(facts: HandoverFacts, open: readonly StepFacts[], transfer: boolean, now: Instant): readonly Waiting[] {
  if (transfer) return [{ what: 'vendor' }];
  const until = earliestAfter(
    open.flatMap((step) => transferTimes(facts, step)),
    now,
  );
  return until ? [{ what: 'transfer-window', until }] : [];
}

function holds(facts: HandoverFacts): readonly Waiting[] {
  const operator = facts.paused || facts.held || facts.parked.length > 0;
  return [
    ...(facts.evidence === 'unknown' ? [{ what: 'evidence' as const }] : []),
    ...(operator ? [{ what: 'operator' as const }] : []),
  ];
}

function restWait(unfinished: number, ends: Instant | null): readonly Waiting[] {
  return unfinished === 0 ? [lastDay(ends)] : [];
}

function lastDay(ends: Instant | null): Waiting {
  return { what: 'last-working-day', ...(ends && { until: ends }) };
}

/** After the last working day: search once more, wait for the alumni invitation, and close unless something waits for a person. */
function closing(facts: HandoverFacts, now: Instant): Next {
  const waitingFor = holds(facts);
  if (!facts.swept && !isParked(facts, 'sweep'))
    return standing('verifying', { motions: isFenced(facts) ? [] : motion('sweep'), waitingFor });
  if (waitingFor.length > 0) return standing('verifying', { waitingFor });
  if (facts.invitation !== null) {
    const dueAt = earliestAfter([facts.invitation.at], now);
    return standing('inviting', { waitingFor: [{ what: 'invitation', until: facts.invitation.at }], dueAt });
  }
  return standing('verifying', { changes: [{ change: 'close', outcome: closeOutcome(facts) }] });
}

function closeOutcome(facts: HandoverFacts): Outcome {
  if (facts.givenUp > 0) return 'incomplete';
  const moved = facts.steps.some((step) => step.state === 'verified');
  return !moved && facts.steps.some((step) => step.state === 'restored') ? 'restored' : 'completed';
}

function hasOpen(step: StepFacts): boolean {
  return step.groups.some((group) => openStates.includes(group.state));
}

function openCount(step: StepFacts, kind: 'canary' | 'rest' | 'late'): number {
  const groups = step.groups.filter((group) => openStates.includes(group.state) && kindOf(group) === kind);
  return groups.reduce((sum, group) => sum + group.count, 0);
}

function kindOf(group: AssignmentGroup): 'canary' | 'rest' | 'late' {
  if (group.late) return 'late';
  return group.canary ? 'canary' : 'rest';
}

function earliestAfter(times: readonly (Instant | null)[], now: Instant): Instant | null {
  const future = times.filter((time) => time !== null).filter((time) => time > now);
  return future.length === 0 ? null : future.reduce((first, time) => (time < first ? time : first));
}
