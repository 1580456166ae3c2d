import { audiences } from '../src/domain/words.js';
import { isMalformed, type ChangedInput, type Command, type CommandName, type Problem, type Refusal } from './contract.js';

/** Longest text that a message may carry: ids are short, and what is longer is no id. */
const longestText = 100;
/** Most texts in a list: a plan's exceptions and bundles. */
const mostTexts = 1000;

/** How each message is read, and an example of it for whoever got it wrong. */
const messages: Readonly<Record<CommandName, { readonly read: (fields: Fields) => Command; readonly example: string }>> = {
  release: { read: (f) => ({ name: 'release', ...decision(f) }), example: '{}' },
  approve: {
    read: (f) => ({ name: 'approve', step: f.text('step'), except: f.maybeTexts('except'), ...versioned(f) }),
    example: '{"step":"s1"}, or "all"',
  },
  refuse: {
    read: (f) => ({ name: 'refuse', step: f.text('step'), then: f.maybeOneOf('then', ['custodian', 'replan']), ...versioned(f) }),
    example: '{"step":"s1","then":"replan"}',
  },
  reassign: {
    read: (f) => ({
      name: 'reassign',
      step: f.text('step'),
      successor: f.text('successor'),
      bundles: f.maybeTexts('bundles'),
      ...versioned(f),
    }),
    example: '{"step":"s1","successor":"<person id>"}',
  },
  told: {
    read: (f) => ({ name: 'told', audience: f.oneOf('audience', audiences), ...decision(f) }),
    example: '{"audience":"team"}',
  },
  retry: { read: (f) => ({ name: 'retry', parked: f.text('parked'), ...decision(f) }), example: '{"parked":"k-1"}, or "all"' },
  skip: { read: (f) => ({ name: 'skip', parked: f.text('parked'), ...decision(f) }), example: '{"parked":"k-1"}, or "all"' },
  undo: {
    read: (f) => ({ name: 'undo', step: f.text('step'), bundles: f.maybeTexts('bundles'), ...decision(f) }),
    example: '{"step":"s1"}, or "all"',
  },
  pause: { read: (f) => ({ name: 'pause', ...decision(f) }), example: '{}' },
  resume: { read: (f) => ({ name: 'resume', ...decision(f) }), example: '{}' },
};

/** Reads whatever arrived under a message's name: total, never throws. */
export function readCommand(name: CommandName, input: unknown): { readonly command: Command } | { readonly refused: Refusal } {
  const notAnObject = problemOfWhole(input);
  const fields = new Fields(isRecord(input) ? input : {});
  const command = messages[name].read(fields);
  const problems = notAnObject ? [{ path: '', problem: notAnObject }] : fields.finish();
  if (problems.length === 0) return { command };
  const found = problems.map(({ path, problem }) => (path ? `${path} ${problem}` : problem)).join('; ');
  return {
    refused: { code: 'invalid-input', text: `${name} was not understood: ${found}. Send ${messages[name].example}.`, problems },
  };
}

/** Reads the signal of `employment`; null when it is not understood. */
export function readChanged(input: unknown): ChangedInput | null {
  if (!isRecord(input) || isMalformed(input)) return null;
  const { version } = input;
  return typeof version === 'number' && Number.isSafeInteger(version) && version >= 0 ? { version } : null;
}

function decision(fields: Fields): { readonly decisionId?: string | undefined } {
  return { decisionId: fields.maybeText('decisionId') };
}

function versioned(fields: Fields): { readonly planVersion?: number | undefined; readonly decisionId?: string | undefined } {
  return { planVersion: fields.maybeCount('planVersion'), ...decision(fields) };
}

function problemOfWhole(input: unknown): string | null {
  if (input === undefined || input === null) return 'the input is missing';
  if (isMalformed(input)) return `the input's encoding (${input.encoding}) cannot be read, send JSON`;
  return isRecord(input) ? null : 'the input must be one JSON object';
}

/** Takes fields out of an input one by one and collects everything that is wrong with it. */
class Fields {
  readonly #input: Readonly<Record<string, unknown>>;
  readonly #problems: Problem[] = [];
  readonly #known = new Set<string>();

  constructor(input: Readonly<Record<string, unknown>>) {
    this.#input = input;
  }

  text(key: string): string {
    return this.maybeText(key) ?? this.#missing(key, '');
  }

  maybeText(key: string): string | undefined {
    return this.#take(key, isText, 'must be a short text');
  }

  maybeCount(key: string): number | undefined {
    return this.#take(key, (value): value is number => Number.isSafeInteger(value), 'must be a whole number');
  }

  maybeTexts(key: string): readonly string[] | undefined {
    return this.#take(key, isTexts, 'must be a list of short texts');
  }

  oneOf<Value extends string>(key: string, values: readonly [Value, ...Value[]]): Value {
    return this.maybeOneOf(key, values) ?? this.#missing(key, values[0]);
  }

  maybeOneOf<Value extends string>(key: string, values: readonly Value[]): Value | undefined {
    const isOne = (value: unknown): value is Value => values.some((known) => known === value);
    return this.#take(key, isOne, `must be one of ${values.join(', ')}`);
  }

  /** All problems, fields that nobody asked for included: a typo must not pass. */
  finish(): readonly Problem[] {
    const unknown = Object.keys(this.#input).filter((key) => !this.#known.has(key));
    return [...this.#problems, ...unknown.slice(0, 5).map((key) => ({ path: key.slice(0, 40), problem: 'is not known' }))];
  }

  #take<Value>(key: string, is: (value: unknown) => value is Value, problem: string): Value | undefined {
    this.#known.add(key);
    const value = Object.hasOwn(this.#input, key) ? this.#input[key] : undefined;
    if (value === undefined || is(value)) return value;
    this.#problems.push({ path: key, problem });
    return undefined;
  }

  /** A placeholder for a field that is not there: with a problem on the list the command is never used. */
  #missing<Value>(key: string, placeholder: Value): Value {
    if (!this.#problems.some(({ path }) => path === key)) this.#problems.push({ path: key, problem: 'is missing' });
    return placeholder;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= longestText;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= mostTexts && value.every(isText);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
