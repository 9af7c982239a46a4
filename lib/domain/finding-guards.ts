import { type Actor, holdsAny } from './context'
import type { FindingKind, Severity } from './finding'
import { isProductionLike, resolveProfile } from './policy/resolve'
import type { Policy } from './policy/schema'
import { type Refusal, refuse } from './refusal'
import { ACTING_ROLES, listOfTitles } from './rights'
import type { Role } from './roles'

/** Who ends a conflict or a disagreement. */
export const RESOLVERS: readonly Role[] = ['release_manager', 'dev_lead']

type System = { id: string; name: string }

/** What the guards of a finding look at. */
export type FindingFacts = {
  id: string
  system: System
  kind: FindingKind
  closedAt: Date | null
  acknowledgedAt: Date | null
  /** Whose act raising it was; null: it opened by itself, with the facts. */
  raisedForId: string | null
}

/** Why somebody may not acknowledge a finding: a person with an acting role does, while it is open, and once. */
export function whyNotAcknowledge(finding: FindingFacts, actor: Actor, now: Date): Refusal | null {
  const { id, system } = finding
  if (!isPersonWith(actor, ACTING_ROLES, system, now))
    return refuse('not_allowed', `Findings of ${system.name} are acknowledged by people with an acting role there. An admin grants roles.`)
  if (finding.closedAt) return refuse('wrong_state', `${id} is closed. There is nothing to acknowledge.`)
  return finding.acknowledgedAt
    ? refuse('wrong_state', `${id} is acknowledged already. What else there is to say belongs to an exception, or to the issue outside.`)
    : null
}

/** A document that another one, the code or a workflow can disagree with. */
export type PolicyDocument = { id: string; title: string }

/** The documents a policy was written from, and those they depend on, each once (002.2, 002.3). */
export function documentsOf(policy: Policy): PolicyDocument[] {
  const all = [
    ...policy.sources.map(({ id, title }) => ({ id, title })),
    ...policy.document.dependsOn.map(({ id, document }) => ({ id, title: document })),
  ]
  return all.filter(({ id }, index) => all.findIndex((each) => each.id === id) === index)
}

/** Why somebody may not raise a conflict or a disagreement: whoever acts on the system may, about a document of its policy (002.3, 004.1). */
export function whyNotRaise(policy: Policy, document: string, actor: Actor, now: Date): Refusal | null {
  const system = { id: policy.system.slug, name: policy.system.name }
  if (!isPersonWith(actor, ACTING_ROLES, system, now))
    return refuse('not_allowed', `Conflicts of ${system.name} are raised by people with an acting role there. An admin grants roles.`)
  const known = documentsOf(policy)
  if (known.some(({ id }) => id === document)) return null
  const names = known.map(({ id }) => id).join(', ')
  return refuse('not_found', `The policy of ${system.name} names no document ${document}. It knows ${names}.`, { place: 'document' })
}

/**
 * How a raised finding weighs: a conflict blocks where the policy says to stop (002.3); a disagreement of one profile blocks where the document is normative
 * (004.1) or the profile production-like; otherwise both warn.
 */
export function raisedSeverity(policy: Policy, kind: 'conflict' | 'disagreement', profile: string | null): Severity {
  if (kind === 'conflict') return policy.document.onConflict?.action === 'stop' ? 'block' : 'warn'
  if (profile === null) return 'warn'
  return policy.document.normative || isProductionLike(resolveProfile(policy, profile).class) ? 'block' : 'warn'
}

/**
 * Why somebody may not resolve a conflict or a disagreement: a Release Manager or dev lead does, and never the one who raised it. What opened by itself closes
 * by itself.
 */
export function whyNotResolve(finding: FindingFacts, actor: Actor, now: Date): Refusal | null {
  const { id, system } = finding
  if (!isPersonWith(actor, RESOLVERS, system, now))
    return refuse('not_allowed', `Conflicts of ${system.name} are resolved by ${listOfTitles(RESOLVERS)} of it. An admin grants roles.`)
  if (finding.raisedForId === null)
    return refuse(
      'policy_forbids',
      `${id} opened by itself and closes by itself, when what is reported changes or the policy does. File an exception to let it stand for a while.`,
    )
  if (finding.closedAt) return refuse('wrong_state', `${id} is closed already.`)
  return finding.raisedForId === actor.countsAsId
    ? refuse('separation_of_duties', `You raised ${id}. Another ${listOfTitles(RESOLVERS)} of ${system.name} resolves it.`)
    : null
}

function isPersonWith(actor: Actor, roles: readonly Role[], system: System, now: Date): boolean {
  return actor.kind === 'person' && holdsAny(actor, roles, system.id, now)
}
