import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { freePort } from '../../src/embedded/ports.js';

const pom = fileURLToPath(new URL('../../scripts/greenmail/pom.xml', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache/greenmail', import.meta.url));
const startsWithinMs = 30_000;

/** Whether this machine can run GreenMail: Java, and Maven for the first time. */
export function hasImapServer(): boolean {
  const works = (program: string, argument: string): boolean => spawnSync(program, [argument]).status === 0;
  return works('java', '-version') && (jarIn(cache) !== null || works('mvn', '-v'));
}

/** A mailbox on a real IMAP server over loopback. */
export interface ImapServer {
  /** For `imapBounces`; add the folder as a path. */
  readonly url: string;
  /** Delivers a message as it stands (`\n` will do) into the mailbox, by SMTP. */
  readonly deliver: (message: string) => Promise<void>;
  readonly createFolder: (name: string) => Promise<void>;
  /** Moves everything in INBOX into a folder. */
  readonly moveAll: (folder: string) => Promise<void>;
  /** The subjects of what is unread. */
  readonly unread: (folder?: string) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

const user = 'returned';
const password = 'wacht woord/1';
const domain = 'baton.example';

/** Starts GreenMail on free ports of loopback, with one empty mailbox. */
export async function startImap(): Promise<ImapServer> {
  const jar = await bringJar();
  const [imap, smtp] = [await freePort(), await freePort()];
  const settings = {
    'smtp.hostname': '127.0.0.1',
    'smtp.port': smtp,
    'imap.hostname': '127.0.0.1',
    'imap.port': imap,
    users: `${user}:${password}@${domain}`,
  };
  const options = Object.entries(settings).map(([name, value]) => `-Dgreenmail.${name}=${value}`);
  const child = spawn('java', ['-Xmx128m', '-XX:+UseSerialGC', ...options, '-jar', jar], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  await Promise.all([listens(imap), listens(smtp)]);
  return {
    ...mailboxOn(imap, smtp),
    stop: async () => {
      process.removeListener('exit', kill);
      kill();
      await ended;
    },
  };
}

function mailboxOn(imap: number, smtp: number): Omit<ImapServer, 'stop'> {
  const url = `imap://${user}:${encodeURIComponent(password)}@127.0.0.1:${imap}`;
  async function withClient<Value>(work: (client: ImapFlow) => Promise<Value>): Promise<Value> {
    const client = new ImapFlow({ host: '127.0.0.1', port: imap, secure: false, auth: { user, pass: password }, logger: false });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.logout();
    }
  }
  return {
    url,
    deliver: async (message) => {
      const transport = createTransport({ host: '127.0.0.1', port: smtp });
      const raw = message.replace(/\r?\n/g, '\r\n');
      await transport.sendMail({ envelope: { from: 'mailer-daemon@mx.example', to: [`${user}@${domain}`] }, raw });
      transport.close();
    },
    createFolder: (name) => withClient(async (client) => void (await client.mailboxCreate(name))),
    moveAll: (folder) =>
      withClient(async (client) => {
        await client.mailboxOpen('INBOX');
        await client.messageMove('1:*', folder);
      }),
    unread: (folder = 'INBOX') =>
      withClient(async (client) => {
        await client.mailboxOpen(folder, { readOnly: true });
        const uids = (await client.search({ seen: false }, { uid: true })) || [];
        if (uids.length === 0) return [];
        const found = await client.fetchAll(uids, { envelope: true }, { uid: true });
        return found.map(({ envelope }) => envelope?.subject ?? '');
      }),
  };
}

async function bringJar(): Promise<string> {
  const there = jarIn(cache);
  if (there !== null) return there;
  const fresh = `${cache}.${process.pid}`;
  await mkdir(join(cache, '..'), { recursive: true });
  await promisify(execFile)('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${fresh}`]);
  // Another run may have been quicker; then ours is superfluous.
  await rename(fresh, cache).catch(() => rm(fresh, { recursive: true, force: true }));
  const jar = jarIn(cache);
  if (jar === null) throw new Error(`Maven brought no GreenMail into ${cache}`);
  return jar;
}

function jarIn(folder: string): string | null {
  const jar = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.jar')) : undefined;
  return jar === undefined ? null : join(folder, jar);
}

async function listens(port: number): Promise<void> {
  const deadline = Date.now() + startsWithinMs;
  while (!(await greets(port))) {
    if (Date.now() > deadline) throw new Error('GreenMail did not start in time');
    await sleep(100);
  }
}

/** Both protocols greet first. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (greeted: boolean) => (): void => {
      socket.destroy();
      resolve(greeted);
    };
    socket.once('data', end(true));
    socket.once('error', end(false));
    socket.once('close', end(false));
  });
}
