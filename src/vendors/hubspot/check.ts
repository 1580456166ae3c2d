import type { RecordType } from '../../domain/words.js';
import { attempt, type Attempt } from '../../http.js';
import type { CallContext, Check, VendorError } from '../../ports/vendor.js';
import type { HubspotClient, ObjectType } from './client.js';
import type { HubspotConfig } from './config.js';
import type { HubspotProperty } from './schemas.js';

interface Probe {
  readonly connection: string;
  readonly client: HubspotClient;
  readonly config: HubspotConfig;
  readonly context: CallContext;
}

/** One permission: what it is for, the scopes of which one suffices, and the read that shows it where HubSpot does not tell the scopes. */
interface Permission {
  readonly detail: string;
  readonly scopes: readonly [string, ...string[]];
  readonly trial: (() => Promise<unknown>) | null;
}

/** Reachability, one check per scope that Baton needs, and the configured properties. */
export async function checkHubspot(probe: Probe): Promise<readonly Check[]> {
  const { client, connection, config, context } = probe;
  const granted = await attempt(() => client.scopes(context));
  const owners = await attempt(() => client.owners({ archived: false, after: undefined }, context));
  const reachability = reached(connection, owners);
  if (!reachability.ok) return [reachability];
  const permissions = [
    ownersPermission(owners),
    ...config.recordTypes.flatMap((type) => permissionsOf(type, probe)),
    ...(config.taskKeyProperty === null ? [] : taskPermissions(probe)),
  ];
  const checks: Check[] = [reachability];
  for (const permission of permissions) {
    checks.push(granted.ok ? byScope(connection, permission, granted.answer.scopes) : await byTrial(connection, permission));
  }
  return [...checks, ...(await fieldChecks(probe))];
}

function reached(connection: string, owners: Attempt<unknown>): Check {
  const id = `${connection}/reachability/api`;
  if (owners.ok || owners.error.kind === 'forbidden') return { id, ok: true, message: 'HubSpot answers and accepts the token.' };
  const fix =
    owners.error.kind === 'unauthorized'
      ? 'Check token: take the access token of the private app again (Settings, Integrations, Private Apps).'
      : 'Check baseUrl and paths, and that this machine reaches them.';
  return { id, ok: false, message: owners.error.message, fix };
}

function ownersPermission(owners: Attempt<unknown>): Permission {
  const trial = () => (owners.ok ? Promise.resolve() : Promise.reject(owners.error));
  return { detail: 'owners.read', scopes: ['crm.objects.owners.read'], trial };
}

function permissionsOf(recordType: RecordType, { client, context }: Probe): readonly Permission[] {
  // The scope of tickets is older than the others and covers reading and writing.
  const alsoEnough = recordType === 'tickets' ? ['tickets'] : [];
  const trial = () => client.search(recordType, { filterGroups: [], sorts: [], properties: [], limit: 1 }, context);
  return [
    { detail: `${recordType}.read`, scopes: [`crm.objects.${recordType}.read`, ...alsoEnough], trial },
    { detail: `${recordType}.write`, scopes: [`crm.objects.${recordType}.write`, ...alsoEnough], trial: null },
  ];
}

/** HubSpot asks for the scopes of contacts where tasks are concerned. */
function taskPermissions({ client, context }: Probe): readonly Permission[] {
  const trial = () => client.search('tasks', { filterGroups: [], sorts: [], properties: [], limit: 1 }, context);
  return [
    { detail: 'tasks.read', scopes: ['crm.objects.contacts.read'], trial },
    { detail: 'tasks.write', scopes: ['crm.objects.contacts.write'], trial: null },
  ];
}

function byScope(connection: string, { detail, scopes }: Permission, granted: readonly string[]): Check {
  const id = `${connection}/permissions/${detail}`;
  if (scopes.some((scope) => granted.includes(scope))) return { id, ok: true, message: `The token has the scope for ${detail}.` };
  return { id, ok: false, message: `The token has no scope for ${detail}.`, fix: scopeFix(scopes[0]) };
}

async function byTrial(connection: string, { detail, scopes, trial }: Permission): Promise<Check> {
  const id = `${connection}/permissions/${detail}`;
  if (trial === null) {
    const message = `HubSpot does not tell this token's scopes, and ${detail} cannot be tried without writing.`;
    return { id, ok: true, warning: true, message, fix: scopeFix(scopes[0]) };
  }
  const tried = await attempt(trial);
  if (tried.ok) return { id, ok: true, message: `A trial of ${detail} worked.` };
  return { id, ok: false, message: tried.error.message, fix: scopeFix(scopes[0]) };
}

function scopeFix(scope: string): string {
  return `Add the scope ${scope} to the private app (Settings, Integrations, Private Apps, Scopes).`;
}

/** A property that the configuration names: the setting that names it, and what its absence means. */
interface Field {
  readonly type: ObjectType;
  readonly name: string;
  readonly setting: string;
  readonly written: boolean;
  /** Whether Baton only knows less without it. */
  readonly optional: boolean;
}

async function fieldChecks(probe: Probe): Promise<readonly Check[]> {
  const { client, connection, config, context } = probe;
  const checks: Check[] = [];
  for (const field of fieldsOf(config)) {
    const property = await attempt(() => client.property(field.type, field.name, context));
    checks.push(fieldCheck(`${connection}/fields/${field.type}.${field.name}`, property, field));
  }
  return config.taskKeyProperty === null ? checks : [...checks, await taskKeyCheck(config.taskKeyProperty, probe)];
}

function fieldsOf({ recordTypes, userFields, contactProperties, accountProperties }: HubspotConfig): readonly Field[] {
  const users = recordTypes.flatMap((type) =>
    userFields[type].map((name) => ({ type, name, setting: 'userFields', written: true, optional: false })),
  );
  const people = Object.entries(contactProperties).flatMap(([key, name]) => {
    const isRefusal = key === 'doNotContact';
    const field = { type: 'contacts', setting: `contactProperties.${key}`, written: isRefusal, optional: !isRefusal } as const;
    return name === null ? [] : [{ ...field, name }];
  });
  const { renewsOn } = accountProperties;
  const renewal = { type: 'companies', setting: 'accountProperties.renewsOn', written: false, optional: false } as const;
  return [...users, ...people, ...(renewsOn === null ? [] : [{ ...renewal, name: renewsOn }])];
}

function fieldCheck(id: string, property: Attempt<HubspotProperty>, { type, name, setting, written, optional }: Field): Check {
  if (property.ok) {
    const readOnly = property.answer.modificationMetadata?.readOnlyValue === true;
    if (!(written && readOnly)) return { id, ok: true, message: `The property of ${setting} exists.` };
    const fix = `Take it out of ${setting}, or make it editable.`;
    return { id, ok: false, message: `The property of ${setting} cannot be written.`, fix };
  }
  const { kind, message } = property.error;
  if (kind === 'not-found') {
    const fix = `Write the property's internal name in ${setting}${optional ? ', or null for none' : ''}.`;
    return { id, ok: optional, message: `HubSpot has no property ${name}.`, fix, ...(optional && { warning: true }) };
  }
  return untold(id, type, { kind, message });
}

/** Without a property that keeps its values apart, a call whose answer was lost would make a second task. */
async function taskKeyCheck(name: string, { client, connection, config, context }: Probe): Promise<Check> {
  const id = `${connection}/fields/tasks.${name}`;
  const property = await attempt(() => client.property('tasks', name, context));
  if (property.ok) {
    if (property.answer.hasUniqueValue === true)
      return { id, ok: true, message: 'The property of taskKeyProperty keeps tasks apart.' };
    const fix =
      'HubSpot cannot change that afterwards: write another name in taskKeyProperty, and run the check again for the lines that create it.';
    return { id, ok: false, message: `The property ${name} does not ask for unique values.`, fix };
  }
  const { kind, message } = property.error;
  if (kind !== 'not-found') return untold(id, 'tasks', { kind, message });
  return {
    id,
    ok: false,
    message: `HubSpot has no property ${name} by which a task is made only once.`,
    fix: creation(name, config),
  };
}

function creation(name: string, { baseUrl, paths }: HubspotConfig): string {
  const shape = { name, label: 'Baton key', type: 'string', fieldType: 'text', groupName: 'task', hasUniqueValue: true };
  return [
    'Create it once, with a token that may change properties, or set taskKeyProperty to null to do without tasks:',
    `curl -X POST ${baseUrl}${paths.properties}/tasks \\`,
    '  -H "Authorization: Bearer $HUBSPOT_TOKEN" -H "Content-Type: application/json" \\',
    `  -d '${JSON.stringify(shape)}'`,
  ].join('\n');
}

function untold(id: string, type: ObjectType, { kind, message }: Pick<VendorError, 'kind' | 'message'>): Check {
  if (kind !== 'forbidden') return { id, ok: false, message, fix: 'Run the check again.' };
  const fix = scopeFix(`crm.schemas.${type === 'tasks' ? 'contacts' : type}.read`);
  return { id, ok: true, warning: true, message: 'The token may not see whether the property exists.', fix };
}
