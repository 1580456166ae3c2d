import { createTransport, type Transporter } from 'nodemailer';
import pLimit from 'p-limit';
import type { MailPort, OutgoingMail } from '../ports/mail.js';
import { VendorError } from '../ports/vendor.js';
import { oneLine } from './oneLine.js';

/** How to reach the mail server and as whom. */
export interface SmtpSettings {
  /** `smtp://` or `smtps://`, with user and password where the server wants them. */
  readonly url: string;
  /** `Name <address>`, or an address alone. */
  readonly from: string;
  /** `privateKey` in PEM; null where the mail server signs. */
  readonly dkim?: { readonly domain: string; readonly selector: string; readonly privateKey: string } | null | undefined;
  /** Where mails that cannot be delivered come back to; null: to `from`. */
  readonly bounceAddress?: string | null | undefined;
  /** Mails per second of this process; null: as fast as the server takes them. */
  readonly perSecond?: number | null | undefined;
}

/** Mail by SMTP; `close` ends its connections. */
export type SmtpMail = MailPort & { readonly close: () => void };

/** Connections of one worker to the mail server. */
const connections = 5;
/** Mails that are judged, marked or under way at once: while one goes, the next gets ready. A crash leaves at most as many unsure. */
const turns = 2 * connections;

/** Sends over SMTP (RFC 5321), over a few connections per worker. */
export function smtpMail(settings: SmtpSettings): SmtpMail {
  const transport = connect(settings);
  const limit = pLimit(turns);
  return {
    turn: (work, { signal }) =>
      limit(() => {
        signal?.throwIfAborted();
        return work();
      }),
    async send(mail, context) {
      const message = messageOf(mail, settings);
      context.signal?.throwIfAborted();
      const { rejected, rejectedErrors } = await transport.sendMail(message).catch((error: unknown) => {
        throw translate(error);
      });
      // The server took the mail for somebody in cc, but not for the one it is written to.
      if (rejected.some((address) => addressOf(address).toLowerCase() === mail.to.toLowerCase()))
        throw translate(rejectedErrors?.[0]);
    },
    verify: async () => {
      try {
        await transport.verify();
        return null;
      } catch (error) {
        return error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
      }
    },
    close: () => transport.close(),
  };
}

function connect({ url, dkim, perSecond }: SmtpSettings) {
  return createTransport({
    url,
    pool: true,
    // Over several connections the library overshoots its rate: each that waited for the next second sends at once.
    maxConnections: perSecond ? 1 : connections,
    connectionTimeout: 10_000,
    socketTimeout: 30_000,
    ...(perSecond && paceOf(perSecond)),
    ...(dkim && {
      dkim: { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey, headerFieldNames: signed },
    }),
  });
}

/** nodemailer counts whole mails per span of time: half a mail a second is one in two. */
function paceOf(perSecond: number): { readonly rateLimit: number; readonly rateDelta: number } {
  const rateLimit = Math.max(1, Math.floor(perSecond));
  return { rateLimit, rateDelta: (rateLimit / perSecond) * 1000 };
}

/** RFC 8058 (4) wants both List-Unsubscribe headers under the signature, and nodemailer's own list lacks the second. */
const signed = [
  'From',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'To',
  'Cc',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Auto-Submitted',
].join(':');

type Message = Parameters<Transporter['sendMail']>[0];

function messageOf(mail: OutgoingMail, { from, bounceAddress }: SmtpSettings): Message {
  const { messageId, fromName, replyTo, subject, text, html, calendar } = mail;
  if (!/^<[^\s<>]+@[^\s<>]+>$/.test(messageId)) throw refused('its Message-ID is none');
  const cc = mail.cc ?? [];
  for (const address of [mail.to, ...cc, ...(replyTo ? [replyTo] : [])]) assertPlain(address);
  const sender = fromOf(from);
  return {
    messageId,
    from: { name: fromName ? oneLine(fromName) : sender.name, address: sender.address },
    to: { name: '', address: mail.to },
    ...(cc.length > 0 && { cc: cc.map((address) => ({ name: '', address })) }),
    ...(replyTo && { replyTo: { name: '', address: replyTo } }),
    subject: oneLine(subject),
    text,
    ...(html && { html }),
    ...(calendar && { icalEvent: { method: calendar.method, content: calendar.content, filename: 'invite.ics' } }),
    headers: headersOf(mail),
    envelope: { from: bounceAddress ?? sender.address, to: [mail.to, ...cc] },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** `prepared`: written as they stand, on one line, since receivers compare them word for word. */
function headersOf({ listUnsubscribe, personal }: OutgoingMail): Record<string, string | { prepared: boolean; value: string }> {
  if (listUnsubscribe && !isOneClick(listUnsubscribe)) throw refused('its address for unsubscribing is not https');
  return {
    ...(!personal && { 'Auto-Submitted': 'auto-generated' }),
    ...(listUnsubscribe && {
      'List-Unsubscribe': { prepared: true, value: `<${listUnsubscribe}>` },
      'List-Unsubscribe-Post': { prepared: true, value: 'List-Unsubscribe=One-Click' },
    }),
  };
}

/** https (RFC 8058, 3.1), or http to this machine, where the demo's server is. */
function isOneClick(address: string): boolean {
  if (!URL.canParse(address) || /[\s<>,\p{Cc}]/u.test(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}

/** One address and nothing else: whatever could begin a header, a list, a group, a comment or a second address is refused. */
function assertPlain(address: string): void {
  const [local = '', domain = ''] = address.split('@');
  const isPlain = /^[^\s\p{Cc}\p{Cf}<>()[\]\\,;:@"]+@[^\s\p{Cc}\p{Cf}<>()[\]\\,;:@"]+$/u.test(address);
  if (!isPlain || local.length > 64 || domain.length > 253) throw refused('an address is not one plain address');
}

function fromOf(from: string): { readonly name: string; readonly address: string } {
  const [, name = '', address = from] = /^(.*)<([^<>]+)>\s*$/.exec(from) ?? [];
  return { name: oneLine(name).replace(/^"(.*)"$/, '$1'), address: address.trim() };
}

function addressOf(recipient: string | { readonly address: string }): string {
  return typeof recipient === 'string' ? recipient : recipient.address;
}

/** Nothing of the mail stands in the message: it goes to the log. */
function refused(why: string): VendorError {
  return new VendorError('mail-refused', `a mail was not sent: ${why}`);
}

/**
 * A permanent refusal of this one mail (5xx after RCPT or DATA), a server that surely took nothing, or a connection that broke when it may have
 * (`timeout`). The server's text may quote an address, so it is not passed on.
 */
function translate(error: unknown): VendorError {
  const { responseCode, code, syscall, message } = { responseCode: 0, code: '', syscall: '', message: '', ...fieldsOf(error) };
  const isRefused = responseCode >= 500 && responseCode !== 535 && responseCode !== 530;
  if (isRefused) return new VendorError('mail-refused', `the mail server refused a mail (${responseCode})`);
  const isBefore = syscall === 'connect' || neverBegan.has(code) || /^(Connection timeout|Greeting never received)/.test(message);
  if (responseCode > 0 || isBefore) return new VendorError('mail-unavailable', 'the mail server could not be reached');
  return new VendorError('timeout', 'the connection to the mail server broke, and nobody knows whether it took the mail');
}

/** nodemailer's codes for what happens before a mail is handed over. */
const neverBegan: ReadonlySet<string> = new Set(['ECONNECTION', 'EDNS', 'EAUTH', 'ETLS', 'EENVELOPE', 'EMESSAGE', 'ESTREAM']);

function fieldsOf(error: unknown) {
  if (!(error instanceof Error)) return {};
  const text = (name: string): string => {
    const value: unknown = Object.entries(Object.getOwnPropertyDescriptors(error)).find(([key]) => key === name)?.[1].value;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  return {
    responseCode: Number(text('responseCode')) || 0,
    code: text('code'),
    syscall: text('syscall'),
    message: error.message,
  };
}
