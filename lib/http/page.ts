import 'server-only'
import { readSigned, signValue } from '@/lib/crypto/signed'
import { Refused, refuse } from '@/lib/domain/refusal'

export const PAGE_SIZE = 50
export const PAGE_LIMIT = 200

/** Which page of a list: how many rows, and the position of the last row seen (null for the first page). */
export type Page = { limit: number; cursor: readonly string[] | null }

/**
 * A cursor for the page after a row: the row's position (the values the list is ordered by, and its id), signed so that nobody can make one up
 * (T30, T39). `list` says which list and filter it belongs to; it is good for no other.
 */
export function encodeCursor(list: string, position: readonly string[]): string {
  return signValue(`cursor ${list}`, position)
}

/** The position in a cursor of that list; refuses (`invalid`) one that is damaged, made up or of another list. */
export function decodeCursor(list: string, cursor: string): readonly string[] {
  const position = readSigned(`cursor ${list}`, cursor)
  if (position === undefined)
    throw new Refused(refuse('invalid', 'This cursor does not belong to this list. Start again from its first page.', { place: 'cursor' }))
  return position as string[] // signed by us, so it is what encodeCursor was given
}

/** `limit` (1 to 200, 50 without) and `cursor` of a list's address. Refuses (`invalid`) anything else. */
export function readPage(searchParams: URLSearchParams, list: string): Page {
  const given = searchParams.get('limit')
  const limit = given === null ? PAGE_SIZE : Number(given)
  if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_LIMIT)
    throw new Refused(refuse('invalid', `limit is a whole number from 1 to ${PAGE_LIMIT}.`, { place: 'limit' }))
  const cursor = searchParams.get('cursor')
  return { limit, cursor: cursor === null ? null : decodeCursor(list, cursor) }
}

/**
 * A page from one row more than asked for: the rows, and the cursor of the next page where there is one.
 */
export function pageOf<T>(
  rows: readonly T[],
  page: Page,
  list: string,
  positionOf: (row: T) => readonly string[],
): { items: T[]; next: string | null } {
  const items = rows.slice(0, page.limit)
  const last = items.at(-1)
  return { items, next: rows.length > page.limit && last !== undefined ? encodeCursor(list, positionOf(last)) : null }
}
