import { setTimeout as pause } from 'node:timers/promises';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DateTime } from 'luxon';
import type { z } from 'zod';
import type { Core } from '../../src/dependencies.js';
import type { FailureKind } from '../../src/domain/failure.js';
import type { RunningSandbox } from '../../src/sandbox/index.js';
import { taskQueue, workflowIds } from '../../workflows/contract.js';
import type { Around, Gate } from './around.js';
import type { History, Run } from './histories.js';
import { Saga } from './saga.js';
import { call, hrisName, shapes, zone, type LedgerEntry, type WorldPerson } from './world.js';

/** One test's company: a world, a database and a worker of its own, on the file's time-skipping server. */
export class Company {
  readonly env: TestWorkflowEnvironment;
  readonly core: Core;
  readonly people: readonly WorldPerson[];
  readonly leaver: WorldPerson;
  readonly #around: Around;
  readonly #sandbox: RunningSandbox;
  /** Personal strings are collected at the start and at the end: a world only grows. */
  readonly #strings: string[] = [];

  constructor(parts: {
    env: TestWorkflowEnvironment;
    core: Core;
    around: Around;
    sandbox: RunningSandbox;
    people: readonly WorldPerson[];
    leaver: WorldPerson;
  }) {
    this.env = parts.env;
    this.core = parts.core;
    this.people = parts.people;
    this.leaver = parts.leaver;
    this.#around = parts.around;
    this.#sandbox = parts.sandbox;
  }

  // Time

  /** The world's clock, Unix milliseconds: as far as an activity or a test has moved it. */
  get clockMs(): number {
    return this.#around.clockMs;
  }

  async nowMs(): Promise<number> {
    return this.env.currentTimeMs();
  }

  async local(): Promise<DateTime> {
    return DateTime.fromMillis(await this.nowMs(), { zone });
  }

  /** The day that lies this many working days (Monday to Friday) after today. */
  async workday(ahead: number): Promise<string> {
    let day = await this.local();
    for (let left = ahead; left > 0;) {
      day = day.plus({ days: 1 });
      if (day.weekday <= 5) left -= 1;
    }
    return day.toFormat('yyyy-MM-dd');
  }

  async advance(ms: number): Promise<void> {
    await this.env.sleep(ms);
    this.#around.clockMs = Math.max(this.#around.clockMs, await this.nowMs());
    await this.quiet();
  }

  /** Skips to a wall-clock time of the company's zone, today or on a given day; does nothing when that has passed. */
  async skipTo(time: string, day?: string): Promise<void> {
    const at = DateTime.fromISO(`${day ?? (await this.local()).toFormat('yyyy-MM-dd')}T${time}`, { zone });
    const left = at.toMillis() - (await this.nowMs());
    if (left > 0) await this.advance(left);
  }

  /** Until no activity has been under way for a moment. */
  async quiet(): Promise<void> {
    for (let still = 0; still < 3;) {
      await pause(15);
      still = this.#around.inFlight === 0 ? still + 1 : 0;
    }
  }

  // HRIS

  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    return call(`${this.#sandbox.url}${path}`, method, body);
  }

  /** HR enters an ending; returns the handover that began. */
  async startLeaver(ending: { readonly lastDay: string; readonly reason?: string; readonly employee?: string }): Promise<Saga> {
    const { lastDay, reason = 'resignation', employee = this.leaver.id } = ending;
    await this.control('POST', '/_hris/bamboohr/terminate', { employee, lastDay, reason });
    await this.look(employee);
    return this.sagaOf(employee);
  }

  async hris(
    action: 'move' | 'rescind' | 'redact' | 'rehire' | 'terminate',
    body: object,
    employee = this.leaver.id,
  ): Promise<void> {
    await this.control('POST', `/_hris/bamboohr/${action}`, { employee, ...body });
    await this.look(employee);
  }

  /** What the drainer does with a webhook: the employment's workflow looks, and ends. */
  async look(employee = this.leaver.id): Promise<void> {
    const rows = await this.core.deps.employments.findOrCreate(hrisName, [employee]);
    const row = rows.get(employee) ?? '';
    await this.core.deps.workflows.lookAt(row);
    await this.core.temporal.client.workflow.getHandle(workflowIds.employment(row)).result();
  }

  /** The daily look at all handovers. */
  async sweep(): Promise<{ readonly looked: number; readonly restarted: number; readonly found: number }> {
    const options = { workflowId: workflowIds.sweep, taskQueue, args: [] };
    return this.core.temporal.client.workflow.execute('sweep', options);
  }

  async sagaOf(employee = this.leaver.id): Promise<Saga> {
    const row = await this.core.stores.handovers.findByRecord(hrisName, employee);
    if (!row) throw new Error('no handover began');
    return new Saga(this, row.id);
  }

  /** Baton's id of a person of the world. */
  async personId(employee: string): Promise<string> {
    const row = await this.core.db.employment.findUniqueOrThrow({
      where: { connection_record: { connection: hrisName, record: employee } },
    });
    return row.personId;
  }

  /** The CRM user of a person whom Baton names. */
  async userOf(person: string): Promise<string> {
    const row = await this.core.db.employment.findFirstOrThrow({ where: { personId: person } });
    return this.people.find(({ id }) => id === row.record)?.hubspot ?? '';
  }

  // CRM

  /** A call to the CRM that is not Baton's. */
  async asHuman(method: string, path: string, body?: unknown): Promise<unknown> {
    return call(`${this.#sandbox.url}/hubspot${path}`, method, body, 'sandbox-human');
  }

  /** A change that a person makes in the CRM. */
  async human(type: string, record: string, properties: Readonly<Record<string, string>>): Promise<void> {
    await this.asHuman('PATCH', `/crm/v3/objects/${type}/${record}`, { properties });
  }

  /** Ownerships as the CRM holds them now: `companies/500000001/hubspot_owner_id` → user. */
  async owners(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const type of ['companies', 'contacts', 'deals', 'tickets']) {
      const fields = type === 'companies' ? ['hubspot_owner_id', 'account_manager'] : ['hubspot_owner_id'];
      for (let after: string | undefined = '0'; after !== undefined;) {
        const answer: z.infer<typeof shapes.search> = shapes.search.parse(
          await call(
            `${this.#sandbox.url}/hubspot/crm/v3/objects/${type}/search`,
            'POST',
            { properties: fields, limit: 200, after },
            'sandbox-human',
          ),
        );
        for (const { id, properties } of answer.results) {
          for (const field of fields) {
            const owner = properties[field];
            if (owner) found.set(`${type}/${id}/${field}`, owner);
          }
        }
        after = answer.paging?.next.after;
      }
    }
    return found;
  }

  /** The keys of what a user owns now. */
  async ownedBy(user: string | null): Promise<readonly string[]> {
    return [...(await this.owners())].flatMap(([key, owner]) => (owner === user ? [key] : []));
  }

  /** Changes that Baton made, oldest first. */
  async ledger(): Promise<readonly LedgerEntry[]> {
    const answer = shapes.ledger.parse(await this.control('GET', '/_ledger?limit=10000&by=baton'));
    if (answer.next !== null) throw new Error('the ledger is longer than a page');
    return answer.entries;
  }

  /** How often Baton called the CRM's route. */
  async calls(route: string): Promise<number> {
    const { routes } = shapes.calls.parse(await this.control('GET', '/_calls'));
    return routes
      .filter((one) => one.route === route && one.by === 'baton')
      .flatMap((one) => Object.values(one.status))
      .reduce((sum, n) => sum + n, 0);
  }

  async faults(...rules: readonly object[]): Promise<void> {
    await this.control('PUT', '/_faults', { rules });
  }

  // Activities

  /** Makes an activity fail until `heal`; for good, unless `retryable`. */
  fail(activity: string, kind: FailureKind = 'forbidden', retryable = false): void {
    this.#around.faults.set(activity, { kind, retryable, hits: 0 });
  }

  heal(activity: string): void {
    this.#around.faults.delete(activity);
  }

  hits(activity: string): number {
    return this.#around.faults.get(activity)?.hits ?? 0;
  }

  ran(activity: string): number {
    return this.#around.count.get(activity) ?? 0;
  }

  /** Holds an activity at its beginning until `open`. */
  hold(activity: string): Gate {
    let arrive: () => void = () => undefined;
    let free: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (arrive = resolve));
    const opened = new Promise<void>((resolve) => (free = resolve));
    const open = (): void => {
      this.#around.gates.delete(activity);
      free();
    };
    this.#around.gates.set(activity, { arrive, opened, open });
    return { reached, open };
  }

  // The end

  /** The histories of every run so far. */
  async histories(): Promise<readonly (Run & { readonly history: History })[]> {
    const { client } = this.core.temporal;
    return Promise.all(
      [...this.#around.runs.values()].map(async ({ workflowId, runId }) => ({
        workflowId,
        runId,
        history: await client.workflow.getHandle(workflowId, runId).fetchHistory(),
      })),
    );
  }

  /** A run that a test started or reset without the rig. */
  addRun(run: Run): void {
    this.#around.runs.set(run.runId, run);
  }

  /** What must not be in a history: the world's personal strings, and the ids of its records, users and employees' addresses. */
  async forbidden(): Promise<{ readonly strings: readonly string[]; readonly ids: ReadonlySet<string> }> {
    const text = await (await fetch(`${this.#sandbox.url}/_world/strings`)).text();
    this.#strings.push(...text.split('\n').filter((line) => line.length > 0));
    const owners = await this.owners();
    const ids = new Set([...owners].flatMap(([key, owner]) => [key.split('/')[1] ?? '', owner]));
    for (const { hubspot } of this.people) if (hubspot) ids.add(hubspot);
    return { strings: [...new Set(this.#strings)], ids };
  }

  /** Ends everything that still runs. */
  async terminateAll(): Promise<void> {
    const seen = [...this.#around.runs.values()].map(({ workflowId }) => workflowId);
    // A run that was woken a moment ago has not been seen yet.
    const woken = seen.filter((id) => /^handover\/[^/]+$/.test(id)).map((id) => `${id}/introductions`);
    const members = (await this.core.db.member.findMany({ select: { id: true } })).map(({ id }) => workflowIds.membership(id));
    for (const id of new Set([...seen, ...woken, ...members])) {
      await this.core.temporal.client.workflow
        .getHandle(id)
        .terminate('the test is over')
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        });
    }
  }

  /** Lets nothing fail or wait any more, and ends everything. */
  async quietly(): Promise<void> {
    this.#around.faults.clear();
    for (const { open } of [...this.#around.gates.values()]) open();
    await this.faults();
    // An activity whose workflow is terminated under it keeps the server's clock locked for good.
    await this.quiet();
    await this.terminateAll();
    await this.quiet();
    // What was under way may have woken something once more.
    await this.terminateAll();
  }
}
