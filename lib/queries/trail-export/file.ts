import 'server-only'
import type { Place } from '@/lib/domain/trail'
import { type ExportAsked, type ExportFormat, filterOf } from '@/lib/domain/trail-export'
import { placesOf } from '../audit'
import { bundlePieces } from './bundle'
import type { OpenExport } from './open'
import { csvPieces, jsonLinePieces } from './rows'

/** What the file of an export is called and is, by its format. */
export const EXPORT_FILE: Record<ExportFormat, { extension: string; mediaType: string }> = {
  csv: { extension: 'csv', mediaType: 'text/csv; charset=utf-8; header=present' },
  jsonl: { extension: 'jsonl', mediaType: 'application/jsonl; charset=utf-8' },
  bundle: { extension: 'tar.gz', mediaType: 'application/gzip' },
}

/** The name of an export's file: what it is, the day it was asked for, and the last number of the log it stands on. */
export function nameOfFile(format: ExportFormat, createdAt: Date, size: number): string {
  return `countersign-audit-${createdAt.toISOString().slice(0, 10)}-${size}.${EXPORT_FILE[format].extension}`
}

/** The content of an export from a number on: rows as they are, a bundle before it is an archive. */
export function exportContent(open: OpenExport, after: number, { bom }: { bom: boolean }) {
  switch (open.format) {
    case 'csv':
      return { kind: 'rows' as const, pieces: csvPieces(open, after, { bom }) }
    case 'jsonl':
      return { kind: 'rows' as const, pieces: jsonLinePieces(open, after) }
    case 'bundle':
      return { kind: 'bundle' as const, pieces: bundlePieces(open, after) }
    default:
      return open.format satisfies never
  }
}

/** Where the words of what was asked lead today; null where there are none. */
export function placesOfAsked({ q, subject, ...asked }: ExportAsked): Promise<Place[] | null> {
  return placesOf({ ...filterOf(asked), ...(q === undefined ? {} : { q }), ...(subject === undefined ? {} : { subject }) })
}
