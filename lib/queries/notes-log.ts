import 'server-only'
import type { Tx } from '@/lib/db/client'
import { newestCheckpoint, readLog, vkeysAt } from '@/lib/db/read-log'
import { readTrail, trailScope } from '@/lib/db/read-trail'
import { parseCheckpoint } from '@/lib/domain/log/checkpoint'
import type { NotesEntry, NotesFacts, NotesLog } from '@/lib/domain/notes-facts'
import { parseRecorded, type RecordedEvent } from '@/lib/domain/recorded-event'
import type { Looker } from './system-standing'
import { namerFor } from './trail-namer'

type Row = { seq: bigint | null; id: string; at: Date; canonical: string; leaf: string }

const DAY_MS = 86_400_000

/** The most events that notes list; what comes after is in the audit explorer. */
const MOST = 200

/**
 * What release notes stand on in the log (audit-log.md, 5: notes print the checkpoint): the newest signed checkpoint, its keys, and the number of the entry
 * that sealed them. With `entries`, every event about the promotion, its notes, the evidence and the deployments that the viewer may read, oldest first
 * (T23).
 */
export async function loadNotesLog(looker: Looker, facts: NotesFacts, options: { entries: boolean }): Promise<NotesLog> {
  const [{ checkpoint, vkeys }, rows] = await Promise.all([readLog(standing), loadRows(looker, facts, options)])
  const events = rows.map((row) => ({ ...row, event: parseRecorded(row.canonical) }))
  const namer = options.entries ? await namerFor(events.map(({ event }) => event)) : null
  const sealing = events.find(({ event }) => event.action === 'release_notes.sealed' && event.after?.hash === facts.seal?.hash)
  return {
    checkpoint,
    vkeys,
    sealedBy: numberOf(sealing ?? null),
    entries: namer ? events.map((row): NotesEntry => entryOf(row, row.event, namer.sentence(row.event))) : [],
  }
}

async function standing(tx: Tx): Promise<Pick<NotesLog, 'checkpoint' | 'vkeys'>> {
  const newest = await newestCheckpoint(tx)
  if (!newest) return { checkpoint: null, vkeys: [] }
  return {
    checkpoint: { ...newest, origin: parseCheckpoint(newest.note)?.origin ?? '' },
    vkeys: await vkeysAt(tx, newest.size),
  }
}

const numberOf = (row: Pick<Row, 'seq'> | null): number | null => (row?.seq === null || row?.seq === undefined ? null : Number(row.seq) + 1)

function entryOf(row: Row, event: RecordedEvent, sentence: string): NotesEntry {
  // A signature is an event of what was signed; its own id stands in what came after.
  const signature = event.action === 'promotion.signed' ? event.after?.signature : undefined
  const subject = typeof signature === 'string' ? { kind: 'sign_off', id: signature } : { kind: event.subject.kind, id: event.subject.id }
  return { number: numberOf(row), id: row.id, at: row.at, action: event.action, subject, sentence, leaf: row.leaf }
}

async function loadRows(
  looker: Looker,
  { promotion, evidence, runs, signed, seal }: NotesFacts,
  { entries }: { entries: boolean },
): Promise<Row[]> {
  const own = promotion ? [['release_notes', promotion.id]] : []
  const about = entries
    ? [
        ...own,
        ...(promotion ? [['promotion', promotion.id]] : []),
        ...signed.map(({ id }) => ['sign_off', id]),
        ...evidence.map(({ id }) => ['evidence', id]),
        ...runs.map(({ id }) => ['deployment', id]),
      ]
    : seal
      ? own
      : []
  if (about.length === 0) return []
  const kinds = about.map(([kind]) => kind as string)
  const ids = about.map(([, id]) => id as string)
  const scope = await trailScope(looker.actor, looker.now)
  // A day is past any clock's error, and spares the planner partitions: those of years to come, and all but one for the seal alone.
  const before = new Date((entries || !seal ? looker.now : seal.at).getTime() + DAY_MS).toISOString()
  const from = new Date(entries || !seal ? 0 : seal.at.getTime() - DAY_MS).toISOString()
  return readTrail(
    scope,
    (tx) => tx.$queryRaw<Row[]>`
      SELECT l.seq, e.id::text, e.recorded_at AS at, e.canonical, encode(e.leaf_hash, 'hex') AS leaf
      FROM unnest(${kinds}::text[], ${ids}::text[]) AS asked (kind, id)
      JOIN audit.trail e ON e.subject_kind = asked.kind AND e.subject_id = asked.id AND e.recorded_at >= ${from}::timestamptz
        AND e.recorded_at < ${before}::timestamptz
      LEFT JOIN audit.leaf l ON l.event_id = e.id
      ORDER BY e.recorded_at, e.id LIMIT ${MOST}`,
  )
}
