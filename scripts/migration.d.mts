/** The SQL that leads from the migrations to the schema; an empty string when they agree. */
export function diffMigrations(options: { databaseUrl: string; schema?: string; migrations?: string }): Promise<string>;

/** Writes the next migration and answers its folder's name, or null when schema and migrations agree already. */
export function writeMigration(options: {
  databaseUrl: string;
  name: string;
  now: Date;
  schema?: string;
  migrations?: string;
}): Promise<string | null>;
