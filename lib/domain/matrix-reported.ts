import {
  type CellPart,
  type MatrixCell,
  type MatrixFacts,
  type MatrixGroup,
  type MatrixRow,
  type MatrixState,
  nothing,
  PROBLEM_STATES,
  unreported,
  worstState,
} from './matrix-cell'
import { type DriftIndex, type RuleKnown, withDrift } from './matrix-drift'
import type { RuleVerdict } from './observation/verdict'
import type { Policy } from './policy/schema'

// The rows of the grid about what is reported beyond its runtime and its constraints: variables, isolation, files and the rest (issue 4, section 2).

/** Kinds of rules that share one row, since a policy has many of each; `words` is what all of them together demand. */
const SHARED = [
  { prefix: 'variable.', id: 'reported.variables', title: 'Variables', words: 'Every variable as the contract says' },
  { prefix: 'isolation.', id: 'reported.isolation', title: 'Isolation', words: 'Nothing shared between profiles' },
  { prefix: 'file.', id: 'reported.files', title: 'Files with settings', words: 'Only files that may be used here' },
  { prefix: 'service.', id: 'reported.services', title: 'Services and ports', words: 'As the topology says' },
  { prefix: 'check.', id: 'reported.checks', title: 'Reported checks', words: 'All pass' },
  { prefix: 'document.', id: 'reported.documents', title: 'Code and workflows', words: 'As the document says' },
] as const

/** Rules that have a cell of their own elsewhere in the grid. */
const ELSEWHERE = ['runtime.', 'constraint.', 'gate.'] as const

/** One row for each kind of rule that has many (the worst of them shows, the others are inside), and one for each other rule that was judged. */
export function reportedGroup(policy: Policy, facts: MatrixFacts, known: DriftIndex): MatrixGroup {
  const { verdicts, exceptions } = facts.drift
  // What a person raised of a profile has no report behind it: the finding itself is the fact (004.1).
  const raised = facts.drift.findings.filter(({ kind, profile }) => kind !== 'drift' && profile !== null)
  const keys = [...new Set([...verdicts, ...exceptions, ...raised].map(({ rule }) => rule))].filter(
    (rule) => !ELSEWHERE.some((prefix) => rule.startsWith(prefix)),
  )
  const shared = SHARED.map(({ prefix, id, title, words }) => ({ id, title, words, keys: keys.filter((key) => key.startsWith(prefix)) }))
  const single = keys.filter((key) => !SHARED.some(({ prefix }) => key.startsWith(prefix))).toSorted()
  const row = (id: string, title: string, cell: (profile: string) => MatrixCell): MatrixRow => ({
    id,
    title,
    paths: [],
    check: null,
    cells: policy.profiles.map((profile) => cell(profile.id)),
  })
  return {
    id: 'reported',
    title: 'Reported',
    rows: [
      ...shared
        .filter((each) => each.keys.length > 0)
        .map((each) => row(each.id, each.title, (profile) => sharedCell(each, profile, known, facts.now))),
      ...single.map((key) => {
        const title = facts.drift.verdicts.find(({ rule }) => rule === key)?.title ?? key
        return row(key, title, (profile) => ruleCell(key, profile, known, facts.now))
      }),
    ],
  }
}

const blank = (profile: string, rule: string | null): MatrixCell => ({
  profile,
  ...unreported,
  ...nothing(rule === null ? 'na' : 'waiting', rule === null ? 'no rule for this profile' : 'no observation yet'),
  rule,
  terms: [],
  who: [],
  provenance: {},
})

function ruleCell(key: string, profile: string, known: DriftIndex, now: Date): MatrixCell {
  const of = known(profile, [key])
  const { verdict } = of
  if (!verdict && !of.finding && of.exceptions.length === 0) return blank(profile, null)
  return withDrift({ ...blank(profile, verdict?.expected ?? 'As the policy says'), key, provenance: verdict?.provenance ?? {} }, of, now)
}

/** What is not simply met, worst first; of what is met or that nobody reported how many there are. What is only noted is listed and turns no cell. */
function sharedCell(
  { keys, words }: { keys: readonly string[]; words: string },
  profile: string,
  known: DriftIndex,
  now: Date,
): MatrixCell {
  const here = keys.flatMap((key) => {
    const of = known(profile, [key])
    return of.verdict || of.finding || of.exceptions.length > 0
      ? [{ key, of, cell: withDrift({ ...blank(profile, words), key }, of, now) }]
      : []
  })
  if (here.length === 0) return blank(profile, null)
  const parts = here.map(({ key, of, cell }) => toPart(key, of, cell))
  const counted = here.filter(({ of: { verdict } }) => !isNote(verdict)).map(({ cell }) => cell)
  const met = counted.filter(({ state }) => state === 'pass')
  const worst = worstState(counted.map(({ state }) => state))
  // A summary is as old as the oldest fact in it.
  const observed = oldestSeen(counted)
  const listed = parts
    .filter(({ state, observed: seen, exception, finding }) => state !== 'pass' && (state !== 'waiting' || seen || exception || finding))
    .toSorted((a, b) => rankOf(a.state) - rankOf(b.state))
  return {
    ...blank(profile, words),
    ...summary(listed, worst, { met: met.length, all: counted.length, at: observed?.at ?? null }),
    observed,
    parts: listed,
  }
}

/** One rule by its key on one profile, as it stands: what a page beside the grid shows of it; null where the policy has none and nobody said anything. */
export function rulePart(key: string, profile: string, known: DriftIndex, now: Date): CellPart | null {
  const of = known(profile, [key])
  if (!of.verdict && !of.finding && of.exceptions.length === 0) return null
  return toPart(key, of, withDrift({ ...blank(profile, ''), key }, of, now))
}

function toPart(key: string, of: RuleKnown, cell: MatrixCell): CellPart {
  const { state, known, knownAt, observed, exception, finding } = cell
  return { key, title: of.verdict?.title ?? of.finding?.title ?? key, state, known, knownAt, observed, exception, finding }
}

const isNote = (verdict: RuleVerdict | null) => verdict?.state === 'deviates' && verdict.severity === 'note'

const ORDER: readonly MatrixState[] = PROBLEM_STATES
const rankOf = (state: MatrixState) => (ORDER.includes(state) ? ORDER.indexOf(state) : ORDER.length)

function summary(
  listed: readonly CellPart[],
  worst: MatrixState,
  { met, all, at }: { met: number; all: number; at: Date | null },
): Pick<MatrixCell, 'state' | 'known' | 'knownAt'> {
  if (all === 0) return { state: 'pass', known: 'seen', knownAt: at }
  const first = listed.find(({ state }) => state === worst)
  if (!PROBLEM_STATES.includes(worst) || !first) {
    if (met === 0) return { state: 'waiting', known: 'no observation yet', knownAt: null }
    return { state: met === all ? 'pass' : 'waiting', known: `${met} of ${all}, seen`, knownAt: at }
  }
  const more = listed.filter(({ state }) => PROBLEM_STATES.includes(state)).length - 1
  return { state: worst, known: `${first.title}: ${first.known}${more > 0 ? `, and ${more} more` : ''}`, knownAt: first.knownAt }
}

function oldestSeen(cells: readonly MatrixCell[]): MatrixCell['observed'] {
  const seen = cells.flatMap(({ observed }) => (observed?.at ? [observed] : []))
  return seen.toSorted((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0))[0] ?? null
}
