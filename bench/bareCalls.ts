import { Agent, request } from 'node:http';
import { z } from 'zod';
import { serveStation } from './station.js';

/**
 * The other side of `wall-unlimited`: the same calls with nothing around them. Searches one after the other by ascending id, then batches of
 * 100, five at once, each read, written and read again. No rows, no checks of shapes, no Temporal.
 */
const job = z.object({ baseUrl: z.string(), from: z.string(), to: z.string() });
const search = z.object({ results: z.array(z.object({ id: z.string() })) });
const agent = new Agent({ keepAlive: true });
const concurrency = 5;

function post(url: string, body: object): Promise<string> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: 'Bearer sandbox-baton',
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const status = answer.statusCode ?? 0;
        if (status >= 300) return reject(new Error(`${url}: ${status}`));
        resolve(Buffer.concat(chunks).toString('utf8'));
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

async function searchAll(objects: string, owner: string): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const last = ids.at(-1);
    const beyond = last === undefined ? [] : [{ propertyName: 'hs_object_id', operator: 'GT', value: last }];
    const answer = await post(`${objects}/search`, {
      filterGroups: [{ filters: [{ propertyName: 'hubspot_owner_id', operator: 'EQ', value: owner }, ...beyond] }],
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
      properties: ['hubspot_owner_id', 'annualrevenue', 'notes_last_updated'],
      limit: 200,
    });
    const page = search.parse(JSON.parse(answer)).results;
    ids.push(...page.map(({ id }) => id));
    if (page.length < 200) return ids;
  }
}

async function move(objects: string, ids: readonly string[], to: string): Promise<void> {
  const read = async (): Promise<void> => {
    const answer = await post(`${objects}/batch/read`, {
      inputs: ids.map((id) => ({ id })),
      properties: ['hubspot_owner_id'],
      propertiesWithHistory: [],
    });
    JSON.parse(answer);
  };
  await read();
  const inputs = ids.map((id) => ({ id, properties: { hubspot_owner_id: to }, objectWriteTraceId: `bare-${id}` }));
  JSON.parse(await post(`${objects}/batch/update`, { inputs }));
  await read();
}

await serveStation(async (input) => {
  const { baseUrl, from, to } = job.parse(input);
  const objects = `${baseUrl}/hubspot/crm/v3/objects/companies`;
  const startedMs = performance.now();
  const ids = await searchAll(objects, from);
  const searchedMs = performance.now();
  const batches = Array.from({ length: Math.ceil(ids.length / 100) }, (_, index) => ids.slice(index * 100, index * 100 + 100));
  const worker = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) await move(objects, batch, to);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return { records: ids.length, searchMs: searchedMs - startedMs, moveMs: performance.now() - searchedMs };
});
