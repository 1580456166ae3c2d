import { askAboutContact } from '../../alumni/leaving.js';
import { purposes } from '../../domain/questions.js';
import { isOver } from '../leave.js';
import { waken, type Answer, type LinkPage, type Visit } from '../parts.js';
import { Button, LinkForm, Notice } from '../ui.js';

/** One click stops all mails (RFC 8058); a page with a button for whoever opens the address. */
export const unsubscribePage: LinkPage = {
  show: async (visit) => pageOf(visit, await isStopped(visit)),
  /** Whatever was sent: the request alone says it, and a mail service may send any body. */
  async act(visit) {
    const { parts, link, now } = visit;
    const { memberId } = link;
    if (memberId === null) return pageOf(visit, true);
    const isNew = await parts.inTransaction(async (stores) => {
      await stores.members.lock(memberId);
      const member = await stores.members.find(memberId);
      if (!member || isOver(member) || member.stoppedAt !== null) return false;
      await stores.members.update(memberId, { stoppedAt: now });
      const wasContact = await stores.members.hasConsent(memberId, purposes.approach);
      await stores.members.withdraw(memberId, null, now);
      if (wasContact) await askAboutContact({ ...parts, stores }, member, { what: 'remove' }, now);
      await stores.mails.failOutward(memberId, 'unsubscribed');
      return true;
    });
    if (isNew) await waken(parts, 'membership', memberId);
    return pageOf(visit, true);
  },
};

async function isStopped({ parts, link }: Visit): Promise<boolean> {
  const member = link.memberId === null ? null : await parts.stores.members.find(link.memberId);
  return member === null || isOver(member) || member.stoppedAt !== null;
}

function pageOf(visit: Visit, isDone: boolean): Answer {
  const { unsubscribe, frame } = visit.words;
  const body = isDone ? (
    <Notice>{`${unsubscribe.done} ${frame.close}`}</Notice>
  ) : (
    <section>
      <p>{unsubscribe.intro(visit.parts.company.name)}</p>
      <LinkForm visit={visit}>
        <div class="buttons">
          <Button name="List-Unsubscribe" value="One-Click" look="main">
            {unsubscribe.stop}
          </Button>
        </div>
      </LinkForm>
    </section>
  );
  return { kind: 'page', title: unsubscribe.title, body };
}
