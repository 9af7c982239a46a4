import { z } from 'zod'
import { AUDIT_ACTIONS } from '@/lib/domain/audit-event'
import { ACTION_GROUPS, placesOfSubject, type TrailFilter } from '@/lib/domain/trail'
import { SystemSlug } from './common'

// What stands in the address of the audit list, for the page and for the route that it reads from. Empty fields are as if they were not there.

const DAY = /^\d{4}-\d{2}-\d{2}$/
const DAY_MS = 86_400_000

const empty = <S extends z.ZodType>(schema: S) => z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const Day = z
  .string()
  .max(10)
  .refine((text) => DAY.test(text) && !Number.isNaN(Date.parse(text)), 'a day such as 2026-11-19')

const words = [...Object.keys(AUDIT_ACTIONS), ...Object.keys(ACTION_GROUPS)]

export const auditFilterInput = z
  .strictObject({
    q: empty(z.string().trim().max(100, 'At most 100 characters.')),
    actor: empty(z.uuid('an id of a principal')),
    action: empty(z.enum(words, 'an action such as promotion.signed')),
    subject: empty(
      z
        .string()
        .max(160)
        .refine((text) => placesOfSubject(text).length > 0, 'an id such as PRM-0142'),
    ),
    system: empty(z.union([SystemSlug, z.literal('-')])),
    from: empty(Day),
    to: empty(Day),
  })
  .meta({ id: 'auditFilterInput', description: 'Filters of the audit list; `from` and `to` are whole UTC days, both included.' })

export type AuditFilterInput = z.output<typeof auditFilterInput>

/** The filter that the trail is read with: days become instants, the last one exclusive. */
export function trailFilterOf({ from, to, ...rest }: AuditFilterInput): TrailFilter {
  return {
    ...rest,
    ...(from === undefined ? {} : { from: new Date(`${from}T00:00:00Z`) }),
    ...(to === undefined ? {} : { to: new Date(Date.parse(`${to}T00:00:00Z`) + DAY_MS) }),
  }
}

/**
 * The filter in an address, leniently: a page shows what it understands of a pasted link. Gives the filter and the names of what was left out, for
 * the page to say so. Fields that are no filter (the selected entry) are not looked at.
 */
export function filterInAddress(params: Readonly<Record<string, string | string[] | undefined>>): {
  filter: AuditFilterInput
  ignored: string[]
} {
  const fields = auditFilterInput.shape
  const filter: Record<string, unknown> = {}
  const ignored: string[] = []
  for (const [key, schema] of Object.entries(fields)) {
    const given = params[key]
    if (given === undefined) continue
    const parsed = schema.safeParse(given)
    if (!parsed.success) ignored.push(key)
    else if (parsed.data !== undefined) filter[key] = parsed.data
  }
  return { filter: filter as AuditFilterInput, ignored } // each field passed its own schema
}
