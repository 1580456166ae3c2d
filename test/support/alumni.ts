import { DateTime } from 'luxon';
import type { People } from './people.js';
import type { Letter } from './postbox.js';
import { zone, type CompanyOptions, type Saga } from './rig.js';

const dayMs = 24 * 3_600_000;

/** The private address of everybody who leaves in these tests. */
export const home = 'somebody@private-home.example';

/** Somebody who left, or is about to, and confirmed a private address. */
export interface Alumnus {
  readonly people: People;
  readonly saga: Saga;
  readonly member: string;
  readonly lastWorkingDay: string;
  /** The last day of the employment. */
  readonly end: string;
}

/** How somebody leaves. */
export interface Leave {
  /** Working days until the last working day. */
  readonly workingDays?: number;
  /** Days from the last working day to the end of the employment. */
  readonly gardenLeave?: number;
  readonly reason?: string;
  readonly card?: Readonly<Record<string, string>>;
  readonly language?: string;
  readonly options?: CompanyOptions;
}

/** Somebody leaves, gives a private address and confirms it; the team knows, contacts do not. */
export async function leaves(open: (options?: CompanyOptions) => Promise<People>, leave: Leave = {}): Promise<Alumnus> {
  const { workingDays = 2, gardenLeave = 0, reason = 'resignation' } = leave;
  const people = await open(leave.options);
  const { company } = people;
  const lastWorkingDay = await company.workday(workingDays);
  const end = DateTime.fromISO(lastWorkingDay, { zone }).plus({ days: gardenLeave }).toFormat('yyyy-MM-dd');
  const saga = await company.startLeaver({ lastDay: end, reason });
  await people.begin(saga, { competitor: 'no', lastWorkingDay, ...leave.card }, 'team');
  const member = await people.giveAddress(saga, home, leave.language);
  return { people, saga, member, lastWorkingDay, end };
}

/** What falls into a quiet period, a month in summer, waits for its end: when a test meets one depends on the day on which it runs. */
const quietDays = 45;

/** Time passes until a new mail of a template has come to the private address; returns it. */
export async function arrives({ people }: Alumnus, template: string, withinDays: number): Promise<Letter> {
  const step = 5;
  const before = (await people.letters(home, template)).length;
  for (let passed = 0; passed <= withinDays + quietDays; passed += step) {
    const found = (await people.letters(home, template))[before];
    if (found) return found;
    await people.company.advance(step * dayMs);
  }
  const came = (await people.letters(home)).map((letter) => letter.template);
  throw new Error(`no ${template} within ${withinDays + quietDays} days; there came ${came.join()}`);
}

/** The invitation comes, and the alumnus joins. Returns the page's link. */
export async function joins(alumnus: Alumnus, withinDays = 60): Promise<string> {
  const invited = await alumnus.people.letters(home, 'T4');
  const invitation = invited.at(-1) ?? (await arrives(alumnus, 'T4', withinDays));
  const link = invitation.links[0] ?? '';
  const page = await alumnus.people.press(link, { join: 'yes', preference: 'news' });
  if (page.status !== 200) throw new Error(`joining was answered ${page.status}`);
  return link;
}

/** The alumnus presses a button of a question. */
export async function answers({ people }: Alumnus, question: Letter, fields: Readonly<Record<string, string>>): Promise<number> {
  return (await people.press((question.links[0] ?? '').replace(/\?.*$/, ''), fields)).status;
}
