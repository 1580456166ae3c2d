import { distance, ratio } from 'fuzzball';
import type { NormalCompany, NormalName } from './normalise.js';

/** From here on a match by name is made without asking. Measured by `bench/ties.ts`: precision at least 0.99. */
export const automaticAt = 0.92;
/** From here on a match by name is put to a person; below it is none. */
export const reviewAt = 0.7;
/** What a match of equal names in a company that one side does not know is worth: a question, never more. */
export const companyUnknown = 0.72;
/** From here on nothing but a middle name differs. */
export const equalAt = 0.97;
/** What a shared address is worth where the names say that it is somebody else. */
export const namesDisagree = 0.75;
/** Less than this apart, two candidates are as good as each other. */
export const rivalWithin = 0.1;

/** How two names compare: each part from 0 to 1; `near` is how the family names differ where they do. */
export interface NameScore {
  readonly given: number;
  readonly family: number;
  readonly near: 'equal' | 'part' | 'typo' | 'alike' | 'none';
}

const raw = { full_process: false } as const;
const different: NameScore = { given: 0, family: 0, near: 'none' };

/** Compares two names; words that moved between given and family name (`Mette Holm | Jensen`, `Mette | Holm Jensen`) are no difference. */
export function scoreNames(a: NormalName, b: NormalName): NameScore {
  if (a.given.length === 0 || a.family.length === 0 || b.given.length === 0 || b.family.length === 0) return different;
  if (a.sorted === b.sorted) return { given: 1, family: 1, near: 'equal' };
  const given = scoreGiven(a.given, b.given);
  return given === 0 ? different : { given, ...scoreFamily(a.family, b.family) };
}

/** Compares given names, from 0 to 1. One that is not the same is never more than a question: Martin and Martina are one letter apart. */
export function scoreGiven(a: readonly string[], b: readonly string[]): number {
  if (a.join('') === b.join('')) return 1;
  const [firstA = '', ...restA] = a;
  const [firstB = '', ...restB] = b;
  if (firstA === firstB && firstA.length > 1) return agree(restA, restB) ? 0.98 : 0.8;
  if (firstA[0] !== firstB[0]) return 0;
  const [short, long] = firstA.length < firstB.length ? [firstA, firstB] : [firstB, firstA];
  if (short.length === 1) return agree(a, b) ? 0.8 : 0;
  if (short.length > 2 && long.startsWith(short)) return 0.82;
  const alike = ratio(a.join(''), b.join(''), raw) / 100;
  return alike >= 0.8 ? alike * 0.9 : 0;
}

/** Whether further names do not contradict each other; an initial agrees with every name that begins with it. */
function agree(a: readonly string[], b: readonly string[]): boolean {
  return a.every((name, index) => {
    const other = b[index];
    return other === undefined || name === other || ((name.length === 1 || other.length === 1) && name[0] === other[0]);
  });
}

function scoreFamily(a: readonly string[], b: readonly string[]): Pick<NameScore, 'family' | 'near'> {
  const [wholeA, wholeB] = [a.join(''), b.join('')];
  if (wholeA === wholeB || [...a].sort().join('') === [...b].sort().join('')) return { family: 1, near: 'equal' };
  const [fewer, more] = a.length < b.length ? [a, b] : [b, a];
  if (fewer.length < more.length && fewer.every((word) => more.includes(word))) return { family: 0.95, near: 'part' };
  if (Math.min(wholeA.length, wholeB.length) >= 5 && isOneSlip(wholeA, wholeB)) return { family: 0.94, near: 'typo' };
  return mayBeAlike(wholeA, wholeB) && ratio(wholeA, wholeB, raw) >= 85
    ? { family: 0.84, near: 'alike' }
    : { family: 0, near: 'none' };
}

/** Whether lengths allow a ratio of 85 at all, or 90 in a company: asked first, for most pairs are not alike. */
function mayBeAlike(a: string, b: string): boolean {
  return Math.abs(a.length - b.length) <= (a.length + b.length) * 0.15;
}

/** One letter more, less or other, or two swapped. */
function isOneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  if (distance(a, b, raw) === 1) return true;
  const at = [...a].findIndex((letter, index) => letter !== b[index]);
  return a.length === b.length && a.slice(at + 2) === b.slice(at + 2) && a[at] === b[at + 1] && a[at + 1] === b[at];
}

/** Compares two companies: 1 is the same, 0 another. */
export function scoreCompanies(a: NormalCompany, b: NormalCompany): number {
  if (a.core === b.core || a.full === b.full || a.core === b.full || a.full === b.core) return 1;
  const [fewer, more] = a.words.length < b.words.length ? [a, b] : [b, a];
  const isPart = fewer.words.length < more.words.length && fewer.words.every((word) => more.words.includes(word));
  if (isPart && fewer.core.length >= 4) return 0.93;
  if (Math.min(a.core.length, b.core.length) < 6) return 0;
  if (isOneSlip(a.core, b.core)) return 0.93;
  return mayBeAlike(a.core, b.core) && ratio(a.core, b.core, raw) >= 90 ? 0.88 : 0;
}

/** The best of all pairs: a company is known by its name and by the domains of its addresses. Null where one side names none. */
export function bestCompany(a: readonly NormalCompany[], b: readonly NormalCompany[]): number | null {
  if (a.length === 0 || b.length === 0) return null;
  let best = 0;
  for (const one of a) for (const other of b) best = Math.max(best, scoreCompanies(one, other));
  return best;
}
