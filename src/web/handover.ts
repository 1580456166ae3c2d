import { instantOf } from '../domain/calendar.js';
import { alumniAnswers, askings, competitorAnswers, contactRules, type ContactRules } from '../domain/release.js';
import { reasons, type Instant, type Reason } from '../domain/words.js';
import type { HandoverRow } from '../store/handovers.js';
import type { WebParts } from './parts.js';

/** What a handover permits; null before HR has released it. */
export function rulesOf({ card, releasedAt }: HandoverRow): ContactRules | null {
  if (card === null || releasedAt === null) return null;
  return contactRules({
    reason: reasonOf(card.reason),
    competitor: competitorAnswers.find((answer) => answer === card.competitor) ?? 'unknown',
    asking: askings.find((asking) => asking === card.asking) ?? 'none',
    alumni: alumniAnswers.find((answer) => answer === card.alumni) ?? 'no',
  });
}

/** A column's text as a reason; one that this version does not know permits nothing. */
export function reasonOf(text: string): Reason {
  return reasons.find((reason) => reason === text) ?? 'unknown';
}

/** Whether people, the brake, the HRIS or a rescission hold everything outward. */
export function isHeldUp(row: HandoverRow): boolean {
  const { desiredState: desired } = row;
  const isProven =
    typeof desired === 'object' &&
    desired !== null &&
    !Array.isArray(desired) &&
    desired['evidence'] === 'ok' &&
    desired['inForce'] === true;
  const isWithdrawn = row.closedAt !== null && row.outcome !== 'completed' && row.outcome !== 'incomplete';
  return row.paused || row.held || row.restoring !== null || !row.inForce || isWithdrawn || (row.closedAt === null && !isProven);
}

/** The end of the last working day where the leaver works; null while it is not known. */
export function lastDayEnds({ policy, calendarOf }: WebParts, row: HandoverRow): Instant | null {
  const { timeZone } = calendarOf(row.employment.person.country);
  return row.lastWorkingDay === null ? null : instantOf(row.lastWorkingDay, policy.lastDay.ends, timeZone);
}

/** A person's name as mails and pages write it. */
export function fullName(person: { readonly givenName: string | null; readonly familyName: string | null }): string {
  return [person.givenName, person.familyName].filter(Boolean).join(' ').trim();
}
