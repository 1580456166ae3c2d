import { spawn } from 'node:child_process';
import { appendFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { leaverOf, ledgerOf, openBench, ownedBy, shapes, temporaryHome } from './support.js';

const update = '/crm/v3/objects/companies/batch/update';

describe('a restart', () => {
  it('keeps world, writes, tasks and ledger, so that a second demo finds what the first one left', async () => {
    const home = temporaryHome();
    const first = await openBench({ home, world: { seed: 3, people: 10, accountsPerPerson: 3 } });
    const { hubspot, bamboohr } = await leaverOf(first);
    const ids = await ownedBy(first, 'companies', hubspot);
    await first.hubspot('POST', update, { inputs: ids.slice(1).map((id) => ({ id, properties: { hubspot_owner_id: '1001' } })) });
    const task = {
      properties: { hs_timestamp: '2026-12-01T09:00:00Z' },
      associations: [{ to: { id: ids[0] }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 192 }] }],
    };
    const created = shapes.record.parse((await first.hubspot('POST', '/crm/v3/objects/tasks', task)).json);
    await first.hubspot('POST', '/crm/v3/properties/deals', {
      name: 'second_owner',
      label: 'x',
      type: 'enumeration',
      fieldType: 'select',
      groupName: 'g',
      referencedObjectType: 'OWNER',
    });
    await first.control('POST', '/_hris/bamboohr/terminate', {
      employee: bamboohr,
      lastDay: '2099-11-30',
      reason: 'resignation',
    });
    const record = (await first.hubspot('GET', `/crm/v3/objects/companies/${ids[1] ?? ''}`)).text;
    const ledger = await ledgerOf(first);
    await first.stop();

    const second = await openBench({ home });
    expect(shapes.world.parse((await second.control('GET', '/_world')).json).seed).toBe(3);
    expect(await ledgerOf(second)).toEqual(ledger);
    expect(await ownedBy(second, 'companies', hubspot)).toEqual([ids[0]]);
    expect((await second.hubspot('GET', `/crm/v3/objects/companies/${ids[1] ?? ''}`)).text).toBe(record);
    expect((await second.hubspot('GET', `/crm/v4/objects/tasks/${created.id}/associations/companies`)).text).toContain(ids[0]);
    expect((await second.hubspot('GET', '/crm/v3/properties/deals/second_owner')).status).toBe(200);
    const employee = await second.bamboohr(`/employees/${bamboohr}?fields=terminationDate&onlyCurrent=false`);
    expect(shapes.flat.parse(employee.json)['terminationDate']).toBe('2099-11-30');
  });

  it('survives a line that a crash cut short', async () => {
    const home = temporaryHome();
    const first = await openBench({ home, world: { people: 5, accountsPerPerson: 1 } });
    const [id = ''] = await ownedBy(first, 'companies', (await leaverOf(first)).hubspot);
    await first.hubspot('PATCH', `/crm/v3/objects/companies/${id}`, { properties: { phone: '1' } });
    await first.stop();
    const journal = readdirSync(join(home, 'sandbox')).find((name) => name.endsWith('.jsonl')) ?? '';
    appendFileSync(join(home, 'sandbox', journal), '{"seq":2,"at":"20');
    const second = await openBench({ home });
    expect(await ledgerOf(second)).toHaveLength(1);
    await second.hubspot('PATCH', `/crm/v3/objects/companies/${id}`, { properties: { phone: '2' } });
    await second.stop();
    const third = await openBench({ home });
    expect((await ledgerOf(third)).map((entry) => entry.to)).toEqual(['1', '2']);
  });

  it('takes seconds with 100,000 companies, and pages and batches stay quick', async () => {
    const home = temporaryHome();
    const world = {
      people: 2,
      accountsPerPerson: 0,
      contactsPerAccount: 0,
      leaver: { accounts: 100_000, contacts: 0, deals: 0, tickets: 0 },
    };
    await (await openBench({ home, world })).stop();
    const started = performance.now();
    const bench = await openBench({ home });
    const startMs = performance.now() - started;
    const { hubspot } = await leaverOf(bench);
    const filterGroups = [{ filters: [{ propertyName: 'hubspot_owner_id', operator: 'EQ', value: hubspot }] }];
    const searching = performance.now();
    const answer = await bench.hubspot('POST', '/crm/v3/objects/companies/search', { filterGroups, limit: 200 });
    const searchMs = performance.now() - searching;
    const { total, results } = shapes.search.parse(answer.json);
    expect(total).toBe(100_000);
    const inputs = results.slice(0, 100).map((record) => ({ id: record.id, properties: { hubspot_owner_id: '1001' } }));
    const writing = performance.now();
    expect((await bench.hubspot('POST', update, { inputs })).status).toBe(200);
    const batchMs = performance.now() - writing;
    expect(startMs).toBeLessThan(8000);
    expect(searchMs).toBeLessThan(500);
    expect(batchMs).toBeLessThan(500);
  }, 60_000);
});

describe('npm run sandbox', () => {
  function start(port: number) {
    const env = { ...process.env, SANDBOX_PORT: String(port), BATON_HOME: temporaryHome() };
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/sandbox/main.ts'], { env });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const ready = new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    const exit = new Promise<{ code: number | null; errors: string }>((resolve) =>
      child.once('close', (code) => resolve({ code, errors })),
    );
    return { child, ready, exit };
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'says where it listens, and stops on %s with %i',
    async (signal, code) => {
      const { child, ready, exit } = start(0);
      const { sandbox } = z.object({ ready: z.literal(true), sandbox: z.string() }).parse(JSON.parse(await ready));
      expect(new URL(sandbox).hostname).toBe('127.0.0.1');
      expect((await fetch(`${sandbox}/_world`)).status).toBe(200);
      child.kill(signal);
      expect((await exit).code).toBe(code);
    },
    20_000,
  );

  it('names the busy port and the variable that changes it', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = z.object({ port: z.number() }).parse(blocker.address());
    const { code, errors } = await start(port).exit;
    blocker.close();
    expect(code).toBe(4);
    expect(errors).toContain(String(port));
    expect(errors).toContain('SANDBOX_PORT');
  }, 20_000);
});
