import 'server-only'
import type { z } from 'zod'
import { db } from '@/lib/db/client'
import { databaseNow } from '@/lib/db/database-now'
import { chosenVariant } from '@/lib/db/load-choices'
import type { LoadedPolicy } from '@/lib/db/load-policy'
import { loadSystem } from '@/lib/db/load-system'
import type { Actor } from '@/lib/domain/context'
import { contractProfile, evaluateContract, variantOf } from '@/lib/domain/contract/evaluate'
import { type ContractEntry, contractEntries, contractSchema, exportContract } from '@/lib/domain/contract/export'
import type { VariableFact } from '@/lib/domain/contract/facts'
import { isVariableName } from '@/lib/domain/contract/names'
import { maySay } from '@/lib/domain/contract/shape'
import { allowedHere, knownSources } from '@/lib/domain/contract/source'
import { validatorWords } from '@/lib/domain/contract/validator-words'
import { resolveProfile } from '@/lib/domain/policy/resolve'
import type { Policy } from '@/lib/domain/policy/schema'
import { ensure, type Refusal, Refused, refuse } from '@/lib/domain/refusal'
import { provenanceOf } from '@/lib/domain/rule-strength'
import type { ContractAnswer, EvaluatedContractAnswer, evaluateContractInput, getContractInput } from '@/lib/schemas/api/contracts'
import { findSecret } from '@/lib/secret-filter/find-secret'
import type { Looker } from '../system-standing'

type About = Pick<z.output<typeof ContractAnswer>, 'system' | 'profile' | 'policy' | 'variant'>
type Asked = { active: LoadedPolicy; about: About }

/** The contract of a profile: every variable with what it must be there, as words and as a JSON Schema. */
export async function getContract(looker: Looker, input: z.output<typeof getContractInput>): Promise<z.output<typeof ContractAnswer>> {
  const { active, about } = await asked(looker, input)
  const { policy } = active
  const profile = about.profile.id
  return {
    ...about,
    variables: contractEntries(policy, profile, about.variant).map((entry) => variableOf(policy, profile, entry)),
    schema: contractSchema(policy, profile, about.variant),
  }
}

/** The contract of a profile as a text to keep: `.env.example` or a Markdown table. */
export async function getContractText(looker: Looker, input: z.output<typeof getContractInput>, form: 'env' | 'md'): Promise<string> {
  const { active, about } = await asked(looker, input)
  return exportContract(active.policy, about.profile.id, about.variant, form)
}

/**
 * Judges a report of names and shapes by the active policy (004.17, 001.15d). Nothing of it is kept, and no value gets in: what looks like
 * one in the place of a name is refused with the place named, and so is the word of a variable that may not say it (T18).
 */
export async function evaluateReport(
  actor: Actor,
  input: z.output<typeof evaluateContractInput>,
): Promise<z.output<typeof EvaluatedContractAnswer>> {
  const { active, about } = await asked({ actor, now: await databaseNow(db) }, input)
  ensure(whyNotReport(active.policy, input.variables))
  const result = evaluateContract(active.policy, input.variables, {
    profile: about.profile.asked,
    variant: about.variant,
    conditions: input.conditions,
  })
  return { ...about, ...result }
}

async function asked(looker: Looker, input: { system: string; profile: string; variant?: string | undefined }): Promise<Asked> {
  const { active, id } = await loadSystem(db, looker.actor, input.system, looker.now)
  const { policy, number, hash } = active
  const found = resolveProfile(policy, input.profile)
  const profile = contractProfile(policy, input.profile).id
  const offered = policy.contractVariants.filter(({ profiles }) => profiles.includes(profile))
  if (input.variant !== undefined && !offered.some((variant) => variant.id === input.variant))
    throw new Refused(
      refuse(
        'not_found',
        `The policy of ${policy.system.name} offers no set of variables ${input.variant} for ${profile}.${offered.length > 0 ? ` It offers ${offered.map((variant) => variant.id).join(', ')}.` : ''}`,
        { place: 'variant' },
      ),
    )
  const chosen = input.variant ?? (await chosenVariant(db, id, profile))?.variant ?? null
  return {
    active,
    about: {
      system: id,
      profile: { asked: input.profile, id: profile, class: found.class, known: found.profile !== null },
      policy: { number, hash },
      variant: variantOf(policy, profile, chosen)?.id ?? null,
    },
  }
}

function variableOf(
  policy: Policy,
  profile: string,
  { variable, required, condition }: ContractEntry,
): z.output<typeof ContractAnswer>['variables'][number] {
  return {
    name: variable.name,
    description: variable.description,
    group: variable.group,
    secret: variable.secret,
    required,
    condition,
    defaultAllowed: variable.defaultAllowedIn.includes(profile),
    rules: variable.validators.map(validatorWords),
    sources: knownSources(policy).size === 0 ? 'any' : allowedHere(policy, variable, profile),
    owner: variable.owner,
    immutable: variable.mutability === 'immutable',
    provenance: provenanceOf(variable),
  }
}

/** Why a report may not be judged: a value where a name belongs, or the word of a variable that is secret, undeclared or of another kind. */
function whyNotReport(policy: Policy, variables: readonly VariableFact[]): Refusal | null {
  const declared = new Map(policy.variables.map((variable) => [variable.name, variable]))
  for (const [index, { name, says, fingerprint }] of variables.entries()) {
    const variable = declared.get(name)
    if (!variable && (!isVariableName(name) || findSecret(name, 'name') !== null)) return aValue(`variables[${index}].name`)
    if (fingerprint && findSecret(fingerprint.keyId, 'name') !== null) return aValue(`variables[${index}].fingerprint.keyId`)
    if (says !== null && (!variable || !maySay(variable)))
      return refuse(
        'invalid',
        `Only a declared variable that is no secret and says a mode, a level or a name may say its word; this one may not (variables[${index}].says). Leave says out.`,
        { place: `variables[${index}].says` },
      )
  }
  return null
}

const aValue = (place: string): Refusal =>
  refuse(
    'secret_refused',
    `This looks like a value where a name belongs (${place}). Nothing was stored. Report names; if it is a real secret, rotate it.`,
    {
      place,
    },
  )
