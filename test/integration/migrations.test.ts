import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { diff, lastMigratedSchema, schemaFile } from '../../scripts/schema-engine.mjs'
import { databaseName } from '../support/names'
import { addressAs, makeDatabase, removeDatabase } from '../support/postgres'

// Prisma's models are written twice: by the migrations, which real databases went through, and by the schema, which the client
// believes. What is written by hand (schema audit, functions, triggers, checks, grants) is compared by the catalog tests.

const fresh = databaseName('schema')
let migrated: pg.Client
let written: pg.Client

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

beforeAll(async () => {
  migrated = await connect(process.env.DATABASE_MIGRATE_URL as string)
  // A copy of the template emptied of tables: the functions that column defaults call come from a hand-written migration.
  await makeDatabase(fresh)
  written = await connect(addressAs('countersign_migrate', fresh))
  const tables = await written.query<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  )
  await written.query(`DROP TABLE ${tables.rows.map((row) => `public.${row.name}`).join(', ')} CASCADE`)
  await written.query(await diff({ from: null }))
})

afterAll(async () => {
  await Promise.all([migrated?.end(), written?.end()])
  await removeDatabase(fresh)
})

/** The rows of a catalog query, one line each, from both databases. */
async function both(sql: string): Promise<{ migrations: string[]; schema: string[] }> {
  const lines = async (client: pg.Client) => (await client.query<{ line: string }>(sql)).rows.map((row) => row.line).sort()
  return { migrations: await lines(migrated), schema: await lines(written) }
}

describe('migrations applied are the schema written from empty', () => {
  it('the newest migration was made from the schema of today', async () => {
    const last = lastMigratedSchema()
    expect(last, 'no migration keeps its schema.prisma').not.toBeNull()
    expect(await diff({ from: last, to: schemaFile }), 'run npm run migrate:new -- <name>').toBe('')
  })

  it('same tables and columns: type, length, nullability, default', async () => {
    const { migrations, schema } = await both(`
      SELECT format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                    CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END, coalesce(pg_get_expr(d.adbin, d.adrelid), '-')) AS line
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND c.relname <> '_prisma_migrations'
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
       WHERE a.attnum > 0 AND NOT a.attisdropped`)
    expect(migrations.length).toBeGreaterThan(100)
    expect(migrations).toEqual(schema)
  })

  it('same primary, foreign and unique keys', async () => {
    const { migrations, schema } = await both(`
      SELECT format('%s: %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS line
        FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'f', 'u') AND conrelid::regclass::text <> '_prisma_migrations'`)
    expect(migrations.length).toBeGreaterThan(30)
    expect(migrations).toEqual(schema)
  })

  it('every index of the schema is there', async () => {
    const { migrations, schema } = await both(`SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'`)
    const there = new Set(migrations)
    expect(schema.filter((line) => !there.has(line))).toEqual([])
  })

  it('every table of the schema belongs to the owner, none to a role that logs in', async () => {
    const { rows } = await migrated.query<{ owner: string }>(
      `SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname IN ('public', 'audit')`,
    )
    expect(rows).toEqual([{ owner: 'countersign_owner' }])
  })
})
