import { type ContractLine, contractSeverity, evaluateContract } from '../contract/evaluate'
import { isProductionLike } from '../policy/resolve'
import type { PolicyProfile } from '../policy/schema'
import { instantInWords } from '../words'
import { isExplained } from './baseline'
import { filesUnderGlass } from './files'
import { deviates, type Judged, met, type RuleJudged, type Seen, unknown, worst } from './judged'
import { matchesPath } from './pattern'
import { aged, type Row, type Scope } from './scope'
import type { SharedPrints } from './shared-prints'

/** A variable of the contract on a profile, with the line that judged it; null where nobody reported variables. */
export type VariableJudged = { name: string; line: ContractLine | null; judged: Judged }

/**
 * Every line of the contract on a profile, judged over all runtimes that count: what one of them has, another need not report, and the worst of those that do
 * counts. Then what no contract sees: a variable that changed though it may not (004.13), and one that is the same on another profile (002.42, 004.4).
 */
export function judgeVariables(scope: Scope, profile: PolicyProfile, shared: SharedPrints): VariableJudged[] {
  const { policy, context } = scope
  const reported = scope.seen(profile.id, 'variables')
  const at = { profile: profile.id, variant: context.variants[profile.id] ?? null, conditions: context.conditions[profile.id] ?? {} }
  const rows = reported.rows
  const lines =
    rows.length === 0
      ? []
      : evaluateContract(
          policy,
          rows.flatMap(({ facts }) => facts),
          at,
        ).lines
  const byName = new Map(lines.map((line) => [line.variable, line]))
  const severity = contractSeverity(policy, isProductionLike(profile.class))
  const names = [...policy.variables.map(({ name }) => name), ...lines.map(({ variable }) => variable)]
  return [...new Set(names)].map((name): VariableJudged => {
    const line = byName.get(name) ?? null
    const more = [...changes(scope, profile, rows, name), ...(shared.on(profile.id, name) ?? [])].map(({ seen, sentence }) =>
      deviates(seen, severity, sentence),
    )
    if (line === null) return { name, line, judged: more.length > 0 ? worst(more) : unknown() }
    const seen = lines.length > 0 ? whoSays(rows, line, (facts) => evaluateContract(policy, facts, at).lines) : null
    return { name, line, judged: aged(worst([ofLine(scope, profile, rows, line, seen), ...more]), reported.fresh) }
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

/** Which runtime a line is about: the only one, the one that has it, or the first whose own report gives the same verdict. */
function whoSays(
  rows: readonly Row<'variables'>[],
  line: ContractLine,
  lines: (facts: Row<'variables'>['facts']) => ContractLine[],
): Seen | null {
  const [only] = rows
  if (rows.length === 1 && only) return { instance: only.instance, seenAt: only.seenAt }
  const told = rows.filter(({ facts }) => facts.some(({ name }) => name === line.variable))
  const [first] = told
  const found =
    told.length > 1
      ? (told.find(({ facts }) =>
          lines(facts.filter(({ name }) => name === line.variable)).some(
            (own) => own.variable === line.variable && own.verdict === line.verdict,
          ),
        ) ?? first)
      : (first ?? only)
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
    return [
      {
        seen: { instance: row.instance, seenAt: row.seenAt },
        sentence: `Changed, first seen ${instantInWords(to)}; no governed change explains it.`,
      },
    ]
  })
}
