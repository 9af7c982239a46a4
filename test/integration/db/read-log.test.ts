import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nodeSha256, nodeTree } from '@/lib/crypto/log-hash'
import { db } from '@/lib/db/client'
import {
  checkpointAt,
  checkpointCovering,
  consistencyOf,
  entryBytes,
  leafAt,
  leafOf,
  newestCheckpoint,
  proofOf,
  readLog,
  tileHashes,
} from '@/lib/db/read-log'
import { EMPTY_RANGE } from '@/lib/domain/log/merkle'
import { addressAs } from '../../support/postgres'
import { aGovernedSystem } from '../../support/scene'

// A log that is written here row by row, past the border of a full tile of the second level: 66,100 leaves, of which the first few are events.
const SIZE = 66_100
const owner = new pg.Client({
  connectionString: addressAs('countersign_migrate', new URL(process.env.DATABASE_URL as string).pathname.slice(1)),
})
const leaves: Uint8Array[] = []
const roots = new Map<number, Uint8Array>()
const SIZES = [1, 255, 256, 257, 600, 65_536, 65_537, SIZE]
let events: { id: string; canonical: string }[] = []

beforeAll(async () => {
  await aGovernedSystem('dreichor')
  await owner.connect()
  await owner.query('SET ROLE countersign_owner')
  const { rows } = await owner.query<{ id: string; canonical: string; at: string; leaf: Buffer }>(
    'SELECT id::text, canonical, recorded_at::text AS at, leaf_hash AS leaf FROM audit.event ORDER BY recorded_at, id',
  )
  events = rows
  const ids: (string | null)[] = []
  let range = EMPTY_RANGE
  for (let index = 0; index < SIZE; index += 1) {
    const event = rows[index]
    const leaf = event ? Uint8Array.from(event.leaf) : nodeSha256(Buffer.from(`leaf ${index}`))
    leaves.push(leaf)
    ids.push(event?.id ?? null)
    range = nodeTree.append(range, leaf)
    if (SIZES.includes(index + 1)) roots.set(index + 1, nodeTree.rootOf(range))
  }
  await owner.query(
    `INSERT INTO audit.leaf (seq, event_id, event_at, leaf_hash)
     SELECT n - 1, coalesce(id, gen_random_uuid()), coalesce(at, now()), leaf FROM unnest($1::uuid[], $2::timestamptz[], $3::bytea[]) WITH ORDINALITY AS l(id, at, leaf, n)`,
    [ids, ids.map((_, index) => rows[index]?.at ?? null), leaves.map((leaf) => Buffer.from(leaf))],
  )
  let hashes: readonly Uint8Array[] = leaves
  for (let level = 0; hashes.length >= 256; level += 1) {
    const next: Uint8Array[] = []
    for (let index = 0; (index + 1) * 256 <= hashes.length; index += 1) {
      const tile = hashes.slice(index * 256, (index + 1) * 256)
      await owner.query('INSERT INTO audit.tile (level, idx, hashes) VALUES ($1, $2, $3)', [level, index, Buffer.concat(tile)])
      next.push(nodeTree.rootOfLeaves(tile))
    }
    hashes = next
  }
  for (const [size, root] of roots)
    await owner.query('INSERT INTO audit.checkpoint (tree_size, root, note) VALUES ($1, $2, $3)', [
      size,
      Buffer.from(root),
      `note of ${size}\n`,
    ])
  await owner.query(
    `INSERT INTO audit.cosignature (tree_size, key_id, vkey, line) VALUES (600, 'bbbbbbbb', 'b', E'second\n'), (600, 'aaaaaaaa', 'a', E'first\n')`,
  )
}, 120_000)

afterAll(() => owner.end())

it('proves every kind of place in every size of tree, from stored rows alone', async () => {
  await readLog(async (tx) => {
    for (const size of SIZES)
      for (const index of new Set([0, 1, 255, 256, 511, 599, 65_535, 65_536, size - 1].filter((each) => each < size))) {
        const proof = await proofOf(tx, index, size)
        const isIn = nodeTree.verifyInclusion(index, size, leaves[index] as Uint8Array, proof, roots.get(size) as Uint8Array)
        expect(isIn, `${index} of ${size}`).toBe(true)
      }
  })
}, 60_000)

it('proves that each tree begins with the one before', async () => {
  await readLog(async (tx) => {
    for (const [at, first] of SIZES.entries())
      for (const size of SIZES.slice(at)) {
        const proof = await consistencyOf(tx, first, size)
        const begins = nodeTree.verifyConsistency(first, roots.get(first) as Uint8Array, size, roots.get(size) as Uint8Array, proof)
        expect(begins, `${first} of ${size}`).toBe(true)
      }
  })
}, 60_000)

it('gives tiles that are full, cut at the border, and put together from those below', async () => {
  await readLog(async (tx) => {
    expect((await tileHashes(tx, { level: 0, index: 1, width: 256 })).slice(0, 32)).toEqual(Uint8Array.from(leaves[256] as Uint8Array))
    expect(await tileHashes(tx, { level: 0, index: 258, width: 52 })).toHaveLength(52 * 32)
    const border = await tileHashes(tx, { level: 1, index: 1, width: 2 })
    expect(border.slice(0, 32)).toEqual(Uint8Array.from(nodeTree.rootOfLeaves(leaves.slice(65_536, 65_792))))
    // Asked again, it comes from what is known of the tiles by their bytes.
    expect(await tileHashes(tx, { level: 1, index: 1, width: 2 })).toEqual(border)
    expect(await tileHashes(tx, { level: 2, index: 0, width: 1 })).toHaveLength(32)
    await expect(tileHashes(tx, { level: 0, index: 300, width: 3 })).rejects.toThrow(RangeError)
  })
})

it('finds entries by event and by index, and the bytes of a bundle', async () => {
  const [first] = events
  await readLog(async (tx) => {
    expect(await leafOf(tx, first?.id as string)).toMatchObject({ index: 0 })
    expect(await leafAt(tx, 1)).toMatchObject({ eventId: events[1]?.id })
    expect(await leafAt(tx, SIZE)).toBeNull()
    expect(await leafOf(tx, '00000000-0000-4000-8000-000000000000')).toBeNull()
    const bytes = await entryBytes(tx, 0, events.length)
    expect(bytes.map((each) => Buffer.from(each).toString())).toEqual(events.map(({ canonical }) => canonical))
    // An entry whose event is gone is said to be gone, never skipped.
    await expect(entryBytes(tx, events.length, 1)).rejects.toThrow(RangeError)
  })
})

it('gives checkpoints with their cosignatures, to the role of the application too', async () => {
  expect(await newestCheckpoint(db)).toMatchObject({
    size: SIZE,
    note: `note of ${SIZE}\n`,
    root: Buffer.from(roots.get(SIZE) as Uint8Array).toString('hex'),
  })
  expect((await checkpointAt(db, 600))?.note).toBe('note of 600\nfirst\nsecond\n')
  expect(await checkpointAt(db, 601)).toBeNull()
  expect((await checkpointCovering(db, 256))?.size).toBe(257)
  expect(await checkpointCovering(db, SIZE)).toBeNull()
})

it('is nothing the application reads with its own role', async () => {
  await expect(leafAt(db, 0)).rejects.toThrow()
})
