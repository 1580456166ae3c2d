import { localDay } from '../../domain/calendar.js';
import { spelledDay } from '../../mail/days.js';
import type { HandoverRow } from '../../store/handovers.js';
import type { Form } from '../form.js';
import { fullName } from '../handover.js';
import { nameOf } from '../list/apply.js';
import { waken, type Answer, type LinkPage, type Visit } from '../parts.js';
import { Button, LinkForm, Notice, TextArea } from '../ui.js';
import { introductionsOf, type Introducing } from '../work.js';

type Outcome = 'kept' | 'ended' | 'needsReason' | 'nothing';

/** The manager's page about accounts that moved without an introduction: keep trying, or write it off with a reason. */
export const debtsPage: LinkPage = {
  async show(visit) {
    const row = await handoverOf(visit);
    return row ? pageOf(visit, row, null) : { kind: 'gone', code: 'expired-link' };
  },
  async act(visit, sent) {
    if (sent.kind !== 'form') return { kind: 'unreadable' };
    const { form } = sent;
    const row = await handoverOf(visit);
    if (!row) return { kind: 'gone', code: 'expired-link' };
    if (!form.has('keep') && !form.has('write-off')) return { kind: 'unreadable' };
    return pageOf(visit, row, await decide(visit, row, form));
  },
};

async function handoverOf({ parts, link }: Visit): Promise<HandoverRow | null> {
  return link.handoverId === null || link.personId === null ? null : parts.stores.handovers.find(link.handoverId);
}

async function decide({ parts, now }: Visit, row: HandoverRow, form: Form): Promise<Outcome> {
  const isKept = form.has('keep');
  const id = form.one(isKept ? 'keep' : 'write-off');
  const reason = form.text(`reason.${id}`).slice(0, 400);
  if (!isKept && reason === '') return 'needsReason';
  const isDone = await parts.inTransaction(async (stores) => {
    await stores.handovers.lock(row.id);
    const debt = await stores.introductions.find(row.id, id);
    return debt !== null && stores.introductions.decideDebt(id, now, isKept ? null : reason);
  });
  if (!isDone) return 'nothing';
  if (row.closedAt === null) await waken(parts, 'introductions', row.id);
  return isKept ? 'kept' : 'ended';
}

async function pageOf(visit: Visit, row: HandoverRow, outcome: Outcome | null): Promise<Answer> {
  const { debts } = visit.words;
  const open = (await introductionsOf(visit.parts, row)).filter(({ item }) => item.debtAt !== null && item.debtClosedAt === null);
  const isProblem = outcome === 'needsReason';
  const body = (
    <>
      {outcome === null ? null : <Notice problem={isProblem}>{debts[outcome]}</Notice>}
      <p>{open.length === 0 ? debts.nothing : debts.intro(fullName(row.employment.person))}</p>
      {open.length === 0 ? null : (
        <section>
          {open.map((one) => (
            <Debt visit={visit} row={row} one={one} />
          ))}
        </section>
      )}
    </>
  );
  return { kind: 'page', title: debts.title, body, status: isProblem ? 400 : 200 };
}

function Debt({ visit, row, one }: { readonly visit: Visit; readonly row: HandoverRow; readonly one: Introducing }) {
  const { debts, fields } = visit.words;
  const { item, relationship, successorName } = one;
  const { timeZone } = visit.parts.calendarOf(row.employment.person.country);
  const day = localDay((item.debtAt ?? row.startedAt).toISOString(), timeZone);
  const name = relationship.organisation ?? nameOf(relationship);
  return (
    <article id={item.id}>
      <h3>{name}</h3>
      <p class="soft">{`${fields.successor}: ${successorName} · ${debts.since(spelledDay(day, visit.language))}`}</p>
      <LinkForm visit={visit} anchor={item.id}>
        <div class="buttons">
          <Button name="keep" value={item.id} label={`${debts.keep}: ${name}`}>
            {debts.keep}
          </Button>
        </div>
        <TextArea name={`reason.${item.id}`} label={debts.reason} maxlength={400} />
        <div class="buttons">
          <Button name="write-off" value={item.id} label={`${debts.end}: ${name}`}>
            {debts.end}
          </Button>
        </div>
      </LinkForm>
    </article>
  );
}
