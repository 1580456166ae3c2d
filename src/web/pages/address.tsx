import type { HandoverRow } from '../../store/handovers.js';
import { AddressForm, askAddress, mayAskAddress, type AddressAnswer } from '../address.js';
import type { Answer, LinkPage, Visit } from '../parts.js';
import { Notice } from '../ui.js';

/** The leaver's private address alone. */
export const addressPage: LinkPage = {
  async show(visit) {
    const row = await handoverOf(visit);
    return row ? pageOf(visit, row, null) : gone(visit);
  },
  async act(visit, sent) {
    if (sent.kind !== 'form') return { kind: 'unreadable' };
    const row = await handoverOf(visit);
    if (!row) return gone(visit);
    const answer = await askAddress(visit, row, sent.form);
    return answer === 'not-open' ? gone(visit) : pageOf(visit, row, answer, sent.form.raw('email'));
  },
};

function gone({ words }: Visit): Answer {
  return { kind: 'gone', code: 'expired-link', text: words.address.notOpen };
}

async function handoverOf({ parts, link }: Visit): Promise<HandoverRow | null> {
  const id = link.handoverId ?? link.subject;
  const row = id === null ? null : await parts.stores.handovers.find(id);
  return row && row.employment.personId === link.personId && mayAskAddress(row) ? row : null;
}

async function pageOf(visit: Visit, row: HandoverRow, answer: AddressAnswer | null, typed = ''): Promise<Answer> {
  const { address } = visit.words;
  const member = await visit.parts.stores.members.ofHandover(row.id);
  const error = addressError(visit, answer);
  const body = (
    <>
      {answer === 'sent' ? <Notice>{address.sent}</Notice> : null}
      <AddressForm visit={visit} confirmed={member?.email ?? null} email={error && typed} error={error} />
    </>
  );
  return { kind: 'page', title: address.title, body, status: error ? 400 : 200 };
}

/** What is wrong with an address that was typed in, in the reader's words. */
export function addressError({ parts, words }: Visit, answer: AddressAnswer | null): string | undefined {
  if (answer === 'not-plain') return words.address.notPlain;
  if (answer === 'too-many') return words.address.tooMany(parts.company.alumniContact);
  return answer === 'work' ? words.address.work : undefined;
}
