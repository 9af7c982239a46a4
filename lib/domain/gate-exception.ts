import { contractSeverity } from './contract/evaluate'
import { coveringException, type ExceptionStanding } from './exception'
import type { FindingStanding } from './finding'
import type { CoveringException, EdgeGate, EvidenceFact } from './gate'
import { gateBindings } from './observation/gate-evidence'
import type { Policy, PolicyObserved } from './policy/schema'
import { isProductionLikeProfile, neverExceptable } from './rule-ref'

/** What says whether a gate is covered: its newest evidence, the open findings and the exceptions of its system. */
export type CoverFacts = {
  evidence: readonly Pick<EvidenceFact, 'verdict' | 'isObserved'>[]
  findings: readonly FindingStanding[]
  exceptions: readonly ExceptionStanding[]
}

/**
 * The exception that lets a gate towards a profile pass at an instant; null for none: one of the gate itself, or, where reported facts make it fail, those
 * that cover every rule it fails by.
 */
export function coverOfGate(
  policy: Policy,
  gate: EdgeGate,
  at: { system: string; profile: string },
  known: CoverFacts,
  now: Date,
): CoveringException | null {
  return gateException(policy, gate.id, at, known.exceptions, now) ?? causesException(policy, gate, at, known, now)
}

/**
 * The exception that covers a gate towards a profile at an instant; null for none. An exception of a constraint covers the gate of the same id, since it
 * is the same rule. What the policy never excepts is covered by nothing, whatever is on record (fail closed). Of two, the one that lasts longest.
 */
export function gateException(
  policy: Policy,
  gate: string,
  at: { system: string; profile: string },
  exceptions: readonly ExceptionStanding[],
  now: Date,
): CoveringException | null {
  const rules = [`gate.${gate}`, `constraint.${gate}`]
  if (rules.some((key) => neverExceptable(policy, { key }) !== null)) return null
  const covering = rules
    .flatMap((rule) => coveringException(exceptions, { ...at, rule }, now) ?? [])
    .toSorted((a, b) => b.endsAt.getTime() - a.endsAt.getTime())[0]
  return covering ? { id: covering.id, endsAt: covering.endsAt } : null
}

/**
 * A gate that an observation made fail follows from rules of their own: exceptions that cover every one of them cover the gate, until the first of them ends.
 * Only those that somebody signed count, as for a gate itself (domain.md, life cycles). Null where a check or a person failed it, where no finding says why,
 * where one finding is not covered, and where a fact fails it that is no rule of its own (fail closed).
 */
function causesException(
  policy: Policy,
  gate: EdgeGate,
  at: { system: string; profile: string },
  { evidence, findings, exceptions }: CoverFacts,
  now: Date,
): CoveringException | null {
  const [newest] = evidence
  if (newest?.verdict !== 'fail' || !newest.isObserved) return null
  if ([`gate.${gate.id}`, `constraint.${gate.id}`].some((key) => neverExceptable(policy, { key }) !== null)) return null
  const { system } = at
  const profile = gate.observedOn ?? at.profile
  const follows = gateBindings(gate).map((observed) => followsFrom(policy, profile, observed))
  if (follows.includes(null)) return null
  const causes = findings.filter((each) => each.system === system && each.profile === profile && follows.some((is) => is?.(each)))
  const signed = exceptions.filter((each) => each.signed === true)
  const covering = causes.map(({ rule }) =>
    neverExceptable(policy, { key: rule, profile }) === null ? coveringException(signed, { system, profile, rule }, now) : null,
  )
  const found = covering.flatMap((each) => each ?? []).toSorted((a, b) => a.endsAt.getTime() - b.endsAt.getTime() || (a.id < b.id ? -1 : 1))
  const [first] = found
  if (first === undefined || found.length < causes.length) return null
  const also = [...new Set(found.map(({ id }) => id))].filter((id) => id !== first.id)
  return { id: first.id, endsAt: first.endsAt, ...(also.length > 0 ? { also } : {}) }
}

/** Which findings of a profile can make a binding fail, rather too many than too few; null: it can fail by what has no finding of its own. */
function followsFrom(policy: Policy, profile: string, observed: PolicyObserved): ((finding: FindingStanding) => boolean) | null {
  const starts = (start: string) => (finding: FindingStanding) => finding.rule.startsWith(start)
  const weighs = contractSeverity(policy, isProductionLikeProfile(policy, profile))
  const ofContract = (finding: FindingStanding) =>
    finding.rule.startsWith('variable.') && (finding.severity === 'block' || finding.severity === weighs)
  switch (observed.by) {
    case 'contract': {
      const { variables } = observed
      if (variables === undefined) return ofContract
      return ({ rule }) => rule === 'environment.name' || variables.some((name) => rule === `variable.${name}`)
    }
    case 'sources':
      return (finding) => ofContract(finding) || finding.rule.startsWith('file.') || finding.rule === 'environment.env-file'
    case 'unchanged':
      return ofContract
    case 'isolation': {
      const { resources } = observed
      return resources ? ({ rule }) => resources.some((id) => rule === `isolation.${id}`) : starts('isolation.')
    }
    case 'routes':
      return starts('routes.dev')
    case 'services':
      return starts('service.')
    default:
      return null
  }
}
