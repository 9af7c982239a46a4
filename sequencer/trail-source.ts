import type pg from 'pg'
import type { StoredCounts, StoredEntry, TrailSource } from '@/lib/domain/log/verify/source'
import { fullTiles } from './tiles'

const BATCH = 500

type EntryRow = { seq: string; leaf: Buffer; id: string; canonical: string | null; at: string | null }

const ENTRIES = `SELECT l.seq, l.leaf_hash AS leaf, l.event_id AS id, e.canonical, to_char(e.recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
  FROM audit.leaf l LEFT JOIN LATERAL (SELECT canonical, recorded_at FROM audit.event WHERE recorded_at = l.event_at AND id = l.event_id LIMIT 1) e ON true
  WHERE l.seq >= $1 AND l.seq < $2 ORDER BY l.seq`

/**
 * The stored trail as the verifier reads it, through a connection that stays in one snapshot (the caller begins and ends it). Texts and sealed
 * versions are not read: the log's role may not.
 */
export function databaseTrail(client: pg.ClientBase, counts: StoredCounts): TrailSource {
  const one = async <Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> => (await client.query<Row>(sql)).rows
  return {
    keepsLeaves: true,
    fullTilesOnly: true,
    async about() {
      const [newest] = await one<{ tree_size: string; root: Buffer; note: string }>(
        'SELECT tree_size, root, note FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1',
      )
      const keys = await one<{ vkey: string }>('SELECT vkey FROM audit.log_key UNION SELECT vkey FROM audit.cosignature')
      return {
        origin: newest?.note.split('\n')[0] ?? '',
        size: Number(newest?.tree_size ?? 0),
        root: newest ? new Uint8Array(newest.root) : null,
        vkeys: keys.map(({ vkey }) => vkey),
        counts,
      }
    },
    async *checkpoints() {
      for (let after = 0; ; ) {
        const { rows } = await client.query<{ tree_size: string; note: string; lines: string[] }>(
          `SELECT c.tree_size, c.note, ARRAY(SELECT line FROM audit.cosignature s WHERE s.tree_size = c.tree_size ORDER BY s.key_id) AS lines
           FROM audit.checkpoint c WHERE c.tree_size > $1 ORDER BY c.tree_size LIMIT ${BATCH}`,
          [after],
        )
        for (const { tree_size, note, lines } of rows) yield { size: Number(tree_size), note: `${note}${lines.join('')}` }
        if (rows.length < BATCH) return
        after = Number(rows.at(-1)?.tree_size)
      }
    },
    async *entries(from) {
      const [last] = await one<{ size: string }>('SELECT coalesce(max(seq) + 1, 0) AS size FROM audit.leaf')
      for (let at = from; at < Number(last?.size); at += BATCH) {
        const { rows } = await client.query<EntryRow>({ name: 'entries', text: ENTRIES, values: [at, at + BATCH] })
        // A leaf whose event is gone is left out: the verifier calls it missing.
        yield rows.flatMap(({ seq, leaf, id, canonical, at: recordedAt }): StoredEntry[] =>
          canonical === null
            ? []
            : [{ index: Number(seq), bytes: new Uint8Array(Buffer.from(canonical, 'utf8')), leaf: new Uint8Array(leaf), id, recordedAt }],
        )
      }
    },
    async tile({ level, index, width }) {
      if (level === 'entries' || width < 256) return null
      return (await fullTiles(client, level, index, 1))[0] ?? null
    },
  }
}
