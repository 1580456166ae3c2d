import { SMTPServer } from 'smtp-server';
import { freePort } from '../src/embedded/ports.js';

/** One mail as it came in, by this machine's clock. */
export interface Arrival {
  readonly atMs: number;
  readonly messageId: string;
  readonly to: readonly string[];
}

/** An SMTP server on loopback that keeps who got what and when, and nothing else. */
export interface CountingMailbox {
  readonly url: string;
  readonly arrivals: () => readonly Arrival[];
  /** Connections opened so far. */
  readonly connections: () => number;
  readonly empty: () => void;
  readonly close: () => Promise<void>;
}

/** Starts it on a free port. */
export async function openCountingMailbox(): Promise<CountingMailbox> {
  const port = await freePort();
  let arrivals: Arrival[] = [];
  let connections = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onConnect: (_session, done) => {
      connections += 1;
      done();
    },
    onData: (stream, { envelope }, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const messageId = /^message-id:\s*(<[^>]+>)/im.exec(Buffer.concat(parts).toString('latin1'))?.[1] ?? '';
        arrivals.push({ atMs: Date.now(), messageId, to: envelope.rcptTo.map(({ address }) => address) });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${port}`,
    arrivals: () => arrivals,
    connections: () => connections,
    empty: () => {
      arrivals = [];
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
