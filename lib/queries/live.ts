import 'server-only'
import { onChanges } from '@/lib/db/changes'
import { audible, type Changes, splitNews, touchesRights } from '@/lib/domain/change-key'
import { type Actor, readableSystems } from '@/lib/domain/context'
import { onShutdown } from '@/lib/shutdown'

/** Who listens, and at which instant their roles were read. */
export type LiveLooker = { actor: Actor; now: Date }

/** A heartbeat this often; a screen that misses two says so. */
const BEAT_MS = 15_000
/** Streams of one person: a few windows. More are told to try later. */
const MOST_OF_ONE = 8
/** Streams of one process. */
const MOST = 1_000

// On globalThis, because every bundle of the server has a copy of this module and the bounds are the process's.
const kept = globalThis as { countersignStreams?: Map<string, Set<() => void>> }
const streams = (kept.countersignStreams ??= new Map())

const countAll = (): number => [...streams.values()].reduce((sum, each) => sum + each.size, 0)

/** How many streams are open in this process, of one person or of all; for tests. */
export function openStreams(person?: string): number {
  return person === undefined ? countAll() : (streams.get(person)?.size ?? 0)
}

/**
 * What changes in the systems somebody may read, as server-sent events: `hello` at once, `change` with keys (or null for "anything"), `own` with
 * keys of what this session changed itself, `beat` every 15 seconds, `ended` when the session has. Keys only, no names and no values: whoever may see a thing reads it again (T23). `again` reads who it
 * is anew, without counting as activity (T26): at every beat, and at once when something changed that may concern their rights (T08).
 * `signal` is the request's: it ends the stream. Null when this person, or the process, has too many open already.
 */
export function openLive(
  first: LiveLooker,
  again: () => Promise<LiveLooker | null>,
  signal: AbortSignal,
): ReadableStream<Uint8Array> | null {
  const person = first.actor.id
  const mine = streams.get(person) ?? new Set()
  if (mine.size >= MOST_OF_ONE || countAll() >= MOST) return null
  let close = () => {}
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const encoder = new TextEncoder()
      let systems = readableSystems(first.actor, first.now)
      let isOpen = true
      const send = (event: string, data: unknown): void => {
        if (isOpen) controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`))
      }
      close = () => {
        if (!isOpen) return
        isOpen = false
        stop()
        forget()
        clearInterval(beat)
        mine.delete(close)
        if (mine.size === 0) streams.delete(person)
        try {
          controller.close()
        } catch {
          // The reader has gone already.
        }
      }
      const look = async (): Promise<boolean> => {
        const now = await again().catch(() => undefined)
        // The database is away: nothing is known to have changed, and the beat that does not come says it.
        if (now === undefined) return false
        if (now === null) {
          send('ended', null)
          close()
          return false
        }
        systems = readableSystems(now.actor, now.now)
        return true
      }
      const session = first.actor.session?.id ?? null
      const tell = (event: 'change' | 'own', changes: Changes | null): void => {
        const heard = changes && audible(changes, systems)
        if (heard) send(event, heard === 'everything' ? null : heard.keys)
      }
      const stop = onChanges((heard) => {
        const { others, own } = splitNews(heard, session)
        const who = { principal: person, session }
        if ([others, own].some((changes) => changes && touchesRights(changes, who))) {
          void look().then((isThere) => isThere && tell('change', 'everything'))
          return
        }
        tell('change', others)
        tell('own', own)
      })
      const beat = setInterval(() => void look().then((isThere) => isThere && send('beat', null)), BEAT_MS)
      beat.unref()
      const forget = onShutdown(close)
      signal.addEventListener('abort', close)
      mine.add(close)
      streams.set(person, mine)
      send('hello', null)
    },
    cancel() {
      close()
    },
  })
}
