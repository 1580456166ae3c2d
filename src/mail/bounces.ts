import { ImapFlow } from 'imapflow';
import type { BouncePort } from '../ports/mail.js';
import { VendorError } from '../ports/vendor.js';
import { bouncesIn, isReport } from './deliveryStatus.js';

/** More of a report is not fetched: status and the original's headers stand before the original's body. */
const maxBytes = 1_048_576;
const answerWithinMs = 30_000;

/** Reads bounces over IMAP (RFC 9051) from `imaps://user:password@host/Folder`; `imap://` upgrades by STARTTLS, except to this machine. */
export function imapBounces(url: string): BouncePort {
  return {
    async read(handle, { signal }) {
      signal?.throwIfAborted();
      const client = connect(url);
      const stop = (): void => client.close();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        await throughImap(signal, () => client.connect());
        return await readFolder(client, folderOf(url), handle, signal);
      } finally {
        signal?.removeEventListener('abort', stop);
        client.close();
      }
    },
  };
}

async function readFolder(
  client: ImapFlow,
  folder: string,
  handle: Parameters<BouncePort['read']>[0],
  signal: AbortSignal | undefined,
): Promise<number> {
  await throughImap(signal, () => client.mailboxOpen(folder));
  const unread = (await throughImap(signal, () => client.search({ seen: false }, { uid: true }))) || [];
  let handed = 0;
  for (const uid of unread) {
    const source = await throughImap(signal, () => fetchReport(client, uid));
    const bounces = source === null ? [] : await bouncesIn(source);
    for (const bounce of bounces) {
      signal?.throwIfAborted();
      await handle(bounce);
      handed += 1;
    }
    await throughImap(signal, () => client.messageFlagsAdd([uid], ['\\Seen'], { uid: true }));
  }
  return handed;
}

/** The beginning of a delivery report; null for any other message, of which nothing but its Content-Type is read. */
async function fetchReport(client: ImapFlow, uid: number): Promise<Buffer | null> {
  const found = await client.fetchOne(uid, { headers: ['content-type'] }, { uid: true });
  if (!found || !isReport(found.headers?.toString('latin1') ?? '')) return null;
  const fetched = await client.fetchOne(uid, { source: { start: 0, maxLength: maxBytes } }, { uid: true });
  return (fetched && fetched.source) || null;
}

function connect(url: string): ImapFlow {
  const { protocol, hostname, port, username, password } = new URL(url);
  const isSecure = protocol === 'imaps:';
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  const client = new ImapFlow({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (isSecure ? 993 : 143),
    secure: isSecure,
    // A password is not sent in the clear over a network.
    ...(!isSecure && { doSTARTTLS: !isHere }),
    auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    logger: false,
    disableAutoIdle: true,
    connectionTimeout: answerWithinMs,
    greetingTimeout: answerWithinMs,
    socketTimeout: answerWithinMs,
  });
  // The command that was under way rejects with the same error; without a listener the process would end.
  client.on('error', () => undefined);
  return client;
}

function folderOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1)) || 'INBOX';
}

/** Puts what IMAP throws into our words; the caller's cancellation goes up as it is. */
async function throughImap<Value>(signal: AbortSignal | undefined, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw translate(error);
  }
}

/** The server's text is left out: it may quote the account. */
function translate(error: unknown): VendorError {
  if (!(error instanceof Error)) return new VendorError('mail-unavailable', 'the mailbox for bounces did not answer');
  if ('authenticationFailed' in error && error.authenticationFailed) {
    return new VendorError('unauthorized', 'the mailbox for bounces refused user or password');
  }
  if ('mailboxMissing' in error && error.mailboxMissing) {
    return new VendorError('not-found', "the folder for bounces is not there; the address's path names it");
  }
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  return new VendorError('mail-unavailable', `the mailbox for bounces could not be read${code}`);
}
