import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { checkInsDrain } from './checkInsDrain.js';
import { histories } from './histories.js';
import { hubspotCalls } from './hubspotCalls.js';
import { Lab, type Bench, type Options } from './lab.js';
import { membershipsAsleep } from './membershipsAsleep.js';
import { membershipYear } from './membershipYear.js';
import { table, type Result } from './result.js';
import { say } from './stack.js';
import { ties } from './ties.js';
import { wallLimited } from './wallLimited.js';
import { wallUnlimited } from './wallUnlimited.js';
import { webhooks } from './webhooks.js';

/** In the order in which they run: those that share a stack follow each other. */
const benches: readonly Bench[] = [
  hubspotCalls,
  histories,
  wallUnlimited,
  wallLimited,
  webhooks,
  ties,
  membershipYear,
  checkInsDrain,
  membershipsAsleep,
];
const names = benches.flatMap((bench) => bench.names);

const usage = `npm run bench [-- <name> … --json --seed <n> --size <n> --pairs <n> --webhooks <n> --members <n> --check-ins <n>]

Measures Baton against what bounds it; see bench/README.md. Without a name everything is measured.

  names       ${names.join(', ')}
  --json      end with one line of JSON on stdout
  --seed      of the sandbox's world (1)
  --size      companies of the leaver (10000)
  --pairs     runs of each side in a comparison, A B A B … (5)
  --webhooks  webhooks in one run of one side (6000)
  --members   memberships asleep (10000)
  --check-ins check-ins due at one moment (2000)
`;

class Usage extends Error {}

function numberOf(text: string | undefined, name: string, fallback: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1_000_000)
    throw new Usage(`--${name} must be a whole number from 1 to 1000000`);
  return value;
}

function readArguments() {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const numbers = { seed: text, size: text, pairs: text, webhooks: text, members: text, 'check-ins': text } as const;
  const options = { json: flag, help: { ...flag, short: 'h' }, ...numbers } as const;
  const { values, positionals } = parse(() => parseArgs({ allowPositionals: true, options }));
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Usage(`There is no benchmark ${unknown}; there are ${names.join(', ')}`);
  const lab: Options = {
    seed: numberOf(values.seed, 'seed', 1),
    size: numberOf(values.size, 'size', 10_000),
    pairs: numberOf(values.pairs, 'pairs', 5),
    webhooks: numberOf(values.webhooks, 'webhooks', 6_000),
    members: numberOf(values.members, 'members', 10_000),
    checkIns: numberOf(values['check-ins'], 'check-ins', 2_000),
  };
  return { wanted: positionals.length === 0 ? names : positionals, json: values.json ?? false, help: values.help ?? false, lab };
}

function parse<Parsed>(read: () => Parsed): Parsed {
  try {
    return read();
  } catch (error) {
    throw new Usage(error instanceof Error ? error.message : String(error));
  }
}

async function measure(wanted: readonly string[], lab: Lab): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const bench of benches.filter((candidate) => candidate.names.some((name) => wanted.includes(name)))) {
    const measured = (await bench.measure(lab)).filter(({ name }) => wanted.includes(name));
    for (const { name, value, unit, ratio, ok } of measured)
      say(`  ${name}: ${value} ${unit}, ratio ${ratio}, ${ok ? 'ok' : 'missed'}`);
    results.push(...measured);
  }
  return results;
}

async function main(): Promise<void> {
  const { wanted, json, help, lab: options } = readArguments();
  if (help) return void process.stdout.write(usage);
  const lab = new Lab(options);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => void lab.close().finally(() => process.exit(code)));
  }
  try {
    const results = await measure(wanted, lab);
    const { node } = process.versions;
    const document = {
      node: `v${node}`,
      cpus: availableParallelism(),
      at: new Date().toISOString(),
      seed: options.seed,
      results,
    };
    process.stdout.write(json ? `${JSON.stringify(document)}\n` : `${table(results)}\n`);
  } finally {
    await lab.close();
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  say(error instanceof Usage ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(error instanceof Usage ? 2 : 1);
}
