import { describe, expect, it } from 'vitest';
import { leaverOf, openBench, ownedBy, shapes } from './support.js';

describe('the world', () => {
  it('is the same for the same body, so that a failing test can be run again', async () => {
    const body = { seed: 7, people: 30, accountsPerPerson: 3 };
    const bench = await openBench({ world: body });
    const people = (await bench.control('GET', '/_world/people')).text;
    const strings = (await bench.control('GET', '/_world/strings')).text;
    await bench.control('PUT', '/_world', { ...body, seed: 8 });
    expect((await bench.control('GET', '/_world/people')).text).not.toBe(people);
    await bench.control('PUT', '/_world', body);
    expect((await bench.control('GET', '/_world/people')).text).toBe(people);
    expect((await bench.control('GET', '/_world/strings')).text).toBe(strings);
  });

  it('has one top, managers who exist, people without CRM seat, and owners who map by work e-mail', async () => {
    const bench = await openBench({ world: { people: 60, accountsPerPerson: 1 } });
    const { people } = shapes.people.parse((await bench.control('GET', '/_world/people')).json);
    const byId = new Map(people.map((person) => [person.id, person]));
    expect(people.filter((person) => person.manager === null)).toHaveLength(1);
    for (const person of people) expect(person.manager === null || byId.has(person.manager)).toBe(true);
    expect(people.some((person) => person.hubspot === null)).toBe(true);
    expect(new Set(people.map((person) => person.email)).size).toBe(people.length);
    const seated = people.find((person) => person.hubspot !== null);
    const answer = await bench.hubspot('GET', `/crm/v3/owners?email=${seated?.email ?? ''}`);
    expect(answer.json).toMatchObject({ results: [{ id: seated?.hubspot, email: seated?.email, archived: false }] });
  });

  it.each([2, 3, 8, 9, 20, 200])('has a leaver with a manager and a CRM seat among %i people', async (people) => {
    const bench = await openBench({ world: { people, accountsPerPerson: 2 } });
    const leaver = await leaverOf(bench);
    const list = shapes.people.parse((await bench.control('GET', '/_world/people')).json).people;
    const person = list.find((one) => one.bamboohr === leaver.bamboohr);
    expect(person).toMatchObject({ hubspot: leaver.hubspot, status: 'Active', lastDay: null });
    expect(person?.manager).not.toBeNull();
    expect(list.some((one) => one.manager === leaver.bamboohr)).toBe(false);
    const mates = list.filter((one) => one.manager === person?.manager && one.id !== person?.id && one.hubspot !== null);
    if (people >= 8) expect(mates.length).toBeGreaterThanOrEqual(3);
  });

  it('gives the leaver exactly the records that the body names', async () => {
    const world = { people: 10, accountsPerPerson: 2, leaver: { accounts: 7, contacts: 5, deals: 3, tickets: 4 } };
    const bench = await openBench({ world });
    const { hubspot } = await leaverOf(bench);
    expect(await ownedBy(bench, 'companies', hubspot)).toHaveLength(7);
    expect(await ownedBy(bench, 'contacts', hubspot)).toHaveLength(5);
    expect(await ownedBy(bench, 'deals', hubspot)).toHaveLength(3);
    expect(await ownedBy(bench, 'tickets', hubspot)).toHaveLength(4);
  });

  it('lists every personal string, none so short that it could stand in a history by chance', async () => {
    const bench = await openBench({ world: { people: 10, accountsPerPerson: 2, ticketsPerAccount: 1 } });
    const lines = (await bench.control('GET', '/_world/strings')).text.trim().split('\n');
    const { people } = shapes.people.parse((await bench.control('GET', '/_world/people')).json);
    for (const person of people)
      for (const text of [person.name, person.email, person.privateEmail]) expect(lines).toContain(text);
    for (const line of lines) expect(line.length).toBeGreaterThanOrEqual(8);
    for (const kind of ['hr', 'company', 'contact', 'deal', 'ticket'])
      expect(lines.some((line) => line.includes(`[marker-${kind}-`))).toBe(true);
  });

  it('knows of most contacts a language, a time zone, a profile and an answer, and of none anything impossible', async () => {
    const bench = await openBench({ world: { people: 20, accountsPerPerson: 5, contactsPerAccount: 2 } });
    const names = ['hs_language', 'hs_timezone', 'hs_linkedin_url', 'hs_sales_email_last_replied', 'jobtitle', 'createdate'];
    const asked = `${names.join(',')},notes_last_updated`;
    const answer = await bench.hubspot('GET', `/crm/v3/objects/contacts?limit=100&properties=${asked}`);
    const contacts = shapes.list.parse(answer.json).results.map(({ properties }) => properties);
    for (const name of names) {
      const known = contacts.filter((properties) => properties[name] !== null).length;
      expect([name, known > contacts.length / 3]).toEqual([name, true]);
    }
    const strings = new Set((await bench.control('GET', '/_world/strings')).text.split('\n'));
    for (const { createdate, hs_sales_email_last_replied: replied, notes_last_updated, hs_linkedin_url } of contacts) {
      if (replied)
        expect([createdate, replied, notes_last_updated].toSorted()).toEqual([createdate, replied, notes_last_updated]);
      if (hs_linkedin_url) expect(strings).toContain(hs_linkedin_url);
    }
  });

  it('makes no two companies with one name, so that matching by name is not fooled by the seed', async () => {
    const bench = await openBench({
      world: { people: 2, accountsPerPerson: 0, contactsPerAccount: 0, leaver: { accounts: 9000, contacts: 0, deals: 0 } },
    });
    const lines = (await bench.control('GET', '/_world/strings')).text
      .split('\n')
      .filter((line) => line.startsWith('Prefers a visit'));
    const names = lines.map((line) => line.replace(/ \[marker.*/, ''));
    expect(names).toHaveLength(9000);
    expect(new Set(names).size).toBe(9000);
  });
});

describe('the control API', () => {
  it('refuses a typo instead of passing over it', async () => {
    const bench = await openBench({ world: { people: 5 } });
    for (const [path, body, at] of [
      ['/_world', { sede: 1 }, 'sede'],
      ['/_limits', { hubspot: { perMinute: 1 } }, 'hubspot/perMinute'],
      ['/_faults', { rules: [{ vendor: 'hubspot', route: 'GET *', fault: { kind: 'slow' } }] }, 'rules/0/fault/delayMs'],
      ['/_people', { hold: 1, refuses: 0 }, 'refuses'],
      ['/_people', { hold: 1.5 }, 'hold'],
      ['/_people', { delay: 'P' }, 'delay'],
      ['/_people', { mailbox: 'http://mail.example:7403' }, 'mailbox'],
      ['/_webhooks', { bamboohr: { url: 'http://127.0.0.1:1/', secret: 's', family: 'both' } }, 'bamboohr/family'],
    ] as const) {
      const answer = await bench.control('PUT', path, body);
      expect(answer.status).toBe(400);
      expect(shapes.error.parse(answer.json).error).toMatchObject({ code: 'invalid-input', path: at });
    }
  });

  it('says that a route does not exist', async () => {
    const bench = await openBench({ world: { people: 5 } });
    const answer = await bench.control('GET', '/_nothing');
    expect(answer.status).toBe(404);
    expect(shapes.error.parse(answer.json).error.code).toBe('unknown-route');
  });

  it('starts with the limits of the contract and fills what is left out', async () => {
    const bench = await openBench({ limits: true });
    const standard = { hubspot: { perTenSeconds: 110, perSecond: 11, searchPerSecond: 4, searchLagMs: 0 }, bamboohr: null };
    expect((await bench.control('GET', '/_limits')).json).toEqual(standard);
    await bench.control('PUT', '/_limits', { hubspot: { searchLagMs: 50 } });
    expect((await bench.control('GET', '/_limits')).json).toMatchObject({ hubspot: { perSecond: 11, searchLagMs: 50 } });
  });
});
