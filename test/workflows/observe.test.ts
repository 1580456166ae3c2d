import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import { refusalOf, useRig, zone } from '../support/rig.js';

const rig = useRig();

test('in observe nothing is written, only HR is mailed, the plan is shown, and it closes completed with everything skipped', async () => {
  const company = await rig.company({ mode: 'observe' });
  const before = await company.owners();
  const lastDay = await company.workday(6);
  const saga = await company.startLeaver({ lastDay });
  await saga.release();
  const planned = await saga.status();
  expect(planned.steps.length).toBeGreaterThan(1);
  expect(await refusalOf(saga.decide('approve', { step: 'all' }))).toBe('not-waiting');
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  expect(done.steps.map(({ counts }) => counts.skipped)).toEqual(done.steps.map(({ counts }) => counts.planned));
  expect((await saga.row()).closedAt?.getTime()).toBeGreaterThanOrEqual(
    DateTime.fromISO(lastDay, { zone }).endOf('day').toMillis(),
  );
  expect(await company.ledger()).toEqual([]);
  expect(await company.owners()).toEqual(before);
  const rota = [company.people[1]?.email, company.people[2]?.email];
  const mails = await saga.mails();
  expect(mails.length).toBeGreaterThan(0);
  expect(mails.filter(({ to }) => !rota.includes(to))).toEqual([]);
});

test('a record that the leaver gets after the snapshot is found at the end and goes to the custodian', async () => {
  const company = await rig.company();
  const saga = await company.startLeaver({ lastDay: await company.workday(6) });
  await saga.release();
  await saga.approveAll();
  await company.skipTo('21:00');
  const [key, owner] = [...(await company.owners())].find(([, user]) => user !== company.leaver.hubspot) ?? ['', ''];
  const [type = '', record = '', field = ''] = key.split('/');
  expect(owner).not.toBe('');
  await company.human(type, record, { [field]: company.leaver.hubspot ?? '' });
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  const custodian = (await saga.row()).card?.custodianId ?? '';
  expect((await company.owners()).get(key)).toBe(await company.userOf(custodian));
  const step = done.steps.at(-1);
  expect(step).toMatchObject({ successor: custodian, timedOut: true });
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});

test('a record that the leaver gets while the handover runs is found by the daily sweep and waits for approval', async () => {
  const company = await rig.company();
  const saga = await company.startLeaver({ lastDay: await company.workday(6) });
  await saga.release();
  await saga.approveAll();
  const steps = (await saga.status()).steps.length;
  const [key] = [...(await company.owners())].find(([, user]) => user !== company.leaver.hubspot) ?? [''];
  const [type = '', record = '', field = ''] = key.split('/');
  await company.human(type, record, { [field]: company.leaver.hubspot ?? '' });
  await company.sweep();
  const found = await saga.waitFor((status) => status.steps.length > steps, 'the supplementary step');
  expect(found.planVersion).toBe(1);
  expect(found.steps.at(-1)).toMatchObject({ state: 'waiting', counts: { planned: 1 } });
  await saga.approveAll();
  expect((await saga.close()).outcome).toBe('completed');
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
});

test('a closed deal keeps its owner: commissions hang on it', async () => {
  const company = await rig.company();
  const [deal = ''] = (await company.ownedBy(company.leaver.hubspot)).filter((key) => key.startsWith('deals/'));
  const [, record = ''] = deal.split('/');
  await company.human('deals', record, { dealstage: 'closedwon' });
  const saga = await company.startLeaver({ lastDay: await company.workday(6) });
  await saga.release();
  await saga.approveAll();
  expect((await saga.close()).outcome).toBe('completed');
  expect(await company.ownedBy(company.leaver.hubspot)).toEqual([deal]);
});

test('a record that a colleague took over meanwhile is left with them', async () => {
  const company = await rig.company();
  const owned = await company.ownedBy(company.leaver.hubspot);
  const saga = await company.startLeaver({ lastDay: await company.workday(6) });
  await saga.release();
  await saga.approveAll();
  const manager = company.people.find(({ id }) => id === company.leaver.manager)?.hubspot ?? '';
  const [type = '', record = '', field = ''] = (owned[0] ?? '').split('/');
  await company.human(type, record, { [field]: manager });
  const done = await saga.close();
  expect(done.outcome).toBe('completed');
  expect((await company.owners()).get(owned[0] ?? '')).toBe(manager);
  expect(done.steps.reduce((sum, { counts }) => sum + counts.skipped, 0)).toBe(1);
});
