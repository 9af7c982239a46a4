import { pageOf, readPage } from '@/lib/http/page'
import type { Slice } from '@/lib/queries/api/slice'

/**
 * One page of a list: reads `limit` and `cursor`, loads one row more than asked for, and says where the next page begins. `name` says which list it
 * is, with its filters: a cursor is good for that only (T30, T39).
 */
export async function listPage<Row>(
  searchParams: URLSearchParams,
  name: readonly (string | undefined)[],
  load: (slice: Slice) => Promise<Row[]>,
  positionOf: (row: Row) => readonly (Date | string)[],
): Promise<{ items: Row[]; next: string | null }> {
  const list = JSON.stringify(name.map((part) => part ?? null))
  const page = readPage(searchParams, list)
  const rows = await load({ take: page.limit + 1, after: page.cursor })
  return pageOf(rows, page, list, (row) => positionOf(row).map((part) => (part instanceof Date ? part.toISOString() : part)))
}
