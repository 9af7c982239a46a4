import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkSignature } from '@/lib/crypto/check-signature'
import { nodeTree } from '@/lib/crypto/log-hash'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { checkNote, parseVkey, type VerifierKey } from '@/lib/domain/log/note'
import { startLog, type TestLog, testDatabase } from '../../support/log'
import { addressAs } from '../../support/postgres'

// The sequencer on a real database: what waits becomes leaves, tiles and a signed checkpoint, in one order and without a gap (T13, T17).

let app: pg.Client
let reader: pg.Client
let log: TestLog

beforeAll(async () => {
  app = new pg.Client({ connectionString: process.env.DATABASE_URL })
  reader = new pg.Client({ connectionString: addressAs('countersign_verify', testDatabase()) })
  await Promise.all([app.connect(), reader.connect()])
  log = await startLog()
})

afterAll(async () => {
  await log.close()
  await Promise.all([app.end(), reader.end()])
})

const append = (count: number) =>
  app.query(
    `INSERT INTO audit.event (canonical) SELECT format('{"action":"test.done","n":%s,"subject":{"id":"s","kind":"system"}}', n) FROM generate_series(1, $1::int) n`,
    [count],
  )

describe('a log', () => {
  it('begins with its keys on the record, and integrates everything that waits in the order of the database', async () => {
    await append(2_600)
    const size = await log.integrate()
    expect(size).toBe(2_601)
    const { rows } = await reader.query<{ seq: string; leaf: Buffer; canonical: string; action: string }>(
      'SELECT l.seq, l.leaf_hash AS leaf, e.canonical, e.action FROM audit.leaf l JOIN audit.event e ON e.id = l.event_id AND e.recorded_at = l.event_at ORDER BY l.seq',
    )
    expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: size }, (_, n) => n))
    expect(rows.filter(({ action }) => action === 'log.started')).toHaveLength(1)
    for (const { leaf, canonical } of rows) expect(Buffer.compare(nodeTree.leafHash(Buffer.from(canonical)), leaf)).toBe(0)
    const [pending] = (await reader.query('SELECT count(*)::int AS n FROM audit.pending')).rows
    expect(pending.n).toBe(0)
  })

  it('signs each checkpoint with every key it has, over the root of its leaves', async () => {
    const leaves = (await reader.query<{ leaf_hash: Buffer }>('SELECT leaf_hash FROM audit.leaf ORDER BY seq')).rows.map(
      ({ leaf_hash }) => new Uint8Array(leaf_hash),
    )
    const { rows } = await reader.query<{ note: string; tree_size: string }>(
      'SELECT tree_size, note FROM audit.checkpoint ORDER BY tree_size',
    )
    expect(rows.map(({ tree_size }) => Number(tree_size))).toEqual([1_000, 2_000, 2_601])
    for (const { note, tree_size } of rows) {
      const said = parseCheckpoint(note)
      expect(said?.size).toBe(Number(tree_size))
      expect(said?.root).toEqual(new Uint8Array(nodeTree.rootOfLeaves(leaves.slice(0, Number(tree_size)))))
      const keys = log.vkeys.map((vkey) => parseVkey(vkey) as VerifierKey)
      expect((await checkNote(said?.note as never, keys, checkSignature)).map(({ state }) => state)).toEqual(['good', 'good'])
    }
  })

  it('stores every full tile as it grows, which a new process takes its edge from', async () => {
    const { rows } = await reader.query<{ level: number; idx: string; hashes: Buffer }>(
      'SELECT level, idx, hashes FROM audit.tile ORDER BY level, idx',
    )
    expect(rows.map(({ level, idx }) => `${level}/${idx}`)).toEqual(Array.from({ length: 10 }, (_, n) => `0/${n}`))
    const leaves = (
      await reader.query<{ all: Buffer }>(`SELECT string_agg(leaf_hash, '' ORDER BY seq) AS all FROM audit.leaf WHERE seq < 2560`)
    ).rows[0]?.all as Buffer
    expect(Buffer.compare(Buffer.concat(rows.map(({ hashes }) => hashes)), leaves)).toBe(0)
  })

  it('goes on where it stood, also in another process that starts from what is stored', async () => {
    await append(3)
    expect(await log.integrate()).toBe(2_604)
    expect(await log.integrate()).toBe(2_604)
  })

  it('keeps its order when a clock jumps back: an entry comes behind all that were sealed before it, whatever its time says (T17)', async () => {
    const owner = new pg.Client({ connectionString: process.env.DATABASE_MIGRATE_URL })
    await owner.connect()
    const event = (n: number) => `{"action":"test.late","n":${n},"subject":{"id":"s","kind":"system"}}`
    await owner.query(
      `INSERT INTO audit.event (canonical, recorded_at) VALUES ($1, now() - interval '1 day'), ($2, now() + interval '1 hour')`,
      [event(1), event(2)],
    )
    await owner.end()
    expect(await log.integrate()).toBe(2_606)
    const { rows } = await reader.query<{ n: string }>(
      `SELECT e.payload ->> 'n' AS n FROM audit.leaf l JOIN audit.event e ON e.id = l.event_id WHERE l.seq >= 2604 ORDER BY l.seq`,
    )
    expect(rows.map(({ n }) => n)).toEqual(['1', '2'])
  })
})
