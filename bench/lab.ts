import type { Result } from './result.js';
import { depart, type Departure } from './leaver.js';
import { openStack, say, type Stack } from './stack.js';

/** What was asked for on the command line. */
export interface Options {
  readonly seed: number;
  /** Companies of the leaver. */
  readonly size: number;
  /** Pairs in a comparison. */
  readonly pairs: number;
  /** Webhooks in one round of one side. */
  readonly webhooks: number;
  /** Memberships asleep at once. */
  readonly members: number;
  /** Check-ins due at one moment. */
  readonly checkIns: number;
}

/** One benchmark: the names of its results, in their order, and how they are measured. */
export interface Bench {
  readonly names: readonly string[];
  readonly measure: (lab: Lab) => Promise<readonly Result[]>;
}

const kinds = {
  limited: { limited: true, worker: true },
  unlimited: { limited: false, worker: true },
  webhooks: { limited: false, worker: false },
} as const;
type Kind = keyof typeof kinds;

/** What benchmarks share: one stack at a time (two would measure each other), and the one leaver that several figures come from. */
export class Lab {
  readonly options: Options;
  #open: { readonly kind: Kind; readonly stack: Stack } | null = null;
  #leaver: Promise<Departure & { readonly peaks: ReturnType<Stack['peaks']> }> | null = null;

  constructor(options: Options) {
    this.options = options;
  }

  async stack(kind: Kind): Promise<Stack> {
    if (this.#open?.kind === kind) return this.#open.stack;
    await this.close();
    say(`Starting a stack (${kind}) …`);
    const stack = await openStack({ ...kinds[kind], seed: this.options.seed });
    this.#open = { kind, stack };
    return stack;
  }

  /** One whole handover without limits; measured once, whoever asks. */
  leaver(): ReturnType<Lab['depart']> {
    this.#leaver ??= this.depart();
    return this.#leaver;
  }

  private async depart(): Promise<Departure & { readonly peaks: ReturnType<Stack['peaks']> }> {
    const stack = await this.stack('unlimited');
    say(`One leaver with ${this.options.size} companies …`);
    const departure = await depart(stack, this.options);
    return { ...departure, peaks: stack.peaks() };
  }

  async close(): Promise<void> {
    const { stack } = this.#open ?? {};
    this.#open = null;
    await stack?.close();
  }
}
