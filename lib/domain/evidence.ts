import type { Actor } from './context'
import { holdsAny } from './context'
import { type EdgeGate, whoCanBring } from './gate'
import { type Refusal, refuse } from './refusal'
import { ACTING_ROLES, whyNotRight } from './rights'
import { whyNotTokenGate } from './scopes'

/** How far a claimed time may be from ours before it is flagged, in milliseconds (T11). */
export const CLAIM_SKEW_MS = 5 * 60_000

/** How evidence that an observation brought says where it is from; nobody else may say so. */
export const OBSERVED_ON = 'Observed on '

/** What evidence says, as far as the gate has a say in it. */
export type EvidenceClaim = { verdict: 'pass' | 'fail'; command?: string; exitCode?: number; ranOn?: string; snapshot?: string }

/**
 * Why somebody may not bring evidence for a gate (domain.md, roles): checks take it from the kinds the gate names, a person needing one of its
 * roles and a token its scope, system and gates (T11); an attestation only from a person in the role; a checklist from its run.
 */
export function whyNotBring(gate: EdgeGate, actor: Actor, system: { id: string; name: string }, now: Date): Refusal | null {
  const right = actor.token ? whyNotRight(actor, system, { roles: [], scope: 'evidence:bring', what: '' }, now) : null
  if (right) return right
  const otherGate = whyNotTokenGate(actor, gate.id)
  if (otherGate) return otherGate
  if (gate.kind === 'checklist')
    return refuse('policy_forbids', `${gate.title} is a checklist. Start it and tick its items; it takes no other evidence.`, {
      place: 'gate',
    })
  const who = whoCanBring(gate)
  const kinds = gate.kind === 'attestation' ? (['person'] as const) : gate.by.kinds
  if (!(kinds as readonly string[]).includes(actor.kind)) {
    const why =
      gate.kind === 'attestation'
        ? `${gate.title} is attested by a person in the browser`
        : `${gate.title} takes no evidence from ${actor.kind === 'person' ? 'people' : `${actor.kind}s`}`
    return refuse('not_allowed', `${why}. It is brought by ${who}.`, { place: 'gate' })
  }
  if (actor.kind !== 'person' || holdsAny(actor, gate.by.roles ?? ACTING_ROLES, system.id, now)) return null
  return refuse('not_allowed', `${gate.title} is brought by ${who} of ${system.name}, a role you do not hold. An admin grants roles.`, {
    place: 'gate',
  })
}

/** Why what evidence says cannot stand for this gate: another command than the gate's own (000.26), a verdict against its exit code, no place or snapshot named where the gate asks. */
export function whyNotClaim(gate: EdgeGate, claim: EvidenceClaim): Refusal | null {
  if (claim.command !== undefined && gate.command !== undefined && claim.command !== gate.command) {
    return refuse(
      'policy_forbids',
      `The gate asks for the result of \`${gate.command}\`, and this is the result of \`${claim.command}\`. Run the gate’s own command.`,
      { place: 'command' },
    )
  }
  if (claim.verdict === 'pass' && claim.exitCode !== undefined && claim.exitCode !== 0) {
    return refuse('invalid', `A command that ended with ${claim.exitCode} did not pass. Bring it as failed.`, { place: 'verdict' })
  }
  if (claim.ranOn?.startsWith(OBSERVED_ON))
    return refuse('invalid', `“${OBSERVED_ON}…” is said of evidence that an observation brings. Say where the command ran.`, {
      place: 'ranOn',
    })
  if (gate.ranIn !== undefined && claim.ranOn === undefined)
    return refuse('invalid', `${gate.title} has to run here: ${gate.ranIn}. Say where it ran.`, { place: 'ranOn' })
  if (gate.boundToSnapshotOf !== undefined && claim.snapshot === undefined) {
    return refuse('invalid', `${gate.title} is about a snapshot of ${gate.boundToSnapshotOf}. Name the snapshot by its digest.`, {
      place: 'snapshot',
    })
  }
  return null
}

/** Minutes by which a claimed time is off (negative: in the past), when by more than five; null otherwise. A claim never makes evidence fresher (T11). */
export function claimSkewMinutes(claimedAt: Date | undefined, now: Date): number | null {
  if (claimedAt === undefined) return null
  const skew = claimedAt.getTime() - now.getTime()
  return Math.abs(skew) > CLAIM_SKEW_MS ? Math.trunc(skew / 60_000) : null
}
