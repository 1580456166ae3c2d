import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import {
  commandNames,
  type Command,
  type CommandName,
  type DecisionAnswer,
  type HandoverStatus,
  type HandoverView,
  type Refusal,
} from './contract.js';

/** Each decision is a signal, for the Temporal UI and `temporal workflow signal`, and an update, which answers at once. */
export const decisionSignals = commandNames.map((name) => ({ name, definition: defineSignal<[unknown?]>(name) }));
export const decisionUpdates = commandNames.map((name) => ({ name, definition: defineUpdate<DecisionAnswer, [unknown?]>(name) }));
export const changedSignal = defineSignal<[unknown?]>('changed');
export const lookSignal = defineSignal<[unknown?]>('look');
export const statusQuery = defineQuery<HandoverStatus>('status');

/** What the Temporal UI says beside each message. */
export const descriptions: Readonly<Record<CommandName, string>> = {
  release: 'HR confirms the release card as it stands. Input: {}',
  approve: 'Approve a step, or all. Input: {"step":"s1"}',
  refuse: 'Refuse a step; others are proposed, or the custodian takes it. Input: {"step":"s1","then":"replan"}',
  reassign: 'Give a step, or some of its bundles, to somebody else. Input: {"step":"s1","successor":"<person id>"}',
  told: 'Say who has been told: leaver, then team, then contacts. Input: {"audience":"team"}',
  retry: 'Try again what is parked. Input: {"parked":"k-1"}',
  skip: 'Give up what is parked. Input: {"parked":"k-1"}',
  undo: 'Take back a step, or all. Input: {"step":"s1"}',
  pause: 'Hold every outward step. Input: {}',
  resume: 'Go on. Input: {}',
};

/** What the newest view alone forbids: so an update is refused before it leaves an event. The rows have the last word. */
export function refusalOf(view: HandoverView, command: Command): Refusal | null {
  if (view.stage === 'closed') return { code: 'not-waiting', text: 'This handover is closed.' };
  if (command.decisionId === undefined && !view.bareDecisions) {
    return {
      code: 'not-your-step',
      text: 'Decide on the page or with `baton`: this message names nobody, and the policy wants to know who decides.',
    };
  }
  switch (command.name) {
    case 'release':
      return view.released ? { code: 'already-decided', text: 'This handover has been released.' } : null;
    case 'approve':
    case 'refuse':
      return stepRefusal(view, command, true);
    case 'reassign':
    case 'undo':
      return stepRefusal(view, command, false);
    case 'retry':
    case 'skip':
      return parkedRefusal(view, command.parked);
    case 'told':
      return view.told.includes(command.audience)
        ? { code: 'already-decided', text: `It is on record that ${command.audience} may know.` }
        : null;
    case 'pause':
    case 'resume':
      return view.paused === (command.name === 'pause')
        ? { code: 'not-waiting', text: `This handover is ${view.paused ? '' : 'not '}paused.` }
        : null;
    default:
      return command satisfies never;
  }
}

type StepCommand = Extract<Command, { readonly step: string }>;

function stepRefusal(view: HandoverView, command: StepCommand, mustWait: boolean): Refusal | null {
  const { step } = command;
  if (view.steps.length === 0) return { code: 'not-waiting', text: 'There is no plan yet.' };
  if ('planVersion' in command && command.planVersion !== undefined && command.planVersion !== view.planVersion) {
    return { code: 'plan-changed', text: `The plan has changed: it is version ${view.planVersion} now. Look at it again.` };
  }
  const steps = view.steps.filter((other) => step === 'all' || other.id === step);
  if (steps.length === 0) return { code: 'unknown-step', text: `There is no step ${step}; ${openSteps(view)}.` };
  if (!mustWait || steps.some((other) => other.state === 'waiting')) return null;
  return { code: 'already-decided', text: step === 'all' ? 'No step waits for a decision.' : `Step ${step} has been decided.` };
}

function openSteps(view: HandoverView): string {
  const open = view.steps.filter((step) => step.state === 'waiting').map((step) => step.id);
  return open.length > 0 ? `open are ${open.join(', ')}` : 'none is open';
}

function parkedRefusal(view: HandoverView, parked: string): Refusal | null {
  const ids = view.parked.map((item) => item.id);
  if (ids.length > 0 && (parked === 'all' || ids.includes(parked))) return null;
  return {
    code: 'not-waiting',
    text:
      ids.length === 0 ? 'Nothing is parked.' : `${parked} is not parked; ${ids.join(', ')} ${ids.length === 1 ? 'is' : 'are'}.`,
  };
}
