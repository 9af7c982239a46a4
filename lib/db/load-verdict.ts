import 'server-only'
import type { PastDeployment } from '@/lib/domain/deployment'
import type { Policy } from '@/lib/domain/policy/schema'
import type { PromotionFacts } from '@/lib/domain/promotion'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { type DriftRows, driftLists, toDrift } from './load-drift'
import { type LoadedPolicy, loadPolicyVersion } from './load-policy'
import { loadStanding, toPromotionFacts } from './load-promotions'
import { type PromotionJson, promotionRowsSql, toPromotionRow } from './promotion-rows'

type Row = {
  now: Date
  activeId: string
  profileKey: string
  releaseId: string | null
  version: string | null
  gitSha: string | null
  artefact: string | null
  running: string | null
  live: { id: string; releaseId: string; version: string; authorised: boolean; schemaBackwardCompatible: boolean | null } | null
  promotion: PromotionJson | null
} & DriftRows

/** All that says whether a release may go to a profile, at the database's `now`. `version` is the policy that judges: the promotion's, else the active one. */
export type VerdictFacts = {
  now: Date
  policy: Policy
  version: LoadedPolicy
  profileKey: string
  release: { id: string; version: string; gitSha: string; artefact: string } | null
  promotion: PromotionFacts | null
  past: PastDeployment[]
  running: string | null
}

/**
 * Reads in one statement what a verdict depends on and what deviates, and where a promotion is open also what its profile owes and how old its keys are; null for a
 * system without an active policy. The most asked question of all: a round trip more would show in every pipeline (speed.md). A name nobody declared is kept as it was asked (001.7).
 */
export async function loadVerdictFacts(tx: Tx, asked: { system: string; profile: string; release: string }): Promise<VerdictFacts | null> {
  const [row] = await tx.$queryRaw<Row[]>`/* kept */
    WITH target AS (
      SELECT v.id AS "activeId", coalesce(p.key, ${asked.profile}) AS "profileKey", r.id AS "releaseId", r.version, r."gitSha", r.artefact
      FROM "PolicyVersion" v
        LEFT JOIN "Profile" p ON p."policyVersionId" = v.id AND (p.key = ${asked.profile} OR ${asked.profile} = ANY (p.aliases))
        LEFT JOIN "Release" r ON r."systemId" = v."systemId" AND r.version = ${asked.release}
      WHERE v."systemId" = ${asked.system} AND v.status = 'active')
    SELECT t.*, date_trunc('milliseconds', clock_timestamp()) AS now,
      (SELECT d.id FROM "Deployment" d WHERE d."systemId" = ${asked.system} AND d."profileKey" = t."profileKey" AND d.status = 'started') AS running,
      (SELECT json_build_object('id', d.id, 'releaseId', l.id, 'version', l.version, 'authorised', d.authorised, 'schemaBackwardCompatible', l."schemaBackwardCompatible")
        FROM "Deployment" d JOIN "Release" l ON l.id = d."releaseId"
        WHERE d."systemId" = ${asked.system} AND d."profileKey" = t."profileKey" AND d.status = 'succeeded' ORDER BY d."startedAt" DESC, d.id DESC LIMIT 1) AS live,
      (${promotionRowsSql(Prisma.sql`SELECT o.id FROM "Promotion" o WHERE o."releaseId" = t."releaseId" AND o."toKey" = t."profileKey" AND o.status = 'open'`)}) AS promotion,
      ${driftLists([asked.system], null)}
    FROM target t`
  if (!row) return null
  const stored = row.promotion && toPromotionRow(row.promotion)
  const version = await loadPolicyVersion(tx, stored?.policyVersionId ?? row.activeId)
  const { policy: active } = await loadPolicyVersion(tx, row.activeId)
  // A pipeline is told what holds, not how old keys are: those are read only where the policy lets them hold.
  const keysHold = active.rotation.ownership.some(({ profile, overdueBlocks }) => overdueBlocks && profile === row.profileKey)
  // A budget counts exceptions that ended as well, and is rare: only then they are asked for once more.
  const drift = stored && version.policy.drift.budget === undefined ? await toDrift(tx, row, row.now) : undefined
  const standing = await loadStanding(tx, stored ? [version.policy] : [], row.now, { keys: keysHold, drift })
  const { releaseId, version: number, gitSha, artefact } = row
  return {
    now: row.now,
    policy: version.policy,
    version,
    profileKey: row.profileKey,
    // All of one row, so that either each is there or none.
    release:
      releaseId === null || number === null || gitSha === null || artefact === null
        ? null
        : { id: releaseId, version: number, gitSha, artefact },
    promotion: stored && toPromotionFacts(stored, version, standing, row.now),
    past: row.live ? [{ ...row.live, status: 'succeeded' }] : [],
    running: row.running,
  }
}
