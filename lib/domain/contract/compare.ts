import { stringify } from 'yaml'
import type { Policy, PolicyVariable } from '../policy/schema'
import { listInWords } from '../words'
import type { Imported, ImportedVariable, JudgeValue } from './imported'
import { nearMiss } from './names'
import { PROBLEM_WORDS, shapeOf } from './shape'

/** What of a policy an import is compared with; plain data, so that a browser can hold it. */
export type ContractRules = Pick<Policy, 'variables'> & {
  naming: { pattern: string; prefixes: { prefix: string; service: string }[]; text: string } | null
  categories: string[]
  services: string[]
  /** Profiles of the policy that are production-like, for what a file says is required. */
  productionLike: string[]
  phase: string | null
}

/** The part of a policy that an import needs. */
export function contractRules(policy: Policy): ContractRules {
  const { naming } = policy.config
  return {
    variables: policy.variables,
    naming: naming ? { pattern: naming.pattern, prefixes: naming.prefixes, text: naming.text } : null,
    categories: policy.config.categories.map(({ id }) => id),
    services: policy.topology.services.map(({ id }) => id),
    productionLike: policy.profiles.filter((each) => each.class === 'production' || each.class === 'pre-production').map(({ id }) => id),
    phase: policy.phases?.current ?? null,
  }
}

export type ContractComparison = {
  /** In the file, not in the policy. `note`: a declared name it resembles, or the naming rule it breaks. */
  fresh: { variable: ImportedVariable; note: string | null }[]
  /** In the policy, not in the file, with the profiles that require it. */
  missing: { name: string; requiredIn: string[] }[]
  /** In both, and not of one kind. */
  different: { name: string; line: number | null; how: string[] }[]
  same: string[]
}

/** Judges a value in the browser at once, by the policy's validators; on no profile in particular, so rules of single profiles hold. */
export function judgeFor(rules: ContractRules, profile: string): JudgeValue {
  const variables = new Map(rules.variables.map((variable) => [variable.name, variable]))
  return (name, value) => {
    const variable = variables.get(name)
    return variable ? shapeOf(variable, value, { profile, phase: rules.phase }).problem : null
  }
}

/** Sets what a file names against what the policy declares: new, missing, of another kind, the same. Names only. */
export function compareContract(rules: ContractRules, imported: Imported): ContractComparison {
  const declared = new Map(rules.variables.map((variable) => [variable.name, variable]))
  const found = new Set(imported.variables.map(({ name }) => name))
  const naming = rules.naming ? new RegExp(rules.naming.pattern, 'u') : null
  const result: ContractComparison = { fresh: [], missing: [], different: [], same: [] }
  for (const variable of imported.variables) {
    const known = declared.get(variable.name)
    if (!known) {
      const meant = nearMiss(variable.name, declared)
      const note =
        meant !== null
          ? `The policy has ${meant}: this may be a slip of the pen.`
          : naming && !naming.test(variable.name)
            ? `Not named as the policy says: ${rules.naming?.text}`
            : null
      result.fresh.push({ variable, note })
      continue
    }
    const how = differences(known, variable)
    if (how.length > 0) result.different.push({ name: variable.name, line: variable.line, how })
    else result.same.push(variable.name)
  }
  for (const { name, requiredIn } of rules.variables) if (!found.has(name)) result.missing.push({ name, requiredIn })
  return result
}

function differences(known: PolicyVariable, variable: ImportedVariable): string[] {
  const how: string[] = []
  if (variable.filled === 'secret-reference' && !known.secret)
    how.push(
      known.definedIn.some(({ kind }) => kind === 'secret' || kind === 'either')
        ? ''
        : 'The file takes it from a store of secrets; the policy says it is no secret.',
    )
  if (variable.filled === 'variable-reference' && known.secret && known.definedIn.some(({ kind }) => kind === 'secret'))
    how.push('The file takes it from plain variables; the policy says it is a secret.')
  if (variable.filled === 'value' && known.secret)
    how.push('A value of a secret stands in the file. Take it out of the file, and rotate it if it is real.')
  else if (variable.problem !== null) how.push(`What stands in the file does not fit the policy: ${PROBLEM_WORDS[variable.problem]}.`)
  if (variable.required === true && known.requiredIn.length === 0) how.push('The file says it is required; the policy requires it nowhere.')
  if (variable.required === false && known.requiredIn.length > 0)
    how.push(`The file says it is optional; the policy requires it on ${listInWords(known.requiredIn)}.`)
  return how.filter((each) => each !== '')
}

/**
 * Entries of `variables:` for what a file names and the policy does not, as YAML to copy into the policy file. Marked as assumed, because
 * no document says them; description, owner and rules are for whoever copies them to mend. Loads as it is.
 */
export function proposalYaml(rules: ContractRules, fresh: readonly ImportedVariable[]): string {
  if (fresh.length === 0) return ''
  return stringify(
    { variables: fresh.map((variable) => proposalOf(rules, variable)) },
    { lineWidth: 0, indentSeq: true, aliasDuplicateObjects: false },
  )
}

function proposalOf(rules: ContractRules, variable: ImportedVariable): Record<string, unknown> {
  const prefix = rules.naming?.prefixes.find((each) => variable.name.startsWith(each.prefix))
  const secret = variable.secret === true
  const validators =
    variable.looks === 'boolean'
      ? [{ kind: 'boolean' }]
      : variable.looks === 'integer'
        ? [{ kind: 'integer' }]
        : variable.looks === 'url'
          ? [{ kind: 'url', ...(variable.scheme ? { schemes: [variable.scheme] } : {}) }]
          : [{ kind: 'not-empty' }]
  return {
    name: variable.name,
    description: `What ${variable.name} is for is to be written here.`,
    group: prefix ? prefix.prefix.replace(/_+$/, '') : 'Imported',
    category: categoryOf(rules, variable),
    ...(prefix && rules.services.includes(prefix.service) ? { service: prefix.service } : {}),
    secret,
    requiredIn: variable.required === true ? rules.productionLike : [],
    validators: secret ? [{ kind: 'not-empty' }, { kind: 'not-placeholder' }] : validators,
    owner: 'environment',
    mutability: 'changeable',
    assumed: true,
  }
}

/** The category of the policy that a name speaks of, the first one otherwise. */
function categoryOf({ categories }: ContractRules, { name, secret }: ImportedVariable): string {
  const wanted: [RegExp, string][] = [
    [/DATABASE|POSTGRES|REDIS|_DB_|^DB_/, 'database'],
    [/LOG|TRACE|METRIC|OTEL/, 'observability'],
    [/MAX|LIMIT|CONCURRENCY|TIMEOUT/, 'limits'],
    [/FEATURE|ENABLE|FLAG/, 'feature-flags'],
    [/SECRET|TOKEN|KEY|JWT|AUTH|CORS/, 'security'],
  ]
  const category = wanted.find(([pattern, id]) => pattern.test(name) && categories.includes(id))?.[1]
  if (category !== undefined) return category
  if (secret === true && categories.includes('security')) return 'security'
  return categories[0] ?? 'runtime'
}
