import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A mail as it arrived. */
export interface Letter {
  /** When it came, by the world's clock, Unix milliseconds. */
  readonly at: number;
  readonly messageId: string;
  /** Everybody it was delivered to, in lower case. */
  readonly recipients: readonly string[];
  readonly from: string;
  readonly replyTo: string | null;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The page links in the text, in their order. */
  readonly links: readonly string[];
  /** The address of the one-click unsubscription; null without one. */
  readonly unsubscribe: string | null;
  /** An invitation's text, its lines unfolded; null without one. */
  readonly calendar: string | null;
  readonly header: (name: string) => string | null;
}

/** A mail server over loopback that takes everything, until it is told not to. */
export interface Postbox {
  readonly url: string;
  readonly letters: readonly Letter[];
  /** What a recipient is refused with: 550 there is no such address, 450 not now; null takes the mail. */
  refuse: (recipient: string) => 550 | 450 | null;
  readonly close: () => Promise<void>;
}

/** Opens a mailbox for everybody; `now` is the world's clock. */
export async function openPostbox(now: () => number): Promise<Postbox> {
  const letters: Letter[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onRcptTo: ({ address }, _session, done) => {
      const responseCode = postbox.refuse(address.toLowerCase());
      if (responseCode === null) return done();
      done(Object.assign(new Error('not taken, as the test wants it'), { responseCode }));
    },
    onData: (stream, { envelope }, done) => {
      const at = now();
      const recipients = envelope.rcptTo.map(({ address }) => address.toLowerCase());
      simpleParser(stream, { skipTextToHtml: true }).then(
        (mail) => {
          letters.push(letterOf(mail, at, recipients));
          done();
        },
        (error: unknown) => done(error instanceof Error ? error : new Error('unreadable mail')),
      );
    },
  });
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = addressOf(listener.address());
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  const postbox: Postbox = { url: `smtp://127.0.0.1:${port}`, letters, refuse: () => null, close };
  return postbox;
}

function letterOf(mail: ParsedMail, at: number, recipients: readonly string[]): Letter {
  const { messageId = '', subject = '', text = '', html } = mail;
  const header = (name: string): string | null => lineOf(mail, name);
  const calendar = mail.attachments.find(({ contentType }) => contentType === 'text/calendar');
  return {
    at,
    messageId,
    recipients,
    from: mail.from?.text ?? '',
    replyTo: plain(mail.replyTo),
    subject,
    text,
    html: typeof html === 'string' ? html : '',
    links: text.match(/https:\/\/\S+\/l\/[\w-]+(\?a=[\w-]+)?/g) ?? [],
    unsubscribe: /<([^>]+)>/.exec(header('list-unsubscribe') ?? '')?.[1] ?? null,
    calendar: calendar ? calendar.content.toString('utf8').replace(/\r\n[ \t]/g, '') : null,
    header,
  };
}

/** A header as it was sent, on one line. */
function lineOf({ headerLines }: ParsedMail, name: string): string | null {
  const line = headerLines.find(({ key }) => key === name.toLowerCase())?.line;
  return line === undefined
    ? null
    : line
        .slice(line.indexOf(':') + 1)
        .replace(/\r?\n[ \t]+/g, ' ')
        .trim();
}

function plain(address: AddressObject | undefined): string | null {
  return address?.value[0]?.address ?? null;
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('the mailbox listens nowhere');
  return address;
}
