import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailDev, type Servers } from 'maildev';
import { choosePort } from './ports.js';

/** Ports (0 = any free one), and the folder that keeps mails over restarts; without one they are gone at the end. */
export interface MailboxOptions {
  readonly smtpPort: number;
  readonly webPort: number;
  readonly mailDir?: string;
}

/** A running mailbox that takes every mail and delivers none; `url` shows them, `GET <url>/email` lists them. */
export interface Mailbox {
  readonly smtpPort: number;
  readonly url: string;
  readonly stop: () => Promise<void>;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

type Mail = Awaited<ReturnType<Servers['storage']['getAll']>>[number];

/** As sent, names in lower case: maildev 3 drops the structured ones, List-Unsubscribe among them. */
async function sentHeaders(file: string): Promise<Record<string, string>> {
  const [block = ''] = (await readFile(file, 'utf8')).split(/\r?\n\r?\n/, 1);
  const lines = block.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/);
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

async function present({ attachments, text, html, headers, ...mail }: Mail): Promise<unknown> {
  return {
    ...mail,
    text: text ?? '',
    html: html ?? '',
    headers: { ...(await sentHeaders(mail.source)), ...headers },
    attachments: attachments.map(({ filename, ...attachment }) => ({ fileName: filename, ...attachment })),
  };
}

async function listMails(storage: Servers['storage']): Promise<unknown[]> {
  const mails = await storage.getAll();
  return Promise.all(mails.map(present));
}

function answerList({ storage, response }: { storage: Servers['storage']; response: ServerResponse }): void {
  const answer = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
  };
  listMails(storage).then(
    (mails) => answer(200, mails),
    () => answer(500, { error: { code: 'mailbox', message: 'The mails could not be read; start again' } }),
  );
}

/** maildev 3 moved its list to `/api/email` and renamed a field; `GET /email` stays as it was, before maildev sees the request. */
function keepListRoute({ storage, api }: Servers): void {
  const http = api?.server.server;
  if (http === undefined) return;
  const others = http.listeners('request');
  http.removeAllListeners('request');
  const listener: Listener = (request, response) => {
    if (request.method === 'GET' && request.url?.split('?')[0] === '/email') return answerList({ storage, response });
    for (const other of others) Reflect.apply(other, http, [request, response]);
  };
  http.on('request', listener);
}

/** maildev prints its address on stdout even when silent, and stdout is for results. */
async function startSilently(maildev: MailDev): Promise<Servers> {
  const { info } = console;
  console.info = () => undefined;
  try {
    return await maildev.start();
  } finally {
    console.info = info;
  }
}

/** Starts maildev on loopback, inside this process. */
export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const smtpPort = await choosePort({ port: options.smtpPort, variable: 'MAILBOX_SMTP_PORT' });
  const webPort = await choosePort({ port: options.webPort, variable: 'MAILBOX_PORT' });
  // Never maildev's default, which every maildev on the machine shares.
  const mailDir = options.mailDir ?? (await mkdtemp(join(tmpdir(), 'baton-mailbox-')));
  const maildev = new MailDev({
    smtp: smtpPort,
    ip: '127.0.0.1',
    web: webPort,
    webIp: '127.0.0.1',
    mailDirectory: mailDir,
    silent: true,
  });
  keepListRoute(await startSilently(maildev));
  const stop = async (): Promise<void> => {
    await maildev.stop();
    if (options.mailDir === undefined) await rm(mailDir, { recursive: true, force: true });
  };
  return { smtpPort, url: `http://127.0.0.1:${webPort}`, stop };
}
