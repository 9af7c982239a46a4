import { z } from 'zod'
import { AUDIT_ACTIONS } from '@/lib/domain/audit-event'
import { ACTION_GROUPS, placesOfSubject } from '@/lib/domain/trail'
import { EXPORT_FORMATS, type ExportAsked } from '@/lib/domain/trail-export'
import { SystemSlug } from './common'

const DAY = /^\d{4}-\d{2}-\d{2}$/
const Day = z
  .string()
  .max(10)
  .regex(DAY, 'a day such as 2026-11-19')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'a day such as 2026-11-19')

const NumberInLog = z.coerce
  .number('a number in the log, such as 48209')
  .int('a whole number')
  .min(1, 'Numbers begin at 1.')
  .max(Number.MAX_SAFE_INTEGER)

const words = [...Object.keys(AUDIT_ACTIONS), ...Object.keys(ACTION_GROUPS)]

/** What an export of the trail is asked for with: its form, and what narrows it. */
export const exportTrailInput = z
  .strictObject({
    format: z
      .enum(EXPORT_FORMATS, 'csv, jsonl or bundle')
      .describe('`csv` and `jsonl` hold entries in words; `bundle` is a .tar.gz with the signed log, proofs and a verifier.'),
    q: z
      .string()
      .trim()
      .min(1)
      .max(100, 'At most 100 characters.')
      .optional()
      .describe('A word: an id or hash, or the beginning of one, a name, a version.'),
    actor: z.uuid('an id of a principal').optional().describe('Id of who acted.'),
    action: z.enum(words, 'an action such as promotion.signed').optional().describe('An action, or a group of them, such as `refused`.'),
    subject: z
      .string()
      .max(160)
      .refine((text) => placesOfSubject(text).length > 0, 'an id such as PRM-0142')
      .optional()
      .describe('What it was done to: an id such as PRM-0142, or `kind:id`.'),
    system: z
      .union([SystemSlug, z.literal('-')])
      .optional()
      .describe('A system; `-` for entries of none.'),
    from: Day.optional().describe('From this UTC day on.'),
    to: Day.optional().describe('Up to this UTC day, included.'),
    first: NumberInLog.optional().describe('From this number in the log on.'),
    last: NumberInLog.optional().describe('Up to this number in the log, included.'),
  })
  .meta({ id: 'exportTrailInput', description: 'An export of the record. What is left out does not narrow it.' })

/** Where the file of an export is continued, and how it is written. */
export const exportFileInput = z.strictObject({
  id: z.uuid('an id of an export'),
  after: z.coerce
    .number('a number')
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe(
      'Continue behind this number: for CSV and JSON lines the number of the last entry that arrived; for a bundle the last one of a frame.',
    ),
  bom: z.enum(['0', '1']).optional().describe('`1` puts the UTF-8 mark in front of CSV, for spreadsheets that guess otherwise.'),
})

/**
 * What stands in the address of the page of exports, leniently: what it does not understand is left out, and named so that the page can say so.
 */
export function askedInAddress(params: Readonly<Record<string, string | string[] | undefined>>): { asked: ExportAsked; ignored: string[] } {
  const { format: _, ...fields } = exportTrailInput.shape
  const asked: Record<string, unknown> = {}
  const ignored: string[] = []
  for (const [key, schema] of Object.entries(fields)) {
    const given = params[key]
    if (given === undefined || given === '') continue
    const parsed = schema.safeParse(given)
    if (parsed.success) asked[key] = parsed.data
    else ignored.push(key)
  }
  return { asked, ignored } // each field passed its own schema
}
