import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from 'tsx/cjs/api';
import { run } from '../../src/cli/program.js';

// Temporal's client loads our payload converter by `require`, which reads TypeScript only with a hook.
register();

/** What a command printed and how it ended. */
export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process; variables that a developer has set are blanked unless given. */
export async function baton(argv: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await run(argv, {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    colors: false,
    variables: {
      BATON_HOME: '/nowhere',
      BATON_CONFIG: '/nowhere/baton.yaml',
      DATABASE_URL: '',
      TEMPORAL_ADDRESS: '',
      TEMPORAL_NAMESPACE: '',
      SMTP_URL: '',
      ...variables,
    },
  });
  return { exit, out: out.join(''), err: err.join('') };
}

/** The one JSON document that a command printed. */
export function documentOf({ out }: Ran): unknown {
  const lines = out.trimEnd().split('\n');
  if (lines.length !== 1) throw new Error(`not one line on stdout: ${out}`);
  return JSON.parse(out);
}

/** Nothing listens on port 1 of loopback. */
export const nobody = '127.0.0.1:1';

/** A `baton.yaml` whose vendors are nobody. */
export async function configFile(more = ''): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'baton-test-cli-')), 'baton.yaml');
  await writeFile(
    path,
    `company: { name: Vlietstra B.V., timeZone: Europe/Amsterdam, country: NL, language: nl }
hr: { rota: [karin@vlietstra.example, nobody@vlietstra.example] }
connections:
  bamboohr-nl: { vendor: bamboohr, mode: act, companyDomain: v, apiKey: k, baseUrl: "http://${nobody}" }
  hubspot: { vendor: hubspot, mode: act, token: t, baseUrl: "http://${nobody}" }
${more}`,
  );
  return path;
}
