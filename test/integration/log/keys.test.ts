import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { parseVkey } from '@/lib/domain/log/note'
import { createKeyFile, readKeyFile, rotateKeyFile } from '../../../sequencer/key-file'
import { newKeys } from '../../../sequencer/keys'
import { openSequencer, type Sequencer } from '../../../sequencer/sequencer'
import { TEST_LOG, testDatabase } from '../../support/log'
import { addressAs } from '../../support/postgres'
import { appendEvents, connectAs, verifyDatabase } from '../../support/stored-trail'

// Keys of the log change without a gap (audit-log.md, 4; T16): the new ones are introduced by an event under the old ones, both sign for thirty days,
// and strangers sign nothing.

let folder: string
let keyFile: string
let app: pg.Client
let root: pg.Client
let sequencer: Sequencer

const open = (keys = () => readKeyFile(keyFile)?.keys ?? []) =>
  openSequencer({
    databaseUrl: addressAs('countersign_log', testDatabase()),
    keys,
    guardFile: join(folder, 'guard.json'),
    anchorFile: join(folder, 'anchors.jsonl'),
    origin: TEST_LOG,
  })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-keys-'))
  keyFile = join(folder, 'keys.json')
  createKeyFile(keyFile, TEST_LOG, new Date('2026-10-01T10:00:00Z'))
  app = await connectAs('countersign_app')
  root = await connectAs('postgres')
  sequencer = await open()
})

afterAll(async () => {
  await sequencer.close()
  await Promise.all([app.end(), root.end()])
  rmSync(folder, { recursive: true, force: true })
})

const vkeys = () => (readKeyFile(keyFile)?.keys ?? []).map(({ key }) => key.vkey)

async function signers(): Promise<string[]> {
  await appendEvents(app, 3)
  await sequencer.round()
  const { rows } = await root.query<{ note: string }>('SELECT note FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1')
  return parseCheckpoint(rows[0]?.note as string)?.note.signatures.map(({ keyId }) => keyId) ?? []
}

const register = async () =>
  (
    await root.query<{ key_id: string; from_size: string; until_size: string | null }>(
      'SELECT key_id, from_size, until_size FROM audit.log_key ORDER BY added_at, key_id',
    )
  ).rows

const idsOf = (keys: readonly string[]) => keys.map((vkey) => parseVkey(vkey)?.keyId).sort()

/** What the sequencer does every ten seconds; closing and opening does it now. */
async function again(): Promise<void> {
  await sequencer.close()
  sequencer = await open()
}

it('both sign for thirty days, then the old ones stop; every change is an event, and all of it verifies with the first keys alone', async () => {
  const first = vkeys()
  expect((await signers()).sort()).toEqual(idsOf(first))

  const added = rotateKeyFile(keyFile, new Date())
  expect(added).toHaveLength(2)
  await again()
  expect((await signers()).sort()).toEqual(idsOf([...first, ...added]))
  expect((await register()).map(({ from_size }) => from_size)).toEqual(['0', '0', '4', '4'])

  await root.query(`UPDATE audit.log_key SET added_at = added_at - interval '31 days'`)
  await root.query(`UPDATE audit.log_key SET added_at = added_at - interval '1 day' WHERE key_id = ANY ($1)`, [idsOf(first)])
  await again()
  expect((await signers()).sort()).toEqual(idsOf(added))
  expect(
    (await register())
      .filter(({ until_size }) => until_size !== null)
      .map(({ key_id }) => key_id)
      .sort(),
  ).toEqual(idsOf(first))

  const { rows } = await root.query<{ action: string; keys: string[] }>(
    `SELECT action, array_agg(payload -> 'after' ->> 'key' ORDER BY payload -> 'after' ->> 'key') AS keys FROM audit.event WHERE subject_kind = 'log' GROUP BY action ORDER BY action`,
  )
  expect(rows.map(({ action }) => action)).toEqual(['log.key_added', 'log.key_retired', 'log.started'])
  expect(rows[0]?.keys).toEqual(idsOf(added))
  expect(rows[1]?.keys).toEqual(idsOf(first))
  expect(await verifyDatabase(first)).toMatchObject({ outcome: 'good', findings: [] })
})

it('a second rotation takes out of the file what has long stopped', () => {
  const [oldest] = vkeys()
  rotateKeyFile(keyFile, new Date(Date.now() + 32 * 86_400_000))
  expect(vkeys()).toHaveLength(4)
  expect(vkeys()).not.toContain(oldest)
})

it('keys that never signed this log sign nothing', async () => {
  const strangers = newKeys(TEST_LOG, new Date())
  const other = newKeys('elsewhere.example.org/log', new Date())
  await sequencer.close()
  for (const keys of [strangers, other, []]) {
    const refused = await open(() => keys)
    expect(await refused.round()).toMatchObject({ state: 'refusing', integrated: 0 })
    await refused.close()
  }
})
