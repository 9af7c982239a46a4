import { coveringException, type ExceptionStanding } from '../exception'
import type { DriftStanding } from '../finding'
import type { MatrixState } from '../matrix-cell'
import type { RuleVerdict } from '../observation/verdict'
import type { Policy } from '../policy/schema'
import type { ContractLine, ContractVerdict } from './evaluate'
import { contractEntries } from './export'
import type { VariableFact } from './facts'

/** The word a screen says for a verdict. */
export const VERDICT_WORD: Readonly<Record<ContractVerdict, string>> = {
  met: 'met',
  missing: 'missing',
  invalid: 'invalid',
  defaulted: 'defaulted',
  'wrong-source': 'wrong source',
  'not-reported': 'not judged',
  'badly-named': 'badly named',
  'unknown-variable': 'unknown',
  'not-required': 'not required',
}

/** One variable on one profile as the heat map draws it: a shape and a word, never a colour alone. */
export type ContractCell = {
  variable: string
  profile: string
  state: MatrixState
  word: string
  sentence: string
  /** The one word of it that may be told. */
  says: string | null
  /** Met, or not required: what an old report of it said is still that. */
  fine: boolean
  /** Whether it holds promotions to the profile while nothing covers it. */
  blocks: boolean
  exception: Pick<ExceptionStanding, 'id' | 'endsAt'> | null
  finding: string | null
}

/** What is known of the profile beside the contract itself. */
export type CellContext = {
  system: string
  profile: string
  facts: readonly VariableFact[]
  verdicts: readonly RuleVerdict[]
  drift: readonly DriftStanding[]
  exceptions: readonly ExceptionStanding[]
  /** False: the newest report is old. */
  fresh: boolean
  now: Date
}

/** The rule that a finding or exception about a variable names. */
export const variableRule = (name: string): string => `variable.${name}`

const STATE: Readonly<Record<'block' | 'warn' | 'note', MatrixState>> = { block: 'open-drift', warn: 'warn', note: 'na' }

/**
 * A line of the contract as a cell: what the report says, then what the system's own verdict adds (a change nobody explained, a secret that
 * is the same elsewhere, an open break-glass), then whether an exception covers it, then whether the report is old.
 */
export function contractCell(line: ContractLine, context: CellContext): ContractCell {
  const { system, profile, now } = context
  const rule = variableRule(line.variable)
  const verdict = context.verdicts.find((each) => each.profile === profile && each.rule === rule) ?? null
  const finding = context.drift.find((each) => each.profile === profile && each.rule === rule) ?? null
  const exception = coveringException(context.exceptions, { system, profile, rule }, now)
  const isFine = line.verdict === 'met' || line.verdict === 'not-required'
  const words = context.facts.flatMap(({ name, says }) => (name === line.variable && says !== null ? [says] : []))
  const cell: ContractCell = {
    variable: line.variable,
    profile,
    ...plain(line),
    says: words.length === 0 ? null : [...new Set(words)].join(', '),
    fine: isFine,
    blocks: line.severity === 'block',
    exception: exception && { id: exception.id, endsAt: exception.endsAt },
    finding: finding?.id ?? null,
  }
  if (isFine && verdict?.state === 'deviates')
    Object.assign(cell, {
      state: STATE[verdict.severity],
      word: 'deviates',
      sentence: verdict.observed,
      fine: false,
      blocks: verdict.severity === 'block',
    })
  if (!isFine && line.severity !== null && verdict?.state === 'met' && context.fresh)
    Object.assign(cell, { state: 'glass', word: 'glass open', sentence: verdict.observed, blocks: false })
  if (exception && isDeviation(cell)) Object.assign(cell, { state: 'drift', word: `${cell.word}, covered`, blocks: false })
  // An old report proves nothing either way; what it said stays readable.
  if (!context.fresh && cell.state !== 'na') Object.assign(cell, { state: 'stale', word: `${cell.word}, old` })
  return cell
}

const isDeviation = ({ state }: ContractCell): boolean => state === 'fail' || state === 'open-drift' || state === 'warn'

function plain({ verdict, severity, sentence }: ContractLine): Pick<ContractCell, 'state' | 'word' | 'sentence'> {
  const word = VERDICT_WORD[verdict]
  if (verdict === 'met') return { state: 'pass', word, sentence }
  if (verdict === 'not-required') return { state: 'na', word, sentence }
  if (severity === null) return { state: 'waiting', word, sentence }
  return { state: verdict === 'missing' && severity === 'block' ? 'fail' : STATE[severity], word, sentence }
}

/** A cell of a profile of which nobody reported the variables. */
export function unreportedCell(variable: string, profile: string, required: boolean): ContractCell {
  return {
    variable,
    profile,
    state: required ? 'waiting' : 'na',
    word: required ? 'not reported' : 'not required',
    sentence: required ? `Required on ${profile}. Nobody has reported its variables.` : `Not required on ${profile}.`,
    says: null,
    fine: !required,
    blocks: false,
    exception: null,
    finding: null,
  }
}

/** One side of a comparison of two profiles. */
export type ContractSide = {
  profile: string
  variant: string | null
  cells: ReadonlyMap<string, ContractCell>
  facts: readonly VariableFact[]
}

/** A variable that is not the same on two profiles: what each says, in the same order of things. */
export type ContractDifference = { variable: string; left: string[]; right: string[] }

/** What differs between two profiles: what is needed, whether defaults may stand in, what is reported, what it says, where it came from. */
export function contractDifferences(
  policy: Policy,
  left: ContractSide,
  right: ContractSide,
): { differences: ContractDifference[]; same: number } {
  const [one, other] = [sideOf(policy, left), sideOf(policy, right)]
  const names = [...new Set([...one.keys(), ...other.keys()])]
  const differences = names.flatMap((variable): ContractDifference[] => {
    const [a, b] = [one.get(variable) ?? ['not there'], other.get(variable) ?? ['not there']]
    const isSame = a.length === b.length && a.every((word, index) => word === b[index])
    return isSame ? [] : [{ variable, left: a, right: b }]
  })
  return { differences, same: names.length - differences.length }
}

function sideOf(policy: Policy, { profile, variant, cells, facts }: ContractSide): Map<string, string[]> {
  const declared = new Map(contractEntries(policy, profile, variant).map((entry) => [entry.variable.name, entry]))
  return new Map(
    [...new Set([...declared.keys(), ...cells.keys()])].map((name) => {
      const entry = declared.get(name)
      const cell = cells.get(name)
      const sources = [...new Set(facts.flatMap((fact) => (fact.name === name && fact.source !== null ? [fact.source] : [])))]
      return [
        name,
        [
          entry
            ? `${entry.required ? 'required' : 'optional'}${entry.condition === null ? '' : ` ${entry.condition}`}`
            : 'not in the contract',
          ...(entry?.variable.defaultAllowedIn.includes(profile) ? ['a default may stand in'] : []),
          ...(cell ? [cell.word === VERDICT_WORD['not-required'] ? 'not there' : cell.word] : []),
          ...(cell?.says ? [`says ${cell.says}`] : []),
          ...(sources.length > 0 ? [`from ${sources.join(', ')}`] : []),
        ],
      ]
    }),
  )
}
