import type { Language } from '../../domain/words.js';
import { da } from './da.js';
import { en } from './en.js';
import { nl } from './nl.js';

type Shape<Text> = Text extends (...values: infer Values) => infer Said
  ? (...values: Values) => Shape<Said>
  : Text extends string
    ? string
    : Text extends readonly string[]
      ? readonly string[]
      : { readonly [Key in keyof Text]: Shape<Text[Key]> };

/** Everything the pages say, in one language. */
export type Words = Shape<typeof en>;

/** The pages' texts by language. */
export const wordsOf: Readonly<Record<Language, Words>> = { nl, da, en };
