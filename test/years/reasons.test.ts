import { expect, test } from 'vitest';
import type { Reason } from '../../src/domain/words.js';
import { usePeople, type People } from '../support/people.js';
import type { Saga } from '../support/rig.js';

const rig = usePeople();
const dayMs = 24 * 3_600_000;
const home = 'somebody@private-home.example';

/** What may reach whom when HR ticks nothing (policy.md 2); that an answer about a competitor is missing takes away contact with customers. */
interface Allowed {
  /** Mails to the leaver at work. */
  readonly leaver: boolean;
  /** An invitation and questions to the private address. */
  readonly alumni: readonly string[];
  /** Whether a successor may be asked to write to contacts. */
  readonly note: boolean;
}

const nobody: Allowed = { leaver: false, alumni: [], note: true };
const usual: Allowed = { leaver: true, alumni: ['T4', 'C1', 'C3', 'C6', 'C12'], note: true };
const table: Readonly<Record<Reason, Allowed>> = {
  resignation: usual,
  retirement: { ...usual, alumni: ['T4', 'C1', 'C6', 'C12'] },
  'fixed-term-end': usual,
  'probation-end': nobody,
  // The first question is a person's call.
  redundancy: { ...usual, alumni: ['T4', 'C3', 'C6', 'C12'] },
  'mutual-agreement': nobody,
  dismissal: nobody,
  'summary-dismissal': nobody,
  incapacity: nobody,
  death: { ...nobody, note: false },
  cover: nobody,
  'role-change': { ...nobody, leaver: true },
  unknown: { ...nobody, note: false },
};

/** Somebody who gave an address while they might still have been invited: it must not be used for what a reason forbids. */
async function confirmedBefore(people: People, saga: Saga): Promise<string> {
  const { core } = people.company;
  const { stores } = core;
  const { employment } = await saga.row();
  const now = new Date(people.company.clockMs).toISOString();
  const member = await stores.members.open({
    personId: employment.personId,
    employmentId: employment.id,
    handoverId: saga.id,
    connection: employment.connection,
    country: employment.person.country,
    language: 'en',
    retiree: (await saga.row()).card?.reason === 'retirement',
    redundancy: (await saga.row()).card?.reason === 'redundancy',
    checkInsAllowed: true,
    employmentEnd: now,
  });
  await stores.members.update(member, { state: 'confirmed', email: home, confirmedAt: now });
  await stores.members.consent(member, 'alumni-address', 'alumni-v1', now);
  await core.deps.workflows.wakeMembership(member);
  await people.company.quiet();
  return member;
}

test.each(Object.entries(table))(
  '%s: whoever must not hear from Baton does not, in the whole year after',
  async (reason, allowed) => {
    const people = await rig.open({ config: { introductions: { look: '8bh' } } });
    const { company, postbox } = people;
    await people.sort({ A: 1, C: 1 });
    const saga = await company.startLeaver({ lastDay: await company.workday(3), reason });
    await saga.waitFor(({ stage }) => stage === 'awaiting-release');
    expect((await saga.row()).card?.reason).toBe(reason);
    await saga.decide('release', {});
    await saga.waitFor(({ stage, steps }) => stage === 'awaiting-approval' && steps.length > 0, 'the plan');
    await company.quiet();

    // Before the team knows, nobody can read in a list of mails who leaves.
    const [given = '', ...family] = company.leaver.name.split(' ');
    for (const { subject } of postbox.letters) for (const name of [given, family.join(' ')]) expect(subject).not.toContain(name);
    for (const audience of ['leaver', 'team', 'contacts'] as const) await saga.decide('told', { audience });
    await saga.approveAll();
    const member = await confirmedBefore(people, saga);
    await company.advance(15 * dayMs);
    const [invitation] = await people.letters(home, 'T4');
    if (invitation) await people.press(invitation.links[0] ?? '', { join: 'yes' });
    await company.advance(200 * dayMs);
    await people.followUp();
    await company.advance(200 * dayMs);

    expect((await saga.row()).outcome).toBe('completed');
    expect(await company.ownedBy(company.leaver.hubspot)).toEqual([]);
    expect((await people.letters(home)).map(({ template }) => template).filter((template) => template !== 'C12R')).toEqual(
      allowed.alumni,
    );
    const toLeaver = await people.letters(company.leaver.email);
    expect(toLeaver.map(({ template }) => template).filter(() => !allowed.leaver)).toEqual([]);
    if (allowed.leaver) expect(toLeaver.length).toBeGreaterThan(0);
    // Contacts hear nothing that a person did not send.
    const contacts = (await people.introductions(saga)).map(({ email }) => email);
    expect(contacts).toHaveLength(2);
    expect(contacts.flatMap((address) => people.to(address))).toEqual([]);
    const tasks = await people.created('tasks');
    expect(tasks.some(({ key }) => key?.includes('-leaver-'))).toBe(false);
    expect(tasks.length > 0).toBe(allowed.note);
    const hr = company.core.deps.company.alumniContact;
    expect((await people.letters(hr, 'talk-wanted')).length).toBe(reason === 'redundancy' ? 1 : 0);
    if (allowed.alumni.length === 0) {
      expect((await company.core.stores.members.get(member)).email).toBeNull();
      expect(await people.tablesWith(home)).toEqual([]);
    }
  },
);
