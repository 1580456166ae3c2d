import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import { startMailbox } from '../../src/embedded/mailbox.js';
import { freePort } from '../../src/embedded/ports.js';

const mail = {
  from: 'Noor <noor@example.test>',
  to: 'Søren <soren@example.test>, li@example.test',
  subject: 'Hé, tot ziens',
  text: 'Dag',
  html: '<p>Dag <a href="http://127.0.0.1:7400/l/abc">knop</a></p>',
  headers: { 'List-Unsubscribe': '<http://127.0.0.1:7400/u/abc>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  attachments: [{ filename: 'invite.ics', content: 'BEGIN:VCALENDAR', contentType: 'text/calendar' }],
};

async function list(url: string): Promise<unknown> {
  const response = await fetch(`${url}/email`);
  expect(response.status).toBe(200);
  return response.json();
}

test('a mail that was sent is listed in the shape that tests from outside read, also after a restart', async () => {
  const mailDir = await mkdtemp(join(tmpdir(), 'baton-test-mail-'));
  const first = await startMailbox({ smtpPort: 0, webPort: 0, mailDir });
  await createTransport({ host: '127.0.0.1', port: first.smtpPort }).sendMail(mail);
  const expected = [
    expect.objectContaining({
      id: expect.any(String),
      from: [expect.objectContaining({ address: 'noor@example.test' })],
      to: [expect.objectContaining({ address: 'soren@example.test' }), expect.objectContaining({ address: 'li@example.test' })],
      subject: mail.subject,
      text: expect.stringContaining('Dag'),
      html: expect.stringContaining('href="http://127.0.0.1:7400/l/abc"'),
      headers: expect.objectContaining({
        'list-unsubscribe': '<http://127.0.0.1:7400/u/abc>',
        'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
      }),
      attachments: [expect.objectContaining({ fileName: 'invite.ics', contentType: 'text/calendar' })],
    }),
  ];
  expect(await list(first.url)).toEqual(expected);
  await first.stop();
  const second = await startMailbox({ smtpPort: 0, webPort: 0, mailDir });
  expect(await list(second.url)).toEqual(expected);
  await second.stop();
});

test('a person sees a page, and maildev keeps its own routes', async () => {
  const mailbox = await startMailbox({ smtpPort: 0, webPort: 0 });
  const page = await fetch(mailbox.url, { headers: { accept: 'text/html' } });
  expect(await page.text()).toContain('<html');
  expect((await fetch(`${mailbox.url}/api/healthz`)).status).toBe(200);
  await mailbox.stop();
});

test('a busy mailbox port is named', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  await expect(startMailbox({ smtpPort: port, webPort: 0 })).rejects.toThrow(`Port ${port} is in use; set MAILBOX_SMTP_PORT`);
  await expect(startMailbox({ smtpPort: 0, webPort: port })).rejects.toThrow(`Port ${port} is in use; set MAILBOX_PORT`);
  await new Promise((resolve) => server.close(resolve));
});
