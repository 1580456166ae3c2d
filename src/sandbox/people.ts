import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readInput } from './errors.js';
import { Readers } from './people/mails.js';
import { completeTasks } from './people/tasks.js';
import { isLoopback } from './people/visits.js';
import type { Sandbox } from './state.js';

const TASKS_EVERY_MS = 250;
const MAILS_EVERY_MS = 1000;
const PROBLEMS = 20;

const durationPattern = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const share = z.number().min(0).max(1);
const mailboxSchema = z.string().refine((text) => URL.canParse(text) && isLoopback(new URL(text)), {
  message: 'Name a mailbox on this machine, like http://127.0.0.1:7403.',
});

/** Body of `PUT /_people`; what is left out is off. */
const peopleSchema = z.strictObject({
  hold: share.default(0),
  refuse: share.default(0),
  join: z.boolean().default(false),
  reply: z.boolean().default(false),
  delay: z.string().regex(durationPattern, 'Write a duration of days or less, like PT2S.').default('PT2S'),
  mailbox: mailboxSchema.optional(),
});

type Problem = { at: string; text: string };

/** Stand-in humans: they tick off their CRM tasks and press the buttons in their mails. Off until somebody asks for them. */
export class People {
  private readonly sandbox: Sandbox;
  private readonly readers: Readers;
  private readonly stopped = new AbortController();
  private readonly problems: Problem[] = [];
  private setting = peopleSchema.parse({});
  private mailbox: string | null;
  private timers: NodeJS.Timeout[] = [];
  private reading: Promise<void> | null = null;

  constructor(sandbox: Sandbox, mailbox: string | null) {
    this.sandbox = sandbox;
    this.mailbox = mailbox;
    this.readers = new Readers(sandbox, (text) => this.tell(text));
  }

  replace(body: z.infer<typeof peopleSchema>): void {
    this.setting = body;
    this.mailbox = body.mailbox ?? this.mailbox;
    this.readers.forgetMails();
    this.halt();
    if (body.hold > 0) this.every(TASKS_EVERY_MS, () => this.work());
    if (body.join || body.reply || body.refuse > 0) this.every(MAILS_EVERY_MS, () => this.read());
  }

  report(): object {
    return { ...this.setting, mailbox: this.mailbox, problems: this.problems };
  }

  /** Ends with the sandbox; a page under way is let go. */
  async stop(): Promise<void> {
    this.halt();
    this.stopped.abort();
    await this.reading;
  }

  private halt(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
  }

  // Nobody is kept waiting for a person: the timers do not hold the process.
  private every(ms: number, work: () => void): void {
    this.timers.push(setInterval(work, ms).unref());
  }

  private work(): void {
    try {
      completeTasks(this.sandbox, { hold: this.setting.hold, delayMs: millisecondsOf(this.setting.delay) });
    } catch (error) {
      this.tell(messageOf(error));
    }
  }

  private read(): void {
    if (this.mailbox === null || this.reading !== null) return;
    const manners = { ...this.setting, delayMs: millisecondsOf(this.setting.delay) };
    this.reading = this.readers
      .look(this.mailbox, manners, this.stopped.signal)
      .catch((error: unknown) => {
        if (!this.stopped.signal.aborted) this.tell(messageOf(error));
      })
      .finally(() => {
        this.reading = null;
      });
  }

  // The same trouble every second is one problem.
  private tell(text: string): void {
    const at = new Date(this.sandbox.now()).toISOString();
    if (this.problems.at(-1)?.text === text) this.problems.pop();
    this.problems.push({ at, text });
    this.problems.splice(0, this.problems.length - PROBLEMS);
  }
}

/** `PUT` and `GET /_people` of contracts.md section 5. */
export function peopleRoutes(app: FastifyInstance, people: People): void {
  app.put('/_people', async (request) => {
    people.replace(readInput(peopleSchema, request.body ?? {}));
    return people.report();
  });
  app.get('/_people', async () => people.report());
}

function millisecondsOf(duration: string): number {
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = (durationPattern.exec(duration) ?? [])
    .slice(1)
    .map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}
