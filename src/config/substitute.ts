import { joinPath } from './problems.js';
import type { ConfigProblem } from './types.js';

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What looking up a variable found; `unset` covers empty, as compose files pass it. */
export type Lookup =
  | { readonly found: 'value'; readonly value: string }
  | { readonly found: 'unset' }
  | { readonly found: 'problem'; readonly problem: string };

/** Reads variables, each also from the file that `<NAME>_FILE` names, and remembers the values so that no message shows one. */
export class Secrets {
  readonly #env: Variables;
  readonly #readFile: (path: string) => string;
  readonly #seen = new Set<string>();
  constructor(env: Variables, readFile: (path: string) => string) {
    this.#env = env;
    this.#readFile = readFile;
  }

  /** A variable that is no secret. */
  plain(name: string): string | undefined {
    return this.#env[name] || undefined;
  }

  /** A secret variable: its value, or the trimmed content of the file that `<name>_FILE` names. */
  secret(name: string): Lookup {
    const direct = this.plain(name);
    const path = this.plain(`${name}_FILE`);
    if (direct !== undefined && path !== undefined)
      return { found: 'problem', problem: `set either ${name} or ${name}_FILE, not both` };
    if (path !== undefined) return this.file(`${name}_FILE`, path);
    return direct === undefined ? { found: 'unset' } : this.#remember(direct);
  }

  /** The trimmed content of a file that the variable `name` names. */
  file(name: string, path: string): Lookup {
    try {
      const content = this.#readFile(path).trim();
      return content === '' ? { found: 'problem', problem: `the file that ${name} names is empty` } : this.#remember(content);
    } catch {
      return { found: 'problem', problem: `the file that ${name} names cannot be read` };
    }
  }

  /** Takes every value that was looked up as a secret out of a text. */
  mask(text: string): string {
    return [...this.#seen].filter((value) => value.length >= 4).reduce((masked, value) => masked.replaceAll(value, '***'), text);
  }

  #remember(value: string): Lookup {
    this.#seen.add(value);
    return { found: 'value', value };
  }
}

/** Replaces `${VARIABLE}` in every string below `value` (`$${` stays a literal `${`); reports each variable that is not there. */
export function substitute(
  value: unknown,
  secrets: Secrets,
): { readonly value: unknown; readonly problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const walk = (node: unknown, path: readonly string[], above: readonly unknown[]): unknown => {
    if (typeof node === 'string')
      return replaceIn(node, secrets, (problem) => problems.push({ path: joinPath(...path), problem }));
    if (node === null || typeof node !== 'object') return node;
    if (above.includes(node)) {
      problems.push({ path: joinPath(...path), problem: 'an alias that holds itself' });
      return null;
    }
    const down = [...above, node];
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, String(index)], down));
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key], down)]));
  };
  return { value: walk(value, [], []), problems };
}

function replaceIn(text: string, secrets: Secrets, report: (problem: string) => void): string {
  return text.replace(/\$?\$\{([^}]*)\}?/g, (whole, name: string) => {
    if (whole.startsWith('$$')) return whole.slice(1);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || !whole.endsWith('}')) {
      report('write ${VARIABLE}, with letters, digits and underscores only ($${ is a literal ${)');
      return whole;
    }
    const looked = secrets.secret(name);
    if (looked.found === 'value') return looked.value;
    report(looked.found === 'problem' ? looked.problem : `the variable ${name} (or ${name}_FILE) is not set`);
    return whole;
  });
}
