import type { Day, Language } from '../../domain/words.js';
import { spelledDay, spelledMoment, type Moment } from '../days.js';
import { paragraph, subject, type Block, type Draft } from './draft.js';
import { counted, salutation } from './words.js';

/** Asks HR to release a handover, and reminds; no name, because who it is stands on the page. */
export interface ReleaseLetter {
  readonly id: 'release-request' | 'release-reminder';
  readonly name: string | null;
  /** The handover's row id. */
  readonly handover: string;
  readonly deadline: Moment;
  /** The release card; null where there are no pages, then the commands stand in its place. */
  readonly link: string | null;
}

/** Why a person is needed. */
export const needs = ['need-parked', 'need-restore', 'need-held', 'need-evidence'] as const;

/** Tells HR that a person is needed. */
export interface NeedLetter {
  readonly id: (typeof needs)[number];
  readonly name: string | null;
  readonly handover: string;
  /** The parked item (`k-3`); used by `need-parked` alone. */
  readonly item: string;
  readonly link: string | null;
}

/** The one internal mail of a day. */
export interface DigestLetter {
  readonly id: 'digest';
  readonly name: string | null;
  readonly day: Day;
  /** Short lines in the reader's language. */
  readonly items: readonly { readonly text: string; readonly link?: string | null | undefined }[];
}

/** Tells IT that a CRM user must not be switched off yet, or may be. */
export interface AccessLetter {
  readonly id: 'it-warning' | 'it-safe';
  readonly name: string | null;
  /** The connection's name or the product's. */
  readonly system: string;
  /** The user's id in that system: no name, IT may not know yet. */
  readonly account: string;
  /** Records that still name this user. */
  readonly open: number;
  /** When access is known to end; null when it is not. */
  readonly accessEnds: Moment | null;
  readonly link: string | null;
}

const release = {
  nl: {
    subject: 'Een overdracht wacht op je vrijgave ({handover})',
    reminder: 'Herinnering: een overdracht wacht op je vrijgave ({handover})',
    why: 'Iemand draagt werk over, en Baton heeft op een rij gezet wat er op diens naam staat. Tot je de overdracht vrijgeeft verandert er niets en krijgt niemand anders bericht.',
    page: 'Kijk de vrijgavekaart graag na vóór {deadline}; dat kost ongeveer een minuut: {link}.',
    commands: 'Kijk de vrijgavekaart graag na vóór {deadline}:',
    never: 'Een overdracht wordt nooit vanzelf vrijgegeven. Antwoordt niemand, dan vragen we de volgende in het rooster van HR.',
  },
  da: {
    subject: 'En overdragelse venter på din frigivelse ({handover})',
    reminder: 'Påmindelse: en overdragelse venter på din frigivelse ({handover})',
    why: 'En medarbejder giver arbejde videre, og Baton har samlet en oversigt over det, der står i vedkommendes navn. Indtil du frigiver overdragelsen, ændres der intet, og ingen andre får besked.',
    page: 'Se venligst frigivelseskortet igennem inden {deadline}; det tager omkring et minut: {link}.',
    commands: 'Se venligst frigivelseskortet igennem inden {deadline}:',
    never: 'En overdragelse frigives aldrig af sig selv. Svarer ingen, spørger vi den næste på listen i HR.',
  },
  en: {
    subject: 'A handover waits for your release ({handover})',
    reminder: 'Reminder: a handover waits for your release ({handover})',
    why: 'Somebody is handing work over, and Baton has listed what is in their name. Until you release it, nothing changes and nobody else is told.',
    page: 'Please look through the release card before {deadline}; it takes about a minute: {link}.',
    commands: 'Please look through the release card before {deadline}:',
    never: 'A handover is never released by itself. If nobody answers, we ask the next person on the HR rota.',
  },
} as const satisfies Record<Language, unknown>;

const need = {
  nl: {
    page: 'Bekijk het hier: {link}.',
    'need-parked': {
      subject: 'Iets is mislukt en wacht op je ({handover})',
      text: 'We hebben iets zo vaak geprobeerd als zin heeft, en het is niet gelukt. De rest van de overdracht gaat door. Is de oorzaak verholpen, laat het dan opnieuw proberen.',
    },
    'need-restore': {
      subject: 'Een vertrek is ingetrokken: wat doen we met wat al is overgegaan? ({handover})',
      text: 'In het HR-systeem is het vertrek ingetrokken, maar contacten zijn al ingelicht of de laatste werkdag is voorbij. Er wordt niets vanzelf teruggedraaid: geef alles terug, of laat het bij de nieuwe aanspreekpunten.',
    },
    'need-held': {
      subject: 'Veel wijzigingen tegelijk: deze overdracht staat stil ({handover})',
      text: 'In korte tijd zijn er meer mensen dan gewoonlijk als vertrekkend ingevoerd, of juist weer als blijvend. Dat kan een fout in het HR-systeem zijn. Klopt het, laat de overdracht dan doorgaan.',
    },
    'need-evidence': {
      subject: 'Het HR-systeem zegt niet meer of dit vertrek doorgaat ({handover})',
      text: 'De gegevens zijn weg, of een veld is niet meer te lezen. Tot dat weer kan, gebeurt er niets naar buiten en wordt er niets teruggedraaid. Kijk of het vertrek nog in het HR-systeem staat en of Baton het mag lezen.',
    },
  },
  da: {
    page: 'Se mere her: {link}.',
    'need-parked': {
      subject: 'Noget mislykkedes og venter på dig ({handover})',
      text: 'Vi har prøvet noget så mange gange, som det giver mening, og det lykkedes ikke. Resten af overdragelsen fortsætter. Når årsagen er løst, så lad os prøve igen.',
    },
    'need-restore': {
      subject: 'En fratrædelse er trukket tilbage: hvad med det, der allerede er flyttet? ({handover})',
      text: 'I HR-systemet er fratrædelsen trukket tilbage, men kontakter har allerede fået besked, eller den sidste arbejdsdag er gået. Intet føres tilbage af sig selv: giv det hele tilbage, eller lad det blive hos de nye kontaktpersoner.',
    },
    'need-held': {
      subject: 'Mange ændringer på én gang: denne overdragelse holdes tilbage ({handover})',
      text: 'På kort tid er flere personer end sædvanligt registreret som fratrådt, eller som fortsættende alligevel. Det kan være en fejl i HR-systemet. Er det rigtigt, så lad overdragelsen fortsætte.',
    },
    'need-evidence': {
      subject: 'HR-systemet siger ikke længere, om denne fratrædelse gælder ({handover})',
      text: 'Oplysningerne er væk, eller et felt kan ikke læses længere. Indtil det kan læses igen, sker der intet udadtil, og intet føres tilbage. Se efter, om fratrædelsen stadig står i HR-systemet, og om Baton må læse den.',
    },
  },
  en: {
    page: 'See it here: {link}.',
    'need-parked': {
      subject: 'Something failed and waits for you ({handover})',
      text: 'Something was tried as often as it makes sense, and failed. The rest of the handover goes on. Once the cause is mended, have it tried again.',
    },
    'need-restore': {
      subject: 'A departure was withdrawn: what is to become of what was moved? ({handover})',
      text: 'The HR system withdrew the departure, but contacts have been told or the last working day is over. Nothing is taken back by itself: give everything back, or leave it with the new contacts.',
    },
    'need-held': {
      subject: 'Many changes at once: this handover is held ({handover})',
      text: 'Within a short time, more people than usual were entered as leaving, or as staying after all. That can be a fault in the HR system. If it is right, let the handover go on.',
    },
    'need-evidence': {
      subject: 'The HR system no longer says whether this departure stands ({handover})',
      text: 'The record is gone, or a field can no longer be read. Until it can be read again, nothing outward happens and nothing is undone. See whether the departure is still in the HR system, and whether Baton may read it.',
    },
  },
} as const satisfies Record<Language, unknown>;

const digest = {
  nl: {
    subject: 'Je overzicht voor {day}',
    intro: 'Dit staat vandaag voor je klaar:',
    rest: 'Meer mails krijg je vandaag niet van ons, behalve als er een besluit van je nodig is.',
  },
  da: {
    subject: 'Din oversigt for {day}',
    intro: 'Det her venter på dig i dag:',
    rest: 'Du får ikke flere mails fra os i dag, medmindre vi har brug for en beslutning fra dig.',
  },
  en: {
    subject: 'Your overview for {day}',
    intro: 'This is waiting for you today:',
    rest: 'You will get no more e-mails from us today, unless a decision of yours is needed.',
  },
} as const satisfies Record<Language, unknown>;

const access = {
  nl: {
    warning: 'Nog niet uitzetten: een gebruiker in {system}',
    safe: 'Kan worden uitgezet: een gebruiker in {system}',
    ends: 'De toegang van gebruiker {account} in {system} eindigt op {accessEnds}, en er staan nog {records} op die naam.',
    open: 'Op naam van gebruiker {account} in {system} staan nog {records}.',
    wait: 'Zet de gebruiker alsjeblieft pas uit wanneer we melden dat het kan: anders raken deze records hun eigenaar kwijt en is het herstel handwerk.',
    done: 'Alles wat in {system} op naam van gebruiker {account} stond is overgedragen en gecontroleerd. Wat ons betreft kan de gebruiker worden uitgezet.',
    page: 'De stand van zaken: {link}.',
  },
  da: {
    warning: 'Vent med at lukke: en bruger i {system}',
    safe: 'Kan lukkes: en bruger i {system}',
    ends: 'Adgangen for bruger {account} i {system} slutter {accessEnds}, og der står stadig {records} i det navn.',
    open: 'Der står stadig {records} i navnet på bruger {account} i {system}.',
    wait: 'Luk først brugeren, når vi melder, at det kan lade sig gøre: ellers mister posterne deres ejer, og så skal det rettes i hånden.',
    done: 'Alt, hvad der stod i navnet på bruger {account} i {system}, er overdraget og kontrolleret. Brugeren kan lukkes for vores skyld.',
    page: 'Se status her: {link}.',
  },
  en: {
    warning: 'Do not deactivate yet: a user in {system}',
    safe: 'May be deactivated: a user in {system}',
    ends: 'Access of user {account} in {system} ends on {accessEnds}, and {records} are still in that name.',
    open: 'User {account} in {system} still owns {records}.',
    wait: 'Please deactivate the user only once we say that you can: otherwise these records lose their owner and have to be mended by hand.',
    done: 'Everything in {system} that was in the name of user {account} has been handed over and checked. As far as we are concerned, the user may be deactivated.',
    page: 'How it stands: {link}.',
  },
} as const satisfies Record<Language, unknown>;

/** The request to HR and its reminder. */
export function releaseRequest(facts: ReleaseLetter, language: Language): Draft {
  const text = release[language];
  const { id, name, handover, deadline, link } = facts;
  const values = { deadline: spelledMoment(deadline, language) };
  const how: readonly Block[] =
    link === null
      ? [
          paragraph(values, text.commands),
          commands(`show ${handover}`, `release ${handover} --set reason=resignation --set whoKnows=team`),
        ]
      : [paragraph({ ...values, link: { href: link } }, text.page)];
  return {
    subject: subject({ handover }, id === 'release-reminder' ? text.reminder : text.subject),
    blocks: [salutation(name, language), paragraph({}, text.why), ...how, paragraph({}, text.never)],
  };
}

/** Somebody is needed. */
export function needMail(facts: NeedLetter, language: Language): Draft {
  const { id, name, handover, link } = facts;
  const { page, [id]: text } = need[language];
  const how = link === null ? commands(`show ${handover}`, ...remedies(facts)) : paragraph({ link: { href: link } }, page);
  return {
    subject: subject({ handover }, text.subject),
    blocks: [salutation(name, language), paragraph({}, text.text), how],
  };
}

/** The overview of a day. */
export function digestMail(facts: DigestLetter, language: Language): Draft {
  const text = digest[language];
  return {
    subject: subject({ day: spelledDay(facts.day, language) }, text.subject),
    blocks: [
      salutation(facts.name, language),
      paragraph({}, text.intro),
      { kind: 'list', items: facts.items.map((item) => ({ text: item.text, href: item.link ?? null })) },
      paragraph({}, text.rest),
    ],
  };
}

/** The warning to IT, and its end. */
export function accessNotice(facts: AccessLetter, language: Language): Draft {
  const text = access[language];
  const { id, name, system, account, open, accessEnds, link } = facts;
  const values = {
    system,
    account,
    records: counted(open, 'record', language),
    accessEnds: accessEnds === null ? '' : spelledMoment(accessEnds, language),
  };
  const body =
    id === 'it-safe' ? paragraph(values, text.done) : paragraph(values, accessEnds === null ? text.open : text.ends, text.wait);
  return {
    subject: subject({ system }, id === 'it-safe' ? text.safe : text.warning),
    blocks: [salutation(name, language), body, ...(link === null ? [] : [paragraph({ link: { href: link } }, text.page)])],
  };
}

function remedies({ id, handover, item }: NeedLetter): readonly string[] {
  switch (id) {
    case 'need-parked':
      return [`retry ${handover} --parked ${item}`];
    case 'need-restore':
      return [`undo ${handover} --all`, `skip ${handover} --all`];
    case 'need-held':
      return [`resume ${handover}`];
    case 'need-evidence':
      return ['check'];
    default:
      return id satisfies never;
  }
}

function commands(...lines: readonly string[]): Block {
  return { kind: 'commands', lines: lines.map((line) => `npm run baton -- ${line}`) };
}
