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
