import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../src/domain/policy.js';
import { languages } from '../../src/domain/words.js';
import { linkPurposes, type LinkPurpose } from '../../src/store/links.js';
import { addIntroduction, addMember, addStep, now, openWeb, textOf, type Web } from './support.js';

let web: Web;
beforeAll(async () => void (web = await openWeb()));
afterAll(() => web.close());
beforeEach(() => void (web.woken.length = 0));

/** A link of every purpose that has something to show, in a language. */
async function linksOf(language: 'nl' | 'da' | 'en'): Promise<Record<LinkPurpose, string>> {
  const { people, stores, db } = web;
  web.parts.policy = {
    ...defaultPolicy,
    introductions: { ...defaultPolicy.introductions, contactConfirmationLink: true },
    messages: { ...defaultPolicy.messages, inPersonsName: true },
  };
  await web.open();
  for (const personId of Object.values(people)) await db.person.update({ where: { id: personId }, data: { language } });
  const handoverId = await web.handover();
  await addStep(web, handoverId, {
    number: 1,
    successorId: people.pieter,
    approverId: people.karin,
    state: 'waiting',
    bundle: 1,
  });
  await addStep(web, handoverId, { number: 2, successorId: people.lene, approverId: people.karin, state: 'verified', bundle: 2 });
  const call = { proposals: [{ start: '2026-12-01T09:00:00.000Z', end: '2026-12-01T09:30:00.000Z' }] };
  const first = await addIntroduction(
    web,
    handoverId,
    { name: 'Anna Berg', organisation: 'Acme', bundle: 1, language },
    { method: 'joint-call', state: 'agreed', ...call },
  );
  await addIntroduction(
    web,
    handoverId,
    { name: 'Bo Dahl', organisation: 'Bolt', bundle: 2, language, note: 'Likes a call.' },
    { method: 'email', state: 'agreed', needs: ['leaver-mail'], debtAt: now },
  );
  await stores.relationships.addMandate(handoverId, { kind: 'portal', title: 'Tender portal', dueDay: '2026-12-10' });
  const memberId = await addMember(web, handoverId, {
    language,
    state: 'joined',
    joinedAt: now,
    preferences: ['news'],
    pendingEmail: 'new@private.example',
  });
  await stores.members.consent(memberId, 'alumni', 'alumni-v1', now);
  await stores.tending.planCheckIn(memberId, 'P3M', now);
  await stores.members.updateCheckIn(memberId, 'P3M', { sentAt: now });
  const { hashOfAddress } = await import('../../src/web/address.js');
  const targets: Record<LinkPurpose, Parameters<Web['link']>[0]> = {
    address: { purpose: 'address', handoverId, personId: people.jeroen },
    confirm: { purpose: 'confirm', memberId, subject: hashOfAddress('new@private.example') },
    alumni: { purpose: 'alumni', memberId },
    'check-in': { purpose: 'check-in', memberId, subject: 'P3M' },
    'held-data': { purpose: 'held-data', memberId },
    plan: { purpose: 'plan', handoverId, personId: people.karin },
    list: { purpose: 'list', handoverId, personId: people.jeroen },
    work: { purpose: 'work', handoverId, personId: people.jeroen },
    contact: { purpose: 'contact', handoverId, subject: first.introduction },
    debts: { purpose: 'debts', handoverId, personId: people.karin },
    unsubscribe: { purpose: 'unsubscribe', memberId },
  };
  const entries = await Promise.all(linkPurposes.map(async (purpose) => [purpose, await web.link(targets[purpose])] as const));
  const byPurpose = new Map(entries);
  const tokenOf = (purpose: LinkPurpose): string => byPurpose.get(purpose) ?? '';
  return {
    address: tokenOf('address'),
    confirm: tokenOf('confirm'),
    alumni: tokenOf('alumni'),
    'check-in': tokenOf('check-in'),
    'held-data': tokenOf('held-data'),
    plan: tokenOf('plan'),
    list: tokenOf('list'),
    work: tokenOf('work'),
    contact: tokenOf('contact'),
    debts: tokenOf('debts'),
    unsubscribe: tokenOf('unsubscribe'),
  };
}

describe('a page shows and does nothing', () => {
  test.each(languages)('every page in %s says everything, in that language, and a GET changes no row', async (language) => {
    const links = await linksOf(language);
    const before = await web.everything();
    for (const purpose of linkPurposes) {
      const page = await web.get(`/${purpose === 'unsubscribe' ? 'u' : 'l'}/${links[purpose]}?a=yes`);
      expect([purpose, page.status]).toEqual([purpose, 200]);
      expect(page.html).toContain(`<html lang="${language}">`);
      expect(page.html).toContain('method="post"');
      const text = textOf(page.html);
      expect(text).not.toMatch(/\{\w+\}|undefined|\[object|NaN|null/);
      expect(text.length).toBeGreaterThan(100);
    }
    expect(await web.everything()).toBe(before);
    expect(web.woken).toEqual([]);
  });

  test('no page loads, runs or leaks anything: strict headers on every answer', async () => {
    const links = await linksOf('en');
    for (const path of [`/l/${links.list}`, '/l/nothing', `/u/${links.unsubscribe}`]) {
      const { headers, html } = await web.get(path);
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none';style-src 'sha256-[\w+/=]+';form-action 'self';base-uri 'none';frame-ancestors 'none'$/,
      );
      expect(headers).toMatchObject({
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
      });
      expect(html).not.toMatch(/<script|<img|<link|style="|onclick/);
    }
  });
});

describe('links that lead nowhere', () => {
  test.each(['nothing', 'a'.repeat(300), '%00', '\'; drop table "Link"; --', '..%2f..%2fetc'])('%s is unknown', async (token) => {
    const json = await web.get(`/l/${encodeURIComponent(token)}`, { accept: 'application/json' });
    expect([json.status, JSON.parse(json.html)]).toMatchObject([404, { error: { code: 'unknown-link' } }]);
    expect((await web.post(`/u/${encodeURIComponent(token)}`, {}, { accept: '*/*' })).status).toBe(404);
  });

  test('a used link and one whose time is over say so, to people and to programs', async () => {
    const memberId = await addMember(web, await web.handover());
    const expired = await web.link({ purpose: 'alumni', memberId, expiresAt: now });
    const used = await web.link({ purpose: 'confirm', memberId, subject: 'x' });
    await web.db.link.updateMany({ where: { memberId, purpose: 'confirm' }, data: { usedAt: now } });
    for (const [token, code] of [
      [expired, 'expired-link'],
      [used, 'used-link'],
    ] as const) {
      const program = await web.get(`/l/${token}`, { accept: 'application/json' });
      expect([program.status, JSON.parse(program.html)]).toMatchObject([410, { error: { code } }]);
      const person = await web.post(`/l/${token}`, { confirm: 'yes', join: 'yes' });
      expect([person.status, person.headers['content-type']]).toEqual([410, 'text/html; charset=utf-8']);
      expect(person.html).toContain('<html lang="en">');
    }
  });

  test('an unknown link answers in the language of the browser', async () => {
    expect((await web.get('/l/nothing', { 'accept-language': 'fr, da-DK;q=0.8, en;q=0.5' })).html).toContain('<html lang="da">');
  });

  test('only the purpose of one click answers at /u', async () => {
    const memberId = await addMember(web, await web.handover());
    expect((await web.post(`/u/${await web.link({ purpose: 'alumni', memberId })}`, {})).status).toBe(404);
  });
});

test.each(languages)('contacts can read in %s what happens to their details', async (language) => {
  const page = await web.get('/privacy', { 'accept-language': language });
  expect(page.html).toContain(`<html lang="${language}">`);
  expect(textOf(page.html)).toContain('fg@vlietstra.example');
});

describe('what is sent', () => {
  test('a form of more than 64 KB is refused before it is read', async () => {
    const memberId = await addMember(web, await web.handover());
    const token = await web.link({ purpose: 'alumni', memberId });
    const page = await web.post(`/l/${token}`, `join=yes&x=${'a'.repeat(70_000)}`, { accept: 'application/json' });
    expect([page.status, JSON.parse(page.html)]).toMatchObject([413, { error: { code: 'body-too-large' } }]);
    expect((await web.stores.members.get(memberId)).state).toBe('invited');
  });

  test('a body that is no form, and a button that no page has, do nothing', async () => {
    const memberId = await addMember(web, await web.handover());
    const token = await web.link({ purpose: 'alumni', memberId });
    const before = await web.everything();
    expect((await web.post(`/l/${token}`, '{"join":"yes"}', { 'content-type': 'application/json' })).status).toBe(415);
    expect((await web.post(`/l/${token}`, { surprise: 'yes' })).status).toBe(415);
    expect((await web.post(`/l/${token}`, 'join=yes', { 'content-type': 'text/csv' })).status).toBe(415);
    expect(await web.everything()).toBe(before);
  });

  test('many requests from one address are told to wait', async () => {
    web.parts.perMinute = { pages: 3, unsubscribe: 5 };
    await web.open();
    const statuses = [];
    for (let nth = 0; nth < 5; nth += 1) statuses.push((await web.get('/l/nothing', { accept: 'application/json' })).status);
    expect(statuses).toEqual([404, 404, 404, 429, 429]);
    expect((await web.post('/u/nothing', {})).status).toBe(404);
    web.parts.perMinute = { pages: 100_000, unsubscribe: 100_000 };
    await web.open();
  });

  test('neither a token nor an address reaches the log, not even when a page fails', async () => {
    const memberId = await addMember(web, await web.handover());
    const token = await web.link({ purpose: 'check-in', memberId, subject: 'P1M' });
    const { find } = web.stores.members;
    Object.assign(web.stores.members, { find: () => Promise.reject(new Error(`/l/${token} of jeroen@private.example`)) });
    const page = await web.get(`/l/${token}`);
    Object.assign(web.stores.members, { find });
    expect(page.status).toBe(500);
    expect(web.log()).toContain('a page failed');
    expect(web.log()).not.toContain(token);
    expect(web.log()).not.toContain('private.example');
  });
});
