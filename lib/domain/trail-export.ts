import { type Refusal, refuse } from './refusal'
import type { Place, TrailFilter } from './trail'

/** In which forms the trail can be taken away. */
export const EXPORT_FORMATS = ['csv', 'jsonl', 'bundle'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** For how long the file of an export can be fetched: after that the record would no longer say when it was read. */
export const EXPORT_OPEN_MS = 24 * 3_600_000
/** As many exports as somebody may make in an hour; each is an event (T35). */
export const EXPORTS_AN_HOUR = 60

/** What somebody asked for, as it was typed: days are whole UTC days, both included; `first` and `last` are numbers in the log, from 1. */
export type ExportAsked = {
  q?: string
  actor?: string
  action?: string
  subject?: string
  system?: string
  from?: string
  to?: string
  first?: number
  last?: number
}

/** What an export is kept as: what was asked, and where its words led then; names may lead elsewhere tomorrow, the file may not. */
export type ExportKept = { asked: ExportAsked; places: readonly Place[] | null }

/** Whether an export holds only some of the entries up to its size. */
export function isPart(asked: ExportAsked): boolean {
  return Object.values(asked).some((value) => value !== undefined)
}

const DAY_MS = 86_400_000

/** What of `asked` narrows row by row; the range of numbers is `rangeOf`. */
export function filterOf({ actor, action, system, from, to }: ExportAsked): TrailFilter {
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action }),
    ...(system === undefined ? {} : { system }),
    ...(from === undefined ? {} : { from: new Date(`${from}T00:00:00Z`) }),
    ...(to === undefined ? {} : { to: new Date(Date.parse(`${to}T00:00:00Z`) + DAY_MS) }),
  }
}

/** The indexes, from 0, that an export of a log of `size` looks at: the first included, the last excluded. */
export function rangeOf({ first, last }: ExportAsked, size: number): { from: number; to: number } {
  return { from: (first ?? 1) - 1, to: Math.min(size, last ?? size) }
}

/** Why a range of numbers is none in a log of `size` entries; null when it is one. */
export function whyNotRange({ first, last }: ExportAsked, size: number): Refusal | null {
  if ((first ?? 1) > size || (last ?? 1) > size)
    return refuse('invalid', `The log has ${size} entries so far. Choose numbers from 1 to ${size}.`, {
      place: (first ?? 1) > size ? 'first' : 'last',
    })
  if (first !== undefined && last !== undefined && first > last)
    return refuse('invalid', 'The first number is behind the last one. Swap them.', { place: 'first' })
  return null
}

/** Why an export cannot be fetched any more; null while it can. */
export function whyNotFetch(createdAt: Date, now: Date): Refusal | null {
  if (now.getTime() - createdAt.getTime() < EXPORT_OPEN_MS) return null
  return refuse('wrong_state', 'This export is more than a day old. Make a new one, so that the record says when the trail was read.')
}

/**
 * How far an export goes, as a number to continue behind (`?after=`): CSV and JSON lines count entries, a bundle counts its five parts one after
 * another, each as long as the log.
 */
export const BUNDLE_PARTS = 5
export function lengthOf(format: ExportFormat, size: number): number {
  return format === 'bundle' ? BUNDLE_PARTS * size : size
}

// What a spreadsheet takes for a formula when a cell begins with it; a tab or line end may hide one behind it.
const FORMULA = /^[=+\-@\t\r\n\0]|^[＝＋－＠]/

/**
 * A line of CSV (RFC 4180), with its line end. A text that a spreadsheet would run as a formula gets an apostrophe in front; every text is quoted.
 * Line ends within a text become spaces, so that a line is an entry whoever cuts the file.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`
}

function cellOf(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return `"${safe.replace(/[\r\n]+/g, ' ').replaceAll('"', '""')}"`
}

/**
 * The frames that a browser of ours asks for (`EXPORT_FRAMES` as media type): before each piece of the file stand its length (4 bytes) and the number
 * to continue behind it (8 bytes, all ones where the file cannot be cut there), big-endian. A broken download is cut at the last such number.
 */
export const EXPORT_FRAMES = 'application/vnd.countersign.pieces'
export const FRAME_BYTES = 12
const NOWHERE = 0xffff_ffff_ffff_ffffn

/** The twelve bytes before a piece. */
export function frameHead(length: number, next: number | null): Uint8Array {
  const head = new Uint8Array(FRAME_BYTES)
  const view = new DataView(head.buffer)
  view.setUint32(0, length)
  view.setBigUint64(4, next === null ? NOWHERE : BigInt(next))
  return head
}

/** Takes frames apart as bytes come in, however they are cut. */
export function frameReader(): (chunk: Uint8Array) => { bytes: Uint8Array; next: number | null }[] {
  let held = new Uint8Array()
  return (chunk) => {
    const joined = new Uint8Array(held.length + chunk.length)
    joined.set(held)
    joined.set(chunk, held.length)
    const pieces: { bytes: Uint8Array; next: number | null }[] = []
    let at = 0
    while (joined.length - at >= FRAME_BYTES) {
      const view = new DataView(joined.buffer, at)
      const length = view.getUint32(0)
      if (joined.length - at - FRAME_BYTES < length) break
      const next = view.getBigUint64(4)
      pieces.push({ bytes: joined.slice(at + FRAME_BYTES, at + FRAME_BYTES + length), next: next === NOWHERE ? null : Number(next) })
      at += FRAME_BYTES + length
    }
    held = joined.slice(at)
    return pieces
  }
}
