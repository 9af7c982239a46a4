import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type pg from 'pg'
import { noteOf } from '@/lib/domain/log/note'
import { newestSigned, signingNow } from './checkpoints'
import { keysOf, nowOf, type SequencerOptions } from './options'

// The anchor file (audit-log.md, 5): one line of JSON for each anchored checkpoint, `{"at","size","note"}`, for another disk or storage that is
// written once. Lines are only ever appended; whoever reads it leaves out a last line that was cut off.

/** How often the newest checkpoint is appended when the log grew, and when it did not: that nothing happened can then be shown too. */
export const ANCHOR_MS = 60_000
export const SILENCE_MS = 3_600_000

function endsCutOff(path: string): boolean {
  const size = existsSync(path) ? statSync(path).size : 0
  if (size === 0) return false
  const handle = openSync(path, 'r')
  try {
    const last = Buffer.alloc(1)
    readSync(handle, last, 0, 1, size - 1)
    return last.toString() !== '\n'
  } finally {
    closeSync(handle)
  }
}

/** Appends a signed checkpoint to the anchor file and flushes it. A line that a crash cut off is left behind as it is. */
export function appendAnchor(path: string, line: { at: Date; size: number; note: string }): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const begin = endsCutOff(path) ? '\n' : ''
  const handle = openSync(path, 'a', 0o600)
  try {
    writeSync(handle, `${begin}${JSON.stringify({ at: line.at.toISOString(), size: line.size, note: line.note })}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** What was anchored last, by this process. */
export type Anchored = { size: number; at: number }

/**
 * Anchors what is due: the newest checkpoint once a minute when it is another one, and once an hour, newly signed, when it is not (T14). Answers
 * what was anchored last. The row in the database comes after the file: it never says more than what is there.
 */
export async function anchor(client: pg.ClientBase, options: SequencerOptions, last: Anchored | null): Promise<Anchored | null> {
  const now = nowOf(options)
  const since = last === null ? Number.POSITIVE_INFINITY : now.getTime() - last.at
  if (since < ANCHOR_MS) return last
  const newest = await newestSigned(client)
  if (!newest || (newest.size === last?.size && since < SILENCE_MS)) return last
  const signers = newest.size === last?.size ? await signingNow(client, keysOf(options)) : []
  const note =
    signers.length === 0
      ? newest.note
      : noteOf(
          newest.text,
          signers.map((key) => key.signNote(newest.text, now)),
        )
  appendAnchor(options.anchorFile, { at: now, size: newest.size, note })
  await client.query(`INSERT INTO audit.anchor (tree_size, kind, place) VALUES ($1, 'file', $2) ON CONFLICT DO NOTHING`, [
    newest.size,
    basename(options.anchorFile),
  ])
  return { size: newest.size, at: now.getTime() }
}
