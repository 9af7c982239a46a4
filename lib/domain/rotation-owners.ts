import { type Actor, holdsAny } from './context'
import type { PolicyOwnership } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { listOfTitles } from './rights'
import type { Role } from './roles'
import type { RotationFacts, RotationPlan } from './rotation'
import { whyNotScope, whyNotTokenSystem } from './scopes'

// Who performs a rotation: the owner slots of its rule, and who of them somebody is.

export type System = { id: string; name: string }
type Owners = Pick<RotationPlan['owners'], 'slots'>
export type Agents = RotationFacts['agents']

/** Who opens, plans and cancels rotations besides their owners (domain.md, roles). */
export const PLANNERS: readonly Role[] = ['secops', 'release_manager']

/** What the owners of a rule are, in the shape of a plan. */
export function ownersOf(ownership: PolicyOwnership): RotationPlan['owners'] {
  const { mode, slots } = ownership.owners
  return { mode, slots: slots.map(({ id, title, roles, agents }) => ({ id, title, roles: [...roles], agents: [...agents] })) }
}

function whyNotToken(actor: Actor, systemId: string): Refusal | null {
  return whyNotTokenSystem(actor, systemId) ?? whyNotScope(actor, 'rotation:run')
}

/** The owner slots that somebody may act in: an agent those that name it, a person or their token those of a role they hold (000.22). */
export function ownerSlotsFor(owners: Owners, agents: Agents, actor: Actor, systemId: string, now: Date): Owners['slots'] {
  if (whyNotToken(actor, systemId)) return []
  if (actor.kind === 'agent') {
    const own = agents.filter(({ id }) => id === actor.id).map(({ key }) => key)
    return owners.slots.filter((slot) => slot.agents.some((key) => own.includes(key)))
  }
  return owners.slots.filter(({ roles }) => holdsAny(actor, roles as Role[], systemId, now))
}

function slotWords(owners: Owners, only?: string): string {
  return owners.slots
    .filter(({ id }) => only === undefined || id === only)
    .map(({ title, roles, agents }) => {
      const who = [...(agents.length > 0 ? ['its agent'] : []), ...(roles.length > 0 ? [listOfTitles(roles as Role[])] : [])].join(', or ')
      // A slot that is called after its only role says nothing twice.
      return who === title ? title : `${title} (${who})`
    })
    .join(', or ')
}

/** Why somebody may not act in an owner slot; in any of them, without one. */
export function whyNotOwner(
  facts: Pick<RotationFacts, 'id' | 'system' | 'plan' | 'agents'>,
  actor: Actor,
  now: Date,
  slot?: string,
): Refusal | null {
  const bound = whyNotToken(actor, facts.system.id)
  if (bound) return bound
  const { owners } = facts.plan
  if (slot !== undefined && !owners.slots.some(({ id }) => id === slot))
    return refuse('not_found', `${facts.id} has no owner slot ${slot}. It has ${owners.slots.map(({ id }) => id).join(', ')}.`, {
      place: 'owner',
    })
  const held = ownerSlotsFor(owners, facts.agents, actor, facts.system.id, now)
  if (slot === undefined ? held.length > 0 : held.some(({ id }) => id === slot)) return null
  return refuse('not_allowed', `This is for ${slotWords(owners, slot)} of ${facts.system.name}. An admin grants roles.`)
}

/** Why somebody may neither own it nor hold one of some roles on the system. */
export function whyNotOwnerOr(
  roles: readonly Role[],
  what: string,
  owners: Owners,
  agents: Agents,
  actor: Actor,
  system: System,
  now: Date,
): Refusal | null {
  const bound = whyNotToken(actor, system.id)
  if (bound) return bound
  if (ownerSlotsFor(owners, agents, actor, system.id, now).length > 0) return null
  if (actor.kind !== 'agent' && holdsAny(actor, roles, system.id, now)) return null
  return refuse('not_allowed', `${what} by ${slotWords(owners)}, or ${listOfTitles(roles)} of ${system.name}.`)
}

/** Whoever approved it performs and confirms nothing of it, and the other way round (domain.md, what always holds, 7). */
export function whyNotBesidesApproval(facts: Pick<RotationFacts, 'signOffs' | 'id'>, actor: Actor): Refusal | null {
  const own = facts.signOffs.find(({ signerId, decision }) => signerId === actor.countsAsId && decision === 'approve')
  if (!own) return null
  return refuse(
    'separation_of_duties',
    actor.id === actor.countsAsId
      ? `You approved ${facts.id}. Whoever approves a rotation does not perform or confirm it.`
      : `This counts as an act of ${own.signerName}, who approved ${facts.id}. Whoever approves a rotation does not perform or confirm it.`,
  )
}
