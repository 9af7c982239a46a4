import pg from 'pg'
import { administratorScript, allRoles, databaseStatements, leastVersion, roleStatements } from './roles.mjs'
import { Told } from './say.mjs'

// A server that somebody else runs. Its addresses may hold passwords: no message here shows one.

/** Host and database of an address, for messages; never its user or password. */
function place(url) {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

async function connect(url, setting) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    // Node gathers the attempts for each address of a name in one error without a message.
    const why = error.message || error.errors?.[0]?.message || error.code
    throw new Told(`${setting} names ${place(url)}, which refused or did not answer: ${why}`)
  }
}

/** The sentence that says which PostgreSQL is needed, or null when this one will do. `number` is server_version_num. */
export function whyNotVersion(number) {
  const major = Math.floor(number / 10_000)
  return major >= leastVersion ? null : `PostgreSQL ${leastVersion} or later is needed; the server at DATABASE_URL is ${major}.`
}

async function checkVersion(client) {
  const { rows } = await client.query("SELECT current_setting('server_version_num')::int AS number")
  const why = whyNotVersion(rows[0].number)
  if (why) throw new Told(why)
}

/** The password that an address carries, for making its role; nothing when the address is another role's. */
function passwordOf(role, url) {
  const { username, password } = url ? new URL(url) : {}
  return username === role ? { [role]: decodeURIComponent(password) } : {}
}

/** Makes the roles when the migrating address may; otherwise prints what an administrator has to run. */
async function prepareRoles(client, appUrl, logUrl) {
  const { rows } = await client.query('SELECT rolname FROM pg_roles WHERE rolname = ANY ($1)', [allRoles])
  const { database, user } = (await client.query('SELECT current_database() AS database, current_user AS user')).rows[0]
  const missing = allRoles.filter((name) => !rows.some((row) => row.rolname === name))
  if (missing.length > 0) {
    const passwords = { ...passwordOf('countersign_app', appUrl), ...passwordOf('countersign_log', logUrl) }
    try {
      await client.query('BEGIN')
      for (const statement of roleStatements(passwords)) await client.query(statement)
      await client.query(`GRANT countersign_owner TO "${user.replaceAll('"', '""')}"`)
      await client.query(`ALTER DATABASE "${database.replaceAll('"', '""')}" OWNER TO countersign_owner`)
      for (const statement of databaseStatements(database)) await client.query(statement)
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK')
      throw new Told(
        `The roles ${missing.join(', ')} are missing and DATABASE_MIGRATE_URL may not make them (${error.code}).\n` +
          `Have an administrator of the server run this once, then start again:\n\n${administratorScript(database, { exists: true })}\n`,
      )
    }
  }
  const { rows: may } = await client.query("SELECT pg_has_role(current_user, 'countersign_owner', 'SET') AS owner")
  if (!may[0].owner)
    throw new Told('DATABASE_MIGRATE_URL must be a role that may become countersign_owner: countersign_migrate is made for it.')
}

/** The migrating address as the owner role, whoever logs in: everything that is made belongs to the owner. */
export function asOwner(url) {
  const address = new URL(url)
  address.searchParams.set('options', '-c role=countersign_owner')
  return address.href
}

/**
 * Looks at an external server before anything is done to it: reachable, new enough, roles there (or made), and the running address not
 * a superuser. Throws a `Told` with what to do. `migrateUrl` may be missing: then nothing is migrated here.
 */
export async function prepareExternal({ url, migrateUrl, logUrl }) {
  if (migrateUrl) {
    const client = await connect(migrateUrl, 'DATABASE_MIGRATE_URL')
    try {
      await checkVersion(client)
      await prepareRoles(client, url, logUrl)
    } finally {
      await client.end()
    }
  }
  const client = await connect(url, 'DATABASE_URL')
  try {
    await checkVersion(client)
    const { rows } = await client.query(
      "SELECT rolsuper OR pg_has_role(current_user, 'countersign_owner', 'MEMBER') AS mighty FROM pg_roles WHERE rolname = current_user",
    )
    if (rows[0].mighty)
      throw new Told('DATABASE_URL must be countersign_app or a role like it: a superuser or owner could change the record unnoticed.')
  } finally {
    await client.end()
  }
}
