import 'server-only'
import {
  type FingerprintFinding,
  fingerprintFindings,
  type HeldKey,
  type KeyPrints,
  type KeyStanding,
  keyStanding,
  mappingsOn,
} from '@/lib/domain/key-standing'
import type { Policy } from '@/lib/domain/policy/schema'
import { type AuditFinding, type SecretAuditFact, type SecretAuditStanding, secretAuditStanding } from '@/lib/domain/secret-audit'
import type { Tx } from './client'
import { loadPolicyVersion } from './load-policy'

const keyOf = (...parts: string[]) => JSON.stringify(parts)

/** The active policies of some systems (every one when null), in the order of their names. */
async function activePolicies(tx: Tx, systems: readonly string[] | null): Promise<Policy[]> {
  const rows = await tx.policyVersion.findMany({
    where: { status: 'active', ...(systems === null ? {} : { systemId: { in: [...systems] } }) },
    select: { id: true },
  })
  const policies: Policy[] = []
  for (const { id } of rows) policies.push((await loadPolicyVersion(tx, id)).policy)
  return policies.toSorted((a, b) => a.system.name.localeCompare(b.system.name, 'en'))
}

type HeldRow = Omit<HeldKey, 'fingerprint' | 'rotation'> & {
  systemId: string
  profileKey: string
  mappingKey: string
  rotationId: string | null
  fingerprint: string | null
  fingerprintKeyId: string | null
}

/**
 * Where every rotation rule of some systems (every one when null) stands: its keys, their age against the limit, the next due date, and the rotation
 * that runs. Three statements, whatever the number of systems. Rules of which nothing is recorded are among them (domain.md 5).
 */
export async function loadKeyStandings(tx: Tx, systems: readonly string[] | null, now: Date): Promise<KeyStanding[]> {
  const policies = await activePolicies(tx, systems)
  if (policies.length === 0) return []
  const slugs = policies.map(({ system }) => system.slug)
  const held = await tx.$queryRaw<HeldRow[]>`
    SELECT k."systemId", k."profileKey", k."mappingKey", k."keyId", k.use, k."bornAt", k."activatedAt", k."rotationId",
      coalesce(r.fingerprint, k.fingerprint) AS fingerprint, coalesce(r."fingerprintKeyId", k."fingerprintKeyId") AS "fingerprintKeyId"
    FROM "KeyVersion" k LEFT JOIN LATERAL (
      SELECT f.fingerprint, f."fingerprintKeyId" FROM "FingerprintReport" f
      WHERE k.use = 'current' AND f."systemId" = k."systemId" AND f."profileKey" = k."profileKey" AND f."mappingKey" = k."mappingKey" AND f."reportedAt" >= k."activatedAt"
      ORDER BY f."reportedAt" DESC, f.id DESC LIMIT 1) r ON true
    WHERE k."systemId" = ANY (${slugs}) AND k."endedAt" IS NULL ORDER BY k.use DESC, k."activatedAt" DESC, k.id DESC`
  const open = await tx.rotation.findMany({
    where: { systemId: { in: slugs }, endedAt: null },
    select: { id: true, status: true, systemId: true, profileKey: true, ownershipKey: true },
  })
  const heldBy = Map.groupBy(held, (row) => keyOf(row.systemId, row.profileKey, row.mappingKey))
  const openBy = new Map(open.map((row) => [keyOf(row.systemId, row.profileKey, row.ownershipKey), { id: row.id, status: row.status }]))
  return policies.flatMap((policy) =>
    policy.rotation.ownership.map((ownership) =>
      keyStanding(
        policy,
        ownership,
        (mapping) => (heldBy.get(keyOf(policy.system.slug, ownership.profile, mapping)) ?? []).map(toHeld),
        openBy.get(keyOf(policy.system.slug, ownership.profile, ownership.id)) ?? null,
        now,
      ),
    ),
  )
}

function toHeld({ keyId, use, bornAt, activatedAt, fingerprint, fingerprintKeyId, rotationId }: HeldRow): HeldKey {
  const print = fingerprint !== null && fingerprintKeyId !== null ? { value: fingerprint, keyId: fingerprintKeyId } : null
  return { keyId, use, bornAt, activatedAt, fingerprint: print, rotation: rotationId }
}

type PrintRow = {
  systemId: string
  profileKey: string
  mappingKey: string
  use: KeyPrints['use'] | null
  activatedAt: Date | null
  held: boolean
  rotationId: string | null
  endedByRotationId: string | null
  fingerprint: string | null
  fingerprintKeyId: string | null
  reported: { value: string; keyId: string; first: string; last: string }[]
}

/**
 * What the fingerprints of some systems (every one when null) say, without any value being seen (002.42, 004.4, 003). Two statements. Looks at what
 * every mapping holds, at what the rotation that brought it replaced, and at what is reported of mappings whose key nobody recorded.
 */
export async function loadFingerprintFindings(tx: Tx, systems: readonly string[] | null, _now: Date): Promise<FingerprintFinding[]> {
  const policies = await activePolicies(tx, systems)
  const places = policies.flatMap((policy) =>
    policy.profiles.flatMap(({ id }) => mappingsOn(policy, id).map((mapping) => [policy.system.slug, id, mapping.id] as const)),
  )
  if (places.length === 0) return []
  const slugs = policies.map(({ system }) => system.slug)
  const rows = await tx.$queryRaw<PrintRow[]>`
    WITH places AS (
      SELECT * FROM unnest(${places.map(([slug]) => slug)}::text[], ${places.map(([, profile]) => profile)}::text[], ${places.map(([, , mapping]) => mapping)}::text[])
        AS t("systemId", "profileKey", "mappingKey")),
    held AS (SELECT * FROM "KeyVersion" k WHERE k."systemId" = ANY (${slugs}) AND k."endedAt" IS NULL),
    shown AS (
      SELECT h."systemId", h."profileKey", h."mappingKey", h.use, h."activatedAt", NULL::timestamptz AS "endedAt", true AS held, h."rotationId",
        h."endedByRotationId", h.fingerprint, h."fingerprintKeyId" FROM held h
      UNION ALL
      SELECT e."systemId", e."profileKey", e."mappingKey", e.use, e."activatedAt", e."endedAt", false, e."rotationId",
        e."endedByRotationId", e.fingerprint, e."fingerprintKeyId" FROM "KeyVersion" e
      WHERE e.use = 'current' AND e."endedHow" = 'moved'
        AND e."endedByRotationId" IN (SELECT h."rotationId" FROM held h WHERE h.use = 'current' AND h."rotationId" IS NOT NULL)
      UNION ALL
      SELECT p."systemId", p."profileKey", p."mappingKey", 'current', NULL, NULL, true, NULL, NULL, NULL, NULL FROM places p
      WHERE NOT EXISTS (SELECT FROM held h WHERE h.use = 'current' AND h."systemId" = p."systemId" AND h."profileKey" = p."profileKey" AND h."mappingKey" = p."mappingKey"))
    SELECT s."systemId", s."profileKey", s."mappingKey", s.use, s."activatedAt", s.held, s."rotationId", s."endedByRotationId", s.fingerprint, s."fingerprintKeyId",
      (SELECT coalesce(json_agg(x), '[]') FROM (
        SELECT f."fingerprintKeyId" AS "keyId", f.fingerprint AS value, min(f."reportedAt") AS first, max(f."reportedAt") AS last FROM "FingerprintReport" f
        WHERE s.use = 'current' AND f."systemId" = s."systemId" AND f."profileKey" = s."profileKey" AND f."mappingKey" = s."mappingKey"
          AND (s."activatedAt" IS NULL OR f."reportedAt" >= s."activatedAt") AND (s."endedAt" IS NULL OR f."reportedAt" < s."endedAt")
        GROUP BY 1, 2 ORDER BY last DESC) x) AS reported
    FROM shown s`
  const bySystem = Map.groupBy(rows, (row) => row.systemId)
  return policies.flatMap((policy) => fingerprintFindings(policy, (bySystem.get(policy.system.slug) ?? []).map(toPrints)))
}

function toPrints(row: PrintRow): KeyPrints {
  // Newest first, so the first of each HMAC key is what the runtime holds now.
  const newest = new Map<string, PrintRow['reported'][number]>()
  for (const report of row.reported) if (!newest.has(report.keyId)) newest.set(report.keyId, report)
  return {
    profile: row.profileKey,
    mapping: row.mappingKey,
    use: row.use ?? 'current',
    activatedAt: row.activatedAt ?? new Date(0),
    held: row.held,
    rotation: row.rotationId,
    endedByRotation: row.endedByRotationId,
    reported: [...newest.values()].map(({ value, keyId, first }) => ({ value, keyId, since: new Date(first) })),
    carried: row.fingerprint !== null && row.fingerprintKeyId !== null ? { value: row.fingerprint, keyId: row.fingerprintKeyId } : null,
  }
}

type AuditRow = {
  id: string
  systemId: string
  profileKey: string
  finding: AuditFinding
  note: string
  link: string | null
  byId: string
  byName: string
  auditedAt: Date
  nextDueAt: Date | null
}

/**
 * Where the audit of secret handling stands on every profile that the policies want audited or that was audited all the same (000.10): the newest one
 * of each, whether one is due, and why. Two statements. Audits of single rotations are not among them.
 */
export async function loadSecretAudits(tx: Tx, systems: readonly string[] | null, now: Date): Promise<SecretAuditStanding[]> {
  const policies = await activePolicies(tx, systems)
  if (policies.length === 0) return []
  const rows = await tx.$queryRaw<AuditRow[]>`
    SELECT DISTINCT ON (a."systemId", a."profileKey") a.id, a."systemId", a."profileKey", a.finding, a.note, a.link, a."auditedAt", a."nextDueAt",
      a."auditedById" AS "byId", coalesce(n.name, 'Somebody erased') AS "byName"
    FROM "SecretAudit" a LEFT JOIN "Person" n ON n."principalId" = a."auditedById"
    WHERE a."systemId" = ANY (${policies.map(({ system }) => system.slug)}) AND a."rotationId" IS NULL
    ORDER BY a."systemId", a."profileKey", a."auditedAt" DESC, a.id DESC`
  const newest = new Map(rows.map((row) => [keyOf(row.systemId, row.profileKey), toAudit(row)]))
  return policies.flatMap((policy) =>
    policy.profiles.flatMap(({ id }) => {
      const rule = policy.secrets.audits.find(({ profiles }) => profiles.includes(id)) ?? null
      const last = newest.get(keyOf(policy.system.slug, id)) ?? null
      return rule === null && last === null ? [] : [secretAuditStanding(policy, id, rule, last, now)]
    }),
  )
}

function toAudit({ id, finding, note, link, byId, byName, auditedAt, nextDueAt }: AuditRow): SecretAuditFact {
  return { id, finding, note, link, by: { id: byId, name: byName }, auditedAt, nextDueAt }
}
