import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rowCounts } from '../../src/store/counts.js';
import { addContact, ahead, openCompany, type Company } from './departures.js';
import { documentOf } from './support.js';

let company: Company;
let folder: string;
beforeAll(async () => {
  company = await openCompany();
  folder = await mkdtemp(join(tmpdir(), 'baton-test-cli-'));
});
afterAll(() => company.close());
beforeEach(() => void (company.temporal.woken.length = 0));

const call = { method: 'joint-call', state: 'agreed', needs: ['leaver-call'] };
const mail = { method: 'email', state: 'agreed', needs: ['leaver-mail'], tier: 'B' };
const times = [-1, 10, 11].map((days) => ({ start: ahead(days), end: ahead(days + 0.02) }));
const debt = { method: 'email', state: 'lapsed', debtAt: '2026-11-02T09:00:00.000Z', debtFollowUps: 2 };

async function file(text: string | Uint8Array): Promise<string> {
  const path = join(folder, 'contacts.csv');
  await writeFile(path, text);
  return path;
}

const rowOf = (id: string) => company.db.introduction.findUniqueOrThrow({ where: { id } });

describe("the leaver's list", () => {
  test('is shown with tier, introduction and successor; what was taken out is counted and not named', async () => {
    const id = await company.departure();
    await addContact(company, id, 1, call, { wish: 'joint-call' });
    await addContact(company, id, 2, mail, { givenName: 'Geheim', private: true });
    const ran = await company.ask('list', id);
    expect(ran.exit).toBe(0);
    expect(ran.out).toMatch(/Anna Berg 1 +Acme 1 +A +call +agreed +Pieter Smit/);
    expect(ran.out).toContain('1 taken out as private');
    expect(ran.out).not.toContain('Geheim');
    expect(documentOf(await company.ask('list', id, '--json'))).toMatchObject({
      handover: `handover/${id}`,
      relationships: [
        { id: `r-${id}-1`, tier: 'A', wish: 'call', introduction: { state: 'agreed' }, successor: company.people.pieter },
      ],
      takenOut: 1,
    });
  });

  test('goes out as CSV, comes back changed, and applied twice changes nothing more', async () => {
    const id = await company.departure();
    await addContact(company, id, 1, call);
    await addContact(company, id, 2, mail);
    const csv = (await company.ask('list', id, '--csv')).out;
    expect(csv.startsWith('\uFEFFid,given name,')).toBe(true);
    const changed = csv
      .split('\r\n')
      .map((line) => (line.includes('Berg 1') ? line.replace(/,A,,,,$/, ',B,mail,the tender,Annas note,') : line))
      .map((line) => (line.includes('Berg 2') ? line.replace(/,$/, ',yes') : line))
      .join('\r\n');
    const path = await file(`${changed},Mette,Skov,Kommune,mette@kommune.example,,C,,,,\r\n`);
    const result = { changed: 1, added: 1, takenOut: 1, unchanged: 0 };
    const dry = documentOf(await company.ask('list', id, '--apply', path, '--dry-run', '--json'));
    expect(dry).toEqual({ handover: `handover/${id}`, ...result, dryRun: true });
    expect(
      await company.db.relationship.count({ where: { handoverId: id, OR: [{ private: true }, { source: 'leaver' }] } }),
    ).toBe(0);
    expect(company.temporal.woken).toEqual([]);
    expect(documentOf(await company.ask('list', id, '--apply', path, '--json'))).toMatchObject({ ...result, dryRun: false });
    expect(await company.stores.relationships.find(id, `r-${id}-1`)).toMatchObject({
      marked: 'B',
      wish: 'email',
      topic: 'the tender',
      note: 'Annas note',
    });
    expect(await company.stores.relationships.find(id, `r-${id}-2`)).toMatchObject({ private: true, familyName: null });
    expect(company.temporal.woken).toEqual([`handover/${id}/introductions`]);
    const again = documentOf(await company.ask('list', id, '--apply', path, '--json'));
    expect(again).toMatchObject({ changed: 0, added: 0, takenOut: 0, unchanged: 3 });
  });

  test('with one bad line is not applied at all, and every bad line is named', async () => {
    const id = await company.departure();
    await addContact(company, id, 1, call);
    const path = await file(`id,tier,note\nr-${id}-1,B,fine\nr-unknown,C,x\n,Z,\n`);
    const ran = await company.ask('list', id, '--apply', path, '--json');
    expect(ran.exit).toBe(2);
    expect(documentOf(ran)).toMatchObject({ error: { code: 'invalid-list', path: 'line 4' } });
    const wrongId = await file(`id,tier,note\nr-${id}-1,B,fine\nr-unknown,C,x\n`);
    expect((await company.ask('list', id, '--apply', wrongId)).err).toContain('line 3: this id is not on the list');
    expect(await company.stores.relationships.find(id, `r-${id}-1`)).toMatchObject({ marked: null, note: null });
  });

  test.each([
    ['no text', Buffer.from([0xff, 0x00, 0x81]), 'invalid-list'],
    ['a zip bomb by another name', Buffer.alloc(5_000_000), 'invalid-list'],
    ['nothing', '', 'invalid-list'],
  ])('refuses a file that is %s', async (_what, content, code) => {
    const id = await company.departure();
    const ran = await company.ask('list', id, '--apply', await file(content), '--json');
    expect(ran.exit).toBe(2);
    expect(documentOf(ran)).toMatchObject({ error: { code } });
  });

  test('refuses a file that is not there, and a folder', async () => {
    const id = await company.departure();
    for (const path of [join(folder, 'nowhere.csv'), folder])
      expect(documentOf(await company.ask('list', id, '--apply', path, '--json'))).toMatchObject({
        error: { code: 'unreadable-file' },
      });
  });

  test.each<[string, Parameters<Company['departure']>, string]>([
    ['was dismissed', [{ reason: 'dismissal', asking: 'none' }], 'not-permitted'],
    ['is not to be asked', [{ asking: 'none' }], 'not-permitted'],
    ['was not released', [{}, { releasedAt: null }], 'not-waiting'],
    ['stays after all', [{}, { inForce: false }], 'not-waiting'],
  ])('takes no list for a leaver who %s', async (_what, [card, row], code) => {
    const id = await company.departure(card, row);
    const { relationship } = await addContact(company, id, 1, call);
    const ran = await company.ask('list', id, '--apply', await file(`id,tier\n${relationship},B\n`), '--json');
    expect(ran.exit).toBe(3);
    expect(documentOf(ran)).toMatchObject({ error: { code } });
    expect(await company.stores.relationships.find(id, relationship)).toMatchObject({ marked: null });
  });
});

describe('the checklist of mandates', () => {
  test('takes a line, ticks it off and opens it again', async () => {
    const id = await company.departure();
    const line = [
      '--add',
      'bank-signature',
      '--title',
      'Rabobank,\u0007 joint',
      '--detail',
      'Two of three',
      '--due',
      '2099-11-30',
    ];
    const added = documentOf(await company.ask('mandates', id, ...line, '--json'));
    expect(added).toMatchObject({
      mandates: [
        { kind: 'bank-signature', title: 'Rabobank, joint', detail: 'Two of three', dueDay: '2099-11-30', doneAt: null },
      ],
    });
    const mandate = String(Object(added).mandates[0].id);
    expect((await company.ask('mandates', id, '--done', mandate)).out).toMatch(/Rabobank, joint .* done/);
    expect(documentOf(await company.ask('mandates', id, '--open', mandate, '--json'))).toMatchObject({
      mandates: [{ doneAt: null }],
    });
  });

  test('goes out as CSV and comes back: lines are added, changed, ticked and opened, all of them or none', async () => {
    const id = await company.departure();
    const { relationships } = company.stores;
    await relationships.addMandate(id, { kind: 'seat', title: '=1+1', detail: 'Board, "Acme"' });
    await relationships.addMandate(id, { kind: 'portal', title: 'Customs', dueDay: '2099-11-30' });
    const { out } = await company.ask('mandates', id, '--csv');
    expect(out).toContain(`,'=1+1,"Board, ""Acme""",,no`);
    const apply = async (text: string) => documentOf(await company.ask('mandates', id, '--apply', await file(text), '--json'));
    const edited = out.replace(',no\r\n', ',yes\r\n').replace('Customs', 'Customs portal');
    expect(await apply(`${edited},permit,Import licence,,2099-12-01,\r\n`)).toMatchObject({
      mandates: [
        { kind: 'seat', title: '=1+1', detail: 'Board, "Acme"', doneAt: expect.any(String) },
        { kind: 'portal', title: 'Customs portal', dueDay: '2099-11-30', doneAt: null },
        { kind: 'permit', title: 'Import licence', dueDay: '2099-12-01', doneAt: null },
      ],
    });
    const before = await relationships.mandates(id);
    const wrong = ['id,kind,title,detail,due,done', ',seat,Fine,,,', 'a-nobody,seat,,,,', ',crown,X,,tomorrow,perhaps'].join(
      '\n',
    );
    const refused = await apply(wrong);
    expect(refused).toMatchObject({ error: { code: 'invalid-list' } });
    expect(JSON.stringify(refused)).toMatch(
      /line 3.*not on the checklist.*needs a title.*line 4.*kind must be.*due must be.*done must be/,
    );
    expect(await relationships.mandates(id)).toEqual(before);
    expect(await apply('title\nFine\n')).toMatchObject({ error: { code: 'invalid-list' } });
  });

  test('knows no line of another handover', async () => {
    const [id, other] = [await company.departure(), await company.departure()];
    const mandate = await company.stores.relationships.addMandate(other, { kind: 'seat', title: 'Board' });
    expect(documentOf(await company.ask('mandates', id, '--done', mandate, '--json'))).toMatchObject({
      error: { code: 'unknown-mandate' },
    });
    expect((await company.stores.relationships.mandates(other))[0]?.doneAt).toBeNull();
  });
});

describe('introductions', () => {
  test('are shown with their times, debts, and who is asked for what', async () => {
    const id = await company.departure();
    await addContact(company, id, 1, { ...call, proposals: times });
    await addContact(company, id, 2, { ...debt, needs: ['successor-contact'] });
    await addContact(company, id, 3, call, { private: true });
    const { out } = await company.ask('introductions', id);
    expect(out).toMatch(/Anna Berg 1 .* agreed .* Jeroen Vries: book the call/);
    expect(out).toMatch(/Anna Berg 2 .* lapsed .*since Mon, 2 Nov 2026 .*Pieter Smit: get in touch/);
    expect(out).toMatch(/Anna Berg 1 · Acme 1 +1: .* 2: .* 3: /);
    expect(out).not.toContain('Berg 3');
    expect(documentOf(await company.ask('introductions', id, '--json'))).toMatchObject({
      introductions: [
        { id: `i-${id}-1`, state: 'agreed', times, debt: null, needs: ['leaver-call'], successor: company.people.pieter },
        { id: `i-${id}-2`, debt: { since: debt.debtAt, reminders: 2, closedAt: null } },
      ],
    });
  });

  test('the clean-up list has what nobody is introduced to, with its last activity', async () => {
    const id = await company.departure();
    await addContact(company, id, 1, { ...call, proposals: times });
    await addContact(
      company,
      id,
      2,
      { tier: 'D', method: 'none', state: 'waived', reason: 'clean-up-list' },
      { lastActivity: '2024-03-01' },
    );
    const { out } = await company.ask('introductions', id, '--clean-up');
    expect(out).toMatch(/Acme 2 .*Anna Berg 2 .*Fri, 1 Mar 2024/);
    expect(out).not.toContain('Berg 1');
    expect(documentOf(await company.ask('introductions', id, '--clean-up', '--json'))).toMatchObject({
      introductions: [{ organisation: 'Acme 2', lastActivity: '2024-03-01', reason: 'clean-up-list' }],
    });
    expect((await company.ask('introductions', await company.departure(), '--clean-up')).out).toMatch(/Nothing is on/);
  });

  test('a call is booked at a time that is still to come, and moved; a time that is over is refused', async () => {
    const id = await company.departure();
    const { introduction } = await addContact(company, id, 1, { ...call, proposals: times });
    expect(documentOf(await company.ask('introduction', id, introduction, '--time', '1', '--json'))).toMatchObject({
      error: { code: 'time-gone' },
    });
    expect((await company.ask('introduction', id, introduction, '--time', '4')).exit).toBe(3);
    expect((await rowOf(introduction)).state).toBe('agreed');
    for (const [number, start] of [
      ['2', times[1]?.start],
      ['3', times[2]?.start],
    ] as const) {
      expect((await company.ask('introduction', id, introduction, '--time', number)).exit).toBe(0);
      const row = await rowOf(introduction);
      expect([row.state, row.callStart?.toISOString()]).toEqual(['scheduled', start]);
    }
    expect(company.temporal.woken).toEqual([`handover/${id}/introductions`, `handover/${id}/introductions`]);
  });

  test.each<[string, Parameters<Company['departure']>]>([
    ['contacts may not know', [{}, { toldContactsAt: null }]],
    ['the handover is paused', [{}, { paused: true }]],
    ['no calls are allowed', [{ competitor: 'yes', asking: 'limited' }]],
  ])('no invitation goes out while %s', async (_what, [card, row]) => {
    const id = await company.departure(card, row);
    const { introduction } = await addContact(company, id, 1, { ...call, proposals: times });
    expect(documentOf(await company.ask('introduction', id, introduction, '--time', '2', '--json'))).toMatchObject({
      error: { code: 'not-waiting' },
    });
    expect(await rowOf(introduction)).toMatchObject({ state: 'agreed', callStart: null });
  });

  test('what took place is written once, in its column, and nowhere else', async () => {
    const id = await company.departure();
    const booked = { ...call, state: 'scheduled', callStart: times[0]?.start, callEnd: times[0]?.end };
    const held = (await addContact(company, id, 1, booked)).introduction;
    const sent = (await addContact(company, id, 2, mail)).introduction;
    const contacted = (await addContact(company, id, 3, { ...mail, state: 'sent', sentAt: '2026-11-02T09:00:00.000Z' }))
      .introduction;
    expect(documentOf(await company.ask('introduction', id, held, '--held', '--json'))).toEqual({
      handover: `handover/${id}`,
      introduction: held,
      marked: 'held',
    });
    await company.ask('introduction', id, sent, '--sent');
    await company.ask('introduction', id, contacted, '--contacted');
    const at = expect.any(Date);
    expect(await rowOf(held)).toMatchObject({ state: 'scheduled', heldAt: at, successorAt: at, sentAt: null });
    expect(await rowOf(sent)).toMatchObject({ state: 'agreed', sentAt: at, successorAt: null });
    expect(await rowOf(contacted)).toMatchObject({ state: 'sent', successorAt: at, doneAt: null });
    expect(await company.stores.decisions.list(id)).toEqual([]);
  });

  test('what does not fit is refused: a mail was not held, a call was not sent, a note does not go before the move', async () => {
    const id = await company.departure();
    const booked = (await addContact(company, id, 1, { ...call, state: 'scheduled' })).introduction;
    const written = (await addContact(company, id, 2, mail)).introduction;
    const note = (await addContact(company, id, 3, { method: 'notice', state: 'agreed', tier: 'C' })).introduction;
    for (const [introduction, mark] of [
      [written, '--held'],
      [booked, '--sent'],
      [note, '--sent'],
      [written, '--contacted'],
      [written, '--keep-trying'],
    ] as const)
      expect(documentOf(await company.ask('introduction', id, introduction, mark, '--json'))).toMatchObject({
        error: { code: 'not-waiting' },
      });
    expect(company.temporal.woken).toEqual([]);
    expect((await company.ask('introduction', id, 'i-unknown', '--held')).exit).toBe(2);
  });

  test('a refusal is a decision with a name; one that wants to hear from nobody says so', async () => {
    const id = await company.departure();
    const one = (await addContact(company, id, 1, mail)).introduction;
    const nobody = (await addContact(company, id, 2, mail)).introduction;
    expect((await company.ask('introduction', id, one, '--refused', '--as', 'karin@vlietstra.example')).exit).toBe(0);
    expect((await company.ask('introduction', id, nobody, '--refused', '--no-contact')).exit).toBe(0);
    expect(await rowOf(one)).toMatchObject({ refusedAt: expect.any(Date), reason: null });
    expect(await rowOf(nobody)).toMatchObject({ refusedAt: expect.any(Date), reason: 'no-contact' });
    expect((await company.ask('introduction', id, one, '--refused')).exit).toBe(3);
    expect(await company.stores.decisions.list(id)).toMatchObject([
      { action: 'introduction-refused', input: { introduction: one }, by: company.people.karin, result: 'applied' },
      { action: 'introduction-refused', input: { introduction: nobody, noContact: true }, by: null, result: 'applied' },
    ]);
  });

  test('a debt is written off with its reason, or asked for anew; then it counts no more, or from today', async () => {
    const id = await company.departure();
    const off = (await addContact(company, id, 1, debt)).introduction;
    const kept = (await addContact(company, id, 2, debt)).introduction;
    const before = (await rowCounts(company.db)).debts;
    expect(documentOf(await company.ask('handovers', '--json'))).toHaveProperty(
      'handovers',
      expect.arrayContaining([expect.objectContaining({ handover: `handover/${id}`, debts: 2 })]),
    );
    expect((await company.ask('show', id)).out).toContain('2 accounts moved before the introduction took place');
    expect(
      (await company.ask('introduction', id, off, '--write-off', '--reason', 'they went bankrupt', '--as', company.people.karin))
        .exit,
    ).toBe(0);
    expect((await company.ask('introduction', id, kept, '--keep-trying')).exit).toBe(0);
    expect(await rowOf(off)).toMatchObject({ debtClosedAt: expect.any(Date), debtResolution: 'they went bankrupt' });
    const again = await rowOf(kept);
    expect([again.debtClosedAt, again.debtFollowUps, (again.debtAt?.toISOString() ?? '') > debt.debtAt]).toEqual([null, 0, true]);
    expect((await rowCounts(company.db)).debts).toBe(before - 1);
    expect(documentOf(await company.ask('show', id, '--json'))).toMatchObject({
      status: { debts: 1, introductions: { lapsed: 2 }, membership: null },
    });
    const [decision] = await company.stores.decisions.list(id);
    expect(decision).toMatchObject({
      action: 'introduction-written-off',
      comment: 'they went bankrupt',
      by: company.people.karin,
    });
    expect((await company.ask('introduction', id, off, '--keep-trying')).exit).toBe(3);
  });

  test('stand also while Temporal is away, and it is said that nobody was told', async () => {
    const id = await company.departure();
    const { introduction } = await addContact(company, id, 1, mail);
    const ran = await company.askAlone('introduction', id, introduction, '--sent', '--json');
    expect(ran.exit).toBe(0);
    expect(ran.err).toContain('at its next look');
    expect((await rowOf(introduction)).sentAt).not.toBeNull();
  });
});

test('names from other systems move no cursor', async () => {
  const id = await company.departure();
  await addContact(company, id, 1, call, { givenName: '\u001b[2JAnna', organisation: 'Ac\u0007me' });
  const { out } = await company.ask('list', id);
  expect(out).not.toContain('\u001b');
  expect(out).toContain('Ac me');
});

describe('a legal hold', () => {
  const member = async (handoverId: string): Promise<string> => {
    const { employmentId } = await company.db.handover.findUniqueOrThrow({ where: { id: handoverId } });
    const known = { employmentId, handoverId, connection: 'bamboohr-nl', country: 'NL', language: 'nl' };
    const rest = { retiree: false, redundancy: false, checkInsAllowed: true, employmentEnd: ahead(45) };
    return company.stores.members.open({ personId: company.people.jeroen, ...known, ...rest });
  };
  const holdOf = async (id: string) => (await company.db.releaseCard.findUniqueOrThrow({ where: { handoverId: id } })).legalHold;

  test('is put on and lifted after the close, with its reason, and the membership looks again', async () => {
    const id = await company.departure({}, { stage: 'closed', outcome: 'completed', closedAt: ahead(-1) });
    const membership = await member(id);
    const on = await company.ask('legal-hold', id, '--on', '--reason', 'claim 2026-114', '--json');
    expect(documentOf(on)).toEqual({ handover: `handover/${id}`, legalHold: true });
    expect(await holdOf(id)).toBe(true);
    const off = await company.ask('legal-hold', id, '--off', '--reason', 'settled', '--as', 'karin@vlietstra.example');
    expect([off.exit, off.out]).toEqual([0, expect.stringContaining('lifted')]);
    expect(await holdOf(id)).toBe(false);
    expect(company.temporal.woken).toEqual([`membership/${membership}`, `membership/${membership}`]);
    expect(await company.stores.decisions.list(id)).toMatchObject([
      { action: 'legal-hold', input: { legalHold: true }, by: null, comment: 'claim 2026-114', result: 'applied' },
      { action: 'legal-hold', input: { legalHold: false }, by: company.people.karin, comment: 'settled', result: 'applied' },
    ]);
  });

  test('that stands already is refused, and one without a reason or a direction is wrong usage', async () => {
    const id = await company.departure({ legalHold: true });
    const again = await company.ask('legal-hold', id, '--on', '--reason', 'x', '--json');
    expect([again.exit, documentOf(again)]).toEqual([3, { error: expect.objectContaining({ code: 'already-decided' }) }]);
    expect((await company.ask('legal-hold', id, '--off')).exit).toBe(2);
    expect((await company.ask('legal-hold', id, '--reason', 'x')).exit).toBe(2);
    expect((await company.ask('legal-hold', id, '--on', '--off', '--reason', 'x')).exit).toBe(2);
    expect(await holdOf(id)).toBe(true);
    expect(await company.stores.decisions.list(id)).toEqual([]);
    expect(company.temporal.woken).toEqual([]);
  });
});
