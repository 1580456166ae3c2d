import type { Policy } from '../domain/policy.js';
import type { Language, Reason } from '../domain/words.js';

/** One fault of the configuration: a path in the file (`connections/hubspot/token`) or the name of an environment variable, and what to do. */
export interface ConfigProblem {
  readonly path: string;
  readonly problem: string;
}

/** `observe` reads and plans and writes nothing; `act` hands over. */
export const modes = ['observe', 'act'] as const;
export type ConnectionMode = (typeof modes)[number];

/** How much is logged. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One configured account at a vendor; `settings` is what the vendor's own schema (`VendorDefinition.config`) made of the remaining keys. */
export interface ConnectionConfig {
  readonly vendor: string;
  readonly mode: ConnectionMode;
  readonly retired: boolean;
  readonly settings: unknown;
}

/** Names a successor (work e-mail) for leavers of a team, country or location; a rule without a condition fits every leaver. */
export interface SuccessionRule {
  readonly team?: string | undefined;
  readonly country?: string | undefined;
  readonly location?: string | undefined;
  readonly successor: string;
}

/** How Temporal is reached; `tls` null is plain text, certificates are PEM texts. */
export interface TemporalConfig {
  readonly address: string;
  readonly namespace: string;
  readonly apiKey: string | null;
  readonly tls: {
    readonly serverName: string | null;
    readonly serverCa: string | null;
    readonly clientCertificate: string | null;
    readonly clientKey: string | null;
  } | null;
}

/** The ports of `contracts.md` 1; 0 is any free port. */
export interface Ports {
  readonly server: number;
  readonly sandbox: number;
  readonly mailboxSmtp: number;
  readonly mailbox: number;
  readonly postgres: number;
  readonly metrics: number;
  readonly workerMetrics: number;
  readonly temporal: number;
  readonly temporalUi: number;
}

/** What the environment alone says; `databaseUrl` null means the embedded PostgreSQL. */
export interface Environment {
  readonly temporal: TemporalConfig;
  readonly databaseUrl: string | null;
  /** `smtpUrl` null: mails are written and kept, none leaves. */
  readonly mail: {
    readonly smtpUrl: string | null;
    readonly from: string;
    /** Mails per second; null leaves the pace to the server. */
    readonly perSecond: number | null;
    /** Signs what is sent (RFC 6376); the key is a PEM text. */
    readonly dkim: { readonly domain: string; readonly selector: string; readonly privateKey: string } | null;
    /** Where undeliverable mails come back to, and the IMAP folder in which they are read; null where nobody looks. */
    readonly bounces: { readonly address: string; readonly imapUrl: string } | null;
  };
  /** Where links in mails lead, without a slash at the end. */
  readonly publicUrl: string;
  /** Proxies whose word on a caller's address is taken, by address or network; null takes nobody's. */
  readonly trustProxy: string | null;
  /** The key of the hashes that keep erased addresses from being written to again; null where none is set. */
  readonly hashKey: string | null;
  /** The address that server and metrics listen on. */
  readonly host: string;
  /** Whether `TEMPORAL_ADDRESS` is set: then no embedded server is started. */
  readonly isTemporalGiven: boolean;
  /** A `temporal` binary to use for the embedded server. */
  readonly temporalCliPath: string | null;
  readonly ports: Ports;
  readonly logLevel: LogLevel;
  /** The folder of the embedded stack's data, as configured: relative to the working directory. */
  readonly home: string;
}

/** Everything that a company configures, validated; the only way in which the environment reaches the code. */
export interface Config extends Environment {
  readonly company: {
    readonly name: string;
    readonly timeZone: string;
    readonly country: string;
    readonly language: Language;
    readonly privacyUrl: string | null;
    readonly dpoContact: string | null;
  };
  /** ISO 3166 country → time zone of the people who work there; where a country is absent, `company.timeZone` counts. */
  readonly countries: Readonly<Record<string, { readonly timeZone: string }>>;
  readonly connections: Readonly<Record<string, ConnectionConfig>>;
  /** Work e-mails in lower case, at least one, in the order in which HR is asked. */
  readonly hr: {
    readonly rota: readonly string[];
    readonly alumniContact?: string | undefined;
    readonly itContact?: string | undefined;
  };
  readonly programme: { readonly linkedinGroup: string | null; readonly referralUrl: string | null };
  /** The HRIS's wording (as `normaliseWording` makes it) → our reason. */
  readonly reasons: Readonly<Record<string, Reason>>;
  readonly succession: { readonly rules: readonly SuccessionRule[] };
  readonly policy: Policy;
  readonly databaseUrl: string;
  /** Paths of the file that are valid, but on which this version does not act; said at start. */
  readonly notYetActedOn: readonly string[];
}
