import { z } from 'zod';
import { defaultPolicy as base, type Policy } from '../domain/policy.js';
import { reasons } from '../domain/words.js';
import { ascendingNumbers, clockTime, clockWindow, count, dayWindow, duration, listOf, share, weekday } from './words.js';

const notYet = 'Accepted, not acted on by this version.';

/** A group of the policy: `acted` is kept, `accepted` is validated and left out of the result. */
function group<Acted extends z.core.$ZodLooseShape, Accepted extends z.core.$ZodLooseShape>(acted: Acted, accepted: Accepted) {
  const kept = z.object(acted);
  return z.strictObject({ ...acted, ...accepted }).transform((value) => kept.parse(value));
}

const release = group(
  {
    required: z.boolean().default(base.release.required),
    dueAfter: duration.default(base.release.dueAfter),
    remindAfter: duration.default(base.release.remindAfter),
  },
  { autoRelease: z.array(z.enum(reasons)).optional().describe(notYet) },
);

const calendar = z.strictObject({
  workingHours: dayWindow.default(base.calendar.workingHours),
  workingDays: listOf(weekday).default([...base.calendar.workingDays]),
  publicHolidays: z.boolean().default(base.calendar.publicHolidays),
});

const lastDay = z.strictObject({
  custodianAt: clockTime.default(base.lastDay.custodianAt),
  movesAt: clockTime.default(base.lastDay.movesAt),
  ends: clockTime.default(base.lastDay.ends),
  employmentEnds: clockTime.default(base.lastDay.employmentEnds),
});

const urgent = z.strictObject({
  whenAtMost: duration
    .default(base.urgent.whenAtMost)
    .describe('Handovers with at most this much working time left are urgent; PT0S: never.'),
  release: duration.default(base.urgent.release),
  approval: duration.default(base.urgent.approval),
  escalateAt: listOf(duration).default([...base.urgent.escalateAt]),
  custodianAfterTold: duration.default(base.urgent.custodianAfterTold),
  movesAfterTold: duration.default(base.urgent.movesAfterTold),
});

const approvals = group(
  {
    due: z
      .strictObject({
        shareOfRemaining: share.default(base.approvals.due.shareOfRemaining),
        min: duration.default(base.approvals.due.min),
        max: duration.default(base.approvals.due.max),
      })
      .prefault({}),
    remindAt: share.default(base.approvals.remindAt),
    escalateAt: ascendingNumbers.default([...base.approvals.escalateAt]),
    maxSingleQuestions: z.int().min(0).default(base.approvals.maxSingleQuestions),
  },
  {
    unit: z.literal('step').optional(),
    silence: z.literal('custodian').optional(),
    coOwner: z.literal('heard').optional().describe(notYet),
    reapproveIfChanged: z
      .strictObject({ share: share.optional(), tierA: z.literal('any').optional() })
      .optional()
      .describe(notYet),
  },
);

const transfer = group(
  {
    canary: z
      .strictObject({ records: count.default(base.transfer.canary.records), pause: duration.default(base.transfer.canary.pause) })
      .prefault({}),
    window: clockWindow.default(base.transfer.window),
    keepDealsClosingWithin: duration.default(base.transfer.keepDealsClosingWithin),
    undo: duration.default(base.transfer.undo),
    sweep: z
      .strictObject({ daily: duration.default(base.transfer.sweep.daily), again: duration.default(base.transfer.sweep.again) })
      .prefault({}),
  },
  { rescissionAfterTold: z.literal('propose').optional() },
);

const kept = duration.optional().describe(notYet);
const retention = group(
  { deliveries: duration.default(base.retention.deliveries) },
  { snapshot: kept, contactNotes: kept, decisions: kept, histories: kept, linkedinFile: kept, suppressionHash: kept },
);

/** The groups of `policy.md` 14 on which this version acts, at the top of the file, each with its defaults. */
export const policyShape = {
  release: release.prefault({}),
  calendar: calendar.prefault({}),
  lastDay: lastDay.prefault({}),
  urgent: urgent.prefault({}),
  decisions: z
    .strictObject({ bareSignals: z.enum(['never', 'after-team', 'always']).default(base.decisions.bareSignals) })
    .prefault({}),
  brake: z
    .strictObject({
      people: count.default(base.brake.people),
      share: share.default(base.brake.share),
      within: duration.default(base.brake.within),
    })
    .prefault({}),
  approvals: approvals.prefault({}),
  capacity: z.strictObject({ overMedian: z.number().positive('must be above 0').default(base.capacity.overMedian) }).prefault({}),
  transfer: transfer.prefault({}),
  retention: retention.prefault({}),
};

/** Takes the policy out of the parsed file. */
export function policyOf(file: Policy): Policy {
  const { release, calendar, lastDay, urgent, decisions, brake, approvals, capacity, transfer, retention } = file;
  return { release, calendar, lastDay, urgent, decisions, brake, approvals, capacity, transfer, retention };
}
