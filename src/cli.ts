import { run } from './cli/program.js';
import { silenceDeprecations } from './process.js';

silenceDeprecations();

/** A reader that has seen enough, such as `head`, is no fault. */
process.stdout.on('error', (error: Error & { readonly code?: string }) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const code = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  colors: process.stdout.isTTY === true,
});
// Whatever still waits for a server that is gone must not keep a finished command; what was written goes out first.
process.stdout.write('', () => process.exit(code));
