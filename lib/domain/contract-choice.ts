import { type Actor, holdsAny } from './context'
import type { Policy } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { listOfTitles } from './rights'
import type { Role } from './roles'

/** Who replaces the default set of required variables (001.12). */
export const VARIANT_CHOOSERS: readonly Role[] = ['release_manager', 'dev_lead']

function whyNotChooser(policy: Policy, actor: Actor, now: Date): Refusal | null {
  const { slug, name } = policy.system
  if (actor.kind === 'person' && holdsAny(actor, VARIANT_CHOOSERS, slug, now)) return null
  return refuse(
    'not_allowed',
    `The required variables of ${name} are chosen by ${listOfTitles(VARIANT_CHOOSERS)} of it. An admin grants roles.`,
  )
}

/**
 * Why somebody may not choose a contract variant for a profile: the policy has to offer it there, and it has to be another set than the one that holds
 * (001.12). `chosen`: what is chosen now; null: the default holds.
 */
export function whyNotChooseVariant(
  policy: Policy,
  profile: string,
  wanted: string,
  chosen: string | null,
  actor: Actor,
  now: Date,
): Refusal | null {
  const right = whyNotChooser(policy, actor, now)
  if (right) return right
  const offered = policy.contractVariants.filter(({ profiles }) => profiles.includes(profile))
  const variant = offered.find(({ id }) => id === wanted)
  if (!variant) {
    const known = offered.length === 0 ? 'It offers none there.' : `It offers ${offered.map(({ id }) => id).join(', ')}.`
    return refuse('not_found', `The policy of ${policy.system.name} offers no set of variables ${wanted} for ${profile}. ${known}`, {
      place: 'variant',
    })
  }
  if (variant.id === chosen || (chosen === null && variant.isDefault))
    return refuse('wrong_state', `${variant.title} is what ${profile} has to have already.`, { place: 'variant' })
  return variant.isDefault
    ? refuse('wrong_state', `${variant.title} is the default. Put it back by ending the choice of ${chosen}.`, { place: 'variant' })
    : null
}

/** Why somebody may not put the default set back: who may choose may, while another one is chosen. */
export function whyNotEndVariant(policy: Policy, profile: string, chosen: string | null, actor: Actor, now: Date): Refusal | null {
  const right = whyNotChooser(policy, actor, now)
  if (right) return right
  return chosen === null ? refuse('wrong_state', `${profile} has its default set of variables already.`) : null
}
