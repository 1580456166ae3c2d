import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../src/store/client.js';
import { linkStore, newLink } from '../../src/store/links.js';
import { MailStore } from '../../src/store/mails.js';
import { freshDatabase } from '../support/database.js';

let db: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  const database = await freshDatabase();
  drop = database.drop;
  db = openDatabase(database.url);
});
afterAll(async () => {
  await db.$disconnect();
  await drop();
});

const mail = {
  key: 'list/h-1',
  handoverId: null,
  personId: null,
  template: 'T2',
  to: 'leaver@example.com',
  subject: 'Your list',
  text: 'It is here.',
};

test('a link is stored with the mail that holds it, and with no other', async () => {
  const mails = new MailStore(db, 'example.com');
  const about = { purpose: 'list', subject: 'h-1', expiresAt: '2026-12-24T11:00:00.000Z' } as const;
  const [first, second] = [newLink(about), newLink(about)];
  expect(await mails.queue(mail, [first.link])).toBe(true);
  // A retried activity writes the mail again, with links of its own that nobody will ever see.
  expect(await mails.queue(mail, [second.link])).toBe(false);
  const found = await linkStore(db).find(first.token);
  expect(found).toMatchObject({ purpose: 'list', subject: 'h-1', memberId: null, usedAt: null });
  expect(found?.expiresAt.toISOString()).toBe(about.expiresAt);
  expect(await linkStore(db).find(second.token)).toBeNull();
});
