import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, loadConfig, loadEnvironment, parseConfig, type Config, type ConfigProblem } from '../src/config.js';
import { configSchemaText } from '../src/config/jsonSchema.js';
import { defaultPolicy } from '../src/domain/policy.js';
import { reasons } from '../src/domain/words.js';
import { findVendor, vendors } from '../src/vendors/registry.js';
import { policyYaml } from './support/policyYaml.js';
import { temporaryHome } from './support/home.js';

const fakes = [
  {
    name: 'fake-hris',
    config: z.object({ apiKey: z.string().min(8), pageSize: z.number().int().default(50), baseUrl: z.url().optional() }),
  },
  {
    name: 'fake-crm',
    config: z.strictObject({
      token: z.string().startsWith('pat-'),
      fields: z.strictObject({ coOwner: z.string().optional() }).prefault({}),
    }),
  },
];

const secret = 'pat-5e884898da28047151d0e56f8dc62927';
const env = {
  DATABASE_URL: 'postgresql://baton:hidden-db-password@127.0.0.1/baton',
  HRIS_KEY: 'hidden-hris-key',
  CRM_TOKEN: secret,
};

const company = 'company: { name: Vlietstra, timeZone: Europe/Amsterdam, country: NL, language: nl }';
const connections = `connections:
  people: { vendor: fake-hris, apiKey: "\${HRIS_KEY}" }
  crm: { vendor: fake-crm, mode: act, token: "\${CRM_TOKEN}" }`;
const hr = 'hr: { rota: [Karin@example.com, hr@example.com] }';
const whole = [company, connections, hr].join('\n');

type Variables = Readonly<Record<string, string | undefined>>;

function parse(text: string | null, variables: Variables = env, files: Readonly<Record<string, string>> = {}) {
  const readFile = (path: string): string => {
    const content = files[path];
    if (content === undefined) throw new Error(`ENOENT ${path}`);
    return content;
  };
  return parseConfig(variables, text, { vendors: fakes, readFile });
}

function accepted(text: string, variables: Variables = env, files: Readonly<Record<string, string>> = {}): Config {
  const result = parse(text, variables, files);
  if (!result.ok) throw new ConfigError(result.problems);
  return result.config;
}

function refused(
  text: string | null,
  variables: Variables = env,
  files: Readonly<Record<string, string>> = {},
): readonly ConfigProblem[] {
  const result = parse(text, variables, files);
  return result.ok ? [] : result.problems;
}

describe('a file that says only what it must', () => {
  it('gets every default of the policy', () => {
    const config = accepted(whole);
    expect(config.policy).toEqual(defaultPolicy);
    expect(config.notYetActedOn).toEqual([]);
    expect(config.succession.rules).toEqual([]);
    expect(config.hr.rota).toEqual(['karin@example.com', 'hr@example.com']);
  });

  it('observes until a connection says act, and hands the vendor its own keys only', () => {
    expect(accepted(whole).connections).toEqual({
      people: { vendor: 'fake-hris', mode: 'observe', retired: false, settings: { apiKey: 'hidden-hris-key', pageSize: 50 } },
      crm: { vendor: 'fake-crm', mode: 'act', retired: false, settings: { token: secret, fields: {} } },
    });
  });

  it('finds no connection, reason or country by the name of something that every object has', () => {
    const { connections: all, reasons: known, countries } = accepted(whole);
    for (const record of [all, known, countries])
      for (const name of ['constructor', '__proto__', 'toString']) expect(record[name]).toBeUndefined();
  });

  it('knows the time zones of the countries around, the own country in the own zone', () => {
    const canary = whole.replace('Europe/Amsterdam, country: NL', 'Atlantic/Canary, country: ES');
    expect(accepted(canary).countries).toMatchObject({
      ES: { timeZone: 'Atlantic/Canary' },
      DK: { timeZone: 'Europe/Copenhagen' },
    });
    const own = accepted(`${whole}\ncountries: { US: { timeZone: America/Chicago }, DK: { timeZone: America/Nuuk } }`).countries;
    expect(own).toMatchObject({
      US: { timeZone: 'America/Chicago' },
      DK: { timeZone: 'America/Nuuk' },
      NL: { timeZone: 'Europe/Amsterdam' },
    });
  });

  it('takes ports, level and Temporal from the environment, with the defaults of the contract', () => {
    const config = accepted(whole);
    expect(config.ports).toEqual({
      server: 7400,
      sandbox: 7401,
      mailboxSmtp: 7402,
      mailbox: 7403,
      postgres: 7404,
      metrics: 7405,
      workerMetrics: 7406,
      temporal: 7233,
      temporalUi: 8233,
    });
    expect(config.temporal).toEqual({ address: '127.0.0.1:7233', namespace: 'default', apiKey: null, tls: null });
    expect(config).toMatchObject({ logLevel: 'info', home: '.baton', mail: { smtpUrl: null }, databaseUrl: env.DATABASE_URL });
    expect(accepted(whole, { ...env, BATON_PORT: '0', TEMPORAL_ADDRESS: 'temporal:7233' })).toMatchObject({
      ports: { server: 0 },
      temporal: { address: 'temporal:7233' },
    });
  });
});

describe('policy', () => {
  it("accepts the policy's section 14 as it stands, and says what is not acted on", () => {
    const config = accepted(`${whole}\n${policyYaml}`);
    expect(config.policy).toEqual(defaultPolicy);
    expect(config.notYetActedOn).toEqual(
      expect.arrayContaining(['gradual', 'mailbox', 'observe', 'retention/snapshot', 'release/autoRelease']),
    );
    expect(config.notYetActedOn.filter((path) => /^(transfer|brake|urgent|calendar|lastDay|decisions)/.test(path))).toEqual([]);
  });

  it('keeps the other defaults of a group of which one value is set', () => {
    const { policy } = accepted(`${whole}\napprovals: { due: { min: 1bh } }\ntransfer: { canary: { records: 5 } }`);
    expect(policy.approvals).toEqual({ ...defaultPolicy.approvals, due: { ...defaultPolicy.approvals.due, min: '1bh' } });
    expect(policy.transfer.canary).toEqual({ records: 5, pause: 'PT15M' });
  });

  it.each(['PT0S', 'P1M', 'P1Y2M3W4DT5H6M7.5S', '0bd', '36bh'])('takes %s for a duration', (text) => {
    expect(accepted(`${whole}\nurgent: { whenAtMost: ${text} }`).policy.urgent.whenAtMost).toBe(text);
  });
});

describe('reasons', () => {
  it('every reason is its own wording, and common wordings are known in three languages', () => {
    const known = accepted(whole).reasons;
    for (const reason of reasons) expect(known[reason]).toBe(reason);
    expect(known).toMatchObject({
      resigned: 'resignation',
      pensioen: 'retirement',
      bortvist: 'summary-dismissal',
      'probation end': 'probation-end',
    });
    expect(known['involuntary']).toBeUndefined();
  });

  it("the company's own wording wins, however it is written", () => {
    const own = accepted(
      `${whole}\nreasons: { "  Eigen   ONTSLAG ": mutual-agreement, Vertrek naar dochter: role-change }`,
    ).reasons;
    expect(own).toMatchObject({ 'eigen ontslag': 'mutual-agreement', 'vertrek naar dochter': 'role-change' });
  });
});

describe('secrets', () => {
  it('come from variables, also inside a text; $${ stays as it is', () => {
    const text = whole.replace('"${HRIS_KEY}"', () => '"a-${HRIS_KEY}-$${HRIS_KEY}"');
    expect(accepted(text).connections['people']?.settings).toMatchObject({ apiKey: 'a-hidden-hris-key-${HRIS_KEY}' });
  });

  it('come from the file that *_FILE names, without the line end', () => {
    const files = { '/run/secrets/db': 'postgres://db/baton\n', '/run/secrets/crm': ` ${secret}\n`, '/ca': 'PEM' };
    const variables = { HRIS_KEY: env.HRIS_KEY, DATABASE_URL_FILE: '/run/secrets/db', CRM_TOKEN_FILE: '/run/secrets/crm' };
    const config = accepted(whole, { ...variables, TEMPORAL_TLS_SERVER_CA_CERT_PATH: '/ca' }, files);
    expect(config.databaseUrl).toBe('postgres://db/baton');
    expect(config.connections['crm']?.settings).toMatchObject({ token: secret });
    expect(config.temporal.tls).toMatchObject({ serverCa: 'PEM', clientKey: null });
  });

  it('an API key for Temporal turns TLS on', () => {
    expect(accepted(whole, { ...env, TEMPORAL_API_KEY: 'k' }).temporal.tls).not.toBeNull();
    expect(accepted(whole, { ...env, TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'false' }).temporal.tls).toBeNull();
  });

  it.each([
    ['missing', {}, {}, 'the variable CRM_TOKEN (or CRM_TOKEN_FILE) is not set'],
    ['empty', { CRM_TOKEN: '' }, {}, 'the variable CRM_TOKEN (or CRM_TOKEN_FILE) is not set'],
    ['twice', { CRM_TOKEN: secret, CRM_TOKEN_FILE: '/t' }, { '/t': secret }, 'set either CRM_TOKEN or CRM_TOKEN_FILE, not both'],
    ['unreadable', { CRM_TOKEN_FILE: '/t' }, {}, 'the file that CRM_TOKEN_FILE names cannot be read'],
    ['an empty file', { CRM_TOKEN_FILE: '/t' }, { '/t': '\n' }, 'the file that CRM_TOKEN_FILE names is empty'],
  ])('%s: one problem, at the place where it is needed', (_name, variables, files, problem) => {
    expect(refused(whole, { ...env, CRM_TOKEN: undefined, ...variables }, files)).toEqual([
      { path: 'connections/crm/token', problem },
    ]);
  });

  it('are in no message, also when they stand where they do not belong', () => {
    const echo = [
      ...fakes,
      {
        name: 'echo',
        config: z.object({ token: z.string().refine(() => false, { error: ({ input }) => `not ${String(input)}` }) }),
      },
    ];
    const wrong = `company: { name: X, timeZone: "\${CRM_TOKEN}", country: "\${CRM_TOKEN}", language: "\${CRM_TOKEN}" }
connections:
  people: { vendor: "\${CRM_TOKEN}", apiKey: "\${CRM_TOKEN}" }
  crm: { vendor: echo, token: "\${CRM_TOKEN}" }
hr: { rota: ["\${CRM_TOKEN}"] }
lastDay: { movesAt: "\${CRM_TOKEN}" }
release: { dueAfter: "\${CRM_TOKEN}", required: "\${CRM_TOKEN}" }`;
    const variables = {
      ...env,
      DATABASE_URL: `mysql://${secret}@db`,
      SMTP_URL: secret,
      BATON_PORT: secret,
      TEMPORAL_ADDRESS: secret,
    };
    const result = parseConfig(variables, wrong, { vendors: echo });
    const message = result.ok ? '' : new ConfigError(result.problems).message;
    expect(message.split('\n').length).toBeGreaterThanOrEqual(13);
    expect(message).not.toContain(secret);
    const syntax = refused(`${whole}\nx: "${secret}\ny: ${secret}: ${secret}\n*${secret}`);
    expect(syntax.length).toBeGreaterThan(0);
    expect(JSON.stringify(syntax)).not.toContain(secret);
  });
});

describe('whatever is wrong is named with its path', () => {
  const cases: readonly [string, string, string, string | RegExp][] = [
    ['an unknown key', 'aprovals: {}', 'aprovals', 'unknown key; did you mean "approvals"?'],
    ['an unknown key far from all', 'colour: red', 'colour', /^unknown key; known are alumni, approvals, /],
    ['an unknown key in a group', 'release: { dueAftr: 1bd }', 'release/dueAftr', 'unknown key; did you mean "dueAfter"?'],
    [
      'an unknown key two groups down',
      'transfer: { canary: { record: 3 } }',
      'transfer/canary/record',
      'unknown key; did you mean "records"?',
    ],
    ['an unknown key of a later part', 'alumni: { reminds: P14D }', 'alumni/reminds', 'unknown key; did you mean "remind"?'],
    ['a duration in words', 'release: { dueAfter: one day }', 'release/dueAfter', /^write a duration: 2bd/],
    ['a duration without unit', 'debts: { followUp: [5] }', 'debts/followUp/0', /expected string/],
    ['a duration beyond reason', 'transfer: { undo: P99Y }', 'transfer/undo', 'is longer than ten years'],
    ['a time of no clock', 'lastDay: { movesAt: "25:00" }', 'lastDay/movesAt', /^write a time as HH:MM/],
    ['a time after the end of the day', 'lastDay: { ends: "24:01" }', 'lastDay/ends', /24:00 at most$/],
    ['a window with one end', 'transfer: { window: "18:00" }', 'transfer/window', /^write two different times/],
    ['a window of no length', 'transfer: { window: "18:00-18:00" }', 'transfer/window', /^write two different times/],
    [
      'working hours at night',
      'calendar: { workingHours: "22:00-06:00" }',
      'calendar/workingHours',
      'must begin and end on the same day',
    ],
    ['no working day', 'calendar: { workingDays: [] }', 'calendar/workingDays', 'needs at least one entry'],
    ['a weekday in Dutch', 'calendar: { workingDays: [ma] }', 'calendar/workingDays/0', /"mon"/],
    ['a share above one', 'brake: { share: 2 }', 'brake/share', 'must be a share from 0 to 1'],
    ['half a person', 'brake: { people: 0.5 }', 'brake/people', /whole number/],
    [
      'escalations out of order',
      'approvals: { escalateAt: [1.5, 1.0] }',
      'approvals/escalateAt',
      'must rise from entry to entry',
    ],
    ['a silence that approves', 'approvals: { silence: approve }', 'approvals/silence', /"custodian"/],
    ['an unknown choice', 'decisions: { bareSignals: sometimes }', 'decisions/bareSignals', /"never"\|"after-team"\|"always"/],
    ['a reason that Baton does not know', 'reasons: { Eigen verzoek: left }', 'reasons/Eigen verzoek', /"resignation"/],
    ['a rule without successor', 'succession: { rules: [{ team: Sales }] }', 'succession/rules/0/successor', 'is missing'],
    ['a country by its name', 'countries: { Holland: { timeZone: UTC } }', 'countries/Holland', /^write an ISO 3166 country/],
    ['a country that is none', 'countries: { UK: { timeZone: Europe/London } }', 'countries/UK', /GB/],
    ['a zone that is none', 'countries: { DK: { timeZone: Europe/Aarhus } }', 'countries/DK/timeZone', /^is no IANA time zone/],
    ['a group that is a list', 'release: [1]', 'release', /expected object/],
    ['a later part that is wrong', 'checkIns: { quiet: ["13-01/14-01"] }', 'checkIns/quiet/0', 'write two days as MM-DD/MM-DD'],
    ['a tracking pixel', 'messages: { trackingPixel: true }', 'messages/trackingPixel', 'is never sent: write false'],
    ['a variable with a strange name', 'reasons: { x: "${A-B}" }', 'reasons/x', /^write \$\{VARIABLE\}/],
    ['a variable without end', 'reasons: { x: "${A" }', 'reasons/x', /^write \$\{VARIABLE\}/],
  ];

  it.each(cases)('%s', (_name, line, path, problem) => {
    expect(refused(`${whole}\n${line}`)).toEqual([
      { path, problem: typeof problem === 'string' ? problem : expect.stringMatching(problem) },
    ]);
  });

  it('all of them at once', () => {
    // One line a group, so that the document stays valid YAML.
    const once = new Map(cases.map((one) => [one[1].split(':')[0], one]));
    const paths = refused([whole, ...[...once.values()].map(([, line]) => line)].join('\n')).map(({ path }) => path);
    expect(paths.sort()).toEqual([...once.values()].map(([, , path]) => path).sort());
    expect(paths.length).toBeGreaterThan(12);
  });

  const inConnections: readonly [string, string, string, string | RegExp][] = [
    ['no vendor', 'x: { token: abc }', 'x/vendor', 'is missing'],
    ['an unknown vendor', 'x: { vendor: fake-crn }', 'x/vendor', 'unknown vendor; did you mean "fake-crm"?'],
    ['a missing secret', 'x: { vendor: fake-crm }', 'x/token', 'is missing'],
    ['a wrong secret', 'x: { vendor: fake-crm, token: abc }', 'x/token', /"pat-"/],
    ['an unknown mode', 'x: { vendor: fake-crm, token: pat-1, mode: write }', 'x/mode', /"observe"\|"act"/],
    ['a misspelt common key', 'x: { vendor: fake-crm, token: pat-1, mod: act }', 'x/mod', 'unknown key; did you mean "mode"?'],
    [
      'an unknown key that the vendor would let pass',
      'x: { vendor: fake-hris, apiKey: 12345678, pagesize: 3 }',
      'x/pagesize',
      /"pageSize"/,
    ],
    [
      'an unknown key further down',
      'x: { vendor: fake-crm, token: pat-1, fields: { coowner: a } }',
      'x/fields/coowner',
      /"coOwner"/,
    ],
    ['a name in capitals', 'CRM: { vendor: fake-crm, token: pat-1 }', 'CRM', /^a connection is named by small letters/],
    ['a connection that is a text', 'x: hubspot', 'x', /expected object/],
  ];

  it.each(inConnections)('a connection: %s', (_name, line, path, problem) => {
    const text = [company, hr, 'connections:', `  ${line.replace('12345678', '"12345678"')}`].join('\n');
    expect(refused(text)).toEqual([
      { path: `connections/${path}`, problem: typeof problem === 'string' ? problem : expect.stringMatching(problem) },
    ]);
  });

  const broken: readonly [string, string, RegExp][] = [
    ['a tab', 'a:\n\tb: 1', /^line 2, column 1: /],
    ['a quote without end', 'a: "x\nb: 1', /^line \d+, column \d+: a sign is missing/],
    ['a key that is there twice', 'hr: { rota: [] }\nhr: { rota: [] }', /^line 2, column 1: this key is there twice/],
    ['two documents', 'a: 1\n---\nb: 1', /more than one document/],
    ['an alias without anchor', 'a: *b', /alias without its anchor/],
    ['a tag', 'a: !secret b', /^line 1, column 4: tags/],
  ];

  it.each(broken)('YAML: %s', (_name, text, problem) => {
    expect(refused(text)[0]).toEqual({ path: 'baton.yaml', problem: expect.stringMatching(problem) });
  });

  it('an alias that holds itself, and one that grows without end', () => {
    expect(refused(`${whole}\nreasons: &a { x: *a }`)[0]?.path).toBe('reasons/x');
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index]},`.repeat(9)}]`),
    ];
    expect(refused(bomb.join('\n'))[0]?.path).toBe('baton.yaml');
  });

  it('an empty file lacks company, connections and hr', () => {
    expect(refused('').map(({ path, problem }) => `${path} ${problem}`)).toEqual([
      'company is missing',
      'connections is missing',
      'hr is missing',
    ]);
  });

  it('a rota of nobody, no connection, an address that is none', () => {
    const text = 'company: { name: "", timeZone: CET+1, country: nl, language: de }\nconnections: {}\nhr: { rota: [] }';
    const paths = ['company/country', 'company/language', 'company/name', 'company/timeZone', 'connections', 'hr/rota'];
    expect([...new Set(refused(text).map(({ path }) => path))].sort()).toEqual(paths);
    expect(refused(whole.replace('hr@example.com', 'hr'))).toEqual([{ path: 'hr/rota/1', problem: 'write an e-mail address' }]);
    expect(refused(whole.replace('hr@example.com', 'karin@example.com'))).toEqual([
      { path: 'hr/rota', problem: 'names an entry twice' },
    ]);
  });

  it.each<[Variables, string]>([
    [{ DATABASE_URL: undefined }, 'DATABASE_URL'],
    [{ DATABASE_URL: 'mysql://db/baton' }, 'DATABASE_URL'],
    [{ DATABASE_URL_FILE: '/nowhere', DATABASE_URL: undefined }, 'DATABASE_URL'],
    [{ BATON_PORT: '70000' }, 'BATON_PORT'],
    [{ SANDBOX_PORT: 'seven' }, 'SANDBOX_PORT'],
    [{ BATON_LOG_LEVEL: 'loud' }, 'BATON_LOG_LEVEL'],
    [{ SMTP_URL: 'mail.example.com', MAIL_FROM: 'a@example.com' }, 'SMTP_URL'],
    [{ SMTP_URL: 'smtp://mail.example.com' }, 'MAIL_FROM'],
    [{ MAIL_FROM: 'Baton' }, 'MAIL_FROM'],
    [{ TEMPORAL_ADDRESS: 'http://temporal:7233' }, 'TEMPORAL_ADDRESS'],
    [{ TEMPORAL_TLS: 'yes' }, 'TEMPORAL_TLS'],
    [{ TEMPORAL_TLS_CLIENT_CERT_DATA: 'PEM' }, 'TEMPORAL_TLS_CLIENT_KEY_PATH'],
    [{ TEMPORAL_TLS_CLIENT_KEY_PATH: '/nowhere', TEMPORAL_TLS_CLIENT_CERT_DATA: 'PEM' }, 'TEMPORAL_TLS_CLIENT_KEY_PATH'],
    [{ TEMPORAL_CONFIG_FILE: 'temporal.toml' }, 'TEMPORAL_CONFIG_FILE'],
  ])('the environment: %o', (variables, path) => {
    expect(refused(whole, { ...env, ...variables }).map((problem) => problem.path)).toEqual([path]);
  });

  it('file and environment in one go, also when there is no file', () => {
    const paths = refused(null, { BATON_PORT: 'x', SMTP_URL: 'y' }).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['BATON_PORT', 'SMTP_URL', 'BATON_CONFIG']));
  });
});

describe('loadConfig', () => {
  it('reads the named file and the secrets beside it', async () => {
    const home = await temporaryHome();
    await writeFile(join(home, 'company.yaml'), whole);
    await writeFile(join(home, 'token'), `${secret}\n`);
    const variables = { ...env, CRM_TOKEN: undefined, CRM_TOKEN_FILE: join(home, 'token') };
    const config = loadConfig(fakes, { ...variables, BATON_CONFIG: join(home, 'company.yaml') });
    expect(config.connections['crm']?.settings).toMatchObject({ token: secret });
  });

  it('throws one error with a line for each problem', () => {
    const load = () => loadConfig(fakes, { BATON_CONFIG: '/nowhere/baton.yaml', DATABASE_URL: 'x', BATON_PORT: '1e3' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/^The configuration has 3 problems:\n {2}BATON_PORT: .*\n {2}DATABASE_URL: .*\n {2}BATON_CONFIG: .*$/);
  });

  it('what needs no file gets the environment alone', () => {
    expect(loadEnvironment({ SANDBOX_PORT: '0', DATABASE_URL: '' })).toMatchObject({ ports: { sandbox: 0 }, databaseUrl: null });
    expect(() => loadEnvironment({ SANDBOX_PORT: 'x' })).toThrow(/SANDBOX_PORT/);
  });
});

describe('files of the repository', () => {
  const example = readFileSync('baton.example.yaml', 'utf8');
  const exampleVariables = (): Variables => {
    const lines = readFileSync('.env.example', 'utf8').split('\n');
    const set = lines.filter((line) => /^[A-Z]/.test(line));
    return Object.fromEntries(set.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  };

  it('the example is accepted with the variables of .env.example', () => {
    const result = parseConfig(exampleVariables(), example, { vendors });
    expect(result.ok ? [] : result.problems).toEqual([]);
  });

  it('settings can be read again by the vendor, as defineVendor does', () => {
    const result = parseConfig(exampleVariables(), example, { vendors });
    const read = result.ok ? Object.values(result.config.connections) : [];
    expect(read.map(({ vendor }) => vendor)).toEqual(['bamboohr', 'hubspot']);
    for (const { vendor, settings } of read) expect(findVendor(vendor)?.config.parse(settings)).toEqual(settings);
  });

  it('what the example comments out are the defaults', () => {
    const active = example.replace(/^# (?!yaml-language-server)/gm, '');
    const result = parseConfig(exampleVariables(), active, { vendors });
    expect(result).toMatchObject({
      ok: true,
      config: { policy: defaultPolicy, notYetActedOn: [], succession: { rules: [{}, {}] } },
    });
    for (const group of Object.keys(defaultPolicy)) expect(active).toMatch(new RegExp(`^${group}:`, 'm'));
  });

  it('the schema for editors is current (npm run schema writes it)', () => {
    expect(readFileSync('baton.schema.json', 'utf8')).toBe(configSchemaText(vendors));
  });
});

describe('any text', () => {
  const yamlish = fc.array(
    fc.oneof(
      fc.constantFrom(
        'company:',
        'connections:',
        '  x:',
        'hr: ',
        'a: &a ',
        '*a',
        '- ',
        '{',
        '}',
        '[',
        ']',
        '${',
        '}',
        '"',
        '\n',
        '  ',
        ': ',
        '!!',
        '|',
        '---\n',
      ),
      fc.constantFrom('__proto__:', 'constructor:', 'vendor: fake-crm', 'rota: [a@b.nl]', '? ', '<<: ', 'NaN', '0x1', '~'),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 40 },
  );

  it('gives a configuration or problems, never an exception', () => {
    fc.assert(
      fc.property(yamlish, (parts) => {
        const result = parse(parts.join(''));
        expect(result.ok ? [] : result.problems.length).toBeTruthy();
      }),
      { numRuns: 500 },
    );
  });

  it('any value in any place gives a configuration or problems', () => {
    const keys = [
      'company',
      'connections',
      'hr',
      'reasons',
      'release',
      'transfer',
      'x',
      '__proto__',
      'vendor',
      'mode',
      'rota',
      'canary',
      'window',
    ];
    const leaf = fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('fake-crm', '1bd'),
    );
    const branch = (item: fc.Arbitrary<unknown>) =>
      fc.oneof(leaf, fc.array(item, { maxLength: 3 }), fc.dictionary(fc.constantFrom(...keys), item, { maxKeys: 4 }));
    const value = branch(branch(branch(leaf)));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (file) => {
        const result = parse(JSON.stringify(file));
        expect(result.ok || result.problems.length > 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('nesting without end is a problem, not a crash', () => {
    expect(refused(`a: ${'['.repeat(20_000)}`).length).toBeGreaterThan(0);
    expect(refused(`a: ${'['.repeat(3_000)}${']'.repeat(3_000)}`).length).toBeGreaterThan(0);
  });
});
