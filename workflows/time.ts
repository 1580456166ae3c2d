import { CancellationScope, condition, sleep } from '@temporalio/workflow';
import type { Instant } from '../src/domain/words.js';

/** The workflow's clock as an instant; activities get it as domain time. */
export function nowIso(): Instant {
  return new Date().toISOString();
}

interface Timer {
  readonly dueAt: Instant;
  readonly scope: CancellationScope;
  isDue: boolean;
}

/** One timer, set anew only when its instant changes: whoever is woken in between and finds nothing new leaves no trace of it in the history. */
export class Alarm {
  readonly #summary: string;
  #timer: Timer | null = null;

  /** `summary` is what the Temporal UI shows beside the timer. */
  constructor(summary: string) {
    this.#summary = summary;
  }

  /** Waits until something happened, or until an instant; null waits for the former alone. */
  async wait(dueAt: Instant | null, isAwake: () => boolean): Promise<void> {
    if (this.#timer !== null && this.#timer.dueAt !== dueAt) this.#timer.scope.cancel();
    if (this.#timer?.dueAt !== dueAt) this.#timer = dueAt === null ? null : this.#set(dueAt);
    const timer = this.#timer;
    await condition(() => timer?.isDue === true || isAwake());
    if (timer?.isDue) this.#timer = null;
  }

  #set(dueAt: Instant): Timer {
    const timer = { dueAt, scope: new CancellationScope(), isDue: false };
    const left = Math.max(1, Date.parse(dueAt) - Date.now());
    timer.scope
      .run(() => sleep(left, { summary: this.#summary }))
      .then(
        () => void (timer.isDue = true),
        () => undefined,
      );
    return timer;
  }
}
