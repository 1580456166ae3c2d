import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../src/embedded/postgres.js';
import { temporaryHome } from './home.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The administrator's url of the run's PostgreSQL; a test takes a database of its own by `freshDatabase()`. */
    databaseUrl: string;
  }
}

/** Starts the one PostgreSQL of this run, or takes DATABASE_URL's. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.DATABASE_URL;
  if (given !== undefined && given !== '') {
    project.provide('databaseUrl', given);
    return undefined;
  }
  const home = await temporaryHome();
  const postgres = await startPostgres({
    dataDir: join(home, 'postgres'),
    port: 0,
    // Nothing here has to survive a power cut.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' },
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  project.provide('databaseUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  };
}
