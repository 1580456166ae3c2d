import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ApplicationFailure, WorkflowUpdateFailedError } from '@temporalio/client';
import { z } from 'zod';
import { decide, DecisionRefused } from '../../src/decide.js';
import {
  workflowIds,
  type CommandName,
  type DecisionAnswer,
  type HandoverStatus,
  type Inputs,
} from '../../workflows/contract.js';
import type { Company } from './company.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Bytes under a name for their encoding that need not be true. */
export interface RawPayload {
  readonly encoding: string;
  readonly data: string;
}

function toPayload({ encoding, data }: RawPayload) {
  return { metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) };
}

type StatusIs = (status: HandoverStatus) => boolean;

/** One handover as a test sees it. */
export class Saga {
  readonly company: Company;
  readonly id: string;

  constructor(company: Company, id: string) {
    this.company = company;
    this.id = id;
  }

  get workflowId(): string {
    return workflowIds.handover(this.id);
  }

  get handle() {
    return this.company.core.temporal.client.workflow.getHandle(this.workflowId);
  }

  row() {
    return this.company.core.stores.handovers.get(this.id);
  }

  ownerships() {
    return this.company.core.stores.ownerships.list(this.id, 0n, 10_000);
  }

  /** The ownerships of one step, as `Company.owners` names them. */
  async keysOf(step: string): Promise<readonly string[]> {
    return (await this.ownerships())
      .filter((row) => row.stepId === step)
      .map((row) => `${row.recordType}/${row.record}/${row.field}`);
  }

  mails() {
    return this.company.core.db.mail.findMany({ where: { handoverId: this.id }, orderBy: { createdAt: 'asc' } });
  }

  async status(): Promise<HandoverStatus> {
    return this.handle.query<HandoverStatus>('status');
  }

  signal(name: string, ...input: readonly unknown[]): Promise<void> {
    return this.handle.signal(name, ...input);
  }

  update(name: string, ...input: readonly unknown[]): Promise<DecisionAnswer> {
    const { handle } = this;
    return input.length === 0
      ? handle.executeUpdate<DecisionAnswer, []>(name)
      : handle.executeUpdate<DecisionAnswer, [unknown]>(name, { args: [input[0]] });
  }

  /** A signal with a payload as it stands, in whatever encoding. */
  async rawSignal(name: string, payload: RawPayload): Promise<void> {
    const { client } = this.company.core.temporal;
    await client.workflowService.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: this.workflowId },
      signalName: name,
      input: { payloads: [toPayload(payload)] },
      identity: 'baton-test',
      requestId: randomUUID(),
    });
  }

  /** An update with a payload as it stands; returns the type and message of its failure, or null. */
  async rawUpdate(name: string, payload: RawPayload): Promise<{ readonly type: string; readonly message: string } | null> {
    const { client } = this.company.core.temporal;
    // A busy server may answer before the update has an outcome: asked again under the same id it answers for the same one.
    const updateId = randomUUID();
    const send = () =>
      client.workflowService.updateWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: this.workflowId },
        waitPolicy: { lifecycleStage: 3 },
        request: { meta: { updateId, identity: 'baton-test' }, input: { name, args: { payloads: [toPayload(payload)] } } },
      });
    let answer = await send();
    while (!answer.outcome) answer = await send();
    const failure = answer.outcome.failure;
    return failure ? { type: failure.applicationFailureInfo?.type ?? '', message: failure.message ?? '' } : null;
  }

  /** The Markdown that the Temporal UI shows of it. */
  async details(): Promise<string> {
    return z.object({ currentDetails: z.string() }).parse(await this.handle.query('__temporal_workflow_metadata')).currentDetails;
  }

  /** A decision as page and CLI send it: by a person of the world (HRIS record), or by the operator. */
  async decide<Name extends CommandName>(
    name: Name,
    input: Omit<Inputs[Name], 'decisionId'>,
    by: string | null = null,
  ): Promise<DecisionAnswer> {
    return decide(this.company.core, this.id, name, input, { by: by === null ? null : await this.company.personId(by) });
  }

  /** Waits in real time: the clock stands still but for what really passes. */
  async waitFor(is: StatusIs, what = String(is), withinMs = 20_000): Promise<HandoverStatus> {
    const until = Date.now() + withinMs;
    for (;;) {
      const status = await this.status();
      if (is(status)) return status;
      if (Date.now() > until) throw new Error(`waited in vain for: ${what}\n${JSON.stringify(status, null, 1)}`);
      await pause(25);
    }
  }

  /** Lets time pass, from one due instant to the next, until something is so. */
  async advanceUntil(is: StatusIs, what = String(is), within = 60 * dayMs): Promise<HandoverStatus> {
    const { company } = this;
    const until = (await company.nowMs()) + within;
    for (;;) {
      await company.quiet();
      const status = await this.status();
      if (is(status)) return status;
      const now = await company.nowMs();
      if (now > until) throw new Error(`time passed in vain for: ${what}\n${JSON.stringify(status, null, 1)}`);
      const { dueAt } = await this.row();
      const left = dueAt === null ? 6 * hourMs : dueAt.getTime() - now + 500;
      await company.advance(Math.min(Math.max(left, 1_000), dayMs));
    }
  }

  /** To the release, as HR, with everybody inside the company told. */
  async release(options: { readonly told?: 'circle' | 'leaver' | 'team' | 'contacts' } = {}): Promise<void> {
    const { told = 'team' } = options;
    await this.waitFor(({ stage }) => stage === 'awaiting-release', 'the snapshot');
    await this.decide('release', {});
    await this.waitFor(
      ({ stage, steps }) => stage !== 'planning' && stage !== 'awaiting-release' && steps.length > 0,
      'the plan',
    );
    const audiences = {
      circle: [],
      leaver: ['leaver'],
      team: ['leaver', 'team'],
      contacts: ['leaver', 'team', 'contacts'],
    } as const;
    for (const audience of audiences[told]) await this.decide('told', { audience });
  }

  async approveAll(): Promise<void> {
    await this.decide('approve', { step: 'all' });
  }

  /** Until it is closed, and the workflow has ended. */
  async close(): Promise<HandoverStatus> {
    await this.advanceUntil(({ stage }) => stage === 'closed', 'the end');
    await this.handle.result();
    return this.status();
  }
}

/** The code that a decision was refused with; null when it was taken. */
export async function refusalOf(decision: Promise<unknown>): Promise<string | null> {
  try {
    await decision;
    return null;
  } catch (error) {
    if (error instanceof DecisionRefused) return error.code;
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) return error.cause.type ?? '';
    throw error;
  }
}
