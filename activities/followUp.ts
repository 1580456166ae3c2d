import { addDays, addDuration, dayBefore, localDay } from '../src/domain/calendar.js';
import type { Instant } from '../src/domain/words.js';
import { VendorError, type CallContext } from '../src/ports/vendor.js';
import type { Deps } from './deps.js';
import { queueDebtQuestion, queueDebtReminder } from './debtMails.js';
import { introduce } from './introduce.js';
import { sendMails } from './mails.js';
import { scoreHandover } from './scores.js';

/** What a follow-up did. */
export interface FollowUpResult {
  readonly debts: number;
  readonly scores: number;
  readonly handovers: number;
}

/** How long after its close a handover's notes and answers are still looked for. */
const looksBack = 'P120D';
/** Links are forgotten this long after they ended. */
const linksKept = 'P30D';
/** A membership that was to be looked at this long ago is asleep for ever. */
const overdueAfterMs = 24 * 60 * 60_000;
const mostWoken = 1_000;

/** The daily look at what is due by date, long after a handover has closed. One vendor's bad day costs that vendor's part of one day. */
export async function followUpAll(deps: Deps, now: Instant, context: CallContext, alive: () => void): Promise<FollowUpResult> {
  const handovers = await finishIntroductions(deps, now, context, alive);
  const debts = await followDebts(deps, now, context, alive);
  const scores = await scoreAll(deps, now, context, alive);
  await wakeSleepers(deps, now);
  await forget(deps, now);
  return { debts, scores, handovers };
}

/** Notes that were not written when the handover closed, and answers that were still to come. */
async function finishIntroductions(deps: Deps, now: Instant, context: CallContext, alive: () => void): Promise<number> {
  const since = instantBefore(deps, now, looksBack);
  const ids = await deps.stores.introductions.unfinishedHandovers(since);
  let looked = 0;
  for (const id of ids) {
    alive();
    looked += await unless(deps, id, now, async () => {
      await introduce(deps, id, now, context);
      return 1;
    });
  }
  return looked;
}

/** Reminds successors of debts as they age, and asks the manager after the last reminder. */
async function followDebts(deps: Deps, now: Instant, context: CallContext, alive: () => void): Promise<number> {
  const { followUp } = deps.policy.debts;
  // What an earlier attempt queued and could not send.
  for (const id of await deps.stores.mails.waitingIn('followUp'))
    await sendMails(deps, { scope: 'followUp', scopeId: id }, () => Promise.resolve('go'), now, context);
  const debts = await deps.stores.introductions.debts();
  const due = debts.filter(({ debtAt, debtFollowUps }) => {
    const after = followUp[debtFollowUps];
    return debtAt !== null && after !== undefined && addDuration(deps.calendarOf(null), debtAt.toISOString(), after) <= now;
  });
  for (const handoverId of new Set(due.map((debt) => debt.handoverId))) {
    alive();
    const own = due.filter((debt) => debt.handoverId === handoverId);
    await deps.inTransaction(async (tx) => {
      await queueDebtReminder(tx, handoverId, own, now);
      await queueDebtQuestion(
        tx,
        handoverId,
        own.filter((debt) => debt.debtFollowUps === followUp.length - 1),
        now,
      );
      for (const debt of own) await tx.stores.introductions.update(debt.id, { debtFollowUps: { increment: 1 } });
    });
    await sendMails(deps, { scope: 'followUp', scopeId: handoverId }, () => Promise.resolve('go'), now, context);
  }
  return due.length;
}

/** Looks at the accounts of handovers whose last working day was 90 and 180 days ago. */
async function scoreAll(deps: Deps, now: Instant, context: CallContext, alive: () => void): Promise<number> {
  let scored = 0;
  for (const after of deps.policy.scores) {
    const until = dayBefore(deps.calendarOf(null), localDay(now, deps.calendarOf(null).timeZone), after);
    // A month's grace: a score taken much later would say something else.
    for (const id of await deps.stores.handovers.unscored(after, addDays(until, -30), until)) {
      alive();
      scored += await unless(deps, id, now, () => scoreHandover(deps, id, after, now, context));
    }
  }
  return scored;
}

async function wakeSleepers(deps: Deps, now: Instant): Promise<void> {
  const before = new Date(Date.parse(now) - overdueAfterMs).toISOString();
  // Also those whose last wake was lost: a farewell or a request still waits in their rows.
  const ids = new Set([
    ...(await deps.stores.members.overdue(before, mostWoken)),
    ...(await deps.stores.mails.waitingIn('membership')),
  ]);
  for (const id of ids) await deps.workflows.wakeMembership(id);
}

/** What is no longer kept (policy.md 10). */
async function forget(deps: Deps, now: Instant): Promise<void> {
  const calendar = deps.calendarOf(null);
  const today = localDay(now, calendar.timeZone);
  await deps.stores.relationships.purgeNotes(dayBefore(calendar, today, deps.policy.retention.contactNotes));
  await deps.stores.mails.purge(instantBefore(deps, now, deps.policy.retention.contactNotes));
  await deps.stores.members.purgeSuppressions(now);
  await deps.stores.links.purge(instantBefore(deps, now, linksKept));
}

function instantBefore(deps: Deps, now: Instant, duration: string): Instant {
  const calendar = deps.calendarOf(null);
  return new Date(2 * Date.parse(now) - Date.parse(addDuration(calendar, now, duration))).toISOString();
}

/** A vendor that does not answer is noted; the others go on, and tomorrow is another day. */
async function unless(deps: Deps, handover: string, now: Instant, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    await deps.stores.handovers.noteFinding(handover, 'not-followed-up', error.kind, now);
    return 0;
  }
}
