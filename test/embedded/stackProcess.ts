import { startEmbedded } from '../../src/embedded/index.js';

/** Run as a process of its own, to be killed: starts the stack on the folder given and prints what it got. */
const embedded = await startEmbedded({
  home: process.argv[2] ?? '',
  ports: { postgres: 0, temporal: 0, temporalUi: 0, mailboxSmtp: 0, mailbox: 0 },
  searchAttributes: { BatonStage: 'Keyword' },
  temporalCliPath: process.env.TEMPORAL_CLI_PATH,
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(`${JSON.stringify(embedded)}\n`);
process.once('SIGTERM', () => void embedded.stop().then(() => process.exit(143)));
