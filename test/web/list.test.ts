import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RelationshipRow } from '../../src/store/relationships.js';
import { applyList, ListRefused } from '../../src/web/list/apply.js';
import { readList, toCsv } from '../../src/web/list/csv.js';
import { decodeFile } from '../../src/web/list/file.js';
import { addIntroduction, now, openWeb, textOf, type Web } from './support.js';

let web: Web;
beforeAll(async () => void (web = await openWeb()));
afterAll(() => web.close());
beforeEach(() => void (web.woken.length = 0));

const agreed = { method: 'email', state: 'proposed' };

async function list(card: Parameters<Web['handover']>[0] = {}) {
  const handoverId = await web.handover(card);
  const anna = await addIntroduction(web, handoverId, { name: 'Anna Berg', organisation: 'Acme', bundle: 1 }, agreed);
  const bo = await addIntroduction(web, handoverId, { name: 'Bo Dahl', organisation: 'Bolt', bundle: 2 }, agreed);
  const path = `/l/${await web.link({ purpose: 'list', handoverId, personId: web.people.jeroen })}`;
  const rows = () => web.stores.relationships.list(handoverId);
  const row = async (id: string) => (await rows()).find((one) => one.id === id);
  return { handoverId, path, rows, row, anna: anna.relationship, bo: bo.relationship };
}

const csv = { 'content-type': 'text/csv' };

describe('the list on the page', () => {
  test('note, topic, tier and wish are kept; a private contact leaves nothing but the id; the rest stays as it is', async () => {
    const { path, row, anna, bo, handoverId } = await list();
    const fields = {
      row: anna,
      [`tier.${anna}`]: 'B',
      [`wish.${anna}`]: 'call',
      [`topic.${anna}`]: 'the tender',
      [`note.${anna}`]: 'Two lines:\r\nlike this',
    };
    const body = new URLSearchParams({ save: 'list', ...fields });
    body.append('row', bo);
    body.append(`private.${bo}`, 'yes');
    const page = await web.post(path, body.toString());
    expect(textOf(page.html)).toContain('Gewijzigd: 1. Toegevoegd: 0. Weggehaald: 1.');
    expect(await row(anna)).toMatchObject({
      marked: 'B',
      wish: 'joint-call',
      topic: 'the tender',
      note: 'Two lines:\nlike this',
      givenName: 'Anna',
    });
    expect(await row(bo)).toMatchObject({ private: true, givenName: null, email: null, note: null, contact: 'con-2' });
    expect(web.woken).toEqual([`handover ${handoverId}`]);
    expect((await web.get(path)).html).not.toContain('Dahl');
  });

  test('a note of more than 600 characters is refused with its count, and what was typed stays on the page', async () => {
    const { path, row, anna, bo } = await list();
    const body = new URLSearchParams({ save: 'list', row: anna, [`note.${anna}`]: 'x'.repeat(612) });
    body.append('row', bo);
    body.append(`note.${bo}`, 'fine');
    const page = await web.post(path, body.toString());
    expect(page.status).toBe(400);
    expect(textOf(page.html)).toContain('Deze notitie heeft 612 tekens; er passen er 600.');
    expect(page.html).toContain('x'.repeat(612));
    expect([(await row(anna))?.note, (await row(bo))?.note]).toEqual([null, null]);
  });

  test('somebody whom no CRM holds is added once, and needs a name', async () => {
    const { path, rows } = await list();
    const fields = {
      add: 'contact',
      givenName: 'Mette',
      familyName: 'Lund',
      organisation: 'Havn',
      email: 'mette@havn.example',
      tier: 'A',
      note: 'Knows the inspector.',
    };
    await web.post(path, fields);
    await web.post(path, fields);
    const own = (await rows()).filter(({ source }) => source === 'leaver');
    expect(own).toMatchObject([{ givenName: 'Mette', organisation: 'Havn', tier: 'A', note: 'Knows the inspector.' }]);
    expect(own).toHaveLength(1);
    expect((await web.post(path, { add: 'contact', phone: '1' })).status).toBe(400);
    expect((await web.post(path, { add: 'contact', familyName: 'Lund', email: 'a@b.example\nBcc: c@d.example' })).status).toBe(
      400,
    );
    expect((await rows()).filter(({ source }) => source === 'leaver')).toHaveLength(1);
  });

  test('mandates are added, ticked off and opened again', async () => {
    const { path, handoverId } = await list();
    await web.post(path, { mandate: 'add', kind: 'permit', title: 'Fire safety', dueDay: '2026-12-10' });
    expect((await web.post(path, { mandate: 'add', kind: 'permit', title: 'x', dueDay: '2026-02-30' })).status).toBe(400);
    const [line] = await web.stores.relationships.mandates(handoverId);
    expect(line).toMatchObject({ kind: 'permit', title: 'Fire safety', dueDay: '2026-12-10', doneAt: null });
    await web.post(path, { tick: line?.id ?? '' });
    expect((await web.stores.relationships.mandates(handoverId))[0]?.doneAt?.toISOString()).toBe(now);
    await web.post(path, { untick: line?.id ?? '' });
    expect((await web.stores.relationships.mandates(handoverId))[0]?.doneAt).toBeNull();
  });

  test('the private address is asked for here too, where the reason permits it', async () => {
    const { path, handoverId } = await list();
    await web.post(path, { address: 'save', email: 'jeroen@home.example', language: 'nl' });
    expect((await web.stores.members.ofHandover(handoverId))?.pendingEmail).toBe('jeroen@home.example');
    const moved = await list({ reason: 'role-change' });
    expect((await web.get(moved.path)).html).not.toContain('id="address"');
    await web.post(moved.path, { address: 'save', email: 'jeroen@home.example' });
    expect(await web.stores.members.ofHandover(moved.handoverId)).toBeNull();
  });

  test('nobody who may not be asked, and nobody else, gets the list', async () => {
    const none = await list({ asking: 'none' });
    const dismissed = await list({ reason: 'dismissal' });
    const open = await list();
    const untold = await web.handover({}, 'leaver');
    await web.stores.handovers.update(untold, { toldLeaverAt: null });
    const others = await web.link({ purpose: 'list', handoverId: open.handoverId, personId: web.people.pieter });
    const early = await web.link({ purpose: 'list', handoverId: untold, personId: web.people.jeroen });
    for (const path of [none.path, dismissed.path, `/l/${others}`, `/l/${early}`]) {
      expect((await web.get(path)).status).toBe(410);
      expect((await web.get(`${path}?format=csv`)).status).toBe(410);
      expect((await web.post(path, { add: 'contact', familyName: 'X' })).status).toBe(410);
    }
    await web.stores.handovers.close(open.handoverId, 'completed', now);
    expect(textOf((await web.get(open.path)).html)).toContain('Dank je wel');
    expect((await open.rows()).every(({ source }) => source === 'crm')).toBe(true);
  });

  test('a leaver of whom only the list is asked is not asked about calls and mails', async () => {
    const { path, anna, row } = await list({ competitor: 'unknown', asking: 'limited' });
    expect((await web.get(path)).html).not.toContain(`wish.${anna}`);
    await web.post(path, { save: 'list', row: anna, [`note.${anna}`]: 'n' });
    expect(await row(anna)).toMatchObject({ note: 'n', wish: null });
  });

  test('a long list comes in pages, and saving one leaves the others alone', async () => {
    const { path, handoverId, rows } = await list();
    for (let nth = 0; nth < 120; nth += 1)
      await web.stores.relationships.addOwn(handoverId, { familyName: `Contact ${nth}`, note: 'kept' }, 'D');
    const second = await web.get(`${path}?page=2`);
    const shown = [...second.html.matchAll(/name="row" value="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(shown).toHaveLength(22);
    const body = new URLSearchParams({ save: 'list' });
    for (const id of shown)
      for (const [name, value] of [
        ['row', id],
        [`note.${id}`, 'new'],
        [`tier.${id}`, 'D'],
      ] as const)
        body.append(name, value);
    await web.post(`${path}?page=2`, body.toString());
    const notes = (await rows()).map(({ note }) => note);
    expect([notes.filter((note) => note === 'new').length, notes.filter((note) => note === 'kept').length]).toEqual([22, 98]);
  });

  test('whatever a CRM or a leaver wrote is shown as text', async () => {
    const { path, handoverId } = await list();
    const evil = '"><img src=x onerror=alert(1)>';
    await web.db.relationship.updateMany({
      where: { handoverId },
      data: { organisation: evil, note: `</textarea>${evil}`, topic: evil },
    });
    expect((await web.get(path)).html).not.toContain('<img');
  });
});

describe('the list as a file', () => {
  test('down, changed, looked at, applied: first nothing happens, then what was shown', async () => {
    const { path, row, rows, anna, bo } = await list();
    const down = await web.get(`${path}?format=csv`);
    expect(down.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="contacts.csv"',
    });
    const text = `id;given name;note;private\r\n${anna};Anna;"Says ""hello""";\r\n${bo};;;yes\r\n;Mette;new;no\r\n`;
    const before = await web.everything();
    const look = await web.post(path, { csv: text, look: 'yes' });
    expect(look.status).toBe(200);
    expect(textOf(look.html)).toMatch(
      /Regel 2 Anna Berg · Acme gewijzigd.*Regel 3 Bo Dahl · Bolt weggehaald.*Regel 4 Mette toegevoegd/,
    );
    expect(await web.everything()).toBe(before);
    const carried = /<textarea name="csv"[^>]*>([\s\S]*?)<\/textarea>/.exec(look.html)?.[1] ?? '';
    await web.post(path, { csv: carried.replaceAll('&quot;', '"'), apply: '1' });
    expect((await row(anna))?.note).toBe('Says "hello"');
    expect((await row(bo))?.private).toBe(true);
    expect((await rows()).some(({ givenName, note }) => givenName === 'Mette' && note === 'new')).toBe(true);
  });

  test('as bytes by a program: dry without apply=1', async () => {
    const { path, row, anna } = await list();
    const body = `id,topic\n${anna},tender\n`;
    expect((await web.post(path, body, csv)).status).toBe(200);
    expect((await row(anna))?.topic).toBeNull();
    expect((await web.post(`${path}?apply=1`, body, csv)).status).toBe(200);
    expect((await row(anna))?.topic).toBe('tender');
  });

  test.each([
    ['an id of nobody', 'id,note\nr-nobody,x\n', 'unknown-id'],
    ['an id twice', 'id,note\n{anna},x\n{anna},y\n', 'repeated-id'],
    ['sorted by one column alone', 'id,given name,note\n{anna},Bo,x\n', 'other-person'],
    ['an unknown tier', 'id,tier\n{anna},AA\n', 'unknown-tier'],
    ['an unknown wish', 'id,wish\n{anna},pigeon\n', 'unknown-wish'],
    ['a note too long', `id,note\n{anna},${'x'.repeat(601)}\n`, 'note-too-long'],
    ['an address with a line end', 'id,family name,email\n,X,"a@b.example\nBcc: c@d.example"\n', 'not-an-address'],
    ['no name', 'id,phone\n,1\n', 'nameless'],
  ])('%s: the line is named and nothing is applied, not even the good lines', async (_what, template, code) => {
    const { handoverId, path, anna, bo } = await list();
    const text = `${template.replaceAll('{anna}', anna)}`;
    const good = await web.everything();
    const read = readList(text);
    const applied = () => applyList(web.stores, handoverId, [...read.lines, { line: 99, id: bo, topic: 'good' }]);
    const refused = read.problems.length > 0 ? new ListRefused(read.problems) : await applied().catch((error: unknown) => error);
    expect(refused instanceof ListRefused && refused.problems.map((problem) => problem.code)).toContain(code);
    expect((await web.post(path, { csv: text, apply: '1' })).status).toBe(400);
    expect(await web.everything()).toBe(good);
  });

  test('two contacts with one name: without an id nobody gets the note', async () => {
    const { handoverId, path, rows } = await list();
    await addIntroduction(web, handoverId, { name: 'Anna Berg', organisation: 'Acme', bundle: 3 }, agreed);
    const page = await web.post(path, { csv: 'given name,family name,organisation,note\nAnna,Berg,Acme,secret\n', apply: '1' });
    expect(page.status).toBe(400);
    expect((await rows()).every(({ note }) => note === null)).toBe(true);
  });

  test.each([
    ['NUL', Buffer.from('id,note\nx,a\0b\n'), 'control-character'],
    ['Windows-1252', Buffer.from('id,note\nx,caf\xe9\n', 'latin1'), 'encoding'],
    ['no heading', Buffer.from('a,b\nc,d\n'), 'no-header'],
    ['a heading twice', Buffer.from('id,note,note\nx,a,b\n'), 'unknown-column'],
    ['an open quotation mark', Buffer.from('id,note\nx,"a\n'), 'unreadable'],
    ['more columns than the heading', Buffer.from('id,note\nx,a,b,c\n'), 'unreadable'],
    ['5,001 lines', Buffer.from(`id,note\n${'x,a\n'.repeat(5_001)}`), 'too-many-lines'],
    ['a bomb of one field', Buffer.from(`id,note\nx,"${'a'.repeat(1_900_000)}"\n`), 'unreadable'],
    ['nothing', Buffer.from(''), 'no-header'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), 'encoding'],
  ])('%s is refused with a clear word', async (_what, bytes, code) => {
    const text = decodeFile(bytes);
    const { lines, problems } = text === null ? { lines: [], problems: [{ code: 'encoding' }] } : readList(text);
    expect([problems[0]?.code, lines.length]).toEqual([code, 0]);
  });

  test('3 MB are not read', async () => {
    const { path } = await list();
    expect((await web.post(path, 'x'.repeat(3_000_000), { ...csv, accept: '*/*' })).status).toBe(413);
  });

  test('UTF-16 and the mark of a spreadsheet are read', () => {
    const text = 'id\ttopic\r\nx\tsmørrebrød\r\n';
    expect(readList(decodeFile(Buffer.from(`\uFEFF${text}`, 'utf16le')) ?? '').lines[0]?.topic).toBe('smørrebrød');
    expect(readList(decodeFile(Buffer.from(`\uFEFF${text}`)) ?? '').lines[0]?.topic).toBe('smørrebrød');
  });

  test('nothing in a file is a formula, and what goes down comes up again as it was', () => {
    const word = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replace(/[\p{C}\s]+/gu, ' ').trim());
    const start = fc.constantFrom('', '=', '+', '-', '@', "'", "'=", '"', ',', ';');
    fc.assert(
      fc.property(start, word, start, word, (a, note, b, topic) => {
        const row = rowWith({ note: `${a}${note}`, topic: `${b}${topic}` });
        const file = toCsv([row]);
        const cells = file.split('\r\n')[1] ?? '';
        expect(cells).not.toMatch(/(^|,)"?[=+@\t-]/);
        const [line] = readList(file).lines;
        expect([line?.note ?? '', line?.topic ?? '']).toEqual([`${a}${note}`.trim(), `${b}${topic}`.trim()]);
      }),
    );
  });
});

function rowWith(words: Pick<RelationshipRow, 'note' | 'topic'>): RelationshipRow {
  return {
    id: 'r-1',
    handoverId: 'h',
    source: 'crm',
    connection: 'hubspot',
    account: '1',
    contact: '1',
    organisation: null,
    givenName: null,
    familyName: null,
    email: null,
    phone: null,
    language: null,
    timeZone: null,
    value: null,
    lastActivity: null,
    tier: 'B',
    tierReason: 'active',
    marked: null,
    wish: null,
    onlyTie: false,
    private: false,
    main: true,
    bundle: 1,
    addedAt: new Date(now),
    ...words,
  };
}
