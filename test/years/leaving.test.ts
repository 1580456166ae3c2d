import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { answers, arrives, home, joins, leaves, type Alumnus } from '../support/alumni.js';
import { usePeople, type People } from '../support/people.js';
import { zone } from '../support/rig.js';

const rig = usePeople();
const dayMs = 24 * 3_600_000;

const local = (ms: number): DateTime => DateTime.fromMillis(ms, { zone });
const dayAfter = (day: string, days: number): string => DateTime.fromISO(day, { zone }).plus({ days }).toFormat('yyyy-MM-dd');

async function templates(people: People): Promise<readonly string[]> {
  return (await people.letters(home)).map(({ template }) => template);
}

async function invitedOn(people: People): Promise<string> {
  return local((await people.newest(home, 'T4')).at).toFormat('yyyy-MM-dd');
}

async function stateOf({ people, member }: Alumnus): Promise<string> {
  return (await people.company.core.stores.members.get(member)).state;
}

/** A question waits in its row because the mail server takes nothing now. */
async function questionInFlight(alumnus: Alumnus): Promise<void> {
  const { people, member } = alumnus;
  const { company } = people;
  people.postbox.refuse = () => 450;
  const due = (await company.core.stores.members.get(member)).dueAt?.getTime() ?? 0;
  await company.env.sleep(due - (await company.nowMs()) + 120_000);
  const queued = () => company.core.db.mail.count({ where: { memberId: member, template: 'C1', state: 'queued' } });
  expect(await queued()).toBe(1);
}

describe('who says no meanwhile gets nothing more', () => {
  test('by one click, while a question is on its way', async () => {
    const alumnus = await leaves(rig.open);
    const { people } = alumnus;
    await joins(alumnus);
    const invitation = await people.newest(home, 'T4');
    await questionInFlight(alumnus);
    expect((await people.press(invitation.unsubscribe ?? '', {})).status).toBe(200);
    people.postbox.refuse = () => null;
    await people.company.advance(400 * dayMs);
    expect(await templates(people)).toEqual(['confirm-address', 'T4', 'T5']);
    expect(await people.tablesWith(home)).toEqual([]);
    // A second click finds nothing to stop, and says so kindly.
    expect((await people.press(invitation.unsubscribe ?? '', {})).status).toBe(200);
    expect(await templates(people)).toHaveLength(3);
  });

  test('by a consent that is withdrawn between the decision to ask and the sending', async () => {
    const alumnus = await leaves(rig.open);
    const { people, member } = alumnus;
    await joins(alumnus);
    await questionInFlight(alumnus);
    const now = new Date(people.company.clockMs).toISOString();
    await people.company.core.stores.members.withdraw(member, 'alumni', now);
    people.postbox.refuse = () => null;
    await people.company.advance(20 * dayMs);
    expect(await templates(people)).toEqual(['confirm-address', 'T4']);
  });
});

describe('whoever comes back', () => {
  test('is no alumnus any more, and who leaves again is asked and invited anew, once', async () => {
    const alumnus = await leaves(rig.open);
    const { people, saga } = alumnus;
    const { company } = people;
    await joins(alumnus);
    await arrives(alumnus, 'C1', 60);
    expect((await saga.row()).outcome).toBe('completed');
    await company.hris('rehire', { startDay: (await company.local()).plus({ days: 1 }).toFormat('yyyy-MM-dd') });
    // The new job begins the day after, and the HRIS says nothing more that day.
    await company.advance(2 * dayMs);
    await company.look();
    await people.arrived(async () => (await stateOf(alumnus)) === 'ended', 'the end of the membership');
    expect(await people.tablesWith(home)).toEqual([]);
    await company.advance(20 * dayMs);

    const [account = ''] = (await company.owners()).keys();
    await company.human('companies', account.split('/')[1] ?? '', { hubspot_owner_id: company.leaver.hubspot ?? '' });
    const again = await company.startLeaver({ lastDay: await company.workday(3), reason: 'resignation' });
    expect(again.id).not.toBe(saga.id);
    await people.begin(again, { competitor: 'no' }, 'team');
    const member = await people.giveAddress(again, home);
    expect(member).not.toBe(alumnus.member);
    await company.advance(400 * dayMs);
    const came = await templates(people);
    expect(came).toEqual(['confirm-address', 'T4', 'C1', 'confirm-address', 'T4', 'T4R']);
  });

  test('before the last day, because the leave was withdrawn: the address is forgotten, and no invitation comes', async () => {
    const alumnus = await leaves(rig.open, { workingDays: 4 });
    const { people, saga } = alumnus;
    await people.company.hris('rescind', { how: 'clear' });
    await saga.close();
    await people.arrived(async () => (await stateOf(alumnus)) === 'ended', 'the end of the membership');
    await people.company.advance(60 * dayMs);
    expect(await templates(people)).toEqual(['confirm-address']);
    expect(await people.tablesWith(home)).toEqual([]);
  });
});

describe('the invitation follows the end of the employment', () => {
  test.each([
    ['put off', 30],
    ['brought forward', -8],
  ])('when it is %s', async (_how, days) => {
    const alumnus = await leaves(rig.open, { gardenLeave: 15 });
    const { people, end } = alumnus;
    const moved = dayAfter(end, days);
    await people.company.hris('move', { lastDay: moved });
    await people.company.advance(70 * dayMs);
    expect(await invitedOn(people)).toBe(dayAfter(moved, 8));
    expect((await templates(people)).filter((template) => template === 'T4')).toHaveLength(1);
  });
});

test('nothing can be done for forty days: what was due comes once afterwards, and nothing in a burst', async () => {
  const alumnus = await leaves(rig.open, { options: { config: { checkIns: { quiet: [] } } } });
  const { people } = alumnus;
  const { company } = people;
  await joins(alumnus);
  const invited = await company.nowMs();
  company.fail('tendMembership', 'unauthorized');
  await company.advance(40 * dayMs);
  expect(company.hits('tendMembership')).toBeGreaterThan(0);
  company.heal('tendMembership');
  await company.advance(400 * dayMs);
  const letters = (await people.letters(home)).slice(2);
  expect(letters.map(({ template }) => template)).toEqual(['C1', 'C3', 'C6', 'C12', 'C12R']);
  expect(letters[0]?.at).toBeGreaterThan(invited + 40 * dayMs);
  for (const [index, { at }] of letters.entries())
    if (index > 0) expect((at - (letters[index - 1]?.at ?? 0)) / dayMs).toBeGreaterThan(6);
  expect(new Set(letters.map(({ messageId }) => messageId)).size).toBe(letters.length);
});

/** The next such day from today on, one that is a working day. */
function next(today: string, fits: (day: DateTime) => boolean): string {
  let day = DateTime.fromISO(today, { zone }).plus({ days: 1 });
  while (!fits(day)) day = day.plus({ days: 1 });
  return day.toFormat('yyyy-MM-dd');
}

describe('the calendar’s corners', () => {
  test('clocks that change between the last day and the question move nothing', async () => {
    // From winter to summer time in March, and back in October.
    const on = (today: string) => next(today, (day) => day.month === 3 && day.day >= 1 && day.weekday === 1);
    const alumnus = await leaves(rig.open, { gardenLeave: 10, options: { on } });
    const { people, end } = alumnus;
    await joins(alumnus);
    await people.company.advance(300 * dayMs);
    expect(await invitedOn(people)).toBe(dayAfter(end, 8));
    const questions = (await people.letters(home)).slice(2);
    expect(questions.map(({ template }) => template)).toEqual(['C1', 'C3', 'C6']);
    for (const { at } of questions) {
      expect(local(at).toFormat('HH:mm') >= '10:00').toBe(true);
      expect(local(at).toFormat('HH:mm') < '15:00').toBe(true);
    }
  });

  test('a month after the last of January is the last of February, in a leap year too', async () => {
    const on = (today: string) => next(today, (day) => day.isInLeapYear && day.month === 1 && day.day === 31);
    const alumnus = await leaves(rig.open, {
      workingDays: 1,
      options: {
        on: (today) => DateTime.fromISO(on(today), { zone }).minus({ days: 12 }).toFormat('yyyy-MM-dd'),
        config: { checkIns: { jitter: '0bd', days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] } },
      },
      gardenLeave: 0,
    });
    const { people, saga } = alumnus;
    const january = local(await people.company.nowMs())
      .set({ day: 31 })
      .toFormat('yyyy-MM-dd');
    await people.company.hris('move', { lastDay: january });
    await joins(alumnus);
    await people.company.advance(120 * dayMs);
    expect((await saga.row()).card?.employmentEnd).toBe(january);
    const [, , first, third] = await people.letters(home);
    expect(local(first?.at ?? 0).toFormat('MM-dd')).toBe('02-29');
    expect(local(third?.at ?? 0).toFormat('MM-dd')).toBe('04-30');
  });
});

test('who is erased in the middle of the handover is gone everywhere but in the handover’s own records, and hears one word of farewell', async () => {
  const alumnus = await leaves(rig.open, { workingDays: 6 });
  const { people, saga } = alumnus;
  const { company } = people;
  const person = await company.personId(company.leaver.id);
  const { erasePerson } = await import('../../activities/erase.js');
  const erased = await erasePerson(company.core.deps, person, new Date(await company.nowMs()).toISOString());
  expect(erased.memberships).toBe(1);
  await people.arrived(async () => (await templates(people)).includes('T5'), 'the farewell');
  expect(await people.tablesWith(home)).toEqual([]);
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
  await company.advance(400 * dayMs);
  expect(await templates(people)).toEqual(['confirm-address', 'T5']);
  const question = await people.newest(home, 'confirm-address');
  expect(await answers(alumnus, question, { confirm: 'yes' })).toBeGreaterThanOrEqual(400);
});
