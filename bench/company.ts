import { stringify } from 'yaml';

/** The connections of the measured company. */
export const connections = { hris: 'bamboohr-nl', crm: 'hubspot' } as const;
/** Signs the webhooks; both ends are on this machine. */
export const webhookSecret = 'bench-webhook-secret';
/** What a handover waits between the first three records of a step and the rest; taken off the wall times. */
export const canaryPauseMs = 1_000;

/** Days until the last working day: far enough that nothing ends while it is measured. */
const noticeDays = 60;

/** The last working day that HR enters. */
export function lastDay(): string {
  return new Date(Date.now() + noticeDays * 86_400_000).toISOString().slice(0, 10);
}

/** The `baton.yaml` of the measured company: as in the demo, but a last day far away and, where `limited` is false, no pace. */
export function companyConfig({
  sandbox,
  hr,
  limited,
}: {
  readonly sandbox: string;
  readonly hr: string;
  readonly limited: boolean;
}): string {
  return stringify({
    company: { name: 'Example Company', timeZone: 'Europe/Amsterdam', country: 'NL', language: 'en' },
    countries: { GB: { timeZone: 'Europe/London' } },
    hr: { rota: [hr] },
    connections: {
      [connections.hris]: {
        vendor: 'bamboohr',
        mode: 'act',
        companyDomain: 'example',
        apiKey: 'sandbox-baton',
        webhookSecret,
        baseUrl: `${sandbox}/bamboohr`,
        ...(!limited && { limits: { perSecond: null } }),
      },
      [connections.crm]: {
        vendor: 'hubspot',
        mode: 'act',
        token: 'sandbox-baton',
        baseUrl: `${sandbox}/hubspot`,
        ...(!limited && { limits: { perSecond: null, searchPerSecond: null } }),
      },
    },
    calendar: {
      workingHours: '00:00-24:00',
      workingDays: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      publicHolidays: false,
    },
    urgent: { whenAtMost: 'PT0S' },
    decisions: { bareSignals: 'always' },
    transfer: { window: '00:00-24:00', canary: { records: 3, pause: `PT${canaryPauseMs / 1_000}S` } },
  });
}
