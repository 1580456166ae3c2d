import { toCard, toCardRow } from '../store/card.js';
import type { Core } from '../dependencies.js';
import { setKey } from '../domain/release.js';

/** What HR knows and the HRIS does not: no competitor, so that the leaver may introduce the successors. */
export async function answerCard({ stores }: Core, handover: string): Promise<void> {
  const { card } = await stores.handovers.get(handover);
  const answered = card && setKey(toCard(card), 'competitor', 'no');
  if (answered?.ok) await stores.handovers.saveCard(handover, toCardRow(answered.card));
}
