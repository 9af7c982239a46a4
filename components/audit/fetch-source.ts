import { fromBase64, fromHex } from '@/lib/domain/log/bytes'
import type { CheckSignature } from '@/lib/domain/log/note'
import type { TileName } from '@/lib/domain/log/tile'
import { type TrailSource, TrailUnreadable } from '@/lib/domain/log/verify/source'
import type { CheckedCheckpoint, CheckedEntry, CheckedLog } from '@/lib/queries/trail-check'
import { routes } from '@/lib/routes'

const BATCH = 1_000
const TILES = 64
const TRIES = 3

/** Asks the server, again after a moment where it did not answer. Throws `TrailUnreadable` where it will not. */
async function ask<T>(address: string, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await fetch(address, { signal, cache: 'no-store' })
      if (answer.ok) return (await answer.json()) as T // our own server's
      if (attempt >= TRIES || answer.status < 500)
        throw new TrailUnreadable(`The server answered ${answer.status}. Reload the page, then verify again.`)
    } catch (error) {
      if (error instanceof TrailUnreadable || signal.aborted) throw error
      if (attempt >= TRIES) throw new TrailUnreadable('The server does not answer. Nothing can be said of the record from here.')
    }
    await new Promise((resolve) => setTimeout(resolve, attempt * 700))
  }
}

/**
 * The trail as this server hands it to a browser, for the verifier that an offline copy is checked with: entries in batches, the next one under way
 * while one is checked. What the viewer may not read comes as its hash alone.
 */
export function fetchSource(signal: AbortSignal): TrailSource {
  let about: CheckedLog | null = null
  const tiles = new Map<string, Promise<(string | null)[]>>()
  const logged = async (): Promise<CheckedLog> => {
    about ??= await ask<CheckedLog | null>(routes.auditCheck('about'), signal)
    if (about === null) throw new TrailUnreadable('The log has no checkpoint yet.')
    return about
  }
  return {
    fullTilesOnly: true,
    keepsLeaves: true,
    async about() {
      const { origin, size, root, vkeys } = await logged()
      return { origin, size, root: fromHex(root), vkeys, counts: null }
    },
    async *checkpoints() {
      const { size } = await logged()
      for (let after = -1; after < size; ) {
        const found = await ask<CheckedCheckpoint[]>(routes.auditCheck('checkpoints', { after: Math.max(0, after), until: size }), signal)
        yield* found
        const last = found.at(-1)
        if (last === undefined) return
        after = last.size
      }
    },
    async *entries(from) {
      const { size } = await logged()
      const batch = (at: number) =>
        at < size ? ask<CheckedEntry[]>(routes.auditCheck('entries', { from: at, until: size }), signal) : Promise.resolve([])
      let coming = batch(from)
      for (let at = from; at < size; at += BATCH) {
        const found = await coming
        coming = batch(at + BATCH)
        // Whoever stops reading leaves one request behind; that it fails is then nobody's business.
        coming.catch(() => undefined)
        const encoder = new TextEncoder()
        yield found.map(({ i, l, e, t, c }) => ({
          index: i,
          bytes: c === undefined ? null : encoder.encode(c),
          leaf: fromHex(l),
          id: e ?? null,
          recordedAt: t ?? null,
        }))
      }
    },
    async tile({ level, index, width }: TileName) {
      if (level === 'entries' || width !== 256) return null
      const from = Math.floor(index / TILES) * TILES
      const key = `${level} ${from}`
      const asked = tiles.get(key) ?? ask<(string | null)[]>(routes.auditCheck('tiles', { level, from: String(from) }), signal)
      // Tiles are read in order, so the run before is not needed again.
      for (const known of tiles.keys()) if (known.startsWith(`${level} `) && known !== key) tiles.delete(known)
      tiles.set(key, asked)
      const hashes = (await asked)[index - from]
      return hashes ? fromBase64(hashes) : null
    },
  }
}

/** Checks Ed25519 by the browser's own crypto; what it does not know, such as ML-DSA, or lacks outside a secure page, is null: not to be told. */
export const checkInBrowser: CheckSignature = async (algorithm, publicKey, message, signature) => {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (algorithm !== 'ed25519' || subtle === undefined) return null
  try {
    const key = await subtle.importKey('raw', Uint8Array.from(publicKey), { name: 'Ed25519' }, false, ['verify'])
    return await subtle.verify({ name: 'Ed25519' }, key, Uint8Array.from(signature), Uint8Array.from(message))
  } catch (error) {
    // An older browser knows no Ed25519; bytes that are no key are a signature that is not good.
    return error instanceof DOMException && error.name === 'NotSupportedError' ? null : false
  }
}
