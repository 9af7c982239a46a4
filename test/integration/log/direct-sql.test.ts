import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { newKeys } from '../../../sequencer/keys'
import { signCheckpoint } from '../../../sequencer/round'
import { databaseTrail } from '../../../sequencer/trail-source'
import { startLog, TEST_LOG, type TestLog } from '../../support/log'
import { appendEvents, connectAs, verifyDatabase } from '../../support/stored-trail'

// Straight to the database: what the application's role and the log's own role try in vain (T16), and what somebody with the whole server does and is
// found out by the first bad index (T13). The ways on the trail itself are in test/integration/db/roles.test.ts.

let app: pg.Client
let sealer: pg.Client
let root: pg.Client
let log: TestLog
const SIZE = 600
const BATCH = 8

const EVENT =
  '{"action":"system.created","actor":{"id":"a","kind":"person"},"request":{"id":"r"},"subject":{"id":"s","kind":"system"},"system":"s"}'
const OWN =
  '{"action":"log.restored","actor":{"id":"a","kind":"agent"},"request":{"id":"r"},"subject":{"id":"l","kind":"log"},"system":null}'

beforeAll(async () => {
  app = await connectAs('countersign_app')
  sealer = await connectAs('countersign_log')
  root = await connectAs('postgres')
  log = await startLog(undefined, { batch: BATCH })
  await appendEvents(app, SIZE - 1)
  await log.integrate()
})

afterAll(async () => {
  await log.close()
  await Promise.all([app.end(), sealer.end(), root.end()])
})

async function codeOf(client: pg.Client, statement: string): Promise<string> {
  await client.query('BEGIN')
  try {
    await client.query(statement)
    return 'done'
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await client.query('ROLLBACK')
  }
}

describe('the application’s role tries to bend the log, and is refused (T16)', () => {
  test.each<[string, string]>([
    ['to date an event back', `INSERT INTO audit.event (canonical, recorded_at) VALUES ('${EVENT}', '2026-01-01')`],
    ['to say who wrote it', `INSERT INTO audit.event (canonical, db_role) VALUES ('${EVENT}', 'countersign_log')`],
    ['to put a leaf in', `INSERT INTO audit.leaf VALUES (600, gen_random_uuid(), now(), sha256('x'))`],
    ['to read the leaves without the reading role', 'SELECT leaf_hash FROM audit.leaf'],
    ['to change a leaf', `UPDATE audit.leaf SET leaf_hash = sha256('x')`],
    ['to change a tile', `UPDATE audit.tile SET hashes = ''`],
    ['to sign a checkpoint', `INSERT INTO audit.checkpoint (tree_size, root, note) VALUES (601, sha256('x'), 'n')`],
    ['to forget what waits', 'DELETE FROM audit.pending'],
    ['to make something wait', 'INSERT INTO audit.pending VALUES (gen_random_uuid(), now())'],
    ['to say that the log runs', `UPDATE audit.sequencer SET state = 'running', beat_at = now()`],
    ['to add a key', `INSERT INTO audit.log_key (key_id, vkey, kind, from_size) VALUES ('00000000', 'v', 'ed25519', 0)`],
    ['to retire a key', 'UPDATE audit.log_key SET retired_at = now()'],
    ['to sign a statement', `INSERT INTO audit.statement_signature (digest, key_id, signature) VALUES ('x', 'y', '')`],
    [
      'to call the record intact',
      `INSERT INTO audit.verification (started_at, tree_size, root, outcome, says) VALUES (now(), 1, '', 'intact', '')`,
    ],
    ['to invent an anchor', `INSERT INTO audit.anchor (tree_size, kind, place) VALUES (600, 'file', 'x')`],
    ['to invent a witness', `INSERT INTO audit.cosignature (tree_size, key_id, vkey, line) VALUES (600, 'x', 'v', 'l')`],
    ['to hold the others up with the lock of the table', 'LOCK TABLE audit.leaf'],
    ['to become the log', 'SET ROLE countersign_log'],
  ])('%s', async (_, statement) => {
    expect(await codeOf(app, statement)).toBe('42501')
  })
})

describe('the log’s own role, were its process taken over, still may not (T13, T16)', () => {
  test.each<[string, string, string]>([
    ['change an event', `UPDATE audit.event SET canonical = '{}'`, '42501'],
    ['delete one', 'DELETE FROM audit.event', '42501'],
    ['date an event of its own back', `INSERT INTO audit.event (canonical, recorded_at) VALUES ('${OWN}', '2026-01-01')`, '42501'],
    ['put an event on the record that is not about the log', `INSERT INTO audit.event (canonical) VALUES ('${EVENT}')`, '42501'],
    ['make something wait by itself', 'INSERT INTO audit.pending VALUES (gen_random_uuid(), now())', '42501'],
    ['change a leaf', `UPDATE audit.leaf SET leaf_hash = sha256('x')`, '42501'],
    ['delete a leaf', 'DELETE FROM audit.leaf', '42501'],
    ['empty the tiles', 'TRUNCATE audit.tile', '42501'],
    ['take a checkpoint back', 'DELETE FROM audit.checkpoint', '42501'],
    [
      'sign one size twice',
      'INSERT INTO audit.checkpoint (tree_size, root, note) SELECT tree_size, root, note FROM audit.checkpoint',
      '23505',
    ],
    ['exchange a key', `UPDATE audit.log_key SET vkey = 'x'`, '42501'],
    ['change a statement', `UPDATE audit.statement SET payload = '{}'`, '42501'],
    [
      'make a statement',
      `INSERT INTO audit.statement (digest, subject_kind, subject_id, form, payload_type, payload) VALUES ('x', 'promotion', 'x', 'vsa', 'x', '{}')`,
      '42501',
    ],
    ['take back what a verification found', 'DELETE FROM audit.verification', '42501'],
    ['read what people wrote', 'SELECT body FROM audit.text', '42501'],
    ['read the application’s tables', 'SELECT * FROM public."Person"', '42501'],
    ['switch triggers off', 'SET session_replication_role = replica', '42501'],
    ['become the owner', 'SET ROLE countersign_owner', '42501'],
    ['become the application', 'SET ROLE countersign_app', '42501'],
  ])('%s', async (_, statement, code) => {
    expect(await codeOf(sealer, statement)).toBe(code)
  })
})

test('after all that the record is what it was', async () => {
  expect(await verifyDatabase(log.vkeys)).toMatchObject({ outcome: 'good', size: SIZE, findings: [] })
})

describe('somebody with the whole server is found out (T13)', () => {
  const stranger = newKeys(TEST_LOG, new Date('2026-11-22T00:00:00Z'))
  const eventOf = (seq: number) => `(SELECT event_id FROM audit.leaf WHERE seq = ${seq})`
  const past = `INSERT INTO audit.event (canonical, recorded_at) VALUES ('${EVENT}', (SELECT event_at FROM audit.leaf WHERE seq = 100))`

  const ways: [string, number | null, string[], 'exactly'?][] = [
    ['changes what an event says', 41, [`UPDATE audit.event SET canonical = replace(canonical, '"x"', '"y"') WHERE id = ${eventOf(41)}`]],
    ['deletes an event', 200, [`DELETE FROM audit.event WHERE id = ${eventOf(200)}`]],
    ['puts one in past the log', null, [past, 'DELETE FROM audit.pending']],
    [
      'puts one in the middle, and renumbers',
      101,
      [
        past,
        'DELETE FROM audit.pending',
        'CREATE TEMP TABLE l ON COMMIT DROP AS SELECT * FROM audit.leaf',
        'DELETE FROM audit.leaf',
        'INSERT INTO audit.leaf SELECT CASE WHEN seq > 100 THEN seq + 1 ELSE seq END, event_id, event_at, leaf_hash FROM l',
        `INSERT INTO audit.leaf SELECT 101, id, recorded_at, leaf_hash FROM audit.event WHERE canonical = '${EVENT}'`,
      ],
    ],
    [
      'deletes one and renumbers',
      300,
      [
        `DELETE FROM audit.event WHERE id = ${eventOf(300)}`,
        'CREATE TEMP TABLE l ON COMMIT DROP AS SELECT * FROM audit.leaf',
        'DELETE FROM audit.leaf',
        'INSERT INTO audit.leaf SELECT CASE WHEN seq > 300 THEN seq - 1 ELSE seq END, event_id, event_at, leaf_hash FROM l WHERE seq <> 300',
      ],
    ],
    [
      'swaps two',
      17,
      [
        'CREATE TEMP TABLE l ON COMMIT DROP AS SELECT * FROM audit.leaf WHERE seq IN (17, 18)',
        'DELETE FROM audit.leaf WHERE seq IN (17, 18)',
        'INSERT INTO audit.leaf SELECT 35 - seq, event_id, event_at, leaf_hash FROM l',
      ],
      'exactly',
    ],
    [
      'dates an event back, and its leaf with it',
      77,
      [
        `CREATE TEMP TABLE w ON COMMIT DROP AS SELECT ${eventOf(77)} AS id`,
        `UPDATE audit.event SET recorded_at = recorded_at - interval '1 day' WHERE id = (SELECT id FROM w)`,
        `UPDATE audit.leaf SET event_at = event_at - interval '1 day' WHERE seq = 77`,
      ],
      'exactly',
    ],
    [
      'swaps the ids of two',
      40,
      [
        `CREATE TEMP TABLE w ON COMMIT DROP AS SELECT seq, event_id, event_at FROM audit.leaf WHERE seq IN (40, 50)`,
        `UPDATE audit.event e SET id = o.event_id FROM w JOIN w o ON o.seq <> w.seq WHERE e.recorded_at = w.event_at AND e.id = w.event_id`,
      ],
      'exactly',
    ],
    ['empties what waits', null, [`INSERT INTO audit.event (canonical) VALUES ('${EVENT}')`, 'DELETE FROM audit.pending']],
    ['gives a leaf another hash', 599, [`UPDATE audit.leaf SET leaf_hash = sha256('x') WHERE seq = 599`]],
    ['flips a bit of a tile', 0, [`UPDATE audit.tile SET hashes = set_byte(hashes, 5, get_byte(hashes, 5) # 1) WHERE idx = 0`]],
    ['dates an event back', 77, [`UPDATE audit.event SET recorded_at = recorded_at - interval '1 day' WHERE id = ${eventOf(77)}`]],
    [
      'cuts the tail off and leaves the checkpoint',
      590,
      ['DELETE FROM audit.event e USING audit.leaf l WHERE l.event_id = e.id AND l.seq >= 590', 'DELETE FROM audit.leaf WHERE seq >= 590'],
    ],
    ['gives a checkpoint another root', null, [`UPDATE audit.checkpoint SET root = sha256('x')`]],
    ['edits a checkpoint', null, [`UPDATE audit.checkpoint SET note = replace(note, E'\\n600\\n', E'\\n599\\n')`]],
    ['drops a quarter', 0, ['DROP TABLE audit.event_2026_q4']],
  ]

  test.each(ways)('who %s', async (_, firstBad, statements, exactly) => {
    await root.query('BEGIN')
    try {
      await root.query('SET LOCAL session_replication_role = replica')
      for (const table of ['event', 'leaf', 'tile', 'checkpoint']) await root.query(`ALTER TABLE audit.${table} DISABLE TRIGGER USER`)
      for (const statement of statements) await root.query(statement)
      const found = await verifyHere()
      expect(found.outcome).toBe('tampered')
      if (firstBad === null) return
      if (exactly) return expect(found.firstBad).toBe(firstBad)
      // Where only a checkpoint tells, the first bad entry is one of those since the checkpoint before.
      expect(found.firstBad).toBeLessThanOrEqual(firstBad)
      expect(found.firstBad).toBeGreaterThan(firstBad - BATCH)
    } finally {
      await root.query('ROLLBACK')
    }
  })

  test('who rewrites everything and signs it with a key of their own', async () => {
    await root.query('BEGIN')
    try {
      for (const table of ['event', 'leaf', 'tile', 'checkpoint']) await root.query(`ALTER TABLE audit.${table} DISABLE TRIGGER USER`)
      const { rows } = await root.query<{ note: string }>('SELECT note FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1')
      const said = parseCheckpoint(rows[0]?.note as string)
      const forged = signCheckpoint(TEST_LOG, SIZE, said?.root as Uint8Array, stranger, new Date('2026-11-22T00:00:00Z'))
      await root.query('DELETE FROM audit.checkpoint WHERE tree_size < $1', [SIZE])
      await root.query('UPDATE audit.checkpoint SET note = $1', [forged])
      await root.query('DELETE FROM audit.log_key')
      for (const { key } of stranger)
        await root.query('INSERT INTO audit.log_key (key_id, vkey, kind, from_size) VALUES ($1, $2, $3, 0)', [
          key.keyId,
          key.vkey,
          key.kind,
        ])
      expect((await verifyHere()).outcome).toBe('tampered')
    } finally {
      await root.query('ROLLBACK')
    }
  })

  async function verifyHere() {
    const { rows } = await root.query<{ events: string; leaves: string; pending: string }>(
      'SELECT (SELECT count(*) FROM audit.event) AS events, (SELECT count(*) FROM audit.leaf) AS leaves, (SELECT count(*) FROM audit.pending) AS pending',
    )
    const counts = { events: Number(rows[0]?.events), leaves: Number(rows[0]?.leaves), pending: Number(rows[0]?.pending) }
    return verifyTrail(databaseTrail(root, counts), { tree: nodeTree, check: checkSignature, pinned: log.vkeys, rules: false })
  }
})
