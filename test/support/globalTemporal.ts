import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { resolveTestServer, startTemporal } from '../../src/embedded/temporal.js';
import { bundleWorkflows } from '../../src/work.js';
import { searchAttributes } from '../../workflows/contract.js';
import { temporaryHome } from './home.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A dev server of this project's own, in memory, with Baton's search attributes; its namespace is `default`. */
    temporalAddress: string;
    /** The `temporal` program. */
    temporalCliPath: string;
    /** For `createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`; only in projects that skip time. */
    testServerPath: string;
    /** A file with the workflows' bundle, made once per run; only in projects that skip time. */
    workflowBundle: string;
  }
}

/** Starts the project's dev server, and finds the time-skipping server where the project uses it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const onProgress = (line: string): void => void process.stderr.write(`${line}\n`);
  const cliPath = process.env.TEMPORAL_CLI_PATH;
  const temporal = await startTemporal({
    dataFile: null,
    port: 0,
    uiPort: 0,
    namespace: 'default',
    searchAttributes,
    cliPath,
    onProgress,
  });
  project.provide('temporalAddress', temporal.address);
  project.provide('temporalCliPath', temporal.cli);
  const home = await temporaryHome();
  if (project.name === 'workflow' || project.name === 'years') {
    project.provide('testServerPath', await resolveTestServer({ path: process.env.TEMPORAL_TEST_SERVER_PATH, onProgress }));
    const bundle = join(home, 'workflows.js');
    await writeFile(bundle, (await bundleWorkflows()).code);
    project.provide('workflowBundle', bundle);
  }
  return async () => {
    await temporal.stop();
    await rm(home, { recursive: true, force: true });
  };
}
