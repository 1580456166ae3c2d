import { describe, expect, test } from 'vitest';
import { languages } from '../../src/domain/words.js';
import { listed, momentOf, spelledDay, spelledMoment } from '../../src/mail/days.js';
import { paragraph } from '../../src/mail/letters/draft.js';
import { render, type Letter } from '../../src/mail/letters.js';
import { oneLine } from '../../src/mail/oneLine.js';
import { previewAll } from '../../src/mail/preview.js';

const all = previewAll();
const decoded = (html: string): string =>
  html
    .replace(/<title>.*?<\/title>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
/** The words of a text, links aside: HTML hides some of them behind others. */
const words = (text: string): ReadonlySet<string> => new Set(text.replace(/https:\S+/g, ' ').match(/\p{L}+/gu));

describe('every letter in every language', () => {
  test('has no hole, no gap and one subject line', () => {
    for (const { id, language, subject, text, html } of all) {
      const name = `${id} ${language}`;
      for (const part of [subject, text, decoded(html)]) {
        expect(part, name).not.toMatch(/[{}]|undefined|null|\*\*|\[object|NaN/);
      }
      expect(subject, name).toBe(oneLine(subject));
      expect(subject, name).not.toBe('');
      expect(text.replaceAll('\n  ', '\n'), name).not.toMatch(/ {2}| [.,;]|\.\.|,,/);
    }
  });

  test('says the same in text and HTML, and links what it names', () => {
    for (const { id, language, text, html } of all) {
      const name = `${id} ${language}`;
      expect(words(decoded(html)), name).toEqual(words(text));
      const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);
      for (const link of links) expect(text, name).toContain(link);
      for (const [link] of text.matchAll(/https:[^\s;,]*[^\s;,.:]/g)) expect(links, name).toContain(link);
    }
  });

  test('loads nothing, and is read aloud in its language', () => {
    for (const { id, language, html } of all) {
      const name = `${id} ${language}`;
      expect(html, name).not.toMatch(/<(img|script|link|iframe|video|object|form)\b|url\(|@import|background-image/i);
      expect(html, name).toContain(`<html lang="${language}">`);
      expect(html, name).toContain('role="article"');
    }
  });
});

test('every letter is there in every language', () => {
  const ids = new Set(all.map(({ id }) => id.replace(/-(confidential|commands|one|undecided|limited|retirement|informal)$/, '')));
  for (const id of ['T1', 'T2', 'T3', 'N1', 'T4', 'T4R', 'C1', 'C3', 'C6', 'C12', 'C12R', 'T5', 'digest', 'call-invitation']) {
    expect(ids).toContain(id);
  }
  for (const id of new Set(all.map((mail) => mail.id))) {
    expect(all.filter((mail) => mail.id === id).map(({ language }) => language)).toEqual([...languages]);
  }
});

describe('who must not know yet learns nothing from a list of subjects', () => {
  const asked = {
    leaver: 'Sanne Bakker',
    lastWorkingDay: '2026-11-30',
    count: 38,
    exceptions: 0,
    link: 'https://b.example/l/1',
    deadline: { day: '2026-11-11', time: null },
    escalation: 'Jens',
  };
  const confidential = (toldTeam: boolean): readonly Letter[] => [
    { id: 'T1', approver: 'Karin', ...asked, toldTeam },
    { id: 'T1R', approver: 'Karin', ...asked, toldTeam },
    { id: 'T1E', approver: 'Karin', previous: 'Anders', ...asked, toldTeam },
    { id: 'custodian-notice', custodian: 'Karin', ...asked, toldTeam },
    { id: 'restore-proposal', manager: 'Karin', ...asked, toldTeam },
  ];

  test.each(languages)('%s', (language) => {
    for (const letter of confidential(false)) expect(render(letter, language).subject).not.toMatch(/Sanne|Bakker/);
    // Once everybody knows, the name helps to find the mail again.
    for (const letter of confidential(true)) expect(render(letter, language).subject).toContain('Sanne Bakker');
  });

  test("nobody else's subject names the leaver, ever", () => {
    const named = all.filter(({ subject }) => subject.includes('Sanne Bakker')).map(({ id }) => id);
    expect(new Set(named)).toEqual(new Set(['T1', 'T1-one', 'T1R', 'T1E', 'custodian-notice', 'restore-proposal']));
  });

  test('an answer stands in no subject', () => {
    for (const { subject } of all.filter(({ id }) => id === 'talk-wanted'))
      expect(subject).not.toMatch(/Sanne|niet goed|not good|ikke godt/);
  });
});

test('mails to contacts sell nothing: with an offer in them they would need consent first', () => {
  const toContacts = all.filter(({ id }) => /^(T3|N1|call-|rescission)/.test(id));
  expect(toContacts.length).toBeGreaterThan(30);
  for (const { text, html } of toContacts) {
    expect(text).not.toMatch(
      /unsubscribe|afmelden|afmeld|uitschrijven|newsletter|nieuwsbrief|nyhedsbrev|offer|aanbieding|tilbud|korting|rabat/i,
    );
    expect(html).not.toMatch(/<img|<table|logo|banner/i);
    // One link at most: the one about their rights.
    expect([...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href).filter((href) => !href?.endsWith('/privacy'))).toEqual(
      [],
    );
  }
});

test('the last line of a first message to a contact says what rights they have', () => {
  for (const { text } of all.filter(({ id }) => /^(T3|N1|call-invitation)/.test(id))) {
    expect(text.split('\n').at(-1)).toMatch(/https:\/\/baton\.example\.com\/privacy$/);
  }
});

describe('variants', () => {
  const text = (id: string, language: string): string =>
    all.find((mail) => mail.id === id && mail.language === language)?.text ?? '';

  test('an undecided successor is not called null', () => {
    expect(text('T2-undecided', 'nl')).toContain('voor je opvolger en voor een goed afscheid');
    expect(text('T2-undecided', 'da')).toContain('til din efterfølger og til');
    expect(text('T2-undecided', 'en')).toContain('for your successor, and so');
  });

  test('who may not talk to customers is not asked about calls or mails', () => {
    expect(text('T2-limited', 'nl')).toContain('vul aan wie ontbreekt en haal weg wat privé is.');
    for (const language of languages) expect(text('T2-limited', language)).not.toMatch(/samen belt|ringe sammen|call together/);
  });

  test('a retirement begins gently, and says the year of a far-away day', () => {
    expect(text('T2-retirement', 'nl')).toContain('We beginnen rustig: op donderdag 12 november 2026 een uur');
    expect(text('T2-retirement', 'en')).toContain('Your last working day is Tuesday 31 August 2027');
    expect(text('T2-retirement', 'da')).not.toContain('passer det ikke');
  });

  test('without a topic no clause is left behind', () => {
    expect(text('T3-no-topic', 'nl')).toContain('doorgenomen wat er speelt, zodat u');
    expect(text('T3-no-topic', 'da')).toContain('det, der er i gang, så du');
    expect(text('T3-no-topic', 'en')).toContain('that is under way, so you');
  });

  test('an authority is not offered silence', () => {
    for (const language of languages) expect(text('T3-authority', language)).not.toMatch(/geen contact|slet ikke|no contact/);
    expect(text('T3', 'nl')).toContain('of liever helemaal geen contact');
  });

  test('a Dutch contact is addressed as u, unless switched', () => {
    expect(text('T3', 'nl')).not.toMatch(/\b(je|jij|jouw)\b/);
    expect(text('T3-informal', 'nl')).not.toMatch(/\b(u|uw)\b/i);
    expect(text('N1-informal', 'nl')).not.toMatch(/\b(u|uw)\b/i);
    expect(text('T3-informal', 'da')).toBe(text('T3', 'da'));
  });

  test('an agreed text goes out word for word', () => {
    expect(text('N1-agreed', 'en')).toContain(
      'Dear Lone Krogh,\n\nSanne Bakker and Example Company are parting ways. Mikkel Holm is',
    );
    expect(text('N1-agreed', 'en')).not.toContain('in place of');
  });

  test('retirees are not asked where they work or whether they come back', () => {
    expect(text('C12-retired', 'nl')).toContain('Eén vraag: wil je erbij blijven?');
    expect(text('C12-retired', 'nl')).not.toMatch(/terug willen komen|vacatures/);
    expect(text('C6-retired', 'da')).toContain('Må tidligere kolleger en gang imellem spørge dig til råds?');
    expect(text('C1-retired', 'en')).toContain('You have been retired for a month now');
  });

  test('who was erased by the clock did not ask for it', () => {
    expect(text('T5-silence', 'nl')).toContain('Omdat we niets meer van je hoorden, hebben we op dinsdag 2 maart je gegevens');
    expect(text('T5-silence', 'nl')).not.toMatch(/Zoals gevraagd|ook bij/);
    expect(text('T5', 'da')).toContain('også hos Mailchimp og LinkedIn. Indtil fredag den 2. marts 2029 gemmer');
  });

  test('one relationship, and nothing to choose', () => {
    expect(text('T1-one', 'nl')).toContain('is nu aanspreekpunt voor 1 relatie. Er ligt');
    expect(text('T1-one', 'en')).not.toMatch(/\b0 of them|1 relationships/);
  });

  test('each answer under a question leads to its own link', () => {
    expect(text('C1', 'da')).toContain(
      'godt: https://baton.example.com/l/good-9Wm6\nnogenlunde: https://baton.example.com/l/so-so-9Wm6\nikke godt: https://baton.example.com/l/bad-9Wm6',
    );
  });

  test('without pages, HR gets the command to paste', () => {
    expect(text('need-parked-commands', 'da')).toContain('npm run baton -- retry 7k2m9q --parked k-3');
    expect(text('release-request-commands', 'nl')).toContain('npm run baton -- show 7k2m9q');
    expect(text('release-request', 'nl')).not.toContain('npm run');
  });
});

describe('who stays in the company is not said to have left it', () => {
  const leaving =
    /laatste werkdag|sidste arbejdsdag|last working day|niet meer benaderen|i stedet for|in place of|het ga u goed|bedste fremover/i;
  const text = (id: string, language: string): string =>
    all.find((mail) => mail.id === id && mail.language === language)?.text ?? `no ${id}`;

  test.each(['T2-away', 'T2-away-undecided', 'T2-moves', 'T3-away', 'T3-away-informal', 'T3-moves', 'N1-away'])('%s', (id) => {
    for (const language of languages) expect(text(id, language), language).not.toMatch(leaving);
  });

  test('nobody who is only away has a successor', () => {
    for (const language of languages)
      expect(text('T2-away-undecided', language), language).not.toMatch(/opvolger|efterfølger|successor/i);
  });

  test.each(['T2', 'T3', 'N1'])('%s of somebody who leaves does say so', (id) => {
    for (const language of languages) expect(text(id, language), language).toMatch(leaving);
  });

  test('away is said without a cause', () => {
    expect(text('T3-away', 'en')).toContain('I will be away from');
    expect(text('N1-away', 'nl')).not.toContain('Sanne Bakker');
  });
});

describe('what people type cannot become more than text', () => {
  const hostile = 'Eve\r\nBcc: all@example.com\u2028<b>x</b> {link} **y** \u202egpj.exe';
  const note: Letter = {
    id: 'N1',
    contact: hostile,
    leaver: hostile,
    company: hostile,
    parting: 'leaves',
    handoverDate: '2026-12-01',
    phone: hostile,
    privacyLink: 'https://b.example/p?a=1&b="2"',
    signature: hostile,
  };

  test('no name begins a header', () => {
    for (const language of languages) {
      const { subject } = render(note, language);
      expect(subject).not.toMatch(/[\r\n\u2028\u202e]/);
      expect(subject).toContain('Eve Bcc: all@example.com <b>x</b> {link} **y** gpj.exe');
    }
  });

  test('HTML stays text, and a placeholder in a name is not filled', () => {
    const { text, html } = render(note, 'en');
    expect(html).not.toContain('<b>');
    expect(html).toContain('&lt;b&gt;x&lt;/b&gt; {link} **y**');
    expect(html).toContain('href="https://b.example/p?a=1&amp;b=&quot;2&quot;"');
    expect(text.split('\n\n')).toHaveLength(4);
  });

  test('an agreed text keeps its lines and loses its control characters', () => {
    const { text } = render({ ...note, contact: 'Lone', agreedText: 'One\u0007\r\ntwo\r\n\r\n\r\nthree <i>' }, 'en');
    expect(text.startsWith('One\ntwo\n\nthree <i>\n\n')).toBe(true);
  });

  test('a letter with a hole does not leave', () => {
    const text: string = 'Hello {name}';
    expect(() => paragraph({}, text)).toThrow('lacks {name}');
  });

  test.each([
    ['  a\t b \u00a0c ', 'a b c'],
    ['a\u0000\u0085\u2029b\ufeff', 'a b'],
    ['Søren Ægir', 'Søren Ægir'],
  ])('oneLine(%j)', (given, expected) => {
    expect(oneLine(given)).toBe(expected);
  });
});

describe('days', () => {
  test('are spelled out, so that nobody reads 12/11 the other way round', () => {
    expect(languages.map((language) => spelledDay('2026-12-18', language))).toEqual([
      'vrijdag 18 december',
      'fredag den 18. december',
      'Friday 18 December',
    ]);
    expect(spelledDay('2028-02-29', 'da', { year: true })).toBe('tirsdag den 29. februar 2028');
    expect(() => spelledDay('soon', 'nl')).toThrow(RangeError);
  });

  test('with the time of the country', () => {
    expect(languages.map((language) => spelledMoment({ day: '2026-12-18', time: '15:00' }, language))).toEqual([
      'vrijdag 18 december om 15.00 uur',
      'fredag den 18. december kl. 15.00',
      'Friday 18 December at 15:00',
    ]);
    expect(momentOf('2026-12-17T23:30:00.000Z', 'Europe/Copenhagen')).toEqual({ day: '2026-12-18', time: '00:30' });
  });

  test('lists', () => {
    expect(languages.map((language) => listed(['A', 'B', 'C'], language))).toEqual(['A, B en C', 'A, B og C', 'A, B and C']);
  });
});
