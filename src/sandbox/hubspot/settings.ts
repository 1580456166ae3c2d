import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Sandbox, commit } from '../state.js';
import { callOf } from '../vendor-scope.js';
import type { OwnerSeed } from '../world-people.js';
import { HubspotError, notFound, readHubspot } from './errors.js';
import { type PropertyDefinition, valueTypes } from './properties.js';
import { PORTAL_ID } from './render.js';
import { objectType } from './types.js';

const flag = z.enum(['true', 'false']).default('false');
const ownersQuery = z.strictObject({
  email: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  after: z.string().regex(/^\d+$/).default('0'),
  archived: flag,
});
const ownerQuery = z.strictObject({ idProperty: z.enum(['id', 'userId']).default('id'), archived: flag });
const definitionSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_]{0,99}$/),
  label: z.string().min(1),
  type: z.enum(valueTypes),
  fieldType: z.string(),
  groupName: z.string(),
  description: z.string().default(''),
  hasUniqueValue: z.boolean().default(false),
  referencedObjectType: z.enum(['OWNER']).nullable().default(null),
  externalOptions: z.boolean().default(false),
  options: z
    .array(
      z.strictObject({ label: z.string(), value: z.string(), displayOrder: z.int().optional(), hidden: z.boolean().optional() }),
    )
    .default([]),
  displayOrder: z.int().optional(),
  hidden: z.boolean().optional(),
  formField: z.boolean().optional(),
});

const CREATED = '2021-01-04T08:00:00.000Z';

/** Owners, property definitions, account details and the scopes of a token. */
export function settingsRoutes(scope: FastifyInstance, sandbox: Sandbox): void {
  scope.get('/crm/v3/owners', async (request) => {
    const query = readHubspot(ownersQuery, request.query);
    const archived = query.archived === 'true';
    const all = [...sandbox.crm.owners.values()].filter(
      (owner) =>
        owner.archived === archived &&
        Number(owner.id) > Number(query.after) &&
        (query.email === undefined || owner.email === query.email.toLowerCase()),
    );
    const page = all.slice(0, query.limit);
    const after = page.at(-1)?.id ?? '0';
    const next = { after, link: `https://api.hubapi.com/crm/v3/owners?after=${after}` };
    return { results: page.map(renderOwner), ...(all.length > page.length ? { paging: { next } } : {}) };
  });
  scope.get<{ Params: { id: string } }>('/crm/v3/owners/:id', async (request) => {
    const query = readHubspot(ownerQuery, request.query);
    const key = query.idProperty;
    const owner = [...sandbox.crm.owners.values()].find((one) => String(one[key]) === request.params.id);
    if (owner === undefined || owner.archived !== (query.archived === 'true')) throw notFound(`owner ${request.params.id}`);
    return renderOwner(owner);
  });
  scope.get('/account-info/v3/details', async () => ({
    portalId: PORTAL_ID,
    accountType: 'SANDBOX',
    timeZone: 'Europe/Amsterdam',
    companyCurrency: 'EUR',
    additionalCurrencies: ['DKK'],
    utcOffset: '+01:00',
    utcOffsetMilliseconds: 3_600_000,
    uiDomain: 'app-eu1.hubspot.com',
    dataHostingLocation: 'eu1',
  }));
  scope.post('/oauth/v2/private-apps/get/access-token-info', async (request) => {
    const { tokenKey } = readHubspot(z.strictObject({ tokenKey: z.string() }), request.body);
    const userId = { 'sandbox-baton': 7_400_001, 'sandbox-human': 7_400_002 }[tokenKey];
    if (userId === undefined) throw notFound('the token');
    return { userId, hubId: PORTAL_ID, appId: 7_400_010, scopes };
  });
  propertyRoutes(scope, sandbox);
}

const scopes = [
  ...['companies', 'contacts', 'deals'].flatMap((type) => ['read', 'write'].map((right) => `crm.objects.${type}.${right}`)),
  ...['companies', 'contacts', 'deals'].flatMap((type) => ['read', 'write'].map((right) => `crm.schemas.${type}.${right}`)),
  'crm.objects.owners.read',
  'tickets',
  'oauth',
];

// UNCONFIRMED: an archived owner keeps `userIdIncludingInactive` and loses `userId`.
function renderOwner(owner: OwnerSeed): object {
  return {
    id: owner.id,
    email: owner.email,
    type: 'PERSON',
    firstName: owner.firstName,
    lastName: owner.lastName,
    ...(owner.archived ? {} : { userId: owner.userId }),
    userIdIncludingInactive: owner.userId,
    createdAt: CREATED,
    updatedAt: CREATED,
    archived: owner.archived,
    teams: [{ id: String(100 + owner.team), name: `Team ${String(owner.team + 1)}`, primary: true }],
  };
}

function propertyRoutes(scope: FastifyInstance, sandbox: Sandbox): void {
  scope.get<{ Params: { type: string } }>('/crm/v3/properties/:type', async (request) => {
    return { results: [...sandbox.crm.properties(objectType(request.params.type)).values()].map(renderDefinition) };
  });
  scope.get<{ Params: { type: string; name: string } }>('/crm/v3/properties/:type/:name', async (request) => {
    const definition = sandbox.crm.properties(objectType(request.params.type)).get(request.params.name);
    if (definition === undefined) throw notFound(`property ${request.params.name}`);
    return renderDefinition(definition);
  });
  scope.post<{ Params: { type: string } }>('/crm/v3/properties/:type', async (request, reply) => {
    const type = objectType(request.params.type);
    const { name, ...body } = readHubspot(definitionSchema, request.body);
    if (sandbox.crm.properties(type).has(name)) {
      throw new HubspotError(409, 'OBJECT_ALREADY_EXISTS', `A property named '${name}' already exists.`);
    }
    const { label, type: valueType, fieldType, groupName, description, hasUniqueValue, referencedObjectType } = body;
    const options = body.options.map((option) => ({ label: option.label, value: option.value }));
    const shape = { label, type: valueType, fieldType, groupName, description, hasUniqueValue, referencedObjectType };
    const to: PropertyDefinition = { name, ...shape, options, readOnly: false, hubspotDefined: false };
    const { by } = callOf(request);
    const change = { type: 'properties', record: `${type}/${name}`, field: null, from: null, to, key: null };
    commit(sandbox, { vendor: 'hubspot', by, op: 'create', ...change });
    return reply.status(201).send(renderDefinition(to));
  });
}

function renderDefinition(definition: PropertyDefinition): object {
  const { readOnly, ...shown } = definition;
  return {
    ...shown,
    externalOptions: definition.referencedObjectType === 'OWNER',
    calculated: readOnly,
    hidden: false,
    archived: false,
    modificationMetadata: {
      archivable: !definition.hubspotDefined,
      readOnlyDefinition: definition.hubspotDefined,
      readOnlyValue: readOnly,
    },
  };
}
