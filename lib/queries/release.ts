import 'server-only'
import { db } from '@/lib/db/client'
import { loadGateFacts, loadPromotions } from '@/lib/db/load-promotions'
import { namedSelect, toNamed } from '@/lib/db/named'
import { whyNotApproveBundle } from '@/lib/domain/bundle'
import type { Named } from '@/lib/domain/context'
import { whyNotBring } from '@/lib/domain/evidence'
import { edgeGates, type JudgedGate, judgeGate } from '@/lib/domain/gate'
import type { PolicyEdge, ProfileClass } from '@/lib/domain/policy/schema'
import { type PromotionPhase, promotionPhase, whyNotOpenPromotion } from '@/lib/domain/promotion'
import type { Refusal } from '@/lib/domain/refusal'
import { whyNotRight } from '@/lib/domain/rights'
import { type DeploymentRow, deploymentInclude, toRows } from './deployments'
import type { SystemHead } from './system-head'
import type { Looker } from './system-standing'

/** A release in the list of a system. */
export type ReleaseRow = {
  version: string
  gitSha: string
  buildDate: Date
  changes: number
  contributors: number
  bundleApproved: boolean
  registeredBy: Named
  registeredAt: Date
  /** Profiles on which it runs now. */
  liveOn: { id: string; class: ProfileClass }[]
  open: { id: string; to: string }[]
}

/** Where a page of the list begins: build date and id of the last row before it. */
export type ReleasePosition = readonly [buildDate: string, id: string]

/** Releases of a system, newest build first, a page at a time. The caller has seen that the viewer may see the system. */
export async function listReleases(
  head: SystemHead,
  page: { limit: number; after: ReleasePosition | null },
): Promise<{ rows: ReleaseRow[]; next: ReleasePosition | null }> {
  const found = await db.release.findMany({
    where: {
      systemId: head.slug,
      ...(page.after ? { OR: [{ buildDate: { lt: page.after[0] } }, { buildDate: page.after[0], id: { gt: page.after[1] } }] } : {}),
    },
    orderBy: [{ buildDate: 'desc' }, { id: 'asc' }],
    take: page.limit + 1,
    include: { registeredBy: namedSelect, _count: { select: { changes: true, contributors: true } } },
  })
  const rows = found.slice(0, page.limit)
  const last = rows.at(-1)
  return {
    rows: rows.map((row) => ({
      version: row.version,
      gitSha: row.gitSha,
      buildDate: row.buildDate,
      changes: row._count.changes,
      contributors: row._count.contributors,
      bundleApproved: row.bundleApprovedAt !== null,
      registeredBy: toNamed(row.registeredBy),
      registeredAt: row.registeredAt,
      liveOn: head.profiles
        .filter(({ version, class: each }) => version === row.version && each !== 'verification')
        .map((profile) => ({ id: profile.profile, class: profile.class })),
      open: head.open.filter(({ release }) => release.id === row.id).map(({ id, edge }) => ({ id, to: edge.to })),
    })),
    next: found.length > page.limit && last ? [last.buildDate.toISOString(), last.id] : null,
  }
}

/** Who may register releases of a system; the same rule as the use case. */
export function whyNotRegister(looker: Looker, system: { id: string; name: string }): Refusal | null {
  return whyNotRight(
    looker.actor,
    system,
    { roles: ['release_manager', 'dev_lead', 'engineer'], scope: 'release:register', what: `Releases of ${system.name} are registered` },
    looker.now,
  )
}

/** A gate of a way a release may take, with why the viewer cannot bring its evidence, and the run of its checklist. */
export type ReleaseGate = { judged: JudgedGate; whyNotBring: Refusal | null }

/** One way into a profile: its gates as they stand for this release, and the promotion that takes it, when one is open. */
export type ReleaseWay = {
  edge: Pick<PolicyEdge, 'id' | 'from' | 'to' | 'requiresApprovedBundle'>
  promotion: string | null
  policyNumber: number
  gates: ReleaseGate[]
}

export type ReleaseDetail = {
  id: string
  version: string
  gitSha: string
  artefact: string
  buildDate: Date
  appVersion: string | null
  schemaBackwardCompatible: boolean | null
  registeredBy: Named
  registeredAt: Date
  bundle: { approvedBy: Named | null; approvedAt: Date | null; neededBy: string[]; whyNotApprove: Refusal | null }
  changes: { kind: string; summary: string; reference: string | null }[]
  contributors: { identity: string; commits: number; name: string | null }[]
  ways: ReleaseWay[]
  promotions: { id: string; from: string; to: string; phase: PromotionPhase; openedAt: Date; emergency: string | null }[]
  deployments: DeploymentRow[]
  snapshots: { profile: string; digest: string; takenAt: Date }[]
  whyNotPromote: Refusal | null
}

/** Everything about one release of a system whose head was read; null for a version nobody registered. */
export async function getRelease(looker: Looker, head: SystemHead, version: string): Promise<ReleaseDetail | null> {
  const { actor, now } = looker
  const system = { id: head.slug, name: head.name }
  const release = await db.release.findUnique({
    where: { systemId_version: { systemId: head.slug, version } },
    include: {
      registeredBy: namedSelect,
      bundleApprovedBy: namedSelect,
      changes: { orderBy: { position: 'asc' } },
      contributors: { orderBy: [{ commits: 'desc' }, { identity: 'asc' }] },
    },
  })
  if (!release) return null
  const { policy } = head.version
  const [promotions, deployments, people, snapshots] = await Promise.all([
    loadPromotions(db, { releaseId: release.id }, now, { orderBy: [{ openedAt: 'desc' }, { id: 'desc' }] }),
    db.deployment.findMany({
      where: { releaseId: release.id },
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      take: 50,
      include: deploymentInclude,
    }),
    db.person.findMany({
      where: { principalId: { in: release.contributors.flatMap(({ principalId }) => principalId ?? []) } },
      select: { principalId: true, name: true },
    }),
    db.snapshot.findMany({
      where: { systemId: head.slug },
      orderBy: { takenAt: 'desc' },
      take: 50,
      select: { profileKey: true, digest: true, takenAt: true },
    }),
  ])
  const scopes = policy.edges.map((edge) => ({ systemId: head.slug, releaseId: release.id, profileKey: edge.to, policy }))
  const factsFor = await loadGateFacts(db, scopes)
  const gateView = (judged: JudgedGate): ReleaseGate => ({ judged, whyNotBring: whyNotBring(judged.gate, actor, system, now) })
  return {
    id: release.id,
    version: release.version,
    gitSha: release.gitSha,
    artefact: release.artefact,
    buildDate: release.buildDate,
    appVersion: release.appVersion,
    schemaBackwardCompatible: release.schemaBackwardCompatible,
    registeredBy: toNamed(release.registeredBy),
    registeredAt: release.registeredAt,
    bundle: {
      approvedBy: release.bundleApprovedBy ? toNamed(release.bundleApprovedBy) : null,
      approvedAt: release.bundleApprovedAt,
      neededBy: policy.edges.filter(({ requiresApprovedBundle }) => requiresApprovedBundle).map(({ to }) => to),
      whyNotApprove: whyNotApproveBundle(
        {
          version: release.version,
          registeredById: release.registeredById,
          registeredForId: release.registeredForId,
          approvedAt: release.bundleApprovedAt,
        },
        actor,
        system,
        now,
      ),
    },
    changes: release.changes.map(({ kind, summary, reference }) => ({ kind, summary, reference })),
    contributors: release.contributors.map(({ identity, commits, principalId }) => ({
      identity,
      commits,
      name: people.find((person) => person.principalId === principalId)?.name ?? null,
    })),
    ways: policy.edges.map((edge, index): ReleaseWay => {
      const promotion = promotions.find((each) => each.status === 'open' && each.edge.id === edge.id)
      const judged = promotion
        ? promotion.gates
        : edgeGates(policy, edge).map((gate) => judgeGate(gate, factsFor(scopes[index] as (typeof scopes)[number], gate), now)) // one scope an edge
      return {
        edge: { id: edge.id, from: edge.from, to: edge.to, requiresApprovedBundle: edge.requiresApprovedBundle },
        promotion: promotion?.id ?? null,
        policyNumber: promotion?.policy.number ?? head.version.number,
        gates: judged.map(gateView),
      }
    }),
    promotions: promotions.map((each) => ({
      id: each.id,
      from: each.edge.from,
      to: each.edge.to,
      phase: promotionPhase(each, now),
      emergency: each.emergency?.incident.id ?? null,
      openedAt: each.openedAt,
    })),
    deployments: await toRows(deployments),
    snapshots: snapshots.map(({ profileKey, digest, takenAt }) => ({ profile: profileKey, digest, takenAt })),
    whyNotPromote: whyNotOpenPromotion(actor, system, now),
  }
}
