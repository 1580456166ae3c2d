import type { Day, Instant } from '../domain/words.js';

/** Why an approver hears from Baton. */
export type ApprovalKind = 'request' | 'reminder';

/** A mail's subject and text; no name stands in a subject, since not everybody may know yet. */
export interface Written {
  readonly subject: string;
  readonly text: string;
}

/** Asks HR to release a handover. `handover` is the row's id, the command line that HR's operator can paste follows from it. */
export function releaseMail(facts: { readonly handover: string; readonly dueAt: Instant; readonly reminder: boolean }): Written {
  const { handover, dueAt, reminder } = facts;
  return {
    subject: `${reminder ? 'Reminder: a' : 'A'} handover waits for your release (${handover})`,
    text: [
      'Somebody is leaving, and Baton has listed what they own. Until you release it, nothing is changed and nobody else is told.',
      '',
      `Please look at the release card before ${readable(dueAt)}:`,
      `  npm run baton -- show ${handover}`,
      `  npm run baton -- release ${handover} --set reason=resignation --set whoKnows=team`,
      '',
      'It is never released by itself. If nobody answers, the next person in the HR rota is asked.',
    ].join('\n'),
  };
}

/** Asks an approver to decide the steps that wait for them. */
export function approvalMail(facts: {
  readonly handover: string;
  readonly steps: readonly { readonly id: string; readonly records: number }[];
  readonly lastWorkingDay: Day | null;
  readonly until: Instant | null;
  readonly kind: ApprovalKind;
}): Written {
  const { handover, steps, lastWorkingDay, until, kind } = facts;
  const total = steps.reduce((sum, step) => sum + step.records, 0);
  return {
    subject: `${kind === 'reminder' ? 'Reminder: new' : 'New'} owners wait for your decision (${handover})`,
    text: [
      `${total} records need new owners${lastWorkingDay ? `; the last working day is ${lastWorkingDay}` : ''}. Please decide:`,
      ...steps.map((step) => `  ${step.id}: ${step.records} records`),
      '',
      until
        ? `What is undecided on ${readable(until)} goes to the custodian whom HR named. Silence is never an approval.`
        : 'Silence is never an approval.',
      '',
      'See who gets what, then approve all of it, one step, or all but some bundles, or send it back:',
      `  npm run baton -- show ${handover}`,
      `  npm run baton -- approve ${handover} --all`,
      `  npm run baton -- approve ${handover} --step ${steps[0]?.id ?? 's1'} --except b-3`,
      `  npm run baton -- refuse ${handover} --step ${steps[0]?.id ?? 's1'} --then replan`,
      '',
      'Until then nothing changes and nobody outside hears anything.',
    ].join('\n'),
  };
}

const needs = {
  parked: {
    subject: 'Something failed and waits for you',
    text: ['Something was tried as often as it makes sense, and failed. The rest goes on.'],
    next: (handover: string, item: string) => [`npm run baton -- retry ${handover} --parked ${item}   once the cause is mended`],
  },
  restore: {
    subject: 'A departure was withdrawn: what is to become of what was moved?',
    text: [
      'The HRIS withdrew the ending, but contacts have been told or the last working day is over. Nothing is taken back by itself.',
    ],
    next: (handover: string) => [
      `npm run baton -- undo ${handover} --all    gives everything back`,
      `npm run baton -- skip ${handover} --all    keeps the new owners`,
    ],
  },
  held: {
    subject: 'Many departures at once: this one is held',
    text: [
      'More people than usual were entered as leaving, or as staying after all, within a short time. That can be a fault of the HRIS.',
    ],
    next: (handover: string) => [`npm run baton -- resume ${handover}   if it is right`],
  },
  evidence: {
    subject: 'The HRIS no longer says whether this departure stands',
    text: [
      'The record is gone or a field is not readable. Nothing outward happens and nothing is undone until it can be read again.',
    ],
    next: () => ['npm run baton -- check   shows what the key may read'],
  },
} as const;

/** Tells HR that a person is needed. */
export function needMail(facts: {
  readonly handover: string;
  readonly what: keyof typeof needs;
  readonly item: string;
}): Written {
  const { handover, what, item } = facts;
  const { subject, text, next } = needs[what];
  const lines = next(handover, item).map((line) => `  ${line}`);
  return { subject: `${subject} (${handover})`, text: [...text, '', `  npm run baton -- show ${handover}`, ...lines].join('\n') };
}

function readable(instant: Instant): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}
