import { oneLine } from '../oneLine.js';

/** An address of the web inside a sentence. */
export interface Link {
  readonly href: string;
}

/** A piece of a sentence. */
export type Part = string | Link | { readonly strong: string };

/** One block of a letter, before anybody knows whether it becomes text or HTML. */
export type Block =
  | { readonly kind: 'paragraph' | 'small'; readonly parts: readonly Part[] }
  | { readonly kind: 'answers'; readonly answers: readonly { readonly label: string; readonly href: string }[] }
  | { readonly kind: 'list'; readonly items: readonly { readonly text: string; readonly href: string | null }[] }
  | { readonly kind: 'commands'; readonly lines: readonly string[] };

/** A letter in one language. */
export interface Draft {
  readonly subject: string;
  readonly blocks: readonly Block[];
}

/** The `{placeholders}` of a sentence. */
type Names<Sentence extends string> = Sentence extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

type Values<Sentence extends string, Value> = Readonly<Record<Names<Sentence>, Value>>;

const mark = /\{(\w+)\}|\*\*([^*]+)\*\*/g;

/** Sentences with their placeholders filled, as one paragraph; a fact is never read for placeholders again. */
export function paragraph<const Sentences extends readonly string[]>(
  values: Values<Sentences[number], string | Link>,
  ...sentences: Sentences
): Block {
  return { kind: 'paragraph', parts: filled(sentences.join(' '), values) };
}

/** The same as fine print. */
export function small<const Sentence extends string>(values: Values<Sentence, string | Link>, sentence: Sentence): Block {
  return { kind: 'small', parts: filled(sentence, values) };
}

/** A subject on one line, whatever a fact contains. */
export function subject<const Sentence extends string>(values: Values<Sentence, string>, sentence: Sentence): string {
  return oneLine(
    filled(sentence, values)
      .map((part) => (typeof part === 'string' ? part : ''))
      .join(''),
  );
}

/** Buttons under a question: the bold words of the question, in their order, each with its link. */
export function answers(question: string, ...links: readonly string[]): Block {
  const labels = [...question.matchAll(/\*\*([^*]+)\*\*/g)].map(([, label = '']) => label);
  if (labels.length !== links.length) throw new Error(`${labels.length} answers, but ${links.length} links: ${question}`);
  return { kind: 'answers', answers: labels.map((label, at) => ({ label, href: links[at] ?? '' })) };
}

/** A text that was agreed upon word for word: its paragraphs and lines stay. */
export function verbatim(text: string): readonly Block[] {
  return text
    .split(/\r?\n\s*\n/)
    .map((part) => part.split(/\r?\n/).map(oneLine).join('\n').trim())
    .filter((part) => part !== '')
    .map((part) => ({ kind: 'paragraph', parts: [part] }));
}

function filled(sentence: string, values: Readonly<Record<string, string | Link>>): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of sentence.matchAll(mark)) {
    const [all, name, strong = ''] = match;
    parts.push(sentence.slice(end, match.index), name === undefined ? { strong } : valueOf(name, values));
    end = match.index + all.length;
  }
  return [...parts, sentence.slice(end)].filter((part) => part !== '');
}

/** A letter with a hole must not leave. */
function valueOf(name: string, values: Readonly<Record<string, string | Link>>): string | Link {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) throw new Error(`a letter lacks {${name}}`);
  return typeof value === 'string' ? oneLine(value) : value;
}
