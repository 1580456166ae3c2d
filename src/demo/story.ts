import pc from 'picocolors';
import type { MemberRow } from '../store/members.js';
import type { HandoverStatus } from '../../workflows/contract.js';

/** Tells what changed between two looks at a handover, in the words of somebody who watches over HR's shoulder. */
export function tell(before: HandoverStatus | null, now: HandoverStatus, nameOf: (person: string) => string): readonly string[] {
  return [
    ...stageLine(before, now),
    ...toldLines(before, now),
    ...stepLines(before, now, nameOf),
    ...introductionLines(before, now),
    ...parkedLines(before, now),
  ];
}

function introductionLines(before: HandoverStatus | null, now: HandoverStatus): readonly string[] {
  const line = (status: HandoverStatus | null) =>
    Object.entries(status?.introductions ?? {})
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ');
  const text = line(now);
  const debts = now.debts !== (before?.debts ?? 0) ? [`debts: ${now.debts}`] : [];
  return text === '' || text === line(before) ? debts : [`introductions: ${text}`, ...debts];
}

/** What changed in a membership since it was last looked at (`before` is its JSON). */
export function tellAlumni(member: MemberRow | null, before: string): readonly string[] {
  if (!member || JSON.stringify(member) === before) return [];
  const { planned, sent, answered } = checkInsOf(member).counts;
  const lines = [`alumni: ${member.state}`];
  return planned > 0 ? [`${lines[0] ?? ''}; check-ins: ${sent} of ${planned} sent, ${answered} answered`] : lines;
}

/** The check-ins of a membership in numbers; told once every planned one was sent or left out. */
export function checkInsOf(member: MemberRow) {
  const { checkIns } = member;
  const counts = {
    planned: checkIns.length,
    sent: checkIns.filter(({ sentAt }) => sentAt !== null).length,
    answered: checkIns.filter(({ answeredAt }) => answeredAt !== null).length,
  };
  const isTold = checkIns.length > 0 && checkIns.every(({ sentAt, skippedAt }) => sentAt !== null || skippedAt !== null);
  return { counts, isTold };
}

/** How the alumni part of the story ended, in the words of the demo's last line; null while nobody gave an address. */
export function alumniOf(member: MemberRow | null, isPermitted: boolean): string | null {
  if (!isPermitted) return 'not-permitted';
  const words: Readonly<Record<string, string>> = { reminded: 'invited', ended: 'erased', asked: '', confirmed: '' };
  const word = member ? (words[member.state] ?? member.state) : '';
  return word === '' ? null : word;
}

const stages: Readonly<Record<HandoverStatus['stage'], string>> = {
  snapshotting: 'Baton lists what the leaver owns. It only reads.',
  'awaiting-release': "Everything is listed. Nothing happens before HR's release.",
  planning: 'Released. Baton proposes successors.',
  'awaiting-approval': 'The plan waits for approval. Until then nothing changes.',
  'awaiting-told': 'Approved. Nothing moves in the CRM before the team has been told.',
  introducing: 'Successors are introduced.',
  transferring: 'Approved records move: three first, then the rest, each read again to prove it.',
  verifying: 'Everything has moved and is proven. The handover stays open until the last working day has ended.',
  inviting: 'The leaver is invited to the alumni programme.',
  restoring: 'What was moved is taken back.',
  closed: 'Closed.',
};

function stageLine(before: HandoverStatus | null, now: HandoverStatus): readonly string[] {
  if (before?.stage === now.stage) return [];
  return [pc.bold(`${stages[now.stage]}${now.outcome ? ` Outcome: ${now.outcome}.` : ''}`)];
}

function toldLines(before: HandoverStatus | null, now: HandoverStatus): readonly string[] {
  return now.told.filter((audience) => !before?.told.includes(audience)).map((audience) => `told: ${audience}`);
}

function stepLines(before: HandoverStatus | null, now: HandoverStatus, nameOf: (person: string) => string): readonly string[] {
  return now.steps.flatMap((step) => {
    const was = before?.steps.find((other) => other.id === step.id);
    if (was?.state === step.state && was.counts.verified === step.counts.verified) return [];
    const { planned, verified } = step.counts;
    return [
      `${step.id} ${step.state.padEnd(12)} ${String(verified).padStart(4)} of ${planned} records proven with ${nameOf(step.successor)}`,
    ];
  });
}

function parkedLines(before: HandoverStatus | null, now: HandoverStatus): readonly string[] {
  const fresh = now.parked.filter((item) => !before?.parked.some((other) => other.id === item.id));
  return fresh.map((item) => pc.yellow(`${item.id} ${item.what} is parked: ${item.kind}`));
}

/** The three ways in which a person can release, tell and approve. */
export function threeWays(
  handover: string,
  facts: { readonly ui: string; readonly cli: string; readonly address: string; readonly namespace: string },
): string {
  const id = `handover/${handover}`;
  const temporal = `${facts.cli || 'temporal'} workflow signal --address ${facts.address} --namespace ${facts.namespace} --identity you --workflow-id ${id}`;
  return [
    pc.bold('It waits for you. Three ways to release, tell and approve:'),
    '',
    `1. Temporal UI  ${facts.ui}/namespaces/${facts.namespace}/workflows/${encodeURIComponent(id)}`,
    '   Open the handover; its details tell where it stands. "Send a Signal" → release with input {}; then told with {"audience":"leaver"}',
    '   and {"audience":"team"}; then approve with {"step":"all"}.',
    '',
    '2. The command line, in a second terminal in this folder',
    `   npm run baton -- show ${handover}`,
    `   npm run baton -- release ${handover}`,
    `   npm run baton -- told ${handover} --audience leaver`,
    `   npm run baton -- told ${handover} --audience team`,
    `   npm run baton -- approve ${handover} --all`,
    `   npm run baton -- undo ${handover} --step s1        (takes one step back)`,
    '',
    '3. The temporal command',
    `   ${temporal} --name release --input '{}'`,
    `   ${temporal} --name told --input '{"audience":"leaver"}'`,
    `   ${temporal} --name told --input '{"audience":"team"}'`,
    `   ${temporal} --name approve --input '{"step":"all"}'`,
    '',
  ].join('\n');
}
