import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const serviceSchema = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const { services } = z
  .object({ services: z.record(z.string(), serviceSchema) })
  .parse(parse(read('docker-compose.yml'), { merge: true }));
const manifest = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
const dockerfile = read('Dockerfile');
const exampleVariables = new Set([...read('.env.example').matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name));
const ours = Object.entries(services).filter(([, { image }]) => image.startsWith('baton:'));

/** `dist/src/cli.js` was built from `src/cli.ts`, which `npm run baton` starts. */
const entries: Record<string, string> = {
  'dist/src/server.js': 'server',
  'dist/src/worker.js': 'worker',
  'dist/src/cli.js': 'baton',
};

test('each of our containers starts an entry that npm starts, too', () => {
  expect(ours.map(([name]) => name).sort()).toEqual(['migrate', 'server', 'worker']);
  const runner = read('scripts/run.mjs');
  for (const [, { command = [] }] of ours) {
    const [program, file = ''] = command;
    const script = entries[file];
    expect(program).toBe('node');
    expect(manifest.scripts[script ?? '']).toBe(`node scripts/run.mjs ${script}`);
    expect(runner).toContain(`${script}: { source: '${file.replace('dist/', '').replace('.js', '.ts')}'`);
  }
  expect(dockerfile).toContain('CMD ["node", "dist/src/server.js"]');
});

test('each variable that compose sets or asks for is explained in .env.example', () => {
  const asked = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '');
  const set = ours.flatMap(([, { environment }]) => Object.keys(environment));
  expect([...asked, ...set].filter((name) => !exampleVariables.has(name))).toEqual([]);
});

test('ports are the documented ones, and reachable from this machine only', () => {
  const published = Object.values(services).flatMap(({ ports }) => ports);
  expect(published.sort()).toEqual(['127.0.0.1:${BATON_PORT:-7400}:7400', '127.0.0.1:${TEMPORAL_UI_PORT:-8233}:8080']);
  expect(services.server?.environment).toMatchObject({ BATON_PORT: '7400', BATON_METRICS_PORT: '7405' });
  expect(services.worker?.environment).toMatchObject({ BATON_WORKER_METRICS_PORT: '7406' });
});

test('nothing starts before the schema is there', () => {
  expect(services.migrate?.command).toEqual(['node', 'dist/src/cli.js', 'migrate']);
  for (const name of ['server', 'worker']) {
    expect(services[name]?.depends_on.migrate?.condition).toBe('service_completed_successfully');
  }
});

test('images are pinned, glibc, and of a Node version that package.json allows', () => {
  const images = [
    ...Object.values(services).map(({ image }) => image),
    ...[...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image ?? ''),
  ];
  for (const image of images) expect(image).toMatch(/:\d+\.\d+(\.\d+)?/);
  expect(dockerfile).toMatch(/FROM node:22\.\d+\.\d+-bookworm-slim/);
  expect(read('package.json')).toContain('>=22.12');
});

test('what the image copies is there, and not kept out of its context', () => {
  const context = read('.dockerignore');
  for (const [, from = ''] of dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const path of from.split(' ').filter((part) => part !== '.')) {
      expect(existsSync(new URL(`../${path}`, import.meta.url))).toBe(true);
      expect(context).toContain(`!${path.split('/')[0]}`);
    }
  }
});
