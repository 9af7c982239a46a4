import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { addressOf, startPostgres } from './postgres.mjs'
import { freePort } from './processes.mjs'
import { createDatabaseStatement, databaseStatements, loginRoles, roleStatements } from './roles.mjs'
import { applyMigrations } from './schema-engine.mjs'

// A PostgreSQL server for one run of the tests: own folder, own port, the same roles as everywhere, gone afterwards.

/** Runs statements one by one as the superuser of the throw-away server. */
async function asSuperuser(address, statements) {
  const client = new pg.Client({ connectionString: address })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/**
 * Starts the server, makes the roles and a migrated template database. Answers `{ address(role, database), admin, template, clone(name),
 * drop(name), stop() }`: addresses for each role, the superuser's address, and databases made by copying the template (0.2 s).
 */
export async function startTestbed() {
  const parent = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  chmodSync(parent, 0o711) // as root the server runs as another user, who has to pass
  const passwords = Object.fromEntries(['postgres', ...loginRoles].map((role) => [role, randomBytes(18).toString('base64url')]))
  const server = await startPostgres({ folder: join(parent, 'data'), port: await freePort(), superPassword: passwords.postgres })
  const address = (user, database) => addressOf({ port: server.port, user, password: passwords[user], database })
  const admin = address('postgres', 'postgres')
  const template = 'countersign_template'
  const stop = async () => {
    await server.stop()
    rmSync(parent, { recursive: true, force: true })
  }
  try {
    await asSuperuser(admin, [...roleStatements(passwords), createDatabaseStatement(template), ...databaseStatements(template)])
    await applyMigrations(address('countersign_migrate', template))
    await asSuperuser(admin, [`ALTER DATABASE ${template} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`])
  } catch (error) {
    await stop()
    throw error
  }
  return {
    address,
    admin,
    template,
    passwords,
    port: server.port,
    clone: (name) => cloneDatabase(admin, template, name),
    drop: (name) => dropDatabase(admin, name),
    stop,
  }
}

/** A database like the template, for one test file. `admin` is the superuser's address. */
export async function cloneDatabase(admin, template, name) {
  await asSuperuser(admin, [createDatabaseStatement(name, { template }), ...databaseStatements(name)])
}

/** Drops a test file's database, whoever is still connected. */
export async function dropDatabase(admin, name) {
  await asSuperuser(admin, [`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`])
}
