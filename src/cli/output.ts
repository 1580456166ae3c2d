import { createInterface } from 'node:readline/promises';
import { CommanderError } from 'commander';
import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import pc from 'picocolors';
import { ConfigError } from '../config.js';
import { DecisionRefused } from '../decide.js';
import { VendorError } from '../ports/vendor.js';
import type { Problem } from '../../workflows/contract.js';

/** Exit codes of contracts.md 6. */
export const exits = { done: 0, failed: 1, wrong: 2, refused: 3, unreachable: 4 } as const;
export type ExitCode = (typeof exits)[keyof typeof exits];

/** Where a command reads and writes: results on `out`, everything else on `err`. `variables` win over the environment. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly colors: boolean;
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
  /** What the person at the terminal answers; without it the process's own terminal is asked. */
  readonly answer?: ((question: string) => Promise<string>) | undefined;
}

/** One call of the command line. */
export interface Session {
  readonly io: Io;
  readonly json: boolean;
}

/** An end that is not `done`: the code and the sentence of the error body, and the exit code. */
export class CliError extends Error {
  readonly exit: ExitCode;
  readonly code: string;
  readonly problems: readonly Problem[];
  constructor(exit: ExitCode, code: string, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = 'CliError';
    this.exit = exit;
    this.code = code;
    this.problems = problems;
  }
}

/** Wrong usage that the parser cannot see. */
export function wrongUsage(message: string): CliError {
  return new CliError(exits.wrong, 'invalid-usage', message);
}

/** Prints a result: one line of JSON, or text for a person. */
export function emit({ io, json }: Session, document: unknown, human: () => string): void {
  io.out(`${json ? JSON.stringify(document) : human()}\n`);
}

/** A line for the person who waits. */
export function note({ io }: Session, line: string): void {
  io.err(`${line}\n`);
}

export type Colors = ReturnType<typeof pc.createColors>;

/** The colours of a terminal, or none. */
export function colorsOf({ io }: Session): Colors {
  return pc.createColors(io.colors);
}

/** What would move the cursor of a terminal: names come from other systems. */
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Columns that line up; colours are put on afterwards, since they have a length. */
export function table(cells: readonly (readonly string[])[], indent = ''): string {
  const rows = cells.map((row) => row.map((cell) => cell.replace(controls, ' ')));
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  return rows
    .map((row) => `${indent}${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

/** A table's lines under a bold heading. */
export function headed(session: Session, head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const [top = '', ...body] = table([head, ...rows]).split('\n');
  return [colorsOf(session).bold(top), ...body];
}

/** Says what went wrong, as the error body on `out` with `--json`, and answers the exit code. */
export function report(error: unknown, session: Session): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return exits.done;
  const failure = toFailure(error);
  const { code, message, problems, exit } = failure;
  const path = problems.find((problem) => problem.path !== '')?.path;
  if (session.json)
    emit(session, { error: { code, message, ...(path && { path }), ...(problems.length > 1 && { problems }) } }, () => '');
  // The parser has said its own on stderr already.
  if (!(error instanceof CommanderError)) note(session, humanError(failure, colorsOf(session)));
  return exit;
}

function humanError({ code, message, problems, exit }: CliError, colors: Colors): string {
  const others = problems
    .filter((problem) => !message.includes(problem.problem))
    .map(({ path, problem }) => `  ${path}: ${problem}`);
  const kind = exit === exits.refused ? `Refused (${code}): ` : '';
  return [colors.red(`${kind}${message}`), ...others].join('\n');
}

function toFailure(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError) return wrongUsage(usageText(error));
  if (error instanceof ConfigError) return new CliError(exits.wrong, 'invalid-configuration', error.message, error.problems);
  if (error instanceof DecisionRefused) return new CliError(exits.refused, error.code, error.message, problemsOf(error.problems));
  if (error instanceof VendorError) {
    return new CliError(error.retryable ? exits.unreachable : exits.failed, error.kind, error.message);
  }
  return ofTemporal(error) ?? ofDatabase(error) ?? new CliError(exits.failed, 'failed', textOf(error));
}

function usageText({ code, message }: CommanderError): string {
  return code === 'commander.help' ? 'Name a command; --help lists them.' : message.replace(/^error: /, '');
}

function ofTemporal(error: unknown): CliError | null {
  if (error instanceof WorkflowNotFoundError) {
    const text =
      "This handover's workflow does not run in this Temporal namespace. The nightly sweep starts it again; then send this again.";
    return new CliError(exits.unreachable, 'workflow-not-running', text);
  }
  const isService = error instanceof ServiceError || isGrpcServiceError(error);
  if (!isService && !(error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)) return null;
  const cause = error instanceof ServiceError && isGrpcServiceError(error.cause) ? error.cause : error;
  if (isService && !(isGrpcServiceError(cause) && silent.has(cause.code))) {
    const why = isGrpcServiceError(cause) ? cause.details : firstLine(error);
    return new CliError(exits.unreachable, 'temporal-unreachable', `Temporal did not take this: ${why}`);
  }
  const text =
    'No worker answered in time. The decision is on record and may still be carried out: look with `show`, and see that `npm run worker` runs.';
  return new CliError(exits.unreachable, 'no-answer', text);
}

/** gRPC's CANCELLED, DEADLINE_EXCEEDED, ABORTED and UNAVAILABLE: whether the other side acted is not known. */
const silent = new Set([1, 4, 10, 14]);

/** Codes of Prisma (P10xx, P2024) and of the socket that mean that nobody answered. */
const gone = new Set([
  'P1000',
  'P1001',
  'P1002',
  'P1003',
  'P1008',
  'P1017',
  'P2024',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  '3D000',
  '28P01',
  '28000',
  '57P03',
]);

/** Whether nobody answered at the database's address, or it let nobody in. */
export function isDatabaseGone(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseGone);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && gone.has(error.code);
}

function ofDatabase(error: unknown): CliError | null {
  if (!isDatabaseGone(error)) return null;
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new CliError(
    exits.unreachable,
    'database-unreachable',
    `The database does not answer${code}. Check DATABASE_URL and that PostgreSQL runs.`,
  );
}

function problemsOf(details: unknown): readonly Problem[] {
  if (!Array.isArray(details)) return [];
  return details.filter(
    (item: unknown): item is Problem => typeof item === 'object' && item !== null && 'path' in item && 'problem' in item,
  );
}

function textOf(error: unknown): string {
  return error instanceof Error
    ? `Something failed inside Baton (${error.name}): ${firstLine(error)}`
    : 'Something failed inside Baton.';
}

function firstLine(error: Error): string {
  return (
    error.message
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? error.name
  );
}

/** Whether the person who waits says yes; asked on stderr, since stdout is for results. Refused where nobody is there to ask. */
export async function confirm(session: Session, question: string): Promise<boolean> {
  const answer = await (session.io.answer ?? askTerminal)(`${question} [y/N] `);
  return /^(y|yes|j|ja)$/i.test(answer.trim());
}

async function askTerminal(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw wrongUsage('There is nobody here to ask: add --yes.');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
