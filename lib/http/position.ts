import 'server-only'
import { Refused } from '@/lib/domain/refusal'
import { decodeCursor } from './page'

/** The position in the `after` of a page's address. One that is damaged or of another list starts from the first page: a person only clicked a link. */
export function positionOf(list: string, after: string | undefined): readonly string[] | null {
  if (!after) return null
  try {
    return decodeCursor(list, after)
  } catch (error) {
    if (error instanceof Refused) return null
    throw error
  }
}
