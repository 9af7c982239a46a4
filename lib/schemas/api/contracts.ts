import { z } from 'zod'
import { CONTRACT_VERDICTS } from '@/lib/domain/contract/evaluate'
import { SEVERITIES } from '@/lib/domain/finding'
import { LIMITS, ObservedVariable } from '@/lib/domain/observation/facts'
import { CLASSES } from '@/lib/domain/policy/parts/document'
import { ProfileKey, Sha256, SystemSlug } from '../common'
import { VariantKey } from '../contract-choice'

export const getContractInput = z.strictObject({
  system: SystemSlug,
  profile: ProfileKey,
  variant: VariantKey.optional().describe('A set of required variables of the policy. Left out: the one in force on the profile.'),
  format: z
    .enum(['json', 'env', 'markdown'], 'json, env or markdown')
    .default('json')
    .describe('`env` gives a .env.example instead, `markdown` a table.'),
})

/** Judges a report without keeping anything of it. */
export const evaluateContractInput = z
  .strictObject({
    system: SystemSlug,
    profile: ProfileKey,
    variant: VariantKey.optional().describe('Judge by this set of required variables. Left out: by the one in force on the profile.'),
    conditions: z
      .record(z.string().max(128), z.boolean())
      .default({})
      .refine((answers) => Object.keys(answers).length <= 200, 'At most 200 answers.')
      .describe('Name of a variable that is required only on a condition people judge, to whether it holds.'),
    variables: z
      .array(ObservedVariable)
      .max(LIMITS.variables, `At most ${LIMITS.variables.toLocaleString('en')} variables in one call.`)
      .describe('What is there: names and shapes, judged where the values live. What is not in the list is not there.'),
  })
  .superRefine(({ variables }, ctx) => {
    const seen = new Set<string>()
    for (const [index, { name }] of variables.entries()) {
      if (seen.has(name)) ctx.addIssue({ code: 'custom', path: ['variables', index, 'name'], message: 'This variable stands twice.' })
      seen.add(name)
    }
  })
  .meta({ id: 'EvaluateContract' })

const Provenance = z
  .strictObject({
    source: z.strictObject({ document: z.string(), place: z.string() }).optional(),
    assumed: z.literal(true).optional(),
    assumedFields: z.array(z.string()).optional(),
  })
  .meta({ id: 'Provenance', description: 'Where in a document a rule stands, or that nobody wrote it down.' })

const about = {
  system: SystemSlug,
  profile: z.strictObject({
    asked: z.string(),
    id: z.string().describe('The profile whose contract holds. A name nobody declared is held to that of production.'),
    class: z.enum(CLASSES),
    known: z.boolean().describe('Whether the policy declares the name that was asked for.'),
  }),
  policy: z.strictObject({ number: z.int(), hash: Sha256 }),
  variant: z.string().nullable().describe('The set of required variables that was used; null: the policy has none for the profile.'),
}

export const ContractAnswer = z
  .strictObject({
    ...about,
    variables: z.array(
      z.strictObject({
        name: z.string(),
        description: z.string(),
        group: z.string(),
        secret: z.boolean(),
        required: z.boolean(),
        condition: z.string().nullable().describe('Required only if people say that this holds.'),
        defaultAllowed: z.boolean(),
        rules: z.array(z.string()).describe('What its value must be, in words.'),
        sources: z
          .string()
          .describe('Ids of the sources it may come from there, in order of precedence; or any, where the policy names none.'),
        owner: z.string(),
        immutable: z.boolean(),
        provenance: Provenance,
      }),
    ),
    schema: z.record(z.string(), z.unknown()).describe('The contract as a JSON Schema of the environment.'),
  })
  .meta({ id: 'Contract' })

export const EvaluatedContractAnswer = z
  .strictObject({
    ...about,
    ok: z.boolean().describe('Every required variable is met and nothing else speaks against it.'),
    required: z.int(),
    met: z.int(),
    lines: z.array(
      z.strictObject({
        variable: z.string(),
        verdict: z.enum(CONTRACT_VERDICTS),
        severity: z.enum(SEVERITIES).nullable(),
        sentence: z.string(),
        secret: z.boolean(),
        required: z.boolean(),
        provenance: Provenance,
      }),
    ),
    off: z
      .array(z.strictObject({ id: z.string(), title: z.string(), missing: z.array(z.string()), whenMissing: z.string(), text: z.string() }))
      .describe('What stays off because of that.'),
  })
  .meta({ id: 'EvaluatedContract' })
