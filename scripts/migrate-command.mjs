import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { say, Told } from './say.mjs'
import { diff, lastMigratedSchema, migrationNames, migrationsFolder, schemaFile } from './schema-engine.mjs'

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

/** `npm run migrate`, with what may stand behind it. */
export async function migrateCommand(args) {
  const [option, value] = args
  if (option === '--diff-from-empty') return say(await diff({ from: null }))
  if (option === '--new') return newMigration(value)
  throw new Told(`Unknown option ${option}.`)
}
