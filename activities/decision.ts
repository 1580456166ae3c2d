import type { Instant } from '../src/domain/words.js';
import type { Command, Refusal, RefusalCode } from '../workflows/contract.js';
import type { Deps } from './deps.js';
import type { Loaded } from './facts.js';

/** One decision by its name, with its input. */
export type Named<Name extends Command['name']> = Extract<Command, { readonly name: Name }>;

/** What carrying out a decision needs: stores in one transaction, the handover as it stands, domain time. */
export interface Context {
  readonly deps: Deps;
  readonly loaded: Loaded;
  readonly now: Instant;
}

/** Thrown while a decision is carried out: the rows do not allow it, and the transaction is rolled back. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(code: RefusalCode, text: string, problems: Refusal['problems'] = undefined) {
    super(text);
    this.refusal = { code, text, ...(problems && { problems }) };
  }
}
