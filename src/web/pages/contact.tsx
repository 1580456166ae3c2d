import type { IntroductionState } from '../../domain/words.js';
import { waken, type Answer, type LinkPage, type Visit } from '../parts.js';
import { Button, LinkForm, Notice } from '../ui.js';
import { isHeldUp } from '../handover.js';
import { introductionsOf } from '../work.js';

/** States in which a contact's answer still changes something. */
const answerable: readonly IntroductionState[] = ['proposed', 'agreed', 'scheduled', 'held', 'sent', 'lapsed'];

/** The contact's own yes or no to the successor, where the company offers such a link. */
export const contactPage: LinkPage = {
  async show(visit) {
    const asked = await askedOf(visit);
    if (!asked) return { kind: 'gone', code: 'expired-link' };
    const { contact } = visit.words;
    const body = (
      <section>
        <p>{contact.intro(asked.successorName)}</p>
        <LinkForm visit={visit}>
          <div class="buttons">
            <Button name="confirm" value="yes" look="main">
              {contact.confirm}
            </Button>
            <Button name="decline" value="no">
              {contact.decline}
            </Button>
          </div>
        </LinkForm>
      </section>
    );
    return { kind: 'page', title: contact.title(visit.parts.company.name), body };
  },
  async act(visit, sent) {
    if (sent.kind !== 'form') return { kind: 'unreadable' };
    const isYes = sent.form.has('confirm');
    if (!isYes && !sent.form.has('decline')) return { kind: 'unreadable' };
    return answer(visit, isYes);
  },
};

async function askedOf(visit: Visit) {
  const { parts, link } = visit;
  if (!parts.policy.introductions.contactConfirmationLink || link.handoverId === null) return null;
  const row = await parts.stores.handovers.find(link.handoverId);
  if (!row || isHeldUp(row) || row.toldContactsAt === null) return null;
  return (await introductionsOf(parts, row)).find(({ item }) => item.id === link.subject && item.refusedAt === null) ?? null;
}

async function answer(visit: Visit, isYes: boolean): Promise<Answer> {
  const { parts, link, now, words } = visit;
  const asked = await askedOf(visit);
  if (!asked || link.handoverId === null) return { kind: 'gone', code: 'expired-link' };
  const isFirst = await parts.inTransaction(async (stores) => {
    if (!(await stores.links.use(link.hash, now))) return false;
    await stores.introductions.updateFrom(asked.item.id, answerable, isYes ? { repliedAt: now } : { refusedAt: now });
    return true;
  });
  if (!isFirst) return { kind: 'gone', code: 'used-link' };
  await waken(parts, 'introductions', link.handoverId);
  const { contact } = words;
  return {
    kind: 'page',
    title: contact.title(parts.company.name),
    body: <Notice>{isYes ? contact.confirmed : contact.declined}</Notice>,
  };
}
