import { readFileSync } from 'node:fs';
import { parseEnvironment } from './config/environment.js';
import { parseFile, type VendorSettings } from './config/file.js';
import { Secrets, type Variables } from './config/substitute.js';
import type { Config, ConfigProblem, Environment } from './config/types.js';

export type * from './config/types.js';
export type { VendorSettings } from './config/file.js';
export { normaliseWording } from './config/reasons.js';

/** What `parseConfig` needs beside its texts; without `readFile` no `*_FILE` variable can be read. */
export interface ParseOptions {
  readonly vendors: readonly VendorSettings[];
  readonly readFile?: ((path: string) => string) | undefined;
}

/** A configuration, or everything that is wrong with it. */
export type ParseResult =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Thrown at start when the configuration is wrong; the message has one problem a line, and no value of any secret. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ path, problem }) => `  ${path === '' ? 'baton.yaml' : path}: ${problem}`);
    super([`The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:`, ...lines].join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const noFiles = (): string => {
  throw new Error('no reader');
};

/** Checks environment and file (null: there is none); pure but for `readFile`; reports every problem at once. */
export function parseConfig(env: Variables, fileText: string | null, options: ParseOptions): ParseResult {
  const secrets = new Secrets(env, options.readFile ?? noFiles);
  const { environment, problems: ofEnvironment } = parseEnvironment(secrets);
  const file =
    fileText === null
      ? {
          value: null,
          problems: [
            {
              path: 'BATON_CONFIG',
              problem: 'the file is not there; copy baton.example.yaml to baton.yaml, or name another file',
            },
          ],
        }
      : parseFile(fileText, options.vendors, secrets);
  const problems = [...ofEnvironment, ...file.problems];
  const databaseUrl = environment?.databaseUrl ?? null;
  if (environment !== null && databaseUrl === null && !problems.some(({ path }) => path.startsWith('DATABASE_URL'))) {
    problems.push({
      path: 'DATABASE_URL',
      problem: 'is not set (nor DATABASE_URL_FILE); npm run demo brings a database of its own',
    });
  }
  if (problems.length > 0 || environment === null || databaseUrl === null || file.value === null) {
    return { ok: false, problems: problems.map(({ path, problem }) => ({ path, problem: secrets.mask(problem) })) };
  }
  return { ok: true, config: { ...environment, ...file.value, databaseUrl } };
}

/**
 * Reads the environment and the file that BATON_CONFIG names (default `baton.yaml`); `overrides` win over the environment, which wins over
 * `defaults`. Throws ConfigError.
 */
export function loadConfig(vendors: readonly VendorSettings[], overrides: Variables = {}, defaults: Variables = {}): Config {
  const env = { ...process.env, ...overrides };
  for (const [name, value] of Object.entries(defaults)) env[name] ||= value;
  const result = parseConfig(env, readIfThere(env.BATON_CONFIG || 'baton.yaml'), { vendors, readFile });
  if (!result.ok) throw new ConfigError(result.problems);
  return result.config;
}

/** Reads the environment alone, for entries that need no `baton.yaml` (sandbox, demo). Throws ConfigError. */
export function loadEnvironment(overrides: Variables = {}): Environment {
  const secrets = new Secrets({ ...process.env, ...overrides }, readFile);
  const { environment, problems } = parseEnvironment(secrets);
  if (environment === null || problems.length > 0) throw new ConfigError(problems);
  return environment;
}

function readFile(path: string): string {
  return readFileSync(path, 'utf8');
}

function readIfThere(path: string): string | null {
  try {
    return readFile(path);
  } catch {
    return null;
  }
}
