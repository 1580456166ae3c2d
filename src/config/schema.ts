import { z } from 'zod';
import { languages, reasons } from '../domain/words.js';
import { laterShape } from './laterSchema.js';
import { policyShape } from './policySchema.js';
import { modes } from './types.js';
import { country, email, listOf, timeZone } from './words.js';

/** The keys that every connection has beside its vendor's own. */
export const connectionShape = {
  vendor: z.string().describe('Which product this is an account of.'),
  mode: z.enum(modes).default('observe').describe('observe reads and plans and writes nothing; act hands over.'),
  retired: z.boolean().default(false).describe('No new handovers; open ones are finished.'),
};

const connectionName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'a connection is named by small letters, digits and hyphens, beginning with a letter, 63 at most',
  );

const wording = z.string().regex(/\S/, 'an empty wording');

const successionRule = z
  .strictObject({
    team: z.string().min(1).optional(),
    country: country.optional(),
    location: z.string().min(1).optional(),
    successor: email,
  })
  .describe('The first rule that fits a leaver names the successor.');

/** The whole of `baton.yaml`; what a connection holds is checked by its vendor's schema. */
export const fileSchema = z.strictObject({
  company: z.strictObject({
    name: z.string().min(1, 'is empty'),
    timeZone,
    country,
    language: z.enum(languages).describe('The language of mails where a person has none.'),
    privacyUrl: z
      .url({ protocol: /^https?$/ })
      .nullable()
      .default(null)
      .describe('The page that says how contacts’ details are handled; part of every message to a contact.'),
    dpoContact: z.string().min(1).nullable().default(null).describe('Whom alumni may ask about their personal data.'),
  }),
  countries: z
    .record(country, z.strictObject({ timeZone }))
    .default({})
    .describe('Time zones of the countries where people work; the usual ones are built in.'),
  connections: z
    .record(connectionName, z.looseObject(connectionShape))
    .refine((connections) => Object.keys(connections).length > 0, 'needs at least one connection'),
  hr: z.strictObject({
    rota: listOf(email).describe('Work e-mails, in the order in which HR is asked.'),
    alumniContact: email.optional().describe('Who reads what alumni answer and calls them; the first of the rota otherwise.'),
    itContact: email.optional().describe('Who hears that a CRM user may be deactivated; the first of the rota otherwise.'),
  }),
  programme: z
    .strictObject({
      linkedinGroup: z
        .url({ protocol: /^https$/ })
        .nullable()
        .default(null)
        .describe('The alumni group’s page at LinkedIn.'),
      referralUrl: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default(null)
        .describe('Where somebody whom an alumnus knows can read on.'),
    })
    .prefault({})
    .describe('What the alumni programme offers.'),
  reasons: z
    .record(wording, z.enum(reasons))
    .default({})
    .describe("The HRIS's wording of a reason, and the reason that it means."),
  succession: z.strictObject({ rules: z.array(successionRule).default([]) }).prefault({}),
  ...policyShape,
  ...laterShape,
});

/** A file that passed `fileSchema`. */
export type ParsedFile = z.output<typeof fileSchema>;
