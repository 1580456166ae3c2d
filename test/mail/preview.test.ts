import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mails } from '../../src/cli/mails.js';
import { previewAll } from '../../src/mail/preview.js';

async function run(options: Parameters<typeof mails>[1], json: boolean): Promise<string> {
  const out: string[] = [];
  const io = { out: (text: string) => void out.push(text), err: () => undefined, colors: false };
  await mails({ io, json }, options);
  return out.join('');
}

test('mails --preview --json is one document with every letter', async () => {
  const document: unknown = JSON.parse(await run({ preview: true }, true));
  expect(document).toEqual({ mails: previewAll() });
  expect(document).toMatchObject({
    mails: expect.arrayContaining([
      expect.objectContaining({ id: 'T1', language: 'nl', html: expect.stringContaining('<html lang="nl">') }),
    ]),
  });
});

test('without --json, a list that a person can read', async () => {
  expect(await run({ preview: true }, false)).toContain('T4  da  Skal vi holde kontakten?\n');
});

test('--out writes pages to look at', async () => {
  const folder = join(await mkdtemp(join(tmpdir(), 'baton-test-mails-')), 'new');
  await run({ preview: true, out: folder }, false);
  expect(await readdir(folder)).toHaveLength(previewAll().length);
  expect(await readFile(join(folder, 'T3.da.html'), 'utf8')).toContain('Kære Lone Krogh');
});

test('it never sends: without --preview it is wrong usage', async () => {
  await expect(run({}, false)).rejects.toMatchObject({ code: 'invalid-usage' });
});
