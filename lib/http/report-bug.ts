import 'server-only'

/**
 * Logs an error nobody expected, as one JSON line: its kind, code and where it came from. Never its message: a database client's messages can
 * hold what the caller sent (T18, T36).
 */
export function reportBug(error: unknown, where: { requestId: string; route: string }): void {
  const known = error instanceof Error ? error : new Error('not an error')
  const code = 'code' in known && typeof known.code === 'string' ? known.code : undefined
  const stack = (known.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim())
  console.error(JSON.stringify({ level: 'error', at: new Date().toISOString(), name: known.name, code, ...where, stack }))
}

const UNREACHABLE = /^(?:P1001|P1002|P1008|P1017|P2024|P2028|ECONNREFUSED|ECONNRESET|57P01|57P03|53300)$/

/** Whether an error says that the database is away or overloaded, so that trying again makes sense. */
export function isOutage(error: unknown): boolean {
  const e = error as {
    code?: unknown
    cause?: { originalCode?: unknown; kind?: unknown; code?: unknown }
    meta?: { driverAdapterError?: { cause?: { originalCode?: unknown; kind?: unknown } } }
  }
  const cause = e.meta?.driverAdapterError?.cause ?? e.cause
  return (
    [e.code, cause?.originalCode, (cause as { code?: unknown } | undefined)?.code].some(
      (code) => typeof code === 'string' && UNREACHABLE.test(code),
    ) ||
    cause?.kind === 'DatabaseNotReachable' ||
    cause?.kind === 'ConnectionClosed'
  )
}
