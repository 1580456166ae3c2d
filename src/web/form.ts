/** A form's fields, cleaned: no field holds a control character, which PostgreSQL or a mail's head would not survive. */
export interface Form {
  /** One line, trimmed; empty when the field is absent. */
  one(name: string): string;
  /** Several lines, with `\n` between them. */
  text(name: string): string;
  /** As it was sent. */
  raw(name: string): string;
  has(name: string): boolean;
  all(name: string): readonly string[];
}

/** Tab and line feed pass. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f\u2028\u2029]/g;

/** A text of several lines without control characters. */
export function cleanText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(controls, '').trim();
}

/** The same on one line. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ');
}

/** Reads `application/x-www-form-urlencoded` (WHATWG URL, 5.1). */
export function readForm(body: string): Form {
  const fields = new URLSearchParams(body);
  const raw = (name: string): string => fields.get(name) ?? '';
  return {
    one: (name) => cleanLine(raw(name)),
    text: (name) => cleanText(raw(name)),
    raw,
    has: (name) => fields.has(name),
    all: (name) => fields.getAll(name).map(cleanLine),
  };
}

const plainAddress = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i;

/** One plain address as HTML's e-mail field takes it, with a domain that has a dot; null for lists, names, quotes, white space and anything longer than RFC 5321 allows. */
export function plainEmail(text: string): string | null {
  const address = text.replace(/^ +| +$/g, '');
  const isPlain = address.length <= 254 && plainAddress.test(address) && address.indexOf('@') <= 64 && !address.includes('..');
  return isPlain ? address : null;
}
