import { z } from 'zod'

/**
 * A schema as a form fills it: a field left blank is a field left out (one that is needed stays blank, so that the schema says in its own words
 * what is wanted there), and a list of boxes of which one is ticked arrives as one text.
 * `lists` are fields that are arrays; one given as text is split at line ends.
 */
export function fromForm<S extends z.ZodType>(schema: S, lists: readonly string[] = []) {
  return z.preprocess((raw) => {
    if (!isRecord(raw)) return raw
    const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === ''
    const kept = Object.entries(raw).filter(([key, value]) => !isBlank(value) || isNeeded(schema, key))
    return Object.fromEntries(kept.map(([key, value]) => [key, isBlank(value) ? '' : lists.includes(key) ? linesOf(value) : value]))
  }, schema)
}

/** Whether a schema refuses a field both when it is left out and when it is blank. */
function isNeeded(schema: z.ZodType, key: string): boolean {
  const field = schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>)[key] : undefined
  return field !== undefined && !field.safeParse(undefined).success && !field.safeParse('').success
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

/** Whether what was sent has fields at all. */
export function isRecord(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null
}

/** A date and time typed without a zone is UTC, as the forms say; anything else stays what it is. */
export function inUtc(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?$/.test(value)) return value
  return `${value.length === 16 ? `${value}:00` : value}Z`
}
