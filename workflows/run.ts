import {
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  log,
  setCurrentDetails,
  sleep,
  uuid4,
} from '@temporalio/workflow';
import {
  toStatus,
  type Command,
  type CommandName,
  type DecisionAnswer,
  type HandoverInput,
  type HandoverStatus,
  type HandoverView,
  type Motion,
  type Refusal,
  type RefusalEntry,
} from './contract.js';
import { details } from './details.js';
import { readChanged, readCommand } from './guard.js';
import { refusalOf } from './messages.js';
import { failureOf, runMotion } from './motions.js';
import { abort, applyChange, applyCommand, noteRefusals, park, settle } from './proxies.js';
import { SearchAttributes } from './attributes.js';
import { nowIso } from './time.js';

/** Newest refusals that the status shows. */
const mostRefusals = 20;
/** Only what was never looked at is shown before the first activity has answered. */
const blank: HandoverView = {
  revision: -1,
  stage: 'snapshotting',
  outcome: null,
  lastWorkingDay: null,
  planVersion: 0,
  paused: false,
  epoch: 0,
  desired: 1,
  applied: 0,
  told: [],
  steps: [],
  waitingFor: [],
  parked: [],
  motions: [],
  dueAt: null,
  bareDecisions: false,
  released: false,
};

/** What could not even be written down as a row; it waits for `retry` like everything that is parked. */
interface Stuck {
  readonly id: string;
  readonly what: Motion | 'settle' | 'changed';
  readonly kind: string;
  readonly since: string;
}

/** One run of the saga: the newest view, the messages on their way, the work under way. */
export class HandoverRun {
  readonly #input: HandoverInput;
  readonly #handover: string;
  readonly #running = new Map<Motion, Promise<void>>();
  readonly #attributes: SearchAttributes;
  #view = blank;
  #refusals: RefusalEntry[];
  #hasNewRefusals = false;
  #stuck: Stuck[] = [];
  #stuckCount = 0;
  #busy = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #awake = false;
  #lookWanted = false;
  #timer: { readonly dueAt: string; readonly scope: CancellationScope } | null = null;

  constructor(input: HandoverInput) {
    this.#input = input;
    this.#handover = input.handover;
    this.#refusals = [...(input.refusals ?? [])];
    this.#attributes = new SearchAttributes(input.connection);
  }

  get isOpen(): boolean {
    return this.#view.stage !== 'closed';
  }

  /** Nothing under way: neither work nor a message. */
  get isIdle(): boolean {
    return this.#running.size === 0 && this.#busy === 0 && !this.#awake;
  }

  get outcome(): string | null {
    return this.#view.outcome;
  }

  /** What a new run has to know and rows do not tell it. */
  carryOver(): HandoverInput {
    return { ...this.#input, refusals: this.#refusals };
  }

  status(): HandoverStatus {
    return toStatus(this.#handover, this.#shown(), this.#refusals);
  }

  // Messages

  /** Refuses an update before it leaves an event. */
  validate(name: CommandName, sent: unknown): void {
    const read = readCommand(name, sent);
    const refused = 'refused' in read ? read.refused : this.#refusalOf(read.command);
    if (refused) throw toFailure(refused);
  }

  async onUpdate(name: CommandName, sent: unknown): Promise<DecisionAnswer> {
    const read = readCommand(name, sent);
    const refused = 'refused' in read ? read.refused : await this.#decide(read.command);
    if (refused) throw toFailure(refused);
    const { handover, stage, planVersion, steps } = this.status();
    return { handover, stage, planVersion, steps: steps.map(({ id, state }) => ({ id, state })) };
  }

  async onSignal(name: CommandName, sent: unknown): Promise<void> {
    const read = readCommand(name, sent);
    const refused = 'refused' in read ? read.refused : (this.#refusalOf(read.command) ?? (await this.#decide(read.command)));
    if (refused) this.#refuse(name, refused);
  }

  async onChanged(sent: unknown): Promise<void> {
    const changed = readChanged(sent);
    if (!changed)
      return this.#refuse('changed', { code: 'invalid-input', text: 'changed was not understood. It is sent by Baton itself.' });
    if (changed.version > this.#view.applied) await this.#change();
  }

  onLook(): void {
    this.#lookWanted = true;
    this.#awake = true;
  }

  onUnknown(name: string): void {
    this.#refuse(name.slice(0, 40), {
      code: 'unknown-message',
      text: 'There is no such message; the names are in the documentation.',
    });
  }

  // The saga

  async begin(): Promise<void> {
    await this.#change();
  }

  /** Starts the work that is due and not under way. Whatever writes waits until nothing else writes. */
  startMotions(): void {
    for (const motion of this.#view.motions) {
      const isBlocked =
        this.#stuck.some(({ what }) => what === motion) || (isWriting(motion) && [...this.#running.keys()].some(isWriting));
      if (this.#running.has(motion) || isBlocked) continue;
      this.#running.set(motion, this.#move(motion));
    }
  }

  /** Sleeps until something happened or is due, and looks at the rows again where that is wanted. */
  async rest(): Promise<void> {
    this.#setTimer();
    await condition(() => this.#awake);
    this.#awake = false;
    if (!this.#lookWanted) return;
    this.#lookWanted = false;
    await this.#settle();
  }

  /** One timer for whatever is due next; it is left alone as long as that does not change, since every timer costs events. */
  #setTimer(): void {
    const dueAt = this.#stuck.some(({ what }) => what === 'settle') ? null : this.#view.dueAt;
    if (this.#timer?.dueAt === dueAt) return;
    this.#timer?.scope.cancel();
    this.#timer = null;
    if (dueAt === null) return;
    const scope = new CancellationScope();
    this.#timer = { dueAt, scope };
    const waits = [...new Set(this.#view.waitingFor.map(({ what }) => what))].join(', ');
    const untilDue = () =>
      sleep(Math.max(1, Date.parse(dueAt) - Date.now()), { summary: `Waits for ${waits || 'the next due date'}` });
    void scope.run(untilDue).then(
      () => {
        this.#timer = null;
        this.onLook();
      },
      () => undefined,
    );
  }

  /** Shows where it stands to operators, and keeps new refusals in the row. */
  async show(): Promise<void> {
    const view = this.#shown();
    setCurrentDetails(details(this.#handover, view, this.#refusals));
    this.#attributes.show(view);
    if (!this.#hasNewRefusals) return;
    this.#hasNewRefusals = false;
    try {
      await noteRefusals({ handover: this.#handover, now: nowIso(), refusals: this.#refusals });
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('refusals could not be written down', { kind: failureOf(error).kind });
    }
  }

  /** Lets what is under way end before the run does: an activity whose workflow has ended is never tried again, and a mail would be lost. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  /** An operator cancelled: stop, undo nothing. */
  async abort(): Promise<void> {
    await CancellationScope.nonCancellable(async () => {
      await Promise.allSettled(this.#running.values());
      await abort({ handover: this.#handover, now: nowIso() });
    });
  }

  async #change(): Promise<void> {
    await this.#inTurn('changed', async () => this.#accept(await applyChange({ handover: this.#handover, now: nowIso() })));
  }

  async #settle(): Promise<void> {
    await this.#inTurn('settle', async () => this.#accept(await settle({ handover: this.#handover, now: nowIso() })));
  }

  /** Decisions are carried out one after the other, in the order in which they came. */
  async #decide(command: Command): Promise<Refusal | null> {
    if ((command.name === 'retry' || command.name === 'skip') && this.#unstick(command.parked)) return null;
    const messageId = uuid4();
    let refused: Refusal | null = null;
    const failed = await this.#inTurn(null, async () => {
      const answer = await applyCommand({ handover: this.#handover, command, messageId, now: nowIso() });
      if ('refused' in answer) refused = answer.refused;
      else this.#accept(answer.view);
    });
    return failed
      ? { code: 'failed', text: `This could not be carried out (${failed}); the worker's log says more. Send it again.` }
      : refused;
  }

  /** Runs one change of rows after those before it; what fails for good is kept for `retry`. Returns the failure's kind. */
  async #inTurn(what: Stuck['what'] | null, work: () => Promise<void>): Promise<string | null> {
    this.#busy += 1;
    const before = this.#turn;
    const mine = before.then(work, work);
    this.#turn = mine.catch(() => undefined);
    try {
      await mine;
      return null;
    } catch (error) {
      if (isCancellation(error)) throw error;
      const { kind } = failureOf(error);
      if (what) this.#stick(what, kind);
      return kind;
    } finally {
      this.#busy -= 1;
      this.#awake = true;
    }
  }

  async #move(motion: Motion): Promise<void> {
    try {
      this.#accept(await runMotion(motion, this.#handover));
    } catch (error) {
      if (isCancellation(error)) throw error;
      await this.#park(motion, failureOf(error));
    } finally {
      this.#running.delete(motion);
      this.#awake = true;
    }
  }

  async #park(what: Motion, { kind, reason }: ReturnType<typeof failureOf>): Promise<void> {
    try {
      this.#accept(await park({ handover: this.#handover, now: nowIso(), what, kind, reason }));
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.#stick(what, kind);
    }
  }

  #stick(what: Stuck['what'], kind: string): void {
    if (this.#stuck.some((item) => item.what === what)) return;
    this.#stuckCount += 1;
    this.#stuck.push({ id: `k-w${this.#stuckCount}`, what, kind, since: nowIso() });
  }

  /** Takes what is stuck off the list, so that it is tried again; true when that was all that was meant. */
  #unstick(parked: string): boolean {
    const freed = this.#stuck.filter(({ id }) => parked === 'all' || id === parked);
    if (freed.length === 0) return false;
    this.#stuck = this.#stuck.filter((item) => !freed.includes(item));
    if (freed.some(({ what }) => what === 'changed')) void this.#change();
    else this.onLook();
    this.#awake = true;
    return parked !== 'all' || this.#view.parked.length === 0;
  }

  /** Keeps the newer view: work that runs beside a decision may answer later with an older one. */
  #accept(view: HandoverView): void {
    if (view.revision >= this.#view.revision) this.#view = view;
  }

  /** While something is under way the view may be behind the rows, which whoever decides has seen: then the rows alone judge. */
  #refusalOf(command: Command): Refusal | null {
    const isBehind = this.#view === blank || this.#busy > 0 || this.#running.size > 0;
    return isBehind ? null : refusalOf(this.#shown(), command);
  }

  #refuse(message: string, { code, text }: Refusal): void {
    this.#refusals = [...this.#refusals, { at: nowIso(), message, code, text }].slice(-mostRefusals);
    this.#hasNewRefusals = true;
    this.#awake = true;
  }

  /** The view with what could not be written down as a row. */
  #shown(): HandoverView {
    return this.#stuck.length === 0 ? this.#view : { ...this.#view, parked: [...this.#view.parked, ...this.#stuck] };
  }
}

function isWriting(motion: Motion): boolean {
  return motion === 'transfer' || motion === 'restore' || motion === 'sweep';
}

function toFailure({ code, text, problems }: Refusal): ApplicationFailure {
  return ApplicationFailure.create({ type: code, message: text, nonRetryable: true, details: [problems ?? []] });
}
