import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { claimHome, recordChildren, releaseHome } from './leftovers.js';
import { startMailbox, type Mailbox } from './mailbox.js';
import { startPostgres, type EmbeddedPostgres } from './postgres.js';
import { removeRunFile } from './runFile.js';
import { startTemporal, type EmbeddedTemporal, type SearchAttributeType } from './temporal.js';

export { PortBusyError, choosePort, freePort } from './ports.js';
export { readRunFile, removeRunFile, writeRunFile, type RunFile } from './runFile.js';
export type { SearchAttributeType } from './temporal.js';

/** What to start: a part given by its url or address is not started. Ports of 0 are any free ones; `home` keeps all data. */
export interface EmbeddedOptions {
  readonly home: string;
  readonly ports: {
    readonly postgres: number;
    readonly temporal: number;
    readonly temporalUi: number;
    readonly mailboxSmtp: number;
    readonly mailbox: number;
  };
  readonly databaseUrl?: string | undefined;
  readonly temporalAddress?: string | undefined;
  readonly temporalNamespace?: string | undefined;
  readonly temporalCliPath?: string | undefined;
  readonly searchAttributes: Readonly<Record<string, SearchAttributeType>>;
  readonly onProgress: (line: string) => void;
}

/** The running stack; `stop` ends what was started within 10 s. `temporal.ui` and `cli` are empty where only an address was given. */
export interface Embedded {
  readonly databaseUrl: string;
  readonly temporal: { readonly address: string; readonly namespace: string; readonly ui: string; readonly cli: string };
  readonly mailbox: { readonly smtpPort: number; readonly url: string };
  readonly stop: () => Promise<void>;
}

async function timed<T>({
  name,
  onProgress,
  start,
}: {
  name: string;
  onProgress: (line: string) => void;
  start: Promise<T>;
}): Promise<T> {
  const startedAt = Date.now();
  const started = await start;
  onProgress(`${name}: ready (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  return started;
}

function startParts(
  options: EmbeddedOptions,
): [Promise<EmbeddedPostgres> | null, Promise<EmbeddedTemporal> | null, Promise<Mailbox>] {
  const { home, ports, onProgress } = options;
  const postgres = options.databaseUrl
    ? null
    : startPostgres({ dataDir: join(home, 'postgres'), port: ports.postgres, onProgress });
  const temporal = options.temporalAddress
    ? null
    : startTemporal({
        dataFile: join(home, 'temporal', 'temporal.db'),
        port: ports.temporal,
        uiPort: ports.temporalUi,
        namespace: options.temporalNamespace ?? 'default',
        searchAttributes: options.searchAttributes,
        cliPath: options.temporalCliPath,
        onProgress,
      });
  const mailbox = startMailbox({ smtpPort: ports.mailboxSmtp, webPort: ports.mailbox, mailDir: join(home, 'mails') });
  return [
    postgres && timed({ name: 'PostgreSQL', onProgress, start: postgres }),
    temporal && timed({ name: 'Temporal', onProgress, start: temporal }),
    timed({ name: 'Mailbox', onProgress, start: mailbox }),
  ];
}

/** Ends the parts that did start; a part that did not has nothing to end. */
async function stopParts(parts: readonly (Promise<{ stop: () => Promise<void> }> | null)[]): Promise<void> {
  const settled = await Promise.allSettled(parts.map((part) => part ?? Promise.resolve(null)));
  const started = settled.flatMap((result) => (result.status === 'fulfilled' && result.value !== null ? [result.value] : []));
  await Promise.all(started.map((part) => part.stop()));
}

/** Starts PostgreSQL, Temporal and the mailbox side by side on loopback, with data kept in `home`; when one fails, ends the others. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  await mkdir(options.home, { recursive: true });
  await claimHome(options.home);
  // Its process is dead, or claiming would have been refused: only the file is left.
  await removeRunFile(options.home);
  const parts = startParts(options);
  const stop = async (): Promise<void> => {
    await stopParts(parts);
    await releaseHome(options.home);
  };
  try {
    const [postgres, temporal, mailbox] = await Promise.all(parts);
    await recordChildren({ home: options.home, pids: [postgres, temporal].flatMap((part) => (part === null ? [] : [part.pid])) });
    const namespace = options.temporalNamespace ?? 'default';
    return {
      databaseUrl: postgres?.url ?? options.databaseUrl ?? '',
      temporal: {
        address: temporal?.address ?? options.temporalAddress ?? '',
        namespace,
        ui: temporal?.ui ?? '',
        cli: temporal?.cli ?? '',
      },
      mailbox: { smtpPort: mailbox.smtpPort, url: mailbox.url },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
