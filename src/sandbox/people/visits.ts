import { type Human, type Mood, type Press, choose } from './choices.js';
import { decode, readForms } from './forms.js';

const TIMEOUT_MS = 10_000;
const linkPattern = /https?:\/\/[^\s"'<>()]*?\/l\/([A-Za-z0-9_-]+)(?:\?[^\s"'<>()]*)?/g;

/** A link to a page of Baton's, by its token. */
export type Link = { readonly token: string; readonly url: URL };

/** Thrown when a page could not be used; `again` says whether a person would try once more. */
export class VisitError extends Error {
  readonly again: boolean;
  constructor(message: string, again: boolean) {
    super(message);
    this.again = again;
  }
}

/** Whether an address is on this machine: a stand-in person goes nowhere else. */
export function isLoopback({ protocol, hostname }: URL): boolean {
  const local = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
  return local && (protocol === 'http:' || protocol === 'https:');
}

/** The links of a mail, each token once, in order; a link in HTML comes before the same one in text. */
export function linksOf(mail: { readonly html: string; readonly text: string }): Link[] {
  const links = new Map<string, Link>();
  for (const [whole, token = ''] of `${decode(mail.html)}\n${mail.text}`.matchAll(linkPattern)) {
    if (!links.has(token) && URL.canParse(whole)) links.set(token, { token, url: new URL(whole) });
  }
  return [...links.values()];
}

/** Opens a page and presses what this person would press; true when something was pressed or the link is used up. */
export async function visit(url: URL, { human, mood }: { human: Human; mood: Mood }, signal: AbortSignal): Promise<boolean> {
  const page = await request(url, { headers: { accept: 'text/html' } }, signal);
  if (isUsedUp(page.status)) return true;
  if (page.status !== 200) throw refused('GET', page.status);
  const presses = choose(readForms(page.text), human, mood);
  for (const one of presses) {
    const { status } = await request(target(one, url), submission(one, url, page.cookies), signal);
    if (isUsedUp(status)) return true;
    if (status >= 400) throw refused('POST', status);
  }
  return presses.length > 0;
}

function target({ action }: Press, page: URL): URL {
  const url = new URL(action === '' ? page.href : action, page);
  if (url.origin === page.origin && url.pathname === page.pathname) return url;
  throw new VisitError('A form of the page leads away from its link.', false);
}

// What a browser would send along: where it comes from, and the cookies that the page set.
function submission({ body }: Press, page: URL, cookies: readonly string[]): RequestInit {
  return { method: 'POST', body, headers: { origin: page.origin, ...(cookies.length > 0 && { cookie: cookies.join('; ') }) } };
}

type Answer = { status: number; text: string; cookies: string[] };

async function request(url: URL, init: RequestInit, signal: AbortSignal): Promise<Answer> {
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const answer = await fetch(url, { ...init, redirect: 'manual', signal: limited });
    const cookies = answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
    return { status: answer.status, text: await answer.text(), cookies };
  } catch (error) {
    signal.throwIfAborted();
    throw new VisitError(`The page did not answer (${error instanceof Error ? error.name : 'unknown error'}).`, true);
  }
}

function isUsedUp(status: number): boolean {
  return status === 404 || status === 410;
}

function refused(method: string, status: number): VisitError {
  return new VisitError(`${method} /l/… answered ${String(status)}.`, status >= 500);
}
