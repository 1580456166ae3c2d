import { DateTime } from 'luxon';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startMailbox, type Mailbox } from '../../src/embedded/mailbox.js';
import { refusalOf, useRig, zone, type Company } from '../support/rig.js';

const rig = useRig();
let mailbox: Mailbox;

beforeAll(async () => {
  mailbox = await startMailbox({ smtpPort: 0, webPort: 0 });
});

afterAll(() => mailbox.stop());

const mails = z.array(z.object({ to: z.array(z.object({ address: z.string() })), subject: z.string(), text: z.string() }));

async function received(): Promise<z.infer<typeof mails>> {
  return mails.parse(await (await fetch(`${mailbox.url}/email`)).json());
}

function emailOf(company: Company, record: string | null): string {
  return company.people.find(({ id }) => id === record)?.email ?? '';
}

/** Manager, manager's manager, HR: who is asked, in this order. */
function chainOf(company: Company): readonly string[] {
  const manager = company.people.find(({ id }) => id === company.leaver.manager);
  return [manager?.id ?? '', manager?.manager ?? '', company.people[1]?.id ?? ''];
}

test('silent approvers are reminded, then the next one is asked, and at noon of the last working day the custodian gets it, never by an approval', async () => {
  const company = await rig.company({ smtpUrl: `smtp://127.0.0.1:${mailbox.smtpPort}` });
  const owned = await company.ownedBy(company.leaver.hubspot);
  const lastDay = await company.workday(8);
  const saga = await company.startLeaver({ lastDay });
  await saga.release({ told: 'leaver' });
  const chain = chainOf(company);

  const given = await saga.advanceUntil(({ steps }) => steps.every(({ state }) => state !== 'waiting'), 'the custodian');
  const noon = DateTime.fromISO(`${lastDay}T12:00`, { zone }).toUTC().toISO();
  expect(given.steps.map(({ state }) => state)).toEqual(given.steps.map(() => 'to-custodian'));
  expect(given.steps.map(({ timedOut }) => timedOut)).toEqual(given.steps.map(() => true));
  for (const { decidedAt } of given.steps) {
    const late = Date.parse(decidedAt ?? '') - Date.parse(noon ?? '');
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(60_000);
  }
  expect(await company.ledger()).toEqual([]);

  const asked = await Promise.all(chain.map((record) => company.personId(record)));
  const row = await saga.row();
  expect(row.steps.map((step) => step.asked)).toEqual(row.steps.map(() => asked));
  expect(row.steps.map((step) => step.successorId)).toEqual(row.steps.map(() => row.card?.custodianId));
  expect(row.card?.circle).toEqual(expect.arrayContaining([...asked]));

  const sent = (await saga.mails()).filter(({ template }) => /^T1/.test(template));
  expect(sent.map(({ template, to }) => `${template} ${to}`)).toEqual([
    `T1 ${emailOf(company, chain[0] ?? '')}`,
    `T1R ${emailOf(company, chain[0] ?? '')}`,
    `T1E ${emailOf(company, chain[1] ?? '')}`,
    `T1E ${emailOf(company, chain[2] ?? '')}`,
  ]);
  const inbox = await received();
  for (const { to } of sent)
    expect(inbox.filter((mail) => mail.to.some(({ address }) => address === to)).length).toBeGreaterThan(0);
  expect(inbox.filter((mail) => mail.subject.includes(company.leaver.name))).toEqual([]);

  expect(await refusalOf(saga.decide('approve', { step: 's1' }, chain[0]))).toBe('already-decided');
  await saga.decide('told', { audience: 'team' });
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  const custodian = await company.userOf(row.card?.custodianId ?? '');
  const after = await company.owners();
  expect(owned.filter((key) => after.get(key) !== custodian)).toEqual([]);
});

test('HR is asked to release, reminded, and the next in the rota is asked; it is never released by itself', async () => {
  const company = await rig.company();
  const saga = await company.startLeaver({ lastDay: await company.workday(12) });
  await saga.waitFor(({ stage }) => stage === 'awaiting-release');
  await company.advance(3 * 24 * 3_600_000);
  const sent = await saga.mails();
  expect(sent.slice(0, 3).map(({ template, to }) => `${template} ${to}`)).toEqual([
    `release-request ${company.people[1]?.email ?? ''}`,
    `release-reminder ${company.people[1]?.email ?? ''}`,
    `release-request ${company.people[2]?.email ?? ''}`,
  ]);
  await company.advance(20 * 24 * 3_600_000);
  const status = await saga.status();
  expect(status).toMatchObject({ stage: 'awaiting-release', steps: [] });
  expect(await company.ledger()).toEqual([]);
});

test('an approval that comes after the next one was asked still counts', async () => {
  const company = await rig.company();
  const saga = await company.startLeaver({ lastDay: await company.workday(10) });
  await saga.release();
  const late = await saga.advanceUntil(({ steps }) => steps.every(({ timedOut }) => timedOut === true), 'the escalation');
  expect(late.steps.map(({ state }) => state)).toEqual(late.steps.map(() => 'waiting'));
  const planned = new Map(late.steps.map(({ id, successor }) => [id, successor]));
  await saga.decide('approve', { step: 'all' }, company.leaver.manager);
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  for (const step of done.steps) {
    expect(step.successor).toBe(planned.get(step.id));
    expect(step.counts.verified).toBe(step.counts.planned);
  }
});

test('neither a successor, nor the leaver, nor a bystander decides, and a bare message only once the team knows', async () => {
  const company = await rig.company({ config: { decisions: { bareSignals: 'after-team' } } });
  const saga = await company.startLeaver({ lastDay: await company.workday(10) });
  const [hr] = [company.people[1]?.id ?? ''];
  await saga.waitFor(({ stage }) => stage === 'awaiting-release');
  expect(await refusalOf(saga.update('release', {}))).toBe('not-your-step');
  await saga.signal('release', {});
  const refused = await saga.waitFor(({ refusals }) => refusals.length === 1);
  expect(refused.refusals[0]).toMatchObject({ message: 'release', code: 'not-your-step' });
  await saga.decide('release', {}, hr);
  const planned = await saga.waitFor(({ steps }) => steps.length > 0);
  const successor = planned.steps[0]?.successor ?? '';
  const record = (await company.core.db.employment.findFirstOrThrow({ where: { personId: successor } })).record;
  const bystander = company.people.find(({ id }) => id === '5')?.id ?? '';
  for (const by of [record, company.leaver.id, bystander]) {
    expect(await refusalOf(saga.decide('approve', { step: 's1' }, by))).toBe('not-your-step');
  }
  expect(await refusalOf(saga.update('approve', { step: 's1' }))).toBe('not-your-step');
  expect(await refusalOf(saga.update('approve', { step: 's1', decisionId: 'd-made-up' }))).toBe('not-your-step');
  await saga.decide('told', { audience: 'leaver' }, hr);
  await saga.decide('told', { audience: 'team' }, hr);
  await saga.signal('approve', { step: 's1' });
  await saga.waitFor(({ steps }) => steps[0]?.state === 'approved');
  await saga.decide('approve', { step: 'all' }, company.leaver.manager);
});
