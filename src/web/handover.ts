import { instantOf } from '../domain/calendar.js';
import { isStopped } from '../domain/handover.js';
import { contactRules, type ContactRules } from '../domain/release.js';
import type { Instant } from '../domain/words.js';
import { toCard } from '../store/card.js';
import { desiredOf, type HandoverRow } from '../store/handovers.js';
import type { WebParts } from './parts.js';

/** What a handover permits; null before HR has released it. */
export function rulesOf({ card, releasedAt }: HandoverRow): ContactRules | null {
  return card === null || releasedAt === null ? null : contactRules(toCard(card));
}

/** Whether people, the brake, the HRIS or a rescission hold everything outward. What the HRIS says after the end holds nothing any more. */
export function isHeldUp(row: HandoverRow): boolean {
  const { paused, held, inForce, restoring, outcome, closedAt } = row;
  if (restoring !== null) return true;
  if (closedAt !== null) return paused || held || !inForce || (outcome !== 'completed' && outcome !== 'incomplete');
  const desired = desiredOf(row);
  return isStopped({ paused, held, inForce, evidence: desired.evidence, withdrawn: !desired.inForce });
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
