import type { RecordType } from '../../domain/words.js';
import { attempt, type Attempt } from '../../http.js';
import type { CallContext, Check } from '../../ports/vendor.js';
import type { HubspotClient } from './client.js';
import type { HubspotConfig } from './config.js';

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

/** Reachability, one check per scope that Baton needs, and the configured user fields. */
export async function checkHubspot(probe: Probe): Promise<readonly Check[]> {
  const { client, connection, config, context } = probe;
  const granted = await attempt(() => client.scopes(context));
  const owners = await attempt(() => client.owners({ archived: false, after: undefined }, context));
  const reachability = reached(connection, owners);
  if (!reachability.ok) return [reachability];
  const permissions = [ownersPermission(owners), ...config.recordTypes.flatMap((type) => permissionsOf(type, probe))];
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

async function fieldChecks({ client, connection, config, context }: Probe): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const recordType of config.recordTypes) {
    for (const name of config.userFields[recordType]) {
      const property = await attempt(() => client.property(recordType, name, context));
      checks.push(fieldCheck(`${connection}/fields/${recordType}.${name}`, property, recordType));
    }
  }
  return checks;
}

function fieldCheck(
  id: string,
  property: Attempt<{ modificationMetadata?: { readOnlyValue?: boolean | undefined } | undefined }>,
  recordType: RecordType,
): Check {
  if (property.ok) {
    if (property.answer.modificationMetadata?.readOnlyValue !== true) return { id, ok: true, message: 'The user field exists.' };
    return {
      id,
      ok: false,
      message: 'The user field cannot be written.',
      fix: 'Take it out of userFields, or make it editable.',
    };
  }
  const { kind, message } = property.error;
  if (kind === 'not-found') {
    return { id, ok: false, message: 'HubSpot has no such property.', fix: "Write the property's internal name in userFields." };
  }
  if (kind !== 'forbidden') return { id, ok: false, message, fix: 'Run the check again.' };
  const fix = scopeFix(`crm.schemas.${recordType}.read`);
  return { id, ok: true, warning: true, message: 'The token may not see whether the user field exists.', fix };
}
