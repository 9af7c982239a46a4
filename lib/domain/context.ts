import type { Role } from './roles'

/** A role held by a principal for one system, or for all of them when `systemId` is null, as an interval of time. */
export type Grant = {
  id: string
  principalId: string
  role: Role
  systemId: string | null
  /** Who granted it; null when the set-up link or the demo record did. */
  grantedById: string | null
  startsAt: Date
  endsAt: Date | null
}

/** Who acts: a person through a session, or a token (possibly standing for an agent) through a bearer secret. */
export type Actor = {
  id: string
  kind: 'person' | 'token' | 'agent'
  name: string
  /** The person whose acts these count as in every separation rule: a token's creator, an agent's sponsor, oneself. */
  countsAsId: string
  grants: readonly Grant[]
  session: { id: string; version: number } | null
  token: { id: string; systemId: string | null; scopes: readonly string[]; gates: readonly string[] } | null
}

/** A named principal, as rules and screens see one. */
export type Named = Pick<Actor, 'id' | 'name' | 'kind' | 'countsAsId'>

/** Who asks, and in which request. `at` is set only by the demo seed, which writes history as the owner of the tables. */
export type Ctx = {
  actor: Actor
  request: { id: string; ip: string | null; agentHash: string | null }
  /** Set when the caller gave an idempotency key: the deciding transaction runs at most once for it (T10). */
  once?: Once
  at?: Date
}

/**
 * Under what a request's one outcome is kept: the same key with another `requestHash` is refused. `turn` counts the decisions of one request,
 * so that each keeps its own; `replayed` is set when an earlier outcome was given instead.
 */
export type Once = { principalId: string; route: string; key: string; requestHash: string; turn: number; replayed?: boolean }

/** Whether a grant holds at an instant, for a system (or for any, when `systemId` is undefined). */
export function isGrantHeld(grant: Grant, systemId: string | undefined, now: Date): boolean {
  if (grant.startsAt > now) return false
  if (grant.endsAt !== null && grant.endsAt <= now) return false
  return grant.systemId === null || systemId === undefined || grant.systemId === systemId
}

/** The roles an actor holds on a system at an instant. */
export function rolesOn(actor: Actor, systemId: string, now: Date): Role[] {
  return [...new Set(actor.grants.filter((grant) => isGrantHeld(grant, systemId, now)).map((grant) => grant.role))]
}

/** Whether an actor holds one of some roles on a system at an instant. */
export function holdsAny(actor: Actor, roles: readonly Role[], systemId: string, now: Date): boolean {
  return actor.grants.some((grant) => roles.includes(grant.role) && isGrantHeld(grant, systemId, now))
}

/** The systems an actor may read; null means every one of them (a grant for all systems, whatever its role). */
export function readableSystems(actor: Actor, now: Date): string[] | null {
  const held = actor.grants.filter((grant) => isGrantHeld(grant, undefined, now))
  if (actor.token)
    return actor.token.systemId === null
      ? held.some((g) => g.systemId === null)
        ? null
        : [...new Set(held.map((g) => g.systemId as string))]
      : [actor.token.systemId]
  if (held.some((grant) => grant.systemId === null)) return null
  return [...new Set(held.map((grant) => grant.systemId as string))]
}
