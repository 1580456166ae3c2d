import { toCard, toCardRow } from '../store/card.js';
import type { Core } from '../dependencies.js';
import { DecisionRefused } from '../decide.js';
import { incomplete, setKey, type CardProblem, type ReleaseCard } from '../domain/release.js';
import type { HandoverRow } from '../store/handovers.js';
import { findPerson } from './context.js';
import { colorsOf, emit, table, wrongUsage, type Session } from './output.js';
import { sayDay } from './words.js';

/** Keys whose values are people. */
const ofPeople = new Set(['circle', 'custodian']);

/** Keeps what `--set key=value` says in the release card's row; all of it, or nothing. */
export async function editCard(core: Core, row: HandoverRow, settings: readonly string[]): Promise<void> {
  await core.deps.inTransaction(async ({ stores }) => {
    // Raises the revision first, which keeps a new reading of the HRIS from writing the card meanwhile.
    await stores.handovers.update(row.id, {});
    const fresh = await stores.handovers.get(row.id);
    if (fresh.releasedAt)
      throw new DecisionRefused('already-decided', 'This handover has been released; its card is not edited any more.', []);
    await stores.handovers.saveCard(row.id, toCardRow(await withSettings(core, fresh, settings)));
  });
}

/** Prints the card as it stands, with what `--set` would make of it; nothing is kept. */
export async function showCard(session: Session, core: Core, row: HandoverRow, settings: readonly string[]): Promise<void> {
  const card = await withSettings(core, row, settings);
  const missing = incomplete(card);
  const names = await core.stores.people.names([...card.circle, ...(card.custodian ? [card.custodian] : [])]);
  emit(session, { handover: `handover/${row.id}`, released: row.releasedAt !== null, card, incomplete: missing }, () => {
    const { bold, dim, yellow } = colorsOf(session);
    const problems = missing.map(({ path, problem }) => yellow(`! ${path}: ${problem}`));
    const end = row.releasedAt
      ? dim('Released.')
      : dim(`npm run baton -- release ${row.id}   confirms it; --set key=value changes it`);
    return [bold('Release card'), cardLines(card, names), ...problems, end].join('\n');
  });
}

/** The card as lines for a person. */
export function cardLines(card: ReleaseCard, names: ReadonlyMap<string, string>): string {
  const say = (person: string) => names.get(person) || person;
  const byHand = (key: CardProblem['path']) => (card.edited.includes(key) ? 'set by hand' : '');
  const rows: readonly (readonly [CardProblem['path'], string])[] = [
    ['reason', card.reason],
    ['lastWorkingDay', card.lastWorkingDay ? sayDay(card.lastWorkingDay) : '-'],
    ['employmentEnd', card.employmentEnd ? sayDay(card.employmentEnd) : '-'],
    ['asking', card.asking],
    ['competitor', card.competitor],
    ['whoKnows', card.whoKnows],
    ['circle', card.circle.map(say).join(', ') || '-'],
    ['custodian', card.custodian ? say(card.custodian) : '-'],
    ['announcement', card.announcement ?? '-'],
    ['legalHold', card.legalHold ? 'yes' : 'no'],
    ['alumni', card.alumni],
  ];
  return table(
    rows.map(([key, text]) => [key, text, byHand(key)]),
    '  ',
  );
}

async function withSettings(core: Core, row: HandoverRow, settings: readonly string[]): Promise<ReleaseCard> {
  if (!row.card)
    throw new DecisionRefused(
      'incomplete-release',
      'The release card is not ready: the CRM is still being read. Try again in a moment.',
      [],
    );
  let card = toCard(row.card);
  for (const [key, value] of settings.map(split)) {
    const found = ofPeople.has(key) ? await findPeople(core, row, value) : { value, isPerson: () => true };
    const result = setKey(card, key, found.value, found.isPerson);
    if (!result.ok) throw new DecisionRefused('invalid-input', result.problem, [{ path: result.path, problem: result.problem }]);
    card = result.card;
  }
  return card;
}

function split(setting: string): readonly [string, string] {
  const at = setting.indexOf('=');
  if (at < 1) throw wrongUsage(`--set takes key=value, such as --set custodian=karin@example.com; ${setting} has no "=".`);
  return [setting.slice(0, at), setting.slice(at + 1)];
}

/** Work e-mails become person ids; who is not found stays as given, and the card refuses it. */
async function findPeople(
  core: Core,
  row: HandoverRow,
  text: string,
): Promise<{ readonly value: string; readonly isPerson: (id: string) => boolean }> {
  const known = new Set<string>();
  const people: string[] = [];
  for (const named of text.split(',').map((part) => part.trim())) {
    const person = named === '' ? null : await findPerson(core, row, named);
    if (person !== null) known.add(person);
    people.push(person ?? named);
  }
  return { value: people.join(','), isPerson: (id) => known.has(id) };
}
