import type { Next } from '../src/domain/handover.js';
import type { Outcome } from '../src/domain/words.js';
import type { HandoverView, StepView } from '../workflows/contract.js';
import { iso, stepStateOf, toldOf, type Loaded } from './facts.js';
import type { Deps } from './deps.js';
import type { StepRow } from '../src/store/handovers.js';
import type { StepFacts } from '../src/domain/handover.js';

/** The view that a workflow holds: ids, states, counts and dates only. */
export function toView(deps: Deps, loaded: Loaded, next: Next): HandoverView {
  const { row, facts, people } = loaded;
  return {
    revision: row.revision,
    stage: next.stage,
    outcome: facts.closed satisfies Outcome | null,
    lastWorkingDay: row.lastWorkingDay,
    planVersion: row.planVersion,
    paused: row.paused || row.held,
    epoch: row.epoch,
    desired: row.desired,
    applied: row.applied,
    told: toldOf(row),
    steps: row.steps.map((step) =>
      stepView(
        step,
        facts.steps.find((other) => other.id === step.id),
      ),
    ),
    waitingFor: next.waitingFor,
    parked: row.parked.map(({ id, what, kind, since, stepId }) => ({
      id,
      what,
      kind,
      since: since.toISOString(),
      ...(stepId && { step: stepId }),
    })),
    motions: next.motions,
    dueAt: next.dueAt,
    bareDecisions: bareDecisions(deps, loaded),
    released: facts.released,
    ...(Object.keys(people.introductions).length > 0 && { introductions: people.introductions }),
    ...(people.debts > 0 && { debts: people.debts }),
    ...(people.member && { membership: people.member.state }),
  };
}

function bareDecisions(deps: Deps, { facts }: Loaded): boolean {
  const { bareSignals } = deps.policy.decisions;
  return bareSignals === 'always' || (bareSignals === 'after-team' && facts.told.includes('team'));
}

/** Counts of zero are left out: every view is in the history. */
function stepView(step: StepRow, facts: StepFacts | undefined): StepView {
  const count = (...states: readonly string[]) =>
    (facts?.groups ?? []).reduce(
      (sum, group) => sum + (states.length === 0 || states.includes(group.state) ? group.count : 0),
      0,
    );
  const approver = step.asked.at(-1) ?? step.approverId;
  const decidedAt = iso(step.decidedAt);
  return {
    id: step.id,
    successor: step.successorId,
    ...(approver && { approver }),
    state: stepStateOf(step.state),
    ...(decidedAt && { decidedAt }),
    ...(step.timedOut && { timedOut: true }),
    ...nonZero({
      planned: count(),
      verified: count('verified'),
      parked: count('parked'),
      skipped: count('skipped'),
      restored: count('restored'),
    }),
  };
}

/** How many records a step holds. */
export function recordsOf({ facts }: Loaded, stepId: string): number {
  const groups = facts.steps.find((step) => step.id === stepId)?.groups ?? [];
  return groups.reduce((sum, group) => sum + group.count, 0);
}

function nonZero(
  counts: Readonly<Record<'planned' | 'verified' | 'parked' | 'skipped' | 'restored', number>>,
): Partial<StepView> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
