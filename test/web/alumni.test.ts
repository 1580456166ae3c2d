import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Reason } from '../../src/domain/words.js';
import { addMember, now, openWeb, textOf, type Web } from './support.js';

let web: Web;
beforeAll(async () => void (web = await openWeb()));
afterAll(() => web.close());
beforeEach(() => void (web.woken.length = 0));

/** The link in the newest mail to an address, as its path. */
async function linkIn(to: string): Promise<string> {
  const mail = await web.db.mail.findFirstOrThrow({ where: { to }, orderBy: { createdAt: 'desc' } });
  return /https:\/\/baton\.vlietstra\.example(\/l\/[\w-]+)/.exec(mail.text)?.[1] ?? '';
}

async function addressLink(reason: Reason = 'resignation'): Promise<{ readonly path: string; readonly handoverId: string }> {
  const handoverId = await web.handover({ reason });
  return { handoverId, path: `/l/${await web.link({ purpose: 'address', handoverId, personId: web.people.jeroen })}` };
}

/** A question that is still to go. */
async function queueQuestion(key: string, id: string, to: string): Promise<void> {
  const about = { scope: 'membership', scopeId: id, memberId: id, handoverId: null, personId: null } as const;
  await web.stores.mails.queue({ key, ...about, template: 'C1', audience: 'alumnus', to, subject: 's', text: 't' });
}

async function alumnus(set: Parameters<typeof addMember>[2] = {}) {
  const id = await addMember(web, await web.handover(), set);
  const { email } = await web.stores.members.get(id);
  return { id, email: email ?? '', path: `/l/${await web.link({ purpose: 'alumni', memberId: id })}` };
}

describe('a private address counts only when its owner has said so', () => {
  test('typed in, mailed, opened, confirmed: only the last step makes it an address to write to', async () => {
    const { path, handoverId } = await addressLink();
    expect((await web.post(path, { address: 'save', email: 'jeroen@home.example', language: 'da' })).status).toBe(200);
    const asked = await web.stores.members.ofHandover(handoverId);
    expect(asked).toMatchObject({ state: 'asked', email: null, pendingEmail: 'jeroen@home.example', language: 'da' });
    expect(web.woken).toEqual([`handover ${handoverId}`]);
    const mail = await web.db.mail.findFirstOrThrow({ where: { to: 'jeroen@home.example' } });
    expect(mail).toMatchObject({
      template: 'confirm-address',
      audience: 'alumnus',
      scope: 'handover',
      scopeId: handoverId,
      memberId: asked?.id,
    });
    expect(mail.subject).toBe('Bekræft din mailadresse');

    const confirm = await linkIn('jeroen@home.example');
    expect(textOf((await web.get(confirm)).html)).toContain('jeroen@home.example');
    expect((await web.stores.members.ofHandover(handoverId))?.email).toBeNull();
    expect((await web.post(confirm, { confirm: 'yes' })).status).toBe(200);
    const member = await web.stores.members.ofHandover(handoverId);
    expect(member).toMatchObject({ state: 'confirmed', email: 'jeroen@home.example', pendingEmail: null });
    expect(member?.confirmedAt?.toISOString()).toBe(now);
    expect(member?.consents).toMatchObject([{ purpose: 'alumni-address', wording: 'alumni-v1', withdrawnAt: null }]);
    expect(web.woken).toContain(`membership ${member?.id}`);
    expect((await web.post(confirm, { confirm: 'yes' })).status).toBe(410);
  });

  test('the same address is mailed once; another one makes the first link worthless', async () => {
    const { path, handoverId } = await addressLink();
    await web.post(path, { email: 'first@home.example' });
    await web.post(path, { email: 'first@home.example' });
    expect(await web.db.mail.count({ where: { to: 'first@home.example' } })).toBe(1);
    await web.post(path, { email: 'second@home.example' });
    expect((await web.post(await linkIn('first@home.example'), { confirm: 'yes' })).status).toBe(410);
    expect((await web.stores.members.ofHandover(handoverId))?.email).toBeNull();
    await web.post(await linkIn('second@home.example'), { confirm: 'yes' });
    expect((await web.stores.members.ofHandover(handoverId))?.email).toBe('second@home.example');
  });

  test('nobody has strangers written to: five addresses are enough for typing errors', async () => {
    const { path, handoverId } = await addressLink();
    for (const nth of [1, 2, 3, 4, 5]) expect((await web.post(path, { email: `try${nth}@five.example` })).status).toBe(200);
    const page = await web.post(path, { email: 'try6@five.example' });
    expect([page.status, textOf(page.html)]).toEqual([400, expect.stringContaining('karin@vlietstra.example')]);
    expect((await web.stores.members.ofHandover(handoverId))?.pendingEmail).toBe('try5@five.example');
    expect(await web.db.mail.count({ where: { to: { endsWith: '@five.example' } } })).toBe(5);
    // One of the five may still be taken.
    expect((await web.post(path, { email: 'try2@five.example' })).status).toBe(200);
    expect((await web.stores.members.ofHandover(handoverId))?.pendingEmail).toBe('try2@five.example');
  });

  test.each([
    'jeroen@home.example\r\nBcc: all@home.example',
    'jeroen@home.example,other@home.example',
    'Jeroen <jeroen@home.example>',
    'jeroen@home.example other',
    'jeroen@localhost',
    '"jeroen"@home.example',
    'jeroen@@home.example',
    `${'a'.repeat(250)}@home.example`,
    '',
    'jeroen@vlietstra.example',
  ])('%j is not taken as an address', async (email) => {
    const { path, handoverId } = await addressLink();
    const page = await web.post(path, { email });
    expect(page.status).toBe(400);
    expect(page.html).toContain('aria-invalid="true"');
    expect(await web.stores.members.ofHandover(handoverId)).toBeNull();
  });

  test('an address that is not to be written to again gets no mail, and nobody can tell', async () => {
    await web.stores.members.suppress('gone@home.example', 'stopped', '2028-01-01T00:00:00.000Z');
    const known = await addressLink();
    const fresh = await addressLink();
    const suppressed = await web.post(known.path, { email: 'gone@home.example' });
    const usual = await web.post(fresh.path, { email: 'here@home.example' });
    expect(textOf(suppressed.html)).toBe(textOf(usual.html));
    expect(await web.db.mail.count({ where: { to: 'gone@home.example' } })).toBe(0);
    expect(textOf((await web.get(known.path)).html)).toBe(textOf((await web.get(fresh.path)).html));
  });

  test.each<Reason>(['dismissal', 'summary-dismissal', 'death', 'incapacity', 'mutual-agreement', 'unknown', 'role-change'])(
    '%s asks for no address, whatever is sent',
    async (reason) => {
      const { path, handoverId } = await addressLink(reason);
      expect((await web.get(path)).status).toBe(410);
      expect((await web.post(path, { email: 'jeroen@home.example' })).status).toBe(410);
      expect(await web.stores.members.ofHandover(handoverId)).toBeNull();
    },
  );

  test('what is typed in is shown as text', async () => {
    const { path } = await addressLink();
    const { html } = await web.post(path, { email: '"><script>alert(1)</script>' });
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
  });
});

describe('joining and leaving', () => {
  test('joining records a consent for belonging and for each subject, with wording and time', async () => {
    const { id, path } = await alumnus();
    const page = await web.post(path, 'join=yes&preference=news&preference=linkedin-group&preference=made-up');
    expect(page.html).toContain('https://www.linkedin.com/groups/1/');
    const member = await web.stores.members.get(id);
    expect(member).toMatchObject({ state: 'joined', preferences: ['news', 'linkedin-group'] });
    expect(member.joinedAt?.toISOString()).toBe(now);
    expect(member.consents.map(({ purpose, wording }) => `${purpose} ${wording}`).sort()).toEqual([
      'alumni alumni-v1',
      'linkedin-group alumni-v1',
      'news alumni-v1',
    ]);
    expect(web.woken).toEqual([`membership ${id}`]);
  });

  test('a later visit changes the subjects and keeps what an answer added; the group is a word of the person', async () => {
    const { id, path } = await alumnus({
      state: 'joined',
      joinedAt: '2026-01-01T00:00:00.000Z',
      preferences: ['news', 'advice'],
    });
    await web.stores.members.consent(id, 'news', 'alumni-v1', '2026-01-01T00:00:00.000Z');
    await web.post(path, { save: 'yes', preference: 'courses' });
    const member = await web.stores.members.get(id);
    expect(member.preferences).toEqual(['courses', 'advice']);
    expect(member.joinedAt?.toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(member.consents.find(({ purpose }) => purpose === 'news')?.withdrawnAt?.toISOString()).toBe(now);
    await web.post(path, { group: 'joined' });
    expect((await web.stores.members.get(id)).groupAt?.toISOString()).toBe(now);
  });

  test('what an answer permitted is taken back as easily: the tie goes, and a person is asked to remove the contact', async () => {
    const { id, path } = await alumnus({ state: 'joined', joinedAt: now, preferences: ['advice'], recall: true });
    for (const purpose of ['alumni', 'approach-at-employer', 'advice', 'recall'])
      await web.stores.members.consent(id, purpose, 'check-in-v1', now);
    await web.stores.tending.planCheckIn(id, 'P3M', now);
    await web.stores.members.updateCheckIn(id, 'P3M', { sentAt: now });
    await web.stores.members.answer(id, 'P3M', 'yes', { employer: 'Acme', role: 'Buyer', call: true }, now);
    expect((await web.get(path)).html).toMatch(/name="permit" value="approach-at-employer" checked/);
    // A form from before the answers, without their lines, takes nothing back.
    await web.post(path, { save: 'yes' });
    expect(await web.stores.members.hasConsent(id, 'approach-at-employer')).toBe(true);
    const shown = ['approach-at-employer', 'advice', 'recall'].map((purpose) => `permitted=${purpose}`).join('&');
    await web.post(path, `save=yes&${shown}&permit=advice`);
    const open = (await web.stores.members.get(id)).consents.filter(({ withdrawnAt }) => withdrawnAt === null);
    expect(open.map(({ purpose }) => purpose).toSorted()).toEqual(['advice', 'alumni']);
    const left = await web.stores.members.get(id);
    expect(left).toMatchObject({ preferences: ['advice'], recall: false, state: 'joined' });
    expect(left.checkIns.map(({ detail }) => detail)).toEqual([{ call: true }]);
    const mail = await web.db.mail.findUniqueOrThrow({ where: { key: `contact-remove/${id}/hubspot` } });
    expect(mail).toMatchObject({
      to: 'karin@vlietstra.example',
      audience: 'internal',
      template: 'contact-errand',
      memberId: null,
    });
    expect(mail.text).toContain('Jeroen de Vries');
    expect(await web.db.errand.findUniqueOrThrow({ where: { key: mail.key } })).toMatchObject({
      what: 'remove-contact',
      doneAt: null,
    });
  });

  test('whoever leaves and was a contact at an employer is one no more: the request outlives the erasure', async () => {
    const { id, path } = await alumnus({ state: 'joined', joinedAt: now });
    await web.stores.members.consent(id, 'approach-at-employer', 'check-in-v1', now);
    await web.post(path, { stop: 'yes' });
    const mail = await web.db.mail.findUniqueOrThrow({ where: { key: `contact-remove/${id}/hubspot` } });
    expect([mail.state, mail.text]).toEqual(['queued', expect.stringContaining('Jeroen de Vries')]);
    const clicked = await alumnus({ state: 'joined', joinedAt: now });
    await web.stores.members.consent(clicked.id, 'approach-at-employer', 'check-in-v1', now);
    await web.stores.members.errand({
      key: `keep/${clicked.id}`,
      memberId: clicked.id,
      to: 'k',
      what: 'keep-contact',
      createdAt: now,
    });
    await web.post(`/u/${await web.link({ purpose: 'unsubscribe', memberId: clicked.id })}`, { 'List-Unsubscribe': 'One-Click' });
    expect(await web.db.mail.count({ where: { key: `contact-remove/${clicked.id}/hubspot` } })).toBe(1);
    // Nobody adds a contact any more who is to be removed.
    expect(await web.stores.members.errands({ memberId: clicked.id, doneAt: null })).toEqual([]);
    const other = await alumnus({ state: 'joined', joinedAt: now });
    await web.post(other.path, { stop: 'yes' });
    expect(await web.db.mail.count({ where: { key: { startsWith: `contact-remove/${other.id}` } } })).toBe(0);
  });

  test.each([
    ['decline', 'declined', {}],
    ['stop', 'ended', { state: 'joined', joinedAt: now }],
    ['erase', 'erased', { state: 'joined', joinedAt: now }],
  ] as const)('%s erases at once: no address, no answer, no mail but one farewell', async (button, state, set) => {
    const { id, path, email } = await alumnus(set);
    await web.stores.members.consent(id, 'alumni', 'alumni-v1', now);
    await queueQuestion(`waiting/${id}`, id, email);
    expect((await web.post(path, { [button]: 'yes' })).status).toBe(200);
    expect(await web.stores.members.get(id)).toMatchObject({
      state,
      email: null,
      pendingEmail: null,
      preferences: [],
      consents: [],
    });
    expect(await web.stores.members.isSuppressed(email, now)).toBe(true);
    const mails = await web.db.mail.findMany({ where: { to: email } });
    expect(mails.map(({ template, state: mailState }) => `${template} ${mailState}`)).toEqual(['T5 queued']);
    expect(await web.db.mail.findUniqueOrThrow({ where: { key: `waiting/${id}` } })).toMatchObject({ state: 'failed', to: '' });
    expect(web.woken).toEqual([`membership ${id}`]);
    expect((await web.post(path, { join: 'yes' })).status).toBe(404);
    expect((await web.stores.members.get(id)).state).toBe(state);
  });

  test.each(['asked', 'confirmed'])('nobody joins who was not invited (%s)', async (state) => {
    const { id, path } = await alumnus({ state, invitedAt: null });
    expect((await web.post(path, { join: 'yes' })).status).toBe(410);
    expect((await web.stores.members.get(id)).state).toBe(state);
  });
});

describe('one click', () => {
  test.each([
    ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
    ],
  ])('stops at once when sent as %s, and again', async (type, body) => {
    const { id, email } = await alumnus({ state: 'joined', joinedAt: now });
    await web.stores.members.consent(id, 'alumni', 'alumni-v1', now);
    await queueQuestion(`flight/${id}`, id, email);
    const path = `/u/${await web.link({ purpose: 'unsubscribe', memberId: id, expiresAt: '2026-01-01T00:00:00.000Z' })}`;
    for (let nth = 0; nth < 2; nth += 1) {
      const page = await web.post(path, body, { 'content-type': type, accept: '*/*' });
      expect([page.status, page.headers['set-cookie']]).toEqual([200, undefined]);
    }
    const member = await web.stores.members.get(id);
    expect(member.stoppedAt?.toISOString()).toBe(now);
    expect(member.consents.every(({ withdrawnAt }) => withdrawnAt !== null)).toBe(true);
    expect((await web.db.mail.findUniqueOrThrow({ where: { key: `flight/${id}` } })).state).toBe('failed');
    expect(web.woken).toEqual([`membership ${id}`]);
    const alumni = await web.link({ purpose: 'alumni', memberId: id });
    expect((await web.post(`/l/${alumni}`, { save: 'yes', preference: 'news' })).status).toBe(410);
  });
});

describe('the one question of a check-in', () => {
  async function asked(kind: string, set: Parameters<typeof addMember>[2] = {}) {
    const { id } = await alumnus({ state: 'joined', joinedAt: now, ...set });
    await web.stores.tending.planCheckIn(id, kind, now);
    await web.stores.members.updateCheckIn(id, kind, { sentAt: now });
    const path = `/l/${await web.link({ purpose: 'check-in', memberId: id, subject: kind })}`;
    const answerOf = async () => (await web.stores.members.get(id)).checkIns.find((row) => row.kind === kind);
    return { id, path, answerOf };
  }

  test.each([
    ['P1M', false, ['good', 'so-so', 'not-good']],
    ['P3M', false, ['yes', 'no']],
    ['P6M', false, ['thanks', 'none']],
    ['P12M', false, ['keep-me-posted', 'maybe', 'stay', 'remove']],
    ['P1M', true, ['good', 'so-so', 'not-good']],
    ['P6M', true, ['yes', 'no']],
    ['P12M', true, ['stay', 'remove']],
  ] as const)('%s, retired %s, has its own answers', async (kind, retiree, answers) => {
    const { html } = await web.get((await asked(kind, { retiree })).path);
    expect([...html.matchAll(/name="answer" value="([^"]+)"/g)].map((match) => match[1])).toEqual(answers);
  });

  test('a link in the mail preselects and still waits for the button; the first answer counts, in any order', async () => {
    const { id, path, answerOf } = await asked('P1M');
    const page = await web.get(`${path}?a=not-good`);
    expect(page.html).toMatch(/value="not-good" class="main"/);
    expect((await answerOf())?.answeredAt).toBeNull();
    await web.post(`${path}?a=not-good`, { answer: 'good', call: 'yes', phone: '+31 6 1234' });
    await web.post(path, { answer: 'not-good' });
    expect(await answerOf()).toMatchObject({ answer: 'good', detail: { call: true, phone: '+31 6 1234' } });
    expect(web.woken).toEqual([`membership ${id}`]);
  });

  test('a new employer is kept only with its name and its own consent; a no keeps nothing', async () => {
    const { id, path, answerOf } = await asked('P3M');
    for (const given of ['employer=Acme', 'consent=yes']) {
      const page = await web.post(path, `answer=yes&${given}`);
      expect([page.status, (await answerOf())?.answer]).toEqual([400, null]);
    }
    await web.post(path, { answer: 'yes', employer: 'Acme', role: 'Buyer', consent: 'yes' });
    expect((await answerOf())?.detail).toEqual({ employer: 'Acme', role: 'Buyer', consent: true });
    expect(await web.stores.members.hasConsent(id, 'approach-at-employer')).toBe(true);
    const other = await asked('P3M');
    await web.post(other.path, { answer: 'no', employer: 'Acme', consent: 'yes' });
    expect(await other.answerOf()).toMatchObject({ answer: 'no', detail: null });
    expect(await web.stores.members.hasConsent(other.id, 'approach-at-employer')).toBe(false);
  });

  test('"please remove me" erases at once', async () => {
    const { id, path } = await asked('P12M');
    await web.post(path, { answer: 'remove' });
    expect(await web.stores.members.get(id)).toMatchObject({ state: 'ended', email: null });
  });

  test('a question that was not sent, an answer of another question, and an ended membership take nothing', async () => {
    const { path, answerOf } = await asked('P1M');
    expect((await web.post(path, { answer: 'keep-me-posted' })).status).toBe(415);
    expect((await answerOf())?.answer).toBeNull();
    const { id } = await alumnus({ state: 'joined', joinedAt: now });
    await web.stores.tending.planCheckIn(id, 'P1M', now);
    expect(
      (await web.post(`/l/${await web.link({ purpose: 'check-in', memberId: id, subject: 'P1M' })}`, { answer: 'good' })).status,
    ).toBe(410);
    const stopped = await asked('P1M', { stoppedAt: now });
    expect((await web.post(stopped.path, { answer: 'good' })).status).toBe(410);
    expect((await stopped.answerOf())?.answer).toBeNull();
  });
});

describe('what is held', () => {
  test('everything about this person is shown, and nothing about another', async () => {
    const { id, email } = await alumnus({ state: 'joined', joinedAt: now });
    const other = await alumnus({ state: 'joined', joinedAt: now, email: 'other@private.example' });
    await web.stores.members.consent(id, 'news', 'alumni-v1', now);
    await web.stores.tending.planCheckIn(id, 'P1M', now);
    await web.stores.members.updateCheckIn(id, 'P1M', {
      sentAt: now,
      answeredAt: now,
      answer: 'good',
      detail: { phone: '+31 6 999' },
    });
    const path = `/l/${await web.link({ purpose: 'held-data', memberId: id })}`;
    const text = textOf((await web.get(path)).html);
    for (const held of [
      'How was the goodbye?',
      'Jeroen de Vries',
      email,
      'News',
      'alumni-v1',
      'Monday 23 November 2026',
      'Good',
      '+31 6 999',
      'Thursday 31 December 2026',
    ])
      expect(text).toContain(held);
    expect(text).not.toContain('other@private.example');
    // Only this link's own membership can be erased with it.
    await web.post(path, { erase: 'yes', member: other.id });
    expect((await web.stores.members.get(other.id)).email).toBe('other@private.example');
    expect(textOf((await web.post(path, { erase: 'yes', member: id })).html)).toContain('holds nothing about you');
    expect((await web.stores.members.get(id)).email).toBeNull();
  });

  test('the named person at HR sees whom to call, in the company’s language, and can neither read the rest nor erase it', async () => {
    const { id, email } = await alumnus({ state: 'joined', joinedAt: now });
    await web.stores.tending.planCheckIn(id, 'P1M', now);
    await web.stores.members.updateCheckIn(id, 'P1M', {
      sentAt: now,
      answeredAt: now,
      answer: 'not-good',
      detail: { call: true, phone: '+31 6 999' },
    });
    const path = `/l/${await web.link({ purpose: 'held-data', memberId: id, subject: 'talk' })}`;
    const text = textOf((await web.get(path)).html);
    expect(text).toMatch(/Jeroen de Vries wil graag gebeld worden.*Niet goed.*\+31 6 999/);
    expect(text).not.toContain(email);
    expect((await web.post(path, { erase: 'yes', member: id })).status).toBe(415);
    expect((await web.stores.members.get(id)).email).toBe(email);
    await web.stores.members.errand({ key: `talk/${id}/a`, memberId: id, to: 'k', what: 'call-alumnus', createdAt: now });
    expect((await web.post(path, { called: 'yes' })).status).toBe(200);
    expect((await web.stores.members.errands({ memberId: id })).map(({ doneAt }) => doneAt?.toISOString())).toEqual([now]);
  });
});
