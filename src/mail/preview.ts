import { languages, type Language } from '../domain/words.js';
import { render, type Letter, type Rendered } from './letters.js';
import type { Moment } from './days.js';
import { needs } from './letters/staff.js';

/** One letter in one language, as it would leave; `id` is the letter's, with the variant behind it (`T1-confidential`). */
export interface Preview extends Rendered {
  readonly id: string;
  readonly language: Language;
}

const site = 'https://baton.example.com';
const leaver = 'Sanne Bakker';
const successor = 'Mikkel Holm';
const approver = 'Karin Visser';
const company = 'Example Company';
const alumnus = 'Sanne';
const handover = '7k2m9q';
const lastWorkingDay = '2026-11-30';
const privacyLink = `${site}/privacy`;
const call: Moment = { day: '2026-11-19', time: '10:30' };

const topics = { nl: 'de verlenging van het onderhoud', da: 'forlængelsen af servicen', en: 'the renewal of the maintenance' };
const agreed = {
  nl: 'Beste Lone Krogh,\n\nSanne Bakker en Example Company gaan elk hun eigen weg. Mikkel Holm is vanaf nu uw contactpersoon.',
  da: 'Kære Lone Krogh\n\nSanne Bakker og Example Company går hver sin vej. Mikkel Holm er fra nu af din kontaktperson.',
  en: 'Dear Lone Krogh,\n\nSanne Bakker and Example Company are parting ways. Mikkel Holm is your contact from now on.',
};
const digests = {
  nl: [
    'Kennismaking met Lone Krogh: nog inplannen',
    'Mail aan Nordic Water A/S: klaar om te versturen',
    'Je lijst: 4 notities ontbreken nog',
  ],
  da: [
    'Introduktion til Lone Krogh: mangler en tid',
    'Mail til Nordic Water A/S: klar til at sende',
    'Din liste: 4 noter mangler endnu',
  ],
  en: [
    'Introduction to Lone Krogh: still to be planned',
    'E-mail to Nordic Water A/S: ready to send',
    'Your list: 4 notes still missing',
  ],
};

/** Every letter and variant in every language, with made-up people; nothing is sent. */
export function previewAll(): readonly Preview[] {
  return samples.flatMap(([id, letterIn]) =>
    languages.map((language) => ({ id, language, ...render(letterIn(language), language) })),
  );
}

type Sample = readonly [id: string, letterIn: (language: Language) => Letter];

const approval = {
  approver,
  leaver,
  lastWorkingDay,
  count: 38,
  exceptions: 4,
  link: `${site}/l/plan-5Jq2`,
  deadline: { day: '2026-11-11', time: '15:00' },
  escalation: 'Jens Lund',
  toldTeam: true,
} as const;

const toManagers: readonly Sample[] = [
  ['T1', () => ({ id: 'T1', ...approval })],
  ['T1-confidential', () => ({ id: 'T1', ...approval, toldTeam: false })],
  ['T1-one', () => ({ id: 'T1', ...approval, count: 1, exceptions: 0, lastWorkingDay: null })],
  ['T1R', () => ({ id: 'T1R', ...approval })],
  ['T1R-confidential', () => ({ id: 'T1R', ...approval, toldTeam: false })],
  ['T1E', () => ({ id: 'T1E', ...approval, previous: 'Anders Friis' })],
  ['T1E-confidential', () => ({ id: 'T1E', ...approval, previous: 'Anders Friis', toldTeam: false })],
  ...[true, false].flatMap((toldTeam): readonly Sample[] => {
    const variant = toldTeam ? '' : '-confidential';
    const facts = { leaver, count: 7, link: `${site}/l/list-8Kd1`, toldTeam };
    return [
      [`custodian-notice${variant}`, () => ({ id: 'custodian-notice', custodian: approver, ...facts })],
      [`restore-proposal${variant}`, () => ({ id: 'restore-proposal', manager: approver, ...facts })],
    ];
  }),
  [
    'debt-question',
    () => ({
      id: 'debt-question',
      manager: approver,
      leaver,
      successor,
      accounts: ['Nordic Water A/S', 'Gemeente Utrecht'],
      link: `${site}/l/debts-3Qs7`,
    }),
  ],
];

const walkThrough = {
  id: 'T2',
  leaver,
  parting: 'leaves',
  lastWorkingDay,
  successor,
  link: `${site}/l/list-2Vf8`,
  date: '2026-11-12',
  asking: 'full',
  gradual: false,
} as const;

const toLeavers: readonly Sample[] = [
  ['T2', () => walkThrough],
  ['T2-undecided', () => ({ ...walkThrough, successor: null })],
  ['T2-limited', () => ({ ...walkThrough, asking: 'limited' })],
  ['T2-away', () => ({ ...walkThrough, parting: 'away' })],
  ['T2-away-undecided', () => ({ ...walkThrough, parting: 'away', successor: null })],
  ['T2-moves', () => ({ ...walkThrough, parting: 'moves' })],
  ['T2-retirement', () => ({ ...walkThrough, gradual: true, lastWorkingDay: '2027-08-31' })],
  [
    'confirm-address',
    () => ({ id: 'confirm-address', name: alumnus, company, link: `${site}/l/mail-6Tn3`, until: '2026-12-04' }),
  ],
];

const contact = 'Lone Krogh';

function introductionIn(language: Language) {
  const facts = { contact, successor, company, lastWorkingDay, topic: topics[language], date: '2026-12-04', privacyLink };
  return { id: 'T3', ...facts, parting: 'leaves', authority: false, signature: leaver } as const;
}

function callIn(language: Language) {
  const facts = { contact, leaver, successor, company, start: call, minutes: 30, topic: topics[language], privacyLink };
  return { id: 'call-invitation', ...facts, place: '+45 33 00 00 00', confirm: null, signature: leaver } as const;
}

const note = {
  id: 'N1',
  contact,
  leaver,
  parting: 'leaves',
  company,
  handoverDate: '2026-12-01',
  phone: '+45 33 00 00 00',
  privacyLink,
  signature: successor,
} as const;

const toContacts: readonly Sample[] = [
  ['T3', introductionIn],
  ['T3-no-topic', (language) => ({ ...introductionIn(language), topic: null })],
  ['T3-authority', (language) => ({ ...introductionIn(language), authority: true })],
  ['T3-away', (language) => ({ ...introductionIn(language), parting: 'away' })],
  ['T3-away-informal', (language) => ({ ...introductionIn(language), parting: 'away', informal: true })],
  ['T3-moves', (language) => ({ ...introductionIn(language), parting: 'moves' })],
  ['T3-informal', (language) => ({ ...introductionIn(language), informal: true })],
  ['N1', () => note],
  ['N1-no-phone', () => ({ ...note, phone: null })],
  ['N1-moves', () => ({ ...note, parting: 'moves' })],
  ['N1-away', () => ({ ...note, parting: 'away' })],
  ['N1-informal', () => ({ ...note, informal: true })],
  ['N1-agreed', (language) => ({ ...note, agreedText: agreed[language] })],
  ['call-invitation', callIn],
  ['call-invitation-informal', (language) => ({ ...callIn(language), topic: null, place: null, informal: true })],
  ['call-cancelled', () => ({ id: 'call-cancelled', contact, start: call, follows: successor })],
  ['call-cancelled-informal', () => ({ id: 'call-cancelled', contact, start: call, follows: null, informal: true })],
  ['rescission-draft', () => ({ id: 'rescission-draft', contact, leaver, successor, company, signature: leaver })],
  ['rescission-draft-informal', () => ({ id: 'rescission-draft', contact, leaver, successor, company, informal: true })],
];

const hrPerson = 'Noor Jansen';
const stop = `${site}/l/stop-7Yb4`;
const answer = (name: string): string => `${site}/l/${name}-9Wm6`;
const yesOrNo = { yes: answer('yes'), no: answer('no') };
const lastAnswers = { keen: answer('keen'), maybe: answer('maybe'), stay: answer('stay'), leave: answer('leave') };
const first = {
  id: 'C1',
  alumnus,
  hrPerson,
  stop,
  answers: { good: answer('good'), soSo: answer('so-so'), bad: answer('bad') },
} as const;
const last = { id: 'C12', alumnus, company, answers: lastAnswers } as const;
const reminded = { ...last, id: 'C12R', eraseOn: '2028-02-28' } as const;
const farewell = {
  id: 'T5',
  alumnus,
  why: 'asked',
  date: '2027-03-02',
  channels: ['Mailchimp', 'LinkedIn'],
  hashUntil: '2029-03-02',
  dpoContact: 'privacy@example.com',
} as const;

const toAlumni: readonly Sample[] = [
  ['T4', () => ({ id: 'T4', alumnus, company, link: `${site}/l/alumni-4Rz9` })],
  ['T4R', () => ({ id: 'T4R', alumnus, company, link: `${site}/l/alumni-4Rz9`, eraseOn: '2027-01-11' })],
  ['C1', () => ({ ...first, retired: false })],
  ['C1-retired', () => ({ ...first, retired: true })],
  ['C3', () => ({ id: 'C3', alumnus, answers: yesOrNo, stop })],
  ['C6', () => ({ id: 'C6', retired: false, alumnus, referralLink: `${site}/r/5Hc2`, stop })],
  ['C6-retired', () => ({ id: 'C6', retired: true, alumnus, answers: yesOrNo, stop })],
  ['C12', () => ({ ...last, retired: false })],
  ['C12-retired', () => ({ ...last, retired: true })],
  ['C12R', () => ({ ...reminded, retired: false })],
  ['C12R-retired', () => ({ ...reminded, retired: true })],
  ['T5', () => farewell],
  ['T5-silence', () => ({ ...farewell, why: 'silence', channels: [] })],
  ['talk-wanted', () => ({ id: 'talk-wanted', hrPerson, alumnus: leaver, link: answer('talk') })],
  [
    'contact-errand-keep',
    () => ({
      id: 'contact-errand',
      what: 'keep',
      employer: 'Noordzee Logistiek',
      role: 'Inkoper',
      hrPerson,
      alumnus: leaver,
      crm: 'hubspot',
    }),
  ],
  ['contact-errand-remove', () => ({ id: 'contact-errand', what: 'remove', hrPerson, alumnus: leaver, crm: 'hubspot' })],
];

const release = { name: hrPerson, handover, deadline: { day: '2026-11-10', time: '17:00' } } as const;
const card = `${site}/handovers/${handover}`;
const user = { name: null, system: 'HubSpot', account: '1001', open: 84, link: card } as const;

const toStaff: readonly Sample[] = [
  ['release-request', () => ({ id: 'release-request', ...release, link: card })],
  ['release-request-commands', () => ({ id: 'release-request', ...release, name: null, link: null })],
  ['release-reminder', () => ({ id: 'release-reminder', ...release, link: card })],
  ...needs.flatMap((id): readonly Sample[] => [
    [id, () => ({ id, name: hrPerson, handover, item: 'k-3', link: card })],
    [`${id}-commands`, () => ({ id, name: null, handover, item: 'k-3', link: null })],
  ]),
  [
    'digest',
    (language) => ({
      id: 'digest',
      name: successor,
      day: '2026-11-12',
      items: digests[language].map((text, at) => ({ text, link: at === 2 ? null : `${card}/introductions/${at + 1}` })),
    }),
  ],
  ['it-warning', () => ({ id: 'it-warning', ...user, accessEnds: { day: lastWorkingDay, time: '17:00' } })],
  ['it-warning-no-date', () => ({ id: 'it-warning', ...user, accessEnds: null, link: null })],
  ['it-safe', () => ({ id: 'it-safe', ...user, open: 0, accessEnds: null })],
];

const samples: readonly Sample[] = [...toStaff, ...toManagers, ...toLeavers, ...toContacts, ...toAlumni];
