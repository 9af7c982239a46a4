import 'server-only'
import type { PastDeployment } from '@/lib/domain/deployment'
import type { Tx } from './client'

/** The deployments that ended well on a profile, newest first: what a new start is judged against. The newest hundred suffice to find what to go back to. */
export async function loadPast(tx: Tx, systemId: string, profileKey: string): Promise<PastDeployment[]> {
  const rows = await tx.deployment.findMany({
    where: { systemId, profileKey, status: { in: ['succeeded', 'rolled_back'] } },
    orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
    take: 100,
    select: {
      id: true,
      releaseId: true,
      authorised: true,
      status: true,
      release: { select: { version: true, schemaBackwardCompatible: true } },
    },
  })
  return rows.map((row) => ({
    id: row.id,
    releaseId: row.releaseId,
    version: row.release.version,
    authorised: row.authorised,
    status: row.status as PastDeployment['status'],
    schemaBackwardCompatible: row.release.schemaBackwardCompatible,
  }))
}
