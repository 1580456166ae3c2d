import { localDay, addDuration } from '../src/domain/calendar.js';
import { decide, type Acknowledged, type Desired, type EmploymentFacts, type LastClosed } from '../src/domain/employment.js';
import type { Instant, Outcome } from '../src/domain/words.js';
import type { EmploymentReading } from '../src/ports/hris.js';
import { VendorError, type CallContext } from '../src/ports/vendor.js';
import { desiredOf } from '../src/store/handovers.js';
import { hrisOf, type Deps } from './deps.js';
import { outcomeOf } from './facts.js';
import { wakeReturned } from './membership.js';

/** What a look led to: ids only. */
export interface LookResult {
  readonly did: 'nothing' | 'started' | 'changed' | 'signalled';
  readonly conclusion?: string;
  readonly handover?: string;
  readonly version?: number;
}

/** Reads an employment in the HRIS again and acts on what differs from what its handover acknowledged. */
export async function lookAtEmployment(deps: Deps, id: string, now: Instant, context: CallContext): Promise<LookResult> {
  const { stores } = deps;
  const employment = await stores.people.employment(id);
  if (!employment) return { did: 'nothing', conclusion: 'erased' };
  const { connection, record } = employment;
  const reading = await hrisOf(deps, connection).port.readEmployment(record, context);
  if (reading) await stores.people.saveDirectory(connection, [reading.colleague], null);
  const facts = toFacts(reading);
  const open = await stores.handovers.openOf(id);
  const acknowledged = open && toAcknowledged(open);
  const lastClosed = await lastClosedOf(deps, id, employment.conclusion === 'no-ending');
  const { timeZone } = deps.calendarOf(reading?.colleague.country ?? null);
  const decision = decide({ reading: facts, acknowledged, lastClosed, today: localDay(now, timeZone) });
  await stores.people.saveReading(id, {
    ...readingData(reading),
    readAt: now,
    conclusion: decision.action === 'nothing' ? decision.conclusion : null,
  });
  await wakeReturned(deps, employment.personId, now);
  switch (decision.action) {
    case 'start':
      if (hrisOf(deps, connection).retired) return { did: 'nothing', conclusion: 'connection-retired' };
      return start(deps, { id, connection }, decision.desired, now);
    case 'change':
      return open ? change(deps, { id, connection }, open.id, decision.desired, acknowledged, now) : { did: 'nothing' };
    case 'nothing':
      return open && open.desired !== open.applied
        ? signal(deps, connection, open.id, open.desired)
        : { did: 'nothing', conclusion: decision.conclusion };
    default:
      return decision satisfies never;
  }
}

interface Where {
  readonly id: string;
  readonly connection: string;
}

async function start(deps: Deps, { id, connection }: Where, desired: Desired, now: Instant): Promise<LookResult> {
  const handover = await deps.stores.handovers.open(id, desired, now);
  await brake(deps, { id, connection }, 'new', now);
  await deps.workflows.startHandover(handover, connection);
  return { did: 'started', handover };
}

async function change(
  deps: Deps,
  where: Where,
  handover: string,
  desired: Desired,
  acknowledged: Acknowledged | null,
  now: Instant,
): Promise<LookResult> {
  const version = await deps.stores.handovers.desire(handover, desired);
  if (!desired.inForce && acknowledged?.inForce) await brake(deps, where, 'withdrawn', now);
  return signal(deps, where.connection, handover, version);
}

/** A handover whose workflow is gone is started again: its rows say where it stands. */
async function signal(deps: Deps, connection: string, handover: string, version: number): Promise<LookResult> {
  if (await deps.workflows.changed(handover, version)) return { did: 'signalled', handover, version };
  await deps.workflows.startHandover(handover, connection);
  return { did: 'started', handover, version };
}

/** Too many endings at once are more likely a fault of the HRIS than a lay-off: all of them wait for a person. */
async function brake(deps: Deps, { id, connection }: Where, kind: 'new' | 'withdrawn', now: Instant): Promise<void> {
  const { people, share, within } = deps.policy.brake;
  const { handovers } = deps.stores;
  const since = before(deps, now, within);
  const count = await handovers.noteEnding(connection, id, kind, now, since);
  const most = Math.max(people, share * (await deps.stores.people.employmentCount(connection)));
  if (count <= most) return;
  for (const handover of await handovers.holdSince(connection, since)) await deps.workflows.look(handover);
}

function before(deps: Deps, now: Instant, duration: string): Instant {
  const span = Date.parse(addDuration(deps.calendarOf(null), now, duration)) - Date.parse(now);
  return new Date(Date.parse(now) - span).toISOString();
}

function toFacts(reading: EmploymentReading | null): EmploymentFacts {
  if (!reading) return { kind: 'absent' };
  const { status, employmentEnd, lastWorkingDay, reason } = reading;
  return { kind: 'read', status: status.readable ? status.value : null, employmentEnd, lastWorkingDay, reasonText: reason };
}

function readingData(reading: EmploymentReading | null) {
  if (!reading) return {};
  const { startDay, employmentEnd, lastWorkingDay, reason } = reading;
  return { startDay, lastWorkingDay, reasonText: reason, ...(employmentEnd.readable && { employmentEnd: employmentEnd.value }) };
}

type OpenRow = NonNullable<Awaited<ReturnType<Deps['stores']['handovers']['openOf']>>>;

/** What the open handover was last asked to act on: a change that is on its way counts as acknowledged, or it would be sent for ever. */
function toAcknowledged(open: OpenRow): Acknowledged {
  return { version: open.desired, source: open.source === 'manual' ? 'manual' : 'hris', ...desiredOf(open) };
}

async function lastClosedOf(deps: Deps, id: string, emptySince: boolean): Promise<LastClosed | null> {
  const row = await deps.stores.handovers.lastClosedOf(id);
  if (!row) return null;
  const outcome: Outcome = outcomeOf(row.outcome);
  return { employmentEnd: desiredOf(row).employmentEnd, outcome, emptySince };
}

/**
 * Records that changed since the last time (with an overlap), and those whose end lies ahead, become delivery rows: there is one way in. The
 * first time only the endings count: a whole company was never "changed" by being connected.
 */
export async function reconcile(deps: Deps, connection: string, now: Instant, context: CallContext): Promise<number> {
  const { port } = hrisOf(deps, connection);
  const { watermarks } = deps.stores;
  const since = await watermarks.get(connection);
  const changed = since === null ? { records: [], latest: now } : await port.changedSince(overlapped(since), context);
  const all = [...new Set([...changed.records, ...(await port.endingSoon(context))])];
  for (let from = 0; from < all.length; from += recordsPerDelivery) {
    const records = all.slice(from, from + recordsPerDelivery);
    await deps.deliveries.record([{ connection, key: `reconcile/${now}/${from}`, records }]);
  }
  await watermarks.save(connection, changed.latest);
  return all.length;
}

/** The vendor's clock and ours differ, and a change may be written after a later one was read. */
const overlapMs = 10 * 60_000;
const recordsPerDelivery = 500;

function overlapped(since: string): string {
  const ms = Date.parse(since);
  if (Number.isNaN(ms)) throw new VendorError('unexpected-response', 'the HRIS named a time that is none');
  return new Date(ms - overlapMs).toISOString();
}
