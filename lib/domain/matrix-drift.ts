import { coveringException, type ExceptionStanding, type ExceptionState, exceptionState } from './exception'
import type { FindingStanding } from './finding'
import { type CellException, type DriftFacts, type MatrixCell, worstState } from './matrix-cell'
import type { RuleVerdict } from './observation/verdict'
import { dateInWords, dayInWords } from './words'

// What reported facts and exceptions make of a cell of the grid (issue 4, section 2; ux.md section 8).

/** What is known of one rule on one profile by its key. */
export type RuleKnown = {
  verdict: RuleVerdict | null
  finding: FindingStanding | null
  /** The exception that covers it at the instant, by the one reader of that (exception.ts). */
  covering: ExceptionStanding | null
  /** Filed or approved ones of the rule, the covering one included. */
  exceptions: readonly ExceptionStanding[]
}

/** Finds what is known of rules of one system, by profile and key; several keys name one rule (a constraint and the gate that asks for it). */
export type DriftIndex = (profile: string, keys: readonly string[]) => RuleKnown

/** Sorts the facts of a system once, so that a grid of many cells looks each of its rules up. */
export function driftIndex(drift: DriftFacts, system: string, now: Date): DriftIndex {
  const at = (profile: string | null, rule: string) => `${profile} ${rule}`
  const verdicts = new Map(drift.verdicts.map((verdict) => [at(verdict.profile, verdict.rule), verdict]))
  const findings = new Map(drift.findings.map((finding) => [at(finding.profile, finding.rule), finding]))
  const byRule = Map.groupBy(drift.exceptions, ({ profile, rule }) => at(profile, rule))
  return (profile, keys) => {
    const first = <T>(map: Map<string, T>, among: readonly string[]): T | null =>
      among.reduce<T | null>((found, key) => found ?? map.get(at(profile, key)) ?? null, null)
    const verdict = first(verdicts, keys)
    // A cell that follows from rules of their own has their findings and exceptions, and is covered when all of them are.
    const causes = verdict?.causes ?? []
    const exceptions = [...keys, ...causes].flatMap((key) => byRule.get(at(profile, key)) ?? [])
    const coveringOf = (rule: string) => coveringException(exceptions, { system, profile, rule }, now)
    const own = exceptions.length === 0 ? null : (keys.map(coveringOf).find((each) => each !== null) ?? null)
    return { verdict, finding: first(findings, [...keys, ...causes]), covering: own ?? coveringAll(causes.map(coveringOf)), exceptions }
  }
}

/** Of exceptions that cover each of some rules the one that ends first; null when one of them is not covered, or there are none. */
function coveringAll(each: readonly (ExceptionStanding | null)[]): ExceptionStanding | null {
  const all = each.filter((exception) => exception !== null)
  return all.length < each.length
    ? null
    : all.reduce<ExceptionStanding | null>((soonest, one) => (soonest && soonest.endsAt <= one.endsAt ? soonest : one), null)
}

type Judged = Pick<MatrixCell, 'state' | 'known' | 'knownAt'>

/**
 * A cell with what was reported of its rule and with its exceptions; the worst wins. A deviation is open drift, covered drift while an exception is
 * honoured, and open drift again at the instant that ends it; what is only recommended never goes red.
 */
export function withDrift(cell: MatrixCell, known: RuleKnown, now: Date): MatrixCell {
  const { verdict, finding, covering } = known
  const exception = shownException(known, now)
  // What evidence found broken is covered as well: the exception is of the rule, whoever saw it deviate.
  const own: Judged | null =
    cell.state === 'na' || cell.facts.length === 0
      ? null
      : covering && cell.state === 'fail'
        ? { state: 'drift', known: `${cell.known}, ${covering.id}`, knownAt: null }
        : cell
  const candidates = [own, reported(known, now), recorded(known, now)].filter((each) => each !== null)
  const worst = worstState(candidates.map(({ state }) => state))
  // Of two that are as bad as each other the newer one says more.
  const said = candidates.filter(({ state }) => state === worst).reduce<Judged | null>(newer, null)
  return {
    ...cell,
    ...(said ? { state: said.state, known: said.known, knownAt: said.knownAt } : {}),
    observed:
      verdict && verdict.state !== 'unknown'
        ? { words: verdict.observed, expected: verdict.expected, at: verdict.seenAt, instance: verdict.instance }
        : null,
    exception: exception && toCellException(exception, covering, now),
    finding: finding?.id ?? null,
  }
}

const newer = (one: Judged | null, other: Judged): Judged =>
  one === null || (other.knownAt?.getTime() ?? 0) > (one.knownAt?.getTime() ?? 0) ? other : one

/** What the newest report says of a rule, or a finding that a person raised; null when there is neither. */
function reported(known: RuleKnown, now: Date): Judged | null {
  const { verdict, finding } = known
  if (!verdict && finding && finding.kind !== 'drift') return deviation(known, finding, finding.openedAt, now)
  if (!verdict || verdict.state === 'unknown') return null
  const { seenAt, severity } = verdict
  if (verdict.state === 'met') {
    // Words that name the day need no second one.
    const words = brief(verdict.observed)
    if (seenAt && words.includes(dateInWords(seenAt))) return { state: 'pass', known: words, knownAt: null }
    return { state: 'pass', known: metWords(verdict), knownAt: seenAt }
  }
  if (verdict.state === 'stale')
    return {
      state: severity === 'note' ? 'waiting' : 'stale',
      known: severity === 'note' ? 'last seen' : 'stale, last seen',
      knownAt: seenAt,
    }
  return deviation(known, verdict, seenAt, now)
}

function deviation(
  known: RuleKnown,
  { observed: words, severity }: Pick<RuleVerdict, 'observed' | 'severity'>,
  at: Date | null,
  now: Date,
): Judged {
  const observed = brief(words)
  if (known.covering) return { state: 'drift', known: `${observed}, ${known.covering.id}`, knownAt: null }
  if (severity === 'note') return { state: 'waiting', known: `${observed}, allowed`, knownAt: at }
  const open = shownException(known, now)
  return { state: 'open-drift', known: open ? `${observed}, ${openWords(open, now)}` : observed, knownAt: open ? null : at }
}

/** A fact in a few words; where it says no more than that the rule is met, when it was seen says it all. */
function metWords({ observed, expected }: RuleVerdict): string {
  const words = brief(observed)
  return words === '' || words.toLowerCase() === brief(expected).toLowerCase() ? 'seen' : `${words}, seen`
}

/** Words that go on in a cell: without the point at their end, and of a digest only its beginning. */
const brief = (text: string): string => text.replace(/(sha256:[0-9a-f]{12})[0-9a-f]+/g, '$1').replace(/\.$/, '')

/** What an exception says of a rule by itself: that it deviates from its start on, until a newer report says that it no longer does. */
function recorded({ verdict, covering, exceptions }: RuleKnown, now: Date): Judged | null {
  const overdue = exceptions.find((each) => exceptionState(each, now) === 'overdue')
  const open = covering ?? overdue
  if (!open) return null
  const isNewer = verdict === null || verdict.seenAt === null || verdict.seenAt < open.startsAt
  if (covering)
    return isNewer || verdict.state === 'unknown'
      ? { state: 'drift', known: `${brief(covering.observed)}, ${covering.id}`, knownAt: null }
      : null
  // Overdue holds promotions until somebody closes it with evidence, whatever is seen meanwhile.
  return verdict?.state === 'deviates' ? null : { state: 'open-drift', known: openWords(open, now), knownAt: null }
}

function openWords(exception: ExceptionStanding, now: Date): string {
  const { id, endsAt } = exception
  switch (exceptionState(exception, now)) {
    case 'overdue':
      return `${id} ended ${dayInWords(endsAt)}`
    case 'filed':
      return `${id} waits for approval`
    default:
      return `${id} does not cover it`
  }
}

/** The one a cell shows: what covers it, else what is overdue, else what runs without covering, else what waits. */
function shownException({ covering, exceptions }: RuleKnown, now: Date): ExceptionStanding | null {
  const of = (state: ExceptionState) => exceptions.find((each) => exceptionState(each, now) === state)
  return covering ?? of('overdue') ?? of('running') ?? of('filed') ?? null
}

/** An exception as a cell carries it to a screen. */
export function toCellException(exception: ExceptionStanding, covering: ExceptionStanding | null, now: Date): CellException {
  const { id, startsAt, endsAt, extensions, observed, owner } = exception
  return {
    id,
    startsAt,
    endsAt,
    extensions,
    observed,
    owner: { id: owner.id, name: owner.name },
    state: exceptionState(exception, now),
    isCovering: covering?.id === id,
  }
}
