import { hashOfAddress } from '../address.js';
import { purposes } from '../../domain/questions.js';
import { alumniWording } from '../consents.js';
import { isOver } from '../leave.js';
import { waken, type Answer, type LinkPage, type Visit } from '../parts.js';
import { Button, LinkForm, Notice } from '../ui.js';

/** The second half of the double opt-in: the owner of an address says that it is theirs. */
export const confirmPage: LinkPage = {
  async show(visit) {
    const address = await pendingOf(visit);
    if (address === null) return replaced(visit);
    const { confirm } = visit.words;
    const body = (
      <section>
        <p>{confirm.intro(visit.parts.company.name, address)}</p>
        <LinkForm visit={visit}>
          <div class="buttons">
            <Button name="confirm" value="yes" look="main">
              {confirm.confirm}
            </Button>
          </div>
        </LinkForm>
      </section>
    );
    return { kind: 'page', title: confirm.title, body };
  },
  async act(visit, sent) {
    if (sent.kind !== 'form' || !sent.form.has('confirm')) return { kind: 'unreadable' };
    return confirm(visit);
  },
};

function replaced({ words }: Visit): Answer {
  return { kind: 'gone', code: 'expired-link', text: words.confirm.replaced };
}

async function pendingOf({ parts, link, now }: Visit): Promise<string | null> {
  const member = link.memberId === null ? null : await parts.stores.members.find(link.memberId);
  const address = member && !isOver(member) ? member.pendingEmail : null;
  if (address === null || hashOfAddress(address) !== link.subject) return null;
  return (await parts.stores.members.isSuppressed(address, now)) ? null : address;
}

async function confirm(visit: Visit): Promise<Answer> {
  const { parts, link, now, words } = visit;
  const { memberId } = link;
  if (memberId === null) return replaced(visit);
  const outcome = await parts.inTransaction(async (stores) => {
    await stores.members.lock(memberId);
    if (!(await stores.links.use(link.hash, now))) return 'used';
    const email = await pendingOf({ ...visit, parts: { ...parts, stores } });
    if (email === null) return 'replaced';
    const { state } = await stores.members.get(memberId);
    await stores.members.update(memberId, {
      email,
      pendingEmail: null,
      confirmedAt: now,
      bouncedAt: null,
      ...(state === 'asked' && { state: 'confirmed' }),
    });
    await stores.members.consent(memberId, purposes.address, alumniWording, now);
    return 'confirmed';
  });
  if (outcome === 'used') return { kind: 'gone', code: 'used-link' };
  if (outcome === 'replaced') return replaced(visit);
  await waken(parts, 'membership', memberId);
  return { kind: 'page', title: words.address.title, body: <Notice>{`${words.confirm.done} ${words.frame.close}`}</Notice> };
}
