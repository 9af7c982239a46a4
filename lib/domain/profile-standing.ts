import { type MatrixCell, type MatrixState, PROBLEM_STATES, worstState } from './matrix-cell'
import type { PolicyProfile } from './policy/schema'
import { dayInWords } from './words'

// How a profile stands, of everything that is known of it, in one state and one sentence.

/** What runs on a profile and how that came to be. */
export type ProfileFacts = {
  live: { version: string; since: Date; deployment: string; authorised: boolean; violations: number } | null
  /** The newest deployment when it has no result yet. */
  running: { id: string; version: string; since: Date; authorised: boolean; violations: number } | null
  /** The newest deployment when it failed. */
  failed: { id: string; version: string; at: Date; why: string; authorised: boolean } | null
  /** For a profile that only verifies: what software last brought for a release on its way out of it. */
  lastRun: { version: string; passed: boolean; at: Date } | null
  /** Exceptions that are honoured there now, whatever they cover. */
  exceptions: readonly { id: string; endsAt: Date }[]
}

/** Where a profile stands: the worst of its deployment and its rules, in three words and in a sentence. */
export type ProfileStanding = {
  profile: string
  class: PolicyProfile['class']
  version: string | null
  state: MatrixState
  words: string
  sentence: string
  at: Date | null
}

/** Judges one profile from what runs there and from its cells of the grid. */
export function profileStanding(
  profile: PolicyProfile,
  cells: readonly { row: string; cell: MatrixCell }[],
  facts: ProfileFacts,
): ProfileStanding {
  const { live, running, failed, lastRun, exceptions } = facts
  const base = { profile: profile.id, class: profile.class, version: live?.version ?? null, at: live?.since ?? null }
  if (running && !running.authorised)
    return {
      ...base,
      state: 'fail',
      words: 'unauthorised',
      sentence: `${running.version} is being deployed without authority, ${running.id}`,
      at: running.since,
    }
  if (live && !live.authorised)
    return { ...base, state: 'fail', words: 'unauthorised', sentence: `${live.version} was deployed without authority, ${live.deployment}` }
  if (failed)
    return {
      ...base,
      state: 'fail',
      words: `${failed.version} failed`,
      sentence: `${failed.id} of ${failed.version}${failed.authorised ? '' : ', without authority,'} failed: ${failed.why}`,
      at: failed.at,
    }
  const bad = cells.flatMap(problemsOf)
  const worst = worstState(bad.map(({ state }) => state))
  const first = bad.find(({ state }) => state === worst)
  if (first && PROBLEM_STATES.indexOf(worst) < PROBLEM_STATES.indexOf('warn')) {
    const isCovered = worst === 'drift' && exceptions.length > 0
    return {
      ...base,
      state: worst,
      words: WORDS[worst] ?? worst,
      sentence: isCovered ? exceptionWords(exceptions) : problemWords(bad, first),
      at: isCovered ? null : first.knownAt,
    }
  }
  const given = [
    running && { id: running.id, violations: running.violations },
    live && { id: live.deployment, violations: live.violations },
  ]
  const breach = given.find((each) => each !== null && each.violations > 0)
  if (breach)
    return {
      ...base,
      state: 'warn',
      words: 'input violation',
      sentence: `${breach.id}: ${breach.violations === 1 ? 'an input is' : `${breach.violations} inputs are`} not as the policy allows`,
    }
  if (first)
    return {
      ...base,
      state: 'warn',
      words: 'look',
      sentence: problemWords(bad, first),
      at: first.knownAt,
    }
  if (running)
    return {
      ...base,
      state: 'running',
      words: 'deploying',
      sentence: `${running.version} is being deployed, ${running.id}`,
      at: running.since,
    }
  if (live) {
    // An exception that nothing seen needs any more is still to be closed.
    const open = exceptions.length > 0 ? `${exceptionWords(exceptions)}. ` : ''
    return { ...base, state: 'pass', words: 'authorised', sentence: `${open}${metWords(cells)}` }
  }
  if (lastRun)
    return {
      ...base,
      version: lastRun.version,
      state: lastRun.passed ? 'pass' : 'fail',
      words: lastRun.passed ? 'passed' : 'failed',
      sentence: `Last run ${lastRun.passed ? 'passed' : 'failed'}`,
      at: lastRun.at,
    }
  return {
    ...base,
    state: 'na',
    words: profile.deployable ? 'nothing deployed' : 'never deployed',
    sentence: profile.deployable ? 'Nothing deployed yet' : 'Releases are never deployed here',
    at: null,
  }
}

type Problem = { title: string; state: MatrixState; known: string; knownAt: Date | null }

/** What is wrong in a cell: each of several rules that share it, else the rule of its row. */
function problemsOf({ row, cell }: { row: string; cell: MatrixCell }): Problem[] {
  if (cell.parts) return cell.parts.filter(({ state }) => PROBLEM_STATES.includes(state))
  return PROBLEM_STATES.includes(cell.state) ? [{ title: row, state: cell.state, known: cell.known, knownAt: cell.knownAt }] : []
}

const problemWords = (bad: readonly Problem[], { title, known }: Problem): string =>
  `${title}: ${known}${bad.length > 1 ? `, and ${bad.length - 1} more` : ''}`

/** "1 exception, ends Sun 22 Nov"; of several the first end. */
function exceptionWords(exceptions: readonly { endsAt: Date }[]): string {
  const [next] = exceptions.toSorted((a, b) => a.endsAt.getTime() - b.endsAt.getTime())
  if (!next) return 'no exception'
  return exceptions.length === 1
    ? `1 exception, ends ${dayInWords(next.endsAt)}`
    : `${exceptions.length} exceptions, the first ends ${dayInWords(next.endsAt)}`
}

/** Rules are said to be met only where something was reported, and all of them only where nothing is left unsaid. */
function metWords(cells: readonly { cell: MatrixCell }[]): string {
  const judged = cells.filter(({ cell }) => cell.key !== null || cell.parts)
  if (!judged.some(({ cell }) => cell.observed !== null)) return 'Deployed with authority'
  const open = judged.filter(({ cell }) => cell.state === 'waiting' && !cell.isFree).length
  if (open === 0) return 'All rules met; deployed'
  const met = judged.filter(({ cell }) => cell.state === 'pass').length
  return `${met} ${met === 1 ? 'rule' : 'rules'} met, ${open} not reported; deployed`
}

const WORDS: Partial<Record<MatrixState, string>> = {
  glass: 'glass open',
  fail: 'rule broken',
  'open-drift': 'drift',
  stale: 'stale',
  drift: 'covered drift',
}
