import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { bundleWorkflows } from '../src/work.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Our TypeScript outside tests and benchmarks, as paths from the root. */
const sources = ['src', 'workflows', 'activities']
  .flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      path.posix.join(folder, ...file.split(path.sep)),
    ),
  )
  .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('src/generated/'));

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe('the import law', () => {
  const eslint = new ESLint({ cwd: root, overrideConfigFile: path.join(root, 'eslint.import-law.js') });

  async function reports(file: string, text: string): Promise<readonly string[]> {
    const [result] = await eslint.lintText(`${text}\n`, { filePath: path.join(root, file) });
    return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
  }

  test.each([
    ['src/domain/planted.ts', "import { z } from 'zod';"],
    ['src/domain/planted.ts', "import type { Hris } from '../ports/hris.js';"],
    ['src/domain/deeper/planted.ts', "import type { Hris } from '../../ports/hris.js';"],
    ['src/domain/planted.ts', "import { up } from './../http.js';"],
    ['src/domain/planted.ts', "export { readFileSync } from 'node:fs';"],
    ['src/ports/planted.ts', "import { z } from 'zod';"],
    ['src/ports/planted.ts', "import type { z } from 'zod/v3';"],
    ['src/ports/planted.ts', "import type { Database } from '../store/client.js';"],
    ['src/ports/planted.ts', "import { hubspot } from '../vendors/hubspot/index.js';"],
    ['src/ports/planted.ts', "import type { Client } from '@temporalio/client';"],
    ['src/vendors/hubspot/planted.ts', "import { bamboohr } from '../bamboohr/index.js';"],
    ['src/vendors/hubspot/deeper/planted.ts', "import type { Row } from '../../bamboohr/schemas.js';"],
    ['src/vendors/hubspot/planted.ts', "import { vendors } from '../registry.js';"],
    ['src/vendors/hubspot/planted.ts', "import { loadConfig } from '../../config.js';"],
    ['src/vendors/hubspot/planted.ts', "import { log } from '@temporalio/activity';"],
    ['src/vendors/hubspot/planted.ts', "import type { Prisma } from '../../generated/client.js';"],
    ['src/vendors/hubspot/planted.ts', "import axios from 'axios';"],
    ['src/vendors/hubspot/planted.ts', "const secret = await import('node:process');"],
    ['src/vendors/registry.ts', "import { mapUser } from './hubspot/mapper.js';"],
    ['src/store/planted.ts', "import { hubspot } from '../vendors/hubspot/index.js';"],
    ['src/store/planted.ts', "import type { Client } from '@temporalio/client';"],
    ['src/store/planted.ts', "import type { Metrics } from '../metrics.js';"],
    ['src/ingress/planted.ts', "import type { Prisma } from '../generated/client.js';"],
    ['src/ingress/planted.ts', "import axios from 'axios';"],
    ['src/ingress/planted.ts', "import { hubspot } from '../vendors/hubspot/index.js';"],
    ['src/ingress/planted.ts', "import { taskQueue } from '../../workflows/contract.js';"],
    ['src/ingress/dispatch.ts', "import { handover } from '../../workflows/handover.js';"],
    ['src/web/views/planted.tsx', "import { taskQueue } from '../../../workflows/contract.js';"],
    ['src/web/dispatch.ts', "import { PrismaPg } from '@prisma/adapter-pg';"],
    ['workflows/planted.ts', "import { z } from 'zod';"],
    ['workflows/planted.ts', "import { setTimeout } from 'node:timers/promises';"],
    ['workflows/planted.ts', "import { planAll } from '../activities/plan.js';"],
    ['workflows/planted.ts', "import { type Activities } from '../activities/index.js';"],
    ['workflows/planted.ts', "import { type Activities, createActivities } from '../activities/index.js';"],
    ['workflows/planted.ts', "export { planAll } from '../activities/plan.js';"],
    ['workflows/planted.ts', "const { planAll } = await import('../activities/plan.js');"],
    ['workflows/planted.ts', "import { nextApprover } from '../src/domain/approval.js';"],
    ['workflows/planted.ts', "import type { Config } from '../src/config.js';"],
    ['workflows/planted.ts', "import { defaultPayloadConverter } from '@temporalio/common';"],
    ['workflows/payload-converter.ts', "import { log } from '@temporalio/workflow';"],
    ['activities/planted.ts', "import { hubspot } from '../src/vendors/hubspot/index.js';"],
    ['activities/planted.ts', "import type { Prisma } from '../src/generated/client.js';"],
    ['activities/planted.ts', "import { PrismaPg } from '@prisma/adapter-pg';"],
    ['activities/planted.ts', "import { Worker } from '@temporalio/worker';"],
    ['activities/planted.ts', "import { handover } from '../workflows/handover.js';"],
    ['activities/planted.ts', "import { createCore } from '../src/dependencies.js';"],
    ['src/mail/planted.ts', "import type { Stores } from '../store/index.js';"],
    ['src/mail/planted.ts', "import { hubspot } from '../vendors/hubspot/index.js';"],
    ['src/mail/planted.ts', "import { log } from '@temporalio/activity';"],
    ['src/embedded/planted.ts', "import type { Day } from '../domain/words.js';"],
    ['src/embedded/planted.ts', "import { startSandbox } from '../sandbox/index.js';"],
    ['src/sandbox/planted.ts', "import type { User } from '../vendors/hubspot/schemas.js';"],
    ['src/sandbox/hubspot/planted.ts', "import type { User } from '../../vendors/hubspot/schemas.js';"],
    ['src/sandbox/planted.ts', "let user: import('../vendors/hubspot/schemas.js').User;"],
    ['src/sandbox/planted.ts', "import type { Day } from '../domain/words.js';"],
    ['src/sandbox/planted.ts', "import { taskQueue } from '../../workflows/contract.js';"],
    ['src/sandbox/planted.ts', "import type { Activities } from '../../activities/index.js';"],
    ['src/config/planted.ts', "import { vendors } from '../vendors/registry.js';"],
    ['src/config/planted.ts', "import { readFileSync } from 'node:fs';"],
    ['src/planted.ts', "import { startServer } from './server.js';"],
    ['src/planted.ts', "import { startPostgres } from './embedded/index.js';"],
    ['src/planted.ts', "import { PrismaClient } from './generated/client.js';"],
    ['src/planted.ts', "import { hubspot } from './vendors/hubspot/index.js';"],
    ['src/planted.ts', "import { handover } from '../workflows/handover.js';"],
    ['src/cli/planted.ts', "import { startSandbox } from '../sandbox/index.js';"],
    ['src/demo/planted.ts', "import '../worker.js';"],
    ['src/http.ts', "import { createLogger } from './logger.js';"],
    ['src/logger.ts', "import { loadConfig } from './config.js';"],
    ['src/metrics.ts', "import { openDatabase } from './store/client.js';"],
    ['src/process.ts', "import { loadConfig } from './config.js';"],
    ['src/calendars.ts', "import { loadConfig } from './config.js';"],
    ['src/migrations.ts', "import { openDatabase } from './store/client.js';"],
    ['src/temporal.ts', "import { Worker } from '@temporalio/worker';"],
    ['src/config.ts', "import { vendors } from './vendors/registry.js';"],
  ])('in %s refuses %s', async (file, text) => {
    expect(await reports(file, text)).toEqual(['baton/import-law']);
  });

  test.each([
    ['src/domain/planted.ts', "import type { Day } from './words.js';"],
    ['src/domain/deeper/planted.ts', "import type { Day } from '../words.js';"],
    ['src/ports/planted.ts', "import type { z } from 'zod';"],
    ['src/vendors/hubspot/planted.ts', "import { z } from 'zod'; import { createHttp } from '../../http.js';"],
    [
      'src/vendors/hubspot/deeper/planted.ts',
      "import { mapUser } from '../mapper.js'; import type { Hris } from '../../../ports/hris.js';",
    ],
    ['src/vendors/registry.ts', "import { hubspot } from './hubspot/index.js';"],
    ['src/store/planted.ts', "import type { Day } from '../domain/words.js'; import { Prisma } from '../generated/client.js';"],
    [
      'src/ingress/planted.ts',
      "import { createDispatch } from './dispatch.js'; import { deliveryStore } from '../store/deliveries.js';",
    ],
    ['src/ingress/dispatch.ts', "import { taskQueue } from '../../workflows/contract.js';"],
    [
      'workflows/planted.ts',
      "import { log } from '@temporalio/workflow'; import type { Activities } from '../activities/index.js';",
    ],
    ['workflows/planted.ts', "import { audiences } from '../src/domain/words.js'; import { taskQueue } from './contract.js';"],
    ['workflows/payload-converter.ts', "import { defaultPayloadConverter } from '@temporalio/common';"],
    ['activities/planted.ts', "import { log } from '@temporalio/activity'; import type { Next } from '@temporalio/worker';"],
    ['activities/planted.ts', "import { nextApprover } from '../src/domain/approval.js'; import { settle } from './settle.js';"],
    ['src/mail/planted.ts', "import type { Mail } from '../ports/mail.js';"],
    [
      'src/embedded/planted.ts',
      "import pg from 'pg'; import { freePort } from './ports.js'; const binaries = await import(name);",
    ],
    ['src/sandbox/hubspot/planted.ts', "import { z } from 'zod'; import { State } from '../state.js';"],
    ['src/config/planted.ts', "import { z } from 'zod'; import type { VendorDefinition } from '../ports/vendor.js';"],
    [
      'src/worker.ts',
      "import { createCore } from './dependencies.js'; import { createActivities } from '../activities/index.js';",
    ],
    [
      'src/demo/planted.ts',
      "import { startSandbox } from '../sandbox/index.js'; import { startPostgres } from '../embedded/index.js';",
    ],
  ])('in %s permits %s', async (file, text) => {
    expect(await reports(file, text)).toEqual([]);
  });

  test('keeps the clock and the dice out of the domain', async () => {
    const planted = 'export const now = [Date.now(), new Date(), Math.random(), crypto.randomUUID()];';
    expect(await reports('src/domain/planted.ts', planted)).toEqual([
      'no-restricted-properties',
      'no-restricted-syntax',
      'no-restricted-properties',
      'no-restricted-globals',
    ]);
  });

  test('has a block for every folder, so a new one cannot begin without a law', async () => {
    const config = z.object({ rules: z.record(z.string(), z.unknown()) });
    const lawless: string[] = [];
    for (const file of sources) {
      const { rules } = config.parse(await eslint.calculateConfigForFile(path.join(root, file)));
      if (rules['baton/import-law'] === undefined) lawless.push(file);
    }
    expect(lawless).toEqual([]);
  });
});

test('what runs inside a workflow is workflow code, our words and the SDK: anything else could break a replay', async () => {
  const { code } = await bundleWorkflows();
  const [, map = ''] = /sourceMappingURL=data:application\/json[^,]*;base64,(\S+)/.exec(code) ?? [];
  const modules = z.object({ sources: z.array(z.string()) }).parse(JSON.parse(Buffer.from(map, 'base64').toString())).sources;
  const ours = modules
    .filter((module) => module.startsWith(root) && !module.includes('/node_modules/'))
    .map((module) => path.relative(root, module));
  const packages = modules.flatMap((module) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module)?.[1] ?? []);
  const rest = modules.filter((module) => !/^webpack\/|\/node_modules\//.test(module) && !module.startsWith(root));

  expect(ours).toEqual(expect.arrayContaining(['workflows/handover.ts', 'workflows/payload-converter.ts']));
  expect(ours.filter((module) => !module.startsWith('workflows/')).sort()).toEqual([
    'src/domain/failure.ts',
    'src/domain/words.ts',
  ]);
  // A stand-in for `assert` or `util` would come from @temporalio/worker.
  expect([...new Set(packages)].sort()).toEqual(['@temporalio/common', '@temporalio/workflow', 'long', 'ms', 'nexus-rpc']);
  expect(rest).toEqual([]);
}, 60_000);

test('the environment is read in one place, so that every problem in it is reported at start', () => {
  const readers = sources.filter((file) => /\bprocess\s*(\??\.\s*env\b|\[)|\benv\b[^;]*\bfrom 'node:process'/.test(read(file)));
  const allowed = /^src\/(config\.ts|config\/.*|sandbox\/main\.ts)$/;
  expect(readers).toContain('src/config.ts');
  expect(readers.filter((file) => !allowed.test(file))).toEqual([]);
});

test('folders do not import each other in a circle: each can be read and tested without the ones above it', () => {
  const edges = new Map<string, Set<string>>();
  for (const file of sources) {
    const from = placeOf(file);
    const targets = edges.get(from) ?? new Set();
    edges.set(from, targets);
    for (const to of valueImports(file).map(placeOf)) if (to !== from) targets.add(to);
  }
  const circles = [...edges.keys()].flatMap((place) => pathBack(edges, place, place, new Set()) ?? []);
  expect([...edges.values()].some((targets) => targets.has('src/domain'))).toBe(true);
  expect(circles).toEqual([]);
});

/** The top-level folder (`src/store`, `workflows`); a file directly in `src` stands for itself. */
function placeOf(file: string): string {
  const [top = '', second] = file.split('/');
  return top === 'src' ? `${top}/${second}` : top;
}

/** Files that are loaded with this one: `import type` is gone at run time. */
function valueImports(file: string): readonly string[] {
  return ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest).statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement) && statement.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword;
    const isExport = ts.isExportDeclaration(statement) && !statement.isTypeOnly;
    const specifier = isImport || isExport ? statement.moduleSpecifier : undefined;
    if (!specifier || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return [];
    return [path.posix.join(path.posix.dirname(file), specifier.text).replace(/\.js$/, '.ts')];
  });
}

/** How one comes back from `at` to `goal`, or undefined. */
function pathBack(
  edges: ReadonlyMap<string, ReadonlySet<string>>,
  at: string,
  goal: string,
  seen: Set<string>,
): string | undefined {
  for (const next of edges.get(at) ?? []) {
    if (next === goal) return `${at} -> ${goal}`;
    if (seen.has(next)) continue;
    seen.add(next);
    const rest = pathBack(edges, next, goal, seen);
    if (rest !== undefined) return `${at} -> ${rest}`;
  }
  return undefined;
}
