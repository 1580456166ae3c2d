import { z } from 'zod';
import { recordTypes } from '../../domain/words.js';

const propertyName = z.string().regex(/^[a-z0-9_]+$/, "a property's internal name");
/** A search takes five filter groups: one for the owner, four for these. */
const userFields = z.array(propertyName).max(4).default([]);
const path = z.string().regex(/^\/[A-Za-z0-9/_-]*[A-Za-z0-9_-]$/, 'a path without a slash at its end');
const perSecond = z.number().positive().nullable();

/** Where HubSpot's APIs lie; the date-versioned paths (`/crm/objects/2026-09`) have the same shapes. */
const paths = z.strictObject({
  objects: path.default('/crm/v3/objects'),
  owners: path.default('/crm/v3/owners'),
  properties: path.default('/crm/v3/properties'),
  associations: path.default('/crm/v4/associations'),
  associate: path.default('/crm/v4/objects'),
  tokenInfo: path.default('/oauth/v2/private-apps/get/access-token-info'),
});

/** The vendor's own limits; calls are paced a little below them. */
const limits = z.strictObject({
  perSecond: perSecond.default(11),
  searchPerSecond: perSecond.default(4),
  concurrency: z.number().int().positive().default(5),
  batch: z.number().int().min(1).max(100).default(100),
  searchPage: z.number().int().min(1).max(200).default(200),
});

/** Properties that tell what a record is worth, when it closes, that it is closed (`true`, or filled), and when somebody last did something; null is none. */
const facts = (defaults: { value: string | null; closesOn: string | null; closed: string | null; lastActivity: string | null }) =>
  z
    .strictObject({
      value: propertyName.nullable().default(defaults.value),
      closesOn: propertyName.nullable().default(defaults.closesOn),
      closed: propertyName.nullable().default(defaults.closed),
      lastActivity: propertyName.nullable().default(defaults.lastActivity),
    })
    .prefault({});

/** Properties that tell who a contact is and whether somebody may write to them; null is none. The defaults are HubSpot's own. */
const contactProperties = z.strictObject({
  language: propertyName.nullable().default('hs_language'),
  timeZone: propertyName.nullable().default('hs_timezone'),
  jobTitle: propertyName.nullable().default('jobtitle'),
  profileUrl: propertyName.nullable().default('hs_linkedin_url'),
  lastReplied: propertyName.nullable().default('hs_sales_email_last_replied'),
  lastActivity: propertyName.nullable().default('notes_last_updated'),
  /** A checkbox that people in the company respect; without one a contact's refusal stays in Baton alone. */
  doNotContact: propertyName.nullable().default(null),
});

/** What else an account is asked for; value and last activity are those of `properties.companies`. */
const accountProperties = z.strictObject({
  name: propertyName.default('name'),
  renewsOn: propertyName.nullable().default(null),
});

/** A HubSpot connection in `baton.yaml`, with the token of a private app (developers.hubspot.com, "Private apps"). */
export const hubspotConfig = z.strictObject({
  token: z.string().min(1),
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://api.hubapi.com'),
  timeoutMs: z.number().int().positive().default(30_000),
  paths: paths.prefault({}),
  recordTypes: z
    .array(z.enum(recordTypes))
    .min(1)
    .default([...recordTypes]),
  userFields: z
    .strictObject({ companies: userFields, contacts: userFields, deals: userFields, tickets: userFields })
    .prefault({}),
  limits: limits.prefault({}),
  properties: z
    .strictObject({
      companies: facts({ value: 'annualrevenue', closesOn: null, closed: null, lastActivity: 'notes_last_updated' }),
      contacts: facts({ value: null, closesOn: null, closed: null, lastActivity: 'notes_last_updated' }),
      deals: facts({ value: 'amount', closesOn: 'closedate', closed: 'hs_is_closed', lastActivity: 'notes_last_updated' }),
      tickets: facts({ value: null, closesOn: null, closed: 'closed_date', lastActivity: 'notes_last_updated' }),
    })
    .prefault({}),
  contactProperties: contactProperties.prefault({}),
  accountProperties: accountProperties.prefault({}),
  /** The property of tasks with unique values by which a task is made only once; null leaves tasks alone. */
  taskKeyProperty: propertyName.nullable().default('baton_key'),
});

/** The settings of a HubSpot connection, defaults filled in. */
export type HubspotConfig = z.infer<typeof hubspotConfig>;
