import { expect, test } from 'vitest';
import { callInvitation, type CallInvitation } from '../../src/mail/calendar.js';

const call: CallInvitation = {
  uid: 'i-4k2@baton.example',
  sequence: 0,
  method: 'REQUEST',
  stamp: '2026-11-12T08:30:00.000Z',
  start: '2026-11-19T09:30:00.000Z',
  end: '2026-11-19T10:00:00.000Z',
  summary: 'Kennismaken met Mikkel Holm',
  description: 'Beste Lone,\nTot dan; neem mee: niets.',
  organizer: { name: 'Sanne Bakker', email: 'sanne@example.com' },
  attendees: [
    { name: 'Lone Krogh', email: 'lone@kommune.example' },
    { name: 'Mikkel Holm', email: 'mikkel@example.com' },
  ],
};

/** The lines of an entry, unfolded (RFC 5545, 3.1). */
const linesOf = (text: string): readonly string[] => text.replace(/\r\n[ \t]/g, '').split('\r\n');

test('an invitation that every calendar understands, in UTC, with no clock of its own', () => {
  const lines = linesOf(callInvitation(call));
  expect(lines).toEqual(
    expect.arrayContaining([
      'METHOD:REQUEST',
      'UID:i-4k2@baton.example',
      'SEQUENCE:0',
      'DTSTAMP:20261112T083000Z',
      'DTSTART:20261119T093000Z',
      'DTEND:20261119T100000Z',
      'STATUS:CONFIRMED',
      'ORGANIZER;CN="Sanne Bakker":mailto:sanne@example.com',
      'DESCRIPTION:Beste Lone\\,\\nTot dan\\; neem mee: niets.',
    ]),
  );
  expect(lines.filter((line) => line.startsWith('ATTENDEE'))).toEqual([
    expect.stringMatching(/PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Lone Krogh":MAILTO:lone@kommune.example$/),
    expect.stringMatching(/CN="Mikkel Holm":MAILTO:mikkel@example.com$/),
  ]);
  expect(callInvitation(call)).toBe(callInvitation(call));
});

test('a cancellation is about the same entry, later in its sequence, or it would stay in the calendar', () => {
  const lines = linesOf(callInvitation({ ...call, method: 'CANCEL', sequence: 2 }));
  expect(lines).toEqual(expect.arrayContaining(['METHOD:CANCEL', 'UID:i-4k2@baton.example', 'SEQUENCE:2', 'STATUS:CANCELLED']));
  expect(lines.join('\n')).not.toContain('RSVP=TRUE');
});

test('no name or topic begins a line of its own', () => {
  const evil = 'Eve"\r\nATTENDEE:mailto:all@example.com';
  const text = callInvitation({
    ...call,
    summary: evil,
    description: evil,
    organizer: { name: evil, email: 'a@b.example\r\nX-EVIL:1' },
    attendees: [{ name: evil, email: 'lone@kommune.example' }],
  });
  const lines = linesOf(text);
  expect(lines.filter((line) => line.startsWith('ATTENDEE'))).toHaveLength(1);
  expect(lines.filter((line) => /^(X-EVIL|ATTENDEE:)/.test(line))).toEqual([]);
  // A double quote would end the parameter (RFC 5545, 3.2).
  expect(text).not.toContain('\\"');
});
