import { z } from 'zod';
import { toProblems } from './problems.js';
import type { Secrets } from './substitute.js';
import { logLevels, type ConfigProblem, type Environment, type Ports, type TemporalConfig } from './types.js';

const portMessage = 'must be a port from 0 to 65535';
const port = (fallback: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, portMessage)
    .transform(Number)
    .refine((value) => value <= 65535, portMessage)
    .prefault(String(fallback));

const urlOf = (protocols: readonly string[], problem: string) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), problem);

const hostAndPort = z.string().regex(/^[^\s:/]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, 'write host:port, without http://');
const mailbox = z
  .string()
  .regex(/^(?:[^<>\r\n]* <)?[^\s<>@]+@[^\s<>@]+>?$/, 'write an address, such as Baton <baton@example.com>');

const plainSchema = z.object({
  // Fastify would open a second server for `localhost`, on ::1, whose connections it does not show.
  BATON_HOST: z
    .string()
    .default('127.0.0.1')
    .transform((host) => (host === 'localhost' ? '127.0.0.1' : host)),
  BATON_PORT: port(7400),
  SANDBOX_PORT: port(7401),
  MAILBOX_SMTP_PORT: port(7402),
  MAILBOX_PORT: port(7403),
  POSTGRES_PORT: port(7404),
  BATON_METRICS_PORT: port(7405),
  BATON_WORKER_METRICS_PORT: port(7406),
  TEMPORAL_PORT: port(7233),
  TEMPORAL_UI_PORT: port(8233),
  BATON_HOME: z.string().default('.baton'),
  BATON_LOG_LEVEL: z.enum(logLevels).default('info'),
  MAIL_FROM: mailbox.optional(),
  MAIL_PER_SECOND: z
    .string()
    .regex(/^\d{1,4}(\.\d+)?$/, 'write mails per second, such as 5')
    .transform(Number)
    .refine((value) => value > 0, 'must be above 0')
    .optional(),
  DKIM_DOMAIN: z.hostname('write a domain').optional(),
  DKIM_SELECTOR: z
    .string()
    .regex(/^[A-Za-z0-9._-]+$/, 'write the selector under which the public key is published')
    .optional(),
  BOUNCE_ADDRESS: z.email('write an address').optional(),
  BATON_TRUST_PROXY: z
    .string()
    .regex(/^[0-9a-fA-F.:/, a-z]+$/, 'name the addresses of your proxies, such as 10.0.0.0/8, or loopback')
    .optional(),
  BATON_PUBLIC_URL: urlOf(['http:', 'https:'], 'must be a URL that begins with https://')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  TEMPORAL_ADDRESS: hostAndPort.optional(),
  TEMPORAL_CLI_PATH: z.string().optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_TLS: z.enum(['true', 'false'], 'write true or false').optional(),
  TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  TEMPORAL_CONFIG_FILE: z
    .undefined('is not read by this version; set TEMPORAL_ADDRESS and the other TEMPORAL_ variables')
    .optional(),
  TEMPORAL_PROFILE: z.undefined('is not read by this version; set TEMPORAL_ADDRESS and the other TEMPORAL_ variables').optional(),
});
type Plain = z.output<typeof plainSchema>;

const secretSchema = z.object({
  DATABASE_URL: urlOf(['postgres:', 'postgresql:'], 'must be a URL that begins with postgresql://').optional(),
  SMTP_URL: urlOf(['smtp:', 'smtps:'], 'must be a URL that begins with smtp:// or smtps://').optional(),
  TEMPORAL_API_KEY: z.string().optional(),
  DKIM_PRIVATE_KEY: z.string().includes('PRIVATE KEY', 'must be a private key in PEM').optional(),
  BOUNCE_IMAP_URL: urlOf(['imap:', 'imaps:'], 'must be a URL such as imaps://user:password@mail.example.com/INBOX').optional(),
  BATON_HASH_KEY: z.string().min(16, 'needs at least 16 characters').optional(),
});

/** Reads what the environment alone says; every fault becomes a problem under the variable's name. */
export function parseEnvironment(secrets: Secrets): {
  readonly environment: Environment | null;
  readonly problems: readonly ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  const plain = plainSchema.safeParse(
    Object.fromEntries(Object.keys(plainSchema.shape).map((name) => [name, secrets.plain(name)])),
  );
  if (!plain.success) problems.push(...toProblems(plain.error));
  const read = (name: string): string | undefined => {
    const looked = secrets.secret(name);
    if (looked.found === 'problem') problems.push({ path: name, problem: looked.problem });
    return looked.found === 'value' ? looked.value : undefined;
  };
  const secret = secretSchema.safeParse(Object.fromEntries(Object.keys(secretSchema.shape).map((name) => [name, read(name)])));
  if (!secret.success) problems.push(...toProblems(secret.error));
  const tls = readCertificates(secrets, problems);
  if (!plain.success || !secret.success) return { environment: null, problems };
  const { DATABASE_URL: databaseUrl = null, SMTP_URL: smtpUrl = null, TEMPORAL_API_KEY: apiKey = null } = secret.data;
  if (smtpUrl !== null && plain.data.MAIL_FROM === undefined && !isLoopback(smtpUrl)) {
    problems.push({
      path: 'MAIL_FROM',
      problem: 'is missing: SMTP_URL is set, so name the sender, such as Baton <baton@example.com>',
    });
  }
  const mail = mailOf(plain.data, secret.data, problems);
  const environment: Environment = {
    temporal: temporalOf(plain.data, apiKey, tls),
    databaseUrl,
    mail: { smtpUrl, from: plain.data.MAIL_FROM ?? 'Baton <baton@localhost>', ...mail },
    publicUrl: plain.data.BATON_PUBLIC_URL ?? `http://127.0.0.1:${plain.data.BATON_PORT}`,
    trustProxy: plain.data.BATON_TRUST_PROXY ?? null,
    hashKey: secret.data.BATON_HASH_KEY ?? null,
    host: plain.data.BATON_HOST,
    isTemporalGiven: plain.data.TEMPORAL_ADDRESS !== undefined,
    temporalCliPath: plain.data.TEMPORAL_CLI_PATH ?? null,
    ports: portsOf(plain.data),
    logLevel: plain.data.BATON_LOG_LEVEL,
    home: plain.data.BATON_HOME,
  };
  return { environment, problems };
}

/** What is set in part helps nobody: it is a mistake. */
function mailOf(
  plain: Plain,
  secret: z.output<typeof secretSchema>,
  problems: ConfigProblem[],
): Pick<Environment['mail'], 'perSecond' | 'dkim' | 'bounces'> {
  const together = (names: readonly string[], values: readonly (string | undefined)[]): void => {
    const missing = names.filter((_, index) => values[index] === undefined);
    if (missing.length > 0 && missing.length < names.length)
      problems.push(...missing.map((path) => ({ path, problem: `is missing: ${names.join(', ')} go together` })));
  };
  const { DKIM_DOMAIN: domain, DKIM_SELECTOR: selector, BOUNCE_ADDRESS: address } = plain;
  const { DKIM_PRIVATE_KEY: privateKey, BOUNCE_IMAP_URL: imapUrl } = secret;
  together(['DKIM_DOMAIN', 'DKIM_SELECTOR', 'DKIM_PRIVATE_KEY'], [domain, selector, privateKey]);
  together(['BOUNCE_ADDRESS', 'BOUNCE_IMAP_URL'], [address, imapUrl]);
  return {
    perSecond: plain.MAIL_PER_SECOND ?? null,
    dkim: domain && selector && privateKey ? { domain, selector, privateKey } : null,
    bounces: address && imapUrl ? { address, imapUrl } : null,
  };
}

type Certificates = Omit<NonNullable<TemporalConfig['tls']>, 'serverName'>;

/** Temporal's own names: `<name>_PATH` for a file, `<name>_DATA` for the PEM text. */
function readCertificates(secrets: Secrets, problems: ConfigProblem[]): Certificates {
  const read = (name: string): string | null => {
    const path = secrets.plain(`${name}_PATH`);
    const data = secrets.secret(`${name}_DATA`);
    if (path !== undefined && data.found !== 'unset') {
      problems.push({ path: `${name}_PATH`, problem: `set either ${name}_PATH or ${name}_DATA, not both` });
      return null;
    }
    const looked = path === undefined ? data : secrets.file(`${name}_PATH`, path);
    if (looked.found === 'problem')
      problems.push({ path: path === undefined ? `${name}_DATA` : `${name}_PATH`, problem: looked.problem });
    return looked.found === 'value' ? looked.value : null;
  };
  const serverCa = read('TEMPORAL_TLS_SERVER_CA_CERT');
  const clientCertificate = read('TEMPORAL_TLS_CLIENT_CERT');
  const before = problems.length;
  const clientKey = read('TEMPORAL_TLS_CLIENT_KEY');
  if ((clientCertificate === null) !== (clientKey === null) && problems.length === before) {
    const missing = clientKey === null ? 'TEMPORAL_TLS_CLIENT_KEY_PATH' : 'TEMPORAL_TLS_CLIENT_CERT_PATH';
    problems.push({ path: missing, problem: 'is missing: a client certificate and its key go together' });
  }
  return { serverCa, clientCertificate, clientKey };
}

/** TLS is on when asked for, with an API key, or with any certificate, as Temporal's own tools have it. */
function temporalOf(plain: Plain, apiKey: string | null, certificates: Certificates): TemporalConfig {
  const serverName = plain.TEMPORAL_TLS_SERVER_NAME ?? null;
  const implied = [apiKey, serverName, ...Object.values(certificates)].some((value) => value !== null);
  const on = plain.TEMPORAL_TLS === undefined ? implied : plain.TEMPORAL_TLS === 'true';
  return {
    address: plain.TEMPORAL_ADDRESS ?? `127.0.0.1:${plain.TEMPORAL_PORT}`,
    namespace: plain.TEMPORAL_NAMESPACE,
    apiKey,
    tls: on ? { serverName, ...certificates } : null,
  };
}

function portsOf(plain: Plain): Ports {
  return {
    server: plain.BATON_PORT,
    sandbox: plain.SANDBOX_PORT,
    mailboxSmtp: plain.MAILBOX_SMTP_PORT,
    mailbox: plain.MAILBOX_PORT,
    postgres: plain.POSTGRES_PORT,
    metrics: plain.BATON_METRICS_PORT,
    workerMetrics: plain.BATON_WORKER_METRICS_PORT,
    temporal: plain.TEMPORAL_PORT,
    temporalUi: plain.TEMPORAL_UI_PORT,
  };
}

function isLoopback(url: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);
}
