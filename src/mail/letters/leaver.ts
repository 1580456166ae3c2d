import type { Day, Language, Parting } from '../../domain/words.js';
import { spelledDay } from '../days.js';
import { paragraph, subject, type Draft } from './draft.js';
import { salutation } from './words.js';

/** T2: the invitation to the leaver to go through the list. */
export interface WalkThroughLetter {
  readonly id: 'T2';
  readonly leaver: string;
  readonly parting: Parting;
  readonly lastWorkingDay: Day;
  /** Null while undecided, and where there are several. */
  readonly successor: string | null;
  readonly link: string;
  /** Day of the first walk-through; null leaves its sentence out. */
  readonly date: Day | null;
  /** `limited` asks for the list alone, without contact to customers. */
  readonly asking: 'full' | 'limited';
  /** A retirement with months ahead. */
  readonly gradual: boolean;
}

const walkThrough = {
  nl: {
    subject: 'Zullen we samen je contacten doornemen?',
    unnamedSuccessor: 'je opvolger',
    opening: 'Je laatste werkdag is {lastWorkingDay}, en in je tijd hier heb je met veel mensen iets opgebouwd.',
    why: 'Dat willen we graag zorgvuldig doorgeven: voor hen, voor {successor} en voor een goed afscheid van jou.',
    away: {
      unnamedSuccessor: 'je vervanger',
      opening: 'Na {lastWorkingDay} ben je een tijd afwezig, en je hebt hier met veel mensen iets opgebouwd.',
      why: 'Dat willen we zolang zorgvuldig laten waarnemen: voor hen, voor {successor} en zodat jij met een gerust hart weg kunt.',
    },
    moves: {
      opening: 'Na {lastWorkingDay} doe je bij ons ander werk, en in je functie van nu heb je met veel mensen iets opgebouwd.',
      why: 'Dat willen we graag zorgvuldig doorgeven: voor hen, voor {successor} en voor een frisse start van jou.',
    },
    full: 'Op {link} vind je als begin een lijst van je zakelijke contacten; vul aan wie ontbreekt, haal weg wat privé is en geef per persoon aan of je liever samen belt of een mail stuurt.',
    limited: 'Op {link} vind je als begin een lijst van je zakelijke contacten; vul aan wie ontbreekt en haal weg wat privé is.',
    hour: 'We hebben op {date} een uur vrijgehouden om de lijst met {successor} door te lopen – komt dat niet uit, kies dan gerust een ander moment.',
    gradual: 'We beginnen rustig: op {date} een uur, en daarna elke maand een paar contacten, in het tempo dat jou past.',
    read: 'Wat je opschrijft leest {successor}, en de persoon over wie het gaat mag het opvragen; schrijf dus op wat helpt, en laat de rest weg.',
  },
  da: {
    subject: 'Skal vi gennemgå dine kontakter sammen?',
    unnamedSuccessor: 'din efterfølger',
    opening: 'Din sidste arbejdsdag er {lastWorkingDay}, og i din tid her har du opbygget noget sammen med mange mennesker.',
    why: 'Det vil vi gerne give ordentligt videre – af hensyn til dem, til {successor} og til en god afslutning for dig.',
    away: {
      unnamedSuccessor: 'din afløser',
      opening: 'Efter {lastWorkingDay} er du væk i en periode, og du har opbygget noget sammen med mange mennesker her.',
      why: 'Det vil vi gerne passe godt på imens – af hensyn til dem, til {successor} og så du kan tage af sted med ro i sindet.',
    },
    moves: {
      opening:
        'Efter {lastWorkingDay} har du andre opgaver hos os, og i din nuværende stilling har du opbygget noget sammen med mange mennesker.',
      why: 'Det vil vi gerne give ordentligt videre – af hensyn til dem, til {successor} og så du får en frisk start.',
    },
    full: 'På {link} ligger en liste over dine kontakter i arbejdet som udgangspunkt; tilføj dem, der mangler, fjern det, der er privat, og vælg for hver person, om I skal ringe sammen, eller om en mail er nok.',
    limited:
      'På {link} ligger en liste over dine kontakter i arbejdet som udgangspunkt; tilføj dem, der mangler, og fjern det, der er privat.',
    hour: 'Vi har sat en time af {date} til at gå listen igennem med {successor} – passer det ikke, så vælg endelig et andet tidspunkt.',
    gradual:
      'Vi begynder stille og roligt: en time {date} og derefter nogle få kontakter hver måned i det tempo, der passer dig.',
    read: 'Det, du skriver, bliver læst af {successor}, og personen selv kan bede om at se det; skriv derfor det, der hjælper, og lad resten ligge.',
  },
  en: {
    subject: 'Shall we go through your contacts together?',
    unnamedSuccessor: 'your successor',
    opening: 'Your last working day is {lastWorkingDay}, and in your time here you have built something with a lot of people.',
    why: 'We would like to pass that on with care: for them, for {successor}, and so that you can say goodbye properly.',
    away: {
      unnamedSuccessor: 'whoever stands in for you',
      opening: 'After {lastWorkingDay} you will be away for a while, and you have built something with a lot of people here.',
      why: 'We would like it to be in good hands meanwhile: for them, for {successor}, and so that you can go with an easy mind.',
    },
    moves: {
      opening:
        'After {lastWorkingDay} you will be doing other work with us, and in your present role you have built something with a lot of people.',
      why: 'We would like to pass that on with care: for them, for {successor}, and so that you can make a fresh start.',
    },
    full: 'At {link} you will find a list of your work contacts to start from; add whoever is missing, take out what is private, and say for each person whether you would rather call together or send an e-mail.',
    limited:
      'At {link} you will find a list of your work contacts to start from; add whoever is missing and take out what is private.',
    hour: 'We have kept an hour free on {date} to go through it with {successor} – if that does not suit you, just pick another time.',
    gradual: 'We will start gently: an hour on {date}, and then a few contacts each month, at a pace that suits you.',
    read: 'What you write is read by {successor}, and the person it is about may ask to see it, so write what helps and leave out the rest.',
  },
} as const satisfies Record<Language, unknown>;

/** T2: the walk-through. */
export function walkThroughInvitation(facts: WalkThroughLetter, language: Language): Draft {
  const texts = walkThrough[language];
  const text = facts.parting === 'leaves' ? texts : { ...texts, ...texts[facts.parting] };
  const { leaver, lastWorkingDay, successor, link, date, asking, gradual } = facts;
  // Months ahead the year is no longer obvious.
  const year = date !== null && date.slice(0, 4) !== lastWorkingDay.slice(0, 4);
  const values = {
    lastWorkingDay: spelledDay(lastWorkingDay, language, { year }),
    successor: successor ?? text.unnamedSuccessor,
    link: { href: link },
    date: date === null ? '' : spelledDay(date, language, { year }),
  };
  const hour = gradual ? text.gradual : text.hour;
  const sentences = [
    text.opening,
    text.why,
    asking === 'full' ? text.full : text.limited,
    ...(date === null ? [] : [hour]),
    text.read,
  ] as const;
  return {
    subject: subject({}, text.subject),
    blocks: [salutation(leaver, language), paragraph(values, ...sentences)],
  };
}
