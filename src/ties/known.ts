import { canonicalProfile } from './fields.js';
import {
  companyDomainOf,
  companyOfDomain,
  normaliseCompany,
  normaliseName,
  type NormalCompany,
  type NormalName,
} from './normalise.js';
import { scoreGiven, scoreNames } from './score.js';

/** What a tie says of a person; an `ambiguous` one is matched to nobody without a person's yes. */
export interface TieFacts {
  readonly key: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string | null;
  readonly profileUrl: string | null;
  readonly company: string | null;
  readonly ambiguous: boolean;
}

/** What a CRM says of a contact; `companyDomain` is a host, an address or a URL. */
export interface ContactFacts {
  readonly connection: string;
  readonly record: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly email: string | null;
  readonly profileUrl: string | null;
  readonly company: string | null;
  readonly companyDomain: string | null;
}

/** A person as both sides are compared. */
export interface Known {
  readonly name: NormalName;
  readonly fullName: string;
  /** By the name that was given, and by the domains of company and address. */
  readonly companies: readonly NormalCompany[];
  readonly email: string | null;
  readonly profileUrl: string | null;
  /** Domain of the e-mail address, unless a provider of private mailboxes. */
  readonly mailDomain: string | null;
}

/** Brings a tie or a contact into the form in which they are compared. */
export function know(facts: Omit<ContactFacts, 'connection' | 'record'>): Known {
  const name = normaliseName(facts.givenName, facts.familyName);
  const email = facts.email?.trim().toLowerCase() ?? '';
  const mailDomain = companyDomainOf(email);
  const domains = [...new Set([companyDomainOf(facts.companyDomain), mailDomain])];
  const companies = [normaliseCompany(facts.company), ...domains.map(companyOfDomain)];
  return {
    name,
    fullName: [...name.given, ...name.family].join(' '),
    companies: companies.filter((company) => company !== null),
    email: email === '' ? null : email,
    profileUrl: canonicalProfile(facts.profileUrl),
    mailDomain,
  };
}

/** Mailboxes of a function, which people share. */
const sharedMailbox =
  /^(?:info|sales|contact|kontakt|admin|office|hello|hallo|mail|post|support|service|kantoor|receptie|administratie|finance|hr|marketing|team|jobs|invoice|facturen|faktura|salg|verkoop|inkoop|noreply)@/;

/** Whether the names allow that one e-mail address is one person: couples share a private mailbox, colleagues that of a function. */
export function allowsEmail(tie: Known, contact: Known): boolean {
  const isFunction = sharedMailbox.test(tie.email ?? '');
  // A contact without a name has only its address.
  if (contact.fullName === '') return !isFunction;
  const { given, family } = scoreNames(tie.name, contact.name);
  if (isFunction) return given >= 0.98 && family >= 0.94;
  return agreesGiven(tie, contact) || (tie.mailDomain !== null && sharesFamily(tie, contact));
}

/** Whether the names allow that one profile is one person: people marry, so one part is enough. */
export function allowsProfile(tie: Known, contact: Known): boolean {
  return contact.fullName === '' || agreesGiven(tie, contact) || sharesFamily(tie, contact);
}

function agreesGiven(a: Known, b: Known): boolean {
  return scoreGiven(a.name.given, b.name.given) >= 0.8 || scoreNames(a.name, b.name).given >= 0.8;
}

function sharesFamily(a: Known, b: Known): boolean {
  return a.name.family.some((word) => b.name.family.includes(word));
}

/** Two profiles, or two mailboxes of one company, are two people more often than one. */
export function contradicts(a: Known, b: Known): boolean {
  const twoProfiles = a.profileUrl !== null && b.profileUrl !== null && a.profileUrl !== b.profileUrl;
  return twoProfiles || (a.mailDomain !== null && a.mailDomain === b.mailDomain && a.email !== b.email);
}
