import { existsSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { has, root, runStep, say } from './shared.mjs';
import { withLock } from './lock.mjs';

const at = (...parts) => path.join(root, ...parts);
const modified = (...parts) => (existsSync(at(...parts)) ? statSync(at(...parts)).mtimeMs : 0);

/** Also where packages were installed by hand, or by `npm install` after a change. */
const packages = {
  missing: () => modified('node_modules', '.package-lock.json') < modified('package-lock.json'),
  async bring() {
    say('Installing packages (npm ci) …');
    // Under npm this is npm's own script; started by hand, npm is on the PATH (a .cmd file on Windows, which needs a shell).
    const npm = process.env.npm_execpath ?? '';
    const own = npm.endsWith('.js');
    const hint = 'npm ci failed; see above. Is the package registry reachable, and package-lock.json unchanged?';
    await runStep(own ? process.execPath : 'npm', own ? [npm, 'ci'] : ['ci'], {
      hint,
      shell: !own && process.platform === 'win32',
    });
    const now = new Date();
    utimesSync(at('node_modules', '.package-lock.json'), now, now);
  },
};

const client = {
  missing() {
    if (!has('prisma') || !existsSync(at('prisma', 'schema.prisma'))) return false;
    const generated = modified('src', 'generated', 'client.ts');
    return generated < modified('prisma', 'schema.prisma') || generated < modified('package-lock.json');
  },
  async bring() {
    say('Generating the database client …');
    // Generating needs no schema engine, but Prisma would download one unless it is told of an executable.
    const env = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
    const hint = 'prisma generate failed; see above. Is prisma/schema.prisma valid?';
    await runStep(process.execPath, [at('node_modules', 'prisma', 'build', 'index.js'), 'generate'], { hint, env });
    const now = new Date();
    utimesSync(at('src', 'generated', 'client.ts'), now, now);
  },
};

const executable = (name) => (process.platform === 'win32' ? `${name}.exe` : name);

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((folder) => folder !== '' && existsSync(path.join(folder, executable(name))));
}

/** A quick look only; what is really used is resolved, and tried, by src/embedded. */
const temporal = {
  missing() {
    if (!has('tsx') || process.env.TEMPORAL_CLI_PATH) return false;
    return !onPath('temporal') && !existsSync(at('.cache', 'temporal', executable('temporal')));
  },
  bring: () => bringProgram('temporal'),
};

const testServer = {
  missing() {
    if (!has('tsx') || process.env.TEMPORAL_TEST_SERVER_PATH) return false;
    return !existsSync(at('.cache', 'test-server', executable('temporal-test-server')));
  },
  bring: () => bringProgram('test-server'),
};

function bringProgram(name) {
  const hint = `${name} could not be obtained; see above.`;
  return runStep(process.execPath, ['--import', 'tsx', at('scripts', 'programs.mjs'), name], { hint });
}

const steps = { packages, client, temporal, testServer };

/** Brings packages and what `needs` names; concurrent runs wait for each other, and nothing is locked when nothing is missing. */
export async function prepare({ needs }) {
  const wanted = ['packages', ...needs].map((name) => steps[name]);
  if (!wanted.some((step) => step.missing())) return;
  await withLock(at('.cache', 'setup.lock'), async () => {
    for (const step of wanted) if (step.missing()) await step.bring();
  });
}
