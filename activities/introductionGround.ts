import { isStopped, type HandoverFacts } from '../src/domain/handover.js';
import type { Instant } from '../src/domain/words.js';
import type { Deps } from './deps.js';
import { toldOf } from './facts.js';
import { loadPage, type IntroductionPage } from './introductions.js';
import type { MailVerdict, WaitingMail } from './mails.js';

/** Whether the departure was withdrawn, or everything taken back, and that was acted on; while it is held or paused nothing is concluded. */
export function isTakenBack(facts: HandoverFacts): boolean {
  if (facts.closed !== null) return facts.closed !== 'completed' && facts.closed !== 'incomplete';
  return (!facts.inForce || facts.restoring === 'rescinded') && !facts.held && !facts.paused;
}

/** Judged right before a mail goes: whether there is still a ground for it, now and not when it was queued. */
export async function judgeIntroduction(deps: Deps, handover: string, mail: WaitingMail, now: Instant): Promise<MailVerdict> {
  const page = await loadPage(deps, handover, now);
  if (!page) return 'drop';
  const { facts } = page.loaded;
  if (facts.paused || facts.held) return 'wait';
  if (isCancellation(mail)) return 'go';
  if (isTakenBack(facts)) return mail.audience === 'contact' || mail.template === 'T2' ? 'drop' : 'go';
  return mail.audience === 'contact' ? judgeContact(deps, page, mail, now) : 'go';
}

function isCancellation({ calendar }: WaitingMail): boolean {
  return typeof calendar === 'object' && calendar !== null && 'method' in calendar && calendar.method === 'CANCEL';
}

/** A contact hears only what is still true: told, wanted, by the successor of today, and never in the leaver's name after the last working day. */
async function judgeContact(
  deps: Deps,
  { loaded, items }: IntroductionPage,
  mail: WaitingMail,
  now: Instant,
): Promise<MailVerdict> {
  const { facts, row } = loaded;
  if (!toldOf(row).includes('contacts') || (await deps.stores.members.isSuppressed(mail.to, now))) return 'drop';
  if (facts.closed === null && isStopped(facts)) return 'wait';
  const [, kind, id, round = '0'] = /^(introduction|call)\/([^/]+)(?:\/(\d+))?/.exec(mail.key) ?? [];
  const item = items.find((one) => one.row.id === id);
  if (!item || item.row.refusedAt !== null) return 'drop';
  if (kind === 'call') return item.row.state === 'scheduled' && Number(round) === item.row.sequence ? 'go' : 'drop';
  if (item.row.state !== 'agreed' || Number(round) !== item.row.round) return 'drop';
  if (mail.template !== 'T3') return 'go';
  // The activity's clock stands still while it is tried again; the wall's does not.
  const latest = Math.max(Date.parse(now), Date.now());
  const successor = item.successor === null ? null : await deps.stores.people.byId(item.successor);
  return latest < Date.parse(item.facts.lastDayEnds) && mail.cc.includes(successor?.workEmail ?? '') ? 'go' : 'drop';
}
