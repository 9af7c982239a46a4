import 'server-only'
import { db } from '@/lib/db/client'
import { gateOfChecklist } from '@/lib/domain/checklist-run'
import { edgeGates } from '@/lib/domain/gate'
import type { Policy } from '@/lib/domain/policy/schema'

/** Hours one step of a promotion took, over the last ninety days: the middle and the worst. */
export type LeadTime = { key: string; name: string; medianHours: number; worstHours: number }

/** A promotion from its seal to its last signature. */
export type SigningTime = { promotion: string; name: string; hours: number }

type GateRow = { systemId: string; toKey: string; kind: 'gate' | 'checklist' | 'signatures'; key: string; hours: number }

const DAYS = 90
const SHOWN = 6

/**
 * Where time goes towards production, gate by gate (ux.md section 21): from the opening of a promotion to the first evidence that passed, and from
 * the first seal to the last signature. In the order the gates run; of many systems only the slowest gates. One statement.
 */
export async function getLeadTimes(systems: readonly { slug: string; name: string; policy: Policy }[], now: Date): Promise<LeadTime[]> {
  const since = new Date(now.getTime() - DAYS * 86_400_000)
  const rows = await db.$queryRaw<GateRow[]>`
    WITH done AS (
      SELECT p.id, p."systemId", p."releaseId", p."toKey", p."openedAt" FROM "Promotion" p JOIN "PromotionEdge" e ON e.id = p."edgeId" JOIN "Profile" t ON t.id = e."toId"
      WHERE p."systemId" = ANY (${systems.map(({ slug }) => slug)}) AND p.status IN ('deployed', 'failed', 'rolled_back') AND p."endedAt" >= ${since} AND t.class = 'production')
    SELECT d."systemId", d."toKey", 'gate' AS kind, e."gateKey" AS key, greatest(0, extract(epoch FROM min(e."recordedAt") - d."openedAt"))::float8 / 3600 AS hours
    FROM done d JOIN "Evidence" e ON e."releaseId" = d."releaseId" AND e."profileKey" = d."toKey" AND e.verdict = 'pass' GROUP BY d.id, d."systemId", d."toKey", d."openedAt", e."gateKey"
    UNION ALL
    SELECT d."systemId", d."toKey", 'checklist', r."checklistKey", greatest(0, extract(epoch FROM max(t.at) - d."openedAt"))::float8 / 3600
    FROM done d JOIN "ChecklistRun" r ON r."releaseId" = d."releaseId" AND r."profileKey" = d."toKey" JOIN "ChecklistTick" t ON t."runId" = r.id AND t.state = 'done'
      JOIN "SealedVersion" s ON s."promotionId" = d.id AND s.subject = 'promotion' AND s."endedAt" IS NULL AND t.at <= s."sealedAt"
    GROUP BY d.id, d."systemId", d."toKey", d."openedAt", r."checklistKey"
    UNION ALL
    SELECT d."systemId", d."toKey", 'signatures', '', extract(epoch FROM max(o."signedAt") - min(v."sealedAt"))::float8 / 3600
    FROM done d JOIN "SealedVersion" v ON v."promotionId" = d.id AND v.subject = 'promotion' JOIN "SignOff" o ON o."sealedVersionId" = v.id GROUP BY d.id, d."systemId", d."toKey"`
  const several = new Set(rows.map((row) => row.systemId)).size > 1
  const gates = systems
    .flatMap(({ slug, name, policy }) =>
      policy.edges.flatMap((edge) =>
        edgeGates(policy, edge).map((gate) => {
          const own = rows.filter(
            (row) =>
              row.systemId === slug &&
              row.toKey === edge.to &&
              (row.kind === 'gate'
                ? row.key === gate.id
                : row.kind === 'checklist' && gateOfChecklist(policy, edge.to, row.key)?.id === gate.id),
          )
          return summary(`${slug} ${edge.id} ${gate.id}`, several ? `${name}: ${gate.title}` : gate.title, own)
        }),
      ),
    )
    .filter((row) => row !== null)
  const slowest = new Set(
    [...gates]
      .sort((a, b) => b.medianHours - a.medianHours)
      .slice(0, SHOWN)
      .map(({ key }) => key),
  )
  const signatures = summary(
    'signatures',
    'Signatures',
    rows.filter((row) => row.kind === 'signatures'),
  )
  return [...gates.filter(({ key }) => slowest.has(key)), ...(signatures ? [signatures] : [])]
}

function summary(key: string, name: string, rows: readonly { hours: number }[]): LeadTime | null {
  if (rows.length === 0) return null
  const hours = rows.map((row) => row.hours).sort((a, b) => a - b)
  const middle = Math.floor(hours.length / 2)
  const median = hours.length % 2 === 1 ? (hours[middle] as number) : ((hours[middle - 1] as number) + (hours[middle] as number)) / 2 // neither is outside
  return { key, name, medianHours: median, worstHours: hours.at(-1) as number }
}

/** From ready (the seal of the version that went) to fully signed, of the last twelve promotions to production; oldest first. One statement. */
export async function getSigningTimes(systems: readonly string[]): Promise<SigningTime[]> {
  const rows = await db.$queryRaw<SigningTime[]>`
    SELECT p.id AS promotion, s.name || ' ' || r.version AS name, extract(epoch FROM max(o."signedAt") - v."sealedAt")::float8 / 3600 AS hours
    FROM "Promotion" p JOIN "System" s ON s.id = p."systemId" JOIN "Release" r ON r.id = p."releaseId" JOIN "PromotionEdge" e ON e.id = p."edgeId" JOIN "Profile" t ON t.id = e."toId"
      JOIN "SealedVersion" v ON v."promotionId" = p.id AND v.subject = 'promotion' AND v."endedAt" IS NULL JOIN "SignOff" o ON o."sealedVersionId" = v.id AND o."withdrawnAt" IS NULL
    WHERE p."systemId" = ANY (${[...systems]}) AND p.status IN ('deployed', 'failed', 'rolled_back') AND t.class = 'production'
    GROUP BY p.id, s.name, r.version, v."sealedAt" ORDER BY p."endedAt" DESC, p.id DESC LIMIT 12`
  return rows.reverse()
}
