import { randomBytes } from 'node:crypto';

/** Letters and digits that cannot be mistaken for one another when read aloud. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';

/** A new opaque id of 12 letters and digits (59 bits), with a prefix where the contract has one (`p-` people). */
export function newId(prefix = ''): string {
  return prefix + Array.from(randomBytes(12), (byte) => alphabet[byte % alphabet.length]).join('');
}
