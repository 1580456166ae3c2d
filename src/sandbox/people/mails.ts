import { z } from 'zod';
import { chance } from '../random.js';
import type { Sandbox } from '../state.js';
import type { Human, Mood } from './choices.js';
import { type Link, VisitError, isLoopback, linksOf, visit } from './visits.js';

const ATTEMPTS = 5;

const mailsSchema = z.array(
  z.object({
    id: z.string(),
    to: z.array(z.object({ address: z.string() })).catch([]),
    html: z.string().catch(''),
    text: z.string().catch(''),
  }),
);

type Mail = z.infer<typeof mailsSchema>[number];

/** How people answer their mails; times in milliseconds of the world's clock. */
export type Manners = Omit<Mood, 'refuses'> & { readonly refuse: number; readonly delayMs: number };

/** The people at their mailbox: every link is used once, and what went wrong is told. */
export class Readers {
  private readonly sandbox: Sandbox;
  private readonly tell: (problem: string) => void;
  private readonly used = new Set<string>();
  private readonly attempts = new Map<string, number>();
  private arrived = new Map<string, number>();
  private finished = new Set<string>();

  constructor(sandbox: Sandbox, tell: (problem: string) => void) {
    this.sandbox = sandbox;
    this.tell = tell;
  }

  /** Takes every mail up again, for people who now behave in another way; a link that was used stays used. */
  forgetMails(): void {
    this.arrived = new Map();
    this.finished = new Set();
  }

  /** Looks into the mailbox once, and answers what has lain there long enough. */
  async look(mailbox: string, manners: Manners, signal: AbortSignal): Promise<void> {
    for (const mail of await fetchMails(mailbox, signal)) {
      const now = this.sandbox.now();
      const arrivedAt = this.arrived.get(mail.id) ?? now;
      this.arrived.set(mail.id, arrivedAt);
      if (this.finished.has(mail.id) || now - arrivedAt < manners.delayMs) continue;
      if (await this.answer(mail, manners, signal)) this.finished.add(mail.id);
    }
  }

  private async answer(mail: Mail, manners: Manners, signal: AbortSignal): Promise<boolean> {
    const human = mail.to.map(({ address }) => findHuman(this.sandbox, address)).find((one) => one !== null);
    if (human === undefined) return true;
    const refuses = chance(`${String(this.sandbox.summary.body.seed)} refuse ${human.id}`) < manners.refuse;
    let finished = true;
    for (const link of linksOf(mail)) {
      if (this.used.has(link.token)) continue;
      if (!isLoopback(link.url)) this.tell('A link to another machine was left alone.');
      else finished = (await this.follow(link, { human, mood: { ...manners, refuses } }, signal)) && finished;
    }
    return finished;
  }

  /** False when the page is worth another try. */
  private async follow({ token, url }: Link, person: { human: Human; mood: Mood }, signal: AbortSignal): Promise<boolean> {
    try {
      if (await visit(url, person, signal)) this.used.add(token);
      return true;
    } catch (error) {
      if (!(error instanceof VisitError)) throw error;
      this.tell(error.message);
      const attempts = (this.attempts.get(token) ?? 0) + 1;
      this.attempts.set(token, attempts);
      return !error.again || attempts >= ATTEMPTS;
    }
  }
}

async function fetchMails(mailbox: string, signal: AbortSignal): Promise<Mail[]> {
  try {
    const answer = await fetch(new URL('/email', mailbox), { signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]) });
    return mailsSchema.parse(await answer.json());
  } catch {
    signal.throwIfAborted();
    throw new VisitError('The mailbox did not list its mails.', true);
  }
}

/** The employee or else the contact with this address; null for everybody outside the world. */
function findHuman(sandbox: Sandbox, address: string): Human | null {
  const wanted = address.toLowerCase();
  for (const employee of sandbox.hris.employees.values()) {
    const { workEmail, homeEmail, language } = employee.fields;
    if (workEmail?.toLowerCase() !== wanted && homeEmail?.toLowerCase() !== wanted) continue;
    return { id: `employee ${employee.id}`, privateEmail: homeEmail ?? null, language: language ?? 'en' };
  }
  const contact = sandbox.crm.table('contacts').findUnique('email', wanted);
  if (contact === undefined || contact.archived) return null;
  return { id: `contact ${String(contact.id)}`, privateEmail: null, language: contact.properties['hs_language'] ?? 'en' };
}
