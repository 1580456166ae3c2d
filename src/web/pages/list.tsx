import { spelledDay } from '../../mail/days.js';
import type { HandoverRow } from '../../store/handovers.js';
import type { RelationshipRow } from '../../store/relationships.js';
import { AddressForm, askAddress, mayAskAddress } from '../address.js';
import type { Form } from '../form.js';
import { rulesOf } from '../handover.js';
import { applyList, ListRefused, nameOf, planList, type ListResult } from '../list/apply.js';
import type { ListLine, ListProblem } from '../list/columns.js';
import { readList, tierCell, toCsv, wishCell } from '../list/csv.js';
import { problemOf } from '../list/columns.js';
import { CsvLook, CsvSection } from '../list/csvView.js';
import { decodeFile } from '../list/file.js';
import { Mandates, mandateForm } from '../list/mandates.js';
import { AddContact, Contacts } from '../list/table.js';
import { waken, type Answer, type LinkPage, type Visit } from '../parts.js';
import { Notice } from '../ui.js';
import { addressError } from './address.js';

/** Contacts on one page: enough for most, and few enough for a phone. */
const pageSize = 100;

/** What a page shows besides its rows: what came of the last button. */
interface Came {
  readonly notice?: string | undefined;
  readonly problems?: readonly ListProblem[] | undefined;
  /** What was typed in and could not be kept. */
  readonly typed?: readonly ListLine[] | undefined;
  readonly adding?: Form | undefined;
  readonly mandate?: { readonly form: Form; readonly error: string } | undefined;
  readonly address?: { readonly typed: string; readonly error: string } | undefined;
}

/** T2's page: the leaver's own list, mandates, the list as CSV, and the private address. */
export const listPage: LinkPage = {
  async show(visit) {
    const row = await openOf(visit);
    if ('kind' in row) return row;
    if (visit.query.get('format') !== 'csv') return pageOf(visit, row, {});
    const rows = await visit.parts.stores.relationships.list(row.id);
    // The mark makes spreadsheets read UTF-8.
    return { kind: 'file', name: 'contacts.csv', text: `\uFEFF${toCsv(rows)}` };
  },
  async act(visit, sent) {
    const row = await openOf(visit);
    if ('kind' in row) return row;
    if (sent.kind === 'other') return { kind: 'unreadable' };
    if (sent.kind === 'csv') return csv(visit, row, decodeFile(sent.bytes), visit.query.get('apply') === '1');
    const { form } = sent;
    if (form.has('csv')) return csv(visit, row, form.raw('csv'), form.one('apply') === '1');
    if (form.has('save')) return save(visit, row, linesOf(form), undefined);
    if (form.has('add')) return save(visit, row, [newLine(form)], form);
    if (form.has('address')) return address(visit, row, form);
    return mandate(visit, row, form);
  },
};

async function openOf({ parts, link, words }: Visit): Promise<HandoverRow | Answer> {
  const row = link.handoverId === null ? null : await parts.stores.handovers.find(link.handoverId);
  if (!row || row.employment.personId !== link.personId) return { kind: 'gone', code: 'expired-link' };
  if (row.closedAt !== null || !row.inForce) return { kind: 'gone', code: 'expired-link', text: words.list.closed };
  const isAsked = rulesOf(row)?.list === true && row.toldLeaverAt !== null;
  return isAsked ? row : { kind: 'gone', code: 'expired-link', text: words.list.notAsked };
}

/** The rows of the page as they were typed in. */
function linesOf(form: Form): readonly ListLine[] {
  return form.all('row').map((id, index) => ({
    line: index + 1,
    id,
    tier: known(tierCell(form.one(`tier.${id}`))),
    wish: form.has(`wish.${id}`) ? known(wishCell(form.one(`wish.${id}`))) : undefined,
    topic: form.one(`topic.${id}`) || null,
    note: form.text(`note.${id}`) || null,
    isPrivate: form.has(`private.${id}`),
  }));
}

function newLine(form: Form): ListLine {
  const one = (name: string): string | null => form.one(name) || null;
  return {
    line: 1,
    id: null,
    givenName: one('givenName'),
    familyName: one('familyName'),
    organisation: one('organisation'),
    email: one('email'),
    phone: one('phone'),
    tier: known(tierCell(form.one('tier'))),
    wish: known(wishCell(form.one('wish'))),
    topic: one('topic'),
    note: form.text('note') || null,
  };
}

/** A choice that no page offers is none. */
function known<Value>(value: Value | 'unknown'): Value | undefined {
  return value === 'unknown' ? undefined : value;
}

async function save(visit: Visit, row: HandoverRow, lines: readonly ListLine[], adding: Form | undefined): Promise<Answer> {
  const result = await tryApply(visit, row, lines);
  if ('problems' in result) return pageOf(visit, row, { problems: result.problems, typed: adding ? undefined : lines, adding });
  const { changed, added, takenOut } = result;
  return pageOf(visit, row, { notice: visit.words.list.saved(changed, added, takenOut) });
}

async function tryApply(
  { parts }: Visit,
  row: HandoverRow,
  lines: readonly ListLine[],
): Promise<ListResult | { readonly problems: readonly ListProblem[] }> {
  try {
    const result = await parts.inTransaction((stores) => applyList(stores, row.id, lines));
    if (result.changed + result.added + result.takenOut > 0) await waken(parts, 'handover', row.id);
    return result;
  } catch (error) {
    if (error instanceof ListRefused) return { problems: error.problems };
    throw error;
  }
}

/** First what would change, then, with the same text again, the change. */
async function csv(visit: Visit, row: HandoverRow, text: string | null, isApplied: boolean): Promise<Answer> {
  const read = text === null ? { lines: [], problems: [problemOf(1, 'encoding')] } : readList(text);
  const rows = await visit.parts.stores.relationships.list(row.id);
  const plan = planList(rows, read.lines);
  const problems = [...read.problems, ...plan.problems].sort((a, b) => a.line - b.line);
  if (isApplied && problems.length === 0) return save(visit, row, read.lines, undefined);
  const body = <CsvLook visit={visit} plan={{ ...plan, problems }} text={text ?? ''} />;
  const { csv: words } = visit.words;
  const title = problems.length > 0 ? words.problemTitle : words.wouldTitle;
  return { kind: 'page', title, body, wide: true, status: problems.length > 0 ? 400 : 200 };
}

async function address(visit: Visit, row: HandoverRow, form: Form): Promise<Answer> {
  const answer = await askAddress(visit, row, form);
  const error = addressError(visit, answer);
  if (error) return pageOf(visit, row, { address: { typed: form.raw('email'), error } });
  const { address: words } = visit.words;
  return pageOf(visit, row, { notice: answer === 'sent' ? words.sent : words.notOpen });
}

async function mandate(visit: Visit, row: HandoverRow, form: Form): Promise<Answer> {
  const error = await mandateForm(visit, row, form);
  if (error === 'unreadable') return { kind: 'unreadable' };
  if (error !== null) return pageOf(visit, row, { mandate: { form, error } });
  return pageOf(visit, row, { notice: visit.words.frame.done });
}

async function pageOf(visit: Visit, row: HandoverRow, came: Came): Promise<Answer> {
  const { list } = visit.words;
  const { stores } = visit.parts;
  const rows = (await stores.relationships.list(row.id)).filter((one) => !one.private);
  const member = await stores.members.ofHandover(row.id);
  const pages = Math.max(1, Math.ceil(rows.length / pageSize));
  const page = Math.min(pages, Math.max(1, Math.trunc(Number(visit.query.get('page'))) || 1));
  const shown = rows.slice((page - 1) * pageSize, page * pageSize);
  const isFull = row.card?.asking === 'full';
  const hasProblem = Boolean(came.problems ?? came.mandate ?? came.address);
  const body = (
    <>
      {came.notice ? <Notice>{came.notice}</Notice> : null}
      {hasProblem ? <Notice problem>{problemText(visit, shown, came)}</Notice> : null}
      <Intro visit={visit} row={row} />
      <section id="contacts">
        <h2>{list.counts(shown.length, rows.length)}</h2>
        {rows.length === 0 ? (
          <p>{list.empty}</p>
        ) : (
          <Contacts visit={visit} rows={shown} came={came} wishes={isFull} page={page} pages={pages} />
        )}
      </section>
      <AddContact visit={visit} came={came} wishes={isFull} />
      <Mandates visit={visit} mandates={await stores.relationships.mandates(row.id)} came={came.mandate} />
      <CsvSection visit={visit} />
      {mayAskAddress(row) ? (
        <AddressForm visit={visit} confirmed={member?.email ?? null} email={came.address?.typed} error={came.address?.error} />
      ) : null}
    </>
  );
  return { kind: 'page', title: list.title, body, wide: true, status: hasProblem ? 400 : 200 };
}

function Intro({ visit, row }: { readonly visit: Visit; readonly row: HandoverRow }) {
  const { list } = visit.words;
  return (
    <>
      <p>{list.intro}</p>
      <p class="soft">
        {list.readers} {row.lastWorkingDay === null ? null : list.lastDay(spelledDay(row.lastWorkingDay, visit.language))}
      </p>
    </>
  );
}

/** Which entry is meant, where the page is long. */
function problemText(
  { words }: Visit,
  shown: readonly RelationshipRow[],
  { typed, problems, address: wrong, mandate: line }: Came,
): string {
  const said = wrong?.error ?? line?.error;
  const rowOf = new Map(shown.map((row) => [row.id, row]));
  const names = (problems ?? []).flatMap(({ line: at }) => {
    const row = rowOf.get(typed?.find((one) => one.line === at)?.id ?? '');
    return row ? [nameOf(row)] : [];
  });
  return [`${words.frame.problem}.`, said ?? [...new Set(names)].join('; ')].filter(Boolean).join(' ');
}
