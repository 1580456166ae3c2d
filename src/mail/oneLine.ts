/** What may end a header's line or turn the direction of reading: control characters, line separators, bidirectional overrides, byte-order marks. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** A name or topic as one printable line, safe for a header and for the middle of a sentence. */
export function oneLine(text: string): string {
  return text.replace(unprintable, ' ').replace(/\s+/gu, ' ').trim();
}
