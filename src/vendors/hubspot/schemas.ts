import { z } from 'zod';

const id = z.string().min(1);
const paging = z.object({ next: z.object({ after: z.string().min(1) }).optional() }).optional();

/** Properties as HubSpot answers them: every value is a string or null; a property that is not there was not readable. */
const properties = z.record(z.string(), z.string().nullable());

/** `GET /crm/v3/owners` (developers.hubspot.com, "Owners"). */
export const ownersSchema = z.object({
  results: z.array(z.object({ id, email: z.string().nullish(), type: z.string().optional(), archived: z.boolean().optional() })),
  paging,
});

const object = z.object({ id, properties, updatedAt: z.string().nullish() });

/** One object of a search or a batch. */
export type HubspotObject = z.infer<typeof object>;

/** `POST /crm/v3/objects/{type}/search` (developers.hubspot.com, "Search the CRM"). */
export const searchSchema = z.object({ total: z.number().int().nonnegative(), results: z.array(object), paging });

/** One page of a search. */
export type SearchPage = z.infer<typeof searchSchema>;

const context = z.record(z.string(), z.array(z.union([z.string(), z.number().transform(String)])));

/** An error for some of a batch's records; which ones, stands in `context` (its key is not documented). */
const batchError = z.object({
  category: z.string().default(''),
  context: context.catch({}).default({}),
  objectWriteTraceId: z.string().optional(),
});

/** One error of a batch. */
export type BatchError = z.infer<typeof batchError>;

/** `POST /crm/v3/objects/{type}/batch/read` and `/batch/update`: 200, or 207 with `errors`. */
export const batchSchema = z.object({
  results: z.array(object.extend({ properties: properties.default({}) })),
  errors: z.array(batchError).default([]),
});

/** The answer to a batch. */
export type BatchAnswer = z.infer<typeof batchSchema>;

/** `POST /crm/v3/objects/{type}/batch/upsert`: as a batch, and each result says whether it is new. */
export const upsertSchema = z.object({
  results: z.array(
    object.extend({
      properties: properties.default({}),
      new: z.boolean().default(false),
      objectWriteTraceId: z.string().nullish(),
    }),
  ),
  errors: z.array(batchError).default([]),
});

/** The answer to a batch upsert. */
export type UpsertAnswer = z.infer<typeof upsertSchema>;

/** `POST /crm/v3/objects/{type}/batch/archive`: 204 without a body; a body is there only to tell of errors. */
export const archiveSchema = z.union([z.undefined(), z.object({ errors: z.array(batchError).min(1) })]);

/** `PATCH /crm/v3/objects/{type}/{id}`. */
export const objectSchema = object;

/** `GET /crm/v3/objects/{type}` (developers.hubspot.com, "Retrieve objects"). */
export const listSchema = z.object({ results: z.array(object), paging });

/** `PUT /crm/v4/objects/{from}/{id}/associations/default/{to}/{id}` (developers.hubspot.com, "Associations v4"). */
export const associateSchema = z.object({ results: z.array(z.unknown()) });

const objectId = z.union([id, z.number().transform(String)]);

/** `POST /crm/v4/associations/{from}/{to}/batch/read` (developers.hubspot.com, "Associations v4"); records without any come as `errors` of a 207. */
export const associationsSchema = z.object({
  results: z.array(
    z.object({
      from: z.object({ id: objectId }),
      to: z.array(z.object({ toObjectId: objectId, associationTypes: z.array(z.object({ typeId: z.number() })).default([]) })),
    }),
  ),
  errors: z.array(batchError).default([]),
});

/** Which companies some records belong to. */
export type Associations = z.infer<typeof associationsSchema>;

/** `POST /oauth/v2/private-apps/get/access-token-info`: what the token may do. */
export const tokenInfoSchema = z.object({ scopes: z.array(z.string()) });

/** `GET /crm/v3/properties/{type}/{name}` (developers.hubspot.com, "Properties"). */
export const propertySchema = z.object({
  name: z.string(),
  hasUniqueValue: z.boolean().optional(),
  modificationMetadata: z.object({ readOnlyValue: z.boolean().optional() }).optional(),
});

/** How a property is defined. */
export type HubspotProperty = z.infer<typeof propertySchema>;

/** An error body; `policyName` tells which limit was hit. */
export const errorSchema = z.object({
  category: z.string().optional(),
  errorType: z.string().optional(),
  policyName: z.string().optional(),
});
