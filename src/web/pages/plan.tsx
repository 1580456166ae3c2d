import { momentOf, spelledDay, spelledMoment } from '../../mail/days.js';
import { businessTimeBetween, parseDuration } from '../../domain/calendar.js';
import { partingOf } from '../../domain/release.js';
import { fits } from '../../domain/tiers.js';
import { tiers, type StepState } from '../../domain/words.js';
import type { HandoverRow, StepRow } from '../../store/handovers.js';
import type { RelationshipRow } from '../../store/relationships.js';
import { fullName, lastDayEnds } from '../handover.js';
import { nameOf } from '../list/apply.js';
import type { Form } from '../form.js';
import type { Answer, Decided, LinkPage, Visit, WebParts } from '../parts.js';
import { Button, LinkForm, Notice, TextArea } from '../ui.js';

/** One step with what it holds. */
interface Share {
  readonly step: StepRow;
  readonly successor: string;
  readonly bundles: ReadonlySet<number>;
  readonly records: number;
  readonly tierA: number;
}

interface Plan {
  readonly row: HandoverRow;
  readonly shares: readonly Share[];
  readonly relationships: readonly RelationshipRow[];
  /** Records that no step holds. */
  readonly unplaced: number;
  readonly custodian: string | null;
  readonly until: string | null;
  /** Introductions for which the leaver has no time. */
  readonly unfit: number;
}

interface Came {
  readonly decided: Decided;
  readonly name: 'approve' | 'refuse';
}

const eyeAtMost = 12;

/** T1's page: a plain forerunner of the plan's page, with the decisions of one approver. */
export const planPage: LinkPage = {
  async show(visit) {
    const plan = await planOf(visit);
    return plan ? pageOf(visit, plan, null) : { kind: 'gone', code: 'expired-link', text: visit.words.plan.closed };
  },
  async act(visit, sent) {
    if (sent.kind !== 'form') return { kind: 'unreadable' };
    const plan = await planOf(visit);
    if (!plan) return { kind: 'gone', code: 'expired-link', text: visit.words.plan.closed };
    const came = await decide(visit, plan, sent.form);
    if (!came) return { kind: 'unreadable' };
    return pageOf(visit, (await planOf(visit)) ?? plan, came);
  },
};

async function decide({ parts, link }: Visit, { row, shares }: Plan, form: Form): Promise<Came | null> {
  const name = form.has('approve') ? 'approve' : 'refuse';
  const step = form.one(name === 'approve' ? 'approve' : 'refuse-step');
  const planVersion = Number(form.one('planVersion'));
  if (!/^(all|s\d{1,6})$/.test(step) || !Number.isSafeInteger(planVersion) || planVersion < 1 || link.personId === null)
    return null;
  const comment = form.text('comment').slice(0, 2_000);
  const who = { by: link.personId, ...(comment && { comment }) };
  // Others may be asked about the rest of the plan: `all` is what waits for this approver.
  const own = shares.flatMap((share) => (share.step.state === 'waiting' ? [share.step.id] : []));
  const isWhole = row.steps.every(({ id, state }) => state !== 'waiting' || own.includes(id));
  let decided: Decided = { ok: true };
  for (const one of step === 'all' && !isWhole ? own : [step])
    if (decided.ok) decided = await parts.decide(row.id, name, { step: one, planVersion }, who);
  return { name, decided };
}

async function planOf({ parts, link }: Visit): Promise<Plan | null> {
  const { stores } = parts;
  const row = link.handoverId === null ? null : await stores.handovers.find(link.handoverId);
  const { personId } = link;
  if (!row || row.closedAt !== null || personId === null) return null;
  const mine = row.steps.filter((step) => step.approverId === personId || step.asked.includes(personId));
  const relationships = (await stores.relationships.list(row.id)).filter((one) => one.main && !one.private);
  const groups = await stores.ownerships.groups(row.id);
  const custodianId = row.card?.custodianId ?? null;
  const names = await stores.people.names([
    ...mine.map((step) => step.successorId),
    ...(custodianId === null ? [] : [custodianId]),
  ]);
  const shares: Share[] = [];
  for (const step of mine) {
    const bundles = new Set(await stores.ownerships.bundlesOf(row.id, step.id));
    const own = relationships.filter(({ bundle }) => bundle !== null && bundles.has(bundle));
    const records = groups.filter(({ stepId }) => stepId === step.id).reduce((sum, { count }) => sum + count, 0);
    const tierA = own.filter((one) => (one.marked ?? one.tier) === 'A').length;
    shares.push({ step, bundles, records, tierA, successor: names.get(step.successorId) ?? step.successorId });
  }
  const unplaced = groups
    .filter(({ stepId, state }) => stepId === null && state !== 'skipped')
    .reduce((sum, { count }) => sum + count, 0);
  const custodian = custodianId === null ? null : (names.get(custodianId) ?? null);
  const unfit = await countUnfit(parts, row, relationships);
  return { row, shares, relationships, unplaced, custodian, until: untilOf(row, mine), unfit };
}

/** How many introductions will not fit into the share of the leaver's time that policy gives them. */
async function countUnfit(parts: WebParts, row: HandoverRow, relationships: readonly RelationshipRow[]): Promise<number> {
  const ends = lastDayEnds(parts, row);
  if (ends === null) return 0;
  const valueOf = new Map(relationships.map(({ id, value }) => [id, value]));
  const open = (await parts.stores.introductions.list(row.id)).filter(({ state }) => openStates.includes(state));
  const introductions = open.map(({ id, tier, method, relationshipId }) => ({
    id,
    tier: tiers.find((one) => one === tier) ?? 'D',
    method: methods.find((one) => one === method) ?? 'none',
    value: valueOf.get(relationshipId) ?? null,
  }));
  const calendar = parts.calendarOf(row.employment.person.country);
  const workingMs = businessTimeBetween(calendar, new Date(parts.now()).toISOString(), ends);
  return fits({ introductions, policy: parts.policy, workingMs }).drops.length;
}

const openStates = ['proposed', 'agreed', 'scheduled'];
const methods = ['joint-call', 'email', 'notice', 'none'] as const;

/** The earliest time by which one of these steps is to be decided, as the row says. */
function untilOf({ waitingFor }: HandoverRow, steps: readonly StepRow[]): string | null {
  const ids = steps.map(({ id }) => id);
  const times = (Array.isArray(waitingFor) ? waitingFor : []).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [];
    const { what, step, until } = entry;
    return what === 'approval' && typeof step === 'string' && ids.includes(step) && typeof until === 'string' ? [until] : [];
  });
  return times.sort()[0] ?? null;
}

function pageOf(visit: Visit, plan: Plan, came: Came | null): Answer {
  const { plan: words } = visit.words;
  const isWaiting = plan.shares.some(({ step }) => step.state === 'waiting');
  const body = (
    <>
      {came ? <DecidedNotice visit={visit} came={came} /> : null}
      {plan.shares.length === 0 ? <p>{words.nothing}</p> : <Head visit={visit} plan={plan} isWaiting={isWaiting} />}
      {plan.shares.length === 0 ? null : <Shares visit={visit} plan={plan} isWaiting={isWaiting} />}
      <Eye visit={visit} plan={plan} />
      <Fit visit={visit} plan={plan} />
      {isWaiting ? <When visit={visit} /> : null}
    </>
  );
  return { kind: 'page', title: words.title, body, wide: true, status: came && !came.decided.ok ? 409 : 200 };
}

function DecidedNotice({ visit, came: { decided, name } }: { readonly visit: Visit; readonly came: Came }) {
  const { plan } = visit.words;
  if (!decided.ok) return <Notice problem>{`${plan.refusedTitle}: ${decided.text}`}</Notice>;
  return <Notice>{name === 'approve' ? plan.approved : plan.sentBack}</Notice>;
}

interface Shown {
  readonly visit: Visit;
  readonly plan: Plan;
}

function Head({ visit, plan, isWaiting }: Shown & { readonly isWaiting: boolean }) {
  const { plan: words } = visit.words;
  const { row, shares, custodian, until } = plan;
  const { person } = row.employment;
  const accounts = shares.reduce((sum, { bundles }) => sum + bundles.size, 0);
  const { timeZone } = visit.parts.calendarOf(person.country);
  return (
    <>
      <p>
        {words.head(fullName(person), accounts)}{' '}
        {row.lastWorkingDay === null || partingOf(row.card?.reason ?? '') !== 'leaves'
          ? null
          : words.lastDay(spelledDay(row.lastWorkingDay, visit.language))}
      </p>
      {isWaiting ? (
        <p>
          {until === null ? null : <strong>{words.decideBy(spelledMoment(momentOf(until, timeZone), visit.language))}</strong>}{' '}
          {custodian === null ? null : words.otherwise(custodian)} {words.untilThen}
        </p>
      ) : (
        <p>{words.nothing}</p>
      )}
    </>
  );
}

function Shares({ visit, plan, isWaiting }: Shown & { readonly isWaiting: boolean }) {
  const { plan: words, fields } = visit.words;
  const heads = [fields.successor, words.accounts, words.tierA, words.records, words.why, fields.state];
  const waiting = plan.shares.filter(({ step }) => step.state === 'waiting').length;
  return (
    <section>
      <h2>{words.who}</h2>
      <LinkForm visit={visit}>
        <input type="hidden" name="planVersion" value={String(plan.row.planVersion)} />
        <table class="stack">
          <thead>
            <tr>
              {heads.map((text, index) => (
                <th scope="col" class={index > 0 && index < 4 ? 'number' : ''}>
                  {text}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {plan.shares.map((share) => (
              <ShareRow visit={visit} share={share} />
            ))}
          </tbody>
        </table>
        {plan.unplaced > 0 ? <p>{words.unplaced(plan.unplaced)}</p> : null}
        {isWaiting ? (
          <>
            <TextArea
              name="comment"
              label={fields.comment}
              hint={words.commentHint}
              optional={fields.optional}
              maxlength={2_000}
            />
            {waiting > 1 ? (
              <div class="buttons">
                <Button name="approve" value="all" look="main">
                  {words.approveAll}
                </Button>
              </div>
            ) : null}
          </>
        ) : null}
      </LinkForm>
    </section>
  );
}

function ShareRow({ visit, share }: { readonly visit: Visit; readonly share: Share }) {
  const { plan: words, fields } = visit.words;
  const { step, successor, bundles, records, tierA } = share;
  const states: Readonly<Record<string, string>> = words.states satisfies Readonly<Record<StepState, string>>;
  const reasons: Readonly<Record<string, string>> = words.reasons;
  return (
    <tr>
      <th scope="row">{successor}</th>
      <td class="number" data-label={words.accounts}>
        {bundles.size}
      </td>
      <td class="number" data-label={words.tierA}>
        {tierA}
      </td>
      <td class="number" data-label={words.records}>
        {records}
      </td>
      <td data-label={words.why}>{reasons[step.reason] ?? words.reasons.other}</td>
      <td data-label={fields.state}>
        {states[step.state] ?? step.state}
        {step.state === 'waiting' ? (
          <div class="buttons">
            <Button name="approve" value={step.id} label={`${words.approve}: ${successor}`}>
              {words.approve}
            </Button>
            <Button name="refuse-step" value={step.id} look="plain" label={`${words.refuse}: ${successor}`}>
              {words.refuse}
            </Button>
          </div>
        ) : null}
      </td>
    </tr>
  );
}

/** What an approver should look at before the rest is approved in one go; without notes and without values. */
function Eye({ visit, plan }: Shown) {
  const { plan: words, fields } = visit.words;
  const rows = plan.shares.flatMap((share) =>
    plan.relationships
      .filter(({ bundle }) => bundle !== null && share.bundles.has(bundle))
      .flatMap((relationship) => {
        const why = eyeReason(relationship, share.step);
        return why === null ? [] : [{ relationship, why, successor: share.successor }];
      }),
  );
  if (rows.length === 0) return null;
  return (
    <section>
      <h2>{words.eye}</h2>
      <table class="stack">
        <thead>
          <tr>
            {[fields.organisation, words.why, fields.successor].map((text) => (
              <th scope="col">{text}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, eyeAtMost).map(({ relationship, why, successor }) => (
            <tr>
              <th scope="row">{relationship.organisation ?? nameOf(relationship)}</th>
              <td data-label={words.why}>{words.eyeReasons[why]}</td>
              <td data-label={fields.successor}>{successor}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > eyeAtMost ? <p>{words.more(rows.length - eyeAtMost)}</p> : null}
    </section>
  );
}

function eyeReason(relationship: RelationshipRow, step: StepRow): 'only-tie' | 'closing' | 'renewal' | 'custodian' | null {
  const { tierReason, onlyTie } = relationship;
  if (tierReason === 'closing' || tierReason === 'renewal') return tierReason;
  const isTierA = (relationship.marked ?? relationship.tier) === 'A';
  if (isTierA && onlyTie) return 'only-tie';
  return isTierA && step.reason === 'custodian' ? 'custodian' : null;
}

function Fit({ visit, plan }: Shown) {
  const { plan: words } = visit.words;
  const count = plan.unfit;
  if (count === 0) return null;
  return (
    <section>
      <h2>{words.fit}</h2>
      <p>{words.fitCount(count)}</p>
    </section>
  );
}

function When({ visit }: { readonly visit: Visit }) {
  const { plan: words } = visit.words;
  const undo = parseDuration(visit.parts.policy.transfer.undo);
  const days = undo?.kind === 'iso' ? undo.months * 30 + undo.days : (undo?.count ?? 0);
  return (
    <section>
      <h2>{words.when}</h2>
      <ul>
        {words.whenLines(words.days(days)).map((line) => (
          <li>{line}</li>
        ))}
      </ul>
    </section>
  );
}
