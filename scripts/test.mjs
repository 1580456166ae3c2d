import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, runEntry, say } from './shared.mjs';

const kinds = ['unit', 'workflow', 'years', 'e2e', 'browser', 'chaos'];
/** What runs many times a day; the skipped years of people, half as long again, are CI's. */
const everyday = ['unit', 'workflow', 'e2e'];

function selectionOf([first, ...more]) {
  if (kinds.includes(first)) return ['--project', first, ...more];
  if (first === 'all') return more;
  const rest = first === undefined ? [] : [first, ...more];
  // Named files are looked for everywhere.
  return rest.some((arg) => !arg.startsWith('-')) ? rest : [...everyday.flatMap((kind) => ['--project', kind]), ...rest];
}

/** `test [kind | all] [vitest's own arguments]`: runs, then closes with the real counts on a line of their own; 1 when nothing ran. */
export async function runTests(given) {
  // npm takes the first `--` away; started by hand it is still there, and would hide vitest's arguments from it.
  const args = given.filter((arg) => arg !== '--');
  const selection = selectionOf(args);
  const folder = mkdtempSync(path.join(tmpdir(), 'baton-counts-'));
  const file = path.join(folder, 'counts.json');
  const reporter = path.join(root, 'scripts', 'count-reporter.mjs');
  const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
  try {
    const code = await runEntry([vitest, 'run', '--reporter=default', `--reporter=${reporter}`, ...selection], {
      BATON_COUNTS_FILE: file,
    });
    const counts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { passed: 0, failed: 0, skipped: 0 };
    const executed = counts.passed + counts.failed;
    if (executed === 0) say('No test was executed.');
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
    return code !== 0 ? code : executed === 0 || counts.failed > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
