import type { Language } from '../../domain/words.js';
import { spelledMoment, type Moment } from '../days.js';
import { privacyLine } from './contact.js';
import { paragraph, subject, type Draft } from './draft.js';
import { closing, formOf, salutation, type Addressed, type Signed } from './words.js';

/** A joint call of leaver, successor and contact; the two colleagues get the same letter. */
export interface CallLetter extends Signed, Addressed {
  readonly id: 'call-invitation';
  readonly contact: string;
  readonly leaver: string;
  readonly successor: string;
  readonly company: string;
  readonly start: Moment;
  readonly minutes: number;
  readonly topic: string | null;
  /** A number, a room or the address of an online meeting. */
  readonly place: string | null;
  /** Where the contact may say yes or no; null where answering the mail is enough. */
  readonly confirm: string | null;
  readonly privacyLink: string;
}

/** A joint call that does not take place. */
export interface CallCancelledLetter extends Signed, Addressed {
  readonly id: 'call-cancelled';
  readonly contact: string;
  readonly start: Moment;
  /** Who will propose another time; null when nobody will. */
  readonly follows: string | null;
}

/** A draft for a person to send: the contact was told, and the departure was withdrawn. */
export interface NothingChangesLetter extends Signed, Addressed {
  readonly id: 'rescission-draft';
  readonly contact: string;
  readonly leaver: string;
  readonly successor: string;
  readonly company: string;
}

const call = {
  nl: {
    subject: 'Kennismaken met {successor}, uw contactpersoon bij {company}',
    opening:
      '{successor} wordt uw contactpersoon bij {company}, en we stellen u graag persoonlijk aan elkaar voor. {leaver} is er ook bij.',
    when: 'Het gesprek is op {start} en duurt ongeveer {minutes} minuten; de uitnodiging voor uw agenda zit bij deze mail.',
    place: 'We spreken elkaar hier: {place}.',
    topic: 'In elk geval nemen we {topic} met u door.',
    choice:
      'Komt het niet uit, of hebt u liever iemand anders als aanspreekpunt of helemaal geen contact, beantwoord dan gerust deze mail.',
    confirm: 'U kunt het ook met één klik laten weten: {confirm}.',
  },
  nlInformal: {
    subject: 'Kennismaken met {successor}, je contactpersoon bij {company}',
    opening:
      '{successor} wordt je contactpersoon bij {company}, en we stellen jullie graag persoonlijk aan elkaar voor. {leaver} is er ook bij.',
    when: 'Het gesprek is op {start} en duurt ongeveer {minutes} minuten; de uitnodiging voor je agenda zit bij deze mail.',
    place: 'We spreken elkaar hier: {place}.',
    topic: 'In elk geval nemen we {topic} met je door.',
    choice:
      'Komt het niet uit, of heb je liever iemand anders als aanspreekpunt of helemaal geen contact, beantwoord dan gerust deze mail.',
    confirm: 'Je kunt het ook met één klik laten weten: {confirm}.',
  },
  da: {
    subject: 'Mød {successor}, din kontaktperson hos {company}',
    opening:
      '{successor} bliver din kontaktperson hos {company}, og vi vil gerne præsentere jer for hinanden. {leaver} er også med.',
    when: 'Samtalen er {start} og varer omkring {minutes} minutter; invitationen til din kalender følger med denne mail.',
    place: 'Vi mødes her: {place}.',
    topic: 'Vi kommer i hvert fald omkring {topic}.',
    choice:
      'Passer det ikke, eller vil du hellere have en anden kontaktperson eller slet ikke kontaktes, så svar blot på denne mail.',
    confirm: 'Du kan også svare med ét klik: {confirm}.',
  },
  en: {
    subject: 'Meet {successor}, your contact at {company}',
    opening:
      '{successor} will be your contact at {company}, and we would like to introduce you in person. {leaver} will be there too.',
    when: 'The call is on {start} and takes about {minutes} minutes; the invitation for your calendar comes with this e-mail.',
    place: 'This is where we meet: {place}.',
    topic: 'We will certainly go through {topic} with you.',
    choice:
      'If the time does not suit you, or you would prefer someone else as your contact or no contact at all, simply reply to this e-mail.',
    confirm: 'You can also let us know with one click: {confirm}.',
  },
} as const satisfies Record<Language | 'nlInformal', unknown>;

const cancelled = {
  nl: {
    subject: 'Ons gesprek van {start} gaat niet door',
    opening:
      'Ons gesprek van {start} gaat helaas niet door. De afspraak verdwijnt uit uw agenda; u hoeft daar niets voor te doen.',
    follows: '{follows} neemt contact met u op voor een ander moment.',
    sorry: 'Onze excuses voor het ongemak.',
  },
  nlInformal: {
    subject: 'Ons gesprek van {start} gaat niet door',
    opening:
      'Ons gesprek van {start} gaat helaas niet door. De afspraak verdwijnt uit je agenda; je hoeft daar niets voor te doen.',
    follows: '{follows} neemt contact met je op voor een ander moment.',
    sorry: 'Onze excuses voor het ongemak.',
  },
  da: {
    subject: 'Vores samtale {start} er aflyst',
    opening:
      'Vores samtale {start} bliver desværre ikke til noget. Aftalen forsvinder fra din kalender, uden at du behøver at gøre noget.',
    follows: '{follows} kontakter dig for at finde et andet tidspunkt.',
    sorry: 'Vi beklager ulejligheden.',
  },
  en: {
    subject: 'Our call on {start} is cancelled',
    opening:
      'Our call on {start} will unfortunately not take place. The appointment disappears from your calendar; there is nothing you need to do.',
    follows: '{follows} will get in touch to find another time.',
    sorry: 'We are sorry for the inconvenience.',
  },
} as const satisfies Record<Language | 'nlInformal', unknown>;

const nothingChanges = {
  nl: {
    subject: 'Uw contactpersoon bij {company}: er verandert toch niets',
    body: 'Onlangs lieten we u weten dat {successor} uw contactpersoon bij {company} zou worden. Dat gaat niet door: {leaver} blijft uw aanspreekpunt, en u hoeft niets te doen. Onze excuses voor de verwarring; hebt u vragen, beantwoord dan gerust deze mail.',
  },
  nlInformal: {
    subject: 'Je contactpersoon bij {company}: er verandert toch niets',
    body: 'Onlangs lieten we je weten dat {successor} je contactpersoon bij {company} zou worden. Dat gaat niet door: {leaver} blijft je aanspreekpunt, en je hoeft niets te doen. Onze excuses voor de verwarring; heb je vragen, beantwoord dan gerust deze mail.',
  },
  da: {
    subject: 'Din kontaktperson hos {company}: der ændres alligevel ikke noget',
    body: 'For nylig skrev vi til dig, at {successor} skulle være din kontaktperson hos {company}. Det bliver ikke til noget: {leaver} er fortsat din kontaktperson, og du behøver ikke at gøre noget. Vi beklager forvirringen; har du spørgsmål, så svar blot på denne mail.',
  },
  en: {
    subject: 'Your contact at {company}: nothing changes after all',
    body: 'We recently told you that {successor} would become your contact at {company}. That is not going ahead: {leaver} remains your contact, and there is nothing you need to do. We are sorry for the confusion; if you have any questions, simply reply to this e-mail.',
  },
} as const satisfies Record<Language | 'nlInformal', unknown>;

/** The invitation to a joint call. */
export function callMail(facts: CallLetter, language: Language): Draft {
  const { contact, leaver, successor, company, start, minutes } = facts;
  const text = call[formOf(language, facts)];
  const topic = facts.topic?.trim() ?? '';
  const place = facts.place?.trim() ?? '';
  const values = {
    leaver,
    successor,
    company,
    topic,
    place,
    start: spelledMoment(start, language),
    minutes: String(minutes),
    confirm: { href: facts.confirm ?? '' },
  };
  const sentences = [
    text.opening,
    text.when,
    ...(place === '' ? [] : [text.place]),
    ...(topic === '' ? [] : [text.topic]),
    text.choice,
    ...(facts.confirm === null ? [] : [text.confirm]),
  ] as const;
  return {
    subject: subject({ successor, company }, text.subject),
    blocks: [salutation(contact, language), paragraph(values, ...sentences), ...closing(facts), privacyLine(facts, language)],
  };
}

/** The cancellation of a joint call; never a reason. */
export function callCancelledMail(facts: CallCancelledLetter, language: Language): Draft {
  const text = cancelled[formOf(language, facts)];
  const values = { start: spelledMoment(facts.start, language), follows: facts.follows ?? '' };
  const follows = facts.follows === null ? [] : [text.follows];
  return {
    subject: subject(values, text.subject),
    blocks: [salutation(facts.contact, language), paragraph(values, text.opening, ...follows, text.sorry), ...closing(facts)],
  };
}

/** The draft that nothing changes after all. */
export function nothingChangesDraft(facts: NothingChangesLetter, language: Language): Draft {
  const { contact, leaver, successor, company } = facts;
  const text = nothingChanges[formOf(language, facts)];
  return {
    subject: subject({ company }, text.subject),
    blocks: [salutation(contact, language), paragraph({ leaver, successor, company }, text.body), ...closing(facts)],
  };
}
