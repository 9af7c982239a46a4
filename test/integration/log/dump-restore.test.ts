import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openSequencer } from '../../../sequencer/sequencer'
import { startLog, TEST_LOG, type TestLog } from '../../support/log'
import { databaseName } from '../../support/names'
import { addressAs, makeDatabase, removeDatabase } from '../../support/postgres'
import { appendEvents, connectAs, verifyDatabase } from '../../support/stored-trail'

// A dump into a new cluster keeps the trail whole (audit-log.md, 1: nothing hangs on transaction numbers, which begin anew there): the same bytes, the
// same hashes, and the log goes on under the same guard (T13, T15). What pg_dump writes is written here row by row, with triggers made afterwards.

const TABLES = ['event', 'pending', 'leaf', 'tile', 'checkpoint', 'log_key', 'cosignature', 'anchor', 'verification', 'sequencer']

let target: string
let app: pg.Client
let log: TestLog

beforeAll(async () => {
  target = databaseName('restored')
  await makeDatabase(target)
  app = await connectAs('countersign_app')
  log = await startLog()
})

afterAll(async () => {
  await log.close()
  await app.end()
  await removeDatabase(target)
})

/** The columns that a dump holds: generated ones are computed again from the others. */
async function columnsOf(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ names: string }>(
    `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS names FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [`audit.${table}`],
  )
  return rows[0]?.names as string
}

async function dumpInto(from: pg.Client, to: pg.Client): Promise<void> {
  for (const table of TABLES) {
    const columns = await columnsOf(from, table)
    const { rows } = await from.query<{ line: string }>(
      `SELECT row_to_json(t)::text AS line FROM (SELECT ${columns} FROM audit.${table}) t`,
    )
    await to.query(`ALTER TABLE audit.${table} DISABLE TRIGGER USER`)
    for (let at = 0; at < rows.length; at += 500)
      await to.query(
        `INSERT INTO audit.${table} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM unnest($1::json[]) line, json_populate_record(NULL::audit.${table}, line)`,
        [rows.slice(at, at + 500).map(({ line }) => line)],
      )
    const { rows: triggers } = await to.query<{ name: string }>(
      `SELECT tgname AS name FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal`,
      [`audit.${table}`],
    )
    for (const { name } of triggers) await to.query(`ALTER TABLE audit.${table} ENABLE ALWAYS TRIGGER ${name}`)
  }
}

it('has the same hashes after a dump and a restore, verifies, and goes on where it stood', async () => {
  await appendEvents(app, 700, 'Zürich · 東京 · “quoted” · \u{1f512}')
  await log.integrate()
  await appendEvents(app, 5, 'waiting')
  const [from, to] = await Promise.all([connectAs('postgres'), connectAs('postgres', target)])
  // As in a new cluster: its transactions were never those of the old one.
  await dumpInto(from, to)
  const hashes = async (client: pg.Client) =>
    (
      await client.query<{ all: string }>(
        `SELECT encode(sha256(string_agg(leaf_hash, '' ORDER BY recorded_at, id)), 'hex') AS all FROM audit.event`,
      )
    ).rows[0]?.all
  expect(await hashes(to)).toBe(await hashes(from))
  expect(await verifyDatabase(log.vkeys, { database: target })).toMatchObject({ outcome: 'good', size: 701, findings: [] })
  await Promise.all([from.end(), to.end()])

  const restored = await openSequencer({
    databaseUrl: addressAs('countersign_log', target),
    keys: log.keys,
    guardFile: log.guardFile,
    anchorFile: log.anchorFile,
    origin: TEST_LOG,
  })
  expect(await restored.round()).toMatchObject({ state: 'running', integrated: 5, size: 706 })
  await restored.close()
  expect((await verifyDatabase(log.vkeys, { database: target })).outcome).toBe('good')
  // The database it was taken from may not go on beside it: the guard has moved.
  expect(await log.round()).toMatchObject({ state: 'refusing' })
})
