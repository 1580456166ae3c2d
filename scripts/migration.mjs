// Run with tsx: `npm run migration -- <name>` writes what prisma/schema.prisma has and prisma/migrations has not.
import { mkdirSync, mkdtempSync, chmodSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import { startPostgres } from '../src/embedded/postgres.ts';
import { root, say } from './shared.mjs';

const schemaFile = path.join(root, 'prisma', 'schema.prisma');
const migrationsFolder = path.join(root, 'prisma', 'migrations');
const lockContent = '# Written by `npm run migration`; to be committed.\nprovider = "postgresql"\n';
const filters = { externalTables: [], externalEnums: [] };

/** Prisma's own schema engine, as WASM: the native one would be downloaded from outside the registry. An internal API, so pinned exactly. */
async function instantiateEngine() {
  // Where the engine leaves its reason when it panics; without one, that reason would be lost in a TypeError.
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => say(`Prisma's schema engine: ${message}`) };
  const engine = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  // Not among the package's exports, so by its path.
  const wasm = path.join(root, 'node_modules', '@prisma', 'schema-engine-wasm', 'schema_engine_bg.wasm');
  const { instance } = await WebAssembly.instantiate(readFileSync(wasm), { './schema_engine_bg.js': engine });
  engine.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return engine.SchemaEngine;
}

let loading;
/** Once per process: its JavaScript keeps views of the first instance's memory. */
const loadEngine = () => (loading ??= instantiateEngine());

function migrationScripts(folder) {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map(({ name }) => name)
    .sort()
    .map((name) => readFileSync(path.join(folder, name, 'migration.sql'), 'utf8'));
}

/** PostgreSQL's internal one-letter type "char", which the engine reads from the catalogue and the adapter does not know. */
const charOid = 18;
const textOid = 25;

/** Lets the adapter take such columns for text, and calls them what they are in its answer. */
function readingChars(adapter) {
  const columnsOf = new WeakMap();
  const performIO = adapter.performIO.bind(adapter);
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.performIO = async (query) => {
    const result = await performIO(query);
    const isChar = ({ dataTypeID }) => dataTypeID === charOid;
    columnsOf.set(query, result.fields.map(isChar));
    for (const field of result.fields.filter(isChar)) field.dataTypeID = textOid;
    return result;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    const chars = columnsOf.get(query) ?? [];
    return { ...result, columnTypes: result.columnTypes.map((type, index) => (chars[index] ? ColumnTypeEnum.Character : type)) };
  };
  return adapter;
}

function adapterFactory(connectionString) {
  const factory = new PrismaPg({ connectionString });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => readingChars(await connect());
  return bindMigrationAwareSqlAdapterFactory(factory);
}

/** A database of its own on that server with the migrations applied, gone afterwards. */
async function withMigratedDatabase({ databaseUrl, migrations }, work) {
  const name = `baton_migration_${process.pid}_${Date.now()}`;
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  try {
    await admin.query(`create database ${name}`);
    // By us, as in production: the engine's own replay cuts scripts at every semicolon, also within a function or a comment.
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    for (const script of migrationScripts(migrations)) await client.query(script);
    await client.end();
    return await work(url.href);
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
}

/**
 * The SQL that leads from the migrations to the schema; an empty string when they agree (the drift test's question).
 * Folders and file may be given, for tests; `databaseUrl` must be allowed to create a database.
 */
export async function diffMigrations({ databaseUrl, schema = schemaFile, migrations = migrationsFolder }) {
  const SchemaEngine = await loadEngine();
  const files = [{ path: 'schema.prisma', content: readFileSync(schema, 'utf8') }];
  mkdirSync(migrations, { recursive: true });
  return withMigratedDatabase({ databaseUrl, migrations }, async (connectionString) => {
    const engine = await SchemaEngine.new(
      { datamodels: [['schema.prisma', files[0].content]] },
      () => {},
      adapterFactory(connectionString),
    );
    const from = { tag: 'schemaDatasource', files, configDir: root };
    const to = { tag: 'schemaDatamodel', files };
    const { stdout, exitCode } = await engine.diff({ from, to, script: true, exitCode: true, filters, shadowDatabaseUrl: null });
    return exitCode === 0 ? '' : (stdout ?? '');
  });
}

/** Writes the next migration and answers its folder's name, or null when schema and migrations agree already. */
export async function writeMigration({ databaseUrl, name, now, schema = schemaFile, migrations = migrationsFolder }) {
  const sql = await diffMigrations({ databaseUrl, schema, migrations });
  if (sql === '') return null;
  const folder = `${now.toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`;
  mkdirSync(path.join(migrations, folder));
  writeFileSync(path.join(migrations, folder, 'migration.sql'), sql);
  writeFileSync(path.join(migrations, 'migration_lock.toml'), lockContent);
  return folder;
}

async function withServer(work) {
  if (process.env.DATABASE_URL) return work(process.env.DATABASE_URL);
  const home = mkdtempSync(path.join(tmpdir(), 'baton-migration-'));
  // Under root PostgreSQL runs as another user, who has to enter.
  chmodSync(home, 0o711);
  const postgres = await startPostgres({
    dataDir: path.join(home, 'postgres'),
    port: 0,
    settings: { fsync: 'off' },
    onProgress: say,
  });
  try {
    return await work(postgres.url);
  } finally {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

async function main(name) {
  if (!/^[a-z][a-z0-9_]*$/.test(name ?? '')) {
    say('Usage: npm run migration -- <name>, the name in small letters, digits and _');
    return 2;
  }
  const folder = await withServer((databaseUrl) => writeMigration({ databaseUrl, name, now: new Date() }));
  say(folder === null ? 'Schema and migrations agree; nothing to write.' : 'Read it before you commit it: data may need a hand.');
  if (folder !== null) process.stdout.write(`prisma/migrations/${folder}/migration.sql\n`);
  return 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = await main(process.argv[2]);
}
