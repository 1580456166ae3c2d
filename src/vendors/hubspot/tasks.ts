import type { FailureKind } from '../../domain/failure.js';
import type { CrmTask, CrmTasks, TaskKind, TaskReading, TaskResult } from '../../ports/crm.js';
import { VendorError, type CallContext } from '../../ports/vendor.js';
import type { HubspotClient } from './client.js';
import type { HubspotConfig } from './config.js';
import { chunks, errorsByRecord, kindOfCategory, refusal, throwUnlessGone, toReadings, unanswered } from './mapper.js';
import type { BatchAnswer, UpsertAnswer } from './schemas.js';

interface Tasks {
  readonly client: HubspotClient;
  readonly batch: number;
  /** The property with unique values that holds a task's key. */
  readonly keyProperty: string;
}

const status = 'hs_task_status';
const completed = 'COMPLETED';

/** Tasks in HubSpot (developers.hubspot.com, "Tasks"), made only once by a property with unique values. */
export function createTasks(client: HubspotClient, config: HubspotConfig, keyProperty: string): CrmTasks {
  const { batch } = config.limits;
  return {
    upsert: (tasks, context) => upsert(tasks, { client, batch, keyProperty }, context),
    read: (tasks, context) => read(tasks, { client, batch }, context),
    async close(tasks, context) {
      for (const some of chunks([...new Set(tasks)], batch)) {
        const inputs = some.map((id) => ({ id, properties: { [status]: completed } }));
        throwUnlessGone((await client.updateBatch('tasks', inputs, context)).errors);
      }
    },
    async remove(tasks, context) {
      for (const some of chunks([...new Set(tasks)], batch)) {
        throwUnlessGone((await client.archiveBatch('tasks', some, context))?.errors ?? []);
      }
    },
  };
}

async function upsert(tasks: readonly CrmTask[], crm: Tasks, context: CallContext): Promise<readonly TaskResult[]> {
  const results: TaskResult[] = [];
  for (const some of chunks(tasks, crm.batch)) {
    const known = await knownKeys(some, crm, context);
    const inputs = some.map((task) => toInput(task, crm.keyProperty, !known.has(task.key)));
    const saved = toSaved(some, await crm.client.upsertBatch('tasks', inputs, context), crm.keyProperty);
    for (const [index, result] of saved.entries()) results.push(await associated(result, some[index], crm, context));
  }
  return results;
}

/** Keys that HubSpot has a task for. Only a new task gets a status: with one, a call whose answer was lost would open again what a person completed meanwhile. */
async function knownKeys(
  tasks: readonly CrmTask[],
  { client, keyProperty }: Tasks,
  context: CallContext,
): Promise<ReadonlySet<string>> {
  const keys = tasks.map(({ key }) => key);
  const answer: BatchAnswer = await client.readBatch(
    'tasks',
    { records: keys, properties: [keyProperty], idProperty: keyProperty },
    context,
  );
  const found = answer.results.flatMap(({ properties }) => properties[keyProperty] ?? []);
  const errors = errorsByRecord(answer.errors, new Map(keys.map((key) => [key, null])));
  const untold = [...errors].filter(([, category]) => kindOfCategory(category) !== 'not-found').map(([key]) => key);
  return new Set([...found, ...untold]);
}

function toInput({ key, owner, subject, body, dueAt, kind }: CrmTask, keyProperty: string, isNew: boolean) {
  return {
    id: key,
    idProperty: keyProperty,
    objectWriteTraceId: key,
    properties: {
      [keyProperty]: key,
      hs_timestamp: dueAt,
      hs_task_subject: subject.replace(/\s+/g, ' ').trim(),
      hs_task_body: toHtml(body),
      hs_task_type: typeOf(kind),
      hubspot_owner_id: owner,
      ...(isNew && { [status]: 'NOT_STARTED' }),
    },
  };
}

/** A task's body is HTML, its subject is not. */
function toHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '').replace(/\r?\n/g, '<br>');
}

function typeOf(kind: TaskKind): string {
  switch (kind) {
    case 'call':
      return 'CALL';
    case 'email':
      return 'EMAIL';
    case 'todo':
      return 'TODO';
    default:
      return kind satisfies never;
  }
}

/** One answer per task, found by its key or its trace; a task that the answer does not mention is not taken for saved. */
function toSaved(tasks: readonly CrmTask[], answer: UpsertAnswer, keyProperty: string): readonly TaskResult[] {
  const ids = new Map(
    answer.results.flatMap(({ id, properties, objectWriteTraceId }) => {
      const key = properties[keyProperty] ?? objectWriteTraceId;
      return key ? [[key, id] as const] : [];
    }),
  );
  const errors = errorsByRecord(answer.errors, new Map(tasks.map(({ key }) => [key, key])));
  return tasks.map(({ key }): TaskResult => {
    const category = errors.get(key);
    if (category !== undefined) return { key, state: 'failed', ...refusal(kindOfCategory(category), category) };
    const task = ids.get(key);
    return task === undefined ? { key, state: 'failed', ...unanswered } : { key, state: 'saved', task };
  });
}

/** Shows a saved task with its contact and account. What is wrong with one of them is this task's failure; an outage is the whole call's. */
async function associated(
  result: TaskResult,
  task: CrmTask | undefined,
  { client }: Tasks,
  context: CallContext,
): Promise<TaskResult> {
  if (result.state === 'failed') return result;
  const others = [
    { to: 'contacts', other: task?.contact },
    { to: 'companies', other: task?.account },
  ] as const;
  let outcome: TaskResult = result;
  for (const { to, other } of others) {
    if (other === null || other === undefined) continue;
    try {
      await client.associate('tasks', { record: result.task, to, other }, context);
    } catch (error) {
      if (!(error instanceof VendorError && isAboutRecord(error.kind))) throw error;
      outcome = { key: result.key, state: 'failed', kind: error.kind, message: error.message };
    }
  }
  return outcome;
}

function isAboutRecord(kind: FailureKind): boolean {
  switch (kind) {
    case 'not-found':
    case 'invalid-request':
    case 'conflict':
      return true;
    case 'rate-limited':
    case 'vendor-unavailable':
    case 'timeout':
    case 'unauthorized':
    case 'forbidden':
    case 'unexpected-response':
    case 'mail-unavailable':
    case 'mail-refused':
    case 'internal':
      return false;
    default:
      return kind satisfies never;
  }
}

async function read(
  tasks: readonly string[],
  { client, batch }: Pick<Tasks, 'client' | 'batch'>,
  context: CallContext,
): Promise<readonly TaskReading[]> {
  const states = new Map<string, TaskReading['state']>();
  for (const some of chunks([...new Set(tasks)], batch)) {
    const readings = toReadings(some, await client.readBatch('tasks', { records: some, properties: [status] }, context));
    for (const [task, object] of readings) states.set(task, object === null ? 'gone' : stateOf(object.properties[status]));
  }
  return tasks.map((task) => ({ task, state: states.get(task) ?? 'gone' }));
}

function stateOf(value: string | null | undefined): TaskReading['state'] {
  if (value === undefined) throw new VendorError('forbidden', `HubSpot does not show the property ${status}`);
  return value === completed ? 'completed' : 'open';
}
