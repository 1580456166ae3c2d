import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tendMembership } from '../../activities/membership.js';
import { run } from '../../src/cli/program.js';
import { loadConfig } from '../../src/config.js';
import { createCore, type Core } from '../../src/dependencies.js';
import { vendors } from '../../src/vendors/registry.js';
import { newLink } from '../../src/store/links.js';
import { ahead, openCompany, type Company } from './departures.js';
import { documentOf } from './support.js';

let company: Company;
let core: Core;
beforeAll(async () => {
  company = await openCompany();
  core = createCore(loadConfig(vendors, { ...company.variables, SMTP_URL: '' }, {}), 'test');
});
afterAll(async () => {
  await core.close();
  await company.close();
});
beforeEach(() => void (company.temporal.woken.length = 0));

const at = '2026-11-02T09:00:00.000Z';

/** A made-up personal string for every column that can hold one; each is to be found nowhere afterwards. */
function markersOf(key: string) {
  const marker = (what: string) => `marker-${key}-${what}`;
  const names = ['private', 'pending', 'preference', 'answer', 'detail', 'wording', 'errand', 'subject', 'text', 'html'] as const;
  const more = [
    'sent',
    'draft',
    'link',
    'tie-name',
    'tie-family',
    'tie-mail',
    'tie-profile',
    'tie-company',
    'tie-position',
    'hash',
    'employer',
    'employer-family',
    'role',
  ] as const;
  return Object.fromEntries([...names, ...more].map((name) => [name, marker(name)]));
}

/** An alumnus who joined, answered, was written to and brought ties; every row holds its markers. */
async function addAlumnus(key: string, set: Readonly<Record<string, unknown>> = {}) {
  const { db, stores, people } = company;
  const handoverId = await company.departure();
  await stores.handovers.close(handoverId, 'completed', at);
  const { employmentId } = await stores.handovers.get(handoverId);
  const m = markersOf(key);
  const address = `${m['private']}@private.example`;
  const member = await stores.members.open({
    ...{ personId: people.jeroen, employmentId, handoverId, connection: 'bamboohr-nl', country: 'NL', language: 'nl' },
    ...{ retiree: false, redundancy: false, checkInsAllowed: true, employmentEnd: ahead(-60) },
  });
  const state = { state: 'joined', joinedAt: ahead(-50), invitedAt: ahead(-53), confirmedAt: ahead(-70) };
  const own = { email: address, pendingEmail: `${m['pending']}@private.example`, preferences: [m['preference'] ?? ''] };
  await stores.members.update(member, { ...state, ...own, groupAt: ahead(-40), recall: true, ...set });
  await stores.members.consent(member, 'alumni', m['wording'] ?? '', at);
  await stores.tending.planCheckIn(member, 'P1M', ahead(-30));
  await stores.members.updateCheckIn(member, 'P1M', { sentAt: ahead(-30) });
  await stores.members.answer(member, 'P1M', m['answer'] ?? '', { phone: m['detail'] ?? '' }, ahead(-29));
  await stores.members.errand({
    key: `talk/${member}/x`,
    memberId: member,
    to: 'karin@vlietstra.example',
    what: m['errand'] ?? '',
    createdAt: at,
  });
  const { link } = newLink({ purpose: 'check-in', memberId: member, subject: m['link'] ?? '', expiresAt: ahead(300) });
  await db.link.create({ data: link });
  const mail = (name: string, more: object) => ({
    ...{
      key: `${name}/${member}`,
      handoverId: null,
      personId: null,
      memberId: member,
      template: name,
      audience: 'alumnus' as const,
    },
    ...{ scope: 'membership' as const, scopeId: member, to: address, subject: m['subject'] ?? '', text: m['text'] ?? '' },
    ...more,
  });
  await stores.mails.queue(mail('C3', { html: m['html'] }));
  await stores.mails.queue(mail('T4', { to: `${m['sent']}@private.example` }));
  await db.mail.update({ where: { key: `T4/${member}` }, data: { state: 'unsure' } });
  await stores.mails.queue(mail('talk-wanted', { audience: 'internal', to: 'karin@vlietstra.example', scope: 'membership' }));
  const draft = {
    scope: 'handover' as const,
    scopeId: handoverId,
    handoverId,
    memberId: null,
    personId: people.jeroen,
    audience: 'leaver' as const,
  };
  await stores.mails.queue(mail('T2', { ...draft, to: `${m['draft']}@vlietstra.example` }));
  await db.mail.update({ where: { key: `T2/${member}` }, data: { state: 'failed' } });
  await stores.mails.queue(mail('confirm-address', { key: `confirm/${member}/${m['hash'] ?? ''}` }));
  await addTie(m);
  await addEmployerTie(m, member);
  return { handoverId, member, address, markers: Object.values(m) };
}

async function addTie(m: Readonly<Record<string, string>>): Promise<void> {
  const { stores, people } = company;
  const tie = {
    ...{ key: 'k', givenName: m['tie-name'] ?? '', familyName: m['tie-family'] ?? '', email: m['tie-mail'] ?? null },
    ...{ profileUrl: m['tie-profile'] ?? null, company: m['tie-company'] ?? null, position: m['tie-position'] ?? null },
    ...{ connectedOn: null, match: null },
  };
  await stores.ties.save({ personId: people.jeroen, source: 'linkedin-csv', looked: [], at, dryRun: false }, [tie]);
}

/** What the answer "new employer" leaves with whoever took over. */
async function addEmployerTie(m: Readonly<Record<string, string>>, key: string): Promise<void> {
  const { stores, people } = company;
  const own = {
    key,
    givenName: 'Jeroen',
    familyName: m['employer-family'] ?? '',
    email: null,
    profileUrl: null,
    connectedOn: null,
  };
  const tie = { ...own, company: m['employer'] ?? null, position: m['role'] ?? null, match: null };
  await stores.ties.save({ personId: people.pieter, source: 'alumni', looked: [], at, dryRun: false }, [tie]);
}

const foundIn = (text: string, markers: readonly string[]): readonly string[] =>
  markers.filter((marker) => text.includes(marker));

describe('errands', () => {
  test('are listed while they are open, and ticked off once', async () => {
    const { stores } = company;
    await stores.members.errand({ key: 'e1', to: 'karin@vlietstra.example', what: 'remove-contact', createdAt: at });
    const listed = documentOf(await company.ask('errands', '--json'));
    const found = Object(listed).errands.find(({ what }: { what: string }) => what === 'remove-contact');
    expect(found).toMatchObject({ to: 'karin@vlietstra.example', member: null, since: at, doneAt: null });
    expect((await company.ask('errands')).out).toMatch(/remove a contact from the CRM by hand +karin@vlietstra\.example/);
    const { out } = await company.ask('errands', '--done', found.id);
    expect(out).not.toContain(found.id);
    expect((await company.ask('errands', '--all')).out).toMatch(new RegExp(`${found.id} .*done `));
    expect(documentOf(await company.ask('errands', '--done', found.id, '--json'))).toMatchObject({
      error: { code: 'unknown-errand' },
    });
  });
});

describe('alumni', () => {
  test('are listed by id, state and counts; no address, no name, no answer', async () => {
    const { member, handoverId, markers } = await addAlumnus('list');
    const { jeroen } = company.people;
    const ran = await company.ask('alumni', jeroen, '--json');
    expect(documentOf(ran)).toMatchObject({
      memberships: [
        {
          member,
          person: jeroen,
          handover: `handover/${handoverId}`,
          state: 'joined',
          endedAt: null,
          consents: 1,
          checkIns: { planned: 1, sent: 1, answered: 1, skipped: 0 },
          unsureMails: 1,
        },
      ],
      next: null,
    });
    const { out } = await company.ask('alumni', 'jeroen@vlietstra.example');
    expect(out).toMatch(/joined .*1 sent, 1 answered +1 mail unsure/);
    expect(foundIn(ran.out + out, [...markers, 'Jeroen'])).toEqual([]);
    expect(documentOf(await company.ask('alumni', '--state', 'declined', '--json'))).toEqual({ memberships: [], next: null });
    expect((await company.ask('show', handoverId)).out).toContain('Alumni programme: joined');
    await company.stores.members.erase(member, 'erased', 'asked', at);
  });

  test('are found by connection and HRIS record, page by page; nobody else is', async () => {
    const [one, two] = [await addAlumnus('first'), await addAlumnus('second')];
    const { employment } = await company.stores.handovers.get(two.handoverId);
    const first = documentOf(
      await company.ask('alumni', `bamboohr-nl/${employment.record}`, '--state', 'joined', '--limit', '1', '--json'),
    );
    const next = String(Object(first).next);
    const second = documentOf(await company.ask('alumni', '--state', 'joined', '--after', next, '--json'));
    const members = [first, second].flatMap((page) => Object(page).memberships.map((row: { member: string }) => row.member));
    expect(members.sort()).toEqual([one.member, two.member].sort());
    for (const unknown of ['p-nobody', 'fremd@example.com', 'bamboohr-nl/none'])
      expect(documentOf(await company.ask('alumni', unknown, '--json'))).toMatchObject({ error: { code: 'unknown-person' } });
    for (const { member } of [one, two]) await company.stores.members.erase(member, 'erased', 'asked', at);
  });
});

describe('an erasure', () => {
  test('leaves no personal string in any table, once the last mail is gone; the handover stays', async () => {
    const { member, handoverId, address, markers } = await addAlumnus('all');
    await company.stores.members.consent(member, 'approach-at-employer', markers[0] ?? '', at);
    const before = await company.everything();
    expect(foundIn(before, markers)).toEqual(markers);
    const ran = await company.ask('erase', company.people.jeroen, '--json');
    expect(ran.exit).toBe(0);
    const document = documentOf(ran);
    expect(document).toMatchObject({
      person: company.people.jeroen,
      held: { addresses: 2, consents: 2, answers: 1, errands: 1, ties: 1 },
      stays: expect.arrayContaining([expect.objectContaining({ what: 'requests to remove a contact from the CRM', count: 1 })]),
      erased: { ties: 1, errands: 1 },
      told: true,
    });
    expect(foundIn(ran.out + ran.err, markers)).toEqual([]);
    expect(company.temporal.woken).toContain(`membership/${member}`);
    const farewell = await company.db.mail.findUniqueOrThrow({ where: { key: `T5/${member}` } });
    expect(farewell).toMatchObject({ to: address, state: 'queued' });

    const request = await company.db.mail.findUniqueOrThrow({ where: { key: `contact-remove/${member}/hubspot` } });
    expect(request.text).toContain('Jeroen Vries');
    await tendMembership(core.deps, member, ahead(0), {});
    // Emptied once it was sent or given up; that somebody is to remove a contact stays, without a name.
    expect(await company.db.mail.findUniqueOrThrow({ where: { key: request.key } })).toMatchObject({ text: '', html: null });
    expect(await company.db.errand.findUniqueOrThrow({ where: { key: request.key } })).toMatchObject({
      memberId: null,
      doneAt: null,
    });

    const after = await company.everything();
    expect(foundIn(after, markers)).toEqual([]);
    expect(await company.stores.members.get(member)).toMatchObject({ state: 'erased', email: null, consents: [] });
    expect(await company.stores.handovers.get(handoverId)).toMatchObject({
      outcome: 'completed',
      employment: { person: { givenName: 'Jeroen' } },
    });
    expect(await company.stores.members.isSuppressed(address.toUpperCase(), ahead(0))).toBe(true);
  });

  test('can be asked for twice, and by whoever has nothing', async () => {
    const { member, address } = await addAlumnus('twice');
    await company.ask('erase', company.people.jeroen, '--yes');
    const again = await company.ask('erase', company.people.jeroen, '--json');
    expect(documentOf(again)).toMatchObject({ held: { addresses: 0, answers: 0, ties: 0 }, erased: { ties: 0, errands: 0 } });
    // The farewell of the first time is still to go, and there is no second one.
    expect(await company.db.mail.findMany({ where: { key: `T5/${member}` } })).toMatchObject([{ state: 'queued', to: address }]);
    expect(documentOf(await company.ask('erase', company.people.pieter, '--json'))).toMatchObject({ erased: { memberships: 0 } });
  });

  test('does not wait for Temporal; that a last mail still waits is said with 4', async () => {
    const { member } = await addAlumnus('alone');
    const ran = await company.askAlone('erase', company.people.jeroen, '--json');
    expect(ran.exit).toBe(4);
    expect(documentOf(ran)).toMatchObject({ told: false });
    expect(await company.stores.members.get(member)).toMatchObject({ state: 'erased', email: null });
    expect((await company.ask('erase', company.people.jeroen, '--json')).exit).toBe(0);
    expect(company.temporal.woken).toContain(`membership/${member}`);
  });

  test('first says what is held and what stays, and does nothing without a yes', async () => {
    const { member, markers } = await addAlumnus('asked');
    const said: string[] = [];
    const answering = (answer: string) =>
      run(['erase', company.people.jeroen], {
        out: (text) => void said.push(text),
        err: (text) => void said.push(text),
        colors: false,
        variables: { BATON_HOME: '/nowhere', SMTP_URL: '', ...company.variables },
        answer: (question) => Promise.resolve(void said.push(question)).then(() => answer),
      });
    expect(await answering('')).toBe(1);
    expect(await company.stores.members.get(member)).toMatchObject({ state: 'joined' });
    const text = said.join('');
    expect(text).toMatch(/private addresses +2/);
    expect(text).toMatch(/What stays, and why:[\s\S]*handovers with their records/);
    expect(text).toContain('Nothing was erased.');
    expect(foundIn(text, markers)).toEqual([]);
    expect(await answering('yes')).toBe(0);
    expect(await company.stores.members.get(member)).toMatchObject({ state: 'erased' });
  });

  test('takes no silence for a yes: with nobody at the terminal it ends with 2', async () => {
    const { member } = await addAlumnus('pipe');
    expect((await company.ask('erase', company.people.jeroen)).exit).toBe(2);
    expect(await company.stores.members.get(member)).toMatchObject({ state: 'joined' });
  });
});

describe('recall', () => {
  test('lists who asked to hear of vacancies, while they have not taken it back', async () => {
    const { stores } = company;
    const { member } = await addAlumnus('recalled');
    const listed = async () => Object(documentOf(await company.ask('recall', '--json'))).recall;
    expect(await listed()).toEqual([]);
    await stores.members.consent(member, 'recall', 'check-in-v1', at);
    expect(await listed()).toMatchObject([
      { member, name: 'Jeroen Vries', email: expect.stringContaining('private.example'), consentedAt: at },
    ]);
    expect((await company.ask('recall')).out).toMatch(/Jeroen Vries .*private\.example/);
    await stores.members.withdraw(member, 'recall', at);
    expect((await company.ask('recall')).out).toMatch(/Nobody asked/);

    // Made redundant in the Netherlands: to be asked first for 26 weeks, member or not, and without an address from here.
    const ends = ahead(-10).slice(0, 10);
    const left = await company.departure();
    await stores.handovers.close(left, 'completed', at);
    await company.db.releaseCard.update({ where: { handoverId: left }, data: { reason: 'redundancy', employmentEnd: ends } });
    const document = Object(documentOf(await company.ask('recall', '--json')));
    const until = new Date(Date.parse(ends) + 26 * 7 * 86_400_000).toISOString().slice(0, 10);
    expect(document.rehireDuty).toMatchObject([{ person: company.people.jeroen, name: 'Jeroen Vries', end: ends, until }]);
    expect(JSON.stringify(document.rehireDuty)).not.toContain('@');
    const long = ahead(-200).slice(0, 10);
    await company.db.releaseCard.update({ where: { handoverId: left }, data: { employmentEnd: long } });
    expect(Object(documentOf(await company.ask('recall', '--json'))).rehireDuty).toEqual([]);
  });
});

describe('mails of which nobody knows whether they arrived', () => {
  test('go again, or are left, when a person says so', async () => {
    const { stores, db } = company;
    const { member } = await addAlumnus('unsure');
    const unsure = async (key: string) => {
      const mail = { key, scope: 'membership', scopeId: member, memberId: member, handoverId: null, personId: null } as const;
      await stores.mails.queue({ ...mail, template: 'C1', audience: 'alumnus', to: 'a@home.example', subject: 's', text: 't' });
      await db.mail.update({ where: { key }, data: { state: 'unsure' } });
    };
    const stateOf = async (key: string) => (await db.mail.findUniqueOrThrow({ where: { key } })).state;
    await unsure('unsure-1');
    await company.ask('alumni', 'jeroen@vlietstra.example', '--send-again');
    expect(await stateOf('unsure-1')).toBe('queued');
    expect(company.temporal.woken).toContain(`membership/${member}`);
    await unsure('unsure-2');
    await company.ask('alumni', 'jeroen@vlietstra.example', '--give-up');
    expect(await stateOf('unsure-2')).toBe('failed');
    for (const wrong of [['--send-again'], ['jeroen@vlietstra.example', '--send-again', '--give-up']])
      expect(documentOf(await company.ask('alumni', ...wrong, '--json'))).toMatchObject({ error: { code: 'invalid-usage' } });
  });
});
