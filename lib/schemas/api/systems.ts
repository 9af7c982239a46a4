import { z } from 'zod'
import { CLASSES } from '@/lib/domain/policy/parts/document'
import { Sha256, SystemSlug } from '../common'
import { pageAnswer, pageQuery, UtcInstant, Who } from './common'

export const listSystemsInput = z.strictObject({})
export const getSystemInput = z.strictObject({ system: SystemSlug })
export const listPoliciesInput = z.strictObject({ system: SystemSlug, ...pageQuery })
export const getPolicyInput = z.strictObject({
  system: SystemSlug,
  number: z.coerce
    .number('a whole number')
    .int('a whole number')
    .min(1, 'a whole number from 1')
    .max(1_000_000)
    .describe('Number of the version.'),
  format: z.enum(['json', 'yaml'], 'json or yaml').default('json').describe('`yaml` gives the text as it was applied instead.'),
})

const PolicyRef = z
  .strictObject({ number: z.int(), hash: Sha256 })
  .meta({ id: 'PolicyRef', description: 'A policy version: its number and the SHA-256 of its canonical JSON.' })

export const SystemItem = z
  .strictObject({ id: SystemSlug, name: z.string(), description: z.string(), policy: PolicyRef.describe('The active version.') })
  .meta({ id: 'SystemItem' })

export const SystemAnswer = SystemItem.extend({
  profiles: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      class: z.enum(CLASSES),
      deployable: z.boolean().describe('False: the policy never deploys to it.'),
      aliases: z.array(z.string()),
      live: z
        .strictObject({ deployment: z.string(), version: z.string(), gitSha: z.string(), since: UtcInstant, authorised: z.boolean() })
        .nullable()
        .describe('What runs there.'),
      running: z.string().nullable().describe('Id of a deployment that has started and has no result yet.'),
    }),
  ),
  edges: z
    .array(z.strictObject({ id: z.string(), from: z.string(), to: z.string(), gates: z.array(z.string()), slots: z.array(z.string()) }))
    .describe('The only permitted promotions.'),
}).meta({ id: 'System' })

export const ListSystemsAnswer = z.strictObject({ items: z.array(SystemItem) })

export const PolicyItem = z
  .strictObject({
    system: SystemSlug,
    number: z.int(),
    hash: Sha256,
    status: z.enum(['active', 'superseded']),
    signed: z.literal(false).describe('Versions are applied by an admin and not signed.'),
    appliedBy: Who,
    appliedAt: UtcInstant,
    supersededAt: UtcInstant.nullable(),
  })
  .meta({ id: 'PolicyItem' })

export const ListPoliciesAnswer = pageAnswer(PolicyItem)
export const PolicyAnswer = PolicyItem.extend({
  document: z.record(z.string(), z.unknown()).describe('The policy, as /schema/policy.json describes it.'),
}).meta({ id: 'Policy' })

export const AppliedPolicyAnswer = z
  .strictObject({
    systemId: SystemSlug,
    versionId: z.uuid(),
    number: z.int(),
    hash: Sha256,
    created: z.boolean().describe('Whether the system came into being with this version.'),
    warnings: z.array(z.string()).describe('Slots that nobody could fill today.'),
  })
  .meta({ id: 'AppliedPolicy' })
