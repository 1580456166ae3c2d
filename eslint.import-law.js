// Who may import whom: the house's table as ESLint blocks, one per folder. Needs no type information, so that
// test/architecture.test.ts can judge small texts by it. Targets are resolved to their path from the root before they are judged
// (`src/domain/words.js`, `node:fs`, `zod`), because `../errors.js` means another folder at every depth; import(), import('…').Type and
// `export … from` count, too, which ESLint's own no-restricted-imports does not see.
import path from 'node:path';
import tseslint from 'typescript-eslint';

const root = import.meta.dirname;
const posix = (file) => file.split(path.sep).join('/');
/** Entries of the law are regular expressions, tied to the target's beginning. */
const anyOf = (list) => new RegExp(`^(${list.join('|')})`);

/** From the root for what is ours, as written for a package. */
function targetOf(specifier, filename) {
  if (!/^\.{0,2}\//.test(specifier)) return specifier;
  return posix(path.relative(root, path.resolve(path.dirname(filename), specifier)));
}

/**
 * A text such as `import { type A } from` is a value import here: with verbatimModuleSyntax it still loads the module.
 * `depth`: how many segments of the path make a file's own folder, which it may always import; 0 for none.
 */
const importLaw = {
  meta: {
    type: 'problem',
    schema: false,
    messages: { value: '{{target}}: {{why}}', typeOnly: '{{target}} is for `import type` only: {{why}}' },
  },
  create({ filename, options: [{ depth, may, types, never, why }], report }) {
    const segments = posix(path.relative(root, filename)).split('/').slice(0, depth);
    const own = depth === 0 ? undefined : `${segments.join('/')}/`;
    const allows = (list, target) => anyOf(list).test(target) && !(never.length > 0 && anyOf(never).test(target));

    function judge(node, source, isType) {
      // A computed import() may load anything: only where any package is allowed.
      const target = source?.type === 'Literal' ? targetOf(String(source.value), filename) : 'computed';
      if ((own && target.startsWith(own)) || allows(may, target)) return;
      const known = types.length > 0 && allows(types, target);
      if (!known || !isType) report({ node, messageId: known ? 'typeOnly' : 'value', data: { target, why } });
    }

    return {
      ImportDeclaration: (node) => judge(node, node.source, node.importKind === 'type'),
      ExportAllDeclaration: (node) => judge(node, node.source, node.exportKind === 'type'),
      ExportNamedDeclaration: (node) => node.source && judge(node, node.source, node.exportKind === 'type'),
      ImportExpression: (node) => judge(node, node.source, false),
      TSImportType: (node) => judge(node, node.source ?? node.argument?.literal, true),
      TSExternalModuleReference: (node) => judge(node, node.expression, node.parent.importKind === 'type'),
    };
  },
};

/** `folder` with all below it, or one file; a later block wins. */
function law(folder, why, { may = [], types = [], never = [] }) {
  const isFile = folder.endsWith('.ts');
  const depth = isFile ? 0 : folder.split('/').length;
  return {
    name: `import law of ${folder}`,
    files: isFile ? [folder] : [`${folder}/**/*.{ts,tsx}`],
    rules: { 'baton/import-law': ['error', { depth, may: may.length > 0 ? may : ['(?!)'], types, never, why }] },
  };
}

/** Leaving the alumni programme is one thing, whether a page or the worker does it. */
const alumni = 'src/alumni/';
const ingress = ['src/domain/', 'src/ports/', 'src/store/', 'src/mail/', 'fastify$', 'zod$', 'node:(?!process)'];
/** Pages are rendered on the server; the list of a leaver comes and goes as CSV. */
const web = [...ingress, alumni, '@fastify/(helmet|rate-limit)$', 'hono/jsx', 'csv-parse/sync$'];
/** What workflows may know of us: words and failures; every decision is taken in an activity, so a fix in a rule breaks no replay. */
const workflows = ['@temporalio/workflow$', 'src/domain/(words|failure)\\.js$'];

/** What no entry reaches for: Prisma past the store, a vendor past the registry, workflows (bundled by their path), a program (importing starts it). */
const neverWired = [
  'node:process$',
  '@prisma/',
  'src/generated/',
  'src/vendors/.+/',
  'workflows/(?!contract\\.js$)',
  'src/(server|worker|cli|demo|config-schema|sandbox/main)\\.js$',
  '(test|bench|scripts)/',
];
/** In production, embedded and sandbox are absent (tsconfig.build.json), and axios is used in http.ts alone, which keeps secrets out of errors. */
const neverBuilt = ['src/embedded/', 'src/sandbox/', 'axios$'];

/** Were a decision to look at the clock or throw dice, it could not be tested as a table. */
const pureDomain = {
  name: 'the domain has no clock and no randomness',
  files: ['src/domain/**/*.ts'],
  rules: {
    'no-restricted-globals': ['error', 'crypto', 'performance', 'process', 'fetch', 'setTimeout', 'setInterval', 'require'],
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: 'time is an argument' },
      { object: 'Math', property: 'random', message: 'randomness is an argument' },
    ],
    'no-restricted-syntax': [
      'error',
      { selector: 'TSEnumDeclaration', message: 'unions over enums' },
      { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'time is an argument' },
      { selector: "CallExpression[callee.name='Date']", message: 'time is an argument' },
    ],
  },
};

export default [
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parser: tseslint.parser },
    plugins: { baton: { rules: { 'import-law': importLaw } } },
  },

  law('src/domain', 'the domain is pure and imports only itself', {}),
  pureDomain,
  law('src/ports', 'a port is domain and the type of zod', { may: ['src/domain/'], types: ['zod$'] }),
  law('src/vendors/*', 'a vendor sees its own folder, domain, ports, http and zod', {
    // crypto is for signatures, pure computing; every other way out goes through http.ts.
    may: ['src/domain/', 'src/ports/', 'src/http\\.js$', 'zod$', 'node:crypto$'],
  }),
  law('src/vendors/registry.ts', 'one line per vendor', { may: ['src/vendors/[^/]+/index\\.js$'], types: ['src/ports/'] }),
  law('src/store', 'the store is domain and Prisma; of ports it keeps what adapters answer, so it may know their types', {
    may: ['src/domain/', 'src/generated/', '@prisma/', 'node:crypto$'],
    types: ['src/ports/'],
  }),
  law('src/ingress', 'ingress sees domain, ports, store and mail; workflows through dispatch.ts', { may: ingress }),
  law('src/ingress/dispatch.ts', 'dispatch speaks to Temporal by its contract', {
    may: [...ingress, 'src/ingress/', 'workflows/contract\\.js$', '@temporalio/client$'],
  }),
  law('src/web', 'pages see domain, ports, store and mail; who wires them wakes the workflows', { may: web }),
  law(
    'workflows',
    'workflows only sequence: their own files, @temporalio/workflow, our words and failures, types of activities',
    {
      may: workflows,
      types: ['activities/'],
    },
  ),
  // Runs in clients as well, and in the sandbox before any workflow; @temporalio/common is what both have.
  law('workflows/payload-converter.ts', 'the converter knows only @temporalio/common', { may: ['@temporalio/common$'] }),
  law('activities', 'activities see domain, ports, store, mail and the contract of the workflows', {
    may: [
      'src/domain/',
      'src/ports/',
      'src/store/',
      'src/mail/',
      alumni,
      '@temporalio/activity$',
      'workflows/contract\\.js$',
      'node:events$',
    ],
    types: ['@temporalio/worker$'], // an interceptor's type is there and nowhere else
  }),
  law('src/mail', 'mail sees domain, ports and what writes and reads mail', {
    may: [
      'src/domain/',
      'src/ports/',
      'nodemailer$',
      'p-limit$',
      'ical-generator$',
      'imapflow$',
      'mailparser$',
      'hono/jsx',
      'node:crypto$',
    ],
  }),
  law('src/alumni', 'what happens to a membership is domain, its rows and its mails', {
    may: ['src/domain/', 'src/store/', 'src/mail/'],
  }),
  // Reading a file of connections and finding whom they are: pure but for the file, and used by the command line.
  law('src/ties', 'ties are read and matched in words of the domain', {
    may: ['src/domain/', 'csv-parse', 'fuzzball$', 'tldts$', 'node:(?!process)'],
  }),
  // Any package, but nothing of ours: it must be able to start before there is anything else.
  law('src/embedded', 'the embedded stack knows only itself', {
    may: ['.'],
    never: ['(src|workflows|activities|test|bench|scripts)/', '@temporalio/', '@prisma/'],
  }),
  law('src/sandbox', 'shared shapes hide shared mistakes: the sandbox knows only itself', {
    may: ['zod$', 'fastify$', 'node:(?!process)'],
  }),

  // What the table does not name. config.ts is the edge (files and environment), config/ the pure reading of what it was given: the vendors'
  // settings come in as an argument, or every reader of a configuration would load every vendor.
  law('src/config', 'configuration sees domain and the types of ports', {
    may: ['src/domain/', 'zod$', 'yaml$'],
    types: ['src/ports/'],
  }),

  // Entries and the composition root: they import everything, and no layer imports them, for every law above is a list of what is allowed.
  law('src/*.ts', 'an entry wires what others made', {
    may: ['.'],
    never: [...neverWired, ...neverBuilt, 'src/(cli|demo)/'],
  }),
  ...['src/cli.ts', 'src/cli'].map((place) =>
    law(place, 'the command line wires what others made', {
      may: ['.'],
      never: [...neverWired, ...neverBuilt, 'src/demo/'],
    }),
  ),
  ...['src/demo.ts', 'src/demo'].map((place) =>
    law(place, 'the demo wires what others made', { may: ['.'], never: [...neverWired, 'src/cli/'] }),
  ),

  // Tools that many entries share stay small: each is one package, wrapped, and knows none of the others.
  law('src/http.ts', 'http is axios, in the words of the ports', {
    may: ['axios$', 'node:https?$', 'src/domain/', 'src/ports/'],
    types: ['zod$'],
  }),
  law('src/logger.ts', 'the logger is pino alone', { may: ['pino$'] }),
  law('src/metrics.ts', 'metrics are prom-client alone; what the gauges show comes from rows', {
    may: ['prom-client$', 'node:http$'],
    types: ['src/store/counts\\.js$'],
  }),
  law('src/process.ts', 'signals and exit codes need nothing of ours', { may: ['node:(?!process)'] }),
  law('src/calendars.ts', 'calendars are date-holidays, in the words of the domain', {
    may: ['date-holidays$', 'src/domain/'],
    types: ['src/config\\.js$'],
  }),
  law('src/migrations.ts', 'migrations run before there is a generated client to trust: files and pg', {
    may: ['pg$', 'node:(crypto|fs|path|url)$'],
    types: ['src/store/client\\.js$'],
  }),
  law('src/wake.ts', 'waking is one call by the contract of the workflows', {
    may: ['workflows/contract\\.js$'],
    types: ['@temporalio/client$'],
  }),
  law('src/temporal.ts', 'the connection is @temporalio/client, for servers that have no worker', {
    may: ['@temporalio/client$', 'node:(crypto|url)$'],
    types: ['src/config\\.js$'],
  }),
  // Read by npm run schema and by every entry, before anything else is opened.
  law('src/config.ts', 'the one reader of files and environment', {
    may: ['src/config/', 'src/domain/', 'node:(fs|path)$'],
    types: ['src/ports/'],
  }),
];
