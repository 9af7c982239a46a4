/** Something that has to be finished before the process ends: an open stream, a number still to be written, the database's connections. */
export type Closer = () => unknown

const BUDGET_MS = 4_000
const kept = globalThis as { countersignClosers?: Set<Closer>; countersignClosing?: Promise<unknown> }

/** Registers what an orderly stop (SIGTERM, SIGINT) has to do first; gives the way to take it back. All run side by side. */
export function onShutdown(close: Closer): () => void {
  const closers = (kept.countersignClosers ??= new Set())
  closers.add(close)
  return () => closers.delete(close)
}

/** Runs every closer, for four seconds at most; later calls wait for the first. */
export function runClosers(): Promise<unknown> {
  kept.countersignClosing ??= Promise.race([
    Promise.allSettled([...(kept.countersignClosers ?? [])].map(async (close) => close())),
    new Promise((done) => setTimeout(done, BUDGET_MS).unref()),
  ])
  return kept.countersignClosing
}

/**
 * Makes the process finish its closers before it goes. Next stops its server on the same signals and then exits; that exit waits for us, since
 * nothing else tells us when it would come.
 */
export function closeInOrder(): void {
  const exit = process.exit.bind(process)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.prependListener(signal, () => {
      const closed = runClosers()
      process.exit = ((code?: number) => void closed.then(() => exit(code))) as typeof process.exit // same shape, only later
    })
  }
}
