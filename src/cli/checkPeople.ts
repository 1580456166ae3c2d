import { createConnection } from 'node:net';
import type { Config } from '../config.js';
import type { Core } from '../dependencies.js';
import type { Check } from '../ports/vendor.js';

const answersWithinMs = 5_000;

interface Gap {
  readonly id: string;
  readonly isOpen: (config: Config) => boolean;
  readonly message: string;
  readonly fix: string;
}

/** What works without, but not as well. */
const gaps: readonly Gap[] = [
  {
    id: 'company/privacyUrl',
    isOpen: ({ company }) => company.privacyUrl === null,
    message: "Messages to contacts lead to Baton's own page /privacy, which says only what Baton does with their details.",
    fix: "Set company.privacyUrl to the company's privacy statement.",
  },
  {
    id: 'company/dpoContact',
    isOpen: ({ company }) => company.dpoContact === null,
    message: 'Nobody is named for questions about personal data: mails and pages name the HR contact instead.',
    fix: 'Set company.dpoContact to an address that is read.',
  },
  {
    id: 'configuration/BATON_HASH_KEY',
    isOpen: ({ hashKey }) => hashKey === null,
    message:
      "The hashes that keep erased and refusing addresses from being written to again are keyed by the company's name, which anybody can guess.",
    fix: 'Set BATON_HASH_KEY (16 characters or more) before the first alumnus joins, and never change it: older hashes would match nothing.',
  },
  {
    id: 'mail/bounces',
    isOpen: ({ mail }) => mail.smtpUrl !== null && mail.bounces === null,
    message: 'Mails that come back are not read: nobody hears that a contact or an alumnus was not reached.',
    fix: 'Set BOUNCE_ADDRESS and BOUNCE_IMAP_URL to a mailbox that is for delivery reports only.',
  },
  {
    id: 'programme/referralUrl',
    isOpen: ({ programme }) => programme.referralUrl === null,
    message: 'There is no link to pass on, so the check-in that asks for one (the third) is left out.',
    fix: 'Set programme.referralUrl, for example to the page with open positions.',
  },
  {
    id: 'programme/linkedinGroup',
    isOpen: ({ programme }) => programme.linkedinGroup === null,
    message: 'Alumni are not shown a group at LinkedIn.',
    fix: "Set programme.linkedinGroup to the group's page, where there is one; people join by themselves.",
  },
];

/** What the configuration says about mails to contacts and alumni, and about what is kept of them; nothing of it stops anything. */
export function peopleChecks(config: Config): readonly Check[] {
  const open = gaps.filter(({ isOpen }) => isOpen(config));
  return [...publicUrlCheck(config), ...open.map(({ id, message, fix }) => ({ id, ok: true, warning: true, message, fix }))];
}

/** Links in mails must lead somewhere for whoever reads them, and nobody on the way may read the token. */
function publicUrlCheck({ publicUrl, mail }: Config): readonly Check[] {
  if (mail.smtpUrl === null || isHere(mail.smtpUrl)) return [];
  const id = 'configuration/BATON_PUBLIC_URL';
  const { protocol } = new URL(publicUrl);
  if (protocol === 'https:' && !isHere(publicUrl)) return [{ id, ok: true, message: 'Links in mails lead to an https address.' }];
  const why = isHere(publicUrl)
    ? 'which is this machine: nobody else can open them'
    : 'without encryption: whoever is in between can use them';
  const fix = 'Set BATON_PUBLIC_URL to the https address under which people reach the server.';
  return [{ id, ok: true, warning: true, message: `Links in mails lead to ${publicUrl}, ${why}.`, fix }];
}

function isHere(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

/** CRMs in which nobody finds a task: there the daily mail alone asks leaver and successor. */
export function taskChecks({ crms }: Pick<Core, 'crms'>): readonly Check[] {
  return crms
    .filter(({ retired, port }) => !retired && !port.tasks)
    .map(({ name }) => ({
      id: `${name}/tasks`,
      ok: true,
      warning: true,
      message: 'No tasks are made in this CRM: leaver and successor are asked by the daily mail and its page alone.',
      fix: "Configure this connection's tasks where the vendor has them (HubSpot: taskKeyProperty).",
    }));
}

/** Whether the mailbox for delivery reports can be reached; user and password are tried by the worker. */
export async function bounceCheck({ mail }: Config): Promise<readonly Check[]> {
  if (mail.bounces === null) return [];
  const id = 'mail/bounces';
  const { hostname, port, protocol } = new URL(mail.bounces.imapUrl);
  const host = hostname.replace(/^\[|\]$/g, '');
  const fault = await connectFault(host, Number(port) || (protocol === 'imaps:' ? 993 : 143));
  if (fault === null) return [{ id, ok: true, message: 'The server of the mailbox for delivery reports answers.' }];
  return [
    {
      id,
      ok: false,
      message: `The mailbox for delivery reports cannot be reached (${fault}).`,
      fix: 'Check BOUNCE_IMAP_URL: host and port, and that this machine reaches them.',
    },
  ];
}

/** Null when somebody accepts the connection. */
function connectFault(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: answersWithinMs });
    const end = (fault: string | null): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end('no answer'));
    socket.once('error', (error) => end('code' in error ? String(error.code) : error.name));
  });
}
