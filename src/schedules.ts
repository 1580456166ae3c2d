import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
  type ScheduleOptions,
} from '@temporalio/client';
import { searchAttributes, taskQueue, workflowIds } from '../workflows/contract.js';
import type { Config } from './config.js';
import { findVendor } from './vendors/registry.js';

/** What a webhook lost is found within this time. */
const reconcileEvery = '5 minutes';
/** Before anybody is at work, and not on the hour, when everything else runs. */
const sweepAt = { hour: 3, minute: 17 };
/** After the sweep, and before the first digests. */
const followUpAt = { hour: 5, minute: 23 };
/** How soon an undeliverable mail is known. */
const bouncesEvery = '15 minutes';

/** The numbers of Temporal's search-attribute types (temporal.api.enums.v1.IndexedValueType). */
const indexedTypes = { Keyword: 2, Int: 3, Datetime: 6, KeywordList: 7 } as const;

/** Registers search attributes where that is allowed, and brings the schedules up to date. Throws with the lines to run where it is refused. */
export async function prepareTemporal(client: Client, config: Config): Promise<void> {
  await registerSearchAttributes(client, config.temporal.namespace);
  await upsertSchedules(client, config);
}

/** Search attributes that the namespace lacks; an upsert of an unregistered one would fail a workflow task for ever. */
export async function missingSearchAttributes(client: Client, namespace: string): Promise<readonly string[]> {
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(searchAttributes).filter((name) => !Object.hasOwn(customAttributes ?? {}, name));
}

/** The command lines that register them by hand. */
export function searchAttributeLines(names: readonly string[], namespace: string): readonly string[] {
  const types: Readonly<Record<string, string>> = searchAttributes;
  return names.map(
    (name) =>
      `temporal operator search-attribute create --namespace ${namespace} --name ${name} --type ${types[name] ?? 'Keyword'}`,
  );
}

async function registerSearchAttributes(client: Client, namespace: string): Promise<void> {
  const missing = await missingSearchAttributes(client, namespace);
  if (missing.length === 0) return;
  const types: Readonly<Record<string, keyof typeof indexedTypes>> = searchAttributes;
  const wanted = Object.fromEntries(missing.map((name) => [name, indexedTypes[types[name] ?? 'Keyword']]));
  try {
    await client.connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted });
  } catch (error) {
    if ((await missingSearchAttributes(client, namespace)).length === 0) return;
    const lines = searchAttributeLines(missing, namespace).join('\n  ');
    throw new Error(
      `Temporal does not let Baton register its search attributes. Run these lines, then start again:\n  ${lines}`,
      { cause: error },
    );
  }
}

async function upsertSchedules(client: Client, config: Config): Promise<void> {
  const { timeZone } = config.company;
  const wanted = new Map<string, ScheduleOptions>();
  for (const [connection, { vendor, retired }] of Object.entries(config.connections)) {
    if (retired || !findVendor(vendor)?.hris) continue;
    const scheduleId = workflowIds.reconcile(connection);
    wanted.set(scheduleId, schedule(scheduleId, 'reconcile', [{ connection }], { intervals: [{ every: reconcileEvery }] }));
  }
  wanted.set(workflowIds.sweep, schedule(workflowIds.sweep, 'sweep', [], { calendars: [sweepAt], timezone: timeZone }));
  wanted.set(
    workflowIds.followUp,
    schedule(workflowIds.followUp, 'followUp', [], { calendars: [followUpAt], timezone: timeZone }),
  );
  if (config.mail.bounces)
    wanted.set(workflowIds.bounces, schedule(workflowIds.bounces, 'bounces', [], { intervals: [{ every: bouncesEvery }] }));
  for (const options of wanted.values()) await upsert(client, options);
  for await (const { scheduleId } of client.schedule.list()) {
    const ours = (scheduleId.startsWith('reconcile/') || scheduleId === workflowIds.bounces) && !wanted.has(scheduleId);
    if (ours) await client.schedule.getHandle(scheduleId).delete();
  }
}

function schedule(scheduleId: string, workflowType: string, args: unknown[], spec: ScheduleOptions['spec']): ScheduleOptions {
  return {
    scheduleId,
    spec: { ...spec, jitter: '20 seconds' },
    action: { type: 'startWorkflow', workflowType, taskQueue, args, workflowId: scheduleId },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
  };
}

async function upsert(client: Client, options: ScheduleOptions): Promise<void> {
  const { scheduleId, spec, action, policies } = options;
  try {
    await client.schedule.create(options);
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    try {
      await client.schedule
        .getHandle(scheduleId)
        .update((previous) => ({ ...previous, spec, action, ...(policies && { policies }) }));
    } catch (gone) {
      if (!(gone instanceof ScheduleNotFoundError)) throw gone;
      await client.schedule.create(options);
    }
  }
}
