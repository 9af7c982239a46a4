import 'server-only'
import type { Work } from '@/lib/db/mutate'
import type { ObservationRow } from '@/lib/db/write-observations'
import type { AuditEvent } from '@/lib/domain/audit-event'
import type { CurrentFact, FactsOf } from '@/lib/domain/observation/facts'

/** Whether a snapshot is reported that the same runtime did not report before. */
export function hasNewSnapshots(rows: readonly ObservationRow[], facts: readonly CurrentFact[]): boolean {
  return rows.some(({ profile, instance, facts: { snapshots = [] } }) => {
    const before = facts.find((fact) => fact.profile === profile && fact.instance === instance && fact.section === 'snapshots')
    const known = (before?.facts as FactsOf['snapshots'] | undefined) ?? [] // the section says so
    return snapshots.some(({ digest }) => !known.some((each) => each.digest === digest))
  })
}

type Seen = { profile: string; takenAt: Date; digest: string; location: string }

/**
 * Records the snapshots among reported facts that nobody recorded before, by their digest (000.29): a newer one makes evidence stale that is bound to the
 * profile's snapshots. One statement where snapshots are reported, none otherwise.
 */
export async function recordSeenSnapshots(
  { tx, now, actor }: Work,
  systemId: string,
  rows: readonly ObservationRow[],
): Promise<{ made: Seen[]; events: AuditEvent[] }> {
  const seen = rows.flatMap(({ profile, instance, facts }) =>
    (facts.snapshots ?? []).map(({ takenAt, digest }) => ({
      profile,
      takenAt: new Date(takenAt),
      digest,
      location: `Reported by ${instance}`,
    })),
  )
  if (seen.length === 0) return { made: [], events: [] }
  const made = await tx.snapshot.createManyAndReturn({
    data: seen.map(({ profile, ...snapshot }) => ({
      ...snapshot,
      systemId,
      profileKey: profile,
      recordedById: actor.id,
      recordedAt: now,
    })),
    skipDuplicates: true,
    select: { id: true, profileKey: true, takenAt: true, digest: true, location: true },
  })
  return {
    made: made.map(({ profileKey: profile, takenAt, digest, location }) => ({ profile, takenAt, digest, location })),
    events: made.map(({ id, profileKey, takenAt, digest }) => ({
      action: 'snapshot.recorded',
      system: systemId,
      subject: { kind: 'snapshot', id },
      after: { profile: profileKey, takenAt: takenAt.toISOString(), digest },
    })),
  }
}
