import { type ContractLine, contractSeverity, evaluateContract } from '../contract/evaluate'
import { maySay } from '../contract/shape'
import { isProductionLike } from '../policy/resolve'
import type { PolicyProfile } from '../policy/schema'
import { instantInWords } from '../words'
import { isExplained } from './baseline'
import { answersOn, conditionsFrom } from './conditions'
import { filesUnderGlass } from './files'
import { deviates, type Judged, met, type RuleJudged, type Seen, unknown, worst } from './judged'
import { matchesPath } from './pattern'
import { aged, type Row, type Scope } from './scope'
import { judgedByConstraint, type SharedPrints } from './shared-prints'

/** A variable of the contract on a profile, with the line that judged it; null where nobody reported variables. */
export type VariableJudged = {
  name: string
  line: ContractLine | null
  judged: Judged
  /** It is not what it was, and nothing explains that (004.13). */
  changed: boolean
}

/**
 * Every line of the contract on a profile, judged over all runtimes that count: what one of them has, another need not report, and the worst of those that do
 * counts. Then what no contract sees: a variable that changed though it may not (004.13), and one that is the same on another profile, unless a constraint of
 * the policy is about that (002.42, 004.4).
 */
export function judgeVariables(scope: Scope, profile: PolicyProfile, shared: SharedPrints): VariableJudged[] {
  const { policy, context } = scope
  const reported = scope.seen(profile.id, 'variables')
  const at = {
    profile: profile.id,
    variant: context.variants[profile.id] ?? null,
    conditions: conditionsFrom(answersOn(scope, profile.id)),
  }
  const rows = reported.rows
  const evaluate = (facts: Row<'variables'>['facts']) => evaluateContract(policy, facts, at).lines
  const lines = rows.length === 0 ? [] : evaluate(rows.flatMap(({ facts }) => facts))
  const byName = new Map(lines.map((line) => [line.variable, line]))
  const own = ownLines(rows, evaluate)
  const told = tellers(rows)
  const elsewhere = judgedByConstraint(scope, profile.id)
  const severity = contractSeverity(policy, isProductionLike(profile.class))
  const names = [...policy.variables.map(({ name }) => name), ...lines.map(({ variable }) => variable)]
  return [...new Set(names)].map((name): VariableJudged => {
    const line = byName.get(name) ?? null
    const changed = changes(scope, profile, rows, name)
    const more = [...changed, ...(elsewhere ? [] : (shared.on(profile.id, name) ?? []))].map(({ seen, sentence }) =>
      deviates(seen, severity, sentence),
    )
    const is = { name, line, changed: changed.length > 0 }
    if (line === null) return { ...is, judged: more.length > 0 ? worst(more) : unknown() }
    const judged = worst([ofLine(scope, profile, rows, line, whoSays(told.get(name) ?? rows, line, own)), ...more])
    return { ...is, judged: aged(judged, reported.fresh) }
  })
}

export const asRules = (variables: readonly VariableJudged[]): RuleJudged[] =>
  variables.map(({ name, judged }) => [`variable.${name}`, judged])

function ofLine(scope: Scope, profile: PolicyProfile, rows: readonly Row<'variables'>[], line: ContractLine, seen: Seen | null): Judged {
  switch (line.verdict) {
    case 'met':
    case 'not-required':
      return met(seen, line.sentence)
    case 'not-reported':
      return { ...unknown(line.sentence), seenAt: seen?.seenAt ?? null, instance: seen?.instance ?? null }
    default:
      if (isUnderGlass(scope, profile, rows, line)) return met(seen, 'From its fallback file, under an open break-glass.')
      return deviates(seen, line.severity ?? 'note', line.sentence)
  }
}

/** A fallback file stands in for the variable while a fallback use of its mapping is open (000.19 to 000.21). */
function isUnderGlass(scope: Scope, profile: PolicyProfile, rows: readonly Row<'variables'>[], line: ContractLine): boolean {
  if (line.verdict !== 'missing' && line.verdict !== 'wrong-source') return false
  const file = scope.policy.secrets.mappings.find(({ variable }) => variable === line.variable)?.fallbackFile
  if (file === undefined || !filesUnderGlass(scope, profile.id).includes(file)) return false
  const sources = rows.flatMap(({ facts }) =>
    facts.flatMap(({ name, source }) => (name === line.variable && source !== null ? [source] : [])),
  )
  if (line.verdict === 'wrong-source') return sources.every((id) => namesFile(scope, id, file))
  return scope.seen(profile.id, 'files').rows.some(({ facts }) => facts.present.some((path) => matchesPath(file, path)))
}

const namesFile = ({ policy }: Scope, id: string, file: string): boolean =>
  policy.config.files.some((each) => each.id === id && each.path.includes(file))

type OwnVerdict = (row: Row<'variables'>, variable: string) => ContractLine['verdict'] | undefined

/** What the report of one runtime alone would come to, worked out once for each and only when somebody asks. */
function ownLines(rows: readonly Row<'variables'>[], evaluate: (facts: Row<'variables'>['facts']) => ContractLine[]): OwnVerdict {
  const known = new Map<string, Map<string, ContractLine['verdict']>>()
  return (row, variable) => {
    if (rows.length === 1) return undefined
    const lines = known.get(row.instance) ?? new Map(evaluate(row.facts).map((line) => [line.variable, line.verdict]))
    known.set(row.instance, lines)
    return lines.get(variable)
  }
}

/** Which runtimes reported a variable. */
function tellers(rows: readonly Row<'variables'>[]): ReadonlyMap<string, Row<'variables'>[]> {
  const told = new Map<string, Row<'variables'>[]>()
  for (const row of rows)
    for (const { name } of row.facts) {
      const known = told.get(name)
      if (known) known.push(row)
      else told.set(name, [row])
    }
  return told
}

/** Which runtime a line is about: the only one that has the variable, or the first whose own report comes to the same. */
function whoSays(told: readonly Row<'variables'>[], line: ContractLine, own: OwnVerdict): Seen | null {
  const found = (told.length > 1 ? told.find((row) => own(row, line.variable) === line.verdict) : undefined) ?? told[0]
  return found ? { instance: found.instance, seenAt: found.seenAt } : null
}

/** A change between two observations that nothing explains; it stays until the variable goes back, or somebody explains it (004.13). */
function changes(
  { policy, context }: Scope,
  profile: PolicyProfile,
  rows: readonly Row<'variables'>[],
  name: string,
): { seen: Seen; sentence: string }[] {
  return rows.flatMap((row) => {
    const entry = row.baseline && Object.hasOwn(row.baseline, name) ? row.baseline[name] : undefined
    if (!entry?.changedAt) return []
    const [from, to] = [new Date(entry.seenAt), new Date(entry.changedAt)]
    if (isExplained(policy, context.explained, { profile: profile.id, variable: name }, from, to)) return []
    // Ingest refuses words of secrets; a variable that became one since is kept quiet here (T18).
    const tells = policy.variables.some((variable) => variable.name === name && maySay(variable))
    const is = tells ? (row.facts.find((fact) => fact.name === name)?.says ?? null) : null
    return [{ seen: { instance: row.instance, seenAt: row.seenAt }, sentence: changeInWords(entry.says, is, to) }]
  })
}

/** What a change looks like where both words are known, else only that there was one: "debug, and was info until 19 Nov 2026, 14:05 UTC". */
function changeInWords(was: string | null, is: string | null, at: Date): string {
  return was !== null && is !== null && was !== is
    ? `${is}, and was ${was} until ${instantInWords(at)}; no governed change explains it.`
    : `changed, first seen ${instantInWords(at)}; no governed change explains it.`
}
