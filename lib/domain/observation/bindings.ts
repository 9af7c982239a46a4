import type { PolicyCell, PolicyObserved, PolicyProfile } from '../policy/schema'
import { attestationOn } from './attestations'
import { immutableNames } from './baseline'
import { checkOn, withinOf } from './checks'
import { judgeFileChanges } from './file-changes'
import { judgeNone } from './files'
import { deviates, type Judged, met, milder, unknown, weight, worst } from './judged'
import { migrationsOn, snapshotsOn, startedOn } from './operations'
import { aged, type Scope } from './scope'
import type { SharedPrints } from './shared-prints'
import type { VariableJudged } from './variables'

/** What was already judged on a profile, for rules that follow from others. */
export type OnProfile = {
  profile: PolicyProfile
  rules: ReadonlyMap<string, Judged>
  variables: readonly VariableJudged[]
  shared: SharedPrints
}

/** The worst of some rules of the profile; those that deviate are its causes. */
function from({ rules }: OnProfile, keys: readonly string[]): Judged {
  const judged = keys.flatMap((key) => {
    const found = rules.get(key)
    return found ? [{ key, found }] : []
  })
  if (judged.length === 0) return unknown()
  const causes = judged.filter(({ found }) => found.state === 'deviates').map(({ key }) => key)
  return { ...worst(judged.map(({ found }) => found)), causes: causes.toSorted() }
}

const keysWith = ({ rules }: OnProfile, start: string): string[] => [...rules.keys()].filter((key) => key.startsWith(start))

/** What is met says how much of it: "14 of 14 are as they should be", with the oldest of the facts. */
const counted = (judged: Judged, total: number, what: string): Judged =>
  judged.state === 'met' && total > 1 ? { ...judged, observed: `${total} ${what}` } : judged

/** A required variable, or one that is there; notes do not count, nor what is only needed under a condition that nobody answered. */
function counts({ line, judged }: VariableJudged): boolean {
  if (line === null) return judged.state === 'deviates'
  if (line.required) return true
  if (line.verdict === 'unknown-variable' || line.verdict === 'badly-named') return false
  if (line.verdict === 'not-required' || line.verdict === 'missing') return judged.state === 'deviates' && judged.severity === 'block'
  return judged.state !== 'deviates' || judged.severity !== 'note'
}

function byContract(scope: Scope, on: OnProfile, names: readonly string[] | undefined): Judged {
  const asked = on.variables.filter((variable) => (names === undefined ? counts(variable) : names.includes(variable.name)))
  const reported = on.variables.some(({ line }) => line !== null)
  if (!reported && asked.every(({ judged }) => judged.state === 'unknown')) return unknown('Nobody reported variables.')
  const naming = new Set(scope.policy.variables.filter(({ purpose }) => purpose === 'profile-name').map(({ name }) => name))
  const keys = asked.map(({ name }) => `variable.${name}`)
  const named = names !== undefined && asked.some(({ name }) => naming.has(name)) ? ['environment.name'] : []
  return counted(from(on, [...keys, ...named]), keys.length, 'variables are as the contract says')
}

/** Every value comes from where it may: by its reported source, by files that were included, by fallback files that are there (000.10, 001.1, 002.17). */
function bySources(on: OnProfile): Judged {
  const reported = on.variables.filter(({ line }) => line !== null)
  if (reported.length === 0) return unknown('Nobody reported variables.')
  const wrong = reported.filter(
    ({ line, judged }) =>
      (line?.verdict === 'wrong-source' || line?.verdict === 'defaulted') && judged.state === 'deviates' && judged.severity !== 'note',
  )
  const files = keysWith(on, 'file.').filter((key) => on.rules.get(key)?.state === 'deviates')
  const origin = on.rules.get('environment.env-file')
  const keys = [...wrong.map(({ name }) => `variable.${name}`), ...files, ...(origin?.state === 'deviates' ? ['environment.env-file'] : [])]
  if (keys.length > 0) return from(on, keys)
  const seen = worst(reported.map(({ judged }) => judged).filter(({ seenAt }) => seenAt !== null))
  const at = { state: seen.state === 'stale' ? ('stale' as const) : ('met' as const) }
  return { ...met(null, 'Every value comes from a permitted source'), ...at, seenAt: seen.seenAt, instance: seen.instance }
}

/** Environment-owned variables are as they were when they were last in order; that says nothing of whether they fit (004.13). */
function byBaseline(scope: Scope, on: OnProfile): Judged {
  const immutable = immutableNames(scope.policy)
  const changed = on.variables.filter((variable) => variable.changed)
  if (changed.length > 0)
    return from(
      on,
      changed.map(({ name }) => `variable.${name}`),
    )
  const { rows, fresh } = scope.seen(on.profile.id, 'variables')
  const known = rows.filter(({ baseline }) => baseline !== null && Object.keys(baseline).some((name) => immutable.has(name)))
  if (known.length === 0) return unknown('Nobody reported what could be compared.')
  return aged(worst(known.map((row) => met(row, 'As they were'))), fresh)
}

/** No secret is the same on two profiles. Its finding is the rule's own, so that what no exception covers is not covered by one for a variable. */
function byFingerprints(scope: Scope, on: OnProfile): Judged {
  const shared = on.shared.all(on.profile.id)
  const [first] = shared
  if (first) {
    const more = shared.length > 1 ? `, and ${shared.length - 1} more` : ''
    const words = `${first.variable}: ${first.sentence.replace(/\.$/, '')}${more}`
    const judged = deviates(first.seen, weight(scope.policy, on.profile, 'forbidden'), words)
    return aged(judged, first.seen === null || scope.seen(on.profile.id, 'variables').fresh)
  }
  if (!on.shared.reported(on.profile.id)) return unknown('Nobody reported fingerprints.')
  const seen = worst(on.variables.map(({ judged }) => judged).filter(({ seenAt }) => seenAt !== null))
  return {
    ...met(null, 'No secret is the same as on another profile'),
    state: seen.state === 'stale' ? 'stale' : 'met',
    seenAt: seen.seenAt,
    instance: seen.instance,
  }
}

/** What one binding of a constraint or gate comes to on a profile. */
export function judgeBinding(scope: Scope, on: OnProfile, observed: PolicyObserved): Judged {
  const { profile } = on
  switch (observed.by) {
    case 'contract':
      return byContract(scope, on, observed.variables)
    case 'sources':
      return bySources(on)
    case 'unchanged':
      return byBaseline(scope, on)
    case 'files':
      return judgeNone(scope, profile, observed.none)
    case 'file-changes':
      return judgeFileChanges(scope, profile, observed)
    case 'check': {
      const judged = checkOn(scope, profile, observed.check, withinOf(observed.within))
      return judged.state === 'deviates' ? { ...judged, causes: [`check.${observed.check}`] } : judged
    }
    case 'isolation': {
      const keys = observed.resources?.map((id) => `isolation.${id}`) ?? keysWith(on, 'isolation.')
      return counted(from(on, keys), keys.length, 'resources of its own')
    }
    case 'fingerprints':
      return byFingerprints(scope, on)
    case 'snapshots':
      return snapshotsOn(scope, profile, withinOf(observed.within))
    case 'routes':
      return from(on, ['routes.dev'])
    case 'seeding':
      return from(on, ['seeding'])
    case 'migrations':
      return on.rules.has('migrations') ? from(on, ['migrations']) : migrationsOn(scope, profile)
    case 'services':
      return counted(from(on, keysWith(on, 'service.')), keysWith(on, 'service.').length, 'services are as the topology says')
    case 'started': {
      const judged = startedOn(scope, profile)
      return judged.state === 'deviates' && on.rules.get('artefact')?.state === 'deviates' ? { ...judged, causes: ['artefact'] } : judged
    }
    case 'attestation': {
      const judged = attestationOn(scope, profile, observed.attestation)
      const own = on.rules.has(`attestation.${observed.attestation}`)
      return judged.state === 'deviates' && own ? { ...judged, causes: [`attestation.${observed.attestation}`] } : judged
    }
  }
}

/** Bindings that are judged together: all must hold, the worst counts. A deviation follows from others only when each of them does. */
export function judgeAll(scope: Scope, on: OnProfile, observed: readonly PolicyObserved[]): Judged {
  const all = observed.map((each) => judgeBinding(scope, on, each))
  const wrong = all.filter(({ state }) => state === 'deviates')
  const causes = wrong.every((each) => each.causes.length > 0) ? [...new Set(wrong.flatMap((each) => each.causes))].toSorted() : []
  return { ...worst(all), causes }
}

/** A cell of the matrix: its bindings, weighed by its own level; null where nothing can deviate, or nothing is bound. */
export function judgeCell(scope: Scope, on: OnProfile, cell: PolicyCell | undefined, observed: readonly PolicyObserved[]): Judged | null {
  if (!cell || observed.length === 0 || cell.level === 'optional' || cell.level === 'allowed') return null
  const { when } = cell
  if (when?.profiles && !when.profiles.includes(on.profile.id)) return null
  if (when?.phases && !when.phases.includes(scope.policy.phases?.current ?? '')) return null
  const judged = judgeAll(scope, on, observed)
  return judged.state === 'deviates'
    ? { ...judged, severity: milder(judged.severity, weight(scope.policy, on.profile, cell.level)) }
    : judged
}
