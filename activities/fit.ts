import { businessTimeBetween, localDay, shareOfBusinessTime } from '../src/domain/calendar.js';
import { isStopped } from '../src/domain/handover.js';
import { digestAt } from '../src/domain/introduction.js';
import { fits } from '../src/domain/tiers.js';
import type { Instant } from '../src/domain/words.js';
import type { Deps } from './deps.js';
import { digestLine } from './digestLines.js';
import { iso } from './facts.js';
import { digestItems, digestKey, personOf } from './introductionMails.js';
import { lastDayEndOf, tierChoice, type IntroductionPage } from './introductions.js';
import { languageOf, linkEnds, queueLetter } from './letters.js';

const open: ReadonlySet<string> = new Set(['proposed', 'agreed', 'scheduled']);

/** Says once to the approvers, late enough to be true and early enough to act, which introductions will not happen. Answers when it is due. */
export async function queueFit(deps: Deps, { loaded, items }: IntroductionPage, now: Instant): Promise<Instant | null> {
  const { row, calendar } = loaded;
  const [from, ends] = [iso(row.releasedAt), lastDayEndOf(deps, row)];
  if (from === null || ends === null || now >= ends || loaded.facts.closed !== null || isStopped(loaded.facts)) return null;
  const at = shareOfBusinessTime(calendar, from, ends, deps.policy.introductions.window.recheckFit);
  if (at > now) return at;
  const left = items.filter((item) => open.has(item.row.state));
  const { drops } = fits({
    introductions: left.map((item) => ({
      id: item.row.id,
      tier: tierChoice(item),
      method: item.facts.method,
      value: item.relationship.value,
    })),
    policy: deps.policy,
    workingMs: businessTimeBetween(calendar, now, ends),
  });
  if (drops.length === 0) return null;
  let waits = false;
  for (const id of new Set(row.steps.map((step) => step.approverId))) {
    const approver = await personOf(deps, id);
    const about = { purpose: 'plan', handoverId: row.id, personId: approver?.id ?? null, subject: 'fit' } as const;
    if (!approver || (await deps.stores.links.wasGiven(about))) continue;
    const language = languageOf(deps, approver.language);
    const day = localDay(now, deps.calendarOf(approver.country).timeZone);
    const isSaid = await queueLetter(
      deps,
      {
        key: digestKey(approver.id, day),
        scope: 'introductions',
        scopeId: row.id,
        handoverId: row.id,
        personId: approver.id,
        to: approver.email,
      },
      language,
      async (links) => {
        const link = links.to({ ...about, expiresAt: linkEnds(deps, now, 'P60D') });
        const text = digestLine('will-not-fit', drops.length, language);
        const items = [{ text, link }, ...(await digestItems(deps, approver, links, now))];
        return { id: 'digest', name: approver.name, day, items };
      },
    );
    waits ||= !isSaid;
  }
  // Whoever had the mail of today already reads it in tomorrow's.
  return waits ? digestAt(now, deps.policy, calendar) : null;
}
