import { type Actor, isGrantHeld, readableSystems } from '../context'
import { type Refusal, refuse } from '../refusal'

/**
 * Why somebody may not read the log as it lies there: it holds the events of every system, so it takes the role of an auditor for all of them, held by
 * who asks now, with a token that is not narrowed to one system (T23; audit-log.md, 4). Null when they may.
 */
export function whyNotReadLog(actor: Actor, now: Date): Refusal | null {
  const isAuditor = actor.grants.some((grant) => grant.role === 'auditor' && grant.systemId === null && isGrantHeld(grant, undefined, now))
  if (isAuditor && readableSystems(actor, now) === null) return null
  return refuse(
    'not_allowed',
    'The log itself is for auditors of all systems: it holds the entries of every one. Your own entries and their proofs are under Audit; an administrator grants the role.',
  )
}
