import { stringify } from 'yaml';

/** What the demo's company is configured with; the same keys as anyone's `baton.yaml`, and nothing in the code knows the demo. */
export interface DemoFacts {
  readonly sandbox: string;
  /** HR's work e-mail. */
  readonly hr: string;
  /** How long from now the last working day and the employment end. */
  readonly endsInMs: number;
  readonly nowMs: number;
}

export const demoConnection = { hris: 'bamboohr-nl', crm: 'hubspot' } as const;
/** Signs the sandbox's webhooks; both ends are on this machine. */
export const webhookSecret = 'demo-webhook-secret';
const timeZone = 'Europe/Amsterdam';

/** The demo's clock: the day and time at which the last working day ends. */
export function lastDayOf({ nowMs, endsInMs }: Pick<DemoFacts, 'nowMs' | 'endsInMs'>): {
  readonly day: string;
  readonly ends: string;
} {
  const [day = '', ends = ''] = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
    .format(nowMs + endsInMs)
    .split(' ');
  return { day, ends };
}

/** The text of the demo's `baton.yaml`. */
export function demoConfig(facts: DemoFacts): string {
  const { sandbox, hr } = facts;
  const { ends } = lastDayOf(facts);
  const header = '# Written by `npm run demo`: a day that ends soon, offices that never close, and no waiting for the evening.\n';
  return (
    header +
    stringify({
      company: { name: 'Example Company', timeZone, country: 'NL', language: 'en' },
      countries: { GB: { timeZone } },
      hr: { rota: [hr] },
      connections: {
        [demoConnection.hris]: {
          vendor: 'bamboohr',
          mode: 'act',
          companyDomain: 'example',
          apiKey: 'sandbox-baton',
          webhookSecret,
          baseUrl: `${sandbox}/bamboohr`,
        },
        [demoConnection.crm]: {
          vendor: 'hubspot',
          mode: 'act',
          token: 'sandbox-baton',
          baseUrl: `${sandbox}/hubspot`,
          userFields: { companies: ['account_manager'] },
          contactProperties: { doNotContact: 'do_not_contact' },
          accountProperties: { renewsOn: 'renewal_date' },
        },
      },
      calendar: {
        workingHours: '00:00-24:00',
        workingDays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
        publicHolidays: false,
      },
      lastDay: { custodianAt: ends, movesAt: ends, ends, employmentEnds: ends },
      urgent: { whenAtMost: 'PT0S' },
      decisions: { bareSignals: 'always' },
      programme: { linkedinGroup: 'https://www.linkedin.com/groups/12345678', referralUrl: 'https://www.example.com/jobs' },
      introductions: {
        look: 'PT2S',
        perDay: { leaver: 100, successor: 100 },
        call: { length: 'PT10S', proposals: 3, notice: 'PT1S' },
      },
      messages: { digest: { at: '00:00' } },
      alumni: { askFrom: 'P1D', inviteAfterEnd: 'PT3S', remind: 'PT5M', eraseAfterReminder: 'PT5M' },
      checkIns: {
        offsets: ['PT10S', 'PT15S', 'PT20S', 'PT25S'],
        retirees: ['PT10S', 'PT20S', 'PT25S'],
        days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
        jitter: 'PT0S',
        hours: '00:00-24:00',
        skipHolidays: false,
        quiet: [],
      },
      transfer: { window: '00:00-24:00', canary: { records: 3, pause: 'PT2S' } },
    })
  );
}
