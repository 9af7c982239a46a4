import 'server-only'
import { type FingerprintFinding, fingerprintFindings, type KeyPrints } from '@/lib/domain/fingerprint'
import { type HeldKey, type KeyStanding, keyStanding } from '@/lib/domain/key-standing'
import type { OpenGlass } from '@/lib/domain/matrix-cell'
import { mappingsOn } from '@/lib/domain/ownership'
import type { Policy } from '@/lib/domain/policy/schema'
import { type AuditFinding, type SecretAuditFact, type SecretAuditStanding, secretAuditStanding } from '@/lib/domain/secret-audit'
import type { Tx } from './client'
import { Prisma } from './generated/client'
import { list } from './json-rows'
import { loadActivePolicies } from './load-policy'

const keyOf = (...parts: string[]) => JSON.stringify(parts)

/** What is known of the secrets of some systems at an instant: what the grid, the screens of SecOps and the verdicts are made of. */
export type SecretFacts = {
  standings: KeyStanding[]
  findings: FingerprintFinding[]
  audits: SecretAuditStanding[]
  /** Ids of the rotations that have not ended. */
  rotations: string[]
  /** Fallback uses that are open now. */
  glass: OpenGlass[]
  /** Ids of those that somebody asked for and nobody decided on. */
  requested: string[]
  /** The keys that a mapping of a profile holds now, also where no rule says how it is rotated. */
  held: (system: string, profile: string, mapping: string) => HeldKey[]
}

/** All of `SecretFacts` for policies that are at hand, in one statement whatever their number. */
export async function loadSecretFacts(tx: Tx, policies: readonly Policy[], now: Date): Promise<SecretFacts> {
  if (policies.length === 0) return { standings: [], findings: [], audits: [], rotations: [], glass: [], requested: [], held: () => [] }
  const [row] = await tx.$queryRaw<
    { held: HeldRow[]; open: OpenRow[]; prints: PrintRow[]; audits: AuditRow[]; glass: GlassRow[]; requested: string[] }[]
  >`
    SELECT ${list(heldRows(policies))} AS held, ${list(openRows(policies))} AS open, ${list(printRows(policies))} AS prints,
      ${list(auditRows(policies))} AS audits, ${list(glassRows(policies, now))} AS glass,
      ARRAY(SELECT id FROM "FallbackUse" WHERE "systemId" = ANY (${slugsOf(policies)}::text[]) AND status = 'requested') AS requested`
  const { held = [], open = [], prints = [], audits = [], glass = [], requested = [] } = row ?? {}
  return {
    standings: standingsFrom(policies, held, open, now),
    findings: findingsFrom(policies, prints),
    audits: auditsFrom(policies, audits, now),
    rotations: open.map(({ id }) => id),
    glass: glass.map(({ expiresAt, ...use }) => ({ ...use, expiresAt: new Date(expiresAt) })),
    requested,
    held: heldIn(held),
  }
}

/**
 * Where every rotation rule of some systems (every one when null) stands: its keys, their age against the limit, the next due date, and the rotation
 * that runs. Two statements, whatever the number of systems. Rules of which nothing is recorded are among them (domain.md 5).
 */
export async function loadKeyStandings(tx: Tx, systems: readonly string[] | null, now: Date): Promise<KeyStanding[]> {
  const policies = await loadActivePolicies(tx, systems)
  if (policies.length === 0) return []
  const [row] = await tx.$queryRaw<{ held: HeldRow[]; open: OpenRow[] }[]>`
    SELECT ${list(heldRows(policies))} AS held, ${list(openRows(policies))} AS open`
  return standingsFrom(policies, row?.held ?? [], row?.open ?? [], now)
}

/**
 * What the fingerprints of some systems (every one when null) say, without any value being seen (002.42, 004.4, 003). Two statements. Looks at what
 * every mapping holds, at what the rotation that brought it replaced, and at what is reported of mappings whose key nobody recorded.
 */
export async function loadFingerprintFindings(tx: Tx, systems: readonly string[] | null): Promise<FingerprintFinding[]> {
  const policies = await loadActivePolicies(tx, systems)
  if (policies.length === 0) return []
  const [row] = await tx.$queryRaw<{ prints: PrintRow[] }[]>`SELECT ${list(printRows(policies))} AS prints`
  return findingsFrom(policies, row?.prints ?? [])
}

const slugsOf = (policies: readonly Policy[]) => policies.map(({ system }) => system.slug)

// Rows come as JSON, so that one statement brings them all; their instants are texts.

type HeldRow = {
  systemId: string
  profileKey: string
  mappingKey: string
  keyId: string
  use: HeldKey['use']
  bornAt: string
  activatedAt: string
  rotationId: string | null
  fingerprint: string | null
  fingerprintKeyId: string | null
}

const heldRows = (policies: readonly Policy[]) => Prisma.sql`
  SELECT k."systemId", k."profileKey", k."mappingKey", k."keyId", k.use, k."bornAt", k."activatedAt", k."rotationId",
    coalesce(r.fingerprint, k.fingerprint) AS fingerprint, coalesce(r."fingerprintKeyId", k."fingerprintKeyId") AS "fingerprintKeyId"
  FROM "KeyVersion" k LEFT JOIN LATERAL (
    SELECT f.fingerprint, f."fingerprintKeyId" FROM "FingerprintReport" f
    WHERE k.use = 'current' AND f."systemId" = k."systemId" AND f."profileKey" = k."profileKey" AND f."mappingKey" = k."mappingKey" AND f."reportedAt" >= k."activatedAt"
    ORDER BY f."reportedAt" DESC, f.id DESC LIMIT 1) r ON true
  WHERE k."systemId" = ANY (${slugsOf(policies)}::text[]) AND k."endedAt" IS NULL ORDER BY k.use DESC, k."activatedAt" DESC, k.id DESC`

type OpenRow = { id: string; status: string; systemId: string; profileKey: string; ownershipKey: string }

const openRows = (policies: readonly Policy[]) => Prisma.sql`
  SELECT id, status, "systemId", "profileKey", "ownershipKey" FROM "Rotation" WHERE "systemId" = ANY (${slugsOf(policies)}::text[]) AND "endedAt" IS NULL`

function standingsFrom(policies: readonly Policy[], held: readonly HeldRow[], open: readonly OpenRow[], now: Date): KeyStanding[] {
  const heldBy = heldIn(held)
  const openBy = new Map(open.map((row) => [keyOf(row.systemId, row.profileKey, row.ownershipKey), { id: row.id, status: row.status }]))
  return policies.flatMap((policy) =>
    policy.rotation.ownership.map((ownership) =>
      keyStanding(
        policy,
        ownership,
        (mapping) => heldBy(policy.system.slug, ownership.profile, mapping),
        openBy.get(keyOf(policy.system.slug, ownership.profile, ownership.id)) ?? null,
        now,
      ),
    ),
  )
}

function toHeld({ keyId, use, bornAt, activatedAt, fingerprint, fingerprintKeyId, rotationId }: HeldRow): HeldKey {
  const print = fingerprint !== null && fingerprintKeyId !== null ? { value: fingerprint, keyId: fingerprintKeyId } : null
  return { keyId, use, bornAt: new Date(bornAt), activatedAt: new Date(activatedAt), fingerprint: print, rotation: rotationId }
}

/** Looks the keys of a mapping up in rows that are at hand. */
function heldIn(rows: readonly HeldRow[]): SecretFacts['held'] {
  const by = Map.groupBy(rows, (row) => keyOf(row.systemId, row.profileKey, row.mappingKey))
  return (system, profile, mapping) => (by.get(keyOf(system, profile, mapping)) ?? []).map(toHeld)
}

/** What was reported of what a mapping holds, or held before a rotation. Its instants are texts. */
export type PrintRow = {
  systemId: string
  profileKey: string
  mappingKey: string
  use: KeyPrints['use']
  activatedAt: string | null
  held: boolean
  rotationId: string | null
  endedByRotationId: string | null
  fingerprint: string | null
  fingerprintKeyId: string | null
  reported: { value: string; keyId: string; first: string; last: string }[]
}

/** The rows that fingerprint findings are made of, for a statement that brings several lists at once. */
export function printRows(policies: readonly Policy[]) {
  const slugs = slugsOf(policies)
  const places = policies.flatMap((policy) =>
    policy.profiles.flatMap(({ id }) => mappingsOn(policy, id).map((mapping) => [policy.system.slug, id, mapping.id] as const)),
  )
  return Prisma.sql`
    WITH places AS (
      SELECT * FROM unnest(${places.map(([slug]) => slug)}::text[], ${places.map(([, profile]) => profile)}::text[], ${places.map(([, , mapping]) => mapping)}::text[])
        AS t("systemId", "profileKey", "mappingKey")),
    held AS (SELECT * FROM "KeyVersion" k WHERE k."systemId" = ANY (${slugs}::text[]) AND k."endedAt" IS NULL),
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
    SELECT s."systemId", s."profileKey", s."mappingKey", s.use, s."activatedAt", s.held, s."rotationId", s."endedByRotationId", s.fingerprint, s."fingerprintKeyId", seen.reported
    FROM shown s CROSS JOIN LATERAL (SELECT coalesce(json_agg(x), '[]') AS reported FROM (
        SELECT f."fingerprintKeyId" AS "keyId", f.fingerprint AS value, min(f."reportedAt") AS first, max(f."reportedAt") AS last FROM "FingerprintReport" f
        WHERE s.use = 'current' AND f."systemId" = s."systemId" AND f."profileKey" = s."profileKey" AND f."mappingKey" = s."mappingKey"
          AND (s."activatedAt" IS NULL OR f."reportedAt" >= s."activatedAt") AND (s."endedAt" IS NULL OR f."reportedAt" < s."endedAt")
        GROUP BY 1, 2 ORDER BY last DESC) x) seen
    WHERE s.fingerprint IS NOT NULL OR json_array_length(seen.reported) > 0`
}

/** What rows of `printRows` say. */
export function findingsFrom(policies: readonly Policy[], rows: readonly PrintRow[]): FingerprintFinding[] {
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
    use: row.use,
    activatedAt: new Date(row.activatedAt ?? 0),
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
  auditedAt: string
  nextDueAt: string | null
}

const auditRows = (policies: readonly Policy[]) => Prisma.sql`
  SELECT DISTINCT ON (a."systemId", a."profileKey") a.id, a."systemId", a."profileKey", a.finding, a.note, a.link, a."auditedAt", a."nextDueAt",
    a."auditedById" AS "byId", coalesce(n.name, p.label, 'Somebody erased') AS "byName"
  FROM "SecretAudit" a JOIN "Principal" p ON p.id = a."auditedById" LEFT JOIN "Person" n ON n."principalId" = p.id
  WHERE a."systemId" = ANY (${slugsOf(policies)}::text[]) AND a."rotationId" IS NULL
  ORDER BY a."systemId", a."profileKey", a."auditedAt" DESC, a.id DESC`

function auditsFrom(policies: readonly Policy[], rows: readonly AuditRow[], now: Date): SecretAuditStanding[] {
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
  return {
    id,
    finding,
    note,
    link,
    by: { id: byId, name: byName },
    auditedAt: new Date(auditedAt),
    nextDueAt: nextDueAt === null ? null : new Date(nextDueAt),
  }
}

type GlassRow = Omit<OpenGlass, 'expiresAt'> & { expiresAt: string }

/** Fallback uses that are in force at an instant, as rows. */
export const glassRows = (policies: readonly Policy[], now: Date) => Prisma.sql`
  SELECT id, "systemId" AS system, "profileKey" AS profile, rule, "mappingKeys" AS mappings, "expiresAt" FROM "FallbackUse"
  WHERE "systemId" = ANY (${slugsOf(policies)}::text[]) AND status = 'granted' AND "returnedAt" IS NULL AND "expiresAt" > ${now} ORDER BY "expiresAt", id`
