import { z } from 'zod'

/**
 * A schema as a form fills it: a field left blank is a field left out, and a list of boxes of which one is ticked arrives as one text.
 * `lists` are fields that are arrays; one given as text is split at line ends.
 */
export function fromForm<S extends z.ZodType>(schema: S, lists: readonly string[] = []) {
  return z.preprocess((raw) => {
    if (typeof raw !== 'object' || raw === null) return raw
    const kept = Object.entries(raw).filter(([, value]) => !(typeof value === 'string' && value.trim() === ''))
    return Object.fromEntries(kept.map(([key, value]) => [key, lists.includes(key) ? linesOf(value) : value]))
  }, schema)
}

/** The lines of a text or of several, without the blank ones. */
export function linesOf(value: unknown): unknown {
  const all = Array.isArray(value) ? value : [value]
  return all.flatMap((each) =>
    typeof each === 'string'
      ? each
          .split(/\r?\n/)
          .map((line) => line.trim())
          .filter((line) => line !== '')
      : [each],
  )
}
