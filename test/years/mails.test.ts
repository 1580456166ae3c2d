import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { taskQueue, workflowIds } from '../../workflows/contract.js';
import { arrives, home, joins, leaves } from '../support/alumni.js';
import { hasImapServer, startImap, type ImapServer } from '../support/imap.js';
import { usePeople, type People } from '../support/people.js';
import type { Saga } from '../support/rig.js';

const rig = usePeople();
const dayMs = 24 * 3_600_000;
const hourMs = 3_600_000;

/** What a worker leaves behind that was killed in the middle of sending. */
async function killed(people: People, template: string): Promise<{ readonly id: string; readonly messageId: string }> {
  const { db } = people.company.core;
  const mail = await db.mail.findFirstOrThrow({ where: { template, state: 'queued' } });
  await db.mail.update({ where: { id: mail.id }, data: { state: 'sending', claimedUntil: new Date(Date.now() - 60_000) } });
  return mail;
}

async function stateOf(people: People, id: string): Promise<string> {
  return (await people.company.core.db.mail.findUniqueOrThrow({ where: { id } })).state;
}

/** The leaver has a mail sent to a contact, and the mail server takes nothing at that moment. */
async function introducing(people: People): Promise<{ readonly saga: Saga; readonly contact: string }> {
  const { company } = people;
  await people.sort({ B: 1, C: 1 });
  const saga = await company.startLeaver({ lastDay: await company.workday(9), reason: 'resignation' });
  await people.begin(saga, { competitor: 'no' });
  const row = (await people.introductions(saga)).find(({ tier }) => tier === 'B' || tier === 'A');
  if (!row) throw new Error('nobody is introduced by mail');
  const work = await people.workLink(company.leaver.email, row.id);
  people.postbox.refuse = (address) => (address === row.email ? 450 : null);
  expect((await people.press(work, { send: row.id })).status).toBe(200);
  return { saga, contact: row.email };
}

const byMail = {
  introductions: { look: '2bh', tiers: { A: { method: 'email' } }, window: { mails: [0, 0.9] } },
  messages: { inPersonsName: true },
};

describe('a worker that dies in the middle of sending', () => {
  test('leaves a mail to a contact to a person, who has it sent, once', async () => {
    const people = await rig.open({ config: byMail });
    const { saga, contact } = await introducing(people);
    const mail = await killed(people, 'T3');
    people.postbox.refuse = () => null;
    const { parked } = await saga.advanceUntil(
      (status) => status.parked.some(({ what }) => what === 'unsure-mail'),
      'the question',
      3 * dayMs,
    );
    expect(await stateOf(people, mail.id)).toBe('unsure');
    await people.company.advance(3 * hourMs);
    expect(people.to(contact)).toEqual([]);
    await saga.decide('retry', { parked: parked.find(({ what }) => what === 'unsure-mail')?.id ?? '' });
    await people.arrived(() => people.to(contact).length > 0, 'the mail');
    await people.company.advance(dayMs);
    expect(people.to(contact).map(({ messageId }) => messageId)).toEqual([mail.messageId]);
  });

  test('leaves a question to an alumnus unasked rather than asked twice, and says so', async () => {
    const alumnus = await leaves(rig.open);
    const { people, member } = alumnus;
    const { company } = people;
    await joins(alumnus);
    people.postbox.refuse = (address) => (address === home ? 450 : null);
    const due = (await company.core.stores.members.get(member)).dueAt?.getTime() ?? 0;
    await company.env.sleep(due - (await company.nowMs()) + 120_000);
    const mail = await killed(people, 'C1');
    people.postbox.refuse = () => null;
    await company.advance(30 * dayMs);
    expect(await stateOf(people, mail.id)).toBe('unsure');
    expect((await people.letters(home)).map(({ template }) => template)).toEqual(['confirm-address', 'T4']);
    const hr = company.core.deps.company.alumniContact;
    expect((await company.core.stores.members.errands({ memberId: member })).map(({ to }) => to)).toEqual([hr]);
    expect(await people.letters(hr, 'need-parked')).toHaveLength(1);
    // The next question is asked in its time.
    await arrives(alumnus, 'C3', 120);
  });

  test('repeats a mail to a colleague under the same Message-ID', async () => {
    const people = await rig.open();
    const { company } = people;
    await people.sort({ C: 2 });
    people.postbox.refuse = () => 450;
    const saga = await company.startLeaver({ lastDay: await company.workday(6), reason: 'resignation' });
    await saga.release({ told: 'team' });
    await people.arrived(
      async () => (await company.core.db.mail.count({ where: { template: 'T1', state: 'queued' } })) > 0,
      'the request',
    );
    const mail = await killed(people, 'T1');
    people.postbox.refuse = () => null;
    await company.advance(2 * hourMs);
    expect(await stateOf(people, mail.id)).toBe('sent');
    expect(people.postbox.letters.filter(({ messageId }) => messageId === mail.messageId)).toHaveLength(1);
  });
});

/** A report as a mail server writes it (RFC 3464). */
function report(messageId: string, recipient: string): string {
  return `From: MAILER-DAEMON@mx.example
To: returned@baton.example
Subject: Undelivered
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b1"

--=_b1
Content-Type: text/plain

This message could not be delivered.

--=_b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ${recipient}
Action: failed
Status: 5.1.1

--=_b1
Content-Type: message/rfc822

Message-ID: ${messageId}
Subject: quoted
Content-Type: text/plain

Text

--=_b1--
`;
}

describe.runIf(hasImapServer())('what comes back', () => {
  let imap: ImapServer | undefined;
  beforeAll(async () => {
    imap = await startImap();
  });
  afterAll(async () => {
    await imap?.stop();
  });
  const mailbox = (): ImapServer => {
    if (!imap) throw new Error('there is no mailbox');
    return imap;
  };
  const env = () => ({ BOUNCE_ADDRESS: 'returned@baton.example', BOUNCE_IMAP_URL: `${mailbox().url}/INBOX` });
  const read = async ({ company }: People): Promise<number> => {
    const options = { workflowId: workflowIds.bounces, taskQueue, args: [] };
    const found: number = await company.core.temporal.client.workflow.execute('bounces', options);
    await company.quiet();
    return found;
  };

  test('an alumnus’ address that is gone ends the membership; a stranger’s reply and a report about nobody’s mail do nothing', async () => {
    const alumnus = await leaves(rig.open, { options: { env: env() } });
    const { people, member } = alumnus;
    const { stores } = people.company.core;
    await joins(alumnus);
    const invitation = await people.newest(home, 'T4');
    await mailbox().deliver(
      `From: Stranger <stranger@elsewhere.example>\nTo: returned@baton.example\nSubject: stop\n\nPlease unsubscribe ${home}.`,
    );
    await mailbox().deliver(report('<never-sent@baton.example>', home));
    expect(await read(people)).toBe(0);
    expect((await stores.members.get(member)).state).toBe('joined');
    await mailbox().deliver(report(invitation.messageId, home));
    expect(await read(people)).toBe(1);
    await people.arrived(async () => (await stores.members.get(member)).state === 'ended', 'the end of the membership');
    expect(await people.tablesWith(home)).toEqual([]);
    await people.company.advance(200 * dayMs);
    expect((await people.letters(home)).map(({ template }) => template)).toEqual(['confirm-address', 'T4']);
  });

  test('a contact’s address that is gone is told to HR', async () => {
    const people = await rig.open({ config: byMail, env: env() });
    const { saga, contact } = await introducing(people);
    people.postbox.refuse = () => null;
    await people.company.advance(2 * hourMs);
    const [mail] = people.to(contact);
    await mailbox().deliver(report(mail?.messageId ?? '', contact));
    expect(await read(people)).toBe(1);
    await saga.waitFor(({ parked }) => parked.some(({ what }) => what === 'undelivered-mail'), 'the parked mail');
    const hr = people.company.core.deps.hrRota[0] ?? '';
    await people.arrived(async () => (await people.letters(hr, 'need-parked')).length > 0, 'the mail to HR');
    expect((await people.letters(hr, 'need-parked')).every(({ text }) => !text.includes(contact))).toBe(true);
  });
});
