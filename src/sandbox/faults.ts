import { z } from 'zod';
import type { VendorName } from './calls.js';
import { type Random, createRandom } from './random.js';

const share = z.number().min(0).max(1);

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    retryAfter: z.number().min(0).nullable().default(null),
  }),
  z.strictObject({ kind: z.literal('timeout-before') }),
  z.strictObject({ kind: z.literal('timeout-after') }),
  z.strictObject({ kind: z.literal('reset') }),
  z.strictObject({ kind: z.literal('slow'), delayMs: z.int().min(0).max(600_000) }),
  z.strictObject({ kind: z.literal('truncated') }),
  z.strictObject({ kind: z.literal('html') }),
  z.strictObject({
    kind: z.literal('record-error'),
    records: z.array(z.string()).optional(),
    rate: share.optional(),
    category: z.string().default('VALIDATION_ERROR'),
  }),
]);

/** Body of `PUT /_faults`; `rate` is the share of matching calls (default all), `times` the most hits. */
export const faultsSchema = z.strictObject({
  seed: z.int().default(1),
  rules: z.array(
    z.strictObject({
      vendor: z.enum(['hubspot', 'bamboohr']),
      route: z.string().min(1),
      rate: share.default(1),
      times: z.int().min(1).optional(),
      fault: faultSchema,
    }),
  ),
});

type FaultsBody = z.infer<typeof faultsSchema>;
/** One way in which a call goes wrong. */
export type Fault = z.infer<typeof faultSchema>;
type RecordError = Extract<Fault, { kind: 'record-error' }>;
type Rule = FaultsBody['rules'][number] & { pattern: RegExp; hits: number };

/** What befalls one call: at most one fault of the whole answer, and a question to ask for every record written. */
export type CallFaults = {
  readonly fault: Exclude<Fault, RecordError> | null;
  /** The category with which this record is refused, or null. */
  recordError(id: string): string | null;
};

const noFaults: CallFaults = { fault: null, recordError: () => null };

/** The rules in force, seeded, with their hits. */
export class Faults {
  private rules: Rule[] = [];
  private seed = 1;
  private random: Random = createRandom(1);

  replace(body: FaultsBody): void {
    this.seed = body.seed;
    this.random = createRandom(body.seed);
    this.rules = body.rules.map((rule) => ({ ...rule, pattern: globPattern(rule.route), hits: 0 }));
  }

  report(): { seed: number; rules: object[] } {
    return { seed: this.seed, rules: this.rules.map(({ pattern: _pattern, ...rule }) => rule) };
  }

  /** `route` is the method and the real path without the vendor's prefix. */
  draw(vendor: VendorName, route: string): CallFaults {
    const matching = this.rules.filter((rule) => rule.vendor === vendor && !spent(rule) && rule.pattern.test(route));
    if (matching.length === 0) return noFaults;
    const recordErrors: { rule: Rule; fault: RecordError; rate: number }[] = [];
    let fault: CallFaults['fault'] = null;
    for (const rule of matching) {
      const kind = rule.fault;
      if (kind.kind === 'record-error') {
        // Without a list of records the rule's own rate counts per record, unless the fault names one.
        const perRecord = kind.rate ?? (kind.records === undefined ? rule.rate : 1);
        const perCall = kind.rate === undefined && kind.records === undefined ? 1 : rule.rate;
        if (this.random.next() < perCall) recordErrors.push({ rule, fault: kind, rate: perRecord });
      } else if (fault === null && this.random.next() < rule.rate) {
        rule.hits += 1;
        fault = kind;
      }
    }
    return { fault, recordError: this.recordErrors(recordErrors) };
  }

  private recordErrors(candidates: { rule: Rule; fault: RecordError; rate: number }[]): CallFaults['recordError'] {
    const hit = new Set<Rule>(); // a rule counts one hit a call, however many records it refuses
    return (id) => {
      for (const { rule, fault, rate } of candidates) {
        if (!(fault.records?.includes(id) ?? true) || this.random.next() >= rate) continue;
        if (!hit.has(rule)) rule.hits += 1;
        hit.add(rule);
        return fault.category;
      }
      return null;
    };
  }
}

function spent(rule: Rule): boolean {
  return rule.times !== undefined && rule.hits >= rule.times;
}

// `*` is one path segment, `**` any number of them; `*` or `/*` as the whole path, and `*` as the method, mean every one.
function globPattern(route: string): RegExp {
  const [method = '*', path = '*'] = route.trim().split(/\s+/);
  const methods = method === '*' ? '[A-Z]+' : method.toUpperCase().replace(/[^A-Z]/g, '');
  if (path === '*' || path === '/*') return new RegExp(`^${methods} `);
  const escaped = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  const paths = escaped.replaceAll('**', '\u0000').replaceAll('*', '[^/]+').replaceAll('\u0000', '.*');
  return new RegExp(`^${methods} ${paths}$`);
}
