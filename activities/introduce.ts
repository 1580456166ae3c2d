import { addDays, addDuration, earlierOf, instantOf, localDay } from '../src/domain/calendar.js';
import { proposeTimes, slotsOf } from '../src/domain/calls.js';
import {
  digestAt,
  isWarm,
  mailsForToday,
  nextIntroduction,
  withdrawIntroduction,
  type IntroductionChange,
  type NextIntroduction,
} from '../src/domain/introduction.js';
import type { Instant } from '../src/domain/words.js';
import type { CallContext } from '../src/ports/vendor.js';
import type { Look } from '../workflows/contract.js';
import type { Deps } from './deps.js';
import { queueFit } from './fit.js';
import { addressFrom, queueAccess, queueCalls, queueDigests, queueList, queueReversal } from './introductionMails.js';
import { createTasks, endTasks, intendTasks, readAnswers, readTasks } from './introductionTasks.js';
import { isTakenBack, judgeIntroduction } from './introductionGround.js';
import { loadPage, proposeIntroductions, tierChoice, type Introducing, type IntroductionPage } from './introductions.js';
import { sendMails } from './mails.js';
import { offerAnother } from './refusal.js';

/**
 * One look at a handover's introductions: what people did since, what follows from it, what is asked of whom, and what is sent. Rows first, then
 * the CRM and the mails, which rows already name, so a second attempt repeats nothing.
 */
export async function introduce(deps: Deps, handover: string, now: Instant, context: CallContext): Promise<Look> {
  const found = await loadPage(deps, handover, now);
  if (found?.loaded.facts.mode !== 'act') return { dueAt: null, ended: true };
  await readTasks(deps, handover, context);
  await readAnswers(deps, found, context);
  const settled = await deps.inTransaction(async (tx) => {
    await tx.stores.handovers.lock(handover);
    return step(tx, handover, now);
  });
  if (!settled) return { dueAt: null, ended: true };
  // Before anything that may fail: an account that was freed is to move although a vendor is away.
  if (settled.changed) await deps.workflows.look(handover);
  const { page } = settled;
  await intendTasks(deps, page, now);
  const isCreated = await createTasks(deps, page, context);
  await endTasks(deps, isCreated ? await reloaded(deps, page, now) : page, context);
  for (const item of page.items.filter(isToBeAnswered)) await offerAnother(deps, item, now, context);
  await sendMails(
    deps,
    { scope: 'introductions', scopeId: handover },
    (mail) => judgeIntroduction(deps, handover, mail, now),
    now,
    context,
  );
  const closed = page.loaded.facts.closed !== null;
  return { dueAt: closed ? null : lookAt(deps, page, settled.dueAt, now), ended: closed };
}

async function reloaded(deps: Deps, page: IntroductionPage, now: Instant): Promise<IntroductionPage> {
  return (await loadPage(deps, page.loaded.row.id, now)) ?? page;
}

interface Settled {
  /** As it is after all changes. */
  readonly page: IntroductionPage;
  readonly changed: boolean;
  readonly dueAt: Instant | null;
}

/** Applies what is due to the rows, and queues what is to be said. */
async function step(tx: Deps, handover: string, now: Instant): Promise<Settled | null> {
  const first = await loadPage(tx, handover, now);
  if (!first) return null;
  const { facts, row } = first.loaded;
  const isProposed = facts.closed === null && (await proposeIntroductions(tx, row));
  const page = isProposed ? await reloaded(tx, first, now) : first;
  const isOver = isTakenBack(facts);
  const results = page.items.map((item) => ({
    item,
    next: isOver ? withdrawn(item) : nextIntroduction(item.facts, now, tx.policy, page.loaded.calendar),
  }));
  const isBegun = !isOver && (await beginAgain(tx, page));
  for (const { item, next } of results) for (const change of next.changes) await apply(tx, page, item, change, now);
  const changed = results.some(({ next }) => next.changes.length > 0);
  const isPut = await notePutBefore(tx, page, results, now);
  const later = isBegun || changed || isPut ? await reloaded(tx, page, now) : page;
  const isCalled = await proposeCalls(tx, later, now);
  const listAt = await queueList(tx, later, now);
  const planned = isCalled ? await reloaded(tx, later, now) : later;
  await queueCalls(tx, planned, now);
  const fitAt = await queueFit(tx, planned, now);
  await queueDigests(tx, planned, now);
  await queueAccess(tx, planned);
  const warmed = results.flatMap(({ item, next }) => (item.row.bundle !== null && becomesWarm(next) ? [item.row.bundle] : []));
  if (warmed.length > 0) await tx.stores.ownerships.endWait(handover, warmed);
  return {
    page: planned,
    changed,
    dueAt: earliest([...results.map(({ next }) => next.dueAt), listAt, fitAt]),
  };
}

function withdrawn({ facts }: Introducing): NextIntroduction {
  return { changes: withdrawIntroduction(facts), dueAt: null, needs: [] };
}

/** An ending that is in force again after all: what was waived with it is proposed anew, with tasks of its own. True when there was any. */
async function beginAgain(deps: Deps, { items }: IntroductionPage): Promise<boolean> {
  const waived = items.filter(({ row }) => row.state === 'waived' && row.reason === 'withdrawn');
  for (const { row } of waived) await deps.stores.introductions.beginAgain(row.id, null);
  return waived.length > 0;
}

/** What a bundle no longer waits for: it was introduced, or nobody is going to introduce it. */
function becomesWarm({ changes }: NextIntroduction): boolean {
  return changes.some(
    ({ ...one }) => one.change === 'state' && (isWarm(one.state) || one.state === 'waived' || one.state === 'unreachable'),
  );
}

async function apply(
  deps: Deps,
  page: IntroductionPage,
  item: Introducing,
  change: IntroductionChange,
  now: Instant,
): Promise<void> {
  const { introductions } = deps.stores;
  const { id } = item.row;
  switch (change.change) {
    case 'state':
      return introductions.update(id, {
        state: change.state,
        reason: change.state === 'refused' ? refusalOf(item) : (change.reason ?? null),
        ...stampOf(change.state, item, now),
      });
    case 'method':
      return introductions.update(id, { method: change.method });
    case 'debt-opened':
      return introductions.update(id, { debtAt: now, debtClosedAt: null });
    case 'debt-closed':
      return introductions.update(id, { debtClosedAt: now });
    case 'cancel-call':
      return introductions.update(id, { callStart: null, callEnd: null, proposals: [] });
    case 'draft-reversal':
      return queueReversal(deps, page, item, change.by);
    // What follows from a refusal asks vendors, and tasks follow from needs: both after the transaction.
    case 'propose-other-successor':
    case 'remove-tasks':
      return;
    default:
      return change satisfies never;
  }
}

/** What a contact does not want: this successor, or anybody. It stays in the row until it was answered. */
function refusalOf({ row }: Introducing): 'no-contact' | 'another' {
  return row.reason === 'no-contact' ? row.reason : 'another';
}

function isToBeAnswered({ row }: Introducing): boolean {
  return row.state === 'refused' && (row.reason === 'no-contact' || row.reason === 'another');
}

function stampOf(state: string, { row }: Introducing, now: Instant) {
  switch (state) {
    case 'agreed':
      return { agreedAt: row.agreedAt ?? now };
    case 'held':
      return { heldAt: row.heldAt ?? now };
    case 'sent':
      return { sentAt: row.sentAt ?? now };
    case 'done':
      return { doneAt: now };
    default:
      return {};
  }
}

/** Writes down who takes over and what people are to do; mails are put before the leaver a few a day. True when anything is new. */
async function notePutBefore(
  deps: Deps,
  page: IntroductionPage,
  results: readonly { readonly item: Introducing; readonly next: NextIntroduction }[],
  now: Instant,
): Promise<boolean> {
  const { timeZone } = page.loaded.calendar;
  const today = localDay(now, timeZone);
  const asked = results.filter(({ item }) => item.row.askedAt !== null);
  const waiting = results.filter(({ item, next }) => next.needs.includes('leaver-mail') && item.row.askedAt === null);
  const windowEnds = waiting
    .map(({ item }) => item.facts.window.to)
    .reduce(earlierOf, page.loaded.facts.deadlines?.lastDayEnds ?? now);
  const elsewhere = await deps.stores.introductions.askedFor([...new Set(waiting.flatMap(({ item }) => item.successor ?? []))], {
    from: instantOf(today, '00:00', timeZone),
    to: instantOf(addDays(today, 1), '00:00', timeZone),
    but: page.loaded.row.id,
  });
  const chosen = new Set(
    mailsForToday(
      {
        waiting: waiting.map(({ item }) => ({
          id: item.row.id,
          tier: tierChoice(item),
          value: item.relationship.value,
          successor: item.successor ?? '',
        })),
        today: asked
          .filter(({ item }) => item.row.askedAt && localDay(item.row.askedAt.toISOString(), timeZone) === today)
          .map(({ item }) => item.successor ?? ''),
        elsewhere,
        perDay: deps.policy.introductions.perDay,
        windowEnds,
      },
      now,
      page.loaded.calendar,
    ),
  );
  let isNew = false;
  for (const { item, next } of results) {
    const isPut = chosen.has(item.row.id);
    const needs = next.needs.filter((need) => need !== 'leaver-mail' || isPut || item.row.askedAt !== null);
    const isSame = needs.join() === item.row.needs.join() && item.successor === item.row.successorId && !isPut;
    if (isSame) continue;
    isNew = true;
    await deps.stores.introductions.update(item.row.id, {
      needs,
      successorId: item.successor,
      ...(isPut && { askedAt: now }),
    });
  }
  return isNew;
}

/** Three times for every call that nobody has booked; those that have passed are proposed anew. True when there are new ones. */
async function proposeCalls(deps: Deps, { loaded, items }: IntroductionPage, now: Instant): Promise<boolean> {
  const { calendar } = loaded;
  const { length, proposals, notice } = deps.policy.introductions.call;
  const taken = items.flatMap(({ row, facts }) => [
    ...(facts.call ? [facts.call] : []),
    ...(row.state === 'agreed' ? slotsOf(row.proposals) : []),
  ]);
  let isNew = false;
  for (const item of items) {
    if (item.row.state !== 'agreed' || item.row.method !== 'joint-call') continue;
    const kept = slotsOf(item.row.proposals).filter(({ start }) => start > now);
    if (kept.length > 0) continue;
    const slots = proposeTimes({
      calendar,
      otherTimeZone: item.relationship.timeZone,
      otherWorkingHours: calendar.workingHours,
      from: now > item.facts.window.from ? now : item.facts.window.from,
      to: now < item.facts.window.to ? item.facts.window.to : item.facts.lastDayEnds,
      length,
      count: proposals,
      notice,
      taken,
      seed: item.row.id,
    });
    if (slots.length === 0) continue;
    taken.push(...slots);
    isNew = true;
    await deps.stores.introductions.update(item.row.id, { proposals: slots.map(({ start, end }) => ({ start, end })) });
  }
  return isNew;
}

/** When to look again: what is due next, the next digest, and soon while somebody's task or answer is waited for. */
function lookAt(deps: Deps, { loaded, rules, items }: IntroductionPage, dueAt: Instant | null, now: Instant): Instant | null {
  const { calendar } = loaded;
  const isAsked = items.some(({ tasks, row }) => row.state === 'sent' || tasks.some((task) => task.state === 'open'));
  // A mail that was held back today, because leaver or successor has enough, is put before somebody on another day.
  const isHeldBack = items.some(
    ({ row, facts }) => row.state === 'agreed' && row.method === 'email' && row.askedAt === null && facts.window.to > now,
  );
  const isNeeded = isHeldBack || items.some(({ row }) => row.needs.length > 0);
  const ends = loaded.facts.deadlines?.lastDayEnds ?? null;
  const ask = rules.invitation ? addressFrom(deps, loaded) : null;
  return earliest([
    dueAt,
    isAsked ? addDuration(calendar, now, deps.policy.introductions.look) : null,
    isNeeded || (ask !== null && ask <= now) ? digestAt(now, deps.policy, calendar) : null,
    ask !== null && ask > now ? ask : null,
    ends !== null && ends > now ? ends : null,
  ]);
}

function earliest(times: readonly (Instant | null)[]): Instant | null {
  return times.reduce((first, time) => (time !== null && (first === null || time < first) ? time : first), null);
}
