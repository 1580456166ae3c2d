import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callInvitation } from '../../src/mail/calendar.js';
import { smtpMail, type SmtpSettings } from '../../src/mail/transport.js';
import type { OutgoingMail } from '../../src/ports/mail.js';
import { VendorError } from '../../src/ports/vendor.js';

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly atMs: number;
}

const received: Received[] = [];
let server: SMTPServer;
let url = '';

beforeAll(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, callback) {
      if (address.startsWith('gone')) return callback(Object.assign(new Error(`550 no ${address}`), { responseCode: 550 }));
      if (address.startsWith('busy')) return callback(Object.assign(new Error('451 later'), { responseCode: 451 }));
      return callback();
    },
    onData(stream, { envelope }, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        const to = envelope.rcptTo.map(({ address }) => address);
        received.push({ from, to, raw: Buffer.concat(chunks).toString('utf8'), atMs: Date.now() });
        callback();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `smtp://127.0.0.1:${addressOf(server).port}`;
});
afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())));
beforeEach(() => void received.splice(0));

function addressOf({ server: listening }: SMTPServer): AddressInfo {
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address;
}

const mail: OutgoingMail = {
  messageId: '<m-7k2m9q@baton.example>',
  to: 'lone@kommune.example',
  subject: 'Må jeg præsentere Mikkel Holm?',
  text: 'Kære Lone\n\nHej',
  html: '<p>Kære Lone</p>',
};

/** Sends with settings and answers what the server got, if anything. */
async function send(changes: Partial<OutgoingMail>, settings: Partial<SmtpSettings> = {}): Promise<Received | undefined> {
  const port = smtpMail({ url, from: 'Baton <baton@example.com>', ...settings });
  try {
    await port.send({ ...mail, ...changes }, {});
  } finally {
    port.close();
  }
  return received[0];
}

/** The header as it stood on the wire, unfolded. */
function header(message: Received | undefined, name: string): string | undefined {
  const head = (message?.raw.split('\r\n\r\n')[0] ?? '').replace(/\r\n[ \t]+/g, ' ');
  return head
    .split('\r\n')
    .find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    ?.slice(name.length + 1)
    .trim();
}

describe('what arrives', () => {
  test('text and HTML, under the same Message-ID, marked as automatic', async () => {
    const message = await send({});
    expect(header(message, 'Message-ID')).toBe('<m-7k2m9q@baton.example>');
    expect(header(message, 'Auto-Submitted')).toBe('auto-generated');
    expect(header(message, 'Content-Type')).toMatch(/^multipart\/alternative/);
    const parsed = await simpleParser(message?.raw ?? '');
    expect(parsed).toMatchObject({ subject: mail.subject, text: expect.stringContaining('Kære Lone'), html: mail.html });
  });

  test('a person is seen as sender, answers go to a person, and returns to the mailbox for bounces', async () => {
    const message = await send(
      { fromName: 'Sanne Bakker', replyTo: 'sanne@example.com', cc: ['mikkel@example.com'] },
      { bounceAddress: 'returned@example.com' },
    );
    expect(header(message, 'From')).toBe('Sanne Bakker <baton@example.com>');
    expect(header(message, 'Reply-To')).toBe('sanne@example.com');
    expect(header(message, 'Cc')).toBe('mikkel@example.com');
    expect(message).toMatchObject({ from: 'returned@example.com', to: ['lone@kommune.example', 'mikkel@example.com'] });
  });

  test('without a mailbox for bounces, returns go to the sender', async () => {
    expect(await send({})).toMatchObject({ from: 'baton@example.com' });
    expect(header(received[0], 'From')).toBe('Baton <baton@example.com>');
    expect(await send({}, { from: 'baton@example.com' })).toMatchObject({ from: 'baton@example.com' });
  });

  test('what a person sent with their own click is not called automatic', async () => {
    expect(header(await send({ personal: true }), 'Auto-Submitted')).toBeUndefined();
  });

  test('one click unsubscribes, however long the address', async () => {
    const address = `https://baton.example.com/u/${'a1b2'.repeat(40)}`;
    const message = await send({ listUnsubscribe: address });
    const lines = message?.raw.split('\r\n') ?? [];
    expect(lines).toContain(`List-Unsubscribe: <${address}>`);
    expect(lines).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  });

  test('mails to contacts and staff carry no such header', async () => {
    expect((await send({}))?.raw).not.toMatch(/^List-/m);
  });

  test('an invitation says its method where calendars look for it', async () => {
    const invitation = callInvitation({
      uid: 'i-1@baton.example',
      sequence: 1,
      method: 'CANCEL',
      stamp: '2026-11-12T08:30:00.000Z',
      start: '2026-11-19T09:30:00.000Z',
      end: '2026-11-19T10:00:00.000Z',
      summary: 'x',
      description: 'x',
      organizer: { name: 'Sanne', email: 'sanne@example.com' },
      attendees: [],
    });
    const message = await send({ calendar: { method: 'CANCEL', content: invitation } });
    expect(message?.raw).toMatch(/Content-Type: text\/calendar; charset=utf-8; method=CANCEL\r\n/);
    const { attachments } = await simpleParser(message?.raw ?? '');
    const contents = attachments.map(({ content }) => content.toString());
    expect(contents.length).toBeGreaterThan(0);
    for (const content of contents) expect(content.replaceAll('\r\n', '\n')).toBe(invitation.replaceAll('\r\n', '\n'));
  });
});

describe('DKIM', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });

  test('signs body and headers, both List-Unsubscribe ones included, or receivers would ignore the one click', async () => {
    const message = await send(
      { listUnsubscribe: 'https://baton.example.com/u/abc' },
      { dkim: { domain: 'example.com', selector: 'baton', privateKey } },
    );
    const signature = header(message, 'DKIM-Signature') ?? '';
    const tags = new Map(
      signature.split(';').map((tag) => [tag.split('=')[0]?.trim() ?? '', tag.slice(tag.indexOf('=') + 1).trim()]),
    );
    expect(Object.fromEntries(tags)).toMatchObject({
      v: '1',
      a: 'rsa-sha256',
      d: 'example.com',
      s: 'baton',
      c: 'relaxed/relaxed',
    });
    const signed = (tags.get('h') ?? '').toLowerCase().replace(/\s/g, '').split(':');
    expect(signed).toEqual(
      expect.arrayContaining(['from', 'to', 'subject', 'message-id', 'list-unsubscribe', 'list-unsubscribe-post']),
    );
    expect(createHash('sha256').update(relaxedBody(message)).digest('base64')).toBe(tags.get('bh')?.replace(/\s/g, ''));

    // RFC 6376, 3.7: the signed headers as the receiver sees them, then the signature's own without its value.
    const own = `dkim-signature:${signature
      .replace(/\bb=[^;]*$/, 'b=')
      .replace(/\s+/g, ' ')
      .trim()}`;
    const lines = signed.map((name) => `${name}:${(header(message, name) ?? '').replace(/\s+/g, ' ')}`);
    const verify = createVerify('RSA-SHA256').update([...lines, own].join('\r\n'));
    expect(verify.verify(publicKey, (tags.get('b') ?? '').replace(/\s/g, ''), 'base64')).toBe(true);
  });

  function relaxedBody(message: Received | undefined): string {
    const raw = message?.raw ?? '';
    const body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
    return `${body
      .replace(/[ \t]+/g, ' ')
      .replace(/ \r\n/g, '\r\n')
      .replace(/(\r\n)*$/, '')}\r\n`;
  }
});

describe('what is refused', () => {
  test.each([
    'lone@kommune.example, all@example.com',
    'lone@kommune.example;all@example.com',
    'lone@kommune.example\r\nBcc: all@example.com',
    'lone@kommune.example\u0000',
    'Lone <lone@kommune.example>',
    '<lone@kommune.example>',
    'group: lone@kommune.example',
    '"a b"@kommune.example',
    'lone@kommune@example',
    'lone @kommune.example',
    'lone@kommune.example(comment)',
    'lo\u200bne@kommune.example',
    `${'a'.repeat(65)}@kommune.example`,
    'lone',
    '',
  ])('%j is not one plain address', async (address) => {
    for (const changes of [{ to: address }, { cc: [address] }, ...(address === '' ? [] : [{ replyTo: address }])]) {
      const error = await send(changes).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(VendorError);
      expect(error).toMatchObject({ kind: 'mail-refused' });
    }
    expect(received).toEqual([]);
  });

  test('a Message-ID or an unsubscribe address that is none', async () => {
    for (const changes of [
      { messageId: 'm1@baton.example' },
      { messageId: '<m1@baton.example>\r\nBcc: <all@example.com>' },
      { listUnsubscribe: 'http://baton.example.com/u/abc' },
      { listUnsubscribe: 'https://baton.example.com/u/abc>\r\nBcc: <all@example.com' },
      { listUnsubscribe: 'mailto:stop@example.com' },
    ]) {
      await expect(send(changes)).rejects.toMatchObject({ kind: 'mail-refused' });
    }
    expect(received).toEqual([]);
  });

  test('names and subjects on several lines go out on one', async () => {
    const message = await send({ fromName: 'Eve\r\nBcc: all@example.com', subject: 'Hi\r\nBcc: all@example.com\r\n\r\nBody' });
    expect(message?.to).toEqual(['lone@kommune.example']);
    expect(header(message, 'Bcc')).toBeUndefined();
    expect(header(message, 'Subject')).toBe('Hi Bcc: all@example.com Body');
  });

  test('an address that does not exist is not tried again; a busy server is; no address reaches the log', async () => {
    const gone = await send({ to: 'gone@kommune.example' }).catch((error: unknown) => error);
    expect(gone).toMatchObject({ kind: 'mail-refused', message: expect.not.stringContaining('@') });
    await expect(send({ to: 'busy@kommune.example' })).rejects.toMatchObject({ kind: 'mail-unavailable' });
  });

  test('a mail that only its copy reached did not arrive', async () => {
    await expect(send({ to: 'gone@Kommune.example', cc: ['mikkel@example.com'] })).rejects.toMatchObject({
      kind: 'mail-refused',
    });
  });

  test('nothing leaves after a cancellation', async () => {
    const port = smtpMail({ url, from: 'baton@example.com' });
    await expect(port.send(mail, { signal: AbortSignal.abort(new Error('cancelled')) })).rejects.toThrow('cancelled');
    port.close();
    expect(received).toEqual([]);
  });
});

test('a slow lane is kept', async () => {
  const port = smtpMail({ url, from: 'baton@example.com', perSecond: 4 });
  await Promise.all(Array.from({ length: 9 }, () => port.send(mail, {})));
  port.close();
  const times = received.map(({ atMs }) => atMs);
  expect(times).toHaveLength(9);
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(1_500);
});

describe('turns', () => {
  test('few mails are on their way at once, so a crash leaves few of them in doubt', async () => {
    const port = smtpMail({ url, from: 'baton@example.com' });
    let [under, most] = [0, 0];
    const work = async (): Promise<void> => {
      under += 1;
      most = Math.max(most, under);
      await port.send(mail, {});
      under -= 1;
    };
    await Promise.all(Array.from({ length: 30 }, () => port.turn(work, {})));
    port.close();
    expect(received).toHaveLength(30);
    expect(most).toBe(10);
  });

  test('whoever was cancelled while waiting does nothing in its turn, and a failure holds up nobody', async () => {
    const port = smtpMail({ url, from: 'baton@example.com' });
    const cancelled = new AbortController();
    const failures = Array.from({ length: 10 }, () => port.turn(() => Promise.reject(new Error('refused')), {}));
    const waiting = port.turn(() => port.send(mail, {}), { signal: cancelled.signal });
    cancelled.abort(new Error('cancelled'));
    const after = port.turn(() => port.send(mail, {}), {});
    expect(await Promise.allSettled([...failures, waiting, after])).toMatchObject([
      ...failures.map(() => ({ reason: { message: 'refused' } })),
      { reason: { message: 'cancelled' } },
      { status: 'fulfilled' },
    ]);
    port.close();
    expect(received).toHaveLength(1);
  });
});

test('says whether the server answers', async () => {
  const port = smtpMail({ url, from: 'baton@example.com' });
  expect(await port.verify()).toBeNull();
  port.close();
  const nobody = smtpMail({ url: 'smtp://127.0.0.1:1', from: 'baton@example.com' });
  expect(await nobody.verify()).not.toBeNull();
  await expect(nobody.send(mail, {})).rejects.toMatchObject({ kind: 'mail-unavailable' });
  nobody.close();
});
