import { mayDecide } from '../src/domain/approval.js';
import { addDuration } from '../src/domain/calendar.js';
import { incomplete, nextAudience, toldAtRelease } from '../src/domain/release.js';
import type { Instant } from '../src/domain/words.js';
import type { Command, CommandAnswer, Refusal } from '../workflows/contract.js';
import { toCard } from '../src/store/card.js';
import { Refused, type Context, type Named } from './decision.js';
import type { Deps } from './deps.js';
import { loadFacts, toldOf, type Loaded } from './facts.js';
import { resolveParked } from './parked.js';
import { settle } from './settle.js';
import { approve, bundleNumbers, reassign, refuse, stepsFor } from './stepDecisions.js';

/** A decision as it reached the workflow; `messageId` makes it count once. */
export interface CommandInput {
  readonly handover: string;
  readonly command: Command;
  readonly messageId: string;
  readonly now: Instant;
}

/** Takes a decision: changes the rows in one transaction and says where the handover stands, or refuses with a code and a sentence. */
export async function applyCommand(deps: Deps, input: CommandInput): Promise<CommandAnswer> {
  const { handover, command, messageId, now } = input;
  const { name, decisionId, ...rest } = command;
  const id = decisionId ?? messageId;
  const conclude = (tx: Deps, result: string) => tx.stores.decisions.conclude(handover, id, name, { ...rest }, result);
  try {
    await deps.inTransaction(async (tx) => {
      if ((await tx.stores.decisions.find(handover, id))?.result === 'applied') return;
      await tx.stores.handovers.lock(handover);
      const loaded = await loadFacts(tx, handover, now);
      if (loaded.facts.closed !== null) throw new Refused('not-waiting', 'This handover is closed.');
      await checkIdentity({ deps: tx, loaded, now }, command);
      await carryOut({ deps: tx, loaded, now }, command);
      await conclude(tx, 'applied');
    });
    return { view: await settle(deps, handover, now) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await conclude(deps, error.refusal.code);
    return { refused: error.refusal };
  }
}

function carryOut(context: Context, command: Command): Promise<void> {
  switch (command.name) {
    case 'release':
      return release(context);
    case 'approve':
      return approve(context, command);
    case 'refuse':
      return refuse(context, command);
    case 'reassign':
      return reassign(context, command);
    case 'told':
      return told(context, command);
    case 'retry':
    case 'skip':
      return resolveParked(context, command);
    case 'undo':
      return undo(context, command);
    case 'pause':
    case 'resume':
      return pause(context, command.name);
    default:
      return command satisfies never;
  }
}

/** Who decided: the decision's row says so; without one the policy says whether a nameless operator may. */
async function checkIdentity({ deps, loaded }: Context, command: Command): Promise<void> {
  const { row } = loaded;
  const written = command.decisionId === undefined ? null : await deps.stores.decisions.find(row.id, command.decisionId);
  // The id of another decision, which a history shows, proves nobody's identity.
  const decision = written?.action === command.name ? written : null;
  if (decision && decision.by === null) return;
  const steps = 'step' in command ? row.steps.filter((step) => command.step === 'all' || command.step === step.id) : [];
  const rota = decision ? await deps.stores.people.byWorkEmail(row.employment.connection, deps.hrRota) : [];
  for (const step of steps.length > 0 && command.name !== 'undo' ? steps : [{ id: '', successorId: '', asked: [] }]) {
    const verdict = mayDecide({
      by: decision?.by ?? null,
      verified: decision !== null,
      step: { successor: step.successorId },
      chain: [...step.asked, ...(loaded.chains.get(step.id) ?? []), ...(row.card?.circle ?? [])],
      hrRota: rota.map((person) => person.person),
      bareSignals: deps.policy.decisions.bareSignals,
      toldTeam: row.toldTeamAt !== null,
      leaver: row.employment.personId,
    });
    if (!verdict.ok) throw new Refused(verdict.code, verdict.problem);
  }
}

async function release({ deps, loaded, now }: Context): Promise<void> {
  const { row } = loaded;
  if (row.releasedAt) throw new Refused('already-decided', 'This handover has been released.');
  if (!row.card)
    throw new Refused('incomplete-release', 'The release card is not ready: the CRM is still being read. Try again in a moment.');
  const card = toCard(row.card);
  const [first, ...others] = incomplete(card);
  if (first) throw new Refused('incomplete-release', first.problem, [first, ...others]);
  const audiences = toldAtRelease(card.whoKnows);
  await deps.stores.handovers.update(row.id, {
    releasedAt: now,
    lastWorkingDay: card.lastWorkingDay,
    ...(audiences.includes('leaver') && { toldLeaverAt: now }),
    ...(audiences.includes('team') && { toldTeamAt: now }),
  });
}

async function told({ deps, loaded, now }: Context, command: Named<'told'>): Promise<void> {
  const { row } = loaded;
  const soFar = toldOf(row);
  if (!row.releasedAt) throw new Refused('not-waiting', 'Nobody is told before HR has released the handover.');
  if (soFar.includes(command.audience))
    throw new Refused('already-decided', `It is on record that the ${command.audience} may know.`);
  const next = nextAudience(soFar);
  if (next !== command.audience)
    throw new Refused('not-waiting', `Tell the ${next ?? 'nobody'} first: the order is leaver, team, contacts.`);
  await deps.stores.handovers.tell(row.id, command.audience, now);
}

async function undo({ deps, loaded, now }: Context, command: Named<'undo'>): Promise<void> {
  const { row } = loaded;
  const steps = command.step === 'all' ? null : stepsFor(loaded, command).map((step) => step.id);
  await beginUndo(
    deps,
    row.id,
    { stepIds: steps, bundles: bundleNumbers(command.bundles) ?? undefined },
    loaded.facts.inForce ? 'undo' : 'rescinded',
    now,
  );
}

/** Raises the epoch first, so that no batch begins any more, and chooses what is to be taken back. */
export async function beginUndo(
  deps: Deps,
  handover: string,
  where: { readonly stepIds: readonly string[] | null; readonly bundles?: readonly number[] | undefined },
  why: 'undo' | 'rescinded',
  now: Instant,
): Promise<void> {
  const { handovers, ownerships } = deps.stores;
  await handovers.update(handover, { epoch: { increment: 1 }, restoring: why });
  const chosen = await ownerships.chooseUndo(handover, where);
  const proposals = (await handovers.get(handover)).parked.filter((item) => item.what === 'restore');
  await handovers.resolveParked(
    handover,
    proposals.map((item) => item.id),
    'undo',
    now,
  );
  if (chosen > 0 || why === 'rescinded') return;
  throw new Refused('nothing-to-undo', 'Nothing of this was moved, or it was taken back already.');
}

/** An `undo` of a handover that is closed already; `late` says that a CRM administrator wants it after the time that policy allows. */
export interface LateUndo extends Omit<CommandInput, 'command'> {
  readonly command: Named<'undo'>;
  readonly late: boolean;
}

/** Chooses what of a closed handover is taken back; whoever asks starts `restore`. Null when that was done, or why it was refused. */
export async function undoClosed(deps: Deps, { handover, command, messageId, now, late }: LateUndo): Promise<Refusal | null> {
  const { step, bundles } = command;
  const conclude = (tx: Deps, result: string) =>
    tx.stores.decisions.conclude(handover, messageId, 'undo', { step, ...(bundles && { bundles: [...bundles] }) }, result);
  try {
    await deps.inTransaction(async (tx) => {
      await tx.stores.handovers.lock(handover);
      const loaded = await loadFacts(tx, handover, now);
      await checkIdentity({ deps: tx, loaded, now }, command);
      if (!late) checkUndoTime(deps, loaded, now);
      const stepIds = step === 'all' ? null : stepsFor(loaded, command).map((one) => one.id);
      await beginUndo(tx, handover, { stepIds, bundles: bundleNumbers(bundles) ?? undefined }, 'undo', now);
      await conclude(tx, 'applied');
    });
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await conclude(deps, error.refusal.code);
    return error.refusal;
  }
}

function checkUndoTime(deps: Deps, { row, calendar }: Loaded, now: Instant): void {
  const until = row.closedAt && addDuration(calendar, row.closedAt.toISOString(), deps.policy.transfer.undo);
  if (until && until >= now) return;
  const text = `Undo was possible until ${until ? until.slice(0, 10) : 'the handover closed'}; a CRM administrator can still take it back with --late.`;
  throw new Refused('nothing-to-undo', text);
}

async function pause({ deps, loaded, now }: Context, name: 'pause' | 'resume'): Promise<void> {
  const { row } = loaded;
  const stopped = row.paused || row.held;
  if (name === 'pause' && row.paused) throw new Refused('not-waiting', 'This handover is paused.');
  if (name === 'resume' && !stopped) throw new Refused('not-waiting', 'This handover is not paused.');
  await deps.stores.handovers.update(
    row.id,
    name === 'pause' ? { paused: true } : { paused: false, held: false, resumedAt: now },
  );
}
