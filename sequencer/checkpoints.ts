import type pg from 'pg'
import type { SigningKey } from './keys'

/** The newest checkpoint with every cosignature it has; null before the first. */
export async function newestSigned(client: pg.ClientBase): Promise<{ size: number; note: string; text: string } | null> {
  const { rows } = await client.query<{ tree_size: string; note: string; lines: string[] }>(
    `SELECT c.tree_size, c.note, ARRAY(SELECT line FROM audit.cosignature s WHERE s.tree_size = c.tree_size ORDER BY s.key_id) AS lines
     FROM audit.checkpoint c ORDER BY c.tree_size DESC LIMIT 1`,
  )
  const row = rows[0]
  if (!row) return null
  return {
    size: Number(row.tree_size),
    note: `${row.note}${row.lines.join('')}`,
    text: row.note.slice(0, row.note.lastIndexOf('\n\n') + 1),
  }
}

/** Of the keys at hand those that sign now, by the register. */
export async function signingNow(client: pg.ClientBase, keys: readonly SigningKey[]): Promise<SigningKey[]> {
  const { rows } = await client.query<{ vkey: string }>('SELECT vkey FROM audit.log_key WHERE retired_at IS NULL')
  return keys.filter(({ key }) => rows.some(({ vkey }) => vkey === key.vkey))
}
