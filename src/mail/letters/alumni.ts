import type { Day, Language } from '../../domain/words.js';
import { listed, spelledDay } from '../days.js';
import { paragraph, subject, type Draft } from './draft.js';
import { closing, salutation, type Signed } from './words.js';

/** Asks whether a private address is right, before anything else is sent there. */
export interface ConfirmAddressLetter {
  readonly id: 'confirm-address';
  readonly name: string;
  readonly company: string;
  readonly link: string;
  /** The last day on which the link works. */
  readonly until: Day;
}

/** T4: the invitation to the alumni programme. */
export interface AlumniLetter extends Signed {
  readonly id: 'T4';
  readonly alumnus: string;
  readonly company: string;
  readonly link: string;
}

/** T4R: its one reminder. */
export interface AlumniReminderLetter extends Signed {
  readonly id: 'T4R';
  readonly alumnus: string;
  readonly company: string;
  readonly link: string;
  /** The day on which silence ends in erasure. */
  readonly eraseOn: Day;
}

/** T5: the farewell. */
export interface FarewellLetter extends Signed {
  readonly id: 'T5';
  readonly alumnus: string;
  /** Whether they asked for it, or were silent after C12's reminder. */
  readonly why: 'asked' | 'silence';
  readonly date: Day;
  /** Where else the data was erased. */
  readonly channels: readonly string[];
  readonly hashUntil: Day;
  readonly dpoContact: string;
}

const confirmation = {
  nl: {
    subject: 'Bevestig je e-mailadres',
    body: 'Dit adres is opgegeven om na je laatste werkdag contact te houden met {company}. Klopt dat, bevestig het dan op {link}; dat kan tot en met {until}. Heb je dit niet zelf gedaan, dan hoef je niets te doen: zonder bevestiging gebruiken we het adres niet en wissen we het.',
  },
  da: {
    subject: 'Bekræft din mailadresse',
    body: 'Denne adresse er oplyst for at holde kontakten med {company} efter din sidste arbejdsdag. Er det rigtigt, så bekræft det på {link}; det kan du gøre til og med {until}. Var det ikke dig, skal du ikke gøre noget: Uden bekræftelse bruger vi ikke adressen, og så sletter vi den.',
  },
  en: {
    subject: 'Please confirm your e-mail address',
    body: 'This address was given to stay in touch with {company} after your last working day. If that is right, please confirm it at {link}; you can do so until {until}. If it was not you, there is nothing to do: without confirmation we do not use the address, and we delete it.',
  },
} as const satisfies Record<Language, unknown>;

const invitation = {
  nl: {
    subject: 'Houden we contact?',
    body: 'Dank je wel voor je tijd bij {company}; we houden graag contact, maar alleen als jij dat ook wilt. Op {link} kies je zelf waarover je iets wilt horen: nieuws, vacatures, uitnodigingen, plaatsen in onze cursussen of alleen de LinkedIn-groep. Zeg je ja, dan sturen we je in het eerste jaar ook een paar korte mails met telkens één vraag, en stoppen kan altijd met één klik. Horen we niets, dan krijg je over twee weken nog één herinnering en wissen we daarna je mailadres uit ons alumnibestand.',
  },
  da: {
    subject: 'Skal vi holde kontakten?',
    body: 'Tak for din tid hos {company} – vi vil gerne holde kontakten, men kun hvis du også har lyst. På {link} vælger du selv, hvad du vil høre om: nyheder, ledige stillinger, invitationer, pladser på vores kurser eller kun LinkedIn-gruppen. Siger du ja, sender vi dig det første år også nogle få korte mails med ét spørgsmål ad gangen, og du kan altid stoppe med ét klik. Hører vi ikke fra dig, får du én påmindelse om to uger, og derefter sletter vi din mailadresse fra vores alumniliste.',
  },
  en: {
    subject: 'Shall we stay in touch?',
    body: 'Thank you for your time at {company}; we would love to stay in touch, but only if you would too. At {link} you choose what you want to hear about: news, vacancies, invitations, places on our courses, or just the LinkedIn group. If you say yes, we will also send you a few short e-mails in the first year, each with a single question, and you can stop at any time with one click. If we do not hear from you, you will get one reminder in two weeks, after which we will delete your address from our alumni list.',
  },
} as const satisfies Record<Language, unknown>;

const reminder = {
  nl: {
    subject: 'Nog één keer: houden we contact?',
    body: 'Onlangs vroegen we of je contact wilt houden met {company}. Wil je dat, dan kies je op {link} waarover je iets wilt horen; wil je het liever niet, dan kun je dat daar ook met één klik zeggen. Horen we niets, dan wissen we op {eraseOn} je mailadres uit ons alumnibestand en schrijven we je niet meer. Ook dat is goed: dank voor je tijd bij ons.',
  },
  da: {
    subject: 'En sidste gang: skal vi holde kontakten?',
    body: 'For nylig spurgte vi, om du vil holde kontakten med {company}. Vil du det, vælger du på {link}, hvad du vil høre om; vil du hellere lade være, kan du også sige det dér med ét klik. Hører vi ikke fra dig, sletter vi {eraseOn} din mailadresse fra vores alumniliste og skriver ikke til dig mere. Det er også helt i orden: tak for din tid hos os.',
  },
  en: {
    subject: 'One last time: shall we stay in touch?',
    body: 'We recently asked whether you would like to stay in touch with {company}. If you would, choose at {link} what you want to hear about; if you would rather not, you can say so there too, with one click. If we do not hear from you, we will delete your address from our alumni list on {eraseOn} and will not write to you again. That is fine too: thank you for your time with us.',
  },
} as const satisfies Record<Language, unknown>;

const farewell = {
  nl: {
    subject: 'Je gegevens zijn gewist – het ga je goed',
    asked: 'Zoals gevraagd hebben we op {date} je gegevens uit ons alumniprogramma gewist{channels}.',
    silence: 'Omdat we niets meer van je hoorden, hebben we op {date} je gegevens uit ons alumniprogramma gewist{channels}.',
    channels: ', ook bij ',
    body: 'We bewaren tot {hashUntil} alleen een versleutelde code, om te voorkomen dat we je per ongeluk opnieuw aanschrijven. Je personeelsdossier valt hierbuiten: dat bewaren we zolang de wet het vraagt, en daarover kun je terecht bij {dpoContact}. Dit is onze laatste mail; ook dit adres is hierna verwijderd. Dank voor alles, en mocht je ooit weer van je willen laten horen, dan ben je van harte welkom.',
  },
  da: {
    subject: 'Dine oplysninger er slettet – og alt godt til dig',
    asked: 'Som du bad om, har vi {date} slettet dine oplysninger i vores alumniprogram{channels}.',
    silence: 'Da vi ikke har hørt fra dig, har vi {date} slettet dine oplysninger i vores alumniprogram{channels}.',
    channels: ', også hos ',
    body: 'Indtil {hashUntil} gemmer vi kun en krypteret kode, så vi ikke kommer til at skrive til dig igen ved en fejl. Din personalesag er ikke omfattet: Den gemmer vi, så længe loven kræver det, og spørgsmål om den kan du stille til {dpoContact}. Dette er den sidste mail fra os, og derefter er også denne adresse slettet. Tak for alt – og får du en dag lyst til at høre fra os igen, er du meget velkommen.',
  },
  en: {
    subject: 'Your details have been erased – we wish you well',
    asked: 'As you asked, we erased your details from our alumni programme on {date}{channels}.',
    silence: 'As we have not heard from you, we erased your details from our alumni programme on {date}{channels}.',
    channels: ', including at ',
    body: 'Until {hashUntil} we keep only an encrypted code, so that we do not write to you again by mistake. Your personnel file is separate: we keep it for as long as the law requires, and {dpoContact} can answer questions about it. This is our last e-mail, and after it this address is deleted too. Thank you for everything – and should you ever want to be in touch again, you would be most welcome.',
  },
} as const satisfies Record<Language, unknown>;

/** The question whether an address is right (double opt-in). */
export function confirmAddress({ name, company, link, until }: ConfirmAddressLetter, language: Language): Draft {
  const text = confirmation[language];
  const values = { company, link: { href: link }, until: spelledDay(until, language) };
  return { subject: text.subject, blocks: [salutation(name, language), paragraph(values, text.body)] };
}

/** T4: the invitation. */
export function alumniInvitation(facts: AlumniLetter, language: Language): Draft {
  const text = invitation[language];
  const values = { company: facts.company, link: { href: facts.link } };
  return {
    subject: text.subject,
    blocks: [salutation(facts.alumnus, language), paragraph(values, text.body), ...closing(facts)],
  };
}

/** T4R: the reminder. */
export function alumniReminder(facts: AlumniReminderLetter, language: Language): Draft {
  const text = reminder[language];
  const values = { company: facts.company, link: { href: facts.link }, eraseOn: spelledDay(facts.eraseOn, language) };
  return {
    subject: text.subject,
    blocks: [salutation(facts.alumnus, language), paragraph(values, text.body), ...closing(facts)],
  };
}

/** T5: the confirmation of erasure. */
export function farewellMail(facts: FarewellLetter, language: Language): Draft {
  const text = farewell[language];
  const values = {
    date: spelledDay(facts.date, language),
    channels: facts.channels.length === 0 ? '' : `${text.channels}${listed(facts.channels, language)}`,
    // Two years away: without the year it would be read as this year's.
    hashUntil: spelledDay(facts.hashUntil, language, { year: true }),
    dpoContact: facts.dpoContact,
  };
  return {
    subject: subject({}, text.subject),
    blocks: [salutation(facts.alumnus, language), paragraph(values, text[facts.why], text.body), ...closing(facts)],
  };
}
