import type { Language } from '../../domain/words.js';
import { paragraph, subject, type Draft } from './draft.js';
import { counted, salutation } from './words.js';

/** What is undecided at noon of the last working day goes to the custodian whom HR named. */
export interface CustodianLetter {
  readonly id: 'custodian-notice';
  readonly custodian: string;
  readonly leaver: string;
  readonly count: number;
  readonly link: string;
  readonly toldTeam: boolean;
}

/** Whether what was moved goes back, after a departure was withdrawn too late to undo it silently. */
export interface RestoreLetter {
  readonly id: 'restore-proposal';
  readonly manager: string;
  readonly leaver: string;
  readonly count: number;
  readonly link: string;
  readonly toldTeam: boolean;
}

/** Accounts that moved without an introduction, after the last follow-up. */
export interface DebtLetter {
  readonly id: 'debt-question';
  readonly manager: string;
  readonly leaver: string;
  readonly successor: string;
  readonly accounts: readonly string[];
  readonly link: string;
}

const custodian = {
  nl: {
    subject: 'Vanaf nu bij jou: {relations} van {leaver}',
    confidential: 'Vertrouwelijk: er staan nu relaties op jouw naam',
    body: 'Voor {relations} van {leaver} was nog niet besloten wie ze overneemt. Zoals bij de vrijgave is afgesproken staan ze nu op jouw naam, zodat niemand zonder aanspreekpunt zit. Op {link} zie je om wie het gaat en geef je ze door zodra je weet aan wie.',
  },
  da: {
    subject: 'Fra nu af hos dig: {relations} efter {leaver}',
    confidential: 'Fortroligt: der står nu relationer i dit navn',
    body: 'For {relations} efter {leaver} var det endnu ikke besluttet, hvem der overtager. Som aftalt ved frigivelsen står de nu i dit navn, så ingen er uden kontaktperson. På {link} kan du se, hvem det drejer sig om, og give dem videre, når du ved til hvem.',
  },
  en: {
    subject: 'Now with you: {relations} of {leaver}',
    confidential: 'Confidential: relationships are now in your name',
    body: 'For {relations} of {leaver} nobody had decided who takes over. As agreed at the release they are now in your name, so that nobody is left without a contact. At {link} you can see whom it concerns, and pass them on as soon as you know to whom.',
  },
} as const satisfies Record<Language, unknown>;

const restore = {
  nl: {
    subject: 'Terug naar {leaver}? Graag je keuze',
    confidential: 'Vertrouwelijk: graag je keuze over een overdracht',
    body: 'De overdracht van {leaver} is ingetrokken. Contacten zijn al ingelicht of de laatste werkdag is voorbij, daarom draaien we niets vanzelf terug; het gaat om {relations}. Kies op {link} of ze teruggaan, blijven waar ze nu zijn, of per relatie verschillen. Zolang je niet kiest blijft alles zoals het is, en een bericht aan een contact sturen we nooit zelf: je vindt het daar als concept.',
  },
  da: {
    subject: 'Tilbage til {leaver}? Vi har brug for dit valg',
    confidential: 'Fortroligt: vi har brug for dit valg om en overdragelse',
    body: 'Overdragelsen efter {leaver} er trukket tilbage. Kontakter har allerede fået besked, eller den sidste arbejdsdag er gået, så vi fører ikke noget tilbage af os selv; det drejer sig om {relations}. Vælg på {link}, om de skal tilbage, blive, hvor de er nu, eller om det er forskelligt fra relation til relation. Indtil du vælger, bliver alt, som det er, og vi sender aldrig selv besked til en kontakt: Du finder den dér som kladde.',
  },
  en: {
    subject: 'Back to {leaver}? Your choice, please',
    confidential: 'Confidential: your choice about a handover, please',
    body: 'The handover of {leaver} has been withdrawn. Contacts have already been told or the last working day is over, so we take nothing back by ourselves; it concerns {relations}. Choose at {link} whether they go back, stay where they are now, or differ from one to the next. Until you choose, everything stays as it is, and we never send a message to a contact ourselves: you will find it there as a draft.',
  },
} as const satisfies Record<Language, unknown>;

const debt = {
  nl: {
    subject: 'Kennismakingen die nog openstaan: hoe verder?',
    intro: 'Deze relaties van {leaver} zijn overgegaan naar {successor} zonder dat de kennismaking is gelukt:',
    body: 'Kies voor elk op {link}: nog een poging, of afsluiten met een korte reden. Zolang je niet kiest blijft de kennismaking openstaan.',
  },
  da: {
    subject: 'Introduktioner, der stadig mangler: hvad nu?',
    intro: 'Disse relationer efter {leaver} er gået videre til {successor}, uden at introduktionen er lykkedes:',
    body: 'Vælg for hver af dem på {link}: et forsøg til, eller afslut med en kort begrundelse. Indtil du vælger, står introduktionen åben.',
  },
  en: {
    subject: 'Introductions still outstanding: what next?',
    intro: 'These relationships of {leaver} have gone to {successor} without the introduction having worked out:',
    body: 'For each of them, choose at {link}: try again, or close it with a short reason. Until you choose, the introduction stays open.',
  },
} as const satisfies Record<Language, unknown>;

/** The notice to the custodian. */
export function custodianNotice(facts: CustodianLetter, language: Language): Draft {
  const text = custodian[language];
  const values = { leaver: facts.leaver, relations: counted(facts.count, 'relation', language) };
  return {
    subject: subject(values, facts.toldTeam ? text.subject : text.confidential),
    blocks: [salutation(facts.custodian, language), paragraph({ ...values, link: { href: facts.link } }, text.body)],
  };
}

/** The proposal to give back what was moved. */
export function restoreProposal(facts: RestoreLetter, language: Language): Draft {
  const text = restore[language];
  const values = { leaver: facts.leaver, relations: counted(facts.count, 'relation', language) };
  return {
    subject: subject(values, facts.toldTeam ? text.subject : text.confidential),
    blocks: [salutation(facts.manager, language), paragraph({ ...values, link: { href: facts.link } }, text.body)],
  };
}

/** Asks the manager whether to keep trying. */
export function debtQuestion(facts: DebtLetter, language: Language): Draft {
  const text = debt[language];
  const { manager, leaver, successor, accounts, link } = facts;
  return {
    subject: text.subject,
    blocks: [
      salutation(manager, language),
      paragraph({ leaver, successor }, text.intro),
      { kind: 'list', items: accounts.map((account) => ({ text: account, href: null })) },
      paragraph({ link: { href: link } }, text.body),
    ],
  };
}
