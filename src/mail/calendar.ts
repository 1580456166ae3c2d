import ical, { ICalAttendeeRole, ICalAttendeeStatus, ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import type { Instant } from '../domain/words.js';
import { oneLine } from './oneLine.js';

/** Somebody at a call. */
interface Invited {
  readonly name: string;
  readonly email: string;
}

/** A call as a calendar entry; a change or a cancellation has the same `uid` and a higher `sequence`. */
export interface CallInvitation {
  readonly uid: string;
  readonly sequence: number;
  readonly method: 'REQUEST' | 'CANCEL';
  /** When this version was written. */
  readonly stamp: Instant;
  readonly start: Instant;
  readonly end: Instant;
  readonly summary: string;
  readonly description: string;
  readonly organizer: Invited;
  readonly attendees: readonly Invited[];
}

/** The text of an invitation or a cancellation (RFC 5545, 5546); times are UTC, which every calendar shows in its reader's own zone. */
export function callInvitation(call: CallInvitation): string {
  const isCancelled = call.method === 'CANCEL';
  const calendar = ical({
    prodId: { company: 'Baton', product: 'Handover', language: 'EN' },
    method: isCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST,
  });
  calendar.createEvent({
    id: call.uid,
    sequence: call.sequence,
    stamp: new Date(call.stamp),
    start: new Date(call.start),
    end: new Date(call.end),
    summary: oneLine(call.summary),
    description: call.description,
    status: isCancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    organizer: named(call.organizer),
    attendees: call.attendees.map((attendee) => ({
      ...named(attendee),
      rsvp: !isCancelled,
      role: ICalAttendeeRole.REQ,
      status: ICalAttendeeStatus.NEEDSACTION,
    })),
  });
  return calendar.toString();
}

/** A parameter's value can hold no double quote (RFC 5545, 3.2), and an address that is none would begin a line of its own. */
function named({ name, email }: Invited): Invited {
  return { name: oneLine(name).replaceAll('"', "'"), email: oneLine(email) };
}
