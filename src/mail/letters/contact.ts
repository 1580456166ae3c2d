import type { Day, Language, Parting } from '../../domain/words.js';
import { spelledDay } from '../days.js';
import { paragraph, small, subject, verbatim, type Block, type Draft } from './draft.js';
import { closing, formOf, salutation, type Addressed, type Signed } from './words.js';

/** T3: the leaver introduces the successor, who is in cc. */
export interface IntroductionLetter extends Signed, Addressed {
  readonly id: 'T3';
  readonly contact: string;
  readonly successor: string;
  readonly company: string;
  readonly parting: Parting;
  readonly lastWorkingDay: Day;
  /** What is under way, in the contact's language; null or empty leaves the clause out. */
  readonly topic: string | null;
  /** The day by which the successor gets in touch. */
  readonly date: Day;
  /** An authority cannot ask for no contact at all. */
  readonly authority: boolean;
  readonly privacyLink: string;
}

/** N1: the successor's short note. */
export interface NoteLetter extends Signed, Addressed {
  readonly id: 'N1';
  readonly contact: string;
  readonly leaver: string;
  readonly company: string;
  readonly parting: Parting;
  readonly handoverDate: Day;
  readonly phone: string | null;
  /** A text that HR agreed upon with the leaver: it replaces ours, word for word. */
  readonly agreedText?: string | null | undefined;
  readonly privacyLink: string;
}

const privacy = {
  nl: 'Hoe {company} met uw contactgegevens omgaat en wat uw rechten zijn: {privacyLink}',
  nlInformal: 'Hoe {company} met je contactgegevens omgaat en wat je rechten zijn: {privacyLink}',
  da: 'Sådan behandler {company} dine kontaktoplysninger, og det er dine rettigheder: {privacyLink}',
  en: 'How {company} handles your contact details, and your rights: {privacyLink}',
} as const satisfies Record<Language | 'nlInformal', string>;

const introduction = {
  nl: {
    subject: 'Even voorstellen: {successor}, uw nieuwe contactpersoon bij {company}',
    opening:
      'Op {lastWorkingDay} is mijn laatste werkdag bij {company}, en daarom stel ik u graag voor aan mijn collega {successor}, die in de cc meeleest.',
    topic: 'We hebben samen doorgenomen wat er speelt, in het bijzonder {topic}, zodat u uw verhaal niet opnieuw hoeft te doen.',
    noTopic: 'We hebben samen doorgenomen wat er speelt, zodat u uw verhaal niet opnieuw hoeft te doen.',
    date: '{successor} neemt uiterlijk {date} contact met u op om kennis te maken.',
    choice:
      'Hebt u liever iemand anders als aanspreekpunt, of liever helemaal geen contact, laat het dan weten door deze mail te beantwoorden.',
    authority: 'Hebt u liever iemand anders als aanspreekpunt, laat het dan weten door deze mail te beantwoorden.',
    thanks: 'Ik heb met veel plezier met u samengewerkt: dank daarvoor, en het ga u goed.',
    away: {
      subject: 'Even voorstellen: {successor}, tijdelijk uw contactpersoon bij {company}',
      opening:
        'Na {lastWorkingDay} ben ik een tijd afwezig bij {company}, en daarom stel ik u graag voor aan mijn collega {successor}, die in de cc meeleest.',
      thanks: 'Dank voor de prettige samenwerking, en graag tot later.',
    },
    moves: {
      opening:
        'Na {lastWorkingDay} doe ik ander werk bij {company}, en daarom stel ik u graag voor aan mijn collega {successor}, die in de cc meeleest.',
      thanks: 'Ik heb met veel plezier met u samengewerkt: dank daarvoor.',
    },
  },
  nlInformal: {
    subject: 'Even voorstellen: {successor}, je nieuwe contactpersoon bij {company}',
    opening:
      'Op {lastWorkingDay} is mijn laatste werkdag bij {company}, en daarom stel ik je graag voor aan mijn collega {successor}, die in de cc meeleest.',
    topic: 'We hebben samen doorgenomen wat er speelt, in het bijzonder {topic}, zodat je je verhaal niet opnieuw hoeft te doen.',
    noTopic: 'We hebben samen doorgenomen wat er speelt, zodat je je verhaal niet opnieuw hoeft te doen.',
    date: '{successor} neemt uiterlijk {date} contact met je op om kennis te maken.',
    choice:
      'Heb je liever iemand anders als aanspreekpunt, of liever helemaal geen contact, laat het dan weten door deze mail te beantwoorden.',
    authority: 'Heb je liever iemand anders als aanspreekpunt, laat het dan weten door deze mail te beantwoorden.',
    thanks: 'Ik heb met veel plezier met je samengewerkt: dank daarvoor, en het ga je goed.',
    away: {
      subject: 'Even voorstellen: {successor}, tijdelijk je contactpersoon bij {company}',
      opening:
        'Na {lastWorkingDay} ben ik een tijd afwezig bij {company}, en daarom stel ik je graag voor aan mijn collega {successor}, die in de cc meeleest.',
      thanks: 'Dank voor de prettige samenwerking, en graag tot later.',
    },
    moves: {
      opening:
        'Na {lastWorkingDay} doe ik ander werk bij {company}, en daarom stel ik je graag voor aan mijn collega {successor}, die in de cc meeleest.',
      thanks: 'Ik heb met veel plezier met je samengewerkt: dank daarvoor.',
    },
  },
  da: {
    subject: 'Må jeg præsentere {successor}, din nye kontaktperson hos {company}?',
    opening:
      'Jeg har sidste arbejdsdag hos {company} {lastWorkingDay} og vil derfor gerne præsentere dig for min kollega {successor}, som er sat på cc.',
    topic: 'Vi har sammen gennemgået det, der er i gang – især {topic} – så du ikke behøver at begynde forfra.',
    noTopic: 'Vi har sammen gennemgået det, der er i gang, så du ikke behøver at begynde forfra.',
    date: '{successor} kontakter dig senest {date}, så I kan hilse på hinanden.',
    choice:
      'Vil du hellere have en anden kontaktperson, eller ønsker du slet ikke at blive kontaktet, så svar blot på denne mail.',
    authority: 'Vil du hellere have en anden kontaktperson, så svar blot på denne mail.',
    thanks: 'Tak for et rigtig godt samarbejde, og alt det bedste fremover.',
    away: {
      subject: 'Må jeg præsentere {successor}, din kontaktperson hos {company} i en periode?',
      opening:
        'Efter {lastWorkingDay} er jeg væk fra {company} i en periode og vil derfor gerne præsentere dig for min kollega {successor}, som er sat på cc.',
      thanks: 'Tak for et rigtig godt samarbejde – vi tales ved igen senere.',
    },
    moves: {
      opening:
        'Efter {lastWorkingDay} har jeg andre opgaver hos {company} og vil derfor gerne præsentere dig for min kollega {successor}, som er sat på cc.',
      thanks: 'Tak for et rigtig godt samarbejde.',
    },
  },
  en: {
    subject: 'Introducing {successor}, your new contact at {company}',
    opening:
      'My last working day at {company} is {lastWorkingDay}, so I would like to introduce you to my colleague {successor}, who is copied in.',
    topic:
      'We have gone through everything that is under way, {topic} in particular, so you will not have to start again from the beginning.',
    noTopic: 'We have gone through everything that is under way, so you will not have to start again from the beginning.',
    date: '{successor} will get in touch by {date} to say hello.',
    choice: 'If you would prefer someone else as your contact, or no contact at all, simply reply to this e-mail.',
    authority: 'If you would prefer someone else as your contact, simply reply to this e-mail.',
    thanks: 'It has been a real pleasure working with you – thank you, and I wish you all the best.',
    away: {
      subject: 'Introducing {successor}, your contact at {company} for the time being',
      opening:
        'After {lastWorkingDay} I will be away from {company} for a while, so I would like to introduce you to my colleague {successor}, who is copied in.',
      thanks: 'Thank you for working with me – I look forward to speaking with you again.',
    },
    moves: {
      opening:
        'After {lastWorkingDay} I will be doing other work at {company}, so I would like to introduce you to my colleague {successor}, who is copied in.',
      thanks: 'It has been a real pleasure working with you – thank you.',
    },
  },
} as const satisfies Record<Language | 'nlInformal', unknown>;

const note = {
  nl: {
    subject: 'Uw contactpersoon bij {company}',
    opening: 'Vanaf {handoverDate} ben ik uw contactpersoon bij {company}; {leaver} kunt u hiervoor niet meer benaderen.',
    away: 'Vanaf {handoverDate} ben ik uw contactpersoon bij {company}.',
    under: 'Ik heb bekeken wat er bij u loopt en pak dat op, dus u hoeft zelf niets te doen.',
    phone:
      'Vragen, of liever een gesprek om kennis te maken? Bel {phone} of beantwoord deze mail, ook als u liever geen bericht meer krijgt.',
    noPhone: 'Vragen, of liever een gesprek om kennis te maken? Beantwoord deze mail, ook als u liever geen bericht meer krijgt.',
  },
  nlInformal: {
    subject: 'Je contactpersoon bij {company}',
    opening: 'Vanaf {handoverDate} ben ik je contactpersoon bij {company}; {leaver} kun je hiervoor niet meer benaderen.',
    away: 'Vanaf {handoverDate} ben ik je contactpersoon bij {company}.',
    under: 'Ik heb bekeken wat er bij je loopt en pak dat op, dus je hoeft zelf niets te doen.',
    phone:
      'Vragen, of liever een gesprek om kennis te maken? Bel {phone} of beantwoord deze mail, ook als je liever geen bericht meer krijgt.',
    noPhone:
      'Vragen, of liever een gesprek om kennis te maken? Beantwoord deze mail, ook als je liever geen bericht meer krijgt.',
  },
  da: {
    subject: 'Din kontaktperson hos {company}',
    opening: 'Fra {handoverDate} er jeg din kontaktperson hos {company} i stedet for {leaver}.',
    away: 'Fra {handoverDate} er jeg din kontaktperson hos {company}.',
    under: 'Jeg har sat mig ind i det, der er i gang hos jer, og tager over derfra, så du behøver ikke at gøre noget.',
    phone:
      'Har du spørgsmål, eller vil du gerne tale sammen først, så ring på {phone} eller svar på denne mail – også hvis du helst ikke vil høre mere fra os.',
    noPhone:
      'Har du spørgsmål, eller vil du gerne tale sammen først, så svar på denne mail – også hvis du helst ikke vil høre mere fra os.',
  },
  en: {
    subject: 'Your contact at {company}',
    opening: 'From {handoverDate} I am your contact at {company}, in place of {leaver}.',
    away: 'From {handoverDate} I am your contact at {company}.',
    under: 'I have looked at what is under way with you and will take it from here, so there is nothing you need to do.',
    phone:
      'If you have a question or would like a chat first, call me on {phone} or reply to this e-mail – also if you would rather not hear from us again.',
    noPhone:
      'If you have a question or would like a chat first, reply to this e-mail – also if you would rather not hear from us again.',
  },
} as const satisfies Record<Language | 'nlInformal', unknown>;

/** T3: the introduction. */
export function introductionMail(facts: IntroductionLetter, language: Language): Draft {
  const { contact, successor, company, lastWorkingDay, date, authority } = facts;
  const texts = introduction[formOf(language, facts)];
  const text = facts.parting === 'leaves' ? texts : { ...texts, ...texts[facts.parting] };
  const topic = facts.topic?.trim() ?? '';
  const values = {
    successor,
    company,
    topic,
    lastWorkingDay: spelledDay(lastWorkingDay, language),
    date: spelledDay(date, language),
  };
  const sentences = [
    text.opening,
    topic === '' ? text.noTopic : text.topic,
    text.date,
    authority ? text.authority : text.choice,
    text.thanks,
  ] as const;
  return {
    subject: subject({ successor, company }, text.subject),
    blocks: [salutation(contact, language), paragraph(values, ...sentences), ...closing(facts), privacyLine(facts, language)],
  };
}

/** N1: the note. Whether somebody who is covered for comes back is not ours to say. */
export function noteMail(facts: NoteLetter, language: Language): Draft {
  const { contact, leaver, company, parting, handoverDate, phone, agreedText } = facts;
  const text = note[formOf(language, facts)];
  const values = { leaver, company, handoverDate: spelledDay(handoverDate, language), phone: phone ?? '' };
  const own = [
    salutation(contact, language),
    paragraph(values, parting === 'away' ? text.away : text.opening, text.under, phone === null ? text.noPhone : text.phone),
  ];
  return {
    subject: subject({ company }, text.subject),
    blocks: [...(agreedText ? verbatim(agreedText) : own), ...closing(facts), privacyLine(facts, language)],
  };
}

/** The last line of every first message to a contact: where the data came from and what rights there are (GDPR 14). */
export function privacyLine(
  facts: Addressed & { readonly company: string; readonly privacyLink: string },
  language: Language,
): Block {
  const values = { company: facts.company, privacyLink: { href: facts.privacyLink } };
  return small(values, privacy[formOf(language, facts)]);
}
