import { z } from 'zod'
import { whyNotText } from '@/lib/domain/text-safety'

// The words every input shares: one shape for form, API, command line and the OpenAPI document. Lengths stand before any transform,
// so that the published schema states them.

/** The slug of a system. */
export const SystemSlug = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:[-_.][a-z0-9]+)*$/, 'the slug of a system, such as my-app')
  .meta({ id: 'SystemSlug', description: 'Slug of the system.' })

/** Id or alias of a profile; which profile it means is the policy's business, and an unknown name is refused there. */
export const ProfileKey = z
  .string()
  .min(1)
  .max(64)
  .meta({ id: 'ProfileKey', description: 'Id or alias of a profile of the system’s policy.' })

/** Id of a gate of the policy. */
export const GateKey = z.string().min(1).max(64).meta({ id: 'GateKey', description: 'Id of a gate of the policy.' })

/** Id of a checklist of the policy. */
export const ChecklistKey = z.string().min(1).max(64).meta({ id: 'ChecklistKey', description: 'Id of a checklist of the policy.' })

/** A release's version, as people write it. */
export const ReleaseVersion = z
  .string()
  .min(1, 'Give the version.')
  .max(128)
  .regex(/^[0-9A-Za-z][0-9A-Za-z._+-]*$/, 'a version such as 2.4.0 or 2026.11.19-1')
  .meta({ id: 'ReleaseVersion', description: 'Version of a release.' })

/** A whole git SHA (SHA-1 or SHA-256), lower case: a shortened one can come to mean another commit. */
export const GitSha = z
  .string()
  .max(64)
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'a whole git SHA: 40 (or 64) lower-case hexadecimal digits')
  .meta({ id: 'GitSha', description: 'The whole git SHA, 40 or 64 lower-case hexadecimal digits.' })

/** A SHA-256 in lower-case hexadecimal. */
export const Sha256 = z
  .string()
  .max(64)
  .regex(/^[0-9a-f]{64}$/, 'a SHA-256: 64 lower-case hexadecimal digits')
  .meta({ id: 'Sha256', description: 'SHA-256, 64 lower-case hexadecimal digits.' })

/** An instant with its offset, read as a Date. Server time is the record; an instant that comes in is a claim (T11). */
export const IsoInstant = z.iso
  .datetime({ offset: true, error: 'an instant with its offset, such as 2026-11-19T16:00:00Z' })
  .transform((text) => new Date(text))
  .meta({ id: 'Instant', description: 'An instant with its offset, ISO 8601.' })

/** A free text of at most `max` UTF-16 units, stored as NFC with plain line ends; broken Unicode and control characters are refused (T31). */
export function freeText(max: number, empty = 'Say something here.') {
  return z
    .string({ error: (issue) => (issue.input === undefined ? empty : undefined) }) // a form leaves out what was left blank
    .trim()
    .min(1, empty)
    .max(max, `At most ${max.toLocaleString('en')} characters.`)
    .superRefine((text, ctx) => {
      const why = whyNotText(text, { max })
      if (why) ctx.addIssue({ code: 'custom', message: why.sentence })
    })
    .overwrite((text) => text.normalize('NFC').replace(/\r\n?/g, '\n'))
}

/** A link for people to follow; never fetched by us (T20). http and https only, so that no script hides in it (T21). */
export const Link = z
  .url({ protocol: /^https?$/, error: 'an address that begins with https:// or http://' })
  .max(2_000)
  .meta({ id: 'Link', description: 'Address for people to follow; it is never fetched. Without credentials.' })
  .refine(
    (text) => !URL.canParse(text) || (new URL(text).username === '' && new URL(text).password === ''),
    'an address without user name and password',
  )

/** An id that the database made. */
export const Uuid = z.uuid()
