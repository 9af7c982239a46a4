import { edgeGates } from './gate'
import { matchesPath, pathsOf } from './observation/pattern'
import type { Provenance } from './policy/parts/basics'
import { isProductionLike } from './policy/resolve'
import type { Policy, PolicyCell, PolicyNever, PolicyObserved, PolicyProfile } from './policy/schema'
import { factRef, factRefs } from './rule-facts'
import { fileRef, fileRefs } from './rule-files'
import { provenanceOf, strengthOf } from './rule-strength'
import { expectedOfVariable } from './rule-variables'

export const RULE_KINDS = ['cell', 'variable', 'gate', 'isolation', 'file', 'fact'] as const
export type RuleKind = (typeof RULE_KINDS)[number]

/**
 * One rule of a policy on one profile, by the key that findings, exceptions, cells of the matrix and gates share: `runtime.launchPath`,
 * `constraint.<id>`, `variable.<NAME>`, `isolation.<id>`, `file.<id or path>`, `gate.<id>` (towards the profile) and the general facts.
 */
export type RuleRef = {
  key: string
  kind: RuleKind
  /** Id of the profile. */
  profile: string
  /** What the rule is about: "Launch path". */
  title: string
  /** What it demands, in the policy's words. Never a value of a secret. */
  expected: string
  /** `forbidden` and `required` on a production-like profile take a signature before an exception covers them (domain.md, life cycles). */
  strength: 'forbidden' | 'required' | 'other'
  provenance: Provenance
}

const RUNTIME = [
  ['primaryRuntime', 'Primary runtime'],
  ['launchPath', 'Launch path'],
  ['dataSource', 'Data source'],
] as const

/** The rule that a key names on a profile; null where the policy has none there, or has no such profile. */
export function ruleRef(policy: Policy, profile: string, key: string): RuleRef | null {
  const at = policy.profiles.find(({ id }) => id === profile)
  if (!at) return null
  const dot = key.indexOf('.')
  const [head, id] = dot < 0 ? [key, ''] : [key.slice(0, dot), key.slice(dot + 1)]
  switch (head) {
    case 'runtime':
      return runtimeRef(at, key)
    case 'constraint':
      return constraintRef(policy, profile, id)
    case 'variable':
      return variableRef(policy, profile, id)
    case 'gate':
      return gateRef(policy, profile, id)
    case 'isolation':
      return isolationRef(policy, profile, id)
    case 'file':
      return fileRef(policy, profile, id)
    default:
      return factRef(policy, at, key)
  }
}

/** Every rule of a policy on a profile from which something can deviate, in the order of the grid: what a form offers (000.32). */
export function rulesOf(policy: Policy, profile: string): RuleRef[] {
  const at = policy.profiles.find(({ id }) => id === profile)
  if (!at) return []
  return [
    ...RUNTIME.map(([field]) => runtimeRef(at, `runtime.${field}`)),
    ...policy.constraints.map(({ id, cells }) => (isFree(cells[profile]) ? null : constraintRef(policy, profile, id))),
    ...policy.variables.map(({ name }) => variableRef(policy, profile, name)),
    ...[...new Set(gatesOf(policy, profile).map(({ id }) => id))].map((id) => gateRef(policy, profile, id)),
    ...[...policy.isolation.resources, ...policy.isolation.rules].map(({ id }) => isolationRef(policy, profile, id)),
    ...fileRefs(policy, profile),
    ...factRefs(policy, at),
  ].filter((ref) => ref !== null)
}

/**
 * The entry of the policy that says that no exception covers this rule; null where one can. A constraint and the gate of the same id are one rule, and
 * what reported facts judge a constraint by (isolated resources, files, variables) stands and falls with it, on the profiles that it is about: every one
 * where none is told.
 */
export function neverExceptable(policy: Policy, ref: Pick<RuleRef, 'key'> & { profile?: string }): PolicyNever | null {
  return policy.drift.neverExceptable.find((never) => isNever(policy, never, ref)) ?? null
}

/** Whether a rule is a gate towards its profile: its own, or the constraint of the same id that the gate judges. */
export function isGateRule(policy: Policy, ref: Pick<RuleRef, 'key' | 'profile'>): boolean {
  if (ref.key.startsWith('gate.')) return true
  return ref.key.startsWith('constraint.') && gatesOf(policy, ref.profile).some(({ id }) => id === ref.key.slice('constraint.'.length))
}

/** Whether a profile of a policy is production-like; one that it does not have is (what always holds, 5). */
export function isProductionLikeProfile(policy: Policy, profile: string): boolean {
  return isProductionLike(policy.profiles.find(({ id }) => id === profile)?.class ?? 'production')
}

function isNever(policy: Policy, never: PolicyNever, { key, profile }: { key: string; profile?: string }): boolean {
  const same = [never.constraint, never.gate].flatMap((id) => (id === undefined ? [] : [`constraint.${id}`, `gate.${id}`]))
  if (same.includes(key)) return true
  const observed = observedBy(policy, never, profile)
  if (observed.some((each) => judges(each, key))) return true
  if (key.startsWith('variable.')) {
    const name = key.slice('variable.'.length)
    return never.variable === name || observed.some((each) => each.by === 'contract' && (each.variables?.includes(name) ?? false))
  }
  if (key.startsWith('file.')) {
    const named = key.slice('file.'.length)
    const paths = pathsOf(policy.config.files.find(({ id }) => id === named)?.path ?? named)
    const patterns = [
      never.file === undefined ? [] : pathsOf(never.file),
      ...observed.map((each) => (each.by === 'files' ? each.none : [])),
    ].flat()
    return patterns.some((pattern) => pattern === named || paths.some((path) => matchesPath(pattern, path)))
  }
  if (key.startsWith('isolation.')) return isolationNever(policy, never, observed).includes(key.slice('isolation.'.length))
  return false
}

/** Whether a fact that judges a constraint is a rule of its own by this key: an exception from it would be one from the constraint. */
function judges(observed: PolicyObserved, key: string): boolean {
  switch (observed.by) {
    case 'check':
      return key === `check.${observed.check}`
    case 'sources':
      return key.startsWith('file.') || key === 'environment.env-file'
    case 'routes':
      return key === 'routes.dev'
    case 'services':
      return key.startsWith('service.')
    case 'started':
      return key === 'artefact'
    case 'attestation':
      return key === `attestation.${observed.attestation}`
    case 'seeding':
    case 'migrations':
      return key === observed.by
    default:
      return false // contract, files and isolation by name below; the others are the constraint's own
  }
}

/** The reported facts that judge the constraint of an entry, where that is about a profile. */
function observedBy(policy: Policy, never: PolicyNever, profile: string | undefined): readonly PolicyObserved[] {
  const constraint = policy.constraints.find(({ id }) => id === never.constraint)
  return constraint && (profile === undefined || !isFree(constraint.cells[profile])) ? constraint.observed : []
}

/** Ids of the isolated resources and rules that an entry takes out: those it names, those that judge its constraint; a rule without any takes all. */
function isolationNever(policy: Policy, never: PolicyNever, observed: readonly PolicyObserved[]): string[] {
  const all = policy.isolation.resources.filter(({ unique }) => unique).map(({ id }) => id)
  const judged = observed.flatMap((each) => (each.by === 'isolation' ? (each.resources ?? all) : []))
  if (never.isolation === undefined) return judged
  const isResource = policy.isolation.resources.some(({ id }) => id === never.isolation)
  return [never.isolation, ...judged, ...(isResource || judged.length > 0 ? [] : all)]
}

function runtimeRef(profile: PolicyProfile, key: string): RuleRef | null {
  const found = RUNTIME.find(([field]) => `runtime.${field}` === key)
  const expected = found && profile[found[0]]
  if (!found || expected === undefined) return null
  return { key, kind: 'cell', profile: profile.id, title: found[1], expected, strength: 'required', provenance: provenanceOf(profile) }
}

function constraintRef(policy: Policy, profile: string, id: string): RuleRef | null {
  const constraint = policy.constraints.find((each) => each.id === id)
  const cell = constraint?.cells[profile]
  if (!constraint || !cell) return null
  return {
    key: `constraint.${id}`,
    kind: 'cell',
    profile,
    title: constraint.title,
    expected: cell.text,
    strength: strengthOf(cell.level),
    provenance: provenanceOf(constraint),
  }
}

function variableRef(policy: Policy, profile: string, name: string): RuleRef | null {
  const variable = policy.variables.find((each) => each.name === name)
  if (!variable) return null
  // A value has to be right wherever there is one, so every variable of the contract binds.
  return {
    key: `variable.${name}`,
    kind: 'variable',
    profile,
    title: name,
    expected: expectedOfVariable(variable, profile),
    strength: 'required',
    provenance: provenanceOf(variable),
  }
}

function gateRef(policy: Policy, profile: string, id: string): RuleRef | null {
  const gate = gatesOf(policy, profile).find((each) => each.id === id)
  if (!gate) return null
  return {
    key: `gate.${id}`,
    kind: 'gate',
    profile,
    title: gate.title,
    expected: gate.asks,
    strength: gate.blocking ? 'required' : 'other',
    provenance: provenanceOf(gate),
  }
}

function isolationRef(policy: Policy, profile: string, id: string): RuleRef | null {
  const resource = policy.isolation.resources.find((each) => each.id === id)
  const base = { key: `isolation.${id}`, kind: 'isolation' as const, profile }
  if (resource) {
    const value = resource.values[profile]
    const expected = resource.unique ? `Its own, shared with no other profile${value ? `: ${value}` : ''}` : (value ?? resource.text)
    if (expected === undefined) return null
    return {
      ...base,
      title: resource.title,
      expected,
      strength: resource.unique ? 'forbidden' : 'required',
      provenance: provenanceOf(resource),
    }
  }
  const rule = policy.isolation.rules.find((each) => each.id === id)
  if (!rule || (rule.profiles && !rule.profiles.includes(profile))) return null
  return { ...base, title: 'Isolation', expected: rule.text, strength: strengthOf(rule.level), provenance: provenanceOf(rule) }
}

const gatesOf = (policy: Policy, profile: string) =>
  policy.edges.filter((edge) => edge.to === profile).flatMap((edge) => edgeGates(policy, edge))

const isFree = (cell: PolicyCell | undefined) => cell === undefined || cell.level === 'optional' || cell.level === 'allowed'

export { provenanceOf } from './rule-strength'
