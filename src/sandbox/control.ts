import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { hrisAction } from './bamboohr/actions.js';
import { fullName } from './bamboohr/record.js';
import { webhooksSchema } from './bamboohr/webhooks.js';
import { ControlError, errorBody, readInput } from './errors.js';
import { faultsSchema } from './faults.js';
import { limitsSchema } from './limits.js';
import { type Sandbox, replaceWorld } from './state.js';
import { personalStrings } from './strings.js';
import { worldBodySchema } from './world.js';

const number = z.string().regex(/^\d+$/).transform(Number);
const peopleQuery = z.strictObject({ after: number.default(0), limit: number.pipe(z.int().min(1).max(10_000)).default(1000) });
const ledgerQuery = z.strictObject({
  after: number.default(0),
  limit: number.pipe(z.int().min(1).max(10_000)).default(1000),
  vendor: z.enum(['hubspot', 'bamboohr']).optional(),
  type: z.string().optional(),
  record: z.string().optional(),
  field: z.string().optional(),
  by: z.enum(['baton', 'human']).optional(),
});

/** The control API of contracts.md section 5; no authentication, loopback only. */
export function controlRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  app.setErrorHandler((error, _request, reply) => sendError(reply, error));
  app.setNotFoundHandler((request, reply) =>
    sendError(
      reply,
      new ControlError(404, 'unknown-route', `The sandbox has no route ${request.method} ${request.url.split('?')[0] ?? ''}.`),
    ),
  );
  worldRoutes(app, sandbox);
  app.get('/_ledger', async (request) => sandbox.ledger.page(readInput(ledgerQuery, request.query)));
  app.get('/_calls', async () => sandbox.calls.report());
  app.delete('/_calls', async () => {
    sandbox.calls.reset();
    return sandbox.calls.report();
  });
  app.put('/_faults', async (request) => {
    sandbox.faults.replace(readInput(faultsSchema, request.body));
    return sandbox.faults.report();
  });
  app.get('/_faults', async () => sandbox.faults.report());
  app.put('/_limits', async (request) => {
    sandbox.limits.replace(readInput(limitsSchema, request.body));
    return sandbox.limits.body;
  });
  app.get('/_limits', async () => sandbox.limits.body);
  app.put('/_webhooks', async (request) => {
    sandbox.webhooks = readInput(webhooksSchema, request.body);
    return sandbox.webhooks;
  });
  app.post<{ Params: { vendor: string; action: string } }>('/_hris/:vendor/:action', async (request) => {
    const { vendor, action } = request.params;
    if (vendor !== 'bamboohr')
      throw new ControlError(404, 'unknown-vendor', `The sandbox has no HRIS ${vendor}; it has bamboohr.`);
    return hrisAction(sandbox, action, request.body);
  });
}

function worldRoutes(app: FastifyInstance, sandbox: Sandbox): void {
  app.put('/_world', async (request) => {
    replaceWorld(sandbox, readInput(worldBodySchema, request.body ?? {}));
    return describeWorld(sandbox);
  });
  app.get('/_world', async () => describeWorld(sandbox));
  app.get('/_world/people', async (request) => listPeople(sandbox, readInput(peopleQuery, request.query)));
  app.get('/_world/strings', async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(Readable.from(personalStrings(sandbox))),
  );
}

function describeWorld(sandbox: Sandbox): object {
  const { body, leaver } = sandbox.summary;
  const size = (type: 'companies' | 'contacts' | 'deals' | 'tickets'): number => {
    return sandbox.crm
      .table(type)
      .all()
      .reduce((count, record) => count + (record.archived ? 0 : 1), 0);
  };
  const employees = sandbox.hris.employees.size;
  const counts = {
    employees,
    companies: size('companies'),
    contacts: size('contacts'),
    deals: size('deals'),
    tickets: size('tickets'),
  };
  return { ...body, counts, leaver };
}

function listPeople(sandbox: Sandbox, query: z.infer<typeof peopleQuery>): object {
  const rest = [...sandbox.hris.employees.values()].filter((employee) => Number(employee.id) > query.after);
  const shown = rest.slice(0, query.limit);
  const people = shown.map((employee) => ({
    id: employee.id,
    bamboohr: employee.id,
    hubspot: sandbox.summary.people.get(employee.id) ?? null,
    name: fullName(employee),
    email: employee.fields['workEmail'],
    privateEmail: employee.fields['homeEmail'],
    language: employee.fields['language'],
    manager: employee.fields['supervisorId'],
    status: sandbox.hris.status(employee, sandbox.now()),
    lastDay: sandbox.hris.endingRow(employee.id)?.date ?? null,
  }));
  return { people, next: rest.length > shown.length ? (shown.at(-1)?.id ?? null) : null };
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const known = translate(error);
  return reply.status(known.status).send(errorBody(known.code, known.message, known.path));
}

function translate(error: unknown): ControlError {
  if (error instanceof ControlError) return error;
  const message = error instanceof Error ? error.message : 'unknown error';
  const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status === 415) return new ControlError(415, 'unsupported-media-type', 'Send the body as application/json.');
  if (status === 413) return new ControlError(413, 'body-too-large', 'The body is too large.');
  if (status < 500) return new ControlError(status, 'invalid-json', message);
  return new ControlError(500, 'internal-error', message);
}
