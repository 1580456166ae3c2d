import type { Visit } from '../parts.js';
import { Button, LinkForm, Notice, TextArea } from '../ui.js';
import type { ListChange, ListPlan } from './apply.js';
import { lineProblem } from './problems.js';

/** Rows of a look that are shown; a file may have thousands. */
const shownAtMost = 200;

/** The list as a file, down and up. */
export function CsvSection({ visit }: { readonly visit: Visit }) {
  const { csv } = visit.words;
  return (
    <section id="csv">
      <h2>{csv.title}</h2>
      <p>{csv.intro}</p>
      <div class="buttons">
        <a class="button" href={`${visit.path}?format=csv`} download="contacts.csv">
          {csv.down}
        </a>
      </div>
      <LinkForm visit={visit}>
        <TextArea name="csv" label={csv.paste} />
        <div class="buttons">
          <Button name="look" value="yes">
            {csv.look}
          </Button>
        </div>
      </LinkForm>
    </section>
  );
}

/** What a file would change, or what is wrong with it; nothing has been changed yet. */
export function CsvLook({ visit, plan, text }: { readonly visit: Visit; readonly plan: ListPlan; readonly text: string }) {
  const { csv, list } = visit.words;
  const hasProblems = plan.problems.length > 0;
  return (
    <>
      <Notice problem={hasProblems}>{csv.nothingApplied}</Notice>
      <section>
        {hasProblems ? <Problems visit={visit} plan={plan} /> : <Changes visit={visit} plan={plan} />}
        {hasProblems || plan.changes.length === 0 ? null : (
          <LinkForm visit={visit}>
            <textarea name="csv" class="hidden" readonly aria-hidden="true" tabindex={-1}>
              {text}
            </textarea>
            <div class="buttons">
              <Button name="apply" value="1" look="main">
                {csv.apply}
              </Button>
            </div>
          </LinkForm>
        )}
        <p>
          <a href={`${visit.path}#csv`}>{list.title}</a>
        </p>
      </section>
    </>
  );
}

function Problems({ visit, plan }: { readonly visit: Visit; readonly plan: ListPlan }) {
  const { csv, plan: words } = visit.words;
  const more = plan.problems.length - shownAtMost;
  return (
    <>
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">{csv.line}</th>
            <th scope="col">{csv.what}</th>
          </tr>
        </thead>
        <tbody>
          {plan.problems.slice(0, shownAtMost).map((problem) => (
            <tr>
              <th scope="row">{`${csv.line} ${problem.line}`}</th>
              <td>{lineProblem(visit, problem)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 ? <p>{words.more(more)}</p> : null}
    </>
  );
}

function Changes({ visit, plan }: { readonly visit: Visit; readonly plan: ListPlan }) {
  const { csv, plan: words } = visit.words;
  const more = plan.changes.length - shownAtMost;
  if (plan.changes.length === 0) return <p>{csv.noChange}</p>;
  return (
    <>
      <table class="stack">
        <thead>
          <tr>
            {[csv.line, csv.contact, csv.what].map((text) => (
              <th scope="col">{text}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {plan.changes.slice(0, shownAtMost).map((change) => (
            <tr>
              <th scope="row">{`${csv.line} ${change.line}`}</th>
              <td>{change.name}</td>
              <td>{changeText(visit, change)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 ? <p>{words.more(more)}</p> : null}
      <p class="soft">{csv.unchanged(plan.unchanged)}</p>
    </>
  );
}

/** What kind of change, and of which fields. */
function changeText({ words }: Visit, change: ListChange): string {
  const { csv, fields } = words;
  if (change.kind === 'taken-out') return csv.takenOut;
  const names: Readonly<Record<string, string>> = { ...fields, marked: fields.tier };
  const said = Object.keys(change.words).map((key) => names[key] ?? key);
  return `${change.kind === 'added' ? csv.added : csv.change}: ${said.join(', ')}`;
}
