import {
  continueAsNew,
  defineSignal,
  isCancellation,
  log,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Instant } from '../src/domain/words.js';
import type { Look, MembershipInput, MembershipLook, RowsInput } from './contract.js';
import { failureOf } from './motions.js';
import { introduce, park, tendMembership } from './proxies.js';
import { Alarm, nowIso } from './time.js';

/** "Look at the rows again": it carries nothing. */
export const rowsChangedSignal = defineSignal<[unknown?]>('changed');

/** Listens for `changed`, and ignores what is misspelt: a lost or doubled signal harms nothing, since rows say what is due. */
class Bell {
  #rung = 0;
  #heard = 0;

  constructor() {
    setHandler(rowsChangedSignal, () => void (this.#rung += 1), { description: 'Look at the rows again.' });
    setDefaultSignalHandler(() => undefined);
  }

  hear(): void {
    this.#heard = this.#rung;
  }

  get hasRung(): boolean {
    return this.#rung > this.#heard;
  }
}

/** Works the introductions of one handover: sleeps until the earliest row is due, or until something changed. */
export async function introductions(input: RowsInput): Promise<void> {
  const bell = new Bell();
  const alarm = new Alarm('Until the next introduction is due');
  for (;;) {
    bell.hear();
    const { dueAt, ended } = await look(input.handover);
    if (ended && !bell.hasRung) return;
    if (workflowInfo().continueAsNewSuggested && !bell.hasRung) return continueAsNew<typeof introductions>(input);
    await alarm.wait(dueAt, () => bell.hasRung);
  }
}

const dayMs = 24 * 60 * 60_000;

/** A look that failed for good (a token was revoked) waits for a person who says `retry`, or for tomorrow. */
async function look(handover: string): Promise<Look> {
  try {
    return await introduce({ handover, now: nowIso() });
  } catch (error) {
    if (isCancellation(error)) throw error;
    await park({ handover, now: nowIso(), what: 'introductions', ...failureOf(error) });
    return { dueAt: tomorrow(), ended: false };
  }
}

/** A mail server that was away for half a day ends no membership: what is due is due tomorrow, too. */
async function tend(member: string): Promise<MembershipLook> {
  try {
    return await tendMembership({ member, now: nowIso() });
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('a membership could not be seen to; it is tried again tomorrow', { member, kind: failureOf(error).kind });
    return { dueAt: tomorrow(), ended: false, asked: false };
  }
}

function tomorrow(): Instant {
  return new Date(Date.now() + dayMs).toISOString();
}

/** Whoever has not answered by then is left alone until the next question, and the run that asked is over. */
const silentAfterMs = 14 * dayMs;

/**
 * One membership of the alumni programme. A run holds one interval: it ends with the answer to its question, or with silence. The next one begins
 * asleep (`dueAt`) unless something happened. So a burst of questions on one day begins no runs.
 */
export async function membership({ member, dueAt: asleepUntil }: MembershipInput): Promise<void> {
  const bell = new Bell();
  const alarm = new Alarm('Until the next message to this alumnus');
  if (asleepUntil !== undefined) await alarm.wait(asleepUntil, () => bell.hasRung);
  for (;;) {
    bell.hear();
    const { dueAt, ended, asked } = await tend(member);
    if (ended && !bell.hasRung) return;
    const silentAt = new Date(Date.now() + silentAfterMs).toISOString();
    const isSilent = asked && dueAt !== null && silentAt < dueAt;
    await alarm.wait(isSilent ? silentAt : dueAt, () => bell.hasRung);
    if (!asked && !workflowInfo().continueAsNewSuggested) continue;
    return continueAsNew<typeof membership>({ member, ...(isSilent && !bell.hasRung && { dueAt }) });
  }
}
