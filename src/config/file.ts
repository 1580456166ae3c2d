import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import { z } from 'zod';
import type { VendorDefinition } from '../ports/vendor.js';
import { notYetActedOn } from './laterSchema.js';
import { policyOf } from './policySchema.js';
import { describeIssue, suggest, toProblems } from './problems.js';
import { defaultReasons, normaliseWording } from './reasons.js';
import { connectionShape, fileSchema, type ParsedFile } from './schema.js';
import { substitute, type Secrets } from './substitute.js';
import type { Config, ConfigProblem, ConnectionConfig, Environment } from './types.js';

/** What the configuration needs to know of a vendor. */
export type VendorSettings = Pick<VendorDefinition, 'name' | 'config'>;

/** The part of the configuration that comes from `baton.yaml`. */
export type FileConfig = Omit<Config, keyof Environment>;

type Read<T> = { readonly value: T | null; readonly problems: readonly ConfigProblem[] };

const fileName = 'baton.yaml';

/** Where people work whom no other zone fits better; the company's own country has the company's zone. */
const countryZones: Readonly<Record<string, string>> = {
  NL: 'Europe/Amsterdam',
  DK: 'Europe/Copenhagen',
  BE: 'Europe/Brussels',
  DE: 'Europe/Berlin',
  GB: 'Europe/London',
  IE: 'Europe/Dublin',
  SE: 'Europe/Stockholm',
  NO: 'Europe/Oslo',
  FI: 'Europe/Helsinki',
  FR: 'Europe/Paris',
  LU: 'Europe/Luxembourg',
  AT: 'Europe/Vienna',
  CH: 'Europe/Zurich',
  IT: 'Europe/Rome',
  ES: 'Europe/Madrid',
  PT: 'Europe/Lisbon',
  PL: 'Europe/Warsaw',
};

/** Reads `baton.yaml`: syntax, variables, our keys, each vendor's keys; all problems of all of them. */
export function parseFile(text: string, vendors: readonly VendorSettings[], secrets: Secrets): Read<FileConfig> {
  const yaml = readYaml(text);
  if (yaml.problems.length > 0) return { value: null, problems: yaml.problems };
  const filled = substitute(yaml.value, secrets);
  const file = fileSchema.safeParse(filled.value, { error: describeIssue() });
  const connections = parseConnections(filled.value, vendors);
  const unset = new Set(filled.problems.map(({ path }) => path));
  const found = [...(file.success ? [] : toProblems(file.error)), ...connections.problems];
  const problems = [...filled.problems, ...found.filter(({ path }) => !unset.has(path))];
  const ready = file.success && problems.length === 0;
  return { value: ready ? configOf(file.data, connections.value ?? {}, filled.value) : null, problems };
}

function configOf(file: ParsedFile, connections: FileConfig['connections'], raw: unknown): FileConfig {
  const { company, hr, programme, succession } = file;
  const zones = { ...countryZones, [company.country]: company.timeZone };
  const builtIn = Object.fromEntries(Object.entries(zones).map(([code, timeZone]) => [code, { timeZone }]));
  const ownReasons = Object.fromEntries(Object.entries(file.reasons).map(([text, reason]) => [normaliseWording(text), reason]));
  return {
    company,
    programme,
    countries: bare({ ...builtIn, ...file.countries }),
    connections: bare(connections),
    hr,
    reasons: bare({ ...defaultReasons, ...ownReasons }),
    succession,
    policy: policyOf(file),
    notYetActedOn: notYetActedOn(raw),
  };
}

/** Looked up by names from outside: `/webhooks/constructor` must find nothing. */
function bare<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const copy: Record<string, T> = { ...entries };
  Object.setPrototypeOf(copy, null);
  return copy;
}

function readYaml(text: string): Read<unknown> {
  const lines = new LineCounter();
  try {
    // Pretty errors quote the file, and the file may hold secrets.
    const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, logLevel: 'error' });
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) return { value: null, problems: faults.map((fault) => yamlProblem(fault, lines)) };
    return { value: document.toJS({ maxAliasCount: 100 }) ?? {}, problems: [] };
  } catch {
    return {
      value: null,
      problems: [{ path: fileName, problem: 'cannot be read: an alias without its anchor, or too deeply nested' }],
    };
  }
}

function yamlProblem(fault: YAMLError, lines: LineCounter): ConfigProblem {
  const { line, col } = lines.linePos(fault.pos[0]);
  return {
    path: fileName,
    problem: `line ${line}, column ${col}: ${yamlWords[fault.code] ?? `is no valid YAML (${fault.code})`}`,
  };
}

/** The parser's own messages can quote the file; these cannot. */
const yamlWords: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_ALIAS: 'an alias (*name) without its anchor (&name)',
  BAD_DQ_ESCAPE: 'an unknown \\ escape between double quotes',
  BAD_INDENT: 'the indentation does not fit',
  BAD_SCALAR_START: 'text that begins with this sign needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " on one line; put the text in quotes or on a line of its own',
  DUPLICATE_KEY: 'this key is there twice',
  MISSING_CHAR: 'a sign is missing, such as a closing quote, a bracket or a colon',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line, followed by a colon',
  MULTIPLE_DOCS: 'the file holds more than one document (---)',
  TAB_AS_INDENT: 'indent with blanks, not tabs',
  TAG_RESOLVE_FAILED: 'tags (!name) are not known here',
  UNEXPECTED_TOKEN: 'something here does not belong here',
};

const mappingOf = z.record(z.string(), z.unknown());
const withConnections = z.object({ connections: mappingOf });

/** Checks every connection, also where other parts of the file are wrong; what is no mapping is reported by `fileSchema`. */
function parseConnections(file: unknown, vendors: readonly VendorSettings[]): Read<FileConfig['connections']> {
  const top = withConnections.safeParse(file);
  const problems: ConfigProblem[] = [];
  const parsed: [string, ConnectionConfig][] = [];
  for (const [name, value] of Object.entries(top.success ? top.data.connections : {})) {
    const raw = mappingOf.safeParse(value);
    if (!raw.success) continue;
    const connection = parseConnection(name, raw.data, vendors);
    problems.push(...connection.problems);
    if (connection.value !== null) parsed.push([name, connection.value]);
  }
  return { value: Object.fromEntries(parsed), problems };
}

function parseConnection(name: string, raw: Record<string, unknown>, vendors: readonly VendorSettings[]): Read<ConnectionConfig> {
  const { vendor: vendorName, mode, retired, ...own } = raw;
  const vendor = vendors.find((candidate) => candidate.name === vendorName);
  if (vendor === undefined) {
    if (typeof vendorName !== 'string') return { value: null, problems: [] };
    const known = vendors.map((candidate) => candidate.name);
    return {
      value: null,
      problems: [{ path: `connections/${name}/vendor`, problem: `unknown vendor${suggest(vendorName, known)}` }],
    };
  }
  const common = z.object(connectionShape).safeParse({ vendor: vendorName, mode, retired });
  const settings = strict(vendor.config).safeParse(own, { error: describeIssue(Object.keys(connectionShape)) });
  if (!settings.success) return { value: null, problems: toProblems(settings.error, 'connections', name) };
  return { value: common.success ? { ...common.data, settings: settings.data } : null, problems: [] };
}

/** A vendor's object refuses unknown keys whether or not its author thought of it. */
function strict(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodObject ? schema.strict() : schema;
}
