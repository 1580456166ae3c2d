import { createHash } from 'node:crypto';
import type { LineNote, ReadTie } from './csv.js';
import { normaliseCompany, normaliseName } from './normalise.js';

/** A tie under the key that makes it unique for its person and source. */
export interface KeyedTie extends ReadTie {
  /** Hash of the profile URL or, without one, of the normalised name and company. */
  readonly key: string;
  /** Another row had the same name and company and no URL either: matched to nobody without a person's yes. */
  readonly ambiguous: boolean;
}

/** Rows under their keys, sorted by them; a second row under one key is skipped, for it would overwrite the first at every import. */
export function keyTies(ties: readonly ReadTie[]): { readonly ties: readonly KeyedTie[]; readonly skipped: readonly LineNote[] } {
  const byKey = new Map<string, KeyedTie>();
  const skipped: LineNote[] = [];
  for (const tie of ties) {
    const key = keyOf(tie);
    const first = byKey.get(key);
    if (!first) {
      byKey.set(key, { ...tie, key, ambiguous: false });
      continue;
    }
    const what = tie.profileUrl === null ? 'the same name and company' : 'the same profile URL';
    skipped.push({ line: tie.line, reason: `${what} as line ${String(first.line)}` });
    if (tie.profileUrl === null && tie.email !== first.email) byKey.set(key, { ...first, ambiguous: true });
  }
  return { ties: [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1)), skipped };
}

function keyOf({ profileUrl, givenName, familyName, company }: ReadTie): string {
  const { given, family } = normaliseName(givenName, familyName);
  const named = ['name', given.join(' '), family.join(' '), normaliseCompany(company)?.full ?? company?.toLowerCase() ?? ''];
  return createHash('sha256')
    .update(profileUrl === null ? named.join('\n') : `profile\n${profileUrl}`)
    .digest('hex');
}
