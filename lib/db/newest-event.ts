import 'server-only'
import { readTrail } from './read-trail'

/** The event by which a signature of a promotion came on the record; null when it cannot be found. The caller has seen that the system may be read (T23). */
export function eventOfSignature(system: string, promotion: string, signature: string): Promise<{ id: string; at: Date } | null> {
  return eventOfSignOff(system, { kind: 'promotion', id: promotion }, signature)
}

/** The same for a decision on any subject. */
export async function eventOfSignOff(
  system: string,
  subject: { kind: 'promotion' | 'rotation' | 'fallback' | 'exception'; id: string },
  signature: string,
): Promise<{ id: string; at: Date } | null> {
  return readTrail({ systems: [system], everything: false }, async (tx) => {
    const [row] = await tx.$queryRaw<{ id: string; at: Date }[]>`
      SELECT id::text, recorded_at AS at FROM audit.trail
      WHERE system_id = ${system} AND subject_kind = ${subject.kind} AND subject_id = ${subject.id}
        AND action IN ('promotion.signed', 'promotion.declined', 'rotation.approved', 'rotation.declined', 'fallback.approved', 'fallback.declined', 'exception.approved', 'exception.declined')
        AND payload -> 'after' ->> 'signature' = ${signature} LIMIT 1`
    return row ?? null
  })
}
