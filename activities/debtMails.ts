import { localDay } from '../src/domain/calendar.js';
import type { Instant } from '../src/domain/words.js';
import type { IntroductionRow } from '../src/store/introductions.js';
import type { Deps } from './deps.js';
import { digestItems, digestKey, nameOf, personOf } from './introductionMails.js';
import { languageOf, linkEnds, queueLetter } from './letters.js';

const linkLives = 'P60D';

/** Reminds each successor of contacts to whom nobody introduced them, in the person's one mail of the day with whatever else waits for them. */
export async function queueDebtReminder(
  deps: Deps,
  handoverId: string,
  debts: readonly IntroductionRow[],
  now: Instant,
): Promise<void> {
  for (const successorId of new Set(debts.map((debt) => debt.successorId))) {
    const successor = await personOf(deps, successorId);
    if (!successor) continue;
    const day = localDay(now, deps.calendarOf(successor.country).timeZone);
    await queueLetter(
      deps,
      { ...scopeOf(handoverId), personId: successor.id, key: digestKey(successor.id, day), to: successor.email },
      languageOf(deps, successor.language),
      async (links) => ({ id: 'digest', name: successor.name, day, items: await digestItems(deps, successor, links, now) }),
    );
  }
}

/** Asks the manager, after the last reminder: keep trying, or write the debt off with a reason. */
export async function queueDebtQuestion(
  deps: Deps,
  handoverId: string,
  debts: readonly IntroductionRow[],
  now: Instant,
): Promise<void> {
  if (debts.length === 0) return;
  const handover = await deps.stores.handovers.get(handoverId);
  const manager = await personOf(deps, handover.card?.custodianId ?? null);
  if (!manager) return;
  const relationships = new Map((await deps.stores.relationships.list(handoverId)).map((one) => [one.id, one]));
  const { givenName, familyName } = handover.employment.person;
  for (const successorId of new Set(debts.map((debt) => debt.successorId))) {
    const own = debts.filter((debt) => debt.successorId === successorId);
    const successor = await personOf(deps, successorId);
    const accounts = own.flatMap(({ relationshipId }) => {
      const one = relationships.get(relationshipId);
      return one ? [one.organisation ?? nameOf(one)] : [];
    });
    await queueLetter(
      deps,
      {
        ...scopeOf(handoverId),
        personId: manager.id,
        key: `debt-question/${handoverId}/${successorId ?? ''}/${own[0]?.id ?? ''}/${own[0]?.debtAt?.getTime() ?? 0}`,
        to: manager.email,
      },
      languageOf(deps, manager.language),
      (links) => ({
        id: 'debt-question',
        manager: manager.name,
        leaver: `${givenName} ${familyName}`.trim(),
        successor: successor?.name ?? '–',
        accounts,
        link: links.to({
          purpose: 'debts',
          handoverId,
          personId: manager.id,
          expiresAt: linkEnds(deps, now, linkLives),
        }),
      }),
    );
  }
}

function scopeOf(handoverId: string) {
  return { scope: 'followUp', scopeId: handoverId, handoverId } as const;
}
