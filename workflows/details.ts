import type { HandoverView, RefusalEntry, StepView } from './contract.js';

/** What the Temporal UI shows of a handover: a checklist in Markdown, with ids, counts and states only. */
export function details(handover: string, view: HandoverView, refusals: readonly RefusalEntry[]): string {
  return [
    `### ${titles[view.stage]}${view.outcome ? ` · ${view.outcome}` : ''}${view.paused ? ' · **paused**' : ''}`,
    '',
    ...checklist(view),
    '',
    ...view.steps.map(stepLine),
    ...(view.waitingFor.length > 0 ? ['', `**Waits for** ${view.waitingFor.map(waitLine).join(' · ')}`] : []),
    ...view.parked.map(
      (item) => `- ⚠️ **${item.id}** ${item.what} failed: \`${item.kind}\` — send \`retry\`, \`skip\` or \`undo\``,
    ),
    ...(refusals.length > 0
      ? ['', '**Refused**', ...refusals.slice(-5).map((entry) => `- ${entry.at} \`${entry.message}\`: ${entry.text}`)]
      : []),
    '',
    `Details: \`npm run baton -- show ${handover}\``,
  ].join('\n');
}

const titles: Readonly<Record<HandoverView['stage'], string>> = {
  snapshotting: 'Listing what the leaver owns',
  'awaiting-release': "Waiting for HR's release",
  planning: 'Proposing successors',
  'awaiting-approval': 'Waiting for approval',
  'awaiting-told': 'Waiting until the team has been told',
  introducing: 'Introducing successors',
  transferring: 'Moving what was approved',
  verifying: 'All moved; open until the last working day has ended',
  inviting: 'Inviting to the alumni programme',
  restoring: 'Taking back',
  closed: 'Closed',
};

function checklist(view: HandoverView): readonly string[] {
  const tick = (done: boolean, text: string) => `- [${done ? 'x' : ' '}] ${text}`;
  const decided = view.steps.filter((step) => step.state !== 'waiting').length;
  const total = sum(view.steps, (step) => step.planned);
  const proven = sum(view.steps, (step) => step.verified);
  return [
    tick(view.stage !== 'snapshotting', 'ownerships listed'),
    tick(view.released, 'released by HR'),
    tick(view.steps.length > 0, `plan proposed${view.planVersion > 0 ? ` (version ${view.planVersion})` : ''}`),
    tick(view.steps.length > 0 && decided === view.steps.length, `steps decided: ${decided} of ${view.steps.length}`),
    ...(['leaver', 'team', 'contacts'] as const).map((audience) => tick(view.told.includes(audience), `told: ${audience}`)),
    tick(total > 0 && proven === total, `records moved and proven: ${proven} of ${total}`),
    tick(view.stage === 'closed', `closed after the last working day${view.lastWorkingDay ? ` (${view.lastWorkingDay})` : ''}`),
  ];
}

function stepLine(step: StepView): string {
  const { planned = 0, verified = 0, parked = 0, skipped = 0, restored = 0 } = step;
  const rest = Object.entries({ parked, skipped, restored }).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
  return `- **${step.id}** ${step.state}${step.timedOut ? ' (timed out)' : ''}: ${verified} of ${planned} proven${rest.length > 0 ? `, ${rest.join(', ')}` : ''} → \`${step.successor}\``;
}

function waitLine({ what, step, until }: HandoverView['waitingFor'][number]): string {
  return `${what}${step ? ` of ${step}` : ''}${until ? ` until ${until.slice(0, 16).replace('T', ' ')}Z` : ''}`;
}

function sum(steps: readonly StepView[], count: (step: StepView) => number | undefined): number {
  return steps.reduce((total, step) => total + (count(step) ?? 0), 0);
}
