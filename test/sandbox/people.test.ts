import querystring from 'node:querystring';
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Bench, afterwards, leaverOf, ledgerOf, openBench, shapes } from './support.js';

// Stand-in people decide nothing for HR, touch nothing outside this machine, and press what they are asked to press, once.

const world = { people: 10, accountsPerPerson: 2 };
const tick = 'PT0.1S';

type Posted = { path: string; form: Record<string, string>; cookie: string | undefined };
type Mail = { id: string; to: { address: string }[]; html: string; text: string };

/** Pages as Baton serves them, and the mailbox that leads to them, on one port. */
async function openPages(pages: Record<string, string | { status: number }>) {
  const app: FastifyInstance = Fastify();
  const posted: Posted[] = [];
  const opened: string[] = [];
  const mails: Mail[] = [];
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, { ...querystring.parse(String(body)) });
  });
  app.get('/email', async () => mails);
  app.get<{ Params: { token: string } }>('/l/:token', async (request, reply) => {
    const page = pages[request.params.token] ?? { status: 404 };
    opened.push(request.params.token);
    if (typeof page !== 'string') return reply.status(page.status).send('no');
    return reply.header('set-cookie', `session=${request.params.token}; HttpOnly`).type('text/html').send(page);
  });
  app.post<{ Params: { token: string } }>('/*', async (request, reply) => {
    const form = z.record(z.string(), z.string()).parse(request.body);
    posted.push({ path: request.url, form, cookie: request.headers.cookie });
    return reply.redirect('/done', 303);
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  afterwards(() => app.close());
  const send = (to: string, link: string, more: Partial<Mail> = {}): void => {
    const html = `<p>Hello <a href="${url}${link}">answer</a></p>`;
    mails.push({ id: String(mails.length + 1), to: [{ address: to }], html, text: `See ${url}${link}.`, ...more });
  };
  return { url, posted, opened, send };
}

async function someone(bench: Bench) {
  const { people } = shapes.people.parse((await bench.control('GET', '/_world/people')).json);
  const { bamboohr } = await leaverOf(bench);
  const person = people.find((one) => one.bamboohr === bamboohr);
  if (person === undefined) throw new Error('no leaver');
  return person;
}

async function contactEmail(bench: Bench): Promise<string> {
  const answer = await bench.hubspot('GET', '/crm/v3/objects/contacts/600000001?properties=email');
  return shapes.record.parse(answer.json).properties['email'] ?? '';
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let waited = 0; waited < 8000; waited += 50) {
    if (await holds()) return;
    await sleep(50);
  }
  throw new Error(`never: ${what}`);
}

const form = (token: string, inside: string) => `<form method="post" action="/l/${token}">${inside}</form>`;
const csrf = (value: string) => `<input type="hidden" name="csrf" value="${value}">`;
const problemsOf = async (bench: Bench) => shapes.standIns.parse((await bench.control('GET', '/_people')).json).problems;

describe('people at their tasks', () => {
  async function createTasks(bench: Bench, owners: readonly string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const owner of owners) {
      const properties = { hs_timestamp: '2026-12-01T09:00:00Z', hubspot_owner_id: owner, hs_task_status: 'NOT_STARTED' };
      ids.push(shapes.record.parse((await bench.hubspot('POST', '/crm/v3/objects/tasks', { properties })).json).id);
    }
    return ids;
  }
  const completions = (bench: Bench) => ledgerOf(bench, '&type=tasks&field=hs_task_status&by=human');

  it('are off until asked for, and the answer is the setting', async () => {
    const bench = await openBench({ world });
    const off = { hold: 0, refuse: 0, join: false, reply: false, delay: 'PT2S', mailbox: null, problems: [] };
    expect((await bench.control('GET', '/_people')).json).toEqual(off);
    const { hubspot } = await leaverOf(bench);
    await createTasks(bench, [hubspot]);
    await sleep(600);
    expect(await completions(bench)).toEqual([]);
    const on = { hold: 1, refuse: 0.25, join: true, reply: true, delay: tick, mailbox: 'http://127.0.0.1:9' };
    expect((await bench.control('PUT', '/_people', on)).json).toEqual({ ...on, problems: [] });
  });

  it('complete each open task once, as humans, after the delay', async () => {
    let now = Date.parse('2026-11-22T10:00:00Z');
    const bench = await openBench({ world, now: () => now });
    const { hubspot } = await leaverOf(bench);
    const [task = ''] = await createTasks(bench, [hubspot]);
    await bench.control('PUT', '/_people', { hold: 1, delay: 'PT1H' });
    now += 3_599_000;
    await sleep(600);
    expect(await completions(bench)).toEqual([]);
    now += 1000;
    await until(async () => (await completions(bench)).length > 0, 'the task is completed');
    await sleep(600);
    expect(await completions(bench)).toMatchObject([{ by: 'human', record: task, from: 'NOT_STARTED', to: 'COMPLETED' }]);
  });

  it('complete a share, the same tasks in every run, and none of people who are gone', async () => {
    const run = async (): Promise<string[]> => {
      const bench = await openBench({ world });
      const leaver = await someone(bench);
      await bench.control('POST', '/_hris/bamboohr/terminate', {
        employee: leaver.id,
        lastDay: '2026-01-31',
        reason: 'resignation',
      });
      const { people } = shapes.people.parse((await bench.control('GET', '/_world/people')).json);
      const colleague = people.find((one) => one.hubspot !== null && one.id !== leaver.id)?.hubspot ?? '';
      const gone = new Set(await createTasks(bench, [leaver.hubspot ?? '', leaver.hubspot ?? '']));
      await createTasks(
        bench,
        Array.from({ length: 20 }, () => colleague),
      );
      await bench.control('PUT', '/_people', { hold: 0.5, delay: tick });
      await until(async () => (await completions(bench)).length > 0, 'some tasks are completed');
      const records = (await completions(bench)).map(({ record }) => record);
      expect(records.filter((record) => gone.has(record))).toEqual([]);
      await bench.stop();
      return records;
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(4);
    expect(first.length).toBeLessThan(16);
    expect(await run()).toEqual(first);
  });
});

describe('people at their mails', () => {
  it('give their private address and language, with everything that the form wants back', async () => {
    const bench = await openBench({ world });
    const person = await someone(bench);
    const options = ['en', 'nl', 'da'].map((one) => `<option value="${one}">${one}</option>`).join('');
    const pages = await openPages({
      address: `<script>document.write('<form method="post"><button name="x" value="y">no</button></form>')</script>
        <form method="get" action="/search"><input name="email"><button>Search</button></form>
        ${form(
          'address',
          `${csrf('a&amp;b&quot;c')}<input name="email" type="email" required><select name="language">${options}</select>
           <label><input type="checkbox" name="consent" value="v3" required> yes</label><input type="checkbox" name="news" value="1">
           <textarea name="wishes">as &lt;before&gt;</textarea><button type="button" name="help" value="1">?</button>
           <button name="address" value="save">Save</button>`,
        )}
        ${form('address', '<button name="decline" value="yes">No, thanks</button>')}`,
    });
    pages.send(person.email, '/l/address?lang=nl&amp;from=mail');
    await bench.control('PUT', '/_people', { join: true, delay: tick, mailbox: pages.url });
    await until(() => pages.posted.length > 0, 'the form is sent');
    const sent = { csrf: 'a&b"c', email: person.privateEmail, language: person.language, consent: 'v3', wishes: 'as <before>' };
    expect(pages.posted).toEqual([{ path: '/l/address', form: { ...sent, address: 'save' }, cookie: 'session=address' }]);
  });

  it('confirm, join, answer, choose a time and mark as done, each link once', async () => {
    const bench = await openBench({ world });
    const person = await someone(bench);
    const button = (name: string, value: string) => `<button name="${name}" value="${value}">x</button>`;
    const pages = await openPages({
      confirm: form('confirm', csrf('1') + button('choice', 'confirm')),
      join: form('join', button('decline', 'yes') + button('choice', 'join')),
      checkin: form('checkin', button('answer', 'good') + button('answer', 'bad')),
      call: form('call', button('time', '2026-12-01T10:00:00.000Z') + button('time', '2026-12-02T10:00:00.000Z')),
      list: ['i-1', 'i-2']
        .map((id) => form('list', `<input type="hidden" name="item" value="${id}">${button('done', 'held')}`))
        .join(''),
      other: form('other', button('erase', 'all')),
    });
    for (const token of ['confirm', 'join', 'checkin', 'other']) pages.send(person.privateEmail, `/l/${token}`);
    pages.send(await contactEmail(bench), '/l/call');
    pages.send(person.email, '/l/list');
    pages.send(person.email, '/l/checkin');
    pages.send('somebody.else@example.test', '/l/confirm');
    const setting = { join: true, reply: true, delay: tick, mailbox: pages.url };
    await bench.control('PUT', '/_people', setting);
    await until(() => pages.posted.length >= 6, 'every link is used');
    await bench.control('PUT', '/_people', setting);
    await sleep(1500);
    expect(pages.posted.map(({ path, form: sent }) => [path, sent])).toEqual([
      ['/l/confirm', { csrf: '1', choice: 'confirm' }],
      ['/l/join', { choice: 'join' }],
      ['/l/checkin', { answer: 'good' }],
      ['/l/call', { time: '2026-12-01T10:00:00.000Z' }],
      ['/l/list', { item: 'i-1', done: 'held' }],
      ['/l/list', { item: 'i-2', done: 'held' }],
    ]);
    expect(await problemsOf(bench)).toEqual([]);
  });

  it('refuse where they are asked to, and otherwise do what they would have done', async () => {
    const bench = await openBench({ world });
    const person = await someone(bench);
    const pages = await openPages({
      invite: form('invite', '<button name="choice" value="join">Yes</button><button name="choice" value="decline">No</button>'),
      intro: form('intro', '<button name="refuse" value="someone-else">Somebody else</button>'),
      checkin: form('checkin', '<button name="answer" value="good">Good</button>'),
    });
    pages.send(person.privateEmail, '/l/invite');
    pages.send(await contactEmail(bench), '/l/intro');
    pages.send(person.privateEmail, '/l/checkin');
    await bench.control('PUT', '/_people', { refuse: 1, join: true, reply: true, delay: tick, mailbox: pages.url });
    await until(() => pages.posted.length >= 3, 'all have answered');
    expect(pages.posted.map(({ form: sent }) => sent)).toEqual([
      { choice: 'decline' },
      { refuse: 'someone-else' },
      { answer: 'good' },
    ]);
  });

  it('never decide for HR, whatever else the page offers', async () => {
    const bench = await openBench({ world });
    const person = await someone(bench);
    const others = '<button name="refuse" value="s1">Send back</button><button name="answer" value="ok">Ok</button>';
    const pages = await openPages({
      plan: form('plan', `<button name="approve" value="all">Approve</button>`) + form('plan', others),
      release: form('release', `${others}<button name="release" value="confirm">Release</button>`),
    });
    for (const token of ['plan', 'release']) pages.send(person.email, `/l/${token}`);
    await bench.control('PUT', '/_people', { refuse: 1, join: true, reply: true, delay: tick, mailbox: pages.url });
    await until(() => pages.opened.length >= 2, 'both pages are opened');
    await sleep(1200);
    expect(pages.posted).toEqual([]);
  });

  it('stay on this machine, and on the link’s own page', async () => {
    const bench = await openBench({ world });
    const person = await someone(bench);
    const press = '<button name="answer" value="x">x</button>';
    const pages = await openPages({
      away: `<form method="post" action="http://127.0.0.1:9/l/away">${press}</form>`,
      aside: `<form method="post" action="/u/aside">${press}</form>`,
    });
    pages.send(person.email, '/l/away');
    pages.send(person.email, '/l/aside');
    pages.send(person.email, '', { html: '<a href="https://127.evil.example/l/abc">x</a>', text: '' });
    await bench.control('PUT', '/_people', { reply: true, delay: tick, mailbox: pages.url });
    await until(async () => (await problemsOf(bench)).length >= 2, 'the problems are told');
    await sleep(1200);
    expect(pages.posted).toEqual([]);
    expect((await problemsOf(bench)).map(({ text }) => text)).toEqual([
      'A form of the page leads away from its link.',
      'A link to another machine was left alone.',
    ]);
  });

  it('try again after an outage, tell what went wrong, and take a used link for done', async () => {
    const bench = await openBench({ world });
    const person = await someone(bench);
    const known: Record<string, string | { status: number }> = {
      late: { status: 503 },
      used: { status: 410 },
      forbidden: { status: 403 },
    };
    const pages = await openPages(known);
    for (const token of Object.keys(known)) pages.send(person.email, `/l/${token}`);
    await bench.control('PUT', '/_people', { reply: true, delay: tick, mailbox: pages.url });
    await until(() => pages.opened.filter((token) => token === 'late').length >= 2, 'a second try');
    known['late'] = form('late', '<button name="answer" value="good">x</button>');
    await until(() => pages.posted.length > 0, 'an answer after all');
    const texts = (await problemsOf(bench)).map(({ text }) => text);
    expect(new Set(texts)).toEqual(new Set(['GET /l/… answered 503.', 'GET /l/… answered 403.']));
    expect(pages.opened.filter((token) => token === 'used' || token === 'forbidden')).toHaveLength(2);
  });

  it('do not bring the sandbox down when there is no mailbox, and stop with it', async () => {
    const bench = await openBench({ world, mailbox: 'http://127.0.0.1:9' });
    await bench.control('PUT', '/_people', { reply: true, delay: tick });
    await until(async () => (await problemsOf(bench)).length > 0, 'the problem is told');
    await sleep(1200);
    expect((await problemsOf(bench)).map(({ text }) => text)).toEqual(['The mailbox did not list its mails.']);
    const hanging = await openPages({});
    await bench.control('PUT', '/_people', { reply: true, mailbox: hanging.url });
    const started = performance.now();
    await bench.stop();
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
