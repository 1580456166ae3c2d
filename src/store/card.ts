import { alumniAnswers, askings, competitorAnswers, cardKeys, type ReleaseCard, type WhoKnows } from '../domain/release.js';
import { isDay } from '../domain/calendar.js';
import { reasons } from '../domain/words.js';
import type { CardRow } from './handovers.js';

/** The release card of a row. */
export function toCard(row: CardRow): ReleaseCard {
  return {
    reason: oneOf(reasons, row.reason),
    employmentEnd: row.employmentEnd,
    lastWorkingDay: row.lastWorkingDay,
    asking: oneOf(askings, row.asking),
    competitor: oneOf(competitorAnswers, row.competitor),
    whoKnows: whoKnowsOf(row.whoKnows),
    circle: row.circle,
    announcement: row.announcement,
    custodian: row.custodianId,
    legalHold: row.legalHold,
    alumni: oneOf(alumniAnswers, row.alumni),
    edited: cardKeys.filter((key) => row.edited.includes(key)),
  };
}

/** The row of a release card. */
export function toCardRow(card: ReleaseCard): Omit<CardRow, 'handoverId'> {
  const { custodian, circle, edited, ...rest } = card;
  return { ...rest, custodianId: custodian, circle: [...circle], edited: [...edited] };
}

function whoKnowsOf(text: string): WhoKnows {
  return text === 'circle' || text === 'leaver' || text === 'team' || isDay(text) ? text : 'circle';
}

function oneOf<Word extends string>(words: readonly Word[], text: string): Word {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new Error('a release card holds a word that this version does not know');
  return found;
}
