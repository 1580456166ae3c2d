import axios from 'axios';
import { z } from 'zod';

const person = z.object({
  id: z.string(),
  bamboohr: z.string(),
  hubspot: z.string().nullable(),
  name: z.string(),
  email: z.string(),
  manager: z.string().nullable(),
  status: z.string(),
  lastDay: z.string().nullable(),
});
export type DemoPerson = z.infer<typeof person>;

const world = z.object({ leaver: z.object({ bamboohr: z.string() }) });
const page = z.object({ people: z.array(person), next: z.string().nullable() });
const terminated = z.object({ deliveries: z.array(z.object({ url: z.string(), status: z.number().nullable() })) });
const calls = z.object({ entries: z.array(z.unknown()), next: z.number().nullable() });

/** The demo's hand on the sandbox: its world, and its HRIS administrator. */
export function sandboxControl(baseURL: string) {
  const http = axios.create({ baseURL, timeout: 30_000, proxy: false });
  return {
    /** The people of the world. */
    async people(): Promise<readonly DemoPerson[]> {
      const people: DemoPerson[] = [];
      let after: string | null = '';
      do {
        const answer = page.parse((await http.get('/_world/people', { params: { ...(after && { after }), limit: 500 } })).data);
        people.push(...answer.people);
        after = answer.next;
      } while (after !== null);
      return people;
    },
    /** The leaver whom the world was made around. */
    async firstLeaver(): Promise<string> {
      return world.parse((await http.get('/_world')).data).leaver.bamboohr;
    },
    async sendWebhooksTo(url: string, secret: string): Promise<void> {
      await http.put('/_webhooks', { bamboohr: { url, secret, family: 'event' } });
    },
    /** Stand-in colleagues, contacts and alumni complete their tasks and press the buttons in their mails. */
    async letPeopleAct(): Promise<void> {
      await http.put('/_people', { hold: 1, refuse: 0, join: true, reply: true, delay: 'PT1S' });
    },
    /** HR enters the ending; the sandbox signs and sends the webhook. Returns the receiver's status. */
    async terminate(employee: string, lastDay: string): Promise<number | null> {
      const answer = terminated.parse(
        (await http.post('/_hris/bamboohr/terminate', { employee, lastDay, reason: 'resignation' })).data,
      );
      return answer.deliveries.at(-1)?.status ?? null;
    },
    /** Writes in the ledger by Baton after a sequence number. */
    async writesByBaton(after: number): Promise<number> {
      let count = 0;
      for (let from: number | null = after; from !== null;) {
        const answer: z.infer<typeof calls> = calls.parse(
          (await http.get('/_ledger', { params: { after: from, limit: 10_000, by: 'baton' } })).data,
        );
        count += answer.entries.length;
        from = answer.next;
      }
      return count;
    },
  };
}

export type SandboxControl = ReturnType<typeof sandboxControl>;
