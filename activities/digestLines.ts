import type { IntroductionNeed } from '../src/domain/introduction.js';
import type { Language } from '../src/domain/words.js';

type Subject = IntroductionNeed | 'address' | 'will-not-fit';
type Line = readonly [one: string, many: string];

const lines = {
  nl: {
    'leaver-call': [
      '1 gezamenlijk gesprek om te plannen: kies een van de voorgestelde tijden',
      '{count} gezamenlijke gesprekken om te plannen: kies telkens een van de voorgestelde tijden',
    ],
    'leaver-mail': ['1 introductiemail staat klaar om te versturen', '{count} introductiemails staan klaar om te versturen'],
    'successor-note': [
      '1 kort bericht aan een relatie die nu van jou is',
      '{count} korte berichten aan relaties die nu van jou zijn',
    ],
    'successor-contact': ['1 relatie wacht op je eerste eigen contact', '{count} relaties wachten op je eerste eigen contact'],
    'call-outcome': ['1 gesprek: heeft het plaatsgevonden?', '{count} gesprekken: hebben ze plaatsgevonden?'],
    'will-not-fit': [
      '1 introductie past niet meer vóór de laatste werkdag',
      '{count} introducties passen niet meer vóór de laatste werkdag',
    ],
    address: ['Waar mogen we je na je laatste werkdag bereiken? Alleen als je dat wilt', ''],
  },
  da: {
    'leaver-call': [
      '1 fælles samtale skal aftales: vælg et af de foreslåede tidspunkter',
      '{count} fælles samtaler skal aftales: vælg et af de foreslåede tidspunkter for hver',
    ],
    'leaver-mail': [
      '1 præsentationsmail ligger klar til at blive sendt',
      '{count} præsentationsmails ligger klar til at blive sendt',
    ],
    'successor-note': ['1 kort besked til en relation, som nu er din', '{count} korte beskeder til relationer, som nu er dine'],
    'successor-contact': [
      '1 relation venter på din første egen henvendelse',
      '{count} relationer venter på din første egen henvendelse',
    ],
    'call-outcome': ['1 samtale: blev den holdt?', '{count} samtaler: blev de holdt?'],
    'will-not-fit': [
      '1 introduktion når vi ikke inden sidste arbejdsdag',
      '{count} introduktioner når vi ikke inden sidste arbejdsdag',
    ],
    address: ['Hvor må vi skrive til dig efter din sidste arbejdsdag? Kun hvis du har lyst', ''],
  },
  en: {
    'leaver-call': [
      '1 joint call to plan: choose one of the proposed times',
      '{count} joint calls to plan: choose one of the proposed times for each',
    ],
    'leaver-mail': ['1 introduction is ready to be sent', '{count} introductions are ready to be sent'],
    'successor-note': ['1 short note to a contact who is yours now', '{count} short notes to contacts who are yours now'],
    'successor-contact': ['1 contact waits for your first own word', '{count} contacts wait for your first own word'],
    'call-outcome': ['1 call: did it take place?', '{count} calls: did they take place?'],
    'will-not-fit': [
      '1 introduction will not happen before the last working day',
      '{count} introductions will not happen before the last working day',
    ],
    address: ['Where may we reach you after your last working day? Only if you would like that', ''],
  },
} as const satisfies Record<Language, Record<Subject, Line>>;

/** One line of the daily digest. */
export function digestLine(subject: Subject, count: number, language: Language): string {
  const [one, many] = lines[language][subject];
  return count === 1 ? one : many.replace('{count}', String(count));
}
