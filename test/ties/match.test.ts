import { describe, expect, test } from 'vitest';
import { TiesMaker } from '../../bench/tiesWorld.js';
import { keyTies } from '../../src/ties/keys.js';
import { TieMatcher } from '../../src/ties/match.js';
import { contact, match, read, tie } from './support.js';

const jansenAt = (company: string) => tie('t', 'Jan Jansen', { company });

describe('a tie is a contact without asking', () => {
  test.each([
    ['one name and company', 'Jan Jansen', 'Vlietstra', 'Jan Jansen', 'Vlietstra'],
    ['another legal form', 'Jan Jansen', 'Vlietstra Groep B.V.', 'Jan Jansen', 'Vlietstra Holding BV'],
    ['without ø and å', 'Søren Åkjær', 'Ørsted A/S', 'Soeren Aakjaer', 'Orsted'],
    ['tussenvoegsel left out', 'Jan van der Heuvel', 'Vlietstra', 'Jan Heuvel', 'Vlietstra'],
    ['ij and y', 'Jan van Dijk', 'Vlietstra', 'Jan van Dyk', 'Vlietstra'],
    ['letters after the name', 'Jan Jansen, MBA', 'Vlietstra', 'Jan Jansen', 'Vlietstra'],
    ['a middle name more', 'Jan Pieter Jansen', 'Vlietstra', 'Jan P. Jansen', 'Vlietstra'],
    ['a middle name on the other side', 'Mette Holm Jensen', 'Vestas', 'Mette Jensen', 'Vestas'],
    ['both names after marrying', 'Anna Wiersma-Halbertsma', 'Vlietstra', 'Anna Halbertsma', 'Vlietstra'],
    ['a slip of the pen', 'Anna Halbertsma', 'Vlietstra', 'Anna Halbretsma', 'Vlietstra'],
    ['the part of a group', 'Anna Halbertsma', 'Vlietstra Nederland', 'Anna Halbertsma', 'Vlietstra'],
    ['a company under its domain', 'Jan Jansen', 'Booking.com', 'Jan Jansen', 'Booking'],
  ])('%s', (_, name, company, otherName, otherCompany) => {
    const found = match([tie('t', name, { company })], [contact('1', otherName, { company: otherCompany })]);
    expect(found.get('t')).toMatchObject({ connection: 'hubspot', record: '1', by: 'name', review: false });
  });

  test('a company renamed since: the mailbox of the contact still names it', () => {
    const renamed = contact('1', 'Jan Jansen', { company: 'Westerhof Zaden', email: 'jan@vlietstra-groep.nl' });
    expect(match([jansenAt('Vlietstra')], [renamed]).get('t')).toMatchObject({ record: '1', review: false });
  });

  test('by e-mail, whatever the company', () => {
    const email = 'jan.jansen@vlietstra.nl';
    const found = match(
      [tie('t', 'Jan Jansen', { email, company: 'Acme' })],
      [contact('1', 'J. Jansen', { email: 'Jan.Jansen@Vlietstra.nl' })],
    );
    expect(found.get('t')).toMatchObject({ by: 'email', review: false });
  });

  test('by profile, as people type it into a CRM, and under a married name', () => {
    const profileUrl = 'https://www.linkedin.com/in/anna-1';
    for (const typed of ['linkedin.com/in/Anna-1/', 'http://nl.linkedin.com/in/anna-1?x=y', `${profileUrl}/nl`]) {
      const found = match([tie('t', 'Anna Wiersma', { profileUrl })], [contact('1', 'Anna Berg', { profileUrl: typed })]);
      expect(found.get('t')).toMatchObject({ by: 'profile', review: false });
    }
  });

  test('one person in two CRMs is no rival of himself', () => {
    const both = ['hubspot', 'other'].map((connection) => contact('1', 'Jan Jansen', { company: 'Acme', connection }));
    expect(match([jansenAt('Acme')], both).get('t')).toMatchObject({ connection: 'hubspot', review: false });
  });
});

describe('a tie is nobody', () => {
  test.each([
    ['a common name elsewhere', 'Jan Jansen', 'Vlietstra', 'Jan Jansen', 'Westerhof'],
    ['another given name', 'Jan Jansen', 'Vlietstra', 'Piet Jansen', 'Vlietstra'],
    ['another family name', 'Jan Jansen', 'Vlietstra', 'Jan de Vries', 'Vlietstra'],
    ['short names of companies one letter apart', 'Jan Jansen', 'ING', 'Jan Jansen', 'ANG'],
    ['no family name', 'Jan', 'Vlietstra', 'Jan', 'Vlietstra'],
  ])('%s', (_, name, company, otherName, otherCompany) => {
    expect(match([tie('t', name, { company })], [contact('1', otherName, { company: otherCompany })]).size).toBe(0);
  });

  test('a contact who is surely somebody else is not matched by name again', () => {
    const email = 'jan@vlietstra.nl';
    const ties = [tie('sure', 'Jan Jansen', { email }), tie('other', 'Jan Jansen', { company: 'Vlietstra' })];
    const found = match(ties, [contact('1', 'Jan Jansen', { email, company: 'Vlietstra' })]);
    expect([...found.keys()]).toEqual(['sure']);
  });
});

describe('a person is asked', () => {
  const asked = { review: true };

  test('two contacts with one name in one company', () => {
    const two = ['1', '2'].map((record) => contact(record, 'Jan Jansen', { company: 'Acme' }));
    expect(match([jansenAt('Acme')], two).get('t')).toMatchObject(asked);
    expect(match([jansenAt('Acme')], [...two].reverse()).get('t')).toMatchObject(asked);
  });

  test('two contacts with one name in one company, on two pages', () => {
    const matcher = new TieMatcher([jansenAt('Acme')]);
    for (const record of ['1', '2']) matcher.offer([contact(record, 'Jan Jansen', { company: 'Acme' })]);
    expect(matcher.finish().get('t')).toMatchObject(asked);
  });

  test('one contact whom two ties of one name may mean', () => {
    const two = ['a', 'b'].map((key) =>
      tie(key, 'Jan Jansen', { company: 'Acme', profileUrl: `https://www.linkedin.com/in/${key}` }),
    );
    const found = match(two, [contact('1', 'Jan Jansen', { company: 'Acme' })]);
    expect([...found.values()]).toMatchObject([asked, asked]);
  });

  test.each([
    ['an initial', 'Jan Jansen', 'Acme', 'J. Jansen', 'Acme'],
    ['a given name one letter off, which may be a sister', 'Martin Halbertsma', 'Acme', 'Martina Halbertsma', 'Acme'],
    ['two who work for themselves', 'Jan Halbertsma', 'Freelance', 'Jan Halbertsma', 'Freelance'],
    ['a company that one side does not know', 'Jan Halbertsma', '', 'Jan Halbertsma', 'Acme'],
  ])('%s', (_, name, company, otherName, otherCompany) => {
    expect(match([tie('t', name, { company })], [contact('1', otherName, { company: otherCompany })]).get('t')).toMatchObject(
      asked,
    );
  });

  test('Jansen and Janssen are two names, and no slip of the pen, where both are borne by others', () => {
    const others = ['Piet', 'Kees', 'Joost'].flatMap((given) => [`${given} Jansen`, `${given} Janssen`]);
    const contacts = [
      contact('1', 'Jan Janssen', { company: 'Acme' }),
      ...others.map((name, index) => contact(`o${String(index)}`, name)),
    ];
    expect(match([jansenAt('Acme')], contacts).get('t')).toMatchObject({ record: '1', ...asked });
  });

  test('the only Lars Jensen of the CRM in a company where several may be called so', () => {
    const crowd = Array.from({ length: 1_000 }, (_, index) => {
      const name = index % 20 === 0 ? 'Lars' : `Bo${String(index)}`;
      return contact(`c${String(index)}`, `${name} ${index % 20 === 1 ? 'Jensen' : `Holm${String(index)}`}`, {
        company: 'Vestas',
      });
    });
    const found = match(
      [tie('t', 'Lars Jensen', { company: 'Vestas' })],
      [contact('1', 'Lars Jensen', { company: 'Vestas' }), ...crowd],
    );
    expect(found.get('t')).toMatchObject({ record: '1', ...asked });
  });

  test('two mailboxes of one company, or two profiles', () => {
    const mailbox = tie('t', 'Jan Jansen', { company: 'Acme', email: 'j.jansen@acme.nl' });
    expect(match([mailbox], [contact('1', 'Jan Jansen', { company: 'Acme', email: 'jan@acme.nl' })]).get('t')).toMatchObject(
      asked,
    );
    const profile = tie('t', 'Jan Jansen', { company: 'Acme', profileUrl: 'https://www.linkedin.com/in/a' });
    const other = contact('1', 'Jan Jansen', { company: 'Acme', profileUrl: 'https://www.linkedin.com/in/b' });
    expect(match([profile], [other]).get('t')).toMatchObject(asked);
  });

  test.each([
    ['a couple that shares a private mailbox', 'berg@gmail.com', 'Jan Berg', 'Marie Berg'],
    ['a mailbox of a function', 'info@acme.nl', 'Jan Berg', 'Jan Smit'],
    ['a mailbox under quite another name', 'x@acme.nl', 'Jan Berg', 'Piet Smit'],
  ])('%s', (_, email, name, otherName) => {
    expect(match([tie('t', name, { email })], [contact('1', otherName, { email })]).get('t')).toMatchObject(asked);
  });

  test('e-mail and profile that lead to two contacts', () => {
    const [email, profileUrl] = ['jan@acme.nl', 'https://www.linkedin.com/in/jan'];
    const contacts = [contact('1', 'Jan Berg', { email }), contact('2', 'Jan Berg', { profileUrl })];
    expect(match([tie('t', 'Jan Berg', { email, profileUrl })], contacts).get('t')).toMatchObject(asked);
  });

  test('a row that stands for two people', () => {
    const doubtful = { ...jansenAt('Acme'), ambiguous: true };
    expect(match([doubtful], [contact('1', 'Jan Jansen', { company: 'Acme' })]).get('t')).toMatchObject(asked);
  });
});

test('a file of one name does not make every contact meet every row', () => {
  const ties = Array.from({ length: 20_000 }, (_, index) => tie(String(index), 'Jan Jansen', { company: 'Acme' }));
  const contacts = Array.from({ length: 20_000 }, (_, index) => contact(String(index), 'Jan Jansen', { company: 'Acme' }));
  const startedMs = performance.now();
  expect(match(ties, contacts).size).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});

test.each([11, 12])(
  'of a labelled company (seed %i) at least 99 in 100 automatic matches are right, and most pairs are found',
  async (seed) => {
    const world = new TiesMaker(seed).world(3_000, 5_000);
    const { ties, skipped } = keyTies((await read(world.csv)).ties);
    const found = match(ties, world.contacts);
    const judged = ties.flatMap(({ key, profileUrl }) => {
      const one = found.get(key);
      return one ? [{ review: one.review, isRight: world.truth.get(profileUrl ?? '') === one.record }] : [];
    });
    const automatic = judged.filter(({ review }) => !review);
    const right = automatic.filter(({ isRight }) => isRight).length;
    expect({ skipped, pairs: world.truth.size }).toEqual({ skipped: [], pairs: 1_200 });
    expect(right / automatic.length).toBeGreaterThanOrEqual(0.99);
    expect(right / world.truth.size).toBeGreaterThan(0.65);
    expect(judged.filter(({ isRight }) => isRight).length / world.truth.size).toBeGreaterThan(0.8);
  },
);
