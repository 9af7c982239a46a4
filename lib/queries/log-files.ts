import 'server-only'
import { entryBytes, logKeys, newestCheckpoint, readLog, tileHashes } from '@/lib/db/read-log'
import { encodeEntries, isTileOf, parseTilePath, TILE_WIDTH } from '@/lib/domain/log/tile'
import { whyNotReadLog } from '@/lib/domain/log/who-reads'
import { ensure } from '@/lib/domain/refusal'
import type { Looker } from './system-standing'

/** A file of the log. `keeps`: it never changes, so whoever has it need not ask again. */
export type LogFile = { body: Uint8Array; type: string; keeps: boolean }

/**
 * A file of the log by its path below the log's prefix, as c2sp.org/tlog-tiles names them: `checkpoint`, `tile/<L>/<N>[.p/<W>]` and
 * `tile/entries/<N>[.p/<W>]`; besides them `keys`, one key a line as JSON. Null where the log has none. Throws Refused for anybody but an auditor of
 * all systems (T23).
 */
export async function getLogFile({ actor, now }: Looker, path: string): Promise<LogFile | null> {
  ensure(whyNotReadLog(actor, now))
  if (path === 'checkpoint') return checkpointFile()
  if (path === 'keys') return keysFile()
  return tileFile(path)
}

const TEXT = 'text/plain; charset=utf-8'
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

async function checkpointFile(): Promise<LogFile | null> {
  const checkpoint = await readLog(newestCheckpoint)
  return checkpoint && { body: utf8(checkpoint.note), type: TEXT, keeps: false }
}

async function keysFile(): Promise<LogFile> {
  const keys = await readLog(logKeys)
  const lines = keys.map(({ vkey, kind, fromSize, untilSize }) => `${JSON.stringify({ vkey, kind, fromSize, untilSize })}\n`)
  return { body: utf8(lines.join('')), type: TEXT, keeps: false }
}

async function tileFile(path: string): Promise<LogFile | null> {
  const name = parseTilePath(path)
  if (!name) return null
  return readLog(async (tx) => {
    const size = (await newestCheckpoint(tx))?.size ?? 0
    if (!isTileOf(name, size)) return null
    // A tile that is full by now is stored whole: an older, narrower one is its beginning.
    const isFull = isTileOf({ ...name, width: TILE_WIDTH }, size)
    if (name.level === 'entries') {
      const bundle = encodeEntries(await entryBytes(tx, name.index * TILE_WIDTH, name.width))
      return { body: bundle, type: 'application/octet-stream', keeps: true }
    }
    const hashes = await tileHashes(tx, isFull ? { ...name, width: TILE_WIDTH } : name)
    return { body: hashes.slice(0, name.width * 32), type: 'application/octet-stream', keeps: true }
  })
}
