import { z } from 'zod';
import { defaultPolicy as base, type Policy } from '../domain/policy.js';
import { reasons, type Method } from '../domain/words.js';
import {
  ascendingNumbers,
  clockTime,
  clockWindow,
  count,
  dayWindow,
  duration,
  listOf,
  share,
  weekday,
  yearlyPeriod,
} from './words.js';

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

const method = z.enum(['joint-call', 'email', 'notice', 'none']);
const tier = (from: { readonly cap: number | null; readonly method: Method }) =>
  z.strictObject({ cap: count.nullable().default(from.cap), method: method.default(from.method) }).prefault({});
const span = (from: readonly [number, number]) =>
  z
    .tuple([share, share])
    .refine(([first, last]) => first <= last, 'must not end before it begins')
    .default([from[0], from[1]]);

const introductions = group(
  {
    tiers: z
      .strictObject({
        A: tier(base.introductions.tiers.A),
        B: tier(base.introductions.tiers.B),
        C: tier(base.introductions.tiers.C),
        D: tier(base.introductions.tiers.D),
      })
      .prefault({}),
    leaverTimeShare: share.default(base.introductions.leaverTimeShare),
    perDay: z
      .strictObject({
        leaver: count.default(base.introductions.perDay.leaver),
        successor: count.default(base.introductions.perDay.successor),
      })
      .prefault({}),
    emailDoneWhen: group(
      { successorContactWithin: duration.default(base.introductions.emailDoneWhen.successorContactWithin) },
      { sent: z.literal(true).optional() },
    ).prefault({}),
    contactConfirmationLink: z.boolean().default(base.introductions.contactConfirmationLink),
    window: z
      .strictObject({
        walkThrough: span(base.introductions.window.walkThrough),
        callsBookedBy: share.default(base.introductions.window.callsBookedBy),
        calls: span(base.introductions.window.calls),
        mails: span(base.introductions.window.mails),
        recheckFit: share.default(base.introductions.window.recheckFit),
      })
      .prefault({}),
    call: z
      .strictObject({
        length: duration.default(base.introductions.call.length),
        proposals: count.default(base.introductions.call.proposals),
        notice: duration.default(base.introductions.call.notice),
      })
      .prefault({}),
    look: duration.default(base.introductions.look).describe('How often the CRM is asked which tasks were completed.'),
  },
  { per: z.literal('account').optional() },
);

const messages = group(
  {
    digest: group({ at: clockTime.default(base.messages.digest.at) }, { every: z.literal('P1D').optional() }).prefault({}),
    inPersonsName: z
      .boolean()
      .default(base.messages.inPersonsName)
      .describe('Whether Baton may send in a colleague’s name, after their click on each message.'),
  },
  {
    nameInSubjectBefore: z.literal('never-until-team-told').optional(),
    trackingPixel: z.literal(false, 'is never sent: write false').optional(),
  },
);

const alumni = group(
  {
    askFrom: duration.default(base.alumni.askFrom),
    inviteAfterEnd: duration.default(base.alumni.inviteAfterEnd),
    remind: duration.default(base.alumni.remind),
    eraseAfterReminder: duration.default(base.alumni.eraseAfterReminder),
  },
  { base: z.literal('end-of-employment').optional() },
);

const checkIns = z.strictObject({
  offsets: z.array(duration).default([...base.checkIns.offsets]),
  retirees: z.array(duration).default([...base.checkIns.retirees]),
  days: listOf(weekday).default([...base.checkIns.days]),
  jitter: duration.default(base.checkIns.jitter),
  hours: dayWindow.default(base.checkIns.hours),
  skipHolidays: z.boolean().default(base.checkIns.skipHolidays),
  quiet: z.array(yearlyPeriod).default([...base.checkIns.quiet]),
  lastSilence: z
    .strictObject({
      remind: duration.default(base.checkIns.lastSilence.remind),
      erase: duration.default(base.checkIns.lastSilence.erase),
    })
    .prefault({}),
});

const network = z
  .strictObject({
    enabled: z.boolean().default(base.network.enabled),
    worksCouncil: z.string().min(1).nullable().default(base.network.worksCouncil),
    dpia: z.iso.date().nullable().default(base.network.dpia),
  })
  .refine(
    ({ enabled, worksCouncil, dpia }) => !enabled || (worksCouncil !== null && dpia !== null),
    'is off until worksCouncil names the consent and dpia the day of the assessment',
  );

const kept = duration.optional().describe(notYet);
const retention = group(
  {
    deliveries: duration.default(base.retention.deliveries),
    contactNotes: duration.default(base.retention.contactNotes),
    suppressionHash: duration.default(base.retention.suppressionHash),
  },
  { snapshot: kept, decisions: kept, histories: kept, linkedinFile: kept },
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
  introductions: introductions.prefault({}),
  messages: messages.prefault({}),
  debts: group(
    { followUp: listOf(duration).default([...base.debts.followUp]) },
    { then: z.literal('ask-manager').optional() },
  ).prefault({}),
  scores: z.array(duration).default([...base.scores]),
  alumni: alumni.prefault({}),
  checkIns: checkIns.prefault({}),
  network: network.prefault({}),
  retention: retention.prefault({}),
};

/** Takes the policy out of the parsed file. */
export function policyOf(file: Policy): Policy {
  const { release, calendar, lastDay, urgent, decisions, brake, approvals, capacity, transfer, retention } = file;
  const { introductions, messages, debts, scores, alumni, checkIns, network } = file;
  const spine = { release, calendar, lastDay, urgent, decisions, brake, approvals, capacity, transfer, retention };
  return { ...spine, introductions, messages, debts, scores, alumni, checkIns, network };
}
