import type { ProgrammeParts } from '../src/alumni/leaving.js';
import type { Calendar } from '../src/domain/calendar.js';
import type { Policy } from '../src/domain/policy.js';
import type { SuccessionRule } from '../src/domain/succession.js';
import type { Language, Reason } from '../src/domain/words.js';
import type { CrmPort } from '../src/ports/crm.js';
import type { HrisPort } from '../src/ports/hris.js';
import type { BouncePort, MailPort } from '../src/ports/mail.js';
import type { DeliveryStore } from '../src/store/deliveries.js';
import type { EmploymentStore } from '../src/store/employments.js';
import type { Stores } from '../src/store/index.js';

export type Mode = 'observe' | 'act';

/** One configured CRM. */
export interface CrmConnection {
  readonly name: string;
  readonly mode: Mode;
  /** Only what is under way is ended there; nothing new begins. */
  readonly retired: boolean;
  readonly port: CrmPort;
}

/** One configured HRIS. */
export interface HrisConnection {
  readonly name: string;
  readonly mode: Mode;
  readonly retired: boolean;
  readonly port: HrisPort;
}

/** How activities reach workflows: by id, through the client. */
export interface WorkflowDispatch {
  /** Starts the handover's workflow; one that runs already is left alone. */
  startHandover(handover: string, connection: string): Promise<void>;
  /** Tells a handover that its row wants something else; false when no such workflow runs. */
  changed(handover: string, version: number): Promise<boolean>;
  /** Makes the employment's workflow look again. */
  lookAt(employment: string): Promise<void>;
  /** Tells a handover to look at its rows again; false when no such workflow runs. */
  look(handover: string): Promise<boolean>;
  /** Makes the introductions of a handover be looked at, whether their workflow runs or not. */
  wakeIntroductions(handover: string): Promise<void>;
  /** Makes a membership be looked at, whether its workflow runs or not. */
  wakeMembership(member: string): Promise<void>;
}

/** What people outside read about the company, and whom they may turn to. */
export interface Company {
  readonly name: string;
  readonly language: Language;
  readonly country: string;
  readonly privacyUrl: string | null;
  readonly dpoContact: string | null;
  readonly linkedinGroup: string | null;
  readonly referralUrl: string | null;
  /** Work e-mail of who reads what alumni answer. */
  readonly alumniContact: string;
  /** Work e-mail of who deactivates CRM users. */
  readonly itContact: string;
}

/** Everything activities use; made by the composition root. */
export interface Deps {
  readonly stores: Stores;
  readonly employments: EmploymentStore;
  readonly deliveries: DeliveryStore;
  /** The same with stores that share one transaction. */
  readonly inTransaction: <Result>(work: (deps: Deps) => Promise<Result>) => Promise<Result>;
  readonly hris: readonly HrisConnection[];
  readonly crms: readonly CrmConnection[];
  readonly mail: MailPort | null;
  /** Where undeliverable mails are read; null where nobody looks. */
  readonly bounces: BouncePort | null;
  readonly company: Company;
  /** Where links in mails lead, without a slash at the end. */
  readonly publicUrl: string;
  readonly workflows: WorkflowDispatch;
  readonly policy: Policy;
  /** The reason that an HRIS wording stands for, by the company's mapping. */
  readonly reasonOf: (wording: string) => Reason;
  readonly hrRota: readonly string[];
  /** As configured: the successor is a work e-mail here. */
  readonly successionRules: readonly SuccessionRule[];
  /** The business calendar of a country (ISO code), or of the company where it is not known. */
  readonly calendarOf: (country: string | null) => Calendar;
}

/** The HRIS of a connection; a connection that is gone is a fault of the configuration. */
export function hrisOf(deps: Deps, connection: string): HrisConnection {
  const found = deps.hris.find((hris) => hris.name === connection);
  if (!found) throw new Error(`connection ${connection} has no HRIS in the configuration`);
  return found;
}

/** The CRM of a connection. */
export function crmOf(deps: Deps, connection: string): CrmConnection {
  const found = deps.crms.find((crm) => crm.name === connection);
  if (!found) throw new Error(`connection ${connection} has no CRM in the configuration`);
  return found;
}

/** The CRM in which alumni are, or were, kept as contacts: the one that may be written to, else any that has contacts; null when there is none. */
export function contactsCrm({ crms }: Pick<Deps, 'crms'>): CrmConnection | null {
  const able = crms.filter(({ port }) => port.contacts);
  return able.find(mayWrite) ?? able[0] ?? null;
}

/** What leaving the alumni programme needs. */
export function programmeOf(deps: Deps): ProgrammeParts {
  return { ...deps, contactsCrm: contactsCrm(deps)?.name ?? null };
}

/** Whether Baton may write to a CRM. */
export function mayWrite({ mode, retired }: CrmConnection): boolean {
  return mode === 'act' && !retired;
}

/** A handover writes only where its HRIS connection and at least one CRM say `act`. */
export function modeOf(deps: Deps, connection: string): Mode {
  const acts = hrisOf(deps, connection).mode === 'act' && deps.crms.some((crm) => crm.mode === 'act');
  return acts ? 'act' : 'observe';
}
