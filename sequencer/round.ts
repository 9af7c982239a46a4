import type pg from 'pg'
import { nodeTree } from '@/lib/crypto/log-hash'
import { isSameBytes, toHex } from '@/lib/domain/log/bytes'
import { checkpointText } from '@/lib/domain/log/checkpoint'
import { noteOf } from '@/lib/domain/log/note'
import { appendLeaves, type FullTile, rootOfEdge } from './edge'
import { type GuardState, packIds, unpackIds, writeGuard } from './guard'
import type { SigningKey } from './keys'
import { nowOf, Refusing, type SequencerOptions } from './options'
import type { Stand } from './stand'

/** One entry on its way into the tree. `at` is the database's time as text, to the microsecond. */
type Entry = { id: string; at: string; leaf: Uint8Array }

/** A signed checkpoint over a tree: its text and a line of each key. */
export function signCheckpoint(origin: string, size: number, root: Uint8Array, keys: readonly SigningKey[], now: Date): string {
  const text = checkpointText({ origin, size, root })
  return noteOf(
    text,
    keys.map((key) => key.signNote(text, now)),
  )
}

/** The sentence for a database that has fewer entries than the guard saw. */
export const setBackWords = (seen: number, size: number): string =>
  `The guard file saw ${seen} entries, the database has ${size}: it was set back, or is another one.`

/** What is to be integrated: the round that the guard has promised, or the oldest that wait, by time and id. */
async function pick(
  client: pg.Client,
  first: number,
  promised: readonly string[] | null,
  batch: number,
): Promise<{ id: string; at: string }[]> {
  if (promised === null)
    return (
      await client.query<{ id: string; at: string }>({
        name: 'pending',
        text: 'SELECT id, recorded_at::text AS at FROM audit.pending ORDER BY recorded_at, id LIMIT $1',
        values: [batch],
      })
    ).rows
  const { rows } = await client.query<{ id: string; at: string }>(
    'SELECT id, recorded_at::text AS at FROM audit.pending WHERE id = ANY ($1::uuid[])',
    [promised],
  )
  const found = new Map(rows.map((row) => [row.id, row]))
  return promised.map((id) => {
    const row = found.get(id)
    if (!row) throw new Refusing(setBackWords(promised.length + first, first))
    return row
  })
}

type Stored = { id: string; canonical: string; leaf_hash: Buffer }

/**
 * The events of a round. What waits is mostly everything of its span of time, so that is read in one go and at most twice as much as is wanted; what
 * was not among it (an entry that came late among many that are sealed) is looked up one by one.
 */
async function eventsOf(client: pg.Client, picked: readonly { id: string; at: string }[]): Promise<Map<string, Stored>> {
  const span = await client.query<Stored>({
    name: 'span',
    text: `SELECT id, canonical, leaf_hash FROM audit.event WHERE recorded_at >= $1::timestamptz AND recorded_at <= $2::timestamptz
      ORDER BY recorded_at, id LIMIT $3`,
    values: [picked[0]?.at, picked.at(-1)?.at, picked.length * 2],
  })
  const found = new Map(span.rows.map((row) => [row.id, row]))
  const late = picked.filter(({ id }) => !found.has(id))
  if (late.length === 0) return found
  const { rows } = await client.query<Stored>({
    name: 'events',
    // LATERAL with a limit: one look into the one partition for each, whatever the planner believes about the tables.
    text: `SELECT p.id, e.canonical, e.leaf_hash FROM unnest($1::timestamptz[], $2::uuid[]) AS p(at, id)
      CROSS JOIN LATERAL (SELECT canonical, leaf_hash FROM audit.event WHERE recorded_at = p.at AND id = p.id LIMIT 1) e`,
    values: [late.map(({ at }) => at), late.map(({ id }) => id)],
  })
  for (const row of rows) found.set(row.id, row)
  return found
}

/** The bytes of the entries as they lie in the database, hashed here; the database's own hash of them has to agree, or nothing is signed (T13). */
async function read(client: pg.Client, picked: readonly { id: string; at: string }[]): Promise<Entry[]> {
  const events = await eventsOf(client, picked)
  return picked.map(({ id, at }) => {
    const row = events.get(id)
    if (!row) throw new Refusing(`The event ${id} waits to be integrated, but is not there any more.`)
    const leaf = nodeTree.leafHash(Buffer.from(row.canonical, 'utf8'))
    if (!isSameBytes(leaf, row.leaf_hash))
      throw new Refusing(`The text of the event ${id} does not lead to its stored hash: one of them was changed.`)
    return { id, at, leaf }
  })
}

async function store(
  client: pg.Client,
  round: { first: number; entries: readonly Entry[]; full: readonly FullTile[]; root: Uint8Array; note: string },
  step: (name: string) => void,
): Promise<void> {
  const { first, entries, full, root, note } = round
  const ids = entries.map(({ id }) => id)
  await client.query({
    name: 'leaves',
    text: `INSERT INTO audit.leaf (seq, event_id, event_at, leaf_hash)
      SELECT $1::bigint + n - 1, id, at, hash FROM unnest($2::uuid[], $3::timestamptz[], $4::bytea[]) WITH ORDINALITY AS e(id, at, hash, n)`,
    values: [first, ids, entries.map(({ at }) => at), entries.map(({ leaf }) => Buffer.from(leaf))],
  })
  step('leaves')
  for (const { level, index, hashes } of full)
    await client.query('INSERT INTO audit.tile (level, idx, hashes) VALUES ($1, $2, $3)', [level, index, Buffer.concat(hashes)])
  step('tiles')
  await client.query('INSERT INTO audit.checkpoint (tree_size, root, note) VALUES ($1, $2, $3)', [
    first + entries.length,
    Buffer.from(root),
    note,
  ])
  step('checkpoint')
  const { rowCount } = await client.query({ name: 'done', text: 'DELETE FROM audit.pending WHERE id = ANY ($1::uuid[])', values: [ids] })
  if (rowCount !== entries.length) throw new Error('another sequencer took entries of this round')
  step('pending')
}

const CHANGED = 'The round that the guard file promises leads to another root: its entries were changed.'

/** The round that the guard promises and that is not in the database yet; null when there is none. */
const promiseOf = (guard: GuardState, stand: Stand) => (guard.next !== null && guard.next.size > stand.edge.size ? guard.next : null)

/** Why the round that the guard promises cannot be completed: its entries are gone, or are other ones. Null when it can, or when none is promised. */
export async function whyNotCompleted(client: pg.Client, stand: Stand, guard: GuardState): Promise<string | null> {
  const promise = promiseOf(guard, stand)
  if (promise === null) return null
  try {
    const entries = await read(client, await pick(client, stand.edge.size, unpackIds(promise.events), 0))
    const { edge } = appendLeaves(
      stand.edge,
      entries.map(({ leaf }) => leaf),
    )
    return toHex(rootOfEdge(edge)) === promise.root ? null : CHANGED
  } catch (error) {
    if (error instanceof Refusing) return error.message
    throw error
  }
}

/** What a round left behind: where the log stands and what the guard says. Null when nothing waited. */
export type RoundDone = { stand: Stand; guard: GuardState; integrated: number }

/**
 * One round: entries that wait become leaves, full tiles and a signed checkpoint, in one transaction, behind a guard that is on disk before the
 * commit (see guard.ts). Throws `Refusing` for what must not be signed, `GuardMoved` when the guard is not as this sequencer left it.
 */
export async function runRound(
  client: pg.Client,
  stand: Stand,
  guard: GuardState,
  keys: readonly SigningKey[],
  options: SequencerOptions,
): Promise<RoundDone | null> {
  const step = (name: string) => options.kill?.(name)
  const { origin } = options
  const first = stand.edge.size
  // A round that was promised before and is not in the database yet is completed exactly as it was promised.
  const promise = promiseOf(guard, stand)
  await client.query('BEGIN')
  try {
    step('begun')
    const picked = await pick(client, first, promise && unpackIds(promise.events), options.batch ?? 1_000)
    if (picked.length === 0) {
      await client.query('ROLLBACK')
      return null
    }
    const entries = await read(client, picked)
    step('read')
    const { edge, full } = appendLeaves(
      stand.edge,
      entries.map(({ leaf }) => leaf),
    )
    const root = rootOfEdge(edge)
    if (promise && toHex(root) !== promise.root) throw new Refusing(CHANGED)
    const note = signCheckpoint(origin, edge.size, root, keys, nowOf(options))
    step('signed')
    await store(client, { first, entries, full, root, note }, step)
    await client.query('UPDATE audit.sequencer SET beat_at = clock_timestamp()')
    const events = packIds(entries.map(({ id }) => id))
    const next: GuardState = promise
      ? guard
      : await writeGuard(
          options.guardFile,
          guard,
          { origin, base: { size: first, root: toHex(stand.root) }, next: { size: edge.size, root: toHex(root), events, note } },
          nowOf(options),
          step,
        )
    step('guarded')
    await client.query('COMMIT')
    step('committed')
    return { stand: { edge, root, origin, note }, guard: next, integrated: entries.length }
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    // Only whoever has the whole database can put an entry of the tree among what waits (T13).
    if ((error as { code?: string }).code === '23505') throw new Refusing('An entry that is in the tree already waits a second time.')
    throw error
  }
}
