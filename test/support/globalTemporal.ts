import type { TestProject } from 'vitest/node';
import { resolveTestServer, startTemporal } from '../../src/embedded/temporal.js';
import { searchAttributes } from '../../workflows/contract.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A dev server of this project's own, in memory, with Baton's search attributes; its namespace is `default`. */
    temporalAddress: string;
    /** The `temporal` program. */
    temporalCliPath: string;
    /** For `createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`; only in project `workflow`. */
    testServerPath: string;
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
  if (project.name === 'workflow') {
    project.provide('testServerPath', await resolveTestServer({ path: process.env.TEMPORAL_TEST_SERVER_PATH, onProgress }));
  }
  return () => temporal.stop();
}
