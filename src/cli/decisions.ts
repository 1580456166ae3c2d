import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import { undoClosed } from '../../activities/commands.js';
import { taskQueue, workflowIds, type CommandName, type DecisionAnswer, type Inputs } from '../../workflows/contract.js';
import { decide, DecisionRefused, type Decider } from '../decide.js';
import type { Core } from '../dependencies.js';
import { statusFromRows } from '../status.js';
import type { HandoverRow } from '../store/handovers.js';
import { findHandover, findPerson, reachTemporal, requirePerson, withCore } from './context.js';
import { CliError, colorsOf, emit, exits, note, table, wrongUsage, type Session } from './output.js';
import { editCard, showCard } from './card.js';
import { count, stageWords, stepWords } from './words.js';

/** Options that every decision takes. */
export interface DeciderOptions {
  readonly as?: string;
  readonly comment?: string;
}
/** One step, or all of them. */
interface StepOptions {
  readonly step?: string;
  readonly all?: boolean;
}
interface VersionOptions {
  readonly planVersion?: number;
}
export interface ReleaseOptions extends DeciderOptions {
  readonly set?: readonly string[];
  readonly showCard?: boolean;
  readonly dryRun?: boolean;
}
export interface ApproveOptions extends DeciderOptions, StepOptions, VersionOptions {
  readonly except?: readonly string[];
}
export interface RefuseOptions extends DeciderOptions, StepOptions, VersionOptions {
  readonly then?: 'custodian' | 'replan';
}
export interface ReassignOptions extends DeciderOptions, VersionOptions {
  readonly step: string;
  readonly successor: string;
  readonly bundles?: readonly string[];
}
export interface ToldOptions extends DeciderOptions {
  readonly audience: Inputs['told']['audience'];
}
export interface ParkedOptions extends DeciderOptions {
  readonly parked?: string;
  readonly all?: boolean;
}
export interface UndoOptions extends DeciderOptions, StepOptions {
  readonly bundles?: readonly string[];
  readonly late?: boolean;
}

type Input<Name extends CommandName> = Omit<Inputs[Name], 'decisionId'>;
type Prepare<Name extends CommandName> = (core: Core, row: HandoverRow) => Promise<Input<Name>>;

/** Finds the handover and whoever decides, sends the decision and prints the answer. */
async function send<Name extends CommandName>(
  session: Session,
  named: string,
  name: Name,
  options: DeciderOptions,
  prepare: Prepare<Name>,
): Promise<void> {
  await withCore(session, async (core) => {
    const row = await findHandover(core, named);
    if (row.closedAt !== null) throw new DecisionRefused('not-waiting', 'This handover is closed.', []);
    const decider = await deciderOf(core, row, options);
    const input = await prepare(core, row);
    await reachTemporal(core);
    show(session, name, await decide(core, row.id, name, input, decider));
  });
}

/** Who decides: the person named by `--as`, else the operator at this command line. */
export async function deciderOf(core: Core, row: HandoverRow, { as, comment }: DeciderOptions): Promise<Decider> {
  return { by: as === undefined ? null : await requirePerson(core, row, '--as', as), comment };
}

/** `release`: edits the card where told to, then confirms it as it stands; with `--show-card` it only shows. */
export async function release(session: Session, named: string, options: ReleaseOptions): Promise<void> {
  const { set = [], showCard: showOnly, dryRun } = options;
  if (showOnly || dryRun) return withCore(session, async (core) => showCard(session, core, await findHandover(core, named), set));
  return send(session, named, 'release', options, async (core, row) => {
    if (set.length > 0) await editCard(core, row, set);
    return {};
  });
}

/** `approve`. */
export async function approve(session: Session, named: string, options: ApproveOptions): Promise<void> {
  const { except, planVersion } = options;
  const input = { step: stepOf(options), ...(except && { except }), ...(planVersion !== undefined && { planVersion }) };
  return send(session, named, 'approve', options, () => Promise.resolve(input));
}

/** `refuse`. */
export async function refuse(session: Session, named: string, options: RefuseOptions): Promise<void> {
  const { then, planVersion } = options;
  const input = { step: stepOf(options), ...(then && { then }), ...(planVersion !== undefined && { planVersion }) };
  return send(session, named, 'refuse', options, () => Promise.resolve(input));
}

/** `reassign`: a work e-mail becomes a person id here, since Temporal must not see it. */
export async function reassign(session: Session, named: string, options: ReassignOptions): Promise<void> {
  const { step, successor, bundles, planVersion } = options;
  return send(session, named, 'reassign', options, async (core, row) => {
    const person = await findPerson(core, row, successor);
    const problem = 'Nobody has this person id or work e-mail.';
    if (person === null) throw new DecisionRefused('invalid-successor', problem, [{ path: 'successor', problem }]);
    return { step, successor: person, ...(bundles && { bundles }), ...(planVersion !== undefined && { planVersion }) };
  });
}

/** `told`. */
export async function told(session: Session, named: string, options: ToldOptions): Promise<void> {
  return send(session, named, 'told', options, () => Promise.resolve({ audience: options.audience }));
}

/** `retry` and `skip`. */
export async function resolveParked(
  session: Session,
  name: 'retry' | 'skip',
  named: string,
  options: ParkedOptions,
): Promise<void> {
  const parked = oneOrAll('--parked k-1', options.parked, options.all);
  return send(session, named, name, options, () => Promise.resolve({ parked }));
}

/** `pause` and `resume`. */
export async function pause(session: Session, name: 'pause' | 'resume', named: string, options: DeciderOptions): Promise<void> {
  return send(session, named, name, options, () => Promise.resolve({}));
}

/** `undo`: through the handover while it is open, by `restore` alone once it is closed. */
export async function undo(session: Session, named: string, options: UndoOptions): Promise<void> {
  const step = stepOf(options);
  const input: Input<'undo'> = { step, ...(options.bundles && { bundles: options.bundles }) };
  await withCore(session, async (core) => {
    const row = await findHandover(core, named);
    const decider = await deciderOf(core, row, options);
    await reachTemporal(core);
    const answer =
      row.closedAt === null
        ? await decide(core, row.id, 'undo', input, decider)
        : await undoOfClosed(session, core, row, input, decider, options.late ?? false);
    show(session, 'undo', answer);
  });
}

async function undoOfClosed(
  session: Session,
  core: Core,
  row: HandoverRow,
  input: Input<'undo'>,
  decider: Decider,
  late: boolean,
): Promise<DecisionAnswer> {
  const decisionId = await core.stores.decisions.write({
    handoverId: row.id,
    action: 'undo',
    input: { ...input, ...(late && { late }) },
    ...decider,
  });
  const command = { name: 'undo', ...input, decisionId } as const;
  const refused = await undoClosed(core.deps, {
    handover: row.id,
    command,
    messageId: decisionId,
    now: new Date().toISOString(),
    late,
  });
  if (refused) throw new DecisionRefused(refused.code, refused.text, refused.problems);
  await restore(session, core, row.id);
  const { handover, stage, planVersion, steps } = await statusFromRows(core.deps, row.id);
  return { handover, stage, planVersion, steps: steps.map(({ id, state }) => ({ id, state })) };
}

/** Nothing taken back in this time: either no worker runs or the CRM is away; the workflow goes on by itself. */
const stalledAfterMs = 120_000;

/** Starts `restore`, or joins the one that runs, and waits until it has ended. */
async function restore(session: Session, core: Core, handover: string): Promise<void> {
  const ended = startRestore(core, handover).then(() => true);
  ended.catch(() => undefined);
  let open = await core.stores.ownerships.undoOpen(handover);
  note(session, `${count(open, 'record')} to take back.`);
  for (let movedAt = Date.now(); Date.now() - movedAt < stalledAfterMs;) {
    if (await Promise.race([ended, sleep(1_000, false)])) return;
    const left = await core.stores.ownerships.undoOpen(handover);
    if (left === open) continue;
    note(session, `${count(left, 'record')} left.`);
    [open, movedAt] = [left, Date.now()];
  }
  const text = `${count(open, 'record')} left, and nothing has moved for two minutes: see that a worker runs and that the CRM answers (npm run baton -- check). It goes on by itself.`;
  throw new CliError(exits.unreachable, 'no-answer', text);
}

async function startRestore(core: Core, handover: string): Promise<void> {
  const workflowId = workflowIds.restore(handover);
  const { workflow } = core.temporal.client;
  try {
    await workflow.start('restore', { workflowId, taskQueue, args: [{ handover }], staticSummary: 'Take back what was chosen' });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  try {
    await workflow.getHandle(workflowId).result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw new CliError(
      exits.failed,
      'failed',
      'Not everything could be taken back. Mend what the worker reports, then send the same undo again: it goes on where it stopped.',
    );
  }
}

function stepOf({ step, all }: StepOptions): string {
  return oneOrAll('--step s1', step, all);
}

function oneOrAll(example: string, one: string | undefined, all: boolean | undefined): string {
  if (one !== undefined && all) throw wrongUsage(`Give either ${example} or --all, not both.`);
  if (one === undefined && !all) throw wrongUsage(`Give ${example}, or --all.`);
  return one ?? 'all';
}

const done: Readonly<Record<CommandName, string>> = {
  release: 'Released.',
  approve: 'Approved.',
  refuse: 'Refused.',
  reassign: 'Reassigned; what changed waits for approval again.',
  told: 'Noted.',
  retry: 'Tried again.',
  skip: 'Given up.',
  undo: 'It is being taken back.',
  pause: 'Paused: no outward step begins.',
  resume: 'Goes on.',
};

function show(session: Session, name: CommandName, answer: DecisionAnswer): void {
  const { bold, dim } = colorsOf(session);
  emit(session, answer, () => {
    const steps = table(
      answer.steps.map(({ id, state }) => [id, stepWords[state]]),
      '  ',
    );
    const closed = answer.stage === 'closed' && name === 'undo' ? 'Taken back.' : done[name];
    return [
      bold(closed),
      `Now: ${stageWords[answer.stage]}`,
      ...(steps ? [steps] : []),
      dim(`npm run baton -- show ${answer.handover} tells more`),
    ].join('\n');
  });
}
