import { instantOf } from '../src/domain/calendar.js';
import { recordTypes, type Duration, type Instant } from '../src/domain/words.js';
import type { CurrentOwner } from '../src/ports/crm.js';
import type { CallContext } from '../src/ports/vendor.js';
import type { Deps } from './deps.js';

/** What was planned for one record. */
type Planned = Awaited<ReturnType<Deps['stores']['ownerships']['moved']>>[number];

/** Scores every account of a handover once: still with the planned owner, own activity with the contact since, open deals kept. Per account, never per employee. */
export async function scoreHandover(
  deps: Deps,
  handover: string,
  after: Duration,
  now: Instant,
  context: CallContext,
): Promise<number> {
  const row = await deps.stores.handovers.get(handover);
  const planned = await deps.stores.ownerships.moved(handover);
  const owners = await currentOwners(deps, planned, context);
  const active = await activeBundles(deps, handover, lastDayOf(deps, row.lastWorkingDay), context);
  const bundles = new Set(planned.map((record) => record.bundle));
  for (const bundle of bundles) {
    const own = planned.filter((record) => record.bundle === bundle);
    await deps.stores.introductions.saveScore({
      handoverId: handover,
      bundle,
      after,
      keptOwner: kept(
        own.filter(({ recordType }) => recordType === 'companies'),
        owners,
      ),
      dealsKept: kept(
        own.filter(({ recordType }) => recordType === 'deals'),
        owners,
      ),
      ownActivity: active.get(bundle) ?? null,
      at: now,
    });
  }
  return bundles.size;
}

function lastDayOf(deps: Deps, day: string | null): Instant | null {
  return day === null ? null : instantOf(day, deps.policy.lastDay.ends, deps.calendarOf(null).timeZone);
}

/** Null where there was nothing of the kind, or nobody answered. */
function kept(records: readonly Planned[], owners: ReadonlyMap<string, CurrentOwner>): boolean | null {
  const answers = records.flatMap((record) => {
    const now = owners.get(keyOf(record));
    return now === undefined || now.state === 'failed' ? [] : [now.state === 'present' && now.owner === record.planned];
  });
  return answers.length === 0 ? null : answers.every(Boolean);
}

async function currentOwners(
  deps: Deps,
  planned: readonly Planned[],
  context: CallContext,
): Promise<ReadonlyMap<string, CurrentOwner>> {
  const owners = new Map<string, CurrentOwner>();
  for (const crm of deps.crms) {
    for (const recordType of recordTypes) {
      const own = planned.filter((record) => record.connection === crm.name && record.recordType === recordType);
      for (let from = 0; from < own.length; from += crm.port.limits.batch) {
        const part = own.slice(from, from + crm.port.limits.batch);
        const fields = part.map(({ record, field }) => ({ record, field }));
        for (const answer of await crm.port.read({ recordType, fields }, context))
          owners.set(`${crm.name}/${recordType}/${answer.record}/${answer.field}`, answer);
      }
    }
  }
  return owners;
}

function keyOf({ connection, recordType, record, field }: Planned): string {
  return `${connection}/${recordType}/${record}/${field}`;
}

/** Whether anybody at our side had to do with the account's contacts since the last working day. */
async function activeBundles(
  deps: Deps,
  handover: string,
  since: Instant | null,
  context: CallContext,
): Promise<ReadonlyMap<number, boolean>> {
  const relationships = (await deps.stores.relationships.list(handover)).filter(
    ({ contact, bundle }) => contact !== null && bundle !== null,
  );
  const active = new Map<number, boolean>();
  if (since === null) return active;
  for (const crm of deps.crms) {
    const own = relationships.filter(({ connection }) => connection === crm.name);
    if (own.length === 0 || !crm.port.contacts) continue;
    const cards = await crm.port.contacts.read(
      own.flatMap(({ contact }) => contact ?? []),
      context,
    );
    const lastActivity = new Map(cards.map((card) => [card.record, card.lastActivity]));
    for (const { contact, bundle } of own) {
      const at = lastActivity.get(contact ?? '') ?? null;
      if (bundle !== null) active.set(bundle, (active.get(bundle) ?? false) || (at !== null && at > since));
    }
  }
  return active;
}
