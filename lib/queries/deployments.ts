import 'server-only'
import { db } from '@/lib/db/client'
import type { Prisma } from '@/lib/db/generated/client'
import { type LoadedPolicy, loadPolicyVersion } from '@/lib/db/load-policy'
import { liveOn, loadLive } from '@/lib/db/load-promotions'
import { namedSelect, toNamed } from '@/lib/db/named'
import { hasAfterItemsOpen } from '@/lib/domain/checklist'
import { type Named, readableSystems } from '@/lib/domain/context'
import type { DeploymentKind, DeploymentStatus } from '@/lib/domain/deployment'
import { resolveProfile } from '@/lib/domain/policy/resolve'
import type { ProfileClass } from '@/lib/domain/policy/schema'
import { loadRuns, spineOf } from './checklist-runs'
import { failureWords, type Looker } from './system-standing'

export const DEPLOYMENT_STATES = ['started', 'succeeded', 'failed', 'rolled_back', 'unauthorised'] as const
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number]

/** One deployment in a list. `watching`: it is what runs, and items that come after are still open; `leftOpen`: they were when another took over. */
export type DeploymentRow = {
  id: string
  system: { slug: string; name: string }
  profile: { id: string; class: ProfileClass }
  version: string
  kind: DeploymentKind
  status: DeploymentStatus
  watching: boolean
  leftOpen: boolean
  authorised: boolean
  reasons: string[]
  violations: string[]
  /** How a failed one failed, in words. */
  failure: string | null
  startedAt: Date
  finishedAt: Date | null
  startedBy: Named
  promotion: string | null
  /** The incident under which its promotion was an emergency. */
  emergency: string | null
  reverts: string | null
}

export type DeploymentFilter = { system?: string; profile?: string; state?: DeploymentState }

/** Where a page of the list begins: the instant and id of the last row before it. */
export type DeploymentPosition = readonly [startedAt: string, id: string]

/** What a row of the list needs of a deployment. */
const rowInclude = {
  system: { select: { id: true, name: true } },
  release: { select: { version: true } },
  startedBy: namedSelect,
  promotion: { select: { incidentId: true } },
} satisfies Prisma.DeploymentInclude

export type LoadedDeployment = Prisma.DeploymentGetPayload<{ include: typeof rowInclude }>
export { rowInclude as deploymentInclude }

/** Deployments the viewer may see, newest first, a page at a time; `next` is the position after the last row, null at the end. */
export async function listDeployments(
  looker: Looker,
  filter: DeploymentFilter,
  page: { limit: number; after: DeploymentPosition | null },
): Promise<{ rows: DeploymentRow[]; next: DeploymentPosition | null }> {
  const readable = readableSystems(looker.actor, looker.now)
  const found = await db.deployment.findMany({
    where: {
      AND: [
        readable === null ? {} : { systemId: { in: readable } },
        filter.system ? { systemId: filter.system } : {},
        filter.profile ? { profileKey: filter.profile } : {},
        filter.state === undefined ? {} : filter.state === 'unauthorised' ? { authorised: false } : { status: filter.state },
        page.after ? { OR: [{ startedAt: { lt: page.after[0] } }, { startedAt: page.after[0], id: { lt: page.after[1] } }] } : {},
      ],
    },
    orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
    take: page.limit + 1,
    include: rowInclude,
  })
  const rows = found.slice(0, page.limit)
  const last = rows.at(-1)
  return { rows: await toRows(rows), next: found.length > page.limit && last ? [last.startedAt.toISOString(), last.id] : null }
}

/** Rows of loaded deployments, in their order, with what their checklists come to; four more statements however many. */
export async function toRows(found: readonly LoadedDeployment[]): Promise<DeploymentRow[]> {
  const versions = new Map(
    await Promise.all(
      [...new Set(found.map((row) => row.policyVersionId))].map(async (id) => [id, await loadPolicyVersion(db, id)] as const),
    ),
  )
  const versionOf = (row: LoadedDeployment) => versions.get(row.policyVersionId) as LoadedPolicy // loaded for every row
  const scopeOf = (row: LoadedDeployment) => {
    const checklistKey = row.status === 'succeeded' ? spineOf(versionOf(row), row.profileKey) : null
    return checklistKey
      ? { releaseId: row.releaseId, profileKey: row.profileKey, checklistKey, version: versionOf(row), run: row.runId }
      : null
  }
  const scopes = found.flatMap((row) => scopeOf(row) ?? [])
  const [runOf, live] = await Promise.all([
    scopes.length > 0 ? loadRuns(scopes) : () => null,
    loadLive(db, [...new Set(scopes.map(({ version }) => version.systemId))]),
  ])
  return found.map((row): DeploymentRow => {
    const scope = scopeOf(row)
    const run = scope && runOf(scope)
    const open = run ? hasAfterItemsOpen(run.state) : false
    const runsThere = liveOn(live, row.systemId, row.profileKey)?.deploymentId === row.id
    return {
      id: row.id,
      system: { slug: row.system.id, name: row.system.name },
      profile: { id: row.profileKey, class: resolveProfile(versionOf(row).policy, row.profileKey).class },
      version: row.release.version,
      kind: row.kind as DeploymentKind,
      status: row.status as DeploymentStatus,
      watching: open && runsThere,
      leftOpen: open && !runsThere,
      authorised: row.authorised,
      reasons: row.reasons,
      violations: row.violations,
      failure: row.status === 'failed' ? failureWords(versionOf(row), row) : null,
      startedAt: row.startedAt,
      finishedAt: row.finishedAt,
      startedBy: toNamed(row.startedBy),
      promotion: row.promotionId,
      emergency: row.promotion?.incidentId ?? null,
      reverts: row.revertsId,
    }
  })
}

/** The newest deployments of each profile of a system: what its timeline shows. The caller has seen that the viewer may see the system. */
export async function listTimelines(systemId: string, profiles: readonly string[], each: number): Promise<Map<string, DeploymentRow[]>> {
  const found = await Promise.all(
    profiles.map((profileKey) =>
      db.deployment.findMany({
        where: { systemId, profileKey },
        orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
        take: each,
        include: rowInclude,
      }),
    ),
  )
  return Map.groupBy(await toRows(found.flat()), (row) => row.profile.id)
}
