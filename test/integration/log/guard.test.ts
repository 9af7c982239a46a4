import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { cloneDatabase } from '../../../scripts/testbed.mjs'
import { CannotResume, resumeAfterRestore } from '../../../sequencer/restore'
import { openSequencer } from '../../../sequencer/sequencer'
import { startLog, TEST_LOG, type TestLog } from '../../support/log'
import { databaseName } from '../../support/names'
import { addressAs, makeDatabase, removeDatabase } from '../../support/postgres'
import { appendEvents, connectAs, superuserAddress, verifyDatabase } from '../../support/stored-trail'

// What the sequencer refuses to sign (T13, T14, T15): a database that was set back or exchanged, a guard that is gone or another one's, entries that
// were changed before they were sealed. And the written way on, which is an event itself.

let database: string
let copy: string
let app: pg.Client
let log: TestLog

beforeEach(async () => {
  database = databaseName('guard')
  copy = databaseName('backup')
  await makeDatabase(database)
  app = await connectAs('countersign_app', database)
  log = await startLog(database)
})

afterEach(async () => {
  await log.close()
  await app.end()
  await Promise.all([removeDatabase(database), removeDatabase(copy)])
})

async function asRoot(name: string, ...statements: string[]): Promise<void> {
  const root = new pg.Client({ connectionString: name === '' ? inject('postgres').admin : superuserAddress(name) })
  await root.connect()
  for (const statement of statements) await root.query(statement)
  await root.end()
}

/** A backup of the database as it is now. Nobody may be connected while it is copied. */
async function backup(): Promise<void> {
  await app.end()
  await log.round()
  await log.close()
  await cloneDatabase(inject('postgres').admin, database, copy)
}

/** Another sequencer with the same keys and guard, on a database of choice. */
const sequencerOn = (name: string, guardFile: string) =>
  openSequencer({
    databaseUrl: addressAs('countersign_log', name),
    keys: log.keys,
    guardFile,
    anchorFile: `${guardFile}.anchors`,
    origin: TEST_LOG,
  })

/** The backup put in place while the guard has seen more. Answers the path of the guard. */
async function setBack(): Promise<{ guardFile: string; seen: string }> {
  await appendEvents(app, 30, 'before')
  await log.integrate()
  // `close` takes the folder of the guard with it; the copy outlives it.
  const guard = join(tmpdir(), `${database}.guard`)
  copyFileSync(log.guardFile, guard)
  await backup()
  const later = await sequencerOn(database, guard)
  app = await connectAs('countersign_app', database)
  await appendEvents(app, 12, 'after')
  await later.round()
  await later.close()
  const { rows } = await app.query<{ note: string }>('SELECT note FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1')
  return { guardFile: guard, seen: rows[0]?.note as string }
}

describe('a database that was set back', () => {
  it('is not signed, says how far the guard saw, and takes events all the same', async () => {
    const { guardFile } = await setBack()
    try {
      const again = await sequencerOn(copy, guardFile)
      expect(await again.round()).toMatchObject({
        state: 'refusing',
        integrated: 0,
        reason: 'The guard file saw 43 entries, the database has 31: it was set back, or is another one.',
      })
      const restored = await connectAs('countersign_app', copy)
      await appendEvents(restored, 3, 'meanwhile')
      expect(await again.round()).toMatchObject({ state: 'refusing', integrated: 0 })
      const { rows } = await restored.query<{ state: string; pending: string }>('SELECT state, pending FROM audit.log_state()')
      expect(rows).toEqual([{ state: 'refusing', pending: '3' }])
      await restored.end()
      await again.close()
    } finally {
      rmSync(guardFile, { force: true })
    }
  })

  it('goes on by the written procedure only, which puts itself on the record; whoever kept a lost checkpoint still sees it', async () => {
    const { guardFile, seen } = await setBack()
    try {
      const options = {
        databaseUrl: addressAs('countersign_log', copy),
        keys: log.keys,
        guardFile,
        anchorFile: `${guardFile}.a`,
        origin: TEST_LOG,
      }
      await expect(resumeAfterRestore(options, 'Some Body <x@example.org>')).rejects.toThrow(CannotResume)
      expect(await resumeAfterRestore(options, 'ops.lead')).toEqual({ size: 31, guard: 43 })
      await expect(resumeAfterRestore(options, 'ops.lead')).rejects.toThrow('nothing to resume')
      const again = await openSequencer(options)
      expect(await again.round()).toMatchObject({ state: 'running', integrated: 1, size: 32 })
      await again.close()
      const verifier = await connectAs('countersign_verify', copy)
      const { rows } = await verifier.query<{ after: Record<string, unknown> }>(
        `SELECT payload -> 'after' AS after FROM audit.event WHERE action = 'log.restored'`,
      )
      expect(rows[0]?.after).toMatchObject({ size: 31, guard: 43, operator: 'ops.lead' })
      await verifier.end()
      expect((await verifyDatabase(log.vkeys, { database: copy })).outcome).toBe('good')
      expect((await verifyDatabase(log.vkeys, { database: copy, anchors: [seen] })).outcome).toBe('tampered')
    } finally {
      rmSync(guardFile, { force: true })
    }
  })
})

describe('the guard', () => {
  it('that is missing stops a log that has begun, and is made for one that has not', async () => {
    expect(existsSync(log.guardFile)).toBe(false)
    await appendEvents(app, 2)
    expect(await log.integrate()).toBe(3)
    rmSync(log.guardFile)
    const again = await sequencerOn(database, log.guardFile)
    await log.round()
    await appendEvents(app, 1)
    expect(await log.round()).toMatchObject({ state: 'refusing', reason: 'Another sequencer wrote the guard file.' })
    expect(await again.round()).toMatchObject({ state: 'refusing', reason: 'The log has 3 entries, but its guard file is missing.' })
    await again.close()
  })

  it('that cannot be read is not guessed', async () => {
    await appendEvents(app, 2)
    await log.integrate()
    writeFileSync(log.guardFile, readFileSync(log.guardFile, 'utf8').slice(0, 40))
    await appendEvents(app, 1)
    expect(await log.round()).toMatchObject({ state: 'refusing', reason: 'The guard file cannot be read.' })
  })

  it('keeps two databases under one guard apart: only one can go on', async () => {
    await appendEvents(app, 5)
    await log.integrate()
    const guard = join(tmpdir(), `${database}.guard`)
    copyFileSync(log.guardFile, guard)
    await backup()
    const [one, two] = await Promise.all([sequencerOn(database, guard), sequencerOn(copy, guard)])
    app = await connectAs('countersign_app', database)
    const other = await connectAs('countersign_app', copy)
    await Promise.all([appendEvents(app, 4, 'here'), appendEvents(other, 4, 'there')])
    const rounds = await Promise.all([one.round(), two.round()])
    expect(rounds.map(({ state }) => state).sort()).toEqual(['refusing', 'running'])
    await Promise.all([one.close(), two.close(), other.end()])
    rmSync(guard, { force: true })
  })
})

describe('what waits', () => {
  const unguarded = (...statements: string[]) =>
    asRoot(
      database,
      'ALTER TABLE audit.event DISABLE TRIGGER event_append_only',
      ...statements,
      'ALTER TABLE audit.event ENABLE ALWAYS TRIGGER event_append_only',
    )

  it('is not signed when its event is gone', async () => {
    await log.integrate()
    await appendEvents(app, 3)
    await unguarded(`DELETE FROM audit.event WHERE payload -> 'after' ->> 'n' = '2'`)
    expect((await log.round()).reason).toMatch(/^The event \S+ waits to be integrated, but is not there any more\.$/)
  })

  it('is not signed when it waits a second time', async () => {
    await appendEvents(app, 3)
    await log.integrate()
    await asRoot(database, 'INSERT INTO audit.pending (id, recorded_at) SELECT event_id, event_at FROM audit.leaf LIMIT 1')
    expect(await log.round()).toMatchObject({ state: 'refusing', reason: 'An entry that is in the tree already waits a second time.' })
    expect((await verifyDatabase(log.vkeys, { database })).found).toBeGreaterThan(0)
  })

  it('is not signed over an edge that was changed', async () => {
    await appendEvents(app, 300)
    await log.integrate()
    await asRoot(
      database,
      'ALTER TABLE audit.leaf DISABLE TRIGGER leaf_append_only',
      `UPDATE audit.leaf SET leaf_hash = sha256('x') WHERE seq = 290`,
      'ALTER TABLE audit.leaf ENABLE ALWAYS TRIGGER leaf_append_only',
    )
    const again = await sequencerOn(database, log.guardFile)
    await log.close()
    expect((await again.round()).reason).toMatch(/^The stored hashes lead to the root/)
    await again.close()
  })

  it('is not signed when its text no longer leads to its hash', async () => {
    await log.integrate()
    await appendEvents(app, 1)
    // A generated column cannot be set; a flipped bit on the disk can be told only from the bytes. Its double: the function gives another hash.
    await unguarded(
      `CREATE OR REPLACE FUNCTION audit.leaf_hash(t text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT sha256(convert_to(t, 'UTF8')) $$`,
      `UPDATE audit.event SET canonical = canonical WHERE action = 'system.created'`,
    )
    expect((await log.round()).reason).toMatch(/^The text of the event \S+ does not lead to its stored hash/)
  })
})

it('one seals and the other waits, and takes over when the first is gone', async () => {
  await appendEvents(app, 2)
  await log.integrate()
  const second = await sequencerOn(database, log.guardFile)
  expect(await second.round()).toMatchObject({ state: 'waiting' })
  await appendEvents(app, 2)
  expect(await log.integrate()).toBe(5)
  expect(await second.round()).toMatchObject({ state: 'waiting', integrated: 0 })
  // The first one's connection goes, as when its machine does.
  await asRoot(
    '',
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND application_name = 'countersign log' AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)`,
  )
  await appendEvents(app, 3)
  await expect.poll(async () => (await second.round()).integrated, { timeout: 10_000 }).toBe(3)
  await expect(log.round()).rejects.toThrow()
  expect(await log.round()).toMatchObject({ state: 'waiting' })
  expect((await verifyDatabase(log.vkeys, { database })).outcome).toBe('good')
  await second.close()
})
