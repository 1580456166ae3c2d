import { withCore } from './context.js';
import { CliError, colorsOf, emit, exits, headed, type Session } from './output.js';
import { sayDay } from './words.js';

/** What `errands` takes. */
export interface ErrandOptions {
  /** The id of one to tick off. */
  readonly done?: string;
  readonly all?: boolean;
  readonly limit: number;
}

const words: Readonly<Record<string, string>> = {
  'call-alumnus': 'call a former colleague',
  'keep-contact': 'add a contact to the CRM by hand',
  'remove-contact': 'remove a contact from the CRM by hand',
};

/** `errands`: what named people were asked to do for alumni, oldest first; ticks one off. */
export async function errands(session: Session, { done, all, limit }: ErrandOptions): Promise<void> {
  await withCore(session, async ({ stores: { members } }) => {
    if (done !== undefined && (await members.endErrands({ id: done }, new Date().toISOString())) === 0)
      throw new CliError(
        exits.wrong,
        'unknown-errand',
        `There is no open errand ${done}; \`npm run baton -- errands\` lists them.`,
      );
    const rows = await members.errands(all ? {} : { doneAt: null }, limit);
    const entries = rows.map(({ id, key, what, to, memberId, createdAt, doneAt }) => ({
      id,
      what,
      to,
      // What outlives a membership names it in its key: `contact-remove/<membership>/<connection>`.
      member: memberId ?? key.split('/')[1] ?? null,
      crm: key.startsWith('contact-') ? (key.split('/')[2] ?? null) : null,
      since: createdAt.toISOString(),
      doneAt: doneAt?.toISOString() ?? null,
    }));
    emit(session, { errands: entries }, () => human(session, entries));
  });
}

/** `unsure-mail-C3`: nobody knows whether this mail arrived. */
function say(what: string): string {
  const [, template] = /^unsure-mail-(.+)$/.exec(what) ?? [];
  return template === undefined ? (words[what] ?? what) : `ask whether mail ${template} arrived`;
}

interface Entry {
  readonly id: string;
  readonly what: string;
  readonly to: string;
  readonly member: string | null;
  readonly crm: string | null;
  readonly since: string;
  readonly doneAt: string | null;
}

function human(session: Session, entries: readonly Entry[]): string {
  const { dim } = colorsOf(session);
  if (entries.length === 0) return 'Nobody has to do anything.';
  const lines = entries.map(({ id, what, to, member, crm, since, doneAt }) => [
    id,
    crm === null ? say(what) : `${say(what)} (${crm})`,
    to,
    member ?? '-',
    sayDay(since.slice(0, 10)),
    doneAt === null ? '' : `done ${sayDay(doneAt.slice(0, 10))}`,
  ]);
  const listed = headed(session, ['ERRAND', 'WHAT', 'WHO', 'MEMBERSHIP', 'SINCE', ''], lines);
  return [...listed, dim('npm run baton -- errands --done <errand>   ticks one off')].join('\n');
}
