import { type MatrixCell, type MatrixState, PROBLEM_STATES, worstState } from './matrix-cell'
import type { PolicyProfile } from './policy/schema'

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
  const { live, running, failed, lastRun } = facts
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
  const bad = cells.filter(({ cell }) => PROBLEM_STATES.includes(cell.state))
  const worst = worstState(bad.map(({ cell }) => cell.state))
  const first = bad.find(({ cell }) => cell.state === worst)
  if (first && PROBLEM_STATES.indexOf(worst) < PROBLEM_STATES.indexOf('warn')) {
    const more = bad.length > 1 ? `, and ${bad.length - 1} more` : ''
    return {
      ...base,
      state: worst,
      words: WORDS[worst] ?? worst,
      sentence: `${first.row}: ${first.cell.known}${more}`,
      at: first.cell.knownAt,
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
      sentence: `${first.row}: ${first.cell.known}${bad.length > 1 ? `, and ${bad.length - 1} more` : ''}`,
      at: first.cell.knownAt,
    }
  if (running)
    return {
      ...base,
      state: 'running',
      words: 'deploying',
      sentence: `${running.version} is being deployed, ${running.id}`,
      at: running.since,
    }
  if (live) return { ...base, state: 'pass', words: 'authorised', sentence: 'Deployed with authority' }
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

const WORDS: Partial<Record<MatrixState, string>> = {
  glass: 'glass open',
  fail: 'rule broken',
  'open-drift': 'drift',
  stale: 'stale',
  drift: 'covered drift',
}
