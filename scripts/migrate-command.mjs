import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { borrowDatabase } from './database.mjs'
import { readEnvironment } from './environment.mjs'
import { atEnd, end, endOnSignals, isEnding } from './lifetime.mjs'
import { administratorScript } from './roles.mjs'
import { say, step, Told, tell } from './say.mjs'
import {
  applyMigrations,
  diff,
  lastMigratedSchema,
  markRolledBack,
  migrationNames,
  migrationsFolder,
  schemaFile,
} from './schema-engine.mjs'

/** A folder name that sorts after every earlier one, even when those carry a date to come. */
function nextName(name, now = new Date()) {
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14)
  const last = migrationNames().at(-1)?.slice(0, 14) ?? '0'
  return `${BigInt(stamp) > BigInt(last) ? stamp : BigInt(last) + 100n}_${name}`
}

async function newMigration(name) {
  if (!/^[a-z][a-z0-9_]*$/.test(name ?? ''))
    throw new Told('A migration needs a name of small letters, digits and _: npm run migrate:new -- add_agents')
  const sql = await diff({ from: lastMigratedSchema() })
  const folder = join(migrationsFolder, nextName(name))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'migration.sql'), sql || '-- The schema did not change: write by hand what this migration is for.\n')
  copyFileSync(schemaFile, join(folder, 'schema.prisma'))
  say(`${folder}\nRead migration.sql, add what Prisma cannot express (checks, triggers, grants), then run npm run migrate.`)
}

const help = `npm run migrate [-- options]
  (none)               apply what the database does not have yet
  --rolled-back NAME   clear the mark of a failed migration, so that it can be applied again
  --print-roles [DB]   SQL for an administrator of an external server: roles and database
  --diff-from-empty    SQL that makes the schema from nothing
npm run migrate:new -- NAME   a new migration from what changed in prisma/schema.prisma`

/** Applies what is missing and answers it in words; when an earlier migration failed, says what to do (a `Told`). */
export async function migrate(migrateUrl) {
  try {
    const applied = await applyMigrations(migrateUrl)
    return applied.length > 0 ? `${applied.length} applied` : 'nothing to do'
  } catch (error) {
    const [, failed] = /The `(\S+)` migration started at/.exec(error.message) ?? []
    if (failed)
      throw new Told(
        `The migration ${failed} failed earlier; nothing of it was kept. Put right what it stumbled over, then run\n` +
          `  npm run migrate -- --rolled-back ${failed}\nand try again.`,
      )
    const [, name] = /migration_name="(\S+)"/.exec(error.message) ?? []
    if (!name) throw error
    const why = /ERROR: [^\n]*/.exec(error.message)?.[0] ?? error.message
    throw new Told(
      `The migration ${name} failed and nothing of it was kept:\n  ${why}\nPut it right, then: npm run migrate -- --rolled-back ${name}`,
    )
  }
}

async function onDatabase(work) {
  endOnSignals()
  try {
    const database = await step('Database', () => borrowDatabase(readEnvironment()))
    atEnd(database.stop)
    if (!database.migrateUrl) throw new Told('DATABASE_URL is set, so DATABASE_MIGRATE_URL has to be set too: the role that migrates.')
    await work(database.migrateUrl)
    await end(0)
  } catch (error) {
    if (isEnding()) return
    tell(error)
    await end(1)
  }
}

/** `npm run migrate`, with what may stand behind it. */
export async function migrateCommand([option, value]) {
  if (option === undefined) return onDatabase((url) => step('Migrations', () => migrate(url)))
  if (option === '--rolled-back' && value)
    return onDatabase((url) =>
      step(`Clearing the mark of ${value}`, async () => {
        if (!(await markRolledBack(url, value))) throw new Told(`${value} is not a failed migration: there is nothing to clear.`)
        return 'npm run migrate applies it again'
      }),
    )
  if (option === '--print-roles') return say(administratorScript(value))
  if (option === '--diff-from-empty') return say(await diff({ from: null }))
  if (option === '--new') return newMigration(value)
  throw new Told(help)
}
