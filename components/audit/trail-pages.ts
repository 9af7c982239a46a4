import type { AuditRow } from '@/lib/queries/audit'

/** Rows that are shown, newest first, and the cursor of what comes behind them; null where nothing does. */
export type ShownRows = { rows: readonly AuditRow[]; next: string | null }

/**
 * What is shown once the server gives the newest page again: new rows on top and everything that was loaded below them, as long as the two touch.
 * Where so much is new that they do not, the page alone: a gap nobody sees would be worse than scrolling again.
 */
export function mergeNewest(shown: ShownRows, page: ShownRows): ShownRows {
  const fresh = new Set(page.rows.map(({ id }) => id))
  const touch = shown.rows.findLastIndex(({ id }) => fresh.has(id))
  if (touch < 0 || page.next === null) return page
  const below = shown.rows.slice(touch + 1)
  // The last row they share must be the last of the new page, or rows in between were never seen.
  if (shown.rows[touch]?.id !== page.rows.at(-1)?.id) return page
  return below.length === 0 ? page : { rows: [...page.rows, ...below], next: shown.next }
}

/** The rows from one to another, both included, whichever stands first; empty where one of them is not there. */
export function rowsBetween(rows: readonly AuditRow[], from: string, to: string): readonly AuditRow[] {
  const [a, b] = [rows.findIndex(({ id }) => id === from), rows.findIndex(({ id }) => id === to)]
  return a < 0 || b < 0 ? [] : rows.slice(Math.min(a, b), Math.max(a, b) + 1)
}

/** What a choice of rows comes to: how many, the first and last number among them, and how many have no number yet. */
export function rangeOf(rows: readonly AuditRow[]): { count: number; first: number | null; last: number | null; waiting: number } {
  const numbers = rows.flatMap(({ number }) => (number === null ? [] : [number]))
  return {
    count: rows.length,
    first: numbers.length === 0 ? null : Math.min(...numbers),
    last: numbers.length === 0 ? null : Math.max(...numbers),
    waiting: rows.length - numbers.length,
  }
}
