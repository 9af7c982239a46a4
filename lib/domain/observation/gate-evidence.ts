import { type Actor, holdsAny } from '../context'
import { durationMs } from '../duration'
import type { EdgeGate } from '../gate'
import type { PolicyObserved } from '../policy/schema'
import { ACTING_ROLES } from '../rights'
import { whyNotTokenGate } from '../scopes'
import type { CurrentFact, FactsOf } from './facts'
import type { Judged } from './judge'

/** The facts a gate is bound to; none: people and pipelines bring its evidence. A gate that asks for the contract is bound to that as well. */
export function gateBindings(gate: Pick<EdgeGate, 'kind' | 'observed' | 'contract'>): PolicyObserved[] {
  if (gate.kind !== 'check') return []
  const contract: PolicyObserved[] = gate.contract && !gate.observed.some(({ by }) => by === 'contract') ? [{ by: 'contract' }] : []
  return [...contract, ...gate.observed]
}

/**
 * Whether what is reported of a profile is about a release: every runtime of it reports that release's artefact. Asked where a gate looks at another profile than
 * the one it guards; what nobody reports is not the release (domain.md 5).
 */
export function runsRelease(facts: readonly CurrentFact[], profile: string, release: { artefact: string; gitSha: string }): boolean {
  const reported = facts
    .filter((fact) => fact.profile === profile && fact.section === 'artefact')
    .map((fact) => fact.facts as FactsOf['artefact']) // the section says so
  return (
    reported.length > 0 &&
    reported.every(({ reference, gitSha }) => (reference === undefined ? gitSha === release.gitSha : reference === release.artefact))
  )
}

/**
 * Whether whoever reports may bring a gate's evidence by it: of a kind that the gate names, a person in one of its roles, a token that is not bound to other
 * gates (T11). Reporting is the right that the policy gave by binding the gate; no other scope is asked for.
 */
export function mayBringObserved(gate: EdgeGate, actor: Actor, systemId: string, now: Date): boolean {
  if (!gate.by.kinds.includes(actor.kind) || whyNotTokenGate(actor, gate.id) !== null) return false
  return actor.kind !== 'person' || holdsAny(actor, gate.by.roles ?? ACTING_ROLES, systemId, now)
}

/** What an observation says of a gate: facts in order pass, facts that deviate fail, and old or missing facts say nothing. */
export function evidenceVerdict({ state }: Pick<Judged, 'state'>): 'pass' | 'fail' | null {
  if (state === 'met') return 'pass'
  return state === 'deviates' ? 'fail' : null
}

/**
 * Whether evidence is written: when there is none yet, when the newest says otherwise, or when it has used up a tenth of its time, so that a runtime which
 * reports every minute keeps a gate fresh without flooding the record.
 */
export function isEvidenceDue(
  gate: Pick<EdgeGate, 'validFor'>,
  verdict: 'pass' | 'fail',
  newest: { verdict: string; recordedAt: Date } | null,
  now: Date,
): boolean {
  if (newest === null || newest.verdict !== verdict) return true
  return gate.validFor !== undefined && now.getTime() - newest.recordedAt.getTime() > durationMs(gate.validFor) / 10
}

const LONGEST_SUMMARY = 500

/** What an observation says of a gate in one line: what was seen, and of what, where something deviates. */
export function evidenceSummary({ state, observed, causes }: Pick<Judged, 'state' | 'observed' | 'causes'>): string {
  const names = state === 'deviates' ? [...new Set(causes.map((rule) => rule.slice(rule.indexOf('.') + 1)))] : []
  const text = names.length === 0 ? observed : `${names.join(', ')}: ${observed}`
  return text.length <= LONGEST_SUMMARY ? text : `${text.slice(0, LONGEST_SUMMARY - 1)}…`
}
