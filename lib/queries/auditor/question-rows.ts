import 'server-only'
import { Prisma } from '@/lib/db/generated/client'
import { QUICK_SIGN_OFF_MS, type QuestionKey, YOUNG_POLICY_MS } from '@/lib/domain/auditor/questions'

/** What is looked at: systems of the reader, whether also what is of no system or of every one, and the period (`to` is exclusive). */
export type Within = { systems: readonly string[]; everything: boolean; from: Date; to: Date }

/** A row as the record gives it; `facts` differs by question, and JSON knows no instants. `id` is the subject's, `signature` a sign-off's. */
export type FoundRow = {
  key: string
  at: Date
  place: string
  system: string | null
  profile: string | null
  actor: string | null
  kind: string
  id: string
  facts: Record<string, unknown>
}

/** The questions that rows answer; denied attempts stand in the trail alone. */
export type RowQuestion = Exclude<QuestionKey, 'denied'>

const ms = (span: number) => Prisma.sql`(${span} * interval '1 millisecond')`

const inPeriod = (column: Prisma.Sql, { from, to }: Within) =>
  Prisma.sql`${column} >= ${from.toISOString()}::timestamptz AND ${column} < ${to.toISOString()}::timestamptz`

const mine = (column: Prisma.Sql, { systems }: Within) => Prisma.sql`${column} = ANY (${[...systems]}::text[])`

/** Every row that answers a question, unordered: columns of `FoundRow` but for `place`. */
const ROWS: Record<RowQuestion, (within: Within) => Prisma.Sql> = {
  'break-glass': (w) => Prisma.sql`
    SELECT f.id AS key, f."askedAt" AS at, f."systemId" AS system, f."profileKey" AS profile, f."askedById" AS actor, 'fallback' AS kind, f.id AS id,
      json_build_object('status', f.status, 'purpose', f.purpose, 'rule', f.rule, 'incident', f."incidentId", 'ticket', f.ticket, 'ownRequest', f."ownRequest",
        'grantedAt', f."grantedAt", 'expiresAt', f."expiresAt", 'returnedAt', f."returnedAt", 'cleanedUpAt', f."cleanedUpAt", 'reviewedAt', f."reviewedAt",
        'extensions', f.extensions, 'exposed', f.exposed) AS facts
    FROM "FallbackUse" f WHERE ${mine(Prisma.sql`f."systemId"`, w)} AND ${inPeriod(Prisma.sql`f."askedAt"`, w)}
    UNION ALL
    SELECT p.id, p."openedAt", p."systemId", p."toKey", p."openedById", 'promotion', p.id,
      json_build_object('status', p.status, 'version', r.version, 'incident', p."incidentId", 'skipped', p."skippedGates")
    FROM "Promotion" p JOIN "Release" r ON r.id = p."releaseId"
    WHERE p.emergency AND ${mine(Prisma.sql`p."systemId"`, w)} AND ${inPeriod(Prisma.sql`p."openedAt"`, w)}`,

  unauthorised: (w) => Prisma.sql`
    SELECT d.id AS key, d."startedAt" AS at, d."systemId" AS system, d."profileKey" AS profile, d."startedById" AS actor, 'deployment' AS kind, d.id AS id,
      json_build_object('version', r.version, 'how', d.kind, 'status', d.status, 'reasons', d.reasons) AS facts
    FROM "Deployment" d JOIN "Release" r ON r.id = d."releaseId"
    WHERE NOT d.authorised AND ${mine(Prisma.sql`d."systemId"`, w)} AND ${inPeriod(Prisma.sql`d."startedAt"`, w)}`,

  'young-policy': (w) => Prisma.sql`
    SELECT s.id AS key, s."signedAt" AS at, v."systemId" AS system, NULL AS profile, s."signerId" AS actor, v.subject AS kind, v."subjectId" AS id,
      json_build_object('signature', s.id, 'capacity', s.capacity, 'decision', s.decision, 'number', v.number, 'policy', p.number,
        'ageMs', round(extract(epoch FROM s."signedAt" - p."appliedAt") * 1000), 'ownPolicy', p."appliedById" = s."signerId") AS facts
    FROM "SignOff" s JOIN "SealedVersion" v ON v.id = s."sealedVersionId" JOIN "SignOffSlot" l ON l.id = s."slotId" JOIN "PolicyVersion" p ON p.id = l."policyVersionId"
    WHERE ${mine(Prisma.sql`v."systemId"`, w)} AND ${inPeriod(Prisma.sql`s."signedAt"`, w)} AND s."signedAt" - p."appliedAt" < ${ms(YOUNG_POLICY_MS)}
    UNION ALL
    SELECT d.id, d."startedAt", d."systemId", d."profileKey", d."startedById", 'deployment', d.id,
      json_build_object('version', r.version, 'policy', p.number, 'ageMs', round(extract(epoch FROM d."startedAt" - p."appliedAt") * 1000), 'ownPolicy', p."appliedById" = d."startedById")
    FROM "Deployment" d JOIN "Release" r ON r.id = d."releaseId" JOIN "PolicyVersion" p ON p.id = d."policyVersionId"
    WHERE d.authorised AND ${mine(Prisma.sql`d."systemId"`, w)} AND ${inPeriod(Prisma.sql`d."startedAt"`, w)} AND d."startedAt" - p."appliedAt" < ${ms(YOUNG_POLICY_MS)}`,

  // What was cancelled or withdrawn rotated nothing, and is late as long as nothing else rotated it: then the key itself is past its limit.
  'overdue-rotations': (w) => Prisma.sql`
    SELECT r.id AS key, r."openedAt" AS at, r."systemId" AS system, r."profileKey" AS profile, r."openedById" AS actor, 'rotation' AS kind, r.id AS id,
      json_build_object('status', r.status, 'dueAt', r."dueAt", 'endedAt', r."endedAt", 'rule', r."ownershipKey",
        'lateMs', round(extract(epoch FROM coalesce(r."endedAt", clock_timestamp()) - r."dueAt") * 1000)) AS facts
    FROM "Rotation" r
    WHERE ${mine(Prisma.sql`r."systemId"`, w)} AND ${inPeriod(Prisma.sql`r."openedAt"`, w)} AND r.status <> 'cancelled' AND r."dueAt" IS NOT NULL
      AND coalesce(r."endedAt", clock_timestamp()) > r."dueAt"`,

  'exceptions-relied-on': (w) => Prisma.sql`
    SELECT v.id || ' ' || (x.e ->> 'id') AS key, v."sealedAt" AS at, v."systemId" AS system, x.e ->> 'profile' AS profile, v."sealedById" AS actor, 'promotion' AS kind, v."subjectId" AS id,
      json_build_object('exception', x.e ->> 'id', 'sentence', x.e ->> 'sentence', 'expired', (x.e ->> 'expired')::boolean, 'number', v.number, 'endedBy', v."endedBy",
        'gates', (SELECT json_agg(g ->> 'id') FROM jsonb_array_elements(v.canonical::jsonb -> 'gates') g WHERE g ->> 'exception' = x.e ->> 'id'),
        'signed', (SELECT count(*) FROM "SignOff" s WHERE s."sealedVersionId" = v.id AND s.decision = 'approve')) AS facts
    FROM "SealedVersion" v CROSS JOIN LATERAL jsonb_array_elements(v.canonical::jsonb -> 'exceptions') AS x(e)
    WHERE v.subject = 'promotion' AND ${mine(Prisma.sql`v."systemId"`, w)} AND ${inPeriod(Prisma.sql`v."sealedAt"`, w)}
      AND EXISTS (SELECT 1 FROM "SignOff" s WHERE s."sealedVersionId" = v.id AND s.decision = 'approve')`,

  // A role for every system is seen by those who read every system, as in the list of people (T23).
  grants: (w) => Prisma.sql`
    SELECT g.id::text AS key, g."createdAt" AS at, g."systemId" AS system, NULL AS profile, g."grantedById" AS actor, 'grant' AS kind, g.id::text AS id,
      json_build_object('role', g.role, 'to', g."principalId", 'toKind', p.kind, 'self', g."grantedById" = g."principalId", 'endsAt', g."endsAt", 'revokedBy', g."revokedById",
        'signatures', (SELECT count(*) FROM "SignOff" s WHERE s."grantId" = g.id)) AS facts
    FROM "RoleGrant" g JOIN "Principal" p ON p.id = g."principalId"
    WHERE (${mine(Prisma.sql`g."systemId"`, w)} OR (${w.everything} AND g."systemId" IS NULL)) AND ${inPeriod(Prisma.sql`g."createdAt"`, w)}`,

  'quick-sign-offs': (w) => Prisma.sql`
    SELECT s.id AS key, s."signedAt" AS at, v."systemId" AS system, pr."toKey" AS profile, s."signerId" AS actor, 'promotion' AS kind, v."subjectId" AS id,
      json_build_object('signature', s.id, 'capacity', s.capacity, 'decision', s.decision, 'number', v.number, 'withdrawn', s."withdrawnAt" IS NOT NULL,
        'afterMs', round(extract(epoch FROM s."signedAt" - o."openedAt") * 1000)) AS facts
    FROM "SignOff" s JOIN "SealedVersion" v ON v.id = s."sealedVersionId" JOIN "Promotion" pr ON pr.id = v."promotionId"
      LEFT JOIN "DossierOpening" o ON o."sealedVersionId" = v.id AND o."principalId" = s."signerId"
    WHERE v.subject = 'promotion' AND ${mine(Prisma.sql`v."systemId"`, w)} AND ${inPeriod(Prisma.sql`s."signedAt"`, w)}
      AND (o."openedAt" IS NULL OR s."signedAt" - o."openedAt" < ${ms(QUICK_SIGN_OFF_MS)})`,
}

/** One page of what answers a question, newest first, behind a position (keyset, never an offset: T30). */
export function rowsOf(question: RowQuestion, within: Within, page: { take: number; after: readonly string[] | null }): Prisma.Sql {
  const [at, key] = page.after ?? []
  const behind = at === undefined ? Prisma.empty : Prisma.sql`WHERE (f.at, f.key) < (${at}::timestamptz, ${key ?? ''})`
  return Prisma.sql`
    SELECT f.key, f.at, to_char(f.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS place, f.system, f.profile, f.actor::text AS actor, f.kind, f.id, f.facts
    FROM (${ROWS[question](within)}) f ${behind} ORDER BY f.at DESC, f.key DESC LIMIT ${page.take}`
}

/** Counts stop here: a page says "more than 10,000" (T30). */
export const COUNT_MOST = 10_000

/** How many rows answer each of some questions, at most `COUNT_MOST` + 1, in one statement. */
export function countsOf(questions: readonly RowQuestion[], within: Within): Prisma.Sql {
  const counts = questions.map(
    (question) =>
      Prisma.sql`SELECT ${question} AS question, (SELECT count(*)::int FROM (SELECT 1 FROM (${ROWS[question](within)}) f LIMIT ${COUNT_MOST + 1}) c) AS count`,
  )
  return Prisma.join(counts, ' UNION ALL ')
}
