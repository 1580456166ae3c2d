import { z } from 'zod';
import type { ConfigProblem } from './types.js';

/** Joins a path as Baton's error bodies write it: `steps/0/id`. */
export function joinPath(...parts: readonly PropertyKey[]): string {
  return parts.map(String).join('/');
}

/** The known word that a typo most likely meant; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase().slice(0, 80), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** `; did you mean "x"?`, or else the list of what is known. */
export function suggest(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== undefined) return `; did you mean "${near}"?`;
  return known.length === 0 ? '' : `; known are ${[...known].sort().join(', ')}`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/**
 * Words for zod's issues, without any value in them (a value may be a secret). Unknown keys get one line each, in the
 * order of `issue.keys`; `extraKeys` are known at the top of the parsed value although its schema does not hold them.
 */
export function describeIssue(extraKeys: readonly string[] = []): z.core.$ZodErrorMap {
  return (issue) => {
    switch (issue.code) {
      case 'unrecognized_keys': {
        const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
        const all = (issue.path ?? []).length === 0 ? [...known, ...extraKeys] : known;
        return issue.keys.map((key) => `unknown key${suggest(key, all)}`).join('\n');
      }
      case 'invalid_type':
        return issue.input === undefined ? 'is missing' : undefined;
      default:
        return undefined;
    }
  };
}

/** Turns a zod error into problems, one per unknown key, each with its whole path. */
export function toProblems(error: z.ZodError, ...prefix: readonly PropertyKey[]): ConfigProblem[] {
  return error.issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const lines = issue.message.split('\n');
      return issue.keys.map((key, index) => ({ path: joinPath(...path, key), problem: lines[index] ?? issue.message }));
    }
    const problem = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    return [{ path: joinPath(...path), problem }];
  });
}
