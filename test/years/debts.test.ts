import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import { usePeople, type People } from '../support/people.js';
import { zone, type Saga } from '../support/rig.js';

const rig = usePeople();
const dayMs = 24 * 3_600_000;

/** A handover whose two accounts of tier A and B moved cold. */
async function cold(): Promise<{ readonly people: People; readonly saga: Saga; readonly lastDay: string }> {
  const people = await rig.open({ world: { leaver: { accounts: 3, contacts: 3, deals: 0, tickets: 0 } } });
  const { company } = people;
  await people.sort({ A: 1, B: 1, C: 1 });
  const lastDay = await company.workday(3);
  const saga = await company.startLeaver({ lastDay, reason: 'resignation' });
  await people.begin(saga, { competitor: 'no' });
  await saga.close();
  return { people, saga, lastDay };
}

async function debtsOf({ people, saga }: { readonly people: People; readonly saga: Saga }) {
  return (await people.introductions(saga)).filter(({ debtAt }) => debtAt !== null);
}

/** The daily follow-up, for some days; twice a day, as after a restart. */
async function days(people: People, count: number): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    await people.followUp();
    await people.followUp();
    await people.company.advance(dayMs);
  }
}

test(
  'a debt: the successor is reminded three times, then the manager decides, and it is over',
  { timeout: 240_000 },
  async () => {
    const { people, saga } = await cold();
    const { company } = people;
    const debts = await debtsOf({ people, saga });
    expect(debts).toHaveLength(2);
    const at = debts[0]?.debtAt?.getTime() ?? 0;
    const successors = new Set(await Promise.all(debts.map(({ successorId }) => people.addressOfPerson(successorId))));
    const manager = await people.addressOfPerson((await saga.row()).card?.custodianId ?? null);
    const before = people.postbox.letters.length;
    await days(people, 50);
    const mails = people.postbox.letters.slice(before);
    const reminders = mails.filter(
      ({ recipients }) => recipients.some((address) => successors.has(address)) && !recipients.includes(manager),
    );
    const workdays = reminders.map((letter) => {
      let count = 0;
      for (let day = DateTime.fromMillis(at, { zone }); day.toMillis() < letter.at; day = day.plus({ days: 1 }))
        count += day.weekday <= 5 ? 1 : 0;
      return count;
    });
    // Once each at 5, 15 and 30 working days, seen on the day itself or the one after.
    expect(workdays).toHaveLength(3 * successors.size);
    for (const due of [5, 15, 30])
      expect(workdays.filter((count) => count >= due && count <= due + 2)).toHaveLength(successors.size);
    const questions = await people.letters(manager, 'debt-question');
    expect(questions).toHaveLength(successors.size);
    const contacts = (await people.introductions(saga)).map(({ email }) => email);
    expect(contacts.flatMap((address) => people.to(address))).toEqual([]);

    // One is tried again, the other written off with a reason.
    const [kept, written] = debts;
    const page = questions[0]?.links[0] ?? '';
    await people.press(page, { keep: kept?.id ?? '' });
    await people.press(page, { 'write-off': written?.id ?? '' });
    expect((await debtsOf({ people, saga })).filter(({ debtClosedAt }) => debtClosedAt === null)).toHaveLength(2);
    await people.press(page, { 'write-off': written?.id ?? '', [`reason.${written?.id ?? ''}`]: 'The account was closed.' });
    const reminded = people.postbox.letters.length;
    await days(people, 9);
    const open = (await debtsOf({ people, saga })).filter(({ debtClosedAt }) => debtClosedAt === null);
    expect(open.map(({ id }) => id)).toEqual([kept?.id]);
    expect(people.postbox.letters.slice(reminded)).toHaveLength(1);
    expect(company.clockMs).toBeGreaterThan(at);
  },
);

test('scores: each account once after 90 and once after 180 days, and never a person', { timeout: 240_000 }, async () => {
  const { people, saga, lastDay } = await cold();
  const { company } = people;
  const scores = () => company.core.stores.introductions.scores(saga.id);
  const until = async (after: number) => {
    const day = DateTime.fromISO(lastDay, { zone }).plus({ days: after });
    await company.advance(day.set({ hour: 9 }).toMillis() - (await company.nowMs()));
    await days(people, 2);
  };
  await until(88);
  expect(await scores()).toEqual([]);
  await until(90);
  expect((await scores()).map(({ after, keptOwner }) => `${after} ${String(keptOwner)}`)).toEqual(Array(3).fill('P90D true'));
  const [row] = await people.introductions(saga);
  const other = company.people.find(
    ({ hubspot, id }) => hubspot !== null && id !== company.leaver.id && id === company.leaver.manager,
  );
  await company.human('companies', row?.account ?? '', { hubspot_owner_id: other?.hubspot ?? '' });
  await until(180);
  const later = (await scores()).filter(({ after }) => after === 'P180D');
  expect(later).toHaveLength(3);
  expect(later.filter(({ keptOwner }) => keptOwner === false).map(({ bundle }) => bundle)).toEqual([row?.bundle]);
  for (const score of await scores())
    expect(Object.keys(score).some((key) => /person|successor|leaver|owner(id)?$/i.test(key) && key !== 'keptOwner')).toBe(false);
});
