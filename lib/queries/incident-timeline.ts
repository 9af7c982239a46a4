import 'server-only'
import { findEntries, readTrail, trailScope } from '@/lib/db/read-trail'
import type { SubjectKind } from '@/lib/domain/audit-event'
import { parseRecorded, type RecordedEvent } from '@/lib/domain/recorded-event'
import { type AuditRow, type Looker, rowOf } from './audit'
import { namerFor } from './trail-namer'

/** As many entries as a page of one incident shows; whoever wants all of them asks the trail. */
const MOST = 100

/** What the record says of some things, oldest first; `more` when there is more than a page shows. */
export type RecordTimeline = { rows: AuditRow[]; more: boolean }

/**
 * The timeline of an incident or of a fallback use, made from the record and from nothing else (issue 3, section 3): the entries about some subjects that
 * the viewer may read, the newest hundred of them, in the order they happened.
 */
export async function getRecordOf(looker: Looker, subjects: readonly { kind: SubjectKind; id: string }[]): Promise<RecordTimeline> {
  if (subjects.length === 0) return { rows: [], more: false }
  const scope = await trailScope(looker.actor, looker.now)
  const places = subjects.map(({ kind, id }) => ({ by: 'subject' as const, kind, id }))
  const found = await readTrail(scope, (tx) => findEntries(tx, scope, {}, places, { take: MOST + 1, after: null }))
  const entries = found.slice(0, MOST)
  const recorded = entries.map(({ canonical }) => parseRecorded(canonical))
  const namer = await namerFor(recorded)
  return {
    rows: entries.map((entry, index) => rowOf(entry, recorded[index] as RecordedEvent, namer)).reverse(),
    more: found.length > MOST,
  }
}
