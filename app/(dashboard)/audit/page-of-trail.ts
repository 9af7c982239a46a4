import { encodeCursor } from '@/lib/http/page'
import { type AuditRow, type Looker, listAuditRows } from '@/lib/queries/audit'
import { type AuditFilterInput, trailFilterOf } from '@/lib/schemas/audit'

const PAGE = 50

/** What a cursor of this list belongs to: no other filter may use it (T39). */
export const trailList = (filter: AuditFilterInput): string => `audit ${JSON.stringify(filter)}`

/** One page of the trail as its screen shows it, with the cursor of the next; both for the page and for what it loads as somebody scrolls. */
export async function pageOfTrail(
  looker: Looker,
  filter: AuditFilterInput,
  after: readonly string[] | null,
): Promise<{ rows: AuditRow[]; next: string | null }> {
  const placed = await listAuditRows(looker, trailFilterOf(filter), { take: PAGE + 1, after })
  const last = placed.slice(0, PAGE).at(-1)
  return {
    rows: placed.slice(0, PAGE).map(({ row }) => row),
    next: placed.length > PAGE && last ? encodeCursor(trailList(filter), last.position) : null,
  }
}
