import { z } from 'zod'
import { SEVERITIES } from '@/lib/domain/incident'
import { freeText, ProfileKey, SystemSlug } from './common'
import { IncidentId } from './ids'

/** What an incident is called outside, or where its postmortem is: an id or an address, never fetched. */
export const OutsideReference = z
  .string()
  .trim()
  .min(1)
  .max(300, 'At most 300 characters.')
  .regex(/^[^\s<>"'`\p{Cc}]+(?: [^\s<>"'`\p{Cc}]+){0,7}$/u, 'an id or an address, such as OPS-2231')
  .overwrite((text) => text.normalize('NFC'))

const Severity = z.enum(SEVERITIES, `one of: ${SEVERITIES.join(', ')}`).describe('sev1 is the worst.')
const Title = freeText(140, 'Say in a few words what is wrong.').describe('What is wrong, in a few words.')

/** Declares an incident of a system, possibly of one profile of it. */
export const declareIncidentInput = z
  .strictObject({
    system: SystemSlug,
    profile: ProfileKey.optional().describe('The profile it is on; left out: the whole system.'),
    title: Title,
    severity: Severity,
    reference: OutsideReference.optional().describe('Its name outside, for example in a ticket system.'),
    commander: z
      .uuid('Choose one of the list.')
      .optional()
      .describe(
        'Id of a person who holds incident_commander on the system. Left out: whoever declares it, if they hold it; else nobody yet.',
      ),
  })
  .meta({ id: 'DeclareIncident' })

/** Changes what is given of an open incident; at least one of the three. */
export const changeIncidentInput = z
  .strictObject({
    incident: IncidentId,
    severity: Severity.optional(),
    reference: OutsideReference.optional(),
    commander: z.uuid('Choose one of the list.').optional(),
  })
  .refine((input) => input.severity !== undefined || input.reference !== undefined || input.commander !== undefined, {
    error: 'Say what changes.',
    path: ['severity'],
  })
  .meta({ id: 'ChangeIncident' })

/** Closes an incident, with a word on how it ended. */
export const closeIncidentInput = z
  .strictObject({
    incident: IncidentId,
    note: freeText(2_000, 'Say how it ended, in a few words.'),
    postmortem: OutsideReference.optional().describe('Where its postmortem is.'),
  })
  .meta({ id: 'CloseIncident' })
