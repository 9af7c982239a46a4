import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { asOwner, prepareExternal } from './external.mjs'
import { stateFolder } from './paths.mjs'
import { addressOf, startPostgres } from './postgres.mjs'
import { freePort, isFree } from './processes.mjs'
import { createDatabaseStatement, databaseStatements, roleStatements } from './roles.mjs'
import { Told } from './say.mjs'
import { newEmbedded, readEmbedded, runningStart, writeEmbedded } from './state.mjs'

// The database of the application, whichever it is: `{ embedded, url, migrateUrl, logUrl, stop() }`.

const database = 'countersign'
const folder = join(stateFolder, 'postgres')

const addresses = ({ port, passwords }) => {
  const address = (user, name = database) => addressOf({ port, user, password: passwords[user], database: name })
  return {
    embedded: true,
    url: address('countersign_app'),
    migrateUrl: address('countersign_migrate'),
    logUrl: address('countersign_log'),
    admin: address('postgres', 'postgres'),
  }
}

/** Roles with their passwords and the database, made where missing. The only thing that is ever done as superuser. */
async function provision(admin, passwords) {
  const client = new pg.Client({ connectionString: admin })
  try {
    await client.connect()
  } catch (error) {
    if (error.code !== '28P01') throw error
    throw new Told(
      `The embedded database in ${folder} has other passwords than ${stateFolder} remembers.\nnpm start -- --fresh-demo throws it away and makes a new one.`,
    )
  }
  try {
    for (const statement of roleStatements(passwords)) await client.query(statement)
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database])
    if (rowCount === 0) await client.query(createDatabaseStatement(database))
    for (const statement of databaseStatements(database)) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Throws the embedded database away, with everything that was printed about it. */
export function dropEmbedded() {
  for (const name of ['postgres', 'embedded.json', 'demo.json', 'setup-link.txt'])
    rmSync(join(stateFolder, name), { recursive: true, force: true })
  setLogAside()
}

/** Keys, guard and anchors of a log whose database is gone: a new log has its own, and the old ones still prove what they proved. */
function setLogAside() {
  const log = join(stateFolder, 'log')
  if (existsSync(log)) renameSync(log, `${log}-until-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}`)
}

async function openEmbedded({ demo, onEnd }) {
  const known = existsSync(join(folder, 'PG_VERSION'))
  let state = known ? readEmbedded() : null
  // A load of the demo record that was cut off left half of it: the record must be whole or not there.
  if (state?.demo === 'loading') {
    dropEmbedded()
    state = null
  }
  if (state === null) setLogAside()
  state ??= newEmbedded(demo)
  if (!state.port || !(await isFree(state.port, '127.0.0.1'))) state.port = await freePort()
  writeEmbedded(state)
  const server = await startPostgres({ folder, port: state.port, superPassword: state.passwords.postgres, onEnd })
  try {
    await provision(addresses(state).admin, state.passwords)
  } catch (error) {
    await server.stop()
    throw error
  }
  const { admin: _, ...rest } = addresses(state)
  return { ...rest, state, stop: server.stop }
}

/**
 * Opens the database: the external one of DATABASE_URL, looked at first, or the embedded one, started here. `demo` says whether a new
 * embedded database will get the demo record (`wanted` or `none`). `onEnd(lines)` hears of an embedded server that ended by itself.
 */
export async function openDatabase(env, { demo = 'wanted', onEnd } = {}) {
  if (env.DATABASE_URL) {
    const migrateUrl = env.DATABASE_MIGRATE_URL
    await prepareExternal({ url: env.DATABASE_URL, migrateUrl, logUrl: env.DATABASE_LOG_URL })
    return {
      embedded: false,
      url: env.DATABASE_URL,
      migrateUrl: migrateUrl && asOwner(migrateUrl),
      logUrl: env.DATABASE_LOG_URL,
      stop: async () => {},
    }
  }
  if (env.DATABASE_MIGRATE_URL)
    throw new Told('DATABASE_MIGRATE_URL is set but DATABASE_URL is not. Set both for a server of yours, or neither.')
  return openEmbedded({ demo, onEnd })
}

/** The same for a command that runs beside a start: uses the embedded server that is already up, else opens one and stops it afterwards. */
export async function borrowDatabase(env) {
  const running = runningStart()
  if (!env.DATABASE_URL && running?.embedded) return { ...addresses(readEmbedded()), stop: async () => {} }
  return openDatabase(env)
}
