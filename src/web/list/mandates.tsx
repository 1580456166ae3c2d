import { isDay } from '../../domain/calendar.js';
import { spelledDay } from '../../mail/days.js';
import type { HandoverRow } from '../../store/handovers.js';
import type { MandateRow } from '../../store/relationships.js';
import type { Form } from '../form.js';
import { waken, type Visit } from '../parts.js';
import { Button, Field, LinkForm, Select } from '../ui.js';

/** The kinds of the checklist (policy.md 7). */
export const mandateKinds = [
  'digital-role',
  'power-of-attorney',
  'bank-signature',
  'registration',
  'permit',
  'seat',
  'portal',
  'domain',
] as const;

/** The longest text of a line, in characters. */
export const mandateLimits = { title: 200, detail: 400 } as const;

/** Adds a line to the checklist, ticks one, or opens it again; null when that was done, else what is wrong. */
export async function mandateForm(
  { parts, words, now }: Visit,
  row: HandoverRow,
  form: Form,
): Promise<string | 'unreadable' | null> {
  const { relationships } = parts.stores;
  if (form.has('tick')) await relationships.tickMandate(row.id, form.one('tick'), now);
  else if (form.has('untick')) await relationships.tickMandate(row.id, form.one('untick'), null);
  else if (form.has('mandate')) {
    const kind = mandateKinds.find((known) => known === form.one('kind'));
    const title = form.one('title').slice(0, mandateLimits.title);
    const dueDay = form.one('dueDay');
    if (!kind) return 'unreadable';
    if (title === '') return words.mandates.needsWhat;
    if (dueDay !== '' && !isDay(dueDay)) return words.mandates.notADay;
    await relationships.addMandate(row.id, {
      kind,
      title,
      detail: form.one('detail').slice(0, mandateLimits.detail) || null,
      dueDay: dueDay || null,
    });
  } else return 'unreadable';
  await waken(parts, 'handover', row.id);
  return null;
}

/** The checklist of what stands in the leaver's name. */
export function Mandates({
  visit,
  mandates,
  came,
}: {
  readonly visit: Visit;
  readonly mandates: readonly MandateRow[];
  readonly came?: { readonly form: Form; readonly error: string } | undefined;
}) {
  const { mandates: words, fields } = visit.words;
  const value = (name: string): string | undefined => came?.form.one(name);
  const isDayWrong = came?.error === words.notADay;
  return (
    <section id="mandates">
      <h2>{words.title}</h2>
      <p>{words.intro}</p>
      {mandates.length === 0 ? null : <Checklist visit={visit} mandates={mandates} />}
      <LinkForm visit={visit} anchor="mandates">
        <div class="fields">
          <Select
            name="kind"
            label={words.kind}
            value={value('kind')}
            options={mandateKinds.map((kind) => [kind, words.kinds[kind]] as const)}
          />
          <Field name="title" label={words.what} value={value('title')} error={isDayWrong ? undefined : came?.error} />
          <Field name="detail" label={words.detail} value={value('detail')} optional={fields.optional} maxlength={400} />
          <Field
            name="dueDay"
            type="date"
            label={words.dueDay}
            value={value('dueDay')}
            optional={fields.optional}
            error={isDayWrong ? came.error : undefined}
          />
        </div>
        <div class="buttons">
          <Button name="mandate" value="add">
            {words.add}
          </Button>
        </div>
      </LinkForm>
    </section>
  );
}

function Checklist({ visit, mandates }: { readonly visit: Visit; readonly mandates: readonly MandateRow[] }) {
  const { mandates: words, fields } = visit.words;
  const kinds: Readonly<Record<string, string>> = words.kinds;
  return (
    <LinkForm visit={visit} anchor="mandates">
      <table class="stack">
        <thead>
          <tr>
            {[words.what, words.kind, words.dueDay, fields.state].map((text) => (
              <th scope="col">{text}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {mandates.map((line) => (
            <tr>
              <th scope="row">
                {line.title}
                {line.detail === null ? null : <div class="soft small">{line.detail}</div>}
              </th>
              <td data-label={words.kind}>{kinds[line.kind] ?? line.kind}</td>
              <td data-label={words.dueDay}>{line.dueDay === null ? '–' : spelledDay(line.dueDay, visit.language)}</td>
              <td>
                {line.doneAt === null ? (
                  <Button name="tick" value={line.id} label={`${words.tick}: ${line.title}`}>
                    {words.tick}
                  </Button>
                ) : (
                  <>
                    ✓ {words.done}{' '}
                    <Button name="untick" value={line.id} look="plain" label={`${words.untick}: ${line.title}`}>
                      {words.untick}
                    </Button>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </LinkForm>
  );
}
