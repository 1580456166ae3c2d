import { isDay } from './calendar.js';
import { allowedIntroductions, type AllowedIntroductions } from './introduction.js';
import { audiences, reasons } from './words.js';
import type { Audience, Day, Parting, Reason } from './words.js';

/** `hr` = only when HR says so on the release card; `limited` = a list without contact to customers, or only on request. */
export type Permission = 'yes' | 'no' | 'limited' | 'hr';

/** Whose words a contact reads; `person` = somebody calls and Baton sends nothing. */
export type ContactText = 'leaver' | 'successor' | 'agreed' | 'person' | 'nothing';

/** What a reason of leaving permits (policy.md 2). */
export interface Permissions {
  /** Asking the leaver for the list and notes. */
  readonly list: Permission;
  /** Joint calls. */
  readonly calls: Permission;
  /** The leaver's own e-mail introductions. */
  readonly mails: Permission;
  /** The alumni invitation. */
  readonly invitation: Permission;
  readonly checkIns: Permission;
  /** The recall list; `limited` = on request. */
  readonly recall: Permission;
  readonly contactText: ContactText;
}

export const competitorAnswers = ['yes', 'no', 'unknown'] as const;
/** Whether the leaver goes to a competitor or has a non-solicit clause. */
export type Competitor = (typeof competitorAnswers)[number];

export const askings = ['full', 'limited', 'none'] as const;
/** What the leaver may be asked: everything, a list without contact to customers, nothing. */
export type Asking = (typeof askings)[number];

function row(
  list: Permission,
  calls: Permission,
  mails: Permission,
  invitation: Permission,
  checkIns: Permission,
  recall: Permission,
  contactText: ContactText,
): Permissions {
  return { list, calls, mails, invitation, checkIns, recall, contactText };
}

/** Policy.md 2, line by line; cover is `hr` because only planned leave permits it and no HRIS says which leave was planned. */
export const permissionTable: Readonly<Record<Reason, Permissions>> = {
  resignation: row('yes', 'yes', 'yes', 'yes', 'yes', 'limited', 'leaver'),
  retirement: row('yes', 'yes', 'yes', 'yes', 'yes', 'no', 'leaver'),
  'fixed-term-end': row('yes', 'yes', 'yes', 'yes', 'yes', 'limited', 'leaver'),
  'probation-end': row('hr', 'no', 'no', 'hr', 'no', 'no', 'successor'),
  redundancy: row('hr', 'hr', 'hr', 'yes', 'yes', 'yes', 'agreed'),
  'mutual-agreement': row('hr', 'hr', 'hr', 'hr', 'hr', 'no', 'agreed'),
  dismissal: row('no', 'no', 'no', 'hr', 'no', 'no', 'successor'),
  'summary-dismissal': row('no', 'no', 'no', 'no', 'no', 'no', 'successor'),
  incapacity: row('no', 'no', 'no', 'hr', 'no', 'no', 'successor'),
  death: row('no', 'no', 'no', 'no', 'no', 'no', 'person'),
  cover: row('hr', 'hr', 'hr', 'no', 'no', 'no', 'successor'),
  'role-change': row('yes', 'yes', 'yes', 'no', 'no', 'no', 'leaver'),
  unknown: row('no', 'no', 'no', 'no', 'no', 'no', 'nothing'),
};

/**
 * What a reason permits. A competitor (or a clause) takes contact with customers away from the leaver and leaves invitation and check-ins as
 * `policy.md` 2 says for a resignation; an answer still open takes away the contact only.
 */
export function permits(reason: Reason, competitor: Competitor = 'no'): Permissions {
  const base = permissionTable[reason];
  if (competitor === 'no') return base;
  const limited: Permissions = {
    ...base,
    list: base.list === 'yes' ? 'limited' : base.list,
    calls: 'no',
    mails: 'no',
    contactText: base.contactText === 'leaver' ? 'successor' : base.contactText,
  };
  if (competitor === 'unknown') return limited;
  return { ...limited, invitation: base.invitation === 'yes' ? 'hr' : base.invitation, checkIns: 'no' };
}

/** What the leaver may be asked unless HR says otherwise: never more than the reason permits, and a list only while a competitor is possible. */
export function defaultAsking(reason: Reason, competitor: Competitor): Asking {
  const asking: Readonly<Record<Permission, Asking>> = { yes: 'full', limited: 'limited', hr: 'none', no: 'none' };
  return asking[permits(reason, competitor).list];
}

export const alumniAnswers = ['by-reason', 'yes', 'no'] as const;
/** Whether the leaver is invited to the alumni programme: as the reason permits, or as HR said. */
export type AlumniAnswer = (typeof alumniAnswers)[number];

/** Who knows at the release: nobody but the circle, the leaver, the team, or, as a day, contacts from that day. */
export type WhoKnows = 'circle' | 'leaver' | 'team' | Day;

/** HR's first decision; a key in `edited` was set by hand and no later HRIS reading overwrites it. */
export interface ReleaseCard {
  readonly reason: Reason;
  readonly employmentEnd: Day | null;
  readonly lastWorkingDay: Day | null;
  readonly asking: Asking;
  readonly competitor: Competitor;
  readonly whoKnows: WhoKnows;
  /** Person ids. */
  readonly circle: readonly string[];
  readonly announcement: string | null;
  /** Person id of who holds what is undecided at the end. */
  readonly custodian: string | null;
  readonly legalHold: boolean;
  readonly alumni: AlumniAnswer;
  readonly edited: readonly CardKey[];
}

/** The keys of the release card (contracts.md 4). */
export const cardKeys = [
  'reason',
  'employmentEnd',
  'lastWorkingDay',
  'asking',
  'competitor',
  'whoKnows',
  'circle',
  'announcement',
  'custodian',
  'legalHold',
  'alumni',
] as const;
export type CardKey = (typeof cardKeys)[number];

/** What the release card is prefilled from; people are ids. */
export interface PrefillFacts {
  /** The HRIS's own wording. */
  readonly reasonText: string | null;
  /** The company's mapping from the HRIS's wording. */
  readonly reasons: Readonly<Record<string, Reason>>;
  readonly employmentEnd: Day | null;
  readonly lastWorkingDay: Day | null;
  readonly leaver: string;
  readonly managerOf: (person: string) => string | null;
  /** Everybody with an ending ahead, told or not. */
  readonly leaving: ReadonlySet<string>;
  /** The HR person who handles it. */
  readonly hr: string | null;
  /** The first approver, when the caller knows a better one than the custodian. */
  readonly firstApprover?: string | null;
}

/** The release card as far as the HRIS settles it; HR confirms or edits the rest. */
export function prefill(facts: PrefillFacts): ReleaseCard {
  const reason = reasonOf(facts.reasonText, facts.reasons);
  const custodian = custodianOf(facts.leaver, facts.managerOf, facts.leaving);
  const circle = [facts.hr, facts.firstApprover ?? custodian].filter((person) => person !== null);
  return {
    reason,
    employmentEnd: facts.employmentEnd,
    lastWorkingDay: facts.lastWorkingDay ?? facts.employmentEnd,
    asking: defaultAsking(reason, 'unknown'),
    competitor: 'unknown',
    whoKnows: 'circle',
    circle: [...new Set(circle)],
    announcement: null,
    custodian,
    legalHold: false,
    alumni: 'by-reason',
    edited: [],
  };
}

/** A later prefill laid under what HR set by hand. */
export function refill(card: ReleaseCard, prefilled: ReleaseCard): ReleaseCard {
  const kept = Object.fromEntries(card.edited.map((key) => [key, card[key]]));
  return withDefaultAsking({ ...prefilled, ...kept, edited: card.edited });
}

/** Whether a handover's reason means that the person leaves the company. */
export function partingOf(reason: string): Parting {
  if (reason === 'cover') return 'away';
  return reason === 'role-change' ? 'moves' : 'leaves';
}

/** The reason that a company's mapping gives for an HRIS wording, ignoring case and surrounding space; unmapped is unknown. */
export function reasonOf(text: string | null, mapping: Readonly<Record<string, Reason>>): Reason {
  if (text === null) return 'unknown';
  const wanted = text.trim().toLowerCase();
  return Object.entries(mapping).find(([wording]) => wording.trim().toLowerCase() === wanted)?.[1] ?? 'unknown';
}

/** The nearest manager upwards who stays; null when a whole line leaves and HR has to name somebody. */
export function custodianOf(
  leaver: string,
  managerOf: (person: string) => string | null,
  leaving: ReadonlySet<string>,
): string | null {
  const passed = new Set([leaver]);
  for (let person = managerOf(leaver); person !== null && !passed.has(person); person = managerOf(person)) {
    if (!leaving.has(person)) return person;
    passed.add(person);
  }
  return null;
}

export type SetKeyResult =
  { readonly ok: true; readonly card: ReleaseCard } | { readonly ok: false; readonly path: string; readonly problem: string };

/**
 * The card with one key set, from a form or from `--set key=value`; an empty text clears a day, the announcement or the custodian. `isPerson`
 * says whether an id is somebody Baton knows. Unless HR chose it, `asking` follows reason and competitor.
 */
export function setKey(
  card: ReleaseCard,
  key: string,
  value: unknown,
  isPerson: (id: string) => boolean = looksLikeId,
): SetKeyResult {
  const name = cardKeys.find((known) => known === key);
  if (name === undefined) return problem(key, `The release card has no key ${key}; it has ${cardKeys.join(', ')}.`);
  const read = readers[name](value, isPerson);
  if ('problem' in read) return problem(key, read.problem);
  const edited = card.edited.includes(name) ? card.edited : [...card.edited, name];
  return { ok: true, card: withDefaultAsking({ ...card, ...read.set, edited }) };
}

function problem(path: string, text: string): SetKeyResult {
  return { ok: false, path, problem: text };
}

function withDefaultAsking(card: ReleaseCard): ReleaseCard {
  return card.edited.includes('asking') ? card : { ...card, asking: defaultAsking(card.reason, card.competitor) };
}

type Read = { readonly set: Partial<ReleaseCard> } | { readonly problem: string };
type Reader = (value: unknown, isPerson: (id: string) => boolean) => Read;

const readers: Readonly<Record<CardKey, Reader>> = {
  reason: (value) => oneOf(reasons, value, (reason) => ({ reason })),
  employmentEnd: (value) => dayOrNone(value, (employmentEnd) => ({ employmentEnd })),
  lastWorkingDay: (value) => dayOrNone(value, (lastWorkingDay) => ({ lastWorkingDay })),
  asking: (value) => oneOf(askings, value, (asking) => ({ asking })),
  competitor: (value) => oneOf(competitorAnswers, value, (competitor) => ({ competitor })),
  whoKnows: readWhoKnows,
  circle: readCircle,
  announcement: readAnnouncement,
  custodian: readCustodian,
  legalHold: readFlag,
  alumni: (value) => oneOf(alumniAnswers, value, (alumni) => ({ alumni })),
};

function oneOf<Value extends string>(
  values: readonly Value[],
  given: unknown,
  set: (value: Value) => Partial<ReleaseCard>,
): Read {
  const found = values.find((value) => value === given);
  return found === undefined ? { problem: `Give one of ${values.join(', ')}.` } : { set: set(found) };
}

function dayOrNone(given: unknown, set: (day: Day | null) => Partial<ReleaseCard>): Read {
  if (given === null || given === '') return { set: set(null) };
  return typeof given === 'string' && isDay(given) ? { set: set(given) } : { problem: 'Give a day as YYYY-MM-DD.' };
}

function readWhoKnows(given: unknown): Read {
  if (given === 'circle' || given === 'leaver' || given === 'team') return { set: { whoKnows: given } };
  if (typeof given === 'string' && isDay(given)) return { set: { whoKnows: given } };
  return { problem: 'Give circle, leaver, team, or the day from which contacts may know as YYYY-MM-DD.' };
}

function readCircle(given: unknown, isPerson: (id: string) => boolean): Read {
  const listed: unknown = typeof given === 'string' ? given.split(',').map((id) => id.trim()) : given;
  if (!Array.isArray(listed) || listed.length === 0)
    return { problem: 'Give the person ids of the circle, separated by commas.' };
  const circle: string[] = [];
  for (const id of listed) {
    if (typeof id !== 'string' || !isPerson(id))
      return { problem: 'The circle names somebody whom Baton does not know; give person ids.' };
    if (!circle.includes(id)) circle.push(id);
  }
  return { set: { circle } };
}

function readAnnouncement(given: unknown): Read {
  if (given === null || given === '') return { set: { announcement: null } };
  return typeof given === 'string' ? { set: { announcement: given } } : { problem: 'Give the announcement as text.' };
}

function readCustodian(given: unknown, isPerson: (id: string) => boolean): Read {
  if (given === null || given === '') return { set: { custodian: null } };
  if (typeof given === 'string' && isPerson(given)) return { set: { custodian: given } };
  return { problem: 'Give the person id of somebody whom Baton knows as custodian.' };
}

function readFlag(given: unknown): Read {
  if (given === true || given === 'true') return { set: { legalHold: true } };
  if (given === false || given === 'false') return { set: { legalHold: false } };
  return { problem: 'Give true or false.' };
}

function looksLikeId(id: string): boolean {
  return /^\S{1,200}$/.test(id);
}

/** One thing that keeps a card from being released. */
export interface CardProblem {
  readonly path: CardKey;
  readonly problem: string;
}

/**
 * What has to be filled in before a release. The reason `unknown` is complete: records are moved inside the company under any reason, and
 * an unknown one permits nothing outward, so a company whose HRIS says nothing is never stuck and nobody is contacted by mistake.
 */
export function incomplete(card: ReleaseCard): readonly CardProblem[] {
  const problems: CardProblem[] = [];
  const staysEmployed = partingOf(card.reason) !== 'leaves';
  if (card.lastWorkingDay === null) problems.push({ path: 'lastWorkingDay', problem: 'Give the last working day.' });
  if (card.employmentEnd === null && !staysEmployed) {
    problems.push({ path: 'employmentEnd', problem: 'Give the end of employment; only cover and role-change have none.' });
  }
  if (card.lastWorkingDay !== null && card.employmentEnd !== null && card.lastWorkingDay > card.employmentEnd) {
    problems.push({
      path: 'lastWorkingDay',
      problem: 'The last working day lies after the end of employment; correct one of them.',
    });
  }
  if (card.custodian === null) problems.push({ path: 'custodian', problem: 'Name who holds what is undecided at the end.' });
  return problems;
}

const toldBy: Readonly<Record<'circle' | 'leaver' | 'team', readonly Audience[]>> = {
  circle: [],
  leaver: ['leaver'],
  team: ['leaver', 'team'],
};

/** Who counts as told at the moment of release; a day for contacts means that leaver and team know now. */
export function toldAtRelease(whoKnows: WhoKnows): readonly Audience[] {
  return whoKnows === 'circle' || whoKnows === 'leaver' ? toldBy[whoKnows] : toldBy.team;
}

/** The day from which contacts may know without being asked again; null when somebody says so later. */
export function contactsFrom(whoKnows: WhoKnows): Day | null {
  return isDay(whoKnows) ? whoKnows : null;
}

/** What a handover permits towards leaver and contacts, from the reason and from what HR said on the card. */
export interface ContactRules {
  /** Asking the leaver for the list, notes and mandates. */
  readonly list: boolean;
  readonly introductions: AllowedIntroductions;
  readonly text: ContactText;
  readonly invitation: boolean;
  readonly checkIns: boolean;
  readonly recall: boolean;
}

/** What `policy.md` 2 leaves to HR is permitted when HR said so: by `asking: full` or `limited`, or by `alumni: yes`. */
export function contactRules(card: Pick<ReleaseCard, 'reason' | 'competitor' | 'asking' | 'alumni'>): ContactRules {
  const { list, calls, mails, invitation, checkIns, recall, contactText } = permits(card.reason, card.competitor);
  const isAsked = (permission: Permission) => permission !== 'no' && card.asking !== 'none';
  const isAlumnus = (permission: Permission) =>
    card.alumni !== 'no' && (permission === 'yes' || (permission === 'hr' && card.alumni === 'yes'));
  return {
    list: isAsked(list),
    introductions: allowedIntroductions({ calls, mails, contactText }, card.asking),
    text: contactText,
    invitation: isAlumnus(invitation),
    checkIns: isAlumnus(invitation) && isAlumnus(checkIns),
    recall: recall !== 'no',
  };
}

/** Who is told next; null when everybody knows. */
export function nextAudience(told: readonly Audience[]): Audience | null {
  return audiences.find((audience) => !told.includes(audience)) ?? null;
}
