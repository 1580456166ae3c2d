import { spawnSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { baton, configFile, documentOf, nobody } from './support.js';

const commands = [
  ...'check migrate handovers show plan release told approve refuse reassign retry skip undo pause resume'.split(' '),
  ...'mails list mandates introductions introduction alumni recall errands erase import-ties'.split(' '),
  ...'review confirm reject share unshare'.split(' ').map((word) => `ties ${word}`),
];

describe('wrong usage ends with 2, says what to do, and touches nothing', () => {
  test.each([
    [[]],
    [['nonsense']],
    [['show']],
    [['approve', 'x', '--nonsense']],
    [['approve', 'x']],
    [['approve', 'x', '--step', 's1', '--all']],
    [['approve', 'x', '--step', 'Jan Jansen']],
    [['approve', 'x', '--all', '--except', '3']],
    [['approve', 'x', '--all', '--plan-version', 'two']],
    [['refuse', 'x', '--all', '--then', 'nothing']],
    [['reassign', 'x', '--step', 's1']],
    [['told', 'x']],
    [['told', 'x', '--audience', 'everybody']],
    [['retry', 'x', '--parked', '3']],
    [['skip', 'x']],
    [['undo', 'x']],
    [['plan', 'x']],
    [['handovers', '--limit', '0']],
    [['list', 'x', '--dry-run']],
    [['list', 'x', '--csv', '--apply', 'y.csv']],
    [['mandates', 'x', '--add', 'secret', '--title', 'y']],
    [['mandates', 'x', '--add', 'seat']],
    [['mandates', 'x', '--add', 'seat', '--title', ' ']],
    [['mandates', 'x', '--add', 'seat', '--title', 'y', '--due', '31-12-2099']],
    [['mandates', 'x', '--title', 'y']],
    [['mandates', 'x', '--done', 'a-1', '--open', 'a-1']],
    [['introduction', 'x', 'i-1']],
    [['introduction', 'x', 'i-1', '--held', '--sent']],
    [['introduction', 'x', 'i-1', '--time', 'noon']],
    [['introduction', 'x', 'i-1', '--held', '--no-contact']],
    [['introduction', 'x', 'i-1', '--write-off']],
    [['introduction', 'x', 'i-1', '--keep-trying', '--reason', 'y']],
    [['alumni', '--state', 'happy']],
    [['erase']],
    [['mails']],
  ])('baton %j', async (argv) => {
    const { exit, out, err } = await baton(argv);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).not.toBe('');
    expect(documentOf(await baton([...argv, '--json']))).toMatchObject({ error: { code: 'invalid-usage' } });
  });
});

test.each(commands)('%s --help has an example, and takes --json', async (name) => {
  const { exit, out } = await baton([...name.split(' '), '--help']);
  expect(exit).toBe(0);
  expect(out).toContain(`npm run baton -- ${name}`);
  expect(out).toContain('--json');
});

describe('where there is nothing to talk to', () => {
  test('no baton.yaml and no demo: it says how to get either', async () => {
    const ran = await baton(['handovers']);
    expect(ran).toMatchObject({ exit: 2, out: '' });
    expect(ran.err).toContain('npm run demo');
    expect(ran.err).toContain('baton.example.yaml');
    expect(documentOf(await baton(['handovers', '--json']))).toMatchObject({ error: { code: 'no-configuration' } });
  });

  test('a mistake in baton.yaml is named by its path', async () => {
    const ran = await baton(['handovers', '--json'], {
      BATON_CONFIG: await configFile('relese: {}'),
      DATABASE_URL: `postgresql://a:b@${nobody}/c`,
    });
    expect(ran.exit).toBe(2);
    expect(documentOf(ran)).toMatchObject({ error: { code: 'invalid-configuration', path: 'relese' } });
  });

  test.each([['handovers'], ['show x'], ['approve x --all'], ['migrate']])(
    'no database: %s ends with 4 and shows no password',
    async (line) => {
      const ran = await baton([...line.split(' '), '--json'], {
        BATON_CONFIG: await configFile(),
        DATABASE_URL: `postgresql://baton:geheim@${nobody}/baton`,
      });
      expect(ran.exit).toBe(4);
      expect(documentOf(ran)).toMatchObject({ error: { code: 'database-unreachable' } });
      expect(ran.out + ran.err).not.toContain('geheim');
    },
  );
});

describe('a running demo', () => {
  async function home(pid: number): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'baton-test-cli-'));
    const run = {
      pid,
      config: await configFile(),
      databaseUrl: `postgresql://a:b@${nobody}/demo`,
      temporal: { address: nobody, namespace: 'default' },
    };
    await writeFile(join(folder, 'run.json'), JSON.stringify(run));
    return folder;
  }
  const ofDemo = (BATON_HOME: string) => ({ BATON_HOME, BATON_CONFIG: '' });

  test('fills what the environment does not say', async () => {
    expect(await baton(['handovers'], ofDemo(await home(process.pid)))).toMatchObject({ exit: 4 });
  });

  test('that is dead counts for nothing', async () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const ran = await baton(['migrate', '--json'], ofDemo(await home(dead)));
    expect(ran.exit).toBe(2);
  });

  test('is left alone when DATABASE_URL names another database: no half of each', async () => {
    const ran = await baton(['handovers'], {
      ...ofDemo(await home(process.pid)),
      BATON_CONFIG: '/nowhere',
      DATABASE_URL: `postgresql://a:b@${nobody}/other`,
    });
    expect(ran.exit).toBe(2);
    expect(ran.err).toContain('another database');
  });
});

test('the program itself ends with the code, the document alone on stdout', () => {
  const entry = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
  const ran = spawnSync(process.execPath, ['--import', 'tsx', entry, 'told', 'x', '--json'], {
    encoding: 'utf8',
    timeout: 25_000,
  });
  expect(ran.status).toBe(2);
  expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: 'invalid-usage' } });
});
