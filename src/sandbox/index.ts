import Fastify, { type FastifyInstance } from 'fastify';
import { bamboohr } from './bamboohr.js';
import { controlRoutes } from './control.js';
import { hubspot } from './hubspot.js';
import { People, peopleRoutes } from './people.js';
import { openStore } from './persistence.js';
import { openSandbox } from './state.js';

const BODY_LIMIT_BYTES = 4_194_304;

/** A running sandbox; `stop` breaks open connections and closes the journal. */
export type RunningSandbox = { readonly url: string; stop(): Promise<void> };

/** Starts the stand-in vendors and their control API on loopback; port 0 takes any free one, `now` is the world's clock, `mailbox` the web address of the mailbox that stand-in people read. */
export async function startSandbox(options: {
  port: number;
  home: string;
  host?: string;
  now?: () => number;
  mailbox?: string | undefined;
}): Promise<RunningSandbox> {
  const store = openStore(options.home);
  const sandbox = openSandbox(store, options.now ?? Date.now);
  const people = new People(sandbox, options.mailbox ?? null);
  const app = Fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true, exposeHeadRoutes: false });
  acceptEmptyJson(app);
  controlRoutes(app, sandbox);
  peopleRoutes(app, people);
  await app.register(hubspot(sandbox), { prefix: '/hubspot' });
  await app.register(bamboohr(sandbox), { prefix: '/bamboohr' });
  app.addHook('onSend', async () => sandbox.ledger.flush());
  app.addHook('onClose', async () => {
    await people.stop();
    store.close();
  });
  try {
    const url = await app.listen({ port: options.port, host: options.host ?? '127.0.0.1' });
    return { url, stop: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

// Clients send `Content-Type: application/json` with a DELETE too; an empty body is no fault there.
function acceptEmptyJson(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch {
      done(Object.assign(new Error('The body is not valid JSON.'), { statusCode: 400 }));
    }
  });
}
