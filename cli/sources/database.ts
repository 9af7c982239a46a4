import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import { TILE_WIDTH, type TileName } from '@/lib/domain/log/tile'
import {
  type StoredEntry,
  type StoredSealed,
  type StoredText,
  type TrailAbout,
  type TrailSource,
  TrailUnreadable,
} from '@/lib/domain/log/verify/source'

/** What is needed of a connection (a client of `pg` is one). One transaction of it is read; open it as `openDatabase` does. */
export type Query = <Row>(text: string, values?: readonly unknown[]) => Promise<{ rows: Row[] }>

const ENTRIES_AT_ONCE = 4096
const TILES_AT_ONCE = 64
const ROWS_AT_ONCE = 1000

/** What begins the one transaction that a verification reads: it sees one instant of the database, and changes nothing. */
export const READ_ONCE = `BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
  SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL random_page_cost = 1.1; SET LOCAL jit = off`

/**
 * The trail of a database, read by a role that may see all of it (`countersign_verify`). Sealed versions lie with the application's rows; where the role
 * may not read those, they are left out and the verification says so.
 */
export async function databaseSource(query: Query): Promise<TrailSource> {
  const about = await aboutOf(query)
  const [may] = (
    await query<{ text: boolean; sealed: boolean }>(
      `SELECT has_table_privilege('audit.text', 'SELECT') AS text,
        coalesce(has_schema_privilege('public', 'USAGE') AND has_table_privilege(to_regclass('public."SealedVersion"'), 'SELECT'), false) AS sealed`,
    )
  ).rows
  return {
    about: async () => about,
    checkpoints: () => checkpointsOf(query),
    entries: (from) => entriesOf(query, from),
    tile: tilesOf(query),
    fullTilesOnly: true,
    keepsLeaves: true,
    ...(may?.text ? { texts: () => textsOf(query) } : {}),
    ...(may?.sealed ? { sealed: () => sealedOf(query) } : {}),
  }
}

async function aboutOf(query: Query): Promise<TrailAbout> {
  const { rows } = await query<{ note: string | null; events: string; leaves: string; pending: string; vkeys: string[] | null }>(`
    SELECT (SELECT note FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1) AS note,
      (SELECT count(*) FROM audit.event) AS events, (SELECT count(*) FROM audit.leaf) AS leaves, (SELECT count(*) FROM audit.pending) AS pending,
      (SELECT array_agg(vkey ORDER BY from_size, kind) FROM audit.log_key) AS vkeys`)
  const [row] = rows
  if (!row) throw new TrailUnreadable('The database did not answer.')
  const counts = { events: Number(row.events), leaves: Number(row.leaves), pending: Number(row.pending) }
  if (row.note === null) return { origin: '', size: 0, root: null, vkeys: row.vkeys ?? [], counts }
  const says = parseCheckpoint(row.note)
  // What stands there instead of a checkpoint is said by the checks; here only its first line and the leaves are taken.
  if (!says) return { origin: row.note.split('\n', 1)[0] ?? '', size: counts.leaves, root: null, vkeys: row.vkeys ?? [], counts }
  return { origin: says.origin, size: says.size, root: says.root, vkeys: row.vkeys ?? [], counts }
}

async function* checkpointsOf(query: Query): AsyncGenerator<{ size: number; note: string }> {
  for (let after = '-1'; ; ) {
    const { rows } = await query<{ size: string; root: string; note: string; lines: string | null }>(
      `SELECT c.tree_size AS size, encode(c.root, 'hex') AS root, c.note, (SELECT string_agg(s.line, '' ORDER BY s.key_id) FROM audit.cosignature s WHERE s.tree_size = c.tree_size) AS lines
        FROM audit.checkpoint c WHERE c.tree_size > $1 ORDER BY c.tree_size LIMIT ${ROWS_AT_ONCE}`,
      [after],
    )
    for (const { size, root, note, lines } of rows) {
      const says = parseCheckpoint(note)
      // The root is kept beside the note as well; one that disagrees with it makes the row as good as no checkpoint.
      const isSame = !says || Buffer.from(says.root).toString('hex') === root
      yield { size: Number(size), note: isSame ? `${note}${lines ?? ''}` : '' }
    }
    const last = rows.at(-1)
    if (!last) return
    after = last.size
  }
}

type LeafRow = { seq: string; leaf: Buffer; event_id: string; canonical: string | null; recorded_at: string }

async function* entriesOf(query: Query, from: number): AsyncGenerator<StoredEntry[]> {
  // The next rows are asked for while these are hashed: the server and we work side by side.
  const ask = (start: number) =>
    query<LeafRow>(
      `SELECT l.seq, l.leaf_hash AS leaf, l.event_id::text, e.canonical, to_char(l.event_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS recorded_at
        FROM (SELECT * FROM audit.leaf WHERE seq >= $1 ORDER BY seq LIMIT ${ENTRIES_AT_ONCE}) l
        LEFT JOIN audit.event e ON e.recorded_at = l.event_at AND e.id = l.event_id ORDER BY l.seq`,
      [start],
    )
  for (let coming: ReturnType<typeof ask> | null = ask(from); coming; ) {
    const { rows }: { rows: LeafRow[] } = await coming
    const last = rows.at(-1)
    coming = last && rows.length === ENTRIES_AT_ONCE ? ask(Number(last.seq) + 1) : null
    // Where the reader stops early, nobody waits for these.
    coming?.catch(() => undefined)
    const entries: StoredEntry[] = []
    for (const row of rows) {
      // A leaf whose event is gone is a missing entry.
      if (row.canonical === null) continue
      entries.push({
        index: Number(row.seq),
        bytes: Buffer.from(row.canonical),
        leaf: row.leaf,
        id: row.event_id,
        recordedAt: row.recorded_at,
      })
    }
    yield entries
  }
}

/** Tiles by their name, each level read ahead in its order; only full ones are stored. */
function tilesOf(query: Query): (name: TileName) => Promise<Uint8Array | null> {
  const ahead = new Map<number, { from: number; tiles: Map<number, Uint8Array> }>()
  return async ({ level, index, width }) => {
    if (typeof level !== 'number' || width !== TILE_WIDTH) return null
    let known = ahead.get(level)
    if (!known || index < known.from || index >= known.from + TILES_AT_ONCE) {
      const { rows } = await query<{ idx: string; hashes: Buffer }>(
        'SELECT idx, hashes FROM audit.tile WHERE level = $1 AND idx >= $2 AND idx < $3',
        [level, index, index + TILES_AT_ONCE],
      )
      known = { from: index, tiles: new Map(rows.map(({ idx, hashes }) => [Number(idx), hashes])) }
      ahead.set(level, known)
    }
    return known.tiles.get(index) ?? null
  }
}

async function* textsOf(query: Query): AsyncGenerator<StoredText> {
  for (let after = ''; ; ) {
    const { rows } = await query<StoredText>(
      `SELECT digest, salt, body, redacted_by_event::text AS "redactedBy" FROM audit.text WHERE digest > $1 ORDER BY digest LIMIT ${ROWS_AT_ONCE}`,
      [after],
    )
    yield* rows
    const last = rows.at(-1)
    if (!last) return
    after = last.digest
  }
}

async function* sealedOf(query: Query): AsyncGenerator<StoredSealed> {
  for (let after: readonly [string, string, number] = ['', '', 0]; ; ) {
    const { rows } = await query<StoredSealed>(
      `SELECT subject, "subjectId", number, hash, canonical FROM public."SealedVersion" WHERE (subject, "subjectId", number) > ($1, $2, $3)
        ORDER BY subject, "subjectId", number LIMIT ${ROWS_AT_ONCE}`,
      after,
    )
    yield* rows
    const last = rows.at(-1)
    if (!last) return
    after = [last.subject, last.subjectId, last.number]
  }
}
