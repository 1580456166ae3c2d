import { ConfigError, loadConfig } from './config.js';
import { createLogger } from './logger.js';
import { runUntilSignal } from './process.js';
import { startServer } from './serve.js';
import { vendors } from './vendors/registry.js';

await runUntilSignal(async () => {
  const config = loadConfig(vendors);
  return startServer(config, createLogger({ name: 'baton-server', level: config.logLevel }));
}, ConfigError);
