import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { imapBounces } from '../../src/mail/bounces.js';
import { bouncesIn } from '../../src/mail/deliveryStatus.js';
import type { Bounce } from '../../src/ports/mail.js';
import { VendorError } from '../../src/ports/vendor.js';
import { hasImapServer, startImap, type ImapServer } from '../support/imap.js';

interface Report {
  readonly subject?: string;
  readonly status: string;
  readonly original?: string;
  readonly reportType?: string;
}

const quoted = `Content-Type: message/rfc822

Message-ID: <m1@baton.example>
From: Karin <baton@example.test>
Subject: Even voorstellen
Content-Type: text/plain

Beste Lone`;

/** A report as a mail server writes it (RFC 3464, 7). */
function report({ subject = 'Undelivered', status, original = quoted, reportType = 'delivery-status' }: Report): string {
  return `From: MAILER-DAEMON@mx.example
To: returned@baton.example
Subject: ${subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report;
	report-type=${reportType}; boundary="=_b1"

--=_b1
Content-Type: text/plain; charset=utf-8

This message could not be delivered. Status: 5.9.9

--=_b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Thu, 12 Nov 2026 08:30:00 +0000

${status}

--=_b1
${original}

--=_b1--
`;
}

const hard = `Final-Recipient: rfc822; Lone@Kommune.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such
 user here`;
const soft = `Final-Recipient: RFC822;lone@kommune.example
Action: Delayed
Status: 4.2.2 (mailbox full)
Will-Retry-Until: Sun, 15 Nov 2026 08:30:00 +0000`;

describe('a report says which mail did not arrive, and whether it ever will', () => {
  const read = (message: string) => bouncesIn(Buffer.from(message.replaceAll('\n', '\r\n')));
  const gone = { messageId: '<m1@baton.example>', recipient: 'lone@kommune.example', status: '5.1.1', permanent: true };

  test('an address that does not exist', async () => {
    expect(await read(report({ status: hard }))).toEqual([gone]);
  });

  test('a full mailbox may have room another day', async () => {
    expect(await read(report({ status: soft }))).toEqual([{ ...gone, status: '4.2.2', permanent: false }]);
  });

  test('given up after days of trying: the address may still be right', async () => {
    const status = soft.replace('Delayed', 'failed').replace('4.2.2', '4.4.7');
    expect(await read(report({ status }))).toMatchObject([{ status: '4.4.7', permanent: false }]);
  });

  test('with the headers alone, folded', async () => {
    const original = 'Content-Type: text/rfc822-headers\n\nSubject: Even voorstellen\nMessage-ID:\n <m1@baton.example>';
    expect(await read(report({ status: hard, original }))).toEqual([gone]);
  });

  test('in base64', async () => {
    const body = Buffer.from(`Message-ID: <m1@baton.example>\r\nSubject: x\r\n`).toString('base64');
    const original = `Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\n${body}`;
    expect(await read(report({ status: hard, original }))).toEqual([gone]);
  });

  test('a forwarded mail counts for the address that we wrote to', async () => {
    const status = `Original-Recipient: rfc822;lone@kommune.example\n${hard.replace('Lone@Kommune', 'lone@private')}`;
    expect(await read(report({ status }))).toEqual([gone]);
  });

  test('two recipients, of whom one got it', async () => {
    const arrived = 'Final-Recipient: rfc822; mikkel@example.test\nAction: delivered\nStatus: 2.0.0';
    expect(await read(report({ status: `${arrived}\n\n${hard}` }))).toEqual([gone]);
  });

  test('a report that was cut off in the middle of the original', async () => {
    const message = report({ status: hard });
    expect(await read(message.slice(0, message.indexOf('Beste Lone')))).toEqual([gone]);
  });

  test('a report that quotes nothing, or an id that would begin a header, names no mail', async () => {
    for (const id of ['', 'Message-ID: <m1@baton.example> Bcc: <x@y.example>']) {
      const original = `Content-Type: text/rfc822-headers\n\nSubject: x\n${id}`;
      expect(await read(report({ status: hard, original }))).toEqual([{ ...gone, messageId: null }]);
    }
  });

  test.each([
    ['no recipient', 'Action: failed\nStatus: 5.1.1'],
    ['no status', 'Final-Recipient: rfc822; lone@kommune.example\nAction: failed'],
    ['a status that is none', 'Final-Recipient: rfc822; lone@kommune.example\nAction: failed\nStatus: five'],
    ['two addresses', 'Final-Recipient: rfc822; lone@kommune.example, b@c.example\nAction: failed\nStatus: 5.1.1'],
    ['bytes', '\u0000\u0001\uffff: \u0007'],
  ])('garbage is no bounce: %s', async (_what, status) => {
    expect(await read(report({ status }))).toEqual([]);
  });
});

// Where there is no Java, nothing can stand in for a real server.
describe.skipIf(!hasImapServer())('read from a real mailbox', () => {
  let server: ImapServer;
  beforeAll(async () => {
    server = await startImap();
  }, 120_000);
  afterAll(() => server.stop());

  async function readAll(url = server.url): Promise<{ readonly count: number; readonly bounces: readonly Bounce[] }> {
    const bounces: Bounce[] = [];
    const count = await imapBounces(url).read(async (bounce) => void bounces.push(bounce), {});
    return { count, bounces };
  }

  beforeEach(async () => void (await readAll()));

  test('hard and soft bounces are handed on once, and read mail is not touched again', async () => {
    await server.deliver(report({ status: hard }));
    await server.deliver(report({ status: soft, original: quoted.replace('m1', 'm2') }));
    expect(await readAll()).toEqual({
      count: 2,
      bounces: [
        { messageId: '<m1@baton.example>', recipient: 'lone@kommune.example', status: '5.1.1', permanent: true },
        { messageId: '<m2@baton.example>', recipient: 'lone@kommune.example', status: '4.2.2', permanent: false },
      ],
    });
    expect(await server.unread()).toEqual([]);
    expect(await readAll()).toEqual({ count: 0, bounces: [] });
  });

  test("a person's answer, an automatic reply and a read receipt are not bounces, however they look", async () => {
    await server.deliver(`From: lone@kommune.example\nTo: returned@baton.example\nSubject: Re: hello\n\n${hard}\n`);
    await server.deliver(report({ subject: 'Read', status: hard, reportType: 'disposition-notification' }));
    await server.deliver(
      `From: lone@kommune.example\nTo: returned@baton.example\nSubject: Out of office\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nAway\n--x\nContent-Type: message/delivery-status\n\n${hard}\n--x--\n`,
    );
    expect(await server.unread()).toHaveLength(3);
    expect(await readAll()).toEqual({ count: 0, bounces: [] });
    expect(await server.unread()).toEqual([]);
  });

  test('a report stays unread until it has been dealt with', async () => {
    await server.deliver(report({ subject: 'First', status: hard }));
    await server.deliver(report({ subject: 'Second', status: soft }));
    const failing = imapBounces(server.url).read((bounce) => {
      return bounce.permanent ? Promise.resolve() : Promise.reject(new Error('the database is away'));
    }, {});
    await expect(failing).rejects.toThrow('the database is away');
    expect(await server.unread()).toEqual(['Second']);
    expect(await readAll()).toMatchObject({ count: 1, bounces: [{ status: '4.2.2' }] });
  });

  test('a huge report is read as far as it matters', async () => {
    await server.deliver(report({ status: hard, original: `${quoted}\n${'x'.repeat(70).concat('\n').repeat(30_000)}` }));
    expect(await readAll()).toMatchObject({ count: 1, bounces: [{ messageId: '<m1@baton.example>' }] });
  });

  test('a folder of its own, and one that is not there', async () => {
    await server.createFolder('Returned mail');
    await server.deliver(report({ status: hard }));
    await server.moveAll('Returned mail');
    expect(await readAll()).toMatchObject({ count: 0 });
    expect(await readAll(`${server.url}/Returned%20mail`)).toMatchObject({ count: 1 });
    await expect(readAll(`${server.url}/Nowhere`)).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('a wrong password, a server that is gone and a cancellation are told apart, and none shows the password', async () => {
    const wrong = await readAll(server.url.replace(/:[^:@/]+@/, ':geheim@')).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(VendorError);
    expect(wrong).toMatchObject({ kind: 'unauthorized', message: expect.not.stringContaining('geheim') });
    const nobody = await readAll('imap://a:geheim@127.0.0.1:1').catch((error: unknown) => error);
    expect(nobody).toMatchObject({ kind: 'mail-unavailable', message: expect.not.stringContaining('geheim') });

    await server.deliver(report({ status: hard }));
    const controller = new AbortController();
    const reading = imapBounces(server.url).read(async () => controller.abort(new Error('cancelled')), {
      signal: controller.signal,
    });
    await expect(reading).rejects.toThrow('cancelled');
    expect(await server.unread()).toHaveLength(1);
  });
});
