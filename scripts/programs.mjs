// Run with tsx: obtains the programs that it is told of, into .cache/.
import { resolveTemporalCli, resolveTestServer } from '../src/embedded/programs.ts';
import { say } from './shared.mjs';

const programs = {
  temporal: () => resolveTemporalCli({ path: process.env.TEMPORAL_CLI_PATH, onProgress: say }),
  'test-server': () => resolveTestServer({ path: process.env.TEMPORAL_TEST_SERVER_PATH, onProgress: say }),
};

try {
  for (const name of process.argv.slice(2)) say(`${name}: ${await programs[name]()}`);
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
