import type { Provenance } from '../policy/parts/basics'
import type { Policy, PolicyObserved, PolicyProfile } from '../policy/schema'
import { ruleRef } from '../rule-ref'
import { judgeAttestations } from './attestations'
import { judgeAll, judgeCell, type OnProfile } from './bindings'
import { judgeChecks } from './checks'
import type { JudgeContext } from './context'
import { judgeDisagreements } from './disagreements'
import { judgeEnvironment, judgeRoutes } from './environment'
import type { CurrentFact } from './facts'
import { judgeFiles } from './files'
import { type IsolatedNames, isolatedNames, judgeIsolation } from './isolation'
import { type Judged, unknown } from './judged'
import { judgeArtefact, judgeMigrations, judgeSeeding, judgeServices } from './operations'
import { judgeRuntime } from './runtime'
import { type Scope, scopeOf } from './scope'
import { type SharedPrints, sharedPrints } from './shared-prints'
import { asRules, judgeVariables } from './variables'
import type { RuleVerdict } from './verdict'

export type { Judged } from './judged'

/** What is compared between profiles, worked out once for all of them. */
type Between = { names: IsolatedNames; shared: SharedPrints }

function onProfile(scope: Scope, profile: PolicyProfile, { names, shared }: Between): OnProfile {
  const variables = judgeVariables(scope, profile, shared)
  const rules = new Map<string, Judged>([
    ...judgeRuntime(scope, profile),
    ...asRules(variables),
    ...judgeEnvironment(scope, profile),
    ...judgeFiles(scope, profile),
    ...judgeRoutes(scope, profile),
    ...judgeSeeding(scope, profile),
    ...judgeIsolation(scope, profile, names),
    ...judgeServices(scope, profile),
    ...judgeMigrations(scope, profile),
    ...judgeArtefact(scope, profile),
    ...judgeChecks(scope, profile),
    ...judgeAttestations(scope, profile),
    ...judgeDisagreements(scope, profile),
  ])
  return { profile, rules, variables, shared }
}

/**
 * What reported facts say of every rule of a policy that facts can judge, on every profile in the order of the policy. Pure and total: the same answer for
 * matrix, gates, findings, API and command line; the order of facts does not matter. A rule that nobody reported is `unknown`; one whose facts are all old is
 * `stale`; the worst runtime counts, and an old one counts no more once another of the profile is fresh. (000, 001.1 to 001.12, 002.10 to 002.45, 004)
 */
export function judgeSystem(policy: Policy, facts: readonly CurrentFact[], context: JudgeContext, now: Date): RuleVerdict[] {
  const scope = scopeOf(policy, facts, context, now)
  const between = { names: isolatedNames(scope), shared: sharedPrints(scope) }
  return policy.profiles.flatMap((profile) => {
    const on = onProfile(scope, profile, between)
    const cells = policy.constraints.flatMap(({ id, cells: row, observed }): RuleVerdict[] => {
      const judged = judgeCell(scope, on, row[profile.id], observed)
      return judged ? [verdict(policy, profile.id, `constraint.${id}`, judged)] : []
    })
    return [...cells, ...[...on.rules].map(([rule, judged]) => verdict(policy, profile.id, rule, judged))]
  })
}

/**
 * What facts of a profile say of the bindings of a gate: all of them must hold. `unknown` where there are none, or no such profile. `causes`: the rules of the
 * profile that make it deviate, so that exceptions which cover each of them cover it.
 */
export function judgeBindings(
  policy: Policy,
  observed: readonly PolicyObserved[],
  profileId: string,
  facts: readonly CurrentFact[],
  context: JudgeContext,
  now: Date,
): Judged {
  const profile = policy.profiles.find(({ id }) => id === profileId)
  if (!profile || observed.length === 0) return unknown()
  const scope = scopeOf(policy, facts, context, now)
  const on = onProfile(scope, profile, { names: isolatedNames(scope), shared: sharedPrints(scope) })
  return judgeAll(scope, on, observed)
}

type Words = { title: string; expected: string; provenance: Provenance }
const wordsOf = new WeakMap<Policy, Map<string, Words>>()
/** Rules that only a report knows (a stray file, an unknown variable) are kept too, up to here. */
const KEPT = 5_000

/** Title and expectation of a rule: as exceptions and forms name it, else its own. */
function words(policy: Policy, profile: string, rule: string): Words {
  const cache = wordsOf.get(policy) ?? new Map<string, Words>()
  wordsOf.set(policy, cache)
  const key = `${profile}\n${rule}`
  const known = cache.get(key)
  if (known) return known
  const ref = ruleRef(policy, profile, rule)
  const made = ref ? { title: ref.title, expected: ref.expected, provenance: ref.provenance } : ownWords(policy, rule)
  if (cache.size < KEPT) cache.set(key, made)
  return made
}

const without = ({ source, assumed, assumedFields }: Provenance): Provenance => ({
  ...(source ? { source } : {}),
  ...(assumed ? { assumed } : {}),
  ...(assumedFields ? { assumedFields } : {}),
})

/** What no form offers: rules that exist because somebody reported something, and attestations. */
function ownWords(policy: Policy, rule: string): Words {
  const dot = rule.indexOf('.')
  const [kind, id] = dot < 0 ? [rule, rule] : [rule.slice(0, dot), rule.slice(dot + 1)]
  switch (kind) {
    case 'variable':
      return { title: id, expected: 'Only variables that the policy names', provenance: { assumed: true } }
    case 'file':
      return { title: id, expected: 'Not there', provenance: { assumed: true } }
    case 'service':
      return { title: id, expected: 'Only services of the topology', provenance: { assumed: true } }
    case 'attestation': {
      const asked = policy.attestations.find((each) => each.id === id)
      return { title: asked?.title ?? id, expected: asked?.text ?? 'Attested', provenance: asked ? without(asked) : { assumed: true } }
    }
    case 'document':
      return {
        title: `Disagreement with the document: ${id}`,
        expected: policy.document.precedence ?? 'Code and workflows agree with the document',
        provenance: without(policy.document),
      }
    case 'environment':
      return { title: id === 'label' ? 'Label and real target' : id, expected: 'As the profile is', provenance: { assumed: true } }
    default:
      return { title: id, expected: 'As the policy says', provenance: { assumed: true } }
  }
}

function verdict(policy: Policy, profile: string, rule: string, judged: Judged): RuleVerdict {
  const { title, expected, provenance } = words(policy, profile, rule)
  const { state, severity, observed, seenAt, instance, causes } = judged
  return {
    rule,
    profile,
    state,
    severity,
    title,
    expected,
    observed,
    seenAt,
    instance,
    provenance,
    ...(causes.length > 0 ? { causes } : {}),
  }
}
