import 'server-only'
import type { Candidate } from '@/lib/domain/approval'
import type { Grant } from '@/lib/domain/context'
import type { Tx } from './client'

type Row = { id: string; name: string; grants: (Omit<Grant, 'startsAt' | 'endsAt'> & { startsAt: string; endsAt: string | null })[] }

/**
 * Everybody who holds a role on one of some systems (every one when null) at an instant, with their grants there: one statement whatever the number
 * of systems. The rules look at the grants of the system they judge.
 */
export async function loadPeople(tx: Tx, systems: readonly string[] | null, now: Date): Promise<Candidate[]> {
  const rows = await tx.$queryRaw<Row[]>`/* kept */
    WITH there AS (
      SELECT * FROM "RoleGrant" g WHERE g."systemId" IS NULL OR ${systems === null} OR g."systemId" = ANY (${systems === null ? [] : [...systems]}::text[]))
    SELECT p.id, coalesce(n.name, 'Somebody erased') AS name,
      json_agg(json_build_object('id', g.id, 'principalId', g."principalId", 'role', g.role, 'systemId', g."systemId", 'grantedById', g."grantedById",
        'startsAt', g."startsAt", 'endsAt', g."endsAt") ORDER BY g.id) AS grants
    FROM "Principal" p JOIN there g ON g."principalId" = p.id LEFT JOIN "Person" n ON n."principalId" = p.id
    WHERE p.kind = 'person' AND p."retiredAt" IS NULL
    GROUP BY p.id, n.name HAVING bool_or(g."startsAt" <= ${now} AND (g."endsAt" IS NULL OR g."endsAt" > ${now})) ORDER BY p.id`
  return rows.map(({ id, name, grants }) => ({
    id,
    name,
    kind: 'person',
    grants: grants.map((grant) => ({
      ...grant,
      startsAt: new Date(grant.startsAt),
      endsAt: grant.endsAt === null ? null : new Date(grant.endsAt),
    })),
  }))
}
