import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { cleanLine } from '../web/form.js';

// Arguments are read strictly: what goes on to Temporal must be an id, and a typo must not pass.

/** A command about one handover. */
export function of(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .addArgument(new Argument('<handover>', 'its id, or <connection>/<HRIS record>'));
}

/** The option that says who decides. */
export function asPerson(command: Command): Command {
  return command.option('--as <person>', 'who decides: person id or work e-mail (default: the operator at this command line)');
}

/** `--limit`, from 1 to 10000. */
export function limit(fallback: number): Option {
  return new Option('--limit <number>', 'at most this many').argParser(pageSize).default(fallback);
}

/** Adds command lines to a command's help, as they are typed. */
export function examples(command: Command, ...lines: readonly string[]): void {
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  npm run baton -- ${line}`).join('\n')}`);
}

/** An option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** A step's id, or `all`. */
export function step(value: string): string {
  return matching(value, /^(s\d{1,9}|all)$/, 'Steps are called s1, s2, …');
}

/** A parked item's id, or `all`. */
export function parked(value: string): string {
  return matching(value, /^(k-w?\d{1,9}|all)$/, 'Parked items are called k-1, k-2, …');
}

/** Bundles separated by commas; may be given several times. */
export function bundles(value: string, before: readonly string[] | undefined): readonly string[] {
  const names = value
    .split(',')
    .map((name) => matching(name.trim(), /^b-\d{1,9}$/, 'Bundles are called b-1, b-2, …; separate them by commas.'));
  return [...(before ?? []), ...names];
}

/** A number without sign or fraction. */
export function wholeNumber(value: string): number {
  return Number(matching(value, /^\d{1,9}$/, 'Give a whole number.'));
}

/** One of the times proposed for a call, counted from 1. */
export function timeNumber(value: string): number {
  return Number(matching(value, /^[1-9]$/, 'Give the number of one of the times proposed: 1, 2 or 3.'));
}

/** Text on one line that is not empty, of at most `longest` characters. */
export function textOf(longest: number): (value: string) => string {
  return (value) => {
    const text = cleanLine(value);
    if (text === '') throw new InvalidArgumentError('Give a text.');
    if ([...text].length > longest) throw new InvalidArgumentError(`At most ${String(longest)} characters fit.`);
    return text;
  };
}

function pageSize(value: string): number {
  const size = wholeNumber(value);
  if (size < 1 || size > 10_000) throw new InvalidArgumentError('Give a number from 1 to 10000.');
  return size;
}

function matching(value: string, pattern: RegExp, problem: string): string {
  if (!pattern.test(value)) throw new InvalidArgumentError(problem);
  return value;
}
