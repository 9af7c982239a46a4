import 'server-only'
import { createHash } from 'node:crypto'

/**
 * Put first into the text of a statement that runs with every request: PostgreSQL then plans it once for each connection instead of each time, which
 * for the long ones costs more than running them. Not for statements whose best plan depends on what is asked, as the lists of the trail, nor for
 * texts that come in many shapes: each is kept as long as its connection.
 */
const KEPT = /^\s*\/\* kept \*\//

const names = new Map<string, string>()

/** The name a statement is kept under, by its text; the empty string for one that is not kept. */
export function statementName({ sql }: { sql: string }): string {
  if (!KEPT.test(sql)) return ''
  const known = names.get(sql)
  if (known !== undefined) return known
  const name = `c${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`
  names.set(sql, name)
  return name
}
