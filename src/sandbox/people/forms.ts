/** One field of a form that is no button; `value` is what a browser would send untouched, null when it would send nothing. */
export type Field = {
  readonly name: string;
  readonly value: string | null;
  /** What a select offers; empty for everything else. */
  readonly options: readonly string[];
  readonly hidden: boolean;
};

/** A button that submits its form. */
export type Button = { readonly name: string; readonly value: string };

/** One form of a page with method post; `action` as written, empty for the page itself. */
export type Form = { readonly action: string; readonly fields: readonly Field[]; readonly buttons: readonly Button[] };

type Attributes = ReadonlyMap<string, string>;
type Tag = { readonly name: string; readonly attributes: Attributes; readonly end: number };

// Quoted values may hold a `>`.
const tagPattern = /<(input|select|option|textarea|button)\b((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
const formPattern = /<form\b((?:[^>"']|"[^"]*"|'[^']*')*)>([\s\S]*?)<\/form>/gi;
const attributePattern = /([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;
const unseen = /<!--[\s\S]*?-->|<(script|style|template)\b[\s\S]*?<\/\1>/gi;

/** The forms with method post of an HTML page, in order. Knows what plain server-rendered forms need, and no more. */
export function readForms(html: string): Form[] {
  const forms: Form[] = [];
  for (const [, attributes = '', inner = ''] of html.replace(unseen, '').matchAll(formPattern)) {
    const given = readAttributes(attributes);
    if (given.get('method')?.toLowerCase() === 'post') forms.push({ action: given.get('action') ?? '', ...readInside(inner) });
  }
  return forms;
}

function readInside(html: string): Pick<Form, 'fields' | 'buttons'> {
  const fields: Field[] = [];
  const buttons: Button[] = [];
  const tags = readTags(html);
  for (const [index, tag] of tags.entries()) {
    const name = tag.attributes.get('name') ?? '';
    const type = tag.attributes.get('type')?.toLowerCase();
    if (tag.attributes.has('disabled') || tag.name === 'option') continue;
    if (tag.name === 'button' || type === 'submit') {
      if (type === undefined || type === 'submit') buttons.push({ name, value: tag.attributes.get('value') ?? '' });
    } else if (name !== '') fields.push(readField(name, tag, { html, following: tags.slice(index + 1) }));
  }
  return { fields, buttons };
}

function readField(name: string, tag: Tag, { html, following }: { html: string; following: readonly Tag[] }): Field {
  const { attributes } = tag;
  const plain = { name, options: [], hidden: attributes.get('type')?.toLowerCase() === 'hidden' };
  if (tag.name === 'textarea') {
    const text = html.slice(tag.end, html.indexOf('</textarea', tag.end));
    return { ...plain, value: decode(text).trim() };
  }
  if (tag.name === 'select') return readSelect(name, following);
  const type = attributes.get('type')?.toLowerCase();
  if (type !== 'checkbox' && type !== 'radio') return { ...plain, value: attributes.get('value') ?? '' };
  // A person ticks what has to be ticked and leaves the rest as it is.
  const ticked = attributes.has('checked') || attributes.has('required');
  return { ...plain, value: ticked ? (attributes.get('value') ?? 'on') : null };
}

function readSelect(name: string, following: readonly Tag[]): Field {
  const end = following.findIndex((tag) => tag.name !== 'option');
  const options = following.slice(0, end === -1 ? following.length : end).map(({ attributes }) => attributes);
  const chosen = options.find((attributes) => attributes.has('selected')) ?? options[0];
  const values = options.map((attributes) => attributes.get('value') ?? '');
  return { name, value: chosen?.get('value') ?? null, options: values, hidden: false };
}

function readTags(html: string): Tag[] {
  return [...html.matchAll(tagPattern)].map((match) => {
    const [whole, name = '', attributes = ''] = match;
    return { name: name.toLowerCase(), attributes: readAttributes(attributes), end: match.index + whole.length };
  });
}

function readAttributes(text: string): Attributes {
  const found = new Map<string, string>();
  for (const [, name = '', double, single, bare] of text.matchAll(attributePattern)) {
    found.set(name.toLowerCase(), decode(double ?? single ?? bare ?? ''));
  }
  return found;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Text with HTML's entities read. */
export function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
