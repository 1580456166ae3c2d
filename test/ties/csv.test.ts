import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { csvField, longestField, mostRows, readConnections, TieFileError } from '../../src/ties/csv.js';
import { openTieFile } from '../../src/ties/file.js';
import { keyTies } from '../../src/ties/keys.js';
import { bytes, header, read } from './support.js';

const preamble = `Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing. First Name, ""Last"" and so on."

`;
const jan = 'Jan,van der Berg,https://www.linkedin.com/in/jan-van-der-berg,Jan@Vlietstra.nl,Vlietstra B.V.,Buyer,24 Aug 2023';
const known = {
  givenName: 'Jan',
  familyName: 'van der Berg',
  email: 'jan@vlietstra.nl',
  profileUrl: 'https://www.linkedin.com/in/jan-van-der-berg',
  company: 'Vlietstra B.V.',
  position: 'Buyer',
  connectedOn: '2023-08-24',
};

async function folderOfTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-test-ties-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function refusal(work: Promise<unknown>): Promise<TieFileError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TieFileError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

describe("a person's own export is read as LinkedIn writes it", () => {
  test.each([
    ['with its preamble', `${preamble}${header}\n${jan}\n`, 5],
    ['without one, as older exports are', `${header}\n${jan}`, 2],
    ['with a byte order mark and Windows line ends', `\uFEFF${header}\r\n${jan}\r\n`, 2],
    ['with line ends of two kinds', `Notes:\r${header}\r\n${jan}\n`, 3],
    ['with an open quotation mark in the preamble', `"a note\n${header}\n${jan}\n`, 3],
    ['as a Dutch spreadsheet saves it again', `sep=;\n${header};\n${jan};\n`.replaceAll(',', ';'), 3],
    ['with Dutch headers', `Voornaam,Achternaam,URL,E-mailadres,Bedrijf,Functie,Verbonden op\n${jan}\n`, 2],
    ['with Danish headers', `Fornavn,Efternavn,URL,Mailadresse,Virksomhed,Stilling,Forbundet den\n${jan}\n`, 2],
  ])('%s', async (_, content, line) => {
    const { ties, skipped, corrected } = await read(content);
    expect(ties).toEqual([{ ...known, line }]);
    expect([...skipped, ...corrected]).toEqual([]);
  });

  test('the same in pieces of any size: no letter and no row is cut', async () => {
    const content = `${preamble}${header}\r\nSøren,"Ø ""Ø"" Kjær",,,"A, B",,\r\n${jan}\r\n`;
    const whole = await read(content);
    for (const size of [1, 2, 3, 5, 64]) expect(await readConnections(bytes(content, size))).toEqual(whole);
    expect(whole.ties.map(({ familyName }) => familyName)).toEqual(['Ø "Ø" Kjær', 'van der Berg']);
  });

  test('columns in another order, and without URL', async () => {
    const { ties } = await read('Last Name,First Name,Connected On,Company\nBerg,Jan,24 Aug 2023,Acme\n');
    expect(ties).toMatchObject([
      { givenName: 'Jan', familyName: 'Berg', company: 'Acme', connectedOn: '2023-08-24', profileUrl: null, email: null },
    ]);
  });

  test('rows that are none are skipped with their line, and the others stay', async () => {
    const long = 'x'.repeat(longestField + 1);
    const content = `${preamble}${header}\n,,,,,,\n\n${jan}\n , ,,,Acme,,\nJan,Berg,,,${long},,\nJan,Berg,,,Acme,Head, of,IT,24 Aug 2023\n${jan.replace('Jan', 'Piet')}\n`;
    const { read: rows, ties, skipped } = await read(content);
    expect(rows).toBe(6);
    expect(ties.map(({ line, givenName }) => [line, givenName])).toEqual([
      [7, 'Jan'],
      [11, 'Piet'],
    ]);
    expect(skipped).toEqual([
      { line: 5, reason: 'the row is empty' },
      { line: 8, reason: 'the row has no name' },
      { line: 9, reason: 'a field is longer than 1000 characters' },
      { line: 10, reason: 'more fields than the header has' },
    ]);
  });

  test.each([
    ['24 Aug 2023', '2023-08-24'],
    ['1 mrt. 2021', '2021-03-01'],
    ['29. maj 2020', '2020-05-29'],
    ['2024-02-29', '2024-02-29'],
    ['29 Feb 2023', null],
    ['32 Aug 2023', null],
    ['8/9/23, 3:15 PM', null],
    ['soon', null],
  ])('connected on %s is the day %s', async (text, day) => {
    const { ties, corrected } = await read(`${header}\nJan,Berg,,,Acme,,"${text}"\n`);
    expect(ties[0]?.connectedOn).toBe(day);
    expect(corrected.map(({ line }) => line)).toEqual(day === null ? [2] : []);
  });

  test.each([
    ['https://www.linkedin.com/in/Jan-Berg-1?trk=x#y', 'https://www.linkedin.com/in/jan-berg-1'],
    ['https://www.linkedin.com/in/j%C3%B8rgen/', 'https://www.linkedin.com/in/j%c3%b8rgen'],
    ['https://www.linkedin.com/in/jørgen', 'https://www.linkedin.com/in/j%c3%b8rgen'],
    ['https://www.linkedin.com/in/%zz', 'https://www.linkedin.com/in/%25zz'],
    ['http://www.linkedin.com/in/jan', null],
    ['https://www.linkedin.com/company/acme', null],
    ['https://www.linkedin.com.evil.example/in/jan', null],
    ['https://www.linkedin.com@evil.example/in/jan', null],
    ['javascript:alert(1)', null],
  ])('the profile %s is %s', async (url, profile) => {
    const { ties } = await read(`${header}\nJan,Berg,${url},,,,\n`);
    expect(ties[0]?.profileUrl).toBe(profile);
  });

  test.each([
    ['jan@acme.nl', true],
    ["o'brien+x@sub.acme.co.uk", true],
    ['søren@blåbær.dk', true],
    ['jan@localhost', false],
    ['jan@@acme.nl', false],
    ['"jan@acme.nl\nBcc: all@acme.nl"', false],
    ['<jan@acme.nl>', false],
    [`${'x'.repeat(300)}@acme.nl`, false],
  ])('an e-mail address %s is taken: %s', async (text, isTaken) => {
    const { ties, corrected } = await read(`${header}\nJan,Berg,,${text},,,\n`);
    expect(ties[0]?.email !== null).toBe(isTaken);
    expect(corrected.length).toBe(isTaken ? 0 : 1);
  });
});

describe('a hostile file', () => {
  test('holds formulas: they are data, and harmless when written out again', async () => {
    const { ties } = await read(`${header}\n=cmd|' /C calc'!A0,Berg,,,+31 6,@SUM(1),\n`);
    expect(ties).toMatchObject([{ givenName: "=cmd|' /C calc'!A0", company: '+31 6', position: '@SUM(1)' }]);
    const written = [...ties.flatMap(({ givenName, company, position }) => [givenName, company, position]), '\t=1', ' -1', '＝1'];
    for (const text of written) expect(csvField(text)).toMatch(/^"?'/);
    expect(csvField('=1+1')).toBe("'=1+1");
    expect([csvField('Jansen, "Jan"'), csvField(-5), csvField(null), csvField('a;b', ';'), csvField('a\nb')]).toEqual([
      '"Jansen, ""Jan"""',
      '-5',
      '',
      '"a;b"',
      '"a\nb"',
    ]);
  });

  test('hides text: control characters and reordering marks are gone', async () => {
    const { ties } = await read(`${header}\nJ\u0007a\u001b[31mn\u202E,"Ber\u200Bg\r\nx",,,,,\n`);
    expect(ties).toMatchObject([{ givenName: 'Ja[31mn', familyName: 'Berg x' }]);
  });

  test('is in another encoding, or no text at all: one sentence says what to do', async () => {
    const content = `${header}\nJørgen,Berg,,,,,\n`;
    const marked = Buffer.from(`\uFEFF${content}`, 'utf16le');
    for (const wrong of [marked, Buffer.from(content, 'utf16le'), Buffer.from(marked).swap16(), Buffer.from(content, 'latin1')]) {
      const { code, message } = await refusal(read(wrong));
      expect(code).toBe('wrong-encoding');
      expect(message).toContain('CSV UTF-8');
    }
    expect((await refusal(read(`${content}\0`))).code).toBe('not-a-csv');
    expect(await refusal(read(Buffer.from('PK\u0003\u0004')))).toMatchObject({ code: 'not-a-csv' });
    expect((await refusal(read('PK\u0003\u0004'))).message).toContain('Unpack');
    expect((await refusal(read(''))).code).toBe('no-header');
    expect((await refusal(read('Name,Company\nJan,Acme\n'.repeat(10_000)))).code).toBe('no-header');
  });

  test('never closes a quotation mark: refused with the line where it begins, whatever comes after', async () => {
    for (const more of ['', 'y,z\n', `${jan}\n`.repeat(5_000)]) {
      expect(await refusal(read(`${header}\n${jan}\n"Jan,Berg,,,,,\n${more}`))).toMatchObject({
        code: 'unterminated-quote',
        line: 3,
      });
    }
  });

  test('closes a quotation mark rows later: the swallowed rows become no person', async () => {
    const { ties, skipped } = await read(`${header}\n${jan}\nPiet,"Smit,,,,,\nKees,Bos,,,,,\n",Vos,,,,,\n${jan}\n`);
    expect(ties.map(({ line }) => line)).toEqual([2, 6]);
    expect(skipped).toMatchObject([{ line: 3 }]);
  });

  test.each([
    ['a row of commas alone', `${header}\n${','.repeat(15_000_000)}\n`, 'line-too-long'],
    ['one endless line', 'x'.repeat(15_000_000), 'line-too-long'],
    ['too many rows', `${header}\n${',,,\n'.repeat(mostRows + 1)}`, 'too-many-rows'],
    [
      'more bytes than its size promised',
      `${header}\n${`Jan,Berg,,,Acme,${'x'.repeat(900)},\n`.repeat(24_000)}`,
      'file-too-large',
    ],
  ])('is a bomb (%s): refused within seconds', async (_, content, code) => {
    const startedMs = performance.now();
    expect((await refusal(read(content))).code).toBe(code);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  test('has 100 MB: refused by its size, before a byte is read', async () => {
    const path = join(await folderOfTest(), 'Connections.csv');
    const file = await open(path, 'w');
    await file.truncate(100 * 1024 * 1024);
    await file.close();
    const startedMs = performance.now();
    expect(await refusal(openTieFile(path))).toMatchObject({ code: 'file-too-large' });
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  test('is not there, is a folder, or is a pipe that nobody writes to', async () => {
    const folder = await folderOfTest();
    const pipe = join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    for (const path of [join(folder, 'none.csv'), folder, pipe]) {
      expect(await refusal(openTieFile(path))).toMatchObject({ code: 'file-missing' });
    }
  });

  test('an honest one is opened', async () => {
    const path = join(await folderOfTest(), 'Connections.csv');
    await writeFile(path, `${header}\n${jan}\n`);
    expect((await readConnections(await openTieFile(path))).ties).toHaveLength(1);
  });
});

describe('one row is one person', () => {
  test('a second row of the same profile is skipped, for each import would overwrite one with the other', async () => {
    const { ties } = await read(`${header}\n${jan}\n${jan.replace('Vlietstra B.V.', 'Acme')}\n`);
    const keyed = keyTies(ties);
    expect(keyed.ties).toMatchObject([{ company: 'Vlietstra B.V.', ambiguous: false }]);
    expect(keyed.skipped).toEqual([{ line: 3, reason: 'the same profile URL as line 2' }]);
  });

  test('two people of one name and company without profiles: the one who is kept is matched to nobody unasked', async () => {
    const { ties } = await read(`${header}\nJan,Berg,,a@acme.nl,Acme,,\nJan,Berg,,b@acme.nl,Acme B.V.,,\n`);
    expect(keyTies(ties)).toMatchObject({ ties: [{ line: 2, ambiguous: true }], skipped: [{ line: 3 }] });
  });

  test('the key outlives another spelling of the same name and company', async () => {
    const rows = ['Søren,Jørgensen,,,Vestas A/S,,', 'Soren,Joergensen,,,Vestas,,'];
    const [one, other] = await Promise.all(
      rows.map(async (row) => keyTies((await read(`${header}\n${row}\n`)).ties).ties[0]?.key),
    );
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(other).toBe(one);
  });
});
