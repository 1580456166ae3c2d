import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { decide } from '../src/decide.js';
import { statusFromRows } from '../src/status.js';
import { workflowIds } from '../workflows/contract.js';
import { canaryPauseMs, connections, lastDay } from './company.js';
import { readRuns, spansOf, type Run } from './history.js';
import type { Stack } from './stack.js';

/** One leaver's whole handover, from the signed webhook until every step is verified. */
export interface Departure {
  readonly handover: string;
  readonly runs: readonly Run[];
  /** HubSpot calls by Baton, by route, with their answers. */
  readonly calls: Calls;
  /** The snapshot's activity, from scheduled to completed by Temporal's clock. */
  readonly snapshotMs: number;
  /** From just before the approval is sent until rows say verified, without the canary's pause. */
  readonly transferMs: number;
  /** How much of the canary's pause lay in between and was taken off. */
  readonly pausedMs: number;
  /** Effective writes by Baton in the sandbox's ledger. */
  readonly writes: number;
  readonly steps: number;
}

const callsShape = z.object({
  routes: z.array(z.object({ vendor: z.string(), by: z.string(), route: z.string(), status: z.record(z.string(), z.number()) })),
});
export type Calls = z.infer<typeof callsShape>['routes'];
const worldShape = z.object({ leaver: z.object({ bamboohr: z.string(), hubspot: z.string() }) });
const ledgerShape = z.object({ entries: z.array(z.object({ seq: z.number() })), next: z.number().nullable() });
const terminated = z.object({ deliveries: z.array(z.object({ status: z.number().nullable() })) });

/** A world around a leaver with so many companies; answers who it is. */
export async function makeWorld(
  { sandbox }: Stack,
  seed: number,
  accounts: number,
): Promise<{ readonly bamboohr: string; readonly hubspot: string }> {
  const leaver = { accounts, contacts: 0, deals: 0, tickets: 0 };
  return worldShape.parse((await sandbox.put('/_world', { seed, leaver })).data).leaver;
}

/** Lets one person leave and sees everything through but the last working day itself, which lies weeks ahead. */
export async function depart(stack: Stack, { seed, size }: { readonly seed: number; readonly size: number }): Promise<Departure> {
  const { core, sandbox } = stack;
  const leaver = await makeWorld(stack, seed, size);
  await sandbox.delete('/_calls');
  const body = { employee: leaver.bamboohr, lastDay: lastDay(), reason: 'resignation' };
  const { deliveries } = terminated.parse((await sandbox.post('/_hris/bamboohr/terminate', body)).data);
  if (deliveries.at(-1)?.status !== 202) throw new Error('the server did not accept the webhook');
  const handover = await until(
    'a handover',
    60_000,
    async () => (await core.stores.handovers.findByRecord(connections.hris, leaver.bamboohr))?.id ?? null,
  );
  const longestMs = 120_000 + size * 20;
  await stage(stack, handover, 'awaiting-release', longestMs);
  const hr = { by: null, comment: 'npm run bench' };
  await decide(core, handover, 'release', {}, hr);
  await stage(stack, handover, 'awaiting-approval', longestMs);
  await decide(core, handover, 'told', { audience: 'leaver' }, hr);
  await decide(core, handover, 'told', { audience: 'team' }, hr);
  const approvedMs = Date.now();
  await decide(core, handover, 'approve', { step: 'all' }, hr);
  const steps = await until('verified steps', longestMs, () => verifiedSteps(stack, handover));
  await stage(stack, handover, 'verifying', 60_000);
  const employment = (await core.stores.handovers.get(handover)).employmentId;
  const runs = await readRuns(core, handover, employment);
  const spans = spansOf(runs, workflowIds.handover(handover), approvedMs, canaryPauseMs);
  const calls = callsShape
    .parse((await sandbox.get('/_calls')).data)
    .routes.filter(({ vendor, by }) => vendor === 'hubspot' && by === 'baton');
  return { handover, runs, calls, ...spans, writes: await writesByBaton(stack), steps };
}

/** The number of steps once all are verified. Any other end of a step would make every figure worthless. */
async function verifiedSteps({ core }: Stack, handoverId: string): Promise<number | null> {
  const steps = await core.db.step.findMany({ where: { handoverId }, select: { id: true, state: true } });
  const bad = steps.find(({ state }) => ['parked', 'refused', 'restored'].includes(state));
  if (bad) throw new Error(`step ${bad.id} is ${bad.state}; nothing can be measured`);
  return steps.every(({ state }) => state === 'verified') ? steps.length : null;
}

async function stage({ core }: Stack, handover: string, wanted: string, longestMs: number): Promise<void> {
  await until(wanted, longestMs, async () => {
    const { stage: now, parked } = await statusFromRows(core.deps, handover);
    if (parked.length > 0) throw new Error(`parked: ${JSON.stringify(parked)}`);
    return now === wanted ? now : null;
  });
}

/** Looks four times a second: often enough, since no figure comes from this clock. */
async function until<Found>(what: string, longestMs: number, look: () => Promise<Found | null>): Promise<Found> {
  const endAt = Date.now() + longestMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > endAt) throw new Error(`no ${what} within ${Math.round(longestMs / 1_000)} s`);
    await sleep(250);
  }
}

async function writesByBaton({ sandbox }: Stack): Promise<number> {
  let count = 0;
  for (let after: number | null = 0; after !== null;) {
    const page: z.infer<typeof ledgerShape> = ledgerShape.parse(
      (await sandbox.get('/_ledger', { params: { after, limit: 10_000, by: 'baton', vendor: 'hubspot' } })).data,
    );
    count += page.entries.length;
    after = page.next;
  }
  return count;
}
