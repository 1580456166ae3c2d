import { z } from 'zod';

const names = z.array(z.string().min(1));

/** Names of one fact, in the order of trust: the first one that is filled counts. Different endpoints and accounts spell them differently. */
const fields = z.strictObject({
  manager: names.default(['reportsToId', 'supervisorEId']),
  team: names.default(['departmentName', 'department']),
  jobTitle: names.default(['jobTitleName', 'jobTitle']),
  country: names.default(['country']),
  location: names.default(['locationName', 'location']),
  language: names.default(['language']),
  employmentStatus: names.default(['employmentHistoryStatus', 'employmentStatusName']),
  lastWorkingDay: names.default([]),
});

/** The table of employment statuses and its columns, which BambooHR documents by example only. */
const statusTable = z.strictObject({
  name: z.string().min(1).default('employmentStatus'),
  date: z.string().min(1).default('date'),
  status: z.string().min(1).default('employmentStatus'),
  reason: names.default(['terminationReasonId', 'terminationTypeId']),
});

/** Which employment statuses of this account mean what; they are the account's own list. Compared without regard to case. */
const statuses = z.strictObject({
  terminated: names.default(['Terminated']),
  gardenLeave: names.default(['Garden leave']),
  onLeave: names.default(['Leave of absence', 'On leave', 'Furloughed']),
});

/** What the key should not be able to read; `baton check` warns about each one that it can. */
const sensitive = z.strictObject({
  fields: names.default([
    'ssn',
    'sin',
    'nin',
    'bsn',
    'cpr',
    'dateOfBirth',
    'payRate',
    'bankAccount',
    'iban',
    'health',
    'disability',
  ]),
  tables: names.default(['compensation', 'directDeposit', 'bankInformation', 'health']),
});

/** A BambooHR connection in `baton.yaml`: `https://{companyDomain}.bamboohr.com` with an API key (BambooHR, "API keys"). */
export const bamboohrConfig = z.strictObject({
  companyDomain: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/, 'only the name before .bamboohr.com'),
  apiKey: z.string().min(1),
  webhookSecret: z.string().min(1).optional(),
  signatureTolerance: z.number().int().positive().default(300),
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  timeoutMs: z.number().int().positive().default(30_000),
  limits: z.strictObject({ perSecond: z.number().positive().nullable().default(10) }).prefault({}),
  fields: fields.prefault({}),
  statusTable: statusTable.prefault({}),
  statuses: statuses.prefault({}),
  webhookFields: names.default([]),
  sensitive: sensitive.prefault({}),
});

/** The settings of a BambooHR connection, defaults filled in. */
export type BamboohrConfig = z.infer<typeof bamboohrConfig>;
