import { startSandbox } from './index.js';

// The one documented exception to "only src/config.ts reads process.env": the import law keeps that file out of the sandbox.
const port = Number(process.env['SANDBOX_PORT'] ?? 7401);
const home = process.env['BATON_HOME'] ?? '.baton';
// Read only when `PUT /_people` asks for people who answer mails.
const mailboxPort = process.env['MAILBOX_PORT'] ?? '7403';
const mailbox = /^[1-9]\d*$/.test(mailboxPort) ? `http://127.0.0.1:${mailboxPort}` : undefined;
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

function failure(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${String(port)} is in use. Stop what listens there, or set SANDBOX_PORT to another port (0 takes any free one).`;
  }
  return `The sandbox did not start: ${error instanceof Error ? error.message : String(error)}`;
}

if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write('SANDBOX_PORT must be a port between 0 and 65535.\n');
  process.exit(2);
}
try {
  const sandbox = await startSandbox({ port, home, mailbox });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => void sandbox.stop().finally(() => process.exit(exitCodes[signal])));
  }
  process.stdout.write(`${JSON.stringify({ ready: true, sandbox: sandbox.url })}\n`);
} catch (error) {
  process.stderr.write(`${failure(error)}\n`);
  process.exit(4);
}
