import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { LinkPurpose, LinkRow } from '../store/links.js';
import { leaveBodies, readSent } from './bodies.js';
import { languageOfBrowser, languageOfLink } from './language.js';
import { renderPage } from './layout.js';
import { pages, purposeOf } from './pages/index.js';
import type { Answer, Visit, WebParts } from './parts.js';
import { styleSource } from './style.js';
import { wordsOf, type Words } from './words/index.js';

/** Why a link's address answers no page, as `contracts.md` names it. */
type Refusal =
  | 'unknown-link'
  | 'used-link'
  | 'expired-link'
  | 'body-too-large'
  | 'unsupported-body'
  | 'too-many-requests'
  | 'bad-request'
  | 'internal';

interface LinkRoute {
  Params: { token: string };
}
type LinkRequest = FastifyRequest<LinkRoute>;

/** No token of ours is longer; a longer text is not looked up. */
const maxTokenLength = 200;
const refusals: Readonly<Record<Refusal, { readonly status: number; readonly message: string }>> = {
  'unknown-link': { status: 404, message: 'Nobody was sent this link; open it again from the newest mail.' },
  'used-link': { status: 410, message: 'This link has been used.' },
  'expired-link': { status: 410, message: 'This link no longer works; reply to the mail it came from.' },
  'body-too-large': { status: 413, message: 'Send less: 64 KB for a form, 2 MB for a list.' },
  'unsupported-body': { status: 415, message: 'Send a form, or a list as text/csv in UTF-8.' },
  'too-many-requests': { status: 429, message: 'Try again in a minute.' },
  'bad-request': { status: 400, message: 'This is no well-formed request.' },
  internal: { status: 500, message: 'This is a fault in Baton; its log says more.' },
};

/** `GET` and `POST /l/<token>` and `/u/<token>`: the pages behind links in mails, of which only a POST acts; `/privacy`, which mails to contacts name. */
export function webRoutes(parts: WebParts): FastifyPluginAsync {
  return async (app) => {
    await guard(app, parts);
    leaveBodies(app);
    app.setErrorHandler((error, request, reply) => failed(parts, error, request, reply));
    const perMinute = parts.perMinute ?? { pages: 600, unsubscribe: 6_000 };
    const page = { config: { rateLimit: { max: perMinute.pages, groupId: 'pages' } } };
    const oneClick = { config: { rateLimit: { max: perMinute.unsubscribe, groupId: 'unsubscribe' } } };
    app.get<LinkRoute>('/l/:token', page, (request, reply) => serve(parts, request, reply, null));
    app.post<LinkRoute>('/l/:token', page, (request, reply) => serve(parts, request, reply, null));
    app.get<LinkRoute>('/u/:token', page, (request, reply) => serve(parts, request, reply, 'unsubscribe'));
    app.post<LinkRoute>('/u/:token', oneClick, (request, reply) => serve(parts, request, reply, 'unsubscribe'));
    app.get('/privacy', page, (request, reply) => privacy(parts, request, reply));
  };
}

async function guard(app: FastifyInstance, { publicUrl }: WebParts): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: [styleSource],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    hsts: publicUrl.startsWith('https:') ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow' });
  });
  await app.register(rateLimit, {
    global: false,
    timeWindow: 60_000,
    cache: 20_000,
    errorResponseBuilder: () => Object.assign(new Error('too many requests from one address'), { statusCode: 429 }),
  });
}

async function serve(
  parts: WebParts,
  request: LinkRequest,
  reply: FastifyReply,
  only: LinkPurpose | null,
): Promise<FastifyReply> {
  const { token } = request.params;
  const link = token.length > maxTokenLength ? null : await parts.stores.links.find(token);
  const purpose = link && purposeOf(link.purpose);
  if (!link || !purpose || (only !== null && purpose !== only)) return refuse(parts, request, reply, 'unknown-link');
  const now = new Date(parts.now()).toISOString();
  // One click must work whatever the age of the mail (RFC 8058), and twice.
  const isOneClick = purpose === 'unsubscribe';
  const visit = await visitOf(parts, request, link, now);
  if (!isOneClick && link.usedAt !== null) return refuse(parts, request, reply, 'used-link', visit);
  if (!isOneClick && link.expiresAt.getTime() <= parts.now()) return refuse(parts, request, reply, 'expired-link', visit);
  const page = pages[purpose];
  if (request.method !== 'POST') return send(visit, request, reply, await page.show(visit));
  const sent = await readSent(request.body, request.headers['content-type'], purpose === 'list');
  return send(visit, request, reply, await page.act(visit, sent));
}

async function visitOf(parts: WebParts, request: LinkRequest, link: LinkRow, now: string): Promise<Visit> {
  const [path = '', query = ''] = (request.raw.url ?? '').split('?');
  const language = await languageOfLink(parts, link);
  return { parts, link, path, query: new URLSearchParams(query), language, words: wordsOf[language], now };
}

async function send(visit: Visit, request: LinkRequest, reply: FastifyReply, answer: Answer): Promise<FastifyReply> {
  switch (answer.kind) {
    case 'page': {
      const { parts, language, words } = visit;
      const { title, body, wide, status } = answer;
      const html = await renderPage({ title, body, wide, language, words, company: parts.company, personal: true });
      return reply
        .code(status ?? 200)
        .type('text/html; charset=utf-8')
        .send(html);
    }
    case 'file':
      reply.header('content-disposition', `attachment; filename="${answer.name}"`);
      return reply.type('text/csv; charset=utf-8').send(answer.text);
    case 'gone':
      return refuse(visit.parts, request, reply, answer.code, visit, answer.text);
    case 'unreadable':
      return refuse(visit.parts, request, reply, 'unsupported-body', visit);
    default:
      return answer satisfies never;
  }
}

/** What a contact may want to know, where the company has no page of its own (GDPR 14). */
async function privacy({ company }: WebParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const language = languageOfBrowser(request.headers['accept-language'], company.language);
  const words = wordsOf[language];
  const text = words.privacy;
  const body = (
    <section>
      {text.lines(company.name).map((line) => (
        <p>{line}</p>
      ))}
      <p>{text.contact(company.dpoContact ?? company.alumniContact)}</p>
    </section>
  );
  const frame = { title: text.title(company.name), language, words, company, personal: false, body };
  return reply.type('text/html; charset=utf-8').send(await renderPage(frame));
}

/** A page for browsers, the error body of every port for everything else. */
async function refuse(
  parts: WebParts,
  request: FastifyRequest,
  reply: FastifyReply,
  code: Refusal,
  visit: Pick<Visit, 'language'> | null = null,
  text?: string,
): Promise<FastifyReply> {
  const { status, message } = refusals[code];
  reply.code(status);
  if (!(request.headers.accept ?? '').includes('text/html')) return reply.send({ error: { code, message } });
  const language = visit?.language ?? languageOfBrowser(request.headers['accept-language'], parts.company.language);
  const words = wordsOf[language];
  const [title, said] = explained(code, words);
  const frame = { title, language, words, company: parts.company, personal: false, body: <p>{text ?? said}</p> };
  return reply.type('text/html; charset=utf-8').send(await renderPage(frame));
}

function explained(code: Refusal, { gone }: Words): readonly [title: string, text: string] {
  switch (code) {
    case 'unknown-link':
      return [gone.unknownTitle, gone.unknown];
    case 'used-link':
      return [gone.usedTitle, gone.used];
    case 'expired-link':
      return [gone.expiredTitle, gone.expired];
    case 'body-too-large':
      return [gone.tooMuchTitle, gone.tooMuch];
    case 'too-many-requests':
      return [gone.tooManyTitle, gone.tooMany];
    case 'unsupported-body':
    case 'bad-request':
      return [gone.refusedTitle, gone.refused];
    case 'internal':
      return [gone.brokenTitle, gone.broken];
    default:
      return code satisfies never;
  }
}

function failed(parts: WebParts, error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return refuse(parts, request, reply, 'body-too-large');
  if (status === 415) return refuse(parts, request, reply, 'unsupported-body');
  if (status === 429) return refuse(parts, request, reply, 'too-many-requests');
  if (status >= 400 && status < 500) return refuse(parts, request, reply, 'bad-request');
  parts.logger.error({ err: error, route: request.routeOptions.url }, 'a page failed');
  return refuse(parts, request, reply, 'internal');
}
