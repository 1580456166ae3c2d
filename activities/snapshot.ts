import { prefill, refill } from '../src/domain/release.js';
import type { Instant, RecordType } from '../src/domain/words.js';
import type { OwnedRecord } from '../src/ports/crm.js';
import type { CallContext } from '../src/ports/vendor.js';
import { desiredOf, type HandoverRow } from '../src/store/handovers.js';
import { toCard, toCardRow } from '../src/store/card.js';
import type { CrmConnection, Deps } from './deps.js';
import { syncCrmUsers, syncDirectory } from './directory.js';
import { managerLine } from './facts.js';

/** Reads everything that the leaver owns and prefills the release card. Reads only; goes on where an earlier attempt stopped. */
export async function snapshot(
  deps: Deps,
  handover: string,
  now: Instant,
  context: CallContext,
  alive: () => void,
): Promise<void> {
  const row = await deps.stores.handovers.get(handover);
  await syncDirectory(deps, row.employment.connection, now, context, alive);
  await syncCrmUsers(deps, now, context);
  await searchOwnerships(deps, row, now, context, alive);
  await saveCard(deps, handover);
  await deps.stores.handovers.update(handover, { snapshotAt: now });
}

/** Searches every CRM for records that name the leaver; what is known already keeps its before-image. Returns how many are new. */
export async function searchOwnerships(
  deps: Deps,
  row: HandoverRow,
  now: Instant,
  context: CallContext,
  alive: () => void,
): Promise<number> {
  const found = await Promise.all(
    deps.crms
      .filter((crm) => !crm.retired)
      .map(async (crm) => {
        const users = await deps.stores.people.usersOf(crm.name, row.employment.personId);
        const perType = await Promise.all(
          crm.port.recordTypes.map((type) => searchType(deps, row.id, { crm, recordType: type, users }, now, context, alive)),
        );
        return sum(perType);
      }),
  );
  return sum(found);
}

/** Closed deals and tickets keep their owner: commissions and histories hang on it. */
export function staysBehind({ recordType, open }: Pick<OwnedRecord, 'recordType' | 'open'>): boolean {
  return !open && (recordType === 'deals' || recordType === 'tickets');
}

/** One record type of one CRM, and who in it the leaver is. */
interface Search {
  readonly crm: CrmConnection;
  readonly recordType: RecordType;
  readonly users: readonly string[];
}

/** A page is stored while the next one is asked for; a page and the cursor behind it are kept together or not at all. */
async function searchType(
  deps: Deps,
  handover: string,
  search: Search,
  now: Instant,
  context: CallContext,
  alive: () => void,
): Promise<number> {
  const { crm, recordType } = search;
  const { handovers, ownerships } = deps.stores;
  const part = await handovers.snapshotPart(handover, crm.name, recordType);
  if (part?.doneAt) return 0;
  let added = 0;
  let [index, after] = readCursor(part?.cursor ?? null);
  let page = await nextPage(search, index, after, context);
  while (page) {
    after = page.next;
    if (after === null) index += 1;
    const cursor = `${index}:${after ?? ''}`;
    const [stored, following] = await Promise.all([
      ownerships.add(
        { handoverId: handover, connection: crm.name, recordType, cursor },
        page.records.filter((record) => !staysBehind(record)),
      ),
      nextPage(search, index, after, context),
    ]);
    added += stored;
    page = following;
    alive();
  }
  await handovers.endSnapshotPart(handover, crm.name, recordType, now);
  return added;
}

async function nextPage({ crm, recordType, users }: Search, index: number, after: string | null, context: CallContext) {
  const owner = users[index];
  return owner === undefined ? null : crm.port.owned({ recordType, owner, after }, context);
}

/** `<index of the leaver's user>:<vendor's cursor>`; a leaver may have had several users in one CRM. */
function readCursor(cursor: string | null): [number, string | null] {
  if (cursor === null) return [0, null];
  const at = cursor.indexOf(':');
  return [Number(cursor.slice(0, at)), cursor.slice(at + 1) || null];
}

/** Fills the release card from the HRIS; what HR set by hand stays. */
export async function saveCard(deps: Deps, handover: string): Promise<void> {
  const row = await deps.stores.handovers.get(handover);
  const { connection, record, personId } = row.employment;
  const above = await deps.stores.people.managersAbove(connection, record);
  const rota = await deps.stores.people.byWorkEmail(connection, deps.hrRota);
  const desired = desiredOf(row);
  const card = prefill({
    ...desired,
    reasons: desired.reasonText === null ? {} : { [desired.reasonText]: deps.reasonOf(desired.reasonText) },
    leaver: personId,
    managerOf: managerLine(personId, above),
    leaving: new Set(above.filter((person) => person.leaving || !person.active).map((person) => person.person)),
    hr: rota[0]?.person ?? null,
  });
  const filled = row.card ? refill(toCard(row.card), card) : card;
  await deps.stores.handovers.saveCard(handover, toCardRow(filled));
  if (!row.releasedAt) await deps.stores.handovers.update(handover, { lastWorkingDay: filled.lastWorkingDay });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
