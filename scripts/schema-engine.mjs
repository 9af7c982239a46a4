import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import { inRoot } from './paths.mjs'

// Prisma's own schema engine as WebAssembly: the binary that `prisma migrate` downloads is not needed, so migrations work offline.

export const schemaFile = inRoot('prisma', 'schema.prisma')
export const migrationsFolder = inRoot('prisma', 'migrations')
const filters = { externalTables: [], externalEnums: [] }

let loading

/** The engine's class, instantiated by hand (importing `.wasm` as a module prints a warning) and once only: its glue holds one instance. */
function engineClass() {
  loading ??= (async () => {
    const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg')
    const bytes = readFileSync(inRoot('node_modules', '@prisma', 'schema-engine-wasm', 'schema_engine_bg.wasm'))
    // The engine waits at most 10 s for its lock and leaves that timer behind: unless it is let go, a process stays 10 s for nothing.
    const timers = Object.entries(glue).filter(([name]) => name.startsWith('__wbg_setTimeout'))
    const letGo = timers.map(([name, set]) => [name, (...given) => set(...given).unref()])
    const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...glue, ...Object.fromEntries(letGo) } })
    glue.__wbg_set_wasm(instance.exports)
    instance.exports.__wbindgen_start()
    return glue.SchemaEngine
  })()
  return loading
}

/**
 * The adapter cuts SQL at every `;`, also inside `$$`, and spreads the pieces over its pool. Sent as one simple query a
 * migration is one connection and one transaction: a failing one leaves nothing behind. (So no COMMIT inside a migration
 * and no CREATE INDEX CONCURRENTLY.)
 */
function wholeScripts(factory) {
  const connect = factory.connect.bind(factory)
  factory.connect = async () => {
    const adapter = await connect()
    adapter.executeScript = async (script) => {
      try {
        await adapter.underlyingDriver().query(script)
      } catch (error) {
        adapter.onError(error) // rethrows with the database's message, which would be lost otherwise
      }
    }
    return adapter
  }
  return factory
}

/** For comparing schemas: the engine connects first thing whatever it is asked, so it gets a connection that knows nothing. */
const nowhere = {
  provider: 'postgres',
  adapterName: 'nowhere',
  connect: async () => ({
    provider: 'postgres',
    adapterName: 'nowhere',
    getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: false }),
    queryRaw: async () => ({ columnNames: [], columnTypes: [], rows: [] }),
    executeRaw: async () => 0,
    executeScript: async () => {},
    startTransaction: async () => {
      throw new Error('a comparison of schemas does not write')
    },
    dispose: async () => {},
  }),
}
nowhere.connectToShadowDb = nowhere.connect

async function withEngine(factory, work) {
  const SchemaEngine = await engineClass()
  const datamodels = [[schemaFile, readFileSync(schemaFile, 'utf8')]]
  const engine = await SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(factory))
  try {
    return await work(engine)
  } finally {
    engine.free()
  }
}

async function withDatabase(url, work) {
  const [{ PrismaPg }, { default: pg }] = await Promise.all([import('@prisma/adapter-pg'), import('pg')])
  const pool = new pg.Pool({ connectionString: url }) // our own, to be ended: the engine leaves its connections open
  pool.on('error', () => {})
  try {
    return await withEngine(wholeScripts(new PrismaPg(pool)), work)
  } finally {
    await pool.end()
  }
}

/** Names of the migration folders in order of application. */
export function migrationNames(folder = migrationsFolder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'migration.sql')))
    .sort()
}

function migrationsList(folder = migrationsFolder) {
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: migrationNames(folder).map((path) => ({
      path,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: readFileSync(join(folder, path, 'migration.sql'), 'utf8') } },
    })),
  }
}

/** The schema as the newest migration that changed it left it, or null before the first one. Kept beside the migration as `schema.prisma`. */
export function lastMigratedSchema(folder = migrationsFolder) {
  const newest = migrationNames(folder).findLast((name) => existsSync(join(folder, name, 'schema.prisma')))
  return newest ? join(folder, newest, 'schema.prisma') : null
}

/**
 * SQL that leads from one schema file to another; `from: null` means from nothing. The empty string when there is nothing to do.
 * Compares files only: no database is asked.
 */
export async function diff({ from, to = schemaFile }) {
  const side = (file) =>
    file === null ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [{ path: file, content: readFileSync(file, 'utf8') }] }
  const result = await withEngine(nowhere, (engine) =>
    engine.diff({ from: side(from), to: side(to), script: true, exitCode: null, filters }),
  )
  const sql = result.stdout ?? ''
  return /^\s*(--[^\n]*)?\s*$/.test(sql) ? '' : sql
}

/** Applies what the database does not have yet, as the role of the address. Answers the names it applied; throws the database's message. */
export async function applyMigrations(url, folder = migrationsFolder) {
  const { appliedMigrationNames } = await withDatabase(url, (engine) =>
    engine.applyMigrations({ migrationsList: migrationsList(folder), filters }),
  )
  return appliedMigrationNames
}

/**
 * Clears the mark that a failed migration left (P3009), so that it can be applied again once it is put right. Answers false when
 * that migration did not fail: the engine itself would "roll back" an applied one, and then apply it twice.
 */
export async function markRolledBack(url, migrationName) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query(
      'SELECT FROM _prisma_migrations WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL',
      [migrationName],
    )
    if (rowCount === 0) return false
  } finally {
    await client.end()
  }
  await withDatabase(url, (engine) => engine.markMigrationRolledBack({ migrationName }))
  return true
}
