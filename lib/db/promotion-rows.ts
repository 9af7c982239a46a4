import 'server-only'
import type { LiveFacts } from '@/lib/domain/promotion'
import type { GateRows } from './gate-facts'
import { Prisma } from './generated/client'
import { list, revive } from './json-rows'

export type WhoRow = { id: string; kind: string; name: string; sponsorId: string | null }

/** Everything stored that the rules of one promotion depend on, as one row gives it. */
export type PromotionRow = {
  id: string
  systemId: string
  systemName: string
  activeNumber: number | null
  policyVersionId: string
  edgeKey: string
  fromKey: string
  toKey: string
  status: string
  openedAt: Date
  openedForId: string
  openedBy: WhoRow
  windowStartsAt: Date | null
  windowEndsAt: Date | null
  lastSealed: number
  emergency: EmergencyRow | null
  release: {
    id: string
    version: string
    gitSha: string
    artefact: string
    buildDate: Date
    schemaBackwardCompatible: boolean | null
    bundleApprovedAt: Date | null
    registeredForId: string
    registeredBy: WhoRow
    changes: { kind: string; summary: string; reference: string | null }[]
    contributors: { identity: string; principalId: string | null; commits: number }[]
  }
  sealed: {
    id: string
    number: number
    hash: string
    canonical: string
    sealedAt: Date
    sealedBy: WhoRow | null
    signOffs: SignOffRow[]
  } | null
  deploymentRunning: string | null
  gates: GateRows
  live: (LiveFacts & { systemId: string; profileKey: string }) | null
  baseline: { promotion: string; version: string; gitSha: string; signedAt: Date } | null
}

type EmergencyRow = {
  incident: { id: string; title: string; severity: string; reference: string | null; closedAt: Date | null }
  skipped: string[]
  /** Digest and text; the text is null when it was erased. */
  reason: { digest: string; text: string | null } | null
  reviews: { slotKey: string; role: string; finding: string; note: string | null; at: Date; who: WhoRow }[]
}

type SignOffRow = { id: string; slotKey: string; decision: string; signedAt: Date; signer: WhoRow }

const whoIs = (id: Prisma.Sql) => Prisma.sql`(
  SELECT json_build_object('id', w.id, 'kind', w.kind, 'name', coalesce(n.name, w.label, 'Somebody erased'), 'sponsorId', w."sponsorId")
  FROM "Principal" w LEFT JOIN "Person" n ON n."principalId" = w.id WHERE w.id = ${id})`

/**
 * A query of one JSON object (`row`) for each promotion whose id `selected` gives, in one statement however many there are. The promotion's tables
 * have many branches; read one by one they cost a round trip each, and this runs behind every verdict and signature.
 */
export function promotionRowsSql(selected: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT json_build_object(
      'id', p.id, 'systemId', p."systemId", 'systemName', s.name, 'policyVersionId', p."policyVersionId", 'edgeKey', p."edgeKey", 'fromKey', p."fromKey", 'toKey', p."toKey",
      'status', p.status, 'openedAt', p."openedAt", 'openedForId', p."openedForId", 'openedBy', ${whoIs(Prisma.sql`p."openedById"`)},
      'windowStartsAt', p."windowStartsAt", 'windowEndsAt', p."windowEndsAt", 'lastSealed', p."lastSealed",
      'emergency', CASE WHEN p.emergency THEN json_build_object(
        'incident', (SELECT json_build_object('id', i.id, 'title', i.title, 'severity', i.severity, 'reference', i.reference, 'closedAt', i."closedAt") FROM "Incident" i WHERE i.id = p."incidentId"),
        'skipped', p."skippedGates",
        'reason', CASE WHEN p."skipReason" IS NOT NULL THEN json_build_object('digest', p."skipReason", 'text', (SELECT t.body FROM audit.text_body t WHERE t.digest = p."skipReason")) END,
        'reviews', ${list(Prisma.sql`
          SELECT h."slotKey", h.role, h.finding, h.at, (SELECT t.body FROM audit.text_body t WHERE t.digest = h.note) AS note, ${whoIs(Prisma.sql`h."byId"`)} AS who
          FROM "PromotionReview" h WHERE h."promotionId" = p.id ORDER BY h.at, h.id`)}) END,
      'activeNumber', (SELECT v.number FROM "PolicyVersion" v WHERE v."systemId" = p."systemId" AND v.status = 'active'),
      'release', json_build_object(
        'id', r.id, 'version', r.version, 'gitSha', r."gitSha", 'artefact', r.artefact, 'buildDate', r."buildDate", 'schemaBackwardCompatible', r."schemaBackwardCompatible",
        'bundleApprovedAt', r."bundleApprovedAt", 'registeredForId', r."registeredForId", 'registeredBy', ${whoIs(Prisma.sql`r."registeredById"`)},
        'changes', ${list(Prisma.sql`SELECT c.kind, c.summary, c.reference FROM "ReleaseChange" c WHERE c."releaseId" = r.id ORDER BY c.position`)},
        'contributors', ${list(Prisma.sql`SELECT c.identity, c."principalId", c.commits FROM "ReleaseContributor" c WHERE c."releaseId" = r.id ORDER BY c.identity`)}),
      'sealed', (
        SELECT json_build_object('id', v.id, 'number', v.number, 'hash', v.hash, 'canonical', v.canonical, 'sealedAt', v."sealedAt",
          'sealedBy', ${whoIs(Prisma.sql`v."sealedById"`)},
          'signOffs', ${list(Prisma.sql`
            SELECT o.id, o."slotKey", o.decision, o."signedAt", ${whoIs(Prisma.sql`o."signerId"`)} AS signer FROM "SignOff" o
            WHERE o."sealedVersionId" = v.id AND o."withdrawnAt" IS NULL ORDER BY o."signedAt"`)})
        FROM "SealedVersion" v WHERE v.subject = 'promotion' AND v."subjectId" = p.id AND v."endedAt" IS NULL),
      'deploymentRunning', (SELECT d.id FROM "Deployment" d WHERE d."promotionId" = p.id AND d.status = 'started' LIMIT 1),
      'gates', json_build_object(
        'evidence', ${list(Prisma.sql`
          SELECT DISTINCT ON (e."gateKey") e.id, e."releaseId", e."profileKey", e."gateKey", e.verdict, e."recordedAt", e."snapshotId", e.summary, e.link, e."ranOn",
            b.id AS "byId", b.kind AS "byKind", coalesce(n.name, b.label, 'Somebody erased') AS "byName"
          FROM "Evidence" e JOIN "Principal" b ON b.id = e."broughtById" LEFT JOIN "Person" n ON n."principalId" = b.id
          WHERE e."releaseId" = p."releaseId" AND e."profileKey" = p."toKey" ORDER BY e."gateKey", e."recordedAt" DESC, e.id DESC`)},
        'snapshots', ${list(Prisma.sql`
          SELECT DISTINCT ON (n."profileKey") n.id, n."systemId", n."profileKey", n."takenAt", n.digest FROM "Snapshot" n
          WHERE n."systemId" = p."systemId" ORDER BY n."profileKey", n."takenAt" DESC, n.id DESC`)},
        'runs', ${list(Prisma.sql`
          SELECT DISTINCT ON (c."checklistKey") c.id, c."releaseId", c."profileKey", c."checklistKey", c."templateHash", c.items, c.variant FROM "ChecklistRun" c
          WHERE c."releaseId" = p."releaseId" AND c."profileKey" = p."toKey" ORDER BY c."checklistKey", c."startedAt" DESC, c.id DESC`)},
        'templates', ${list(Prisma.sql`
          SELECT DISTINCT ON (t."checklistKey") t."systemId", t."checklistKey", t.hash FROM "ChecklistTemplate" t
          WHERE t."systemId" = p."systemId" ORDER BY t."checklistKey", t.number DESC`)},
        'ticks', ${list(Prisma.sql`
          SELECT DISTINCT ON (t."runId", t."itemId") t."runId", t."itemId", t.state, t.at, b.id AS "byId", b.kind AS "byKind", coalesce(n.name, b.label, 'Somebody erased') AS "byName"
          FROM "ChecklistRun" c JOIN "ChecklistTick" t ON t."runId" = c.id JOIN "Principal" b ON b.id = t."byId" LEFT JOIN "Person" n ON n."principalId" = b.id
          WHERE c."releaseId" = p."releaseId" AND c."profileKey" = p."toKey" ORDER BY t."runId", t."itemId", t.at DESC, t.id DESC`)}),
      'live', (
        SELECT json_build_object('systemId', d."systemId", 'profileKey', d."profileKey", 'deploymentId', d.id, 'releaseId', l.id, 'version', l.version, 'gitSha', l."gitSha",
          'buildDate', l."buildDate", 'since', d."startedAt")
        FROM "Deployment" d JOIN "Release" l ON l.id = d."releaseId"
        WHERE d."systemId" = p."systemId" AND d."profileKey" = p."toKey" AND d.status = 'succeeded' ORDER BY d."startedAt" DESC, d.id DESC LIMIT 1),
      -- Whoever left "open" by a deployment was fully signed: that is what changes are counted from, not whatever happens to run.
      'baseline', (
        SELECT json_build_object('promotion', o.id, 'version', l.version, 'gitSha', l."gitSha", 'signedAt', o."endedAt")
        FROM "Promotion" o JOIN "Release" l ON l.id = o."releaseId"
        WHERE o."systemId" = p."systemId" AND o."toKey" = p."toKey" AND o.status IN ('deployed', 'failed', 'rolled_back') ORDER BY o."endedAt" DESC, o.id DESC LIMIT 1)
    ) AS row
    FROM "Promotion" p JOIN "System" s ON s.id = p."systemId" JOIN "Release" r ON r.id = p."releaseId" WHERE p.id IN (${selected})`
}

/** What `row` of `promotionRowsSql` comes back as: JSON knows no instants. */
export type PromotionJson = { id: string; policyVersionId: string } & Record<string, unknown>

/** Brings the instants of a row back to life. */
export function toPromotionRow(json: PromotionJson): PromotionRow {
  return revive(json) as PromotionRow
}
