import { z } from 'zod'
import { freeText, SystemSlug } from './common'

/** Confirms that somebody on a contact list of a system can be reached now (000.33). */
export const confirmContactInput = z
  .strictObject({
    system: SystemSlug,
    list: z.string().min(1).max(64).describe('Id of a contact list of the policy.'),
    contact: z.uuid('Choose one of the list.').describe('Id of the person.'),
    reach: freeText(200).optional().describe('How they are reached, in words.'),
  })
  .meta({ id: 'ConfirmContact' })
