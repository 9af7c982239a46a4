import { z } from 'zod'
import { freeText, IsoInstant, ProfileKey, SystemSlug } from './common'
import { inUtc } from './form'
import { OutsideReference } from './incident'

/** Id of a contract variant of the policy. */
export const VariantKey = z
  .string({ error: 'Choose the variant.' })
  .min(1, 'Choose the variant.')
  .max(64)
  .meta({ id: 'VariantKey', description: 'Id of a contract variant of the policy: a set of required variables for one topology.' })

/** Replaces the default set of required variables of a profile by another one of the policy, explicitly (001.12). */
export const chooseContractVariantInput = z
  .strictObject({
    system: SystemSlug,
    profile: ProfileKey,
    variant: VariantKey,
    reason: freeText(500, 'Say why this set is the right one.'),
  })
  .meta({ id: 'ChooseContractVariant' })

/** Puts the default set of required variables of a profile back. */
export const endContractVariantInput = z.strictObject({ system: SystemSlug, profile: ProfileKey }).meta({ id: 'EndContractVariant' })

/** What a runtime calls the context it runs in, as it says it. */
export const EnvironmentName = z
  .string({ error: 'Give the name.' })
  .min(1, 'Give the name.')
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/, 'a name such as preview-7: letters, digits and . _ : / -')
  .meta({ id: 'EnvironmentName', description: 'The name under which a runtime goes, exactly as it says it.' })

/** Classes a flag may give a name nobody declared; without a flag it counts as production. */
export const FLAG_CLASSES = ['development', 'verification', 'pre-production'] as const

/** Records the explicit flag under which a name nobody declared does not count as production (001.7). */
export const recordFlagInput = z
  .strictObject({
    system: SystemSlug,
    name: EnvironmentName,
    countsAs: z.enum(FLAG_CLASSES, { error: 'Say what it counts as.' }),
    reason: freeText(500, 'Say why this name exists.'),
    owner: z.uuid('Choose who owns it.').describe('Id of the person who answers for it.'),
    expiresAt: z.preprocess(inUtc, IsoInstant).describe('When it ends by itself: within 90 days.'),
  })
  .meta({ id: 'RecordEnvironmentFlag' })

/** Ends a flag before its time: the name counts as production again. */
export const endFlagInput = z.strictObject({ flag: z.uuid() }).meta({ id: 'EndEnvironmentFlag' })

/** Records that variables which belong to the environment are changed on purpose, and when (004.13). */
export const recordGovernedChangeInput = z
  .strictObject({
    system: SystemSlug,
    profile: ProfileKey,
    variables: z
      .array(z.string().min(1).max(128))
      .min(1, 'Name at least one variable.')
      .max(50, 'At most 50 variables.')
      .refine((names) => new Set(names).size === names.length, 'each variable once')
      .describe('Names of variables of the policy. Never values.'),
    reason: freeText(500, 'Say why they change.'),
    reference: OutsideReference.optional().describe('The change in another system.'),
    fromAt: z.preprocess(inUtc, IsoInstant),
    untilAt: z.preprocess(inUtc, IsoInstant).describe('At most 7 days after its begin.'),
  })
  .meta({ id: 'RecordGovernedChange' })
