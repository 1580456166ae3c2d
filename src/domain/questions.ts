import type { Duration } from './words.js';
import type { Policy } from './policy.js';

/** The questions, in the order of the policy's offsets; whatever the last offset is, its question is whether the person stays. */
const usual = ['goodbye', 'whereabouts', 'referral', 'return'] as const;
/** Retirees are not asked about an employer. */
const retired = ['goodbye', 'advice', 'stay'] as const;
export type Question = (typeof usual)[number] | (typeof retired)[number];

/** The answers that each question takes. */
export const answers: Readonly<Record<Question, readonly string[]>> = {
  goodbye: ['good', 'so-so', 'not-good'],
  whereabouts: ['yes', 'no'],
  referral: ['thanks', 'none'],
  advice: ['yes', 'no'],
  return: ['keep-me-posted', 'maybe', 'stay', 'remove'],
  stay: ['stay', 'remove'],
};

/**
 * The purposes of consents beside a member's preferences: writing to the address, belonging (which includes the questions of the first year), and
 * what answers permit further. Pages record them, and whoever acts asks for them right before.
 */
export const purposes = {
  address: 'alumni-address',
  membership: 'alumni',
  approach: 'approach-at-employer',
  advice: 'advice',
  recall: 'recall',
} as const;

/** An answer that goes further has a consent of its own. */
export const consents: Readonly<Record<string, string>> = {
  'whereabouts/yes': purposes.approach,
  'advice/yes': purposes.advice,
  'return/keep-me-posted': purposes.recall,
};

/** What a check-in asks, by its place among the offsets. */
export function questionOf(
  { offsets, retirees }: Pick<Policy['checkIns'], 'offsets' | 'retirees'>,
  { retiree }: { readonly retiree: boolean },
  kind: Duration,
): Question {
  const questions: readonly Question[] = retiree ? retired : usual;
  const kinds = retiree ? retirees : offsets;
  const at = kinds.indexOf(kind);
  const last = questions.length - 1;
  const index = at === kinds.length - 1 ? last : Math.min(Math.max(at, 0), last - 1);
  return questions[index] ?? 'goodbye';
}
