import { tree } from '@/lib/domain/log/merkle'
import { parseNote } from '@/lib/domain/log/note'
import type { TrailSource, Verification } from '@/lib/domain/log/verify/source'
import { verifyTrail } from '@/lib/domain/log/verify/verify'
import { checkInBrowser, fetchSource } from './fetch-source'

/** A checkpoint that this browser kept, with the keys that signed the log then, and when (ISO). */
export type Kept = { note: string; size: number; vkeys: string[]; at: string }

/** What came of it, with the checkpoint of last time where there was one: continued, or signed by keys that the log has no longer. */
export type BrowserVerification = Verification & { kept: { size: number; at: string; state: 'continued' | 'other-keys' } | null }

/** What of the browser's storage is used; it may be missing, full or forbidden. */
export type Store = Pick<Storage, 'getItem' | 'setItem'>

const place = (origin: string): string => `countersign checkpoint ${origin}`

/**
 * Verifies the whole record in this browser, with the same code as the command line: every entry that may be read from its bytes, the others by
 * their hash, every checkpoint and signature. It keeps the newest checkpoint, and next time proves that the log still continues it: each browser is
 * a witness of its own (T14).
 */
export async function verifyInBrowser({
  signal,
  store,
  source = fetchSource(signal),
  onProgress,
}: {
  signal: AbortSignal
  store: Store | null
  source?: TrailSource
  onProgress(done: number, of: number): void
}): Promise<BrowserVerification> {
  const about = await source.about()
  const kept = readKept(store, about.origin)
  const known = kept?.vkeys.some((vkey) => about.vkeys.includes(vkey)) ? kept : null
  const seen: { note: string | null } = { note: null }
  const watched: TrailSource = {
    ...source,
    async *checkpoints() {
      for await (const checkpoint of source.checkpoints()) {
        if (checkpoint.size === about.size) seen.note = checkpoint.note
        yield checkpoint
      }
    },
  }
  const found = await verifyTrail(watched, {
    tree,
    check: checkInBrowser,
    anchors: known ? [known.note] : [],
    onProgress,
  })
  if (found.outcome === 'good' && seen.note) keep(store, about.origin, { note: seen.note, size: about.size, vkeys: [...about.vkeys] })
  return { ...found, kept: kept && { size: kept.size, at: kept.at, state: known ? 'continued' : 'other-keys' } }
}

function readKept(store: Store | null, origin: string): Kept | null {
  try {
    const kept = JSON.parse(store?.getItem(place(origin)) ?? 'null') as Partial<Kept> | null
    const isWhole =
      typeof kept?.note === 'string' && typeof kept.size === 'number' && typeof kept.at === 'string' && Array.isArray(kept.vkeys)
    return isWhole && parseNote(kept.note as string) ? (kept as Kept) : null
  } catch {
    return null
  }
}

function keep(store: Store | null, origin: string, kept: Omit<Kept, 'at'>): void {
  try {
    store?.setItem(place(origin), JSON.stringify({ ...kept, at: new Date().toISOString() }))
  } catch {
    // Storage that is full or forbidden: the next time begins anew.
  }
}
