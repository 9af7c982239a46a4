import { z } from 'zod'
import { freeText, Link, ProfileKey, SystemSlug } from './common'

/** What an attestation is about: `attestation.<id>` or `acceptance.<id>` of the policy. */
export const AttestationTopic = z
  .string({ error: 'Choose what you attest.' })
  .max(80)
  .regex(/^(?:attestation|acceptance)\.[a-z0-9]+(?:[-_.][a-z0-9]+)*$/, 'attestation. or acceptance. and the id in the policy')
  .meta({ id: 'AttestationTopic', description: '`attestation.` or `acceptance.` and the id in the policy.' })

/** Says of something that no machine reports that it holds, or that it does not (002.14, 002.43, 002.44). */
export const recordAttestationInput = z
  .strictObject({
    system: SystemSlug,
    topic: AttestationTopic,
    profile: ProfileKey.optional().describe('The profile it is about; left out where the policy wants one for the whole system.'),
    holds: z
      .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], { error: 'Say whether it holds.' })
      .describe('false: it does not hold.'),
    note: freeText(2_000, 'Say what you looked at, and what you saw.'),
    link: Link.optional(),
    owner: z.uuid('Choose who owns it.').describe('Id of the person who answers for it until the next time.'),
  })
  .meta({ id: 'RecordAttestation' })
