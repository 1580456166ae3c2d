import type { Day, Language } from '../../domain/words.js';
import { spelledDay } from '../days.js';
import { answers, paragraph, small, subject, type Block, type Draft } from './draft.js';
import { closing, salutation, type Signed } from './words.js';

/** What every check-in has; answers are links that show a page with a button. */
interface Asked extends Signed {
  readonly alumnus: string;
  /** Where to stop; null leaves the line out. */
  readonly stop: string | null;
}

/** C1: how was the goodbye? */
export interface FirstCheckIn extends Asked {
  readonly id: 'C1';
  readonly retired: boolean;
  /** The one person who reads the answer. */
  readonly hrPerson: string;
  readonly answers: { readonly good: string; readonly soSo: string; readonly bad: string };
}

/** C3: where are you now? Retirees are not asked. */
export interface ThirdCheckIn extends Asked {
  readonly id: 'C3';
  readonly answers: { readonly yes: string; readonly no: string };
}

/** C6: do you know somebody? */
export interface SixthCheckIn extends Asked {
  readonly id: 'C6';
  readonly retired: false;
  /** A link to pass on. */
  readonly referralLink: string;
}

/** C6 for retirees: may we ask your advice? */
export interface AdviceCheckIn extends Asked {
  readonly id: 'C6';
  readonly retired: true;
  readonly answers: { readonly yes: string; readonly no: string };
}

/** The links under C12 and its reminder; retirees get the last two. */
interface LastAnswers {
  readonly keen: string;
  readonly maybe: string;
  readonly stay: string;
  readonly leave: string;
}

/** C12: ever back? One of its answers is to leave, so it has no other line for that. */
export interface LastCheckIn extends Signed {
  readonly id: 'C12';
  readonly alumnus: string;
  readonly company: string;
  readonly retired: boolean;
  readonly answers: LastAnswers;
}

/** C12R: its one reminder. */
export interface LastReminder extends Signed {
  readonly id: 'C12R';
  readonly alumnus: string;
  readonly company: string;
  readonly retired: boolean;
  readonly answers: LastAnswers;
  readonly eraseOn: Day;
}

/** Tells the named HR person that an alumnus asked for a talk; what was answered is on the page alone. */
export interface TalkLetter {
  readonly id: 'talk-wanted';
  readonly hrPerson: string;
  readonly alumnus: string;
  readonly link: string;
}

/** Asks the named HR person to do by hand in the CRM what Baton could not, or may not: keep somebody as a contact, or remove them. */
export type ContactErrandLetter = ContactErrand &
  ({ readonly what: 'remove' } | { readonly what: 'keep'; readonly employer: string; readonly role: string | null });

interface ContactErrand {
  readonly id: 'contact-errand';
  readonly hrPerson: string;
  readonly alumnus: string;
  /** The connection's name. */
  readonly crm: string;
}

const stopping = {
  nl: 'Liever geen mails meer van ons? Stop met één klik: {stop}',
  da: 'Vil du hellere være fri for flere mails fra os? Stop med ét klik: {stop}',
  en: 'Would you rather not hear from us again? Stop with one click: {stop}',
} as const satisfies Record<Language, string>;

const first = {
  nl: {
    subject: 'Een maand verder: hoe kijk je terug?',
    opening: 'Je bent nu een maand weg, en we hopen dat je je draai hebt gevonden.',
    retired: 'Je bent nu een maand met pensioen, en we hopen dat je ervan geniet.',
    question: 'Eén vraag: hoe heb je ons afscheid ervaren?',
    choose: 'Klik op wat past – **goed** · **ging wel** · **niet goed** – of antwoord gewoon op deze mail.',
    reader: 'Alleen {hrPerson} leest je antwoord en belt je erover als je dat wilt.',
  },
  da: {
    subject: 'En måned senere: hvordan ser du tilbage?',
    opening: 'Nu er der gået en måned, og vi håber, at du er faldet godt til.',
    retired: 'Nu har du været på pension i en måned, og vi håber, at du nyder det.',
    question: 'Ét spørgsmål: Hvordan oplevede du afskeden med os?',
    choose: 'Klik på det, der passer – **godt** · **nogenlunde** · **ikke godt** – eller svar bare på mailen.',
    reader: 'Kun {hrPerson} læser dit svar og ringer til dig om det, hvis du gerne vil have det.',
  },
  en: {
    subject: 'One month on: how do you look back?',
    opening: 'It has been a month, and we hope you have found your feet.',
    retired: 'You have been retired for a month now, and we hope you are enjoying it.',
    question: 'One question: how was the goodbye for you?',
    choose: 'Click what fits – **good** · **so-so** · **not good** – or just reply to this e-mail.',
    reader: 'Only {hrPerson} reads your answer, and will call you about it if you would like that.',
  },
} as const satisfies Record<Language, unknown>;

const third = {
  nl: {
    subject: 'Waar ben je terechtgekomen?',
    opening: 'Het is alweer drie maanden geleden dat we afscheid namen.',
    question: "Eén vraag: waar werk je nu, en mogen oud-collega's je daar zakelijk benaderen?",
    choose: 'Kies **ja, dat mag** of **liever niet**.',
    after:
      'Alleen bij ja nemen we je nieuwe werkgever en functie op in ons relatiebestand; bij nee verandert er niets en blijf je er gewoon bij horen.',
  },
  da: {
    subject: 'Hvor er du landet?',
    opening: 'Der er allerede gået tre måneder, siden vi sagde farvel.',
    question: 'Ét spørgsmål: Hvor arbejder du nu, og må tidligere kolleger kontakte dig dér i arbejdsmæssig sammenhæng?',
    choose: 'Vælg **ja, det må de gerne** eller **helst ikke**.',
    after:
      'Kun hvis du svarer ja, skriver vi din nye arbejdsplads og stilling ind i vores kundesystem; svarer du nej, ændrer det intet, og du er stadig med.',
  },
  en: {
    subject: 'Where did you land?',
    opening: 'It is already three months since we said goodbye.',
    question: 'One question: where do you work now, and may former colleagues contact you there on business?',
    choose: 'Choose **yes, they may** or **rather not**.',
    after:
      'Only if you say yes will we add your new employer and role to our contact records; if you say no, nothing changes and you still belong.',
  },
} as const satisfies Record<Language, unknown>;

const sixth = {
  nl: {
    subject: 'Ken je iemand die bij ons past?',
    opening: 'Jij kent ons van binnenuit en ziet ons nu van buiten – weinig mensen kunnen dat zeggen.',
    question:
      'Eén vraag: ken je iemand die graag bij ons zou werken, of met ons zou willen werken? Stuur die persoon deze link: {referralLink}; dan beslist hij of zij zelf, en hoef jij ons geen namen te geven.',
    after:
      'We laten je weten wat ervan gekomen is, als diegene dat goedvindt. Schiet je nu niemand te binnen, dan is dat ook prima.',
    adviceSubject: 'Mogen we je af en toe om raad vragen?',
    advice: "Eén vraag: zouden oud-collega's je af en toe om raad mogen vragen?",
    choose: 'Kies **ja, dat mag** of **liever niet**; ook nee is helemaal goed.',
  },
  da: {
    subject: 'Kender du en, der passer til os?',
    opening: 'Du kender os indefra og ser os nu udefra – det er der ikke mange, der gør.',
    question:
      'Ét spørgsmål: Kender du nogen, der gerne ville arbejde hos os eller sammen med os? Så send vedkommende dette link: {referralLink}; på den måde bestemmer personen selv, og du behøver ikke at give os nogen navne.',
    after:
      'Vi fortæller dig gerne, hvad der kom ud af det, hvis den anden siger ja til det. Falder der dig ingen ind lige nu, er det også helt i orden.',
    adviceSubject: 'Må vi en gang imellem spørge dig til råds?',
    advice: 'Ét spørgsmål: Må tidligere kolleger en gang imellem spørge dig til råds?',
    choose: 'Vælg **ja, det må de gerne** eller **helst ikke**; et nej er også helt i orden.',
  },
  en: {
    subject: 'Do you know someone who would fit?',
    opening: 'You know us from the inside and now see us from the outside – few people can say that.',
    question:
      'One question: do you know someone who would like to work for us, or with us? Send them this link: {referralLink}; that way the decision is theirs, and you need not give us any names.',
    after:
      'We will tell you what came of it, if they are happy for us to. If nobody comes to mind right now, that is perfectly fine.',
    adviceSubject: 'May we ask your advice now and then?',
    advice: 'One question: may former colleagues ask your advice now and then?',
    choose: 'Choose **yes, they may** or **rather not**; a no is perfectly fine.',
  },
} as const satisfies Record<Language, unknown>;

const last = {
  nl: {
    subject: 'Een jaar later: blijf je erbij?',
    opening: 'Het is een jaar geleden dat je bij {company} vertrok.',
    question: 'Eén vraag: zou je ooit terug willen komen?',
    choose: 'Kies **graag, houd me op de hoogte** · **misschien ooit** · **nee, maar ik blijf alumnus** · **schrijf me uit**.',
    vacancies: 'Kies je het eerste, dan hoor je van passende vacatures zodra ze er zijn, zonder verplichting.',
    retiredQuestion: 'Eén vraag: wil je erbij blijven?',
    retiredChoose: 'Kies **ja, ik blijf alumnus** · **schrijf me uit**.',
    silence:
      'Dit was de laatste vaste vraag; horen we na één herinnering niets, dan eindigt je lidmaatschap en wissen we je gegevens.',
  },
  da: {
    subject: 'Et år senere: vil du fortsat være med?',
    opening: 'Det er nu et år siden, du forlod {company}.',
    question: 'Ét spørgsmål: Kunne du tænke dig at komme tilbage en dag?',
    choose:
      'Vælg **ja tak, hold mig orienteret** · **måske engang** · **nej, men jeg vil gerne blive i netværket** · **meld mig ud**.',
    vacancies: 'Vælger du det første, hører du om relevante stillinger, så snart de er der, helt uforpligtende.',
    retiredQuestion: 'Ét spørgsmål: Vil du fortsat være med?',
    retiredChoose: 'Vælg **ja, jeg vil gerne blive i netværket** · **meld mig ud**.',
    silence:
      'Det var det sidste faste spørgsmål; hører vi ikke fra dig efter én påmindelse, ophører dit medlemskab, og vi sletter dine oplysninger.',
  },
  en: {
    subject: 'A year later: are you staying with us?',
    opening: 'It is a year since you left {company}.',
    question: 'One question: would you ever like to come back?',
    choose: 'Choose **yes, keep me posted** · **maybe one day** · **no, but I will stay in the network** · **please remove me**.',
    vacancies: 'If you choose the first, you will hear about suitable vacancies as soon as they open, with no obligation.',
    retiredQuestion: 'One question: would you like to stay with us?',
    retiredChoose: 'Choose **yes, I will stay in the network** · **please remove me**.',
    silence:
      'This was the last regular question; if we hear nothing after one reminder, your membership ends and we delete your details.',
  },
} as const satisfies Record<Language, unknown>;

const lastReminder = {
  nl: {
    subject: 'Nog één keer: blijf je erbij?',
    opening: 'Onlangs vroegen we of je bij het alumninetwerk van {company} wilt blijven, en we hebben nog niets van je gehoord.',
    silence:
      'Horen we niets, dan eindigt je lidmaatschap op {eraseOn} en wissen we je gegevens; je hoeft daar niets voor te doen.',
  },
  da: {
    subject: 'En sidste gang: vil du fortsat være med?',
    opening:
      'For nylig spurgte vi, om du fortsat vil være med i alumninetværket hos {company}, og vi har endnu ikke hørt fra dig.',
    silence:
      'Hører vi ikke fra dig, ophører dit medlemskab {eraseOn}, og vi sletter dine oplysninger; du behøver ikke at gøre noget.',
  },
  en: {
    subject: 'One last time: are you staying with us?',
    opening:
      'We recently asked whether you would like to stay in the alumni network of {company}, and have not heard from you yet.',
    silence: 'If we hear nothing, your membership ends on {eraseOn} and we delete your details; you need not do anything.',
  },
} as const satisfies Record<Language, unknown>;

const talk = {
  nl: {
    subject: 'Een oud-collega wil graag een gesprek',
    body: '{alumnus} heeft op een vraag geantwoord en wil daar graag met jou over praten. Het antwoord staat op {link}, en alleen jij kunt het lezen; bel liefst binnen een paar dagen.',
  },
  da: {
    subject: 'En tidligere kollega vil gerne have en samtale',
    body: '{alumnus} har svaret på et spørgsmål og vil gerne tale med dig om det. Svaret ligger på {link}, og kun du kan læse det; ring helst inden for et par dage.',
  },
  en: {
    subject: 'A former colleague would like a talk',
    body: '{alumnus} has answered a question and would like to talk about it with you. The answer is at {link}, and only you can read it; it is best to call within a few days.',
  },
} as const satisfies Record<Language, unknown>;

const contactErrand = {
  nl: {
    subject: 'Een contact in het CRM vraagt je aandacht',
    keep: '{alumnus} vindt het goed om bij de nieuwe werkgever als zakelijk contact bekend te zijn, maar {crm} nam het contact niet aan. Kun je het met de hand toevoegen, met niet meer dan dit: {position}?',
    remove:
      'De toestemming van {alumnus} om bij de nieuwe werkgever als zakelijk contact bekend te zijn, is beëindigd. Staat dat contact in {crm}, verwijder het dan graag; Baton verwijdert zelf nooit contacten uit een CRM.',
  },
  da: {
    subject: 'En kontakt i CRM-systemet kræver din hjælp',
    keep: '{alumnus} vil gerne kendes som forretningskontakt hos sin nye arbejdsgiver, men {crm} tog ikke imod kontakten. Vil du tilføje den manuelt, med kun dette: {position}?',
    remove:
      'Tilladelsen fra {alumnus} til at være kendt som forretningskontakt hos sin nye arbejdsgiver er ophørt. Findes kontakten i {crm}, så slet den, tak; Baton sletter aldrig selv kontakter i et CRM.',
  },
  en: {
    subject: 'A contact in the CRM needs your hand',
    keep: '{alumnus} is glad to be known as a business contact at the new employer, but {crm} did not take the contact. Could you add it by hand, with this and nothing more: {position}?',
    remove:
      'The permission of {alumnus} to be known as a business contact at the new employer has ended. If that contact is in {crm}, please remove it; Baton itself never deletes contacts in a CRM.',
  },
} as const satisfies Record<Language, unknown>;

/** C1, after one month. */
export function firstCheckIn(facts: FirstCheckIn, language: Language): Draft {
  const text = first[language];
  const { alumnus, retired, hrPerson } = facts;
  const { good, soSo, bad } = facts.answers;
  return {
    subject: text.subject,
    blocks: [
      salutation(alumnus, language),
      paragraph({ hrPerson }, retired ? text.retired : text.opening, text.question, text.choose, text.reader),
      answers(text.choose, good, soSo, bad),
      ...closing(facts),
      ...stopLine(facts, language),
    ],
  };
}

/** C3, after three months. */
export function thirdCheckIn(facts: ThirdCheckIn, language: Language): Draft {
  const text = third[language];
  return {
    subject: text.subject,
    blocks: [
      salutation(facts.alumnus, language),
      paragraph({}, text.opening, text.question, text.choose, text.after),
      answers(text.choose, facts.answers.yes, facts.answers.no),
      ...closing(facts),
      ...stopLine(facts, language),
    ],
  };
}

/** C6, after six months; retirees are asked for advice, under a subject of their own. */
export function sixthCheckIn(facts: SixthCheckIn | AdviceCheckIn, language: Language): Draft {
  const text = sixth[language];
  const middle = facts.retired
    ? [paragraph({}, text.opening, text.advice, text.choose), answers(text.choose, facts.answers.yes, facts.answers.no)]
    : [paragraph({ referralLink: { href: facts.referralLink } }, text.opening, text.question, text.after)];
  return {
    subject: facts.retired ? text.adviceSubject : text.subject,
    blocks: [salutation(facts.alumnus, language), ...middle, ...closing(facts), ...stopLine(facts, language)],
  };
}

/** C12, after a year. */
export function lastCheckIn(facts: LastCheckIn, language: Language): Draft {
  const text = last[language];
  const asked = facts.retired
    ? ([text.retiredQuestion, text.retiredChoose] as const)
    : ([text.question, text.choose, text.vacancies] as const);
  return {
    subject: text.subject,
    blocks: [
      salutation(facts.alumnus, language),
      paragraph({ company: facts.company }, text.opening, ...asked, text.silence),
      lastAnswers(facts, language),
      ...closing(facts),
    ],
  };
}

/** C12R, the reminder. */
export function lastCheckInReminder(facts: LastReminder, language: Language): Draft {
  const text = lastReminder[language];
  const { question, choose, retiredQuestion, retiredChoose } = last[language];
  const asked = facts.retired ? ([retiredQuestion, retiredChoose] as const) : ([question, choose] as const);
  const values = { company: facts.company, eraseOn: spelledDay(facts.eraseOn, language) };
  return {
    subject: subject({}, text.subject),
    blocks: [
      salutation(facts.alumnus, language),
      paragraph(values, text.opening, ...asked, text.silence),
      lastAnswers(facts, language),
      ...closing(facts),
    ],
  };
}

/** An alumnus would like a talk. */
export function talkWanted({ hrPerson, alumnus, link }: TalkLetter, language: Language): Draft {
  const text = talk[language];
  return {
    subject: text.subject,
    blocks: [salutation(hrPerson, language), paragraph({ alumnus, link: { href: link } }, text.body)],
  };
}

/** A contact to be kept or removed by hand. */
export function contactErrandMail(letter: ContactErrandLetter, language: Language): Draft {
  const text = contactErrand[language];
  const { hrPerson, alumnus, crm, what } = letter;
  const position = letter.what === 'keep' ? [letter.role, letter.employer].filter(Boolean).join(', ') : '';
  return { subject: text.subject, blocks: [salutation(hrPerson, language), paragraph({ alumnus, crm, position }, text[what])] };
}

function lastAnswers({ retired, answers: links }: LastCheckIn | LastReminder, language: Language): Block {
  const { keen, maybe, stay, leave } = links;
  const text = last[language];
  return retired ? answers(text.retiredChoose, stay, leave) : answers(text.choose, keen, maybe, stay, leave);
}

function stopLine({ stop }: Asked, language: Language): readonly Block[] {
  return stop === null ? [] : [small({ stop: { href: stop } }, stopping[language])];
}
