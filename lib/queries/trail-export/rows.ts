import 'server-only'
import { type ExportEntry, exportEntries } from '@/lib/db/export-windows'
import { parseRecorded, type RecordedEvent } from '@/lib/domain/recorded-event'
import { csvLine } from '@/lib/domain/trail-export'
import { type Namer, namerFor, toldOf } from '../trail-namer'
import type { OpenExport } from './open'

/** Bytes of an export, and the number to continue behind them; null where the file cannot be cut there. */
export type ExportPiece = { bytes: Uint8Array; next: number | null }

const COLUMNS = [
  'number',
  'recorded_at',
  'action',
  'sentence',
  'outcome',
  'count',
  'actor',
  'actor_id',
  'actor_kind',
  'roles',
  'system',
  'profile',
  'subject',
  'subject_kind',
  'subject_id',
  'version',
  'decision',
  'reason',
  'dossier',
  'policy',
  'before',
  'after',
  'text',
  'ip',
  'request',
  'event_id',
  'leaf_hash',
] as const

const BOM = '\uFEFF'

/**
 * Entries as CSV, one a line, in the words and names of today. Safe to open in a spreadsheet: no cell is a formula. `bom` says UTF-8 to spreadsheets that
 * guess otherwise.
 */
export function csvPieces(open: OpenExport, after: number, { bom }: { bom: boolean }): AsyncGenerator<ExportPiece, void> {
  return rowPieces(open, after, `${bom ? BOM : ''}${csvLine(COLUMNS)}`, (entry, event, namer) => {
    const who = namer.actor(event)
    const where = namer.where(event)
    return csvLine([
      Number(entry.seq) + 1,
      entry.recordedAt,
      event.action,
      namer.sentence(event),
      event.outcome,
      event.count,
      who.name,
      who.id,
      who.kind,
      event.actor.roles.join(' '),
      where.system,
      where.profile?.id ?? null,
      namer.what(event),
      event.subject.kind,
      event.subject.id,
      event.subject.version,
      event.decision,
      event.reason,
      event.dossier,
      event.policy,
      event.before && JSON.stringify(event.before),
      event.after && JSON.stringify(event.after),
      event.text,
      event.request.ip,
      event.request.id,
      entry.id,
      entry.leaf,
    ])
  })
}

/** Entries as JSON lines: what the API answers for an entry, one a line, oldest first. */
export function jsonLinePieces(open: OpenExport, after: number): AsyncGenerator<ExportPiece, void> {
  return rowPieces(open, after, '', (entry, event, namer) => {
    return `${JSON.stringify({
      id: entry.id,
      index: Number(entry.seq),
      number: Number(entry.seq) + 1,
      recordedAt: entry.recordedAt,
      ...toldOf(event, namer),
      text: event.text,
      canonical: entry.canonical,
      leafHash: entry.leaf,
    })}\n`
  })
}

async function* rowPieces(
  { which, size }: OpenExport,
  after: number,
  head: string,
  line: (entry: ExportEntry, event: RecordedEvent, namer: Namer) => string,
): AsyncGenerator<ExportPiece, void> {
  const range = { from: Math.max(which.range.from, after), to: which.range.to }
  if (after === 0 && head !== '') yield { bytes: Buffer.from(head), next: null }
  for await (const { rows, next } of exportEntries({ ...which, range })) {
    const events = rows.map(({ canonical }) => parseRecorded(canonical))
    const namer = await namerFor(events)
    const text = rows.map((entry, index) => line(entry, events[index] as RecordedEvent, namer)).join('')
    yield { bytes: Buffer.from(text), next: next >= range.to ? size : next }
  }
}
