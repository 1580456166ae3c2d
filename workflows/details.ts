import type { HandoverView, RefusalEntry, StepView } from './contract.js';

/** The server takes 20,000 bytes of details; a plan may have any number of steps. */
const mostLines = 40;

/** What the Temporal UI shows of a handover: a checklist in Markdown, with ids, counts and states only. */
export function details(handover: string, view: HandoverView, refusals: readonly RefusalEntry[]): string {
  return [
    `### ${titles[view.stage]}${view.outcome ? ` · ${view.outcome}` : ''}${view.paused ? ' · **paused**' : ''}`,
    '',
    ...checklist(view),
    '',
    ...view.steps.slice(0, mostLines).map(stepLine),
    ...(view.steps.length > mostLines ? [`- and ${view.steps.length - mostLines} more steps`] : []),
    ...(view.waitingFor.length > 0 ? ['', `**Waits for** ${view.waitingFor.slice(0, mostLines).map(waitLine).join(' · ')}`] : []),
    ...view.parked
      .slice(0, mostLines)
      .map((item) => `- ! **${item.id}** ${item.what} failed: \`${item.kind}\` — send \`retry\`, \`skip\` or \`undo\``),
    ...(refusals.length > 0
      ? ['', '**Refused**', ...refusals.slice(-5).map((entry) => `- ${entry.at} \`${entry.message}\`: ${entry.text}`)]
      : []),
    ...hints(view).map((hint) => `\n**Next** ${hint}`),
    '',
    `More: npm run baton -- show ${handover}`,
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

/** What an operator may send now, as the Temporal UI's "Send a Signal" takes it. */
function hints(view: HandoverView): readonly string[] {
  return [...new Set(view.waitingFor.map(({ what }) => what))].flatMap((what): readonly string[] => {
    switch (what) {
      case 'release':
        return ['signal `release` with `{}` (or `baton release`, which shows the card)'];
      case 'approval':
        return ['signal `approve` with `{"step":"all"}`, or one step; `refuse` and `reassign` say no'];
      case 'told':
        return [
          `signal \`told\` with \`{"audience":"${(['leaver', 'team'] as const)[view.told.length] ?? 'contacts'}"}\` once that is true`,
        ];
      case 'restore-decision':
        return ['signal `undo` with `{"step":"all"}` gives everything back, `skip` with `{"parked":"all"}` keeps the new owners'];
      case 'operator':
        return [view.paused ? 'signal `resume` with `{}`' : 'signal `retry` with `{"parked":"all"}` once the cause is mended'];
      default:
        return [];
    }
  });
}

function checklist(view: HandoverView): readonly string[] {
  const tick = (done: boolean, text: string) => `- ${done ? '✓' : '○'} ${text}`;
  const decided = view.steps.filter((step) => step.state !== 'waiting').length;
  const total = sum(view.steps, (step) => step.planned);
  const proven = sum(view.steps, (step) => step.verified);
  return [
    tick(view.stage !== 'snapshotting', 'ownerships listed'),
    tick(view.released, 'released by HR'),
    tick(view.steps.length > 0, `plan proposed${view.planVersion > 0 ? ` (version ${view.planVersion})` : ''}`),
    tick(view.steps.length > 0 && decided === view.steps.length, `steps decided: ${decided} of ${view.steps.length}`),
    ...(['leaver', 'team', 'contacts'] as const).map((audience) => tick(view.told.includes(audience), `told: ${audience}`)),
    ...introductionLines(view),
    tick(total > 0 && proven === total, `records moved and proven: ${proven} of ${total}`),
    tick(view.stage === 'closed', `closed after the last working day${view.lastWorkingDay ? ` (${view.lastWorkingDay})` : ''}`),
  ];
}

function introductionLines({ introductions, debts, membership }: HandoverView): readonly string[] {
  const states = Object.entries(introductions ?? {}).map(([state, count]) => `${count} ${state}`);
  return [
    ...(states.length > 0 ? [`- introductions: ${states.join(', ')}`] : []),
    ...(debts ? [`- debts: ${debts}`] : []),
    ...(membership ? [`- alumni: ${membership}`] : []),
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
