import { answers, consents, questionOf, type Question } from '../../domain/questions.js';
import type { MemberRow } from '../../store/members.js';
import { answerWording } from '../consents.js';
import type { Form } from '../form.js';
import { isOver, leave } from '../leave.js';
import { waken, type Answer, type LinkPage, type Piece, type Visit } from '../parts.js';
import { labelOf } from '../questions.js';
import { Button, Check, Field, LinkForm, Notice } from '../ui.js';

interface Asked {
  readonly member: MemberRow;
  readonly kind: string;
  readonly question: Question;
  readonly isAnswered: boolean;
}

/** The one question of a check-in; the first answer counts. */
export const checkInPage: LinkPage = {
  async show(visit) {
    const asked = await askedOf(visit);
    return asked ? pageOf(visit, asked) : notOpen(visit);
  },
  async act(visit, sent) {
    if (sent.kind !== 'form') return { kind: 'unreadable' };
    const asked = await askedOf(visit);
    if (!asked) return notOpen(visit);
    if (asked.isAnswered) return pageOf(visit, asked);
    const answer = sent.form.one('answer');
    return answers[asked.question].includes(answer) ? take(visit, asked, answer, sent.form) : { kind: 'unreadable' };
  },
};

function notOpen({ words }: Visit): Answer {
  return { kind: 'gone', code: 'expired-link', text: words.checkIn.notOpen };
}

async function askedOf({ parts, link }: Visit): Promise<Asked | null> {
  const member = link.memberId === null ? null : await parts.stores.members.find(link.memberId);
  if (!member || isOver(member) || member.stoppedAt !== null) return null;
  const row = member.checkIns.find((checkIn) => checkIn.kind === link.subject && checkIn.sentAt !== null);
  if (!row) return null;
  const question = questionOf(parts.policy.checkIns, member, row.kind);
  return { member, kind: row.kind, question, isAnswered: row.answeredAt !== null };
}

async function take(visit: Visit, asked: Asked, answer: string, form: Form): Promise<Answer> {
  const { parts, now, words } = visit;
  const { member, kind, question } = asked;
  const detail = detailOf(question, answer, form);
  if (detail === 'incomplete') return pageOf(visit, asked, form);
  const isFirst = await parts.inTransaction(async (stores) => {
    await stores.members.lock(member.id);
    if (!(await stores.members.answer(member.id, kind, answer, detail, now))) return false;
    const purpose = consents[`${question}/${answer}`];
    if (purpose) await stores.members.consent(member.id, purpose, answerWording, now);
    return true;
  });
  const { title } = words.checkIn[question];
  if (!isFirst) return { kind: 'page', title, body: <Notice>{words.checkIn.before}</Notice> };
  // Leaving wakes the membership by itself.
  if (answer === 'remove') await leave(visit, member.id, 'ended');
  else await waken(parts, 'membership', member.id);
  const text = answer === 'remove' ? words.checkIn.removed : words.checkIn.thanks;
  return { kind: 'page', title, body: <Notice>{`${text} ${words.frame.close}`}</Notice> };
}

/** What is kept beside the answer; only what this answer asks for. */
function detailOf(
  question: Question,
  answer: string,
  form: Form,
): Readonly<Record<string, string | boolean>> | null | 'incomplete' {
  if (question === 'goodbye' && form.one('call') === 'yes') {
    const phone = form.one('phone').slice(0, 60);
    return { call: true, ...(phone && { phone }) };
  }
  if (question !== 'whereabouts' || answer !== 'yes') return null;
  const employer = form.one('employer').slice(0, 200);
  const role = form.one('role').slice(0, 200);
  if (employer === '' || form.one('consent') !== 'yes') return 'incomplete';
  return { employer, ...(role && { role }), consent: true };
}

function pageOf(visit: Visit, asked: Asked, incomplete?: Form): Answer {
  const words = visit.words.checkIn;
  const { title, question } = words[asked.question];
  if (asked.isAnswered) return { kind: 'page', title, body: <Notice>{words.before}</Notice> };
  const wanted = visit.query.get('a');
  const chosen = answers[asked.question].find((answer) => answer === wanted);
  const body = (
    <section>
      <p>{question}</p>
      {chosen ? <p class="soft">{words.preselected(labelOf(visit.words, asked.question, chosen))}</p> : null}
      <LinkForm visit={visit}>
        <Beside visit={visit} question={asked.question} form={incomplete} />
        <div class="buttons">
          {answers[asked.question].map((answer) => (
            <Button name="answer" value={answer} look={lookOf(answer, chosen)}>
              {labelOf(visit.words, asked.question, answer)}
            </Button>
          ))}
        </div>
        <After visit={visit} question={asked.question} />
      </LinkForm>
    </section>
  );
  return { kind: 'page', title, body, status: incomplete ? 400 : 200 };
}

function lookOf(answer: string, chosen: string | undefined): 'main' | undefined {
  return answer === chosen ? 'main' : undefined;
}

interface Beside {
  readonly visit: Visit;
  readonly question: Question;
  readonly form?: Form | undefined;
}

/** What may be said beside the answer. */
function Beside({ visit, question, form }: Beside): Piece {
  switch (question) {
    case 'goodbye':
      return <CallWanted visit={visit} />;
    case 'whereabouts':
      return <NewEmployer visit={visit} form={form} />;
    case 'referral': {
      const { referralUrl } = visit.parts.programme;
      return referralUrl === null ? null : (
        <p>
          {visit.words.checkIn.referral.link} <a href={referralUrl}>{referralUrl}</a>
        </p>
      );
    }
    case 'advice':
    case 'return':
    case 'stay':
      return null;
    default:
      return question satisfies never;
  }
}

function CallWanted({ visit }: Pick<Beside, 'visit'>) {
  const { checkIn, fields } = visit.words;
  return (
    <>
      <Check name="call" value="yes">
        {checkIn.goodbye.call}
      </Check>
      <Field name="phone" type="tel" label={checkIn.goodbye.phone} optional={fields.optional} autocomplete="tel" maxlength={60} />
    </>
  );
}

function NewEmployer({ visit, form }: Pick<Beside, 'visit' | 'form'>) {
  const { whereabouts } = visit.words.checkIn;
  const { optional } = visit.words.fields;
  return (
    <>
      <Field name="employer" label={whereabouts.employer} value={form?.one('employer')} autocomplete="organization" />
      <Field
        name="role"
        label={whereabouts.role}
        value={form?.one('role')}
        optional={optional}
        autocomplete="organization-title"
      />
      <Check name="consent" value="yes" checked={form?.has('consent')}>
        {whereabouts.consent}
      </Check>
      {form ? (
        <p class="error" role="alert">
          {whereabouts.needed}
        </p>
      ) : null}
    </>
  );
}

function After({ visit, question }: Pick<Beside, 'visit' | 'question'>): Piece {
  const { checkIn } = visit.words;
  if (question === 'goodbye') return <p class="soft small">{checkIn.goodbye.reader(visit.parts.company.alumniContact)}</p>;
  return question === 'whereabouts' ? <p class="soft small">{checkIn.whereabouts.after}</p> : null;
}
