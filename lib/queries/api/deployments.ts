import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import type { DeploymentStatus } from '@/lib/domain/deployment'
import { Refused, refuse } from '@/lib/domain/refusal'
import type { Looker } from '../system-standing'
import { behind, type Slice, systemFilter, toWho, whoSelect } from './slice'

const select = {
  id: true,
  systemId: true,
  profileKey: true,
  kind: true,
  status: true,
  authorised: true,
  reasons: true,
  inputs: true,
  violations: true,
  promotionId: true,
  revertsId: true,
  targetLabel: true,
  runId: true,
  startedAt: true,
  finishedAt: true,
  failureClass: true,
  failureSignature: true,
  stamp: true,
  release: { select: { version: true } },
  version: { select: { number: true, hash: true } },
  startedBy: whoSelect,
} as const satisfies Prisma.DeploymentSelect

function toDeployment({
  systemId,
  profileKey,
  promotionId,
  revertsId,
  runId,
  release,
  version,
  startedBy,
  ...row
}: Prisma.DeploymentGetPayload<{ select: typeof select }>) {
  return {
    ...row,
    system: systemId,
    profile: profileKey,
    version: release.version,
    promotion: promotionId,
    reverts: revertsId,
    checklistRun: runId,
    policy: version,
    startedBy: toWho(startedBy),
  }
}

/** Deployments that somebody may see, the newest started first. */
export async function listDeployments(
  looker: Looker,
  filter: { system?: string; profile?: string; status?: DeploymentStatus },
  slice: Slice,
) {
  const rows = await db.deployment.findMany({
    where: {
      ...systemFilter(looker, filter.system),
      profileKey: filter.profile,
      status: filter.status,
      ...behind('startedAt', slice.after),
    },
    orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
    take: slice.take,
    select,
  })
  return rows.map(toDeployment)
}

/** One deployment. Refuses `not_found` alike for unseen and unknown (T23). */
export async function getDeployment(looker: Looker, id: string) {
  const row = await db.deployment.findFirst({ where: { id, ...systemFilter(looker, undefined) }, select })
  if (!row) throw new Refused(refuse('not_found', `There is no deployment ${id} that you can see.`, { place: 'deployment' }))
  return toDeployment(row)
}
