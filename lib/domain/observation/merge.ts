import type { Policy } from '../policy/schema'
import { nextBaseline } from './baseline'
import type { Explanations } from './context'
import { type CurrentFact, type FactsOf, LIMITS, type ObservationFacts, SECTIONS, type Section, type SectionFacts } from './facts'

/** An observation that was recorded. */
export type RecordedObservation = {
  id: string
  profile: string
  instance: string
  source: string
  facts: ObservationFacts
  recordedAt: Date
}

/**
 * The rows that an observation changes: of its profile and instance, one for each section it reports. Checks, snapshots and changes of files are added to what
 * is known; every other section is replaced, and variables that may not change keep what they were when that was last in order (004.13). An observation
 * recorded before what is known changes nothing; the same one twice changes nothing more. `current`: rows of the profile and instance; others are ignored.
 */
export function mergeFacts(
  policy: Policy,
  current: readonly CurrentFact[],
  observation: RecordedObservation,
  explained: Explanations,
): CurrentFact[] {
  const { profile, instance, source, facts, recordedAt, id } = observation
  return SECTIONS.flatMap((section): CurrentFact[] => {
    const reported = facts[section]
    if (reported === undefined) return []
    const before = current.find((fact) => fact.profile === profile && fact.instance === instance && fact.section === section) ?? null
    if (before && (before.seenAt > recordedAt || before.observationId === id)) return []
    const baseline =
      section === 'variables' ? nextBaseline(policy, profile, before?.baseline ?? null, facts.variables ?? [], recordedAt, explained) : null
    return [
      {
        profile,
        instance,
        section,
        facts: mergeSection(section, before, reported),
        baseline: baseline && Object.keys(baseline).length > 0 ? baseline : null,
        source,
        seenAt: recordedAt,
        observationId: id,
      },
    ]
  })
}

function mergeSection(section: Section, before: CurrentFact | null, reported: SectionFacts): SectionFacts {
  if (!before) return tidy(section, reported)
  switch (section) {
    case 'checks':
      return mergeChecks([...(before.facts as FactsOf['checks']), ...(reported as FactsOf['checks'])])
    case 'snapshots':
      return mergeSnapshots([...(before.facts as FactsOf['snapshots']), ...(reported as FactsOf['snapshots'])])
    case 'fileChanges':
      return mergeChanges(before.facts as FactsOf['fileChanges'], reported as FactsOf['fileChanges'], before.seenAt)
    default:
      return reported
  }
}

/** A first report is brought into the form that later ones are merged into, so that merging twice is merging once. */
function tidy(section: Section, reported: SectionFacts): SectionFacts {
  if (section === 'checks') return mergeChecks(reported as FactsOf['checks'])
  if (section === 'snapshots') return mergeSnapshots(reported as FactsOf['snapshots'])
  if (section !== 'fileChanges') return reported
  const { since, changes } = reported as FactsOf['fileChanges']
  return { since, changes: foldChanges(changes) }
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The newest result of each check; of two at one instant the failing one. */
function mergeChecks(all: FactsOf['checks']): FactsOf['checks'] {
  const newest = new Map<string, FactsOf['checks'][number]>()
  for (const each of all) {
    const known = newest.get(each.check)
    if (!known || each.at > known.at || (each.at === known.at && !each.ok)) newest.set(each.check, each)
  }
  return [...newest.values()].sort((a, b) => text(b.at, a.at) || text(a.check, b.check)).slice(0, LIMITS.checks)
}

function mergeSnapshots(all: FactsOf['snapshots']): FactsOf['snapshots'] {
  const byDigest = new Map(all.map((snapshot) => [snapshot.digest, snapshot]))
  return [...byDigest.values()].sort((a, b) => text(b.takenAt, a.takenAt) || text(a.digest, b.digest)).slice(0, LIMITS.snapshots)
}

/** Files are watched without a gap only where the new report begins before the last one was made; after a gap the count starts anew. */
function mergeChanges(before: FactsOf['fileChanges'], reported: FactsOf['fileChanges'], seenAt: Date): FactsOf['fileChanges'] {
  const joined = Date.parse(reported.since) <= seenAt.getTime()
  return {
    since: joined && before.since < reported.since ? before.since : reported.since,
    changes: foldChanges([...before.changes, ...reported.changes]),
  }
}

/** Of each file the last edit by each kind of author and its last restoration, so that no flood of changes pushes one out that is still open. */
function foldChanges(all: FactsOf['fileChanges']['changes']): FactsOf['fileChanges']['changes'] {
  const last = new Map<string, FactsOf['fileChanges']['changes'][number]>()
  for (const each of all) {
    const key = each.what === 'restored' ? `restored\n${each.path}` : `edited\n${each.by}\n${each.path}`
    const known = last.get(key)
    if (!known || each.at > known.at || (each.at === known.at && each.by > known.by)) last.set(key, each)
  }
  const isClosed = (change: (typeof all)[number]) => {
    const restored = last.get(`restored\n${change.path}`)
    return change.what === 'restored' || (restored !== undefined && restored.at >= change.at)
  }
  return [...last.values()]
    .sort((a, b) => Number(isClosed(a)) - Number(isClosed(b)) || text(b.at, a.at) || text(a.path, b.path) || text(a.by, b.by))
    .slice(0, LIMITS.fileChanges)
}
