import { z } from 'zod';
import { clockTime, count, country, dayWindow, duration, listOf, share, weekday, yearlyPeriod } from './words.js';

const span = z.tuple([share, share]).refine(([from, to]) => from <= to, 'must not end before it begins');
const method = z.enum(['joint-call', 'email', 'notice', 'none']);
const tier = z.strictObject({ cap: count.optional(), method: method.optional() }).optional();
const perCountry = z.record(z.union([country, z.literal('default')]), duration);

const introductions = z.strictObject({
  per: z.literal('account').optional(),
  tiers: z.strictObject({ A: tier, B: tier, C: tier, D: tier }).optional(),
  leaverTimeShare: share.optional(),
  perDay: z.strictObject({ leaver: count.optional(), successor: count.optional() }).optional(),
  emailDoneWhen: z.strictObject({ sent: z.boolean().optional(), successorContactWithin: duration.optional() }).optional(),
  contactConfirmationLink: z.boolean().optional(),
  window: z
    .strictObject({
      walkThrough: span.optional(),
      callsBookedBy: share.optional(),
      calls: span.optional(),
      mails: span.optional(),
      recheckFit: share.optional(),
    })
    .optional(),
  call: z.strictObject({ length: duration.optional(), proposals: count.optional(), notice: duration.optional() }).optional(),
});

const checkIns = z.strictObject({
  offsets: z.array(duration).optional(),
  days: listOf(weekday).optional(),
  jitter: duration.optional(),
  hours: dayWindow.optional(),
  skipHolidays: z.boolean().optional(),
  quiet: z.array(yearlyPeriod).optional(),
  retirees: z.array(duration).optional(),
  lastSilence: z.strictObject({ remind: duration.optional(), erase: duration.optional() }).optional(),
});

const stage = z.enum(['shadow', 'joint', 'lead', 'alone']);
const accepted = <T extends z.ZodType>(schema: T) => schema.optional().describe('Accepted, not acted on by this version.');

/** The groups of `policy.md` 14 for parts of Baton that are not built yet: their shape is validated, nothing is kept. */
export const laterShape = {
  circle: accepted(z.strictObject({ sharedMailboxes: z.boolean().optional(), minimum: count.optional() })),
  introductions: accepted(introductions),
  messages: accepted(
    z.strictObject({
      digest: z.strictObject({ at: clockTime.optional(), every: duration.optional() }).optional(),
      nameInSubjectBefore: z.literal('never-until-team-told').optional(),
      trackingPixel: z.literal(false, 'is never sent: write false').optional(),
    }),
  ),
  debts: accepted(z.strictObject({ followUp: z.array(duration).optional(), then: z.literal('ask-manager').optional() })),
  gradual: accepted(
    z.strictObject({
      from: duration.optional(),
      stages: listOf(stage).optional(),
      perMonth: count.optional(),
      noNewIn: duration.optional(),
    }),
  ),
  alumni: accepted(
    z.strictObject({
      askFrom: duration.optional(),
      inviteAfterEnd: duration.optional(),
      remind: duration.optional(),
      eraseAfterReminder: duration.optional(),
      base: z.literal('end-of-employment').optional(),
    }),
  ),
  checkIns: accepted(checkIns),
  mailbox: accepted(z.object({ keyRole: perCountry.optional() }).catchall(duration)),
  observe: accepted(z.strictObject({ warnBefore: duration.optional() })),
  scores: accepted(z.array(duration)),
  network: accepted(
    z.strictObject({
      enabled: z.boolean().optional(),
      worksCouncil: z.string().nullable().optional(),
      dpia: z.string().nullable().optional(),
    }),
  ),
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
  'retention/contactNotes',
  'retention/decisions',
  'retention/histories',
  'retention/linkedinFile',
  'retention/suppressionHash',
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
