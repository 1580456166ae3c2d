import type { ReleaseCard } from '../../src/domain/release.js';

/** The release card of somebody who resigned: everything may be asked of them, and one person has been told. */
export function releaseCard(
  known: string,
  days: Pick<ReleaseCard, 'employmentEnd' | 'lastWorkingDay'>,
  set: Partial<ReleaseCard>,
): ReleaseCard {
  return {
    reason: 'resignation',
    ...days,
    asking: 'full',
    competitor: 'no',
    whoKnows: 'team',
    circle: [known],
    announcement: null,
    custodian: known,
    legalHold: false,
    alumni: 'by-reason',
    edited: [],
    ...set,
  };
}
