import type { ReadFile } from '../../src/ties/csv.js';
import { readConnections } from '../../src/ties/csv.js';
import type { ContactFacts, TieFacts } from '../../src/ties/known.js';
import { TieMatcher } from '../../src/ties/match.js';
import type { Match } from '../../src/ties/resolve.js';

/** LinkedIn's own header. */
export const header = 'First Name,Last Name,URL,Email Address,Company,Position,Connected On';

/** Bytes in pieces of so many. */
export async function* bytes(content: string | Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  const whole = typeof content === 'string' ? Buffer.from(content) : content;
  for (let from = 0; from < whole.length; from += size) yield whole.subarray(from, from + size);
}

/** Reads a file's content. */
export function read(content: string | Uint8Array): Promise<ReadFile> {
  return readConnections(bytes(content));
}

/** A tie with a key of its own; everything that is not given is unknown. */
export function tie(key: string, name: string, more: Partial<TieFacts> = {}): TieFacts {
  const [givenName = '', ...rest] = name.split(' ');
  const facts = { key, givenName, familyName: rest.join(' '), email: null, profileUrl: null, company: null, ambiguous: false };
  return { ...facts, ...more };
}

/** A contact of the CRM. */
export function contact(record: string, name: string, more: Partial<ContactFacts> = {}): ContactFacts {
  const [givenName = '', ...rest] = name.split(' ');
  const nothing = { email: null, profileUrl: null, company: null, companyDomain: null };
  return { connection: 'hubspot', record, givenName, familyName: rest.join(' '), ...nothing, ...more };
}

/** The matches of ties to one page of contacts. */
export function match(ties: readonly TieFacts[], contacts: readonly ContactFacts[]): ReadonlyMap<string, Match> {
  const matcher = new TieMatcher(ties);
  matcher.offer(contacts);
  return matcher.finish();
}
