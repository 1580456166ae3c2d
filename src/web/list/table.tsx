import { tiers } from '../../domain/words.js';
import type { RelationshipRow } from '../../store/relationships.js';
import type { Form } from '../form.js';
import type { Piece, Visit } from '../parts.js';
import { Button, Field, LinkForm, Options, Select, TextArea } from '../ui.js';
import { nameOf } from './apply.js';
import { fieldLimits, type ListLine, type ListProblem } from './columns.js';
import { wishOf } from './csv.js';
import { entryProblem } from './problems.js';

/** What came of the last button, as far as contacts show it. */
interface Came {
  readonly problems?: readonly ListProblem[] | undefined;
  readonly typed?: readonly ListLine[] | undefined;
  readonly adding?: Form | undefined;
}

interface Shown {
  readonly visit: Visit;
  readonly came: Came;
  /** Whether calls and mails may be wished for. */
  readonly wishes: boolean;
}

/** The contacts of one page, all in one form, so that one button keeps everything. */
export function Contacts({
  visit,
  came,
  wishes,
  rows,
  page,
  pages,
}: Shown & {
  readonly rows: readonly RelationshipRow[];
  readonly page: number;
  readonly pages: number;
}) {
  const { list, fields } = visit.words;
  return (
    <LinkForm visit={visit} anchor="contacts" query={pages > 1 ? `page=${page}` : undefined}>
      <p class="soft small">
        {list.noteHint} {list.noteLimit}
      </p>
      <table class="contacts stack">
        <thead>
          <tr>
            <th scope="col" class="who">
              {fields.name}
            </th>
            <th scope="col" class="how">
              {fields.tier}
            </th>
            <th scope="col">{fields.note}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Contact visit={visit} came={came} wishes={wishes} row={row} />
          ))}
        </tbody>
      </table>
      <div class="bar">
        <Button name="save" value="list" look="main">
          {list.save}
        </Button>
        {pages > 1 ? <Pages visit={visit} page={page} pages={pages} /> : null}
      </div>
    </LinkForm>
  );
}

function Pages({ visit, page, pages }: { readonly visit: Visit; readonly page: number; readonly pages: number }) {
  const { list } = visit.words;
  return (
    <nav class="small" aria-label={list.page(page, pages)}>
      {page > 1 ? <a href={`${visit.path}?page=${page - 1}#contacts`}>{list.previous}</a> : null} {list.page(page, pages)}{' '}
      {page < pages ? <a href={`${visit.path}?page=${page + 1}#contacts`}>{list.next}</a> : null}{' '}
      <span class="soft">{list.pageNote}</span>
    </nav>
  );
}

function Contact({ visit, came, wishes, row }: Shown & { readonly row: RelationshipRow }) {
  const { fields, tiers: tierNames, wishes: wishNames } = visit.words;
  const typed = came.typed?.find((line) => line.id === row.id);
  const problems = typed ? (came.problems ?? []).filter(({ line }) => line === typed.line) : [];
  const name = nameOf(row);
  const cell = { row: row.id, name };
  const tierOptions = tiers.map((tier) => [tier, tierNames[tier]] as const);
  const wishOptions = [['', wishNames.none] as const, ['call', wishNames.call] as const, ['mail', wishNames.mail] as const];
  return (
    <tr id={row.id}>
      <td class="who">
        <input type="hidden" name="row" value={row.id} />
        <strong>{name}</strong>
        {[row.email, row.phone].map((text) => (text === null ? null : <div class="soft small">{text}</div>))}
        <label class="check small">
          <input
            type="checkbox"
            name={`private.${row.id}`}
            value="yes"
            checked={typed?.isPrivate ?? false}
            aria-label={`${fields.private}: ${name}`}
          />
          <span>{fields.private}</span>
        </label>
      </td>
      <td class="how">
        <Cell {...cell} field="tier" label={fields.tier}>
          <select id={`tier.${row.id}`} name={`tier.${row.id}`}>
            <Options options={tierOptions} chosen={typed?.tier ?? row.marked ?? row.tier} />
          </select>
        </Cell>
        {wishes ? (
          <Cell {...cell} field="wish" label={fields.wish}>
            <select id={`wish.${row.id}`} name={`wish.${row.id}`}>
              <Options options={wishOptions} chosen={(typed?.wish === undefined ? wishOf(row) : typed.wish) ?? ''} />
            </select>
          </Cell>
        ) : null}
      </td>
      <td>
        <Cell {...cell} field="topic" label={fields.topic}>
          <input
            type="text"
            id={`topic.${row.id}`}
            name={`topic.${row.id}`}
            value={(typed ? typed.topic : row.topic) ?? ''}
            maxlength={fieldLimits.topic}
            autocomplete="off"
          />
        </Cell>
        <Cell {...cell} field="note" label={fields.note} problems={problems.map((problem) => entryProblem(visit, problem))}>
          <textarea id={`note.${row.id}`} name={`note.${row.id}`} {...(problems.length > 0 ? { 'aria-invalid': 'true' } : {})}>
            {(typed ? typed.note : row.note) ?? ''}
          </textarea>
        </Cell>
      </td>
    </tr>
  );
}

/** One field of a row; who it is about is said to screen readers only. */
function Cell({
  row,
  name,
  field,
  label,
  problems = [],
  children,
}: {
  readonly row: string;
  readonly name: string;
  readonly field: string;
  readonly label: string;
  readonly problems?: readonly string[];
  readonly children?: Piece;
}) {
  return (
    <div class={problems.length > 0 ? 'cell has-error' : 'cell'}>
      <label for={`${field}.${row}`}>
        {label}
        <span class="hidden">: {name}</span>
      </label>
      {children}
      {problems.map((problem) => (
        <p class="error">{problem}</p>
      ))}
    </div>
  );
}

/** The form for somebody whom no CRM holds. */
export function AddContact({ visit, came, wishes }: Shown) {
  const { list } = visit.words;
  return (
    <section id="add">
      <h2>{list.addTitle}</h2>
      <p>{list.addIntro}</p>
      <ul>
        {list.prompts.map((prompt) => (
          <li>{prompt}</li>
        ))}
      </ul>
      <LinkForm visit={visit} anchor="add">
        <NewContact visit={visit} came={came} wishes={wishes} />
        <div class="buttons">
          <Button name="add" value="contact">
            {list.add}
          </Button>
        </div>
      </LinkForm>
    </section>
  );
}

function NewContact({ visit, came, wishes }: Shown) {
  const { list, fields, tiers: tierNames, wishes: wishNames } = visit.words;
  const { adding } = came;
  const value = (name: string): string | undefined => adding?.text(name);
  const errorOf = (name: string): string | undefined => {
    const found = adding ? came.problems?.find(({ field }) => field === name) : undefined;
    return found && entryProblem(visit, found);
  };
  const field = (name: keyof typeof fieldLimits) => ({
    name,
    value: value(name),
    error: errorOf(name),
    label: fields[name],
    maxlength: fieldLimits[name],
  });
  const tierOptions = tiers.map((tier) => [tier, tierNames[tier]] as const);
  const wishOptions = [['', wishNames.none] as const, ['call', wishNames.call] as const, ['mail', wishNames.mail] as const];
  const hint = `${list.noteHint} ${list.noteLimit}`;
  return (
    <>
      <div class="fields">
        <Field {...field('givenName')} />
        <Field {...field('familyName')} />
        <Field {...field('organisation')} />
        <Field {...field('email')} type="email" />
        <Field {...field('phone')} type="tel" />
        <Select name="tier" label={fields.tier} value={value('tier') ?? 'C'} options={tierOptions} />
        {wishes ? <Select name="wish" label={fields.wish} value={value('wish') ?? ''} options={wishOptions} /> : null}
        <Field {...field('topic')} optional={fields.optional} />
      </div>
      <TextArea
        name="note"
        label={fields.note}
        value={value('note')}
        error={errorOf('note')}
        hint={hint}
        optional={fields.optional}
      />
    </>
  );
}
