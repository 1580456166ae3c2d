/**
 * A number from 0 to below 1 that looks random and is always the same for a text: what has to be spread over people is spread by their ids, so
 * that asking twice gives one answer.
 */
export function fractionOf(seed: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < seed.length; at += 1) hash = Math.imul(hash ^ seed.charCodeAt(at), 0x01000193);
  // FNV-1a leaves ids that differ in their last character close together; two rounds of mixing part them.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A whole number from 0 to below `count`, always the same for a text; 0 when `count` is 0. */
export function pickOf(seed: string, count: number): number {
  return Math.floor(fractionOf(seed) * count);
}
