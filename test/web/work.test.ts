import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../src/domain/policy.js';
import { addIntroduction, addMember, addStep, now, openWeb, textOf, type Told, type Web } from './support.js';

let web: Web;
beforeAll(async () => void (web = await openWeb()));
afterAll(() => web.close());
beforeEach(async () => {
  web.woken.length = 0;
  web.decisions.length = 0;
  web.decide.answer = { ok: true };
  web.parts.now = now;
  web.parts.policy = defaultPolicy;
  await web.open();
});

const slots = [
  { start: '2026-11-20T09:00:00.000Z', end: '2026-11-20T09:30:00.000Z' },
  { start: '2026-12-01T09:00:00.000Z', end: '2026-12-01T09:30:00.000Z' },
  { start: '2026-12-02T13:00:00.000Z', end: '2026-12-02T13:30:00.000Z' },
];

const over = '2026-11-20T09:00:00.000Z';
const later = ['2026-12-01T09:00:00.000Z', '2026-12-02T13:00:00.000Z'] as const;

/** Jeroen hands two accounts to Pieter and one to Lene. */
async function departure(card: Parameters<Web['handover']>[0] = {}, told: Told = 'contacts') {
  const handoverId = await web.handover(card, told);
  const { people } = web;
  const approver = { approverId: people.karin, state: 'verified' };
  await addStep(web, handoverId, { number: 1, successorId: people.pieter, bundle: 1, ...approver });
  await addStep(web, handoverId, { number: 2, successorId: people.lene, bundle: 2, ...approver });
  const call = await addIntroduction(
    web,
    handoverId,
    { name: 'Anna Berg', organisation: 'Acme', bundle: 1, note: 'Annas note', topic: 'the tender' },
    { method: 'joint-call', state: 'agreed', proposals: slots, needs: ['leaver-call'] },
  );
  const mail = await addIntroduction(
    web,
    handoverId,
    { name: 'Bo Dahl', organisation: 'Bolt', bundle: 2, note: 'Bos note', topic: 'the renewal' },
    { method: 'email', state: 'agreed', needs: ['leaver-mail'] },
  );
  const pathOf = async (personId: string) => `/l/${await web.link({ purpose: 'work', handoverId, personId })}`;
  return {
    handoverId,
    call: call.introduction,
    mail: mail.introduction,
    leaver: await pathOf(people.jeroen),
    pieter: await pathOf(people.pieter),
    lene: await pathOf(people.lene),
    rowOf: (id: string) => web.db.introduction.findUniqueOrThrow({ where: { id } }),
  };
}

describe('what waits for the leaver', () => {
  test('a call is booked at one of its times, and can be moved; a time that is over is not', async () => {
    const { handoverId, leaver, call, rowOf } = await departure();
    const { html } = await web.get(leaver);
    expect([...html.matchAll(/name="time" value="([^"]+)"/g)].map((match) => match[1])).toEqual(later);
    expect(textOf(html)).toContain('dinsdag 1 december om 10.00 uur');
    await web.post(leaver, { introduction: call, time: over });
    await web.post(leaver, { introduction: call, time: '2026-12-01T10:00:00.000Z' });
    expect((await rowOf(call)).state).toBe('agreed');
    await web.post(leaver, { introduction: call, time: later[0] });
    expect(await rowOf(call)).toMatchObject({ state: 'scheduled', callStart: new Date('2026-12-01T09:00:00.000Z') });
    await web.post(leaver, { introduction: call, time: later[1] });
    expect(await rowOf(call)).toMatchObject({
      state: 'scheduled',
      callStart: new Date('2026-12-02T13:00:00.000Z'),
      callEnd: new Date('2026-12-02T13:30:00.000Z'),
    });
    expect(web.woken).toContain(`introductions ${handoverId}`);
  });

  test('a draft in the contact’s language opens in the mail program with the successor in cc; "I have sent it" counts once', async () => {
    const { leaver, mail, rowOf } = await departure();
    const { html } = await web.get(leaver);
    const href = /href="(mailto:[^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(href).toMatch(/^mailto:bo@bolt\.example\?cc=lene%40vlietstra\.example&subject=Introducing%20Lene%20Holm/);
    expect(decodeURIComponent(href)).toContain('the renewal in particular');
    expect(html).not.toContain('name="send"');
    await web.post(leaver, { done: mail });
    web.parts.now = '2026-11-24T09:00:00.000Z';
    await web.open();
    await web.post(leaver, { done: mail });
    expect((await rowOf(mail)).sentAt?.toISOString()).toBe(now);
  });

  test('a mail goes in the leaver’s name only where the company allows it, once, and never after the last working day', async () => {
    const { leaver, mail, handoverId } = await departure();
    await web.post(leaver, { send: mail });
    expect(await web.db.mail.count({ where: { handoverId } })).toBe(0);
    web.parts.policy = { ...defaultPolicy, messages: { ...defaultPolicy.messages, inPersonsName: true } };
    web.parts.now = '2026-12-18T23:30:00.000Z';
    await web.open();
    await web.post(leaver, { send: mail });
    expect(await web.db.mail.count({ where: { handoverId } })).toBe(0);
    web.parts.now = now;
    await web.open();
    await web.post(leaver, { send: mail });
    const again = await web.post(leaver, { send: mail });
    expect(await web.db.mail.findMany({ where: { handoverId } })).toMatchObject([
      {
        key: `introduction/${mail}`,
        scope: 'introductions',
        scopeId: handoverId,
        template: 'T3',
        audience: 'contact',
        personal: true,
        to: 'bo@bolt.example',
        cc: ['lene@vlietstra.example'],
        fromName: 'Jeroen de Vries',
        replyTo: 'jeroen@vlietstra.example',
        state: 'queued',
      },
    ]);
    expect(again.html).not.toContain(`name="send" value="${mail}"`);
  });

  test.each<[string, Parameters<typeof departure>[0], Told]>([
    ['contacts have not been told', {}, 'team'],
    ['the leaver may only be asked for the list', { competitor: 'unknown', asking: 'limited' }, 'contacts'],
    ['the leaver was dismissed', { reason: 'dismissal', asking: 'none' }, 'contacts'],
  ])('nothing is shown and nothing happens when %s', async (_why, card, told) => {
    const { leaver, call, mail, rowOf } = await departure(card, told);
    const { html } = await web.get(leaver);
    expect(html).not.toMatch(/mailto:|name="(time|done|send)"|Anna|Bo Dahl/);
    await web.post(leaver, { introduction: call, time: later[0] });
    await web.post(leaver, { done: mail });
    expect([(await rowOf(call)).state, (await rowOf(mail)).sentAt]).toEqual(['agreed', null]);
  });

  test.each([{ paused: true }, { held: true }, { restoring: 'rescinded' }, { inForce: false }])(
    '%j: the page says so, and no button works',
    async (stopped) => {
      const { handoverId, leaver, mail, rowOf } = await departure();
      await web.stores.handovers.update(handoverId, stopped);
      expect(textOf((await web.get(leaver)).html)).toContain('De overdracht staat stil');
      await web.post(leaver, { done: mail });
      expect((await rowOf(mail)).sentAt).toBeNull();
    },
  );
});

describe('what waits for a successor', () => {
  test('only their own contacts, with the leaver’s note, and nothing private of the leaver', async () => {
    const { handoverId, pieter, lene, call, mail } = await departure();
    await addMember(web, handoverId, { email: 'jeroen@home.example', language: 'nl' });
    await web.db.introduction.update({ where: { id: call }, data: { state: 'scheduled', callStart: now, callEnd: now } });
    await web.db.introduction.update({ where: { id: mail }, data: { state: 'sent', sentAt: now } });
    const forPieter = (await web.get(pieter)).html;
    const forLene = (await web.get(lene)).html;
    expect(forPieter).toContain('Annas note');
    expect(forPieter).not.toMatch(/Bo Dahl|Bos note/);
    expect(forLene).toContain('Bos note');
    expect(forLene).not.toMatch(/Anna|Annas note/);
    expect(forPieter + forLene).not.toMatch(/home\.example|resignation|hubspot/);
    await web.post(pieter, { done: mail });
    expect((await web.db.introduction.findUniqueOrThrow({ where: { id: mail } })).successorAt).toBeNull();
    await web.post(lene, { done: mail });
    expect((await web.db.introduction.findUniqueOrThrow({ where: { id: mail } })).successorAt?.toISOString()).toBe(now);
  });

  test('a call is noted as held with the successor’s own contact', async () => {
    const { pieter, call, rowOf } = await departure();
    await web.db.introduction.update({ where: { id: call }, data: { state: 'scheduled', callStart: now, callEnd: now } });
    await web.post(pieter, { done: call });
    expect(await rowOf(call)).toMatchObject({ heldAt: new Date(now), successorAt: new Date(now) });
    expect((await web.get(pieter)).html).not.toContain('Acme');
  });

  test('a note is written once the account has moved, in the agreed words where there are some', async () => {
    const { pieter, call, rowOf, handoverId } = await departure({ announcement: 'We say it like this.' });
    await web.db.introduction.update({ where: { id: call }, data: { method: 'notice' } });
    await web.db.ownership.updateMany({ where: { handoverId, bundle: 1 }, data: { state: 'written' } });
    expect((await web.get(pieter)).html).not.toContain('mailto:');
    await web.db.ownership.updateMany({ where: { handoverId, bundle: 1 }, data: { state: 'verified' } });
    const { html } = await web.get(pieter);
    expect(html).toContain('We say it like this.');
    expect(html).not.toContain('cc=');
    await web.post(pieter, { done: call });
    expect((await rowOf(call)).sentAt?.toISOString()).toBe(now);
  });

  test('after a death nothing is written to anybody', async () => {
    const { pieter, call } = await departure({ reason: 'death', asking: 'none' });
    await web.db.introduction.update({ where: { id: call }, data: { method: 'notice' } });
    expect((await web.get(pieter)).html).not.toContain('mailto:');
  });

  test('a refusal is noted once and takes the contact off the page', async () => {
    const { pieter, call, rowOf, handoverId } = await departure();
    await web.db.introduction.update({ where: { id: call }, data: { state: 'scheduled', callStart: now, callEnd: now } });
    const page = await web.post(pieter, { refuse: call });
    expect(textOf(page.html)).toContain('We stellen iemand anders voor');
    expect(page.html).not.toContain('Acme');
    expect(await rowOf(call)).toMatchObject({ state: 'scheduled', refusedAt: new Date(now) });
    expect(web.woken).toEqual([`introductions ${handoverId}`]);
  });

  test('a contact who wants to hear from nobody is noted as such', async () => {
    const { pieter, call, rowOf } = await departure();
    await web.db.introduction.update({ where: { id: call }, data: { state: 'scheduled', callStart: now, callEnd: now } });
    const page = await web.post(pieter, { 'refuse-all': call });
    expect(textOf(page.html)).toContain('dit contact krijgt niets meer');
    expect(await rowOf(call)).toMatchObject({ refusedAt: new Date(now), reason: 'no-contact' });
  });
});

describe('the contact’s own answer', () => {
  async function contactLink() {
    const { handoverId, call, rowOf } = await departure();
    const path = async () => `/l/${await web.link({ purpose: 'contact', handoverId, subject: call })}`;
    return { call, rowOf, path };
  }

  test('is not asked for unless the company wants it', async () => {
    const { path, call, rowOf } = await contactLink();
    expect((await web.post(await path(), { decline: 'no' })).status).toBe(410);
    expect((await rowOf(call)).refusedAt).toBeNull();
  });

  test.each([
    ['confirm', { repliedAt: new Date(now), refusedAt: null }],
    ['decline', { repliedAt: null, refusedAt: new Date(now) }],
  ])('%s counts once', async (button, kept) => {
    web.parts.policy = { ...defaultPolicy, introductions: { ...defaultPolicy.introductions, contactConfirmationLink: true } };
    await web.open();
    const { path, call, rowOf } = await contactLink();
    const link = await path();
    expect(textOf((await web.get(link)).html)).toContain('Pieter Smit');
    await web.post(link, { [button]: 'yes' });
    expect(await rowOf(call)).toMatchObject(kept);
    expect((await web.post(link, { decline: 'no', confirm: 'yes' })).status).toBe(410);
    expect(await rowOf(call)).toMatchObject(kept);
  });
});

describe('the plan', () => {
  async function plan() {
    const { people } = web;
    const handoverId = await web.handover();
    await addStep(web, handoverId, {
      number: 1,
      successorId: people.pieter,
      approverId: people.karin,
      state: 'waiting',
      bundle: 1,
    });
    await addStep(web, handoverId, {
      number: 2,
      successorId: people.lene,
      approverId: people.karin,
      state: 'waiting',
      bundle: 2,
    });
    await addIntroduction(
      web,
      handoverId,
      { name: 'Anna Berg', organisation: 'Acme', bundle: 1, note: 'private words' },
      { method: 'email', state: 'proposed' },
    );
    await web.db.relationship.updateMany({ where: { handoverId }, data: { onlyTie: true, value: 123_456 } });
    const waitingFor = [{ what: 'approval', step: 's1', until: '2026-11-26T11:00:00.000Z' }];
    await web.stores.handovers.setStanding(handoverId, { stage: 'awaiting-approval', waitingFor, dueAt: null });
    return { handoverId, path: `/l/${await web.link({ purpose: 'plan', handoverId, personId: people.karin })}` };
  }

  test('says what is asked until when, who gets what and what needs an eye; no reason, note or value', async () => {
    const { path } = await plan();
    const text = textOf((await web.get(path)).html);
    expect(text).toContain('Graag je besluit vóór donderdag 26 november om 12.00 uur');
    expect(text).toMatch(/Pieter Smit 1 1 1 .*Lene Holm 1 0 1/);
    expect(text).toMatch(/Acme niemand anders kent ze Pieter Smit/);
    expect(text).not.toMatch(/resignation|private words|123|hubspot/);
  });

  test('approval and sending back are decisions of this approver, with comment and version', async () => {
    const { path, handoverId } = await plan();
    await web.post(path, { approve: 's1', planVersion: '1', comment: 'Good.' });
    await web.post(path, { 'refuse-step': 's2', planVersion: '1', comment: '' });
    await web.post(path, { approve: 'all', planVersion: '1' });
    const by = web.people.karin;
    expect(web.decisions).toEqual([
      { handover: handoverId, name: 'approve', input: { step: 's1', planVersion: 1 }, who: { by, comment: 'Good.' } },
      { handover: handoverId, name: 'refuse', input: { step: 's2', planVersion: 1 }, who: { by } },
      { handover: handoverId, name: 'approve', input: { step: 'all', planVersion: 1 }, who: { by } },
    ]);
  });

  test('"all" is what waits for this approver, when others are asked about the rest', async () => {
    const { path, handoverId } = await plan();
    await addStep(web, handoverId, {
      number: 3,
      successorId: web.people.karin,
      approverId: web.people.pieter,
      state: 'waiting',
      bundle: 3,
    });
    expect(textOf((await web.get(path)).html)).not.toContain('Karin Bakker 1');
    await web.post(path, { approve: 'all', planVersion: '1' });
    expect(web.decisions.map(({ input }) => input)).toEqual([
      { step: 's1', planVersion: 1 },
      { step: 's2', planVersion: 1 },
    ]);
  });

  test('a decision that is refused says why, as text', async () => {
    const { path } = await plan();
    web.decide.answer = { ok: false, code: 'plan-changed', text: 'The plan <b>changed</b>.' };
    const page = await web.post(path, { approve: 's1', planVersion: '1' });
    expect(page.status).toBe(409);
    expect(page.html).toContain('The plan &lt;b&gt;changed&lt;/b&gt;.');
  });

  test.each(['approve=s1;+drop&planVersion=1', 'approve=s1&planVersion=x', 'approve=s1', 'comment=x'])(
    '%s decides nothing',
    async (fields) => {
      const { path } = await plan();
      expect((await web.post(path, fields)).status).toBe(415);
      expect(web.decisions).toEqual([]);
    },
  );
});

describe('what was never introduced', () => {
  test('is tried again from today, or closed with a reason, once', async () => {
    const { handoverId, call, mail, rowOf } = await departure();
    const debt = { state: 'lapsed', debtAt: '2026-10-01T00:00:00.000Z', debtFollowUps: 3 };
    await web.db.introduction.updateMany({ where: { handoverId }, data: debt });
    const path = `/l/${await web.link({ purpose: 'debts', handoverId, personId: web.people.karin })}`;
    expect((await web.post(path, { 'write-off': call, [`reason.${call}`]: ' ' })).status).toBe(400);
    await web.post(path, { 'write-off': call, [`reason.${call}`]: 'They closed down.' });
    await web.post(path, { keep: mail });
    await web.post(path, { keep: call });
    expect(await rowOf(call)).toMatchObject({ debtClosedAt: new Date(now), debtResolution: 'They closed down.' });
    expect(await rowOf(mail)).toMatchObject({ debtAt: new Date(now), debtFollowUps: 0, debtClosedAt: null });
  });
});
