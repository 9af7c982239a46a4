import 'server-only'
import { db } from '@/lib/db/client'
import type { FingerprintFinding } from '@/lib/domain/fingerprint'
import type { CellPart } from '@/lib/domain/matrix-cell'
import { driftIndex } from '@/lib/domain/matrix-drift'
import { rulePart } from '@/lib/domain/matrix-reported'
import { type FactsOf, ObservedIsolation } from '@/lib/domain/observation/facts'
import { isExpected, isShared } from '@/lib/domain/observation/isolation'
import type { Provenance } from '@/lib/domain/policy/parts/basics'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import { neverExceptable } from '@/lib/domain/rule-ref'
import type { SystemHead } from './system-head'
import { getStandings, type Looker } from './system-standing'

/** What one profile has of a resource. */
export type IsolationCell = {
  profile: string
  /** Its name or place as the policy writes it; null where it gives none. */
  expected: string | null
  /** Whether everything reported is what the policy writes. */
  isAsWritten: boolean
  /** As runtimes report it: each name once, with when it was last seen and where. */
  reported: { name: string; instances: string[]; seenAt: Date; sharedWith: string[] }[]
  standing: CellPart | null
}

export type IsolatedResource = {
  id: string
  key: string
  title: string
  text: string | null
  /** False: two profiles may have the same. */
  unique: boolean
  provenance: Provenance
  /** What no exception covers says so. */
  never: string | null
  cells: IsolationCell[]
}

/** What profiles of a system never share (004.4, 002.42): resources by profile with what was reported of each, rules in words, and secrets by fingerprint. */
export type IsolationView = {
  profiles: { id: string; class: ProfileClass }[]
  rules: { id: string; text: string; level: string; provenance: Provenance }[]
  resources: IsolatedResource[]
  secrets: {
    /** Secrets that two profiles have alike. */
    shared: FingerprintFinding[]
    /** How many current keys have a fingerprint on record, of how many there are. */
    printed: number
    all: number
  }
  /** The newest report about isolation; null: nobody reported yet. */
  lastReport: Date | null
}

/** Reads it for a system the viewer may see. One statement beyond the frame's. */
export async function getIsolation(
  looker: Looker,
  head: Pick<SystemHead, 'slug' | 'version' | 'verdicts' | 'drift' | 'exceptions'>,
): Promise<IsolationView> {
  const { policy } = head.version
  const [{ secrets }, rows] = await Promise.all([
    getStandings(looker),
    db.profileFact.findMany({
      where: { systemId: head.slug, section: 'isolation' },
      select: { profileKey: true, instance: true, facts: true, seenAt: true },
      orderBy: [{ profileKey: 'asc' }, { instance: 'asc' }],
    }),
  ])
  const reports = rows.map(({ facts, ...row }) => ({ ...row, facts: ObservedIsolation.parse(facts) }))
  const known = driftIndex({ verdicts: head.verdicts, findings: head.drift, exceptions: head.exceptions }, head.slug, looker.now)
  const keys = secrets.standings
    .filter(({ system }) => system === head.slug)
    .flatMap(({ members }) => members.flatMap((member) => member.keys))
  const current = keys.filter(({ use }) => use === 'current')
  return {
    profiles: policy.profiles.map(({ id, class: profileClass }) => ({ id, class: profileClass })),
    rules: policy.isolation.rules.map(({ id, text, level, source, assumed }) => ({ id, text, level, provenance: { source, assumed } })),
    resources: policy.isolation.resources.map((resource): IsolatedResource => {
      const key = `isolation.${resource.id}`
      return {
        id: resource.id,
        key,
        title: resource.title,
        text: resource.text ?? null,
        unique: resource.unique,
        provenance: { source: resource.source, assumed: resource.assumed },
        never: neverExceptable(policy, { key })?.text ?? null,
        cells: policy.profiles.map(({ id }): IsolationCell => {
          const own = namesOf(reports, id, resource.id)
          return {
            profile: id,
            expected: resource.values[id] ?? null,
            isAsWritten: own.every(({ name }) => isExpected(resource.values[id], name)),
            reported: own.map((each) => ({
              ...each,
              sharedWith: resource.unique
                ? policy.profiles
                    .filter(
                      (other) => other.id !== id && namesOf(reports, other.id, resource.id).some(({ name }) => isShared(each.name, name)),
                    )
                    .map((other) => other.id)
                : [],
            })),
            standing: rulePart(key, id, known, looker.now),
          }
        }),
      }
    }),
    secrets: {
      shared: secrets.findings.filter(({ system, kind }) => system === head.slug && kind === 'shared_between_profiles'),
      printed: current.filter(({ fingerprint }) => fingerprint !== null).length,
      all: current.length,
    },
    lastReport: reports.reduce<Date | null>((newest, { seenAt }) => (newest === null || seenAt > newest ? seenAt : newest), null),
  }
}

type Report = { profileKey: string; instance: string; facts: FactsOf['isolation']; seenAt: Date }

function namesOf(reports: readonly Report[], profile: string, resource: string): { name: string; instances: string[]; seenAt: Date }[] {
  const named = reports
    .filter(({ profileKey }) => profileKey === profile)
    .flatMap(({ instance, seenAt, facts }) =>
      facts.filter((fact) => fact.resource === resource).map(({ name }) => ({ name, instance, seenAt })),
    )
  return [...Map.groupBy(named, ({ name }) => name)].map(([name, all]) => ({
    name,
    instances: [...new Set(all.map(({ instance }) => instance))],
    seenAt: new Date(Math.max(...all.map(({ seenAt }) => seenAt.getTime()))),
  }))
}
