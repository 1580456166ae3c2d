import { z } from 'zod';
import { count, country, duration, listOf } from './words.js';

const perCountry = z.record(z.union([country, z.literal('default')]), duration);

const stage = z.enum(['shadow', 'joint', 'lead', 'alone']);
const accepted = <T extends z.ZodType>(schema: T) => schema.optional().describe('Accepted, not acted on by this version.');

/** The groups of `policy.md` 14 for parts of Baton that are not built yet: their shape is validated, nothing is kept. */
export const laterShape = {
  circle: accepted(z.strictObject({ sharedMailboxes: z.boolean().optional(), minimum: count.optional() })),
  gradual: accepted(
    z.strictObject({
      from: duration.optional(),
      stages: listOf(stage).optional(),
      perMonth: count.optional(),
      noNewIn: duration.optional(),
    }),
  ),
  mailbox: accepted(z.object({ keyRole: perCountry.optional() }).catchall(duration)),
  observe: accepted(z.strictObject({ warnBefore: duration.optional() })),
  forecast: accepted(
    z.strictObject({
      retirement: z.literal('stated-plans-only').optional(),
      minimumGroup: z.int().min(5, 'must be at least 5').optional(),
    }),
  ),
};

const acceptedInside = [
  'release/autoRelease',
  'approvals/coOwner',
  'approvals/reapproveIfChanged',
  'retention/snapshot',
  'retention/decisions',
  'retention/histories',
  'retention/linkedinFile',
] as const;

/** The paths which a file sets and on which this version does not act. */
export function notYetActedOn(file: unknown): readonly string[] {
  return [...Object.keys(laterShape), ...acceptedInside].filter((path) => holds(file, path.split('/')));
}

function holds(node: unknown, path: readonly string[]): boolean {
  const [first, ...rest] = path;
  if (first === undefined) return node !== undefined;
  if (node === null || typeof node !== 'object') return false;
  const entry = Object.entries(node).find(([key]) => key === first);
  return entry !== undefined && holds(entry[1], rest);
}
