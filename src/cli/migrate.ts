import { loadEnvironment } from '../config.js';
import { migrate as applyMigrations } from '../migrations.js';
import { findVariables } from './context.js';
import { CliError, emit, exits, note, type Session } from './output.js';

/** `migrate`: brings the schema up to date; needs the database alone, no baton.yaml. */
export async function migrate(session: Session): Promise<void> {
  const { databaseUrl } = loadEnvironment(findVariables(session).variables);
  if (databaseUrl === null) {
    throw new CliError(
      exits.wrong,
      'no-configuration',
      'DATABASE_URL is not set (nor DATABASE_URL_FILE), and no demo runs that has a database of its own.',
    );
  }
  const applied = await applyMigrations(databaseUrl, (line) => note(session, line));
  emit(session, { applied }, () => (applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`));
}
