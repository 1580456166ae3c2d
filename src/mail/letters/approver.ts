import type { Day, Language } from '../../domain/words.js';
import { spelledDay, spelledMoment, type Moment } from '../days.js';
import { paragraph, subject, type Draft } from './draft.js';
import { counted, salutation } from './words.js';

/** What an approver has to know; `exceptions` of `count` relationships are asked one by one. */
interface Asked {
  readonly approver: string;
  readonly leaver: string;
  /** Null where nobody leaves: cover and role change. */
  readonly lastWorkingDay: Day | null;
  readonly count: number;
  readonly exceptions: number;
  readonly link: string;
  readonly deadline: Moment;
  /** Who is asked when this approver stays silent. */
  readonly escalation: string;
  /** Before the team has been told, no name stands in a subject. */
  readonly toldTeam: boolean;
}

/** The request to the approver (T1) and its reminder (T1R). */
export interface ApprovalLetter extends Asked {
  readonly id: 'T1' | 'T1R';
}

/** The request to the next in the chain. */
export interface EscalationLetter extends Asked {
  readonly id: 'T1E';
  /** Who was asked before. */
  readonly previous: string;
}

const request = {
  nl: {
    subject: 'Overdracht {leaver}: graag je besluit vóór {deadline}',
    confidential: 'Vertrouwelijk: je besluit gevraagd vóór {deadline}',
    leaving: '{leaver} werkt tot en met {lastWorkingDay} bij ons en is nu aanspreekpunt voor {relations}.',
    staying: '{leaver} draagt werk over en is nu aanspreekpunt voor {relations}.',
    exceptions:
      'Er ligt een voorstel klaar voor wie wat overneemt; bij {exceptions} daarvan hebben we jouw keuze nodig, de rest kun je in één keer goedkeuren.',
    noExceptions: 'Er ligt een voorstel klaar voor wie wat overneemt; je kunt het in één keer goedkeuren.',
    time: 'Het kost je ongeveer twee minuten: {link}.',
    until: 'Zolang je niet hebt besloten verandert er niets en krijgt niemand buiten ons bedrijf bericht.',
    late: 'Lukt het niet vóór {deadline}, draag het dan op dezelfde pagina over aan een collega; anders leggen we het voor aan {escalation}.',
  },
  da: {
    subject: 'Overdragelse efter {leaver}: din beslutning senest {deadline}',
    confidential: 'Fortroligt: din beslutning senest {deadline}',
    leaving: '{leaver} har sidste arbejdsdag {lastWorkingDay} og er i dag kontaktperson for {relations}.',
    staying: '{leaver} giver arbejde videre og er i dag kontaktperson for {relations}.',
    exceptions:
      'Der ligger et forslag klar til, hvem der overtager hvad; {exceptions} af dem kræver, at du vælger, og resten kan du godkende på én gang.',
    noExceptions: 'Der ligger et forslag klar til, hvem der overtager hvad; du kan godkende det hele på én gang.',
    time: 'Det tager omkring to minutter: {link}.',
    until: 'Indtil du har besluttet dig, ændres der intet, og ingen uden for virksomheden får besked.',
    late: 'Kan du ikke nå det inden {deadline}, så giv opgaven videre til en kollega på samme side – ellers spørger vi {escalation}.',
  },
  en: {
    subject: 'Handover of {leaver}: your decision by {deadline}',
    confidential: 'Confidential: your decision needed by {deadline}',
    leaving: '{leaver} is with us until {lastWorkingDay} and is currently the contact for {relations}.',
    staying: '{leaver} is handing work over and is currently the contact for {relations}.',
    exceptions:
      'We have prepared a proposal for who takes over what; {exceptions} of them need your choice, and you can approve the rest in one go.',
    noExceptions: 'We have prepared a proposal for who takes over what; you can approve it in one go.',
    time: 'It takes about two minutes: {link}.',
    until: 'Until you decide, nothing changes and nobody outside the company hears anything.',
    late: 'If you cannot manage it by {deadline}, please hand it to a colleague on the same page; otherwise we will ask {escalation}.',
  },
} as const satisfies Record<Language, unknown>;

const reminder = {
  nl: {
    subject: 'Herinnering: overdracht {leaver}, graag je besluit vóór {deadline}',
    confidential: 'Herinnering (vertrouwelijk): je besluit gevraagd vóór {deadline}',
    waiting: 'We wachten nog op je besluit over wie de {relations} van {leaver} overneemt; het kan hier: {link}.',
  },
  da: {
    subject: 'Påmindelse: overdragelse efter {leaver}, din beslutning senest {deadline}',
    confidential: 'Påmindelse (fortroligt): din beslutning senest {deadline}',
    waiting: 'Vi mangler stadig din beslutning om, hvem der overtager {relations} efter {leaver}; du kan træffe den her: {link}.',
  },
  en: {
    subject: 'Reminder: handover of {leaver}, your decision by {deadline}',
    confidential: 'Reminder (confidential): your decision needed by {deadline}',
    waiting: 'We are still waiting for your decision on who takes over {relations} from {leaver}; you can make it here: {link}.',
  },
} as const satisfies Record<Language, unknown>;

const escalation = {
  nl: {
    subject: 'Overdracht {leaver}: nu graag jouw besluit vóór {deadline}',
    confidential: 'Vertrouwelijk: nu graag jouw besluit vóór {deadline}',
    why: 'Dit besluit lag eerst bij {previous}; daar is het niet op tijd gelukt, en daarom vragen we het nu aan jou.',
  },
  da: {
    subject: 'Overdragelse efter {leaver}: nu har vi brug for din beslutning senest {deadline}',
    confidential: 'Fortroligt: nu har vi brug for din beslutning senest {deadline}',
    why: 'Beslutningen lå først hos {previous}, som ikke nåede det i tide, og derfor spørger vi nu dig.',
  },
  en: {
    subject: 'Handover of {leaver}: now your decision by {deadline}',
    confidential: 'Confidential: now your decision needed by {deadline}',
    why: 'This decision was first with {previous}, who did not get to it in time, so we are now asking you.',
  },
} as const satisfies Record<Language, unknown>;

/** T1: the request to the approver. */
export function approvalRequest(facts: Asked, language: Language): Draft {
  const text = request[language];
  const values = valuesOf(facts, language);
  return {
    subject: subject(values, facts.toldTeam ? text.subject : text.confidential),
    blocks: [salutation(facts.approver, language), paragraph(values, ...proposal(facts, language))],
  };
}

/** T1R: the reminder. */
export function approvalReminder(facts: Asked, language: Language): Draft {
  const text = reminder[language];
  const { until, late } = request[language];
  const values = valuesOf(facts, language);
  return {
    subject: subject(values, facts.toldTeam ? text.subject : text.confidential),
    blocks: [salutation(facts.approver, language), paragraph(values, text.waiting, until, late)],
  };
}

/** T1E: the same decision, asked of the next in the chain. */
export function approvalEscalation(facts: EscalationLetter, language: Language): Draft {
  const text = escalation[language];
  const values = valuesOf(facts, language);
  return {
    subject: subject(values, facts.toldTeam ? text.subject : text.confidential),
    blocks: [
      salutation(facts.approver, language),
      paragraph({ previous: facts.previous }, text.why),
      paragraph(values, ...proposal(facts, language)),
    ],
  };
}

function proposal({ lastWorkingDay, exceptions }: Asked, language: Language) {
  const text = request[language];
  return [
    lastWorkingDay === null ? text.staying : text.leaving,
    exceptions === 0 ? text.noExceptions : text.exceptions,
    text.time,
    text.until,
    text.late,
  ] as const;
}

function valuesOf(facts: Asked, language: Language) {
  const { leaver, lastWorkingDay, count, exceptions, link, deadline, escalation: next } = facts;
  return {
    leaver,
    lastWorkingDay: lastWorkingDay === null ? '' : spelledDay(lastWorkingDay, language),
    relations: counted(count, 'relation', language),
    exceptions: String(exceptions),
    link: { href: link },
    deadline: spelledMoment(deadline, language),
    escalation: next,
  };
}
