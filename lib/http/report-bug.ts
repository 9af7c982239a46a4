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
