import { setMaxListeners } from 'node:events';
import { proposePlan, sharesOf, type Proposal } from '../../activities/plan.js';
import { DecisionRefused } from '../decide.js';
import { workflowIds } from '../../workflows/contract.js';
import { findHandover, requirePerson, withCore } from './context.js';
import { colorsOf, emit, table, wrongUsage, type Session } from './output.js';
import { count, successorReasons } from './words.js';

export interface PlanOptions {
  readonly dryRun?: boolean;
  readonly custodian?: string;
}

/** Counting colleagues' accounts is one small search each. */
const searchWithinMs = 60_000;
const mostSearches = 1_000;

/** `plan --dry-run`: what would be proposed now; nothing is written. */
export async function plan(session: Session, named: string, { dryRun, custodian }: PlanOptions): Promise<void> {
  if (!dryRun)
    throw wrongUsage(
      'Plans are made by the handover itself once HR has released it; add --dry-run to see what it would propose now.',
    );
  await withCore(session, async (core) => {
    const row = await findHandover(core, named);
    if (!row.snapshotAt)
      throw new DecisionRefused(
        'not-waiting',
        'The CRM is still being read; ask again when the handover waits for its release.',
        [],
      );
    if (!row.card) throw new DecisionRefused('incomplete-release', 'The release card is not ready; ask again in a moment.', []);
    const holder = custodian === undefined ? undefined : await requirePerson(core, row, '--custodian', custodian);
    const signal = AbortSignal.timeout(searchWithinMs);
    setMaxListeners(mostSearches, signal);
    const document = toDocument(await proposePlan(core.deps, row.id, new Date().toISOString(), { signal }, holder));
    const names = await core.stores.people.names(document.steps.map((step) => step.successor));
    emit(session, document, () => humanPlan(session, document, names));
  });
}

type Document = ReturnType<typeof toDocument>;

function toDocument({ row, rows, plan: proposal }: Proposal) {
  const accountOf = new Map(rows.map((item) => [item.bundle, item.account]));
  const shares = sharesOf(proposal, row);
  const without = new Set(proposal.withoutSuccessor);
  const placed = new Set(shares.flatMap((share) => share.bundles));
  const steps = shares.map(({ successor, reason, bundles }, index) => {
    const mine = new Set(bundles);
    const records = rows.filter((item) => mine.has(item.bundle));
    const accounts = new Set(
      records.flatMap((item) => (item.recordType === 'companies' ? [`${item.connection}/${item.record}`] : [])),
    ).size;
    const withoutSeat = bundles.filter((bundle) => without.has(bundle)).length;
    return {
      id: `s${index + 1}`,
      successor,
      reason,
      records: records.length,
      accounts,
      bundles: bundles.map((bundle) => `b-${bundle}`),
      ...(withoutSeat > 0 && { withoutSeat }),
    };
  });
  return {
    handover: workflowIds.handover(row.id),
    dryRun: true,
    steps,
    withoutSuccessor: proposal.withoutSuccessor.filter((bundle) => !placed.has(bundle)).map((bundle) => `b-${bundle}`),
    exceptions: proposal.exceptions.map(({ bundle, reasons }) => ({
      bundle: `b-${bundle}`,
      account: accountOf.get(bundle) ?? null,
      reasons,
    })),
    exceptionCount: proposal.exceptionCount,
  };
}

const exceptionWords = {
  'over-capacity': 'more accounts than the team usually has',
  'closing-soon': 'a deal closes within 60 days',
  'no-successor': 'nobody can take it',
} as const;

function humanPlan(
  session: Session,
  { handover, steps, withoutSuccessor, exceptions, exceptionCount }: Document,
  names: ReadonlyMap<string, string>,
): string {
  const { bold, dim, yellow } = colorsOf(session);
  if (steps.length === 0 && withoutSuccessor.length === 0) return `${handover} has nothing left to be planned.`;
  const rows = steps.map(({ id, successor, reason, records, accounts, withoutSeat }) => {
    const seat = withoutSeat ? `no seat for ${withoutSeat}: these would be parked` : '';
    return [
      id,
      names.get(successor) || successor,
      count(accounts, 'account'),
      count(records, 'record'),
      successorReasons[reason] ?? reason,
      seat,
    ];
  });
  const orphans =
    withoutSuccessor.length > 0
      ? [yellow(`${count(withoutSuccessor.length, 'bundle')} without a successor: name a custodian (--custodian name@company).`)]
      : [];
  const eyes = exceptions.map(({ bundle, account, reasons }) => [
    bundle,
    account ? `account ${account}` : '',
    reasons.map((reason) => exceptionWords[reason]).join('; '),
  ]);
  const asked = eyes.length > 0 ? [bold(`Needs an eye (${exceptions.length} of ${exceptionCount})`), table(eyes, '  ')] : [];
  return [bold('This would be proposed now'), table(rows, '  '), ...orphans, ...asked, dim('Nothing was written.')].join('\n');
}
