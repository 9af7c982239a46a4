import 'server-only'
import { type Debt, debtsOf, type EmergencyOwing, type FallbackOwing, type RotationOwing } from '@/lib/domain/debt'
import { type FallbackRule, fallbackRules } from '@/lib/domain/fallback-rule'
import { edgeGates, isPassing, judgeGate, whoCanBring } from '@/lib/domain/gate'
import type { Policy } from '@/lib/domain/policy/schema'
import { ACTING_ROLES } from '@/lib/domain/rights'
import type { Role } from '@/lib/domain/roles'
import type { Tx } from './client'
import { type GateScope, loadGateFacts } from './gate-facts'
import { Prisma } from './generated/client'
import { list } from './json-rows'
import { loadPolicyVersion } from './load-policy'

// JSON knows no instants: these come as text.
type UseRow = {
  id: string
  system: string
  policyVersionId: string
  rule: string
  mappings: string[]
  incident: string | null
  askedBy: string
  ownRequest: boolean
  exposed: boolean | null
  expiresAt: string
  returnedAt: string | null
  cleanedUpAt: string | null
  reviewedAt: string | null
  rotated: { mapping: string; at: string }[]
}
type RotationRow = {
  id: string
  system: string
  profile: string
  policyVersionId: string
  ownership: string
  incident: string | null
  endedAt: string
}
type PromotionRow = {
  id: string
  system: string
  profile: string
  policyVersionId: string
  releaseId: string
  release: string
  edge: string
  incident: string | null
  status: string
  openedAt: string
  since: string
  skipped: string[]
  passed: { gate: string; at: string }[]
  reviewed: string[]
}
type Rows = { uses: UseRow[]; rotations: RotationRow[]; promotions: PromotionRow[] }

/**
 * The unpaid debts of some systems at `now`, the one due first first: in one statement whatever the number of systems (and another where a skipped
 * gate is a checklist). Policies are kept in memory. What is owed is judged by the version it was done under.
 */
export async function loadDebts(tx: Tx, systems: readonly string[], now: Date): Promise<Debt[]> {
  if (systems.length === 0) return []
  const [rows] = await tx.$queryRaw<
    Rows[]
  >`/* kept */ SELECT ${list(usesSql(systems, now))} AS uses, ${list(rotationsSql(systems))} AS rotations, ${list(promotionsSql(systems))} AS promotions`
  const { uses, rotations, promotions } = rows as Rows // a SELECT without FROM gives its one row
  const versions = [...new Set([...uses, ...rotations, ...promotions].map(({ policyVersionId }) => policyVersionId))]
  const policies = new Map<string, Policy>()
  for (const id of versions) policies.set(id, (await loadPolicyVersion(tx, id)).policy)
  const policyOf = (row: { policyVersionId: string }) => policies.get(row.policyVersionId) as Policy // loaded just above
  return debtsOf(
    {
      fallbacks: uses.map((row) => toUse(row, policyOf(row))),
      rotations: rotations.map((row) => toRotation(row, policyOf(row))),
      promotions: await toEmergencies(tx, promotions, policyOf, now),
    },
    now,
  )
}

// Uses that ended and whose clean-up, exposure or review may be open; whether the rule wants a review is the policy's. A completed rotation counts from
// when its new keys came: keys that were there while the glass was open are exposed too, however late their rotation was completed.
const usesSql = (systems: readonly string[], now: Date) => Prisma.sql`
  SELECT f.id, f."systemId" AS system, f."policyVersionId", f.rule, f."mappingKeys" AS mappings, f."incidentId" AS incident, coalesce(n.name, 'Somebody erased') AS "askedBy",
    f."ownRequest", f.exposed, f."expiresAt", f."returnedAt", f."cleanedUpAt", f."reviewedAt",
    CASE WHEN f.exposed THEN ${list(Prisma.sql`
      SELECT m AS mapping, max(coalesce(
          (SELECT max(t.at) FROM "RotationStep" t WHERE t."rotationId" = r.id AND t.state = 'done' AND t."newKeys" IS NOT NULL), r."startedAt")) AS at
      FROM "Rotation" r, unnest(array_append(r."mappingKeys", '')) m
      WHERE r."systemId" = f."systemId" AND r."profileKey" = f."profileKey" AND r.status = 'completed' GROUP BY m`)} ELSE '[]' END AS rotated
  FROM "FallbackUse" f LEFT JOIN "Person" n ON n."principalId" = f."askedById"
  WHERE f."systemId" = ANY (${[...systems]}::text[]) AND f.status = 'granted' AND (f."returnedAt" IS NOT NULL OR f."expiresAt" <= ${now})
    AND (f."cleanedUpAt" IS NULL OR f.exposed OR f."reviewedAt" IS NULL)`

const rotationsSql = (systems: readonly string[]) => Prisma.sql`
  SELECT r.id, r."systemId" AS system, r."profileKey" AS profile, r."policyVersionId", r."ownershipKey" AS ownership, r."incidentId" AS incident, r."endedAt"
  FROM "Rotation" r WHERE r."systemId" = ANY (${[...systems]}::text[]) AND r.status = 'rolled_back' AND r.postmortem IS NULL`

// Since when: the start of the deployment that took it there, which is when it stopped being a plan.
const promotionsSql = (systems: readonly string[]) => Prisma.sql`
  SELECT p.id, p."systemId" AS system, p."toKey" AS profile, p."policyVersionId", p."releaseId", l.version AS release, p."edgeKey" AS edge, p."incidentId" AS incident,
    p.status, p."openedAt", coalesce((SELECT min(d."startedAt") FROM "Deployment" d WHERE d."promotionId" = p.id), p."endedAt", p."openedAt") AS since,
    p."skippedGates" AS skipped,
    ${list(Prisma.sql`
      SELECT e."gateKey" AS gate, min(e."recordedAt") AS at FROM "Evidence" e
      WHERE e."releaseId" = p."releaseId" AND e."profileKey" = p."toKey" AND e."gateKey" = ANY (p."skippedGates") AND e.verdict = 'pass' AND e."recordedAt" > p."openedAt"
      GROUP BY e."gateKey"`)} AS passed,
    ARRAY(SELECT v."slotKey" FROM "PromotionReview" v WHERE v."promotionId" = p.id) AS reviewed
  FROM "Promotion" p JOIN "Release" l ON l.id = p."releaseId"
  WHERE p."systemId" = ANY (${[...systems]}::text[]) AND p.emergency AND p.status IN ('deployed', 'failed', 'rolled_back')`

const instant = (text: string | null): Date | null => (text === null ? null : new Date(text))

/** The rule a use was granted under; policies are pinned, so that its absence is a bug. */
export function ruleOf(policy: Policy, use: { id: string; rule: string }): FallbackRule {
  const rule = fallbackRules(policy).find(({ id }) => id === use.rule)
  if (!rule) throw new Error(`${use.id} is pinned to a policy version without its rule`)
  return rule
}

function toUse(row: UseRow, policy: Policy): FallbackOwing {
  const rule = ruleOf(policy, row)
  return {
    id: row.id,
    system: row.system,
    rule,
    mappings: row.mappings,
    incident: row.incident,
    askedBy: { name: row.askedBy },
    ownRequest: row.ownRequest,
    exposed: row.exposed,
    status: 'granted',
    expiresAt: instant(row.expiresAt),
    returnedAt: instant(row.returnedAt),
    cleanedUpAt: instant(row.cleanedUpAt),
    reviewedAt: instant(row.reviewedAt),
    rotated: new Map(row.rotated.map(({ mapping, at }) => [mapping, new Date(at)])),
    rotators: ownersOf(policy, ({ profile }) => profile === rule.profile.id),
  }
}

function ownersOf(policy: Policy, of: (ownership: Policy['rotation']['ownership'][number]) => boolean): Role[] {
  return [...new Set(policy.rotation.ownership.filter(of).flatMap(({ owners }) => owners.slots.flatMap(({ roles }) => roles)))]
}

function toRotation(row: RotationRow, policy: Policy): RotationOwing {
  const ownership = policy.rotation.ownership.find(({ id }) => id === row.ownership)
  const runbook = policy.runbooks.find(({ id }) => id === ownership?.runbook)
  return {
    id: row.id,
    system: row.system,
    profile: row.profile,
    incident: row.incident,
    rolledBackAt: new Date(row.endedAt),
    postmortem: null,
    template: runbook?.onFailure?.postmortem ?? null,
    roles: [...new Set<Role>([...ownersOf(policy, ({ id }) => id === row.ownership), 'secops', 'release_manager'])],
  }
}

async function toEmergencies(
  tx: Tx,
  rows: readonly PromotionRow[],
  policyOf: (row: PromotionRow) => Policy,
  now: Date,
): Promise<EmergencyOwing[]> {
  const scopeOf = (row: PromotionRow): GateScope => ({
    systemId: row.system,
    releaseId: row.releaseId,
    profileKey: row.profile,
    policy: policyOf(row),
  })
  const gatesOf = (row: PromotionRow) => {
    const edge = policyOf(row).edges.find(({ id }) => id === row.edge)
    if (!edge) throw new Error(`${row.id} is pinned to a policy version without its edge`)
    return { edge, skipped: edgeGates(policyOf(row), edge).filter(({ id }) => row.skipped.includes(id)) }
  }
  const withLists = rows.filter((row) => gatesOf(row).skipped.some(({ kind }) => kind === 'checklist'))
  const factsFor = await loadGateFacts(tx, withLists.map(scopeOf))
  return rows.map((row) => {
    const { edge, skipped } = gatesOf(row)
    const openedAt = new Date(row.openedAt)
    return {
      id: row.id,
      system: row.system,
      profile: row.profile,
      incident: row.incident,
      release: row.release,
      isDeployed: row.status === 'deployed',
      since: new Date(row.since),
      reviewWithin: edge.emergency?.reviewWithin ?? 'PT0S',
      skipped: skipped.map((gate) => {
        const passed = row.passed.find((each) => each.gate === gate.id)?.at ?? null
        const judged = gate.kind === 'checklist' ? judgeGate(gate, factsFor(scopeOf(row), gate), now) : null
        const ticked = judged?.seenAt && isPassing(judged.verdict) && judged.seenAt > openedAt ? judged.seenAt : null
        return {
          key: gate.id,
          title: gate.title,
          passedAt: instant(passed) ?? ticked,
          who: whoCanBring(gate),
          roles: gate.by.roles ?? ACTING_ROLES,
        }
      }),
      slots: edge.signOff.slots.map(({ id, title, roles }) => ({ key: id, title, roles, isReviewed: row.reviewed.includes(id) })),
    }
  })
}
