import { type Actor, holdsAny, rolesOn } from './context'
import { type Refusal, refuse } from './refusal'
import { ROLE_TITLE, ROLES, type Role } from './roles'
import { type Scope, whyNotScope, whyNotTokenSystem } from './scopes'

/** Every role that acts on a system: an auditor reads, and admin manages accounts. */
export const ACTING_ROLES: readonly Role[] = ROLES.filter((role) => role !== 'auditor' && role !== 'admin')

/** Who may do something that a person does by role and a pipeline by scope. `what` begins the sentence: "Releases of RoboDJ are registered". */
export type Right = { roles: readonly Role[]; scope: Scope; what: string }

/**
 * Why somebody may not do what roles and a scope allow (domain.md, roles): a person by one of the roles, a token by its scope while whoever
 * made it still stands on the system, an agent by its token's scope.
 */
export function whyNotRight(actor: Actor, system: { id: string; name: string }, right: Right, now: Date): Refusal | null {
  if (actor.token) {
    const bound = whyNotTokenSystem(actor, system.id) ?? whyNotScope(actor, right.scope)
    if (bound) return bound
    const standing = actor.kind === 'agent' || rolesOn(actor, system.id, now).some((role) => role !== 'auditor')
    return standing
      ? null
      : refuse('not_allowed', `Whoever made this token no longer holds a role on ${system.name}, so the token may do nothing there.`)
  }
  if (actor.kind === 'person' && holdsAny(actor, right.roles, system.id, now)) return null
  return refuse('not_allowed', `${right.what} by ${listOfTitles(right.roles)} of it. An admin grants roles.`)
}

/** "Release Manager, Dev lead or Engineer"; every acting role is "anybody with an acting role". */
export function listOfTitles(roles: readonly Role[]): string {
  if (ACTING_ROLES.every((role) => roles.includes(role))) return 'anybody with an acting role'
  const titles = roles.map((role) => ROLE_TITLE[role])
  return titles.length < 2 ? (titles[0] ?? 'nobody') : `${titles.slice(0, -1).join(', ')} or ${titles.at(-1)}`
}
