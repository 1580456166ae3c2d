import { ConfigError, loadConfig } from './config.js';
import { createLogger } from './logger.js';
import { runUntilSignal } from './process.js';
import { vendors } from './vendors/registry.js';
import { startWorker } from './work.js';

await runUntilSignal(async () => {
  const config = loadConfig(vendors);
  const logger = createLogger({ name: 'baton-worker', level: config.logLevel });
  for (const path of config.notYetActedOn) logger.warn({ path }, 'this version does not act on this key yet');
  return startWorker(config, logger);
}, ConfigError);
