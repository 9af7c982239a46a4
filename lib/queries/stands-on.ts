import 'server-only'
import { readTrail } from '@/lib/db/read-trail'

/**
 * What something sealed stands on: the number of the entry by which it was sealed (null while it is not integrated, or where that cannot be found), and
 * the newest checkpoint of the log. Roots and hashes are hexadecimal.
 */
export type StandsOn = {
  number: number | null
  leaf: string | null
  checkpoint: { size: number; root: string; at: Date; origin: string } | null
}

type Row = { seq: bigint | null; leaf: string | null; size: bigint | null; root: string | null; at: Date | null; origin: string | null }

/** The checkpoint that a sealed version stands on, in one statement. The caller has judged that the system may be read (T23). */
export async function getStandsOn(sealed: {
  system: string
  subject: string
  id: string
  number: number
  hash: string
}): Promise<StandsOn> {
  const { system, subject, id, number, hash } = sealed
  return readTrail({ systems: [system], everything: false }, async (tx) => {
    const [row] = await tx.$queryRaw<Row[]>`
      SELECT e.seq, e.leaf, c.tree_size AS size, encode(c.root, 'hex') AS root, c.created_at AS at, split_part(c.note, E'\n', 1) AS origin
      FROM (SELECT 1) one
      LEFT JOIN LATERAL (
        SELECT l.seq, encode(t.leaf_hash, 'hex') AS leaf FROM audit.trail t LEFT JOIN audit.leaf l ON l.event_id = t.id
        WHERE t.system_id = ${system} AND t.subject_kind = ${subject} AND t.subject_id = ${id} AND (t.payload -> 'subject' ->> 'version')::int = ${number}
          AND t.payload ->> 'dossier' = ${hash}
        ORDER BY t.recorded_at, t.id LIMIT 1) e ON true
      LEFT JOIN LATERAL (SELECT tree_size, root, created_at, note FROM audit.checkpoint ORDER BY tree_size DESC LIMIT 1) c ON true`
    const { seq, leaf, size, root, at, origin } = row as Row // one row always
    return {
      number: seq === null ? null : Number(seq) + 1,
      leaf,
      checkpoint: size === null || !root || !at || !origin ? null : { size: Number(size), root, at, origin },
    }
  })
}
