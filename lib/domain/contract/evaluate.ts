import type { Severity } from '../finding'
import type { Provenance } from '../policy/parts/basics'
import { resolveProfile } from '../policy/resolve'
import type { Policy, PolicyVariable } from '../policy/schema'
import { provenanceOf } from '../rule-strength'
import type { VariableFact } from './facts'
import { isVariableName, NOT_A_NAME, nearMiss } from './names'
import { hasShapeRules, PROBLEM_WORDS } from './shape'
import { type SourceVerdict, sourceVerdict } from './source'

/** Whose contract is asked for: a profile (id, alias, or any name), the variant in force there, and what people answered to conditions. */
export type ContractContext = {
  profile: string
  /** Null: the default variant. */
  variant: string | null
  /** Name of a variable with a condition only a person can judge (002.20: "if applicable") to the answer. Not in here: nobody answered. */
  conditions: Readonly<Record<string, boolean>>
}

export const CONTRACT_VERDICTS = [
  'missing',
  'invalid',
  'defaulted',
  'wrong-source',
  'not-reported',
  'badly-named',
  'unknown-variable',
  'met',
  'not-required',
] as const
/** What is said of one variable, worst first. `not-reported`: it is there, but nobody judged its value. */
export type ContractVerdict = (typeof CONTRACT_VERDICTS)[number]

export type ContractLine = {
  variable: string
  verdict: ContractVerdict
  severity: Severity | null
  sentence: string
  secret: boolean
  required: boolean
  provenance: Provenance
}

/** A capability that stays off, or falls to a default, because names are missing (001.4). */
export type CapabilityOff = { id: string; title: string; missing: string[]; whenMissing: string; text: string }

export type ContractResult = {
  /** Variables of the policy in its order, then what it does not know. */
  lines: ContractLine[]
  /** True: every required variable is met and nothing else speaks against it. Notes do not count. */
  ok: boolean
  required: number
  met: number
  off: CapabilityOff[]
}

/** What the contract of one policy says of one profile, worked out once for each policy (002.16: evaluation has to be quick). */
type Compiled = { variables: ReadonlyMap<string, PolicyVariable>; naming: RegExp | null; prefixes: readonly string[] }

const compiled = new WeakMap<Policy, Compiled>()

function compile(policy: Policy): Compiled {
  const known = compiled.get(policy)
  if (known) return known
  const { naming } = policy.config
  const made: Compiled = {
    variables: new Map(policy.variables.map((variable) => [variable.name, variable])),
    naming: naming ? new RegExp(naming.pattern, 'u') : null,
    prefixes: naming?.prefixes.map(({ prefix }) => prefix.toUpperCase()) ?? [],
  }
  compiled.set(policy, made)
  return made
}

/**
 * The profile whose rules hold for a name: the declared one, or for a name nobody declared the last profile of class production, then
 * the last of all, because an unknown name counts as production (001.7, domain.md 5).
 */
export function contractProfile(policy: Policy, name: string): { id: string; productionLike: boolean } {
  const { profile, productionLike } = resolveProfile(policy, name)
  if (profile) return { id: profile.id, productionLike }
  const strictest = policy.profiles.findLast((each) => each.class === 'production') ?? policy.profiles.at(-1)
  return { id: strictest?.id ?? name, productionLike: true }
}

/** The set of required variables in force on a profile: the chosen one where the policy offers it there, else the default one; null: there is none. */
export function variantOf(policy: Policy, profile: string, chosen: string | null): Policy['contractVariants'][number] | null {
  const here = policy.contractVariants.filter(({ profiles }) => profiles.includes(profile))
  return here.find(({ id }) => id === chosen) ?? here.find(({ isDefault }) => isDefault) ?? null
}

/**
 * Names required on a profile: those of the variant in force (the default one when none is chosen, or the chosen one does not exist
 * there: fail closed), and every other variable that the policy requires there and that the default set says nothing about (001.12).
 */
export function requiredSet(policy: Policy, profile: string, variant: string | null): ReadonlySet<string> {
  const replaced = new Set(variantOf(policy, profile, null)?.variables)
  const names = new Set(variantOf(policy, profile, variant)?.variables)
  for (const { name, requiredIn } of policy.variables) if (requiredIn.includes(profile) && !replaced.has(name)) names.add(name)
  return names
}

/** True, false, or null when only a person can say and nobody has (002.20). */
function conditionHolds(
  policy: Policy,
  variable: PolicyVariable,
  profile: string,
  conditions: ContractContext['conditions'],
): boolean | null {
  const when = variable.requiredWhen
  if (!when) return true
  if (when.profiles || when.phases)
    return (when.profiles?.includes(profile) ?? true) && (when.phases?.includes(policy.phases?.current ?? '') ?? true)
  return Object.hasOwn(conditions, variable.name) ? (conditions[variable.name] ?? null) : null
}

/** Missing, invalid and defaulted variables hold a production-like profile; elsewhere they warn, unless the document is normative (004.1). */
export function contractSeverity(policy: Policy, productionLike: boolean): Severity {
  return productionLike || policy.document.normative ? 'block' : 'warn'
}

type Judged = { verdict: ContractVerdict; severity: Severity | null; sentence: string }

/** Everything that judging one variable needs to know about the place. */
type Place = {
  policy: Policy
  profile: string
  productionLike: boolean
  severity: Severity
  conditions: ContractContext['conditions']
}

function judgeDeclared(place: Place, variable: PolicyVariable, fact: VariableFact | undefined, required: boolean | null): Judged {
  const { policy, profile, severity, conditions } = place
  const needed = required === true
  const said = (verdict: ContractVerdict, how: Severity | null, sentence: string): Judged => ({ verdict, severity: how, sentence })
  if (!fact?.present || (!needed && fact.valid === false && fact.problem === 'empty')) {
    if (fact?.isDefault) return judgeDefault(place, variable, needed)
    if (needed) return said('missing', severity, `Required on ${profile}, and not there.`)
    const condition = variable.requiredWhen?.text
    if (required === null && condition)
      return said('missing', 'warn', `Not there. It is needed ${condition}, and nobody has said whether it is.`)
    if (required === false && condition && Object.hasOwn(conditions, variable.name))
      return said('not-required', null, `Not there. It is needed ${condition}, and on ${profile} it was said not to be.`)
    return said('not-required', null, `Not there, and not required on ${profile}.`)
  }
  if (fact.isDefault) {
    const judged = judgeDefault(place, variable, needed)
    if (judged.verdict !== 'met' || fact.valid !== false) return judged
  }
  if (fact.valid === false || contradicts(variable, fact, policy.phases?.current ?? null))
    return said('invalid', severity, `Its value does not fit: ${PROBLEM_WORDS[fact.problem ?? 'one-of']}.`)
  const source: SourceVerdict = sourceVerdict(policy, variable, fact.source, profile)
  if (!source.allowed) return said('wrong-source', severity, source.sentence)
  if (fact.valid === null && hasShapeRules(variable)) return said('not-reported', null, 'It is there, but nobody judged its value.')
  return said('met', null, needed ? `Required on ${profile}, there and valid.` : 'There and valid.')
}

/** A built-in default stands in (002.15 to 002.17, 004.17). */
function judgeDefault({ profile, severity }: Place, variable: PolicyVariable, needed: boolean): Judged {
  if (variable.defaultAllowedIn.includes(profile))
    return { verdict: 'met', severity: null, sentence: `A built-in default stands in, as it may on ${profile}.` }
  if (needed || variable.critical)
    return { verdict: 'defaulted', severity, sentence: `A built-in default stands in. On ${profile} its value has to be set explicitly.` }
  return { verdict: 'defaulted', severity: 'note', sentence: `A built-in default stands in. Defaults are not foreseen on ${profile}.` }
}

/** The reporter says "valid", but the word it reports is not one the policy allows: the word counts. */
function contradicts(variable: PolicyVariable, { says }: VariableFact, phase: string | null): boolean {
  if (says === null) return false
  return variable.validators.some(
    (each) =>
      each.kind === 'one-of' &&
      !each.open &&
      (!each.phases || phase === null || each.phases.includes(phase)) &&
      !each.values.includes(says),
  )
}

function judgeUnknown({ policy, productionLike }: Place, rules: Compiled, name: string): Judged & { variable: string } {
  if (!isVariableName(name))
    return {
      variable: NOT_A_NAME,
      verdict: 'badly-named',
      severity: 'warn',
      sentence: 'Something was reported that is not the name of a variable.',
    }
  const meant = nearMiss(name, rules.variables)
  if (meant !== null)
    return {
      variable: name,
      verdict: 'badly-named',
      severity: 'warn',
      sentence: `Not in the contract. ${meant} is: this may be a slip of the pen.`,
    }
  if (rules.naming && !rules.naming.test(name)) {
    const ours = rules.prefixes.some((prefix) => name.toUpperCase().startsWith(prefix.replace(/_+$/, '')))
    const text = policy.config.naming?.text ?? ''
    return {
      variable: name,
      verdict: 'badly-named',
      severity: ours && productionLike ? 'warn' : 'note',
      sentence: `Not in the contract, and not named as the policy says: ${text}`,
    }
  }
  return { variable: name, verdict: 'unknown-variable', severity: 'note', sentence: 'The policy does not know this variable.' }
}

const worse = (one: ContractVerdict, other: ContractVerdict): boolean => CONTRACT_VERDICTS.indexOf(one) < CONTRACT_VERDICTS.indexOf(other)

/**
 * Judges what is reported of the variables on one profile against the policy: names and shapes only, so nothing here could repeat a
 * value. Total and deterministic; needs neither server nor database, and the command line uses the same function. A variable that is
 * not among the facts counts as not there; one reported twice counts by its worst. Milliseconds are not needed: the largest policy
 * takes well under one. (001.4, 001.11, 001.12, 002.15 to 002.20, 004.8 to 004.11, 004.17)
 */
export function evaluateContract(policy: Policy, facts: readonly VariableFact[], context: ContractContext): ContractResult {
  const rules = compile(policy)
  const { id: profile, productionLike } = contractProfile(policy, context.profile)
  const place: Place = {
    policy,
    profile,
    productionLike,
    severity: contractSeverity(policy, productionLike),
    conditions: context.conditions,
  }
  const required = requiredSet(policy, profile, context.variant)
  const reported = new Map<string, VariableFact[]>()
  const unknown = new Map<string, Judged & { variable: string }>()
  for (const fact of facts) {
    if (rules.variables.has(fact.name)) reported.set(fact.name, [...(reported.get(fact.name) ?? []), fact])
    else if (fact.present) {
      const judged = judgeUnknown(place, rules, fact.name)
      if (!unknown.has(judged.variable)) unknown.set(judged.variable, judged)
    }
  }
  const lines: ContractLine[] = []
  const absent = new Set<string>()
  for (const variable of policy.variables) {
    const holds = required.has(variable.name) ? conditionHolds(policy, variable, profile, context.conditions) : false
    const about = reported.get(variable.name) ?? [undefined]
    const judged = about
      .map((fact) => judgeDeclared(place, variable, fact, holds))
      .reduce((worst, each) => (worse(each.verdict, worst.verdict) ? each : worst))
    if (about.some((fact) => !fact?.present || fact.valid === false)) absent.add(variable.name)
    lines.push({
      variable: variable.name,
      ...judged,
      secret: variable.secret,
      required: holds === true,
      provenance: provenanceOf(variable),
    })
  }
  // A name that a variant asks for and the policy does not declare is refused when a policy is stored; here it simply cannot be met.
  const undeclared = [...required].filter((name) => !rules.variables.has(name))
  for (const name of undeclared)
    lines.push({
      variable: name,
      verdict: 'missing',
      severity: place.severity,
      sentence: `Required on ${profile}, but the policy says nothing else about it.`,
      secret: true,
      required: true,
      provenance: {},
    })
  for (const judged of unknown.values()) lines.push({ ...judged, secret: false, required: false, provenance: {} })
  const needed = lines.filter((line) => line.required)
  const met = needed.filter(({ verdict }) => verdict === 'met').length
  return {
    lines,
    ok: met === needed.length && lines.every(({ severity, verdict }) => severity !== 'block' && verdict !== 'not-reported'),
    required: needed.length,
    met,
    off: capabilitiesOff(policy, profile, absent),
  }
}

/** What stays off on a profile because names are missing or do not fit; in the order of the policy (001.4). */
function capabilitiesOff(policy: Policy, profile: string, absent: ReadonlySet<string>): CapabilityOff[] {
  return policy.capabilities.flatMap(({ id, title, needs, whenMissing, profiles, text }) => {
    const missing = needs.filter((name) => absent.has(name))
    return profiles.includes(profile) && missing.length > 0 ? [{ id, title, missing, whenMissing, text }] : []
  })
}
