import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { answers, arrives, home, joins, leaves, type Alumnus } from '../support/alumni.js';
import { usePeople, type People } from '../support/people.js';
import { textsOf } from '../support/histories.js';
import { zone } from '../support/rig.js';

const rig = usePeople();
const dayMs = 24 * 3_600_000;
const mostEvents = 120;

const local = (ms: number): DateTime => DateTime.fromMillis(ms, { zone });

/** What came to the private address, as `T4 2027-01-20`. */
async function diary(people: People): Promise<readonly string[]> {
  return (await people.letters(home)).map(({ template, at }) => `${template} ${local(at).toFormat('yyyy-MM-dd')}`);
}

async function templates(people: People): Promise<readonly string[]> {
  return (await people.letters(home)).map(({ template }) => template);
}

/** Questions come on Tuesdays to Thursdays between 10:00 and 15:00, and neither in high summer nor around Christmas. */
async function expectFitTimes(people: People): Promise<void> {
  const questions = (await people.letters(home)).filter(({ template }) => template.startsWith('C'));
  for (const { at, template } of questions) {
    const moment = local(at);
    const [day, time] = [moment.toFormat('MM-dd'), moment.toFormat('HH:mm')];
    const where = `${template} ${moment.toISO() ?? ''}`;
    expect([2, 3, 4], where).toContain(moment.weekday);
    expect(time >= '10:00' && time < '15:00', where).toBe(true);
    expect((day >= '07-15' && day <= '08-15') || day >= '12-20' || day <= '01-05', where).toBe(false);
  }
}

/** Each came once: distinct Message-IDs, and no template twice. */
async function expectOnce(people: People): Promise<void> {
  const letters = await people.letters(home);
  expect(new Set(letters.map(({ messageId }) => messageId)).size).toBe(letters.length);
  expect(new Set(letters.map(({ template }) => template)).size).toBe(letters.length);
}

async function runsOf({ people, member }: Alumnus) {
  return (await people.company.histories()).filter(({ workflowId }) => workflowId === `membership/${member}`);
}

async function eventsOf(alumnus: Alumnus): Promise<readonly number[]> {
  return (await runsOf(alumnus)).map(({ history }) => history.events?.length ?? 0);
}

/** How many questions each run put, by what the looks answered. */
async function questionsIn(alumnus: Alumnus): Promise<readonly number[]> {
  return (await runsOf(alumnus)).map(({ history }) => textsOf(history).filter((text) => text.includes('"asked":true')).length);
}

/** Nothing is left of the private address, but in its owner's own mailbox. */
async function expectForgotten(people: People): Promise<void> {
  expect(await people.tablesWith(home)).toEqual([]);
  expect(await people.tablesWith('somebody')).toEqual([]);
}

test('a year: invited a week after the employment ends, four questions on fit days, once each, and a history that stays small', async () => {
  const alumnus = await leaves(rig.open, { gardenLeave: 20, language: 'nl' });
  const { people, end, member } = alumnus;
  expect(await templates(people)).toEqual(['confirm-address']);
  await joins(alumnus);
  const invitation = await people.newest(home, 'T4');
  // The employment ends at 24:00 of its last day.
  expect(local(invitation.at).toFormat('yyyy-MM-dd HH:mm')).toBe(
    DateTime.fromISO(end, { zone }).plus({ days: 8 }).toFormat('yyyy-MM-dd 00:00'),
  );
  await people.company.advance(380 * dayMs);
  expect(await templates(people)).toEqual(['confirm-address', 'T4', 'C1', 'C3', 'C6', 'C12']);
  await expectOnce(people);
  await expectFitTimes(people);
  for (const { template, at } of (await people.letters(home)).filter((letter) => letter.template.startsWith('C'))) {
    const months = Number(template.slice(1));
    const due = DateTime.fromISO(end, { zone }).plus({ months });
    expect(local(at).diff(due, 'days').days, template).toBeGreaterThanOrEqual(0);
    // Jitter of three business days, three days of the week, and the rest around the holidays.
    expect(local(at).diff(due, 'days').days, template).toBeLessThan(45);
  }
  for (const letter of (await people.letters(home)).slice(1)) {
    expect(letter.unsubscribe).toMatch(/^https:\/\/.*\/u\//);
    expect(letter.header('list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click');
    expect(letter.text.length).toBeGreaterThan(100);
    expect(letter.html).not.toMatch(/<img/i);
  }
  expect((await people.company.core.stores.members.get(member)).state).toBe('joined');
  const events = await eventsOf(alumnus);
  expect(events.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(mostEvents);
});

describe('an answer acts', () => {
  test('a bad goodbye with a call: a named person is asked to ring, once, however often it is pressed', async () => {
    const alumnus = await leaves(rig.open);
    const { people, member } = alumnus;
    const hr = people.company.core.deps.company.alumniContact;
    await joins(alumnus);
    const question = await arrives(alumnus, 'C1', 60);
    // Opening the page, as a mail scanner does, answers nothing.
    for (const link of question.links) expect((await people.open(link)).status).toBe(200);
    expect(await people.letters(hr, 'talk-wanted')).toEqual([]);
    const fields = { answer: 'not-good', call: 'yes', phone: '+31 6 1234 5678' };
    expect(await answers(alumnus, question, fields)).toBe(200);
    expect(await answers(alumnus, question, { answer: 'good' })).toBe(200);
    expect(await answers(alumnus, question, fields)).toBe(200);
    await people.arrived(() => people.to(hr).some(({ subject }) => subject !== ''), 'the mail to HR');
    await people.company.advance(dayMs);
    expect(await people.letters(hr, 'talk-wanted')).toHaveLength(1);
    const errands = await people.company.core.stores.members.errands({ memberId: member });
    expect(errands.map(({ what, to }) => `${what} ${to}`)).toEqual([`call-alumnus ${hr}`]);
    const row = await people.company.core.stores.members.get(member);
    expect(row.checkIns.find(({ kind }) => kind === 'P1M')?.answer).toBe('not-good');
    expect(local(row.quietUntil?.getTime() ?? 0).diff(local(people.company.clockMs), 'days').days).toBeGreaterThan(85);
  });

  test('where are you now: a contact in the CRM with consent, once, and nothing without', async () => {
    const alumnus = await leaves(rig.open);
    const { people } = alumnus;
    await joins(alumnus);
    await arrives(alumnus, 'C1', 60);
    const question = await arrives(alumnus, 'C3', 120);
    expect(await answers(alumnus, question, { answer: 'yes', employer: 'Nieuwe Baas B.V.' })).toBe(400);
    await people.company.advance(dayMs);
    expect(await people.created('contacts')).toEqual([]);
    const fields = { answer: 'yes', employer: 'Nieuwe Baas B.V.', role: 'Buyer', consent: 'yes' };
    expect(await answers(alumnus, question, fields)).toBe(200);
    expect(await answers(alumnus, question, fields)).toBe(200);
    await people.arrived(async () => (await people.created('contacts')).length > 0, 'the contact');
    await people.company.advance(3 * dayMs);
    const created = await people.created('contacts');
    expect(created).toHaveLength(1);
    expect(created[0]?.to).toMatchObject({ properties: { email: home, company: 'Nieuwe Baas B.V.', jobtitle: 'Buyer' } });
  });

  test('answers come twice and in any order, and the last one decides about staying: recall, until one click ends it', async () => {
    const alumnus = await leaves(rig.open);
    const { people, member } = alumnus;
    const link = await joins(alumnus);
    const first = await arrives(alumnus, 'C1', 60);
    const third = await arrives(alumnus, 'C3', 120);
    expect(await answers(alumnus, third, { answer: 'no' })).toBe(200);
    expect(await answers(alumnus, first, { answer: 'good' })).toBe(200);
    expect((await people.press(link, { save: 'yes', preference: 'positions' })).status).toBe(200);
    await arrives(alumnus, 'C6', 150);
    const last = await arrives(alumnus, 'C12', 260);
    expect(await answers(alumnus, last, { answer: 'keep-me-posted' })).toBe(200);
    await people.arrived(async () => (await people.company.core.stores.members.get(member)).recall, 'the recall list');
    await people.company.advance(200 * dayMs);
    // Whoever answered the last question stays: no reminder, no erasure.
    expect(await templates(people)).toEqual(['confirm-address', 'T4', 'C1', 'C3', 'C6', 'C12']);
    // One click works whatever the age of the mail.
    expect((await people.press(last.unsubscribe ?? '', { 'List-Unsubscribe': 'One-Click' })).status).toBe(200);
    await people.arrived(async () => (await people.letters(home, 'T5')).length > 0, 'the farewell');
    await expectForgotten(people);
    for (const old of [first, third, last]) expect(await answers(alumnus, old, { answer: 'good' })).toBeGreaterThanOrEqual(400);
    await people.company.advance(400 * dayMs);
    expect((await templates(people)).at(-1)).toBe('T5');
    await expectOnce(people);
    expect((await people.company.core.stores.members.get(member)).recall).toBe(false);
  });

  test('"take me out" erases at once, with one farewell', async () => {
    const alumnus = await leaves(rig.open, {
      options: { config: { checkIns: { offsets: ['P1M'] } } },
    });
    const { people, member } = alumnus;
    await joins(alumnus);
    const last = await arrives(alumnus, 'C12', 60);
    expect(await answers(alumnus, last, { answer: 'remove' })).toBe(200);
    await people.arrived(async () => (await people.letters(home, 'T5')).length > 0, 'the farewell');
    await expectForgotten(people);
    expect((await people.company.core.stores.members.get(member)).email).toBeNull();
    await people.company.advance(100 * dayMs);
    expect(await templates(people)).toEqual(['confirm-address', 'T4', 'C12', 'T5']);
  });
});

describe('silence', () => {
  test('after the invitation: one reminder, then everything is gone, without another word', async () => {
    const alumnus = await leaves(rig.open, { gardenLeave: 10 });
    const { people, end, member } = alumnus;
    await people.company.advance(80 * dayMs);
    const ended = DateTime.fromISO(end, { zone }).plus({ days: 1 });
    const on = (days: number): string => ended.plus({ days }).toFormat('yyyy-MM-dd');
    expect((await diary(people)).slice(1)).toEqual([`T4 ${on(7)}`, `T4R ${on(21)}`]);
    await expectForgotten(people);
    const row = await people.company.core.stores.members.get(member);
    expect(row.state).toBe('silent');
    expect(local(row.endedAt?.getTime() ?? 0).toFormat('yyyy-MM-dd')).toBe(on(35));
  });

  test('after the last question: one reminder, then everything is gone, with one farewell', async () => {
    const alumnus = await leaves(rig.open, { options: { config: { checkIns: { offsets: ['P1M', 'P2M'] } } } });
    const { people, member } = alumnus;
    await joins(alumnus);
    await people.company.advance(240 * dayMs);
    expect(await templates(people)).toEqual(['confirm-address', 'T4', 'C1', 'C12', 'C12R', 'T5']);
    await expectFitTimes(people);
    const [, , , asked, reminded, farewell] = await people.letters(home);
    expect(((reminded?.at ?? 0) - (asked?.at ?? 0)) / dayMs).toBeGreaterThanOrEqual(30);
    expect(((farewell?.at ?? 0) - (reminded?.at ?? 0)) / dayMs).toBeGreaterThanOrEqual(60);
    await expectForgotten(people);
    expect((await people.company.core.stores.members.get(member)).state).toBe('erased');
  });

  test('a whole year of it: each run holds one question, and all of them together stay small', async () => {
    const alumnus = await leaves(rig.open);
    await joins(alumnus);
    await alumnus.people.company.advance(480 * dayMs);
    expect(await templates(alumnus.people)).toEqual(['confirm-address', 'T4', 'C1', 'C3', 'C6', 'C12', 'C12R', 'T5']);
    const questions = await questionsIn(alumnus);
    expect(Math.max(...questions)).toBe(1);
    expect(questions.reduce((sum, count) => sum + count, 0)).toBe(4);
    // What follows the last question lies beyond the year.
    const year = (await eventsOf(alumnus)).filter((_events, run) => questions[run] === 1);
    expect(year.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(mostEvents);
  });

  test('an address that nobody confirmed is forgotten, and nobody is written to there', async () => {
    const people = await rig.open();
    const { company } = people;
    const saga = await company.startLeaver({ lastDay: await company.workday(2) });
    await people.begin(saga, { competitor: 'no' }, 'team');
    await people.press(await people.addressLink(saga), { email: home, language: 'en', address: 'save' });
    await people.arrived(() => people.to(home).length > 0, 'the confirmation');
    await company.advance(30 * dayMs);
    // Nobody woke it; the daily follow-up finds that it should have been looked at.
    for (let day = 0; day < 30; day += 10) {
      await people.followUp();
      await company.advance(10 * dayMs);
    }
    expect(await templates(people)).toEqual(['confirm-address']);
    await expectForgotten(people);
  });
});
