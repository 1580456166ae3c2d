import { toCard, toCardRow } from '../store/card.js';
import { workflowIds } from '../../workflows/contract.js';
import { DecisionRefused, type Decider } from '../decide.js';
import type { Stores } from '../store/index.js';
import { findHandover, wakeAfter, withCore } from './context.js';
import { deciderOf } from './decisions.js';
import { colorsOf, emit, wrongUsage, type Session } from './output.js';

/** What `legal-hold` takes. */
export interface LegalHoldOptions {
  readonly on?: boolean;
  readonly off?: boolean;
  readonly reason: string;
  readonly as?: string;
}

/** `legal-hold`: stops the clocks that erase what belongs to one departure, or lets them go on; also after its release and its close. */
export async function legalHold(session: Session, named: string, { on, off, reason, as }: LegalHoldOptions): Promise<void> {
  if (on === off) throw wrongUsage('Give one of --on and --off.');
  const isOn = on === true;
  await withCore(session, async (core) => {
    const row = await findHandover(core, named);
    const decider = await deciderOf(core, row, { comment: reason, ...(as !== undefined && { as }) });
    await core.deps.inTransaction(({ stores }) => write(stores, row.id, isOn, decider));
    const member = await core.stores.members.ofHandover(row.id);
    // What was due while the hold stood is due now.
    if (member?.endedAt === null) await wakeAfter(session, core, () => core.deps.workflows.wakeMembership(member.id));
    emit(session, { handover: workflowIds.handover(row.id), legalHold: isOn }, () =>
      colorsOf(session).bold(
        isOn
          ? 'On hold: nothing that belongs to this departure is erased by a clock.'
          : 'The hold is lifted: what was due to be erased meanwhile is erased now.',
      ),
    );
  });
}

async function write(stores: Stores, handoverId: string, isOn: boolean, decider: Decider): Promise<void> {
  // Raises the revision first, which keeps a new reading of the HRIS from writing the card meanwhile.
  await stores.handovers.update(handoverId, {});
  const { card } = await stores.handovers.get(handoverId);
  if (!card)
    throw new DecisionRefused('incomplete-release', 'The release card is not ready yet: the CRM is still being read.', []);
  if (card.legalHold === isOn)
    throw new DecisionRefused('already-decided', `The legal hold is ${isOn ? 'on' : 'off'} already.`, []);
  const known = toCard(card);
  const edited = [...new Set([...known.edited, 'legalHold' as const])];
  await stores.handovers.saveCard(handoverId, toCardRow({ ...known, legalHold: isOn, edited }));
  const [action, input] = ['legal-hold', { legalHold: isOn }] as const;
  const decisionId = await stores.decisions.write({ handoverId, action, input, ...decider });
  await stores.decisions.conclude(handoverId, decisionId, action, input, 'applied');
}
