// The one script behind every npm script: brings what is missing, starts the entry, passes signals on and exit codes through.
// Only Node built-ins here: it runs before there are packages. stdout belongs to the entry; all of ours goes to stderr.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { prepare } from './setup.mjs';
import { has, root, runEntry, say } from './shared.mjs';
import { runTests } from './test.mjs';

/** By entry: what it runs, and what must be there before. `env: true` reads the checkout's .env (never for demo, tests, benchmarks). */
const entries = {
  setup: { needs: ['client', 'temporal', 'testServer'] },
  demo: { source: 'src/demo.ts', needs: ['client', 'temporal'] },
  server: { source: 'src/server.ts', needs: ['client'], env: true },
  worker: { source: 'src/worker.ts', needs: ['client'], env: true },
  sandbox: { source: 'src/sandbox/main.ts', needs: [] },
  baton: { source: 'src/cli.ts', needs: ['client'], env: true },
  bench: { source: 'bench/index.ts', needs: ['client', 'temporal'] },
  schema: { source: 'src/config-schema.ts', needs: [] },
  migration: { source: 'scripts/migration.mjs', needs: [] },
  lint: { needs: ['client'] },
  types: { needs: ['client'] },
  build: { needs: ['client'] },
  test: { needs: ['client', 'temporal', 'testServer'] },
};

const bin = (name) => path.join(root, 'node_modules', name);

function nodeArguments(entry, args) {
  const fromEnvFile = entry.env && existsSync(path.join(root, '.env')) ? [`--env-file=${path.join(root, '.env')}`] : [];
  if (has('tsx')) return [...fromEnvFile, '--import', 'tsx', path.join(root, entry.source), ...args];
  const built = path.join(root, 'dist', entry.source.replace(/\.ts$/, '.js'));
  if (existsSync(built)) return [...fromEnvFile, built, ...args];
  throw new Error(
    `Neither tsx nor ${path.relative(root, built)} is there: run npm ci (with development packages) or npm run build`,
  );
}

async function lint(args) {
  const eslint = await runEntry([bin('eslint/bin/eslint.js'), '.', ...args]);
  const prettier = await runEntry([bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']);
  return eslint === 0 ? prettier : eslint;
}

async function main([name, ...args]) {
  const entry = entries[name];
  if (entry === undefined) {
    say(`Usage: node scripts/run.mjs ${Object.keys(entries).join('|')} [arguments]`);
    return 2;
  }
  const skipsTime = name !== 'test' || !['unit', 'e2e', 'browser', 'chaos'].includes(args[0]);
  await prepare({ needs: entry.needs.filter((need) => need !== 'testServer' || skipsTime) });
  switch (name) {
    case 'setup':
      return 0;
    case 'test':
      return runTests(args);
    case 'lint':
      return lint(args);
    case 'types':
      return runEntry([bin('typescript/bin/tsc'), '-p', 'tsconfig.json', ...args]);
    case 'build':
      return runEntry([bin('typescript/bin/tsc'), '-p', 'tsconfig.build.json', ...args]);
    default:
      return runEntry(nodeArguments(entry, args));
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
