import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { usePeople, type People } from '../support/people.js';
import type { Letter } from '../support/postbox.js';
import { zone, type LedgerEntry, type Saga } from '../support/rig.js';

const rig = usePeople();
const dayMs = 24 * 3_600_000;
const local = (ms: number): DateTime => DateTime.fromMillis(ms, { zone });

/** When an account's owner was changed, by the world's clock; null while the leaver has it. */
function movedAt(ledger: readonly LedgerEntry[], account: string): number | null {
  const entry = ledger.find(
    ({ type, record, field }) => type === 'companies' && record === account && field === 'hubspot_owner_id',
  );
  return entry ? Date.parse(entry.at) : null;
}

/** One line of an invitation, such as `UID`. */
function lineOf(letter: Letter | undefined, name: string): string {
  return new RegExp(`^${name}[^:\\r\\n]*:(.*)$`, 'm').exec(letter?.calendar ?? '')?.[1]?.trim() ?? '';
}

/** Whom an invitation names: organiser and attendees. */
function invitedBy(letter: Letter): readonly string[] {
  return [...(letter.calendar ?? '').matchAll(/mailto:([^\s;:>]+)/gi)].map(([, address]) => address?.toLowerCase() ?? '');
}

/** Nobody got two digests on one day. */
async function expectOneDigestADay(people: People): Promise<void> {
  const seen = new Set<string>();
  for (const { recipients, at, messageId } of people.postbox.letters) {
    const row = await people.company.core.db.mail.findUnique({ where: { messageId } });
    if (row?.template !== 'digest') continue;
    const key = `${recipients.join()} ${local(at).toFormat('yyyy-MM-dd')}`;
    expect(seen.has(key), key).toBe(false);
    seen.add(key);
  }
  expect(seen.size).toBeGreaterThan(0);
}

/** Each task was created once. */
async function expectTasksOnce(people: People): Promise<void> {
  const keys = (await people.created('tasks')).map(({ key }) => key);
  expect(keys.length).toBeGreaterThan(0);
  expect(new Set(keys).size).toBe(keys.length);
}

async function one(people: People, saga: Saga, account: string) {
  const found = (await people.introductions(saga)).find((row) => row.account === account);
  if (!found) throw new Error('this account has no introduction');
  return found;
}

/** One of the times that an introduction proposes, as its button sends it. */
async function slot(people: People, saga: Saga, introduction: string, index: number): Promise<string> {
  const proposals = (await people.introductions(saga)).find(({ id }) => id === introduction)?.proposals;
  const chosen: unknown = Array.isArray(proposals) ? proposals[index] : null;
  if (typeof chosen !== 'object' || chosen === null || !('start' in chosen)) throw new Error('no such time is proposed');
  return String(chosen.start);
}

async function taskOf(people: People, introduction: string, kind: 'leaver' | 'successor') {
  const found = (await people.tasks()).findLast((task) => task.introduction === introduction && task.kind === kind);
  if (!found) throw new Error(`no task for the ${kind}`);
  return found;
}

test(
  'twenty accounts: A and B stay with the leaver until the contact knows the successor, C and D move with the plan, the rest is cold and a debt',
  { timeout: 300_000 },
  async () => {
    const people = await rig.open({ world: { leaver: { accounts: 20, contacts: 20, deals: 0, tickets: 0 } } });
    const { company } = people;
    const tiers = await people.sort({ A: 2, B: 6, C: 8, D: 4 });
    const lastDay = await company.workday(10);
    const saga = await company.startLeaver({ lastDay, reason: 'resignation' });
    await people.begin(saga, { competitor: 'no' });
    const count = async (tier: string) => (await people.introductions(saga)).filter((row) => row.tier === tier).length;
    expect([await count('A'), await count('B'), await count('C'), await count('D')]).toEqual([2, 6, 8, 4]);

    // Tier A: three times each, inside the working hours of both, none twice.
    const calls = (await people.introductions(saga)).filter((row) => row.tier === 'A');
    const slots = calls.flatMap(({ proposals }) => (Array.isArray(proposals) ? proposals : []));
    expect(slots).toHaveLength(6);
    const starts = slots.flatMap((slot) =>
      typeof slot === 'object' && slot !== null && 'start' in slot ? [String(slot['start'])] : [],
    );
    expect(new Set(starts).size).toBe(6);
    for (const start of starts) {
      const at = DateTime.fromISO(start, { zone });
      expect(at.weekday).toBeLessThan(6);
      expect(at.toFormat('HH:mm') >= '09:00' && at.toFormat('HH:mm') <= '16:30', start).toBe(true);
      expect(at.toMillis()).toBeGreaterThan(company.clockMs);
      expect(at.toFormat('yyyy-MM-dd') <= lastDay).toBe(true);
    }

    // The leaver books a call and moves it; everybody gets the same invitation, with a higher number.
    const [warm = '', cold = ''] = tiers.A;
    const call = await one(people, saga, warm);
    const leaver = company.leaver.email;
    const successor = await people.addressOfPerson(call.successorId);
    const work = await people.workLink(leaver, call.id);
    await people.press(work, { introduction: call.id, time: await slot(people, saga, call.id, 0) });
    const invited = (address: string) => people.to(address).filter(({ calendar }) => calendar !== null);
    await people.arrived(() => invited(call.email).length === 1, 'the invitation');
    await people.press(work, { introduction: call.id, time: await slot(people, saga, call.id, 1) });
    await people.arrived(() => invited(call.email).length === 2, 'the invitation to the new time');
    for (const address of [leaver, successor, call.email]) {
      const letters = invited(address);
      expect(letters.map((letter) => `${lineOf(letter, 'METHOD')} ${lineOf(letter, 'SEQUENCE')}`)).toEqual([
        'REQUEST 0',
        'REQUEST 1',
      ]);
      expect(new Set(letters.map((letter) => lineOf(letter, 'UID'))).size).toBe(1);
      expect(lineOf(letters[0], 'UID')).toBe(lineOf(invited(leaver)[0], 'UID'));
      expect(lineOf(letters[0], 'DTSTART')).not.toBe(lineOf(letters[1], 'DTSTART'));
      for (const letter of letters) expect(new Set(invitedBy(letter))).toEqual(new Set([leaver, successor, call.email]));
    }

    // The first evening: C and D move with the plan, A and B stay.
    await company.skipTo('20:00');
    await company.quiet();
    const early = await company.ledger();
    for (const account of [...tiers.C, ...tiers.D]) expect(movedAt(early, account), 'C and D').not.toBeNull();
    for (const account of [...tiers.A, ...tiers.B]) expect(movedAt(early, account), 'A and B').toBeNull();

    // The call takes place, the leaver ticks it off in the CRM; the next look sees it, and the account moves on the evening after.
    const start = (await one(people, saga, warm)).callStart?.getTime() ?? 0;
    await company.advance(start + 40 * 60_000 - (await company.nowMs()));
    await people.complete(await taskOf(people, call.id, 'leaver'));
    expect(movedAt(await company.ledger(), warm)).toBeNull();
    const isHeld = async () => (await one(people, saga, warm)).state === 'held';
    for (let hours = 0; hours < 24 && !(await isHeld()); hours += 1) await company.advance(3_600_000);
    expect(await isHeld()).toBe(true);
    await company.skipTo('20:00');
    await company.quiet();
    const moved = movedAt(await company.ledger(), warm) ?? 0;
    expect(moved).toBeGreaterThan(start);
    expect(moved - start).toBeLessThan(2 * dayMs);
    expect(local(moved).hour).toBeGreaterThanOrEqual(18);
    await people.complete(await taskOf(people, call.id, 'successor'));
    await company.skipTo('12:00', await company.workday(1));
    expect((await one(people, saga, warm)).state).toBe('done');

    // What the successor says on the page ends the task in the CRM.
    const note = await one(people, saga, tiers.C[0] ?? '');
    const notes = await people.workLink(await people.addressOfPerson(note.successorId), note.id);
    await people.press(notes, { done: note.id });
    await people.arrived(async () => !(await taskOf(people, note.id, 'successor')).isOpen, 'the end of the task');
    expect((await one(people, saga, note.account)).state).toBe('done');

    // Tier B: a few mails a day are put before the leaver, who says of three that they were sent.
    const [sent, unsent] = [tiers.B.slice(0, 3), tiers.B.slice(3)];
    for (const account of sent) {
      const { id } = await one(people, saga, account);
      for (let days = 0; days < 8 && !(await people.tasks()).some((task) => task.introduction === id); days += 1)
        await company.skipTo('12:00', await company.workday(1));
      await people.complete(await taskOf(people, id, 'leaver'));
    }
    const put = (await people.introductions(saga)).flatMap(({ tier, askedAt }) => (tier === 'B' && askedAt ? [askedAt] : []));
    const perDay = new Map<string, number>();
    for (const at of put) perDay.set(at.toISOString().slice(0, 10), (perDay.get(at.toISOString().slice(0, 10)) ?? 0) + 1);
    expect(Math.max(...perDay.values())).toBeLessThanOrEqual(2);

    // The last working day: at six everything else moves, cold.
    await company.skipTo('17:55', lastDay);
    await company.quiet();
    const before = await company.ledger();
    for (const account of sent) expect(movedAt(before, account), 'sent').not.toBeNull();
    for (const account of [...unsent, cold]) expect(movedAt(before, account), 'not introduced').toBeNull();
    await company.skipTo('19:00', lastDay);
    const after = await company.ledger();
    for (const account of [...unsent, cold])
      expect(local(movedAt(after, account) ?? 0).toFormat('yyyy-MM-dd HH')).toBe(`${lastDay} 18`);
    const done = await saga.close();
    expect(done.outcome).toBe('completed');
    expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);

    // What moved cold is a debt; what the successor does late closes it.
    const debts = async () =>
      (await people.introductions(saga)).filter((row) => row.debtAt !== null && row.debtClosedAt === null);
    expect((await debts()).map(({ account }) => account).toSorted()).toEqual([...unsent, cold].toSorted());
    const late = await one(people, saga, cold);
    await people.complete(await taskOf(people, late.id, 'successor'));
    await people.followUp();
    expect((await debts()).map(({ account }) => account)).not.toContain(cold);

    // Tier C: the successor's note, after the move; D is on the clean-up list and nobody writes.
    for (const account of tiers.C.slice(1))
      expect((await taskOf(people, (await one(people, saga, account)).id, 'successor')).isOpen).toBe(true);
    for (const account of tiers.D)
      expect(await one(people, saga, account)).toMatchObject({ state: 'waived', reason: 'clean-up-list' });
    await expectTasksOnce(people);
    await expectOneDigestADay(people);
    // The only mails to contacts are the invitations that the leaver asked for.
    const contacts = (await people.introductions(saga)).map(({ email }) => email);
    const reached = people.postbox.letters.filter(({ recipients }) => recipients.some((address) => contacts.includes(address)));
    expect(reached.map(({ recipients, calendar }) => `${recipients.join()} ${String(calendar !== null)}`)).toEqual([
      `${call.email} true`,
      `${call.email} true`,
    ]);
  },
);

describe('a withdrawn departure', () => {
  test(
    'cancels calls, takes tasks away, and leaves what contacts were told to a person’s draft',
    { timeout: 240_000 },
    async () => {
      const people = await rig.open({
        world: { leaver: { accounts: 4, contacts: 4, deals: 0, tickets: 0 } },
        config: { introductions: { look: '2bh', window: { calls: [0, 0.85], mails: [0, 0.9] } } },
      });
      const { company } = people;
      const before = await company.owners();
      const tiers = await people.sort({ A: 1, B: 3 });
      const saga = await company.startLeaver({ lastDay: await company.workday(9), reason: 'resignation' });
      await people.begin(saga, { competitor: 'no' });
      await people.arrived(async () => (await people.tasks()).length >= 2, 'the tasks');
      const told = (await people.tasks()).find(({ subject }) => subject.includes('mail') || subject.includes('Introduce'));
      if (!told) throw new Error('no mail was put before the leaver');
      await people.complete(told);
      const [account = ''] = tiers.A;
      const call = await one(people, saga, account);
      const work = await people.workLink(company.leaver.email, call.id);
      await people.press(work, { introduction: call.id, time: await slot(people, saga, call.id, 2) });
      const calendars = () => people.to(call.email).filter(({ calendar }) => calendar !== null);
      await people.arrived(() => calendars().length === 1, 'the invitation');
      const reached = people.postbox.letters.length;

      await company.hris('rescind', { how: 'clear' });
      const status = await saga.waitFor(({ stage, parked }) => stage === 'closed' || parked.length > 0, 'the rescission');
      // Contacts know, so whatever has moved meanwhile is taken back by a person.
      if (status.stage !== 'closed') await saga.decide('undo', { step: 'all' });
      await saga.close();
      await people.arrived(() => calendars().length === 2, 'the cancellation');
      const [request, cancel] = calendars();
      expect(lineOf(cancel, 'METHOD')).toBe('CANCEL');
      expect(lineOf(cancel, 'UID')).toBe(lineOf(request, 'UID'));
      expect(Number(lineOf(cancel, 'SEQUENCE'))).toBeGreaterThan(Number(lineOf(request, 'SEQUENCE')));
      await company.advance(2 * dayMs);
      expect((await people.tasks()).filter(({ isOpen }) => isOpen)).toEqual([]);
      expect((await company.ledger()).some(({ op, type }) => op === 'delete' && type === 'tasks')).toBe(true);
      const drafts = await people.letters(company.leaver.email, 'rescission-draft');
      expect(drafts).toHaveLength(1);
      const contacts = (await people.introductions(saga)).map(({ email }) => email);
      const after = people.postbox.letters
        .slice(reached)
        .filter(({ recipients }) => recipients.some((to) => contacts.includes(to)));
      expect(after.map((letter) => lineOf(letter, 'METHOD'))).toEqual(['CANCEL']);
      expect(await company.owners()).toEqual(before);
      await expectTasksOnce(people);
    },
  );

  test('and an ending that is in force again goes on with introductions', { timeout: 240_000 }, async () => {
    const people = await rig.open();
    const { company } = people;
    await people.sort({ A: 1, C: 1 });
    const saga = await company.startLeaver({ lastDay: await company.workday(9), reason: 'resignation' });
    await people.begin(saga, { competitor: 'no' });
    await company.skipTo('20:00');
    await company.hris('rescind', { how: 'clear' });
    await saga.waitFor(({ parked }) => parked.length > 0, 'the proposal to restore');
    await company.advance(dayMs);
    await company.hris('terminate', { lastDay: await company.workday(8), reason: 'resignation' });
    await saga.waitFor(({ parked }) => parked.length === 0, 'the proposal gone');
    await company.skipTo('12:00', await company.workday(1));
    const open = (await people.tasks()).filter(({ isOpen }) => isOpen);
    expect(open.map(({ kind }) => kind).toSorted()).toEqual(['leaver', 'successor']);
    await expectTasksOnce(people);
  });
});

test(
  'two departures at once: whoever takes over from both gets one mail a day, with both in it',
  { timeout: 240_000 },
  async () => {
    const people = await rig.open();
    const { company } = people;
    const mates = company.people.filter(
      ({ manager, hubspot, id }) => manager === company.leaver.manager && hubspot && id !== company.leaver.id,
    );
    const [second, successor] = mates;
    if (!second || !successor) throw new Error('the team is too small');
    await people.sort({ C: 2 });
    await people.sort({ C: 2 }, second);
    const lastDay = await company.workday(8);
    const sagas: Saga[] = [];
    for (const employee of [company.leaver.id, second.id]) {
      const saga = await company.startLeaver({ lastDay, reason: 'resignation', employee });
      await saga.waitFor(({ stage }) => stage === 'awaiting-release');
      await saga.release({ told: 'contacts' });
      const to = await company.personId(successor.id);
      for (const step of (await saga.status()).steps)
        if (step.successor !== to) await saga.decide('reassign', { step: step.id, successor: to });
      await saga.approveAll();
      sagas.push(saga);
    }
    await company.skipTo('09:00', await company.workday(2));
    const digests = await people.letters(successor.email, 'digest');
    expect(digests.length).toBeGreaterThan(0);
    const both = digests.at(-1);
    expect(new Set(both?.links).size).toBe(2);
    const pages = await Promise.all((both?.links ?? []).map((link) => people.open(link)));
    expect(pages.every(({ html }) => html.includes('<article'))).toBe(true);
    expect(sagas).toHaveLength(2);
    await expectOneDigestADay(people);
  },
);

test(
  'a CRM whose token was revoked stops introductions until somebody says retry, and HR hears of it',
  { timeout: 240_000 },
  async () => {
    const people = await rig.open();
    const { company } = people;
    await people.sort({ A: 1, C: 1 });
    const saga = await company.startLeaver({ lastDay: await company.workday(9), reason: 'resignation' });
    await saga.waitFor(({ stage }) => stage === 'awaiting-release', 'the release card');
    company.fail('introduce', 'unauthorized');
    await people.begin(saga, { competitor: 'no' });
    const { parked } = await saga.waitFor(
      (status) => status.parked.some(({ what }) => what === 'introductions'),
      'the parked introductions',
    );
    const hr = company.core.deps.hrRota[0] ?? '';
    await people.arrived(async () => (await people.letters(hr, 'need-parked')).length > 0, 'the mail to HR');
    await company.advance(3 * dayMs);
    expect(await people.letters(hr, 'need-parked')).toHaveLength(1);
    expect(await people.tasks()).toEqual([]);
    company.heal('introduce');
    await saga.decide('retry', { parked: parked[0]?.id ?? '' });
    await people.arrived(async () => (await people.tasks()).length > 0, 'the tasks');
    expect((await saga.status()).parked).toEqual([]);
    await expectTasksOnce(people);
  },
);
